//! `okr checkin KR VALUE`: one line for the daily report.

use okr_core::blocker::BlockerReport;
use okr_core::decide::Command;
use okr_core::entity::KeyResult;
use okr_core::event::NewCheckIn;
use okr_core::field::Shown as _;
use okr_core::id::{CheckInId, KeyResultId};
use okr_core::progress::progress;
use okr_core::text::LongText;
use okr_core::view::View as _;
use okr_replica::{CheckInFact, KeyResultStanding};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{said, value, walk};
use crate::args::{Reason, RecordArgs};
use crate::context::Context;
use crate::editor::{self, Draft, Written};
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::resolve::{Resolver, look};
use crate::ui::Item;
use crate::value_text::parse_value;
use crate::when::Clock;
use crate::write::{Outcome, Wish, finish, write};

/// A check-in that was just recorded, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RecordedItem {
    id: Uuid,
    key_result: Uuid,
    slug: String,
    title: String,
    outcome: &'static str,
    change: Option<Uuid>,
    effective: String,
    value: String,
    value_before: Option<String>,
    confidence: Option<u8>,
    confidence_before: Option<u8>,
    note: Option<String>,
    /// What stands in the way, if the check-in says so.
    blocker: Option<String>,
    /// Whether it says that nothing stands in the way any more.
    unblocked: bool,
    progress: Option<String>,
    status: Option<&'static str>,
}

impl Item for RecordedItem {
    const TYPE: &'static str = "check_in_recorded";
    const SCHEMA: &'static str = "CheckInRecordedList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

/// What is to be recorded, and what stood before.
pub(super) struct Report {
    pub(super) key_result: KeyResult,
    pub(super) before: Option<CheckInFact>,
    pub(super) new: NewCheckIn,
    pub(super) clock: Clock,
}

pub(super) fn run(context: &mut Context, args: &RecordArgs) -> Result<Exit, CliError> {
    let (key_result, value) = match (&args.key_result, &args.value) {
        (Some(key_result), Some(value)) => (key_result, value),
        (Some(only), None) => return Err(half(only)),
        (None, _) if args.blocker.report().is_some() => {
            return Err(
                CliError::usage("usage", "a key result and a value are missing")
                    .with_hint("okr checkin KR VALUE --blocker TEXT"),
            );
        }
        (None, _) => return walk::run(context, &args.walk),
    };
    let id = CheckInId::new(context.new_uuid());
    let (mut replica, mut report) = look(context, |resolver, clock| {
        report(resolver, clock, (key_result, value), args)
    })?;
    let buffer = if args.edit {
        let written = edited_note(context, &report)?;
        report.new.note = Some(written.text);
        Some(written.buffer)
    } else {
        None
    };
    let command = Command::RecordCheckIn {
        id,
        new: report.new.clone(),
    };
    let wish = Wish::new(command, &Reason::default());
    let outcome = write(context, &mut replica, &report.clock, wish);
    let outcome = match buffer {
        Some(buffer) => buffer.settle(outcome)?,
        None => outcome?,
    };
    let (reading, clock) = context.present(&replica)?;
    let after = reading
        .standing(report.key_result.id)
        .map_err(failure::replica)?;
    drop(reading);
    let item = item(&report, id, (&outcome, after.as_ref()));
    let frame = context.frame(&replica, &clock)?;
    let is_latest = match &outcome {
        Outcome::WouldWrite(_) | Outcome::NothingToDo => true,
        Outcome::Written(_) => after
            .as_ref()
            .and_then(|after| after.latest.as_ref())
            .is_some_and(|latest| latest.check_in.id == id),
    };
    context
        .ui
        .answer(&frame, std::slice::from_ref(&item), |screen| {
            let status = match &outcome {
                Outcome::Written(_) => after.as_ref(),
                Outcome::WouldWrite(_) | Outcome::NothingToDo => None,
            };
            said::text(&report, (status, is_latest), screen)
        });
    finish(context, &mut replica, &outcome, None)?;
    Ok(Exit::Ok)
}

/// Says what is missing beside the only argument: a key result where it reads as a value.
fn half(only: &str) -> CliError {
    if parse_value(only).is_ok() {
        CliError::usage("usage", "a key result is missing")
            .with_hint(format!("okr checkin KR {only}; okr due lists them"))
    } else {
        CliError::usage("usage", "a value is missing")
            .with_hint(format!("okr checkin {only} VALUE"))
    }
}

/// Lets a person write the note, beginning with what the command line gives.
fn edited_note(context: &mut Context, report: &Report) -> Result<Written<LongText>, CliError> {
    let what = format!("the note of the check-in on {}", report.key_result.slug);
    let draft = Draft {
        what: &what,
        before: report.new.note.as_ref().map(LongText::as_str),
        limit: LongText::LIMIT,
    };
    editor::write(context, &draft, |text| LongText::new(text))
}

fn report(
    resolver: &Resolver<'_, '_>,
    clock: &Clock,
    (of, value): (&str, &str),
    args: &RecordArgs,
) -> Result<Report, CliError> {
    let id: KeyResultId = resolver.key_result(of)?;
    let key_result = resolver.reading.key_result(id).map_err(failure::replica)?;
    let key_result =
        key_result.ok_or_else(|| CliError::internal("a key result that was found is not there"))?;
    let before = resolver
        .reading
        .latest_check_in(id)
        .map_err(failure::replica)?;
    let last = before.as_ref().map(|fact| &fact.check_in.value);
    let value = value::read(&key_result, last, value)?;
    let effective = value::day(args.on.as_deref(), clock)?.unwrap_or(clock.today());
    Ok(Report {
        key_result: key_result.into_owned(),
        before,
        new: NewCheckIn {
            key_result: id,
            effective,
            value,
            confidence: args.confidence,
            note: args.note.clone(),
            blocker: args.blocker.report(),
        },
        clock: clock.clone(),
    })
}

fn item(
    report: &Report,
    id: CheckInId,
    (outcome, after): (&Outcome, Option<&KeyResultStanding>),
) -> RecordedItem {
    let Report {
        key_result,
        before,
        new,
        clock: _,
    } = report;
    let (word, change) = match outcome {
        Outcome::Written(change) => ("written", Some(change.id.uuid())),
        Outcome::WouldWrite(change) => ("would_write", Some(change.id.uuid())),
        Outcome::NothingToDo => ("nothing_to_do", None),
    };
    let before = before.as_ref().map(|fact| &fact.check_in);
    let status = match outcome {
        Outcome::Written(_) => after.map(|after| after.status.word()),
        Outcome::WouldWrite(_) | Outcome::NothingToDo => None,
    };
    RecordedItem {
        id: id.uuid(),
        key_result: key_result.id.uuid(),
        slug: key_result.slug.to_string(),
        title: key_result.title.to_string(),
        outcome: word,
        change,
        effective: new.effective.to_string(),
        value: new.value.shown(),
        value_before: before.map(|before| before.value.shown()),
        confidence: new.confidence.map(okr_core::value::Confidence::get),
        confidence_before: before
            .and_then(|before| before.confidence)
            .map(okr_core::value::Confidence::get),
        note: new.note.as_ref().map(ToString::to_string),
        blocker: new.blocker.as_ref().and_then(stands),
        unblocked: new.blocker == Some(BlockerReport::Lifted),
        progress: progress(&key_result.measure, &new.value)
            .map(|progress| progress.raw().to_string()),
        status,
    }
}

fn stands(report: &BlockerReport) -> Option<String> {
    report.text().map(ToString::to_string)
}

//! `okr checkin KR VALUE`: one line for the daily report.

use okr_core::decide::Command;
use okr_core::entity::KeyResult;
use okr_core::event::NewCheckIn;
use okr_core::field::Shown as _;
use okr_core::id::{CheckInId, KeyResultId};
use okr_core::measure::{Measure, Value};
use okr_core::progress::progress;
use okr_core::view::View as _;
use okr_replica::{CheckInFact, KeyResultStanding};
use serde::Serialize;
use uuid::Uuid;

use super::value;
use crate::args::{Reason, RecordArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::render::{Screen, Tone, mark_and_words, quantity, quantity_change, tone};
use crate::resolve::{Resolver, look};
use crate::short_id::{self, Alphabet};
use crate::ui::Item;
use crate::when::{Clock, describe_day};
use crate::write::{Outcome, Wish, finish, write};

/// A check-in that was just recorded, in machine output.
#[derive(Serialize)]
struct RecordedItem {
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
struct Report {
    key_result: KeyResult,
    before: Option<CheckInFact>,
    new: NewCheckIn,
    clock: Clock,
}

pub(super) fn run(context: &mut Context, args: &RecordArgs) -> Result<Exit, CliError> {
    let id = CheckInId::new(context.new_uuid());
    let (mut replica, report) = look(context, |resolver, clock| report(resolver, clock, args))?;
    let command = Command::RecordCheckIn {
        id,
        new: report.new.clone(),
    };
    let wish = Wish::new(command, &Reason::default());
    let outcome = write(context, &mut replica, &report.clock, wish)?;
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
            text(&report, (status, is_latest), screen)
        });
    finish(context, &mut replica, &outcome, None)?;
    Ok(Exit::Ok)
}

fn report(
    resolver: &Resolver<'_, '_>,
    clock: &Clock,
    args: &RecordArgs,
) -> Result<Report, CliError> {
    let id: KeyResultId = resolver.key_result(&args.key_result)?;
    let key_result = resolver.reading.key_result(id).map_err(failure::replica)?;
    let key_result =
        key_result.ok_or_else(|| CliError::internal("a key result that was found is not there"))?;
    let before = resolver
        .reading
        .latest_check_in(id)
        .map_err(failure::replica)?;
    let last = before.as_ref().map(|fact| &fact.check_in.value);
    let value = value::read(&key_result, last, &args.value)?;
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
        progress: progress(&key_result.measure, &new.value)
            .map(|progress| progress.raw().to_string()),
        status,
    }
}

/// Says `312 → 300 ms · 64% of the way · ◐ at risk · confidence 7 (was 6)`.
fn text(
    report: &Report,
    (after, is_latest): (Option<&KeyResultStanding>, bool),
    screen: &Screen,
) -> String {
    let Report {
        key_result,
        before,
        new,
        clock,
    } = report;
    let before = before.as_ref().map(|fact| &fact.check_in);
    let id = short_id::shown(Alphabet::Thing, key_result.id.uuid());
    let id = screen.paint(Tone::Id, &id);
    let slug = screen.paint(Tone::Strong, key_result.slug.as_str());
    let title = screen.paint(Tone::Plain, key_result.title.as_str());
    // A report on an earlier day than the latest is no step from it.
    let last = before.filter(|before| before.effective <= new.effective);
    let last = last.map(|before| &before.value);
    let mut parts = vec![change(&key_result.measure, last, (&new.value, screen))];
    if let Some(progress) = progress(&key_result.measure, &new.value) {
        parts.push(match &key_result.measure {
            Measure::Hold(_) if progress.clamped() == okr_core::progress::Progress::ONE => {
                "held".to_owned()
            }
            Measure::Hold(_) => "not held".to_owned(),
            Measure::Metric(_) | Measure::Milestones(_) | Measure::Zones(_) => {
                format!("{} of the way", progress.percent())
            }
        });
    }
    if let Some(after) = after.filter(|_| is_latest) {
        let status = mark_and_words(after.status, screen);
        parts.push(screen.paint(tone(after.status), &status));
    }
    if let Some(confidence) = new.confidence {
        let was = before.and_then(|before| before.confidence);
        parts.push(match was {
            Some(was) if was != confidence => format!("confidence {confidence} (was {was})"),
            Some(_) | None => format!("confidence {confidence}"),
        });
    }
    let separator = if screen.ascii { " - " } else { " · " };
    let mut text = format!("{id}  {slug}  {title}\n      {}\n", parts.join(separator));
    if new.effective != clock.today() {
        let day = describe_day(new.effective);
        let latest = match (is_latest, before) {
            (false, Some(before)) => {
                format!(
                    "; the latest stays that of {}",
                    describe_day(before.effective)
                )
            }
            (true, _) | (false, None) => String::new(),
        };
        let line = format!("      as of {day}{latest}\n");
        text.push_str(&line);
    }
    text
}

fn change(measure: &Measure, last: Option<&Value>, (value, screen): (&Value, &Screen)) -> String {
    let unit = measure.unit().map(okr_core::text::Unit::as_str);
    match (last, value) {
        (Some(Value::Number(from)), Value::Number(to)) if from != to => {
            quantity_change(*from, *to, unit, screen)
        }
        (_, Value::Number(to)) => quantity(*to, unit, screen),
        (Some(from), to) if from != to => {
            format!("{} {} {}", from.shown(), screen.arrow(), to.shown())
        }
        (_, to) => to.shown(),
    }
}

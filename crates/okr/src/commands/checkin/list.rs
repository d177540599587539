//! `okr checkin list`: the reports on one key result, the newest first.

use okr_core::field::Shown as _;
use okr_core::value::Source;
use okr_core::view::View as _;
use okr_replica::{CheckInFact, Directory, Place, Reading};
use serde::Serialize;
use uuid::Uuid;

use crate::args::CheckInListArgs;
use crate::context::Context;
use crate::describe::Names;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::render::{Cell, Column, Screen, Table, Tone, iso};
use crate::resolve::resolver;
use crate::short_id::{self, Alphabet};
use crate::ui::Item;
use crate::when::Clock;

/// A check-in in machine output.
#[derive(Serialize)]
struct CheckInItem {
    id: Uuid,
    key_result: Uuid,
    effective: String,
    value: String,
    confidence: Option<u8>,
    note: Option<String>,
    author: Uuid,
    author_handle: Option<String>,
    on_behalf_of: Option<String>,
    source: &'static str,
    authored_at: String,
    position: Option<u64>,
    recorded_at: Option<String>,
    late: bool,
    corrected: bool,
    retracted: bool,
}

impl Item for CheckInItem {
    const TYPE: &'static str = "check_in";
    const SCHEMA: &'static str = "CheckInList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

pub(super) fn run(context: &mut Context, args: &CheckInListArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let directory = replica.directory().map_err(failure::replica)?;
    let (reading, at) = context.reading(&replica)?;
    let found = resolver(context, (&replica, &reading), &directory, &at.clock)?;
    let id = found.key_result(&args.key_result)?;
    let unit = reading.key_result(id).map_err(failure::replica)?;
    let unit = unit.and_then(|one| one.measure.unit().map(ToString::to_string));
    let facts = reading
        .check_ins(id, args.limit)
        .map_err(failure::replica)?;
    let items: Vec<CheckInItem> = facts
        .iter()
        .map(|fact| item(fact, (&reading, &directory), &at.clock))
        .collect();
    drop(reading);
    let frame = context.frame_at(&replica, &at)?;
    context.ui.answer(&frame, &items, |screen| {
        table(&items, unit.as_deref(), screen)
    });
    if items.is_empty() {
        context.ui.note("no check-in yet");
        context
            .ui
            .hint(&format!("okr checkin {} VALUE", args.key_result));
    }
    Ok(Exit::Ok)
}

fn item(
    fact: &CheckInFact,
    (reading, directory): (&Reading<'_>, &Directory),
    clock: &Clock,
) -> CheckInItem {
    let names = Names {
        view: reading,
        directory,
    };
    let check_in = &fact.check_in;
    let (position, recorded_at) = match fact.place {
        Place::Confirmed {
            position,
            recorded_at,
        } => (Some(position.get()), Some(iso(recorded_at, &clock.zone))),
        Place::Pending => (None, None),
    };
    CheckInItem {
        id: check_in.id.uuid(),
        key_result: check_in.key_result.uuid(),
        effective: check_in.effective.to_string(),
        value: check_in.value.shown(),
        confidence: check_in.confidence.map(okr_core::value::Confidence::get),
        note: check_in.note.as_ref().map(ToString::to_string),
        author: fact.author.uuid(),
        author_handle: names.person(fact.author).slug,
        on_behalf_of: fact.on_behalf_of.map(|person| {
            let called = names.person(person);
            called.slug.unwrap_or(called.short_id)
        }),
        source: fact.source.word(),
        authored_at: iso(fact.authored_at, &clock.zone),
        position,
        recorded_at,
        late: fact.late,
        corrected: fact.corrected,
        retracted: check_in.retracted,
    }
}

fn table(items: &[CheckInItem], unit: Option<&str>, screen: &Screen) -> String {
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("DAY"),
        Column::right("VALUE"),
        Column::right("CONFIDENCE"),
        Column::left("BY"),
        Column::left("NOTE").flexible(),
    ]);
    for item in items {
        let mut marks: Vec<&str> = Vec::new();
        let labels = [
            (item.retracted, "retracted"),
            (item.corrected, "corrected"),
            (item.late, "late"),
            (item.position.is_none(), "not pushed"),
            (item.source == Source::Import.word(), "imported"),
        ];
        marks.extend(
            labels
                .iter()
                .filter(|(holds, _)| *holds)
                .map(|(_, label)| *label),
        );
        let marks = if marks.is_empty() {
            String::new()
        } else {
            format!("[{}] ", marks.join(", "))
        };
        let value = match unit {
            Some(unit) => format!("{} {unit}", item.value),
            None => item.value.clone(),
        };
        let by = item.on_behalf_of.as_ref().or(item.author_handle.as_ref());
        let confidence = item.confidence.map_or("-".to_owned(), |c| c.to_string());
        let note = item.note.as_deref().unwrap_or_default();
        table.row([
            Cell::toned(Tone::Id, &short_id::shown(Alphabet::Thing, item.id)),
            item.effective.as_str().into(),
            value.into(),
            confidence.into(),
            by.map_or("-", String::as_str).into(),
            Cell::toned(Tone::Warning, &marks).and(Tone::Plain, note),
        ]);
    }
    table.render(screen)
}

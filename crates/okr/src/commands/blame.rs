//! `okr blame`: who set each field of a thing, when, by which change and why, and what it was before.

mod screen;

use okr_core::field::FieldValue;
use okr_core::id::{EntityId, EntityKind};
use okr_replica::{Blame, FieldBlame, LogEntry};

use super::log::learn_entries;
use super::past::{Past, find_one, learn_from};
use crate::args::BlameArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::BlameItem;
use crate::ui::OutputFormat;
use crate::wording::{field_named, typed_field};

/// What has fields that somebody set.
const KINDS: &[EntityKind] = &[
    EntityKind::Objective,
    EntityKind::KeyResult,
    EntityKind::Team,
    EntityKind::Cycle,
    EntityKind::CheckIn,
    EntityKind::Person,
    EntityKind::Initiative,
    EntityKind::Metric,
    EntityKind::MetricValue,
];

/// A thing, and the field of it that was asked for.
#[derive(Debug)]
struct Target {
    id: EntityId,
    /// As it was typed, when there was a dot.
    field: Option<String>,
}

/// Runs `okr blame`.
///
/// # Errors
/// When the reference, field or moment cannot be understood, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, args: &BlameArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let target = target(context, &past, &args.reference)?;
    let blame = past.reading.blame(target.id).map_err(failure::replica)?;
    let frame = past.frame(context)?;
    let Some(blame) = blame else {
        context
            .ui
            .answer::<BlameItem>(&frame, &[], |_| String::new());
        past.hint_empty(context);
        return Ok(Exit::Ok);
    };
    learn(context, &mut past, &blame)?;
    let one = match &target.field {
        Some(typed) => Some(field(&blame, typed, &past)?),
        None => None,
    };
    if context.ui.output() == OutputFormat::Table {
        let screen = *context.ui.screen();
        let text = match one {
            Some(one) => screen::field(&blame, one, &past, &screen),
            None => screen::fields(&blame, &past, &screen),
        };
        context.ui.print(&text);
    } else {
        let fields: Vec<&FieldBlame> = match one {
            Some(one) => vec![one],
            None => blame.fields.iter().collect(),
        };
        let item = BlameItem::new(&blame, &fields, &past.names);
        context.ui.answer(&frame, &[item], |_| String::new());
    }
    past.warn_upgrade(context);
    Ok(Exit::Ok)
}

/// Finds the thing that is meant, and tells the name of a field from the rest of the reference.
fn target(context: &mut Context, past: &Past<'_>, text: &str) -> Result<Target, CliError> {
    past.with_resolver(context, |resolver| {
        let whole = |field: Option<&str>, text: &str| {
            find_one(resolver, text, KINDS).map(|id| Target {
                id,
                field: field.map(str::to_owned),
            })
        };
        let Some((thing, word)) = text.rsplit_once('.') else {
            return whole(None, text);
        };
        if field_named(word).is_some() {
            return whole(Some(word), thing);
        }
        // A dot can also be part of an address; only then is this about the thing as a whole.
        match whole(None, text) {
            Ok(found) => Ok(found),
            Err(error) => whole(Some(word), thing).map_err(|_| error),
        }
    })
}

/// Finds a field of a thing.
fn field<'b>(blame: &'b Blame, typed: &str, past: &Past<'_>) -> Result<&'b FieldBlame, CliError> {
    let id = blame.entity.id();
    let label = past.names.label(id);
    let word = field_named(typed);
    let mut fields = blame.fields.iter();
    if let Some(found) = fields.find(|one| Some(one.field.word) == word) {
        return Ok(found);
    }
    if let (EntityId::KeyResult(_), Some("value" | "confidence")) = (id, word) {
        let message = format!("\"{label}\" has no check-in yet");
        return Err(CliError::user("no-check-in", message)
            .with_exit(Exit::NotFound)
            .with_hint(format!("okr checkin {label} VALUE")));
    }
    let words: Vec<String> = blame
        .fields
        .iter()
        .map(|one| typed_field(one.field.word))
        .collect();
    let message = format!("\"{label}\", a {}, has no field \"{typed}\"", id.kind());
    Err(CliError::user("unknown-field", message)
        .with_exit(Exit::NotFound)
        .with_hint(format!("its fields are {}", words.join(", "))))
}

/// Learns the names of what the fields name and named.
fn learn(context: &Context, past: &mut Past<'_>, blame: &Blame) -> Result<(), CliError> {
    let given = || blame.fields.iter().flat_map(|field| &field.given);
    let values = given().flat_map(|given| [&given.before, &given.value]);
    let things = values.flat_map(FieldValue::things);
    let things: Vec<EntityId> = things.chain([blame.entity.id()]).collect();
    learn_from(&mut past.names, &past.reading, things)?;
    let entries: Vec<LogEntry> = blame
        .amendments
        .iter()
        .map(|entry| (**entry).clone())
        .collect();
    learn_entries(context, past, &entries)
}

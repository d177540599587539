//! `okr log --patch`: every field that a change set, from what to what, in full.

use okr_core::entity::Entity;
use okr_core::field::{FieldStep, FieldValue};
use okr_core::id::EntityId;
use okr_core::measure::Measure;
use okr_replica::{LogEntry, Patch};

use crate::commands::past::{Past, learn_from};
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::output::PatchItem;
use crate::render::{Cell, Screen, Tone, iso, local, text_width, wrap};
use crate::short_id::{self, Alphabet};
use crate::ui::{OutputFormat, TimeStyle};
use crate::wording::{field_step, field_value, told};

/// The number of blanks before what belongs to a change.
const INDENT: usize = 4;

/// Answers with changes and their patches.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn answer(
    context: &mut Context,
    past: &mut Past<'_>,
    entries: &[LogEntry],
) -> Result<(), CliError> {
    let patches = read(context, past, entries)?;
    let frame = past.frame(context)?;
    let both = entries.iter().zip(&patches);
    if context.ui.output() == OutputFormat::Table {
        let screen = *context.ui.screen();
        let texts: Vec<String> = both.map(|one| change(one, past, &screen)).collect();
        context.ui.print(&texts.join("\n"));
    } else {
        let items: Vec<PatchItem> = both
            .map(|(entry, patch)| PatchItem::new(entry, patch, &past.names))
            .collect();
        context.ui.answer(&frame, &items, |_| String::new());
    }
    Ok(())
}

/// Reads what changes did, and learns the names of what the fields name.
///
/// # Errors
/// When the replica cannot be read.
pub(crate) fn read(
    context: &Context,
    past: &mut Past<'_>,
    entries: &[LogEntry],
) -> Result<Vec<Vec<Patch>>, CliError> {
    // What waits must be known to say what it does, whatever moment is asked for.
    let (present, _) = context.present(past.replica)?;
    let mut patches = Vec::new();
    for entry in entries {
        let patch = present.patch(entry).map_err(failure::replica)?;
        let steps = patch.iter().flat_map(|one| &one.steps);
        let named: Vec<EntityId> = steps.flat_map(things_of).collect();
        learn_from(&mut past.names, &present, named)?;
        patches.push(patch);
    }
    Ok(patches)
}

fn things_of(step: &FieldStep) -> impl Iterator<Item = EntityId> {
    let ends = [&step.from, &step.to].into_iter();
    ends.flat_map(FieldValue::things)
}

/// Renders a change: who and when, why, and each field of each thing.
fn change((entry, patches): (&LogEntry, &Vec<Patch>), past: &Past<'_>, screen: &Screen) -> String {
    let nothing = std::collections::HashMap::new();
    let mut told = told(entry, &nothing, &past.names, (&past.at.clock, screen));
    if past.all_pending {
        told.remarks
            .retain(|remark| remark != crate::wording::PENDING);
    }
    let when = match screen.time {
        TimeStyle::Iso => iso(entry.authored_at, &past.at.clock.zone),
        _ => local(entry.authored_at, &past.at.clock),
    };
    let mut head = Cell::toned(Tone::Id, &told.id)
        .and(Tone::Dim, &format!("  {when}"))
        .and(Tone::Plain, &format!("  {}", told.who));
    if !told.remarks.is_empty() {
        let remarks = told.remarks.join(&format!(" {} ", screen.dot()));
        head = head.and(Tone::Warning, &format!("  {remarks}"));
    }
    let mut lines = vec![head];
    let room = |indent: usize| screen.room_after(indent);
    if let Some(reason) = &told.reason {
        for line in wrap(&format!("reason \"{reason}\""), room(INDENT), screen) {
            lines.push(Cell::empty().and_at(INDENT, line.into()));
        }
    }
    let mut text = painted(&lines, screen);
    text.push_str(&things(patches, past, screen));
    text
}

/// Renders each field of each thing that a change set.
pub(crate) fn things(patches: &[Patch], past: &Past<'_>, screen: &Screen) -> String {
    let lines = patches.iter().flat_map(|patch| thing(patch, past, screen));
    let lines: Vec<Cell> = lines.collect();
    painted(&lines, screen)
}

fn painted(lines: &[Cell], screen: &Screen) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(line.paint(usize::MAX, screen).trim_end_matches(' '));
        text.push('\n');
    }
    text
}

fn thing(patch: &Patch, past: &Past<'_>, screen: &Screen) -> Vec<Cell> {
    let id = patch.about;
    let sign = if patch.created { "+" } else { "~" };
    let label = format!("{} {}", past.names.label(id), id.kind().label());
    let short = short_id::shown(Alphabet::Thing, id.uuid());
    let head = Cell::empty()
        .and_at(INDENT, Cell::toned(Tone::Accent, sign))
        .and(Tone::Id, &format!(" {short}"))
        .and(Tone::Accent, &format!("  {label}"));
    let mut lines = vec![head];
    let word_start = INDENT + 2;
    let widest = patch.steps.iter().map(|step| text_width(step.word)).max();
    let start = word_start + widest.unwrap_or(0) + 2;
    let measure = measure_of(patch, past);
    for step in &patch.steps {
        let room = screen.room_after(start);
        let text = if patch.created {
            field_value(&step.to, measure.as_ref(), &past.names, screen)
        } else {
            field_step(step, measure.as_ref(), &past.names, screen)
        };
        let mut line = Cell::empty().and_at(word_start, Cell::toned(Tone::Dim, step.word));
        for part in wrap(&text, room, screen) {
            lines.push(line.and_at(start, part.into()));
            line = Cell::empty();
        }
    }
    lines
}

fn measure_of(patch: &Patch, past: &Past<'_>) -> Option<Measure> {
    let id = match past.names.thing(patch.about) {
        Some(Entity::CheckIn(check_in)) => check_in.key_result,
        Some(Entity::KeyResult(key_result)) => key_result.id,
        _ => return None,
    };
    past.names.measure(id).cloned()
}

//! `okr log --oneline`: each change on one line.

use okr_replica::{LogEntry, LogFilter};

use super::{before, told_all};
use crate::commands::past::Past;
use crate::context::Context;
use crate::error::CliError;
use crate::render::{Cell, Screen, Tone, iso, short_day, text_width};
use crate::wording::Told;

/// The number of blanks between two columns.
const GAP: usize = 2;
/// What somebody is called takes at most so many columns.
const WHO_WIDTH_MAX: usize = 12;

/// Answers with a line for each change.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn answer(
    context: &mut Context,
    past: &Past<'_>,
    (filter, entries): (&LogFilter, &[LogEntry]),
) -> Result<(), CliError> {
    let before = before::latest(past.replica, filter, entries)?;
    let screen = *context.ui.screen();
    let told = told_all(entries, &before, past, &screen);
    let text = lines(&told, past, &screen);
    context.ui.print(&text);
    Ok(())
}

fn lines(told: &[Told], past: &Past<'_>, screen: &Screen) -> String {
    let clock = &past.at.clock;
    let when = |one: &Told| {
        if screen.terminal {
            short_day(clock.zone.to_datetime(one.authored_at).date(), clock)
        } else {
            iso(one.authored_at, &clock.zone)
        }
    };
    let widest = |width: &dyn Fn(&Told) -> usize| told.iter().map(width).max().unwrap_or(0);
    let (id, time) = (
        widest(&|one| one.id.len()),
        widest(&|one| text_width(&when(one))),
    );
    let who = widest(&|one| text_width(&one.who)).min(WHO_WIDTH_MAX);
    let mut text = String::new();
    for one in told {
        let name = Cell::toned(Tone::Plain, &one.who);
        let name = if screen.terminal {
            name.shortened(WHO_WIDTH_MAX, screen)
        } else {
            name
        };
        let line = Cell::toned(Tone::Id, &one.id)
            .and_at(id + GAP, Cell::toned(Tone::Dim, &when(one)))
            .and_at(id + time + 2 * GAP, name)
            .and(Tone::Plain, " ")
            .and_at(id + time + who + 3 * GAP, what(one, past));
        let width = if screen.terminal {
            screen.width
        } else {
            usize::MAX
        };
        text.push_str(line.paint(width, screen).trim_end_matches(' '));
        text.push('\n');
    }
    text
}

/// Says the first thing that happened, how many more did, and what is special about it.
fn what(told: &Told, past: &Past<'_>) -> Cell {
    let mut cell = Cell::empty();
    if let Some(first) = told.said.first() {
        let label = past.names.label(first.about);
        cell = cell
            .and(Tone::Accent, &label)
            .and(Tone::Strong, &format!(" {}", first.word));
        let rest = first.line();
        if !rest.is_empty() {
            cell = cell.and(Tone::Plain, &format!(" {rest}"));
        }
    }
    let more = told.said.len().saturating_sub(1);
    if more > 0 {
        cell = cell.and(Tone::Dim, &format!(", and {more} more"));
    }
    for remark in &told.remarks {
        cell = cell.and(Tone::Warning, &format!("  {remark}"));
    }
    cell
}

//! `okr undo` and `okr redo`: what a command wrote is taken back, and forward again.
//!
//! Without a name it is all that the newest command of this machine wrote, or nothing of it.

mod item;
mod refusal;
mod screen;
mod task;

use okr_core::change::Change;
use okr_core::id::ChangeId;
use okr_core::text::LongText;
use okr_replica::{LogEntry, Obstacle, Replica, UndoOrder, UndoStep, Undone};

use super::goal::BULK;
use super::past::Past;
use crate::args::{Reason, RedoArgs, UndoArgs};
use crate::change_words::{learn, line};
use crate::context::Context;
use crate::error::CliError;
use crate::exchange;
use crate::exit::Exit;
use crate::failure;
use crate::names::Names;
use crate::render::Screen;
use crate::short_id::{self, Alphabet};
pub(super) use item::UndoneItem;
use task::{Task, Way};

/// How much of the words of a change goes into the reason of what undoes it, in characters.
const QUOTED_MAX: usize = 200;

/// How a task is done.
struct How<'a> {
    with_dependents: bool,
    reason: &'a Reason,
}

/// Runs `okr undo`.
///
/// # Errors
/// When there is nothing to undo, or no way back.
pub(crate) fn undo(context: &mut Context, args: &UndoArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut task = match &args.change {
        Some(text) => Task::named(&replica, text)?,
        None => Task::newest(&replica)?,
    };
    task.entirely &= !args.partly;
    let how = How {
        with_dependents: args.with_dependents,
        reason: &args.reason,
    };
    step(context, replica, (&task, &how))
}

/// Runs `okr redo`.
///
/// # Errors
/// When there is nothing to redo.
pub(crate) fn redo(context: &mut Context, args: &RedoArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut task = Task::redo(&replica)?;
    task.entirely &= !args.partly;
    let how = How {
        with_dependents: false,
        reason: &args.reason,
    };
    step(context, replica, (&task, &how))
}

/// Takes changes back or forward, and says what came of it.
fn step(
    context: &mut Context,
    mut replica: Replica,
    (task, how): (&Task, &How<'_>),
) -> Result<Exit, CliError> {
    let clock = context.present(&replica)?.1;
    let dry_run = context.globals.dry_run;
    let (steps, before) = steps(context, &replica, task, how.reason)?;
    let mut order = UndoOrder {
        steps,
        entirely: task.entirely,
        with_dependents: how.with_dependents,
        amendment: how.reason.category,
        now: context.now,
        today: clock.today(),
        dry_run,
    };
    if task.entries.len() >= BULK && !dry_run {
        // Nobody is asked about what is impossible.
        order.dry_run = true;
        let rehearsed = obey(context, &mut replica, task, &order)?;
        if let Undone::Refused(obstacles) = rehearsed {
            return Err(refused(context, &mut replica, (task, &obstacles)));
        }
        context.confirm(&task.question())?;
        order.dry_run = false;
    }
    let done = match obey(context, &mut replica, task, &order)? {
        Undone::Done(done) => done,
        Undone::Refused(obstacles) => {
            return Err(refused(context, &mut replica, (task, &obstacles)));
        }
    };
    screen::tell(context, &replica, (task, &done), &before)?;
    if dry_run {
        context.ui.note("dry run: nothing was written");
        return Ok(Exit::Ok);
    }
    context.ui.hint(match task.way {
        Way::Back => "okr redo takes this back; okr undo goes further back",
        Way::Forward => "okr undo takes this back; okr redo goes further forward",
    });
    let written = done.written.iter().map(|counter| &counter.change);
    let written: Vec<&Change> = done.put_back.iter().chain(written).collect();
    exchange::after_write(context, &mut replica, &written)?;
    Ok(Exit::Ok)
}

/// Says why nothing was done. What stays for good is passed over from then on: without a name, undoing
/// goes further back each time.
fn refused(
    context: &mut Context,
    replica: &mut Replica,
    (task, obstacles): (&Task, &[Obstacle]),
) -> CliError {
    let passes = task.is_newest && !context.globals.dry_run && refusal::all_stays(task, obstacles);
    if !passes {
        return refusal::error(context, replica, (task, obstacles));
    }
    let ids: Vec<ChangeId> = task.entries.iter().map(|entry| entry.id).collect();
    let next = match replica.pass_over(&ids).and_then(|()| replica.undoable()) {
        Ok(next) => next,
        Err(error) => return failure::replica(error),
    };
    let hint = match next {
        Some(next) => format!("okr undo again goes further back, to {}", task::next(&next)),
        None => "nothing of yours before it is left to undo".to_owned(),
    };
    refusal::error(context, replica, (task, obstacles)).with_hint(hint)
}

fn obey(
    context: &mut Context,
    replica: &mut Replica,
    task: &Task,
    order: &UndoOrder,
) -> Result<Undone, CliError> {
    let mut fresh = || context.new_uuid();
    let done = if task.by_redoing {
        replica.redo(order, &mut fresh)
    } else {
        replica.undo(order, &mut fresh)
    };
    done.map_err(failure::replica)
}

/// Gives each change the reason of what takes it back: the one that was given, or which change is
/// undone, and why it was made or what it does. Also returns what things are called before.
fn steps(
    context: &mut Context,
    replica: &Replica,
    task: &Task,
    reason: &Reason,
) -> Result<(Vec<UndoStep>, Names), CliError> {
    let mut past = Past::open(context, replica)?;
    let entries = task.entries.iter();
    let changes = entries.filter_map(|entry| entry.change.as_ref());
    learn(context, &mut past, &changes.collect::<Vec<_>>())?;
    let steps = task.entries.iter().map(|entry| {
        Ok(UndoStep {
            change: entry.id,
            reason: match &reason.reason {
                Some(reason) => reason.clone(),
                None => default_reason(task.way, entry, &past)?,
            },
        })
    });
    let steps = steps.collect::<Result<Vec<UndoStep>, CliError>>()?;
    Ok((steps, past.names))
}

fn default_reason(way: Way, entry: &LogEntry, past: &Past<'_>) -> Result<LongText, CliError> {
    let short = short(entry.id);
    let what = match (&entry.reason, &entry.change) {
        (Some(reason), _) => reason.to_string(),
        (None, Some(change)) => line(change, past, &Screen::piped()).replace("  ", " "),
        (None, None) => String::new(),
    };
    let what: String = what.chars().take(QUOTED_MAX).collect();
    let word = match way {
        Way::Back => "undo",
        Way::Forward => "redo",
    };
    let text = format!("{word} of {short}: {what}");
    LongText::new(text.trim_end_matches([':', ' ']))
        .map_err(|error| CliError::internal(format!("a reason of {short}: {error}")))
}

fn short(id: ChangeId) -> String {
    short_id::shown(Alphabet::Change, id.uuid())
}

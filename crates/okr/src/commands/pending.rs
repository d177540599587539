//! `okr pending`: what waits on this machine to be pushed, and how to drop some of it.

use std::collections::HashMap;

use okr_core::change::Change;
use okr_core::id::ChangeId;
use okr_replica::{LogEntry, LogFilter, PendingEntry, Replica, TakenOut};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::counted;
use super::log::{before, screen};
use super::past::Past;
use crate::args::{PendingArgs, PendingCommand, PendingDropArgs};
use crate::change_words::{learn, line, lines, own_entry};
use crate::context::{Context, only_change};
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::ChangeItem;
use crate::render::{Screen, Tone, page};
use crate::short_id::{self, Alphabet};
use crate::ui::Item;
use crate::wording::{PENDING, Told, told};

/// With more changes than this a check-in is shown without the value before it, which takes a look
/// into the past.
const STEPS_MAX: usize = 100;

/// Runs `okr pending`.
///
/// # Errors
/// When the replica cannot be read, or a change cannot be dropped.
pub(crate) fn run(context: &mut Context, args: &PendingArgs) -> Result<Exit, CliError> {
    match &args.command {
        None => list(context),
        Some(PendingCommand::Drop(args)) => drop_one(context, args),
    }
}

fn list(context: &mut Context) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let waiting = replica.pending().map_err(failure::replica)?;
    let mut past = Past::open(context, &replica)?;
    let changes: Vec<&Change> = waiting.iter().map(|entry| &entry.change).collect();
    learn(context, &mut past, &changes)?;
    let me = past.me();
    let entries = changes.iter().map(|change| own_entry(me, change));
    let entries: Vec<LogEntry> = entries.collect();
    let items: Vec<PendingItem> = waiting
        .iter()
        .zip(&entries)
        .map(|(pending, entry)| PendingItem {
            change: ChangeItem::new(entry, &past.names),
            offered: pending.offered,
            builds_on: pending.builds_on.iter().map(|id| id.uuid()).collect(),
        })
        .collect();
    let frame = past.frame(context)?;
    let before = steps(context, &replica, &entries)?;
    context.ui.answer(&frame, &items, |screen| {
        let told = waiting.iter().zip(&entries).map(|(pending, entry)| {
            let view = (&past.at.clock, screen);
            marked(told(entry, &before, &past.names, view), pending)
        });
        let told: Vec<Told> = told.collect();
        screen::render(&told, &past.names, &past.at.clock, screen)
    });
    match (waiting.is_empty(), past.info.remote.is_some()) {
        (true, _) => context.ui.note("nothing waits to be pushed"),
        (false, true) => context
            .ui
            .hint("okr sync pushes them; okr pending drop CHANGE drops one"),
        (false, false) => context
            .ui
            .note("there is no server yet: they wait until the workspace has one"),
    }
    if past.info.conflicts > 0 {
        let count = u64::try_from(past.info.conflicts).unwrap_or(u64::MAX);
        let conflicts = counted(count, "conflict");
        let wait = if count == 1 { "waits" } else { "wait" };
        context
            .ui
            .hint(&format!("{conflicts} {wait} for a decision: okr conflicts"));
    }
    Ok(Exit::Ok)
}

/// Returns what counted before each check-in, where that is not too much to look up.
fn steps(
    context: &Context,
    replica: &Replica,
    entries: &[LogEntry],
) -> Result<before::Latest, CliError> {
    if entries.len() > STEPS_MAX || context.ui.output().is_json() {
        return Ok(HashMap::new());
    }
    let filter = LogFilter {
        oldest_first: true,
        ..LogFilter::default()
    };
    before::latest(replica, &filter, entries)
}

/// Says what is special about a change among those that wait.
fn marked(mut told: Told, pending: &PendingEntry) -> Told {
    told.remarks.retain(|remark| remark != PENDING);
    if !pending.builds_on.is_empty() {
        let ids = pending
            .builds_on
            .iter()
            .map(|id| short_id::shown(Alphabet::Change, id.uuid()));
        let ids: Vec<String> = ids.collect();
        told.remarks.push(format!("builds on {}", ids.join(", ")));
    }
    if pending.offered {
        told.remarks.push("sent, not confirmed".to_owned());
    }
    told
}

/// A change that waits, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct PendingItem {
    #[serde(flatten)]
    change: ChangeItem,
    /// Whether it was sent already, without an answer that says what became of it.
    offered: bool,
    /// The changes before it that it builds on directly.
    builds_on: Vec<Uuid>,
}

impl Item for PendingItem {
    const TYPE: &'static str = "pending";
    const SCHEMA: &'static str = "PendingList";

    fn id(&self) -> Option<Uuid> {
        Some(self.change.id.0)
    }
}

fn drop_one(context: &mut Context, args: &PendingDropArgs) -> Result<Exit, CliError> {
    let mut replica = context.replica()?;
    let id = find(&replica, &args.change)?;
    let dry_run = context.globals.dry_run;
    let taken = replica
        .drop_pending(id, (args.with_dependents, dry_run), context.now)
        .map_err(failure::replica)?;
    let short = short_id::shown(Alphabet::Change, id.uuid());
    match taken {
        TakenOut::Done(changes) => tell(context, &replica, (&short, &changes)),
        TakenOut::DependedOn(ids) => Err(depended_on(context, &replica, (&short, &ids))),
        TakenOut::Offered(offered) => {
            let offered = short_id::shown(Alphabet::Change, offered.uuid());
            let message = format!("{offered} was sent, and the server may have it");
            Err(CliError::user("offered", message)
                .with_hint("okr sync finds out")
                .with_hint(format!("okr undo {short} takes it back in any case")))
        }
        TakenOut::Founding => Err(CliError::user(
            "founding",
            format!("{short} founds the organisation; everything stands on it"),
        )),
        TakenOut::NotPending => Err(not_pending(&args.change)),
    }
}

fn not_pending(text: &str) -> CliError {
    CliError::user(
        "not-pending",
        format!("\"{text}\" does not wait to be pushed"),
    )
    .with_exit(Exit::NotFound)
    .with_hint("okr pending lists what waits; okr undo CHANGE takes back what was pushed")
}

fn find(replica: &Replica, text: &str) -> Result<ChangeId, CliError> {
    let waiting = replica.pending().map_err(failure::replica)?;
    let ids = waiting.iter().map(|entry| entry.change.id);
    let found: Vec<ChangeId> = ids
        .filter(|id| {
            short_id::matches_prefix(Alphabet::Change, id.uuid(), text) || id.to_string() == text
        })
        .collect();
    if found.is_empty() {
        return Err(not_pending(text));
    }
    only_change(&found, text)
}

/// Says what was dropped, or would be.
fn tell(
    context: &mut Context,
    replica: &Replica,
    (short, changes): (&str, &[Change]),
) -> Result<Exit, CliError> {
    let mut past = Past::open(context, replica)?;
    learn(context, &mut past, &changes.iter().collect::<Vec<_>>())?;
    let me = past.me();
    let dropped = !context.globals.dry_run;
    let items: Vec<DroppedItem> = changes
        .iter()
        .map(|change| DroppedItem {
            change: ChangeItem::new(&own_entry(me, change), &past.names),
            dropped,
        })
        .collect();
    let frame = past.frame(context)?;
    context.ui.answer(&frame, &items, |screen| {
        page(
            changes
                .iter()
                .flat_map(|one| said(one, &past, (screen, dropped)))
                .collect(),
        )
    });
    if dropped {
        let hint = format!("okr resolve {short} --take mine writes it again");
        context.ui.hint(&hint);
    } else {
        context.ui.note("dry run: nothing was written");
    }
    Ok(Exit::Ok)
}

fn said(change: &Change, past: &Past<'_>, (screen, dropped): (&Screen, bool)) -> Vec<String> {
    let id = short_id::shown(Alphabet::Change, change.id.uuid());
    let id = screen.paint(Tone::Id, &id);
    let word = if dropped {
        "dropped"
    } else {
        "would be dropped"
    };
    lines(change, past, screen)
        .iter()
        .map(|line| format!("{id}  {word}  {}", screen.paint(Tone::Plain, line)))
        .collect()
}

/// How many dependents are listed.
const LISTED_MAX: usize = 10;

fn depended_on(
    context: &mut Context,
    replica: &Replica,
    (short, ids): (&str, &[ChangeId]),
) -> CliError {
    let message = match ids.len() {
        1 => format!("one change builds on {short}"),
        more => format!("{more} changes build on {short}"),
    };
    let mut error = CliError::user("depended-on", message);
    for line in dependent_lines(context, replica, ids).unwrap_or_default() {
        error = error.with_detail(line);
    }
    if ids.len() > LISTED_MAX {
        error = error.with_detail(format!("and {} more", ids.len() - LISTED_MAX));
    }
    error.with_hint(format!(
        "okr pending drop {short} --with-dependents drops them as well"
    ))
}

fn dependent_lines(
    context: &mut Context,
    replica: &Replica,
    ids: &[ChangeId],
) -> Result<Vec<String>, CliError> {
    let waiting = replica.pending().map_err(failure::replica)?;
    let listed: Vec<&Change> = waiting
        .iter()
        .map(|entry| &entry.change)
        .filter(|change| ids.contains(&change.id))
        .take(LISTED_MAX)
        .collect();
    let mut past = Past::open(context, replica)?;
    learn(context, &mut past, &listed)?;
    let words = listed.iter().map(|change| {
        let id = short_id::shown(Alphabet::Change, change.id.uuid());
        format!("{id}  {}", line(change, &past, &Screen::piped()))
    });
    Ok(words.collect())
}

/// A change that was dropped, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct DroppedItem {
    #[serde(flatten)]
    change: ChangeItem,
    /// Whether it was done, not only rehearsed.
    dropped: bool,
}

impl Item for DroppedItem {
    const TYPE: &'static str = "dropped_pending";
    const SCHEMA: &'static str = "DroppedPendingList";

    fn id(&self) -> Option<Uuid> {
        Some(self.change.id.0)
    }
}

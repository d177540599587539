//! `okr op`: the commands that wrote on this machine, and what they did.

mod item;

use okr_core::change::Change;
use okr_core::event::Event;
use okr_replica::{Did, OperationChange, OperationEntry, Replica, Standing};
use uuid::Uuid;

use super::counted;
use super::log::Window;
use super::past::Past;
use crate::args::{Limit, OpArgs, OpCommand, OpLogArgs, OpShowArgs};
use crate::change_words::{learn, line};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::render::{Cell, Column, Screen, Table, Tone, iso, local, moment, page};
use crate::short_id::{self, Alphabet};
pub(super) use item::{OperationItem, ShownItem};

/// Runs `okr op log` or `okr op show`.
///
/// # Errors
/// When an operation or moment cannot be understood, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, args: &OpArgs) -> Result<Exit, CliError> {
    match &args.command {
        OpCommand::Log(args) => log(context, args),
        OpCommand::Show(args) => show(context, args),
    }
}

fn log(context: &mut Context, args: &OpLogArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let past = Past::open(context, &replica)?;
    let since = Window::read(context, &past, (args.since.as_deref(), None))?.since;
    let limit = match args.limit {
        Limit::At(limit) => limit,
        Limit::All => usize::MAX,
    };
    let entries = replica.operations(since, limit.saturating_add(1));
    let mut entries = entries.map_err(failure::replica)?;
    let has_more = entries.len() > limit;
    entries.truncate(limit);
    let items: Vec<OperationItem> = entries.iter().map(OperationItem::new).collect();
    let frame = past.frame(context)?;
    context
        .ui
        .answer(&frame, &items, |screen| table(&entries, &past, screen));
    if entries.is_empty() {
        context
            .ui
            .hint("nothing was written here since operations are kept; okr log shows all changes");
    }
    if has_more {
        context.ui.hint("earlier ones: okr op log --limit all");
    }
    Ok(Exit::Ok)
}

/// Lists operations.
fn table(entries: &[OperationEntry], past: &Past<'_>, screen: &Screen) -> String {
    let mut table = Table::new([
        Column::left("ID"),
        Column::left("TIME"),
        Column::left("COMMAND").flexible(),
        Column::left("DID"),
    ]);
    for entry in entries {
        let operation = &entry.operation;
        table.row([
            Cell::toned(Tone::Id, &short(operation.id)),
            moment(operation.begun_at, &past.at.clock, screen).into(),
            operation.command.as_str().into(),
            summary(entry).into(),
        ]);
    }
    table.render(screen)
}

fn short(id: Uuid) -> String {
    short_id::shown(Alphabet::Change, id)
}

/// Says in a few words what an operation did.
fn summary(entry: &OperationEntry) -> String {
    let mut words = Vec::new();
    for (wanted, word) in [
        (Did::Written, "written"),
        (Did::Dropped, "dropped"),
        (Did::Conflict, "in conflict"),
        (Did::Again, "to push again"),
    ] {
        if entry.count(wanted) > 0 {
            words.push(format!("{} {word}", entry.count(wanted)));
        }
        if wanted == Did::Written && entry.undone > 0 {
            words.push(if entry.undone == entry.count(wanted) {
                "undone".to_owned()
            } else {
                format!("{} of them undone", entry.undone)
            });
        }
    }
    if entry.pulled > 0 {
        words.push(format!("{} came", entry.pulled));
    }
    if entry.pushed > 0 {
        words.push(format!("{} went", entry.pushed));
    }
    if entry.failure.is_some() {
        words.push("broke off".to_owned());
    }
    words.join(", ")
}

fn show(context: &mut Context, args: &OpShowArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let entry = find(&replica, &args.operation)?;
    let changes = replica
        .operation_changes(&entry)
        .map_err(failure::replica)?;
    let mut past = Past::open(context, &replica)?;
    let said: Vec<&Change> = changes
        .iter()
        .filter_map(|one| one.change.as_ref())
        .collect();
    learn(context, &mut past, &said)?;
    let item = ShownItem::new(&entry, &changes, &past);
    let frame = past.frame(context)?;
    context
        .ui
        .answer(&frame, std::slice::from_ref(&item), |screen| {
            whole((&entry, &changes), &past, screen)
        });
    Ok(Exit::Ok)
}

/// Finds an operation by the beginning of its short id, or by its id.
///
/// # Errors
/// When there is none, or more than one.
pub(super) fn find(replica: &Replica, text: &str) -> Result<OperationEntry, CliError> {
    let unknown = || {
        CliError::user("unknown-ref", format!("there is no operation \"{text}\""))
            .with_exit(Exit::NotFound)
            .with_hint("okr op log shows those that are kept")
    };
    let id = if let Ok(uuid) = Uuid::parse_str(text) {
        uuid
    } else {
        let digits = text.to_ascii_lowercase();
        let found = replica.find_operation(&digits).map_err(failure::replica)?;
        match found.as_slice() {
            [] => return Err(unknown()),
            [only] => *only,
            several => {
                let message = format!(
                    "\"{text}\" is the beginning of {} operations",
                    several.len()
                );
                let mut error = CliError::user("ambiguous-ref", message).with_exit(Exit::NotFound);
                for id in several.iter().take(10) {
                    error = error.with_detail(short_id::full(Alphabet::Change, *id));
                }
                return Err(error.with_hint("give more of the id"));
            }
        }
    };
    let entry = replica.operation(id).map_err(failure::replica)?;
    entry.ok_or_else(unknown)
}

/// Shows an operation in full.
fn whole(
    (entry, changes): (&OperationEntry, &[OperationChange]),
    past: &Past<'_>,
    screen: &Screen,
) -> String {
    let operation = &entry.operation;
    let when = if screen.terminal {
        local(operation.begun_at, &past.at.clock)
    } else {
        iso(operation.begun_at, &past.at.clock.zone)
    };
    let id = screen.paint(Tone::Id, &short(operation.id));
    let mut lines = vec![
        format!("{id}  {}", screen.paint(Tone::Strong, &operation.command)),
        format!(
            "  {when}, {}, process {}",
            operation.program, operation.process
        ),
    ];
    if entry.pulled + entry.pushed > 0 {
        lines.push(format!(
            "  {} came from the server, {} went to it",
            counted(entry.pulled, "change"),
            entry.pushed
        ));
    }
    if let Some(failure) = &entry.failure {
        lines.push(screen.paint(Tone::Warning, &format!("  it broke off: {failure}")));
    }
    for change in changes {
        let id = screen.paint(Tone::Id, &short(change.id.uuid()));
        let standing = standing(change, past);
        let said = change.change.as_ref().map(|said| line(said, past, screen));
        let said = said.unwrap_or_else(|| "not kept here".to_owned());
        let said = screen.paint(Tone::Plain, &said);
        lines.push(format!("  {id}  {said}"));
        lines.push(screen.paint(
            Tone::Dim,
            &format!("            {}, {standing}", did(change)),
        ));
    }
    page(lines)
}

const fn did(change: &OperationChange) -> &'static str {
    match change.did {
        Did::Written => "written",
        Did::Dropped => "taken out",
        Did::Conflict => "met another change",
        Did::Again => "lost by the server, to be pushed again",
    }
}

/// Says what became of a change.
fn standing(change: &OperationChange, past: &Past<'_>) -> String {
    let undone = match (change.undone, change.undone_by) {
        (false, _) => String::new(),
        (true, None) => ", undone".to_owned(),
        (true, Some(by)) => format!(", undone by {}", short(by.uuid())),
    };
    let now = match change.standing {
        Standing::Confirmed(position) => format!("now in the log at {position}"),
        Standing::Pending if past.all_pending => "on this machine".to_owned(),
        Standing::Pending => "now pending".to_owned(),
        Standing::Conflict => "now in conflict".to_owned(),
        Standing::Dropped => "now in okr conflicts --dropped".to_owned(),
        Standing::Gone => "now gone".to_owned(),
    };
    format!("{now}{undone}")
}

/// Returns the ids of what a change is about.
fn subjects(change: &Change) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = Vec::new();
    for id in change.events.iter().map(Event::subject) {
        if !ids.contains(&id.uuid()) {
            ids.push(id.uuid());
        }
    }
    ids
}

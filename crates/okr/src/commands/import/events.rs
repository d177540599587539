//! A whole history that `okr export --events` wrote, taken into an organisation that is empty.
//!
//! Every line is checked before the first one is written. Without a server all of it is written in
//! one step; with one it goes in parts, each sent before the next, so that nothing grows with the file.

use std::path::Path;

use okr_replica::{
    EventsChecked, EventsError, EventsFile, EventsOrder, EventsTaken, Replica, TakenIn,
};

use super::sending::Sending;
use super::{ImportItem, number};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;

/// From how many changes on it is worth having a server: without one, each command goes through all of them.
const MANY: u64 = 50_000;

pub(super) fn run(
    context: &mut Context,
    replica: &mut Replica,
    path: &Path,
) -> Result<ImportItem, CliError> {
    let mut file = EventsFile::open(path).map_err(|error| refused(error, path))?;
    let sending = Sending::begin(context, replica)?;
    let checked = file.check(replica, &mut |done| {
        sending.tell_some(context, done, "changes checked");
    });
    context.ui.progress_ends();
    let checked = checked.map_err(|error| refused(error, path))?;
    replica
        .may_take_in(file.head(), &checked)
        .map_err(|error| refused(error, path))?;
    let taken = all(context, replica, (&mut file, &checked, &sending), path)?;
    let is_local = replica.info().map_err(failure::replica)?.remote.is_none();
    if taken.written >= MANY && is_local {
        context.ui.note(
            "each command goes through all that no server has confirmed: a server makes this fast",
        );
    }
    let time = |pick: fn(&(jiff::Timestamp, jiff::Timestamp)) -> jiff::Timestamp| {
        checked.authored.as_ref().map(|both| pick(both).to_string())
    };
    Ok(ImportItem {
        file: path.display().to_string(),
        source: file.head().name().unwrap_or("a history").to_owned(),
        outcome: ImportItem::outcome(context.globals.dry_run),
        changes: number(taken.written),
        already_known: number(taken.known),
        nothing_to_do: number(taken.nothing_to_do),
        people: taken.people,
        first_authored_at: time(|both| both.0),
        last_authored_at: time(|both| both.1),
        table: None,
    })
}

/// Takes in part after part.
fn all(
    context: &mut Context,
    replica: &mut Replica,
    (file, checked, sending): (&mut EventsFile, &EventsChecked, &Sending),
    path: &Path,
) -> Result<TakenIn, CliError> {
    let dry_run = context.globals.dry_run;
    let mut all = TakenIn::default();
    sending.catch_up(context, replica, checked.changes)?;
    loop {
        let order = EventsOrder {
            today: context.present(replica)?.1.today(),
            dry_run,
            most: sending.most(),
        };
        let step = replica.take_in_events(file, order, &mut |done| {
            sending.tell_some(context, done, "changes taken in");
        });
        context.ui.progress_ends();
        match step.map_err(|error| refused(error, path))? {
            EventsTaken::Taken(step) => {
                all.written += step.written;
                all.known += step.known;
                all.nothing_to_do += step.nothing_to_do;
                all.people.extend(step.people);
                all.ended = step.ended;
                if step.written > 0 {
                    sending.send(context, replica, (all.known + all.written, checked.changes))?;
                }
            }
            EventsTaken::Refused { line, rejection } => {
                let place = format!("in {}, line {line}", path.display());
                let kept = match all.written {
                    0 => "nothing of this file was written".to_owned(),
                    written => format!("{written} changes before it are in"),
                };
                return Err(failure::rejected(&rejection, None)
                    .with_detail(place)
                    .with_hint(kept));
            }
        }
        if all.ended {
            return Ok(all);
        }
    }
}

/// Ends a hint: whatever is wrong with a file, all of it was read before anything was written.
const NOTHING: &str = "nothing was written";

/// Says why a file is not taken in.
fn refused(error: EventsError, path: &Path) -> CliError {
    let message = format!("{}: {error}", path.display());
    let (shown, hint) = match error {
        EventsError::Replica(error) => return failure::replica(error),
        EventsError::Read { source, .. } => {
            let message = format!("{} cannot be read", path.display());
            return CliError::user("unreadable-file", message).caused_by(&source);
        }
        EventsError::NotEmpty { .. } => {
            let next = format!("okr init NAME, then okr import -w NAME {}", path.display());
            return CliError::user("not-empty", message)
                .with_hint("a history goes into an organisation of its own:")
                .with_hint(next);
        }
        EventsError::Same => (
            CliError::user("same-organisation", message),
            "okr sync brings what is missing here",
        ),
        EventsError::Newer { .. } => (
            CliError::user("unknown-format", message).with_exit(Exit::Incompatible),
            "upgrade okr to take it in",
        ),
        EventsError::NewerChange { .. } => (
            CliError::user("upgrade-needed", message).with_exit(Exit::Incompatible),
            "upgrade okr to take it in",
        ),
        EventsError::Body { problem, .. } => (
            CliError::user("bad-file", message).caused_by(&problem),
            "okr export --events writes such a file",
        ),
        EventsError::Count { stated, found } if found < stated => (
            CliError::user("bad-file", message),
            "it was cut off: export it again",
        ),
        EventsError::Edited { .. } => (
            CliError::user("bad-file", message),
            "a history cannot be edited in its file: import it, then change it",
        ),
        EventsError::Head { .. }
        | EventsError::Malformed { .. }
        | EventsError::Count { .. }
        | EventsError::Write(_) => (
            CliError::user("bad-file", message),
            "okr export --events writes such a file",
        ),
    };
    shown.with_hint(format!("{hint}; {NOTHING}"))
}

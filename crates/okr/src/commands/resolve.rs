//! `okr resolve`: decides a change that met another one.

use okr_core::id::{ChangeId, EntityKind};
use okr_replica::{Conflict, Replica, Resolution, Resolved};
use serde::Serialize;
use uuid::Uuid;

use super::conflicts;
use super::counted;
use crate::args::{ResolveArgs, Take};
use crate::context::{Context, only_change};
use crate::error::CliError;
use crate::exchange;
use crate::exit::Exit;
use crate::failure;
use crate::resolve::look;
use crate::short_id::{self, Alphabet};
use crate::ui::Item;

const KINDS: &[EntityKind] = &[
    EntityKind::Objective,
    EntityKind::KeyResult,
    EntityKind::Team,
    EntityKind::CheckIn,
];

pub(crate) fn run(context: &mut Context, args: &ResolveArgs) -> Result<Exit, CliError> {
    let mut replica = context.replica()?;
    let change = conflict(context, &replica, &args.reference)?;
    let clock = context.present(&replica)?.1;
    let new_id = ChangeId::new(context.new_uuid());
    let resolution = match args.take {
        Take::Mine => Resolution::Mine,
        Take::Theirs => Resolution::Theirs,
    };
    let outcome = replica
        .resolve(change, resolution, new_id, clock.today())
        .map_err(failure::replica)?;
    let short = short_id::shown(Alphabet::Change, change.uuid());
    let said = match outcome {
        Resolved::Again(_) => format!("{short}: yours, made again over what was there"),
        Resolved::AlreadySo => format!("{short}: it is so already"),
        Resolved::Dropped => format!("{short}: theirs stays, yours was dropped"),
        Resolved::StillRefused(refusal) => {
            return Err(
                CliError::user(refusal.code.clone(), refusal.message.clone())
                    .with_exit(Exit::ConflictsOpen)
                    .with_hint("the conflict is kept; --take theirs drops your change"),
            );
        }
        Resolved::NoSuchConflict => return Err(no_conflict(&args.reference)),
    };
    let directory = replica.directory().map_err(failure::replica)?;
    let (reading, clock) = context.present(&replica)?;
    let left = conflicts::items(&replica, (&reading, &directory), &clock)?;
    drop(reading);
    let frame = context.frame(&replica, &clock)?;
    let pending = frame.pending;
    let item = ResolvedItem {
        change: change.uuid(),
        taken: match args.take {
            Take::Mine => "mine",
            Take::Theirs => "theirs",
        },
        new_change: match args.take {
            Take::Mine => Some(new_id.uuid()),
            Take::Theirs => None,
        },
        conflicts_left: left.len(),
    };
    context.ui.answer(&frame, std::slice::from_ref(&item), |_| {
        let left = u64::try_from(left.len()).unwrap_or(u64::MAX);
        let (left, pending) = (counted(left, "conflict"), counted(pending, "change"));
        format!("{said}\n{left} left, {pending} to push\n")
    });
    exchange::after_write(context, &mut replica)?;
    Ok(Exit::Ok)
}

/// Finds the conflict that is meant: by the change, or by the thing that it is about.
fn conflict(context: &mut Context, replica: &Replica, text: &str) -> Result<ChangeId, CliError> {
    let open: Vec<Conflict> = replica.conflicts().map_err(failure::replica)?;
    let by_change: Vec<ChangeId> = open
        .iter()
        .map(|conflict| conflict.change.id)
        .filter(|id| {
            short_id::matches_prefix(Alphabet::Change, id.uuid(), text) || id.to_string() == text
        })
        .collect();
    if !by_change.is_empty() {
        return only_change(&by_change, text);
    }
    if open.is_empty() {
        return Err(no_conflict(text));
    }
    let (_, id) = look(context, |resolver, _| resolver.find(text, KINDS))?;
    let about: Vec<ChangeId> = open
        .iter()
        .filter(|conflict| {
            let mut events = conflict.change.events.iter();
            events.any(|event| event.subject() == id)
        })
        .map(|conflict| conflict.change.id)
        .collect();
    if about.is_empty() {
        return Err(no_conflict(text));
    }
    only_change(&about, text)
}

fn no_conflict(text: &str) -> CliError {
    CliError::user("no-conflict", format!("\"{text}\" is in no conflict"))
        .with_exit(Exit::NotFound)
        .with_hint("okr conflicts lists those that are open")
}

/// A decision in machine output.
#[derive(Serialize)]
struct ResolvedItem {
    change: Uuid,
    taken: &'static str,
    new_change: Option<Uuid>,
    conflicts_left: usize,
}

impl Item for ResolvedItem {
    const TYPE: &'static str = "resolved";
    const SCHEMA: &'static str = "ResolvedList";

    fn id(&self) -> Option<Uuid> {
        Some(self.change)
    }
}

//! Which values gave way to others in a sync: one's own to those of others, and the other way round.

use std::collections::HashSet;

use okr_core::event::Event;
use okr_core::id::{ChangeId, PersonId, Position};
use rusqlite::Connection;

use super::SyncError;
use crate::aspect::Aspect;
use crate::error::ReplicaError;
use crate::log::{self, LogEntry};
use crate::setter;

/// With more new changes than this nobody reads whose value gave way to whose, in changes.
const LOOKED_AT_MAX: u64 = 1000;

/// A value that gave way to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superseded {
    /// The edit: from the value that gave way to the one that holds.
    pub event: Event,
    /// The change that made it.
    pub by: LogEntry,
    /// The change that had set the value before.
    pub before: LogEntry,
    /// Whether the new value is one's own; else the old one was.
    pub mine: bool,
}

/// Finds the values that gave way in the changes after a position.
///
/// Those of others that replaced one's own, and one's own of `pushed` that replaced others'.
pub(super) fn since(
    db: &Connection,
    (before, head): (Position, Position),
    (me, pushed): (PersonId, &HashSet<ChangeId>),
) -> Result<Vec<Superseded>, SyncError> {
    let mut all = Vec::new();
    // A first load replaces nothing that anybody here has seen.
    if before == Position::ZERO || head.get() - before.get() > LOOKED_AT_MAX {
        return Ok(all);
    }
    for number in before.get() + 1..=head.get() {
        let Some(entry) = log::entry(db, Position::new(number))? else {
            continue;
        };
        let mine = entry.author == me;
        if mine && !pushed.contains(&entry.id) {
            continue;
        }
        let events = entry.change.iter().flat_map(|change| &change.events);
        for event in events.filter(|event| event.field_change().is_some()) {
            let earlier = earlier(db, event, Position::new(number - 1))?;
            if let Some(earlier) = earlier.filter(|one| (one.author == me) != mine) {
                all.push(Superseded {
                    event: event.clone(),
                    by: entry.clone(),
                    before: earlier,
                    mine,
                });
            }
        }
    }
    Ok(all)
}

/// Finds the change that set a field up to a position.
fn earlier(
    db: &Connection,
    event: &Event,
    until: Position,
) -> Result<Option<LogEntry>, ReplicaError> {
    setter::last(db, (event.subject(), &Aspect::of(event)), until)
}

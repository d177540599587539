//! The life of an entity up to the moment: the changes that made it what it is, step by step.

use std::rc::Rc;

use okr_core::change::Change;
use okr_core::entity::Entity;
use okr_core::field::{FieldStep, field_steps};
use okr_core::id::{EntityId, Position};

use super::{Queue, Reading};
use crate::error::ReplicaError;
use crate::log::{self, LogEntry};
use crate::moment::{Bound, Confirmed, Waiting};
use crate::version;

/// What a change did to an entity.
#[derive(Clone, Debug)]
pub(super) struct Lived {
    pub(super) entry: Rc<LogEntry>,
    /// The fields that it changed.
    pub(super) steps: Vec<FieldStep>,
}

/// Which changes count: those of a reading, without those that count for an earlier one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Between {
    pub(super) until: Bound,
    pub(super) after: Option<Bound>,
}

impl Between {
    /// Says whether a pending change counts.
    const fn waits(&self, place: usize, authored_at: i64) -> bool {
        let before = match self.after {
            Some(after) => after.waiting.counts(place, authored_at),
            None => false,
        };
        self.until.waiting.counts(place, authored_at) && !before
    }

    /// Says whether a pending change about an entity counts.
    pub(super) fn waits_for(&self, id: EntityId, queue: &Queue) -> bool {
        let mut events = queue.events(id, Waiting::Everything);
        events.any(|queued| self.waits(queued.place, queued.authored_at))
    }

    /// Returns the last position after which a confirmed change counts.
    fn after_position(&self) -> Position {
        match self.after.map(|after| after.confirmed) {
            Some(Confirmed::Until(position)) => position,
            Some(Confirmed::Authored(_)) | None => Position::ZERO,
        }
    }

    /// Says whether a change counts by when it was authored, where that matters.
    pub(super) fn is_authored_within(&self, entry: &LogEntry) -> bool {
        let at = entry.authored_at.as_microsecond();
        let before = match self.after.map(|after| after.confirmed) {
            Some(Confirmed::Authored(after)) => at <= after,
            Some(Confirmed::Until(_)) | None => false,
        };
        match self.until.confirmed {
            Confirmed::Authored(until) => at <= until && !before,
            Confirmed::Until(_) => true,
        }
    }
}

impl Reading<'_> {
    /// Returns what makes an entity at the moment and did not at an earlier one.
    pub(super) const fn between(&self, earlier: &Reading<'_>, id: EntityId) -> Between {
        Between {
            until: self.bound(id),
            after: Some(earlier.bound(id)),
        }
    }

    /// Returns what a change did to an entity, for each change of it that counts, in their order.
    ///
    /// `before` is what it was before the first of them.
    pub(super) fn lived(
        &self,
        id: EntityId,
        before: Option<Entity>,
        between: Between,
    ) -> Result<Vec<Lived>, ReplicaError> {
        let mut state = before;
        let mut lives = Vec::new();
        for entry in self.entries_about(id, between)? {
            let before = state.clone();
            let events = entry.change.iter().flat_map(|change| &change.events);
            for event in events.filter(|event| event.subject() == id) {
                state = Entity::evolve(state.take(), event);
            }
            lives.push(Lived {
                steps: field_steps(before.as_ref(), state.as_ref()),
                entry: Rc::new(entry),
            });
        }
        Ok(lives)
    }

    /// Returns the changes about an entity that count, in the order in which they apply.
    pub(super) fn entries_about(
        &self,
        id: EntityId,
        between: Between,
    ) -> Result<Vec<LogEntry>, ReplicaError> {
        let mut entries = Vec::new();
        for position in self.positions_about(id, between)? {
            entries.extend(log::entry(self.db(), position)?);
        }
        entries.retain(|entry| between.is_authored_within(entry));
        let mut last = None;
        for queued in self.queue.events(id, Waiting::Everything) {
            let counts = between.waits(queued.place, queued.authored_at);
            if counts && last != Some(queued.place) {
                last = Some(queued.place);
                let change = self.queue.changes[queued.place].clone();
                entries.push(self.waiting_entry(change));
            }
        }
        Ok(entries)
    }

    /// Returns the entry of a pending change that fits.
    pub(super) fn waiting_entry(&self, change: Change) -> LogEntry {
        LogEntry {
            late: self.queue.late.has_change(change.id),
            ..log::pending_entry(self.me, change)
        }
    }

    fn positions_about(
        &self,
        id: EntityId,
        between: Between,
    ) -> Result<Vec<Position>, ReplicaError> {
        let db = self.db();
        let Some(entity) = self.key(id)? else {
            return Ok(Vec::new());
        };
        let until = match between.until.confirmed {
            Confirmed::Until(position) => entity.row(position),
            // What was authored by then can stand anywhere in the log.
            Confirmed::Authored(_) => entity.last_row(),
        };
        let mut statement = db
            .prepare_cached("SELECT key FROM versions WHERE key > ?1 AND key <= ?2 ORDER BY key")?;
        let after = entity.row(between.after_position());
        let keys = statement.query_map((after, until), |row| row.get(0))?;
        let mut positions = Vec::new();
        for key in keys {
            positions.extend(version::position_of_row(key?));
        }
        Ok(positions)
    }
}

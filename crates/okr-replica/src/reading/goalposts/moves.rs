//! What moved after the commitment: amendments, late additions, and goals that left or came back.

use std::collections::BTreeSet;

use okr_core::amendment::amends;
use okr_core::entity::Objective;
use okr_core::event::Event;
use okr_core::id::{CycleId, EntityId, ObjectiveId, TeamId};
use okr_core::value::GoalState;
use okr_core::view::{MemoryView, View as _};
use rusqlite::Connection;

use super::super::Reading;
use crate::error::ReplicaError;
use crate::log::{self, LogEntry};
use crate::moment::{Axis, Bound, Confirmed};
use crate::record;
use crate::version::{self, EntityKey};

/// A change that moved goalposts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The change, with only those of its events that moved something.
    pub entry: LogEntry,
    /// What each of these events did, in the same order.
    pub steps: Vec<MoveStep>,
}

/// What an event did to the commitments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoveStep {
    /// What it did.
    pub kind: MoveKind,
    /// What it is about: the cycle, an objective or a key result.
    pub subject: EntityId,
    /// The objective that this is, or belongs to.
    pub objective: Option<ObjectiveId>,
    /// The team that pursues the objective.
    pub team: Option<TeamId>,
}

/// What an event did to the commitments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MoveKind {
    /// A definition was changed.
    Amendment,
    /// A goal came in that was not committed to.
    LateAddition,
    /// A goal left: abandoned, archived, or moved elsewhere. It no longer counts.
    TakenOut,
    /// A goal that was committed to and had left came back.
    PutBack,
}

impl MoveKind {
    /// Returns the stable word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Amendment => "amendment",
            Self::LateAddition => "late-addition",
            Self::TakenOut => "taken-out",
            Self::PutBack => "put-back",
        }
    }
}

impl Reading<'_> {
    /// Returns what moved after the commitment, in the order of the axis.
    pub(super) fn moved(
        &self,
        id: CycleId,
        bound: Bound,
        waiting: &[(usize, LogEntry)],
    ) -> Result<Vec<Moved>, ReplicaError> {
        let mut story = Story {
            reading: self,
            cycle: id,
            bound,
            view: MemoryView::new(),
            known: BTreeSet::new(),
            committed: BTreeSet::new(),
        };
        let mut moved = Vec::new();
        // In the order of the log, in which events build on each other, whatever the axis.
        for entry in self.entries_since(id, bound)? {
            moved.extend(story.entry(entry)?);
        }
        for (place, entry) in waiting {
            let at = entry.authored_at.as_microsecond();
            if self.definitions.waiting.counts(*place, at) && !bound.waiting.counts(*place, at) {
                moved.extend(story.entry(entry.clone())?);
            }
        }
        match self.moment.axis {
            Axis::Recorded => {}
            // A stable order: what was written at one moment stays in the order of the log.
            Axis::Authored | Axis::Effective => moved.sort_by_key(|one| one.entry.authored_at),
        }
        Ok(moved)
    }

    /// Returns the confirmed changes about a cycle, its objectives and its key results since the
    /// commitment, in the order of the log.
    fn entries_since(&self, id: CycleId, bound: Bound) -> Result<Vec<LogEntry>, ReplicaError> {
        let db = self.db();
        let mut positions = BTreeSet::new();
        for key in self.ever_in(id)? {
            self.positions_since(key, bound, &mut positions)?;
        }
        let mut entries = Vec::new();
        for position in positions {
            let Some(entry) = log::entry(db, record::position(position)?)? else {
                continue;
            };
            if let (Confirmed::Authored(from), Confirmed::Authored(until)) =
                (bound.confirmed, self.definitions.confirmed)
            {
                let authored = entry.authored_at.as_microsecond();
                if authored <= from || authored > until {
                    continue;
                }
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    /// Returns a cycle and every objective and key result that was ever in it, by what is confirmed.
    fn ever_in(&self, id: CycleId) -> Result<Vec<EntityKey>, ReplicaError> {
        let db = self.db();
        let Some(cycle) = self.key(id.into())? else {
            return Ok(Vec::new());
        };
        let mut keys = vec![cycle];
        for objective in ever_below(db, "cycle", cycle)? {
            keys.push(objective);
            keys.extend(ever_below(db, "parent", objective)?);
        }
        Ok(keys)
    }

    fn positions_since(
        &self,
        key: EntityKey,
        bound: Bound,
        positions: &mut BTreeSet<i64>,
    ) -> Result<(), ReplicaError> {
        let (after, last) = match (bound.confirmed, self.definitions.confirmed) {
            (Confirmed::Until(after), Confirmed::Until(last)) => (key.row(after), key.row(last)),
            (Confirmed::Until(_) | Confirmed::Authored(_), _) => {
                (key.first_row() - 1, key.last_row())
            }
        };
        let mut statement = self
            .db()
            .prepare_cached("SELECT key FROM versions WHERE key > ?1 AND key <= ?2")?;
        let mut rows = statement.query((after, last))?;
        while let Some(row) = rows.next()? {
            positions.extend(version::position_of_row(row.get(0)?).map(record::number));
        }
        Ok(())
    }
}

/// Returns what ever belonged to a cycle or an objective, by the column that says it.
fn ever_below(
    db: &Connection,
    column: &str,
    outer: EntityKey,
) -> Result<BTreeSet<EntityKey>, ReplicaError> {
    let sql = format!("SELECT key FROM versions WHERE {column} = ?1");
    let mut statement = db.prepare_cached(&sql)?;
    let keys = statement.query_map([outer.0], |row| row.get(0).map(EntityKey::of_row))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// The state of the goals that changes were about so far, beginning with the commitment.
struct Story<'a, 'r> {
    reading: &'a Reading<'r>,
    cycle: CycleId,
    bound: Bound,
    view: MemoryView,
    /// What was looked up at the commitment.
    known: BTreeSet<EntityId>,
    /// The goals that were committed to, as far as they were looked up.
    committed: BTreeSet<EntityId>,
}

impl Story<'_, '_> {
    fn entry(&mut self, mut entry: LogEntry) -> Result<Option<Moved>, ReplicaError> {
        let Some(change) = &mut entry.change else {
            return Ok(None);
        };
        let mut steps = Vec::new();
        let mut events = Vec::new();
        for event in std::mem::take(&mut change.events) {
            if let Some(step) = self.step(&event)? {
                steps.push(step);
                events.push(event);
            }
        }
        change.events = events;
        Ok((!steps.is_empty()).then_some(Moved { entry, steps }))
    }

    /// Takes an event into the state, and says what it did to the commitments.
    fn step(&mut self, event: &Event) -> Result<Option<MoveStep>, ReplicaError> {
        let subject = event.subject();
        match subject {
            EntityId::Cycle(id) if id == self.cycle => {}
            EntityId::Objective(_) | EntityId::KeyResult(_) => {}
            EntityId::Org(_)
            | EntityId::Person(_)
            | EntityId::Team(_)
            | EntityId::Cycle(_)
            | EntityId::CheckIn(_)
            | EntityId::Comment(_)
            | EntityId::Initiative(_)
            | EntityId::Metric(_)
            | EntityId::MetricValue(_) => return Ok(None),
        }
        self.learn(subject)?;
        let was_there = self.counts(subject);
        let home = self.objective(subject);
        self.view.apply_event(event);
        // A move may lead to an objective that nothing was about yet.
        self.learn_objective(subject)?;
        let kind = match (was_there, self.counts(subject)) {
            (true, true) if amends(event).is_some() => MoveKind::Amendment,
            (true, false) => MoveKind::TakenOut,
            (false, true) if self.committed.contains(&subject) => MoveKind::PutBack,
            (false, true) => MoveKind::LateAddition,
            (true, true) | (false, false) => return Ok(None),
        };
        let objective = match kind {
            MoveKind::TakenOut => home,
            MoveKind::Amendment | MoveKind::LateAddition | MoveKind::PutBack => {
                self.objective(subject)
            }
        };
        Ok(Some(MoveStep {
            kind,
            subject,
            objective: objective.as_ref().map(|objective| objective.id),
            team: objective.and_then(|objective| objective.team),
        }))
    }

    /// Looks up what a thing was at the commitment, and what it belonged to.
    fn learn(&mut self, id: EntityId) -> Result<(), ReplicaError> {
        if !self.known.insert(id) {
            return Ok(());
        }
        if let Some(entity) = self.reading.entity_by(id, self.bound)? {
            self.view.insert(entity);
        }
        self.learn_objective(id)?;
        if self.counts(id) {
            self.committed.insert(id);
        }
        Ok(())
    }

    fn learn_objective(&mut self, id: EntityId) -> Result<(), ReplicaError> {
        let EntityId::KeyResult(id) = id else {
            return Ok(());
        };
        let Ok(key_result) = self.view.key_result(id);
        match key_result.map(|key_result| key_result.objective) {
            Some(objective) => self.learn(objective.into()),
            None => Ok(()),
        }
    }

    /// Returns the objective that a thing is or belongs to.
    fn objective(&self, id: EntityId) -> Option<Objective> {
        let id = match id {
            EntityId::Objective(id) => id,
            EntityId::KeyResult(id) => {
                let Ok(key_result) = self.view.key_result(id);
                key_result?.objective
            }
            EntityId::Org(_)
            | EntityId::Person(_)
            | EntityId::Team(_)
            | EntityId::Cycle(_)
            | EntityId::CheckIn(_)
            | EntityId::Comment(_)
            | EntityId::Initiative(_)
            | EntityId::Metric(_)
            | EntityId::MetricValue(_) => return None,
        };
        let Ok(objective) = self.view.objective(id);
        objective.map(std::borrow::Cow::into_owned)
    }

    /// Says whether a thing is a goal that counts in the cycle; a draft is none yet.
    fn counts(&self, id: EntityId) -> bool {
        if let EntityId::Cycle(_) = id {
            return true;
        }
        let is_pursued = |state| matches!(state, GoalState::Active | GoalState::Closed);
        if let EntityId::KeyResult(id) = id {
            let Ok(key_result) = self.view.key_result(id);
            if !key_result.is_some_and(|key_result| is_pursued(key_result.state())) {
                return false;
            }
        }
        self.objective(id)
            .is_some_and(|objective| objective.cycle == self.cycle && is_pursued(objective.state()))
    }
}

//! Commitments: when a cycle was first opened, and what its goals were then.

use okr_core::entity::{Entity, Objective};
use okr_core::event::{CycleEvent, Event};
use okr_core::id::{CycleId, EntityId, KeyResultId};
use okr_core::measure::Measure;
use okr_core::view::View as _;

use super::{Known, Reading};
use crate::error::ReplicaError;
use crate::moment::{Axis, Bound, Confirmed, Waiting};
use crate::version::{self, EntityKey, RowRef, Version};

/// How a goal stood when its cycle was committed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Original {
    /// Whether it was added after the commitment.
    pub(super) late_addition: bool,
    /// Its measure at the commitment or, added later, at its creation; none when it is still so.
    pub(super) measure: Option<Measure>,
}

impl Reading<'_> {
    /// Returns what counted when a cycle was first opened; none when it was not by the moment.
    pub(super) fn commitment(&self, id: CycleId) -> Result<Option<Bound>, ReplicaError> {
        if !self.cycle(id)?.is_some_and(|cycle| cycle.is_committed()) {
            return Ok(None);
        }
        let confirmed = self.first_committed(id)?;
        let waiting = self.definitions.waiting;
        let opened = self
            .queue
            .events(id.into(), waiting)
            .filter(|queued| matches!(queued.event, Event::Cycle(_, CycleEvent::Opened)));
        Ok(match self.moment.axis {
            Axis::Recorded => confirmed.or_else(|| {
                opened.map(|queued| queued.place).min().map(|place| Bound {
                    confirmed: self.definitions.confirmed,
                    waiting: Waiting::Upto(place),
                })
            }),
            Axis::Authored | Axis::Effective => {
                let confirmed = confirmed.map(|bound| version::condition_value(bound.confirmed));
                let pending = opened.map(|queued| queued.authored_at);
                confirmed
                    .into_iter()
                    .chain(pending)
                    .min()
                    .map(|time| Bound {
                        confirmed: Confirmed::Authored(time),
                        waiting: Waiting::Authored(time),
                    })
            }
        })
    }

    /// Returns when a cycle was first committed to by what is confirmed.
    fn first_committed(&self, id: CycleId) -> Result<Option<Bound>, ReplicaError> {
        let Some(key) = self.key(id.into())? else {
            return Ok(None);
        };
        let committed = |entity: &Entity| match entity {
            Entity::Cycle(cycle) => cycle.is_committed(),
            _ => false,
        };
        let first = self.first(key, committed)?;
        Ok(first.and_then(|version| {
            let confirmed = match self.definitions.confirmed {
                Confirmed::Until(_) => Confirmed::Until(version::position_of_row(version.row.key)?),
                Confirmed::Authored(_) => Confirmed::Authored(version.row.authored_from()?),
            };
            Some(Bound {
                confirmed,
                waiting: Waiting::Nothing,
            })
        }))
    }

    /// Returns the first version of an entity by the moment that is as wanted.
    fn first(
        &self,
        key: EntityKey,
        wanted: impl Fn(&Entity) -> bool,
    ) -> Result<Option<Version>, ReplicaError> {
        let (from, order) = match self.definitions.confirmed {
            Confirmed::Until(_) => ("recorded_from", "key"),
            Confirmed::Authored(_) => ("authored_from", "authored_from, key"),
        };
        let sql = format!(
            "SELECT {} FROM versions WHERE key BETWEEN ?1 AND ?2 AND {from} <= ?3 ORDER BY {order}",
            version::COLUMNS
        );
        let mut statement = self.snapshot.db.prepare_cached(&sql)?;
        let until = version::condition_value(self.definitions.confirmed);
        let mut rows = statement.query((key.first_row(), key.last_row(), until))?;
        while let Some(row) = rows.next()? {
            let version = Version::read(row)?;
            if wanted(&version.entity) {
                return Ok(Some(version));
            }
        }
        Ok(None)
    }

    /// Returns how a key result stood at the commitment of its cycle.
    pub(super) fn original(
        &self,
        known: &Known,
        commitment: Option<Bound>,
    ) -> Result<Original, ReplicaError> {
        let (Entity::KeyResult(now), Some(bound)) = (&known.entity, commitment) else {
            return Ok(Original::default());
        };
        // Most key results are today what they were then.
        if known.row.is_some_and(|row| row.was_there(bound.confirmed)) {
            return Ok(Original::default());
        }
        let then = self.entity_by(now.id.into(), bound)?;
        let late_addition = then.is_none();
        let then = match then {
            Some(then) => Some(then),
            None => self.created(now.id)?,
        };
        let measure = match then {
            Some(Entity::KeyResult(then)) => Some(then.measure),
            _ => None,
        };
        Ok(Original {
            late_addition,
            measure: measure.filter(|measure| *measure != now.measure),
        })
    }

    /// Returns what a key result was when it was created.
    fn created(&self, id: KeyResultId) -> Result<Option<Entity>, ReplicaError> {
        let id = EntityId::from(id);
        if let Some(key) = self.key(id)?
            && let Some(first) = self.first(key, |_| true)?
        {
            return Ok(Some(first.entity));
        }
        let waiting = self.definitions.waiting;
        let first = self.queue.events(id, waiting).next();
        Ok(first.and_then(|queued| Entity::evolve(None, queued.event)))
    }

    /// Says whether an objective came into its cycle after the commitment.
    pub(super) fn is_late(
        &self,
        (objective, row): (&Objective, Option<RowRef>),
        commitment: Option<Bound>,
    ) -> Result<bool, ReplicaError> {
        let Some(bound) = commitment else {
            return Ok(false);
        };
        // Most objectives are today what they were then.
        if row.is_some_and(|row| row.was_there(bound.confirmed)) {
            return Ok(false);
        }
        Ok(match self.entity_by(objective.id.into(), bound)? {
            Some(Entity::Objective(then)) => then.cycle != objective.cycle,
            _ => true,
        })
    }
}

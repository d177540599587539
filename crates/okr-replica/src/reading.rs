//! A reading: the organisation at a moment, as one consistent snapshot.
//!
//! What is confirmed comes from the database; what is pending and fits lies over it in memory.

mod blame;
mod blocker;
mod check_in;
mod check_in_rows;
mod comment;
mod commitment;
mod committed;
mod diff;
mod feeding;
mod find;
pub(crate) mod goalposts;
mod goals;
mod initiative;
mod kept;
mod latest;
mod life;
mod lineage;
mod list;
mod metric;
mod numbers;
mod patch;
mod queue;
pub(crate) mod rhythm;
mod series;
mod standing;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use okr_core::Date;
use okr_core::entity::{
    CheckIn, Comment, Cycle, Entity, HealthMetric, Initiative, KeyResult, MetricValue, Objective,
    Org, Person, Team,
};
use okr_core::id::{
    CheckInId, CommentId, CycleId, EntityId, InitiativeId, KeyResultId, MetricId, MetricValueId,
    ObjectiveId, OrgId, PersonId, Position, TeamId,
};
use okr_core::view::View;
use rusqlite::Connection;

pub use blame::{Blame, FieldBlame, Given};
pub use blocker::{BlockerFact, StandingBlocker};
pub use check_in::CheckInFact;
pub use comment::{CommentFact, CommentFilter};
pub use diff::{Changed, ChangedField, Diff, DiffScope, RollUp, RollUpOf, Stand, Stands};
pub use feeding::{Fed, PassedOver};
pub use find::Found;
pub use goals::CycleGoals;
pub use initiative::InitiativeFilter;
pub use latest::{Latest, Made, Makers};
pub use lineage::Lineage;
pub use list::ObjectiveFilter;
pub use metric::{MetricStanding, MetricValueFact};
pub use patch::Patch;
pub use series::{KeyResultSeries, MeasureStep, ObjectiveSeries, Origin};
pub use standing::{CycleStanding, KeyResultStanding, ObjectiveStanding};

use crate::error::ReplicaError;
use crate::ingest::days::{day_number, day_of_micros};
use crate::meta::{self, Meta};
use crate::moment::{Axis, Bound, Confirmed, Moment, Point, Waiting};
use crate::record;
use crate::replica::{Replica, Snapshot};
use crate::version::{self, EntityKey, RowRef, Version};
pub(crate) use numbers::Numbers;
pub(crate) use queue::Queue;

/// The organisation at a moment.
#[derive(Debug)]
pub struct Reading<'r> {
    snapshot: Snapshot<'r>,
    moment: Moment,
    org: OrgId,
    me: PersonId,
    /// What makes the definitions.
    definitions: Bound,
    /// What makes the check-ins, and the values of metrics.
    check_ins: Bound,
    /// The last effective day that counts.
    last_day: Option<Date>,
    /// No check-in that counts is about a later day; where the search for the latest begins.
    seek_day: i64,
    queue: Arc<Queue>,
    changed: BTreeMap<EntityId, Known>,
    /// The changed ones by what they belong to: key results, check-ins, and values of metrics.
    changed_below: HashMap<EntityId, Vec<EntityId>>,
    /// Every team and every cycle, once somebody asked: there are few, and they are asked for often.
    teams: OnceCell<Vec<Team>>,
    cycles: OnceCell<Vec<Cycle>>,
}

/// What an entity is at the moment, and how that is known.
#[derive(Clone, Debug)]
struct Known {
    entity: Entity,
    flags: i64,
    /// Grows in the order in which entities came into being.
    order: i64,
    /// The row it was read from, when no pending change is about it.
    row: Option<RowRef>,
    /// The place of the pending change that made it.
    born: Option<usize>,
}

impl Known {
    /// Returns its number; none when nothing confirmed is about it.
    const fn key(&self) -> Option<EntityKey> {
        if self.order < PENDING_ORDER {
            Some(EntityKey(self.order))
        } else {
            None
        }
    }
}

/// What comes into being by pending changes comes after everything confirmed.
const PENDING_ORDER: i64 = 1 << 62;

impl Replica {
    /// Reads the organisation at a moment.
    ///
    /// # Errors
    /// [`ReplicaError::PositionOffAxis`] and [`ReplicaError::BeyondHead`]; the store's failures.
    pub fn reading(&self, moment: Moment) -> Result<Reading<'_>, ReplicaError> {
        let snapshot = self.snapshot()?;
        let db = snapshot.db;
        let head = meta::head(db)?;
        let (definitions, check_ins) = bounds(&snapshot, moment, head)?;
        let mut reading = Reading {
            moment,
            org: meta::org(db)?,
            me: meta::me(db)?,
            definitions,
            check_ins,
            last_day: match moment.axis {
                Axis::Effective => Some(moment.day),
                Axis::Recorded | Axis::Authored => None,
            },
            seek_day: i64::MAX,
            queue: match definitions.waiting {
                Waiting::Nothing => Arc::default(),
                Waiting::Authored(_) | Waiting::Upto(_) | Waiting::Everything => {
                    snapshot.queue()?
                }
            },
            changed: BTreeMap::new(),
            changed_below: HashMap::new(),
            teams: OnceCell::new(),
            cycles: OnceCell::new(),
            snapshot,
        };
        reading.seek_day = reading.seek_day(head)?;
        reading.lay_over()?;
        Ok(reading)
    }
}

/// Says which changes make the definitions and which make the check-ins.
fn bounds(
    snapshot: &Snapshot<'_>,
    moment: Moment,
    head: Position,
) -> Result<(Bound, Bound), ReplicaError> {
    let everything = Bound {
        confirmed: Confirmed::Until(head),
        waiting: Waiting::Everything,
    };
    let authored = |until: i64, waiting| Bound {
        confirmed: Confirmed::Authored(until),
        waiting,
    };
    let definitions = match (moment.axis, moment.point) {
        (Axis::Recorded, Point::Now) => everything,
        (Axis::Recorded, Point::Position(position)) if position > head => {
            return Err(ReplicaError::BeyondHead { position, head });
        }
        (Axis::Recorded, Point::Position(position)) => Bound {
            confirmed: Confirmed::Until(position),
            waiting: Waiting::Nothing,
        },
        (Axis::Recorded, Point::Time(time)) => {
            let until = time.as_microsecond();
            Bound {
                confirmed: Confirmed::Until(record::position_at(snapshot.db, head, until)?),
                waiting: Waiting::Authored(until),
            }
        }
        (Axis::Authored | Axis::Effective, Point::Position(position)) => {
            return Err(ReplicaError::PositionOffAxis { position });
        }
        (Axis::Authored | Axis::Effective, Point::Now) => authored(i64::MAX, Waiting::Everything),
        (Axis::Authored | Axis::Effective, Point::Time(time)) => {
            let until = time.as_microsecond();
            authored(until, Waiting::Authored(until))
        }
    };
    Ok(match moment.axis {
        Axis::Recorded | Axis::Authored => (definitions, definitions),
        Axis::Effective => (definitions, everything),
    })
}

impl Reading<'_> {
    /// Returns the moment that is read.
    pub const fn moment(&self) -> Moment {
        self.moment
    }

    pub(crate) const fn db(&self) -> &Connection {
        self.snapshot.db
    }

    /// Returns the confirmed changes that make the definitions.
    pub(crate) const fn defined_by(&self) -> Confirmed {
        self.definitions.confirmed
    }

    /// Returns the last day that a check-in known on the axis can be about.
    fn seek_day(&self, head: Position) -> Result<i64, ReplicaError> {
        let db = self.snapshot.db;
        if let Some(day) = self.last_day {
            return Ok(day_number(day));
        }
        let (micros, ahead) = match self.check_ins.confirmed {
            Confirmed::Until(position) if position < head => {
                let newest = record::recorded_at(db, position)?;
                (newest.unwrap_or(0), Meta::AheadRecorded)
            }
            Confirmed::Until(_) | Confirmed::Authored(i64::MAX) => return Ok(i64::MAX),
            Confirmed::Authored(until) => (until, Meta::AheadAuthored),
        };
        let ahead: i64 = ahead.require(db)?;
        Ok(day_of_micros(micros) + ahead)
    }

    /// Returns the changes that make the definitions.
    pub(crate) const fn definitions(&self) -> Bound {
        self.definitions
    }

    /// Returns the changes that wait and fit, if any of them may count.
    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Returns what pending changes are about at the moment, with them applied.
    pub(crate) fn laid_over(&self) -> impl Iterator<Item = &Entity> {
        let entities = self.changed.values().map(|known| &known.entity);
        entities.filter(|entity| self.counts(entity))
    }

    /// Says whether a pending change that counts is about an entity.
    pub(crate) fn is_laid_over(&self, id: EntityId) -> bool {
        self.changed.contains_key(&id)
    }

    /// Returns the number of the last effective day that counts; none when all do.
    pub(crate) fn last_day_number(&self) -> Option<i64> {
        self.last_day.map(day_number)
    }

    /// Says whether check-ins count by other changes than definitions do.
    pub(crate) const fn is_effective(&self) -> bool {
        matches!(self.moment.axis, Axis::Effective)
    }

    /// Returns which changes make an entity.
    pub(crate) const fn bound(&self, id: EntityId) -> Bound {
        match id {
            EntityId::CheckIn(_) | EntityId::MetricValue(_) => self.check_ins,
            EntityId::Org(_)
            | EntityId::Person(_)
            | EntityId::Team(_)
            | EntityId::Cycle(_)
            | EntityId::Objective(_)
            | EntityId::KeyResult(_)
            | EntityId::Comment(_)
            | EntityId::Initiative(_)
            | EntityId::Metric(_) => self.definitions,
        }
    }

    /// Computes what the pending changes make of the entities that they are about.
    fn lay_over(&mut self) -> Result<(), ReplicaError> {
        let mut born = PENDING_ORDER;
        for id in self.queue.order.clone() {
            let bound = self.bound(id);
            let confirmed = self.confirmed(id, bound.confirmed)?;
            let flags = confirmed.as_ref().map_or(0, |version| version.flags);
            let order = confirmed.as_ref().map(|version| version.row.entity_key().0);
            let entity = confirmed.map(|version| version.entity);
            let folded = self.queue.fold(id, entity, bound.waiting);
            let (true, Some(entity)) = (folded.any, folded.entity) else {
                continue;
            };
            born += 1;
            if let Some(above) = above(&entity) {
                self.changed_below.entry(above).or_default().push(id);
            }
            let known = Known {
                entity,
                flags: flags | folded.flags,
                order: order.unwrap_or(born),
                row: None,
                born: folded.born,
            };
            self.changed.insert(id, known);
        }
        Ok(())
    }

    fn confirmed(
        &self,
        id: EntityId,
        confirmed: Confirmed,
    ) -> Result<Option<Version>, ReplicaError> {
        match self.key(id)? {
            Some(key) => version::at(self.snapshot.db, key, confirmed),
            None => Ok(None),
        }
    }

    /// Finds the number of an entity; none when nothing confirmed is about it.
    fn key(&self, id: EntityId) -> Result<Option<EntityKey>, ReplicaError> {
        self.snapshot.numbers.entity(self.snapshot.db, id)
    }

    /// Takes what was read of an entity, and remembers its number.
    fn take(&self, version: Version) -> Known {
        self.snapshot.numbers.learn(&version);
        Known::from(version)
    }

    /// Returns what an entity is at the moment.
    fn known(&self, id: EntityId) -> Result<Option<Known>, ReplicaError> {
        let found = match self.changed.get(&id) {
            Some(known) => Some(known.clone()),
            None => self
                .confirmed(id, self.bound(id).confirmed)?
                .map(Known::from),
        };
        Ok(found.filter(|known| self.counts(&known.entity)))
    }

    /// Returns what pending changes make of what belongs to a thing.
    fn changed_below(&self, above: EntityId) -> impl Iterator<Item = &Known> {
        let ids = self.changed_below.get(&above);
        let ids = ids.map_or(&[][..], Vec::as_slice).iter();
        ids.filter_map(|id| self.changed.get(id))
    }

    /// Says whether the day of a check-in, or of a value of a metric, is one that counts.
    pub(crate) fn counts(&self, entity: &Entity) -> bool {
        match (entity, self.last_day) {
            (Entity::CheckIn(check_in), Some(last)) => check_in.effective <= last,
            (Entity::MetricValue(value), Some(last)) => value.effective <= last,
            (_, _) => true,
        }
    }

    /// Returns what an entity was by the changes that count.
    fn entity_by(&self, id: EntityId, bound: Bound) -> Result<Option<Entity>, ReplicaError> {
        let confirmed = self.confirmed(id, bound.confirmed)?;
        let entity = confirmed.map(|version| version.entity);
        Ok(self.queue.fold(id, entity, bound.waiting).entity)
    }
}

/// Returns what an entity belongs to, where there can be many that belong to the same.
fn above(entity: &Entity) -> Option<EntityId> {
    match entity {
        Entity::KeyResult(key_result) => Some(key_result.objective.into()),
        Entity::CheckIn(check_in) => Some(check_in.key_result.into()),
        Entity::MetricValue(value) => Some(value.metric.into()),
        Entity::Org(_)
        | Entity::Person(_)
        | Entity::Team(_)
        | Entity::Cycle(_)
        | Entity::Objective(_)
        | Entity::Comment(_)
        | Entity::Initiative(_)
        | Entity::Metric(_) => None,
    }
}

impl From<Version> for Known {
    fn from(version: Version) -> Self {
        Self {
            order: version.row.entity_key().0,
            entity: version.entity,
            flags: version.flags,
            row: Some(version.row),
            born: None,
        }
    }
}

macro_rules! reads {
    ($($method:ident($id:ty) -> $kind:ty, $into:ident;)+) => {$(
        fn $method(&self, id: $id) -> Result<Option<Cow<'_, $kind>>, ReplicaError> {
            let known = self.known(id.into())?;
            Ok(known.and_then(|known| known.entity.$into()).map(Cow::Owned))
        }
    )+};
}

impl View for Reading<'_> {
    type Error = ReplicaError;

    fn org(&self) -> Result<Option<Cow<'_, Org>>, ReplicaError> {
        let known = self.known(self.org.into())?;
        Ok(known
            .and_then(|known| known.entity.into_org())
            .map(Cow::Owned))
    }

    reads! {
        person(PersonId) -> Person, into_person;
        team(TeamId) -> Team, into_team;
        cycle(CycleId) -> Cycle, into_cycle;
        objective(ObjectiveId) -> Objective, into_objective;
        key_result(KeyResultId) -> KeyResult, into_key_result;
        check_in(CheckInId) -> CheckIn, into_check_in;
        comment(CommentId) -> Comment, into_comment;
        initiative(InitiativeId) -> Initiative, into_initiative;
        metric(MetricId) -> HealthMetric, into_metric;
        metric_value(MetricValueId) -> MetricValue, into_metric_value;
    }
}

#[cfg(test)]
mod tests;

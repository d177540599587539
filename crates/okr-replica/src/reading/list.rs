//! Lists of what there is at the moment, in the order that people expect.

use std::collections::BTreeMap;

use okr_core::entity::{Cycle, Entity, KeyResult, Objective, Person, Team};
use okr_core::id::{CycleId, EntityId, EntityKind, ObjectiveId, PersonId, TeamId};
use okr_core::text::Name;

use super::kept::Kept;
use super::{Known, Reading};
use crate::error::ReplicaError;
use crate::moment::Confirmed;
use crate::version::{self, RowRef, Version};

/// Which objectives are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObjectiveFilter {
    /// Those of this cycle.
    pub cycle: Option<CycleId>,
    /// Those of this team.
    pub team: Option<TeamId>,
    /// Those of this owner.
    pub owner: Option<PersonId>,
    /// Those that were put away, too.
    pub archived: bool,
}

/// By which index a list is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    Kind(EntityKind),
    Parent(EntityId),
    Cycle(CycleId),
    Team(TeamId),
}

impl Reading<'_> {
    /// Returns everybody, in the order in which they joined.
    ///
    /// # Errors
    /// The store's failures.
    pub fn people(&self) -> Result<Vec<Person>, ReplicaError> {
        self.sorted(By::Kind(EntityKind::Person), Entity::into_person, |_| ())
    }

    /// Returns every team, by name.
    ///
    /// # Errors
    /// The store's failures.
    pub fn teams(&self) -> Result<Vec<Team>, ReplicaError> {
        if let Some(teams) = self.teams.get() {
            return Ok(teams.clone());
        }
        let name = |team: &Team| team.name.clone();
        let teams = self.sorted(By::Kind(EntityKind::Team), Entity::into_team, name)?;
        Ok(self.teams.get_or_init(|| teams).clone())
    }

    /// Returns every cycle, by its first day.
    ///
    /// # Errors
    /// The store's failures.
    pub fn cycles(&self) -> Result<Vec<Cycle>, ReplicaError> {
        if let Some(cycles) = self.cycles.get() {
            return Ok(cycles.clone());
        }
        let start = |cycle: &Cycle| (cycle.period.start(), cycle.period.end());
        let cycles = self.sorted(By::Kind(EntityKind::Cycle), Entity::into_cycle, start)?;
        Ok(self.cycles.get_or_init(|| cycles).clone())
    }

    /// Returns objectives by the name of their team, then in the order of their creation.
    ///
    /// # Errors
    /// The store's failures.
    pub fn objectives(&self, filter: &ObjectiveFilter) -> Result<Vec<Objective>, ReplicaError> {
        let known = self.known_objectives(filter)?.into_iter();
        Ok(known.map(|(objective, _)| objective).collect())
    }

    /// Returns objectives in the same order, with the rows that they were read from, if any.
    pub(super) fn known_objectives(
        &self,
        filter: &ObjectiveFilter,
    ) -> Result<Vec<(Objective, Option<RowRef>)>, ReplicaError> {
        let by = match (filter.cycle, filter.team) {
            (Some(cycle), _) => By::Cycle(cycle),
            (None, Some(team)) => By::Team(team),
            (None, None) => By::Kind(EntityKind::Objective),
        };
        let names = self.team_names()?;
        let name = |objective: &Objective| match objective.team {
            // The goals of the organisation as a whole come first.
            None => (0, None),
            Some(team) => (1, names.get(&team).cloned()),
        };
        let mut objectives = self.sorted_rows(by, Entity::into_objective, name)?;
        objectives.retain(|(objective, _)| {
            filter.cycle.is_none_or(|cycle| objective.cycle == cycle)
                && filter.team.is_none_or(|team| objective.team == Some(team))
                && filter.owner.is_none_or(|owner| objective.owner == owner)
                && (filter.archived || !objective.archived)
        });
        Ok(objectives)
    }

    /// Returns the key results of an objective, by their order, then by their creation.
    ///
    /// # Errors
    /// The store's failures.
    pub fn key_results(&self, objective: ObjectiveId) -> Result<Vec<KeyResult>, ReplicaError> {
        let known = self.known_key_results(objective)?.into_iter();
        Ok(known
            .filter_map(|known| known.entity.into_key_result())
            .collect())
    }

    pub(super) fn known_key_results(
        &self,
        objective: ObjectiveId,
    ) -> Result<Vec<Known>, ReplicaError> {
        self.key_results_kept(objective, &Kept::default())
    }

    /// As [`Reading::known_key_results`], by a statement for many objectives.
    pub(super) fn key_results_kept<'a>(
        &'a self,
        objective: ObjectiveId,
        kept: &Kept<'a>,
    ) -> Result<Vec<Known>, ReplicaError> {
        let mut found = self.list_kept(By::Parent(objective.into()), kept)?;
        found.sort_by_key(|known| match &known.entity {
            Entity::KeyResult(key_result) => (key_result.order, known.order),
            _ => (u32::MAX, known.order),
        });
        Ok(found)
    }

    pub(super) fn team_names(&self) -> Result<BTreeMap<TeamId, Name>, ReplicaError> {
        let teams = self.teams()?.into_iter();
        Ok(teams.map(|team| (team.id, team.name)).collect())
    }

    pub(super) fn sorted<T, K: Ord>(
        &self,
        by: By,
        into: impl Fn(Entity) -> Option<T>,
        key: impl Fn(&T) -> K,
    ) -> Result<Vec<T>, ReplicaError> {
        let sorted = self.sorted_rows(by, into, key)?.into_iter();
        Ok(sorted.map(|(entity, _)| entity).collect())
    }

    fn sorted_rows<T, K: Ord>(
        &self,
        by: By,
        into: impl Fn(Entity) -> Option<T>,
        key: impl Fn(&T) -> K,
    ) -> Result<Vec<(T, Option<RowRef>)>, ReplicaError> {
        let found = self.list(by)?.into_iter();
        let mut sorted: Vec<_> = found
            .filter_map(|known| Some((known.order, (into(known.entity)?, known.row))))
            .collect();
        sorted.sort_by_cached_key(|(order, (entity, _))| (key(entity), *order));
        Ok(sorted.into_iter().map(|(_, found)| found).collect())
    }

    /// Returns what an index leads to at the moment, in no order.
    pub(super) fn list(&self, by: By) -> Result<Vec<Known>, ReplicaError> {
        self.list_kept(by, &Kept::default())
    }

    /// As [`Reading::list`], by a statement for one kind of list.
    fn list_kept<'a>(&'a self, by: By, kept: &Kept<'a>) -> Result<Vec<Known>, ReplicaError> {
        let mut found = self.list_confirmed(by, kept)?;
        if !self.changed.is_empty() {
            found.retain(|known| !self.changed.contains_key(&known.entity.id()));
            match by {
                By::Parent(above) => found.extend(self.changed_below(above).cloned()),
                By::Kind(_) | By::Cycle(_) | By::Team(_) => {
                    let changed = self.changed.values();
                    let changed = changed.filter(|known| by.finds(&known.entity));
                    found.extend(changed.cloned());
                }
            }
        }
        Ok(found)
    }

    fn list_confirmed<'a>(&'a self, by: By, kept: &Kept<'a>) -> Result<Vec<Known>, ReplicaError> {
        let db = self.snapshot.db;
        let value = match by {
            By::Kind(kind) => Some(version::kind_number(kind)),
            By::Parent(parent) => self.key(parent)?.map(|key| key.0),
            By::Cycle(cycle) => self.key(cycle.into())?.map(|key| key.0),
            By::Team(team) => self.key(team.into())?.map(|key| key.0),
        };
        let Some(value) = value else {
            return Ok(Vec::new());
        };
        let confirmed = self.definitions.confirmed;
        kept.with((db, by.sql(confirmed)), |statement| {
            let mut rows = statement.query((value, version::condition_value(confirmed)))?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(self.take(Version::read(row)?));
            }
            Ok(found)
        })
    }
}

/// Makes the query of a list, on each axis.
macro_rules! list_sql {
    ($confirmed:expr, $column:literal) => {
        match $confirmed {
            Confirmed::Until(_) => list_sql!(@ "recorded", $column),
            Confirmed::Authored(_) => list_sql!(@ "authored", $column),
        }
    };
    (@ $axis:literal, $column:literal) => {
        concat!(
            "SELECT ", version::columns!(), " FROM versions WHERE ", $column, " = ?1 AND ",
            version::counts!($axis, "?2")
        )
    };
}

impl By {
    /// Returns the query; the index is chosen by the column that is compared with a first parameter.
    const fn sql(self, confirmed: Confirmed) -> &'static str {
        match self {
            // An index with a condition is used where that stands in the query.
            Self::Kind(EntityKind::Objective) => list_sql!(confirmed, "kind = 5 AND kind"),
            Self::Kind(
                EntityKind::Org | EntityKind::Person | EntityKind::Team | EntityKind::Cycle,
            ) => list_sql!(confirmed, "kind < 5 AND kind"),
            Self::Kind(EntityKind::Initiative | EntityKind::Metric | EntityKind::MetricValue) => {
                list_sql!(confirmed, "kind > 7 AND kind")
            }
            // Nobody asks for all of these.
            Self::Kind(EntityKind::KeyResult | EntityKind::CheckIn | EntityKind::Comment) => {
                list_sql!(confirmed, "kind")
            }
            // Comments belong to things as well, and are read by themselves.
            Self::Parent(_) => list_sql!(confirmed, "kind < 8 AND parent"),
            Self::Cycle(_) => list_sql!(confirmed, "cycle"),
            Self::Team(_) => list_sql!(confirmed, "team"),
        }
    }

    /// Says whether the index leads to an entity.
    fn finds(self, entity: &Entity) -> bool {
        match (self, entity) {
            (Self::Kind(kind), entity) => entity.id().kind() == kind,
            (Self::Parent(parent), Entity::KeyResult(key_result)) => {
                parent == key_result.objective.into()
            }
            (Self::Parent(parent), Entity::CheckIn(check_in)) => {
                parent == check_in.key_result.into()
            }
            (Self::Cycle(cycle), Entity::Objective(objective)) => objective.cycle == cycle,
            (Self::Team(team), Entity::Objective(objective)) => objective.team == Some(team),
            (Self::Parent(_) | Self::Cycle(_) | Self::Team(_), _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use okr_core::id::Position;

    use super::*;
    use crate::schema;

    /// Returns how the database goes about a list, on each axis.
    fn plans(by: By) -> Vec<String> {
        let db = schema::create_temporary(|_| Ok(())).unwrap();
        let axes = [Confirmed::Until(Position::new(7)), Confirmed::Authored(7)];
        let plan = |confirmed| {
            let sql = format!("EXPLAIN QUERY PLAN {}", by.sql(confirmed));
            db.query_row(&sql, (1, 7), |row| row.get("detail")).unwrap()
        };
        axes.map(plan).to_vec()
    }

    #[test]
    fn what_there_are_few_of_is_read_from_its_index_alone() {
        for kind in [EntityKind::Person, EntityKind::Team, EntityKind::Cycle] {
            for plan in plans(By::Kind(kind)) {
                assert!(
                    plan.contains("COVERING INDEX versions_few (kind=?"),
                    "{plan}"
                );
            }
        }
    }

    #[test]
    fn every_list_is_read_by_an_index() {
        let id = |kind: EntityKind| kind.id(uuid::Uuid::nil());
        for by in [
            By::Kind(EntityKind::Objective),
            By::Kind(EntityKind::Initiative),
            By::Kind(EntityKind::MetricValue),
            By::Parent(id(EntityKind::Objective)),
            By::Cycle(CycleId::from_bytes([0; 16])),
            By::Team(TeamId::from_bytes([0; 16])),
        ] {
            for plan in plans(by) {
                assert!(
                    plan.starts_with("SEARCH versions USING INDEX"),
                    "{by:?}: {plan}"
                );
            }
        }
    }
}

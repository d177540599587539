//! Finding entities by what people call them: slugs, earlier slugs, the ends of ids.

use std::collections::BTreeSet;

use okr_core::entity::Entity;
use okr_core::event::{
    Event, InitiativeEdit, InitiativeEvent, KeyResultEdit, KeyResultEvent, MetricEdit, MetricEvent,
    ObjectiveEdit, ObjectiveEvent, TeamEdit, TeamEvent,
};
use okr_core::id::{CycleId, EntityId, TeamId};
use okr_core::text::Slug;
use okr_core::view::View as _;
use rusqlite::ToSql;

use super::Reading;
use crate::error::ReplicaError;
use crate::moment::Confirmed;
use crate::{short, version};

/// An entity that a reference may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its identity.
    pub id: EntityId,
    /// Its everyday name; none for kinds that have none.
    pub slug: Option<String>,
    /// What to show: a title or a name; that of the key result for a check-in, and of the metric for
    /// a value of it; the first line of a comment; empty for a person.
    pub title: String,
    /// The cycle that it is in.
    pub cycle: Option<CycleId>,
    /// The team that it is, or that pursues it.
    pub team: Option<TeamId>,
}

impl Reading<'_> {
    /// Finds what has a slug.
    ///
    /// # Errors
    /// The store's failures.
    pub fn by_slug(&self, slug: &str) -> Result<Vec<Found>, ReplicaError> {
        self.among(self.ever_called(slug)?, |entity| {
            slug_of(entity) == Some(slug)
        })
    }

    /// Finds what had a slug and has another one now.
    ///
    /// # Errors
    /// The store's failures.
    pub fn by_old_slug(&self, slug: &str) -> Result<Vec<Found>, ReplicaError> {
        self.among(self.ever_called(slug)?, |entity| {
            slug_of(entity) != Some(slug)
        })
    }

    /// Finds entities by the end of their ids: the last hexadecimal digit first.
    ///
    /// # Errors
    /// The store's failures.
    pub fn by_uuid_end(&self, reversed_hex_prefix: &str) -> Result<Vec<Found>, ReplicaError> {
        let Some(range) = short::range(reversed_hex_prefix) else {
            return Ok(Vec::new());
        };
        let mut ids = self.ids(
            "SELECT kind, id FROM entity_ends JOIN versions ON key = first_row
             WHERE short BETWEEN ?1 AND ?2",
            &[range.start(), range.end()],
        )?;
        ids.extend(self.queue.order.iter().copied());
        ids.retain(|id| short::begins(id.uuid(), reversed_hex_prefix));
        self.among(ids, |_| true)
    }

    /// Returns everything that was called so by the moment.
    fn ever_called(&self, slug: &str) -> Result<BTreeSet<EntityId>, ReplicaError> {
        let confirmed = self.definitions.confirmed;
        let sql = match confirmed {
            Confirmed::Until(_) => {
                "SELECT kind, id FROM versions WHERE slug = ?1 AND recorded_from <= ?2"
            }
            Confirmed::Authored(_) => {
                "SELECT kind, id FROM versions WHERE slug = ?1 AND authored_from <= ?2"
            }
        };
        let mut ids = self.ids(sql, &[&slug, &version::condition_value(confirmed)])?;
        for id in &self.queue.order {
            let waiting = self.definitions.waiting;
            let mut events = self.queue.events(*id, waiting);
            if events.any(|queued| given_slug(queued.event).is_some_and(|new| new.as_str() == slug))
            {
                ids.insert(*id);
            }
        }
        Ok(ids)
    }

    fn ids(
        &self,
        sql: &str,
        parameters: &[&dyn ToSql],
    ) -> Result<BTreeSet<EntityId>, ReplicaError> {
        let mut statement = self.snapshot.db.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        let mut ids = BTreeSet::new();
        while let Some(row) = rows.next()? {
            ids.insert(version::entity_id(row.get(0)?, row.get(1)?)?);
        }
        Ok(ids)
    }

    fn among(
        &self,
        ids: BTreeSet<EntityId>,
        wanted: impl Fn(&Entity) -> bool,
    ) -> Result<Vec<Found>, ReplicaError> {
        let mut found = Vec::new();
        for id in ids {
            if let Some(known) = self.known(id)?
                && wanted(&known.entity)
            {
                found.push((known.order, self.found(&known.entity)?));
            }
        }
        found.sort_by_key(|(order, _)| *order);
        Ok(found.into_iter().map(|(_, found)| found).collect())
    }

    fn found(&self, entity: &Entity) -> Result<Found, ReplicaError> {
        let mut found = Found {
            id: entity.id(),
            slug: slug_of(entity).map(str::to_owned),
            title: String::new(),
            cycle: None,
            team: None,
        };
        let mut objective = None;
        match entity {
            Entity::Person(_) => {}
            Entity::Org(org) => found.title = org.name.to_string(),
            Entity::Team(team) => {
                found.title = team.name.to_string();
                found.team = Some(team.id);
            }
            Entity::Cycle(cycle) => {
                found.title = cycle.name.to_string();
                found.cycle = Some(cycle.id);
            }
            Entity::Objective(goal) => {
                found.title = goal.title.to_string();
                found.cycle = Some(goal.cycle);
                found.team = goal.team;
            }
            Entity::KeyResult(key_result) => {
                found.title = key_result.title.to_string();
                objective = Some(key_result.objective);
            }
            Entity::CheckIn(check_in) => {
                if let Some(key_result) = self.key_result(check_in.key_result)? {
                    found.title = key_result.title.to_string();
                    objective = Some(key_result.objective);
                }
            }
            Entity::Comment(comment) => {
                let first = comment.text.as_str().lines().next();
                first.unwrap_or_default().clone_into(&mut found.title);
                if let Some(topic) = self.entity(comment.topic.entity())? {
                    let about = self.found(&topic)?;
                    found.cycle = about.cycle;
                    found.team = about.team;
                }
            }
            Entity::Initiative(initiative) => {
                found.title = initiative.title.to_string();
                // Any of them says where to look; nearly always there is one.
                if let Some(first) = initiative.key_results.first()
                    && let Some(key_result) = self.key_result(*first)?
                {
                    objective = Some(key_result.objective);
                }
            }
            Entity::Metric(metric) => {
                found.title = metric.name.to_string();
                found.team = metric.team;
            }
            Entity::MetricValue(value) => {
                if let Some(metric) = self.metric(value.metric)? {
                    found.title = metric.name.to_string();
                    found.team = metric.team;
                }
            }
        }
        if let Some(objective) = objective
            && let Some(objective) = self.objective(objective)?
        {
            found.cycle = Some(objective.cycle);
            found.team = objective.team;
        }
        Ok(found)
    }
}

fn slug_of(entity: &Entity) -> Option<&str> {
    match entity {
        Entity::Team(team) => Some(team.slug.as_str()),
        Entity::Objective(objective) => Some(objective.slug.as_str()),
        Entity::KeyResult(key_result) => Some(key_result.slug.as_str()),
        Entity::Initiative(initiative) => Some(initiative.slug.as_str()),
        Entity::Metric(metric) => Some(metric.slug.as_str()),
        Entity::Org(_)
        | Entity::Person(_)
        | Entity::Cycle(_)
        | Entity::CheckIn(_)
        | Entity::Comment(_)
        | Entity::MetricValue(_) => None,
    }
}

/// Returns the slug that an event gives its entity.
fn given_slug(event: &Event) -> Option<&Slug> {
    match event {
        Event::Team(_, TeamEvent::Created(new)) => Some(&new.slug),
        Event::Objective(_, ObjectiveEvent::Created(new)) => Some(&new.slug),
        Event::KeyResult(_, KeyResultEvent::Created(new)) => Some(&new.slug),
        Event::Initiative(_, InitiativeEvent::Created(new)) => Some(&new.slug),
        Event::Metric(_, MetricEvent::Created(new)) => Some(&new.slug),
        Event::Team(_, TeamEvent::Edited(TeamEdit::Slug(edit)))
        | Event::Objective(_, ObjectiveEvent::Edited(ObjectiveEdit::Slug(edit)))
        | Event::KeyResult(_, KeyResultEvent::Edited(KeyResultEdit::Slug(edit)))
        | Event::Initiative(_, InitiativeEvent::Edited(InitiativeEdit::Slug(edit)))
        | Event::Metric(_, MetricEvent::Edited(MetricEdit::Slug(edit))) => Some(&edit.to),
        Event::Org(..)
        | Event::Person(..)
        | Event::Team(..)
        | Event::Cycle(..)
        | Event::Objective(..)
        | Event::KeyResult(..)
        | Event::CheckIn(..)
        | Event::Comment(..)
        | Event::Initiative(..)
        | Event::Metric(..)
        | Event::MetricValue(..) => None,
    }
}

//! Finding entities by what people call them: slugs, earlier slugs, the ends of ids.

use std::collections::BTreeMap;

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
use crate::short;
use crate::version::{self, EntityKey};

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
    /// Whether it is archived, or what it is a part of: the objective of a key result, and what a
    /// check-in, a value or a comment is about.
    pub archived: bool,
}

/// What a reference may mean, each with the key of a row about it and the number of what it belongs to by
/// that row, where these are known.
type Named = BTreeMap<EntityId, Option<(i64, EntityKey)>>;

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
        let mut ids = self.named(
            "SELECT kind, id, key, parent FROM entity_ends JOIN versions ON key = first_row
             WHERE short BETWEEN ?1 AND ?2",
            &[range.start(), range.end()],
        )?;
        ids.extend(self.queue.order.iter().map(|id| (*id, None)));
        ids.retain(|id, _| short::begins(id.uuid(), reversed_hex_prefix));
        self.among(ids, |_| true)
    }

    /// Returns everything that was called so by the moment.
    fn ever_called(&self, slug: &str) -> Result<Named, ReplicaError> {
        let confirmed = self.definitions.confirmed;
        let sql = match confirmed {
            Confirmed::Until(_) => {
                "SELECT kind, id, key, parent FROM versions WHERE slug = ?1 AND recorded_from <= ?2"
            }
            Confirmed::Authored(_) => {
                "SELECT kind, id, key, parent FROM versions WHERE slug = ?1 AND authored_from <= ?2"
            }
        };
        let mut ids = self.named(sql, &[&slug, &version::condition_value(confirmed)])?;
        for id in &self.queue.order {
            let waiting = self.definitions.waiting;
            let mut events = self.queue.events(*id, waiting);
            if events.any(|queued| given_slug(queued.event).is_some_and(|new| new.as_str() == slug))
            {
                ids.entry(*id).or_default();
            }
        }
        Ok(ids)
    }

    /// Returns what a query finds, and remembers its numbers: each is as much work to find again as the
    /// thing itself, and the same slug can be that of a key result in each of many cycles.
    fn named(&self, sql: &str, parameters: &[&dyn ToSql]) -> Result<Named, ReplicaError> {
        let mut statement = self.snapshot.db.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        let mut found = Named::new();
        while let Some(row) = rows.next()? {
            let id = version::entity_id(row.get(0)?, row.get(1)?)?;
            let key = row.get(2)?;
            let parent: Option<i64> = row.get(3)?;
            self.snapshot.numbers.note(id, EntityKey::of_row(key));
            found.insert(id, parent.map(|parent| (key, EntityKey(parent))));
        }
        Ok(found)
    }

    fn among(
        &self,
        named: Named,
        wanted: impl Fn(&Entity) -> bool,
    ) -> Result<Vec<Found>, ReplicaError> {
        let mut found = Vec::new();
        for (id, link) in named {
            let Some(known) = self.known(id)? else {
                continue;
            };
            if let (Entity::KeyResult(key_result), Some((row, objective))) = (&known.entity, link)
                && known.row.is_some_and(|own| own.key == row)
            {
                let id = key_result.objective.into();
                self.snapshot.numbers.note(id, objective);
            }
            if wanted(&known.entity) {
                found.push((known.order, self.found(&known.entity)?));
            }
        }
        found.sort_by_key(|(order, _)| *order);
        Ok(found.into_iter().map(|(_, found)| found).collect())
    }

    fn found(&self, entity: &Entity) -> Result<Found, ReplicaError> {
        let (title, above) = match entity {
            Entity::Person(_) => (String::new(), None),
            Entity::Org(org) => (org.name.to_string(), None),
            Entity::Team(team) => (team.name.to_string(), None),
            Entity::Cycle(cycle) => (cycle.name.to_string(), None),
            Entity::Objective(goal) => (goal.title.to_string(), None),
            Entity::Metric(metric) => (metric.name.to_string(), None),
            Entity::KeyResult(goal) => (goal.title.to_string(), Some(goal.objective.into())),
            Entity::CheckIn(check_in) => (String::new(), Some(check_in.key_result.into())),
            Entity::MetricValue(value) => (String::new(), Some(value.metric.into())),
            Entity::Comment(comment) => {
                let first = comment.text.as_str().lines().next().unwrap_or_default();
                (first.to_owned(), Some(comment.topic.entity()))
            }
            Entity::Initiative(initiative) => {
                // Any of them says where to look; nearly always there is one.
                let first = initiative.key_results.first();
                (
                    initiative.title.to_string(),
                    first.map(|id| EntityId::from(*id)),
                )
            }
        };
        let (cycle, team) = place_of(entity);
        let mut found = Found {
            id: entity.id(),
            slug: slug_of(entity).map(str::to_owned),
            title,
            cycle,
            team,
            archived: is_archived(entity),
        };
        if let Some(above) = above
            && let Some(above) = self.entity(above)?
        {
            let above = self.found(&above)?;
            (found.cycle, found.team) = (above.cycle, above.team);
            // Work that has come to serve nothing is there still.
            found.archived |= above.archived && !matches!(entity, Entity::Initiative(_));
            if found.title.is_empty() {
                found.title = above.title;
            }
        }
        Ok(found)
    }
}

/// Returns the cycle and the team that an entity itself names.
const fn place_of(entity: &Entity) -> (Option<CycleId>, Option<TeamId>) {
    match entity {
        Entity::Team(team) => (None, Some(team.id)),
        Entity::Cycle(cycle) => (Some(cycle.id), None),
        Entity::Objective(objective) => (Some(objective.cycle), objective.team),
        Entity::Metric(metric) => (None, metric.team),
        Entity::Org(_)
        | Entity::Person(_)
        | Entity::KeyResult(_)
        | Entity::CheckIn(_)
        | Entity::Comment(_)
        | Entity::Initiative(_)
        | Entity::MetricValue(_) => (None, None),
    }
}

const fn is_archived(entity: &Entity) -> bool {
    match entity {
        Entity::Team(team) => team.archived,
        Entity::Objective(objective) => objective.archived,
        Entity::KeyResult(key_result) => key_result.archived,
        Entity::Initiative(initiative) => initiative.archived,
        Entity::Metric(metric) => metric.archived,
        Entity::Org(_)
        | Entity::Person(_)
        | Entity::Cycle(_)
        | Entity::CheckIn(_)
        | Entity::Comment(_)
        | Entity::MetricValue(_) => false,
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

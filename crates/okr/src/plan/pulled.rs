//! From the goals of a cycle to a plan: what `okr plan pull` writes.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::entity::{KeyResult, Objective};
use okr_core::event::Support;
use okr_core::id::{EntityId, ObjectiveId, PersonId, TeamId};
use okr_core::measure::Measure;
use okr_core::text::Tag;
use okr_core::value::{ObjectiveKind, Weight};
use okr_replica::{Directory, Reading, ReplicaError};
use uuid::Uuid;

use super::state::{State, is_shown};
use super::{
    Field, Form, Head, KeyResultEntry, MeasureEntry, MilestoneEntry, ObjectiveEntry, Place, Plan,
    Said,
};
use crate::short_id::{self, Alphabet};

/// So many letters of an id stand in a plan: enough to stay the only one, for ever.
const ID_LETTERS: usize = 16;

/// What a pull takes of a cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) team: Option<TeamId>,
    pub(crate) objective: Option<ObjectiveId>,
}

impl Scope {
    /// Says whether an objective is shown.
    pub(crate) fn shows(&self, objective: &Objective) -> bool {
        is_shown(objective.state()) && self.covers(objective)
    }

    /// Says whether an objective is one of those that were asked for, shown or not.
    fn covers(&self, objective: &Objective) -> bool {
        self.team.is_none_or(|team| objective.team == Some(team))
            && self.objective.is_none_or(|id| objective.id == id)
    }
}

/// Writes an id as it stands in a plan.
pub(crate) fn id_in_plan(uuid: Uuid) -> String {
    let mut id = short_id::full(Alphabet::Thing, uuid);
    id.truncate(ID_LETTERS);
    id
}

/// Writes a person as it stands in a plan.
pub(crate) fn person_in_plan(directory: &Directory, id: PersonId) -> String {
    match directory.entries.get(&id) {
        Some(entry) if !entry.handle.is_empty() => entry.handle.clone(),
        Some(_) | None => id.uuid().to_string(),
    }
}

/// What is needed to write goals down.
pub(crate) struct Pull<'a, 'r> {
    pub(crate) state: &'a State,
    pub(crate) reading: &'a Reading<'r>,
    pub(crate) directory: &'a Directory,
    pub(crate) scope: Scope,
    pub(crate) form: Form,
}

impl Pull<'_, '_> {
    /// Writes down every goal that is shown, and counts those that are not.
    ///
    /// # Errors
    /// The store's failures.
    pub(crate) fn plan(&self, head: Head) -> Result<(Plan, usize), ReplicaError> {
        let slugs = self.slugs();
        let mut hidden = 0;
        let mut objectives = Vec::new();
        for objective in self.state.objectives() {
            if !self.scope.shows(objective) {
                // What is of another scope is not hidden.
                hidden += usize::from(self.scope.covers(objective));
                continue;
            }
            let own = self.state.key_results(objective.id);
            hidden += own.iter().filter(|one| !is_shown(one.state())).count();
            objectives.push(self.objective(objective, &slugs)?);
        }
        Ok((Plan { head, objectives }, hidden))
    }

    /// Counts how many goals of the cycle have a slug.
    fn slugs(&self) -> BTreeMap<&str, usize> {
        let mut slugs = BTreeMap::new();
        let objectives = self.state.objectives().iter().map(|one| one.slug.as_str());
        let key_results = self.state.all_key_results().map(|one| one.slug.as_str());
        for slug in objectives.chain(key_results) {
            *slugs.entry(slug).or_insert(0) += 1;
        }
        slugs
    }

    fn objective(
        &self,
        objective: &Objective,
        slugs: &BTreeMap<&str, usize>,
    ) -> Result<ObjectiveEntry, ReplicaError> {
        let team = match (objective.team, self.scope.team) {
            (of, scope) if of == scope => None,
            (None, _) => Some(None),
            (Some(id), _) => {
                let team = self.state.team(id);
                Some(Some(team.map_or_else(
                    || id_in_plan(id.uuid()),
                    |team| team.slug.to_string(),
                )))
            }
        };
        let supports = match objective.supports {
            Some(support) => Some(Some(self.support(support, slugs)?)),
            None => None,
        };
        let shown = |one: &&KeyResult| is_shown(one.state());
        let own = self.state.key_results(objective.id).iter().filter(shown);
        let (slug, id) = self.called(objective.id.uuid(), &objective.slug, slugs);
        Ok(ObjectiveEntry {
            at: Place::default(),
            title: said(objective.title.clone()),
            slug,
            id,
            owner: said(person_in_plan(self.directory, objective.owner)),
            team: team.map(Said::new),
            description: objective
                .description
                .clone()
                .map(|text| Said::new(Some(text))),
            kind: unless(objective.kind, ObjectiveKind::Aspirational),
            weight: unless(objective.weight, Weight::ONE),
            supports: supports.map(Said::new),
            tags: tags(&objective.tags),
            draft: unless(
                objective.state() == okr_core::value::GoalState::Draft,
                false,
            ),
            key_results: own
                .map(|one| self.key_result(one, objective, slugs))
                .collect(),
        })
    }

    fn key_result(
        &self,
        one: &KeyResult,
        of: &Objective,
        slugs: &BTreeMap<&str, usize>,
    ) -> KeyResultEntry {
        let (slug, id) = self.called(one.id.uuid(), &one.slug, slugs);
        KeyResultEntry {
            at: Place::default(),
            title: said(one.title.clone()),
            slug,
            id,
            owner: unless(one.owner, of.owner)
                .map(|owner| owner.map(|id| person_in_plan(self.directory, id))),
            description: one.description.clone().map(|text| Said::new(Some(text))),
            weight: unless(one.weight, Weight::ONE),
            start: one.start.map(|day| Said::new(Some(day))),
            due: one.due.map(|day| Said::new(Some(day))),
            tags: tags(&one.tags),
            measure: said(measure(&one.measure, self.form)),
        }
    }

    /// Names a goal: in YAML by slug and id, in Markdown by the one that is its own.
    fn called(
        &self,
        uuid: Uuid,
        slug: &okr_core::text::Slug,
        slugs: &BTreeMap<&str, usize>,
    ) -> (Field<okr_core::text::Slug>, Field<String>) {
        let is_only_one = slugs.get(slug.as_str()).copied().unwrap_or(0) < 2;
        let id = said(id_in_plan(uuid));
        match self.form {
            Form::Yaml => (said(slug.clone()), id),
            Form::Markdown if is_only_one => (said(slug.clone()), None),
            Form::Markdown => (None, id),
        }
    }

    /// Names the goal above: by its slug, where that means it alone.
    fn support(
        &self,
        support: Support,
        slugs: &BTreeMap<&str, usize>,
    ) -> Result<String, ReplicaError> {
        use okr_core::view::View as _;
        let (id, slug) = match support {
            Support::Objective(id) => {
                let found = self.reading.objective(id)?;
                (EntityId::from(id), found.map(|one| one.slug.to_string()))
            }
            Support::KeyResult(id) => {
                let found = self.reading.key_result(id)?;
                (EntityId::from(id), found.map(|one| one.slug.to_string()))
            }
        };
        let Some(slug) = slug else {
            return Ok(id_in_plan(id.uuid()));
        };
        let in_cycle = match id {
            EntityId::Objective(id) => self.state.objective(id).is_some(),
            EntityId::KeyResult(id) => self.state.key_result(id).is_some(),
            _ => false,
        };
        let rivals = slugs.get(slug.as_str()).copied().unwrap_or(0);
        let means_it = if in_cycle {
            rivals == 1
        } else {
            rivals == 0 && goals_called(self.reading, &slug)?.len() == 1
        };
        Ok(if means_it {
            slug
        } else {
            id_in_plan(id.uuid())
        })
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "a field may be left out, and this one is not"
)]
fn said<T>(value: T) -> Field<T> {
    Some(Said::new(value))
}

fn unless<T: Copy + PartialEq>(value: T, usual: T) -> Field<T> {
    (value != usual).then(|| Said::new(value))
}

fn tags(tags: &BTreeSet<Tag>) -> Field<BTreeSet<Tag>> {
    (!tags.is_empty()).then(|| Said::new(tags.clone()))
}

fn measure(measure: &Measure, form: Form) -> MeasureEntry {
    match measure {
        Measure::Metric(metric) => MeasureEntry::Metric(metric.clone()),
        Measure::Hold(hold) => MeasureEntry::Hold(hold.clone()),
        Measure::Zones(zones) => MeasureEntry::Zones(zones.clone()),
        Measure::Milestones(milestones) => {
            let list = milestones.list().iter().map(|one| MilestoneEntry {
                title: one.title.clone(),
                key: (form == Form::Yaml).then_some(one.key.0),
                weight: one.weight,
            });
            MeasureEntry::Milestones(list.collect())
        }
    }
}

/// Finds the goals, of whatever cycle, that have a slug.
///
/// # Errors
/// The store's failures.
pub(crate) fn goals_called(
    reading: &Reading<'_>,
    slug: &str,
) -> Result<Vec<EntityId>, ReplicaError> {
    let found = reading.by_slug(slug)?.into_iter().map(|found| found.id);
    let goals = found.filter(|id| matches!(id, EntityId::Objective(_) | EntityId::KeyResult(_)));
    Ok(goals.collect())
}

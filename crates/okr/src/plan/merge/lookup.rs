//! What the names in a file mean: people, teams, and goals that are supported.
//!
//! A name that means at the base what was there means that, whatever it is called now.

use std::collections::HashMap;

use okr_core::event::Support;
use okr_core::id::{EntityId, PersonId, TeamId};
use okr_core::view::View as _;
use okr_replica::ReplicaError;
use uuid::Uuid;

use super::{Facts, Work};
use crate::plan::pulled::{goals_called, id_in_plan, person_in_plan};
use crate::plan::state::State;
use crate::plan::{Fault, Said, Spot};
use crate::resolve::near;
use crate::short_id::{self, Alphabet};

impl Work<'_, '_, '_> {
    /// Finds a person; `before` is who it was at the base.
    pub(super) fn person(
        &mut self,
        said: &Said<String>,
        before: Option<PersonId>,
    ) -> Result<Option<Said<PersonId>>, ReplicaError> {
        let Facts {
            directory,
            reading,
            me,
            ..
        } = *self.facts;
        let text = said.value.trim();
        let found = |value| Some(Said { value, at: said.at });
        let word = text.strip_prefix('@').unwrap_or(text);
        if let Some(before) = before.filter(|id| person_in_plan(directory, *id) == word) {
            return Ok(found(before));
        }
        if text == "@me" {
            return Ok(found(me));
        }
        let same = |name: &str| !name.is_empty() && name.eq_ignore_ascii_case(word);
        let entries = || directory.entries.values();
        let known = entries().find(|entry| same(&entry.handle) || same(&entry.email));
        if let Some(entry) = known {
            return Ok(found(entry.person));
        }
        if let Ok(uuid) = Uuid::parse_str(word) {
            let id = PersonId::new(uuid);
            if reading.person(id)?.is_some() {
                return Ok(found(id));
            }
        }
        let handles = entries().map(|entry| entry.handle.as_str());
        let near = near(word, handles);
        let fault = Fault::new(said.at, format!("there is no person \"{text}\""));
        let near = near.first().copied();
        self.fault(fault.with_near_or(near, "okr member list shows everybody"));
        Ok(None)
    }

    /// Finds a team; `before` is which one it was at the base.
    pub(super) fn team(
        &mut self,
        said: &Said<String>,
        before: Option<TeamId>,
    ) -> Option<Said<TeamId>> {
        let text = said.value.trim();
        let is_called = |state: &State, id: TeamId| {
            state
                .team(id)
                .is_some_and(|team| team.slug.as_str() == text)
        };
        let base = self.base();
        if let (Some(base), Some(before)) = (base, before)
            && is_called(base, before)
        {
            return Some(Said {
                value: before,
                at: said.at,
            });
        }
        let now = self.facts.now.team_called(text);
        let found = now
            .or_else(|| base.and_then(|base| base.team_called(text)))
            .or_else(|| self.facts.now.team_by_id(text));
        if found.is_none() {
            let near = near(text, self.facts.now.team_slugs()).first().copied();
            let fault = Fault::new(said.at, format!("there is no team \"{text}\""));
            self.fault(fault.with_near_or(near, "okr team list shows all of them"));
        }
        found.map(|value| Said { value, at: said.at })
    }

    /// Finds the team of the head: the one that was called so at the base before any other.
    pub(super) fn team_of_file(&mut self) -> Option<TeamId> {
        let said = self.facts.plan.head.team.clone()?;
        let at_base = self
            .base()
            .and_then(|base| base.team_called(said.value.trim()));
        at_base.or_else(|| self.team(&said, None).map(|team| team.value))
    }

    /// Finds the goal that an objective supports; `before` is which one it was at the base.
    pub(super) fn support(
        &mut self,
        said: &Said<String>,
        before: Option<Support>,
    ) -> Result<Option<Said<Support>>, ReplicaError> {
        let text = said.value.trim();
        let text = text.strip_prefix("id:").unwrap_or(text);
        let found = |value| Some(Said { value, at: said.at });
        if let (Some(base), Some(before)) = (self.base(), before)
            && self.was_called(base, before, text)?
        {
            return Ok(found(before));
        }
        let mut fitting = self.matched.called.get(text).cloned().unwrap_or_default();
        if fitting.is_empty() {
            fitting = called_in(self.facts.now, text);
        }
        if fitting.is_empty() {
            fitting = goals_called(self.facts.reading, text)?;
        }
        if fitting.is_empty() {
            fitting = self.by_id(text)?;
        }
        match fitting.as_slice() {
            [only] => Ok(support_of(*only).and_then(found)),
            [] => {
                self.unknown_goal(said.at, text);
                Ok(None)
            }
            several => {
                let message = format!("{} goals are called \"{text}\"", several.len());
                self.fault(Fault::new(said.at, message).with_help("write its id"));
                Ok(None)
            }
        }
    }

    fn unknown_goal(&mut self, at: Spot, text: &str) {
        let now = self.facts.now;
        let objectives = now.objectives().iter().map(|one| one.slug.as_str());
        let key_results = now.all_key_results().map(|one| one.slug.as_str());
        let near = near(text, objectives.chain(key_results)).first().copied();
        let message = format!("there is no objective or key result \"{text}\"");
        let fault = Fault::new(at, message).with_near(near);
        self.fault(fault);
    }

    /// Says whether a goal was called so at the base.
    fn was_called(&self, base: &State, before: Support, text: &str) -> Result<bool, ReplicaError> {
        let uuid = id_of(before).uuid();
        if text.len() >= short_id::Alphabet::Thing.shown_length()
            && short_id::matches_prefix(Alphabet::Thing, uuid, text)
        {
            return Ok(true);
        }
        let slug = match before {
            Support::Objective(id) => match base.objective(id) {
                Some(one) => Some(one.slug.to_string()),
                None => self
                    .facts
                    .reading
                    .objective(id)?
                    .map(|one| one.slug.to_string()),
            },
            Support::KeyResult(id) => match base.key_result(id) {
                Some(one) => Some(one.slug.to_string()),
                None => self
                    .facts
                    .reading
                    .key_result(id)?
                    .map(|one| one.slug.to_string()),
            },
        };
        Ok(slug.as_deref() == Some(text))
    }

    /// Names goals that are supported, for people.
    pub(super) fn called(
        &self,
        supports: [Option<Support>; 3],
    ) -> Result<HashMap<Support, String>, ReplicaError> {
        let mut names = HashMap::new();
        for support in supports.into_iter().flatten() {
            let slug = match support {
                Support::Objective(id) => self
                    .facts
                    .reading
                    .objective(id)?
                    .map(|one| one.slug.to_string()),
                Support::KeyResult(id) => self
                    .facts
                    .reading
                    .key_result(id)?
                    .map(|one| one.slug.to_string()),
            };
            let name = slug.unwrap_or_else(|| id_in_plan(id_of(support).uuid()));
            names.insert(support, name);
        }
        Ok(names)
    }

    fn by_id(&self, text: &str) -> Result<Vec<EntityId>, ReplicaError> {
        let hex = match Uuid::parse_str(text) {
            Ok(uuid) => Some(uuid.simple().to_string()),
            Err(_) if text.len() >= Alphabet::Thing.shown_length() => {
                short_id::hex_end(Alphabet::Thing, text)
            }
            Err(_) => None,
        };
        let Some(hex) = hex else {
            return Ok(Vec::new());
        };
        let reversed: String = hex.chars().rev().collect();
        let found = self.facts.reading.by_uuid_end(&reversed)?;
        let goals = found.into_iter().map(|found| found.id);
        Ok(goals.filter(|id| support_of(*id).is_some()).collect())
    }
}

const fn id_of(support: Support) -> EntityId {
    match support {
        Support::Objective(id) => EntityId::Objective(id),
        Support::KeyResult(id) => EntityId::KeyResult(id),
    }
}

const fn support_of(id: EntityId) -> Option<Support> {
    match id {
        EntityId::Objective(id) => Some(Support::Objective(id)),
        EntityId::KeyResult(id) => Some(Support::KeyResult(id)),
        _ => None,
    }
}

fn called_in(state: &State, slug: &str) -> Vec<EntityId> {
    let objectives = state.objectives().iter();
    let objectives = objectives
        .filter(|one| one.slug.as_str() == slug)
        .map(|one| one.id.into());
    let key_results = state
        .all_key_results()
        .filter(|one| one.slug.as_str() == slug);
    objectives
        .chain(key_results.map(|one| one.id.into()))
        .collect()
}

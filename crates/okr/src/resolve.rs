//! From what people type for a thing to its id.
//!
//! The order, as `okr help ids` says it: full id; slug in the current team, in the current cycle, in
//! the workspace; beginning of a short id; a slug that it had. What fits several things is refused
//! with all of them.

mod scope;
mod suggest;

use std::borrow::Cow;

use okr_core::entity::Cycle;
use okr_core::event::Support;
use okr_core::id::{
    CheckInId, CycleId, EntityId, EntityKind, InitiativeId, KeyResultId, MetricId, MetricValueId,
    ObjectiveId, PersonId, TeamId,
};
use okr_core::value::Role;
use okr_core::view::View as _;
use okr_replica::{Directory, Found, Reading};
use uuid::Uuid;

use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::short_id::{self, Alphabet};

pub(crate) use scope::{current_cycle, look, no_cycle, resolver};
pub(crate) use suggest::near;

/// Finds things by what people type for them.
pub(crate) struct Resolver<'a, 'r> {
    pub(crate) reading: &'a Reading<'r>,
    pub(crate) directory: &'a Directory,
    /// Who types.
    pub(crate) me: PersonId,
    /// The team that commands work in.
    pub(crate) team: Option<TeamId>,
    /// The cycle that commands work in.
    pub(crate) cycle: Option<CycleId>,
    /// The thing that was written about last.
    pub(crate) last: Option<EntityId>,
}

/// The beginning of a short id has at least so many characters.
const SHORT_ID_LENGTH_MIN: usize = 2;

const GOALS: &[EntityKind] = &[EntityKind::Objective, EntityKind::KeyResult];

/// What a text could be, taken apart.
struct Typed<'t> {
    whole: &'t str,
    /// The last part of a path.
    slug: &'t str,
    /// The parts of a path before it, from the nearest outwards.
    above: Vec<&'t str>,
    cycle: Option<CycleId>,
    may_be_id: bool,
    may_be_slug: bool,
}

impl Resolver<'_, '_> {
    /// Finds a thing of one of the wanted kinds.
    ///
    /// # Errors
    /// Exit 6 when the text fits nothing or several things.
    pub(crate) fn find(&self, text: &str, wanted: &[EntityKind]) -> Result<EntityId, CliError> {
        let text = text.trim();
        match self.find_if_any(text, wanted)? {
            Some(found) => Ok(found),
            None => Err(suggest::unknown(self, text, wanted)),
        }
    }

    /// As [`Resolver::find`], but none for what fits nothing: what is near is not looked for, which
    /// would go through all names.
    ///
    /// # Errors
    /// Exit 6 when the text fits several things, or names what cannot be one.
    pub(crate) fn find_if_any(
        &self,
        text: &str,
        wanted: &[EntityKind],
    ) -> Result<Option<EntityId>, CliError> {
        let text = text.trim();
        if text == "@last" {
            return self.last_of(wanted).map(Some);
        }
        if text.starts_with('@') && wanted.contains(&EntityKind::Person) {
            return self.person(text).map(|id| Some(EntityId::Person(id)));
        }
        let typed = self.take_apart(text)?;
        if typed.may_be_id
            && let Ok(uuid) = Uuid::parse_str(typed.whole)
        {
            return self.by_uuid(uuid, wanted).map(Some);
        }
        if typed.may_be_slug
            && let Some(found) = self.by_slug(&typed, wanted)?
        {
            return Ok(Some(found));
        }
        if typed.may_be_id
            && let Some(found) = self.by_short_id(typed.whole, wanted)?
        {
            return Ok(Some(found));
        }
        if typed.may_be_slug {
            let old = self
                .reading
                .by_old_slug(typed.slug)
                .map_err(failure::replica)?;
            let old = self.fitting(old, &typed, wanted)?;
            return self.only(active(old), text, wanted);
        }
        Ok(None)
    }

    /// Says whether who types may manage others; who is not known here yet is judged by the server.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(crate) fn is_admin(&self) -> Result<bool, CliError> {
        let me = self.reading.person(self.me).map_err(failure::replica)?;
        Ok(me.is_none_or(|me| me.role == Role::Admin))
    }

    /// Finds a key result.
    pub(crate) fn key_result(&self, text: &str) -> Result<KeyResultId, CliError> {
        match self.find(text, &[EntityKind::KeyResult])? {
            EntityId::KeyResult(id) => Ok(id),
            other => Err(wrong_kind(text, other)),
        }
    }

    /// Finds an objective.
    pub(crate) fn objective(&self, text: &str) -> Result<ObjectiveId, CliError> {
        match self.find(text, &[EntityKind::Objective])? {
            EntityId::Objective(id) => Ok(id),
            other => Err(wrong_kind(text, other)),
        }
    }

    /// Finds an objective or key result that another objective can support.
    pub(crate) fn support(&self, text: &str) -> Result<Support, CliError> {
        match self.find(text, GOALS)? {
            EntityId::Objective(id) => Ok(Support::Objective(id)),
            EntityId::KeyResult(id) => Ok(Support::KeyResult(id)),
            other => Err(wrong_kind(text, other)),
        }
    }

    /// Finds an initiative.
    pub(crate) fn initiative(&self, text: &str) -> Result<InitiativeId, CliError> {
        match self.find(text, &[EntityKind::Initiative])? {
            EntityId::Initiative(id) => Ok(id),
            other => Err(wrong_kind(text, other)),
        }
    }

    /// Finds a health metric.
    pub(crate) fn metric(&self, text: &str) -> Result<MetricId, CliError> {
        match self.find(text, &[EntityKind::Metric])? {
            EntityId::Metric(id) => Ok(id),
            other => Err(wrong_kind(text, other)),
        }
    }

    /// Finds a value of a metric by id, or the latest one of a metric.
    pub(crate) fn metric_value(&self, text: &str) -> Result<MetricValueId, CliError> {
        match self.find(text, &[EntityKind::MetricValue, EntityKind::Metric])? {
            EntityId::MetricValue(id) => Ok(id),
            EntityId::Metric(id) => {
                let standing = self.reading.metric_standing(id).map_err(failure::replica)?;
                let latest = standing.and_then(|standing| standing.latest);
                let latest = latest.ok_or_else(|| {
                    CliError::user("no-value", format!("\"{text}\" has no value yet"))
                        .with_exit(Exit::NotFound)
                        .with_hint(format!("okr metric record {text} VALUE"))
                })?;
                Ok(latest.value.id)
            }
            other => Err(wrong_kind(text, other)),
        }
    }

    /// Finds a team.
    pub(crate) fn team(&self, text: &str) -> Result<TeamId, CliError> {
        match self.find(text, &[EntityKind::Team])? {
            EntityId::Team(id) => Ok(id),
            other => Err(wrong_kind(text, other)),
        }
    }

    /// Finds a check-in by id, or the latest one of a key result.
    pub(crate) fn check_in(&self, text: &str) -> Result<CheckInId, CliError> {
        match self.find(text, &[EntityKind::CheckIn, EntityKind::KeyResult])? {
            EntityId::CheckIn(id) => Ok(id),
            EntityId::KeyResult(id) => {
                let latest = self.reading.latest_check_in(id).map_err(failure::replica)?;
                let latest = latest.ok_or_else(|| {
                    CliError::user("no-check-in", format!("\"{text}\" has no check-in yet"))
                        .with_exit(Exit::NotFound)
                        .with_hint(format!("okr checkin {text} VALUE"))
                })?;
                Ok(latest.check_in.id)
            }
            other => Err(wrong_kind(text, other)),
        }
    }

    /// Finds a cycle by its name, whatever its letters' case, or by an id.
    pub(crate) fn cycle(&self, text: &str) -> Result<Cycle, CliError> {
        let cycles = self.reading.cycles().map_err(failure::replica)?;
        scope::cycle_among(&cycles, text)
    }

    /// Finds a person: `@me`, `@handle`, a handle, an e-mail address, or an id.
    pub(crate) fn person(&self, text: &str) -> Result<PersonId, CliError> {
        let text = text.trim();
        if text == "@me" {
            return Ok(self.me);
        }
        let word = text.strip_prefix('@').unwrap_or(text);
        let known = self.directory.entries.values().find(|entry| {
            entry.handle.eq_ignore_ascii_case(word)
                || (!entry.email.is_empty() && entry.email.eq_ignore_ascii_case(word))
        });
        if let Some(entry) = known {
            return Ok(entry.person);
        }
        if let Ok(uuid) = Uuid::parse_str(word) {
            let id = PersonId::new(uuid);
            if self.reading.person(id).map_err(failure::replica)?.is_some() {
                return Ok(id);
            }
        }
        Err(suggest::unknown_person(self.directory, word))
    }

    fn last_of(&self, wanted: &[EntityKind]) -> Result<EntityId, CliError> {
        match self.last {
            Some(id) if wanted.contains(&id.kind()) => Ok(id),
            Some(id) => {
                let message = format!("@last is a {}, not {}", id.kind(), labels(wanted));
                Err(CliError::user("unknown-ref", message).with_exit(Exit::NotFound))
            }
            None => Err(
                CliError::user("unknown-ref", "nothing was written here yet")
                    .with_exit(Exit::NotFound),
            ),
        }
    }

    /// Takes prefixes and paths apart: `id:vmkp`, `slug:fast`, `2026-Q3:api-p99`,
    /// `platform/fast/api-p99`.
    fn take_apart<'t>(&self, text: &'t str) -> Result<Typed<'t>, CliError> {
        let mut typed = Typed {
            whole: text,
            slug: text,
            above: Vec::new(),
            cycle: None,
            may_be_id: true,
            may_be_slug: true,
        };
        if let Some(id) = text.strip_prefix("id:") {
            typed.whole = id;
            typed.may_be_slug = false;
            return Ok(typed);
        }
        let mut path = text;
        if let Some(slug) = text.strip_prefix("slug:") {
            path = slug;
            typed.may_be_id = false;
        } else if let Some((cycle, rest)) = text.split_once(':') {
            typed.cycle = Some(self.cycle(cycle)?.id);
            path = rest;
            typed.may_be_id = false;
        }
        let mut parts = path.rsplit('/');
        typed.slug = parts.next().unwrap_or(path);
        typed.above = parts.collect();
        Ok(typed)
    }

    fn by_uuid(&self, uuid: Uuid, wanted: &[EntityKind]) -> Result<EntityId, CliError> {
        for kind in wanted {
            let id = kind.id(uuid);
            if self.reading.entity(id).map_err(failure::replica)?.is_some() {
                return Ok(id);
            }
        }
        let message = format!("there is no {} {uuid}", labels(wanted));
        Err(CliError::user("unknown-ref", message).with_exit(Exit::NotFound))
    }

    fn by_slug(
        &self,
        typed: &Typed<'_>,
        wanted: &[EntityKind],
    ) -> Result<Option<EntityId>, CliError> {
        let found = self.reading.by_slug(typed.slug).map_err(failure::replica)?;
        let found = self.fitting(found, typed, wanted)?;
        let in_cycle = |one: &Found| one.cycle.is_none() || one.cycle == self.cycle;
        let in_team = |one: &Found| self.team.is_some() && one.team == self.team;
        let tiers: [&dyn Fn(&Found) -> bool; 4] = [
            &|one| in_team(one) && in_cycle(one),
            &in_team,
            &in_cycle,
            &|_| true,
        ];
        for tier in tiers {
            let here: Vec<Found> = found.iter().filter(|one| tier(one)).cloned().collect();
            if !here.is_empty() {
                return self.only(active(here), typed.whole, wanted);
            }
        }
        Ok(None)
    }

    /// Keeps what is of a wanted kind, in the named cycle and below the named path.
    fn fitting(
        &self,
        found: Vec<Found>,
        typed: &Typed<'_>,
        wanted: &[EntityKind],
    ) -> Result<Vec<Found>, CliError> {
        let mut fitting = Vec::new();
        for one in found {
            let in_cycle = typed.cycle.is_none() || typed.cycle == one.cycle;
            if wanted.contains(&one.id.kind()) && in_cycle && self.is_below(&one, &typed.above)? {
                fitting.push(one);
            }
        }
        Ok(fitting)
    }

    /// Says whether the path above a thing, from the nearest outwards, is as typed.
    fn is_below(&self, found: &Found, above: &[&str]) -> Result<bool, CliError> {
        let team = match found.team {
            Some(team) => self.reading.team(team).map_err(failure::replica)?,
            None => None,
        };
        let team_is = |slug: &str| team.as_ref().is_some_and(|team| team.slug.as_str() == slug);
        let objective_is = |slug: &str| -> Result<bool, CliError> {
            let EntityId::KeyResult(id) = found.id else {
                return Ok(false);
            };
            let Some(key_result) = self.reading.key_result(id).map_err(failure::replica)? else {
                return Ok(false);
            };
            let objective = self.reading.objective(key_result.objective);
            let objective = objective.map_err(failure::replica)?;
            Ok(objective.is_some_and(|objective| objective.slug.as_str() == slug))
        };
        match above {
            [] => Ok(true),
            [only] => Ok(team_is(only) || objective_is(only)?),
            [objective, team] => Ok(team_is(team) && objective_is(objective)?),
            [_, _, _, ..] => Ok(false),
        }
    }

    fn by_short_id(&self, text: &str, wanted: &[EntityKind]) -> Result<Option<EntityId>, CliError> {
        if text.len() < SHORT_ID_LENGTH_MIN || short_id::alphabet_of(text) != Some(Alphabet::Thing)
        {
            return Ok(None);
        }
        let Some(hex) = short_id::hex_end(Alphabet::Thing, text) else {
            return Ok(None);
        };
        let reversed: String = hex.chars().rev().collect();
        let found = self
            .reading
            .by_uuid_end(&reversed)
            .map_err(failure::replica)?;
        let found: Vec<Found> = found
            .into_iter()
            .filter(|one| wanted.contains(&one.id.kind()))
            .collect();
        self.only(found, text, wanted)
    }

    /// Takes the only one of what was found, none of nothing, and refuses several.
    fn only(
        &self,
        mut found: Vec<Found>,
        text: &str,
        wanted: &[EntityKind],
    ) -> Result<Option<EntityId>, CliError> {
        found.sort_by_key(|one| one.id);
        found.dedup_by_key(|one| one.id);
        match found.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only.id)),
            several => Err(suggest::ambiguous(self, several, (text, wanted))),
        }
    }

    pub(super) fn cycle_named(&self, id: Option<CycleId>) -> Option<Cow<'_, Cycle>> {
        id.and_then(|id| self.reading.cycle(id).ok().flatten())
    }
}

/// Leaves out what is archived where something else is called so as well.
fn active(mut found: Vec<Found>) -> Vec<Found> {
    if found.iter().any(|one| !one.archived) {
        found.retain(|one| !one.archived);
    }
    found
}

/// Names kinds for messages: "objective or key result".
fn labels(wanted: &[EntityKind]) -> String {
    let labels: Vec<&str> = wanted.iter().map(|kind| kind.label()).collect();
    labels.join(" or ")
}

fn wrong_kind(text: &str, found: EntityId) -> CliError {
    CliError::user("unknown-ref", format!("\"{text}\" is a {}", found.kind()))
        .with_exit(Exit::NotFound)
}

//! Which goal each entry of a file is about: by id, else by slug, else by title; else it is new.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::entity::{KeyResult, Objective};
use okr_core::id::{EntityId, KeyResultId, ObjectiveId};
use okr_core::text::{Slug, Title};
use okr_replica::ReplicaError;
use uuid::Uuid;

use super::{Against, Facts};
use crate::plan::{Fault, Faults, KeyResultEntry, ObjectiveEntry, Plan, Said, Spot};
use crate::short_id::{self, Alphabet};
use crate::slug::Slugs;

/// The goal that an entry is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target<Id> {
    pub(super) id: Id,
    /// The slug that it will have; none where it is there already.
    pub(super) new: Option<Slug>,
}

/// The goals of the entries of a file, in the same order.
#[derive(Debug, Default)]
pub(super) struct Matched {
    pub(super) objectives: Vec<Target<ObjectiveId>>,
    pub(super) key_results: Vec<Vec<Target<KeyResultId>>>,
    /// What the file calls its goals, for those that support them.
    pub(super) called: BTreeMap<String, Vec<EntityId>>,
    pub(super) claimed: BTreeSet<EntityId>,
}

impl Matched {
    /// Returns the goals with the places where they begin.
    pub(super) fn goals(&self, plan: &Plan) -> Vec<(EntityId, Spot)> {
        let mut goals = Vec::new();
        let entries = plan.objectives.iter().enumerate();
        for (index, entry) in entries {
            if let Some(target) = self.objectives.get(index) {
                goals.push((target.id.into(), entry.at.0));
            }
            let targets = self.key_results.get(index).into_iter().flatten();
            let own = entry.key_results.iter().zip(targets);
            goals.extend(own.map(|(entry, target)| (target.id.into(), entry.at.0)));
        }
        goals
    }
}

/// What an entry says about who it is.
struct Asked<'p> {
    at: Spot,
    id: Option<&'p Said<String>>,
    slug: Option<&'p Said<Slug>>,
    title: Option<&'p Said<Title>>,
    /// The objective under which it stands, of a key result.
    parent: Option<ObjectiveId>,
}

/// A goal that could be meant.
#[derive(Clone, Debug)]
struct Candidate {
    id: EntityId,
    slug: String,
    title: String,
    parent: Option<ObjectiveId>,
    archived: bool,
}

/// The goals of one kind, at the base and now.
#[derive(Default)]
struct Pool {
    all: Vec<Candidate>,
    slugs: BTreeMap<String, Vec<usize>>,
    titles: BTreeMap<String, Vec<usize>>,
    ids: BTreeMap<EntityId, usize>,
    /// By short ids in full.
    short: BTreeMap<String, EntityId>,
}

impl Pool {
    /// Adds goals; those that are there already keep what they were called before, too.
    fn add(&mut self, candidates: impl Iterator<Item = Candidate>) {
        for candidate in candidates {
            let next = self.all.len();
            let place = *self.ids.entry(candidate.id).or_insert(next);
            let short = short_id::full(Alphabet::Thing, candidate.id.uuid());
            self.short.insert(short, candidate.id);
            for (index, name) in [
                (&mut self.slugs, &candidate.slug),
                (&mut self.titles, &candidate.title),
            ] {
                let places = index.entry(name.clone()).or_default();
                if !places.contains(&place) {
                    places.push(place);
                }
            }
            if place == next {
                self.all.push(candidate);
            } else {
                self.all[place] = candidate;
            }
        }
    }

    /// Finds the goals whose ids begin with a text, or that have it as a full id.
    fn called_by_id(&self, text: &str) -> Vec<EntityId> {
        let text = match Uuid::parse_str(text) {
            Ok(uuid) => short_id::full(Alphabet::Thing, uuid),
            Err(_) => text.to_ascii_lowercase(),
        };
        if text.is_empty() {
            return Vec::new();
        }
        let from = self.short.range(text.clone()..);
        let fitting = from.take_while(|(short, _)| short.starts_with(&text));
        fitting.map(|(_, id)| *id).collect()
    }

    fn named<'p>(
        &'p self,
        index: &'p BTreeMap<String, Vec<usize>>,
        name: &str,
    ) -> impl Iterator<Item = &'p Candidate> {
        let places = index.get(name).into_iter().flatten();
        places.map(|place| &self.all[*place])
    }
}

/// Finds the goal of each entry, and makes ids for those that are new.
pub(super) fn matched(
    facts: &Facts<'_, '_>,
    new_uuid: &mut dyn FnMut() -> Uuid,
    faults: &mut Faults,
) -> Result<Matched, ReplicaError> {
    let mut matching = Matching {
        facts,
        objectives: objectives(facts),
        key_results: key_results(facts),
        claims: BTreeMap::new(),
        by_id: BTreeSet::new(),
        slugs: [Slugs::default(), Slugs::default()],
        taken: BTreeSet::new(),
        faults,
    };
    let entries = &facts.plan.objectives;
    let mut matched = Matched::default();
    let asked: Vec<Asked<'_>> = entries.iter().map(Asked::of_objective).collect();
    let targets = matching.targets(&asked, true, new_uuid)?;
    for (entry, (id, new)) in asked.iter().zip(targets) {
        let id = ObjectiveId::new(id);
        matched.learn(entry, new.as_ref(), id.into());
        matched.objectives.push(Target { id, new });
    }
    let mut asked = Vec::new();
    for (entry, target) in entries.iter().zip(&matched.objectives) {
        let own = entry.key_results.iter();
        asked.extend(own.map(|own| Asked::of_key_result(own, target.id)));
    }
    let mut targets = Vec::new();
    let found = matching.targets(&asked, false, new_uuid)?;
    for (entry, (id, new)) in asked.iter().zip(found) {
        let id = KeyResultId::new(id);
        matched.learn(entry, new.as_ref(), id.into());
        targets.push(Target { id, new });
    }
    let mut targets = targets.into_iter();
    for entry in entries {
        let own = targets.by_ref().take(entry.key_results.len());
        matched.key_results.push(own.collect());
    }
    matched.claimed = matching.claims.into_keys().collect();
    Ok(matched)
}

impl<'p> Asked<'p> {
    fn of_objective(entry: &'p ObjectiveEntry) -> Self {
        Self {
            at: entry.at.0,
            id: entry.id.as_ref(),
            slug: entry.slug.as_ref(),
            title: entry.title.as_ref(),
            parent: None,
        }
    }

    fn of_key_result(entry: &'p KeyResultEntry, parent: ObjectiveId) -> Self {
        Self {
            at: entry.at.0,
            id: entry.id.as_ref(),
            slug: entry.slug.as_ref(),
            title: entry.title.as_ref(),
            parent: Some(parent),
        }
    }
}

impl Matched {
    fn learn(&mut self, entry: &Asked<'_>, new: Option<&Slug>, id: EntityId) {
        let said = entry.slug.map(|said| &said.value);
        if let Some(slug) = said.or(new) {
            self.called.entry(slug.to_string()).or_default().push(id);
        }
    }
}

fn objectives(facts: &Facts<'_, '_>) -> Pool {
    let candidate = |one: &Objective| Candidate {
        id: one.id.into(),
        slug: one.slug.to_string(),
        title: one.title.to_string(),
        parent: None,
        archived: one.archived,
    };
    let mut pool = Pool::default();
    if let Against::Base(base) = facts.against {
        pool.add(base.objectives().iter().map(candidate));
    }
    pool.add(facts.now.objectives().iter().map(candidate));
    pool
}

fn key_results(facts: &Facts<'_, '_>) -> Pool {
    let candidate = |one: &KeyResult| Candidate {
        id: one.id.into(),
        slug: one.slug.to_string(),
        title: one.title.to_string(),
        parent: Some(one.objective),
        archived: one.archived,
    };
    let mut pool = Pool::default();
    if let Against::Base(base) = facts.against {
        pool.add(base.all_key_results().map(candidate));
    }
    pool.add(facts.now.all_key_results().map(candidate));
    pool
}

struct Matching<'m, 'a, 'r> {
    facts: &'m Facts<'a, 'r>,
    objectives: Pool,
    key_results: Pool,
    /// Which goal is the one of which entry.
    claims: BTreeMap<EntityId, Spot>,
    /// The goals that entries name by their ids.
    by_id: BTreeSet<EntityId>,
    /// Makes slugs of titles: for objectives, and for key results.
    slugs: [Slugs; 2],
    /// Slugs of new goals, by kind.
    taken: BTreeSet<(bool, String)>,
    faults: &'m mut Faults,
}

impl Matching<'_, '_, '_> {
    const fn pool(&self, of_objectives: bool) -> &Pool {
        if of_objectives {
            &self.objectives
        } else {
            &self.key_results
        }
    }

    /// Finds the goal of each entry of a kind, or makes an id and a slug for it.
    fn targets(
        &mut self,
        asked: &[Asked<'_>],
        of_objectives: bool,
        new_uuid: &mut dyn FnMut() -> Uuid,
    ) -> Result<Vec<(Uuid, Option<Slug>)>, ReplicaError> {
        let found = self.all(asked, of_objectives)?;
        let targets = asked.iter().zip(found).map(|(entry, found)| match found {
            Some(id) => (id.uuid(), None),
            None => (new_uuid(), Some(self.slug_for(entry))),
        });
        Ok(targets.collect())
    }

    /// Finds all entries of a kind: whoever gives an id comes first, whoever gives a title last.
    fn all(
        &mut self,
        asked: &[Asked<'_>],
        of_objectives: bool,
    ) -> Result<Vec<Option<EntityId>>, ReplicaError> {
        let mut found = vec![None; asked.len()];
        for (entry, found) in asked.iter().zip(&mut found) {
            if let Some(id) = entry.id {
                *found = self.by_id(id, of_objectives)?;
                self.by_id.extend(*found);
                self.claim(*found, entry.id.map_or(entry.at, |id| id.at));
            }
        }
        for (entry, found) in asked.iter().zip(&mut found) {
            if let (None, Some(slug)) = (entry.id, entry.slug) {
                *found = self.by_slug(entry, slug, of_objectives);
                self.claim(*found, slug.at);
            }
        }
        for (entry, found) in asked.iter().zip(&mut found) {
            if let (None, None, Some(title)) = (entry.id, entry.slug, entry.title) {
                *found = self.by_title(entry, title, of_objectives);
                self.claim(*found, title.at);
            }
        }
        Ok(found)
    }

    fn claim(&mut self, found: Option<EntityId>, at: Spot) {
        let Some(id) = found else {
            return;
        };
        if let Some(first) = self.claims.insert(id, at) {
            let message = format!("this is the same goal as the one in line {}", first.line);
            self.faults
                .push(Fault::new(at, message).with_help("name each goal once"));
        }
    }

    fn by_id(
        &mut self,
        id: &Said<String>,
        of_objectives: bool,
    ) -> Result<Option<EntityId>, ReplicaError> {
        let text = id.value.trim();
        let text = text.strip_prefix("id:").unwrap_or(text);
        let fitting = self.pool(of_objectives).called_by_id(text);
        match fitting.as_slice() {
            [only] => return Ok(Some(*only)),
            [] => {}
            several => {
                let message = format!("\"{text}\" is the beginning of {} ids", several.len());
                self.faults
                    .push(Fault::new(id.at, message).with_help("give more of it"));
                return Ok(None);
            }
        }
        let label = if of_objectives {
            "objective"
        } else {
            "key result"
        };
        let elsewhere = lookup_anywhere(self.facts, text)?;
        let message = match elsewhere {
            Some(found) if found.kind().label() == label => {
                format!("the {label} \"{text}\" is in another cycle")
            }
            Some(found) => format!("\"{text}\" is a {}, not a {label}", found.kind()),
            None => format!("there is no {label} \"{text}\""),
        };
        let help = "leave the id out of a goal that is new";
        self.faults.push(Fault::new(id.at, message).with_help(help));
        Ok(None)
    }

    fn by_slug(
        &mut self,
        entry: &Asked<'_>,
        slug: &Said<Slug>,
        of_objectives: bool,
    ) -> Option<EntityId> {
        let pool = self.pool(of_objectives);
        let named = pool.named(&pool.slugs, slug.value.as_str());
        // Whoever is named by an id has another slug in the file; what was put away before the pull
        // is nobody's.
        let free: Vec<&Candidate> = named
            .filter(|one| !self.by_id.contains(&one.id))
            .filter(|one| !one.archived || self.was_there(one.id))
            .collect();
        // What was called so when the file was pulled is meant, whatever it is called now.
        let free = preferred(free, |one| self.was_called(one.id, &slug.value));
        let fitting = preferred(free, |one| one.parent == entry.parent);
        match fitting.as_slice() {
            [] => None,
            [only] => Some(only.id),
            several => {
                let message = format!(
                    "{} goals of the cycle are called \"{}\"",
                    several.len(),
                    slug.value
                );
                self.faults
                    .push(Fault::new(slug.at, message).with_help("give its id as well"));
                None
            }
        }
    }

    fn by_title(
        &self,
        entry: &Asked<'_>,
        title: &Said<Title>,
        of_objectives: bool,
    ) -> Option<EntityId> {
        let pool = self.pool(of_objectives);
        pool.named(&pool.titles, title.value.as_str())
            .filter(|one| one.parent == entry.parent && !one.archived)
            .map(|one| one.id)
            .find(|id| !self.claims.contains_key(id))
    }

    fn was_called(&self, id: EntityId, slug: &Slug) -> bool {
        let Against::Base(base) = self.facts.against else {
            return false;
        };
        match id {
            EntityId::Objective(id) => base.objective(id).is_some_and(|one| one.slug == *slug),
            EntityId::KeyResult(id) => base.key_result(id).is_some_and(|one| one.slug == *slug),
            _ => false,
        }
    }

    fn was_there(&self, id: EntityId) -> bool {
        let Against::Base(base) = self.facts.against else {
            return false;
        };
        match id {
            EntityId::Objective(id) => base.objective(id).is_some_and(|one| !one.archived),
            EntityId::KeyResult(id) => base.key_result(id).is_some_and(|one| !one.archived),
            _ => false,
        }
    }

    /// Returns the slug of a new goal: the one given, else one that is free in the cycle.
    fn slug_for(&mut self, entry: &Asked<'_>) -> Slug {
        let of_objectives = entry.parent.is_none();
        let fallback = if of_objectives { "objective" } else { "kr" };
        let slug = match (entry.slug, entry.title) {
            (Some(slug), _) => slug.value.clone(),
            (None, title) => {
                let title = title.map_or("", |title| title.value.as_str());
                let taken = &self.taken;
                let pool = if of_objectives {
                    &self.objectives
                } else {
                    &self.key_results
                };
                self.slugs[usize::from(of_objectives)].make(title, fallback, |slug| {
                    pool.slugs.contains_key(slug)
                        || taken.contains(&(of_objectives, slug.to_owned()))
                })
            }
        };
        self.taken.insert((of_objectives, slug.to_string()));
        slug
    }
}

/// Keeps those of a list that are better than the others, or all when none is.
fn preferred(list: Vec<&Candidate>, is_better: impl Fn(&Candidate) -> bool) -> Vec<&Candidate> {
    let better: Vec<&Candidate> = list.iter().copied().filter(|one| is_better(one)).collect();
    if better.is_empty() { list } else { better }
}

/// Finds whatever has an id, or an id that begins so.
fn lookup_anywhere(facts: &Facts<'_, '_>, text: &str) -> Result<Option<EntityId>, ReplicaError> {
    use okr_core::id::EntityKind;
    use okr_core::view::View as _;
    if let Ok(uuid) = Uuid::parse_str(text) {
        for kind in [EntityKind::Objective, EntityKind::KeyResult] {
            if facts.reading.entity(kind.id(uuid))?.is_some() {
                return Ok(Some(kind.id(uuid)));
            }
        }
        return Ok(None);
    }
    let Some(hex) = short_id::hex_end(Alphabet::Thing, text) else {
        return Ok(None);
    };
    let reversed: String = hex.chars().rev().collect();
    let found = facts.reading.by_uuid_end(&reversed)?;
    Ok(match found.as_slice() {
        [only] => Some(only.id),
        _ => None,
    })
}

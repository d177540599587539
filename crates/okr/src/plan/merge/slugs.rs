//! Slugs that a file gives: refused where another goal of the cycle is called so, since one name would mean two goals.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::entity::{KeyResult, Objective};
use okr_core::id::{CycleId, EntityId, EntityKind};
use okr_core::text::Slug;

use super::matching::Matched;
use super::{Against, Facts, Take};
use crate::plan::state::State;
use crate::plan::{Fault, Faults, Said, Spot};
use crate::short_id::{self, Alphabet};

/// A goal that is there.
struct Goal<'f> {
    id: EntityId,
    slug: &'f Slug,
    title: &'f str,
    archived: bool,
}

impl<'f> Goal<'f> {
    fn of_objective(one: &'f Objective) -> Self {
        Self {
            id: one.id.into(),
            slug: &one.slug,
            title: one.title.as_str(),
            archived: one.archived,
        }
    }

    fn of_key_result(one: &'f KeyResult, state: &State) -> Self {
        let above = state.objective(one.objective);
        Self {
            id: one.id.into(),
            slug: &one.slug,
            title: one.title.as_str(),
            archived: one.archived || above.is_some_and(|above| above.archived),
        }
    }
}

/// A slug that a goal gets by the file.
struct Given<'f> {
    id: EntityId,
    slug: &'f Slug,
    at: Spot,
}

/// Where a slug means one goal only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    kind: EntityKind,
    cycle: CycleId,
    pub(crate) slug: String,
}

/// Checks the slugs that goals get by a file, and returns them with their places.
pub(super) fn check(
    facts: &Facts<'_, '_>,
    matched: &Matched,
    faults: &mut Faults,
) -> Vec<(Name, Spot)> {
    let judge = Judge { facts, matched };
    let entries = &facts.plan.objectives;
    let objectives = entries.iter().zip(&matched.objectives);
    let objectives = objectives.filter_map(|(entry, target)| {
        let new = target.new.as_ref();
        judge.given(target.id.into(), (entry.slug.as_ref(), new), entry.at.0)
    });
    let key_results = entries.iter().zip(&matched.key_results);
    let key_results = key_results.flat_map(|(entry, own)| entry.key_results.iter().zip(own));
    let key_results = key_results.filter_map(|(entry, target)| {
        let new = target.new.as_ref();
        judge.given(target.id.into(), (entry.slug.as_ref(), new), entry.at.0)
    });
    let (objectives, key_results): (Vec<_>, Vec<_>) = (objectives.collect(), key_results.collect());
    let now = facts.now.objectives().iter().map(Goal::of_objective);
    judge.one_kind(now, &objectives, faults);
    let now = facts.now.all_key_results();
    let now = now.map(|one| Goal::of_key_result(one, facts.now));
    judge.one_kind(now, &key_results, faults);
    let all = objectives.iter().chain(&key_results);
    all.map(|given| {
        let name = Name {
            kind: given.id.kind(),
            cycle: facts.cycle,
            slug: given.slug.to_string(),
        };
        (name, given.at)
    })
    .collect()
}

/// Says whether a goal gets a slug by the file, rather than has it.
fn is_given(said: &Slug, (base, now): (Option<&Slug>, Option<&Slug>), take: Take) -> bool {
    match (base, now) {
        (_, Some(now)) if said == now => false,
        (Some(base), _) if said == base => false,
        // It was moved to another cycle, and is edited there.
        (Some(_), None) => false,
        (Some(base), Some(now)) => base == now || take != Take::Theirs,
        (None, _) => true,
    }
}

fn slug_in(state: &State, id: EntityId) -> Option<&Slug> {
    match id {
        EntityId::Objective(id) => state.objective(id).map(|one| &one.slug),
        EntityId::KeyResult(id) => state.key_result(id).map(|one| &one.slug),
        _ => None,
    }
}

struct Judge<'j, 'a, 'r> {
    facts: &'j Facts<'a, 'r>,
    matched: &'j Matched,
}

impl Judge<'_, '_, '_> {
    /// Returns the slug that a goal gets by the file: a new one, or another one.
    fn given<'f>(
        &self,
        id: EntityId,
        (said, new): (Option<&'f Said<Slug>>, Option<&'f Slug>),
        at: Spot,
    ) -> Option<Given<'f>> {
        let Some(said) = said else {
            return new.map(|slug| Given { id, slug, at });
        };
        let base = match self.facts.against {
            Against::Base(base) => slug_in(base, id),
            Against::Now | Against::Nothing => None,
        };
        let sides = (base, slug_in(self.facts.now, id));
        is_given(&said.value, sides, self.facts.take).then_some(Given {
            id,
            slug: &said.value,
            at: said.at,
        })
    }

    /// Checks the slugs of one kind of goals against each other and against those that are there.
    fn one_kind<'f>(
        &self,
        now: impl Iterator<Item = Goal<'f>>,
        given: &[Given<'_>],
        faults: &mut Faults,
    ) {
        let renamed: BTreeSet<EntityId> = given.iter().map(|one| one.id).collect();
        let kept = now.filter(|one| !one.archived && !renamed.contains(&one.id));
        let kept = kept.filter(|one| !self.is_let_go(one.id));
        let kept: BTreeMap<&str, Goal<'f>> = kept.map(|one| (one.slug.as_str(), one)).collect();
        let mut first: BTreeMap<&str, Spot> = BTreeMap::new();
        for one in given {
            let slug = one.slug.as_str();
            if let Some(other) = kept.get(slug) {
                let id = short_id::shown(Alphabet::Thing, other.id.uuid());
                let (label, title) = (other.id.kind().label(), other.title);
                let message = format!("the {label} {id} \"{title}\" is called {slug} already");
                let help = "give this one another slug, or that one";
                faults.push(Fault::new(one.at, message).with_help(help));
            } else if let Some(before) = first.insert(slug, one.at) {
                let message = format!("the goal of line {} is called {slug} as well", before.line);
                faults.push(Fault::new(one.at, message).with_help("take another slug"));
            }
        }
    }

    /// Says whether a goal is archived because the file no longer has it.
    fn is_let_go(&self, id: EntityId) -> bool {
        let was_there = match (self.facts.against, id) {
            (Against::Base(base), EntityId::Objective(id)) => base.objective(id).is_some(),
            (Against::Base(base), EntityId::KeyResult(id)) => base.key_result(id).is_some(),
            _ => false,
        };
        self.facts.archive_missing && was_there && !self.matched.claimed.contains(&id)
    }
}

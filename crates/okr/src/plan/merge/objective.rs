//! An objective of a file: a new one, or what it changes of one that is there.

use std::collections::BTreeSet;

use okr_core::decide::{Command, ObjectivePatch};
use okr_core::entity::Objective;
use okr_core::event::{NewObjective, Support};
use okr_core::id::{CycleId, ObjectiveId, PersonId, TeamId};
use okr_core::text::{Slug, Tag, Title};
use okr_core::value::{GoalState, ObjectiveKind, Weight};
use okr_core::view::View as _;
use okr_replica::ReplicaError;

use super::fields::{Before, Fields, Words, held};
use super::steps::Wishes;
use super::{Against, Conflict, Take, Work};
use crate::plan::{Fault, ObjectiveEntry, Said};

/// What an objective of a file names, looked up.
struct Names {
    owner: Option<Said<PersonId>>,
    team: Option<Said<Option<TeamId>>>,
    supports: Option<Said<Option<Support>>>,
}

impl Work<'_, '_, '_> {
    /// Judges an objective with its key results.
    pub(super) fn objective(
        &mut self,
        index: usize,
        entry: &ObjectiveEntry,
        wishes: &mut Wishes,
    ) -> Result<(), ReplicaError> {
        let target = &self.matched.objectives[index];
        let id = target.id;
        let now = self.facts.now.objective(id).cloned();
        let before = self.base().and_then(|base| base.objective(id)).cloned();
        let owner = match (&target.new, now) {
            (Some(slug), _) => {
                let slug = slug.clone();
                let names = self.names(entry, None, true)?;
                let owner = names
                    .owner
                    .as_ref()
                    .map_or(self.facts.me, |said| said.value);
                if let Some(title) = &entry.title {
                    let new =
                        new_objective((entry, title), (slug, names), (owner, self.facts.cycle));
                    wishes.add_objective(id, new, entry.at.0);
                }
                owner
            }
            (None, Some(now)) => {
                let names = self.names(entry, before.as_ref(), false)?;
                let owner = names.owner.as_ref().map_or(now.owner, |said| said.value);
                self.edit(entry, names, (before.as_ref(), &now), wishes)?;
                owner
            }
            (None, None) => {
                // It was there at the base, and is in another cycle now: there it is edited.
                self.moved_away(entry, id)?;
                self.facts.me
            }
        };
        self.key_results((index, entry), owner, wishes)
    }

    fn moved_away(&mut self, entry: &ObjectiveEntry, id: ObjectiveId) -> Result<(), ReplicaError> {
        let cycle = match self.facts.reading.objective(id)? {
            Some(found) => self
                .facts
                .reading
                .cycle(found.cycle)?
                .map(|cycle| cycle.name.to_string()),
            None => None,
        };
        let cycle = cycle.unwrap_or_else(|| "another cycle".to_owned());
        let message = format!("this objective was moved to {cycle} after the pull");
        self.fault(Fault::new(entry.at.0, message).with_help("take it out of the file"));
        Ok(())
    }

    fn names(
        &mut self,
        entry: &ObjectiveEntry,
        before: Option<&Objective>,
        is_new: bool,
    ) -> Result<Names, ReplicaError> {
        let owner = match &entry.owner {
            Some(said) => self.person(said, before.map(|before| before.owner))?,
            None => None,
        };
        let team_before = before.and_then(|before| before.team);
        let team = match (split(entry.team.as_ref()), &self.facts.plan.head.team) {
            (Some(Ok(name)), _) => self.team(&name, team_before).map(|said| said.map(Some)),
            (Some(Err(none)), _) => Some(none),
            (None, Some(_)) if is_new || !self.leaves_unsaid() => self.team.map(|team| Said {
                at: entry.at.0,
                value: Some(team),
            }),
            (None, _) => self.wanted(None, None, entry.at.0),
        };
        let supports = match split(entry.supports.as_ref()) {
            Some(Ok(name)) => {
                let goal = self.support(&name, before.and_then(|before| before.supports))?;
                goal.map(|said| said.map(Some))
            }
            Some(Err(none)) => Some(none),
            None => self.wanted(None, None, entry.at.0),
        };
        Ok(Names {
            owner,
            team,
            supports,
        })
    }

    fn edit(
        &mut self,
        entry: &ObjectiveEntry,
        names: Names,
        (before, now): (Option<&Objective>, &Objective),
        wishes: &mut Wishes,
    ) -> Result<(), ReplicaError> {
        let id = now.id;
        let at = entry.at.0;
        let draft = self.wanted(entry.draft.as_ref(), false, at);
        let patch = self.objective_patch(entry, names, (before, now))?;
        let mut commands = Vec::new();
        if patch != ObjectivePatch::default() {
            commands.push(Command::SetObjective {
                id,
                patch: Box::new(patch),
            });
        }
        let tags = self.wanted(entry.tags.as_ref(), BTreeSet::new(), at);
        let before_tags = held(self.facts.against, before, |one: &Objective| &one.tags);
        commands.extend(tagged(
            tags.as_ref(),
            (before_tags, &now.tags),
            |tag, on| {
                if on {
                    Command::TagObjective { id, tag }
                } else {
                    Command::UntagObjective { id, tag }
                }
            },
        ));
        if let Some(draft) = draft
            && self.publishes(&draft, (before, now))
        {
            commands.push(Command::PublishObjective(id));
        }
        wishes.edit(commands, at);
        Ok(())
    }

    /// Says whether an objective is to be published; there is no way back.
    fn publishes(
        &mut self,
        draft: &Said<bool>,
        (before, now): (Option<&Objective>, &Objective),
    ) -> bool {
        let was = before.map_or(now.stage, |before| before.stage);
        if draft.value {
            if was != GoalState::Draft {
                let message = "a goal that was published cannot become a draft again";
                self.fault(Fault::new(draft.at, message));
            }
            return false;
        }
        if was != GoalState::Draft || now.stage != GoalState::Draft {
            return false;
        }
        if before.is_some() || matches!(self.facts.against, Against::Now) {
            return true;
        }
        match self.facts.take {
            Take::Mine => true,
            Take::Theirs => false,
            Take::Neither => {
                self.conflicts.push(Conflict {
                    id: now.id.into(),
                    field: "state",
                    base: String::new(),
                    mine: "active".to_owned(),
                    theirs: "draft".to_owned(),
                    at: draft.at,
                });
                false
            }
        }
    }

    fn objective_patch(
        &mut self,
        entry: &ObjectiveEntry,
        names: Names,
        (before, now): (Option<&Objective>, &Objective),
    ) -> Result<ObjectivePatch, ReplicaError> {
        let at = entry.at.0;
        let description = self.wanted(entry.description.as_ref(), None, at);
        let kind = self.wanted(entry.kind.as_ref(), ObjectiveKind::Aspirational, at);
        let weight = self.wanted(entry.weight.as_ref(), Weight::ONE, at);
        let words = Words {
            directory: self.facts.directory,
            now: self.facts.now,
            goals: self.called([
                names.supports.as_ref().and_then(|said| said.value),
                now.supports,
                before.and_then(|before| before.supports),
            ])?,
        };
        let mut fields = Fields {
            id: now.id.into(),
            take: self.facts.take,
            against: self.facts.against,
            before,
            now,
            words: &words,
            conflicts: self.conflicts,
        };
        Ok(ObjectivePatch {
            title: fields.set("title", entry.title.clone(), |one| &one.title),
            description: fields.set("description", description, |one| &one.description),
            slug: fields.set("slug", entry.slug.clone(), |one| &one.slug),
            owner: fields.set("owner", names.owner, |one| &one.owner),
            team: fields.set("team", names.team, |one| &one.team),
            cycle: None,
            kind: fields.set("kind", kind, |one| &one.kind),
            weight: fields.set("weight", weight, |one| &one.weight),
            supports: fields.set("supports", names.supports, |one| &one.supports),
            continues: None,
            score: None,
            reflection: None,
        })
    }
}

/// Takes a name, or that there shall be none, out of a field.
fn split<T>(field: Option<&Said<Option<String>>>) -> Option<Result<Said<String>, Said<Option<T>>>> {
    field.map(|said| {
        let at = said.at;
        match &said.value {
            Some(name) => Ok(Said {
                value: name.clone(),
                at,
            }),
            None => Err(Said { value: None, at }),
        }
    })
}

fn new_objective(
    (entry, title): (&ObjectiveEntry, &Said<Title>),
    (slug, names): (Slug, Names),
    (owner, cycle): (PersonId, CycleId),
) -> NewObjective {
    NewObjective {
        title: title.value.clone(),
        description: entry.description.clone().and_then(|said| said.value),
        slug,
        owner,
        team: names.team.and_then(|said| said.value),
        cycle,
        kind: value_or(entry.kind.as_ref(), ObjectiveKind::Aspirational),
        weight: value_or(entry.weight.as_ref(), Weight::ONE),
        supports: names.supports.and_then(|said| said.value),
        continues: None,
        tags: value_or(entry.tags.as_ref(), BTreeSet::new()),
        draft: value_or(entry.draft.as_ref(), false),
    }
}

/// Returns what a file says or, where it says nothing, what that means.
pub(super) fn value_or<T: Clone>(said: Option<&Said<T>>, usual: T) -> T {
    said.map_or(usual, |said| said.value.clone())
}

/// Puts on the tags that the file adds, and takes off those that it takes away; others' stay.
pub(super) fn tagged(
    wanted: Option<&Said<BTreeSet<Tag>>>,
    (before, now): (Before<&BTreeSet<Tag>>, &BTreeSet<Tag>),
    command: impl Fn(Tag, bool) -> Command,
) -> Vec<Command> {
    let Some(wanted) = wanted.map(|said| &said.value) else {
        return Vec::new();
    };
    let nothing = BTreeSet::new();
    let before = match before {
        Before::Held(before) => before,
        Before::NotThere => &nothing,
        Before::Ignored => now,
    };
    let on = wanted.difference(before).filter(|tag| !now.contains(*tag));
    let off = before.difference(wanted).filter(|tag| now.contains(*tag));
    let on = on.map(|tag| command(tag.clone(), true));
    let off = off.map(|tag| command(tag.clone(), false));
    on.chain(off).collect()
}

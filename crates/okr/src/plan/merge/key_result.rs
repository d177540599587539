//! A key result of a file: a new one, or what it changes of one that is there.

use std::collections::{BTreeSet, HashMap};

use okr_core::decide::{Command, KeyResultPatch};
use okr_core::entity::KeyResult;
use okr_core::event::NewKeyResult;
use okr_core::id::{KeyResultId, ObjectiveId, PersonId};
use okr_core::measure::{Measure, Milestone, MilestoneKey, Milestones};
use okr_core::value::Weight;
use okr_core::view::View as _;
use okr_replica::ReplicaError;

use super::Work;
use super::fields::{Fields, Words, held};
use super::objective::{tagged, value_or};
use super::order::Places;
use super::steps::Wishes;
use crate::plan::{Fault, KeyResultEntry, MeasureEntry, MilestoneEntry, ObjectiveEntry, Said};

impl Work<'_, '_, '_> {
    /// Judges the key results of an objective; `owner` is who owns it, by the file.
    pub(super) fn key_results(
        &mut self,
        (index, entry): (usize, &ObjectiveEntry),
        owner: PersonId,
        wishes: &mut Wishes,
    ) -> Result<(), ReplicaError> {
        let matched = self.matched;
        let objective = matched.objectives[index].id;
        let targets = &matched.key_results[index];
        let places = self.places(objective, targets, entry);
        for (place, (own, target)) in entry.key_results.iter().zip(targets).enumerate() {
            let order = places.of(place);
            match &target.new {
                Some(_) => self.new_key_result((own, place), (index, owner), order, wishes)?,
                None => self.old_key_result((own, target.id), (objective, owner), order, wishes)?,
            }
        }
        Ok(())
    }

    fn new_key_result(
        &mut self,
        (entry, place): (&KeyResultEntry, usize),
        (index, owner): (usize, PersonId),
        order: Option<u32>,
        wishes: &mut Wishes,
    ) -> Result<(), ReplicaError> {
        let target = &self.matched.key_results[index][place];
        let parent = &self.matched.objectives[index];
        let owner = match &entry.owner {
            Some(said) => self.person(said, None)?.map(|said| said.value),
            None => Some(owner),
        };
        let Some(said) = &entry.measure else {
            let fault = Fault::new(entry.at.0, "a new key result needs a measure");
            self.fault(fault.with_help("add: measure: {from: 480, to: 200, unit: ms}"));
            return Ok(());
        };
        let measure = self.measure(said, &[]);
        let (Some(title), Some(owner), Some(measure), Some(slug)) =
            (&entry.title, owner, measure, &target.new)
        else {
            return Ok(());
        };
        let new = NewKeyResult {
            objective: parent.id,
            title: title.value.clone(),
            description: entry.description.clone().and_then(|said| said.value),
            slug: slug.clone(),
            owner,
            measure: measure.value,
            weight: value_or(entry.weight.as_ref(), Weight::ONE),
            order: order.unwrap_or(0),
            start: entry.start.as_ref().and_then(|said| said.value),
            due: entry.due.as_ref().and_then(|said| said.value),
            tags: value_or(entry.tags.as_ref(), BTreeSet::new()),
            fed_by: None,
        };
        wishes.add_key_result(target.id, new, entry.at.0);
        Ok(())
    }

    fn old_key_result(
        &mut self,
        (entry, id): (&KeyResultEntry, KeyResultId),
        (parent, owner): (ObjectiveId, PersonId),
        order: Option<u32>,
        wishes: &mut Wishes,
    ) -> Result<(), ReplicaError> {
        let before = self.base().and_then(|base| base.key_result(id)).cloned();
        let now = match self.facts.now.key_result(id) {
            Some(now) => now.clone(),
            // Its objective was moved to another cycle; it is edited there.
            None => match self.facts.reading.key_result(id)? {
                Some(now) => now.into_owned(),
                None => return Ok(()),
            },
        };
        let owner = match &entry.owner {
            Some(said) => self.person(said, before.as_ref().map(|before| before.owner))?,
            None => self.wanted(None, owner, entry.at.0),
        };
        let known: Vec<Milestone> = [before.as_ref(), Some(&now)]
            .into_iter()
            .flatten()
            .flat_map(|one| checklist(&one.measure).to_vec())
            .collect();
        let measure = match &entry.measure {
            Some(said) => self.measure(said, &known),
            None => None,
        };
        let patch = self.patch(entry, (owner, measure), (before.as_ref(), &now), parent);
        let patch = KeyResultPatch {
            order: order.filter(|order| *order != now.order),
            ..patch
        };
        let mut commands = Vec::new();
        if patch != KeyResultPatch::default() {
            commands.push(Command::SetKeyResult {
                id,
                patch: Box::new(patch),
            });
        }
        let tags = self.wanted(entry.tags.as_ref(), BTreeSet::new(), entry.at.0);
        let tags_before = held(self.facts.against, before.as_ref(), |one: &KeyResult| {
            &one.tags
        });
        commands.extend(tagged(
            tags.as_ref(),
            (tags_before, &now.tags),
            |tag, on| {
                if on {
                    Command::TagKeyResult { id, tag }
                } else {
                    Command::UntagKeyResult { id, tag }
                }
            },
        ));
        wishes.edit(commands, entry.at.0);
        Ok(())
    }

    fn patch(
        &mut self,
        entry: &KeyResultEntry,
        (owner, measure): (Option<Said<PersonId>>, Option<Said<Measure>>),
        (before, now): (Option<&KeyResult>, &KeyResult),
        parent: ObjectiveId,
    ) -> KeyResultPatch {
        let at = entry.at.0;
        let parent = Some(Said { value: parent, at });
        let description = self.wanted(entry.description.as_ref(), None, at);
        let weight = self.wanted(entry.weight.as_ref(), Weight::ONE, at);
        let start = self.wanted(entry.start.as_ref(), None, at);
        let due = self.wanted(entry.due.as_ref(), None, at);
        let words = Words {
            directory: self.facts.directory,
            now: self.facts.now,
            goals: HashMap::new(),
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
        KeyResultPatch {
            objective: fields.set("objective", parent, |one| &one.objective),
            title: fields.set("title", entry.title.clone(), |one| &one.title),
            description: fields.set("description", description, |one| &one.description),
            slug: fields.set("slug", entry.slug.clone(), |one| &one.slug),
            owner: fields.set("owner", owner, |one| &one.owner),
            measure: fields.set("measure", measure, |one| &one.measure),
            weight: fields.set("weight", weight, |one| &one.weight),
            order: None,
            fed_by: None,
            start: fields.set("start", start, |one| &one.start),
            due: fields.set("due", due, |one| &one.due),
            score: None,
        }
    }

    /// Gives the milestones of a checklist their keys: those of the ones that were there, else new.
    fn measure(&mut self, said: &Said<MeasureEntry>, known: &[Milestone]) -> Option<Said<Measure>> {
        let measure = match &said.value {
            MeasureEntry::Metric(metric) => Ok(Measure::Metric(metric.clone())),
            MeasureEntry::Hold(hold) => Ok(Measure::Hold(hold.clone())),
            MeasureEntry::Zones(zones) => Ok(Measure::Zones(zones.clone())),
            MeasureEntry::Milestones(list) => {
                Milestones::new(keyed(list, known)).map(Measure::Milestones)
            }
        };
        let measure = measure.map_err(|error| Fault::new(said.at, error.to_string()));
        let value = self.faults.keep(measure)?;
        Some(Said { value, at: said.at })
    }

    fn places(
        &mut self,
        objective: ObjectiveId,
        targets: &[super::matching::Target<KeyResultId>],
        entry: &ObjectiveEntry,
    ) -> Places {
        super::order::places(self.facts, (objective, targets), entry.at.0, self.conflicts)
    }
}

fn checklist(measure: &Measure) -> &[Milestone] {
    match measure {
        Measure::Milestones(milestones) => milestones.list(),
        Measure::Metric(_) | Measure::Hold(_) | Measure::Zones(_) => &[],
    }
}

fn keyed(list: &[MilestoneEntry], known: &[Milestone]) -> Vec<Milestone> {
    let given = list.iter().filter_map(|one| one.key);
    let mut taken: BTreeSet<u32> = given.collect();
    let mut next = known
        .iter()
        .map(|one| one.key.0)
        .chain(taken.iter().copied())
        .max()
        .unwrap_or(0);
    let mut keyed = Vec::new();
    for one in list {
        let key = one.key.unwrap_or_else(|| {
            let same = known
                .iter()
                .find(|known| known.title == one.title && !taken.contains(&known.key.0));
            let key = same.map_or_else(
                || {
                    next = next.saturating_add(1);
                    next
                },
                |known| known.key.0,
            );
            taken.insert(key);
            key
        });
        keyed.push(Milestone {
            key: MilestoneKey(key),
            title: one.title.clone(),
            weight: one.weight,
        });
    }
    keyed
}

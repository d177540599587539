//! Objectives and key results of a file.

use std::collections::BTreeSet;

use okr_core::decide::Command;
use okr_core::event::{NewKeyResult, NewObjective, Support};
use okr_core::id::{CycleId, KeyResultId, ObjectiveId, PersonId};
use okr_core::text::{LongText, Slug, Tag, Title};
use okr_core::value::{ObjectiveKind, Weight};

use super::history::Goal;
use super::{Builder, Circumstances, Rank, at, measures, wrong};
use crate::error::CliError;
use crate::history_file::{Amount, CycleEntry, Day, KeyResultEntry, ObjectiveEntry, Word};

/// Reads an optional text.
pub(super) fn long(place: &str, text: Option<&Word>) -> Result<Option<LongText>, CliError> {
    text.map(|text| at(place, LongText::new(&text.0)))
        .transpose()
}

/// Reads tags.
pub(super) fn tags(place: &str, tags: &[Word]) -> Result<BTreeSet<Tag>, CliError> {
    tags.iter().map(|tag| at(place, Tag::new(&tag.0))).collect()
}

/// Reads a weight; none is 1.
pub(super) fn weight(place: &str, weight: Option<Amount>) -> Result<Weight, CliError> {
    weight.map_or(Ok(Weight::ONE), |weight| at(place, Weight::new(weight.0)))
}

/// Where a key result belongs.
struct Parent {
    place: String,
    objective: ObjectiveId,
    owner: PersonId,
    written: Day,
}

impl Builder<'_> {
    pub(super) fn objective(
        &mut self,
        entry: &ObjectiveEntry,
        (cycle, within): (CycleId, &CycleEntry),
    ) -> Result<(), CliError> {
        let place = format!("cycle {}, objective {}", within.name.0, entry.slug.0);
        let id = ObjectiveId::new(self.id(&place));
        let owner = self.person(&place, &entry.owner)?;
        let new = self.new_objective(&place, entry, (cycle, owner))?;
        self.objectives.insert(entry.slug.0.clone(), id);
        let written = entry.written.unwrap_or(within.written);
        let add = Command::AddObjective {
            id,
            new: Box::new(new),
        };
        self.step(
            &place,
            Circumstances::plain(Rank::Objective, written, Some(owner)),
            vec![add],
        )?;
        let goal = Goal::Objective(id);
        self.history(&place, &entry.history, (goal, owner, written))?;
        let parent = Parent {
            place,
            objective: id,
            owner,
            written,
        };
        for (order, key_result) in (0..).zip(&entry.key_results) {
            self.key_result(&parent, key_result, order)?;
        }
        Ok(())
    }

    fn new_objective(
        &self,
        place: &str,
        entry: &ObjectiveEntry,
        (cycle, owner): (CycleId, PersonId),
    ) -> Result<NewObjective, CliError> {
        let team = entry
            .team
            .as_ref()
            .map(|slug| self.team_id(place, slug))
            .transpose()?;
        let kind = match &entry.kind {
            None => ObjectiveKind::Aspirational,
            Some(word) => ObjectiveKind::from_word(&word.0)
                .ok_or_else(|| wrong(place, format!("\"{}\" is no kind of objective", word.0)))?,
        };
        let supports = match &entry.supports {
            None => None,
            Some(slug) => Some(
                self.objectives
                    .get(&slug.0)
                    .copied()
                    .map(Support::Objective)
                    .ok_or_else(|| {
                        wrong(
                            place,
                            format!("no objective \"{}\" stands above it in the file", slug.0),
                        )
                    })?,
            ),
        };
        Ok(NewObjective {
            title: at(place, Title::new(&entry.title.0))?,
            description: long(place, entry.description.as_ref())?,
            slug: at(place, Slug::new(&entry.slug.0))?,
            owner,
            team,
            cycle,
            kind,
            weight: weight(place, entry.weight)?,
            supports,
            continues: None,
            tags: tags(place, &entry.tags)?,
            draft: false,
        })
    }

    fn key_result(
        &mut self,
        parent: &Parent,
        entry: &KeyResultEntry,
        order: u32,
    ) -> Result<(), CliError> {
        let place = format!("{}, key result {}", parent.place, entry.slug.0);
        let id = KeyResultId::new(self.id(&place));
        let owner = match &entry.owner {
            Some(handle) => self.person(&place, handle)?,
            None => parent.owner,
        };
        let measure = measures::read(&place, &entry.measure)?;
        let new = NewKeyResult {
            objective: parent.objective,
            title: at(&place, Title::new(&entry.title.0))?,
            description: long(&place, entry.description.as_ref())?,
            slug: at(&place, Slug::new(&entry.slug.0))?,
            owner,
            measure: measure.clone(),
            weight: weight(&place, entry.weight)?,
            order,
            start: entry.start.map(|day| day.0),
            due: entry.due.map(|day| day.0),
            tags: tags(&place, &entry.tags)?,
            fed_by: None,
        };
        let written = entry.written.unwrap_or(parent.written);
        let add = Command::AddKeyResult {
            id,
            new: Box::new(new),
        };
        self.step(
            &place,
            Circumstances::plain(Rank::KeyResult, written, Some(owner)),
            vec![add],
        )?;
        self.history(
            &place,
            &entry.history,
            (Goal::KeyResult(id, measure), owner, written),
        )
    }
}

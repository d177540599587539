//! Key results: rows under an objective.

use std::collections::BTreeSet;
use std::collections::hash_map::Entry;

use okr_core::decide::{Command, KeyResultPatch};
use okr_core::entity::KeyResult;
use okr_core::event::NewKeyResult;
use okr_core::id::{KeyResultId, ObjectiveId, PersonId};
use okr_core::text::Tag;
use okr_core::value::Weight;
use okr_core::view::View as _;

use super::super::ids::Ids;
use super::super::measures;
use super::super::people::read_day;
use super::{Among, Builder, Place, Stop, Told, long, read_slug, title};
use crate::resolve::Resolver;
use crate::table::{Cell, Field, Row};

impl Builder<'_> {
    pub(super) fn key_result(
        &mut self,
        row: &Row,
        titled: &Cell,
        (objective, place, told): (ObjectiveId, Place, Told),
        resolver: &Resolver<'_, '_>,
    ) -> Result<(), Stop> {
        let said = self.table.columns.said(row);
        // Of a row that names no objective the one above is a part of what it says.
        let key = format!("{said}under={objective}\n");
        let own = self.cell(row, Field::Id).map(|cell| cell.text.as_str());
        let id = KeyResultId::new(self.table.ids.thing("key result", own, &key));
        let measure = measures::measure(self.table, row)?;
        let day = |field: Field| self.cell(row, field).map(read_day).transpose();
        let (start, due) = (day(Field::Start)?, day(Field::Due)?);
        let description = self.cell(row, Field::Description).map(long).transpose()?;
        let (weight, tags) = (self.weight(row)?, self.tags(row)?);
        let title = title(titled)?;
        let slug = self.cell(row, Field::Slug);
        let known = resolver.reading.key_result(id)?;
        if let Some(found) = &known {
            let patch = KeyResultPatch {
                title: Some(title.clone()),
                description: description.clone().map(Some),
                slug: slug.map(read_slug).transpose()?,
                owner: place.owner,
                measure: Some(measure.clone()),
                weight,
                start: start.map(Some),
                due: due.map(Some),
                ..KeyResultPatch::default()
            };
            if says(found, &patch, (objective, &tags)) {
                self.outcome.known += 1;
                return Ok(());
            }
        }
        let above = resolver.reading.objective(objective)?;
        let among = Among::KeyResults(above.map_or(place.cycle, |above| above.cycle));
        let named = (row.line, slug, known.is_some());
        let slug = self.slug(named, (among, title.as_str()), resolver)?;
        let new = NewKeyResult {
            objective,
            slug,
            title,
            description,
            owner: self.owner_of((place.owner, objective), resolver)?,
            measure,
            weight: weight.unwrap_or(Weight::ONE),
            order: self.order(objective, resolver)?,
            start,
            due,
            tags,
            fed_by: None,
        };
        let line = row.line;
        self.outcome
            .show(line, || format!("key result  {}  {}", new.slug, new.title));
        let command = Command::AddKeyResult {
            id,
            new: Box::new(new),
        };
        let change = Ids::change(id.uuid(), &key);
        self.step((line, objective, false), &told, (change, command));
        Ok(())
    }

    /// Returns who is named or, without anybody, whoever owns the objective.
    fn owner_of(
        &self,
        (named, objective): (Option<PersonId>, ObjectiveId),
        resolver: &Resolver<'_, '_>,
    ) -> Result<PersonId, Stop> {
        if let Some(named) = named {
            return Ok(named);
        }
        if let Some(found) = resolver.reading.objective(objective)? {
            return Ok(found.owner);
        }
        let made = self.owners.get(&objective);
        Ok(made.copied().unwrap_or(resolver.me))
    }

    fn order(&mut self, objective: ObjectiveId, resolver: &Resolver<'_, '_>) -> Result<u32, Stop> {
        let next = match self.orders.entry(objective) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let siblings = resolver.reading.key_results(objective)?;
                let last = siblings.iter().map(|sibling| sibling.order).max();
                unknown.insert(last.map_or(0, |last| last.saturating_add(1)))
            }
        };
        let order = *next;
        *next = next.saturating_add(1);
        Ok(order)
    }
}

/// Says whether a key result is already as a row says.
fn says(
    found: &KeyResult,
    patch: &KeyResultPatch,
    (objective, tags): (ObjectiveId, &BTreeSet<Tag>),
) -> bool {
    found.objective == objective && patch.edits(found).is_empty() && tags.is_subset(&found.tags)
}

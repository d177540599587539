//! Objectives: rows of their own, and those that rows of key results name.

use std::collections::{BTreeSet, HashMap};

use okr_core::decide::{Command, ObjectivePatch};
use okr_core::entity::Objective;
use okr_core::event::NewObjective;
use okr_core::id::{CycleId, EntityId, EntityKind, ObjectiveId};
use okr_core::value::{ObjectiveKind, Weight};
use okr_core::view::View as _;
use okr_replica::ObjectiveFilter;

use super::super::ids::Ids;
use super::super::people::{not_found, unknown};
use super::{Among, Builder, Place, Stop, Told, long, read_slug, title};
use crate::resolve::Resolver;
use crate::table::{Cell, Field, Row, Wrong, without_guard};

impl Builder<'_> {
    /// Finds the objective that a row of a key result names, or makes it.
    pub(super) fn objective_of(
        &mut self,
        row: &Row,
        cell: &Cell,
        (place, told): (&Place, &Told),
        resolver: &mut Resolver<'_, '_>,
    ) -> Result<ObjectiveId, Stop> {
        let text = without_guard(&cell.text).trim().to_owned();
        self.learn(place.cycle, resolver)?;
        if let Some(known) = self.titles[&place.cycle].get(&text) {
            return Ok(*known);
        }
        resolver.cycle = Some(place.cycle);
        match resolver.find_if_any(&text, &[EntityKind::Objective]) {
            Ok(Some(EntityId::Objective(found))) => return Ok(found),
            Err(error) if error.code() == "ambiguous-ref" => {
                return Err(unknown(cell, &not_found(&error)).into());
            }
            Ok(_) | Err(_) => {}
        }
        let said = format!("cycle={}\ntitle={text}\n", place.cycle);
        let id = ObjectiveId::new(self.table.ids.thing("objective", None, &said));
        let known = resolver.reading.objective(id)?;
        // It was made by an earlier import, and is called something else by now.
        if known.is_none() {
            let new = NewObjective {
                title: title(cell)?,
                description: None,
                slug: self.slug(
                    (row.line, None, false),
                    (Among::Objectives(place.cycle), &text),
                    resolver,
                )?,
                owner: place.owner.unwrap_or(resolver.me),
                team: place.team,
                cycle: place.cycle,
                kind: ObjectiveKind::Aspirational,
                weight: Weight::ONE,
                supports: None,
                continues: None,
                tags: BTreeSet::new(),
                draft: false,
            };
            self.makes((row.line, id), told, (&said, new));
        }
        self.called(place.cycle, text, id);
        Ok(id)
    }

    /// Learns the objectives of a cycle that are here.
    fn learn(&mut self, cycle: CycleId, resolver: &Resolver<'_, '_>) -> Result<(), Stop> {
        if self.titles.contains_key(&cycle) {
            return Ok(());
        }
        let filter = ObjectiveFilter {
            cycle: Some(cycle),
            ..ObjectiveFilter::default()
        };
        let mut known = HashMap::new();
        for objective in resolver.reading.objectives(&filter)? {
            known.insert(objective.title.to_string(), objective.id);
            known.insert(objective.slug.to_string(), objective.id);
        }
        self.titles.insert(cycle, known);
        Ok(())
    }

    fn called(&mut self, cycle: CycleId, name: String, id: ObjectiveId) {
        self.titles.entry(cycle).or_default().insert(name, id);
    }

    pub(super) fn objective(
        &mut self,
        row: &Row,
        titled: &Cell,
        (place, told): (&Place, Told),
        resolver: &Resolver<'_, '_>,
    ) -> Result<ObjectiveId, Stop> {
        let said = self.table.columns.said(row);
        let own = self.cell(row, Field::Id).map(|cell| cell.text.as_str());
        let id = ObjectiveId::new(self.table.ids.thing("objective", own, &said));
        let kind = self.cell(row, Field::Kind).map(|cell| {
            let word = cell.text.trim().to_lowercase();
            ObjectiveKind::from_word(&word).ok_or_else(|| {
                Wrong::at(cell, format!("\"{word}\" is no kind of objective"))
                    .with_help("committed, aspirational or learning")
            })
        });
        let kind = kind.transpose()?;
        let description = self.cell(row, Field::Description).map(long).transpose()?;
        let weight = self.weight(row)?;
        let tags = self.tags(row)?;
        let title = title(titled)?;
        let slug = self.cell(row, Field::Slug);
        let known = resolver.reading.objective(id)?;
        if let Some(found) = &known {
            let patch = ObjectivePatch {
                title: Some(title.clone()),
                description: description.clone().map(Some),
                slug: slug.map(read_slug).transpose()?,
                owner: place.owner,
                team: self.cell(row, Field::Team).map(|_| place.team),
                kind,
                weight,
                ..ObjectivePatch::default()
            };
            let is_same =
                |found: &Objective| patch.edits(found).is_empty() && tags.is_subset(&found.tags);
            if is_same(found) {
                self.outcome.known += 1;
                return Ok(id);
            }
        }
        let among = Among::Objectives(place.cycle);
        let named = (row.line, slug, known.is_some());
        let slug = self.slug(named, (among, title.as_str()), resolver)?;
        let new = NewObjective {
            slug,
            title,
            description,
            owner: place.owner.unwrap_or(resolver.me),
            team: place.team,
            cycle: place.cycle,
            kind: kind.unwrap_or(ObjectiveKind::Aspirational),
            weight: weight.unwrap_or(Weight::ONE),
            supports: None,
            continues: None,
            tags,
            draft: false,
        };
        self.makes((row.line, id), &told, (&said, new));
        Ok(id)
    }

    fn makes(
        &mut self,
        (line, id): (usize, ObjectiveId),
        told: &Told,
        (said, new): (&str, NewObjective),
    ) {
        self.outcome
            .show(line, || format!("objective  {}  {}", new.slug, new.title));
        self.owners.insert(id, new.owner);
        let command = Command::AddObjective {
            id,
            new: Box::new(new),
        };
        let change = Ids::change(id.uuid(), said);
        self.step((line, id, true), told, (change, command));
    }
}

//! What an apply did or would do, thing by thing: for people and for programs.

use std::collections::HashMap;

use okr_core::change::Change;
use okr_core::event::{Event, KeyResultEvent, ObjectiveEvent};
use okr_core::id::{ChangeId, EntityId};
use okr_core::view::Overlay;
use okr_replica::{Given, ReplicaError};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::bench::Bench;
use crate::describe::Names;
use crate::error::CliError;
use crate::failure;
use crate::plan::Spot;
use crate::plan::merge::Conflict;
use crate::short_id::{self, Alphabet};
use crate::ui::Item;

/// What happens to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Add,
    Change,
    Archive,
    /// Both sides changed the same.
    Conflict,
    /// It is no longer in the file, and is left alone.
    Missing,
}

/// A thing that a file is about, in machine output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ThingItem {
    pub(super) outcome: Outcome,
    /// Whether it was done, not only said.
    pub(super) written: bool,
    pub(super) kind: &'static str,
    pub(super) id: Uuid,
    pub(super) slug: Option<String>,
    pub(super) title: String,
    pub(super) file: String,
    /// The line where the file asks for it; none of what is not in the file.
    pub(super) line: Option<usize>,
    pub(super) change: Option<Uuid>,
    pub(super) steps: Vec<String>,
    pub(super) fields: Vec<FieldItem>,
}

/// A field that changes, or that both sides changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct FieldItem {
    pub(super) field: &'static str,
    pub(super) from: String,
    pub(super) to: String,
    /// What it was when the file was pulled, of a conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) base: Option<String>,
    /// Who set what is there, of a conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<String>,
}

impl Item for ThingItem {
    const TYPE: &'static str = "plan_thing";
    const SCHEMA: &'static str = "PlanThingList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

/// Things in the order in which they came, each once for each outcome.
#[derive(Default)]
pub(super) struct Told {
    pub(super) items: Vec<ThingItem>,
    places: HashMap<(EntityId, Outcome), usize>,
}

impl Told {
    /// Tells what changes do; `of` says where files ask for each.
    pub(super) fn changes(
        &mut self,
        bench: &Bench<'_>,
        (changes, written): (&[Change], bool),
        of: &HashMap<ChangeId, (String, Spot)>,
    ) -> Result<(), CliError> {
        let mut after = Overlay::new(&bench.reading);
        for change in changes {
            let nowhere = (String::new(), Spot::default());
            let (file, spot) = of.get(&change.id).unwrap_or(&nowhere);
            after.apply(change).map_err(failure::replica)?;
            let names = Names {
                view: &after,
                directory: &bench.directory,
            };
            for event in &change.events {
                let item = item(&names, (event.subject(), outcome(event)), (file, *spot))?;
                let place = self.put(
                    event.subject(),
                    ThingItem {
                        written,
                        change: Some(change.id.uuid()),
                        ..item
                    },
                );
                let item = &mut self.items[place];
                match names.field(event).map_err(failure::replica)? {
                    Some(field) => item.fields.push(FieldItem {
                        field: field.name,
                        from: field.from,
                        to: field.to,
                        base: None,
                        by: None,
                        at: None,
                    }),
                    None => item.steps.push(names.step(event)),
                }
            }
        }
        Ok(())
    }

    /// Tells what both sides changed, and who changed it here.
    pub(super) fn conflict(
        &mut self,
        bench: &Bench<'_>,
        file: &str,
        conflict: &Conflict,
    ) -> Result<(), CliError> {
        let names = Names {
            view: &bench.reading,
            directory: &bench.directory,
        };
        let item = item(
            &names,
            (conflict.id, Outcome::Conflict),
            (file, conflict.at),
        )?;
        let place = self.put(conflict.id, item);
        let (by, at) = match setter(bench, conflict).map_err(failure::replica)? {
            Some((by, at)) => (Some(by), Some(at)),
            None => (None, None),
        };
        self.items[place].fields.push(FieldItem {
            field: conflict.field,
            from: conflict.theirs.clone(),
            to: conflict.mine.clone(),
            base: Some(conflict.base.clone()),
            by,
            at,
        });
        Ok(())
    }

    /// Tells what is no longer in a file.
    pub(super) fn missing(
        &mut self,
        bench: &Bench<'_>,
        file: &str,
        id: EntityId,
    ) -> Result<(), CliError> {
        let names = Names {
            view: &bench.reading,
            directory: &bench.directory,
        };
        let item = item(&names, (id, Outcome::Missing), (file, Spot::default()))?;
        self.put(id, item);
        Ok(())
    }

    /// Counts the things with an outcome.
    pub(super) fn count(&self, outcome: Outcome) -> usize {
        self.items
            .iter()
            .filter(|item| item.outcome == outcome)
            .count()
    }

    fn put(&mut self, id: EntityId, item: ThingItem) -> usize {
        // What is added is added, whatever else is said of it; an edit and an archiving are two.
        let added = self.places.get(&(id, Outcome::Add)).copied();
        if let (Some(place), Outcome::Change) = (added, item.outcome) {
            return place;
        }
        let next = self.items.len();
        let place = *self.places.entry((id, item.outcome)).or_insert(next);
        if place == next {
            self.items.push(item);
        }
        place
    }
}

pub(super) fn outcome(event: &Event) -> Outcome {
    match event {
        Event::Objective(_, ObjectiveEvent::Created(_))
        | Event::KeyResult(_, KeyResultEvent::Created(_)) => Outcome::Add,
        Event::Objective(_, ObjectiveEvent::Archived)
        | Event::KeyResult(_, KeyResultEvent::Archived) => Outcome::Archive,
        _ => Outcome::Change,
    }
}

fn item<V: okr_core::view::View<Error = ReplicaError>>(
    names: &Names<'_, V>,
    (id, outcome): (EntityId, Outcome),
    (file, spot): (&str, Spot),
) -> Result<ThingItem, CliError> {
    let called = names.called(id).map_err(failure::replica)?;
    Ok(ThingItem {
        outcome,
        written: false,
        kind: id.kind().word(),
        id: id.uuid(),
        slug: called.slug,
        title: called.title,
        file: file.to_owned(),
        line: Some(spot.line).filter(|line| *line > 0),
        change: None,
        steps: Vec::new(),
        fields: Vec::new(),
    })
}

/// Finds who set what is there now, and when.
fn setter(
    bench: &Bench<'_>,
    conflict: &Conflict,
) -> Result<Option<(String, String)>, ReplicaError> {
    // Any edit of a goal stands against its archiving.
    let is_any = conflict.field == "state" && conflict.mine == "archived";
    // The order of an objective is held by its key results, and they are archived with it.
    let mut holders = Vec::new();
    if conflict.field != "order" {
        holders.push(conflict.id);
    }
    if let (EntityId::Objective(id), true) = (conflict.id, is_any || conflict.field == "order") {
        let own = bench.reading.key_results(id)?.into_iter();
        holders.extend(own.map(|one| EntityId::from(one.id)));
    }
    // The parts of a measure are fields of their own there, and the newest one says who moved it.
    let of_measure = [
        "measure",
        "unit",
        "baseline",
        "target",
        "commit",
        "stretch",
        "low",
        "high",
        "milestones",
    ];
    let is_it = |word: &str| {
        word == conflict.field || (conflict.field == "measure" && of_measure.contains(&word))
    };
    let mut newest: Option<Given> = None;
    for holder in holders {
        let Some(blame) = bench.reading.blame(holder)? else {
            continue;
        };
        let given = blame
            .fields
            .into_iter()
            .filter(|field| is_any || is_it(field.field.word))
            .filter_map(|field| field.given.into_iter().next());
        newest = newest
            .into_iter()
            .chain(given)
            .max_by_key(|given| given.by.authored_at);
    }
    Ok(newest.map(|given| {
        let by = given.by.on_behalf_of.unwrap_or(given.by.author);
        let name = match bench.directory.entries.get(&by) {
            Some(entry) if !entry.handle.is_empty() => entry.handle.clone(),
            Some(_) | None => short_id::shown(Alphabet::Thing, by.uuid()),
        };
        (name, given.by.authored_at.to_string())
    }))
}

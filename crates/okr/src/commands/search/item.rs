//! What was found, for programs.

use okr_core::entity::Entity;
use okr_replica::TextMatch;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::Found;
use crate::commands::past::Past;
use crate::output::{ByItem, PersonRef, ThingRef};
use crate::short_id::{self, Alphabet};
use crate::ui::Item;

/// Something that was found, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct HitItem {
    /// `objective`, `key_result`, `check_in` or `change`.
    kind: &'static str,
    id: Uuid,
    short_id: String,
    /// What a check-in or change is about; the thing itself otherwise.
    thing: Option<ThingRef>,
    /// The title of an objective or key result, as it was.
    title: Option<String>,
    /// `active`, `archived` and so on, of an objective or key result.
    state: Option<&'static str>,
    owner: Option<PersonRef>,
    /// The day that a check-in is about.
    effective: Option<String>,
    matches: Vec<MatchItem>,
    /// The change that the texts came by; the change itself.
    since: Option<ByItem>,
    /// The change that made the texts others; only with `--history`.
    until: Option<ByItem>,
    /// What the texts are now; only with `--history`.
    now: Option<Vec<TextItem>>,
}

/// A text that has the words.
#[derive(Serialize, JsonSchema)]
struct MatchItem {
    /// `title`, `description`, `measure`, `reflection`, `note` or `reason`.
    field: &'static str,
    text: String,
    /// Where the words are: the first character and the one after the last, counted from 0.
    marks: Vec<[usize; 2]>,
}

/// A text as it is now.
#[derive(Serialize, JsonSchema)]
struct TextItem {
    field: &'static str,
    text: Option<String>,
}

impl HitItem {
    pub(super) fn new(found: &Found, past: &Past<'_>) -> Self {
        let names = &past.names;
        let entry = |entry: &okr_replica::LogEntry| ByItem::new(entry, names);
        let hit = &found.hit;
        let (since, until) = (hit.since.as_ref().map(entry), hit.until.as_ref().map(entry));
        let id = match (&hit.entity, &hit.since) {
            (Some(entity), _) => entity.id().uuid(),
            (None, Some(entry)) => entry.id.uuid(),
            (None, None) => Uuid::nil(),
        };
        let thing = match &hit.entity {
            Some(Entity::CheckIn(check_in)) => Some(check_in.key_result.into()),
            Some(_) | None => found.about(),
        };
        let alphabet = match &hit.entity {
            Some(_) => Alphabet::Thing,
            None => Alphabet::Change,
        };
        let mut item = Self {
            kind: hit
                .entity
                .as_ref()
                .map_or("change", |entity| entity.id().kind().word()),
            id,
            short_id: short_id::shown(alphabet, id),
            thing: thing.map(|thing| ThingRef::new(thing, names)),
            title: None,
            state: None,
            owner: None,
            effective: None,
            matches: hit.matches.iter().map(MatchItem::new).collect(),
            since,
            until,
            now: found.now.as_ref().map(|now| {
                let texts = hit.matches.iter().map(|one| TextItem {
                    field: one.field.word(),
                    text: one.field.of(now),
                });
                texts.collect()
            }),
        };
        item.describe(hit.entity.as_ref(), past);
        item
    }

    fn describe(&mut self, entity: Option<&Entity>, past: &Past<'_>) {
        match entity {
            Some(Entity::Objective(one)) => {
                self.title = Some(one.title.to_string());
                self.state = Some(one.state().word());
                self.owner = Some(PersonRef::new(one.owner, &past.names));
            }
            Some(Entity::KeyResult(one)) => {
                self.title = Some(one.title.to_string());
                self.state = Some(one.state().word());
                self.owner = Some(PersonRef::new(one.owner, &past.names));
            }
            Some(Entity::CheckIn(one)) => self.effective = Some(one.effective.to_string()),
            Some(Entity::Initiative(one)) => {
                self.title = Some(one.title.to_string());
                self.state = Some(one.state_word());
                self.owner = Some(PersonRef::new(one.owner, &past.names));
            }
            Some(Entity::Metric(one)) => {
                self.title = Some(one.name.to_string());
                self.state = Some(if one.archived { "archived" } else { "active" });
                self.owner = Some(PersonRef::new(one.owner, &past.names));
            }
            Some(Entity::MetricValue(one)) => self.effective = Some(one.effective.to_string()),
            Some(
                Entity::Org(_)
                | Entity::Person(_)
                | Entity::Team(_)
                | Entity::Cycle(_)
                | Entity::Comment(_),
            )
            | None => {}
        }
    }
}

impl MatchItem {
    fn new(found: &TextMatch) -> Self {
        let characters = |bytes: usize| found.text[..bytes].chars().count();
        let marks = found.marks.iter();
        Self {
            field: found.field.word(),
            text: found.text.clone(),
            marks: marks
                .map(|mark| [characters(mark.start), characters(mark.end)])
                .collect(),
        }
    }
}

impl Item for HitItem {
    const TYPE: &'static str = "hit";
    const SCHEMA: &'static str = "HitList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

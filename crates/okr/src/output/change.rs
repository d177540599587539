//! A change of the log, with each of its events.

use okr_core::event::{CommentEvent, Event, Topic};
use okr_core::id::EntityId;
use okr_core::value::AmendmentCategory;
use okr_replica::{ErasedText, LogEntry};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::place::PlaceItem;
use super::reference::{Id, PersonRef, ThingRef};
use crate::names::Names;
use crate::render::Screen;
use crate::short_id::{self, Alphabet};
use crate::ui::Item;
use crate::wording::{Before, said};

/// A change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ChangeItem {
    pub(crate) id: Id,
    pub(crate) short_id: String,
    pub(crate) author: PersonRef,
    pub(crate) on_behalf_of: Option<PersonRef>,
    /// `human`, `import` or `automation`.
    pub(crate) source: &'static str,
    #[serde(flatten)]
    pub(crate) place: PlaceItem,
    /// Whether the author's clock was ahead of the server's.
    pub(crate) clock_ahead: bool,
    /// Whether it is a fact, a correction or a grade in a cycle that was closed before.
    pub(crate) late: bool,
    pub(crate) reason: Option<String>,
    /// The category, of a definition that was changed after commitment.
    pub(crate) amendment: Option<&'static str>,
    /// Whether a newer program wrote it, so that its events cannot be read here.
    pub(crate) upgrade_needed: bool,
    pub(crate) events: Vec<EventItem>,
    /// Texts of it that were erased since; where they stood, they read `erased`.
    pub(crate) erased: Vec<ErasedTextItem>,
}

/// A text that was erased by law.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ErasedTextItem {
    /// Its number among the texts of the change, from 1.
    pub(crate) text: u16,
    /// The change that erased it.
    pub(crate) change: Id,
    pub(crate) by: PersonRef,
    /// When, by the server's clock.
    pub(crate) at: String,
    pub(crate) reason: Option<String>,
}

impl ErasedTextItem {
    /// Returns those of a change.
    pub(crate) fn all(entry: &LogEntry, names: &Names) -> Vec<Self> {
        let item = |erased: &ErasedText| Self {
            text: erased.place.text,
            change: Id(erased.by_change.uuid()),
            by: PersonRef::new(erased.author, names),
            at: erased.at.to_string(),
            reason: erased.reason.clone(),
        };
        entry.erased.iter().map(item).collect()
    }
}

/// An event of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct EventItem {
    pub(crate) subject: ThingRef,
    /// The key result that a check-in reports on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key_result: Option<ThingRef>,
    /// What a comment is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) about: Option<ThingRef>,
    /// The word for what happened: `created`, `check-in`, `target`.
    pub(crate) what: &'static str,
    /// The field of an edit, with its values as text; ids are full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<String>,
    /// The event in words.
    pub(crate) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
}

impl ChangeItem {
    pub(crate) fn new(entry: &LogEntry, names: &Names) -> Self {
        let events = entry.change.iter().flat_map(|change| &change.events);
        Self {
            id: Id(entry.id.uuid()),
            short_id: short_id::shown(Alphabet::Change, entry.id.uuid()),
            author: PersonRef::new(entry.author, names),
            on_behalf_of: entry.on_behalf_of.map(|id| PersonRef::new(id, names)),
            source: entry.source.word(),
            place: PlaceItem::new(&entry.place, entry.authored_at),
            clock_ahead: entry.clock_ahead,
            late: entry.late,
            reason: entry.reason.as_ref().map(ToString::to_string),
            amendment: entry
                .change
                .as_ref()
                .and_then(|change| change.amendment)
                .map(AmendmentCategory::word),
            upgrade_needed: entry.change.is_none(),
            events: events.flat_map(|event| event_items(event, names)).collect(),
            erased: ErasedTextItem::all(entry, names),
        }
    }
}

/// Returns one item for each thing that the event says.
fn event_items(event: &Event, names: &Names) -> Vec<EventItem> {
    let subject = event.subject();
    let change = event.field_change();
    said(event, Before::default(), names, &Screen::piped())
        .into_iter()
        .map(|said| EventItem {
            subject: ThingRef::new(subject, names),
            key_result: match (subject, said.about) {
                (EntityId::CheckIn(_), EntityId::KeyResult(id)) => Some(ThingRef::new(id, names)),
                (_, _) => None,
            },
            about: topic_of(event, names).map(|topic| ThingRef::new(topic, names)),
            what: said.word,
            field: change.as_ref().map(|change| change.field),
            from: change.as_ref().map(|change| change.from.clone()),
            to: change.as_ref().map(|change| change.to.clone()),
            text: said.text,
            note: said.note,
        })
        .collect()
}

/// Returns what an event of a comment is about.
fn topic_of(event: &Event, names: &Names) -> Option<EntityId> {
    let topic = match event {
        Event::Comment(_, CommentEvent::Added(new)) => Some(new.topic),
        Event::Comment(id, CommentEvent::Edited(_) | CommentEvent::Retracted) => names.topic(*id),
        _ => None,
    };
    topic.map(Topic::entity)
}

impl Item for ChangeItem {
    const TYPE: &'static str = "change";
    const SCHEMA: &'static str = "ChangeList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}

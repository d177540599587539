//! Changes as people and programs read them outside of a replica: made from the bytes of a record alone.
//!
//! So they can be made again and compared, without the state around them.

use std::collections::BTreeSet;

use okr_core::entity::Entity;
use okr_core::event::{
    CheckInEvent, CommentEvent, CycleEvent, Event, InitiativeEvent, KeyResultEvent, MetricEvent,
    MetricValueEvent, ObjectiveEvent, OrgEvent, PersonEvent, TeamEvent, TextPlace,
};
use okr_core::id::PersonId;
use okr_core::value::{AmendmentCategory, Source};
use okr_log::{RecordTextView, RecordView};
use okr_proto::{Decoded, RecordError, ToCore as _, decode_record};
use serde_json::{Map, Value, json};

use crate::body;

/// The members that only a program can write that understands the whole change.
const UNDERSTOOD: [&str; 3] = ["events", "source", "amendment"];

/// Makes the line of a record.
pub(crate) fn line(record: &RecordView<'_>) -> Result<Map<String, Value>, RecordError> {
    let decoded = decode_record(record)?;
    let texts = record.texts().map(|text| match text {
        RecordTextView::Present { text, .. } => Value::from(text),
        RecordTextView::Erased { .. } => Value::Null,
    });
    let mut line = change(&decoded);
    let recorded_at_us = record.recorded_at().as_micros();
    let recorded_at = okr_core::Timestamp::from_microsecond(recorded_at_us);
    let mut put = |name: &str, value: Value| line.insert(name.to_owned(), value);
    put("position", record.position().get().into());
    put(
        "recorded_at",
        json!(recorded_at.ok().map(|at| at.to_string())),
    );
    put("recorded_at_us", recorded_at_us.into());
    put("author", json!(record.author().to_core().uuid()));
    put(
        "token",
        json!(uuid::Uuid::from_bytes(*record.token().as_bytes())),
    );
    put("texts", texts.collect());
    Ok(line)
}

/// Makes the members of a line that say what a change says.
pub(crate) fn change(decoded: &Decoded) -> Map<String, Value> {
    let mut line = Map::new();
    let mut put = |name: &str, value: Value| line.insert(name.to_owned(), value);
    put("change", json!(decoded.id().uuid()));
    put("authored_at", json!(decoded.authored_at().to_string()));
    match decoded {
        Decoded::Known(change) => {
            let on_behalf_of = change.on_behalf_of.map(PersonId::uuid);
            put("on_behalf_of", json!(on_behalf_of));
            put(
                "reason",
                json!(change.reason.as_ref().map(ToString::to_string)),
            );
            put("source", json!(Source::word(change.source)));
            put(
                "amendment",
                json!(change.amendment.map(AmendmentCategory::word)),
            );
            put("events", change.events.iter().map(event).collect());
            let subjects = change.events.iter().map(|event| event.subject().uuid());
            put("subjects", json!(subjects.collect::<Vec<_>>()));
        }
        Decoded::Newer {
            on_behalf_of,
            reason,
            subjects,
            ..
        } => {
            put("on_behalf_of", json!(on_behalf_of.map(PersonId::uuid)));
            put("reason", json!(reason.as_ref().map(ToString::to_string)));
            put("subjects", json!(subjects));
        }
    }
    line
}

/// Names the first member of a line that is not what the record says; none when all are.
///
/// A line of an older program may lack what that program did not understand.
pub(crate) fn difference(line: &Map<String, Value>, again: &Map<String, Value>) -> Option<String> {
    let names = line.keys().chain(again.keys());
    let differing = |name: &&String| {
        let is_left_out = UNDERSTOOD.contains(&name.as_str())
            && (line.get(*name).is_none() || again.get(*name).is_none());
        !is_left_out && line.get(*name) != again.get(*name)
    };
    names.into_iter().find(differing).cloned()
}

/// Puts an event as one object: what it is about, what happened, and the facts.
fn event(event: &Event) -> Value {
    let subject = event.subject();
    let mut object = Map::new();
    object.insert("about".to_owned(), json!(subject.kind().word()));
    object.insert("id".to_owned(), json!(subject.uuid()));
    let (word, facts) = match event.field_change() {
        Some(edit) => (
            "edited",
            json!({ "field": edit.field, "from": edit.from, "to": edit.to }),
        ),
        None => happened(event),
    };
    object.insert("event".to_owned(), json!(word));
    if let Value::Object(facts) = facts {
        object.extend(facts);
    }
    Value::Object(object)
}

/// Says what an event is that edits no field, and its facts.
fn happened(event: &Event) -> (&'static str, Value) {
    let plain = |word| (word, Value::Null);
    match event {
        Event::Org(_, what) => of_org(event, what),
        Event::Team(_, TeamEvent::Created(_))
        | Event::Cycle(_, CycleEvent::Created(_))
        | Event::Objective(_, ObjectiveEvent::Created(_))
        | Event::KeyResult(_, KeyResultEvent::Created(_)) => ("created", state(event)),
        Event::Person(_, what) => of_person(event, *what),
        Event::Comment(_, what) => commented(event, what),
        Event::Initiative(_, what) => of_initiative(event, what),
        Event::Metric(_, what) => of_metric(event, what),
        Event::CheckIn(_, CheckInEvent::Recorded(_))
        | Event::MetricValue(_, MetricValueEvent::Recorded(_)) => ("recorded", state(event)),
        Event::Team(_, TeamEvent::Edited(_))
        | Event::Cycle(_, CycleEvent::Edited(_))
        | Event::Objective(_, ObjectiveEvent::Edited(_))
        | Event::KeyResult(_, KeyResultEvent::Edited(_))
        | Event::CheckIn(_, CheckInEvent::Corrected(_)) => plain("edited"),
        Event::Team(_, TeamEvent::MemberAdded(person)) => {
            ("member-added", json!({ "person": person.uuid() }))
        }
        Event::Team(_, TeamEvent::MemberRemoved(person)) => {
            ("member-removed", json!({ "person": person.uuid() }))
        }
        Event::Cycle(_, CycleEvent::Opened) => plain("opened"),
        Event::Cycle(_, CycleEvent::Closed) => plain("closed"),
        Event::Objective(_, ObjectiveEvent::Closed { score, reflection }) => (
            "closed",
            json!({
                "score": score.number().to_string(),
                "reflection": reflection.as_ref().map(ToString::to_string),
            }),
        ),
        Event::KeyResult(_, KeyResultEvent::Closed { score }) => {
            ("closed", json!({ "score": score.number().to_string() }))
        }
        Event::Objective(_, ObjectiveEvent::Tagged(tag))
        | Event::KeyResult(_, KeyResultEvent::Tagged(tag)) => {
            ("tagged", json!({ "tag": tag.to_string() }))
        }
        Event::Objective(_, ObjectiveEvent::Untagged(tag))
        | Event::KeyResult(_, KeyResultEvent::Untagged(tag)) => {
            ("untagged", json!({ "tag": tag.to_string() }))
        }
        Event::Objective(_, ObjectiveEvent::Published) => plain("published"),
        Event::Objective(_, ObjectiveEvent::Abandoned)
        | Event::KeyResult(_, KeyResultEvent::Abandoned) => plain("abandoned"),
        Event::Cycle(_, CycleEvent::Reopened)
        | Event::Objective(_, ObjectiveEvent::Reopened)
        | Event::KeyResult(_, KeyResultEvent::Reopened) => plain("reopened"),
        Event::Team(_, TeamEvent::Archived)
        | Event::Objective(_, ObjectiveEvent::Archived)
        | Event::KeyResult(_, KeyResultEvent::Archived) => plain("archived"),
        Event::Team(_, TeamEvent::Restored)
        | Event::Objective(_, ObjectiveEvent::Restored)
        | Event::KeyResult(_, KeyResultEvent::Restored) => plain("restored"),
        Event::CheckIn(_, CheckInEvent::Retracted)
        | Event::MetricValue(_, MetricValueEvent::Retracted) => plain("retracted"),
    }
}

/// Says what an event of the organisation is.
fn of_org(event: &Event, what: &OrgEvent) -> (&'static str, Value) {
    match what {
        OrgEvent::Created(_) => ("created", state(event)),
        OrgEvent::Edited(_) => ("edited", Value::Null),
        OrgEvent::TextsErased(places) => ("texts-erased", erased(places)),
    }
}

/// Says where the texts stood that an event erased.
fn erased(places: &BTreeSet<TextPlace>) -> Value {
    let places = places.iter();
    let places = places.map(|place| json!({ "change": place.change.uuid(), "text": place.text }));
    json!({ "texts": places.collect::<Vec<Value>>() })
}

/// Says what an event of a person is.
fn of_person(event: &Event, what: PersonEvent) -> (&'static str, Value) {
    match what {
        PersonEvent::Added(_) => ("added", state(event)),
        PersonEvent::RoleChanged { .. } => ("edited", Value::Null),
        PersonEvent::Deactivated => ("deactivated", Value::Null),
        PersonEvent::Reactivated => ("reactivated", Value::Null),
    }
}

/// Says what an event of an initiative is.
fn of_initiative(event: &Event, what: &InitiativeEvent) -> (&'static str, Value) {
    match what {
        InitiativeEvent::Created(_) => ("created", state(event)),
        InitiativeEvent::Edited(_) => ("edited", Value::Null),
        InitiativeEvent::Archived => ("archived", Value::Null),
        InitiativeEvent::Restored => ("restored", Value::Null),
    }
}

/// Says what an event of a health metric is.
fn of_metric(event: &Event, what: &MetricEvent) -> (&'static str, Value) {
    match what {
        MetricEvent::Created(_) => ("created", state(event)),
        MetricEvent::Edited(_) => ("edited", Value::Null),
        MetricEvent::Archived => ("archived", Value::Null),
        MetricEvent::Restored => ("restored", Value::Null),
    }
}

/// Says what an event of a comment is.
fn commented(event: &Event, what: &CommentEvent) -> (&'static str, Value) {
    match what {
        CommentEvent::Added(_) => ("added", state(event)),
        CommentEvent::Edited(_) => ("edited", Value::Null),
        CommentEvent::Retracted => ("retracted", Value::Null),
    }
}

/// Returns what an event makes, in the form of the replica's bodies (SCHEMA.md).
fn state(event: &Event) -> Value {
    let entity = Entity::evolve(None, event);
    let body = entity.as_ref().map(body::write);
    let state: Option<Value> = body.and_then(|body| serde_json::from_str(&body).ok());
    json!({ "state": state })
}

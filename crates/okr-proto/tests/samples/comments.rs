//! Events of comments.

use okr_core::event::{CommentEdit, CommentEvent, Event, NewComment, Topic};
use okr_core::id::{CheckInId, CommentId, InitiativeId, MetricId, OrgId};
use okr_core::value::CommentKind;

use super::{CYCLE, KEY_RESULT, OBJECTIVE, OTHER, PERSON, TEAM, edit, long};

const COMMENT: CommentId = CommentId::from_bytes([0xe2; 16]);

pub(super) fn comments() -> Vec<Event> {
    let topics = [
        Topic::Org(OrgId::from_bytes([0x91; 16])),
        Topic::Person(OTHER),
        Topic::Team(TEAM),
        Topic::Cycle(CYCLE),
        Topic::Objective(OBJECTIVE),
        Topic::KeyResult(KEY_RESULT),
        Topic::CheckIn(CheckInId::from_bytes([0xf1; 16])),
    ];
    let mut events: Vec<CommentEvent> = topics
        .into_iter()
        .map(|topic| new(topic, CommentKind::Comment, None))
        .collect();
    let reply_to = Some(CommentId::from_bytes([0xe3; 16]));
    let kinds = CommentKind::ALL.iter().copied();
    events.extend(kinds.map(|kind| new(Topic::KeyResult(KEY_RESULT), kind, reply_to)));
    let kind = edit(CommentKind::Review, CommentKind::Comment);
    events.extend([
        CommentEvent::Edited(CommentEdit::Kind(kind)),
        CommentEvent::Edited(CommentEdit::Text(edit(long("a"), long("\u{1f600}")))),
        CommentEvent::Retracted,
    ]);
    events
        .into_iter()
        .map(|event| Event::Comment(COMMENT, event))
        .collect()
}

/// Comments on the work and on a health metric.
pub(super) fn on_work() -> Vec<Event> {
    let topics = [
        Topic::Initiative(InitiativeId::from_bytes([0xf2; 16])),
        Topic::Metric(MetricId::from_bytes([0xf3; 16])),
    ];
    let event = |topic| Event::Comment(COMMENT, new(topic, CommentKind::Comment, None));
    topics.into_iter().map(event).collect()
}

fn new(topic: Topic, kind: CommentKind, reply_to: Option<CommentId>) -> CommentEvent {
    CommentEvent::Added(NewComment {
        topic,
        reply_to,
        author: PERSON,
        kind,
        text: long("Is 200 still\n\tthe right target?"),
    })
}

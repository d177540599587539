//! The JSON of comments.

use okr_core::entity::Comment;
use okr_core::event::Topic;
use okr_core::id::{
    CheckInId, CommentId, CycleId, InitiativeId, KeyResultId, MetricId, ObjectiveId, OrgId,
    PersonId, TeamId,
};
use okr_core::text::LongText;
use okr_core::value::CommentKind;
use serde::{Deserialize, Serialize};

use super::is_false;
use super::word::Word;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TopicBody {
    Org(Word<OrgId>),
    Person(Word<PersonId>),
    Team(Word<TeamId>),
    Cycle(Word<CycleId>),
    Objective(Word<ObjectiveId>),
    KeyResult(Word<KeyResultId>),
    CheckIn(Word<CheckInId>),
    Initiative(Word<InitiativeId>),
    Metric(Word<MetricId>),
}

impl From<Topic> for TopicBody {
    fn from(topic: Topic) -> Self {
        match topic {
            Topic::Org(id) => Self::Org(Word(id)),
            Topic::Person(id) => Self::Person(Word(id)),
            Topic::Team(id) => Self::Team(Word(id)),
            Topic::Cycle(id) => Self::Cycle(Word(id)),
            Topic::Objective(id) => Self::Objective(Word(id)),
            Topic::KeyResult(id) => Self::KeyResult(Word(id)),
            Topic::CheckIn(id) => Self::CheckIn(Word(id)),
            Topic::Initiative(id) => Self::Initiative(Word(id)),
            Topic::Metric(id) => Self::Metric(Word(id)),
        }
    }
}

impl From<TopicBody> for Topic {
    fn from(body: TopicBody) -> Self {
        match body {
            TopicBody::Org(id) => Self::Org(id.0),
            TopicBody::Person(id) => Self::Person(id.0),
            TopicBody::Team(id) => Self::Team(id.0),
            TopicBody::Cycle(id) => Self::Cycle(id.0),
            TopicBody::Objective(id) => Self::Objective(id.0),
            TopicBody::KeyResult(id) => Self::KeyResult(id.0),
            TopicBody::CheckIn(id) => Self::CheckIn(id.0),
            TopicBody::Initiative(id) => Self::Initiative(id.0),
            TopicBody::Metric(id) => Self::Metric(id.0),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommentBody {
    about: TopicBody,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<Word<CommentId>>,
    author: Word<PersonId>,
    kind: Word<CommentKind>,
    text: Word<LongText>,
    #[serde(default, skip_serializing_if = "is_false")]
    retracted: bool,
}

impl From<&Comment> for CommentBody {
    fn from(comment: &Comment) -> Self {
        Self {
            about: comment.topic.into(),
            reply_to: comment.reply_to.map(Word),
            author: Word(comment.author),
            kind: Word(comment.kind),
            text: Word(comment.text.clone()),
            retracted: comment.retracted,
        }
    }
}

impl CommentBody {
    pub(super) fn into_entity(self, id: CommentId) -> Comment {
        Comment {
            id,
            topic: self.about.into(),
            reply_to: self.reply_to.map(|comment| comment.0),
            author: self.author.0,
            kind: self.kind.0,
            text: self.text.0,
            retracted: self.retracted,
        }
    }
}

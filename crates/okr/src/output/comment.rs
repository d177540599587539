//! A comment with where it comes from.

use okr_replica::CommentFact;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::place::PlaceItem;
use super::reference::{Id, PersonRef, ThingRef, short};
use crate::names::Names;
use crate::ui::Item;

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct CommentItem {
    pub(crate) id: Id,
    pub(crate) short_id: String,
    /// What it is about.
    pub(crate) about: ThingRef,
    /// The comment on the same thing that it answers.
    pub(crate) reply_to: Option<Id>,
    /// `comment`, `recognition`, `feedback` or `review`.
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    /// Whose words they are.
    pub(crate) author: PersonRef,
    /// Who recorded them.
    pub(crate) recorded_by: PersonRef,
    /// `human`, `import` or `automation`.
    pub(crate) source: &'static str,
    pub(crate) edited: bool,
    pub(crate) retracted: bool,
    #[serde(flatten)]
    pub(crate) place: PlaceItem,
}

impl CommentItem {
    pub(crate) fn new(fact: &CommentFact, names: &Names) -> Self {
        let comment = &fact.comment;
        Self {
            id: Id(comment.id.uuid()),
            short_id: short(comment.id.uuid()),
            about: ThingRef::new(comment.topic.entity(), names),
            reply_to: comment.reply_to.map(|id| Id(id.uuid())),
            kind: comment.kind.word(),
            text: comment.text.to_string(),
            author: PersonRef::new(comment.author, names),
            recorded_by: PersonRef::new(fact.author, names),
            source: fact.source.word(),
            edited: fact.edited,
            retracted: comment.retracted,
            place: PlaceItem::new(&fact.place, fact.authored_at),
        }
    }
}

impl Item for CommentItem {
    const TYPE: &'static str = "comment";
    const SCHEMA: &'static str = "CommentList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}

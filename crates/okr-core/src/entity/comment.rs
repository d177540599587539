//! A comment: what somebody says about a thing, or in reply to another comment.

use crate::event::{CommentEdit, CommentEvent, NewComment, Topic};
use crate::id::{CommentId, PersonId};
use crate::text::LongText;
use crate::value::CommentKind;

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its identity.
    pub id: CommentId,
    /// What it is about.
    pub topic: Topic,
    /// The comment on the same thing that it answers.
    pub reply_to: Option<CommentId>,
    /// Who says it.
    pub author: PersonId,
    /// What it is meant as.
    pub kind: CommentKind,
    /// What is said.
    pub text: LongText,
    /// Whether it was taken back.
    pub retracted: bool,
}

impl Comment {
    /// Applies an event.
    pub fn evolve(current: Option<Self>, id: CommentId, event: &CommentEvent) -> Option<Self> {
        let Some(mut comment) = current else {
            return if let CommentEvent::Added(new) = event {
                Some(Self::added(id, new))
            } else {
                None
            };
        };
        match event {
            CommentEvent::Added(_) => {}
            CommentEvent::Edited(edit) => match edit {
                CommentEdit::Kind(edit) => comment.kind = edit.to,
                CommentEdit::Text(edit) => comment.text = edit.to.clone(),
            },
            CommentEvent::Retracted => comment.retracted = true,
        }
        Some(comment)
    }

    fn added(id: CommentId, new: &NewComment) -> Self {
        let NewComment {
            topic,
            reply_to,
            author,
            kind,
            text,
        } = new.clone();
        Self {
            id,
            topic,
            reply_to,
            author,
            kind,
            text,
            retracted: false,
        }
    }
}

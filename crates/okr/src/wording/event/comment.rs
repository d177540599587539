//! What is said about comments: what they are meant as, whom they answer, and how they were changed.

use okr_core::entity::Entity;
use okr_core::event::{CommentEdit, CommentEvent, NewComment, Topic};
use okr_core::id::{CheckInId, CommentId, EntityId};

use super::{Said, Speaker, quoted};

/// How much of what was taken back is said again, in characters.
const EXCERPT: usize = 60;

impl Speaker<'_> {
    pub(super) fn comment(&self, id: CommentId, event: &CommentEvent) -> Said {
        let topic = match event {
            CommentEvent::Added(new) => Some(new.topic),
            CommentEvent::Edited(_) | CommentEvent::Retracted => self.names.topic(id),
        };
        let (word, text, note) = match event {
            CommentEvent::Added(new) => {
                let note = Some(new.text.to_string());
                (new.kind.word(), self.new_comment(new), note)
            }
            CommentEvent::Edited(CommentEdit::Kind(edit)) => {
                let text = self.step(edit.from.word(), edit.to.word());
                ("comment", text, None)
            }
            CommentEvent::Edited(CommentEdit::Text(edit)) => {
                ("comment", "reworded".to_owned(), Some(edit.to.to_string()))
            }
            CommentEvent::Retracted => ("retraction", self.comment_taken_back(id), None),
        };
        Said {
            about: topic.map_or(EntityId::Comment(id), |topic| self.shown_topic(topic)),
            word,
            text,
            note,
        }
    }

    /// Returns what people know a comment by; of one on a check-in, the key result.
    fn shown_topic(&self, topic: Topic) -> EntityId {
        match topic {
            Topic::CheckIn(id) => match self.names.reported(id) {
                Some(key_result) => key_result.into(),
                None => id.into(),
            },
            other => other.entity(),
        }
    }

    fn new_comment(&self, new: &NewComment) -> String {
        let mut parts = Vec::new();
        if let Some(answered) = new.reply_to {
            parts.push(match self.names.said_by(answered) {
                Some(author) => format!("reply to {}", self.names.at_person(author)),
                None => "reply".to_owned(),
            });
        }
        if let Topic::CheckIn(id) = new.topic {
            parts.push(self.on_check_in(id));
        }
        parts.join(", ")
    }

    fn on_check_in(&self, id: CheckInId) -> String {
        match self.names.thing(id.into()) {
            Some(Entity::CheckIn(check_in)) => format!("on the check-in of {}", check_in.effective),
            _ => "on a check-in".to_owned(),
        }
    }

    fn comment_taken_back(&self, id: CommentId) -> String {
        match self.names.thing(id.into()) {
            Some(Entity::Comment(comment)) => {
                format!("{} {}", comment.kind, excerpt(comment.text.as_str()))
            }
            _ => "comment".to_owned(),
        }
    }
}

/// Quotes the beginning of a text on one line. Harmless for a terminal.
pub(crate) fn excerpt(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default().trim();
    let begun: String = first.chars().take(EXCERPT).collect();
    let is_whole = begun.len() == text.trim_end().len();
    if is_whole {
        quoted(&begun)
    } else {
        quoted(&format!("{}…", begun.trim_end()))
    }
}

//! What happened to what somebody owns or follows, and what was said to them, since they looked.
//!
//! Confirmed changes of others only, found from what is theirs by indexes: what it costs grows with
//! all that was ever reported on that and with what was said since, not with the history of others. How far somebody looked, and what they
//! follow, is kept beside the history and never exchanged. How much is new is counted by each sync, from
//! where the last one ended.

mod follow;
mod mention;
mod unread;
mod watched;

use std::collections::BTreeMap;

use okr_core::entity::Comment;
use okr_core::event::{CommentEvent, Event};
use okr_core::id::{CommentId, EntityId, PersonId, Position};
use rusqlite::{Connection, OptionalExtension as _};

use crate::error::ReplicaError;
use crate::log::{self, LogEntry};
use crate::meta;
use crate::moment::Confirmed;
use crate::record;
use crate::replica::Replica;
use crate::version::{self, EntityKey, Version};
pub use follow::FollowedThing;
pub(crate) use follow::look_again_after;
use mention::mentions;
pub use unread::Unread;
pub(crate) use unread::forget as forget_unread;
use watched::Watched;

/// A stretch of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InboxSpan {
    /// After this position.
    pub after: Position,
    /// Up to this position.
    pub until: Position,
}

/// A change of somebody else that concerns one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxEntry {
    /// The change.
    pub entry: LogEntry,
    /// Those of its events that concern one, in order.
    pub concerns: Vec<Concern>,
}

/// An event that concerns one, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concern {
    /// Its place in the change, from 0.
    pub event: usize,
    /// Why.
    pub because: Because,
}

/// Why an event concerns one; where several are true, the first of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Because {
    /// It answers what one said.
    Reply,
    /// It mentions one by the handle.
    Mention,
    /// It made one the owner.
    Given,
    /// It made somebody else the owner.
    Taken,
    /// It is about something of one's own, or about oneself.
    Yours,
    /// It is about something that one follows.
    Followed,
}

impl Because {
    /// Returns the stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Mention => "mention",
            Self::Given => "given",
            Self::Taken => "taken",
            Self::Yours => "yours",
            Self::Followed => "followed",
        }
    }
}

/// How many positions are looked through first for comments that address one, from the newest back.
const FIRST_LOOK: u64 = if cfg!(test) { 4 } else { 1 << 10 };
impl Replica {
    /// Gives what concerns the person of this replica to `take`, the newest first, until it says
    /// false.
    ///
    /// # Errors
    /// The store's failures.
    pub fn inbox(
        &self,
        span: InboxSpan,
        mut take: impl FnMut(InboxEntry) -> bool,
    ) -> Result<(), ReplicaError> {
        let snapshot = self.snapshot()?;
        let inbox = Inbox::open(self, snapshot.db, span)?;
        let mut until = inbox.span.until.get();
        let mut look = FIRST_LOOK;
        // The further back, the more at once.
        while until > inbox.span.after.get() {
            let after = until.saturating_sub(look).max(inbox.span.after.get());
            let window = InboxSpan {
                after: Position::new(after),
                until: Position::new(until),
            };
            for (position, _) in inbox.positions(window)?.into_iter().rev() {
                if let Some(entry) = inbox.entry(position)?
                    && !take(entry)
                {
                    return Ok(());
                }
            }
            until = after;
            look = look.saturating_mul(4);
        }
        Ok(())
    }
}

/// Positions, and whether a comment is among what happened there.
type Positions = BTreeMap<i64, bool>;

/// What it takes to say what concerns somebody.
struct Inbox<'a> {
    db: &'a Connection,
    span: InboxSpan,
    me: PersonId,
    /// The number of the person among the authors; none before they made a change.
    author: Option<i64>,
    /// None where the directory does not know the person.
    handle: Option<String>,
    things: Watched,
    /// Where something happened to these things.
    watched: Positions,
}

impl<'a> Inbox<'a> {
    fn open(replica: &Replica, db: &'a Connection, span: InboxSpan) -> Result<Self, ReplicaError> {
        let me = meta::me(db)?;
        let span = InboxSpan {
            until: span.until.min(meta::head(db)?),
            ..span
        };
        let author = db
            .prepare_cached("SELECT key FROM authors WHERE id = ?1")?
            .query_row([me.to_bytes()], |row| row.get(0))
            .optional()?;
        let directory = replica.directory()?;
        let handle = directory.entries.get(&me).map(|entry| &entry.handle);
        let things = Watched::read(db, me, span)?;
        Ok(Self {
            db,
            me,
            author,
            handle: handle.filter(|handle| !handle.is_empty()).cloned(),
            watched: things.positions(db, span)?,
            things,
            span,
        })
    }

    /// Returns where something that may concern one happened within a part of the span.
    fn positions(&self, window: InboxSpan) -> Result<Positions, ReplicaError> {
        let within = record::number(window.after.next())..=record::number(window.until);
        let watched = self.watched.range(within);
        let mut positions: Positions = watched.map(|(position, is)| (*position, *is)).collect();
        positions.extend(self.addressing(window)?);
        Ok(positions)
    }

    /// Returns where somebody answered or mentioned one in a comment.
    fn addressing(&self, window: InboxSpan) -> Result<Positions, ReplicaError> {
        let first = version::first_after(self.db, window.after)?.first_row();
        let end = version::first_after(self.db, window.until)?.first_row();
        let mut statement = self.db.prepare_cached(COMMENTS_BETWEEN)?;
        let mut rows = statement.query((first, end))?;
        let mut positions = Positions::new();
        let mut last = None;
        while let Some(row) = rows.next()? {
            let version = Version::read(row)?;
            let key = version.row.entity_key();
            // A comment addresses people when it is made, however it is put later.
            if last.replace(key) == Some(key) {
                continue;
            }
            if let (Some(position), Some(comment)) = (
                version::position_of_row(version.row.key),
                version.entity.into_comment(),
            ) && self.addressed_by(&comment)?.is_some()
            {
                positions.insert(record::number(position), true);
            }
        }
        Ok(positions)
    }

    fn addressed_by(&self, comment: &Comment) -> Result<Option<Because>, ReplicaError> {
        self.addressed(comment.reply_to, comment.text.as_str())
    }

    /// Says how a comment addresses one, if it does.
    fn addressed(
        &self,
        reply_to: Option<CommentId>,
        text: &str,
    ) -> Result<Option<Because>, ReplicaError> {
        if let Some(answered) = reply_to
            && let Some(key) = version::find(self.db, answered.into())?
        {
            let head = Confirmed::Until(meta::head(self.db)?);
            let answered = version::at(self.db, key, head)?;
            let answered = answered.and_then(|found| found.entity.into_comment());
            if answered.is_some_and(|answered| answered.author == self.me) {
                return Ok(Some(Because::Reply));
            }
        }
        let handle = self.handle.as_ref();
        let is_mentioned = handle.is_some_and(|handle| mentions(text, handle));
        Ok(is_mentioned.then_some(Because::Mention))
    }

    fn is_own(&self, position: i64) -> Result<bool, ReplicaError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT author FROM records WHERE position = ?1")?;
        let author: Option<i64> = statement
            .query_row([position], |row| row.get(0))
            .optional()?;
        Ok(author.is_none() || author == self.author)
    }

    /// Returns the change at a position with what of it concerns one; none when nothing does.
    fn entry(&self, position: i64) -> Result<Option<InboxEntry>, ReplicaError> {
        if self.is_own(position)? {
            return Ok(None);
        }
        let Some(entry) = log::entry(self.db, record::position(position)?)? else {
            return Ok(None);
        };
        let mut concerns = Vec::new();
        let events = entry.change.iter().flat_map(|change| &change.events);
        for (place, event) in events.enumerate() {
            let because = self.because(position, event)?;
            concerns.extend(because.map(|because| Concern {
                event: place,
                because,
            }));
        }
        Ok((!concerns.is_empty()).then_some(InboxEntry { entry, concerns }))
    }

    /// Says why an event concerns one, if it does.
    fn because(&self, position: i64, event: &Event) -> Result<Option<Because>, ReplicaError> {
        if let Event::Comment(_, CommentEvent::Added(new)) = event
            && let Some(because) = self.addressed(new.reply_to, new.text.as_str())?
        {
            return Ok(Some(because));
        }
        let id = event.subject();
        let Some(key) = version::find(self.db, id)? else {
            return Ok(None);
        };
        if let Some(because) = self.things.because(key, position) {
            return Ok(Some(because));
        }
        // Whether what a report or a comment is about was watched is what counts.
        let above = match id {
            EntityId::CheckIn(_) | EntityId::Comment(_) | EntityId::MetricValue(_) => {
                version::find_parent(self.db, id)?
            }
            EntityId::Org(_)
            | EntityId::Person(_)
            | EntityId::Team(_)
            | EntityId::Cycle(_)
            | EntityId::Objective(_)
            | EntityId::KeyResult(_)
            | EntityId::Initiative(_)
            | EntityId::Metric(_) => None,
        };
        let above = above.and_then(|above: EntityKey| self.things.because(above, position));
        Ok(above.map(|because| match because {
            // What was given or taken is the thing itself.
            Because::Given | Because::Taken => Because::Yours,
            Because::Reply | Because::Mention | Because::Yours | Because::Followed => because,
        }))
    }
}

/// The comments among the entities from one number up to another, with the columns of a version.
const COMMENTS_BETWEEN: &str = "SELECT key, kind, id, flags, body, authored_from FROM versions
     WHERE kind > 7 AND kind = 8 AND key >= ?1 AND key < ?2 AND recorded_from IS NOT NULL
     ORDER BY key";

#[cfg(test)]
mod tests;

//! How much of an inbox is new: counted by each sync, so that whoever only asks for the number does
//! not wait for a look at all that somebody ever owned.

use okr_core::id::Position;
use rusqlite::Connection;

use super::{Inbox, InboxSpan};
use crate::error::ReplicaError;
use crate::meta::{self, Meta};
use crate::replica::Replica;

/// How much somebody has not looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// Changes with comments among them.
    pub comments: usize,
    /// Other changes.
    pub changes: usize,
    /// Whether there may be more comments elsewhere that mention or answer one, further back than
    /// was looked for the sake of a number.
    pub is_more: bool,
}

impl Unread {
    /// Says whether nothing is known to be unread.
    pub const fn is_empty(self) -> bool {
        self.comments == 0 && self.changes == 0
    }
}

/// How far back is looked for them for the sake of a number.
const COUNTED_BACK: u64 = if cfg!(test) { 16 } else { 1 << 13 };

impl Replica {
    /// Returns how much concerns the person of this replica and came since they looked.
    ///
    /// # Errors
    /// The store's failures.
    pub fn unread(&self) -> Result<Unread, ReplicaError> {
        let snapshot = self.snapshot()?;
        let span = span(snapshot.db)?;
        match read(snapshot.db)? {
            Some((counted, unread)) if counted == span => Ok(unread),
            Some(_) | None => self.count(snapshot.db, span),
        }
    }

    /// Counts, and keeps the number until something of what it depends on changes.
    ///
    /// It is not worth a sync to the disk of its own: a power cut may take it.
    ///
    /// # Errors
    /// The store's failures.
    pub(crate) fn count_unread(&mut self) -> Result<(), ReplicaError> {
        let span = span(self.db())?;
        if read(self.db())?.is_some_and(|(counted, _)| counted == span) {
            return Ok(());
        }
        let unread = self.count(self.db(), span)?;
        self.write_unsynced(|db| keep(db, span, unread))
    }

    fn count(&self, db: &Connection, span: InboxSpan) -> Result<Unread, ReplicaError> {
        if span.after >= span.until {
            return Ok(Unread::default());
        }
        let inbox = Inbox::open(self, db, span)?;
        let back = Position::new(span.until.get().saturating_sub(COUNTED_BACK));
        let counted = InboxSpan {
            after: back.max(span.after),
            ..span
        };
        let mut positions = inbox.watched.clone();
        positions.extend(inbox.addressing(counted)?);
        let mut unread = Unread {
            is_more: back > span.after,
            ..Unread::default()
        };
        for (position, is_comment) in positions {
            match (inbox.is_own(position)?, is_comment) {
                (true, _) => {}
                (false, true) => unread.comments += 1,
                (false, false) => unread.changes += 1,
            }
        }
        Ok(unread)
    }
}

/// Returns the stretch of the log that the person has not looked at.
fn span(db: &Connection) -> Result<InboxSpan, ReplicaError> {
    Ok(InboxSpan {
        after: super::follow::seen(db)?.unwrap_or(Position::ZERO),
        until: meta::head(db)?,
    })
}

/// Forgets what was counted: something else is followed, or somebody has another handle.
pub(crate) fn forget(db: &Connection) -> Result<(), ReplicaError> {
    Meta::Unread.remove(db)
}

/// Writes a number down, with the stretch that it is about.
fn keep(db: &Connection, span: InboxSpan, unread: Unread) -> Result<(), ReplicaError> {
    let Unread {
        comments,
        changes,
        is_more,
    } = unread;
    let (after, until, is_more) = (span.after.get(), span.until.get(), u8::from(is_more));
    let text = format!("{after} {until} {comments} {changes} {is_more}");
    Meta::Unread.set(db, text)
}

/// Reads the number that was written down; what cannot be read is counted again.
fn read(db: &Connection) -> Result<Option<(InboxSpan, Unread)>, ReplicaError> {
    let text: Option<String> = Meta::Unread.get(db)?;
    let numbers = text.map(|text| text.split(' ').map(|word| word.parse().ok()).collect());
    let numbers: Option<Vec<u64>> = numbers.flatten();
    let Some(&[after, until, comments, changes, is_more]) = numbers.as_deref() else {
        return Ok(None);
    };
    let span = InboxSpan {
        after: Position::new(after),
        until: Position::new(until),
    };
    let count = |number: u64| usize::try_from(number).map_err(ReplicaError::damaged);
    let unread = Unread {
        comments: count(comments)?,
        changes: count(changes)?,
        is_more: is_more != 0,
    };
    Ok(Some((span, unread)))
}

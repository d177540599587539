//! How much of an inbox is new: counted by each sync, so that whoever only asks for the number does
//! not wait for a look at all that somebody ever owned.

use okr_core::id::Position;
use rusqlite::Connection;

use super::{Inbox, InboxSpan};
use crate::error::ReplicaError;
use crate::meta::{self, Meta};
use crate::record;
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

    const fn add(&mut self, is_comment: bool) {
        if is_comment {
            self.comments += 1;
        } else {
            self.changes += 1;
        }
    }
}

/// Read from the index alone.
pub(super) const OWN_AFTER: &str =
    "SELECT position FROM records WHERE author = ?1 AND position > ?2 ORDER BY position";

/// How far back is looked for them for the sake of a number.
const COUNTED_BACK: u64 = if cfg!(test) { 16 } else { 1 << 13 };

/// What was counted, and for which stretch of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    span: InboxSpan,
    /// What happened to things that are watched. It is added to: what happened stays what it was.
    watched: Unread,
    /// With what was said to somebody elsewhere, which is looked for as far back as a number is worth.
    unread: Unread,
}

impl Replica {
    /// Returns how much concerns the person of this replica and came since they looked.
    ///
    /// # Errors
    /// The store's failures.
    pub fn unread(&self) -> Result<Unread, ReplicaError> {
        let snapshot = self.snapshot()?;
        let kept = read(snapshot.db)?;
        Ok(self.count(snapshot.db, kept)?.unread)
    }

    /// Counts, and keeps the number until something of what it depends on changes.
    ///
    /// It is not worth a sync to the disk of its own: a power cut may take it.
    ///
    /// # Errors
    /// The store's failures.
    pub(crate) fn count_unread(&mut self) -> Result<(), ReplicaError> {
        // In one transaction, because each look at a change would take the locks of the file otherwise.
        let (kept, counted) = {
            let snapshot = self.snapshot()?;
            let kept = read(snapshot.db)?;
            (kept, self.count(snapshot.db, kept)?)
        };
        if kept == Some(counted) {
            return Ok(());
        }
        self.write_unsynced(|db| keep(db, counted))
    }

    /// Counts on from what was counted, if that began where it is to begin.
    fn count(&self, db: &Connection, kept: Option<Counted>) -> Result<Counted, ReplicaError> {
        let span = span(db)?;
        let kept =
            kept.filter(|kept| kept.span.after == span.after && kept.span.until <= span.until);
        if let Some(kept) = kept.filter(|kept| kept.span == span) {
            return Ok(kept);
        }
        let mut counted = kept.unwrap_or(Counted {
            span: InboxSpan {
                until: span.after,
                ..span
            },
            watched: Unread::default(),
            unread: Unread::default(),
        });
        let after = counted.span.until;
        counted.span = span;
        if span.after >= span.until {
            return Ok(counted);
        }
        let back = Position::new(span.until.get().saturating_sub(COUNTED_BACK));
        let window = InboxSpan {
            after: back.max(span.after),
            ..span
        };
        let looked_at = InboxSpan {
            after: after.min(window.after),
            ..span
        };
        let inbox = Inbox::open(self, db, looked_at)?;
        // Both in order, side by side: a look at each change would take ten times as long.
        let mut own = inbox.own_after(after)?.into_iter().peekable();
        for (position, is_comment) in inbox.watched.range(record::number(after.next())..) {
            while own.next_if(|own| own < position).is_some() {}
            if own.peek() != Some(position) {
                counted.watched.add(*is_comment);
            }
        }
        counted.unread = Unread {
            is_more: back > span.after,
            ..counted.watched
        };
        inbox.add_addressing(window, &mut counted.unread)?;
        Ok(counted)
    }
}

impl Inbox<'_> {
    /// Returns the positions of one's own changes after a position, in order.
    fn own_after(&self, after: Position) -> Result<Vec<i64>, ReplicaError> {
        let mut statement = self.db.prepare_cached(OWN_AFTER)?;
        let rows = statement.query_map((self.author, record::number(after)), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds what was said to somebody on things that they do not watch.
    fn add_addressing(&self, window: InboxSpan, unread: &mut Unread) -> Result<(), ReplicaError> {
        for position in self.addressing(window)?.into_keys() {
            let is_counted_as_comment = self.watched.get(&position);
            if is_counted_as_comment == Some(&true) || self.is_own(position)? {
                continue;
            }
            unread.add(true);
            if is_counted_as_comment.is_some() {
                // It stands among the changes, because it does something else, too.
                unread.changes -= 1;
            }
        }
        Ok(())
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

/// Writes down what was counted.
fn keep(db: &Connection, counted: Counted) -> Result<(), ReplicaError> {
    let Counted {
        span,
        watched,
        unread,
    } = counted;
    let (after, until) = (span.after.get(), span.until.get());
    let Unread {
        comments,
        changes,
        is_more,
    } = unread;
    let is_more = u8::from(is_more);
    let text = format!(
        "{after} {until} {} {} {comments} {changes} {is_more}",
        watched.comments, watched.changes
    );
    Meta::Unread.set(db, text)
}

/// Reads what was written down; what cannot be read is counted again.
fn read(db: &Connection) -> Result<Option<Counted>, ReplicaError> {
    let text: Option<String> = Meta::Unread.get(db)?;
    let numbers = text.map(|text| text.split(' ').map(|word| word.parse().ok()).collect());
    let numbers: Option<Vec<u64>> = numbers.flatten();
    let Some(
        &[
            after,
            until,
            watched_comments,
            watched_changes,
            comments,
            changes,
            is_more,
        ],
    ) = numbers.as_deref()
    else {
        return Ok(None);
    };
    let unread = |comments: u64, changes: u64, is_more: bool| -> Result<Unread, ReplicaError> {
        Ok(Unread {
            comments: usize::try_from(comments).map_err(ReplicaError::damaged)?,
            changes: usize::try_from(changes).map_err(ReplicaError::damaged)?,
            is_more,
        })
    };
    Ok(Some(Counted {
        span: InboxSpan {
            after: Position::new(after),
            until: Position::new(until),
        },
        watched: unread(watched_comments, watched_changes, false)?,
        unread: unread(comments, changes, is_more != 0)?,
    }))
}

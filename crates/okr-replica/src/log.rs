//! The log as people read it: changes with their places, filtered, newest first.

mod about;
mod glimpse;
mod kind;

pub use glimpse::{Glimpse, Landmark, Spot};
pub(crate) mod late;

use okr_core::change::Change;
use okr_core::id::{ChangeId, EntityId, PersonId, Position};
use okr_core::text::LongText;
use okr_core::value::Source;
use okr_core::{Timestamp, event::Event};
use okr_proto::{Decoded, decode_record};
use rusqlite::Connection;

use crate::erasure::ErasedText;
use crate::error::ReplicaError;
use crate::moment::Axis;
use crate::replica::Replica;
use crate::{erasure, meta, pending, record, short};
pub use kind::ChangeKind;

/// By how much a device's clock may be ahead of the server's before it is pointed out.
const CLOCK_TOLERANCE_US: i64 = 5 * 60 * 1_000_000;

/// Where a change stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The server accepted it.
    Confirmed {
        /// Its place in the log.
        position: Position,
        /// When it was appended, by the server's clock.
        recorded_at: Timestamp,
    },
    /// It waits here to be pushed.
    Pending,
}

/// Which changes of the log are wanted; the default is all that are confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Those about any of these entities; empty: about anything.
    pub about: Vec<EntityId>,
    /// Those about what belongs to these entities, too.
    pub with_children: bool,
    /// Those that this person made, or that were made on their behalf.
    pub author: Option<PersonId>,
    /// Those at or after this moment.
    pub since: Option<Timestamp>,
    /// Those at or before this moment.
    pub until: Option<Timestamp>,
    /// The axis of both moments and of the order; the effective one is as the authored one.
    pub axis: Axis,
    /// Those after this position.
    pub after_position: Option<Position>,
    /// Those up to this position; pending ones are not.
    pub until_position: Option<Position>,
    /// Those of any of these kinds; empty: of any kind.
    pub kinds: Vec<ChangeKind>,
    /// Those that set this field of something that was there, by its word.
    pub field: Option<&'static str>,
    /// Those in which this text was written, which is in lower case; the letters' case there does not
    /// count.
    pub text: Option<String>,
    /// At most so many.
    pub limit: Option<usize>,
    /// Those that wait to be pushed, too.
    pub pending: bool,
    /// The oldest first; the limit counts from there.
    pub oldest_first: bool,
}

/// A change in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Where it stands.
    pub place: Place,
    /// Who made it.
    pub author: PersonId,
    /// What it says; none when only a newer program knows.
    pub change: Option<Change>,
    /// Its id.
    pub id: ChangeId,
    /// When it was written, by the device's clock or by an import's source.
    pub authored_at: Timestamp,
    /// The person who originally did this, when somebody else recorded it.
    pub on_behalf_of: Option<PersonId>,
    /// How it came to be.
    pub source: Source,
    /// Why it was made.
    pub reason: Option<LongText>,
    /// Whether it was authored later than it was recorded, by more than five minutes.
    pub clock_ahead: bool,
    /// Whether it is a fact, a correction or a grade in a cycle that was closed before.
    pub late: bool,
    /// Which of its texts were erased since, and by whom.
    pub erased: Vec<ErasedText>,
}

impl Replica {
    /// Returns the changes that a filter lets through, the newest first.
    ///
    /// # Errors
    /// The store's failures.
    pub fn log(&self, filter: &LogFilter) -> Result<Vec<LogEntry>, ReplicaError> {
        let snapshot = self.snapshot()?;
        let limit = filter.limit.unwrap_or(usize::MAX);
        let mut waiting = waiting(snapshot.db, filter)?;
        if filter.oldest_first {
            let mut entries = confirmed(snapshot.db, filter, limit)?;
            entries.extend(waiting);
            sort(&mut entries, filter);
            entries.truncate(limit);
            return Ok(entries);
        }
        waiting.reverse();
        if filter.axis == Axis::Recorded {
            // What waits is newer than everything confirmed.
            waiting.truncate(limit);
            let left = limit - waiting.len();
            waiting.extend(confirmed(snapshot.db, filter, left)?);
            return Ok(waiting);
        }
        waiting.extend(confirmed(snapshot.db, filter, limit)?);
        sort(&mut waiting, filter);
        waiting.truncate(limit);
        Ok(waiting)
    }

    /// Gives each change that a filter lets through to `take`, in no particular order and without
    /// keeping it; the limit does not count.
    ///
    /// # Errors
    /// The store's failures.
    pub fn each_change(
        &self,
        filter: &LogFilter,
        mut take: impl FnMut(LogEntry),
    ) -> Result<(), ReplicaError> {
        let snapshot = self.snapshot()?;
        let filter = LogFilter {
            limit: None,
            ..filter.clone()
        };
        for entry in waiting(snapshot.db, &filter)? {
            take(entry);
        }
        about::each_position(snapshot.db, &filter, |position| {
            let entry = entry(snapshot.db, position)?;
            entry
                .filter(|entry| filter.lets_through(entry))
                .map(&mut take);
            Ok(true)
        })
    }

    /// Returns a change by its id, wherever it stands.
    ///
    /// # Errors
    /// The store's failures.
    pub fn change(&self, id: ChangeId) -> Result<Option<LogEntry>, ReplicaError> {
        let snapshot = self.snapshot()?;
        if let Some(position) = record::find_exact(snapshot.db, id)? {
            return entry(snapshot.db, position);
        }
        let me = meta::me(snapshot.db)?;
        let waiting = pending::all(snapshot.db)?;
        let Some(found) = waiting.iter().find(|pending| pending.change.id == id) else {
            return Ok(None);
        };
        Ok(Some(LogEntry {
            late: late::pending(snapshot.db, &waiting)?.has_change(id),
            ..pending_entry(me, found.change.clone())
        }))
    }

    /// Finds changes by the end of their ids: the last hexadecimal digit first.
    ///
    /// # Errors
    /// The store's failures.
    pub fn find_change(&self, reversed_digits: &str) -> Result<Vec<ChangeId>, ReplicaError> {
        let snapshot = self.snapshot()?;
        let confirmed = record::find(snapshot.db, reversed_digits)?;
        let mut found: Vec<ChangeId> = confirmed.into_iter().map(|(id, _)| id).collect();
        for id in pending::ids(snapshot.db)? {
            if short::begins(id.uuid(), reversed_digits) && !found.contains(&id) {
                found.push(id);
            }
        }
        Ok(found)
    }
}

/// Puts entries in the order that the filter asks for; those of the same moment by their place.
fn sort(entries: &mut [LogEntry], filter: &LogFilter) {
    sort_keyed(entries, filter, |entry| {
        let place = match entry.place {
            Place::Confirmed { position, .. } => position.get(),
            Place::Pending => u64::MAX,
        };
        (entry.authored_at, place)
    });
}

/// Puts things in the order that the filter asks for, by when they were written and their place.
fn sort_keyed<T>(things: &mut [T], filter: &LogFilter, key: impl Fn(&T) -> (Timestamp, u64)) {
    things.sort_by_key(|thing| {
        let (authored_at, place) = key(thing);
        match filter.axis {
            Axis::Recorded => (Timestamp::MIN, place),
            Axis::Authored | Axis::Effective => (authored_at, place),
        }
    });
    if !filter.oldest_first {
        things.reverse();
    }
}

/// Returns the pending changes that the filter lets through, oldest first.
fn waiting(db: &Connection, filter: &LogFilter) -> Result<Vec<LogEntry>, ReplicaError> {
    if !filter.pending || filter.until_position.is_some() {
        return Ok(Vec::new());
    }
    let me = meta::me(db)?;
    let waiting = pending::all(db)?;
    let events: Vec<&Event> = waiting
        .iter()
        .flat_map(|pending| &pending.change.events)
        .collect();
    let about = about::Pending::new(db, filter, &events)?;
    let late = late::pending(db, &waiting)?;
    let mut entries = Vec::new();
    for pending in &waiting {
        let change = &pending.change;
        let person = filter
            .author
            .is_none_or(|author| author == me || change.on_behalf_of == Some(author));
        let at = change.authored_at;
        let time = filter.since.is_none_or(|since| at >= since)
            && filter.until.is_none_or(|until| at <= until);
        if person && time && about.concerns(change)? {
            let entry = pending_entry(me, change.clone());
            entries.extend(Some(entry).filter(|entry| filter.lets_through(entry)));
        }
    }
    for entry in &mut entries {
        entry.late = late.has_change(entry.id);
    }
    Ok(entries)
}

pub(crate) fn pending_entry(me: PersonId, change: Change) -> LogEntry {
    LogEntry {
        place: Place::Pending,
        author: me,
        id: change.id,
        authored_at: change.authored_at,
        on_behalf_of: change.on_behalf_of,
        source: change.source,
        reason: change.reason.clone(),
        change: Some(change),
        clock_ahead: false,
        late: false,
        erased: Vec::new(),
    }
}

/// Returns the entry of a position; none beyond the head.
pub(crate) fn entry(db: &Connection, position: Position) -> Result<Option<LogEntry>, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT bytes FROM records WHERE position = ?1")?;
    let mut rows = statement.query([record::number(position)])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let bytes = row.get_ref(0)?.as_blob().map_err(ReplicaError::damaged)?;
    let view = record::view(bytes, position)?;
    let recorded_us = view.recorded_at().as_micros();
    let decoded = decode_record(&view)?;
    let authored_at = decoded.authored_at();
    let id = decoded.id();
    let (on_behalf_of, source, reason, change) = match decoded {
        Decoded::Known(change) => (
            change.on_behalf_of,
            change.source,
            change.reason.clone(),
            Some(change),
        ),
        Decoded::Newer {
            on_behalf_of,
            source,
            reason,
            ..
        } => (
            on_behalf_of,
            // A source that is not known yet is at any rate not a person at a keyboard.
            source.unwrap_or(Source::Automation),
            reason,
            None,
        ),
    };
    let late = match &change {
        Some(change) => late::confirmed(db, position, change)?,
        None => false,
    };
    Ok(Some(LogEntry {
        erased: erasure::erased_of(db, id)?,
        late,
        place: Place::Confirmed {
            position,
            recorded_at: meta::timestamp(recorded_us)?,
        },
        author: PersonId::from_bytes(*view.author().as_bytes()),
        change,
        id,
        authored_at,
        on_behalf_of,
        source,
        reason,
        clock_ahead: authored_at.as_microsecond() > recorded_us + CLOCK_TOLERANCE_US,
    }))
}

/// Returns the positions of the confirmed changes that the filter lets through.
pub(crate) fn positions(
    db: &Connection,
    filter: &LogFilter,
) -> Result<Vec<Position>, ReplicaError> {
    let mut positions = Vec::new();
    about::each_position(db, filter, |position| {
        positions.push(position);
        Ok(true)
    })?;
    Ok(positions)
}

/// Returns the confirmed changes that the filter lets through, in its order.
fn confirmed(
    db: &Connection,
    filter: &LogFilter,
    limit: usize,
) -> Result<Vec<LogEntry>, ReplicaError> {
    let mut entries = Vec::new();
    about::each_position(db, filter, |position| {
        if entries.len() < limit {
            let entry = entry(db, position)?;
            entries.extend(entry.filter(|entry| filter.lets_through(entry)));
        }
        Ok(entries.len() < limit)
    })?;
    Ok(entries)
}

#[cfg(test)]
mod tests;

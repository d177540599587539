//! Rows of the table `records`: the confirmed history, byte for byte.

use bytes::Bytes;
use okr_core::Date;
use okr_core::change::Change;
use okr_core::event::{CheckInEvent, Event};
use okr_core::id::{ChangeId, CheckInId, KeyResultId, PersonId, Position};
use okr_core::value::Source;
use okr_log::{Hash, RecordView};
use okr_proto::{ConfirmedChange, Decoded, RecordError, decode_record};
use rusqlite::{Connection, OptionalExtension as _};

use crate::error::ReplicaError;
use crate::{body, short};

/// A record that has been read and hashed: what is written of it, and no more.
#[derive(Debug)]
pub(crate) struct NewRecord {
    pub(crate) bytes: Bytes,
    pub(crate) position: Position,
    /// In microseconds since 1970.
    pub(crate) recorded_at: i64,
    /// In microseconds since 1970.
    pub(crate) authored_at: i64,
    pub(crate) author: PersonId,
    pub(crate) on_behalf_of: Option<PersonId>,
    pub(crate) source: Option<&'static str>,
    pub(crate) change: ChangeId,
    pub(crate) leaf: Hash,
    /// Whether a change before it in this load has an id with the same end, so that it may be the same.
    pub(crate) comes_again: bool,
    pub(crate) content: Content,
}

/// What a change says.
#[derive(Debug)]
pub(crate) enum Content {
    /// It records a check-in and does nothing else, as most changes do.
    CheckIn(RecordedCheckIn),
    /// Anything else that this version understands.
    Known(Change),
    /// A newer version understands it.
    Newer(Decoded),
}

/// A check-in as it is at first.
#[derive(Debug)]
pub(crate) struct RecordedCheckIn {
    pub(crate) id: CheckInId,
    pub(crate) key_result: KeyResultId,
    pub(crate) effective: Date,
    pub(crate) body: String,
    /// Whether it speaks of a blocker.
    pub(crate) blocker: bool,
}

impl NewRecord {
    /// Reads and hashes a record, and prepares what needs no other one.
    pub(crate) fn read(bytes: Bytes) -> Result<Self, RecordError> {
        let confirmed = read(&bytes)?;
        let change = confirmed.decoded.id();
        let authored_at = confirmed.decoded.authored_at().as_microsecond();
        let (on_behalf_of, source, content) = match confirmed.decoded {
            Decoded::Known(change) => (
                change.on_behalf_of,
                Some(change.source),
                Content::known(change),
            ),
            newer @ Decoded::Newer {
                on_behalf_of,
                source,
                ..
            } => (on_behalf_of, source, Content::Newer(newer)),
        };
        Ok(Self {
            bytes,
            position: confirmed.position,
            recorded_at: confirmed.recorded_at.as_microsecond(),
            authored_at,
            author: confirmed.author,
            on_behalf_of,
            source: source.map(Source::word),
            change,
            leaf: confirmed.leaf,
            comes_again: false,
            content,
        })
    }

    /// Decodes the change once more.
    pub(crate) fn decode(&self) -> Result<Decoded, ReplicaError> {
        Ok(read(&self.bytes)?.decoded)
    }
}

impl Content {
    fn known(change: Change) -> Self {
        match change.events.as_slice() {
            [Event::CheckIn(id, CheckInEvent::Recorded(new))] => Self::CheckIn(RecordedCheckIn {
                id: *id,
                key_result: new.key_result,
                effective: new.effective,
                body: body::recorded(new),
                blocker: new.blocker.is_some(),
            }),
            _ => Self::Known(change),
        }
    }
}

/// Reads a record and hashes it.
pub(crate) fn read(bytes: &[u8]) -> Result<ConfirmedChange, RecordError> {
    let confirmed = ConfirmedChange::read(bytes)?;
    #[cfg(test)]
    let confirmed = ConfirmedChange {
        decoded: crate::upgrade::old_program::understand(confirmed.decoded),
        ..confirmed
    };
    Ok(confirmed)
}

/// Returns a position as the database holds it.
pub(crate) fn number(position: Position) -> i64 {
    i64::try_from(position.get()).unwrap_or(i64::MAX)
}

/// Returns the position that a number of the database means.
pub(crate) fn position(number: i64) -> Result<Position, ReplicaError> {
    u64::try_from(number)
        .map(Position::new)
        .map_err(|_| ReplicaError::damaged(format!("{number} is no position")))
}

/// Returns the number that stands for a person among the authors.
pub(crate) fn author_number(db: &Connection, id: PersonId) -> Result<i64, ReplicaError> {
    let known = db
        .prepare_cached("SELECT key FROM authors WHERE id = ?1")?
        .query_row([id.to_bytes()], |row| row.get(0))
        .optional()?;
    if let Some(key) = known {
        return Ok(key);
    }
    let key = db
        .prepare_cached("INSERT INTO authors (id) VALUES (?1)")?
        .insert([id.to_bytes()])?;
    Ok(key)
}

/// Returns what the change at a position says.
pub(crate) fn decoded(db: &Connection, position: Position) -> Result<Decoded, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT bytes FROM records WHERE position = ?1")?;
    let mut rows = statement.query([number(position)])?;
    let Some(row) = rows.next()? else {
        return Err(ReplicaError::damaged(format!(
            "record {position} is missing"
        )));
    };
    let bytes = row.get_ref(0)?.as_blob().map_err(ReplicaError::damaged)?;
    decode(bytes, position)
}

/// Returns the bytes of a stored record.
pub(crate) fn stored(db: &Connection, position: Position) -> Result<Vec<u8>, ReplicaError> {
    Ok(db
        .prepare_cached("SELECT bytes FROM records WHERE position = ?1")?
        .query_row([number(position)], |row| row.get(0))?)
}

/// Reads the stored bytes of the record at a position, and leaves what the change says.
pub(crate) fn view(bytes: &[u8], position: Position) -> Result<RecordView<'_>, ReplicaError> {
    RecordView::parse(bytes)
        .map_err(|error| ReplicaError::damaged(format!("record {position}: {error}")))
}

/// Decodes what the stored bytes of the change at a position say.
pub(crate) fn decode(bytes: &[u8], position: Position) -> Result<Decoded, ReplicaError> {
    let decoded = decode_record(&view(bytes, position)?)?;
    #[cfg(test)]
    let decoded = crate::upgrade::old_program::understand(decoded);
    Ok(decoded)
}

/// Returns when the change at a position was recorded, in microseconds; none when there is none.
pub(crate) fn recorded_at(
    db: &Connection,
    position: Position,
) -> Result<Option<i64>, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT recorded_at FROM records WHERE position = ?1")?;
    Ok(statement
        .query_row([number(position)], |row| row.get(0))
        .optional()?)
}

/// Returns when the change at a position was written, in microseconds; none when there is none.
pub(crate) fn authored_at(
    db: &Connection,
    position: Position,
) -> Result<Option<i64>, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT authored_at FROM records WHERE position = ?1")?;
    Ok(statement
        .query_row([number(position)], |row| row.get(0))
        .optional()?)
}

/// Returns when what was imported at a position had been written, in microseconds; none for what was
/// not imported.
pub(crate) fn imported_at(
    db: &Connection,
    position: Position,
) -> Result<Option<i64>, ReplicaError> {
    let mut statement =
        db.prepare_cached("SELECT authored_at, source FROM records WHERE position = ?1")?;
    let mut rows = statement.query([number(position)])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let source = row.get_ref(1)?.as_str_or_null().unwrap_or_default();
    let is_imported = source.and_then(Source::from_word) == Some(Source::Import);
    Ok(if is_imported { Some(row.get(0)?) } else { None })
}

/// Finds confirmed changes by the reversed digits that their ids end in.
pub(crate) fn find(
    db: &Connection,
    reversed_digits: &str,
) -> Result<Vec<(ChangeId, Position)>, ReplicaError> {
    let Some(range) = short::range(reversed_digits) else {
        return Ok(Vec::new());
    };
    let mut statement = db.prepare_cached(
        "SELECT change_id, position FROM change_ends JOIN records USING (position)
         WHERE short BETWEEN ?1 AND ?2",
    )?;
    let mut rows = statement.query((range.start(), range.end()))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id = ChangeId::from_bytes(row.get(0)?);
        if short::begins(id.uuid(), reversed_digits) {
            found.push((id, position(row.get(1)?)?));
        }
    }
    Ok(found)
}

/// Finds a confirmed change by its whole id.
pub(crate) fn find_exact(db: &Connection, id: ChangeId) -> Result<Option<Position>, ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT position FROM change_ends JOIN records USING (position)
         WHERE short = ?1 AND change_id = ?2",
    )?;
    let uuid = id.uuid();
    let found = statement
        .query_row((short::of(uuid), uuid.as_bytes()), |row| row.get(0))
        .optional()?;
    found.map(position).transpose()
}

/// Returns the newest position recorded at or before a moment in microseconds since 1970.
///
/// The server's clock never goes backwards within a log, so halving finds it.
pub(crate) fn position_at(
    db: &Connection,
    head: Position,
    until: i64,
) -> Result<Position, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT recorded_at FROM records WHERE position = ?1")?;
    let (mut before, mut after) = (0, head.get() + 1);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        let recorded: i64 =
            statement.query_row([number(Position::new(middle))], |row| row.get(0))?;
        if recorded <= until {
            before = middle;
        } else {
            after = middle;
        }
    }
    Ok(Position::new(before))
}

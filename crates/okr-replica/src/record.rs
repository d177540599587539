//! Rows of the table `records`: the confirmed history, byte for byte.

use bytes::Bytes;
use okr_core::id::{ChangeId, PersonId, Position};
use okr_core::value::Source;
use okr_log::{Hash, RecordView};
use okr_proto::{ConfirmedChange, Decoded, RecordError, decode_record};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::error::ReplicaError;
use crate::short;

/// A record that has been read and hashed.
#[derive(Debug)]
pub(crate) struct NewRecord {
    pub(crate) bytes: Bytes,
    pub(crate) confirmed: ConfirmedChange,
}

impl NewRecord {
    pub(crate) const fn leaf(&self) -> Hash {
        self.confirmed.leaf
    }

    /// Returns the person on whose behalf the change was made.
    pub(crate) const fn on_behalf_of(&self) -> Option<PersonId> {
        match &self.confirmed.decoded {
            Decoded::Known(change) => change.on_behalf_of,
            Decoded::Newer { on_behalf_of, .. } => *on_behalf_of,
        }
    }

    fn source(&self) -> Option<&'static str> {
        let source = match &self.confirmed.decoded {
            Decoded::Known(change) => Some(change.source),
            Decoded::Newer { source, .. } => *source,
        };
        source.map(Source::word)
    }

    /// Writes the record; the people are given by their numbers.
    pub(crate) fn insert(
        &self,
        db: &Connection,
        author: i64,
        on_behalf_of: Option<i64>,
    ) -> Result<(), ReplicaError> {
        let change = self.confirmed.decoded.id();
        db.prepare_cached(
            "INSERT INTO records (position, recorded_at, authored_at, author, on_behalf_of, source,
                 change_id, leaf, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            number(self.confirmed.position),
            self.confirmed.recorded_at.as_microsecond(),
            self.confirmed.decoded.authored_at().as_microsecond(),
            author,
            on_behalf_of,
            self.source(),
            change.uuid().as_bytes(),
            self.leaf().as_bytes(),
            self.bytes.as_ref(),
        ])?;
        Ok(())
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
    let view = RecordView::parse(bytes)
        .map_err(|error| ReplicaError::damaged(format!("record {position}: {error}")))?;
    let decoded = decode_record(&view)?;
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

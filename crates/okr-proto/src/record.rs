//! Records of the log as confirmed changes.

use bytes::Bytes;
use okr_core::Timestamp;
use okr_core::id::{ChangeId, PersonId, Position};
use okr_log::{Hash, RecordTextView, RecordView, RecordedAt};
use thiserror::Error;

use crate::change::{Decoded, Origin, read};
use crate::fault::DecodeError;
use crate::ids::ToCore as _;
use crate::text::StoredText;

/// A change that is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmedChange {
    /// Its place in the organisation's log, from 1.
    pub position: Position,
    /// When the server appended it, by its clock.
    pub recorded_at: Timestamp,
    /// Who made it, by the server's credential.
    pub author: PersonId,
    /// The id of the token that it was pushed with.
    pub token: [u8; 16],
    /// What it says.
    pub decoded: Decoded,
    /// Its hash in the Merkle tree.
    pub leaf: Hash,
}

/// Says why bytes are not a record of a change.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RecordError {
    /// The bytes are not a record.
    #[error("the bytes are not a record")]
    Record(#[from] okr_log::DecodeError),
    /// The time at which it was recorded lies outside the calendar.
    #[error("record {position} was recorded {micros} microseconds after 1970")]
    RecordedAt {
        /// Its place in the log.
        position: Position,
        /// The time in microseconds since 1970.
        micros: i64,
    },
    /// The record holds something else than a change.
    #[error("record {position} does not hold a change")]
    Change {
        /// Its place in the log.
        position: Position,
        /// What is wrong.
        #[source]
        problem: DecodeError,
    },
    /// The record names another change than it holds.
    #[error("record {position} says that it holds change {stated} and holds {found}")]
    ChangeId {
        /// Its place in the log.
        position: Position,
        /// The change that the record names.
        stated: ChangeId,
        /// The change that the body names.
        found: ChangeId,
    },
}

impl ConfirmedChange {
    /// Reads an encoded record and hashes it.
    ///
    /// # Errors
    /// What makes the bytes something else than a record of a change.
    pub fn read(bytes: &[u8]) -> Result<Self, RecordError> {
        Self::from_view(&RecordView::parse(bytes)?)
    }

    /// Reads a record that has been parsed, and hashes it.
    ///
    /// # Errors
    /// All but [`RecordError::Record`].
    pub fn from_view(record: &RecordView<'_>) -> Result<Self, RecordError> {
        let position = record.position().to_core();
        let recorded_at = read_recorded_at(position, record.recorded_at())?;
        Ok(Self {
            position,
            recorded_at,
            author: record.author().to_core(),
            token: *record.token().as_bytes(),
            decoded: decode_record(record)?,
            leaf: record.leaf_hash(),
        })
    }
}

/// Decodes the change that a record holds.
///
/// That it is written in the one canonical way is what the server checked before it appended it, and is not checked again.
///
/// # Errors
/// [`RecordError::Change`] and [`RecordError::ChangeId`].
pub fn decode_record(record: &RecordView<'_>) -> Result<Decoded, RecordError> {
    let position = record.position().to_core();
    let texts: Vec<StoredText<'_>> = record.texts().map(StoredText::from).collect();
    let body = Bytes::copy_from_slice(record.body());
    let decoded = read(&body, &texts, Origin::Stored)
        .map_err(|problem| RecordError::Change { position, problem })?;
    let stated = record.change_id().to_core();
    let found = decoded.id();
    if stated != found {
        return Err(RecordError::ChangeId {
            position,
            stated,
            found,
        });
    }
    Ok(decoded)
}

impl<'a> From<RecordTextView<'a>> for StoredText<'a> {
    fn from(text: RecordTextView<'a>) -> Self {
        match text {
            RecordTextView::Present { text, .. } => Self::Present(text),
            RecordTextView::Erased { .. } => Self::Erased,
        }
    }
}

fn read_recorded_at(position: Position, at: RecordedAt) -> Result<Timestamp, RecordError> {
    let micros = at.as_micros();
    Timestamp::from_microsecond(micros).map_err(|_| RecordError::RecordedAt { position, micros })
}

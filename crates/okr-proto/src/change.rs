//! A change as bytes and texts: what a client pushes, the log keeps and everybody reads.
//!
//! There is one encoding of a change but for its salts, and reading takes no other. What a newer
//! program wrote is told apart from what is wrong.

use std::cmp::Ordering;

use bytes::Bytes;
use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::event::Event;
use okr_core::id::{ChangeId, PersonId};
use okr_core::text::LongText;
use okr_core::value::Source;
use okr_log::{
    LimitExceeded, MAX_BODY_BYTES, MAX_RECORD_BYTES, MAX_TEXT_BYTES, MAX_TEXTS, RecordText,
    SALT_BYTES,
};
use prost::Message as _;
use thiserror::Error;
use uuid::Uuid;

use crate::choice::{Choice, read_choice, read_optional_choice};
use crate::fault::{At as _, DecodeError, Fault, Problem, certain, known};
use crate::field::{Part as _, read_id, read_optional_id, write_id, write_optional_id};
use crate::text::{SaltedText, StoredText, TextReader, TextWriter};
use crate::v1;

/// A change in the form in which it is pushed and stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedChange {
    /// An encoded `okr.v1.Change`.
    pub body: Bytes,
    /// The texts that the body refers to, in order.
    pub texts: Vec<SaltedText>,
}

/// What stored bytes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A change that this program understands in full.
    Known(Change),
    /// A change with something in it that only a newer program knows: keep the bytes, say that an
    /// upgrade is needed, and write to none of the subjects.
    Newer {
        /// The id of the change.
        id: ChangeId,
        /// When it was written, by the device's clock or by an import's source.
        authored_at: Timestamp,
        /// The person who originally did this, when somebody else recorded it.
        on_behalf_of: Option<PersonId>,
        /// How it came to be; none when that is what is not known.
        source: Option<Source>,
        /// Why it was made.
        reason: Option<LongText>,
        /// The ids of the entities that its events are about, in the order of the events.
        subjects: Vec<Uuid>,
    },
}

impl Decoded {
    /// Returns the id of the change.
    pub const fn id(&self) -> ChangeId {
        match self {
            Self::Known(change) => change.id,
            Self::Newer { id, .. } => *id,
        }
    }

    /// Returns when the change was written, by the device's clock or by an import's source.
    pub const fn authored_at(&self) -> Timestamp {
        match self {
            Self::Known(change) => change.authored_at,
            Self::Newer { authored_at, .. } => *authored_at,
        }
    }
}

/// Encodes a change; the same but for the salts each time.
///
/// A salt is asked for once for each text and must be random. Of the authored-at, what is finer than
/// a microsecond is lost.
pub fn encode(change: &Change, mut salt: impl FnMut() -> [u8; SALT_BYTES]) -> EncodedChange {
    let mut texts = TextWriter::new(&mut salt);
    // The fields stand in the order of their numbers, because the texts are numbered in that order.
    let message = v1::Change {
        id: write_id(change.id),
        authored_at_us: change.authored_at.as_microsecond(),
        on_behalf_of: write_optional_id(change.on_behalf_of),
        source: change.source.number(),
        reason: texts.write_optional(change.reason.as_ref()),
        amendment: change.amendment.map_or(0, Choice::number),
        events: change
            .events
            .iter()
            .map(|event| event.write(&mut texts))
            .collect(),
    };
    EncodedChange {
        body: message.encode_to_vec().into(),
        texts: texts.finish(),
    }
}

/// Decodes a change; the opposite of [`encode`], and takes nothing that [`encode`] does not make.
///
/// # Errors
/// What makes bytes and texts something else than a change, with the path to it. A change that a
/// newer program wrote is no error but [`Decoded::Newer`]; what it says is then not checked beyond
/// what that variant holds.
pub fn decode(body: &[u8], texts: &[StoredText<'_>]) -> Result<Decoded, DecodeError> {
    read(&Bytes::copy_from_slice(body), texts, Origin::Offered)
}

/// Where the bytes of a change come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// From a client: written in the one way in which a change may be written, or refused.
    Offered,
    /// From a log, whose server refused what is written in another way. Whoever reads it is spared a quarter of the work.
    Stored,
}

/// Decodes a change; from shared bytes, so that the ids in them need not be copied.
pub(crate) fn read(
    body: &Bytes,
    texts: &[StoredText<'_>],
    origin: Origin,
) -> Result<Decoded, DecodeError> {
    let message = v1::Change::decode(body.clone())
        .map_err(|error| DecodeError::whole(Problem::NotAMessage(error.to_string())))?;
    let complete = understood_in_full(&message, body, origin)?;
    let mut reader = TextReader::new(texts);
    let id = certain(read_id(&message.id).at("id"))?;
    let authored_at = certain(read_moment(message.authored_at_us).at("authored_at_us"))?;
    let on_behalf_of = certain(read_optional_id(&message.on_behalf_of).at("on_behalf_of"))?;
    let source = known(read_choice(message.source).at("source"))?;
    let reason = certain(reader.read_optional(message.reason).at("reason"))?;
    let amendment = known(read_optional_choice(message.amendment).at("amendment"))?;
    if message.events.is_empty() || message.events.len() > Change::MAX_EVENTS {
        let found = message.events.len();
        return certain(Err(Problem::EventCount { found }.into()).at("events"));
    }
    let events = if complete {
        known(read_events(&message.events, &mut reader).at("events"))?
    } else {
        None
    };
    let (Some(source), Some(amendment), Some(events)) = (source, amendment, events) else {
        return Ok(Decoded::Newer {
            id,
            authored_at,
            on_behalf_of,
            source,
            reason,
            subjects: certain(read_subjects(&message.events).at("events"))?,
        });
    };
    if let Some(index) = reader.first_unused() {
        return certain(Err(Problem::TextUnused.into()).at_index(index).at("texts"));
    }
    Ok(Decoded::Known(Change {
        id,
        authored_at,
        on_behalf_of,
        source,
        reason,
        amendment,
        events,
    }))
}

/// Says whether everything in the bytes is in the message.
///
/// Reading a message passes over fields that it does not know. They show in the length of the
/// message when it is written again.
fn understood_in_full(
    message: &v1::Change,
    body: &[u8],
    origin: Origin,
) -> Result<bool, DecodeError> {
    let (length, same) = match origin {
        Origin::Offered => {
            let written = message.encode_to_vec();
            (written.len(), written == body)
        }
        // Bytes of the same length could differ in the order of the fields only.
        Origin::Stored => (message.encoded_len(), true),
    };
    match length.cmp(&body.len()) {
        Ordering::Less => Ok(false),
        Ordering::Equal if same => Ok(true),
        Ordering::Equal | Ordering::Greater => Err(DecodeError::whole(Problem::NotCanonical)),
    }
}

/// Reads microseconds since 1970.
pub(crate) fn read_moment(micros: i64) -> Result<Timestamp, Fault> {
    Timestamp::from_microsecond(micros)
        .map_err(|_| Fault::from(Problem::OutOfRange { found: micros }))
}

fn read_events(messages: &[v1::Event], texts: &mut TextReader<'_>) -> Result<Vec<Event>, Fault> {
    let mut events = Vec::with_capacity(messages.len());
    for (index, message) in messages.iter().enumerate() {
        events.push(Event::read(message, texts).at_index(index)?);
    }
    Ok(events)
}

fn read_subjects(messages: &[v1::Event]) -> Result<Vec<Uuid>, Fault> {
    let mut subjects = Vec::with_capacity(messages.len());
    for (index, message) in messages.iter().enumerate() {
        let subject = read_id::<Uuid>(&message.subject).at("subject");
        subjects.push(subject.at_index(index)?);
    }
    Ok(subjects)
}

impl EncodedChange {
    /// Decodes the change.
    ///
    /// # Errors
    /// As [`decode`].
    pub fn decode(&self) -> Result<Decoded, DecodeError> {
        let texts: Vec<StoredText<'_>> = self
            .texts
            .iter()
            .map(|text| StoredText::Present(&text.text))
            .collect();
        read(&self.body, &texts, Origin::Offered)
    }

    /// Checks the limits of the log: body, number of texts, each text, the record in all.
    ///
    /// # Errors
    /// The first limit that is exceeded.
    pub fn check_limits(&self) -> Result<(), LimitExceeded> {
        if self.body.len() > MAX_BODY_BYTES {
            return Err(LimitExceeded::Body {
                bytes: self.body.len(),
            });
        }
        if self.texts.len() > MAX_TEXTS {
            return Err(LimitExceeded::Texts {
                count: self.texts.len(),
            });
        }
        let mut bytes = RECORD_OVERHEAD_BYTES + self.body.len();
        for (index, text) in self.texts.iter().enumerate() {
            if text.text.len() > MAX_TEXT_BYTES {
                return Err(LimitExceeded::Text {
                    index,
                    bytes: text.text.len(),
                });
            }
            bytes += TEXT_OVERHEAD_BYTES + text.text.len();
        }
        if bytes > MAX_RECORD_BYTES {
            return Err(LimitExceeded::Record { bytes });
        }
        Ok(())
    }

    /// Takes the change apart into what a record of the log holds.
    pub fn into_record_parts(self) -> (Bytes, Vec<RecordText>) {
        let texts = self.texts.into_iter().map(RecordText::from).collect();
        (self.body, texts)
    }
}

/// What a record holds beside body and texts, in bytes (okr-log, FORMAT.md section 1).
const RECORD_OVERHEAD_BYTES: usize = 71;
/// What a text in a record takes beside itself, in bytes: flag, salt and length.
const TEXT_OVERHEAD_BYTES: usize = 21;

impl From<SaltedText> for RecordText {
    fn from(text: SaltedText) -> Self {
        Self::Present {
            salt: text.salt,
            text: text.text,
        }
    }
}

impl From<EncodedChange> for v1::NewChange {
    fn from(change: EncodedChange) -> Self {
        let texts = change.texts.into_iter().map(|text| v1::Text {
            salt: Bytes::copy_from_slice(&text.salt),
            text: text.text,
        });
        Self {
            change: change.body,
            texts: texts.collect(),
        }
    }
}

/// Says that the salt of a text has another length than 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("texts[{index}].salt: a salt has 16 bytes, this has {found}")]
pub struct SaltLengthError {
    /// Which text, from 0.
    pub index: usize,
    /// The length of its salt in bytes.
    pub found: usize,
}

impl TryFrom<v1::NewChange> for EncodedChange {
    type Error = SaltLengthError;

    fn try_from(change: v1::NewChange) -> Result<Self, SaltLengthError> {
        let mut texts = Vec::with_capacity(change.texts.len());
        for (index, text) in change.texts.into_iter().enumerate() {
            let found = text.salt.len();
            let Ok(salt) = text.salt.as_ref().try_into() else {
                return Err(SaltLengthError { index, found });
            };
            texts.push(SaltedText {
                salt,
                text: text.text,
            });
        }
        Ok(Self {
            body: change.change,
            texts,
        })
    }
}

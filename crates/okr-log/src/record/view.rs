//! Reading a record in place: no allocation, everything checked once.

use std::collections::BTreeSet;
use std::fmt;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{
    FLAG_ERASED, FLAG_PRESENT, MAX_BODY_BYTES, MAX_RECORD_BYTES, MAX_TEXT_BYTES, MAX_TEXTS,
    RECORD_VERSION, Record, RecordText, SALT_BYTES,
};
use crate::hash::{Hash, sha256};
use crate::id::{AuthorId, ChangeId, Position, RecordedAt, TokenId};

const LEAF_PREFIX: &[u8] = &[0x00];

/// Why bytes are not a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The record was written by a version this program does not know.
    #[error("record has version {0}, this program reads version 1")]
    Version(u8),
    /// The bytes end within the record.
    #[error("record ends after {found} bytes, in the middle of a field")]
    Truncated {
        /// Bytes given.
        found: usize,
    },
    /// Bytes follow the last text.
    #[error("{count} bytes follow the end of the record")]
    Trailing {
        /// How many.
        count: usize,
    },
    /// The position is 0, which is before everything.
    #[error("record has position 0")]
    PositionZero,
    /// A stated length or count is above the format's limit.
    #[error("record states {found} {what}, at most {limit} are allowed")]
    Limit {
        /// What was counted.
        what: &'static str,
        /// The stated number.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A text starts with a flag that is neither present nor erased.
    #[error("text {index} has the unknown flag {flag}")]
    TextFlag {
        /// Which text, from 0.
        index: usize,
        /// The flag.
        flag: u8,
    },
    /// A text is not UTF-8.
    #[error("text {index} is not UTF-8")]
    TextUtf8 {
        /// Which text, from 0.
        index: usize,
    },
}

/// A record read in place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RecordView<'a> {
    bytes: &'a [u8],
    position: Position,
    recorded_at: RecordedAt,
    author: AuthorId,
    token: TokenId,
    change_id: ChangeId,
    body: &'a [u8],
    text_count: usize,
    /// The encoded texts, already checked.
    texts: &'a [u8],
}

/// A free text of a record, read in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordTextView<'a> {
    /// The text as it was written.
    Present {
        /// Random bytes that keep a short text from being guessed by its hash.
        salt: &'a [u8; SALT_BYTES],
        /// The text.
        text: &'a str,
    },
    /// What is left of a text erased by law.
    Erased {
        /// The hash of salt and text.
        hash: Hash,
    },
}

/// The texts of a record, in order.
#[derive(Clone, Debug)]
pub struct Texts<'a> {
    cursor: Cursor<'a>,
    next_index: usize,
    count: usize,
}

impl<'a> RecordView<'a> {
    /// Reads a record from exactly these bytes, checking all of them.
    ///
    /// # Errors
    ///
    /// What makes the bytes something else than one record of this version.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        within("bytes", bytes.len(), MAX_RECORD_BYTES)?;
        let mut cursor = Cursor {
            rest: bytes,
            total: bytes.len(),
        };
        let [version] = cursor.array()?;
        if version != RECORD_VERSION {
            return Err(DecodeError::Version(version));
        }
        let position = Position::new(u64::from_le_bytes(cursor.array()?));
        if position == Position::ZERO {
            return Err(DecodeError::PositionZero);
        }
        let recorded_at = RecordedAt::from_micros(i64::from_le_bytes(cursor.array()?));
        let author = AuthorId(cursor.array()?);
        let token = TokenId(cursor.array()?);
        let change_id = ChangeId(cursor.array()?);
        let body_bytes = within("bytes of body", cursor.length()?, MAX_BODY_BYTES)?;
        let body = cursor.take(body_bytes)?;
        let text_count = usize::from(u16::from_le_bytes(cursor.array()?));
        within("texts", text_count, MAX_TEXTS)?;
        let texts = cursor.rest;
        for index in 0..text_count {
            cursor.text(index)?;
        }
        if !cursor.rest.is_empty() {
            return Err(DecodeError::Trailing {
                count: cursor.rest.len(),
            });
        }
        Ok(Self {
            bytes,
            position,
            recorded_at,
            author,
            token,
            change_id,
            body,
            text_count,
            texts,
        })
    }

    /// Returns the place in the organisation's log.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Returns when the server appended it, by its clock.
    pub const fn recorded_at(&self) -> RecordedAt {
        self.recorded_at
    }

    /// Returns who made the change.
    pub const fn author(&self) -> AuthorId {
        self.author
    }

    /// Returns the token it was pushed with.
    pub const fn token(&self) -> TokenId {
        self.token
    }

    /// Returns the change's own id.
    pub const fn change_id(&self) -> ChangeId {
        self.change_id
    }

    /// Returns the change as the client sent it.
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Returns the whole encoded record.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the texts in order.
    pub fn texts(&self) -> Texts<'a> {
        let cursor = Cursor {
            rest: self.texts,
            total: self.bytes.len(),
        };
        Texts {
            cursor,
            next_index: 0,
            count: self.text_count,
        }
    }

    /// Computes the leaf hash of FORMAT.md section 2.
    pub fn leaf_hash(&self) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(LEAF_PREFIX);
        let (without_texts, _) = self.bytes.split_at(self.bytes.len() - self.texts.len());
        hasher.update(without_texts);
        for text in self.texts() {
            hasher.update(text.hash().as_bytes());
        }
        Hash(hasher.finalize().into())
    }

    /// Encodes the record with the hashes of some of its texts in place of the texts; the leaf stays the same.
    ///
    /// Texts are numbered from 0; numbers that the record does not have mean nothing.
    pub fn without_texts(&self, erased: &BTreeSet<u16>) -> Vec<u8> {
        let (before, _) = self.bytes.split_at(self.bytes.len() - self.texts.len());
        let mut bytes = before.to_vec();
        for (number, text) in (0..).zip(self.texts()) {
            let text = if erased.contains(&number) {
                RecordText::Erased { hash: text.hash() }
            } else {
                text.to_text()
            };
            text.encode_into(&mut bytes);
        }
        bytes
    }

    /// Copies the record out.
    pub fn to_record(&self) -> Record {
        Record {
            position: self.position,
            recorded_at: self.recorded_at,
            author: self.author,
            token: self.token,
            change_id: self.change_id,
            body: Bytes::copy_from_slice(self.body),
            texts: self.texts().map(|text| text.to_text()).collect(),
        }
    }
}

impl fmt::Debug for RecordView<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RecordView")
            .field("position", &self.position)
            .field("recorded_at", &self.recorded_at)
            .field("change_id", &self.change_id)
            .field("body_bytes", &self.body.len())
            .field("texts", &self.text_count)
            .finish_non_exhaustive()
    }
}

impl RecordTextView<'_> {
    /// Returns the hash that stands for this text in the leaf.
    pub fn hash(&self) -> Hash {
        match self {
            Self::Present { salt, text } => sha256(&[salt.as_slice(), text.as_bytes()]),
            Self::Erased { hash } => *hash,
        }
    }

    /// Copies the text out.
    pub fn to_text(&self) -> RecordText {
        match *self {
            Self::Present { salt, text } => RecordText::Present {
                salt: *salt,
                text: text.to_owned(),
            },
            Self::Erased { hash } => RecordText::Erased { hash },
        }
    }
}

impl<'a> Iterator for Texts<'a> {
    type Item = RecordTextView<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next_index == self.count {
            return None;
        }
        let text = self
            .cursor
            .text(self.next_index)
            .expect("parsing the record checked its texts");
        self.next_index += 1;
        Some(text)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count - self.next_index;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Texts<'_> {}

/// What is still to be read of a record.
#[derive(Clone, Debug)]
struct Cursor<'a> {
    rest: &'a [u8],
    /// Length of the whole record, for errors.
    total: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(DecodeError::Truncated { found: self.total })?;
        self.rest = rest;
        Ok(taken)
    }

    fn array_ref<const N: usize>(&mut self) -> Result<&'a [u8; N], DecodeError> {
        let (taken, rest) = self
            .rest
            .split_first_chunk()
            .ok_or(DecodeError::Truncated { found: self.total })?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.array_ref().copied()
    }

    fn length(&mut self) -> Result<usize, DecodeError> {
        let length = u32::from_le_bytes(self.array()?);
        Ok(usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn text(&mut self, index: usize) -> Result<RecordTextView<'a>, DecodeError> {
        let [flag] = self.array()?;
        match flag {
            FLAG_PRESENT => {
                let salt = self.array_ref()?;
                let length = within("bytes of text", self.length()?, MAX_TEXT_BYTES)?;
                let text = std::str::from_utf8(self.take(length)?)
                    .map_err(|_| DecodeError::TextUtf8 { index })?;
                Ok(RecordTextView::Present { salt, text })
            }
            FLAG_ERASED => Ok(RecordTextView::Erased {
                hash: Hash(self.array()?),
            }),
            flag => Err(DecodeError::TextFlag { index, flag }),
        }
    }
}

fn within(what: &'static str, found: usize, limit: usize) -> Result<usize, DecodeError> {
    if found > limit {
        return Err(DecodeError::Limit { what, found, limit });
    }
    Ok(found)
}

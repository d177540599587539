//! The record: a change as the server stored it, its bytes and its leaf hash (FORMAT.md sections 1 and 2).
//!
//! There is one parser, [`RecordView::parse`]; an owned [`Record`] is made from a view.

mod view;

use bytes::Bytes;

pub use self::view::{DecodeError, RecordTextView, RecordView, Texts};
use crate::hash::{Hash, sha256};
use crate::id::{AuthorId, ChangeId, Position, RecordedAt, TokenId};

/// Version of the encoding, the first byte of every record.
pub(crate) const RECORD_VERSION: u8 = 1;
/// Largest body, in bytes.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// Largest text, in bytes of UTF-8.
pub const MAX_TEXT_BYTES: usize = 64 * 1024;
/// Most texts in one record.
pub const MAX_TEXTS: usize = 4096;
/// Largest encoded record, in bytes.
pub const MAX_RECORD_BYTES: usize = 1024 * 1024;
/// Length of the salt of a text, in bytes.
pub const SALT_BYTES: usize = 16;

const FLAG_PRESENT: u8 = 0;
const FLAG_ERASED: u8 = 1;
/// Bytes from the version to the body length, both included.
const FIXED_BYTES: usize = 69;
const COUNT_BYTES: usize = 2;
/// Bytes of a present text besides the text itself: flag, salt, length.
const PRESENT_OVERHEAD: usize = 1 + SALT_BYTES + 4;
const ERASED_BYTES: usize = 1 + Hash::BYTES;

/// A change in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Place in the organisation's log, from 1.
    pub position: Position,
    /// When the server appended it, by its clock.
    pub recorded_at: RecordedAt,
    /// Who made it, by the server's credential.
    pub author: AuthorId,
    /// The token it was pushed with.
    pub token: TokenId,
    /// The change's own id, chosen by the client.
    pub change_id: ChangeId,
    /// The change as the client sent it, opaque to the log; at most [`MAX_BODY_BYTES`].
    pub body: Bytes,
    /// The free texts that the body refers to by index; at most [`MAX_TEXTS`].
    pub texts: Vec<RecordText>,
}

/// A free text of a record, hashed apart so that it can be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordText {
    /// The text as it was written.
    Present {
        /// Random bytes that keep a short text from being guessed by its hash.
        salt: [u8; SALT_BYTES],
        /// The text, at most [`MAX_TEXT_BYTES`].
        text: String,
    },
    /// What is left of a text erased by law.
    Erased {
        /// The hash of salt and text, which keeps the record's leaf hash as it was.
        hash: Hash,
    },
}

/// A record that is larger than the format allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitExceeded {
    /// The body is longer than [`MAX_BODY_BYTES`].
    #[error("body of {bytes} bytes is longer than {MAX_BODY_BYTES}")]
    Body {
        /// Its length.
        bytes: usize,
    },
    /// A text is longer than [`MAX_TEXT_BYTES`].
    #[error("text {index} of {bytes} bytes is longer than {MAX_TEXT_BYTES}")]
    Text {
        /// Which text, from 0.
        index: usize,
        /// Its length.
        bytes: usize,
    },
    /// There are more texts than [`MAX_TEXTS`].
    #[error("{count} texts are more than {MAX_TEXTS}")]
    Texts {
        /// How many.
        count: usize,
    },
    /// The whole is longer than [`MAX_RECORD_BYTES`].
    #[error("record of {bytes} bytes is longer than {MAX_RECORD_BYTES}")]
    Record {
        /// The length it would have.
        bytes: usize,
    },
}

impl Record {
    /// Returns how many bytes [`Record::encode`] gives.
    pub fn encoded_len(&self) -> usize {
        let texts: usize = self.texts.iter().map(RecordText::encoded_len).sum();
        FIXED_BYTES + self.body.len() + COUNT_BYTES + texts
    }

    /// Checks the limits of the format.
    ///
    /// # Errors
    ///
    /// The first limit that is exceeded: body, number of texts, a text, the whole.
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
        for (index, text) in self.texts.iter().enumerate() {
            if let RecordText::Present { text, .. } = text
                && text.len() > MAX_TEXT_BYTES
            {
                return Err(LimitExceeded::Text {
                    index,
                    bytes: text.len(),
                });
            }
        }
        let bytes = self.encoded_len();
        if bytes > MAX_RECORD_BYTES {
            return Err(LimitExceeded::Record { bytes });
        }
        Ok(())
    }

    /// Writes the record as FORMAT.md section 1 says.
    ///
    /// # Errors
    ///
    /// The limit that the record exceeds.
    pub fn encode(&self) -> Result<Bytes, LimitExceeded> {
        self.check_limits()?;
        let mut bytes = Vec::with_capacity(self.encoded_len());
        self.encode_into(&mut bytes);
        Ok(bytes.into())
    }

    /// Appends the encoding to `out`; the limits have been checked.
    pub(crate) fn encode_into(&self, out: &mut Vec<u8>) {
        out.push(RECORD_VERSION);
        out.extend_from_slice(&self.position.get().to_le_bytes());
        out.extend_from_slice(&self.recorded_at.as_micros().to_le_bytes());
        out.extend_from_slice(self.author.as_bytes());
        out.extend_from_slice(self.token.as_bytes());
        out.extend_from_slice(self.change_id.as_bytes());
        out.extend_from_slice(&length_u32(self.body.len()).to_le_bytes());
        out.extend_from_slice(&self.body);
        let count = u16::try_from(self.texts.len()).expect("the number of texts is within limits");
        out.extend_from_slice(&count.to_le_bytes());
        for text in &self.texts {
            text.encode_into(out);
        }
    }

    /// Reads a record from exactly these bytes.
    ///
    /// # Errors
    ///
    /// What makes the bytes something else than one record of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        RecordView::parse(bytes).map(|view| view.to_record())
    }
}

impl RecordText {
    /// Returns the hash that stands for this text in the leaf.
    pub fn hash(&self) -> Hash {
        match self {
            Self::Present { salt, text } => sha256(&[salt, text.as_bytes()]),
            Self::Erased { hash } => *hash,
        }
    }

    fn encoded_len(&self) -> usize {
        match self {
            Self::Present { text, .. } => PRESENT_OVERHEAD + text.len(),
            Self::Erased { .. } => ERASED_BYTES,
        }
    }

    fn encode_into(&self, out: &mut Vec<u8>) {
        match self {
            Self::Present { salt, text } => {
                out.push(FLAG_PRESENT);
                out.extend_from_slice(salt);
                out.extend_from_slice(&length_u32(text.len()).to_le_bytes());
                out.extend_from_slice(text.as_bytes());
            }
            Self::Erased { hash } => {
                out.push(FLAG_ERASED);
                out.extend_from_slice(hash.as_bytes());
            }
        }
    }
}

fn length_u32(length: usize) -> u32 {
    u32::try_from(length).expect("lengths are within limits far below 4 GiB")
}

#[cfg(test)]
mod tests;

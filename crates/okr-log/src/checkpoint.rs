//! The signed statement "this log has N changes and this root": a C2SP tlog-checkpoint (FORMAT.md section 3).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::hash::Hash;
use crate::id::Position;
use crate::signing::{KeyId, SigningKey, VerifyingKey};

/// Longest note that is read, in bytes.
pub const MAX_NOTE_BYTES: usize = 16 * 1024;
/// Longest origin, in bytes.
const MAX_ORIGIN_BYTES: usize = 1024;
const SIGNATURE_PREFIX: &str = "\u{2014} ";

/// Names a log in its checkpoints: server and organisation, one line of text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

/// What a checkpoint states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log it speaks of.
    pub origin: Origin,
    /// The newest position: how many changes the log has.
    pub size: Position,
    /// The Merkle root over these changes.
    pub root: Hash,
}

/// A checkpoint with its signature, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint(String);

/// What a note says, whoever signed it: nothing of it is to be believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedCheckpoint {
    /// What it states.
    pub checkpoint: Checkpoint,
    /// The keys that it names as its signers, each as `name+id`.
    pub signers: Vec<String>,
}

/// Why a text is not the checkpoint that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The origin is empty, too long, or holds a control character.
    #[error("origin {0:?} is empty, longer than 1024 bytes, or holds a control character")]
    Origin(String),
    /// The note is longer than [`MAX_NOTE_BYTES`].
    #[error("note of {bytes} bytes is longer than {MAX_NOTE_BYTES}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The text does not have the form of a signed note.
    #[error("malformed note: {0}")]
    Note(&'static str),
    /// The signed text does not have the form of a checkpoint.
    #[error("malformed checkpoint: {0}")]
    Body(&'static str),
    /// No signature is by the expected key.
    #[error("no signature by {key}")]
    NotSigned {
        /// The name of the expected key.
        key: String,
    },
    /// A signature that claims to be by the expected key does not verify.
    #[error("signature by {key} does not verify")]
    BadSignature {
        /// The name of the expected key.
        key: String,
    },
    /// The checkpoint is genuine, but speaks of another log.
    #[error("checkpoint is of {found}, expected {expected}")]
    OtherOrigin {
        /// The log it speaks of.
        found: String,
        /// The log it should speak of.
        expected: String,
    },
}

impl Origin {
    /// Checks an origin.
    ///
    /// # Errors
    ///
    /// `Origin` when it is empty, longer than 1024 bytes, or holds a control character (a line feed is one).
    pub fn new(origin: &str) -> Result<Self, CheckpointError> {
        let long = origin.len() > MAX_ORIGIN_BYTES;
        if origin.is_empty() || long || origin.chars().any(char::is_control) {
            return Err(CheckpointError::Origin(origin.to_owned()));
        }
        Ok(Self(origin.to_owned()))
    }

    /// Returns the line of text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Checkpoint {
    /// Signs the statement.
    pub fn sign(&self, key: &SigningKey) -> SignedCheckpoint {
        let body = self.body();
        let mut signed = key.verifying_key().id().0.to_vec();
        signed.extend_from_slice(&key.sign(body.as_bytes()));
        let (name, signature) = (key.name(), BASE64.encode(signed));
        SignedCheckpoint(format!("{body}\n{SIGNATURE_PREFIX}{name} {signature}\n"))
    }

    fn body(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            BASE64.encode(self.root.as_bytes())
        )
    }

    fn parse(body: &str) -> Result<Self, CheckpointError> {
        // The body is known to end in a line feed, so the part after the last one is empty.
        let mut lines = body.strip_suffix('\n').unwrap_or(body).split('\n');
        let origin = Origin::new(lines.next().unwrap_or_default())?;
        let size = lines.next().ok_or(CheckpointError::Body("no size"))?;
        let root = lines.next().ok_or(CheckpointError::Body("no root"))?;
        if lines.any(str::is_empty) {
            return Err(CheckpointError::Body("empty extension line"));
        }
        let number = size
            .parse()
            .map_err(|_| CheckpointError::Body("size is not a number"))?;
        let size_as_written = Position::new(number);
        if size_as_written.to_string() != size {
            return Err(CheckpointError::Body("size is not in its shortest form"));
        }
        let root = BASE64
            .decode(root)
            .map_err(|_| CheckpointError::Body("root is not base64"))?;
        let root = root
            .try_into()
            .map_err(|_| CheckpointError::Body("root is not 32 bytes"))?;
        Ok(Self {
            origin,
            size: size_as_written,
            root: Hash(root),
        })
    }
}

impl SignedCheckpoint {
    /// Returns the note.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads a note without a key, for saying what it is when it does not verify.
    ///
    /// # Errors
    ///
    /// `TooLong`, `Note`, `Body` and `Origin` for a malformed text.
    pub fn claimed(text: &str) -> Result<ClaimedCheckpoint, CheckpointError> {
        let (body, signatures) = split_note(text)?;
        let signers = signatures.split_terminator('\n').map(|line| {
            let Signature { name, id, .. } = Signature::parse(line)?;
            Ok(format!("{name}+{id}"))
        });
        Ok(ClaimedCheckpoint {
            signers: signers.collect::<Result<_, _>>()?,
            checkpoint: Checkpoint::parse(body)?,
        })
    }

    /// Reads a note, verifies its signature and checks that it speaks of the expected log.
    ///
    /// # Errors
    ///
    /// `TooLong`, `Note` and `Body` for a malformed text, `NotSigned` and `BadSignature` when the key did not sign it,
    /// `OtherOrigin` when it did, but for another log.
    pub fn verify(
        text: &str,
        key: &VerifyingKey,
        expected: &Origin,
    ) -> Result<Checkpoint, CheckpointError> {
        let (body, signatures) = split_note(text)?;
        let mut signed = false;
        for line in signatures.split_terminator('\n') {
            let signature = Signature::parse(line)?;
            if signature.name != key.name().as_str() || signature.id != key.id() {
                continue;
            }
            let key_name = || key.name().to_string();
            let bytes = signature.bytes.as_slice().try_into();
            let bytes = bytes.map_err(|_| CheckpointError::BadSignature { key: key_name() })?;
            if !key.verifies(body.as_bytes(), bytes) {
                return Err(CheckpointError::BadSignature { key: key_name() });
            }
            signed = true;
        }
        if !signed {
            return Err(CheckpointError::NotSigned {
                key: key.name().to_string(),
            });
        }
        let checkpoint = Checkpoint::parse(body)?;
        if checkpoint.origin != *expected {
            let (found, expected) = (checkpoint.origin.0, expected.to_string());
            return Err(CheckpointError::OtherOrigin { found, expected });
        }
        Ok(checkpoint)
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One signature line of a note.
struct Signature<'a> {
    name: &'a str,
    id: KeyId,
    bytes: Vec<u8>,
}

impl<'a> Signature<'a> {
    fn parse(line: &'a str) -> Result<Self, CheckpointError> {
        let malformed = CheckpointError::Note;
        let rest = line.strip_prefix(SIGNATURE_PREFIX).ok_or(malformed(
            "a signature line does not start with a dash and a space",
        ))?;
        let (name, encoded) = rest
            .split_once(' ')
            .ok_or(malformed("a signature line has no signature"))?;
        let bytes = BASE64
            .decode(encoded)
            .map_err(|_| malformed("a signature is not base64"))?;
        let (id, bytes) = bytes
            .split_first_chunk()
            .ok_or(malformed("a signature is shorter than a key id"))?;
        Ok(Self {
            name,
            id: KeyId(*id),
            bytes: bytes.to_vec(),
        })
    }
}

/// Splits a note into the signed text, with its last line feed, and the signature lines.
fn split_note(text: &str) -> Result<(&str, &str), CheckpointError> {
    let malformed = CheckpointError::Note;
    if text.len() > MAX_NOTE_BYTES {
        return Err(CheckpointError::TooLong { bytes: text.len() });
    }
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(malformed("it holds a control character"));
    }
    if !text.ends_with('\n') {
        return Err(malformed("it does not end in a line feed"));
    }
    let blank = text
        .rfind("\n\n")
        .ok_or(malformed("no empty line before the signatures"))?;
    let (body, signatures) = (&text[..=blank], &text[blank + 2..]);
    if signatures.is_empty() {
        return Err(malformed("no signature line"));
    }
    Ok((body, signatures))
}

#[cfg(test)]
mod tests;

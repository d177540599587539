//! Anchors: checkpoints that were kept elsewhere, and the line that two people can compare.
//!
//! A file of anchors holds signed notes and such lines, one after the other, in any order. Empty
//! lines between them and lines that begin with `#` are passed over.

use std::fmt;
use std::str::FromStr;

use okr_core::id::Position;
use okr_log::{CheckpointError, ClaimedCheckpoint, Frontier, Hash, SignedCheckpoint};
use thiserror::Error;

use super::Examination;
use crate::divergence;
use crate::error::ReplicaError;
use crate::integrity::IntegrityError;
use crate::meta;
use crate::pinned::Pinned;
use crate::replica::Replica;

/// What a signature line of a note begins with.
const SIGNATURE: &str = "\u{2014} ";
/// How many bytes of a root a fingerprint shows: nobody finds two histories that agree in 160 bits.
const FINGERPRINT_BYTES: usize = 20;
/// How many hexadecimal digits stand together in it.
const GROUP_DIGITS: usize = 4;

/// The size and the beginning of the root of a history, to be compared by eye or by phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// How many changes.
    pub size: Position,
    root: [u8; FINGERPRINT_BYTES],
}

/// A text is not the fingerprint of a history.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("it is no number of changes with 10 groups of 4 hexadecimal digits")]
pub struct FingerprintError;

impl Fingerprint {
    /// Takes the beginning of a root.
    pub fn new(size: Position, root: &Hash) -> Self {
        let mut short = [0; FINGERPRINT_BYTES];
        short.copy_from_slice(&root.as_bytes()[..FINGERPRINT_BYTES]);
        Self { size, root: short }
    }

    /// Says whether a history of that size with this root has this fingerprint.
    pub fn fits(&self, root: &Hash) -> bool {
        root.as_bytes().starts_with(&self.root)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ", self.size)?;
        for (place, pair) in self.root.chunks(GROUP_DIGITS / 2).enumerate() {
            let hyphen = if place == 0 { "" } else { "-" };
            formatter.write_str(hyphen)?;
            pair.iter()
                .try_for_each(|byte| write!(formatter, "{byte:02x}"))?;
        }
        Ok(())
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let (size, digits) = text.trim().split_once(' ').ok_or(FingerprintError)?;
        let size = size.parse().map_err(|_| FingerprintError)?;
        // People may write what they were told in their own way, but not less of it.
        let digits: String = digits
            .chars()
            .filter(|one| !matches!(one, '-' | ' '))
            .collect();
        if digits.len() != 2 * FINGERPRINT_BYTES
            || !digits.bytes().all(|one| one.is_ascii_hexdigit())
        {
            return Err(FingerprintError);
        }
        let mut root = [0; FINGERPRINT_BYTES];
        for (byte, place) in root.iter_mut().zip((0..digits.len()).step_by(2)) {
            *byte =
                u8::from_str_radix(&digits[place..place + 2], 16).map_err(|_| FingerprintError)?;
        }
        let size = Position::new(size);
        Ok(Self { size, root })
    }
}

/// An anchor as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnchor {
    /// The line that it begins on, from 1.
    pub line: usize,
    /// Its text: a signed note, a fingerprint, or something that is neither.
    pub text: String,
}

/// What an anchor says about the history that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnchorFinding {
    /// What is here goes on from it.
    Fits {
        /// How many changes it is about.
        size: Position,
        /// The key that signed it, as `name+id`; none for a line that nobody signed.
        key: Option<String>,
    },
    /// It is about more changes than are here.
    Beyond {
        /// How many changes it is about.
        size: Position,
    },
    /// It is of another organisation or server, and says nothing about what is here.
    OtherLog {
        /// The log that it speaks of.
        origin: String,
    },
    /// What is here is another history: one of the two was rewritten.
    Rewritten {
        /// How many changes it is about.
        size: Position,
    },
    /// It is signed by another key than the one that was pinned at login.
    OtherKey {
        /// The keys that it names, each as `name+id`.
        signers: Vec<String>,
    },
    /// Its signature does not verify: it was altered.
    Forged,
    /// Nobody signed it.
    Unsigned,
    /// It cannot be read.
    Unreadable(CheckpointError),
    /// Something is wrong with what is here up to that size, so that nothing can be said.
    Undecided {
        /// How many changes it is about.
        size: Position,
    },
}

/// What an anchor of the history that is here would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchored {
    /// The log.
    pub origin: String,
    /// The signed note; none for an earlier size than the newest, which the server signed once but
    /// which is not kept.
    pub note: Option<String>,
    /// How many changes.
    pub size: Position,
    /// The Merkle root over them.
    pub root: Hash,
    /// The key that signed the newest checkpoint, as `name+id`.
    pub key: String,
}

/// Takes a file of anchors apart.
pub fn read_anchors(text: &str) -> Vec<KeptAnchor> {
    let mut anchors: Vec<KeptAnchor> = Vec::new();
    let mut open: Option<KeptAnchor> = None;
    let mut is_signed = false;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let ends = is_signed && !line.starts_with(SIGNATURE);
        if ends {
            anchors.extend(open.take());
            is_signed = false;
        }
        if let Some(anchor) = &mut open {
            anchor.text.push_str(line);
            is_signed |= line.starts_with(SIGNATURE);
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            let anchor = KeptAnchor {
                line: index + 1,
                text: line.to_owned(),
            };
            if anchor.text.parse::<Fingerprint>().is_ok() {
                anchors.push(anchor);
            } else {
                open = Some(anchor);
            }
        }
    }
    anchors.extend(open);
    anchors
}

impl Examination<'_> {
    /// Checks that what is here goes on from an anchor.
    ///
    /// The records must have been checked before; what is wrong with one leaves those anchors
    /// undecided that are about it.
    ///
    /// # Errors
    /// [`IntegrityError::PinnedKey`] and [`IntegrityError::Checkpoint`] when what was pinned cannot be
    /// read.
    pub fn anchor(&self, kept: &KeptAnchor) -> Result<AnchorFinding, IntegrityError> {
        if let Ok(fingerprint) = kept.text.parse::<Fingerprint>() {
            let fits = |root: &Hash| fingerprint.fits(root);
            return Ok(self.at(fingerprint.size, None, fits));
        }
        let Some(remote) = &self.info.remote else {
            // Nothing was ever signed for a workspace without a server.
            return Ok(match SignedCheckpoint::claimed(&kept.text) {
                Ok(claimed) => AnchorFinding::OtherLog {
                    origin: claimed.checkpoint.origin.to_string(),
                },
                Err(error) => unreadable(&kept.text, error),
            });
        };
        let pinned = Pinned::new(remote)?;
        let claimed = match SignedCheckpoint::claimed(&kept.text) {
            Ok(claimed) => claimed,
            Err(error) => return Ok(unreadable(&kept.text, error)),
        };
        if claimed.checkpoint.origin != pinned.origin {
            let origin = claimed.checkpoint.origin.to_string();
            return Ok(AnchorFinding::OtherLog { origin });
        }
        Ok(match pinned.verify(&kept.text) {
            Ok(signed) => self.at(signed.size, Some(signed.key), |root| *root == signed.root),
            Err(error) => not_verified(error, claimed),
        })
    }

    /// Compares the root at a size.
    fn at(
        &self,
        size: Position,
        key: Option<String>,
        fits: impl FnOnce(&Hash) -> bool,
    ) -> AnchorFinding {
        if size > self.info.head {
            return AnchorFinding::Beyond { size };
        }
        if size.get() > self.leaves.len() as u64 {
            return AnchorFinding::Undecided { size };
        }
        if fits(&self.frontier(size).root()) {
            AnchorFinding::Fits { size, key }
        } else {
            AnchorFinding::Rewritten { size }
        }
    }
}

fn unreadable(text: &str, error: CheckpointError) -> AnchorFinding {
    if text.contains(SIGNATURE) {
        AnchorFinding::Unreadable(error)
    } else {
        AnchorFinding::Unsigned
    }
}

fn not_verified(error: CheckpointError, claimed: ClaimedCheckpoint) -> AnchorFinding {
    match error {
        CheckpointError::NotSigned { .. } => AnchorFinding::OtherKey {
            signers: claimed.signers,
        },
        CheckpointError::BadSignature { .. } => AnchorFinding::Forged,
        error => AnchorFinding::Unreadable(error),
    }
}

impl Replica {
    /// Returns the anchor of what is confirmed, or of its first changes; none when nothing is.
    ///
    /// The checkpoint is verified with the pinned key, and an earlier root is computed from hashes
    /// that lead to it. Whether the records are what was hashed is a matter of [`Replica::examine`].
    ///
    /// # Errors
    /// [`ReplicaError::BeyondHead`]; [`ReplicaError::Damaged`] when what is kept does not lead to what
    /// the server signed; the store's failures.
    pub fn anchor(&self, at: Option<Position>) -> Result<Option<Anchored>, ReplicaError> {
        let snapshot = self.snapshot()?;
        let info = meta::info(snapshot.db)?;
        let (Some(remote), Some(note)) = (info.remote, info.checkpoint) else {
            return Ok(None);
        };
        let head = info.head;
        let size = at.unwrap_or(head);
        if size > head {
            let position = size;
            return Err(ReplicaError::BeyondHead { position, head });
        }
        let verified = Pinned::new(&remote).and_then(|pinned| {
            let signed = pinned.verify(&note);
            signed.map_err(IntegrityError::Checkpoint)
        });
        let signed = verified.map_err(ReplicaError::damaged)?;
        let (mut tree, mut root) = (Frontier::new(), None);
        for leaf in divergence::leaves(snapshot.db)? {
            root = root.or_else(|| (tree.size() == size.get()).then(|| tree.root()));
            tree.push(leaf);
        }
        if (Position::new(tree.size()), tree.root()) != (signed.size, signed.root) {
            return Err(ReplicaError::damaged(
                "the changes here are not those that the server signed",
            ));
        }
        Ok(Some(Anchored {
            origin: remote.origin,
            note: (size == head).then_some(note),
            size,
            root: root.unwrap_or_else(|| tree.root()),
            key: signed.key,
        }))
    }
}

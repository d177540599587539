//! The Merkle tree of RFC 6962 (RFC 9162), grown from its right edge.
//!
//! A frontier keeps the roots of the perfect subtrees only, so its size is the logarithm of the log's.

mod inclusion;

use std::ops::Range;

use crate::hash::{Hash, sha256};

pub use inclusion::{InclusionError, InclusionProof, Tree};

/// Tag of the serialised form.
const FRONTIER_VERSION: u8 = 1;
const NODE_PREFIX: &[u8] = &[0x01];
const HEADER_BYTES: usize = 9;
/// Leaves in a tree; far from the end of the range, so that adding one never overflows.
const MAX_SIZE: u64 = 1 << 62;

/// The right edge of a Merkle tree: enough to add leaves and to compute the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Roots of the perfect subtrees, largest first: one for each bit set in `size`.
    subtrees: Vec<Hash>,
}

/// Why bytes are not a frontier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// The bytes were written by a version this program does not know.
    #[error("frontier has version {0}, this program reads version 1")]
    Version(u8),
    /// The stated size is beyond what a log can hold.
    #[error("frontier states an impossible size of {0} leaves")]
    Size(u64),
    /// The length does not belong to the size the bytes state.
    #[error("frontier is {found} bytes long, expected {expected}")]
    Length {
        /// Bytes given.
        found: usize,
        /// Bytes that the stated size asks for.
        expected: usize,
    },
}

impl Frontier {
    /// The root of the empty tree: SHA-256 of nothing.
    pub const EMPTY_ROOT: Hash = Hash([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
        0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
        0xb8, 0x55,
    ]);

    /// Makes the frontier of the empty tree.
    pub const fn new() -> Self {
        Self {
            size: 0,
            subtrees: Vec::new(),
        }
    }

    /// Returns the number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf at the end, given its leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each trailing one bit of the size is a perfect subtree that the new leaf completes to a larger one.
        let completed = self.subtrees.len() - self.size.trailing_ones() as usize;
        for left in self.subtrees.drain(completed..).rev() {
            node = node_hash(left, node);
        }
        self.subtrees.push(node);
        self.size += 1;
    }

    /// Returns the root of the tree; that of the empty tree is [`Frontier::EMPTY_ROOT`].
    pub fn root(&self) -> Hash {
        let from_right = self.subtrees.iter().rev().copied();
        from_right
            .reduce(|right, left| node_hash(left, right))
            .unwrap_or(Self::EMPTY_ROOT)
    }

    /// Returns the first perfect subtree, as the places of its leaves from 0, that differs from the one in a tree of the
    /// same size; none when the trees are equal. Trees of two sizes differ from the first place on.
    pub fn first_difference(&self, other: &Self) -> Option<Range<u64>> {
        if self.size != other.size {
            return Some(0..self.size);
        }
        let mut first = 0;
        for (bit, (ours, theirs)) in bits(self.size).zip(self.subtrees.iter().zip(&other.subtrees))
        {
            if ours != theirs {
                return Some(first..first + bit);
            }
            first += bit;
        }
        None
    }

    /// Writes the frontier as FORMAT.md section 4 says.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + Hash::BYTES * self.subtrees.len());
        bytes.push(FRONTIER_VERSION);
        bytes.extend_from_slice(&self.size.to_le_bytes());
        for subtree in &self.subtrees {
            bytes.extend_from_slice(subtree.as_bytes());
        }
        bytes
    }

    /// Reads a frontier back.
    ///
    /// # Errors
    ///
    /// `Version` for another format, `Size` for a size no log reaches, `Length` when the bytes are too few or too many.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        if let Some(version) = bytes
            .first()
            .filter(|version| **version != FRONTIER_VERSION)
        {
            return Err(FrontierError::Version(*version));
        }
        let size = bytes
            .get(1..HEADER_BYTES)
            .and_then(|field| field.try_into().ok());
        let Some(size) = size.map(u64::from_le_bytes) else {
            return Err(FrontierError::Length {
                found: bytes.len(),
                expected: HEADER_BYTES,
            });
        };
        if size > MAX_SIZE {
            return Err(FrontierError::Size(size));
        }
        let expected = HEADER_BYTES + Hash::BYTES * size.count_ones() as usize;
        if bytes.len() != expected {
            return Err(FrontierError::Length {
                found: bytes.len(),
                expected,
            });
        }
        let (subtrees, _) = bytes[HEADER_BYTES..].as_chunks::<{ Hash::BYTES }>();
        Ok(Self {
            size,
            subtrees: subtrees.iter().map(|subtree| Hash(*subtree)).collect(),
        })
    }
}

/// Returns the powers of two that add up to a number, largest first.
fn bits(number: u64) -> impl Iterator<Item = u64> {
    let powers = (0..u64::BITS).rev().map(|bit| 1 << bit);
    powers.filter(move |power| number & power != 0)
}

fn node_hash(left: Hash, right: Hash) -> Hash {
    sha256(&[NODE_PREFIX, left.as_bytes(), right.as_bytes()])
}

#[cfg(test)]
mod tests;

//! Inclusion proofs: that one leaf stands at its place in a tree whose root is known (RFC 6962 section 2.1.1).
//!
//! A proof of consistency is not here: whoever has all leaves up to the smaller size computes its root.

use super::{Frontier, node_hash};
use crate::hash::Hash;

/// All nodes of a tree, to make proofs from: some 64 bytes for each leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The leaves, then the nodes over each two of them, and so on up to the root. A last node without a neighbour
    /// stands on the next level as it is.
    levels: Vec<Vec<Hash>>,
}

/// What shows that a leaf is in a tree: the roots of the subtrees beside its way up, lowest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// The place of the leaf, from 0.
    pub index: u64,
    /// How many leaves the tree has.
    pub size: u64,
    /// The hashes beside the way.
    pub path: Vec<Hash>,
}

/// Why a proof cannot be one, whatever the leaf is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InclusionError {
    /// There is no such place in the tree.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    Outside {
        /// The place, from 0.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The way from that place to the root has another length.
    #[error("the path has {found} hashes, {expected} lead from that leaf to the root")]
    Length {
        /// Hashes given.
        found: usize,
        /// Hashes that place and size ask for.
        expected: usize,
    },
}

impl Tree {
    /// Makes the tree over leaf hashes.
    pub fn new(leaves: Vec<Hash>) -> Self {
        let mut levels = vec![leaves];
        while let Some(level) = levels.last().filter(|level| level.len() > 1) {
            let pairs = level.chunks(2);
            let next = pairs.map(|pair| match pair {
                [left, right] => node_hash(*left, *right),
                lone => lone[0],
            });
            let next = next.collect();
            levels.push(next);
        }
        Self { levels }
    }

    /// Returns the number of leaves.
    pub fn size(&self) -> u64 {
        self.levels[0].len() as u64
    }

    /// Returns the root.
    pub fn root(&self) -> Hash {
        let top = self.levels.last().and_then(|level| level.first());
        top.copied().unwrap_or(Frontier::EMPTY_ROOT)
    }

    /// Makes the proof for the leaf at a place, from 0; none beyond the last one.
    pub fn prove(&self, index: u64) -> Option<InclusionProof> {
        if index >= self.size() {
            return None;
        }
        let mut place = usize::try_from(index).ok()?;
        let mut path = Vec::new();
        for level in &self.levels {
            path.extend(level.get(place ^ 1));
            place /= 2;
        }
        Some(InclusionProof {
            index,
            size: self.size(),
            path,
        })
    }
}

impl InclusionProof {
    /// Returns the root of the tree in which a leaf stands at this place. Whoever trusts another root compares.
    ///
    /// # Errors
    ///
    /// `Outside` and `Length` when no tree of this size has such a path.
    pub fn root(&self, leaf: Hash) -> Result<Hash, InclusionError> {
        let Self { index, size, .. } = *self;
        if index >= size {
            return Err(InclusionError::Outside { index, size });
        }
        let (mut place, mut last) = (index, size - 1);
        let mut beside = self.path.iter();
        let mut node = leaf;
        while last > 0 {
            let is_right = place % 2 == 1;
            if is_right || place < last {
                let Some(hash) = beside.next() else {
                    return Err(self.other_length());
                };
                node = if is_right {
                    node_hash(*hash, node)
                } else {
                    node_hash(node, *hash)
                };
            }
            place /= 2;
            last /= 2;
        }
        if beside.next().is_some() {
            return Err(self.other_length());
        }
        Ok(node)
    }

    fn other_length(&self) -> InclusionError {
        let (mut place, mut last, mut expected) = (self.index, self.size - 1, 0);
        while last > 0 {
            expected += usize::from(place % 2 == 1 || place < last);
            place /= 2;
            last /= 2;
        }
        InclusionError::Length {
            found: self.path.len(),
            expected,
        }
    }
}

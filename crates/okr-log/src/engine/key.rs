//! Keys of blocks and their parts in the store; byte order is the order of positions.

use crate::engine::block::Block;
use crate::id::{LogId, Position};

/// Where a block lies: its organisation and the position of its first record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BlockKey {
    pub(crate) organisation: LogId,
    pub(crate) first: Position,
}

impl BlockKey {
    pub(crate) const BYTES: usize = 24;
    pub(crate) const PART_BYTES: usize = Self::BYTES + 2;

    pub(crate) const fn new(organisation: LogId, first: Position) -> Self {
        Self {
            organisation,
            first,
        }
    }

    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..16].copy_from_slice(self.organisation.as_bytes());
        bytes[16..].copy_from_slice(&self.first.get().to_be_bytes());
        bytes
    }

    /// Reads a key; `None` when these are not the bytes of one.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (organisation, rest) = bytes.split_first_chunk()?;
        let first = Position::new(u64::from_be_bytes(rest.try_into().ok()?));
        (first != Position::ZERO).then_some(Self {
            organisation: LogId(*organisation),
            first,
        })
    }

    /// Returns the position of the last record of the block that lies here.
    pub(crate) fn last(self, block: &Block) -> Position {
        let more = block.count().saturating_sub(1) as u64;
        Position::new(self.first.get().saturating_add(more))
    }

    /// Returns the key of one part of a block that is too large for one value.
    pub(crate) fn part(self, number: u16) -> [u8; Self::PART_BYTES] {
        let mut bytes = [0; Self::PART_BYTES];
        bytes[..Self::BYTES].copy_from_slice(&self.to_bytes());
        bytes[Self::BYTES..].copy_from_slice(&number.to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn byte_order_is_position_order(
            organisations in any::<[[u8; 16]; 2]>(),
            positions in (1_u64.., 1_u64..),
        ) {
            let one = BlockKey::new(LogId(organisations[0]), Position::new(positions.0));
            let other = BlockKey::new(LogId(organisations[1]), Position::new(positions.1));
            prop_assert_eq!(one.to_bytes().cmp(&other.to_bytes()), one.cmp(&other));
            prop_assert_eq!(BlockKey::from_bytes(&one.to_bytes()), Some(one));
        }

        #[test]
        fn foreign_keys_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Some(key) = BlockKey::from_bytes(&bytes) {
                prop_assert_eq!(key.to_bytes().to_vec(), bytes);
            }
        }
    }
}

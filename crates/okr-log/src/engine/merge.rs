//! Many small blocks become few large ones on their way from the journal into the store.
//!
//! A value of the store costs much more than its bytes: memory for as long as the log is open, a walk down a tree, a message
//! in its own log. So what was appended a record at a time should not stay so.

use crate::engine::block::{BLOCK_BYTES, Block, BlockBuilder, MAX_VALUE_BYTES};
use crate::engine::key::BlockKey;
use crate::id::LogId;

/// Most bytes of blocks that are flushed and synced together.
const PORTION_BYTES: usize = 1024 * 1024;
/// Most bytes of pages that a portion may make the store write anew.
///
/// With the blocks themselves that stays within a segment of the store (8 MiB). Its own flush does not reach the device, ours
/// follows it, and only so long as one flush does not go round a whole segment is nothing reused before it is safe.
const PORTION_PAGE_BYTES: usize = 4 * 1024 * 1024;
/// A page of the store at its largest: it is split when it holds more than 16 values.
const PAGE_BYTES: usize = 17 * MAX_VALUE_BYTES;

/// Blocks that the store makes durable together.
#[derive(Debug, Default)]
pub(crate) struct Portion {
    pub(crate) blocks: Vec<(BlockKey, Block)>,
    bytes: usize,
    page_bytes: usize,
    /// The organisation of the last block, and whether one of its blocks here is in parts, which lie in pages of their own.
    last: Option<(LogId, bool)>,
}

/// Joins neighbours of blocks in order of their keys, and parts them into what the store takes at a time.
pub(crate) fn portions(blocks: impl IntoIterator<Item = (BlockKey, Block)>) -> Vec<Portion> {
    let mut portions = vec![Portion::default()];
    for (key, block) in joined(blocks) {
        if !portions
            .last()
            .is_some_and(|last| last.has_room(key, &block))
        {
            portions.push(Portion::default());
        }
        if let Some(last) = portions.last_mut() {
            last.push(key, block);
        }
    }
    portions.retain(|portion| !portion.blocks.is_empty());
    portions
}

/// Joins blocks that follow each other for as long as the one is not too long.
fn joined(blocks: impl IntoIterator<Item = (BlockKey, Block)>) -> Vec<(BlockKey, Block)> {
    let mut joined = Vec::new();
    let mut run = Run::default();
    for (key, block) in blocks {
        if !run.takes(key, &block) {
            joined.extend(run.finish());
        }
        run.push(key, block);
    }
    joined.extend(run.finish());
    joined
}

/// Blocks that become one.
#[derive(Default)]
struct Run {
    blocks: Vec<(BlockKey, Block)>,
    /// How long the one will be.
    bytes: usize,
}

impl Run {
    fn takes(&self, key: BlockKey, block: &Block) -> bool {
        let follows = |(last, before): &(BlockKey, Block)| {
            last.organisation == key.organisation && last.last(before).next() == key.first
        };
        let more = block.bytes().len() - BlockBuilder::EMPTY_BYTES;
        self.blocks.last().is_some_and(follows) && self.bytes + more <= BLOCK_BYTES
    }

    fn push(&mut self, key: BlockKey, block: Block) {
        self.bytes += block.bytes().len();
        if !self.blocks.is_empty() {
            self.bytes -= BlockBuilder::EMPTY_BYTES;
        }
        self.blocks.push((key, block));
    }

    /// Returns the one, and starts over.
    fn finish(&mut self) -> Option<(BlockKey, Block)> {
        self.bytes = 0;
        let mut blocks = std::mem::take(&mut self.blocks);
        if blocks.len() < 2 {
            return blocks.pop();
        }
        let mut builder = BlockBuilder::default();
        for record in blocks.iter().flat_map(|(_, block)| block.slices()) {
            builder.push(|out| out.extend_from_slice(record));
        }
        let (key, _) = blocks.swap_remove(0);
        Some((key, Block::of(&mut builder, key)))
    }
}

impl Portion {
    fn has_room(&self, key: BlockKey, block: &Block) -> bool {
        let bytes = self.bytes + block.bytes().len();
        let page_bytes = self.page_bytes + self.more_page_bytes(key, block);
        self.blocks.is_empty() || bytes <= PORTION_BYTES && page_bytes <= PORTION_PAGE_BYTES
    }

    /// Returns how many more bytes of pages a block may concern: those at the end of the log of its organisation.
    fn more_page_bytes(&self, key: BlockKey, block: &Block) -> usize {
        let in_parts = block.bytes().len() > MAX_VALUE_BYTES;
        match self.last {
            Some((last, has_parts)) if last == key.organisation => {
                if in_parts && !has_parts {
                    PAGE_BYTES
                } else {
                    0
                }
            }
            Some(_) | None if in_parts => 2 * PAGE_BYTES,
            Some(_) | None => PAGE_BYTES,
        }
    }

    fn push(&mut self, key: BlockKey, block: Block) {
        self.page_bytes += self.more_page_bytes(key, &block);
        self.bytes += block.bytes().len();
        let has_parts = matches!(self.last, Some((last, true)) if last == key.organisation);
        let in_parts = block.bytes().len() > MAX_VALUE_BYTES;
        self.last = Some((key.organisation, has_parts || in_parts));
        self.blocks.push((key, block));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests::support::{ACME, UMBRELLA, record_of};
    use crate::id::Position;

    fn block(organisation: LogId, first: u64, count: u64, body_bytes: usize) -> (BlockKey, Block) {
        let key = BlockKey::new(organisation, Position::new(first));
        let mut builder = BlockBuilder::default();
        for position in first..first + count {
            builder.push(|out| record_of(position, body_bytes).encode_into(out));
        }
        (key, Block::of(&mut builder, key))
    }

    fn singles(organisation: LogId, positions: std::ops::RangeInclusive<u64>) -> Blocks {
        positions
            .map(|position| block(organisation, position, 1, 100))
            .collect()
    }

    type Blocks = Vec<(BlockKey, Block)>;

    /// Returns organisation, first position and number of records of each block.
    fn shape(blocks: &Blocks) -> Vec<(LogId, u64, usize)> {
        blocks
            .iter()
            .map(|(key, block)| (key.organisation, key.first.get(), block.count()))
            .collect()
    }

    fn records(blocks: &Blocks) -> Vec<Vec<u8>> {
        blocks
            .iter()
            .flat_map(|(_, block)| block.slices().map(<[u8]>::to_vec))
            .collect()
    }

    #[test]
    fn neighbours_become_one_and_say_the_same() {
        let mut blocks = singles(ACME, 5..=9);
        blocks.extend(singles(UMBRELLA, 10..=11));
        // Position 12 is not here: it is in the store.
        blocks.extend(singles(UMBRELLA, 13..=13));
        let one = joined(blocks.clone());
        assert_eq!(
            shape(&one),
            [(ACME, 5, 5), (UMBRELLA, 10, 2), (UMBRELLA, 13, 1)]
        );
        assert_eq!(records(&one), records(&blocks));
        for (key, block) in &one {
            Block::parse(*key, block.bytes().clone()).unwrap();
        }
    }

    #[test]
    fn a_block_has_a_longest_length_unless_one_record_is_longer() {
        let mut blocks = singles(ACME, 1..=500);
        blocks.push(block(ACME, 501, 1, 100_000));
        blocks.extend(singles(ACME, 502..=503));
        let few = joined(blocks.clone());
        assert_eq!(records(&few), records(&blocks));
        assert!(few.len() < 20, "{}", few.len());
        let (large, small): (Blocks, Blocks) = few
            .into_iter()
            .partition(|(_, block)| block.bytes().len() > MAX_VALUE_BYTES);
        assert_eq!(shape(&large), [(ACME, 501, 1)]);
        let is_short = |(_, block): &(BlockKey, Block)| block.bytes().len() <= BLOCK_BYTES;
        assert!(small.iter().all(is_short));
        let full = small.iter().filter(|(key, block)| {
            let shortest = singles(ACME, 1..=1)[0].1.bytes().len();
            key.first.get() < 400 && block.bytes().len() + shortest < BLOCK_BYTES
        });
        assert_eq!(full.count(), 0, "every block is filled");
    }

    #[test]
    fn a_portion_is_bounded_in_bytes() {
        let blocks: Vec<_> = (1..=20)
            .map(|position| block(ACME, position, 1, 200_000))
            .collect();
        let portions = portions(blocks.clone());
        assert!(portions.len() >= 4);
        assert!(
            portions
                .iter()
                .all(|portion| portion.bytes <= PORTION_BYTES)
        );
        let all: Blocks = portions.into_iter().flat_map(|it| it.blocks).collect();
        assert_eq!(shape(&all), shape(&blocks));
    }

    /// Otherwise the store might write more than a segment between two of our syncs.
    #[test]
    fn a_portion_concerns_few_organisations() {
        let blocks = (0..40).flat_map(|number| {
            let organisation = LogId([number; 16]);
            [
                block(organisation, 1, 1, 10),
                block(organisation, 2, 1, 20_000),
            ]
        });
        let portions = portions(blocks);
        assert!(portions.len() >= 5, "{}", portions.len());
        for portion in &portions {
            assert!(portion.page_bytes <= PORTION_PAGE_BYTES);
        }
        let count: usize = portions.iter().map(|portion| portion.blocks.len()).sum();
        assert_eq!(count, 80);
        assert!(super::portions([]).is_empty());
    }
}

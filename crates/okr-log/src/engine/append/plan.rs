//! Encoding and hashing accepted batches into blocks, and blocks into groups that become durable together.

use std::num::NonZeroU64;

use bytes::Bytes;

use crate::engine::Head;
use crate::engine::append::Batch;
use crate::engine::block::{BLOCK_BYTES, Block, BlockBuilder};
use crate::engine::key::BlockKey;
use crate::engine::waypoint::Waypoints;
use crate::engine::witness::Testimony;
use crate::hash::Hash;
use crate::id::{ChangeId, LogId, Position};
use crate::merkle::Frontier;
use crate::record::{Record, RecordView};

/// Most bytes of blocks in a group.
const GROUP_BYTES: usize = 1024 * 1024;

/// The groups of one call, in order.
pub(super) struct Plan {
    pub(super) groups: Vec<Group>,
    waypoints: Waypoints,
}

/// Blocks that become durable together.
#[derive(Default)]
pub(super) struct Group {
    pub(super) blocks: Vec<(BlockKey, Block)>,
    bytes: usize,
    pub(super) ends: Vec<End>,
}

/// New records of an organisation in a group, and the end of its log after them.
pub(crate) struct End {
    pub(crate) organisation: LogId,
    pub(crate) head: Head,
    pub(crate) changes: Vec<(ChangeId, Position)>,
    /// The roots to be remembered, in order.
    pub(crate) waypoints: Vec<Hash>,
    /// The records as they are stored.
    pub(crate) records: Vec<Bytes>,
}

/// An accepted batch: in which groups it lies, and the end of its log after it.
pub(super) struct Placement {
    pub(super) first_group: usize,
    pub(super) last_group: usize,
    pub(super) head: Head,
}

impl Plan {
    /// Makes an empty plan that notes the root after so many records each.
    pub(super) const fn new(waypoints_every: NonZeroU64) -> Self {
        Self {
            groups: Vec::new(),
            waypoints: Waypoints::new(waypoints_every),
        }
    }

    /// Encodes and hashes the records of an accepted batch.
    ///
    /// What fits into one group is not spread over two, so that a crash leaves all of it or nothing.
    pub(super) fn add(&mut self, batch: &Batch, frontier: &mut Frontier) -> Placement {
        let sizes = || {
            batch
                .records
                .iter()
                .map(|it| BlockBuilder::bytes_with(it.encoded_len()))
        };
        self.make_room(sizes().sum());
        let mut first_group = None;
        let mut rest = batch.records.as_slice();
        while !rest.is_empty() {
            let (taken, later) = rest.split_at(block_records(rest));
            let group = self.add_block(batch.organisation, taken, frontier);
            first_group.get_or_insert(group);
            rest = later;
        }
        let last_group = self.groups.len().saturating_sub(1);
        let last = batch.records.last();
        let head = last.map_or(Head::EMPTY, |last| head_after(last, frontier));
        Placement {
            first_group: first_group.unwrap_or(last_group),
            last_group,
            head,
        }
    }

    /// Starts a new group unless the last one has room.
    fn make_room(&mut self, bytes: usize) {
        let full = |group: &Group| !group.blocks.is_empty() && group.bytes + bytes > GROUP_BYTES;
        if self.groups.last().is_none_or(full) {
            self.groups.push(Group::default());
        }
    }

    fn add_block(
        &mut self,
        organisation: LogId,
        records: &[Record],
        frontier: &mut Frontier,
    ) -> usize {
        let first = frontier.size() + 1;
        let key = BlockKey::new(organisation, Position::new(first));
        let mut builder = BlockBuilder::default();
        for record in records {
            let bytes = builder.push(|out| record.encode_into(out));
            let view = RecordView::parse(bytes).expect("a record within limits encodes to one");
            frontier.push(view.leaf_hash());
            self.waypoints.pass(frontier);
        }
        let block = Block::of(&mut builder, key);
        let encoded = block.records().collect();
        let bytes = block.bytes().len();
        self.make_room(bytes);
        let number = self.groups.len() - 1;
        let group = &mut self.groups[number];
        group.bytes += bytes;
        group.extend(organisation, records, frontier);
        group.note(organisation, &self.waypoints.take(), encoded);
        group.blocks.push((key, block));
        number
    }
}

impl Group {
    fn extend(&mut self, organisation: LogId, records: &[Record], frontier: &Frontier) {
        let Some(last) = records.last() else { return };
        let head = head_after(last, frontier);
        let changes = records
            .iter()
            .map(|record| (record.change_id, record.position));
        let end = self
            .ends
            .iter_mut()
            .find(|end| end.organisation == organisation);
        if let Some(end) = end {
            end.head = head;
            end.changes.extend(changes);
        } else {
            let changes = changes.collect();
            self.ends.push(End {
                organisation,
                head,
                changes,
                waypoints: Vec::new(),
                records: Vec::new(),
            });
        }
    }

    /// Adds roots to be remembered, and encoded records, to the end of an organisation's log.
    fn note(&mut self, organisation: LogId, waypoints: &[Hash], records: Vec<Bytes>) {
        let end = self
            .ends
            .iter_mut()
            .find(|end| end.organisation == organisation);
        if let Some(end) = end {
            end.waypoints.extend_from_slice(waypoints);
            end.records.extend(records);
        }
    }
}

impl End {
    /// Returns what the witness is to say.
    pub(super) fn testimony(&self) -> (LogId, Testimony) {
        let Head { position, root, .. } = self.head;
        (self.organisation, Testimony { position, root })
    }
}

/// Returns how many records go into the next block: as many as fit, at least one.
fn block_records(records: &[Record]) -> usize {
    let mut bytes = BlockBuilder::EMPTY_BYTES;
    let fits = |record: &&Record| {
        bytes += BlockBuilder::record_bytes(record.encoded_len());
        bytes <= BLOCK_BYTES
    };
    records.iter().take_while(fits).count().max(1)
}

fn head_after(last: &Record, frontier: &Frontier) -> Head {
    Head {
        position: last.position,
        root: frontier.root(),
        recorded_at: last.recorded_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests::support::{ACME, UMBRELLA, batch, record, record_of, records};

    fn plan_of(batches: &[Batch]) -> (Plan, Vec<(usize, usize)>) {
        let mut plan = Plan::new(NonZeroU64::MAX);
        let placements = batches
            .iter()
            .map(|batch| plan.add(batch, &mut Frontier::new()))
            .map(|placement| (placement.first_group, placement.last_group))
            .collect();
        (plan, placements)
    }

    fn large(count: u64, body_bytes: usize) -> Vec<Record> {
        (1..=count)
            .map(|position| record_of(position, body_bytes))
            .collect()
    }

    #[test]
    fn batches_share_a_group_and_its_blocks_are_small() {
        let (plan, placements) = plan_of(&[
            batch(ACME, 0, records(1..=200)),
            batch(UMBRELLA, 0, vec![record(1)]),
        ]);
        assert_eq!(placements, [(0, 0), (0, 0)]);
        let group = &plan.groups[0];
        assert!(group.blocks.len() > 2);
        assert!(
            group
                .blocks
                .iter()
                .all(|(_, block)| block.bytes().len() <= BLOCK_BYTES)
        );
        assert_eq!(group.ends.len(), 2);
    }

    #[test]
    fn a_batch_that_fits_into_a_group_is_in_one() {
        let (plan, placements) = plan_of(&[
            batch(ACME, 0, large(4, 200_000)),
            batch(UMBRELLA, 0, large(100, 7_000)),
            batch(ACME, 0, large(9, 200_000)),
        ]);
        assert_eq!(placements, [(0, 0), (1, 1), (2, 3)]);
        assert!(plan.groups.iter().all(|group| group.bytes <= GROUP_BYTES));
    }

    #[test]
    fn the_largest_record_is_a_group_of_its_own() {
        let mut huge = record_of(1, 250_000);
        huge.texts = vec![huge.texts[0].clone(); 1];
        huge.texts
            .extend((0..12).map(|_| crate::record::RecordText::Present {
                salt: [0; 16],
                text: "x".repeat(65_000),
            }));
        let (plan, placements) = plan_of(&[
            batch(ACME, 0, vec![huge.clone()]),
            batch(UMBRELLA, 0, vec![huge]),
        ]);
        assert_eq!(placements, [(0, 0), (1, 1)]);
        assert!(plan.groups.iter().all(|group| group.blocks.len() == 1));
    }
}

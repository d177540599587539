//! Encoding and hashing accepted batches into blocks, and blocks into groups that become durable together.

use crate::engine::Head;
use crate::engine::append::Batch;
use crate::engine::block::BlockBuilder;
use crate::engine::key::BlockKey;
use crate::engine::witness::Testimony;
use crate::id::{ChangeId, LogId, Position};
use crate::merkle::Frontier;
use crate::record::{Record, RecordView};

/// Longest block of more than one record, in bytes. The store fetches up to 17 blocks together, and keeps them in memory,
/// for a single record that is read; larger blocks made neither appending nor scanning faster.
const BLOCK_BYTES: usize = 16 * 1024;
/// Most bytes of blocks made durable at once: far below a segment of the store, whose reuse relies on it.
const GROUP_BYTES: usize = 1024 * 1024;

/// The groups of one call, in order.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) groups: Vec<Group>,
}

/// Blocks that become durable together.
#[derive(Default)]
pub(super) struct Group {
    pub(super) blocks: Vec<(BlockKey, Vec<u8>)>,
    bytes: usize,
    pub(super) ends: Vec<End>,
}

/// New records of an organisation in a group, and the end of its log after them.
pub(super) struct End {
    pub(super) organisation: LogId,
    pub(super) head: Head,
    pub(super) changes: Vec<(ChangeId, Position)>,
}

/// An accepted batch: in which groups it lies, and the end of its log after it.
pub(super) struct Placement {
    pub(super) first_group: usize,
    pub(super) last_group: usize,
    pub(super) head: Head,
}

impl Plan {
    /// Encodes and hashes the records of an accepted batch.
    pub(super) fn add(&mut self, batch: &Batch, frontier: &mut Frontier) -> Placement {
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
        }
        let block = builder.finish(key);
        if self
            .groups
            .last()
            .is_none_or(|group| group.bytes + block.len() > GROUP_BYTES)
        {
            self.groups.push(Group::default());
        }
        let number = self.groups.len() - 1;
        let group = &mut self.groups[number];
        group.bytes += block.len();
        group.blocks.push((key, block));
        group.extend(organisation, records, frontier);
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
        match end {
            Some(end) => {
                end.head = head;
                end.changes.extend(changes);
            }
            None => self.ends.push(End {
                organisation,
                head,
                changes: changes.collect(),
            }),
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

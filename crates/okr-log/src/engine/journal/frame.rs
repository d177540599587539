//! What a journal holds, byte for byte: frames, each with the blocks of a group, and marks.

use bytes::Bytes;
use crc32c::{crc32c, crc32c_append};

use super::PAGE_BYTES;
use crate::engine::block::{Block, BlockError};
use crate::engine::key::BlockKey;

const FRAME_MAGIC: &[u8; 4] = b"OKRF";
const FRAME_HEADER: usize = 20;
/// What stands before each block: its key and its length.
const BLOCK_HEADER: usize = BlockKey::BYTES + 4;

/// A frame whose checksum is right.
pub(super) struct Frame {
    /// Frames are numbered from 1.
    pub(super) number: u64,
    payload: Bytes,
}

/// Up to which frame everything is in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Marks are numbered from 1.
    pub(super) number: u64,
    /// The number of the last frame that is in the store; 0 for none.
    pub(super) settled: u64,
}

/// Returns how many bytes of a journal a frame of these blocks takes.
pub(super) fn frame_bytes(blocks: &[(BlockKey, Block)]) -> usize {
    let payload: usize = blocks
        .iter()
        .map(|(_, block)| BLOCK_HEADER + block.bytes().len())
        .sum();
    in_pages(FRAME_HEADER + payload)
}

const fn in_pages(bytes: usize) -> usize {
    bytes.next_multiple_of(PAGE_BYTES)
}

impl Frame {
    /// Writes a frame into the pages it takes, with zeros up to the end of the last one.
    pub(super) fn encode_into(
        pages: &mut [u8],
        (log, number): ([u8; 16], u64),
        blocks: &[(BlockKey, Block)],
    ) {
        let mut end = FRAME_HEADER;
        let mut put = |bytes: &[u8]| {
            pages[end..end + bytes.len()].copy_from_slice(bytes);
            end += bytes.len();
        };
        for (key, block) in blocks {
            let block = block.bytes();
            let length = u32::try_from(block.len()).expect("a block is little more than 1 MiB");
            put(&key.to_bytes());
            put(&length.to_le_bytes());
            put(block);
        }
        let (frame, rest) = pages.split_at_mut(end);
        rest.fill(0);
        let payload = u32::try_from(end - FRAME_HEADER).expect("a group is about 1 MiB");
        frame[..4].copy_from_slice(FRAME_MAGIC);
        frame[4..8].copy_from_slice(&payload.to_le_bytes());
        frame[8..16].copy_from_slice(&number.to_le_bytes());
        let crc = frame_crc(log, frame);
        frame[16..FRAME_HEADER].copy_from_slice(&crc.to_le_bytes());
    }

    /// Reads the frame that starts here, whatever comes after it; `None` when there is none that is whole.
    pub(super) fn parse(mut bytes: Bytes, log: [u8; 16]) -> Option<Self> {
        let header: &[u8; FRAME_HEADER] = bytes.first_chunk()?;
        let (fields, _) = header.as_chunks::<4>();
        let [magic, length, low, high, crc] = *fields else {
            return None;
        };
        let payload = usize::try_from(u32::from_le_bytes(length)).ok()?;
        let end = FRAME_HEADER.checked_add(payload)?;
        if magic != *FRAME_MAGIC || end > bytes.len() {
            return None;
        }
        bytes.truncate(end);
        let right = frame_crc(log, &bytes) == u32::from_le_bytes(crc);
        let number = u64::from(u32::from_le_bytes(low)) | u64::from(u32::from_le_bytes(high)) << 32;
        right.then(|| Self {
            number,
            payload: bytes.split_off(FRAME_HEADER),
        })
    }

    /// Returns how many bytes of the journal it takes.
    pub(super) const fn bytes(&self) -> usize {
        in_pages(FRAME_HEADER + self.payload.len())
    }

    /// Returns the blocks in it, verified.
    pub(super) fn blocks(self) -> Result<Vec<(BlockKey, Block)>, BlockError> {
        let mut rest = self.payload;
        let mut blocks = Vec::new();
        while !rest.is_empty() {
            let short = BlockError::Short { bytes: rest.len() };
            let (header, _) = rest.split_first_chunk::<BLOCK_HEADER>().ok_or(short)?;
            let (key, length) = header.split_at(BlockKey::BYTES);
            let key = BlockKey::from_bytes(key).ok_or(BlockError::Checksum)?;
            let length = u32::from_le_bytes(length.try_into().unwrap_or([0xff; 4]));
            let end = BLOCK_HEADER.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
            if end > rest.len() {
                return Err(short);
            }
            let mut block = rest.split_to(end);
            blocks.push((key, Block::parse(key, block.split_off(BLOCK_HEADER))?));
        }
        Ok(blocks)
    }
}

/// The checksum of a frame: over the log, so that a frame of another one does not count, and all but magic and checksum.
fn frame_crc(log: [u8; 16], frame: &[u8]) -> u32 {
    let crc = crc32c_append(crc32c(&log), &frame[4..16]);
    crc32c_append(crc, &frame[FRAME_HEADER..])
}

impl Mark {
    pub(super) const BYTES: usize = 20;
    /// The mark of a new journal.
    pub(super) const FIRST: Self = Self {
        number: 1,
        settled: 0,
    };

    pub(super) const fn next(self, settled: u64) -> Self {
        Self {
            number: self.number + 1,
            settled,
        }
    }

    pub(super) fn to_bytes(self, log: [u8; 16]) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&self.number.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.settled.to_le_bytes());
        let crc = crc32c_append(crc32c(&log), &bytes[..16]);
        bytes[16..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a mark; `None` when it is torn, or there never was one.
    pub(super) fn parse(bytes: &[u8], log: [u8; 16]) -> Option<Self> {
        let bytes: &[u8; Self::BYTES] = bytes.first_chunk()?;
        let (numbers, _) = bytes.as_chunks::<8>();
        let mark = Self {
            number: u64::from_le_bytes(numbers[0]),
            settled: u64::from_le_bytes(numbers[1]),
        };
        (mark.to_bytes(log) == *bytes && mark.number > 0).then_some(mark)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::block::BlockBuilder;
    use crate::engine::tests::support::{ACME, record_of};
    use crate::id::Position;

    const LOG: [u8; 16] = [7; 16];

    fn block(first: u64, bodies: &[usize]) -> (BlockKey, Block) {
        let key = BlockKey::new(ACME, Position::new(first));
        let mut builder = BlockBuilder::default();
        for (position, body) in (first..).zip(bodies) {
            builder.push(|out| record_of(position, *body).encode_into(out));
        }
        (key, Block::of(&mut builder, key))
    }

    /// A frame with the right checksum, whatever is in it.
    fn framed(payload: &[u8], number: u64) -> Bytes {
        let mut bytes = vec![0; FRAME_HEADER];
        bytes[..4].copy_from_slice(FRAME_MAGIC);
        bytes[4..8].copy_from_slice(&u32::try_from(payload.len()).unwrap().to_le_bytes());
        bytes[8..16].copy_from_slice(&number.to_le_bytes());
        bytes.extend_from_slice(payload);
        let crc = frame_crc(LOG, &bytes);
        bytes[16..FRAME_HEADER].copy_from_slice(&crc.to_le_bytes());
        bytes.into()
    }

    proptest! {
        #[test]
        fn round_trips(
            bodies in prop::collection::vec(prop::collection::vec(0_usize..3_000, 1..5), 1..6),
            number in 1_u64..,
        ) {
            let blocks: Vec<_> = (1..)
                .step_by(10)
                .zip(&bodies)
                .map(|(first, bodies)| block(first, bodies))
                .collect();
            let mut pages = vec![0xff; frame_bytes(&blocks)];
            prop_assert_eq!(pages.len() % PAGE_BYTES, 0);
            Frame::encode_into(&mut pages, (LOG, number), &blocks);
            let bytes = Bytes::from(pages);
            prop_assert!(Frame::parse(bytes.clone(), [8; 16]).is_none());
            let frame = Frame::parse(bytes.clone(), LOG).unwrap();
            prop_assert_eq!((frame.number, frame.bytes()), (number, bytes.len()));
            let found = frame.blocks().unwrap();
            let parts = |blocks: &[(BlockKey, Block)]| -> Vec<_> {
                blocks.iter().map(|(key, block)| (*key, block.bytes().clone())).collect()
            };
            prop_assert_eq!(parts(&found), parts(&blocks));
        }

        /// Whoever can compute checksums: what is in a frame is no block, and no reason to panic.
        #[test]
        fn anything_in_a_frame_is_read_or_refused(
            payload in prop::collection::vec(any::<u8>(), 0..200),
            length in 0_u32..300,
        ) {
            let frame = Frame::parse(framed(&payload, 1), LOG).unwrap();
            prop_assert_eq!(frame.blocks().is_ok(), payload.is_empty());
            // The same with a key, and a length that may be right.
            let mut keyed = BlockKey::new(ACME, Position::new(1)).to_bytes().to_vec();
            keyed.extend_from_slice(&length.to_le_bytes());
            keyed.extend_from_slice(&payload);
            prop_assert!(Frame::parse(framed(&keyed, 1), LOG).unwrap().blocks().is_err());
        }

        #[test]
        fn anything_is_a_frame_or_none(
            bytes in prop::collection::vec(any::<u8>(), 0..100),
            length in any::<u32>(),
        ) {
            let mut bytes = [FRAME_MAGIC.as_slice(), &length.to_le_bytes(), &bytes].concat();
            prop_assert!(Frame::parse(bytes.clone().into(), LOG).is_none());
            prop_assert!(Mark::parse(&bytes, LOG).is_none());
            bytes.truncate(3);
            prop_assert!(Frame::parse(bytes.into(), LOG).is_none());
        }
    }
}

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
    /// Returns a frame with zeros up to the end of its last page.
    pub(super) fn encode(log: [u8; 16], number: u64, blocks: &[(BlockKey, Block)]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(frame_bytes(blocks));
        bytes.resize(FRAME_HEADER, 0);
        for (key, block) in blocks {
            let block = block.bytes();
            let length = u32::try_from(block.len()).expect("a block is little more than 1 MiB");
            bytes.extend_from_slice(&key.to_bytes());
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(block);
        }
        let payload = u32::try_from(bytes.len() - FRAME_HEADER).expect("a group is about 1 MiB");
        bytes[..4].copy_from_slice(FRAME_MAGIC);
        bytes[4..8].copy_from_slice(&payload.to_le_bytes());
        bytes[8..16].copy_from_slice(&number.to_le_bytes());
        let crc = frame_crc(log, &bytes);
        bytes[16..FRAME_HEADER].copy_from_slice(&crc.to_le_bytes());
        bytes.resize(in_pages(bytes.len()), 0);
        bytes
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

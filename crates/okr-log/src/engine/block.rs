//! Blocks: consecutive records of one organisation under one checksum (FORMAT.md section 8).

use bytes::Bytes;
use crc32c::{crc32c, crc32c_append};

use crate::engine::key::BlockKey;
use crate::id::Position;
use crate::record::MAX_RECORD_BYTES;

/// Largest value in the store, in bytes; a larger block is cut into parts.
pub(crate) const MAX_VALUE_BYTES: usize = 16 * 1024;
/// Longest block of more than one record, in bytes.
///
/// The store reads and keeps values a page at a time, up to 17 of them, and its cache keeps one page of each of 256 shards
/// whatever it may hold. With blocks twice as long it took half as much memory again, and a single record was read at two
/// thirds of the speed; with half as long ones reading all took a fifth longer. Writing took the same.
pub(crate) const BLOCK_BYTES: usize = 8 * 1024;

const KIND_WHOLE: u8 = 1;
const KIND_PARTS: u8 = 2;
const HEADER_BYTES: usize = 5;
const LENGTH_BYTES: usize = 4;
const CRC_BYTES: usize = 4;
/// The first byte of every record.
const RECORD_VERSION: u8 = 1;

/// Why a stored value is not a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// The value is shorter than its own fields.
    #[error("block of {bytes} bytes is too short")]
    Short {
        /// Its length.
        bytes: usize,
    },
    /// The checksum does not match: bytes were changed, or the block lies under another key.
    #[error("block has the wrong checksum")]
    Checksum,
    /// The first byte names no known kind of block.
    #[error("block has the unknown kind {0}")]
    Kind(u8),
    /// The lengths of the records do not add up to the length of the block.
    #[error("record lengths do not add up to the block's length")]
    Lengths,
    /// A part of a large block is missing or has the wrong length.
    #[error("part {number} of the block is missing")]
    Part {
        /// Which part, from 0.
        number: u16,
    },
}

/// Collects records into a block.
#[derive(Debug, Default)]
pub(crate) struct BlockBuilder {
    lengths: Vec<u32>,
    records: Vec<u8>,
}

/// A block whose checksum and lengths have been verified.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    bytes: Bytes,
    count: usize,
}

/// What a value in the store holds.
#[derive(Debug)]
pub(crate) enum Stored {
    Whole(Block),
    /// The block is in `count` parts and `bytes` long.
    InParts {
        bytes: usize,
        count: u16,
    },
}

impl BlockBuilder {
    /// Length of a block without records.
    pub(crate) const EMPTY_BYTES: usize = HEADER_BYTES + CRC_BYTES;

    /// Returns the length of a block with one record of this length.
    pub(crate) const fn bytes_with(record: usize) -> usize {
        Self::EMPTY_BYTES + Self::record_bytes(record)
    }

    /// Returns by how much a record of this length makes a block longer.
    pub(crate) const fn record_bytes(record: usize) -> usize {
        LENGTH_BYTES + record
    }

    /// Lets `write` append one record and returns its bytes.
    pub(crate) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> &[u8] {
        let start = self.records.len();
        write(&mut self.records);
        let record = &self.records[start..];
        self.lengths
            .push(u32::try_from(record.len()).expect("a record is at most 1 MiB long"));
        record
    }

    /// Returns the finished block and starts over.
    pub(crate) fn finish(&mut self, key: BlockKey) -> Vec<u8> {
        let lengths_bytes = LENGTH_BYTES * self.lengths.len();
        let total = Self::EMPTY_BYTES + lengths_bytes + self.records.len();
        let mut bytes = Vec::with_capacity(total);
        bytes.push(KIND_WHOLE);
        let count = u32::try_from(self.lengths.len()).expect("a block is at most 1 MiB long");
        bytes.extend_from_slice(&count.to_le_bytes());
        for length in self.lengths.drain(..) {
            bytes.extend_from_slice(&length.to_le_bytes());
        }
        bytes.append(&mut self.records);
        seal(key, bytes)
    }
}

impl Block {
    /// Takes the finished block of a builder, which then starts over.
    pub(crate) fn of(builder: &mut BlockBuilder, key: BlockKey) -> Self {
        let count = builder.lengths.len();
        let bytes = builder.finish(key).into();
        Self { bytes, count }
    }

    /// Returns the block as it is stored, when it is not cut into parts.
    pub(crate) const fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Verifies a whole block.
    pub(crate) fn parse(key: BlockKey, bytes: Bytes) -> Result<Self, BlockError> {
        let content = check_crc(key, &bytes)?;
        let short = BlockError::Short { bytes: bytes.len() };
        let (header, rest) = content.split_first_chunk::<HEADER_BYTES>().ok_or(short)?;
        let [KIND_WHOLE, count @ ..] = *header else {
            return Err(BlockError::Kind(header[0]));
        };
        let count = to_usize(u32::from_le_bytes(count));
        let lengths_bytes = count.checked_mul(LENGTH_BYTES).ok_or(BlockError::Lengths)?;
        let (lengths, records) = rest
            .split_at_checked(lengths_bytes)
            .ok_or(BlockError::Lengths)?;
        let total: u64 = read_lengths(lengths).map(|length| length as u64).sum();
        if count == 0 || total != records.len() as u64 {
            return Err(BlockError::Lengths);
        }
        Ok(Self { bytes, count })
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Returns the records in order, as slices of the block that keep it alive.
    pub(crate) fn records(&self) -> impl Iterator<Item = Bytes> + '_ {
        self.ranges().map(|range| self.bytes.slice(range))
    }

    /// Returns the records in order.
    pub(crate) fn slices(&self) -> impl Iterator<Item = &[u8]> {
        self.ranges().map(|range| &self.bytes[range])
    }

    fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let mut end = HEADER_BYTES + LENGTH_BYTES * self.count;
        read_lengths(&self.bytes[HEADER_BYTES..end]).map(move |length| {
            let start = end;
            end += length;
            start..end
        })
    }
}

/// Reads a value of the store.
pub(crate) fn read_stored(key: BlockKey, value: Bytes) -> Result<Stored, BlockError> {
    if value.first() != Some(&KIND_PARTS) {
        return Block::parse(key, value).map(Stored::Whole);
    }
    let content = check_crc(key, &value)?;
    let length = content.get(1..).and_then(|length| length.try_into().ok());
    let length = length.ok_or(BlockError::Short { bytes: value.len() })?;
    let bytes = to_usize(u32::from_le_bytes(length));
    let count = u16::try_from(bytes.div_ceil(MAX_VALUE_BYTES)).map_err(|_| BlockError::Lengths)?;
    Ok(Stored::InParts { bytes, count })
}

/// What bytes look like that may be anything.
#[derive(Debug)]
pub(crate) enum Seen<'a> {
    /// Those of a block; its checksum was not compared.
    Block(SeenBlock<'a>),
    /// The first part of a block with a record that is too large for one value.
    Large {
        /// Where its record says that it stands.
        position: Position,
    },
}

/// The bytes of what may be a block.
#[derive(Debug)]
pub(crate) struct SeenBlock<'a> {
    /// Where its first record says that it stands.
    pub(crate) first: Position,
    /// How many records it has.
    pub(crate) count: u64,
    bytes: &'a [u8],
}

impl SeenBlock<'_> {
    /// Tells whether these are the bytes of a whole block under this key.
    pub(crate) fn is_of(&self, key: BlockKey) -> bool {
        check_crc(key, self.bytes).is_ok()
    }
}

/// Looks whether a block starts here, whatever comes after it. Most bytes are told from one at once.
pub(crate) fn look_at(bytes: &[u8]) -> Option<Seen<'_>> {
    let ([KIND_WHOLE, count @ ..], rest) = bytes.split_first_chunk::<HEADER_BYTES>()? else {
        return None;
    };
    let count = u32::from_le_bytes(*count);
    if count == 0 || to_usize(count) > MAX_VALUE_BYTES / LENGTH_BYTES {
        return None;
    }
    let lengths_bytes = to_usize(count) * LENGTH_BYTES;
    let (lengths, records) = rest.split_at_checked(lengths_bytes)?;
    let first = first_position(records)?;
    let content: usize = read_lengths(lengths).fold(0, usize::saturating_add);
    let total = content.saturating_add(BlockBuilder::EMPTY_BYTES + lengths_bytes);
    if total <= MAX_VALUE_BYTES {
        return Some(Seen::Block(SeenBlock {
            first,
            count: count.into(),
            bytes: bytes.get(..total)?,
        }));
    }
    let is_large = count == 1 && content <= MAX_RECORD_BYTES;
    is_large.then_some(Seen::Large { position: first })
}

/// Reads the position of the record that starts here.
fn first_position(record: &[u8]) -> Option<Position> {
    let (version, rest) = record.split_first()?;
    let position = u64::from_le_bytes(*rest.first_chunk()?);
    (*version == RECORD_VERSION && position > 0).then_some(Position::new(position))
}

/// Returns the value that stands for a block cut into parts.
pub(crate) fn in_parts(key: BlockKey, block_bytes: usize) -> Vec<u8> {
    let length = u32::try_from(block_bytes).expect("a block is little more than 1 MiB long");
    let mut bytes = vec![KIND_PARTS];
    bytes.extend_from_slice(&length.to_le_bytes());
    seal(key, bytes)
}

fn seal(key: BlockKey, mut bytes: Vec<u8>) -> Vec<u8> {
    let crc = checksum(key, &bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes
}

fn check_crc(key: BlockKey, bytes: &[u8]) -> Result<&[u8], BlockError> {
    let short = BlockError::Short { bytes: bytes.len() };
    let (content, crc) = bytes.split_last_chunk::<CRC_BYTES>().ok_or(short)?;
    if u32::from_le_bytes(*crc) != checksum(key, content) {
        return Err(BlockError::Checksum);
    }
    Ok(content)
}

fn checksum(key: BlockKey, content: &[u8]) -> u32 {
    crc32c_append(crc32c(&key.to_bytes()), content)
}

fn read_lengths(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let (lengths, _) = bytes.as_chunks::<LENGTH_BYTES>();
    lengths
        .iter()
        .map(|length| to_usize(u32::from_le_bytes(*length)))
}

fn to_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::LogId;

    const KEY: BlockKey = BlockKey::new(LogId([1; 16]), Position::new(5));

    fn block_of(records: &[Vec<u8>]) -> Vec<u8> {
        let mut builder = BlockBuilder::default();
        for record in records {
            let written = builder.push(|out| out.extend_from_slice(record)).to_vec();
            assert_eq!(written, *record);
        }
        builder.finish(KEY)
    }

    #[test]
    fn bytes_are_those_of_the_format() {
        let bytes = block_of(&[b"abc".to_vec(), b"de".to_vec()]);
        let mut expected = vec![1, 2, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0];
        expected.extend(b"abcde");
        let keyed = [KEY.to_bytes().as_slice(), &expected].concat();
        expected.extend(crc32c(&keyed).to_le_bytes());
        assert_eq!(bytes, expected);
    }

    #[test]
    fn a_block_under_another_key_is_refused() {
        let bytes = Bytes::from(block_of(&[b"abc".to_vec()]));
        let other = BlockKey::new(LogId([2; 16]), KEY.first);
        assert_eq!(
            Block::parse(other, bytes.clone()).unwrap_err(),
            BlockError::Checksum
        );
        let later = BlockKey::new(KEY.organisation, KEY.first.next());
        assert_eq!(
            Block::parse(later, bytes).unwrap_err(),
            BlockError::Checksum
        );
    }

    #[test]
    fn malformed_blocks_are_refused_even_with_a_right_checksum() {
        let error =
            |content: &[u8]| read_stored(KEY, seal(KEY, content.to_vec()).into()).unwrap_err();
        assert_eq!(error(&[]), BlockError::Short { bytes: 4 });
        assert_eq!(error(&[1, 0]), BlockError::Short { bytes: 6 });
        assert_eq!(error(&[9, 0, 0, 0, 0]), BlockError::Kind(9));
        assert_eq!(error(&[1, 0, 0, 0, 0]), BlockError::Lengths);
        assert_eq!(error(&[1, 0xff, 0xff, 0xff, 0xff]), BlockError::Lengths);
        assert_eq!(error(&[1, 1, 0, 0, 0, 2, 0, 0, 0, 7]), BlockError::Lengths);
        assert_eq!(error(&[2, 0]), BlockError::Short { bytes: 6 });
        assert_eq!(error(&[2, 0xff, 0xff, 0xff, 0xff]), BlockError::Lengths);
        assert_eq!(
            read_stored(KEY, Bytes::new()).unwrap_err(),
            BlockError::Short { bytes: 0 }
        );
    }

    #[test]
    fn a_block_in_parts_says_how_many() {
        let value = in_parts(KEY, MAX_VALUE_BYTES + 1);
        let stored = read_stored(KEY, value.into()).unwrap();
        let bytes = MAX_VALUE_BYTES + 1;
        assert!(matches!(stored, Stored::InParts { bytes: found, count: 2 } if found == bytes));
    }

    proptest! {
        #[test]
        fn round_trips(
            records in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 1..20),
        ) {
            let bytes = block_of(&records);
            let Stored::Whole(block) = read_stored(KEY, bytes.into()).unwrap() else {
                panic!("a small block is whole");
            };
            prop_assert_eq!(block.count(), records.len());
            let slices: Vec<Vec<u8>> = block.slices().map(<[u8]>::to_vec).collect();
            prop_assert_eq!(&slices, &records);
            let shared: Vec<Vec<u8>> = block.records().map(Vec::from).collect();
            prop_assert_eq!(shared, records);
        }

        #[test]
        fn any_changed_byte_is_found(
            records in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 1..9),
            at in any::<prop::sample::Index>(),
            flip in 1_u8..,
        ) {
            let mut bytes = block_of(&records);
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            prop_assert!(read_stored(KEY, bytes.into()).is_err());
        }
    }
}

//! The witness: a small file beside the store that says how long each log must be (FORMAT.md section 9).
//!
//! It is written soon after the journal is synced. Earlier programs wrote it at the same time, so it tells apart what is
//! acknowledged, which must be there, from what is pending, which may be there.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use crc32c::crc32c;

use crate::engine::cache::sync_content;
use crate::hash::Hash;
use crate::id::{LogId, Position};
use crate::merkle::Frontier;

const MAGIC: &[u8; 8] = b"OKRWITNS";
const VERSION: u32 = 1;
const PAGE_BYTES: usize = 4096;
const SLOT_BYTES: usize = 128;
const SLOTS_PER_PAGE: usize = PAGE_BYTES / SLOT_BYTES;
const PAIR_BYTES: usize = 2 * PAGE_BYTES;
const HEADER_BYTES: usize = 28;
const CRC_AT: usize = SLOT_BYTES - 4;

/// A length of a log, and the Merkle root at that length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Testimony {
    pub(crate) position: Position,
    pub(crate) root: Hash,
}

/// What the witness says about one log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// What the log must reach.
    pub(crate) acknowledged: Testimony,
    /// What the log may reach: the same, or the group that an earlier program was making durable when it wrote this.
    pub(crate) pending: Testimony,
}

/// Why a witness cannot be believed.
#[derive(Debug)]
pub(crate) enum WitnessError {
    Missing,
    Newer(u32),
    Damaged(&'static str),
    Io(io::Error),
}

/// The open witness file.
#[derive(Debug)]
pub(crate) struct Witness {
    file: File,
    entries: HashMap<LogId, Entry>,
    /// Page pairs in the file.
    pairs: usize,
    /// Entries without a testimony, to be used before new ones.
    free: Vec<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    index: usize,
    sequence: u64,
    statement: Statement,
}

/// One half of an entry, as read.
enum Slot {
    Unused,
    Invalid,
    Valid(Spoken),
}

/// What a valid slot says, about whom and when.
struct Spoken {
    sequence: u64,
    organisation: LogId,
    statement: Statement,
}

impl Testimony {
    /// The log may be empty.
    pub(crate) const NOTHING: Self = Self {
        position: Position::ZERO,
        root: Frontier::EMPTY_ROOT,
    };
}

impl Statement {
    /// Nothing is pending.
    pub(crate) const fn settled(acknowledged: Testimony) -> Self {
        Self {
            acknowledged,
            pending: acknowledged,
        }
    }
}

/// Returns the content of the witness of a new log.
pub(crate) fn empty_file(log: [u8; 16]) -> Vec<u8> {
    let mut page = vec![0; PAGE_BYTES];
    page[..8].copy_from_slice(MAGIC);
    page[8..12].copy_from_slice(&VERSION.to_le_bytes());
    page[12..HEADER_BYTES].copy_from_slice(&log);
    let crc = crc32c(&page[..HEADER_BYTES]);
    page[HEADER_BYTES..HEADER_BYTES + 4].copy_from_slice(&crc.to_le_bytes());
    page
}

impl Witness {
    pub(crate) fn open(path: &Path, log: [u8; 16]) -> Result<Self, WitnessError> {
        let opened = OpenOptions::new().read(true).write(true).open(path);
        let file = opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => WitnessError::Missing,
            _ => WitnessError::Io(error),
        })?;
        // After a kill, what is read may be in memory only; what is written next must not be durable before it.
        sync_content(&file).map_err(WitnessError::Io)?;
        let bytes = std::fs::read(path).map_err(WitnessError::Io)?;
        check_header(&bytes, log)?;
        let (pages, rest) = bytes[PAGE_BYTES..].as_chunks::<PAIR_BYTES>();
        // Zeros are what is left of a pair that the device was too full for.
        if rest.iter().any(|byte| *byte != 0) {
            return Err(WitnessError::Damaged(
                "its length is not that of whole pages",
            ));
        }
        let mut witness = Self {
            file,
            entries: HashMap::new(),
            pairs: pages.len(),
            free: Vec::new(),
        };
        for index in 0..witness.pairs * SLOTS_PER_PAGE {
            witness.read_entry(index, &bytes)?;
        }
        // Taken from the end, so the lowest is used first.
        witness.free.reverse();
        Ok(witness)
    }

    pub(crate) fn get(&self, organisation: LogId) -> Option<Statement> {
        self.entries.get(&organisation).map(|entry| entry.statement)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (LogId, Statement)> + '_ {
        self.entries
            .iter()
            .map(|(organisation, entry)| (*organisation, entry.statement))
    }

    /// Writes a statement; it is durable after [`Witness::sync`].
    pub(crate) fn write(&mut self, organisation: LogId, statement: Statement) -> io::Result<()> {
        let old = self
            .entries
            .get(&organisation)
            .map(|entry| (entry.index, entry.sequence));
        let (index, sequence) = match old {
            Some((index, sequence)) => (index, sequence + 1),
            None => (self.unused_entry()?, 1),
        };
        let mut slot = [0; SLOT_BYTES];
        slot[..8].copy_from_slice(&sequence.to_le_bytes());
        slot[8..24].copy_from_slice(organisation.as_bytes());
        let Statement {
            acknowledged,
            pending,
        } = statement;
        for (at, testimony) in [(24, acknowledged), (64, pending)] {
            slot[at..at + 8].copy_from_slice(&testimony.position.get().to_le_bytes());
            slot[at + 8..at + 40].copy_from_slice(testimony.root.as_bytes());
        }
        let crc = crc32c(&slot[..CRC_AT]);
        slot[CRC_AT..].copy_from_slice(&crc.to_le_bytes());
        self.file
            .write_all_at(&slot, slot_offset(index, sequence) as u64)?;
        self.entries.insert(
            organisation,
            Entry {
                index,
                sequence,
                statement,
            },
        );
        Ok(())
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        sync_content(&self.file)
    }

    fn unused_entry(&mut self) -> io::Result<usize> {
        if let Some(index) = self.free.pop() {
            return Ok(index);
        }
        let start = PAGE_BYTES + self.pairs * PAIR_BYTES;
        self.file.write_all_at(&[0; PAIR_BYTES], start as u64)?;
        let first = self.pairs * SLOTS_PER_PAGE;
        self.pairs += 1;
        self.free.extend((first + 1..first + SLOTS_PER_PAGE).rev());
        Ok(first)
    }

    fn read_entry(&mut self, index: usize, bytes: &[u8]) -> Result<(), WitnessError> {
        let slot = |sequence| {
            let offset = slot_offset(index, sequence);
            read_slot(&bytes[offset..offset + SLOT_BYTES])
        };
        let Some(newest) = newest(slot(1), slot(2)).map_err(WitnessError::Damaged)? else {
            self.free.push(index);
            return Ok(());
        };
        let Spoken {
            sequence,
            organisation,
            statement,
        } = newest;
        let entry = Entry {
            index,
            sequence,
            statement,
        };
        if self.entries.insert(organisation, entry).is_some() {
            return Err(WitnessError::Damaged(
                "two entries name the same organisation",
            ));
        }
        Ok(())
    }
}

/// Decides between the two slots of an entry; `None` when it was never used.
fn newest(first: Slot, second: Slot) -> Result<Option<Spoken>, &'static str> {
    match (first, second) {
        // An invalid first slot alone is a first write that a crash tore: nothing was acknowledged by it.
        (Slot::Unused | Slot::Invalid, Slot::Unused) => Ok(None),
        (Slot::Valid(one), Slot::Unused | Slot::Invalid) | (Slot::Invalid, Slot::Valid(one)) => {
            Ok(Some(one))
        }
        (Slot::Valid(one), Slot::Valid(other)) if one.organisation != other.organisation => {
            Err("an entry names two organisations")
        }
        (Slot::Valid(one), Slot::Valid(other)) => Ok(Some(if one.sequence > other.sequence {
            one
        } else {
            other
        })),
        (Slot::Invalid, Slot::Invalid) => Err("both slots of an entry are invalid"),
        (Slot::Unused, Slot::Valid(_) | Slot::Invalid) => Err("an entry lacks its first slot"),
    }
}

fn check_header(bytes: &[u8], log: [u8; 16]) -> Result<(), WitnessError> {
    if bytes.len() < PAGE_BYTES {
        return Err(WitnessError::Damaged("it is shorter than its header"));
    }
    if bytes[..8] != *MAGIC {
        return Err(WitnessError::Damaged("it does not start like a witness"));
    }
    let field = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|index| bytes[at + index]));
    if field(HEADER_BYTES) != crc32c(&bytes[..HEADER_BYTES]) {
        return Err(WitnessError::Damaged("its header has the wrong checksum"));
    }
    if field(8) != VERSION {
        return Err(WitnessError::Newer(field(8)));
    }
    if bytes[12..HEADER_BYTES] != log {
        return Err(WitnessError::Damaged("it belongs to another log"));
    }
    Ok(())
}

/// Where the slot for this sequence number lies: odd ones in the first page of a pair, even ones in the second.
fn slot_offset(index: usize, sequence: u64) -> usize {
    let page = if sequence % 2 == 1 { 0 } else { PAGE_BYTES };
    let pair = PAGE_BYTES + index / SLOTS_PER_PAGE * PAIR_BYTES;
    pair + page + index % SLOTS_PER_PAGE * SLOT_BYTES
}

fn read_slot(slot: &[u8]) -> Slot {
    let (content, crc) = slot.split_at(CRC_AT);
    if slot.iter().all(|byte| *byte == 0) {
        return Slot::Unused;
    }
    if crc != crc32c(content).to_le_bytes() {
        return Slot::Invalid;
    }
    let (fields, _) = content.as_chunks::<8>();
    let number = |field: usize| u64::from_le_bytes(fields[field]);
    let mut organisation = LogId([0; 16]);
    organisation.0.copy_from_slice(&content[8..24]);
    let testimony = |at: usize| {
        let mut root = Hash([0; Hash::BYTES]);
        root.0.copy_from_slice(&content[at + 8..at + 40]);
        Testimony {
            position: Position::new(number(at / 8)),
            root,
        }
    };
    let statement = Statement {
        acknowledged: testimony(24),
        pending: testimony(64),
    };
    Slot::Valid(Spoken {
        sequence: number(0),
        organisation,
        statement,
    })
}

#[cfg(test)]
mod tests;

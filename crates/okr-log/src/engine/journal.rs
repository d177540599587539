//! The journal: where a group becomes durable, with one write and one sync, before it is moved into the store
//! (FORMAT.md section 7).
//!
//! ```text
//!   header | mark | mark |  half 0: frame frame frame ...  |  half 1: frame frame ...
//!                                  being moved into the store     being written
//! ```
//!
//! The file never changes its length, so a sync has nothing to write but the frame. One half is written while what is in
//! the other one goes to the store; the mark then says so, and only after it is durable the half is written over.

mod direct;
mod frame;

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use bytes::Bytes;
use crc32c::crc32c;

use self::direct::{Direct, Pages};
use self::frame::{Frame, Mark, frame_bytes};
use crate::engine::block::Block;
use crate::engine::cache::sync_content;
use crate::engine::key::BlockKey;

const MAGIC: &[u8; 8] = b"OKRJOURN";
const VERSION: u32 = 1;
/// Everything starts on a page of its own, so that a torn write spoils nothing else.
const PAGE_BYTES: usize = 4096;
const HEADER_BYTES: usize = 28;
/// The header and two marks.
const HALVES_AT: usize = 3 * PAGE_BYTES;
/// The largest group takes a little more than one MiB.
const HALF_BYTES: usize = 2 * 1024 * 1024;
const FILE_BYTES: usize = HALVES_AT + 2 * HALF_BYTES;

/// Why a journal cannot be believed.
#[derive(Debug)]
pub(crate) enum JournalError {
    Missing,
    Newer(u32),
    Damaged(String),
    Io(io::Error),
}

/// The writing end of the journal.
#[derive(Debug)]
pub(crate) struct Journal {
    file: Direct,
    pages: Pages,
    log: [u8; 16],
    /// Which half is written: 0 or 1.
    half: usize,
    /// How much of it is written.
    used: usize,
    /// The number of the newest frame.
    newest: u64,
}

/// The end of the journal that says what may be written over.
#[derive(Debug)]
pub(crate) struct Marker {
    file: File,
    log: [u8; 16],
    newest: Mark,
}

/// The blocks of frames, by their numbers.
type Frames = BTreeMap<u64, Vec<(BlockKey, Block)>>;

/// What was found in a journal that is whole.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) journal: Journal,
    pub(crate) marker: Marker,
    /// The blocks of all frames after the mark: the store may lack them.
    pub(crate) blocks: BTreeMap<BlockKey, Block>,
}

/// Returns the content of a new journal.
///
/// It is written out, not left as a hole: the first write to a hole changes more of a file system than the bytes.
pub(crate) fn empty_file(log: [u8; 16]) -> Vec<u8> {
    let mut bytes = vec![0; FILE_BYTES];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[12..HEADER_BYTES].copy_from_slice(&log);
    let crc = crc32c(&bytes[..HEADER_BYTES]);
    bytes[HEADER_BYTES..HEADER_BYTES + 4].copy_from_slice(&crc.to_le_bytes());
    let mark = Mark::FIRST;
    bytes[mark_offset(mark)..][..Mark::BYTES].copy_from_slice(&mark.to_bytes(log));
    bytes
}

/// Opens a journal and reads what is after its mark; nothing is written.
pub(crate) fn open(path: &Path, log: [u8; 16]) -> Result<Found, JournalError> {
    let opened = OpenOptions::new().read(true).write(true).open(path);
    let file = opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => JournalError::Missing,
        _ => JournalError::Io(error),
    })?;
    // After a kill, what is read may be in memory only; what is written next must not be durable before it.
    sync_content(&file).map_err(JournalError::Io)?;
    let (mark, frames) = read(path, log)?;
    let newest = frames
        .last_key_value()
        .map_or(mark.settled, |(number, _)| *number);
    let blocks = frames.into_values().flatten().collect();
    // A file of its own for each end: the kernel tells one of two that sync the same one of a failure, and not the other.
    let marked = OpenOptions::new().write(true).open(path);
    Ok(Found {
        journal: Journal {
            file: Direct::open(path, file),
            pages: Pages::default(),
            log,
            half: 0,
            used: 0,
            newest,
        },
        marker: Marker {
            file: marked.map_err(JournalError::Io)?,
            log,
            newest: mark,
        },
        blocks,
    })
}

/// Returns the blocks that the store may lack, without opening the journal for writing.
pub(crate) fn unsettled(
    path: &Path,
    log: [u8; 16],
) -> Result<Vec<(BlockKey, Block)>, JournalError> {
    let (_, frames) = read(path, log)?;
    Ok(frames.into_values().flatten().collect())
}

/// Reads the newest mark and the frames after it.
fn read(path: &Path, log: [u8; 16]) -> Result<(Mark, Frames), JournalError> {
    let bytes = Bytes::from(std::fs::read(path).map_err(JournalError::Io)?);
    check_header(&bytes, log)?;
    let mark = newest_mark(&bytes, log)?;
    let frames = frames_after(&bytes, (log, mark.settled))?;
    let newest = frames.keys().next_back().copied();
    if mark.number == u64::MAX || newest.unwrap_or(mark.settled) == u64::MAX {
        let what = "there is no number after its last one";
        return Err(JournalError::Damaged(what.to_owned()));
    }
    Ok((mark, frames))
}

/// Says whether there is a journal of this log in which groups are, or were.
pub(crate) fn is_in_use(path: &Path, log: [u8; 16]) -> io::Result<bool> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => Bytes::from(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    if check_header(&bytes, log).is_err() {
        return Ok(false);
    }
    let settled = newest_mark(&bytes, log).map_or(0, |mark| mark.settled);
    let frames = (HALVES_AT..FILE_BYTES).step_by(PAGE_BYTES);
    let mut frames = frames.map(|at| Frame::parse(bytes.slice(at..), log));
    Ok(settled > 0 || frames.any(|frame| frame.is_some()))
}

impl Journal {
    /// Returns the number of the newest frame; 0 when there never was one.
    pub(crate) const fn newest(&self) -> u64 {
        self.newest
    }

    /// Says whether a frame of these blocks fits into what is left of the half.
    pub(crate) fn has_room(&self, blocks: &[(BlockKey, Block)]) -> bool {
        self.used + frame_bytes(blocks) <= HALF_BYTES
    }

    /// Begins the other half, from which everything must be in the store.
    pub(crate) const fn turn(&mut self) {
        self.half = 1 - self.half;
        self.used = 0;
    }

    /// Writes a frame durably. After an error nothing more may be written.
    pub(crate) fn write(&mut self, blocks: &[(BlockKey, Block)]) -> io::Result<()> {
        let number = self.newest + 1;
        let bytes = frame_bytes(blocks);
        if self.used + bytes > HALF_BYTES {
            return Err(io::Error::other("the group is larger than the journal"));
        }
        let frame = self.pages.take(bytes);
        Frame::encode_into(frame, (self.log, number), blocks);
        let at = HALVES_AT + self.half * HALF_BYTES + self.used;
        self.file.write(frame, at as u64)?;
        self.used += bytes;
        self.newest = number;
        Ok(())
    }
}

impl Marker {
    /// Says durably that all frames up to this number are in the store.
    pub(crate) fn settle(&mut self, number: u64) -> io::Result<()> {
        if number == self.newest.settled {
            return Ok(());
        }
        let mark = self.newest.next(number);
        let bytes = mark.to_bytes(self.log);
        self.file.write_all_at(&bytes, mark_offset(mark) as u64)?;
        sync_content(&self.file)?;
        self.newest = mark;
        Ok(())
    }
}

fn check_header(bytes: &[u8], log: [u8; 16]) -> Result<(), JournalError> {
    let damaged = |what: &str| JournalError::Damaged(what.to_owned());
    if bytes.len() < PAGE_BYTES {
        return Err(damaged("it is shorter than its header"));
    }
    if bytes[..8] != *MAGIC {
        return Err(damaged("it does not start like a journal"));
    }
    let field = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|index| bytes[at + index]));
    if field(HEADER_BYTES) != crc32c(&bytes[..HEADER_BYTES]) {
        return Err(damaged("its header has the wrong checksum"));
    }
    if field(8) != VERSION {
        return Err(JournalError::Newer(field(8)));
    }
    if bytes[12..HEADER_BYTES] != log {
        return Err(damaged("it belongs to another log"));
    }
    if bytes.len() != FILE_BYTES {
        return Err(damaged(&format!("it is not {FILE_BYTES} bytes long")));
    }
    Ok(())
}

/// A torn write spoils one mark; the one before still speaks, and nothing after it has been written over.
fn newest_mark(bytes: &[u8], log: [u8; 16]) -> Result<Mark, JournalError> {
    let marks = [PAGE_BYTES, 2 * PAGE_BYTES].map(|at| Mark::parse(&bytes[at..], log));
    let newest = marks.into_iter().flatten().max_by_key(|mark| mark.number);
    newest.ok_or_else(|| JournalError::Damaged("both its marks are invalid".to_owned()))
}

/// Returns the blocks of the frames after the mark, none of which may be missing, by number.
///
/// Each was written after the one before was durable. So only the newest can be torn, and then nobody was told of it.
fn frames_after(bytes: &Bytes, (log, settled): ([u8; 16], u64)) -> Result<Frames, JournalError> {
    let mut frames = BTreeMap::new();
    for half in [0, 1] {
        let mut at = HALVES_AT + half * HALF_BYTES;
        let end = at + HALF_BYTES;
        while at < end {
            let Some(frame) = Frame::parse(bytes.slice(at..end), log) else {
                at += PAGE_BYTES;
                continue;
            };
            at += frame.bytes();
            if frame.number > settled {
                let number = frame.number;
                let blocks = frame.blocks();
                let blocks = blocks.map_err(|what| {
                    JournalError::Damaged(format!("group {number} in it is damaged: {what}"))
                })?;
                frames.insert(number, blocks);
            }
        }
    }
    let mut last = settled;
    for number in frames.keys() {
        if number - 1 != last {
            let what = format!("group {} in it is damaged or gone", last + 1);
            return Err(JournalError::Damaged(what));
        }
        last = *number;
    }
    Ok(frames)
}

/// Odd marks are on the second page of the file, even ones on the third.
const fn mark_offset(mark: Mark) -> usize {
    if mark.number % 2 == 1 {
        PAGE_BYTES
    } else {
        2 * PAGE_BYTES
    }
}

#[cfg(test)]
mod tests;

//! The end of the store's file as it was before sled opened it, so that a refused log is left as it was.
//!
//! sled clears what follows the first message at the end of its file that it cannot read. After a crash that is
//! a group that nobody was told of. After damage it is history, whole segments of it, and
//! gone before anybody can compare it with the witness; so it is kept until that has been done.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crate::engine::store::StoreError;

/// sled's header of a segment: a checksum, the place of the segment in the log, and what was durable when it was begun.
const HEADER_BYTES: usize = 20;
/// sled stores these numbers with all bits turned.
const LSN_MASK: u64 = 0x7fff_ffff_ffff_ffff;
const CRC_MASK: u32 = 0xffff_ffff;
/// A crash leaves two or three to look at. The bound keeps the memory of an opening small whatever damage looks like.
const MAX_SEGMENTS: usize = 16;

/// What sled may overwrite while it opens its file.
#[derive(Debug)]
pub(crate) struct Tail {
    path: PathBuf,
    length: u64,
    segment_bytes: usize,
    segments: Vec<Segment>,
    /// Offsets of segments in which nothing was.
    clear: Vec<u64>,
}

/// A segment as it was.
#[derive(Debug)]
struct Segment {
    offset: u64,
    bytes: Vec<u8>,
}

/// What the header of a segment says, when its checksum is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    lsn: u64,
    durable: u64,
}

/// The segments of a file by what their headers say.
#[derive(Debug, Default)]
struct Segments {
    /// Offsets by place in sled's log, and what was durable when each was begun.
    readable: BTreeMap<u64, (u64, u64)>,
    /// Offsets of those whose header has a wrong checksum, and that hold something.
    unreadable: Vec<u64>,
    /// Offsets of those that sled has cleared, because it does not need them.
    clear: Vec<u64>,
}

impl Tail {
    /// Reads what sled may overwrite.
    ///
    /// # Errors
    /// When sled would take the end of the log for its beginning and clear all of it, which only damage makes it do.
    pub(crate) fn keep(path: &Path, segment_bytes: usize) -> Result<Self, StoreError> {
        let file = File::open(path).map_err(StoreError::Io)?;
        let length = file.metadata().map_err(StoreError::Io)?.len();
        let segments = Segments::read(&file, (length, segment_bytes)).map_err(StoreError::Io)?;
        let snapshot = snapshot_of(path).map_err(StoreError::Io)?;
        let offsets = segments.clearable((snapshot, segment_bytes as u64))?;
        let kept = offsets.into_iter().map(|offset| {
            let size = (length - offset).min(segment_bytes as u64);
            let mut bytes = vec![0; usize::try_from(size).unwrap_or(segment_bytes)];
            file.read_exact_at(&mut bytes, offset)?;
            Ok(Segment { offset, bytes })
        });
        let kept: io::Result<Vec<Segment>> = kept.collect();
        Ok(Self {
            path: path.to_owned(),
            length,
            segment_bytes,
            clear: segments.clear,
            segments: kept.map_err(StoreError::Io)?,
        })
    }

    /// Makes the file what it was. Nobody may have it open for writing any more.
    pub(crate) fn put_back(&self) -> io::Result<()> {
        let file = OpenOptions::new().read(true).write(true).open(&self.path)?;
        let mut changed = false;
        if file.metadata()?.len() != self.length {
            file.set_len(self.length)?;
            changed = true;
        }
        for Segment { offset, bytes } in &self.segments {
            let mut now = vec![0; bytes.len()];
            file.read_exact_at(&mut now, *offset)?;
            if now != *bytes {
                file.write_all_at(bytes, *offset)?;
                changed = true;
            }
        }
        for offset in &self.clear {
            if !is_clear(&file, (*offset, self.length), self.segment_bytes)? {
                let size = (self.length - offset).min(self.segment_bytes as u64);
                file.write_all_at(&vec![0; usize::try_from(size).unwrap_or(0)], *offset)?;
                changed = true;
            }
        }
        if changed { file.sync_all() } else { Ok(()) }
    }
}

impl Segments {
    fn read(file: &File, (length, segment_bytes): (u64, usize)) -> io::Result<Self> {
        let mut segments = Self::default();
        for offset in (0..length).step_by(segment_bytes) {
            let mut bytes = [0; HEADER_BYTES];
            if length - offset < bytes.len() as u64 {
                break;
            }
            file.read_exact_at(&mut bytes, offset)?;
            match Header::parse(&bytes) {
                Some(Header { lsn, durable }) => {
                    segments.readable.insert(lsn, (offset, durable));
                }
                None if is_clear(file, (offset, length), segment_bytes)? => {
                    segments.clear.push(offset);
                }
                None => segments.unreadable.push(offset),
            }
        }
        Ok(segments)
    }

    /// Returns the offsets of what sled may clear: the segments from the one that was durable when the newest was begun.
    ///
    /// What is older than the snapshot does not count: sled does not look at it, and has cleared what it no longer needs.
    fn clearable(&self, (snapshot, segment_bytes): (u64, u64)) -> Result<Vec<u64>, StoreError> {
        let first_of = |lsn: u64| lsn / segment_bytes * segment_bytes;
        let read = || self.readable.range(first_of(snapshot)..);
        let durable = read().map(|(_, (_, durable))| *durable).max();
        let first = first_of(durable.unwrap_or(0).max(snapshot));
        if read().next().is_some() && !self.readable.contains_key(&first) {
            return Err(damaged(&format!("its segment of {first} cannot be read")));
        }
        let clearable = self.readable.range(first..);
        let mut offsets: Vec<u64> = clearable.map(|(_, (offset, _))| *offset).collect();
        offsets.extend(&self.unreadable);
        if offsets.len() > MAX_SEGMENTS {
            let count = offsets.len();
            return Err(damaged(&format!("{count} segments have no right end")));
        }
        Ok(offsets)
    }
}

/// Says whether a segment is nothing but zeros.
fn is_clear(file: &File, (offset, length): (u64, u64), segment_bytes: usize) -> io::Result<bool> {
    let mut bytes = vec![0; 64 * 1024];
    let end = length.min(offset + segment_bytes as u64);
    let mut at = offset;
    while at < end {
        let size = usize::try_from(end - at).map_or(bytes.len(), |left| left.min(bytes.len()));
        file.read_exact_at(&mut bytes[..size], at)?;
        if bytes[..size].iter().any(|byte| *byte != 0) {
            return Ok(false);
        }
        at += size as u64;
    }
    Ok(true)
}

/// Returns from which place in its log on sled reads the file: its newest snapshot, which has the place in its name,
/// says all that was before.
fn snapshot_of(path: &Path) -> io::Result<u64> {
    let mut newest = 0;
    for entry in fs::read_dir(path.parent().unwrap_or(path))? {
        let name = entry?.file_name();
        let place = name.to_str().and_then(|name| name.strip_prefix("snap."));
        let place = place.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        newest = newest.max(place.unwrap_or(0));
    }
    Ok(newest)
}

/// Takes away the snapshots that sled had begun and not ended when its process was killed.
///
/// The one before is still there; but sled would take the unfinished one for the newest, and for damaged.
pub(crate) fn drop_unfinished_snapshots(store: &Path) -> io::Result<()> {
    for entry in fs::read_dir(store)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or("");
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

impl Header {
    fn parse(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        let (crc, content) = bytes.split_first_chunk::<4>()?;
        let (numbers, _) = content.as_chunks::<8>();
        // Nothing was durable yet is a number below zero.
        let number = |index: usize| {
            let number = u64::from_le_bytes(numbers[index]) ^ LSN_MASK;
            u64::try_from(number.cast_signed()).unwrap_or(0)
        };
        let right = u32::from_le_bytes(*crc) ^ CRC_MASK == crc32fast::hash(content);
        right.then(|| Self {
            lsn: number(0),
            durable: number(1),
        })
    }
}

fn damaged(what: &str) -> StoreError {
    StoreError::Database(format!("its file is damaged: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEGMENT: u64 = 1024;

    fn header(lsn: u64, durable: u64) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[4..12].copy_from_slice(&(lsn ^ LSN_MASK).to_le_bytes());
        bytes[12..].copy_from_slice(&(durable ^ LSN_MASK).to_le_bytes());
        let crc = crc32fast::hash(&bytes[4..]) ^ CRC_MASK;
        bytes[..4].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Writes a file of segments with these headers, and something behind each; the last segment is short.
    fn file(directory: &Path, headers: &[[u8; HEADER_BYTES]]) -> PathBuf {
        let path = directory.join("db");
        let file = File::create(&path).unwrap();
        for (index, header) in (0..).zip(headers) {
            file.write_all_at(header, index * SEGMENT).unwrap();
            file.write_all_at(b"history", index * SEGMENT + 100)
                .unwrap();
        }
        path
    }

    fn keep(path: &Path) -> Result<Tail, StoreError> {
        Tail::keep(path, usize::try_from(SEGMENT).unwrap())
    }

    #[test]
    fn the_last_segments_are_put_back_as_they_were() {
        let directory = tempfile::tempdir().unwrap();
        let headers = [
            header(0, 0),
            header(SEGMENT, 900),
            header(2 * SEGMENT, SEGMENT + 7),
        ];
        // The first one was begun when nothing was durable.
        assert_eq!(Header::parse(&header(0, u64::MAX)).unwrap().durable, 0);
        let path = file(directory.path(), &headers);
        let before = std::fs::read(&path).unwrap();
        let tail = keep(&path).unwrap();
        let offsets: Vec<u64> = tail.segments.iter().map(|segment| segment.offset).collect();
        assert_eq!(offsets, [SEGMENT, 2 * SEGMENT]);
        tail.put_back().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), before);
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        file.write_all_at(&[0; 500], SEGMENT + 50).unwrap();
        file.write_all_at(&[1; 3000], 2 * SEGMENT).unwrap();
        tail.put_back().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_segment_whose_header_is_damaged_is_kept_as_well() {
        let directory = tempfile::tempdir().unwrap();
        let headers = [header(0, 0), [7; HEADER_BYTES]];
        let tail = keep(&file(directory.path(), &headers)).unwrap();
        assert_eq!(tail.segments.len(), 2);
        let many = [[7; HEADER_BYTES]; MAX_SEGMENTS + 1];
        assert!(keep(&file(directory.path(), &many)).is_err());
    }

    /// After a restart sled clears what its new snapshot does not need any more, with the segment that was durable when the
    /// newest one was begun.
    #[test]
    fn segments_that_sled_cleared_itself_are_no_damage() {
        let directory = tempfile::tempdir().unwrap();
        let newest = header(SEGMENT, SEGMENT - 7);
        let path = file(directory.path(), &[header(0, 0), newest]);
        let clear = OpenOptions::new().write(true).open(&path).unwrap();
        clear.write_all_at(&[0; 1024], 0).unwrap();
        assert!(keep(&path).is_err(), "without a snapshot it is damage");
        let snapshot = directory.path().join("snap.0000000000000435");
        std::fs::write(&snapshot, "").unwrap();
        let tail = keep(&path).unwrap();
        let offsets: Vec<u64> = tail.segments.iter().map(|segment| segment.offset).collect();
        assert_eq!(offsets, [SEGMENT]);
        let before = std::fs::read(&path).unwrap();
        clear.write_all_at(b"begun again", 500).unwrap();
        tail.put_back().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), before);
        // The snapshot may also be of a segment that was never begun.
        std::fs::rename(&snapshot, directory.path().join("snap.0000000000000800")).unwrap();
        assert!(keep(&path).unwrap().segments.is_empty());
        // However many were cleared.
        clear.set_len(40 * SEGMENT).unwrap();
        assert!(keep(&path).unwrap().segments.is_empty());
    }

    #[test]
    fn a_snapshot_that_was_not_ended_is_taken_away() {
        let directory = tempfile::tempdir().unwrap();
        for name in [
            "snap.0000000000000435",
            "snap.0000000000000900.generating",
            "db",
        ] {
            std::fs::write(directory.path().join(name), "half").unwrap();
        }
        drop_unfinished_snapshots(directory.path()).unwrap();
        let left = std::fs::read_dir(directory.path()).unwrap();
        let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["db", "snap.0000000000000435"]);
    }

    /// sled would clear every segment of the file.
    #[test]
    fn a_log_whose_durable_end_is_gone_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let headers = [
            header(0, 0),
            [7; HEADER_BYTES],
            header(2 * SEGMENT, SEGMENT + 7),
        ];
        let error = keep(&file(directory.path(), &headers)).unwrap_err();
        let expected = "its file is damaged: its segment of 1024 cannot be read";
        assert!(error.to_string().contains(expected), "{error}");
    }
}

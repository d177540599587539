//! Zeros after the end of the store's file, so that a small group overwrites what the device has already.
//!
//! A file that grows with every write makes the file system commit a transaction of its own at each sync, which costs as
//! much again as the sync. What follows the store's own end must be zeros or the end of the file: the store reads both
//! as "nothing more", and makes such zeros itself when it opens after a crash (FORMAT.md section 5).

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Zeros that are written at a time: room for some fifty small groups.
const STRETCH_BYTES: usize = 256 * 1024;
static ZEROS: [u8; STRETCH_BYTES] = [0; STRETCH_BYTES];
/// Larger groups cost more to write twice than the transaction does.
const SMALL_GROUP_BYTES: usize = 32 * 1024;

/// The zeros at the end of the store's file.
#[derive(Debug)]
pub(crate) struct Runway {
    /// Opened for appending, so that nothing that is there can ever be overwritten, whoever else writes.
    file: File,
    segment_bytes: u64,
    /// Zeros that are left, as far as is known.
    left: usize,
}

impl Runway {
    pub(crate) fn open(path: &Path, segment_bytes: usize) -> io::Result<Self> {
        Ok(Self {
            file: OpenOptions::new().append(true).open(path)?,
            segment_bytes: segment_bytes as u64,
            left: 0,
        })
    }

    /// Makes room for a group of this many bytes; to be called while the store writes nothing.
    ///
    /// The zeros are synced together with the group. They end with the segment, because where the store goes on after it
    /// is not known. A device that refuses them will say so again when it is asked to sync the group.
    pub(crate) fn make_room(&mut self, group_bytes: usize) {
        if group_bytes > SMALL_GROUP_BYTES || self.left > 2 * group_bytes {
            return;
        }
        self.left = self.extend().unwrap_or(0);
    }

    /// Notes how much the store has written.
    pub(crate) fn note_written(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }

    fn extend(&mut self) -> io::Result<usize> {
        let end = self.file.metadata()?.len();
        let to_boundary = end.next_multiple_of(self.segment_bytes) - end;
        let stretch =
            usize::try_from(to_boundary).map_or(STRETCH_BYTES, |it| it.min(STRETCH_BYTES));
        self.file.write_all(&ZEROS[..stretch])?;
        Ok(self.left + stretch)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt as _;

    use super::*;

    const SEGMENT_BYTES: usize = 2 * STRETCH_BYTES;

    fn file_of(bytes: &[u8]) -> (tempfile::TempDir, std::path::PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("db");
        std::fs::write(&path, bytes).unwrap();
        (directory, path)
    }

    #[test]
    fn zeros_follow_what_is_there_until_they_are_used_up() {
        let (_directory, path) = file_of(b"store");
        let mut runway = Runway::open(&path, SEGMENT_BYTES).unwrap();
        for _ in 0..3 {
            runway.make_room(100);
            let bytes = std::fs::read(&path).unwrap();
            let (store, zeros) = bytes.split_at(5);
            assert_eq!(store, b"store");
            assert_eq!(zeros.len(), STRETCH_BYTES);
            assert!(zeros.iter().all(|byte| *byte == 0));
            runway.note_written(STRETCH_BYTES / 4);
        }
        runway.note_written(STRETCH_BYTES / 4);
        runway.make_room(100);
        let end = std::fs::metadata(&path).unwrap().len();
        assert_eq!(end, SEGMENT_BYTES as u64, "they end with the segment");
        runway.note_written(STRETCH_BYTES);
        runway.make_room(100);
        assert_eq!(std::fs::metadata(&path).unwrap().len(), end);
    }

    /// A reader of the store can make it write at any time.
    #[test]
    fn what_somebody_else_writes_at_the_end_stays() {
        let (_directory, path) = file_of(b"");
        let mut runway = Runway::open(&path, SEGMENT_BYTES).unwrap();
        let store = OpenOptions::new().write(true).open(&path).unwrap();
        let written = vec![7; STRETCH_BYTES + 9];
        store.write_all_at(&written, 3).unwrap();
        runway.make_room(100);
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes[3..STRETCH_BYTES + 12].iter().all(|byte| *byte == 7));
        assert_eq!(bytes.len(), SEGMENT_BYTES);
    }

    #[test]
    fn a_large_group_brings_its_own_room() {
        let (_directory, path) = file_of(b"store");
        let mut runway = Runway::open(&path, SEGMENT_BYTES).unwrap();
        runway.make_room(SMALL_GROUP_BYTES + 1);
        assert_eq!(std::fs::read(&path).unwrap(), b"store");
    }
}

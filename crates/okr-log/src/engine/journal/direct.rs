//! Writes that are on the device when they return, past the cache of the operating system where that is possible.
//!
//! A write into the cache and a sync of the file do the same for half as much processor time again: the kernel copies the
//! page, marks it, looks for it and writes it back. What it takes is a buffer that begins and ends at a page.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;

use super::PAGE_BYTES;
use crate::engine::cache::sync_content;

/// What makes a write go to the device, where there is such a thing.
#[cfg(target_os = "linux")]
const PAST_THE_CACHE: Option<OFlags> = Some(OFlags::DIRECT.union(OFlags::DSYNC));
#[cfg(not(target_os = "linux"))]
const PAST_THE_CACHE: Option<OFlags> = None;

/// A file that is written whole pages at a time.
#[derive(Debug)]
pub(super) struct Direct {
    /// None where the file system has no such way.
    direct: Option<File>,
    cached: File,
}

/// Bytes that begin at a page, to be used again and again.
#[derive(Debug, Default)]
pub(super) struct Pages {
    bytes: Vec<u8>,
}

impl Direct {
    /// Opens a file that is open already a second time.
    pub(super) fn open(path: &Path, cached: File) -> Self {
        let direct = PAST_THE_CACHE.and_then(|flags| {
            let opened = OpenOptions::new()
                .write(true)
                .custom_flags(flags.bits().cast_signed())
                .open(path);
            opened.ok()
        });
        Self { direct, cached }
    }

    /// Writes whole pages durably.
    pub(super) fn write(&mut self, pages: &[u8], at: u64) -> io::Result<()> {
        if let Some(direct) = &self.direct {
            match direct.write_all_at(pages, at) {
                // The file system wants something else, and says so before it writes anything.
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => self.direct = None,
                written => return written,
            }
        }
        self.cached.write_all_at(pages, at)?;
        sync_content(&self.cached)
    }
}

impl Pages {
    /// Returns so many bytes, in which anything may be.
    pub(super) fn take(&mut self, bytes: usize) -> &mut [u8] {
        let needed = bytes + PAGE_BYTES;
        if self.bytes.len() < needed {
            self.bytes = vec![0; needed.next_power_of_two()];
        }
        let start = self.bytes.as_ptr().align_offset(PAGE_BYTES);
        &mut self.bytes[start.min(PAGE_BYTES)..][..bytes]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (tempfile::TempDir, std::path::PathBuf, File) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, [0; 3 * PAGE_BYTES]).unwrap();
        let cached = OpenOptions::new().write(true).open(&path).unwrap();
        (directory, path, cached)
    }

    #[test]
    fn pages_begin_at_a_page() {
        let mut pages = Pages::default();
        for bytes in [PAGE_BYTES, 5 * PAGE_BYTES, PAGE_BYTES] {
            let taken = pages.take(bytes);
            assert_eq!(taken.len(), bytes);
            assert_eq!(taken.as_ptr().align_offset(PAGE_BYTES), 0);
        }
    }

    #[test]
    fn what_is_written_is_read_with_and_without_the_cache() {
        for without in [false, true] {
            let (_directory, path, cached) = file();
            let mut direct = Direct::open(&path, cached);
            if without {
                direct.direct = None;
            }
            let mut pages = Pages::default();
            let page = pages.take(PAGE_BYTES);
            page.fill(7);
            direct.write(page, PAGE_BYTES as u64).unwrap();
            let read = std::fs::read(&path).unwrap();
            assert_eq!(read[PAGE_BYTES..2 * PAGE_BYTES], [7; PAGE_BYTES]);
            assert_eq!(read[..PAGE_BYTES], [0; PAGE_BYTES]);
            assert_eq!(read[2 * PAGE_BYTES..], [0; PAGE_BYTES]);
        }
    }

    /// As a file system does that asks for larger pages, or for none.
    #[test]
    fn what_may_not_go_past_the_cache_goes_through_it() {
        let (_directory, path, cached) = file();
        let mut direct = Direct::open(&path, cached);
        direct.write(b"odd", 1).unwrap();
        direct.write(b"even", 10).unwrap();
        assert_eq!(
            std::fs::read(&path).unwrap()[..14],
            *b"\0odd\0\0\0\0\0\0even"
        );
    }
}

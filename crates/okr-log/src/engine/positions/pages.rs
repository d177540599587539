//! Pages in a temporary file that has no name: nobody else sees it, and it is gone when the process is.
//!
//! Each page is checked when it is read back, so that a disk that gives something else cannot hide an entry.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

pub(super) const PAGE_BYTES: usize = 4096;

/// The bytes of a page.
pub(super) type PageBytes = [u8; PAGE_BYTES];

#[derive(Debug)]
pub(super) struct Pages {
    /// Where the file is made; without it there is none.
    directory: Option<PathBuf>,
    pub(super) file: Option<File>,
    /// Pages of the file that hold nothing any more.
    free: Vec<u32>,
    /// Pages of the file.
    count: u32,
}

/// A page that was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    number: u32,
    checksum: u32,
}

impl Pages {
    pub(super) fn new(directory: Option<&Path>) -> Self {
        Self {
            directory: directory.map(Path::to_owned),
            file: None,
            free: Vec::new(),
            count: 0,
        }
    }

    /// Writes a page where nothing is.
    pub(super) fn write(&mut self, bytes: &PageBytes) -> io::Result<Written> {
        let number = self.free.pop().unwrap_or(self.count);
        let written = Written {
            number,
            checksum: crc32c::crc32c(bytes),
        };
        let stored = self
            .file()
            .and_then(|file| file.write_all_at(bytes, offset_of(number)));
        if let Err(error) = stored {
            if number < self.count {
                self.free.push(number);
            }
            return Err(error);
        }
        self.count = self.count.max(number.saturating_add(1));
        Ok(written)
    }

    /// Reads a page back.
    pub(super) fn read(&self, page: Written, bytes: &mut PageBytes) -> io::Result<()> {
        let file = self.file.as_ref().ok_or(io::ErrorKind::NotFound)?;
        file.read_exact_at(bytes, offset_of(page.number))?;
        if crc32c::crc32c(bytes) != page.checksum {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a page is not what was written",
            ));
        }
        Ok(())
    }

    /// Lets a page be written anew.
    pub(super) fn release(&mut self, page: Written) {
        self.free.push(page.number);
    }

    fn file(&mut self) -> io::Result<&File> {
        match &mut self.file {
            Some(file) => Ok(file),
            none => {
                let directory = self.directory.as_ref().ok_or(io::ErrorKind::Unsupported)?;
                Ok(none.insert(tempfile::tempfile_in(directory)?))
            }
        }
    }
}

const fn offset_of(number: u32) -> u64 {
    number as u64 * PAGE_BYTES as u64
}

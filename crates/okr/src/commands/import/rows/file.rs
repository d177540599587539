//! A table's file, which is read several times: what can be read only once is kept.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::faults::Faults;
use crate::error::CliError;
use crate::table::{ReadFault, Reader, Separator, sniff};

/// What can be read only once has at most so many bytes.
const KEPT_BYTES_MAX: u64 = 64 << 20;

/// A file that can be read from its beginning again.
pub(super) struct TableFile {
    name: String,
    origin: Origin,
}

enum Origin {
    Path(PathBuf),
    Kept(Vec<u8>),
}

impl TableFile {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn open(path: &Path) -> Result<Self, CliError> {
        let name = path.display().to_string();
        let is_stdin = path.as_os_str() == "-";
        let kept = if is_stdin {
            Some(keep(&name, io::stdin().lock()))
        } else {
            let found = fs::metadata(path).map_err(|error| unreadable(&name, &error))?;
            if found.is_file() {
                None
            } else {
                // A pipe is read once.
                let file = File::open(path).map_err(|error| unreadable(&name, &error))?;
                Some(keep(&name, file))
            }
        };
        let origin = match kept {
            Some(bytes) => Origin::Kept(bytes?),
            None => Origin::Path(path.to_owned()),
        };
        Ok(Self { name, origin })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn begin(&self) -> io::Result<Box<dyn BufRead + '_>> {
        Ok(match &self.origin {
            Origin::Path(path) => Box::new(BufReader::with_capacity(1 << 16, File::open(path)?)),
            Origin::Kept(bytes) => Box::new(bytes.as_slice()),
        })
    }

    /// Finds out what stands between its cells.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn sniff(&self) -> Result<Separator, CliError> {
        sniff(|| self.begin()).map_err(|error| unreadable(&self.name, &error))
    }

    /// Reads its rows from the beginning.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn read(
        &self,
        separator: Separator,
    ) -> Result<Reader<Box<dyn BufRead + '_>>, CliError> {
        let begin = self
            .begin()
            .map_err(|error| unreadable(&self.name, &error))?;
        Ok(Reader::new(begin, separator.0))
    }

    /// Says why it cannot be read on.
    pub(super) fn refused(&self, fault: ReadFault) -> CliError {
        match fault {
            ReadFault::Io(error) => unreadable(&self.name, &error),
            ReadFault::Wrong(wrong) => Faults::one(wrong).into_error(&self.name),
        }
    }
}

fn keep(name: &str, input: impl io::Read) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let read = input.take(KEPT_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(name, &error))?;
    if bytes.len() as u64 > KEPT_BYTES_MAX {
        let message = format!("{name} has more than {} MiB", KEPT_BYTES_MAX >> 20);
        return Err(CliError::user("bad-file", message)
            .with_hint("what comes through a pipe is kept in memory: name a file instead"));
    }
    Ok(bytes)
}

fn unreadable(name: &str, error: &io::Error) -> CliError {
    CliError::user("unreadable-file", format!("{name} cannot be read")).caused_by(error)
}

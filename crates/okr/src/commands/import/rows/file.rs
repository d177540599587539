//! A table's file, which is read several times: what can be read only once is kept.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::faults::Faults;
use crate::error::CliError;
use crate::table::{Asked, Form, ReadFault, Rows, Separator, Shape};

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

    /// Finds out how its rows are written, and what their columns mean; none when it has no rows.
    ///
    /// # Errors
    /// When it cannot be read, or is no table.
    pub(super) fn shape(
        &self,
        separator: Option<Separator>,
        asked: &Asked,
    ) -> Result<Option<Shape>, CliError> {
        let shape = Shape::of(|| self.begin(), (separator, asked));
        shape.map_err(|fault| self.refused(fault))
    }

    /// Reads its rows from the beginning.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn rows<'f>(
        &'f self,
        form: &'f Form,
    ) -> Result<Rows<'f, Box<dyn BufRead + 'f>>, CliError> {
        let begin = self
            .begin()
            .map_err(|error| unreadable(&self.name, &error))?;
        form.rows(begin).map_err(|fault| self.refused(fault))
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

//! How far a watch has come, and the file that remembers it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use okr_core::id::{OrgId, Position};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::config;
use crate::error::CliError;
use crate::exit::Exit;

/// The file that keeps the last handled position. It is replaced as a whole.
#[derive(Debug)]
pub(super) struct CursorFile {
    path: PathBuf,
    org: OrgId,
    saved: Option<Position>,
}

/// What stands in the file.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// The organisation whose history the position is of.
    org: Uuid,
    /// The last position that was handled.
    position: u64,
}

impl CursorFile {
    /// Reads the file, which need not be there yet.
    ///
    /// # Errors
    /// When it cannot be read or understood, or is about another organisation.
    pub(super) fn open(path: &Path, org: OrgId) -> Result<Self, CliError> {
        let mut cursor = Self {
            path: path.to_owned(),
            org,
            saved: None,
        };
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(cursor),
            Err(error) => return Err(cursor.failed("cannot be read").caused_by(&error)),
        };
        let kept: Kept = serde_json::from_slice(&text).map_err(|error| {
            cursor
                .failed("cannot be understood")
                .caused_by(&error)
                .with_hint("give another file; without one, --since says where to begin")
        })?;
        if kept.org != org.uuid() {
            return Err(cursor
                .failed("is about another organisation")
                .with_hint("each workspace needs a cursor file of its own"));
        }
        cursor.saved = Some(Position::new(kept.position));
        Ok(cursor)
    }

    /// Returns the last position that was handled, if any was.
    pub(super) const fn position(&self) -> Option<Position> {
        self.saved
    }

    /// Remembers that everything up to a position was handled.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn save(&mut self, position: Position) -> Result<(), CliError> {
        if self.saved == Some(position) {
            return Ok(());
        }
        let kept = Kept {
            org: self.org.uuid(),
            position: position.get(),
        };
        let mut text = serde_json::to_string(&kept).expect("an id and a number always serialise");
        text.push('\n');
        config::replace(&self.path, text.as_bytes())
            .map_err(|error| self.failed("cannot be written").caused_by(&error))?;
        self.saved = Some(position);
        Ok(())
    }

    /// Says that the file knows more of the history than there is.
    pub(super) fn beyond(&self, head: Position) -> CliError {
        let position = self.saved.unwrap_or(Position::ZERO);
        let what = format!("says {position}, and the history ends at {head}");
        self.failed(&what)
            .with_exit(Exit::Integrity)
            .with_hint("the server may have lost history: okr sync says more")
    }

    fn failed(&self, what: &str) -> CliError {
        let path = self.path.display();
        CliError::config("bad-cursor", format!("the cursor file {path} {what}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_handled_is_remembered_for_one_organisation() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cursor.json");
        let org = |byte| OrgId::from_bytes([byte; 16]);
        let mut cursor = CursorFile::open(&path, org(1)).unwrap();
        assert_eq!(cursor.position(), None);
        cursor.save(Position::new(41)).unwrap();
        cursor.save(Position::new(42)).unwrap();
        let again = CursorFile::open(&path, org(1)).unwrap();
        assert_eq!(again.position(), Some(Position::new(42)));
        let other = CursorFile::open(&path, org(2)).unwrap_err();
        assert!(other.message().contains("another organisation"), "{other}");
        assert_eq!(again.beyond(Position::new(7)).exit(), Exit::Integrity);
    }

    #[test]
    fn a_broken_file_is_named_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("cursor.json");
        fs::write(&path, "41").unwrap();
        let org = OrgId::from_bytes([1; 16]);
        let error = CursorFile::open(&path, org).unwrap_err();
        assert!(error.message().contains("cursor.json"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "41");
    }
}

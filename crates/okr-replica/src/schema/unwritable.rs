//! The file of a replica at a place where nothing can be written: a read-only file system, or no rights.
//!
//! SQLite reads a file in WAL mode only where it can make the files beside it. Where it cannot, the
//! file is opened as one that never changes (`immutable=1`), without locks. That holds only as long as
//! nobody else writes the file, so whoever reads asks again whether it is as it was.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{SCHEMA_VERSION, file_in, known_version, prepare};
use crate::error::ReplicaError;

/// What SQLite keeps beside a file while somebody writes it, and after a crash: without it the file
/// says what was true before, or is torn.
const BESIDE: [&str; 2] = ["-wal", "-journal"];

/// A replica's file that cannot be written from here, as it was when it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwritable {
    path: PathBuf,
    stamp: Stamp,
}

/// What tells a file from what it is after somebody wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    bytes: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl Unwritable {
    /// Finds out whether the file of a directory, which could not be opened, is one that cannot be
    /// written from here.
    pub(crate) fn find(dir: &Path) -> Result<Option<Self>, ReplicaError> {
        if is_refused(dir) {
            Self::of(dir).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Takes the file of a directory as one that nobody writes.
    ///
    /// # Errors
    /// [`ReplicaError::LeftBeside`] when the file is not all there is; [`ReplicaError::Io`].
    pub(crate) fn of(dir: &Path) -> Result<Self, ReplicaError> {
        let path = file_in(dir)?;
        let metadata = File::open(&path).and_then(|file| file.metadata());
        let stamp = Stamp::of(&metadata.map_err(ReplicaError::Io)?);
        match left_beside(&path).map_err(ReplicaError::Io)? {
            Some(beside) => Err(ReplicaError::LeftBeside { path: beside }),
            None => Ok(Self { path, stamp }),
        }
    }

    /// Opens the file, to look at it only.
    ///
    /// # Errors
    /// [`ReplicaError::Older`], because it cannot be brought up to date; as [`super::open`].
    pub(crate) fn connect(&self) -> Result<Connection, ReplicaError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(immutable(&self.path), flags)?;
        prepare(&connection, Duration::ZERO)?;
        let dir = self.path.parent().unwrap_or(&self.path);
        match known_version(dir, &connection)? {
            SCHEMA_VERSION => Ok(connection),
            found => Err(ReplicaError::Older {
                found,
                known: SCHEMA_VERSION,
            }),
        }
    }

    /// Checks that nobody wrote the file since it was found.
    ///
    /// # Errors
    /// [`ReplicaError::Busy`] when somebody did: what was read may be of two states.
    pub fn check(&self) -> Result<(), ReplicaError> {
        let now = std::fs::metadata(&self.path).map(|metadata| Stamp::of(&metadata));
        let as_it_was = now.is_ok_and(|now| now == self.stamp)
            && left_beside(&self.path).is_ok_and(|beside| beside.is_none());
        if as_it_was {
            Ok(())
        } else {
            Err(ReplicaError::Busy)
        }
    }
}

/// Says whether the system refuses to write the file of a directory, or to make one beside it.
fn is_refused(dir: &Path) -> bool {
    let mut write = OpenOptions::new();
    write.write(true);
    let probe = dir.join(format!(
        ".{}.probe.{}",
        super::FILE_NAME,
        std::process::id()
    ));
    let file = write.open(dir.join(super::FILE_NAME));
    let beside = write.create_new(true).open(&probe);
    if beside.is_ok() {
        std::fs::remove_file(&probe).ok();
    }
    let refused = |opened: &io::Result<File>| {
        opened.as_ref().is_err_and(|error| {
            matches!(
                error.kind(),
                ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied
            )
        })
    };
    refused(&file) || refused(&beside)
}

/// Returns what lies beside a file and belongs to it, unless there is nothing in it.
fn left_beside(path: &Path) -> io::Result<Option<PathBuf>> {
    for ending in BESIDE {
        let mut beside = path.as_os_str().to_owned();
        beside.push(ending);
        match std::fs::metadata(&beside) {
            Ok(metadata) if metadata.len() > 0 => return Ok(Some(beside.into())),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Writes a path as SQLite reads it in an address: any byte but plain ones as `%` and two digits.
fn immutable(path: &Path) -> String {
    let bytes = path.as_os_str().as_bytes().iter();
    let path: String = bytes
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"/-_.".contains(byte) {
                char::from(*byte).to_string()
            } else {
                format!("%{byte:02x}")
            }
        })
        .collect();
    format!("file:{path}?immutable=1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{self, FILE_NAME};

    /// Makes a replica's file, in a directory whose name means something in an address.
    fn made() -> (tempfile::TempDir, PathBuf) {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("50% ? #1 ü");
        drop(schema::create(&dir, |_| Ok(())).unwrap());
        (parent, dir)
    }

    #[test]
    fn it_is_read_and_nothing_is_made_beside_it() {
        let (_parent, dir) = made();
        let db = Unwritable::of(&dir).unwrap().connect().unwrap();
        let tables: i64 = db
            .query_row("SELECT count(*) FROM records", [], |row| row.get(0))
            .unwrap();
        assert_eq!(tables, 0);
        let names = std::fs::read_dir(&dir).unwrap();
        let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [FILE_NAME]);
        let refused = db.execute_batch("CREATE TABLE other (x)").unwrap_err();
        assert!(matches!(
            ReplicaError::from(refused),
            ReplicaError::ReadOnly
        ));
    }

    /// To leave out what is in a write-ahead log would be to show an older state as the newest.
    #[test]
    fn what_belongs_to_it_is_not_left_out() {
        for ending in BESIDE {
            let (_parent, dir) = made();
            let beside = dir.join(format!("{FILE_NAME}{ending}"));
            std::fs::write(&beside, b"").unwrap();
            assert!(Unwritable::of(&dir).is_ok());
            std::fs::write(&beside, b"changes").unwrap();
            assert!(
                matches!(Unwritable::of(&dir), Err(ReplicaError::LeftBeside { path }) if path == beside)
            );
        }
    }

    #[test]
    fn somebody_who_writes_it_all_the_same_is_noticed() {
        let (_parent, dir) = made();
        let found = Unwritable::of(&dir).unwrap();
        assert!(found.check().is_ok());
        let writes = schema::open(&dir).unwrap();
        writes.execute_batch("CREATE TABLE other (x)").unwrap();
        assert!(matches!(found.check(), Err(ReplicaError::Busy)));
        // Its write-ahead log is gone then, but the file is another one.
        drop(writes);
        assert!(left_beside(&found.path).unwrap().is_none());
        assert!(matches!(found.check(), Err(ReplicaError::Busy)));
    }

    #[test]
    fn an_older_one_cannot_be_brought_up_to_date() {
        let (_parent, dir) = made();
        let db = schema::open(&dir).unwrap();
        db.pragma_update(None, "user_version", 6).unwrap();
        drop(db);
        let opened = Unwritable::of(&dir).unwrap().connect();
        assert!(matches!(opened, Err(ReplicaError::Older { found: 6, .. })));
    }

    #[test]
    fn a_place_that_can_be_written_is_none() {
        let (_parent, dir) = made();
        assert_eq!(Unwritable::find(&dir).unwrap(), None);
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1);
    }
}

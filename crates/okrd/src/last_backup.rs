//! When the last backup was taken, for whoever watches that there is one: `last-backup.json` in the data directory.
//!
//! It is written when the backup is whole. A backup does not carry it: what was restored has none of its own yet.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::data::{DataError, last_backup_file, read_versioned, replace_json};
use crate::store::AsText;

/// The version of the file that this program writes.
pub(crate) const VERSION: u32 = 1;
/// Held while the file is replaced.
static NOTING: Mutex<()> = Mutex::new(());

/// What the file says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    /// The moment that the backup shows.
    taken_at: AsText<Timestamp>,
}

/// Notes that there is a backup of a moment. Blocks on the disk.
pub(crate) fn note(data: &Path, taken_at: Timestamp) -> Result<(), DataError> {
    let file = File {
        version: VERSION,
        taken_at: AsText(taken_at),
    };
    // Several administrators may say so to one server; whoever panicked has replaced the file or not.
    let noting = NOTING.lock().unwrap_or_else(PoisonError::into_inner);
    replace_json(&last_backup_file(data), &file)?;
    drop(noting);
    Ok(())
}

/// Returns which moment the last backup shows; none before the first. Blocks on the disk.
pub(crate) fn read(data: &Path) -> Result<Option<Timestamp>, DataError> {
    let path = last_backup_file(data);
    if !path.exists() {
        return Ok(None);
    }
    let file: File = read_versioned(&path, VERSION)?;
    Ok(Some(file.taken_at.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_backup_is_the_one_that_was_noted_last() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(read(root.path()).unwrap(), None);
        for second in [1_800_000_000, 1_800_086_400] {
            let moment = Timestamp::from_second(second).unwrap();
            note(root.path(), moment).unwrap();
            assert_eq!(read(root.path()).unwrap(), Some(moment));
        }
        std::fs::write(last_backup_file(root.path()), "{\"version\":2}").unwrap();
        assert!(matches!(
            read(root.path()),
            Err(DataError::NewerFile { .. })
        ));
    }
}

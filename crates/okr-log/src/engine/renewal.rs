//! Making a directory of format 1, which has no journal, one of format 2 (FORMAT.md section 6).

use std::fs;
use std::io;
use std::path::Path;

use crate::engine::directory::{Directory, FileError, file_error, sync, write_synced};
use crate::engine::error::OpenError;
use crate::engine::journal::{self, Found, JournalError, empty_file};
use crate::engine::manifest::{DIRECTORY_FORMAT, Manifest};
use crate::engine::open::{read_manifest, take};

/// What is wrong with a journal that holds groups beside a manifest that knows of none.
pub(crate) const FORGOTTEN: &str = "it holds changes, and MANIFEST is of a time before it";

/// Makes a log of an earlier format, which nobody has open, one of the format that this program writes.
///
/// It happens by itself, too, with the first append. An earlier program does not open the log any more.
///
/// # Errors
///
/// `NotALog`, `Manifest`, `NewerFormat`, `InUse`, and `File` when the system refuses; the log has either format then.
pub fn renew_format(root: &Path) -> Result<(), OpenError> {
    let directory = Directory::new(root);
    let lock = take(&directory)?;
    let manifest = read_manifest(&directory)?;
    if manifest.format < DIRECTORY_FORMAT {
        renew(&directory, &manifest)?;
    }
    drop(lock);
    Ok(())
}

/// Makes a journal, and then a manifest that says so. After a crash in between the log has its old format, and no harm.
///
/// A journal in which groups are stays: no crash leaves one beside such a manifest.
pub(crate) fn renew(directory: &Directory, manifest: &Manifest) -> Result<Found, FileError> {
    let path = directory.journal();
    let in_use = journal::is_in_use(&path, manifest.log);
    if in_use.map_err(|source| file_error("read", &path, source))? {
        let source = io::Error::other(FORGOTTEN);
        return Err(file_error("replace", &path, source));
    }
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(file_error("remove", &path, error));
        }
        Ok(()) | Err(_) => {}
    }
    write_synced(&path, &empty_file(manifest.log))?;
    let found = journal::open(&path, manifest.log);
    let found = found.map_err(|error| {
        let source = match error {
            JournalError::Io(source) => source,
            other => io::Error::other(format!("{other:?}")),
        };
        file_error("read back", &path, source)
    })?;
    let renewed = Manifest {
        format: DIRECTORY_FORMAT,
        ..manifest.clone()
    };
    let fresh = directory.fresh_manifest();
    drop(fs::remove_file(&fresh));
    write_synced(&fresh, renewed.to_text().as_bytes())?;
    // Not every file system keeps the order of what happens in a directory.
    sync(directory.root())?;
    let path = directory.manifest();
    fs::rename(&fresh, &path).map_err(|source| file_error("replace", &path, source))?;
    sync(directory.root())?;
    Ok(found)
}

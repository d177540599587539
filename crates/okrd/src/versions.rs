//! Which version each file of a data directory has, and which one this program writes.
//!
//! Whoever adds a file to the directory adds it here; a test looks at a directory that was used.

use std::fs;
use std::path::Path;

use crate::credentials::{self, Credentials};
use crate::data::{self, DataDir, DataError, LAYOUT_VERSION, MANIFEST, Manifest};
use crate::failure::Failure;
use crate::server::ServeError;
use crate::{directory, key, last_backup, last_used, organisations};

/// The log, which has its version in a manifest of its own.
const LOG: &str = "log";

/// Writes a file anew.
type Renewal = fn(&DataDir) -> Result<(), Failure>;

/// A file whose form has a version.
struct Known {
    name: &'static str,
    /// The newest version that this program reads.
    readable: u32,
    /// The version that it gives to a file which needs no newer one.
    written: u32,
    /// Writes a file of an earlier version in the newest one, where there was an earlier one.
    renew: Option<Renewal>,
}

/// A file, as it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its name in the data directory.
    pub(crate) name: &'static str,
    /// Its version; none when it is not there.
    pub(crate) found: Option<u64>,
    /// The version that this program gives to a file which needs no newer one.
    pub(crate) written: u64,
    /// Its size, when it would be written anew.
    pub(crate) bytes: u64,
}

const KNOWN: [Known; 7] = [
    Known {
        name: MANIFEST,
        readable: LAYOUT_VERSION,
        written: LAYOUT_VERSION,
        renew: Some(|directory| {
            let manifest = DataDir::manifest_of(directory.path())?;
            let key = key::of(directory, &manifest).map_err(ServeError::from)?;
            renew_layout(directory, manifest, key.verifying_key().to_string())?;
            Ok(())
        }),
    },
    Known::only("server.key", key::VERSION),
    Known {
        name: "credentials.json",
        readable: credentials::FILE_VERSION,
        written: credentials::FILE_VERSION,
        renew: Some(renew_credentials),
    },
    Known {
        name: "directory.json",
        readable: directory::VERSION,
        written: directory::WITHOUT_ERASED,
        renew: None,
    },
    Known::only("last-used.json", last_used::VERSION),
    Known::only("organisations.json", organisations::VERSION),
    Known::only("last-backup.json", last_backup::VERSION),
];

impl Known {
    /// A file of which there was never another version than this one.
    const fn only(name: &'static str, version: u32) -> Self {
        Self {
            name,
            readable: version,
            written: version,
            renew: None,
        }
    }
}

impl Part {
    /// Says whether it would be written anew.
    pub(crate) fn is_older(&self) -> bool {
        self.found.is_some_and(|found| found < self.written)
    }
}

/// Looks at every file, without the lock.
///
/// # Errors
///
/// `NewerFile` for the first one that a newer program wrote; that one cannot be read or understood; that the log is
/// newer or no log.
pub(crate) fn survey(data: &Path) -> Result<Vec<Part>, Failure> {
    let mut parts = Vec::with_capacity(KNOWN.len() + 1);
    for known in &KNOWN {
        let path = data.join(known.name);
        let (found, bytes) = match fs::metadata(&path) {
            Ok(metadata) => (Some(data::version_of(&path)?), metadata.len()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (None, 0),
            Err(error) => return Err(data::io_error("read", &path)(error).into()),
        };
        if let Some(found) = found.filter(|found| *found > known.readable) {
            let known = known.readable;
            return Err(DataError::NewerFile { path, found, known }.into());
        }
        parts.push(Part {
            name: known.name,
            found: found.map(u64::from),
            written: known.written.into(),
            bytes,
        });
    }
    parts.push(Part {
        name: LOG,
        found: Some(okr_log::directory_format(&data.join(LOG))?),
        written: okr_log::DIRECTORY_FORMAT,
        bytes: 0,
    });
    Ok(parts)
}

/// Writes every file of an earlier version in the newest one. After a crash each has either.
pub(crate) fn renew(directory: &DataDir) -> Result<(), Failure> {
    let parts = survey(directory.path())?;
    for part in parts.iter().filter(|part| part.is_older()) {
        if part.name == LOG {
            okr_log::renew_format(&directory.path().join(LOG))?;
        }
        let known = KNOWN.iter().find(|known| known.name == part.name);
        if let Some(renew) = known.and_then(|known| known.renew) {
            renew(directory)?;
        }
    }
    Ok(())
}

/// Brings a directory to the newest layout, whose key was looked at. After a crash it has either.
///
/// # Errors
///
/// That a file cannot be written.
pub(crate) fn renew_layout(
    directory: &DataDir,
    manifest: Manifest,
    verifier_key: String,
) -> Result<(), DataError> {
    if manifest.version == LAYOUT_VERSION && manifest.verifier_key.is_some() {
        return Ok(());
    }
    // First what the new layout says to be there.
    organisations::create_if_missing(directory.path())?;
    directory.write_manifest(&Manifest {
        version: LAYOUT_VERSION,
        verifier_key: Some(verifier_key),
        ..manifest
    })
}

fn renew_credentials(directory: &DataDir) -> Result<(), Failure> {
    Ok(Credentials::open(directory.credentials_file())?.rewrite()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_older_only_when_it_is_there() {
        let part = |found| Part {
            name: "x",
            found,
            written: 2,
            bytes: 0,
        };
        assert!(part(Some(1)).is_older());
        assert!(!part(Some(2)).is_older());
        assert!(!part(Some(3)).is_older());
        assert!(!part(None).is_older());
    }

    #[test]
    fn what_a_backup_carries_has_a_version() {
        for name in data::CARRIED_FILES.iter().chain(&data::CARRIED_IF_THERE) {
            assert!(KNOWN.iter().any(|known| known.name == *name), "{name}");
        }
    }
}

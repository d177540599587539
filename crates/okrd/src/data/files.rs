//! How the small files of a data directory are read and replaced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{DataError, PRIVATE_FILE, io_error};

/// What every file says first: a newer one may have fields that this program does not know.
#[derive(Deserialize)]
pub(super) struct Versioned {
    pub(super) version: u32,
}

/// Returns the version that a JSON file says it has, without reading the rest of it.
///
/// # Errors
///
/// `Missing`, `Malformed`, `Io`.
pub(crate) fn version_of(path: &Path) -> Result<u32, DataError> {
    read_json(path).map(|Versioned { version }| version)
}

/// Reads a JSON file that says its version; one of a newer program is not guessed at.
///
/// # Errors
///
/// `Missing`, `NewerFile`, `Malformed`, `Io`.
pub(crate) fn read_versioned<T: DeserializeOwned>(path: &Path, known: u32) -> Result<T, DataError> {
    let Versioned { version } = read_json(path)?;
    if version > known {
        return Err(DataError::NewerFile {
            path: path.to_owned(),
            found: version,
            known,
        });
    }
    read_json(path)
}

/// Reads a JSON file.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, DataError> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(DataError::Missing {
                path: path.to_owned(),
            });
        }
        read => read.map_err(io_error("read", path))?,
    };
    serde_json::from_slice(&bytes).map_err(|source| DataError::Malformed {
        path: path.to_owned(),
        source,
    })
}

/// Puts a JSON file in place of what is there: after a crash either the old or the new one stands.
pub(crate) fn replace_json<T: Serialize>(path: &Path, value: &T) -> Result<(), DataError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|source| DataError::Malformed {
        path: path.to_owned(),
        source,
    })?;
    bytes.push(b'\n');
    replace(path, &bytes)
}

/// Puts a file that only its owner may read in place of what is there. The caller sees to it that nobody else replaces the
/// same file meanwhile.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), DataError> {
    let new = beginning_of(path);
    remove_beginning(path)?;
    let mut options = OpenOptions::new();
    // It must be made here: what a link leads to is nobody's to overwrite, and what was left has the mode that it has.
    options.write(true).create_new(true).mode(PRIVATE_FILE);
    let mut file = options.open(&new).map_err(io_error("create", &new))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(io_error("write", &new))?;
    fs::rename(&new, path).map_err(io_error("replace", path))?;
    let directory = path.parent().unwrap_or(Path::new("."));
    sync_directory(directory)
}

/// Returns where the bytes stand that shall replace a file, until they are whole.
pub(crate) fn beginning_of(path: &Path) -> PathBuf {
    path.with_extension("new")
}

/// Takes away what a process left that was killed while it replaced a file, or a link that somebody laid there.
pub(crate) fn remove_beginning(path: &Path) -> Result<(), DataError> {
    let new = beginning_of(path);
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(io_error("delete", &new)(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes renames and new files of a directory durable.
pub(crate) fn sync_directory(path: &Path) -> Result<(), DataError> {
    File::open(path)
        .and_then(|directory| directory.sync_all())
        .map_err(io_error("sync", path))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_file_of_a_newer_program_is_not_guessed_at() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("credentials.json");
        fs::write(&file, br#"{"version":3,"something":"new"}"#).unwrap();
        let error = read_versioned::<Versioned>(&file, 2).err().unwrap();
        let newer = matches!(
            error,
            DataError::NewerFile {
                found: 3,
                known: 2,
                ..
            }
        );
        assert!(newer, "{error}");
        assert_eq!(read_versioned::<Versioned>(&file, 3).unwrap().version, 3);
    }

    #[test]
    fn replaced_files_are_private() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("secret.json");
        replace(&file, b"1").unwrap();
        replace(&file, b"2").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"2");
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, PRIVATE_FILE);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_in_the_way_of_a_new_file_goes_and_no_link_is_followed() {
        let root = tempfile::tempdir().unwrap();
        let (file, victim) = (root.path().join("a.json"), root.path().join("victim"));
        fs::write(&victim, b"mine").unwrap();
        symlink(&victim, root.path().join("a.new")).unwrap();
        replace(&file, b"1").unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"mine");
        assert!(!fs::symlink_metadata(&file).unwrap().is_symlink());

        let left = root.path().join("a.new");
        fs::write(&left, b"longer than what follows").unwrap();
        fs::set_permissions(&left, fs::Permissions::from_mode(0o666)).unwrap();
        replace(&file, b"2").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"2");
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, PRIVATE_FILE);
        assert!(!left.exists());
    }
}

//! The data directory: what stands where, and who may open it.
//!
//! ```text
//! DATA/server.json       what this directory is; written last by `init`, so its presence means "complete"
//! DATA/server.key        the Ed25519 key that signs checkpoints
//! DATA/credentials.json  login codes and tokens, hashed
//! DATA/directory.json    who the people are
//! DATA/last-backup.json  when the last backup was taken; may be missing
//! DATA/last-used.json    when each token was last used; may be missing
//! DATA/organisations.json  what the operator settled about organisations; missing only in layout 1
//! DATA/access.log        who was let in and what administrators did (see access_log.rs); may be missing
//! DATA/lock              held by the one process that uses the directory
//! DATA/admin.sock        where that process answers administrators (ADMIN.md)
//! DATA/log/              the log (crates/okr-log/FORMAT.md)
//! DATA/unfinished        there while `init` or `restore` makes the directory, and gone when it is complete
//! ```

mod error;
mod files;
mod owner;

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use self::error::DataError;
pub(crate) use self::error::io_error;
use self::files::{Versioned, read_json};
pub(crate) use self::files::{
    beginning_of, read_versioned, remove_beginning, replace, replace_json, sync_directory,
    version_of,
};
pub use self::owner::Owner;
pub(crate) use self::owner::{refuse_foreign, why_denied};
use crate::log_swap::LogSwap;

/// The version of the layout that this program writes; it reads earlier ones as well.
pub(crate) const LAYOUT_VERSION: u32 = 2;
/// The layout from which on `organisations.json` is always there, so that nobody unfreezes by deleting it.
const ALWAYS_SETTLED: u32 = 2;

/// The small files that a backup carries. Whoever adds a file to the directory decides whether it is one of them.
pub(crate) const CARRIED_FILES: [&str; 4] =
    [MANIFEST, "server.key", "credentials.json", "directory.json"];

/// Those that it carries when they are there.
pub(crate) const CARRIED_IF_THERE: [&str; 2] = ["last-used.json", ORGANISATIONS];

/// The files that are replaced only by who holds the lock: what is left of such a replacement is of a killed process.
const REPLACED_HERE: [&str; 7] = [
    MANIFEST,
    "server.key",
    "credentials.json",
    "directory.json",
    "last-used.json",
    "last-backup.json",
    "access.log",
];

/// What makes a directory complete.
pub(crate) const MANIFEST: &str = "server.json";
pub(crate) const ORGANISATIONS: &str = "organisations.json";
const LOCK: &str = "lock";
const UNFINISHED: &str = "unfinished";
const WHAT_IS_UNFINISHED: &[u8] =
    b"An init or a restore of okrd began here. Without server.json beside this it did not finish.\n";
/// What a directory has that was in use, in the order in which people look for it.
const PARTS: [&str; 8] = [
    "log",
    "server.key",
    "credentials.json",
    "directory.json",
    "organisations.json",
    "last-used.json",
    "last-backup.json",
    "access.log",
];
/// Opening what a link leads to is an error.
pub(crate) const NO_LINK: i32 = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
/// The permissions of every file.
pub(crate) const PRIVATE_FILE: u32 = 0o600;
const PRIVATE_DIRECTORY: u32 = 0o700;

/// What `server.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The version of the layout.
    pub version: u32,
    /// The name of the server: the name of its key, and the first part of the origin of its checkpoints.
    pub server_name: String,
    /// The organisations that live here, as UUIDs.
    pub orgs: Vec<String>,
    /// What verifies what the server signs: a key of another server would make it one that no client knows. Layout 1 had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier_key: Option<String>,
}

impl Manifest {
    /// Says whether a directory without `organisations.json` has lost it.
    pub(crate) const fn is_always_settled(&self) -> bool {
        self.version >= ALWAYS_SETTLED
    }
}

/// A data directory, locked for this process as long as the value lives.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    /// Kept for its `Drop`.
    _lock: Lock,
}

/// Holds the directory for this process until it is dropped.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // To close the file is not enough: a child that another thread is starting has it too, until it runs its program.
        // Where this fails, the operating system releases the lock with the last of them.
        drop(self.0.unlock());
    }
}

impl DataDir {
    /// Takes a new or empty directory for a new server and locks it.
    ///
    /// # Errors
    ///
    /// `NotEmpty` when it holds anything, `Unfinished` when that is what an interrupted `init` or `restore` leaves,
    /// `Incomplete` when it was in use, `Foreign`, `Locked`, `Io`.
    pub(crate) fn create(path: &Path) -> Result<Self, DataError> {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(PRIVATE_DIRECTORY);
        builder.create(path).map_err(io_error("create", path))?;
        refuse_used(path)?;
        refuse_foreign(path)?;
        let lock = lock(path)?;
        // Before anything else, so that nobody takes for a remainder what was in use.
        replace(&path.join(UNFINISHED), WHAT_IS_UNFINISHED)?;
        if let Some(parent) = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            sync_directory(parent)?;
        }
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Opens and locks the directory of an existing server.
    ///
    /// # Errors
    ///
    /// `NotInitialised`, `Unfinished`, `Incomplete`, `Foreign`, `Locked`, `Newer`, `Malformed`, `Io`.
    pub(crate) fn open(path: &Path) -> Result<(Self, Manifest), DataError> {
        Self::look(path)?;
        refuse_foreign(path)?;
        let lock = lock(path)?;
        let directory = Self {
            path: path.to_owned(),
            _lock: lock,
        };
        let manifest = Self::manifest_of(path)?;
        for name in REPLACED_HERE {
            remove_beginning(&path.join(name))?;
        }
        note_finished(path)?;
        LogSwap::new(path).finish()?;
        Ok((directory, manifest))
    }

    /// Says whether there is the directory of a server, without a lock: for what may be read while it runs.
    ///
    /// # Errors
    ///
    /// `NotInitialised`, `Unfinished`, `Incomplete`, `Io` when this user may not look.
    pub(crate) fn look(path: &Path) -> Result<(), DataError> {
        if is_there(path, MANIFEST)? {
            return Ok(());
        }
        let none = || DataError::NotInitialised {
            path: path.to_owned(),
        };
        Err(without_manifest(path)?.unwrap_or_else(none))
    }

    /// Writes `server.json`, which makes the directory complete.
    pub(crate) fn write_manifest(&self, manifest: &Manifest) -> Result<(), DataError> {
        replace_json(&self.path.join(MANIFEST), manifest)?;
        note_finished(&self.path)
    }

    /// Returns where the directory stands.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns where the key stands.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.path.join("server.key")
    }

    /// Returns where the credentials stand.
    pub(crate) fn credentials_file(&self) -> PathBuf {
        self.path.join("credentials.json")
    }

    /// Returns where the directory of people stands.
    pub(crate) fn directory_file(&self) -> PathBuf {
        directory_file(&self.path)
    }

    /// Returns where the last uses of tokens stand.
    pub(crate) fn last_used_file(&self) -> PathBuf {
        self.path.join("last-used.json")
    }

    /// Returns where it stands what the operator settled about organisations.
    pub(crate) fn organisations_file(&self) -> PathBuf {
        organisations_file(&self.path)
    }

    /// Returns where the access log stands.
    pub(crate) fn access_log_file(&self) -> PathBuf {
        access_log_file(&self.path)
    }

    /// Returns where the log stands.
    pub(crate) fn log_directory(&self) -> PathBuf {
        self.path.join("log")
    }

    /// Reads what a directory is, without the lock.
    ///
    /// # Errors
    ///
    /// `NotInitialised`, `Unfinished`, `Incomplete`, `Newer`, `Malformed`, `Io`.
    pub(crate) fn manifest_of(path: &Path) -> Result<Manifest, DataError> {
        Self::look(path)?;
        let (directory, path) = (path, path.join(MANIFEST));
        let Versioned { version } = read_json(&path)?;
        if !(1..=LAYOUT_VERSION).contains(&version) {
            return Err(DataError::Newer {
                path: directory.to_owned(),
                found: version,
            });
        }
        read_json(&path)
    }
}

/// Refuses a directory that holds anything.
pub(crate) fn refuse_used(path: &Path) -> Result<(), DataError> {
    if !is_there(path, MANIFEST)? {
        if let Some(error) = without_manifest(path)? {
            return Err(error);
        }
        if is_empty(path)? {
            return Ok(());
        }
    }
    Err(DataError::NotEmpty {
        path: path.to_owned(),
    })
}

/// Returns where the access log of a data directory stands, which is read without the lock.
pub(crate) fn access_log_file(data: &Path) -> PathBuf {
    data.join("access.log")
}

/// Returns where it stands what the operator settled, which is read and changed without the lock.
pub(crate) fn organisations_file(data: &Path) -> PathBuf {
    data.join(ORGANISATIONS)
}

/// Returns where it stands when the last backup was taken, which is read without the lock.
pub(crate) fn last_backup_file(data: &Path) -> PathBuf {
    data.join("last-backup.json")
}

/// Returns where the directory of people of a data directory stands, which is read without the lock.
pub(crate) fn directory_file(data: &Path) -> PathBuf {
    data.join("directory.json")
}

/// Says what a directory without `server.json` is that okrd has been at work in; nothing for any other.
fn without_manifest(path: &Path) -> Result<Option<DataError>, DataError> {
    let begun = is_there(path, UNFINISHED)?;
    let mut ours = begun;
    for name in [LOCK, "server.key", "log/MANIFEST"] {
        ours |= is_there(path, name)?;
    }
    let mut left = Vec::new();
    for name in PARTS {
        if is_there(path, name)? {
            left.push(name);
        }
    }
    let path = path.to_owned();
    Ok(match (ours, begun || left.is_empty()) {
        (false, _) => None,
        (true, true) => Some(DataError::Unfinished { path }),
        (true, false) => Some(DataError::Incomplete { path, left }),
    })
}

/// Says whether a directory has a file. That this user may not look is not that there is none.
fn is_there(directory: &Path, name: &str) -> Result<bool, DataError> {
    let path = directory.join(name);
    match fs::metadata(&path) {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(false)
        }
        Err(error) => Err(io_error("look for", &path)(error)),
    }
}

/// Takes away the mark that a directory is being made. It may be complete with the mark, after a kill.
fn note_finished(path: &Path) -> Result<(), DataError> {
    let mark = path.join(UNFINISHED);
    match fs::remove_file(&mark) {
        Ok(()) => sync_directory(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io_error("delete", &mark)(error)),
    }
}

/// Takes away what a failed `restore` made of the directory itself: the files that it has filled are its own matter.
pub(crate) fn remove_frame(path: &Path) {
    for name in [MANIFEST, UNFINISHED, LOCK] {
        // What cannot be removed is the remainder of a restore, which the next command explains.
        drop(fs::remove_file(path.join(name)));
        drop(remove_beginning(&path.join(name)));
    }
}

fn is_empty(path: &Path) -> Result<bool, DataError> {
    let mut entries = fs::read_dir(path).map_err(io_error("read", path))?;
    // A fresh file system holds this one.
    Ok(entries.all(|entry| entry.is_ok_and(|entry| entry.file_name() == "lost+found")))
}

fn lock(path: &Path) -> Result<Lock, DataError> {
    let file = path.join(LOCK);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    // It is emptied, which nothing that a link leads to may be.
    options.custom_flags(NO_LINK);
    let mut opened = options
        .mode(PRIVATE_FILE)
        .open(&file)
        .map_err(io_error("open", &file))?;
    let mut lock = match opened.try_lock() {
        Ok(()) => Lock(opened),
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            // The message is as good without the number.
            drop(opened.read_to_string(&mut pid));
            let pid = pid.trim().chars().filter(char::is_ascii_digit).collect();
            let path = path.to_owned();
            return Err(DataError::Locked { path, pid });
        }
        Err(TryLockError::Error(source)) => return Err(io_error("lock", &file)(source)),
    };
    (lock.0.set_len(0))
        .and_then(|()| writeln!(lock.0, "{}", std::process::id()))
        .map_err(io_error("write", &file))?;
    Ok(lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest {
            version: LAYOUT_VERSION,
            server_name: "okrd".to_owned(),
            orgs: Vec::new(),
            verifier_key: None,
        }
    }

    #[test]
    fn a_directory_opens_once_at_a_time() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("data");
        let directory = DataDir::create(&path).unwrap();
        directory.write_manifest(&manifest()).unwrap();
        let pid = std::process::id().to_string();
        let error = DataDir::open(&path).unwrap_err();
        assert!(matches!(&error, DataError::Locked { pid: found, .. } if *found == pid));
        assert!(error.to_string().contains(&pid), "{error}");
        drop(directory);
        assert_eq!(DataDir::open(&path).unwrap().1, manifest());
    }

    #[test]
    fn what_a_killed_process_left_goes_at_the_next_opening() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("data");
        let directory = DataDir::create(&path).unwrap();
        directory.write_manifest(&manifest()).unwrap();
        drop(directory);
        for name in REPLACED_HERE {
            fs::write(beginning_of(&path.join(name)), "half").unwrap();
        }
        drop(DataDir::open(&path).unwrap());
        let left = fs::read_dir(&path).unwrap();
        let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [LOCK, MANIFEST]);
    }

    #[test]
    fn a_link_in_the_place_of_the_lock_is_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let victim = root.path().join("victim");
        fs::write(&victim, "mine").unwrap();
        std::os::unix::fs::symlink(&victim, root.path().join(LOCK)).unwrap();
        let refused = lock(root.path()).unwrap_err();
        assert!(matches!(refused, DataError::Io { action: "open", .. }));
        assert_eq!(fs::read(&victim).unwrap(), b"mine");
    }

    /// A child that is being started has the files of its parent, until it runs its program.
    #[test]
    fn a_directory_is_let_go_while_a_child_has_the_file_of_its_lock() {
        let root = tempfile::tempdir().unwrap();
        let held = lock(root.path()).unwrap();
        let of_the_child = held.0.try_clone().unwrap();
        drop(held);
        lock(root.path()).unwrap();
        drop(of_the_child);
    }

    #[test]
    fn init_refuses_what_is_there_and_explains_its_own_remains() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("data");
        drop(DataDir::create(&path).unwrap());
        assert!(matches!(
            DataDir::create(&path),
            Err(DataError::Unfinished { .. })
        ));
        assert!(matches!(
            DataDir::open(&path),
            Err(DataError::Unfinished { .. })
        ));

        fs::remove_file(path.join(UNFINISHED)).unwrap();
        let only_the_lock = DataDir::open(&path).unwrap_err();
        assert!(matches!(only_the_lock, DataError::Unfinished { .. }));

        let other = root.path().join("other");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("holiday.jpg"), b"x").unwrap();
        assert!(matches!(
            DataDir::create(&other),
            Err(DataError::NotEmpty { .. })
        ));
        assert!(matches!(
            DataDir::open(&other),
            Err(DataError::NotInitialised { .. })
        ));
        assert!(other.join("holiday.jpg").exists());
        assert!(!other.join(LOCK).exists(), "nothing was touched");
    }

    #[test]
    fn what_was_in_use_is_called_no_remainder() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("data");
        let directory = DataDir::create(&path).unwrap();
        directory.write_manifest(&manifest()).unwrap();
        assert!(!path.join(UNFINISHED).exists());
        // As a kill leaves it that comes before the mark is gone.
        fs::write(path.join(UNFINISHED), "").unwrap();
        drop(directory);
        drop(DataDir::open(&path).unwrap());
        assert!(!path.join(UNFINISHED).exists());

        fs::write(path.join("server.key"), "").unwrap();
        fs::remove_file(path.join(MANIFEST)).unwrap();
        for error in [
            DataDir::open(&path).unwrap_err(),
            DataDir::create(&path).unwrap_err(),
            DataDir::look(&path).unwrap_err(),
        ] {
            let incomplete =
                matches!(&error, DataError::Incomplete { left, .. } if left == &["server.key"]);
            assert!(incomplete, "{error}");
        }
    }

    #[test]
    fn a_newer_layout_is_refused_by_its_number() {
        let root = tempfile::tempdir().unwrap();
        let directory = DataDir::create(&root.path().join("data")).unwrap();
        directory.write_manifest(&manifest()).unwrap();
        let newer = br#"{"version":3,"something":"new"}"#;
        fs::write(directory.path.join(MANIFEST), newer).unwrap();
        let path = directory.path.clone();
        drop(directory);
        let error = DataDir::open(&path).unwrap_err();
        assert!(matches!(error, DataError::Newer { found: 3, .. }));
    }
}

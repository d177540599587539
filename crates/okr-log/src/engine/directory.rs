//! The data directory: its files, its lock, and making new directory entries durable.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::engine::cache::forget;

/// Where the files of a log lie (FORMAT.md section 5).
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    root: PathBuf,
}

/// An operation on a file of the log that failed.
#[derive(Debug, thiserror::Error)]
#[error("{action} {}", path.display())]
pub struct FileError {
    /// What was tried, such as "open".
    pub action: &'static str,
    /// On which file.
    pub path: PathBuf,
    /// Why it failed.
    #[source]
    pub source: io::Error,
}

/// Holds the directory for this process until it is dropped.
#[derive(Debug)]
pub(crate) struct DirectoryLock {
    file: File,
}

impl Drop for DirectoryLock {
    fn drop(&mut self) {
        // To close the file is not enough: a child that another thread is starting has it too, until it runs its program.
        // Where this fails, the operating system releases the lock with the last of them.
        drop(self.file.unlock());
    }
}

/// Why the lock was not taken.
#[derive(Debug)]
pub(crate) enum LockError {
    InUse,
    File(FileError),
}

impl Directory {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn manifest(&self) -> PathBuf {
        self.root.join("MANIFEST")
    }

    /// Where a manifest is written before it takes the place of the one that is there.
    pub(crate) fn fresh_manifest(&self) -> PathBuf {
        self.root.join("MANIFEST.new")
    }

    pub(crate) fn witness(&self) -> PathBuf {
        self.root.join("witness")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.root.join("store")
    }

    pub(crate) fn store_file(&self) -> PathBuf {
        self.store().join("db")
    }

    pub(crate) fn store_configuration(&self) -> PathBuf {
        self.store().join("conf")
    }

    pub(crate) fn lock(&self) -> Result<DirectoryLock, LockError> {
        let path = self.root.join("LOCK");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| LockError::File(file_error("open", &path, source)))?;
        match file.try_lock() {
            Ok(()) => Ok(DirectoryLock { file }),
            Err(TryLockError::WouldBlock) => Err(LockError::InUse),
            Err(TryLockError::Error(source)) => {
                Err(LockError::File(file_error("lock", &path, source)))
            }
        }
    }
}

/// Writes a new file and syncs it; the directory entry is durable after [`sync`] of the directory.
pub(crate) fn write_synced(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
        io::Write::write_all(&mut file, content)?;
        file.sync_all()
    };
    write().map_err(|source| file_error("write", path, source))
}

/// Syncs a file or a directory.
pub(crate) fn sync(path: &Path) -> Result<(), FileError> {
    let sync = || {
        let file = File::open(path)?;
        file.sync_all().inspect_err(|_| forget(&file))
    };
    sync().map_err(|source| file_error("sync", path, source))
}

/// Syncs everything below a directory, then the directory itself.
pub(crate) fn sync_tree(path: &Path) -> Result<(), FileError> {
    let entries = fs::read_dir(path).map_err(|source| file_error("list", path, source))?;
    for entry in entries {
        let entry = entry
            .map_err(|source| file_error("list", path, source))?
            .path();
        if entry.is_dir() {
            sync_tree(&entry)?;
        } else {
            sync(&entry)?;
        }
    }
    sync(path)
}

pub(crate) fn file_error(action: &'static str, path: &Path, source: io::Error) -> FileError {
    FileError {
        action,
        path: path.to_owned(),
        source,
    }
}

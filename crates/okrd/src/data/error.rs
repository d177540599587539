//! Why a data directory, or a file of it, cannot be used.

use std::io;
use std::path::{Path, PathBuf};

use super::{LAYOUT_VERSION, Owner};

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// `init` wants a new or empty directory.
    #[error("{} is not empty", path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// There is no data directory.
    #[error("{} is not a data directory of okrd", path.display())]
    NotInitialised {
        /// The directory.
        path: PathBuf,
    },
    /// An `init` or `restore` was interrupted before anything could be used.
    #[error("{} is the remainder of an init or restore that did not finish", path.display())]
    Unfinished {
        /// The directory.
        path: PathBuf,
    },
    /// The directory was in use and has lost what says what it is.
    #[error("server.json is missing in {}", path.display())]
    Incomplete {
        /// The directory.
        path: PathBuf,
        /// What still is there.
        left: Vec<&'static str>,
    },
    /// A file is not there that always is.
    #[error("{} is missing", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Root would open or change the directory of another user.
    #[error("{} belongs to {owner}, not to root", path.display())]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// Whose it is.
        owner: Owner,
    },
    /// Another process uses the directory.
    #[error("{} is in use by another process{}", path.display(), process(pid))]
    Locked {
        /// The directory.
        path: PathBuf,
        /// Its process id, as far as known.
        pid: String,
    },
    /// A newer program wrote the directory.
    #[error("{} has layout version {found}, this program reads up to {LAYOUT_VERSION}", path.display())]
    Newer {
        /// The directory.
        path: PathBuf,
        /// The version found.
        found: u32,
    },
    /// A newer program wrote a file of the directory.
    #[error("{} has version {found}, this program reads up to {known}", path.display())]
    NewerFile {
        /// The file.
        path: PathBuf,
        /// The version found.
        found: u32,
        /// The newest version that this program reads.
        known: u32,
    },
    /// A file does not hold what it should.
    #[error("{} cannot be understood", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A file may be read by others than its owner.
    #[error("{} may be read by others (mode {mode:o})", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file system refused something.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

fn process(pid: &str) -> String {
    if pid.is_empty() {
        String::new()
    } else {
        format!(" (pid {pid})")
    }
}

/// Says what was tried with which file when the system refuses it.
pub(crate) fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DataError {
    let path = path.to_owned();
    move |source| DataError::Io {
        action,
        path,
        source,
    }
}

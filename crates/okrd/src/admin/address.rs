//! A socket in a directory with a long name: the system takes a path of a hundred bytes or so, and no longer one.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

/// What every system takes, in bytes: 108 with Linux, 104 with BSD, and a byte of zero at the end.
const LONGEST: usize = 100;

/// By which path a socket is reached, for as long as this is held.
pub(super) struct Address {
    path: PathBuf,
    /// Part of a path that would be too long.
    _directory: Option<File>,
}

impl Address {
    /// Finds the way to a socket.
    ///
    /// # Errors
    ///
    /// When its directory cannot be opened.
    pub(super) fn of(socket: &Path) -> io::Result<Self> {
        let long = socket.as_os_str().len() > LONGEST;
        let (Some(directory), Some(name), true) = (
            socket.parent(),
            socket.file_name(),
            long && cfg!(target_os = "linux"),
        ) else {
            return Ok(Self {
                path: socket.to_owned(),
                _directory: None,
            });
        };
        let directory = File::open(directory)?;
        let here = format!("/proc/self/fd/{}", directory.as_raw_fd());
        Ok(Self {
            path: Path::new(&here).join(name),
            _directory: Some(directory),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

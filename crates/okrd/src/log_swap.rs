//! Putting a rewritten log in place of the one that is there, so that a crash at any moment leaves one of the two.
//!
//! ```text
//! DATA/log            the log
//! DATA/log.rewritten  another one that is being made; whole when log.replaced exists
//! DATA/log.replaced   the one that was there, from the moment on in which the other takes its place
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use crate::data::{DataError, io_error, sync_directory};

/// Where a log stands while it is put in place of another.
#[derive(Clone, Debug)]
pub(crate) struct LogSwap {
    data: PathBuf,
}

impl LogSwap {
    pub(crate) fn new(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
        }
    }

    fn log(&self) -> PathBuf {
        self.data.join("log")
    }

    /// Returns where the new log is made.
    pub(crate) fn rewritten(&self) -> PathBuf {
        self.data.join("log.rewritten")
    }

    fn replaced(&self) -> PathBuf {
        self.data.join("log.replaced")
    }

    /// Puts the new log, which is whole and closed, in place of the old one, and deletes that.
    pub(crate) fn swap(&self) -> Result<(), DataError> {
        rename(&self.log(), &self.replaced())?;
        sync_directory(&self.data)?;
        self.finish()
    }

    /// Ends a swap that a crash interrupted, or takes away what one left that had not begun.
    pub(crate) fn finish(&self) -> Result<(), DataError> {
        let (log, rewritten, replaced) = (self.log(), self.rewritten(), self.replaced());
        if !log.exists() && replaced.exists() {
            // Only a whole new log lets the old one be moved.
            let next = if rewritten.exists() {
                &rewritten
            } else {
                &replaced
            };
            rename(next, &log)?;
            sync_directory(&self.data)?;
        }
        for left in [rewritten, replaced] {
            if log.exists() && left.exists() {
                fs::remove_dir_all(&left).map_err(io_error("delete", &left))?;
            }
        }
        sync_directory(&self.data)
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), DataError> {
    fs::rename(from, to).map_err(io_error("rename", from))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes directories that hold their own name.
    fn world(present: &[&str]) -> (tempfile::TempDir, LogSwap) {
        let root = tempfile::tempdir().unwrap();
        for name in present {
            fs::create_dir(root.path().join(name)).unwrap();
            fs::write(root.path().join(name).join("which"), name).unwrap();
        }
        let swap = LogSwap::new(root.path());
        (root, swap)
    }

    fn log(root: &Path) -> String {
        fs::read_to_string(root.join("log/which")).unwrap()
    }

    #[test]
    fn whatever_a_crash_leaves_one_log_is_there_and_nothing_else() {
        let cases: [(&[&str], &str); 5] = [
            (&["log"], "log"),
            // It was still being made.
            (&["log", "log.rewritten"], "log"),
            // The old one was moved away, the new one not yet in place.
            (&["log.rewritten", "log.replaced"], "log.rewritten"),
            // The new one is in place, the old one not yet deleted.
            (&["log", "log.replaced"], "log"),
            (&["log.replaced"], "log.replaced"),
        ];
        for (present, expected) in cases {
            let (root, swap) = world(present);
            swap.finish().unwrap();
            assert_eq!(log(root.path()), expected, "{present:?}");
            assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1, "{present:?}");
        }
    }

    #[test]
    fn a_new_log_takes_the_place_of_the_old_one() {
        let (root, swap) = world(&["log", "log.rewritten"]);
        swap.swap().unwrap();
        assert_eq!(log(root.path()), "log.rewritten");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }
}

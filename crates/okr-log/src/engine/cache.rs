//! Syncs that are believed, and what the operating system keeps of a file when one fails.

use std::fs::File;
use std::io;

/// Syncs the content of a file.
///
/// When that fails, the kernel calls pages clean that never reached the device, and reports it once. So they are dropped:
/// whoever opens the log next, in a new process, is to read what is really there.
pub(crate) fn sync_content(file: &File) -> io::Result<()> {
    file.sync_data().inspect_err(|_| forget(file))
}

/// Lets the kernel drop what it has of a file in memory, as far as it holds that for clean.
#[cfg(target_os = "linux")]
pub(crate) fn forget(file: &File) {
    use rustix::fs::{Advice, fadvise};
    // It is advice: nothing rests on it but what is read after a failure that has been reported.
    fadvise(file, 0, None, Advice::DontNeed).ok();
}

/// Elsewhere there is no such advice.
#[cfg(not(target_os = "linux"))]
pub(crate) const fn forget(_: &File) {}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _, Write as _};

    use super::*;

    #[test]
    fn what_is_forgotten_is_read_again() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"kept").unwrap();
        sync_content(&file).unwrap();
        forget(&file);
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "kept");
    }
}

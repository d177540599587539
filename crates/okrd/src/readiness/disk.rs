//! How much room the disk has, and how much of it is kept free.
//!
//! A log that fills its disk to the last byte ends with a failed write, after which only a restart helps. Stopping before
//! that costs nothing that was acknowledged, and ends by itself when there is room again.

use std::fmt;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

/// The room of a file system, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskSpace {
    /// What this process may still write.
    pub free: u64,
    /// All of it.
    pub size: u64,
}

/// How much is kept free: so many bytes, or so much of the disk when that is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DiskReserve {
    /// In bytes.
    pub(crate) bytes: u64,
    /// Below 100.
    pub(crate) percent: u32,
}

/// Asks for the room of the file system that a path is on.
#[derive(Clone)]
pub struct DiskProbe(Arc<Probe>);

type Probe = dyn Fn(&Path) -> io::Result<DiskSpace> + Send + Sync;

impl DiskReserve {
    /// Returns the bytes that are kept free of a disk of a size.
    pub(crate) fn of(self, size: u64) -> u64 {
        // Divided first, so that no size is too large.
        let share = size / 100 * u64::from(self.percent);
        share.min(self.bytes)
    }
}

impl DiskProbe {
    /// Asks the operating system.
    pub fn system() -> Self {
        Self::from_fn(|path| {
            let found = rustix::fs::statvfs(path)?;
            Ok(DiskSpace {
                free: found.f_bavail.saturating_mul(found.f_frsize),
                size: found.f_blocks.saturating_mul(found.f_frsize),
            })
        })
    }

    /// Asks something else.
    pub fn from_fn(probe: impl Fn(&Path) -> io::Result<DiskSpace> + Send + Sync + 'static) -> Self {
        Self(Arc::new(probe))
    }

    /// Returns the room around a path.
    pub(crate) fn space(&self, path: &Path) -> io::Result<DiskSpace> {
        (self.0)(path)
    }
}

impl fmt::Debug for DiskProbe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DiskProbe")
    }
}

/// Adds up what a directory takes on the disk. A file that goes away meanwhile is not counted.
pub(crate) fn size_of(directory: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory)?.filter_map(Result::ok) {
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        bytes += if metadata.is_dir() {
            size_of(&entry.path()).unwrap_or(0)
        } else {
            // The system counts in blocks of 512 bytes, whatever those of the disk are.
            metadata.blocks() * 512
        };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_small_on_a_small_disk_and_bounded_on_a_large_one() {
        const GIB: u64 = 1 << 30;
        let usual = DiskReserve {
            bytes: GIB / 2,
            percent: 5,
        };
        assert_eq!(usual.of(GIB), GIB / 100 * 5);
        assert_eq!(usual.of(1024 * GIB), GIB / 2);
        assert_eq!(usual.of(u64::MAX), GIB / 2);
        for nothing in [
            DiskReserve { bytes: 0, ..usual },
            DiskReserve {
                percent: 0,
                ..usual
            },
        ] {
            assert_eq!(nothing.of(1024 * GIB), 0);
        }
    }

    #[test]
    fn the_system_says_how_much_room_there_is() {
        let space = DiskProbe::system().space(Path::new("/")).unwrap();
        assert!(space.size > 0 && space.free <= space.size, "{space:?}");
        assert!(
            DiskProbe::system()
                .space(Path::new("/no/such/place"))
                .is_err()
        );
    }

    #[test]
    fn the_size_of_a_directory_is_that_of_all_its_files() {
        let directory = tempfile::tempdir().unwrap();
        let before = size_of(directory.path()).unwrap();
        std::fs::create_dir(directory.path().join("log")).unwrap();
        std::fs::write(directory.path().join("log/block"), vec![7; 100_000]).unwrap();
        let after = size_of(directory.path()).unwrap();
        assert!(after >= before + 100_000, "{before} {after}");
        assert!(size_of(&directory.path().join("none")).is_err());
    }
}

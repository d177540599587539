//! A disk whose power can be cut: a file system in a file, of which a copy holds only what had reached it.
//!
//! The file system is ext4 on a loop device. What programs have written but nothing has synced waits in the
//! memory of the mounted file system; a copy of the file behind it is what a machine would find after a cut.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted file system in a file; unmounted when dropped.
pub(super) struct Disk {
    directory: PathBuf,
    mount: PathBuf,
    cuts: usize,
}

impl Disk {
    /// Makes a file system of so many MiB and mounts it, where this process may.
    pub(super) fn new(directory: &Path, mebibytes: u64) -> Option<Self> {
        let disk = Self {
            directory: directory.to_owned(),
            mount: directory.join("mounted"),
            cuts: 0,
        };
        std::fs::create_dir(&disk.mount).unwrap();
        let image = File::create(disk.image()).unwrap();
        image.set_len(mebibytes << 20).unwrap();
        let made = run(Command::new("mkfs.ext4")
            .args(["-q", "-F"])
            .arg(disk.image()));
        (made && disk.mounted()).then_some(disk)
    }

    /// Returns where it is mounted.
    pub(super) fn path(&self) -> &Path {
        &self.mount
    }

    fn image(&self) -> PathBuf {
        self.directory.join(format!("image-{}", self.cuts))
    }

    fn mounted(&self) -> bool {
        let mut mount = Command::new("mount");
        run(mount
            .args(["-o", "loop"])
            .arg(self.image())
            .arg(&self.mount))
    }

    /// Cuts the power: keeps what has reached the disk by now. Whoever uses it must be stopped.
    ///
    /// What is mounted stays the same until [`Disk::power_on`].
    pub(super) fn cut(&mut self) -> Cut {
        let before = self.image();
        self.cuts += 1;
        let copied = run(Command::new("cp")
            .arg("--sparse=always")
            .arg(&before)
            .arg(self.image()));
        assert!(copied, "the image is copied");
        Cut { before }
    }

    /// Mounts what the power cut left. Nobody may use the disk any more.
    pub(super) fn power_on(&mut self, cut: Cut) {
        assert!(run(Command::new("umount").arg(&self.mount)));
        std::fs::remove_file(cut.before).unwrap();
        assert!(self.mounted(), "the journal is replayed");
    }
}

/// The image of a disk before a cut, which is of no use any more.
#[must_use]
pub(super) struct Cut {
    before: PathBuf,
}

impl Drop for Disk {
    fn drop(&mut self) {
        run(Command::new("umount").arg("--lazy").arg(&self.mount));
    }
}

/// Runs a command that says nothing when all is well.
pub(super) fn run(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

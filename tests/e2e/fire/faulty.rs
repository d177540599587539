//! Programs on a machine that fails: a library between them and the system, and limits of the system itself.

use std::fmt::Write as _;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use okr_e2e::Programs;

use super::disk::run;
use super::skipped;
use crate::programs;

/// The library of `shim.c`, built.
pub(super) struct Shim(PathBuf);

impl Shim {
    /// Builds the library, where there is a compiler.
    pub(super) fn build(directory: &Path) -> Option<Self> {
        let library = directory.join("shim.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/fire/shim.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2", "-o"])
            .args([&library, &source])
            .args(["-ldl"])
            .output();
        if let Ok(output) = built {
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{errors}");
            Some(Self(library))
        } else {
            skipped("there is no C compiler for the library that lets writes fail");
            None
        }
    }

    /// Returns the programs, with this variable, under the library.
    pub(super) fn programs(&self, (name, value): (&str, &str)) -> Programs {
        let library = self.0.display();
        let before = format!("export LD_PRELOAD='{library}' {name}='{value}'\n");
        wrapped(self.0.parent().unwrap(), name, (before.as_str(), ""))
    }
}

/// Returns programs that start with these limits of prlimit(1).
pub(super) fn limited(directory: &Path, limit: &str) -> Programs {
    let prefix = format!("prlimit {limit} ");
    wrapped(directory, "limited", ("", prefix.as_str()))
}

/// Returns programs that run as nobody, who owns the data from now on; none where this is not root.
pub(super) fn nobody(directory: &Path, data: &Path) -> Option<Programs> {
    let mut owner = Command::new("chown");
    owner.args(["-R", "65534:65534"]).arg(data);
    let prefix = "setpriv --reuid=65534 --regid=65534 --clear-groups ";
    run(&mut owner).then(|| wrapped(directory, "nobody", ("", prefix)))
}

/// A directory that is mounted over itself so that nothing in it can be written; unmounted when dropped.
pub(super) struct ReadOnly(PathBuf);

impl ReadOnly {
    pub(super) fn mount(directory: &Path) -> Option<Self> {
        let mut bind = Command::new("mount");
        bind.arg("--bind").args([directory, directory]);
        if !run(&mut bind) {
            return None;
        }
        let mounted = Self(directory.to_owned());
        let mut remount = Command::new("mount");
        remount.args(["-o", "remount,bind,ro"]).arg(directory);
        run(&mut remount).then_some(mounted)
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        run(Command::new("umount").arg(&self.0));
    }
}

/// Writes a script for each program that says something before it becomes that program.
fn wrapped(directory: &Path, name: &str, (before, prefix): (&str, &str)) -> Programs {
    let real = programs();
    let script = |program: &Path, kind: &str| {
        let path = directory.join(format!("{name}-{kind}"));
        let mut text = format!("#!/bin/sh\n{before}");
        writeln!(text, "exec {prefix}'{}' \"$@\"", program.display()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        path
    };
    Programs {
        okr: script(&real.okr, "okr"),
        okrd: script(&real.okrd, "okrd"),
    }
}

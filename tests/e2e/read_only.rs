//! A workspace where nothing can be written, such as a backup that an auditor mounts: it is read, and says so of itself.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use okr_e2e::Home;
use tempfile::TempDir;

use crate::full_disk::names;
use crate::programs;
use crate::sync::{founded, plan};

/// A directory in which nothing can be written until this is dropped.
enum Closed {
    /// It is mounted over itself, which only root may do and which holds for root, too.
    Mounted(PathBuf),
    /// Nobody has the right to, which holds for everybody else.
    Unpermitted(Vec<PathBuf>),
}

impl Closed {
    fn new(directory: &Path) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            let inside = std::fs::read_dir(directory).unwrap();
            let mut paths: Vec<PathBuf> = inside.map(|entry| entry.unwrap().path()).collect();
            paths.push(directory.to_owned());
            let closed = Self::Unpermitted(paths);
            closed.permit(0o555);
            return Some(closed);
        }
        let mount = |words: &[&str]| {
            let mut command = Command::new("mount");
            command.args(words).arg(directory);
            command.output().is_ok_and(|output| output.status.success())
        };
        if !mount(&["--bind", directory.to_str().unwrap()]) {
            return None;
        }
        let mounted = Self::Mounted(directory.to_owned());
        mount(&["-o", "remount,bind,ro"]).then_some(mounted)
    }

    fn permit(&self, mode: u32) {
        if let Self::Unpermitted(paths) = self {
            for path in paths.iter().rev() {
                let permissions = std::fs::Permissions::from_mode(mode);
                std::fs::set_permissions(path, permissions).unwrap();
            }
        }
    }
}

impl Drop for Closed {
    fn drop(&mut self) {
        match self {
            Self::Mounted(directory) => {
                Command::new("umount").arg(directory).status().ok();
            }
            Self::Unpermitted(_) => self.permit(0o755),
        }
    }
}

/// Somebody with confirmed history, one more check-in that waits, and a directory for what they write elsewhere.
fn reported() -> (TempDir, Home, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    plan(&ana);
    let line = ["checkin", "api-p99", "400", "-m", "fewer round trips"];
    ana.okr(&line).unwrap();
    server.stop().unwrap();
    ana.okr(&["--offline", "checkin", "api-p99", "380"])
        .unwrap();
    let workspace = ana.directory().join("data/okr/acme");
    (directory, ana, workspace)
}

fn skipped() {
    std::io::stderr()
        .write_all(b"skipped: nothing can be mounted read-only here\n")
        .unwrap();
}

#[test]
fn a_workspace_that_cannot_be_written_is_read_all_the_same() {
    let (directory, ana, workspace) = reported();
    let to = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (json, bundle) = (to("all.json"), to("bundle"));
    let lines: [&[&str]; 10] = [
        &["tree"],
        &["show", "api-p99"],
        &["log"],
        &["diff", "#1.."],
        &["status"],
        &["search", "trips"],
        &["--offline", "verify"],
        &["--offline", "report", "weekly"],
        &["export", "--to", &json],
        &["audit", "export", "--to", &bundle],
    ];
    let tree = ana.okr(&["tree"]).unwrap();
    let before = names(&workspace);
    let Some(closed) = Closed::new(&workspace) else {
        return skipped();
    };
    for line in lines {
        ana.okr(line).unwrap();
    }
    assert_eq!(ana.okr(&["tree"]).unwrap(), tree);
    ana.okr(&["audit", "verify", &bundle]).unwrap();
    for line in [
        &["--offline", "checkin", "api-p99", "300"][..],
        &["team", "add", "Platform"],
        &["undo"],
    ] {
        let run = ana.run(line).unwrap();
        assert_eq!(run.code, Some(1), "{line:?}: {}", run.stderr);
        let error = "Error: the replica cannot be written: its files or their place are read-only";
        assert!(run.stderr.starts_with(error), "{}", run.stderr);
        assert!(
            run.stderr.contains("Hint: nothing was changed"),
            "{}",
            run.stderr
        );
    }
    assert_eq!(names(&workspace), before);
    drop(closed);
    ana.okr(&["--offline", "checkin", "api-p99", "300"])
        .unwrap();
}

/// What is in the write-ahead log is a part of the history: without it an older state would look like the newest.
#[test]
fn what_a_killed_program_left_beside_the_file_is_not_left_out() {
    let (directory, ana, workspace) = reported();
    std::fs::write(workspace.join("replica.db-wal"), b"changes").unwrap();
    let Some(closed) = Closed::new(&workspace) else {
        return skipped();
    };
    let run = ana.run(&["tree"]).unwrap();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    for part in ["replica.db-wal belongs to it", "cp -R DIRECTORY"] {
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
    // The hint leads to where it can be read.
    let elsewhere = directory.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let mut copy = Command::new("cp");
    copy.arg("-R").arg(&workspace).arg(elsewhere.join("acme"));
    assert!(copy.status().unwrap().success());
    drop(closed);
    for file in names(&elsewhere.join("acme")) {
        let permissions = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(elsewhere.join("acme").join(file), permissions).unwrap();
    }
    let permissions = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(elsewhere.join("acme"), permissions).unwrap();
    let there = ana.with("OKR_DATA_DIR", elsewhere.to_str().unwrap());
    assert!(there.okr(&["tree"]).unwrap().contains("api-p99"));
}

#[test]
fn a_workspace_is_not_made_where_nothing_can_be() {
    let directory = tempfile::tempdir().unwrap();
    let home = Home::new(&programs(), &directory.path().join("home")).unwrap();
    let place = directory.path().join("place");
    std::fs::create_dir(&place).unwrap();
    let Some(_closed) = Closed::new(&place) else {
        return skipped();
    };
    let home = home.with("OKR_DATA_DIR", place.to_str().unwrap());
    let run = home.run(&["init", "acme", "--handle", "ana"]).unwrap();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr
            .contains("acme cannot be made: its place is read-only"),
        "{}",
        run.stderr
    );
}

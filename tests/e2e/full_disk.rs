//! A full disk under the workspace: a clear error, nothing lost, and on it goes when there is room.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use okr_e2e::Home;

use crate::programs;

/// A small file system in memory; unmounted when dropped.
pub(crate) struct Small(PathBuf);

impl Small {
    /// Mounts it, where this process may.
    pub(crate) fn mount(directory: &Path) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "okr-small"])
            .arg(directory)
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then(|| Self(directory.to_owned()))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        Command::new("umount").arg(&self.0).status().ok();
    }
}

#[test]
fn a_full_disk_is_named_and_nothing_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let Some(small) = Small::mount(directory.path()) else {
        // Only root mounts file systems.
        std::io::stderr()
            .write_all(b"skipped: no file system can be mounted here\n")
            .unwrap();
        return;
    };
    let home = Home::new(&programs(), &small.0).unwrap();
    home.okr(&["init", "acme", "--handle", "ana"]).unwrap();
    home.okr(&["team", "add", "Before"]).unwrap();

    let filler = small.0.join("filler");
    let mut file = std::fs::File::create(&filler).unwrap();
    while file.write_all(&[0; 512]).is_ok() {}
    drop(file);
    let run = home.run(&["team", "add", "Never"]).unwrap();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr.starts_with("Error: the disk is full"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("Hint: "), "{}", run.stderr);

    std::fs::remove_file(&filler).unwrap();
    home.okr(&["team", "add", "After"]).unwrap();
    let teams = home.okr(&["team", "list"]).unwrap();
    assert!(
        teams.contains("Before") && teams.contains("After"),
        "{teams}"
    );
    assert!(!teams.contains("Never"), "{teams}");
}

#[test]
fn an_export_to_a_full_disk_leaves_what_was_there() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("small");
    std::fs::create_dir(&place).unwrap();
    let Some(small) = Small::mount(&place) else {
        std::io::stderr()
            .write_all(b"skipped: no file system can be mounted here\n")
            .unwrap();
        return;
    };
    let home = Home::new(&programs(), &directory.path().join("home")).unwrap();
    home.okr(&["init", "acme", "--handle", "ana"]).unwrap();
    for number in 0..20 {
        home.okr(&["team", "add", &format!("Team {number}")])
            .unwrap();
    }
    let filler = small.0.join("filler");
    for (words, name) in [
        (&["export", "--events"][..], "history.jsonl"),
        (&["export"], "all.json"),
    ] {
        let to = small.0.join(name);
        std::fs::write(&to, "what was there\n").unwrap();
        let mut file = std::fs::File::create(&filler).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        drop(file);
        let before = names(&small.0);
        let words: Vec<&str> = words
            .iter()
            .copied()
            .chain(["--to", to.to_str().unwrap()])
            .collect();
        let run = home.run(&words).unwrap();
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(run.stderr.contains("cannot be written"), "{}", run.stderr);
        assert!(run.stderr.contains("No space left"), "{}", run.stderr);
        assert_eq!(
            std::fs::read_to_string(&to).unwrap(),
            "what was there\n",
            "{words:?}"
        );
        assert_eq!(names(&small.0), before, "no part of a file stays");
        std::fs::remove_file(&filler).unwrap();
        home.okr(&words).unwrap();
    }
}

/// Lists what is in a directory.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

//! What it costs to start: nothing is opened that a command does not need, and nothing twice.
//!
//! Counted by the system, which tells who opens what in a directory; no clock is looked at.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};
use rustix::io::Errno;

use crate::session::planned;

/// Sees which files of a directory are opened.
struct Watch(OwnedFd);

impl Watch {
    fn on(directory: &Path) -> Self {
        let queue = inotify::init(CreateFlags::NONBLOCK).unwrap();
        inotify::add_watch(&queue, directory, WatchFlags::OPEN).unwrap();
        Self(queue)
    }

    /// Returns the files that were opened since this was asked the last time, as often as they were.
    fn opened(&self) -> Vec<String> {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.0, &mut buffer);
        let mut files = Vec::new();
        loop {
            match reader.next() {
                Ok(event) => {
                    let name = event.file_name().unwrap_or_default();
                    files.push(name.to_string_lossy().into_owned());
                }
                Err(Errno::AGAIN) => return files,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn what_needs_no_workspace_opens_none() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let watch = Watch::on(&home.directory().join("data/okr/acme"));
    for line in [
        &["--version"][..],
        &["--help"],
        &["checkin", "-h"],
        &["checkin", "--help"],
        &["help", "dates"],
        &["help", "kr", "add"],
        &["completions", "bash"],
    ] {
        home.okr(line).unwrap();
        assert_eq!(watch.opened(), Vec::<String>::new(), "{line:?}");
    }
    home.okr(&["tree"]).unwrap();
    assert!(watch.opened().contains(&"replica.db".to_owned()));
}

#[test]
fn a_reading_command_opens_its_copy_once() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let watch = Watch::on(&home.directory().join("data/okr/acme"));
    for line in [&["status"][..], &["tree"], &["log"], &["show", "api-p99"]] {
        home.okr(line).unwrap();
        let opened = watch.opened();
        let times = opened.iter().filter(|name| *name == "replica.db").count();
        assert_eq!(times, 1, "{line:?} opens {opened:?}");
    }
}

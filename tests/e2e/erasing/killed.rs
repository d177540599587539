//! Kills around an erasure: what was told to be erased stays erased, and what cuts the history anew can be cut short.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use okr_e2e::{Home, Server};
use okr_testkit::{Random, rounds};

use super::{TEXT, holding, retitled};
use crate::programs;
use crate::sync::{founded, joined, plan};

/// A compaction of so small a log takes about as long.
const COMPACTION_MICROSECONDS: usize = 120_000;

/// Brings a text into the history, has it erased, and kills the server as soon as that was told.
fn erased_and_killed(directory: &Path) -> (Home, String, std::path::PathBuf) {
    let (server, ana) = founded(directory);
    plan(&ana);
    ana.okr(&retitled(TEXT)).unwrap();
    ana.okr(&["sync"]).unwrap();
    let line = ["erase", "text", "fast.title", "--confirm", "fast.title"];
    let done = ana.json(&[&line[..], &["-m", "the law"]].concat()).unwrap();
    assert_eq!(done["items"][0]["erased"], true, "{done}");
    let (listen, data) = (server.listen(), server.data().to_owned());
    server.kill().unwrap();
    (ana, listen, data)
}

fn started(data: &Path, listen: &str) -> Server {
    Server::start_with(&programs(), data, &["--listen", listen]).unwrap()
}

/// Runs `okrd` on a data directory that no server holds.
fn okrd(command: &str, data: &Path) -> Command {
    let mut okrd = Command::new(&programs().okrd);
    okrd.arg(command).arg("--data").arg(data);
    okrd.stdin(Stdio::null());
    okrd
}

#[test]
fn what_was_told_to_be_erased_stays_erased_after_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let (ana, listen, data) = erased_and_killed(directory.path());
    let server = started(&data, &listen);
    ana.okr(&["verify"]).unwrap();
    let bob = joined(&server, &ana, directory.path(), "bob");
    bob.okr(&["verify"]).unwrap();
    for home in [&ana, &bob] {
        assert_eq!(holding(home.directory(), TEXT), Vec::<String>::new());
        let log = home.okr(&["log", "fast"]).unwrap();
        assert!(log.contains("erased by ana"), "{log}");
    }
}

#[test]
fn a_compaction_that_is_cut_short_leaves_the_whole_history() {
    let directory = tempfile::tempdir().unwrap();
    let (ana, listen, data) = erased_and_killed(directory.path());
    let mut random = Random::new(14);
    for round in 0..rounds(8) {
        let mut compacting = okrd("compact", &data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let moment = random.below(COMPACTION_MICROSECONDS) as u64;
        std::thread::sleep(Duration::from_micros(moment));
        compacting.kill().unwrap();
        compacting.wait().unwrap();
        let verified = okrd("verify", &data).output().unwrap();
        assert!(verified.status.success(), "round {round}: {verified:?}");
    }
    let compacted = okrd("compact", &data).output().unwrap();
    assert!(compacted.status.success(), "{compacted:?}");
    assert_eq!(holding(&data, TEXT), Vec::<String>::new());
    let left = fs::read_dir(&data).unwrap();
    let left: Vec<_> = left.map(|file| file.unwrap().file_name()).collect();
    let server = started(&data, &listen);
    ana.okr(&["verify"]).unwrap();
    let bob = joined(&server, &ana, directory.path(), "bob");
    assert_eq!(
        bob.json(&["log", "--limit", "1000"]).unwrap()["items"],
        ana.json(&["log", "--limit", "1000"]).unwrap()["items"],
        "with {left:?}"
    );
}

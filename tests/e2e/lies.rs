//! What a server that is broken or lies can do to a real `okr`: nothing but be refused, with exit 9.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use okr_e2e::{Home, Server};
use serde_json::Value;

use crate::liar::{Liar, Lie};
use crate::programs;
use crate::sync::{founded, plan};

/// Everything that a refused sync must leave as it was.
fn state(home: &Home) -> Value {
    let mut log = home.json(&["log", "--offline", "--limit", "all"]).unwrap();
    let mut tree = home.json(&["tree", "--offline"]).unwrap();
    serde_json::json!([
        log["items"].take(),
        tree["items"].take(),
        log["replica"]["pending"],
        log["replica"]["synced_at"],
    ])
}

/// Somebody with a copy through the liar, news on the server, and a change that waits here.
fn site(directory: &std::path::Path) -> (Server, Liar, Home, Home) {
    let (server, near) = founded(directory);
    plan(&near);
    let liar = Liar::start(server.url());
    let far = Home::new(&programs(), &directory.join("far")).unwrap();
    let answer = near.json(&["member", "invite", "ana"]).unwrap();
    let code = answer["items"][0]["code"].as_str().unwrap();
    far.okr(&["clone", liar.url(), "acme", "--code", code])
        .unwrap();
    for value in ["470", "460", "450"] {
        near.okr(&["checkin", "api-p99", value, "-m", "with a note"])
            .unwrap();
    }
    near.okr(&["sync"]).unwrap();
    far.okr(&["--offline", "checkin", "api-p99", "440", "-m", "mine"])
        .unwrap();
    (server, liar, near, far)
}

/// Runs a sync that must be refused as untrue, and returns what it said.
fn refused(far: &Home, lie: Lie) -> String {
    let run = far.run(&["sync"]).unwrap();
    let said = format!("{lie:?}: {}{}", run.stdout, run.stderr);
    assert_eq!(run.code, Some(9), "{said}");
    assert!(run.stderr.contains("Error: "), "{said}");
    assert!(run.stderr.contains("Hint: "), "{said}");
    said
}

#[test]
fn a_pull_that_is_not_true_is_refused_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let (_server, liar, near, far) = site(directory.path());
    let before = state(&far);
    assert_eq!(before[2], 1, "one change waits");
    for lie in [
        Lie::Gap,
        Lie::Twice,
        Lie::ForgedPosition,
        Lie::ForgedAuthor,
        Lie::ForgedContent,
        Lie::Noise,
        Lie::OldCheckpoint,
        Lie::OtherKey,
        Lie::NoisyCheckpoint,
        Lie::NoCheckpoint,
        Lie::Nobody,
    ] {
        liar.tell(lie);
        let said = refused(&far, lie);
        assert_eq!(state(&far), before, "{said}");
    }
    liar.tell(Lie::Nothing);
    far.okr(&["sync"]).unwrap();
    near.okr(&["sync"]).unwrap();
    let (here, there) = (state(&far), state(&near));
    assert_eq!(
        (&here[0], &here[1], &here[2]),
        (&there[0], &there[1], &there[2])
    );
    assert_eq!(here[2], 0);
}

#[test]
fn what_follows_a_checkpoint_is_not_covered_by_it() {
    let directory = tempfile::tempdir().unwrap();
    let (_server, liar, _near, far) = site(directory.path());
    let before = state(&far);
    liar.tell(Lie::AfterCheckpoint);
    let said = refused(&far, Lie::AfterCheckpoint);
    let after = state(&far);
    // That the server was heard is all that may have changed.
    let told = |state: &Value| state.as_array().unwrap()[..3].to_vec();
    assert_eq!(told(&after), told(&before), "{said}");
}

#[test]
fn a_push_that_was_not_done_is_noticed_and_the_change_kept() {
    let directory = tempfile::tempdir().unwrap();
    let (_server, liar, _near, far) = site(directory.path());
    far.okr(&["sync"]).unwrap();
    for lie in [Lie::FalseAccept, Lie::NoAnswer] {
        far.okr(&["--offline", "checkin", "api-p99", "430", "-m", "mine"])
            .unwrap();
        let before = state(&far);
        liar.tell(lie);
        let said = refused(&far, lie);
        let after = state(&far);
        assert_eq!((&after[0], &after[2]), (&before[0], &before[2]), "{said}");
        liar.tell(Lie::Nothing);
        far.okr(&["sync"]).unwrap();
        assert_eq!(state(&far)[2], 0, "{lie:?}");
    }
}

#[test]
fn bytes_that_are_no_call_do_not_disturb_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let address = server.url().rsplit('/').next().unwrap().to_owned();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice();
    let frames: [&[u8]; 4] = [
        b"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
        &[0xff; 4096],
        // After the greeting of HTTP/2: a frame longer than any may be, and frames of no kind.
        b"\xff\xff\xff\x00\x00\x00\x00\x00\x01",
        &[0x55; 4096],
    ];
    for (number, bytes) in frames.into_iter().enumerate() {
        let mut stream = TcpStream::connect(&address).unwrap();
        if number >= 2 {
            stream.write_all(preface).unwrap();
        }
        // The server may hang up before it has read everything.
        drop(stream.write_all(bytes));
        drop(stream.shutdown(Shutdown::Write));
        drop(stream.read_to_end(&mut Vec::new()));
    }
    plan(&ana);
    assert_eq!(state(&ana)[2], 0, "the server still takes changes");
    let (status, log) = server.stop().unwrap();
    assert!(status.success(), "{status}: {log}");
    assert!(!log.contains("panicked"), "{log}");
}

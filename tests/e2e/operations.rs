//! What the commands of a machine did is kept there, and no secret with it.

use std::fs::File;

use okr_e2e::Home;

use crate::session::planned;
use crate::sync::{founded, joined, plan};

#[test]
fn what_was_written_and_exchanged_is_kept_without_the_code() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    plan(&ana);
    ana.okr(&["sync"]).unwrap();
    let ben = joined(&server, &ana, directory.path(), "ben");
    let log = ben.json(&["op", "log"]).unwrap();
    assert_eq!(log["schema"], "okr.v1.OperationList");
    let clone = &log["items"][0];
    let command = clone["command"].as_str().unwrap();
    assert!(command.starts_with("okr clone http"), "{command}");
    assert!(command.ends_with("--code ***"), "{command}");
    assert!(clone["pulled"].as_u64().unwrap() > 3, "{clone:#}");
    let ours = ana.json(&["op", "log", "--limit", "all"]).unwrap();
    let ours = ours["items"].as_array().unwrap();
    assert!(ours.iter().all(|one| one["failure"].is_null()), "{ours:#?}");
    let written: u64 = ours
        .iter()
        .map(|one| one["written"].as_u64().unwrap())
        .sum();
    let pushed: u64 = ours.iter().map(|one| one["pushed"].as_u64().unwrap()).sum();
    assert!(written > 2 && written == pushed, "{ours:#?}");
}

#[test]
fn an_operation_says_what_became_of_its_changes() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let log = home.json(&["op", "log"]).unwrap();
    assert_eq!(log["items"].as_array().unwrap().len(), 8);
    let newest = log["items"][0]["short_id"].as_str().unwrap();
    let shown = home.json(&["op", "show", newest]).unwrap();
    let item = &shown["items"][0];
    assert!(
        item["command"]
            .as_str()
            .unwrap()
            .contains("'pooling is in'")
    );
    assert_eq!(item["changes"][0]["standing"], "pending");
    let said = home.okr(&["op", "show", newest]).unwrap();
    assert!(said.contains("api-p99  check-in"), "{said}");
}

/// Runs a command whose answer finds no room, and returns what it says of that.
fn unanswered(home: &Home, line: &[&str]) -> String {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let run = home.command(line).stdout(full).output().unwrap();
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{line:?}: {said}");
    said
}

/// A script that repeats what seems to have failed would do it twice.
#[test]
fn an_answer_that_is_lost_does_not_hide_what_was_done() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let writes: [&[&str]; 3] = [
        &["checkin", "api-p99", "301"],
        &["undo"],
        &["team", "add", "Platform"],
    ];
    for line in writes {
        let said = unanswered(&home, line);
        let (_, id) = said.split_once("do not repeat it: okr op show ").unwrap();
        let shown = home.json(&["op", "show", id.trim()]).unwrap();
        let command = shown["items"][0]["command"].as_str().unwrap();
        assert_eq!(command, format!("okr {}", line.join(" ")));
    }
    for line in [&["tree"][..], &["team", "add", "Other", "--dry-run"]] {
        let said = unanswered(&home, line);
        assert!(said.contains("could not be written"), "{said}");
        assert!(!said.contains("repeat"), "{said}");
    }
}

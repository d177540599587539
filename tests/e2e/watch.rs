//! Following with real processes: servers that are killed, readers that go away, commands for each
//! change, and other commands on the same replica meanwhile.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use okr_e2e::{Home, Running, Server};
use serde_json::Value;

use crate::programs;
use crate::sync::{founded, joined, plan};

/// How many check-ins are made between two accidents.
const EACH: usize = 4;

/// A server, two people who both have its plan, and the head.
fn two(directory: &Path) -> (Server, Home, Home, u64) {
    let (server, ana) = founded(directory);
    plan(&ana);
    let ben = joined(&server, &ana, directory, "ben");
    let head = head(&ben);
    (server, ana, ben, head)
}

/// The newest position that a replica has.
fn head(home: &Home) -> u64 {
    let log = home.okr(&["log", "--limit", "1", "-o", "jsonl"]).unwrap();
    position(&log)
}

fn position(line: &str) -> u64 {
    let change: Value = serde_json::from_str(line).unwrap();
    change["position"].as_u64().unwrap()
}

/// Makes check-ins and pushes them.
fn check_in(home: &Home, values: std::ops::Range<usize>) {
    for value in values {
        let value = value.to_string();
        home.okr(&["--offline", "checkin", "api-p99", &value])
            .unwrap();
    }
    home.okr(&["sync"]).unwrap();
}

/// Starts a watch with a cursor file and waits until it follows the server.
fn watching(home: &Home, cursor: &Path, more: &[&str]) -> Running {
    let mut arguments = vec!["watch", "--cursor", cursor.to_str().unwrap()];
    arguments.extend(more);
    let watch = home.start(&arguments).unwrap();
    let remark = watch.remark().unwrap();
    assert!(remark.contains("watching"), "{remark}");
    watch
}

/// Takes lines until the one of a position.
fn lines_until(watch: &Running, last: u64) -> Vec<String> {
    let mut lines = Vec::new();
    loop {
        let line = watch.line().unwrap();
        let is_last = position(&line) >= last;
        lines.push(line);
        if is_last {
            return lines;
        }
    }
}

/// What the log says of the changes after a position, oldest first.
fn log_after(home: &Home, after: u64) -> Vec<Value> {
    let all = ["log", "--reverse", "--limit", "all", "-o", "jsonl"];
    let all = home.okr(&all).unwrap();
    let changes = all.lines().map(|line| serde_json::from_str(line).unwrap());
    changes
        .filter(|change: &Value| change["position"].as_u64() > Some(after))
        .collect()
}

fn parsed(lines: &[String]) -> Vec<Value> {
    lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn each_change_comes_once_and_in_order_though_the_server_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let (mut server, ana, ben, first) = two(directory.path());
    let (listen, data) = (server.listen(), server.data().to_owned());
    let cursor = |name: &str| directory.path().join(name);
    let watch = watching(&ben, &cursor("one"), &["-o", "jsonl"]);
    // A second one on the same replica: they are quicker in turns.
    let second = watching(&ben, &cursor("two"), &["-o", "jsonl"]);
    for round in 0..3 {
        check_in(&ana, round * 10..round * 10 + EACH);
        server.kill().unwrap();
        // Both write while there is no server, on the replica that is watched, too.
        ana.okr(&["checkin", "api-p99", "300"]).unwrap();
        ben.okr(&["checkin", "api-p99", "301"]).unwrap();
        server = Server::start_with(&programs(), &data, &["--listen", &listen]).unwrap();
        ana.okr(&["sync"]).unwrap();
        ben.okr(&["sync"]).unwrap();
    }
    ana.okr(&["sync"]).unwrap();
    let last = head(&ana);
    assert_eq!(last, first + 3 * (EACH as u64 + 2));
    let expected: Vec<u64> = (first + 1..=last).collect();
    for watch in [&watch, &second] {
        let lines = lines_until(watch, last);
        let positions: Vec<u64> = lines.iter().map(|line| position(line)).collect();
        assert_eq!(positions, expected);
        assert_eq!(parsed(&lines), log_after(&ben, first));
        for expected in ["connection lost", "connected again"] {
            let remark = watch.remark().unwrap();
            assert!(remark.contains(expected), "{remark}");
        }
    }
    for name in ["one", "two"] {
        let kept = fs::read_to_string(cursor(name)).unwrap();
        assert_eq!(position(&kept), last);
    }
    assert_eq!(ben.json(&["tree"]).unwrap()["replica"]["pending"], 0);
}

#[test]
fn a_watch_that_is_killed_goes_on_where_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let (_server, ana, ben, first) = two(directory.path());
    let cursor = directory.path().join("cursor");
    let watch = watching(&ben, &cursor, &["-o", "jsonl"]);
    check_in(&ana, 0..30);
    let mut seen = vec![watch.line().unwrap()];
    seen.extend(watch.kill().unwrap());
    let handled = position(&fs::read_to_string(&cursor).unwrap());
    let shown = seen.iter().map(|line| position(line)).max().unwrap();
    // What was shown and not remembered comes again; nothing is left out.
    assert!(
        handled == shown || handled + 1 == shown,
        "{handled} {shown}"
    );
    check_in(&ana, 30..35);
    let last = head(&ana);
    let limit = (last - handled).to_string();
    let path = cursor.to_str().unwrap();
    let arguments = ["watch", "--cursor", path, "--limit", &limit, "-o", "jsonl"];
    let again = ben.okr(&arguments).unwrap();
    seen.retain(|line| position(line) <= handled);
    seen.extend(again.lines().map(str::to_owned));
    assert_eq!(parsed(&seen), log_after(&ben, first));
}

#[test]
fn filters_and_limits_are_those_of_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let (_server, ana, ben, first) = two(directory.path());
    let cursor = directory.path().join("cursor");
    let watch = watching(
        &ben,
        &cursor,
        &["fast", "--by", "ana", "--limit", "2", "-o", "jsonl"],
    );
    ana.okr(&["team", "add", "Platform"]).unwrap();
    ana.okr(&["sync"]).unwrap();
    check_in(&ben, 9..10);
    check_in(&ana, 0..2);
    let (status, lines, _) = watch.end().unwrap();
    assert!(status.success(), "{status}");
    let positions: Vec<u64> = lines.iter().map(|line| position(line)).collect();
    assert_eq!(positions, [first + 3, first + 4]);

    let late = ben
        .run(&["watch", "--limit", "1", "--timeout", "10ms"])
        .unwrap();
    assert_eq!(late.code, Some(3), "{}", late.stderr);
    assert!(late.stderr.contains("0 of 1"), "{}", late.stderr);
    let past = ["watch", "--since", "2", "--limit", "3", "-o", "id"];
    assert_eq!(ben.okr(&past).unwrap().lines().count(), 3);
}

#[test]
fn a_command_runs_for_each_change_one_at_a_time_and_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let (_server, ana, ben, first) = two(directory.path());
    let out = directory.path().join("out");
    let cursor = directory.path().join("cursor");
    let line = format!(
        "read json; echo \"$OKR_POSITION $OKR_AUTHOR $OKR_WORKSPACE $json\" >> {}; exit 1",
        out.display()
    );
    let watch = watching(
        &ben,
        &cursor,
        &["--exec", &line, "--limit", "3", "-o", "jsonl"],
    );
    check_in(&ana, 0..3);
    let (status, lines, remarks) = watch.end().unwrap();
    assert!(
        status.success(),
        "{status}: a command that fails stops nothing"
    );
    assert_eq!(remarks.len(), 3, "{remarks:?}");
    assert!(remarks[0].contains("failed"), "{remarks:?}");
    let out = fs::read_to_string(&out).unwrap();
    let expected: Vec<String> = lines
        .iter()
        .map(|line| format!("{} ana acme {line}", position(line)))
        .collect();
    assert_eq!(out.lines().collect::<Vec<_>>(), expected);

    // What stopped the watch was not handled, and comes again.
    check_in(&ana, 3..5);
    let path = cursor.to_str().unwrap();
    let stopping = [
        "watch",
        "--cursor",
        path,
        "--exec",
        "exit 7",
        "--exec-fail",
        "stop",
    ];
    let stopped = ben.run(&stopping).unwrap();
    assert_eq!(stopped.code, Some(1), "{}", stopped.stderr);
    assert!(
        stopped.stderr.contains("exit status: 7"),
        "{}",
        stopped.stderr
    );
    let again = ["watch", "--cursor", path, "--limit", "2", "-o", "jsonl"];
    let again = ben.okr(&again).unwrap();
    let positions: Vec<u64> = again.lines().map(position).collect();
    assert_eq!(positions, [first + 4, first + 5]);
}

#[test]
fn it_ends_at_ctrl_c_at_a_reader_that_goes_away_and_at_a_refused_login() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana, ben, _) = two(directory.path());
    let watch = watching(&ben, &directory.path().join("one"), &[]);
    watch.interrupt().unwrap();
    let (status, lines, _) = watch.end().unwrap();
    assert_eq!(status.code(), Some(130));
    assert_eq!(lines, Vec::<String>::new());
    ben.okr(&["checkin", "api-p99", "200"]).unwrap();

    // Also while there is no server, and it waits for the next try.
    let (listen, data) = (server.listen(), server.data().to_owned());
    server.kill().unwrap();
    let watch = ben.start(&["watch"]).unwrap();
    let remark = watch.remark().unwrap();
    assert!(remark.contains("no connection"), "{remark}");
    watch.interrupt().unwrap();
    assert_eq!(watch.end().unwrap().0.code(), Some(130));
    let server = Server::start_with(&programs(), &data, &["--listen", &listen]).unwrap();

    let mut piped = ben.command(&["watch", "--since", "1"]);
    let mut child = piped
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    // What it wrote before may lie in the pipe; the next change finds that nobody reads.
    check_in(&ana, 0..1);
    assert!(child.wait().unwrap().success(), "a closed pipe is no error");

    let stranger = ben.with("OKR_TOKEN", "okr_nobody");
    let refused = stranger.run(&["watch"]).unwrap();
    assert_eq!(refused.code, Some(4), "{}", refused.stderr);
    server.stop().unwrap();
}

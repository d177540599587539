//! Bad input: each gets a precise error with its exit code, and leaves everything as it was.

use std::path::Path;

use okr_e2e::{Home, Server};

use crate::programs;
use crate::session::planned;
use crate::sync::founded;

/// Returns everything that a refused command must not change.
fn state(home: &Home) -> String {
    home.okr(&["log", "-o", "json", "--now", "2026-11-23T10:00:00Z"])
        .unwrap()
}

/// Runs a command that must be refused, and checks form, exit code and that nothing changed.
fn refused(home: &Home, line: &[&str], (code, fact): (i32, &str)) {
    let before = state(home);
    let run = home.run(line).unwrap();
    assert_eq!(
        run.code,
        Some(code),
        "{}: {}{}",
        run.line,
        run.stdout,
        run.stderr
    );
    assert!(
        run.stderr.starts_with("Error: "),
        "{}: {}",
        run.line,
        run.stderr
    );
    assert!(
        run.stderr.contains("Hint: "),
        "{} has no hint: {}",
        run.line,
        run.stderr
    );
    assert!(
        run.stderr.contains(fact),
        "{} does not say {fact}: {}",
        run.line,
        run.stderr
    );
    assert_eq!(run.stdout, "", "{}", run.line);
    assert_eq!(state(home), before, "{} changed something", run.line);

    let mut json = line.to_vec();
    json.extend(["-o", "json"]);
    let run = home.run(&json).unwrap();
    assert_eq!(
        run.code,
        Some(code),
        "the exit code does not depend on the form"
    );
    let last = run.stderr.lines().last().unwrap();
    let error: serde_json::Value = serde_json::from_str(last).unwrap();
    assert_eq!(error["type"], "error", "{last}");
    assert_eq!(error["exit"], code, "{last}");
}

#[test]
fn on_one_machine() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    home.okr(&["objective", "add", "Second", "--slug", "second"])
        .unwrap();
    let twin = [
        "kr", "add", "Twin", "-O", "second", "--slug", "api-p99", "--from", "0", "--to", "1",
    ];
    let cases: &[(&[&str], (i32, &str))] = &[
        (&["checkin", "nothing", "3"], (6, "nothing")),
        (&["show", "zzzz"], (6, "zzzz")),
        (&["checkin", "api-p99", "done"], (2, "ms")),
        (&["checkin", "api-docs", "5"], (2, "review")),
        (
            &["checkin", "api-p99", "300", "--on", "2026-12-24"],
            (2, "future"),
        ),
        (
            &["checkin", "api-p99", "300", "--on", "01/02/2026"],
            (2, "1 February or 2 January"),
        ),
        (&["checkin", "api-p99", "300", "-C", "11"], (2, "10")),
        (&["kr", "set", "api-p99", "--target", "150"], (1, "reason")),
        (&["tree", "--at", "garbage words"], (2, "garbage words")),
        (
            &[
                "login",
                "http://127.0.0.1:9",
                "--code",
                "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA",
            ],
            (7, "did not answer"),
        ),
        (&["team", "show", "nobody"], (6, "nobody")),
        (&["frobnicate"], (2, "frobnicate")),
    ];
    for (line, expected) in cases {
        refused(&home, line, *expected);
    }
    if home.run(&twin).unwrap().code == Some(0) {
        refused(
            &home,
            &["checkin", "api-p99", "3", "--cycle", "2026-Q4"],
            (6, "api-p99"),
        );
    }
}

/// Returns what was said without the name of the request, which each call has its own of.
fn but_for_the_request(said: &str) -> Vec<&str> {
    let lines = said.lines();
    lines
        .filter(|line| !line.starts_with("Request: "))
        .collect()
}

#[test]
fn by_a_server() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    // A code works once, a wrong one never, and both are answered alike.
    ana.okr(&["member", "add", "ben"]).unwrap();
    let invitation = ana.json(&["member", "invite", "ben"]).unwrap();
    let code = invitation["items"][0]["code"].as_str().unwrap().to_owned();
    let ben = Home::new(&programs(), &directory.path().join("ben")).unwrap();
    ben.okr(&["clone", server.url(), "acme", "--code", &code])
        .unwrap();
    let used = ben
        .run(&["clone", server.url(), "again", "--code", &code])
        .unwrap();
    let wrong = ben
        .run(&[
            "clone",
            server.url(),
            "again",
            "--code",
            "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA",
        ])
        .unwrap();
    assert_eq!(
        (used.code, but_for_the_request(&used.stderr)),
        (wrong.code, but_for_the_request(&wrong.stderr))
    );
    assert_eq!(used.code, Some(4), "{}", used.stderr);

    let forged = ana.clone().with(
        "OKR_TOKEN",
        &format!(
            "okr_{}_{}_{}",
            "0".repeat(32),
            "a".repeat(43),
            "0".repeat(8)
        ),
    );
    refused(&forged, &["sync"], (4, "the token of OKR_TOKEN"));
}

#[test]
fn a_data_directory_has_one_owner() {
    let directory = tempfile::tempdir().unwrap();
    let (server, _ana) = founded(directory.path());
    let error = Server::start(&programs(), server.data())
        .unwrap_err()
        .to_string();
    assert!(error.contains("75") && error.contains("in use"), "{error}");
}

/// Returns the largest file below a directory: the one that holds the log.
fn largest(directory: &Path) -> std::path::PathBuf {
    let mut files = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.push((path.metadata().unwrap().len(), path));
            }
        }
    }
    files.into_iter().max().unwrap().1
}

#[test]
fn a_damaged_log_is_not_served() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    ana.okr(&["team", "add", "Platform"]).unwrap();
    ana.okr(&["sync"]).unwrap();
    let data = server.data().to_owned();
    server.stop().unwrap();
    let file = largest(&data.join("log"));
    let mut bytes = std::fs::read(&file).unwrap();
    for byte in &mut bytes {
        *byte = !*byte;
    }
    std::fs::write(&file, bytes).unwrap();
    let error = Server::start(&programs(), &data).unwrap_err().to_string();
    assert!(!error.contains("panicked"), "{error}");
    assert!(error.contains("exit status: 9"), "{error}");
}

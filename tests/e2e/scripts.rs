//! What scripts rely on: whatever the command, JSON is JSON, codes are codes, and nobody else is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use jsonschema::Validator;
use okr_e2e::{Home, Run, Server};
use serde_json::Value;

use crate::session::{READERS, planned};
use crate::sync::{founded, plan};

/// Commands that write, or are about this machine, in an order in which all of them work.
const OTHERS: &[&[&str]] = &[
    &["initiative", "add", "Pool connections", "--kr", "api-p99"],
    &[
        "metric",
        "add",
        "Error rate",
        "--at-most",
        "1",
        "--unit",
        "%",
    ],
    &[
        "metric",
        "record",
        "error-rate",
        "1.5",
        "-m",
        "before the rollback",
    ],
    &["org", "show"],
    &["org", "set", "--name", "Acme and daughters"],
    &["team", "add", "Web"],
    &["team", "archive", "web"],
    &["team", "restore", "web"],
    &["member", "add", "ben", "--name", "Ben"],
    &["cycle", "add", "2027-Q1"],
    &["cycle", "use", "2026-Q4"],
    &["objective", "add", "Sell more", "--slug", "sell"],
    &[
        "kr", "add", "Orders", "-O", "sell", "--from", "1", "--to", "9",
    ],
    &[
        "kr",
        "set",
        "api-p99",
        "--target",
        "180",
        "-m",
        "better",
        "--category",
        "other",
    ],
    &["checkin", "api-p99", "330", "-C", "5"],
    &["comment", "api-p99", "Is 180 enough?"],
    &["comment", "list", "api-p99"],
    &["align", "sell", "--to", "fast"],
    &["align", "list"],
    &["undo"],
    &["redo"],
    &["op", "log"],
    &["pending"],
    &["conflicts"],
    &["due"],
    &["whoami"],
    &["verify"],
    &["workspace", "list"],
    &["workspace", "show"],
    &["workspace", "path"],
    &["config", "list"],
    &["config", "explain"],
    &["config", "path"],
    &["config", "set", "ui.hints", "true"],
    &["config", "get", "ui.hints"],
    &["config", "unset", "ui.hints"],
    &["alias", "set", "mine", "tree"],
    &["alias", "list"],
    &["alias", "delete", "mine"],
    &["completions", "bash"],
    &["schema"],
    &["schema", "tree", "--strict"],
    &["help"],
    &["help", "dates"],
    &["help", "kr", "add"],
    &["init", "second", "--handle", "ana"],
    &["workspace", "rename", "second", "third"],
    &["workspace", "use", "acme"],
    &[
        "workspace",
        "remove",
        "third",
        "--delete-data",
        "--confirm",
        "third",
    ],
];

/// What `okr schema --strict` says, asked for once by each name.
#[derive(Default)]
struct Schemas(BTreeMap<String, Validator>);

impl Schemas {
    fn assert_valid(&mut self, home: &Home, (run, name, value): (&Run, &str, &Value)) {
        let validator = self.0.entry(name.to_owned()).or_insert_with(|| {
            let schema = home.okr(&["schema", name, "--strict"]).unwrap();
            let schema: Value = serde_json::from_str(&schema).unwrap();
            jsonschema::draft202012::new(&schema).unwrap()
        });
        let faults: Vec<String> = validator
            .iter_errors(value)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{} is no {name}: {faults:#?}", run.line);
    }

    /// Demands that what stands beside an answer is what the program says of it.
    fn assert_remarks(&mut self, home: &Home, run: &Run) {
        for remark in run.stderr.lines() {
            let remark: Value = serde_json::from_str(remark).unwrap();
            let is_error = remark["type"] == "error";
            let name = if is_error { "error" } else { "remark" };
            self.assert_valid(home, (run, name, &remark));
        }
    }

    /// Demands one document with the one envelope, and in it what it says.
    fn assert_document(&mut self, home: &Home, run: &Run) {
        let answer = assert_document(run);
        let name = answer["schema"].as_str().unwrap();
        self.assert_valid(home, (run, name, &answer));
        self.assert_remarks(home, run);
    }
}

fn as_json(home: &Home, line: &[&str]) -> Run {
    // In front: what stands behind the name of an alias belongs to its line.
    let line: Vec<&str> = ["-o", "json"]
        .into_iter()
        .chain(line.iter().copied())
        .collect();
    // Where a command writes a file without being told where, it is here.
    let run = home.run_in(home.directory(), &line).unwrap();
    for remark in run.stderr.lines() {
        let remark: Value = serde_json::from_str(remark)
            .unwrap_or_else(|_| panic!("{}: {remark} is no JSON", run.line));
        assert!(remark["type"].is_string(), "{}: {remark}", run.line);
    }
    run
}

/// Demands one document with the one envelope, and returns it.
fn assert_document(run: &Run) -> Value {
    let answer: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}: {}", run.line, run.stdout));
    let keys: Vec<&str> = answer
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        ["at", "axis", "items", "replica", "schema", "workspace"],
        "{}",
        run.line
    );
    assert!(
        answer["schema"].as_str().unwrap().starts_with("okr.v1."),
        "{}",
        run.line
    );
    assert!(answer["items"].is_array(), "{}", run.line);
    answer
}

/// Returns every command that has none below it, as the man pages name them.
fn commands(home: &Home) -> BTreeSet<Vec<String>> {
    let pages = home.directory().join("man1");
    home.okr(&["util", "man", &pages.display().to_string()])
        .unwrap();
    let names = fs::read_dir(&pages)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let names: BTreeSet<String> = names
        .map(|name| name.to_string_lossy().trim_end_matches(".1").to_owned())
        .collect();
    let has_below = |name: &String| {
        names
            .iter()
            .any(|other| other.starts_with(&format!("{name}-")))
    };
    let leaves = names.iter().filter(|name| !has_below(name));
    leaves
        .map(|name| name.split('-').skip(1).map(str::to_owned).collect())
        .collect()
}

#[test]
fn every_command_says_json_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let mut schemas = Schemas::default();
    for line in OTHERS.iter().chain(READERS) {
        let run = as_json(&home, line);
        assert_eq!(run.code, Some(0), "{}: {}", run.line, run.stderr);
        schemas.assert_document(&home, &run);
    }
    // Whatever else there is, without arguments: an answer, or nothing and an error.
    let commands = commands(&home);
    assert!(commands.len() > 80, "only {} commands", commands.len());
    for command in &commands {
        let line: Vec<&str> = command.iter().map(String::as_str).collect();
        let run = as_json(&home, &line);
        if run.code == Some(0) || !run.stdout.is_empty() {
            let is_lines = matches!(line.as_slice(), ["watch" | "replay"]);
            if !is_lines {
                schemas.assert_document(&home, &run);
            }
        } else {
            schemas.assert_remarks(&home, &run);
            let last: Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
            assert_eq!(last["type"], "error", "{}", run.line);
        }
    }
}

#[test]
fn the_exit_code_does_not_depend_on_the_form() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    for (line, code) in [
        (&["tree"][..], 0),
        (&["show", "nothing-like-this"], 6),
        (&["checkin", "api-p99", "many"], 2),
        (&["tre"], 2),
        (&["-w", "nowhere", "tree"], 6),
        (&["config", "get", "team"], 3),
        (&["diff", "2026-11-01..", "--exit-code"], 3),
        (&["sync"], 4),
        (&["undo", "0000000000"], 6),
    ] {
        let run = home.run(line).unwrap();
        assert_eq!(run.code, Some(code), "{}: {}", run.line, run.stderr);
        let run = as_json(&home, line);
        assert_eq!(run.code, Some(code), "{}: {}", run.line, run.stderr);
        if run.stdout.is_empty() {
            let last: Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
            assert_eq!(last["exit"], code, "{}", run.line);
        }
    }
}

#[test]
fn a_number_names_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    for number in ["1", "2", "0"] {
        let run = home.run(&["kr", "show", number]).unwrap();
        assert_eq!(run.code, Some(6), "{}", run.stderr);
    }
}

/// Somebody who answers nobody, and knows who came.
struct Mute(TcpListener);

impl Mute {
    /// Takes the place of a server that is gone.
    fn instead_of(server: Server) -> Self {
        let address = server.listen();
        server.kill().unwrap();
        let listener = TcpListener::bind(address).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    /// Counts who came since it was asked before.
    fn came(&self) -> usize {
        std::iter::from_fn(|| self.0.accept().ok()).count()
    }
}

#[test]
fn reading_asks_nobody_and_writing_waits_for_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    plan(&ana);
    let mute = Mute::instead_of(server);
    for line in [
        &["status"][..],
        &["tree"],
        &["list", "krs"],
        &["log"],
        &["show", "fast"],
        &["diff"],
        &["due"],
        &["inbox"],
        &["search", "p99"],
        &["report", "weekly"],
        &["export"],
    ] {
        let run = ana.run(line).unwrap();
        assert_eq!(run.code, Some(0), "{}", run.line);
        assert_eq!(mute.came(), 0, "{}", run.line);
    }
    let begun = Instant::now();
    let run = ana.run(&["checkin", "api-p99", "300"]).unwrap();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(mute.came(), 1, "after a write it is tried");
    // With automatic exchange switched off not even a try is made.
    ana.okr(&["config", "set", "sync.auto", "false"]).unwrap();
    ana.okr(&["checkin", "api-p99", "290"]).unwrap();
    assert_eq!(mute.came(), 0);
    drop(mute);
    let run = ana.run(&["sync"]).unwrap();
    assert_eq!(run.code, Some(7));
    assert!(
        run.stderr.contains("safe on this machine"),
        "{}",
        run.stderr
    );
}

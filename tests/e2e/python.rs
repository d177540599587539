//! A client that shares no code with ours, written from the documents alone, against a real server.
//!
//! Needs Python with tests/python/requirements.txt, named by `OKR_TEST_PYTHON` or installed in target/python as
//! .ci/run does; without either the test says so and passes.

use std::env;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use okr_e2e::{Home, Server};
use serde_json::Value;

use crate::sync::{founded, plan, tree};

/// Returns the Python to use; none, after a line that says why, when there is none.
fn python() -> Option<PathBuf> {
    if let Some(named) = env::var_os("OKR_TEST_PYTHON") {
        return Some(named.into());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let installed = root.join("target/python/bin/python3");
    if installed.exists() {
        return Some(installed);
    }
    // Not by a macro: the test harness would keep the line to itself.
    let line = "skipped: the client in Python has no packages here; \
                python3 -m venv target/python && target/python/bin/pip install -r tests/python/requirements.txt\n";
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

/// Runs the client and returns its summary.
fn run(python: &Path, server: &Server, code: &str, arguments: &[&str]) -> Value {
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/client.py");
    let output = Command::new(python)
        .arg(client)
        .args([server.url(), code])
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Lets a person in whose only device is the program, and returns their code.
fn invited(ana: &Home, handle: &str) -> String {
    ana.okr(&["member", "add", handle]).unwrap();
    ana.okr(&["sync"]).unwrap();
    let answer = ana.json(&["member", "invite", handle]).unwrap();
    answer["items"][0]["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_client_from_the_documents_alone_pulls_verifies_pushes_and_follows() {
    let Some(python) = python() else { return };
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    plan(&ana);
    ana.okr(&["checkin", "api-p99", "420", "-C", "6", "-m", "pooling — ✓"])
        .unwrap();
    let code = invited(&ana, "robot");
    let newest = ana.json(&["log", "--limit", "1"]).unwrap()["items"][0].take();
    let head = newest["position"].as_u64().unwrap();

    let arguments = [
        "api-p99",
        "312.50",
        "--confidence=0",
        "--note=measured at night",
        "--reason=nightly job",
    ];
    let summary = run(&python, &server, &code, &arguments);
    assert_eq!(summary["pulled"], head, "{summary:#}");
    assert_eq!(summary["pushes"][0]["outcome"], "accepted");
    assert_eq!(summary["pushes"][1]["outcome"], "duplicate");
    for on_stream in [2, 3] {
        assert_eq!(summary["pushes"][on_stream], summary["pushes"][1]);
    }
    for position in [
        &summary["position"],
        &summary["head"],
        &summary["pushes"][0]["position"],
        &summary["pushes"][1]["position"],
    ] {
        assert_eq!(*position, head + 1, "{summary:#}");
    }
    assert_eq!(summary["author"], summary["person"]);
    assert_eq!(summary["handle"], "robot");

    ana.okr(&["sync"]).unwrap();
    let log = ana.json(&["log", "api-p99", "--limit", "1"]).unwrap();
    let newest = &log["items"][0];
    assert_eq!(newest["position"], summary["position"], "{newest:#}");
    assert_eq!(newest["author"]["handle"], "robot", "{newest:#}");
    assert_eq!(newest["author"]["id"], summary["person"], "{newest:#}");
    let newest = newest.to_string();
    for fact in ["312.5", "measured at night", "nightly job", "automation"] {
        assert!(newest.contains(fact), "no {fact} in {newest}");
    }
    assert!(tree(&ana).to_string().contains("312.5"));
}

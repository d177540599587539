//! What released versions wrote is opened, verified, shown and synced by the programs of today.
//!
//! `OKR_WRITE_FIXTURES=1` writes the files of this version; tests/fixtures/README.md says when.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use okr_e2e::{Home, Server};
use serde_json::{Value, json};

use crate::programs;
use crate::sync::{founded, joined};

/// When the screens of the fixtures are looked at.
const THEN: &str = "2026-12-01T09:00:00Z";

/// What is done before the copies are made; `|` stands between words.
const STORY: &[&str] = &[
    "team|add|Platform",
    "team|add|Storage|--parent|platform",
    "team|member|add|storage|@ben",
    "cycle|add|2026-Q4",
    "objective|add|Fast enough to feel instant|--slug|fast|-t|platform|-c|2026-Q4",
    "objective|tag|fast|speed|customers",
    "objective|add|Cheap to run|--slug|cheap|-t|storage|-c|2026-Q4|--draft",
    "objective|publish|cheap",
    "kr|add|p99 latency|-O|fast|--slug|api-p99|--from|480|--to|200|--unit|ms|--stretch|150",
    "kr|add|Errors|-O|fast|--slug|errors|--at-most|1|--unit|%",
    "kr|add|API docs|-O|fast|--slug|api-docs|--milestones|outline; text=2; review",
    "kr|add|Answers|-O|cheap|--slug|answers|--zones|weekly; daily; hourly",
    "kr|add|Bill|-O|cheap|--slug|bill|--from|1000|--to|800.50|--owner|@ben",
    "cycle|open|2026-Q4",
    "kr|set|api-p99|--target|180|-m|The pool is faster than planned|--category|better-measure",
    "kr|add|Too late|-O|cheap|--slug|late|--from|0|--to|10",
    "checkin|api-p99|340|-C|7|-m|Pooling is in. ünïcödé ✓|--on|2026-11-16",
    "checkin|errors|0.7|--on|2026-11-16",
    "checkin|amend|errors|--value|0.9|-m|one percent was counted twice",
    "checkin|bill|950|--on|2026-11-17",
    "checkin|retract|bill|-m|another month",
    "checkin|bill|960|--on|2026-11-18",
    "kr|abandon|late|-m|nobody needs it|--category|other",
    "kr|close|answers|--score|0.3",
    "objective|set|fast|--description|From the load balancer.",
    "sync",
];

fn home_of(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(version)
}

fn words(line: &str) -> Vec<&str> {
    line.split('|').collect()
}

/// Runs tar, which every machine that builds this has.
fn tar(arguments: &[&str]) {
    let output = Command::new("tar").args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "tar {arguments:?}: {said}");
}

/// Makes what is kept of this version: an organisation with every kind of thing, a change that
/// waits, and one in conflict.
fn write(target: &Path) {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let ben = joined(&server, &ana, directory.path(), "ben");
    for example in ["chrome.yaml", "ipld-2019-q1.yaml"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/okr/examples");
        ana.okr(&["import", &file.join(example).display().to_string()])
            .unwrap();
    }
    for line in STORY {
        ana.okr(&words(line)).unwrap();
    }
    ben.okr(&["sync"]).unwrap();
    let retitle = "--offline|objective|set|fast|-m|why|--category|other|--title";
    for (home, title) in [(&ben, "Instant"), (&ana, "Swift")] {
        home.okr(&[&words(retitle)[..], &[title]].concat()).unwrap();
        home.okr(&["sync"]).unwrap();
    }
    ana.okr(&words("--offline|checkin|api-p99|300|-C|8"))
        .unwrap();
    let expected = json!({
        "trees": trees(&ana),
        "pending": 1,
        "conflicts": 1,
        "root": root(&ana),
    });
    let data = server.data().to_owned();
    server.stop().unwrap();
    fs::create_dir_all(target).unwrap();
    let text = serde_json::to_string_pretty(&expected).unwrap();
    fs::write(target.join("expected.json"), text + "\n").unwrap();
    let workspace = ana.directory().join("data/okr/acme");
    let pack = |name: &str, from: &Path, parts: &[&str]| {
        let archive = target.join(name).display().to_string();
        let from = from.display().to_string();
        tar(&[&["-czf", &archive, "-C", &from][..], parts].concat());
    };
    pack("server.tar.gz", &data, &["."]);
    pack("workspace.tar.gz", &workspace, &["replica.db"]);
}

/// What the trees of all cycles say, and what they said when the second change had been made.
fn trees(home: &Home) -> Value {
    let shown = |more: &[&str]| {
        let line = [&["tree", "-c", "all", "--offline", "--now", THEN][..], more].concat();
        home.json(&line).unwrap()["items"].take()
    };
    json!({"now": shown(&[]), "at 12": shown(&["--at", "12"])})
}

/// The Merkle root over everything confirmed.
fn root(home: &Home) -> Value {
    let directory = home.directory().join("data/okr/acme");
    let replica = okr_replica::Replica::open(&directory).unwrap();
    replica.info().unwrap().root.to_string().into()
}

/// Says where something that was is not there any more; what was added does not matter.
fn missing(was: &Value, is: &Value, path: &str) -> Option<String> {
    match (was, is) {
        (Value::Object(was), Value::Object(is)) => was.iter().find_map(|(key, was)| {
            missing(
                was,
                is.get(key).unwrap_or(&Value::Null),
                &format!("{path}.{key}"),
            )
        }),
        (Value::Array(was), Value::Array(is)) if was.len() == is.len() => {
            let pairs = was.iter().zip(is).enumerate();
            pairs
                .map(|(index, (was, is))| missing(was, is, &format!("{path}[{index}]")))
                .find_map(|found| found)
        }
        (was, is) if was == is => None,
        (was, is) => Some(format!("{path}: was {was}, is {is}")),
    }
}

fn counted(home: &Home, command: &str) -> usize {
    let shown = home.json(&[command]).unwrap();
    shown["items"].as_array().unwrap().len()
}

fn reads_and_syncs(version: &str) {
    let source = home_of(version);
    let expected = fs::read_to_string(source.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let (data, home) = (
        directory.path().join("server"),
        directory.path().join("ana"),
    );
    let ana = Home::new(&programs(), &home).unwrap();
    let workspace = home.join("data/okr/acme");
    for (archive, target) in [("server.tar.gz", &data), ("workspace.tar.gz", &workspace)] {
        fs::create_dir_all(target).unwrap();
        let archive = source.join(archive).display().to_string();
        tar(&["-xpzf", &archive, "-C", &target.display().to_string()]);
    }

    // The replica alone, without any server.
    let found = missing(&expected["trees"], &trees(&ana), "trees");
    assert_eq!(found, None, "version {version} shows something else today");
    let shown = ana.json(&["tree"]).unwrap();
    assert_eq!(shown["replica"]["pending"], expected["pending"]);
    assert_eq!(counted(&ana, "conflicts"), 1);
    assert_eq!(root(&ana), expected["root"]);
    ana.okr(&["verify", "--offline"]).unwrap();

    // The log alone.
    let okrd = |arguments: &[&str]| {
        let mut command = Command::new(programs().okrd);
        let output = command.args(arguments).arg("--data").arg(&data).output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "okrd {arguments:?}: {said}");
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let verified = okrd(&["verify", "-o", "json"]).to_string();
    let expected_root = expected["root"].as_str().unwrap();
    assert!(verified.contains(expected_root), "{verified}");
    let code = okrd(&["code", "--person", "ana", "-o", "json"]);

    // Both together: what waited is sent, and what was in conflict still is.
    let server = Server::start(&programs(), &data).unwrap();
    let code = code["code"].as_str().unwrap();
    ana.okr(&["login", server.url(), "--code", code]).unwrap();
    ana.okr(&["sync"]).unwrap();
    assert_eq!(ana.json(&["tree"]).unwrap()["replica"]["pending"], 0);
    assert_eq!(counted(&ana, "conflicts"), 1);
    server.stop().unwrap();
}

#[test]
fn what_version_0_1_wrote_is_read_and_synced_today() {
    if std::env::var_os("OKR_WRITE_FIXTURES").is_some() {
        write(&home_of("0.1"));
    }
    reads_and_syncs("0.1");
}

#[test]
fn a_difference_is_found_and_an_addition_is_none() {
    let was = json!({"a": [{"b": 1}], "c": null});
    assert_eq!(
        missing(&was, &json!({"a": [{"b": 1, "new": 2}], "c": null}), ""),
        None
    );
    let lost = missing(&was, &json!({"a": [{}], "c": null}), "");
    assert_eq!(lost.as_deref(), Some(".a[0].b: was 1, is null"));
    assert!(missing(&was, &json!({"a": [], "c": null}), "").is_some());
}

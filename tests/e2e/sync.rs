//! Two people, one server: offline edits, merges, conflicts, and a workspace that gets a server later.

use std::path::Path;

use okr_e2e::{Home, Server};
use serde_json::Value;

use crate::programs;
use crate::session::{NOW, key_result, planned};

/// A server with one organisation, and its administrator's machine.
pub(crate) fn founded(directory: &Path) -> (Server, Home) {
    let programs = programs();
    let data = directory.join("server");
    let arguments = [
        "--org",
        "Acme",
        "--time-zone",
        "Europe/Oslo",
        "--admin",
        "ana",
    ];
    let answer = Server::init(&programs, &data, &arguments).unwrap();
    let server = Server::start(&programs, &data).unwrap();
    let ana = Home::new(&programs, &directory.join("ana")).unwrap();
    let code = answer["code"].as_str().unwrap();
    ana.okr(&["clone", server.url(), "acme", "--code", code])
        .unwrap();
    (server, ana)
}

/// Lets somebody in, and returns their machine.
pub(crate) fn joined(server: &Server, ana: &Home, directory: &Path, handle: &str) -> Home {
    ana.okr(&["member", "add", handle]).unwrap();
    ana.okr(&["sync"]).unwrap();
    let answer = ana.json(&["member", "invite", handle]).unwrap();
    let code = answer["items"][0]["code"].as_str().unwrap();
    let home = Home::new(&programs(), &directory.join(handle)).unwrap();
    home.okr(&["clone", server.url(), "acme", "--code", code])
        .unwrap();
    home
}

pub(crate) fn plan(ana: &Home) {
    ana.okr(&[
        "cycle",
        "add",
        "now",
        "--from",
        "2026-10-01",
        "--to",
        "2029-12-31",
    ])
    .unwrap();
    ana.okr(&["objective", "add", "Fast", "--slug", "fast", "-c", "now"])
        .unwrap();
    let line = [
        "kr",
        "add",
        "p99 latency",
        "-O",
        "fast",
        "--slug",
        "api-p99",
        "--from",
        "480",
        "--to",
        "200",
    ];
    ana.okr(&line).unwrap();
    ana.okr(&["cycle", "open", "now"]).unwrap();
    ana.okr(&["sync"]).unwrap();
}

/// Returns what a tree says, without when it was asked.
pub(crate) fn tree(home: &Home) -> Value {
    home.json(&["tree", "--offline"]).unwrap()["items"].take()
}

#[test]
fn different_fields_merge_and_both_copies_end_equal() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let ben = joined(&server, &ana, directory.path(), "ben");
    plan(&ana);
    ben.okr(&["sync"]).unwrap();
    let line = [
        "--offline",
        "kr",
        "set",
        "api-p99",
        "--target",
        "150",
        "-m",
        "why",
        "--category",
        "other",
    ];
    ana.okr(&line).unwrap();
    ben.okr(&["--offline", "checkin", "api-p99", "420", "-C", "6"])
        .unwrap();
    ben.okr(&[
        "--offline",
        "kr",
        "set",
        "api-p99",
        "--description",
        "From the load balancer",
    ])
    .unwrap();
    for home in [&ana, &ben, &ana] {
        home.okr(&["sync"]).unwrap();
    }
    assert_eq!(tree(&ana), tree(&ben));
    let all = ana.json(&["tree"]).unwrap();
    let merged = key_result(&all, "api-p99").to_string();
    assert!(merged.contains("150") && merged.contains("420"), "{merged}");
    assert_eq!(all["replica"]["pending"], 0);
}

/// Lets both retitle the same objective offline, and Ana sync first.
fn clash(ana: &Home, ben: &Home) {
    for (home, title) in [(ana, "Instant"), (ben, "Swift")] {
        let line = [
            "--offline",
            "objective",
            "set",
            "fast",
            "--title",
            title,
            "-m",
            "why",
            "--category",
            "other",
        ];
        home.okr(&line).unwrap();
    }
    ben.okr(&["--offline", "checkin", "api-p99", "400"])
        .unwrap();
    ana.okr(&["sync"]).unwrap();
}

#[test]
fn a_clash_loses_nothing_and_a_person_decides() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let ben = joined(&server, &ana, directory.path(), "ben");
    plan(&ana);
    ben.okr(&["sync"]).unwrap();
    clash(&ana, &ben);
    let said = ben.run(&["sync"]).unwrap();
    assert_eq!(
        said.code,
        Some(0),
        "a conflict is no failure: {}",
        said.stderr
    );
    assert!(
        said.stdout.contains("Instant") && said.stdout.contains("Swift"),
        "{}",
        said.stdout
    );
    let conflicts = ben.json(&["conflicts"]).unwrap();
    assert_eq!(conflicts["items"].as_array().unwrap().len(), 1);

    ben.okr(&["resolve", "fast", "--take", "mine"]).unwrap();
    ben.okr(&["sync"]).unwrap();
    ana.okr(&["sync"]).unwrap();
    assert_eq!(tree(&ana), tree(&ben));
    assert!(tree(&ana).to_string().contains("Swift"));
    assert!(
        ben.json(&["conflicts"]).unwrap()["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let log = ana.okr(&["log", "fast"]).unwrap();
    assert!(
        log.contains("Instant"),
        "the title that gave way stays in history: {log}"
    );
}

#[test]
fn a_local_workspace_becomes_the_organisation_of_a_server() {
    let directory = tempfile::tempdir().unwrap();
    let ana = planned(&directory.path().join("ana"));
    let me = ana.json(&["whoami"]).unwrap();
    let id = |name: &str| find(&me, name).unwrap_or_else(|| panic!("no {name} in {me:#}"));
    let adopt = format!("{}:{}", id("org"), id("person"));
    let data = directory.path().join("server");
    let answer = Server::init(&programs(), &data, &["--adopt", &adopt, "--admin", "ana"]).unwrap();
    let server = Server::start(&programs(), &data).unwrap();
    let before = tree(&ana);
    ana.okr(&[
        "login",
        server.url(),
        "--code",
        answer["code"].as_str().unwrap(),
    ])
    .unwrap();
    ana.okr(&["sync"]).unwrap();
    let state = ana.json(&["tree"]).unwrap();
    assert_eq!(
        state["replica"]["pending"], 0,
        "everything is on the server now"
    );
    assert_eq!(values(&before), values(&state["items"]));
    // The pace of a tree is of its day, so both must have the same one.
    let ben = joined(&server, &ana, directory.path(), "ben").with("OKR_NOW", NOW);
    assert_eq!(tree(&ana), tree(&ben));
}

/// Finds an id by the name of its field, whether it stands alone or in an object.
pub(crate) fn find(value: &Value, name: &str) -> Option<String> {
    let fields = value["items"][0].as_object()?;
    let found = fields
        .iter()
        .find(|(key, _)| key.starts_with(name))
        .map(|(_, found)| found)?;
    found
        .as_str()
        .or_else(|| found["id"].as_str())
        .map(str::to_owned)
}

/// Returns the slugs and percentages of a tree: what does not change by being pushed.
fn values(items: &Value) -> Vec<(String, String)> {
    let objectives = items[0]["objectives"].as_array().unwrap();
    let key_results = objectives
        .iter()
        .flat_map(|one| one["key_results"].as_array().unwrap());
    key_results
        .map(|one| (one["slug"].to_string(), one["progress"].to_string()))
        .collect()
}

#[test]
fn the_server_ends_when_asked_and_keeps_everything() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    plan(&ana);
    let (listen, data) = (server.listen(), server.data().to_owned());
    let (status, log) = server.stop().unwrap();
    assert!(status.success(), "{status}: {log}");
    assert!(!log.contains("okr_"), "a secret is in the log: {log}");

    let offline = ana.run(&["sync"]).unwrap();
    assert_eq!(offline.code, Some(7), "{}", offline.stderr);
    assert!(offline.stderr.contains("Hint:"), "{}", offline.stderr);
    ana.okr(&["checkin", "api-p99", "300"]).unwrap();

    let server = Server::start_with(&programs(), &data, &["--listen", &listen]).unwrap();
    ana.okr(&["sync"]).unwrap();
    assert_eq!(ana.json(&["tree"]).unwrap()["replica"]["pending"], 0);
    server.stop().unwrap();
}

#[test]
fn one_slug_given_twice_offline_is_told_apart_by_short_ids() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let ben = joined(&server, &ana, directory.path(), "ben");
    plan(&ana);
    ben.okr(&["sync"]).unwrap();
    for home in [&ana, &ben] {
        let line = "--offline kr add Down -O fast --slug down --from 1 --to 5";
        let words: Vec<&str> = line.split(' ').collect();
        home.okr(&words).unwrap();
    }
    for home in [&ana, &ben, &ana] {
        home.okr(&["sync"]).unwrap();
    }
    let refused = ana.run(&["checkin", "down", "2"]).unwrap();
    assert_eq!(refused.code, Some(6), "{}", refused.stderr);
    let said = &refused.stderr;
    assert!(
        said.contains("matches 2 key results") && !said.contains("path"),
        "{said}"
    );
    let (_, hint) = said.split_once("give the short id, such as ").unwrap();
    let id = hint.split_whitespace().next().unwrap();
    ana.okr(&["checkin", id, "2"]).unwrap();
    ana.okr(&[
        "kr",
        "set",
        id,
        "--slug",
        "down-2",
        "-m",
        "twice",
        "--category",
        "other",
    ])
    .unwrap();
    ana.okr(&["checkin", "down", "3"]).unwrap();
}

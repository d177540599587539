//! `okr doctor`: what is wrong is named with what to do, and only what is safe is mended.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use okr_e2e::Home;

use crate::session::planned;
use crate::sync::founded;

/// Returns how a topic stands, with the hint, and the exit code.
fn looked(home: &Home, topic: &str, more: &[&str]) -> (String, String, Option<i32>) {
    let mut line = vec!["doctor", "-o", "json"];
    line.extend(more);
    let run = home.run(&line).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let items = answer["items"].as_array().unwrap();
    let check = items.iter().find(|item| item["topic"] == topic);
    let check = check.unwrap_or_else(|| panic!("{topic} was not looked at: {answer:#}"));
    let text = |field: &str| check[field].as_str().unwrap_or_default().to_owned();
    (text("state"), text("hint"), run.code)
}

#[test]
fn a_healthy_machine_has_nothing_to_mend() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let said = home.okr(&["doctor"]).unwrap();
    assert!(said.ends_with("0 problems, 0 warnings\n"), "{said}");
    for topic in [
        "program",
        "settings",
        "workspace",
        "token",
        "replica",
        "clock",
        "time zone",
        "waiting",
        "server",
        "terminal",
    ] {
        assert_eq!(looked(&home, topic, &[]).0, "ok", "{topic}");
    }
}

#[test]
fn what_is_wrong_is_named_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let config = home.directory().join("config/okr/config.toml");
    let good = fs::read_to_string(&config).unwrap();
    fs::write(&config, "workspace = [").unwrap();
    let (state, hint, code) = looked(&home, "settings", &[]);
    assert_eq!((state.as_str(), code), ("problem", Some(3)));
    assert!(hint.contains("okr config edit"), "{hint}");
    fs::write(&config, format!("{good}[alias]\ntree = \"sync\"\n")).unwrap();
    let (state, hint, code) = looked(&home, "alias", &[]);
    assert_eq!((state.as_str(), code), ("warning", Some(0)));
    assert_eq!(hint, "okr alias delete tree");
    let workspace = home.directory().join("data/okr/acme");
    fs::write(workspace.join("token"), "okr_x\n").unwrap();
    fs::set_permissions(workspace.join("token"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(looked(&home, "token", &[]).0, "problem");
    assert_eq!(looked(&home, "token", &["--fix"]).0, "ok");
    let mode = fs::metadata(workspace.join("token"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let file = workspace.join("replica.db");
    fs::remove_file(workspace.join("replica.db-wal")).ok();
    fs::write(&file, "no replica at all").unwrap();
    let (state, _, code) = looked(&home, "replica", &["--fix"]);
    assert_eq!((state.as_str(), code), ("problem", Some(3)));
    assert_eq!(
        fs::read(&file).unwrap(),
        b"no replica at all",
        "--fix mends what is safe only"
    );
}

#[test]
fn the_server_is_asked_for_a_short_time() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    assert_eq!(looked(&ana, "server", &[]).0, "ok");
    server.kill().unwrap();
    let (state, _, code) = looked(&ana, "server", &[]);
    assert_eq!((state.as_str(), code), ("problem", Some(3)));
    assert_eq!(looked(&ana, "server", &["--offline"]).2, Some(0));
    let later = ana.clone().with("OKR_NOW", "2020-01-01T00:00:00Z");
    assert_eq!(looked(&later, "clock", &["--offline"]).0, "problem");
}

//! Sessions of `okr lint`: each rule finds what is weak, says why, and names a command that exists.

use std::path::Path;

use okr_core::decide::{Command, Proposal};
use okr_core::id::ChangeId;
use okr_core::value::Source;
use okr_replica::{Proposed, Replica};
use uuid::Uuid;

use super::*;

fn weak() -> Machine {
    let machine = Machine::with_goals();
    for line in [
        &[
            "kr",
            "add",
            "Launch the new shop",
            "-O",
            "fast",
            "--milestones",
            "Launch",
            "--slug",
            "shop",
        ][..],
        &["kr", "add", "Six", "-O", "fast", "--from", "0", "--to", "6"],
        &["checkin", "api-p99", "312", "--on", "2026-10-20"],
        &["objective", "add", "Nothing measures it", "--slug", "bare"],
        &["objective", "add", "No weight", "--slug", "light"],
        &[
            "kr", "add", "Light", "-O", "light", "--from", "0", "--to", "1", "--weight", "0",
            "--slug", "feather",
        ],
        &["objective", "add", "Serves", "--slug", "serves"],
        &[
            "kr", "add", "Served", "-O", "serves", "--from", "0", "--to", "1",
        ],
        &["align", "serves", "--to", "api-p99"],
        &[
            "cycle",
            "add",
            "2026-H2",
            "--from",
            "2026-07-01",
            "--to",
            "2026-12-31",
        ],
        &[
            "objective",
            "add",
            "Half",
            "--slug",
            "half",
            "-c",
            "2026-H2",
        ],
        &["cycle", "add", "2026-Q3", "--open"],
    ] {
        machine.done(line);
    }
    machine
}

fn found(machine: &Machine, words: &[&str]) -> Vec<(String, String)> {
    let words: Vec<&str> = ["lint", "-o", "json"]
        .iter()
        .chain(words)
        .copied()
        .collect();
    let answer: serde_json::Value = serde_json::from_str(&machine.done(&words)).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let items = answer["items"].as_array().unwrap().iter();
    items
        .map(|item| (text(&item["rule"]), text(&item["about"]["name"])))
        .collect()
}

#[test]
fn every_rule_finds_what_is_weak() {
    let machine = weak();
    let all = found(&machine, &["-c", "all"]);
    let has = |rule: &str, name: &str| all.contains(&(rule.to_owned(), name.to_owned()));
    for (rule, name) in [
        ("uncommitted", "2026-H2"),
        ("unclosed", "2026-Q3"),
        ("no-key-result", "bare"),
        ("many-key-results", "fast"),
        ("weightless", "light"),
        ("orphan", "light"),
        ("task-like", "shop"),
        ("no-check-in", "feather"),
        ("stale", "api-p99"),
    ] {
        assert!(has(rule, name), "{rule} {name}: {all:?}");
    }
    for (rule, name) in [
        ("uncommitted", "2026-Q4"),
        ("orphan", "serves"),
        ("orphan", "half"),
        ("task-like", "new-cdn"),
        ("no-check-in", "api-p99"),
        ("weightless", "fast"),
    ] {
        assert!(!has(rule, name), "{rule} {name}: {all:?}");
    }
}

#[test]
fn rules_and_scope_narrow_it_and_scripts_can_ask() {
    let machine = weak();
    let task = [("task-like".to_owned(), "shop".to_owned())];
    assert_eq!(found(&machine, &["--rule", "task-like"]), task);
    assert_eq!(
        found(&machine, &["--rule", "task-like", "-c", "2026-Q3"]),
        []
    );
    let asked = |words: &[&str]| machine.run(words).exit;
    assert_eq!(asked(&["lint", "--exit-code"]), Exit::ConditionNotMet);
    assert_eq!(
        asked(&["lint", "--exit-code", "--rule", "no-owner"]),
        Exit::Ok
    );
    let unknown = machine.refused(&["lint", "--rule", "style"], Exit::Usage);
    assert!(unknown.contains("many-key-results"), "{unknown}");
}

/// Lets a person leave, as whoever looks after the people of an organisation says.
fn leaves(machine: &Machine, handle: &str) {
    let path = machine.done(&["workspace", "path"]);
    let mut replica = Replica::open(Path::new(path.trim())).unwrap();
    let directory = replica.directory().unwrap();
    let mut entries = directory.entries.values();
    let person = entries.find(|entry| entry.handle == handle).unwrap().person;
    let proposal = Proposal {
        id: ChangeId::new(Uuid::from_u128(7)),
        authored_at: "2026-11-23T11:36:00+01:00".parse().unwrap(),
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        commands: vec![Command::DeactivatePerson(person)],
    };
    let today = "2026-11-23".parse().unwrap();
    let proposed = replica.propose(proposal, today).unwrap();
    assert!(matches!(proposed, Proposed::Written(_)), "{proposed:?}");
}

#[test]
fn a_goal_whose_owner_has_left_has_no_owner() {
    let machine = weak();
    machine.done(&["member", "add", "ben"]);
    machine.done(&["objective", "set", "bare", "--owner", "@ben"]);
    machine.done(&["kr", "set", "shop", "--owner", "@ben"]);
    let words = ["--rule", "no-owner"];
    assert_eq!(found(&machine, &words), []);
    leaves(&machine, "ben");
    let ownerless = ["bare", "shop"].map(|name| ("no-owner".to_owned(), name.to_owned()));
    let mut all = found(&machine, &words);
    all.sort();
    assert_eq!(all, ownerless);
    let lines = machine.done(&["lint", "--rule", "no-owner"]);
    assert!(
        lines.contains("its owner @ben has left\tokr objective set bare --owner @PERSON"),
        "{lines}"
    );
}

#[test]
fn a_finding_says_why_and_what_mends_it() {
    let machine = weak();
    let streams = Streams {
        answer_is_terminal: true,
        width: Some(80),
        ..Streams::default()
    };
    let said = machine.run_on(streams, &["lint", "--rule", "task-like", "--rule", "stale"]);
    insta::assert_snapshot!(said.answer, @r#"
    api-p99  stale: no check-in for two cadences, the last on 2026-10-20
        okr checkin api-p99 VALUE
    shop  task-like: "launch" is a task: what will be different once it is done?
        okr kr add for what it changes, okr initiative add for the task
    "#);
    let line = machine.done(&["lint", "--rule", "weightless"]);
    assert_eq!(
        line,
        "weightless\tlight\tall its key results have the weight 0, so it has no progress\tokr kr set feather --weight 1\n"
    );
}

#[test]
fn what_is_only_planned_is_not_reported_on_yet() {
    let machine = Machine::with_goals();
    for line in [
        &["cycle", "add", "2027-Q1"][..],
        &[
            "objective",
            "add",
            "Later",
            "--slug",
            "later",
            "-c",
            "2027-Q1",
        ],
        &[
            "kr",
            "add",
            "Much later",
            "-O",
            "later",
            "-c",
            "2027-Q1",
            "--from",
            "1",
            "--to",
            "2",
            "--slug",
            "much",
        ],
    ] {
        machine.done(line);
    }
    let planned = found(&machine, &["-c", "2027-Q1"]);
    assert_eq!(planned, []);
    machine.done(&["cycle", "open", "2027-Q1"]);
    let open = found(&machine, &["-c", "2027-Q1", "--rule", "no-check-in"]);
    assert_eq!(open, [("no-check-in".to_owned(), "much".to_owned())]);
}

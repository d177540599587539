//! Sessions of `okr list`: what is picked, and in which order it comes.

use clap::ValueEnum as _;

use super::reading::{json, with_history};
use super::*;
use crate::args::ListKind;
use crate::commands::sort_keys;
use crate::help;

/// Returns the slugs of what is listed, as programs read them.
fn slugs(machine: &Machine, words: &[&str]) -> Vec<String> {
    let items = json(machine, words)["items"].clone();
    let slug = |item: &serde_json::Value| item["slug"].as_str().unwrap().to_owned();
    items.as_array().unwrap().iter().map(slug).collect()
}

/// A machine whose goals have tags.
fn with_tags() -> Machine {
    let machine = Machine::with_goals();
    machine.done(&[
        "objective",
        "add",
        "Be found",
        "--slug",
        "found",
        "--tag",
        "growth",
    ]);
    machine.done(&["kr", "tag", "api-p99", "growth", "emea"]);
    machine.done(&["kr", "tag", "docs", "growth"]);
    machine
}

#[test]
fn a_list_is_narrowed_to_what_has_all_of_some_tags() {
    let machine = with_tags();
    for (words, expected) in [
        (&["list", "--tag", "growth"][..], &["found"][..]),
        (&["objective", "list", "--tag", "emea"], &[]),
        (&["list", "krs", "--tag", "growth"], &["api-p99", "docs"]),
        (
            &["kr", "list", "--tag", "growth", "--tag", "emea"],
            &["api-p99"],
        ),
        (&["list", "krs", "--tag", "growt"], &[]),
    ] {
        assert_eq!(slugs(&machine, words), expected, "{words:?}");
    }
}

#[test]
fn what_has_no_tags_is_not_narrowed_to_one() {
    let machine = Machine::with_goals();
    for kind in [
        "teams",
        "cycles",
        "people",
        "initiatives",
        "metrics",
        "checkins",
    ] {
        let said = machine.refused(&["list", kind, "--tag", "growth"], Exit::Usage);
        assert!(said.contains("objectives and krs have tags"), "{said}");
    }
    let said = machine.refused(&["list", "krs", "--tag", "Growth"], Exit::Usage);
    assert!(said.contains("lower-case letters"), "{said}");
}

/// Sorts key results with and without check-ins and returns their slugs.
fn sorted(machine: &Machine, order: &str) -> Vec<String> {
    slugs(machine, &["list", "krs", "--sort", order])
}

#[test]
fn key_results_are_sorted_by_what_they_show_and_the_unknown_comes_last() {
    let machine = with_history();
    for (order, expected) in [
        // Two of them have no check-in, and stay in their usual order wherever they tie.
        ("progress", ["api-p99", "error-budget", "new-cdn", "docs"]),
        ("-progress", ["error-budget", "api-p99", "new-cdn", "docs"]),
        ("DONE", ["api-p99", "error-budget", "new-cdn", "docs"]),
        (
            "-confidence",
            ["error-budget", "api-p99", "new-cdn", "docs"],
        ),
        (
            "last_check_in",
            ["api-p99", "error-budget", "new-cdn", "docs"],
        ),
        ("status", ["api-p99", "new-cdn", "docs", "error-budget"]),
        (
            "status,slug",
            ["api-p99", "docs", "new-cdn", "error-budget"],
        ),
        (
            "-owner,-slug",
            ["new-cdn", "error-budget", "docs", "api-p99"],
        ),
    ] {
        assert_eq!(sorted(&machine, order), expected, "{order}");
    }
}

#[test]
fn every_form_of_a_list_has_the_same_order_and_the_limit_comes_after_it() {
    let machine = with_history();
    let words = ["kr", "list", "--sort", "-slug", "--limit", "3"];
    let expected = ["new-cdn", "error-budget", "docs"];
    assert_eq!(slugs(&machine, &words), expected);
    let table = machine.done(&words);
    let shown = table.lines().skip(1);
    let shown: Vec<&str> = shown
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!(shown, expected, "{table}");
    let items = json(&machine, &words)["items"].clone();
    let full: Vec<&str> = (0..3)
        .map(|index| items[index]["id"].as_str().unwrap())
        .collect();
    let ids = machine.done(&[&words[..], &["-o", "id"]].concat());
    assert_eq!(ids.lines().collect::<Vec<_>>(), full);
    let lines = machine.done(&[&words[..], &["-o", "jsonl"]].concat());
    for (line, id) in lines.lines().zip(full) {
        assert!(line.contains(id), "{line}");
    }
}

/// What is typed before; then a kind, its order, and what a field of what is listed says.
const SORTED: &[(&str, &str, &str, &str, &str)] = &[
    ("team add Atlas", "teams", "name", "name", "Atlas Platform"),
    (
        "team add Zoo --parent atlas",
        "teams",
        "parent,-name",
        "name",
        "Zoo Platform Atlas",
    ),
    (
        "cycle add 2027-Q1",
        "cycles",
        "-from",
        "name",
        "2027-Q1 2026-Q4",
    ),
    ("member add ada", "people", "handle", "handle", "ada ana"),
    (
        "member set ada --role viewer",
        "people",
        "-role",
        "handle",
        "ana ada",
    ),
    (
        "initiative add B --kr docs --due 2026-12-01",
        "initiatives",
        "-due",
        "slug",
        "b",
    ),
    (
        "initiative add A --kr docs",
        "initiatives",
        "due",
        "slug",
        "b a",
    ),
    (
        "initiative add C --kr docs",
        "initiatives",
        "due,-slug",
        "slug",
        "b c a",
    ),
    (
        "metric add Churn --at-most 2",
        "metrics",
        "health",
        "slug",
        "churn",
    ),
    (
        "metric add Joy --at-least 2",
        "metrics",
        "-name",
        "slug",
        "joy churn",
    ),
    ("metric record joy 1", "metrics", "age", "slug", "joy churn"),
    (
        "objective add Found --slug found",
        "objectives",
        "team",
        "slug",
        "fast found",
    ),
];

#[test]
fn every_kind_is_sorted_by_keys_of_its_own() {
    let machine = with_history();
    for (line, kind, order, field, expected) in SORTED {
        machine.done(&line.split(' ').collect::<Vec<_>>());
        let items = json(&machine, &["list", kind, "--sort", order])["items"].clone();
        let found = items.as_array().unwrap().iter();
        let found: Vec<&str> = found.map(|item| item[*field].as_str().unwrap()).collect();
        assert_eq!(found.join(" "), *expected, "{kind} by {order}");
    }
    let oldest = json(
        &machine,
        &["list", "checkins", "--sort", "day", "--limit", "1"],
    );
    assert_eq!(oldest["items"][0]["effective"], "2026-11-09", "{oldest:#}");
}

#[test]
fn an_unknown_key_is_refused_with_those_that_there_are() {
    let machine = Machine::with_goals();
    let said = machine.refused(&["list", "krs", "--sort", "slug,-progres"], Exit::Usage);
    assert!(said.contains("Did you mean progress?"), "{said}");
    assert!(said.contains("keys of key results: slug, title"), "{said}");
    for words in [
        &["list", "teams", "--sort", "progress"][..],
        &["objective", "list", "--sort", ""],
        &["initiative", "list", "--sort", "health"],
        &["metric", "list", "--sort", "state"],
    ] {
        let said = machine.refused(words, Exit::Usage);
        assert!(said.contains("keys of "), "{said}");
    }
}

#[test]
fn the_help_of_the_list_names_every_key() {
    for kind in ListKind::value_variants() {
        let name = kind.to_possible_value().unwrap().get_name().to_owned();
        let mut lines = help::LIST.lines();
        let first = lines.find(|line| line.starts_with(&format!("  {name} ")));
        let mut said = first.unwrap().trim_start()[name.len()..].to_owned();
        for line in lines.take_while(|line| line.starts_with("     ")) {
            said.push_str(line);
        }
        let said: Vec<&str> = said.split(',').map(str::trim).collect();
        assert_eq!(said, sort_keys(*kind).collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn what_nobody_reported_on_for_long_is_listed_with_how_long() {
    let machine = with_history();
    // It is written down on the 26th: nobody can have been silent about it before.
    let add = [
        "kr", "add", "Late", "-O", "fast", "--from", "0", "--to", "9",
    ];
    machine.done(&[&add[..], &["--now", "2026-11-26T09:00:00+01:00"]].concat());
    let at = |day: &str, days: &str| {
        let words = [
            "list",
            "krs",
            "--stale",
            days,
            "--now",
            "2026-12-24T09:00:00+01:00",
        ];
        let said = machine.done(&[&words[..], &["--at", day, "-o", "json"]].concat());
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        let items = said["items"].as_array().unwrap().iter();
        items
            .map(|item| item["slug"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    // Last check-ins: api-p99 on the 25th, error-budget on the 26th; new-cdn and docs have none
    // and were written on the 23rd, late on the 26th.
    assert_eq!(at("2026-12-09", "16"), ["new-cdn", "docs"]);
    assert_eq!(at("2026-12-09", "14"), ["api-p99", "new-cdn", "docs"]);
    assert_eq!(at("2026-12-09", "13").len(), 5);
    assert_eq!(at("2026-12-09", "17"), [""; 0]);
    assert_eq!(at("2026-11-27", "3"), ["new-cdn", "docs"], "as of --at");
}

#[test]
fn the_table_of_what_is_silent_says_since_when() {
    let machine = with_history();
    let line = "kr abandon docs -m unread --category other";
    machine.done(&line.split(' ').collect::<Vec<_>>());
    let line = "list krs --stale 13 --sort last --now 2026-12-09T09:00:00+01:00";
    let listed = machine.done(&line.split(' ').collect::<Vec<_>>());
    let rows = listed
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let shown: Vec<[&str; 3]> = rows.map(|row| [row[1], row[4], row[5]]).collect();
    assert_eq!(
        shown,
        [
            ["SLUG", "LAST", "DAYS"],
            ["api-p99", "2026-11-25", "14"],
            ["error-budget", "2026-11-26", "13"],
            ["new-cdn", "-", "16"],
        ]
    );
}

#[test]
fn stale_is_one_notion_for_the_flag_and_the_status() {
    let machine = with_history();
    for now in ["2026-12-09", "2026-12-10", "2026-12-11"] {
        let now = format!("{now}T09:00:00+01:00");
        let listed = |flags: &[&str]| {
            let words = ["list", "krs", "-o", "json", "--now", &now];
            let said = machine.done(&[&words[..], flags].concat());
            let said: serde_json::Value = serde_json::from_str(&said).unwrap();
            said["items"].as_array().unwrap().clone()
        };
        // The cadence is a week, and stale is what is silent for more than two.
        let mut silent = listed(&["--stale", "15"]);
        silent.retain(|item| item["status"] != "no-check-in");
        assert_eq!(silent, listed(&["--status", "stale"]), "{now}");
    }
    for kind in ["objectives", "teams", "checkins"] {
        let said = machine.refused(&["list", kind, "--stale", "7"], Exit::Usage);
        assert!(said.contains("--stale does not fit"), "{said}");
        assert!(said.contains("okr list krs --stale DAYS"), "{said}");
    }
    for days in ["0", "-3", "soon"] {
        let said = machine.run(&["kr", "list", "--stale", days]);
        assert_eq!(said.exit, Exit::Usage, "{days}: {}", said.remarks);
        let explained = said.remarks.contains("a whole number of days");
        assert!(explained, "{days}: {}", said.remarks);
    }
}

//! Sessions of `okr list`: what is picked, and in which order it comes.

use super::reading::json;
use super::*;

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

//! Slugs that are taken: refused when they are asked for, told apart when they are there.

use super::*;

/// What is typed, a space between words, and a part of the refusal: the slug that is made of it, or
/// how the other thing gives the slug up.
const TAKEN: &[(&str, &str)] = &[
    (
        "kr add More -O fast --at-most 1 --slug api-p99",
        "--slug api-p99-2",
    ),
    ("kr set docs --slug api-p99", "okr kr set"),
    ("objective add More --slug fast", "--slug fast-2"),
    ("objective set safe --slug fast", "okr objective set"),
    ("team add More --slug platform", "--slug platform-2"),
    ("team set data --slug platform", "okr team set"),
    (
        "initiative add More --kr docs --slug pooling",
        "--slug pooling-2",
    ),
    (
        "initiative set caching --slug pooling",
        "okr initiative set",
    ),
    ("metric add More --at-most 1 --slug churn", "--slug churn-2"),
    ("metric set uptime --slug churn", "okr metric set"),
];

/// Types a line with a space between words.
fn typed(machine: &Machine, line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    machine.done(&words)
}

/// A machine with two of everything that has a slug.
fn with_two_of_each() -> Machine {
    let machine = Machine::with_goals();
    for line in [
        "objective add Safe -t platform",
        "team add Data",
        "initiative add Pooling --kr docs",
        "initiative add Caching --kr docs",
        "metric add Churn --at-most 2",
        "metric add Uptime --at-least 99",
    ] {
        typed(&machine, line);
    }
    machine
}

fn short_id(machine: &Machine, reference: &str) -> String {
    let shown = machine.done(&["show", reference]);
    let line = shown.lines().find(|line| line.trim().starts_with("id"));
    let word = line.and_then(|line| line.split_whitespace().nth(1));
    word.unwrap_or_else(|| panic!("{shown}")).to_owned()
}

#[test]
fn a_slug_that_is_taken_is_refused_with_what_to_do() {
    let machine = with_two_of_each();
    let refused = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        machine.refused(&words, Exit::Error)
    };
    for (line, way_out) in TAKEN {
        let said = refused(line);
        assert!(said.contains("already"), "{line}: {said}");
        assert!(said.contains(way_out), "{line}: {said}");
    }
    // It has that slug already, and another kind and another cycle have names of their own.
    for line in [
        "kr set api-p99 --slug api-p99 --title p99 -m why --category correction",
        "objective set safe --slug api-p99 -m why --category correction",
        "cycle add 2027-Q1",
        "objective add Faster --slug fast -c 2027-Q1",
    ] {
        typed(&machine, line);
    }
    let said = refused("objective set safe --slug fast --to-cycle 2027-Q1");
    assert!(said.contains("fast-2"), "{said}");
}

#[test]
fn an_active_goal_is_meant_before_an_archived_one() {
    let machine = Machine::with_goals();
    let old = short_id(&machine, "error-budget");
    let reason = ["-m", "why", "--category", "correction"];
    let with_reason = |words: &[&str]| machine.done(&[words, &reason].concat());
    with_reason(&["kr", "archive", "error-budget"]);
    let budget = ["kr", "add", "Budget", "-O", "fast", "--at-most", "2"];
    machine.done(&[&budget[..], &["--slug", "error-budget"]].concat());
    let new = short_id(&machine, "error-budget");
    assert_ne!(old, new);
    let said = machine.done(&["checkin", "error-budget", "1.5"]);
    assert!(said.contains("Budget") && said.contains("held"), "{said}");

    // Both are active, as after a sync of two who were offline: only the short id tells them apart.
    with_reason(&["kr", "restore", &old]);
    let said = machine.refused(&["checkin", "error-budget", "1"], Exit::NotFound);
    for part in ["matches 2 key results", &old, &new, "give the short id"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("path"), "{said}");
    machine.done(&["checkin", &new, "1"]);
    with_reason(&["kr", "set", &new, "--slug", "budget"]);
    machine.done(&["checkin", "error-budget", "1"]);
}

/// `CYCLE:slug` names a goal of another cycle, so a colon in the name of one would end it too early.
#[test]
fn a_cycle_has_no_colon_in_its_name() {
    let machine = Machine::with_goals();
    let why = "must be without a colon";
    for line in [
        "cycle add x:y --from 2027-01-01 --to 2027-03-31",
        "cycle set 2026-Q4 --name Q4:2026",
    ] {
        let words: Vec<&str> = line.split_whitespace().collect();
        let parsed = crate::parse::command_line(
            std::iter::once("okr")
                .chain(words)
                .map(std::ffi::OsString::from),
        );
        let Err(crate::parse::Answered::Refused { error, .. }) = parsed else {
            panic!("{line} was understood");
        };
        assert_eq!(error.exit(), Exit::Usage);
        assert!(error.message().contains(why), "{error}");
    }
    // A slash ends nothing: fiscal years are written with it.
    typed(
        &machine,
        "cycle add 2026/27 --from 2027-01-01 --to 2027-12-31",
    );
    typed(&machine, "objective add Later -c 2026/27");
    assert!(typed(&machine, "show 2026/27:later").contains("Later"));
}

#[test]
fn a_value_that_cannot_be_ends_as_one_that_cannot_be_read() {
    let machine = Machine::with_goals();
    for line in [
        "org set --tz Europe/Atlantis",
        "init other --handle ana --tz Europe/Atlantis",
        "kr add T -O fast --from 1 --to 1",
        "kr add T -O fast --from 1 --to 5 --commit 9",
        "kr add T -O fast --from 1 --to 5 --start 2026-12-01 --due 2026-11-30",
        "checkin api-p99 300 --on 2020-01-01",
    ] {
        let words: Vec<&str> = line.split_whitespace().collect();
        machine.refused(&words, Exit::Usage);
    }
}

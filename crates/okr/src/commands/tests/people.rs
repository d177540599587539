//! Sessions about teams and people: who is part of what, and what somebody answers for.

use super::reading::{LATER, json};
use super::*;

/// A machine with teams below each other, two people and goals of both.
fn with_people() -> Machine {
    let machine = Machine::with_goals();
    for line in [
        "member add ben --name Ben",
        "team add Web --parent platform --lead @ben --member @ana --member @ben",
        "team add Search --parent web --member @ben",
        "team add Sales",
        "objective set fast --owner @ben -m moved",
        "kr set docs --owner @ben",
        "checkin api-p99 366 --on 2026-11-09",
        "checkin docs commit --on 2026-11-20",
        "checkin api-p99 312 --on 2026-11-18",
    ] {
        machine.done(&line.split(' ').collect::<Vec<_>>());
    }
    machine
}

/// Returns the rows of a table without ids, as they are in a pipe.
fn rows(answer: &str) -> Vec<String> {
    let columns = answer.lines().map(|line| line.split('\t').skip(1));
    columns
        .map(|columns| columns.collect::<Vec<_>>().join("|"))
        .collect()
}

#[test]
fn the_tree_of_teams_shows_which_is_part_of_which() {
    let machine = with_people();
    assert_eq!(
        rows(&machine.done(&["team", "tree"])),
        [
            "TEAM|NAME|LEADS|MEMBERS",
            "platform|Platform|@ana|0",
            "└─ web|Web|@ben|2",
            "   └─ search|Search|-|1",
            "sales|Sales|-|0",
        ]
    );
    assert_eq!(
        rows(&machine.done(&["team", "tree", "web", "--ascii"])),
        [
            "TEAM|NAME|LEADS|MEMBERS",
            "web|Web|@ben|2",
            "+-- search|Search|-|1",
        ]
    );
    let tree = json(&machine, &["team", "tree"]);
    let items = tree["items"].as_array().unwrap().iter();
    let shown: Vec<(&str, u64)> = items
        .map(|item| {
            (
                item["slug"].as_str().unwrap(),
                item["depth"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [("platform", 0), ("web", 1), ("search", 2), ("sales", 0)]
    );
}

#[test]
fn an_archived_team_is_in_the_tree_only_when_asked_for() {
    let machine = with_people();
    machine.done(&["team", "archive", "web", "--now", LATER]);
    assert_eq!(
        rows(&machine.done(&["team", "tree"])),
        [
            "TEAM|NAME|LEADS|MEMBERS",
            "platform|Platform|@ana|0",
            "└─ search|Search|-|1",
            "sales|Sales|-|0",
        ],
        "a team hangs below the next one above it that is shown"
    );
    assert_eq!(
        rows(&machine.done(&["team", "tree", "--archived"])),
        [
            "TEAM|NAME|LEADS|MEMBERS|STATE",
            "platform|Platform|@ana|0|active",
            "└─ web|Web|@ben|2|archived",
            "   └─ search|Search|-|1|active",
            "sales|Sales|-|0|active",
        ]
    );
    let then = json(&machine, &["team", "tree", "--at", "2026-11-24"]);
    assert_eq!(then["items"].as_array().unwrap().len(), 4, "{then:#}");
    let named = json(&machine, &["team", "tree", "web"]);
    assert_eq!(named["items"][0]["archived"], true, "{named:#}");
    for flag in ["-t", "-c"] {
        let said = machine.refused(&["team", "tree", flag, "2026-Q4"], Exit::Usage);
        assert!(said.contains("does not fit"), "{said}");
    }
}

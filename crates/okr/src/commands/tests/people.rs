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

#[test]
fn a_person_is_shown_with_teams_goals_and_the_last_check_in() {
    let machine = with_people();
    let ben = machine.done(&["member", "show", "ben", "--history", "0"]);
    let words: Vec<&str> = ben.split_whitespace().collect();
    let words = words.join(" ");
    for said in [
        "name Ben role member state active leads web Web member of search Search web Web",
        "fast Feel instant 23% active, late @ben platform 2026-Q4 Key results of 2026-Q4",
        "docs 3 levels commit 30% ◐ at risk @ben fast",
    ] {
        assert!(words.contains(said), "{said} is not in {ben}");
    }
    let ana = json(&machine, &["member", "show", "@me"])["items"][0].clone();
    let names = |field: &str| {
        let items = ana[field].as_array().unwrap().iter();
        items
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("leads"), ["platform"]);
    assert_eq!(names("teams"), ["web"]);
    assert_eq!(names("objectives"), [""; 0]);
    assert_eq!(names("key_results"), ["api-p99", "error-budget", "new-cdn"]);
    // The newest is the one that was written last, whatever day it is about.
    let last = &ana["last_check_in"];
    assert_eq!(last["key_result"]["name"], "api-p99", "{last:#}");
    assert_eq!(last["effective"], "2026-11-18", "{last:#}");
    // What Ana brings in of Ben is Ben's.
    let table = machine
        .directory
        .path()
        .join("past.csv")
        .display()
        .to_string();
    std::fs::write(
        &table,
        "key result,date,value,author\napi-p99,2026-11-20,380,ben\n",
    )
    .unwrap();
    machine.done(&["import", &table]);
    for (person, effective) in [("ana", "2026-11-18"), ("ben", "2026-11-20")] {
        let shown = json(&machine, &["member", "show", person])["items"][0].clone();
        let last = &shown["last_check_in"];
        assert_eq!(last["effective"], effective, "{person}: {last:#}");
    }
    assert_eq!(
        machine.done(&["show", "@ana"]),
        machine.done(&["member", "show", "ana"]),
        "one way to show a person"
    );
}

#[test]
fn a_person_is_shown_as_they_were() {
    let machine = with_people();
    for line in [
        "checkin retract api-p99 -m wrong",
        "team leave web",
        "cycle add 2027-Q1",
    ] {
        let words: Vec<&str> = line.split(' ').chain(["--now", LATER]).collect();
        machine.done(&words);
    }
    let now = json(&machine, &["member", "show", "@ana"])["items"][0].clone();
    assert_eq!(now["teams"], serde_json::json!([]));
    assert_eq!(
        now["last_check_in"]["key_result"]["name"], "docs",
        "{now:#}"
    );
    let then = json(&machine, &["member", "show", "@ana", "--at", "2026-11-24"]);
    let then = &then["items"][0];
    assert_eq!(then["teams"][0]["name"], "web");
    assert_eq!(then["last_check_in"]["effective"], "2026-11-18", "{then:#}");
    let other = json(&machine, &["member", "show", "@ana", "-c", "2027-Q1"]);
    assert_eq!(other["items"][0]["key_results"], serde_json::json!([]));
    let said = machine.refused(&["member", "show", "nobody"], Exit::NotFound);
    assert!(said.contains("nobody"), "{said}");
}

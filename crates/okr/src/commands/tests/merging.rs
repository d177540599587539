//! Plan files against what others did meanwhile: what nobody asked for must not happen.

use std::fs;

use super::plans::{NOTHING, planned, rows};
use super::*;

/// How a key result stands in a pulled file.
const DOCS: &str =
    "- Docs: zones {#docs}\n  - commit: pages\n  - target: examples\n  - stretch: playground\n";

/// Returns the titles of the key results of the cycle, in order.
fn order(machine: &Machine) -> Vec<String> {
    let plan = machine.plan("md");
    let titles = plan
        .lines()
        .filter_map(|line| line.strip_prefix("- ")?.split_once(':'));
    titles.map(|(title, _)| title.to_owned()).collect()
}

/// Turns the order of the key results of the objective `fast` round.
fn turn_round(machine: &Machine) {
    machine.type_all(&[
        "kr|set|docs|--order|0",
        "kr|set|new-cdn|--order|1",
        "kr|set|error-budget|--order|2",
        "kr|set|api-p99|--order|3",
    ]);
}

#[test]
fn what_is_missing_is_looked_for_among_the_goals_of_the_team_alone() {
    let machine = planned();
    let team = machine.done(&["team", "show", "platform", "-o", "json"]);
    let team: serde_json::Value = serde_json::from_str(&team).unwrap();
    let id = team["items"][0]["id"].as_str().unwrap();
    let path = machine.path("team.yaml");
    machine.done(&["plan", "pull", "platform", "--to", &path]);
    let text = fs::read_to_string(&path).unwrap();
    let (head, _) = text.split_once("objectives:").unwrap();
    for name in [id, "platform"] {
        let head = head.replace("team: platform", &format!("team: {name}"));
        let path = machine.write("of-a-team.yaml", &format!("{head}objectives: []\n"));
        let archived = machine.done(&["plan", "apply", &path, "--archive-missing", "-n"]);
        assert_eq!(rows(&archived), "archive  objective  fast  archived\n");
    }
    let head = head.replace("team: platform", "team: platfrom");
    let path = machine.write("of-no-team.yaml", &format!("{head}objectives: []\n"));
    let refused = machine.refused(&["plan", "apply", &path, "--archive-missing"], Exit::Error);
    assert!(
        refused.contains("there is no team \"platfrom\"") && refused.contains("\"platform\"?"),
        "{refused}"
    );
    // However many goals would be of it, that is said once.
    let two = format!("{head}objectives:\n  - title: One\n  - title: Two\n");
    let path = machine.write("of-no-team.yaml", &two);
    let refused = machine.refused(&["plan", "apply", &path], Exit::Error);
    assert_eq!(refused.matches("there is no team").count(), 1, "{refused}");
}

#[test]
fn a_new_key_result_does_not_undo_the_order_that_others_gave() {
    for take in [&[][..], &["--take", "theirs"]] {
        let machine = planned();
        let path = machine.pulled("q4.md");
        Machine::edit(
            &path,
            "- Error budget",
            "- Uptime: at least 99.9 %\n- Error budget",
        );
        if !take.is_empty() {
            // The file has another order, too.
            Machine::edit(&path, DOCS, "");
            Machine::edit(&path, "- Uptime", &format!("{DOCS}- Uptime"));
        }
        turn_round(&machine);
        let before = order(&machine);
        let applied = machine.done(&[&["plan", "apply", &path][..], take].concat());
        assert_eq!(rows(&applied).lines().count(), 1, "{applied}");
        let mut after = before;
        after.push("Uptime".to_owned());
        assert_eq!(order(&machine), after);
    }
}

#[test]
fn a_file_without_a_base_changes_no_order_and_publishes_nothing_unasked() {
    let machine = planned();
    let path = machine.write(
        "hand.yaml",
        "format: okr-plan/1\ncycle: 2026-Q4\nobjectives:\n\
         \x20 - title: Customers stay\n    state: active\n\
         \x20 - title: Feel instant\n    key_results:\n\
         \x20     - title: Docs\n      - title: Error budget\n",
    );
    let said = machine.run(&["plan", "apply", &path]);
    assert_eq!(said.exit, Exit::ConflictsOpen);
    insta::assert_snapshot!(rows(&said.answer), @r#"
    conflict  objective  stay  state: the file says "active", now it is "draft" (ana, Mon 23 Nov 11:36)
    conflict  objective  fast  order: the file says "docs, error-budget", now it is "error-budget, docs" (ana, Mon 23 Nov 11:36)
    "#);
    assert_eq!(
        machine.done(&["plan", "apply", &path, "--take", "theirs"]),
        NOTHING
    );
    let mine = machine.done(&["plan", "apply", &path, "--take", "mine"]);
    assert!(mine.contains("published"), "{mine}");
    let order = order(&machine);
    let place = |title: &str| order.iter().position(|one| one == title);
    assert!(place("Docs") < place("Error budget"), "{order:?}");
    assert_eq!(machine.done(&["plan", "apply", &path]), NOTHING);
    let refused = machine.refused(&["plan", "apply", &path, "--archive-missing"], Exit::Usage);
    assert!(
        refused.contains("hand.yaml") && refused.contains("nothing can be missing"),
        "{refused}"
    );
}

#[test]
fn a_goal_whose_key_results_others_edited_is_not_archived_unasked() {
    let machine = planned();
    let path = machine.path("team.yaml");
    machine.done(&["plan", "pull", "platform", "--to", &path]);
    let text = fs::read_to_string(&path).unwrap();
    let (head, _) = text.split_once("objectives:").unwrap();
    fs::write(&path, format!("{head}objectives: []\n")).unwrap();
    let words = ["plan", "apply", &path, "--archive-missing"];
    for (line, at, back) in [
        ("kr|set|docs|--weight|3", "12:10", "kr|set|docs|--weight|1"),
        (
            "kr|add|Uptime|-O|fast|--at-least|99",
            "12:20",
            "kr|archive|uptime",
        ),
    ] {
        machine.type_all(&[&format!("{line}|--now|2026-11-23T{at}:00+01:00")]);
        let said = machine.run(&words);
        assert_eq!(said.exit, Exit::ConflictsOpen, "{line}: {}", said.answer);
        let conflict = rows(&said.answer);
        assert!(
            conflict.starts_with("conflict  objective  fast  state: ")
                && conflict.contains(&format!("(ana, Mon 23 Nov {at})")),
            "{conflict}"
        );
        machine.type_all(&[back]);
    }
}

#[test]
fn a_goal_that_stands_in_two_files_is_told_by_check_as_well() {
    let machine = planned();
    let one = machine.pulled("one.yaml");
    let two = machine.pulled("two.yaml");
    let said = machine.run(&["plan", "check", &one, &two]);
    assert_eq!(said.exit, Exit::ConditionNotMet, "{}", said.answer);
    assert!(
        said.answer.contains("one.yaml: 2 objectives") && said.answer.contains("stands in"),
        "{}",
        said.answer
    );
    assert_eq!(
        said.answer.matches("this goal stands in").count(),
        7,
        "{}",
        said.answer
    );
}

#[test]
fn a_conflict_about_the_order_names_who_gave_it() {
    let machine = planned();
    let path = machine.pulled("q4.md");
    Machine::edit(&path, DOCS, "");
    Machine::edit(&path, "- p99 latency", &format!("{DOCS}- p99 latency"));
    let later = |line: &str, now: &str| {
        let words: Vec<&str> = line.split('|').chain(["--now", now]).collect();
        machine.done(&words);
    };
    later("kr|set|new-cdn|--order|0", "2026-11-23T12:00:00+01:00");
    later("kr|set|api-p99|--order|5", "2026-11-23T12:10:00+01:00");
    later("objective|set|fast|--weight|5", "2026-11-23T12:40:00+01:00");
    let said = machine.run(&["plan", "apply", &path, "--now", "2026-11-23T13:00:00+01:00"]);
    assert_eq!(said.exit, Exit::ConflictsOpen);
    assert!(
        said.answer.contains("(ana, Mon 23 Nov 12:10)"),
        "{}",
        said.answer
    );
}

#[test]
fn last_means_what_a_plan_did_last() {
    let machine = planned();
    let path = machine.pulled("q4.yaml");
    Machine::edit(&path, "title: Docs", "title: Documentation");
    machine.done(&["plan", "apply", &path]);
    let shown = machine.done(&["show", "@last"]);
    assert!(shown.contains("Documentation"), "{shown}");
}

//! What the file says, what others set meanwhile, and who decides.

use super::*;

#[test]
fn what_the_file_does_not_change_stays_as_others_made_it() {
    let machine = planned();
    for name in ["q4.yaml", "q4.md"] {
        let path = machine.pulled(name);
        machine.type_all(&[
            "objective|set|fast|--weight|7|--slug|instant",
            "kr|set|api-p99|--title|Latency|--due|none",
            "kr|add|Cold start|-O|instant|--from|9|--to|1",
            "objective|add|Another one",
            "objective|tag|instant|web",
            "team|set|platform|--slug|base",
        ]);
        Machine::edit(&path, "Error budget", "Error budget of the API");
        let applied = machine.done(&["plan", "apply", &path]);
        assert_eq!(
            rows(&applied),
            "change  key_result  error-budget  title: Error budget → Error budget of the API\n"
        );
        let after = machine.plan("md");
        assert!(
            after.contains("Latency") && after.contains("Cold start"),
            "{after}"
        );
        machine.type_all(&[
            "objective|set|instant|--weight|2|--slug|fast",
            "kr|set|api-p99|--title|p99 latency|--due|2026-11-30",
            "kr|set|error-budget|--title|Error budget",
            "kr|archive|cold-start",
            "objective|archive|another-one",
            "objective|untag|fast|web",
            "team|set|base|--slug|platform",
        ]);
    }
}

#[test]
fn what_both_changed_is_a_conflict_until_a_side_is_taken() {
    let machine = planned();
    let path = machine.pulled("q4.yaml");
    Machine::edit(&path, "to: 200", "to: 180");
    Machine::edit(&path, "title: Churn", "title: Churn a month");
    Machine::edit(&path, "weight: 2", "weight: 3");
    machine.done(&["kr", "set", "api-p99", "--to", "190"]);
    machine.done(&["objective", "set", "fast", "--weight", "3"]);
    let before = machine.done(&["log"]);
    for words in [
        &["plan", "apply", &path][..],
        &["plan", "apply", &path, "-n"],
    ] {
        let said = machine.run(words);
        assert_eq!(said.exit, Exit::ConflictsOpen);
        assert_eq!(
            rows(&said.answer),
            "conflict  key_result  api-p99  measure: the file says \"480 to 180 ms, stretch 150\", \
             now it is \"480 to 190 ms, stretch 150\" (ana, Mon 23 Nov 11:36)\n"
        );
        assert!(said.remarks.contains("--take mine"), "{}", said.remarks);
    }
    let checked = machine.run(&["plan", "check", &path]);
    assert_eq!(checked.exit, Exit::ConflictsOpen);
    assert!(
        checked.answer.contains(":41:9: measure: the file says"),
        "{}",
        checked.answer
    );
    assert_eq!(machine.done(&["log"]), before);
    let json = machine.run(&["plan", "apply", &path, "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.answer).unwrap();
    let field = &json["items"][0]["fields"][0];
    assert_eq!(
        (&field["base"], &field["by"], &json["items"][0]["outcome"]),
        (
            &"480 to 200 ms, stretch 150".into(),
            &"ana".into(),
            &"conflict".into()
        )
    );
    let theirs = machine.done(&["plan", "apply", &path, "--take", "theirs", "-n"]);
    assert_eq!(
        rows(&theirs),
        "change  key_result  churn  title: Churn → Churn a month\n"
    );
    let mine = rows(&machine.done(&["plan", "apply", &path, "--take", "mine"]));
    assert!(
        mine.contains("190 ms, stretch 150 → 480 to 180 ms"),
        "{mine}"
    );
    assert_eq!(machine.done(&["plan", "apply", &path]), NOTHING);
}

#[test]
fn what_is_no_longer_in_the_file_is_archived_only_when_asked() {
    let machine = planned();
    let path = machine.pulled("q4.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let cut = |from: &str, to: &str, text: &str| {
        let (before, rest) = text.split_once(from).unwrap();
        let after = rest.split_once(to).map(|(_, after)| format!("{to}{after}"));
        format!("{before}{}", after.unwrap_or_default())
    };
    let without = cut(
        "      - title: Error budget",
        "      - title: New CDN",
        &text,
    );
    fs::write(&path, &without).unwrap();
    let said = machine.run(&["plan", "apply", &path]);
    assert_eq!(
        rows(&said.answer),
        "missing  key_result  error-budget  no longer in the file, left alone\n"
    );
    assert!(
        said.remarks.contains("--archive-missing"),
        "{}",
        said.remarks
    );
    let archived = machine.done(&["plan", "apply", &path, "--archive-missing", "-n"]);
    assert_eq!(
        rows(&archived),
        "archive  key_result  error-budget  archived\n"
    );
    // Who edited it meanwhile is asked.
    machine.done(&["kr", "set", "error-budget", "--weight", "4"]);
    let said = machine.run(&["plan", "apply", &path, "--archive-missing"]);
    assert_eq!(said.exit, Exit::ConflictsOpen);
    assert!(
        said.answer.contains("state: the file says \"archived\""),
        "{}",
        said.answer
    );
    machine.done(&[
        "plan",
        "apply",
        &path,
        "--archive-missing",
        "--take",
        "mine",
    ]);
    // With an objective go its key results; three goals and more are asked for.
    let path = machine.path("q4.yaml");
    machine.done(&["plan", "pull", "--to", &path, "--force"]);
    let text = fs::read_to_string(&path).unwrap();
    let only_stay = cut("  - title: Feel instant", "\n\n\n", &text);
    fs::write(&path, format!("{only_stay}  - title: New\n")).unwrap();
    let refused = machine.refused(
        &["plan", "apply", &path, "--archive-missing", "--base", "now"],
        Exit::Usage,
    );
    assert!(refused.contains("nothing can be missing"), "{refused}");
    let archived = machine.done(&["plan", "apply", &path, "--archive-missing", "-n"]);
    assert!(archived.contains("archive\tobjective\tfast"), "{archived}");
    assert!(!archived.contains("api-p99"), "{archived}");
}

#[test]
fn a_changed_commitment_needs_a_reason_for_all_of_it() {
    let machine = planned();
    machine.done(&["cycle", "open", "2026-Q4"]);
    let path = machine.pulled("q4.yaml");
    Machine::edit(&path, "to: 200", "to: 180");
    Machine::edit(&path, "at_most: 1", "at_most: 2");
    let refused = machine.refused(&["plan", "apply", &path], Exit::Error);
    assert!(refused.contains("a reason and a category"), "{refused}");
    assert!(
        refused.contains("q4.yaml:") && refused.contains("nothing was written"),
        "{refused}"
    );
    machine.done(&[
        "plan",
        "apply",
        &path,
        "-m",
        "measured anew",
        "--category",
        "correction",
    ]);
    let log = machine.done(&["log", "--limit", "2"]);
    assert_eq!(log.matches("measured anew").count(), 2, "{log}");
}

#[test]
fn a_pull_does_not_replace_what_only_the_file_says() {
    let machine = planned();
    for name in ["q4.yaml", "q4.md"] {
        let path = machine.pulled(name);
        // Pulled again when nothing happened, or when others did something: nothing gets lost.
        machine.done(&["plan", "pull", "--to", &path]);
        machine.done(&["kr", "set", "churn", "--weight", "3"]);
        machine.done(&["plan", "pull", "--to", &path]);
        assert!(
            fs::read_to_string(&path).unwrap().contains("weight"),
            "{path}"
        );
        // An edit and a comment would.
        Machine::edit(&path, "Churn", "Churn a month");
        let comment = if name == "q4.md" {
            "\n<!-- agreed with Bo -->\n"
        } else {
            "\n# agreed with Bo\n"
        };
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}{comment}")).unwrap();
        let refused = machine.refused(&["plan", "pull", "--to", &path], Exit::Error);
        assert!(
            refused.contains("an edit that was not applied"),
            "{refused}"
        );
        assert!(
            refused.contains("agreed with Bo") && refused.contains("--force"),
            "{refused}"
        );
        // Once it is applied, only the comment is left.
        machine.done(&["plan", "apply", &path]);
        let refused = machine.refused(&["plan", "pull", "--to", &path], Exit::Error);
        assert!(
            !refused.contains("not applied") && refused.contains("agreed with Bo"),
            "{refused}"
        );
        machine.done(&["plan", "pull", "--to", &path, "--force"]);
        machine.done(&["kr", "set", "churn", "--weight", "1", "--title", "Churn"]);
    }
    let other = machine.write("notes.yaml", "milk\neggs\n");
    let refused = machine.refused(&["plan", "pull", "--to", &other], Exit::Error);
    assert!(refused.contains("no plan that can be read"), "{refused}");
    let refused = machine.refused(&["plan", "pull", "--to", "plan.txt"], Exit::Usage);
    assert!(refused.contains(".yaml or .md"), "{refused}");
}

#[test]
fn a_file_without_a_base_adds_and_asks_before_it_changes() {
    let machine = planned();
    let path = machine.write(
        "new.yaml",
        "format: okr-plan/1\ncycle: 2026-Q4\nobjectives:\n\
         \x20 - title: Feel instant\n    slug: fast\n    weight: 5\n    description: ~\n    key_results:\n\
         \x20     - title: Cold start\n        measure: {from: 9, to: 1, unit: s}\n",
    );
    let said = machine.run(&["plan", "apply", &path]);
    assert_eq!(said.exit, Exit::ConflictsOpen);
    assert!(
        said.answer
            .contains("weight: the file says \"5\", now it is \"2\""),
        "{}",
        said.answer
    );
    let now = machine.done(&["plan", "apply", &path, "--base", "now"]);
    insta::assert_snapshot!(rows(&now), @r##"
    add  key_result  cold-start  "Cold start", 9 to 1 s
    change  objective  fast  description: Every page\nwithin a second. → none
    change  objective  fast  weight: 2 → 5
    "##);
    Machine::edit(&path, "    weight: 5\n    description: ~\n", "");
    assert_eq!(machine.done(&["plan", "apply", &path]), NOTHING);
    let refused = machine.refused(&["plan", "apply", &path, "--base", "soon"], Exit::Usage);
    assert!(refused.contains("--base takes"), "{refused}");
}

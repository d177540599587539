//! Plan files: pulled, edited, applied, against what happened meanwhile.

mod places;
mod round_trip;
mod sides;

use std::fs;

use super::*;

/// What is typed first, with | between the words.
const GOALS: &[&str] = &[
    "init|acme|--name|Acme|--tz|Europe/Oslo|--handle|ana",
    "cycle|add|2026-Q4",
    "team|add|Platform|--lead|@me",
    "team|add|Sales|--lead|@me",
    "objective|add|Feel instant|--slug|fast|-t|platform|--kind|committed|--weight|2|--tag|speed|\
     --description|Every page\nwithin a second.",
    "kr|add|p99 latency|-O|fast|--from|480|--to|200|--unit|ms|--slug|api-p99|--due|2026-11-30|\
     --stretch|150",
    "kr|add|Error budget|-O|fast|--at-most|1|--unit|%",
    "kr|add|New CDN|-O|fast|--milestones|Contract; Pilot; All=2",
    "kr|add|Docs|-O|fast|--zones|pages; examples; playground",
    "objective|add|Customers stay|--slug|stay|--draft",
    "kr|add|Churn|-O|stay|--from|5|--to|3|--unit|%",
];

/// A machine with goals of every kind, in a cycle that is planned.
pub(super) fn planned() -> Machine {
    let machine = Machine::new();
    machine.type_all(GOALS);
    machine
}

impl Machine {
    pub(super) fn type_all(&self, lines: &[&str]) {
        for line in lines {
            let words: Vec<&str> = line.split('|').collect();
            self.done(&words);
        }
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    pub(super) fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Pulls a plan to a file, and returns where it is.
    pub(super) fn pulled(&self, name: &str) -> String {
        let path = self.path(name);
        self.done(&["plan", "pull", "--to", &path]);
        path
    }

    /// Replaces a part of a file that must be there.
    pub(super) fn edit(path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains(from), "{from}: {text}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    /// Returns the plan of the cycle without what differs from run to run.
    pub(super) fn plan(&self, form: &str) -> String {
        let text = self.done(&["plan", "pull", "-o", form]);
        let base = |line: &&str| !line.starts_with("  until:") && !line.starts_with("  count:");
        crate::render::page(text.lines().filter(base).map(str::to_owned).collect())
    }
}

pub(super) const NOTHING: &str = "Nothing to do: the workspace is as the file says.\n";

/// The rows of an answer without files and lines.
pub(super) fn rows(answer: &str) -> String {
    let rows = answer.lines().skip(1).map(|row| {
        let cells: Vec<&str> = row.split('\t').take(4).collect();
        format!("{}\n", cells.join("  "))
    });
    rows.collect()
}

#[test]
fn a_pulled_plan_is_easy_to_read_in_yaml() {
    let machine = planned();
    insta::assert_snapshot!(machine.plan("yaml"));
}

#[test]
fn a_pulled_plan_is_easy_to_read_in_markdown() {
    let machine = planned();
    insta::assert_snapshot!(machine.plan("md"), @r##"
    ---
    format: okr-plan/1
    organisation: Acme
    base:
      position: 0
    ---

    <!-- A plan of okr: edit it, then okr plan apply FILE (okr help plan). -->
    <!-- Not said here, and kept as it is: ids, and slugs of goals that are there. -->

    # 2026-Q4

    ## Customers stay {#stay}

    (@ana, draft)

    - Churn: 5 -> 3 % {#churn}

    ## Feel instant {#fast}

    (@ana, team platform, committed, weight 2, #speed)

    > Every page
    > within a second.

    - p99 latency: 480 -> 200 ms, stretch 150 (due 2026-11-30) {#api-p99}
    - Error budget: at most 1 % {#error-budget}
    - New CDN: milestones {#new-cdn}
      - Contract
      - Pilot
      - All (weight 2)
    - Docs: zones {#docs}
      - commit: pages
      - target: examples
      - stretch: playground
    "##);
}

#[test]
fn applying_what_was_pulled_does_nothing() {
    let machine = planned();
    for name in ["q4.yaml", "q4.md"] {
        let path = machine.pulled(name);
        assert_eq!(machine.done(&["plan", "apply", &path]), NOTHING, "{name}");
        let checked = machine.done(&["plan", "check", &path]);
        assert!(
            checked.ends_with("2 objectives, 5 key results; 0 changes to make\n"),
            "{checked}"
        );
    }
}

#[test]
fn edits_and_new_goals_are_applied_once() {
    let machine = planned();
    let path = machine.pulled("q4.yaml");
    Machine::edit(&path, "title: p99 latency", "title: p99 latency of the API");
    Machine::edit(&path, "to: 200", "to: 180");
    Machine::edit(&path, "tags: [speed]", "tags: [web]");
    Machine::edit(&path, "        due: 2026-11-30\n", "");
    Machine::edit(&path, "    state: draft\n", "");
    let text = fs::read_to_string(&path).unwrap();
    let more = "\n  - title: Trust us\n    supports: nps  # further down\n    key_results:\n\
                \x20     - title: SOC 2\n        measure: {milestones: [Plan, Audit]}\n\
                \n  - title: Everybody recommends us\n    key_results:\n\
                \x20     - title: NPS\n        measure: {from: 30, to: 50}\n";
    fs::write(&path, format!("{text}{more}")).unwrap();
    let rehearsed = machine.run(&["plan", "apply", &path, "-n"]);
    assert!(
        rehearsed.remarks.contains("nothing was written"),
        "{}",
        rehearsed.remarks
    );
    let applied = machine.done(&["plan", "apply", &path, "-m", "planning"]);
    assert_eq!(applied, rehearsed.answer);
    insta::assert_snapshot!(rows(&applied), @r##"
    add  objective  everybody-recommends-us  "Everybody recommends us"
    add  key_result  nps  "NPS", 30 to 50
    add  objective  trust-us  "Trust us"
    add  key_result  soc-2  "SOC 2", 1. Plan; 2. Audit
    change  objective  stay  published
    change  objective  fast  tagged web
    change  objective  fast  untagged speed
    change  key_result  api-p99  title: p99 latency → p99 latency of the API
    change  key_result  api-p99  measure: 480 to 200 ms, stretch 150 → 480 to 180 ms, stretch 150
    change  key_result  api-p99  due: 2026-11-30 → none
    "##);
    assert_eq!(machine.done(&["plan", "apply", &path]), NOTHING);
    // The file is as it was, and the log says why.
    assert!(fs::read_to_string(&path).unwrap().ends_with(more));
    assert!(machine.done(&["log", "--limit", "1"]).contains("planning"));
    let json = machine.done(&["show", "trust-us", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["items"][0]["state"], "active");
}

#[test]
fn a_pull_for_programs_has_the_facts_and_the_text() {
    let machine = planned();
    let json = machine.done(&["plan", "pull", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let item = &json["items"][0];
    assert_eq!(json["schema"], "okr.v1.PlanList");
    assert_eq!(
        (&item["objectives"], &item["key_results"]),
        (&2.into(), &5.into())
    );
    assert!(
        item["text"]
            .as_str()
            .unwrap()
            .contains("format: okr-plan/1")
    );
    let path = machine.path("q4.md");
    let json = machine.done(&["plan", "pull", "--to", &path, "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["items"][0]["form"], &json["items"][0]["text"]),
        (&"md".into(), &serde_json::Value::Null)
    );
    machine.refused(&["plan", "pull", "-o", "html"], Exit::Usage);
    machine.refused(&["plan", "pull", "-o", "id"], Exit::Usage);
    machine.refused(&["plan", "edit"], Exit::Usage);
}

//! Names, order and places of goals in a file.

use super::*;

#[test]
fn the_order_and_the_objective_of_a_key_result_are_its_place_in_the_file() {
    let machine = planned();
    let path = machine.path("q4.md");
    machine.done(&["plan", "pull", "--to", &path]);
    let docs =
        "- Docs: zones {#docs}\n  - commit: pages\n  - target: examples\n  - stretch: playground\n";
    Machine::edit(&path, docs, "");
    Machine::edit(
        &path,
        "- p99 latency",
        &format!("{docs}- Uptime: at least 99.9 %\n- p99 latency"),
    );
    Machine::edit(&path, "- Error budget: at most 1 % {#error-budget}\n", "");
    Machine::edit(
        &path,
        "- Churn",
        "- Error budget: at most 1 % {#error-budget}\n- Churn",
    );
    machine.done(&["plan", "apply", &path]);
    let plan = machine.plan("md");
    let titles = plan
        .lines()
        .filter_map(|line| line.strip_prefix("- ")?.split_once(':'));
    let titles: Vec<&str> = titles.map(|(title, _)| title).collect();
    assert_eq!(
        titles,
        [
            "Error budget",
            "Churn",
            "Docs",
            "Uptime",
            "p99 latency",
            "New CDN"
        ]
    );
    assert_eq!(machine.done(&["plan", "apply", &path]), NOTHING);
    // A later order by somebody else stays when the same file comes once more.
    machine.done(&["kr", "set", "new-cdn", "--order", "0"]);
    machine.done(&["kr", "set", "docs", "--order", "9"]);
    assert_eq!(
        machine.done(&["plan", "apply", &path, "--take", "theirs"]),
        NOTHING
    );
    let said = machine.run(&["plan", "apply", &path]);
    assert_eq!(said.exit, Exit::ConflictsOpen);
    assert!(
        said.answer.contains("order: the file says"),
        "{}",
        said.answer
    );
}

#[test]
fn names_that_nobody_has_are_told_with_what_was_meant() {
    let machine = planned();
    let path = machine.write(
        "bad.yaml",
        "format: okr-plan/1\norganisation: Acme\ncycle: 2026-Q4\nobjectives:\n\
         \x20 - title: A\n    owner: anna\n    team: platfrom\n    supports: fsat\n\
         \x20 - title: B\n    id: kkkkkkkkkkkkkkkk\n\
         \x20 - title: C\n    key_results:\n      - title: D\n",
    );
    let said = machine.run(&["plan", "check", &path]);
    assert_eq!(said.exit, Exit::ConditionNotMet);
    insta::assert_snapshot!(said.answer.replace(&path, "bad.yaml"), @r##"
    bad.yaml has 5 mistakes
      bad.yaml:6:12: there is no person "anna"
        |
      6 |     owner: anna
        |            ^^^^ did you mean "ana"?
      bad.yaml:7:11: there is no team "platfrom"
        |
      7 |     team: platfrom
        |           ^^^^^^^^ did you mean "platform"?
      bad.yaml:8:15: there is no objective or key result "fsat"
        |
      8 |     supports: fsat
        |               ^^^^ did you mean "fast"?
      bad.yaml:10:9: there is no objective "kkkkkkkkkkkkkkkk"
         |
      10 |     id: kkkkkkkkkkkkkkkk
         |         ^^^^^^^^^^^^^^^^ leave the id out of a goal that is new
      bad.yaml:13:9: a new key result needs a measure
         |
      13 |       - title: D
         |         ^ add: measure: {from: 480, to: 200, unit: ms}
    "##);
    let refused = machine.refused(&["plan", "apply", &path], Exit::Error);
    assert!(
        refused.contains("has 5 mistakes") && refused.contains("okr help plan"),
        "{refused}"
    );
    let json = machine.run(&["plan", "check", &path, "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.answer).unwrap();
    assert_eq!(json["items"][0]["mistakes"][0]["line"], 6);
    assert_eq!(json["items"][0]["mistakes"][0]["column"], 12);
}

/// One slug would mean two goals, which only their ids could tell apart then.
#[test]
fn a_slug_that_another_goal_of_the_cycle_has_is_refused_with_its_line() {
    let machine = planned();
    let path = machine.pulled("q4.yaml");
    Machine::edit(&path, "slug: stay", "slug: fast");
    Machine::edit(&path, "slug: churn", "slug: docs");
    let said = machine.run(&["plan", "check", &path]);
    assert_eq!(said.exit, Exit::ConditionNotMet, "{}", said.answer);
    let text = fs::read_to_string(&path).unwrap();
    for (given, taken) in [
        ("slug: fast", "\"Feel instant\" is called fast already"),
        ("slug: docs", "\"Docs\" is called docs already"),
    ] {
        // The one that has it comes later in the file.
        let lines = (1..).zip(text.lines());
        let mut places = lines.filter(|(_, line)| line.trim().trim_start_matches("- ") == given);
        let (line, _) = places.next().unwrap();
        let place = said.answer.find(&format!(":{line}:")).unwrap();
        assert!(said.answer[place..].contains(taken), "{}", said.answer);
    }
    let refused = machine.refused(&["plan", "apply", &path], Exit::Error);
    assert!(refused.contains("has 2 mistakes"), "{refused}");

    // Of two that are new, the second is one too many.
    let new = "format: okr-plan/1\norganisation: Acme\ncycle: 2026-Q4\nobjectives:\n\
               \x20 - title: A\n    slug: same\n  - title: B\n    slug: same\n";
    let path = machine.write("new.yaml", new);
    let said = machine.run(&["plan", "check", &path]);
    let wanted = ":8:11: the goal of line 6 is called same as well";
    assert!(said.answer.contains(wanted), "{}", said.answer);
    // Nor do two files give it.
    let paths = ["one.yaml", "two.yaml"]
        .map(|name| machine.write(name, &new.replace("  - title: B\n    slug: same\n", "")));
    let refused = machine.refused(&["plan", "apply", &paths[0], &paths[1]], Exit::Error);
    assert!(refused.contains("two.yaml:6:11: the goal of"), "{refused}");
    assert!(
        refused.contains("one.yaml:6 is called same as well"),
        "{refused}"
    );
}

#[test]
fn a_slug_that_is_given_up_in_the_same_file_is_free() {
    let machine = planned();
    let path = machine.pulled("q4.yaml");
    Machine::edit(&path, "slug: stay", "slug: away");
    Machine::edit(&path, "slug: fast", "slug: stay");
    Machine::edit(&path, "slug: away", "slug: fast");
    machine.done(&["plan", "check", &path]);
    machine.done(&["plan", "apply", &path]);
    assert!(machine.done(&["show", "stay"]).contains("Feel instant"));
    // What is archived is in nobody's way.
    machine.done(&["kr", "archive", "docs"]);
    let path = machine.pulled("q4.yaml");
    Machine::edit(&path, "slug: churn", "slug: docs");
    machine.done(&["plan", "apply", &path]);
    assert!(machine.done(&["show", "docs"]).contains("Churn"));
}

#[test]
fn a_plan_of_another_cycle_organisation_or_time_is_refused() {
    let machine = planned();
    let path = machine.write(
        "good.yaml",
        "format: okr-plan/1\norganisation: Acme\ncycle: 2026-Q4\n",
    );
    for (from, to, part) in [
        (
            "cycle: 2026-Q4",
            "cycle: 2026-Q5",
            "did you mean \"2026-Q4\"?",
        ),
        (
            "organisation: Acme",
            "organisation: Other",
            "the workspace is of \"Acme\"",
        ),
        ("okr-plan/1", "okr-plan/7", "by a newer okr"),
    ] {
        let text = fs::read_to_string(&path).unwrap().replace(from, to);
        let other = machine.write("other.yaml", &text);
        let said = machine.run(&["plan", "apply", &other]);
        assert!(said.remarks.contains(part), "{}", said.remarks);
    }
    let missing = machine.refused(&["plan", "apply", &machine.path("none.yaml")], Exit::Error);
    assert!(missing.contains("cannot be read"), "{missing}");
}

#[test]
fn several_files_are_applied_as_one_and_a_goal_stands_in_one_of_them() {
    let machine = planned();
    let fast = machine.path("fast.yaml");
    let stay = machine.path("stay.md");
    machine.done(&["plan", "pull", "fast", "--to", &fast]);
    machine.done(&["plan", "pull", "stay", "--to", &stay]);
    Machine::edit(&fast, "Docs", "Documentation");
    Machine::edit(&stay, "Churn", "Churn a month");
    let applied = machine.done(&["plan", "apply", &fast, &stay]);
    assert_eq!(applied.lines().count(), 3, "{applied}");
    let refused = machine.refused(&["plan", "apply", &fast, &fast], Exit::Error);
    assert!(refused.contains("already"), "{refused}");
    // The goals of a team, and those of an objective that is not the whole cycle: the rest is not missing.
    let team = machine.done(&["plan", "pull", "platform"]);
    assert!(
        team.contains("\nteam: platform\n") && !team.contains("stay"),
        "{team}"
    );
    assert!(!team.contains("    team:"), "{team}");
    let applied = machine.done(&["plan", "apply", &fast, "--archive-missing"]);
    assert_eq!(applied, NOTHING);
}

#[test]
fn goals_that_support_each_other_in_a_circle_are_refused_with_their_place() {
    let machine = planned();
    let path = machine.write(
        "circle.yaml",
        "format: okr-plan/1\ncycle: 2026-Q4\nobjectives:\n\
         \x20 - {title: One, supports: two}\n  - {title: Two, supports: one}\n",
    );
    let refused = machine.refused(&["plan", "apply", &path], Exit::NotFound);
    assert!(
        refused.contains("circle.yaml:") && refused.contains("nothing was written"),
        "{refused}"
    );
}

#[test]
fn a_goal_is_supported_by_what_the_file_calls_it() {
    let machine = planned();
    let path = machine.pulled("q4.yaml");
    Machine::edit(&path, "slug: fast", "slug: instant");
    Machine::edit(
        &path,
        "    state: draft",
        "    state: draft\n    supports: instant",
    );
    machine.done(&["plan", "apply", &path]);
    assert!(machine.plan("yaml").contains("    supports: instant\n"));
    // The name that it had when the plan was pulled means it still, whoever renames it.
    let path = machine.pulled("q4.md");
    machine.done(&["objective", "set", "instant", "--slug", "quick"]);
    machine.done(&["objective", "add", "Another", "--slug", "instant"]);
    assert!(!machine.done(&["plan", "apply", &path]).contains("stay"));
}

#[test]
fn a_slug_that_a_goal_gives_up_is_free_and_one_that_stands_twice_is_refused() {
    let machine = planned();
    let path = machine.pulled("q4.yaml");
    Machine::edit(&path, "slug: fast", "slug: instant");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        format!("{text}\n  - title: Fast growth\n    slug: fast\n"),
    )
    .unwrap();
    let applied = rows(&machine.done(&["plan", "apply", &path]));
    assert!(
        applied.starts_with("add  objective  fast  \"Fast growth\"\n"),
        "{applied}"
    );
    assert_eq!(machine.done(&["plan", "apply", &path]), NOTHING);
    let text = "format: okr-plan/1\ncycle: 2026-Q4\nobjectives:\n  - {title: A, slug: SLUG}\n\
                \x20 - {title: B, slug: SLUG}\n";
    for (slug, part) in [
        ("stay", "the same goal as the one in line 4"),
        ("new", "the goal of line 4 is called new as well"),
    ] {
        let path = machine.write("twice.yaml", &text.replace("SLUG", slug));
        let refused = machine.refused(&["plan", "apply", &path], Exit::Error);
        assert!(
            refused.contains(part) && refused.contains("twice.yaml:5:"),
            "{refused}"
        );
    }
}

#[test]
fn a_plan_that_was_pulled_with_what_was_taken_back_since_is_not_guessed_at() {
    let machine = planned();
    machine.done(&["kr", "set", "churn", "--weight", "3"]);
    let path = machine.pulled("q4.yaml");
    machine.done(&["undo"]);
    let refused = machine.refused(&["plan", "apply", &path], Exit::NotFound);
    assert!(refused.contains("taken back since"), "{refused}");
    let applied = machine.done(&["plan", "apply", &path, "--base", "now"]);
    assert_eq!(rows(&applied), "change  key_result  churn  weight: 1 → 3\n");
}

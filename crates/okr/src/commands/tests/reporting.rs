//! Sessions of `okr checkin`: values, blockers, and what is due.

use super::*;

fn json(machine: &Machine, words: &[&str]) -> serde_json::Value {
    let words: Vec<&str> = words.iter().copied().chain(["-o", "json"]).collect();
    serde_json::from_str(&machine.done(&words)).unwrap()
}

#[test]
fn a_blocker_stands_until_it_is_lifted() {
    let machine = Machine::with_goals();
    let on = |day: &str, words: &[&str]| {
        let line = [&["checkin", "api-p99"], words, &["--on", day]].concat();
        machine.done(&line)
    };
    let said = on("2026-11-02", &["400", "--blocker", "no staff"]);
    assert!(said.contains("blocked: no staff"), "{said}");
    on("2026-11-09", &["390"]);
    on("2026-11-16", &["380", "--blocker", "one of two people"]);

    let shown = json(&machine, &["show", "api-p99"]);
    let blocker = &shown["items"][0]["blocker"];
    assert_eq!(blocker["text"], "one of two people");
    assert_eq!(blocker["since"], "2026-11-02");
    for (command, said) in [
        (["show", "api-p99"], "since 2026-11-02: one of two people"),
        (["tree", "--no-ascii"], "blocked since 2026-11-02"),
        (
            ["status", "--no-ascii"],
            "api-p99: blocked since 2026-11-02",
        ),
        (["log", "api-p99"], "blocked: \"one of two people\""),
        (["list", "check-ins"], "blocked"),
    ] {
        let answer = machine.done(&command);
        assert!(answer.contains(said), "{command:?}: {answer}");
    }
    let past = json(
        &machine,
        &[
            "show",
            "api-p99",
            "--at",
            "2026-11-10",
            "--axis",
            "effective",
        ],
    );
    assert_eq!(past["items"][0]["blocker"], serde_json::Value::Null);

    let said = on("2026-11-20", &["370", "--unblocked"]);
    assert!(
        said.contains("nothing stands in its way any more"),
        "{said}"
    );
    let shown = json(&machine, &["show", "api-p99"]);
    assert_eq!(shown["items"][0]["blocker"], serde_json::Value::Null);
    let last = json(&machine, &["checkin", "list", "api-p99", "--limit", "1"]);
    assert_eq!(last["items"][0]["unblocked"], true);

    // It should have said nothing, and what stood before stands again.
    machine.done(&["checkin", "amend", "api-p99", "--no-blocker"]);
    let shown = json(&machine, &["show", "api-p99"]);
    assert_eq!(shown["items"][0]["blocker"]["since"], "2026-11-02");
}

#[test]
fn a_blocker_is_a_text_of_some_length_and_not_gone_at_once() {
    let machine = Machine::with_goals();
    let long = "x".repeat(1001);
    let refused = machine.refused(
        &["checkin", "api-p99", "1", "--blocker", &long],
        Exit::Usage,
    );
    assert!(refused.contains("1001"), "{refused}");
    let both = ["checkin", "api-p99", "1", "--blocker", "a", "--unblocked"];
    let refused = machine.refused(&both, Exit::Usage);
    assert!(refused.contains("--unblocked"), "{refused}");
}

/// Returns names, days over and whether it is overdue.
fn due(machine: &Machine, words: &[&str]) -> Vec<(String, i64)> {
    let found = json(machine, words);
    let items = found["items"].as_array().unwrap().clone();
    let one = |item: serde_json::Value| {
        let name = item["key_result"]["name"].as_str().unwrap().to_owned();
        (name, item["days_over"].as_i64().unwrap())
    };
    items.into_iter().map(one).collect()
}

#[test]
fn what_waits_longest_is_due_first() {
    let machine = Machine::with_goals();
    machine.done(&["checkin", "api-p99", "400", "--on", "2026-11-16"]);
    machine.done(&["checkin", "error-budget", "1", "--on", "2026-11-17"]);
    let names = |found: Vec<(String, i64)>| -> Vec<String> {
        found.into_iter().map(|(name, _)| name).collect()
    };
    // The cycle began on 1 October; today is 23 November.
    assert_eq!(
        due(&machine, &["due"]),
        [
            ("new-cdn".to_owned(), 46),
            ("docs".to_owned(), 46),
            ("api-p99".to_owned(), 0)
        ]
    );
    assert_eq!(
        names(due(&machine, &["due", "--overdue"])),
        ["new-cdn", "docs"]
    );
    let past = due(
        &machine,
        &["due", "--at", "2026-11-18", "--axis", "effective"],
    );
    assert_eq!(past, []);
    let said = machine.run(&["due", "--check"]);
    assert_eq!(said.exit, Exit::ConditionNotMet);
    assert!(said.answer.contains("46 d over"), "{}", said.answer);
    let said = machine.run(&["status", "--check"]);
    assert_eq!(said.exit, Exit::ConditionNotMet);

    machine.done(&["checkin", "new-cdn", "1"]);
    let why = ["-m", "no longer needed", "--category", "other"];
    machine.done(&[&["kr", "abandon", "docs"][..], &why].concat());
    assert_eq!(due(&machine, &["due"]), [("api-p99".to_owned(), 0)]);
    // What is due today is not overdue.
    assert_eq!(machine.run(&["due", "--check"]).exit, Exit::Ok);
    assert_eq!(machine.run(&["status", "--check"]).exit, Exit::Ok);
    machine.done(&["checkin", "api-p99", "390"]);
    let said = machine.run(&["due"]);
    assert!(said.remarks.contains("nothing is due"), "{}", said.remarks);
}

#[test]
fn nothing_is_due_of_what_is_not_running() {
    let machine = Machine::with_goals();
    let why = ["-m", "no longer needed", "--category", "other"];
    machine.done(&[&["objective", "abandon", "fast"][..], &why].concat());
    assert_eq!(due(&machine, &["due", "--all"]), []);
    assert_eq!(machine.run(&["due", "--mine", "--all"]).exit, Exit::Usage);
    assert_eq!(machine.run(&["due", "-t", "nobody"]).exit, Exit::NotFound);
}

#[test]
fn what_is_due_fits_a_screen() {
    let machine = Machine::with_goals();
    machine.done(&["checkin", "api-p99", "400", "--on", "2026-11-10"]);
    let streams = Streams {
        answer_is_terminal: true,
        width: Some(80),
        ..Streams::default()
    };
    let said = machine.run_on(streams, &["due", "--no-ascii"]);
    assert_eq!(said.exit, Exit::Ok, "{}", said.remarks);
    insta::assert_snapshot!(said.answer, @r"
    ID    KR            DUE        LAST          VALUE  EVERY  OWNER
    zwmk  error-budget  46 d over  no check-in       -    7 d  @ana
    rlzz  new-cdn       46 d over  no check-in       -    7 d  @ana
    kryv  docs          46 d over  no check-in       -    7 d  @ana
    mtpt  api-p99       6 d over   13 d ago     400 ms    7 d  @ana
    ");
}

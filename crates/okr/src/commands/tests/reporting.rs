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

//! Which objective supports which goal, and what is wrong with that.

use super::*;

/// Four objectives, three of them aligned.
fn aligned() -> Machine {
    let machine = Machine::with_goals();
    for line in [
        &["checkin", "api-p99", "312"][..],
        &["objective", "add", "Edge everywhere", "--slug", "edge"],
        &[
            "objective",
            "add",
            "Fewer pages at night",
            "--slug",
            "quiet",
        ],
        &[
            "objective",
            "add",
            "Nobody is served by this",
            "--slug",
            "alone",
            "--draft",
        ],
        &[
            "align",
            "edge",
            "--to",
            "api-p99",
            "-m",
            "the edge is where the time goes",
        ],
        &["align", "quiet", "--to", "edge"],
    ] {
        machine.done(line);
    }
    machine
}

#[test]
fn goals_stand_under_what_they_serve() {
    let machine = aligned();
    insta::assert_snapshot!(machine.done(&["align", "graph"]), @r"
    acme 2026-Q4
    ├─ alone  Nobody is served by this  -, draft
    └─ fast  Feel instant  15%
       └─ api-p99  p99 latency  key result, 60%
          └─ edge  Edge everywhere  -
             └─ quiet  Fewer pages at night  -
    ");
    insta::assert_snapshot!(machine.done(&["align", "list"]), @r"
    OBJECTIVE	TITLE	SUPPORTS	GOAL
    edge	Edge everywhere	api-p99	p99 latency
    quiet	Fewer pages at night	edge	Edge everywhere
    ");
    let log = machine.done(&["log", "edge", "--field", "supports"]);
    assert!(
        log.contains("none → api-p99") && log.contains("where the time goes"),
        "{log}"
    );
}

#[test]
fn graphs_are_written_for_other_programs() {
    let machine = aligned();
    let dot = machine.done(&["align", "graph", "--as", "dot"]);
    assert!(
        dot.starts_with("digraph") && dot.contains("g1 -> "),
        "{dot}"
    );
    let mermaid = machine.done(&["align", "graph", "--as", "mermaid", "--to", "-"]);
    assert!(mermaid.contains("flowchart RL"), "{mermaid}");
    let file = machine.directory.path().join("goals.svg");
    let path = file.display().to_string();
    assert_eq!(machine.done(&["align", "graph", "--to", &path]), "");
    let picture = std::fs::read_to_string(&file).unwrap();
    assert!(picture.contains("Edge everywhere") && picture.ends_with("</svg>\n"));
    let json = machine.done(&["align", "graph", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let goals = json["items"].as_array().unwrap();
    let edge = goals.iter().find(|goal| goal["name"] == "edge").unwrap();
    assert_eq!(edge["above"]["name"], "api-p99");
    for (words, exit) in [
        (&["align", "graph", "--to", "goals.txt"][..], Exit::Usage),
        (
            &["align", "graph", "--as", "dot", "-o", "json"],
            Exit::Usage,
        ),
        (
            &["align", "graph", "--to", "/nonexistent/x.svg"],
            Exit::Error,
        ),
    ] {
        let refused = machine.refused(words, exit);
        assert!(!refused.is_empty());
    }
}

#[test]
fn a_circle_is_refused_with_its_way() {
    let machine = aligned();
    let circle = machine.refused(&["align", "fast", "--to", "quiet"], Exit::Error);
    assert!(
        circle.contains("fast -> quiet -> edge -> api-p99 -> fast"),
        "{circle}"
    );
    let own = machine.refused(&["align", "fast", "--to", "api-p99"], Exit::Error);
    assert!(own.contains("fast -> api-p99 -> fast"), "{own}");
    for (words, exit, part) in [
        (
            &["align", "fast", "--to", "fast"][..],
            Exit::Error,
            "fast -> fast",
        ),
        (
            &["align", "api-p99", "--to", "edge"],
            Exit::Usage,
            "is a key result",
        ),
        (
            &["align", "edge", "--to", "nowhere"],
            Exit::NotFound,
            "nowhere",
        ),
        (&["align", "edge"], Exit::Usage, "--to"),
        (&["align"], Exit::Usage, "CHILD"),
        (&["align", "remove"], Exit::Usage, "CHILD"),
    ] {
        let remarks = machine.refused(words, exit);
        assert!(remarks.contains(part), "{words:?}: {remarks}");
    }
    let set = ["objective", "set", "fast", "--supports", "quiet"];
    let refused = machine.refused(&set, Exit::Error);
    assert!(refused.contains("circle"), "{refused}");
}

#[test]
fn what_leads_nowhere_is_found() {
    let machine = aligned();
    let check = machine.run(&["align", "check", "--exit-code"]);
    assert_eq!(check.exit, Exit::ConditionNotMet);
    insta::assert_snapshot!(check.answer, @r"
    OBJECTIVE	FINDING
    alone	supports nothing, and nothing supports it
    ");
    machine.done(&["cycle", "add", "2026-Q2"]);
    for line in [
        &[
            "objective",
            "add",
            "Earlier",
            "--slug",
            "earlier",
            "-c",
            "2026-Q2",
        ][..],
        &["align", "alone", "--to", "2026-Q2:earlier"],
        &[
            "kr",
            "abandon",
            "api-p99",
            "-m",
            "no",
            "--category",
            "other",
        ],
    ] {
        machine.done(line);
    }
    insta::assert_snapshot!(machine.done(&["align", "check"]), @r"
    OBJECTIVE	FINDING
    edge	supports api-p99, which is abandoned
    alone	supports earlier of 2026-Q2, which is of another time
    ");
    let json = machine.done(&["align", "check", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["items"][0]["finding"], "given_up");
    assert_eq!(json["items"][1]["supports"]["name"], "earlier");
    machine.done(&["align", "remove", "alone", "edge"]);
    let again = machine.done(&["align", "remove", "alone"]);
    assert!(again.contains("so already"), "{again}");
}

#[test]
fn an_empty_organisation_has_nothing_to_align() {
    let machine = Machine::new();
    machine.done(&["init", "acme", "--tz", "UTC", "--handle", "ana"]);
    for words in [
        &["align", "graph"][..],
        &["align", "list"],
        &["align", "check"],
    ] {
        let said = machine.run(words);
        assert_eq!(said.exit, Exit::Ok, "{words:?}: {}", said.remarks);
    }
    let machine = Machine::with_goals();
    let check = machine.run(&["align", "check", "--exit-code"]);
    assert_eq!(check.exit, Exit::Ok);
    assert!(
        check.remarks.contains("nothing to mend"),
        "{}",
        check.remarks
    );
    let then = machine.run(&["align", "graph", "--at", "2020-01-01"]);
    assert_eq!(then.exit, Exit::Ok, "{}", then.remarks);
}

//! Sessions of `okr op`: what the commands of a machine did.

use super::*;

fn json(machine: &Machine, words: &[&str]) -> serde_json::Value {
    let words: Vec<&str> = words.iter().copied().chain(["-o", "json"]).collect();
    serde_json::from_str(&machine.done(&words)).unwrap()
}

fn on_screen(machine: &Machine, words: &[&str]) -> String {
    let streams = Streams {
        answer_is_terminal: true,
        width: Some(80),
        ..Streams::default()
    };
    let words: Vec<&str> = words.iter().copied().chain(["--no-ascii"]).collect();
    let said = machine.run_on(streams, &words);
    assert_eq!(said.exit, Exit::Ok, "{words:?}: {}", said.remarks);
    let process = format!("process {}", std::process::id());
    said.answer.replace(&process, "process N")
}

#[test]
fn commands_that_wrote_are_listed_as_they_were_typed() {
    let machine = Machine::with_goals();
    machine.done(&["status"]);
    machine.done(&["checkin", "api-p99", "312", "-m", "pooling is in", "-n"]);
    machine.done(&["checkin", "api-p99", "312", "-m", "pooling is in"]);
    machine.done(&["undo"]);
    machine.done(&["redo"]);
    insta::assert_snapshot!(on_screen(&machine, &["op", "log", "--limit", "5"]), @r#"
    ID        TIME      COMMAND                                            DID
    4ff3b5e6  just now  okr redo                                           1 written
    aac05304  just now  okr undo                                           1 dropped
    1ebb7ae2  just now  okr checkin api-p99 312 -m 'pooling is in'         1 written
    6531ee0c  just now  okr kr add Docs -O fast --zones 'pages; examples…  1 written
    6a5b3619  just now  okr kr add 'New CDN' -O fast --milestones 'Contr…  1 written
    "#);
    let all = json(&machine, &["op", "log"]);
    assert_eq!(all["schema"], "okr.v1.OperationList");
    assert_eq!(all["items"].as_array().unwrap().len(), 11);
    let oldest = &all["items"][10];
    assert_eq!(
        oldest["command"],
        "okr init acme --tz Europe/Oslo --handle ana"
    );
    assert_eq!(oldest["written"], 1);
    let later = ["--now", "2026-11-25T09:00:00+01:00"];
    let since = |day| [&["op", "log", "--since", day], &later[..]].concat();
    assert_eq!(machine.done(&since("2026-11-24")), "");
    assert_eq!(machine.done(&since("2026-11-23")).lines().count(), 12);
}

#[test]
fn an_operation_is_shown_with_what_became_of_its_changes() {
    let machine = Machine::with_goals();
    machine.done(&["checkin", "api-p99", "312"]);
    let id = json(&machine, &["op", "log", "--limit", "1"])["items"][0]["short_id"].clone();
    let id = id.as_str().unwrap();
    insta::assert_snapshot!(on_screen(&machine, &["op", "show", id]), @r#"
    1ebb7ae2  okr checkin api-p99 312
      Mon 23 Nov 11:36, okr 0.1.0, process N
      2b1b6e09  api-p99  check-in  312 ms
                written, on this machine
    "#);
    machine.done(&["undo"]);
    let shown = json(&machine, &["op", "show", id]);
    let change = &shown["items"][0]["changes"][0];
    assert_eq!(
        (&change["did"], &change["standing"], &change["undone"]),
        (&"written".into(), &"dropped".into(), &true.into())
    );
    let undo = json(&machine, &["op", "log", "--limit", "1"])["items"][0]["short_id"].clone();
    let undo = machine.done(&["op", "show", undo.as_str().unwrap()]);
    let fate = "taken out, now in okr conflicts --dropped, undone";
    assert!(undo.contains(fate), "{undo}");
    let refused = machine.refused(&["undo", id], Exit::Error);
    let hint = format!("okr op show {id}");
    assert!(
        refused.contains("undone already") && refused.contains(&hint),
        "{refused}"
    );
    let refused = machine.refused(&["op", "show", "0123456789"], Exit::NotFound);
    assert!(refused.contains("okr op log"), "{refused}");
}

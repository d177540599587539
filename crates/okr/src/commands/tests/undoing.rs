//! Undo, redo and what is dropped, on a machine without a server.

use super::*;

fn json(machine: &Machine, words: &[&str]) -> serde_json::Value {
    let mut line = words.to_vec();
    line.extend(["-o", "json"]);
    serde_json::from_str(&machine.done(&line)).unwrap()
}

fn value_of(machine: &Machine) -> serde_json::Value {
    json(machine, &["show", "api-p99"])["items"][0]["latest"].take()
}

#[test]
fn undo_goes_back_and_redo_forward() {
    let machine = Machine::with_goals();
    machine.done(&["checkin", "api-p99", "400", "-m", "pooling"]);
    let before = machine.done(&["tree"]);
    machine.done(&["checkin", "api-p99", "300"]);
    let after = machine.done(&["tree"]);

    let rehearsed = machine.done(&["undo", "-n"]);
    assert!(rehearsed.starts_with("Would undo "), "{rehearsed}");
    assert_eq!(machine.done(&["tree"]), after);
    let undone = machine.done(&["undo"]);
    assert!(
        undone.contains("not pushed") && undone.contains("300 ms"),
        "{undone}"
    );
    assert_eq!(machine.done(&["tree"]), before);
    machine.done(&["undo"]);
    assert_eq!(value_of(&machine), serde_json::Value::Null);
    machine.done(&["redo"]);
    machine.done(&["redo"]);
    assert_eq!(machine.done(&["tree"]), after);
    let refused = machine.refused(&["redo"], Exit::NotFound);
    assert!(refused.contains("okr undo CHANGE"), "{refused}");
}

#[test]
fn any_change_can_be_undone_by_its_id() {
    let machine = Machine::with_goals();
    let line = [
        "objective",
        "add",
        "Second",
        "--slug",
        "second",
        "-o",
        "json",
    ];
    let added: serde_json::Value = serde_json::from_str(&machine.done(&line)).unwrap();
    let change = added["items"][0]["change"].as_str().unwrap();
    let line = [
        "kr", "add", "Leads", "-O", "second", "--from", "0", "--to", "9",
    ];
    machine.done(&line);
    let refused = machine.refused(&["undo", change], Exit::Error);
    assert!(refused.contains("key result leads"), "{refused}");
    assert!(refused.contains("--with-dependents"), "{refused}");
    let undone = json(&machine, &["undo", change, "--with-dependents"]);
    assert_eq!(undone["items"][0]["outcome"], "taken_out");
    assert_eq!(undone["items"][0]["changes"].as_array().unwrap().len(), 2);
    let refused = machine.run(&["show", "second"]);
    assert_eq!(refused.exit, Exit::NotFound);

    let dropped = json(&machine, &["conflicts", "--dropped"]);
    let hows = dropped["items"].as_array().unwrap().iter();
    let hows: Vec<&str> = hows.map(|one| one["how"].as_str().unwrap()).collect();
    assert_eq!(hows, ["undo", "undo"]);
    let redone = machine.done(&["redo"]);
    assert!(redone.contains("waits to be pushed again"), "{redone}");
    machine.done(&["show", "leads"]);
}

#[test]
fn the_founding_is_not_undone() {
    let machine = Machine::new();
    machine.done(&["init", "acme", "--handle", "ana"]);
    let refused = machine.refused(&["undo"], Exit::Error);
    assert!(refused.contains("unfounded"), "{refused}");
    let refused = machine.refused(&["undo", "ffffffff"], Exit::NotFound);
    assert!(refused.contains("okr log"), "{refused}");
}

#[test]
fn what_waits_is_listed_with_what_it_builds_on_and_can_be_dropped() {
    let machine = Machine::with_goals();
    let line = [
        "kr", "add", "Leads", "-O", "fast", "--from", "0", "--to", "9", "-o", "json",
    ];
    let mut line = line.to_vec();
    line.extend(["-m", "forgotten", "--category", "other"]);
    let added: serde_json::Value = serde_json::from_str(&machine.done(&line)).unwrap();
    let added = added["items"][0]["change"].as_str().unwrap();
    machine.done(&["checkin", "leads", "3", "-m", "first three"]);
    let items = json(&machine, &["pending"])["items"].take();
    let items = items.as_array().unwrap();
    let all: Vec<&str> = items
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    let [.., first, second] = all.as_slice() else {
        panic!("{all:?}");
    };
    assert_eq!(*first, added);
    let last = items.last().unwrap();
    let builds_on = last["builds_on"].as_array().unwrap();
    assert!(builds_on.contains(&serde_json::json!(added)), "{last}");
    assert_eq!(last["offered"], false);
    let listed = machine.done(&["pending"]);
    assert!(
        listed.contains("builds on ") && listed.contains("first three"),
        "{listed}"
    );
    assert_eq!(
        machine.done(&["pending", "-o", "id"]).lines().count(),
        all.len()
    );

    let refused = machine.refused(&["pending", "drop", first], Exit::Error);
    assert!(refused.contains("leads  check-in  3"), "{refused}");
    assert!(refused.contains("--with-dependents"), "{refused}");
    let would = machine.done(&["pending", "drop", second, "-n"]);
    assert!(would.contains("would be dropped"), "{would}");
    machine.done(&["pending", "drop", first, "--with-dependents"]);
    assert_eq!(machine.run(&["show", "leads"]).exit, Exit::NotFound);
    let refused = machine.refused(&["pending", "drop", first], Exit::NotFound);
    assert!(refused.contains("okr pending"), "{refused}");
    machine.done(&["resolve", first, "--take", "mine"]);
    machine.done(&["show", "leads"]);
    let founding = all[0];
    let refused = machine.refused(&["pending", "drop", founding], Exit::Error);
    assert!(refused.contains("founds"), "{refused}");
}

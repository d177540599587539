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
    assert!(redone.contains("2 to be pushed again"), "{redone}");
    machine.done(&["show", "leads"]);
}

#[test]
fn the_founding_is_not_undone() {
    let machine = Machine::new();
    machine.done(&["init", "acme", "--handle", "ana"]);
    let refused = machine.refused(&["undo"], Exit::Error);
    assert!(refused.contains("nothing of "), "{refused}");
    assert!(refused.contains("unfounded"), "{refused}");
    assert!(refused.contains("nothing of yours before it"), "{refused}");
    // It is said once without being asked for, and each time that it is.
    let refused = machine.refused(&["undo"], Exit::NotFound);
    assert!(refused.contains("nothing of yours is left"), "{refused}");
    let founded = json(&machine, &["log"])["items"][0]["id"].take();
    let refused = machine.refused(&["undo", founded.as_str().unwrap()], Exit::Error);
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

/// Adds three objectives with one command, and returns its short id.
fn three_at_once(machine: &Machine) -> String {
    let text = "format: okr-plan/1\ncycle: 2026-Q4\nobjectives:\n  - {title: A, slug: a}\n\
                \x20 - {title: B, slug: b}\n  - {title: C, slug: c}\n";
    let path = machine.write("three.yaml", text);
    machine.done(&[
        "plan",
        "apply",
        &path,
        "-m",
        "planned",
        "--category",
        "other",
    ]);
    let newest = json(machine, &["op", "log", "--limit", "1"]);
    newest["items"][0]["short_id"].as_str().unwrap().to_owned()
}

#[test]
fn what_one_command_wrote_is_taken_back_together() {
    let machine = Machine::with_goals();
    let before = machine.done(&["tree"]);
    let operation = three_at_once(&machine);
    let after = machine.done(&["tree"]);
    let refused = machine.refused(&["undo"], Exit::Error);
    assert!(
        refused.contains("3 changes?") && refused.contains("add -y"),
        "{refused}"
    );
    let would = machine.done(&["undo", "-n"]);
    let heading = format!("Would undo op {operation}, ");
    assert!(would.starts_with(&heading), "{would}");
    for slug in ["a", "b", "c"] {
        assert!(would.contains(&format!("  {slug}  created")), "{would}");
    }
    assert_eq!(machine.done(&["tree"]), after);
    // What is not there any more is named as it was.
    let undone = machine.done(&["undo", "-y"]);
    assert_eq!(undone, would.replace("Would undo", "Undid"));
    assert_eq!(machine.done(&["tree"]), before);
    let listed = machine.done(&["op", "log", "--limit", "2"]);
    assert!(listed.contains("3 written, undone"), "{listed}");
    let redone = machine.done(&["redo", "-y"]);
    assert!(redone.starts_with("Redid 3 changes\n"), "{redone}");
    assert_eq!(machine.done(&["tree"]), after);

    // An older command is taken back by its own id, and what undid it by that of the undo.
    machine.done(&["checkin", "api-p99", "400"]);
    let value = value_of(&machine);
    let undone = json(&machine, &["undo", &operation, "-y"]);
    let items = undone["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    for item in items {
        assert_eq!(item["outcome"], "taken_out");
        assert_eq!(item["changes"].as_array().unwrap().len(), 1);
        assert!(item["operation"].is_string());
    }
    assert_eq!(value_of(&machine), value);
    let newest = json(&machine, &["op", "log", "--limit", "1"]);
    let undo = newest["items"][0]["short_id"].as_str().unwrap();
    let undone = json(&machine, &["undo", undo, "-y"]);
    assert_eq!(undone["items"][2]["outcome"], "back_in_place");
    machine.done(&["show", "c"]);
    let refused = machine.refused(&["undo", undo, "-y"], Exit::Error);
    assert!(
        refused.contains("wrote nothing that is in effect"),
        "{refused}"
    );
}

#[test]
fn of_a_command_all_is_taken_back_or_nothing_unless_a_part_is_asked_for() {
    let machine = Machine::with_goals();
    let operation = three_at_once(&machine);
    let line = ["kr", "add", "Leads", "-O", "b", "--from", "0", "--to", "9"];
    let mut line = line.to_vec();
    line.extend(["-m", "forgotten", "--category", "other"]);
    machine.done(&line);
    let refused = machine.refused(&["undo", &operation], Exit::Error);
    for part in [
        "cannot be taken back as a whole, so nothing was",
        "key result leads",
        &format!("okr undo {operation} --partly"),
        &format!("okr undo {operation} --with-dependents"),
    ] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    let undone = json(&machine, &["undo", &operation, "--partly", "-y"]);
    let outcomes = undone["items"].as_array().unwrap().iter();
    let outcomes: Vec<&str> = outcomes
        .map(|one| one["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["taken_back", "left", "taken_back"]);
    let slugs = || {
        let listed = json(&machine, &["list", "objectives"])["items"].take();
        let slugs = listed.as_array().unwrap().iter();
        let mut slugs: Vec<String> = slugs.map(|one| one["slug"].to_string()).collect();
        slugs.sort();
        slugs.join(" ")
    };
    assert_eq!(slugs(), "\"b\" \"fast\"");
    // The way forward is that of what went, and nothing else.
    machine.done(&["redo"]);
    assert_eq!(slugs(), "\"a\" \"b\" \"c\" \"fast\"");
}

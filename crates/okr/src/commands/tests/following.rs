//! Sessions of `okr follow`, `okr unfollow` and an inbox in which nobody else writes.

use super::*;

fn json(machine: &Machine, words: &[&str]) -> serde_json::Value {
    serde_json::from_str(&machine.done(words)).unwrap()
}

/// Returns the names of what is followed.
fn followed(machine: &Machine) -> Vec<String> {
    let listed = json(machine, &["follow", "list", "-o", "json"]);
    let items = listed["items"].as_array().unwrap();
    let name = |item: &serde_json::Value| item["thing"]["name"].as_str().unwrap().to_owned();
    items.iter().map(name).collect()
}

#[test]
fn what_is_followed_is_listed_and_ends_when_asked() {
    let machine = Machine::with_goals();
    machine.done(&["member", "add", "ben"]);
    machine.done(&["kr", "set", "docs", "--owner", "@ben"]);
    machine.done(&["objective", "set", "fast", "--owner", "@ben"]);
    insta::assert_snapshot!(without_ids(&machine.done(&["follow", "docs", "platform", "api-p99", "docs"])), @r"
    ....  docs  followed from now on
    ....  platform  followed from now on
    ....  api-p99  followed from now on; while it is yours it is in your inbox anyway
    ");
    assert_eq!(followed(&machine), ["api-p99", "docs", "platform"]);
    insta::assert_snapshot!(without_ids(&machine.done(&["follow", "docs"])), @"....  docs  nothing to do, it is followed already");
    insta::assert_snapshot!(without_ids(&machine.done(&["unfollow", "docs", "api-p99", "error-budget"])), @r"
    ....  docs  followed no more
    ....  api-p99  followed no more; it stays in your inbox while it is yours
    ....  error-budget  nothing to do, it is not followed; it stays in your inbox while it is yours
    ");
    assert_eq!(followed(&machine), ["platform"]);
    // It is found by the name that it has now.
    machine.done(&["team", "set", "platform", "--slug", "core"]);
    assert_eq!(followed(&machine), ["core"]);
    let table = machine.done(&["follow", "list"]);
    assert!(
        table.contains("team") && table.contains("Platform"),
        "{table}"
    );
}

#[test]
fn following_is_no_part_of_the_history() {
    let machine = Machine::with_goals();
    let before = machine.done(&["whoami", "-o", "json"]);
    machine.done(&["follow", "fast", "2026-Q4"]);
    assert_eq!(machine.done(&["whoami", "-o", "json"]), before);
    let operations = json(&machine, &["op", "log", "--limit", "1", "-o", "json"]);
    let command = operations["items"][0]["command"].as_str().unwrap();
    assert!(command.starts_with("okr kr add"), "{command}");
}

#[test]
fn a_rehearsal_follows_nothing() {
    let machine = Machine::with_goals();
    let said = machine.run(&["follow", "fast", "-n"]);
    assert!(said.answer.contains("would be followed"), "{}", said.answer);
    assert!(said.remarks.contains("dry run"), "{}", said.remarks);
    assert_eq!(followed(&machine), Vec::<String>::new());
    machine.done(&["follow", "fast"]);
    let items = json(&machine, &["unfollow", "fast", "-n", "-o", "json"]);
    assert_eq!(items["items"][0]["outcome"], "would_unfollow");
    assert_eq!(followed(&machine), ["fast"]);
}

#[test]
fn where_nobody_else_writes_the_inbox_is_empty() {
    let machine = Machine::with_goals();
    let said = machine.run(&["inbox", "--check"]);
    assert_eq!((said.exit, said.answer.as_str()), (Exit::Ok, ""));
    assert!(
        said.remarks.contains("nobody else writes here"),
        "{}",
        said.remarks
    );
    let items = json(&machine, &["inbox", "--all", "-o", "json"]);
    assert_eq!(items["schema"], "okr.v1.InboxList");
    assert_eq!(items["items"], serde_json::json!([]));
    let status = json(&machine, &["status", "-o", "json"]);
    let nothing = serde_json::json!({"comments": 0, "changes": 0, "at_least": false});
    assert_eq!(status["items"][0]["unread"], nothing);
    assert!(!machine.done(&["status"]).contains("okr inbox"));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let machine = Machine::with_goals();
    for (words, exit, says) in [
        (&["follow"][..], Exit::Usage, "<REF>"),
        (&["follow", "@me"], Exit::NotFound, "nothing is called"),
        (
            &["follow", "nothing-like-it"],
            Exit::NotFound,
            "nothing is called",
        ),
        (
            &["unfollow", "fast", "--at", "2026-11-20"],
            Exit::Usage,
            "--at",
        ),
        (&["inbox", "--ack", "--limit", "3"], Exit::Usage, "--limit"),
        (
            &["inbox", "--all", "--since", "friday"],
            Exit::Usage,
            "--since",
        ),
        (
            &["inbox", "--ack", "-t", "platform"],
            Exit::Usage,
            "lists a part",
        ),
        (
            &["inbox", "--ack", "--at", "2026-11-20"],
            Exit::Usage,
            "lists a part",
        ),
        (
            &["inbox", "--axis", "authored"],
            Exit::Usage,
            "recorded axis",
        ),
        (&["inbox", "-n"], Exit::Usage, "--ack"),
    ] {
        let remarks = machine.refused(words, exit);
        assert!(remarks.contains(says), "{words:?}: {remarks}");
    }
}

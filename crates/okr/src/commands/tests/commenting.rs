//! Sessions of `okr comment`: what is said, answered, put in another way and taken back.

use super::*;

/// Says something and returns the full id of the comment.
fn said(machine: &Machine, words: &[&str]) -> String {
    let words: Vec<&str> = ["comment"]
        .iter()
        .chain(words)
        .chain(&["-o", "id"])
        .copied()
        .collect();
    machine.done(&words).trim().to_owned()
}

fn json(machine: &Machine, words: &[&str]) -> serde_json::Value {
    serde_json::from_str(&machine.done(words)).unwrap()
}

fn refused(machine: &Machine, words: &[&str]) -> (Exit, String) {
    let said = machine.run(words);
    assert_eq!(said.answer, "", "{words:?}");
    (said.exit, said.remarks)
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
    assert!(said.answer.lines().all(|line| line.chars().count() <= 80));
    said.answer
}

#[test]
fn replies_stand_below_what_they_answer() {
    let machine = Machine::with_goals();
    let first = said(&machine, &["api-p99", "Is 200 still the right target?"]);
    let reply = said(&machine, &[&first, "It is.\nThe contract says 250."]);
    said(&machine, &["api-p99", "So be it.", "--reply", &reply]);
    said(&machine, &["api-p99", "Well done", "--kind", "recognition"]);
    for words in [&["show", "api-p99"][..], &["comment", "list", "api-p99"]] {
        let screen = on_screen(&machine, words);
        let column = |text: &str| {
            let line = screen.lines().find(|line| line.contains(text));
            line.and_then(|line| line.find(text))
                .unwrap_or_else(|| panic!("{text}: {screen}"))
        };
        let (first, second) = (column("Is 200 still"), column("The contract says"));
        assert!(first < second && second < column("So be it."), "{screen}");
        assert_eq!(first, column("Well done"), "{screen}");
        assert!(screen.contains("recognition"), "{screen}");
    }
    let shown = on_screen(&machine, &["show", &first]);
    assert!(
        shown.contains("Replies") && shown.contains("So be it."),
        "{shown}"
    );
    assert!(!shown.contains("Well done"), "{shown}");
    let items = json(&machine, &["show", "api-p99", "-o", "json"]);
    let comments = items["items"][0]["comments"].as_array().unwrap();
    assert_eq!(comments.len(), 4);
    assert_eq!(comments[1]["reply_to"], first);
    assert_eq!(comments[3]["kind"], "recognition");
    assert_eq!(comments[0]["about"]["name"], "api-p99");
}

#[test]
fn everything_can_be_talked_about() {
    let machine = Machine::with_goals();
    machine.done(&["checkin", "api-p99", "366"]);
    let check_ins = json(&machine, &["checkin", "list", "api-p99", "-o", "json"]);
    let check_in = check_ins["items"][0]["id"].as_str().unwrap();
    for reference in ["fast", "platform", "2026-Q4", "@ana", "@org", check_in] {
        said(&machine, &[reference, "Noted"]);
    }
    let items = json(&machine, &["comment", "list", "-o", "json"]);
    let kinds: Vec<&str> = items["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["about"]["kind"].as_str().unwrap())
        .collect();
    let newest_first = ["check_in", "org", "person", "cycle", "team", "objective"];
    assert_eq!(kinds, newest_first);
    let of_key_result = json(&machine, &["comment", "list", "api-p99", "-o", "json"]);
    assert_eq!(of_key_result["items"].as_array().unwrap().len(), 1);
    let log = machine.done(&["log", check_in]);
    assert!(log.contains("comment") && log.contains("Noted"), "{log}");
}

#[test]
fn what_was_said_is_amended_retracted_and_undone() {
    let machine = Machine::with_goals();
    let id = said(&machine, &["api-p99", "Is 200 right?"]);
    machine.done(&[
        "comment",
        "amend",
        &id,
        "Is 250 right?",
        "--kind",
        "feedback",
    ]);
    let items = json(&machine, &["comment", "list", "-o", "json"]);
    let comment = &items["items"][0];
    assert_eq!(
        (&comment["text"], &comment["kind"]),
        (&"Is 250 right?".into(), &"feedback".into())
    );
    assert_eq!(comment["edited"], true);
    machine.done(&["comment", "retract", &id]);
    let standing = json(&machine, &["comment", "list", "-o", "json"]);
    assert_eq!(standing["items"].as_array().unwrap().len(), 0);
    let all = json(&machine, &["comment", "list", "--retracted", "-o", "json"]);
    assert_eq!(all["items"][0]["retracted"], true);
    machine.done(&["undo"]);
    let again = json(&machine, &["comment", "list", "-o", "json"]);
    assert_eq!(again["items"][0]["text"], "Is 250 right?");
    let log = machine.done(&["log", "api-p99", "--kind", "comment"]);
    assert!(
        log.contains("Is 200 right?") && log.contains("Is 250 right?"),
        "{log}"
    );
    let found = machine.done(&["search", "250", "--kind", "comment"]);
    assert!(found.contains("250"), "{found}");
}

#[test]
fn bad_input_is_told_and_nothing_is_written() {
    let machine = Machine::with_goals();
    let id = said(&machine, &["api-p99", "Is 200 right?"]);
    let limit = "å".repeat(8000);
    said(&machine, &["api-p99", &limit]);
    let too_long = "å".repeat(8001);
    let (exit, why) = refused(&machine, &["comment", "api-p99", &too_long]);
    assert_eq!(exit, Exit::Usage);
    assert!(why.contains("8000") && why.contains("8001"), "{why}");
    for text in ["", "  ", "red \u{1b}[31m"] {
        let (exit, why) = refused(&machine, &["comment", "api-p99", text]);
        assert_eq!(exit, Exit::Usage, "{why}");
    }
    let (exit, _) = refused(&machine, &["comment", "nothing-there", "hello"]);
    assert_eq!(exit, Exit::NotFound);
    let (_, why) = refused(&machine, &["comment", "fast", "No", "--reply", &id]);
    assert!(why.contains("something else"), "{why}");
    machine.done(&["comment", "retract", &id]);
    let (_, why) = refused(&machine, &["comment", &id, "Too late"]);
    assert!(why.contains("retracted"), "{why}");
    let (_, why) = refused(&machine, &["comment", "amend", &id, "Too late"]);
    assert!(why.contains("retracted"), "{why}");
    let right_to_left = "שלום 👩‍👩‍👧 \u{202e}abc";
    said(&machine, &["api-p99", right_to_left]);
    let screen = on_screen(&machine, &["comment", "list", "@me"]);
    assert_eq!(screen, "", "nobody talked about her");
    let shown = machine.done(&["comment", "list"]);
    assert!(
        !shown.contains('\u{202e}') && shown.contains("שלום"),
        "{shown}"
    );
}

#[test]
fn a_list_of_comments_gives_their_texts_room() {
    let machine = Machine::with_goals();
    said(
        &machine,
        &[
            "api-p99",
            "Is 200 still the right target, now that the hardware comes in January?",
        ],
    );
    let long = "word ".repeat(1500);
    let id = said(&machine, &["@ana", &long, "--kind", "feedback"]);
    let screen = on_screen(&machine, &["comment", "list"]);
    let whole = "Is 200 still the right target, now that the hardware comes in January?";
    assert!(screen.contains(whole), "{screen}");
    assert!(screen.contains("on @ana  feedback"), "{screen}");
    assert!(screen.contains("okr show "), "{screen}");
    assert_eq!(screen.lines().count(), 8, "{screen}");
    let piped = machine.done(&["comment", "list"]);
    assert!(
        piped.starts_with("ID\tTIME\t") && piped.contains(long.trim()),
        "{piped}"
    );
    assert!(machine.done(&["show", &id]).contains(long.trim()));
}

//! Amendments at a terminal: why is asked for where a person can answer, and only there.

use okr_e2e::{Home, Run};

use crate::session::planned;

/// Moves the target without saying why, while somebody types.
const MOVE: [&str; 5] = ["kr", "set", "api-p99", "--target", "150"];

fn at_work() -> (tempfile::TempDir, Home) {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    (directory, home)
}

fn target(home: &Home) -> String {
    let shown = home.json(&["show", "api-p99"]).unwrap();
    shown["items"][0]["measure"]["target"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Asserts that nothing was asked, nothing was written, and the way out is named.
fn refused(home: &Home, run: &Run) {
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(!run.stderr.contains("Category ("), "{}", run.stderr);
    assert!(run.stderr.contains("--category"), "{}", run.stderr);
    assert_eq!(target(home), "200");
}

#[test]
fn a_person_at_a_terminal_is_asked_for_category_and_reason() {
    let (_directory, home) = at_work();
    let run = home
        .typed("1\nThe order moved to January\n", &MOVE)
        .unwrap();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for word in [
        "external-change",
        "placeholder-filled",
        "Category (",
        "Reason (",
    ] {
        assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
    }
    assert!(!run.stdout.contains("Category"), "{}", run.stdout);
    assert_eq!(target(&home), "150");
    let log = home.json(&["log", "api-p99", "--limit", "1"]).unwrap();
    assert_eq!(log["items"][0]["amendment"], "external-change");
    assert_eq!(log["items"][0]["reason"], "The order moved to January");
}

#[test]
fn what_was_given_is_not_asked_for_again() {
    let (_directory, home) = at_work();
    let mut line = MOVE.to_vec();
    line.extend(["-m", "The order moved"]);
    let run = home.typed("better-measure\n", &line).unwrap();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(!run.stderr.contains("Reason ("), "{}", run.stderr);
    let log = home.json(&["log", "api-p99", "--limit", "1"]).unwrap();
    assert_eq!(log["items"][0]["amendment"], "better-measure");
    assert_eq!(log["items"][0]["reason"], "The order moved");
}

#[test]
fn no_answer_is_a_no_and_nonsense_is_asked_about_again() {
    let (_directory, home) = at_work();
    let run = home.typed("whim\nother\n\n", &MOVE).unwrap();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr.contains("\"whim\" is none of them"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("needs a reason"), "{}", run.stderr);
    assert_eq!(target(&home), "200");
    let run = home.typed("whim\nwhim\n7\n1\nbecause\n", &MOVE).unwrap();
    assert_eq!(run.code, Some(1), "three times is enough: {}", run.stderr);
    assert_eq!(target(&home), "200");
}

#[test]
fn nobody_is_asked_in_a_script() {
    let (_directory, home) = at_work();
    let answers = "1\nbecause\n";
    refused(&home, &home.run(&MOVE).unwrap());
    let with = |flags: &[&'static str]| [&MOVE, flags].concat();
    refused(&home, &home.typed(answers, &with(&["--no-input"])).unwrap());
    refused(&home, &home.typed(answers, &with(&["-o", "json"])).unwrap());
    for variable in ["CI", "OKR_NO_INPUT"] {
        let there = home.clone().with(variable, "1");
        refused(&home, &there.typed(answers, &MOVE).unwrap());
    }
}

#[test]
fn a_rehearsal_asks_as_well_and_writes_nothing() {
    let (_directory, home) = at_work();
    let mut line = MOVE.to_vec();
    line.push("-n");
    let run = home.typed("5\nbecause\n", &line).unwrap();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("nothing was written"), "{}", run.stderr);
    assert_eq!(target(&home), "200");
}

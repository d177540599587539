//! The tutorial, taken as it says.

use super::*;
use crate::render::Screen;

#[derive(serde::Deserialize)]
struct Lesson {
    number: usize,
    of: usize,
    commands: Vec<String>,
    done: Option<bool>,
}

/// Returns the lesson that comes; none after the last.
fn lesson(machine: &Machine) -> Option<Lesson> {
    let answer = machine.done(&["tutorial", "-o", "jsonl"]);
    (!answer.is_empty()).then(|| serde_json::from_str(&answer).unwrap())
}

/// Types a command of a lesson.
fn typed(machine: &Machine, command: &str) {
    let words = crate::command_line::split(command).unwrap();
    let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    machine.done(&words);
}

#[test]
fn whoever_types_what_it_says_comes_to_the_end() {
    let machine = Machine::new();
    let mut lessons = 0;
    while let Some(lesson) = lesson(&machine) {
        lessons += 1;
        assert_eq!(lesson.number, lessons);
        assert_ne!(
            lesson.done,
            Some(true),
            "lesson {lessons} is done before it begins"
        );
        if lesson.done == Some(false) {
            let refused = machine.refused(&["tutorial", "next"], Exit::ConditionNotMet);
            assert!(refused.contains(&lesson.commands[0]), "{refused}");
        }
        for command in &lesson.commands {
            typed(&machine, command);
        }
        let screen = machine.done(&["tutorial", "next"]);
        for line in screen.lines() {
            assert!(Screen::piped().width >= line.chars().count(), "{line}");
        }
        assert!(lessons <= lesson.of);
    }
    assert_eq!(lessons, 10);
    assert!(machine.done(&["tutorial"]).contains("last lesson"));
    machine.done(&["tutorial", "back"]);
    machine.done(&["tutorial", "end"]);
    let said = machine.run(&["whoami"]);
    assert_eq!(said.exit, Exit::Error, "{}", said.answer);
    machine.done(&["tutorial", "--reset"]);
    assert_eq!(lesson(&machine).unwrap().number, 1);
}

#[test]
fn the_first_lesson_is_a_screen() {
    let machine = Machine::new();
    insta::assert_snapshot!(machine.done(&["tutorial"]));
    insta::assert_snapshot!(without_ids(&machine.done(&["tree", "-w", "tutorial"])));
}

#[test]
fn other_workspaces_are_left_alone() {
    let machine = Machine::with_goals();
    let said = machine.run(&["tutorial"]);
    assert_eq!(said.exit, Exit::Ok);
    assert!(
        said.answer.contains("okr -w tutorial tree"),
        "{}",
        said.answer
    );
    // What is typed without a name goes on where it went before.
    assert!(machine.done(&["whoami"]).contains("acme"));
    typed(&machine, "okr -w tutorial checkin api-p99 312");
    machine.done(&["tutorial", "end"]);
    assert!(machine.done(&["tree"]).contains("fast"));
}

#[test]
fn what_the_tutorial_did_not_make_it_does_not_touch() {
    let machine = Machine::new();
    machine.done(&["init", "tutorial", "--handle", "ana"]);
    for words in [
        &["tutorial"][..],
        &["tutorial", "--reset"],
        &["tutorial", "end"],
    ] {
        let refused = machine.refused(words, Exit::Error);
        assert!(refused.contains("did not make"), "{refused}");
    }
    machine.done(&["whoami", "-w", "tutorial"]);
}

#[test]
fn one_that_was_killed_while_it_was_made_is_made_again() {
    let machine = Machine::new();
    machine.done(&["tutorial"]);
    let mark = machine.directory.path().join("data/tutorial/tutorial.toml");
    std::fs::write(&mark, "").unwrap();
    machine.refused(&["tutorial", "next"], Exit::NotFound);
    machine.done(&["tutorial"]);
    assert!(
        machine
            .done(&["tree", "-w", "tutorial"])
            .contains("api-p99")
    );
}

#[test]
fn it_is_put_out_of_sight_before_anything_of_it_is_deleted() {
    let machine = Machine::new();
    machine.done(&["tutorial"]);
    let data = machine.directory.path().join("data");
    // Where something stands in the way, the workspace stays as it is, and whole.
    let away = data.join(format!(".tutorial.removed.{}", std::process::id()));
    std::fs::create_dir_all(away.join("in the way")).unwrap();
    for words in [&["tutorial", "end"][..], &["tutorial", "--reset"]] {
        let refused = machine.refused(words, Exit::Error);
        assert!(
            refused.contains("cannot be deleted as a whole"),
            "{refused}"
        );
    }
    assert!(machine.done(&["tree"]).contains("api-p99"));
    std::fs::remove_dir_all(&away).unwrap();
    machine.done(&["tutorial", "end"]);
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0);
}

#[test]
fn before_it_began_there_is_nothing_to_go_on_with() {
    let machine = Machine::with_goals();
    for word in ["next", "back", "end"] {
        let refused = machine.refused(&["tutorial", word], Exit::NotFound);
        assert!(refused.contains("okr tutorial"), "{refused}");
    }
}

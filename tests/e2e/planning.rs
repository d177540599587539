//! Plan files between two people and their server, and in an editor.

use std::fs;
use std::path::Path;

use okr_e2e::Home;
use serde_json::Value;

use crate::session::planned;
use crate::sync::{founded, joined, plan};

fn pulled(home: &Home, name: &str) -> String {
    let path = home.directory().join(name).display().to_string();
    home.okr(&["plan", "pull", "--to", &path]).unwrap();
    path
}

fn replace(path: &str, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from}: {text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn title_of(home: &Home, goal: &str) -> String {
    let shown = home.json(&["show", goal]).unwrap();
    shown["items"][0]["title"].as_str().unwrap().to_owned()
}

const WHY: [&str; 4] = ["-m", "why", "--category", "other"];

#[test]
fn one_edits_by_plan_and_the_other_by_commands() {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let ben = joined(&server, &ana, directory.path(), "ben");
    plan(&ana);
    ben.okr(&["sync"]).unwrap();

    // Ana pulls while a change of hers waits; it is confirmed before the plan comes back.
    let line = [
        "--offline",
        "objective",
        "set",
        "fast",
        "--title",
        "Feel instant",
    ];
    ana.okr(&[&line[..], &WHY].concat()).unwrap();
    let path = pulled(&ana, "q4.yaml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("waiting:\n    - "), "{text}");
    // It goes to Ben, as a repository would bring it. He knows its base once he has synced.
    let early = ben
        .run(&["--offline", "plan", "apply", &path, "-n"])
        .unwrap();
    assert_eq!(early.code, Some(6), "{}{}", early.stdout, early.stderr);
    assert!(early.stderr.contains("okr sync"), "{}", early.stderr);
    ana.okr(&["sync"]).unwrap();

    // Ben changes something else, and the server has it first.
    let line = ["objective", "set", "fast", "--weight", "3"];
    ben.okr(&[&line[..], &WHY].concat()).unwrap();
    ben.okr(&["sync"]).unwrap();
    ana.okr(&["sync"]).unwrap();
    replace(&path, "title: Feel instant", "title: Instant");
    let line = ["plan", "apply", &path];
    ana.okr(&[&line[..], &WHY].concat()).unwrap();
    ana.okr(&["sync"]).unwrap();
    let shown = ana.json(&["show", "fast"]).unwrap();
    assert_eq!(shown["items"][0]["title"], "Instant");
    assert_eq!(shown["items"][0]["weight"], "3");

    ben.okr(&["sync"]).unwrap();
    let same = ben.okr(&["plan", "apply", &path]).unwrap();
    assert!(same.starts_with("Nothing to do"), "{same}");

    // Both change the same: Ben's plan says so, with the name of who was first.
    let line = ["objective", "set", "fast", "--title", "Swift"];
    ana.okr(&[&line[..], &WHY].concat()).unwrap();
    ana.okr(&["sync"]).unwrap();
    ben.okr(&["sync"]).unwrap();
    replace(&path, "title: Instant", "title: At once");
    let clash = ben.run(&["plan", "apply", &path, "-o", "json"]).unwrap();
    assert_eq!(clash.code, Some(8), "{}", clash.stderr);
    let clash: Value = serde_json::from_str(&clash.stdout).unwrap();
    let field = &clash["items"][0]["fields"][0];
    let told = ["field", "base", "to", "from", "by"].map(|key| field[key].as_str().unwrap());
    assert_eq!(told, ["title", "Feel instant", "At once", "Swift", "ana"]);
    assert_eq!(title_of(&ben, "fast"), "Swift");
    let line = ["plan", "apply", &path, "--take", "mine"];
    ben.okr(&[&line[..], &WHY].concat()).unwrap();
    ben.okr(&["sync"]).unwrap();
    ana.okr(&["sync"]).unwrap();
    assert_eq!(title_of(&ana, "fast"), "At once");
}

/// A machine on which an editor does something with the file that it is given.
fn with_editor(directory: &Path, editor: &str) -> Home {
    let home = planned(directory);
    let state = directory.join("state").display().to_string();
    home.with("XDG_STATE_HOME", &state)
        .with("OKR_EDITOR", editor)
}

fn kept(directory: &Path) -> usize {
    fs::read_dir(directory.join("state/okr/rescue")).map_or(0, Iterator::count)
}

const EDIT: [&str; 6] = ["plan", "edit", "-m", "why", "--category", "other"];

#[test]
fn many_goals_are_edited_in_an_editor() {
    let directory = tempfile::tempdir().unwrap();
    let home = with_editor(
        directory.path(),
        "sed -i -e 's/^  - title: .*/  - title: Instant/'",
    );
    let run = home.typed("", &EDIT).unwrap();
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    assert_eq!(title_of(&home, "fast"), "Instant");
    assert_eq!(kept(directory.path()), 0);
    // The same once more is as it was.
    let run = home.typed("", &EDIT).unwrap();
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("as it was"), "{}", run.stderr);
    assert_eq!(kept(directory.path()), 0);
}

#[test]
fn an_editor_that_changes_nothing_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let home = with_editor(directory.path(), "true");
    let described = [
        "objective",
        "set",
        "fast",
        "--description",
        "One, with a blank at its end \nand two.",
        "-m",
        "why",
        "--category",
        "other",
    ];
    home.okr(&described).unwrap();
    for form in ["yaml", "md"] {
        let line = [&EDIT[..], &["-o", form]].concat();
        let run = home.typed("", &line).unwrap();
        assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains("as it was"), "{}", run.stderr);
    }
    assert_eq!(kept(directory.path()), 0);
}

#[test]
fn a_mistake_is_shown_again_where_it_is_and_what_was_written_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    // Breaks the plan the first time, and leaves it so the second time, with what it was shown.
    let editor = "f() { cp \"$1\" \"$1.$(ls \"$1\"* | wc -l)\"; sed -i 's/^    owner: .*/    ownr: ana/' \"$1\"; }; f";
    let home = with_editor(directory.path(), editor);
    let run = home.typed("y\n", &EDIT).unwrap();
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("no key \"ownr\""), "{}", run.stderr);
    assert!(run.stderr.contains("is kept in"), "{}", run.stderr);
    let rescue = directory.path().join("state/okr/rescue");
    let shown = fs::read_dir(&rescue)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let again = shown.filter(|path| path.extension().is_some_and(|end| end == "2"));
    let again = fs::read_to_string(again.last().unwrap()).unwrap();
    let first = again.lines().next().unwrap();
    assert!(first.contains("has no key \"ownr\""), "{again}");
    // The number names the line in the text as it is shown, below the lines that say so.
    let number: usize = first
        .split("line ")
        .nth(1)
        .unwrap()
        .split(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        again.lines().nth(number - 1).unwrap().contains("ownr: ana"),
        "{again}"
    );
    assert!(again.contains("did you mean \"owner\"?"), "{again}");
}

//! Texts written in an editor: at a terminal only, nothing lost, nothing written by accident.

use std::fs;
use std::path::{Path, PathBuf};

use okr_e2e::{Home, Run};

use crate::session::planned;

/// A machine on which an editor puts something into the file that it is given.
fn with_editor(editor: &str) -> (tempfile::TempDir, Home) {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let state = directory.path().join("state").display().to_string();
    let home = home
        .with("XDG_STATE_HOME", &state)
        .with("OKR_EDITOR", editor);
    (directory, home)
}

const EDIT: [&str; 4] = ["checkin", "api-p99", "312", "--edit"];

/// The note of the only check-in so far.
const BEFORE: &str = "pooling is in";

/// What is kept in the directory for rescued texts.
fn kept(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory.join("state/okr/rescue")) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn edit(home: &Home) -> Run {
    edit_and_say("", home)
}

/// Edits, and says whether what is wrong is to be opened again.
fn edit_and_say(lines: &str, home: &Home) -> Run {
    home.typed(lines, &EDIT).unwrap()
}

fn notes(home: &Home) -> Vec<String> {
    let listed = home.json(&["checkin", "list", "api-p99"]).unwrap();
    let items = listed["items"].as_array().unwrap();
    let note = |item: &serde_json::Value| item["note"].as_str().unwrap_or_default().to_owned();
    items.iter().map(note).collect()
}

#[test]
fn a_note_is_what_the_editor_left() {
    let write = "f() { printf '# Pooling\\n\\nis in\\n\\n' > \"$1.new\"; \
                 cat \"$1\" >> \"$1.new\"; mv \"$1.new\" \"$1\"; }; f";
    let (directory, home) = with_editor(write);
    let run = edit(&home);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(notes(&home), ["# Pooling\n\nis in", BEFORE]);
    assert_eq!(kept(directory.path()), Vec::<PathBuf>::new());
}

#[test]
fn an_empty_text_and_an_editor_that_fails_write_nothing() {
    for (editor, said) in [("true", "the text is empty"), ("false", "ended with")] {
        let (directory, home) = with_editor(editor);
        let run = edit(&home);
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(run.stderr.contains(said), "{}", run.stderr);
        assert_eq!(notes(&home), [BEFORE]);
        assert_eq!(kept(directory.path()), Vec::<PathBuf>::new());
    }
}

#[test]
fn a_text_that_is_too_long_is_shown_again_with_the_count_and_kept() {
    let write = "f() { head -c 8001 /dev/zero | tr '\\0' x > \"$1.new\"; \
                 grep Error \"$1\" >> \"$1.log\"; mv \"$1.new\" \"$1\"; }; f";
    let (directory, home) = with_editor(write);
    let run = edit_and_say("y\n", &home);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("8001"), "{}", run.stderr);
    assert_eq!(notes(&home), [BEFORE]);
    let kept = kept(directory.path());
    let find = |ending: &str| {
        let mut paths = kept.iter();
        paths.find(|path| path.extension().is_some_and(|found| found == ending))
    };
    let text = find("md").expect("the text is kept");
    assert!(
        run.stderr.contains(&text.display().to_string()),
        "{}",
        run.stderr
    );
    assert_eq!(fs::read_to_string(text).unwrap().len(), 8001);
    let problem = fs::read_to_string(find("log").unwrap()).unwrap();
    assert!(
        problem.contains("OKR: Error:") && problem.contains("8001"),
        "{problem}"
    );
}

#[test]
fn an_editor_is_opened_again_only_when_somebody_wants_to() {
    // It makes the text longer each time, so that it is never the same twice.
    let write = "f() { echo x >> \"$1.log\"; head -c 8001 /dev/zero | tr '\\0' Q >> \"$1\"; }; f";
    for (lines, opened) in [("n\n", 1), ("\u{4}", 1), ("y\n\nno\n", 3)] {
        let (directory, home) = with_editor(write);
        let run = edit_and_say(lines, &home);
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        let asked = run.stderr.matches("Open it again to mend it? [Y/n]");
        assert_eq!(asked.count(), opened, "{}", run.stderr);
        assert!(
            run.stderr.contains("what you wrote is kept in"),
            "{}",
            run.stderr
        );
        let kept = kept(directory.path());
        let find = |ending: &str| {
            let mut paths = kept.iter();
            let path = paths.find(|path| path.extension().is_some_and(|found| found == ending));
            fs::read_to_string(path.unwrap()).unwrap()
        };
        assert_eq!(find("log").lines().count(), opened);
        assert_eq!(find("md").matches('Q').count(), 8001 * opened);
        assert_eq!(notes(&home), [BEFORE]);
    }
}

#[test]
fn nobody_edits_in_a_script() {
    let (directory, home) = with_editor("touch");
    for run in [
        home.run(&EDIT).unwrap(),
        home.typed("", &[&EDIT[..], &["--no-input"]].concat())
            .unwrap(),
    ] {
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains("at a terminal"), "{}", run.stderr);
    }
    assert_eq!(kept(directory.path()), Vec::<PathBuf>::new());
}

#[test]
fn what_was_learned_is_written_in_an_editor() {
    let (directory, home) = with_editor("f() { echo 'Pooling paid' > \"$1\"; }; f");
    let early = home.typed("", &["close", "fast", "--edit"]).unwrap();
    assert_eq!(early.code, Some(1), "{}", early.stderr);
    assert!(early.stderr.contains("without a score"), "{}", early.stderr);
    let line = ["close", "fast", "--with-krs", "--score", "0.5", "--edit"];
    let run = home.typed("", &line).unwrap();
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    let shown = home.json(&["show", "fast"]).unwrap();
    assert_eq!(shown["items"][0]["reflection"], "Pooling paid");
    assert_eq!(kept(directory.path()), Vec::<PathBuf>::new());
}

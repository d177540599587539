//! Long answers at a terminal: read with a pager there, and nowhere else.

use std::fs;
use std::path::PathBuf;

use okr_e2e::{Home, Run};

use crate::session::planned;

/// A machine whose pager marks each line and keeps what it was given.
fn paged() -> (tempfile::TempDir, Home, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let kept = directory.path().join("kept");
    let pager = format!("tee {} | sed 's/^/| /'", kept.display());
    let home = planned(directory.path())
        .with("TERM", "xterm")
        .with("PATH", &std::env::var("PATH").unwrap())
        .with("OKR_PAGER", &pager);
    (directory, home, kept)
}

fn at_terminal(home: &Home, line: &[&str]) -> Run {
    let run = home.at_terminal(line).unwrap();
    assert_eq!(run.code, Some(0), "{}: {}", run.line, run.stderr);
    run
}

#[test]
fn what_does_not_fit_is_paged_whole_and_what_fits_is_not() {
    let (_directory, home, kept) = paged();
    let long = at_terminal(&home, &["help", "output"]);
    let text = home.okr(&["help", "output"]).unwrap();
    assert!(text.lines().count() > 24);
    assert_eq!(fs::read_to_string(&kept).unwrap(), text);
    assert!(long.stdout.lines().all(|line| line.starts_with('|')));
    fs::remove_file(&kept).unwrap();
    let short = at_terminal(&home, &["whoami"]);
    assert!(!short.stdout.contains("| "), "{}", short.stdout);
    assert!(!kept.exists());
    // The help of a command is long as well.
    at_terminal(&home, &["kr", "add", "--help"]);
    assert!(fs::read_to_string(&kept).unwrap().contains("OPTIONS"));
}

#[test]
fn nothing_is_paged_where_nobody_wants_to_press_keys() {
    let (_directory, home, kept) = paged();
    home.okr(&["help", "output"]).unwrap();
    at_terminal(&home, &["schema", "-o", "json"]);
    at_terminal(&home, &["help", "output", "--no-pager"]);
    at_terminal(&home.clone().with("OKR_PAGER", ""), &["help", "output"]);
    at_terminal(&home.clone().with("OKR_PAGER", "cat"), &["help", "output"]);
    at_terminal(&home.clone().with("TERM", "dumb"), &["help", "output"]);
    // Nor is an answer lost for a pager that is not there.
    let away = home.clone().with("OKR_PAGER", "nothing-like-this");
    let whole = at_terminal(&away, &["help", "output"]).stdout;
    assert_eq!(whole, home.okr(&["help", "output"]).unwrap());
    assert!(!kept.exists());
}

#[test]
fn the_setting_stands_for_the_variable() {
    let (directory, home, kept) = paged();
    let other = directory.path().join("other");
    let command = format!("cat > {}", other.display());
    home.okr(&["config", "set", "ui.pager", &command]).unwrap();
    at_terminal(&home, &["help", "output"]);
    assert!(kept.exists() && !other.exists(), "the variable is stronger");
    at_terminal(&home.without("OKR_PAGER"), &["help", "output"]);
    assert!(other.exists(), "the setting is used without the variable");
}

#[test]
fn colours_and_exit_codes_come_through_and_leaving_early_is_no_error() {
    let (_directory, home, kept) = paged();
    let home = home.with("OKR_COLOR", "always");
    let line = ["diff", "2026-11-01..", "--exit-code"];
    for number in 0..30 {
        let title = format!("Goal number {number}");
        home.okr(&["objective", "add", &title]).unwrap();
    }
    let run = home.at_terminal(&line).unwrap();
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(fs::read_to_string(&kept).unwrap().contains("\u{1b}["));
    for pager in ["true", "head -1"] {
        let run = home
            .clone()
            .with("OKR_PAGER", pager)
            .at_terminal(&line)
            .unwrap();
        assert_eq!((run.code, run.stderr.as_str()), (Some(3), ""), "{pager}");
    }
}

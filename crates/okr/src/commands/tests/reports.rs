//! Sessions about reports: a week, half-way, and the end, in every form.

mod around;
mod forms;
mod quarter;

use super::*;
use quarter::{PLAN, quarter, talked};

/// Wednesday of week 48, 58 % of the way through the quarter.
const NOW: &str = "2026-11-25T12:00:00+01:00";

fn at(machine: &Machine, day: &str, words: &[&str]) {
    let now = format!("{day}T10:00:00+01:00");
    let words: Vec<&str> = words.iter().copied().chain(["--now", &now]).collect();
    machine.done(&words);
}

fn said(machine: &Machine, words: &[&str]) -> Said {
    let streams = Streams {
        answer_is_terminal: true,
        width: Some(80),
        ..Streams::default()
    };
    let words: Vec<&str> = words
        .iter()
        .copied()
        .chain(["--no-ascii", "--now", NOW])
        .collect();
    machine.run_on(streams, &words)
}

fn screen(machine: &Machine, words: &[&str]) -> String {
    let said = said(machine, words);
    assert_eq!(said.exit, Exit::Ok, "{words:?}: {}", said.remarks);
    for line in said.answer.lines() {
        let width = crate::render::text_width(line);
        let is_markup = words
            .iter()
            .any(|word| ["md", "html", "json"].contains(word));
        assert!(width <= 80 || is_markup, "{width} columns: {line}");
    }
    said.answer
}

/// The ids of changes differ from run to run.
fn golden(answer: &str) -> String {
    let mut golden = answer.to_owned();
    for word in [", change ", ", endring "] {
        if let Some(begin) = golden.find(word).map(|at| at + word.len()) {
            golden.replace_range(begin..begin + 8, "########");
        }
    }
    golden
}

fn json(machine: &Machine, words: &[&str]) -> serde_json::Value {
    let words: Vec<&str> = words.iter().copied().chain(["-o", "json"]).collect();
    let document: serde_json::Value = serde_json::from_str(&screen(machine, &words)).unwrap();
    document["items"][0].clone()
}

#[test]
fn a_week_at_eighty_columns() {
    let machine = talked();
    insta::assert_snapshot!("weekly", golden(&screen(&machine, &["report", "weekly"])));
    let nb = ["report", "weekly", "--lang", "nb", "-o", "md"];
    insta::assert_snapshot!("weekly_nb_md", golden(&screen(&machine, &nb)));
    let past = ["report", "weekly", "2026-W47", "-t", "platform"];
    insta::assert_snapshot!("weekly_past", golden(&screen(&machine, &past)));
}

#[test]
fn half_way_at_eighty_columns() {
    let machine = talked();
    insta::assert_snapshot!("mid", golden(&screen(&machine, &["report", "mid"])));
}

#[test]
fn the_end_at_eighty_columns() {
    let machine = talked();
    at(
        &machine,
        "2026-11-25",
        &[
            "objective",
            "close",
            "self-serve",
            "--score",
            "0.2",
            "--with-krs",
            "-m",
            "Nobody looked at it.",
        ],
    );
    insta::assert_snapshot!("final", golden(&screen(&machine, &["report", "final"])));
}

#[test]
fn a_final_report_names_what_goes_on_and_not_what_was_taken_back() {
    let machine = quarter();
    at(&machine, "2026-11-25", &["cycle", "add", "2027-Q1"]);
    at(
        &machine,
        "2026-11-25",
        &["carry", "fast", "--to", "2027-Q1"],
    );
    at(&machine, "2026-11-25", &["cycle", "add", "2027-Q2"]);
    let next = ["carry", "2027-Q1:fast", "--to", "2027-Q2", "--draft"];
    at(&machine, "2026-11-25", &next);
    at(
        &machine,
        "2026-11-25",
        &["carry", "self-serve", "--to", "2027-Q1"],
    );
    let given_up = ["objective", "archive", "2027-Q1:self-serve", "-m", "no"];
    at(&machine, "2026-11-25", &given_up);
    let continued = |cycle: &str| -> Vec<Vec<String>> {
        let found = json(&machine, &["report", "final", cycle]);
        let objectives = found["objectives"].as_array().unwrap();
        let names = |one: &serde_json::Value| {
            let later = one["continued_by"].as_array().unwrap().iter();
            later
                .map(|later| later["cycle"].as_str().unwrap().to_owned())
                .collect()
        };
        objectives.iter().map(names).collect()
    };
    // Its own continuation, not what continues that, and none that was archived.
    assert_eq!(continued("2026-Q4"), [vec![], vec!["2027-Q1".to_owned()]]);
    assert_eq!(continued("2027-Q1"), [["2027-Q2".to_owned()]]);
    let next = json(&machine, &["report", "final", "2027-Q2"]);
    let before = &next["objectives"][0]["continues"];
    assert_eq!(before["cycle"], "2027-Q1");
}

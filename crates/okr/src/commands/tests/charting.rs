//! Sessions with `okr chart`: the screen, the series, the files, and what is refused.

use std::fs;

use super::reading::{json, screen, with_history};
use super::*;

#[test]
fn a_chart_says_where_it_is_what_moved_and_where_it_leads() {
    let machine = with_history();
    let chart = screen(&machine, 80, &["chart", "api-p99"]);
    insta::assert_snapshot!("chart_80", chart);
    for wanted in [
        "480 → 150 ms, now 312 ms, 51%",
        "committed 200",
        "1  24 Nov 2026: target 200 → 150 ms by ana: Hardware came early",
        "Against its first target it is at 60%.",
    ] {
        assert!(chart.contains(wanted), "{wanted} is missing: {chart}");
    }
    let plain = machine.done(&[
        "chart", "api-p99", "--ascii", "--width", "60", "--height", "6",
    ]);
    assert!(plain.is_ascii(), "{plain}");
    assert!(plain.lines().all(|line| line.len() <= 60), "{plain}");
}

#[test]
fn several_goals_and_an_objective_are_drawn_as_progress() {
    let machine = with_history();
    let chart = screen(
        &machine,
        80,
        &["chart", "fast", "api-p99", "error-budget", "fast"],
    );
    insta::assert_snapshot!("chart_of_several", chart);
    let series = json(&machine, &["chart", "fast"]);
    let points = series["items"][0]["points"].as_array().unwrap();
    assert_eq!(points.last().unwrap()["progress"]["percent"], 38);
    assert_eq!(series["items"][0]["kind"], "objective");
}

#[test]
fn the_series_have_everything_that_is_drawn() {
    let machine = with_history();
    machine.done(&[
        "checkin",
        "api-p99",
        "300",
        "--on",
        "2026-11-26",
        "--now",
        "2026-11-26T10:00:00+01:00",
    ]);
    let series = json(&machine, &["chart", "api-p99"]);
    assert_eq!(series["schema"], "okr.v1.SeriesList");
    let item = &series["items"][0];
    assert_eq!(item["points"].as_array().unwrap().len(), 3);
    assert_eq!(item["points"][0]["value"]["number"], "366");
    // By the target of that day, which was 200.
    assert_eq!(item["points"][0]["progress"]["percent"], 41);
    assert_eq!(item["measures"][1]["measure"]["target"], "150");
    assert_eq!(item["measures"][1]["amendment"], "external-change");
    assert_eq!(item["original_measure"]["target"], "200");
    assert_eq!(item["forecast"]["days"], 3);
    assert_eq!(item["forecast"]["day"], "2026-12-31");
    let none = json(&machine, &["chart", "api-p99", "--forecast", "none"]);
    assert_eq!(none["items"][0]["forecast"], serde_json::Value::Null);
    let then = json(&machine, &["chart", "api-p99", "--at", "2026-11-24"]);
    assert_eq!(then["items"][0]["points"].as_array().unwrap().len(), 1);
}

#[test]
fn a_chart_is_written_as_its_suffix_says() {
    let machine = with_history();
    let path = |name: &str| machine.directory.path().join(name).display().to_string();
    for (name, begin) in [
        ("chart.svg", "<svg "),
        ("chart.HTML", "<!DOCTYPE html>"),
        ("chart.csv", "goal,kind,day"),
    ] {
        // What was there is replaced, and said to be written.
        fs::write(path(name), "old").unwrap();
        let said = machine.run(&["chart", "api-p99", "--to", &path(name)]);
        assert_eq!(said.exit, Exit::Ok, "{}", said.remarks);
        assert_eq!(said.answer, "");
        assert!(
            said.remarks.contains(&format!("wrote {}", path(name))),
            "{}",
            said.remarks
        );
        let text = fs::read_to_string(path(name)).unwrap();
        assert!(text.starts_with(begin), "{name}: {text}");
    }
    let left = fs::read_dir(machine.directory.path()).unwrap();
    let parts = left.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".part")
    });
    assert_eq!(parts.count(), 0);
    let table = machine.done(&["chart", "api-p99", "--to", "-", "--as", "csv"]);
    assert!(
        table.contains("api-p99,check-in,2026-11-09,366,ms,"),
        "{table}"
    );
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let machine = with_history();
    for (words, exit, wanted) in [
        (
            &["chart", "api-p98"][..],
            Exit::NotFound,
            "Did you mean api-p99?",
        ),
        (&["chart", "platform"], Exit::NotFound, "platform"),
        (
            &["chart", "api-p99", "--to", "x.png"],
            Exit::Usage,
            ".svg, .html or .csv",
        ),
        (&["chart", "api-p99", "--to", "-"], Exit::Usage, "--as svg"),
        (
            &["chart", "api-p99", "--to", "x.svg", "-o", "json"],
            Exit::Usage,
            "-o asks for another",
        ),
        (
            &["chart", "api-p99", "--to", "/nonexistent/x.svg"],
            Exit::Error,
            "cannot be written",
        ),
        (
            &[
                "chart",
                "api-p99",
                "--since",
                "2026-12-01",
                "--until",
                "2026-11-01",
            ],
            Exit::Usage,
            "after the end",
        ),
        (
            &["chart", "api-p99", "--since", "12"],
            Exit::Usage,
            "--since cannot be position 12",
        ),
        (
            &["chart", "api-p99", "--since", "soon"],
            Exit::Usage,
            "--since",
        ),
        (
            &["chart", "api-p99", "--height", "1"],
            Exit::Usage,
            "4..=200",
        ),
    ] {
        let remarks = machine.refused(words, exit);
        assert!(remarks.contains(wanted), "{words:?}: {remarks}");
    }
}

#[test]
fn a_goal_that_was_not_there_yet_is_an_empty_answer() {
    let machine = with_history();
    let said = machine.run(&["chart", "api-p99", "--at", "2026-11-22"]);
    assert_eq!((said.exit, said.answer.as_str()), (Exit::Ok, ""));
    assert!(
        said.remarks.contains("nothing was recorded by"),
        "{}",
        said.remarks
    );
    let words = ["chart", "api-p99", "--at", "2026-11-22", "--to", "x.svg"];
    let remarks = machine.refused(&words, Exit::Error);
    assert!(remarks.contains("there is nothing to draw"), "{remarks}");
}

#[test]
fn a_window_may_reach_into_the_future() {
    let machine = with_history();
    let words = [
        "chart",
        "api-p99",
        "--since",
        "cycle:mid",
        "--until",
        "2026-12-31",
    ];
    let chart = screen(&machine, 80, &words);
    assert!(
        chart.contains("15 Dec") || chart.contains("14 Dec"),
        "{chart}"
    );
    assert!(!chart.contains("Oct"), "{chart}");
}

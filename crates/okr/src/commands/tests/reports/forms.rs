//! Every form of a report, from whatever is there, and what has no report.

use super::*;

#[test]
fn machines_get_the_same_facts() {
    let machine = quarter();
    let weekly = json(&machine, &["report", "weekly"]);
    assert_eq!(weekly["week"], "2026-W48");
    assert_eq!(weekly["moved"].as_array().unwrap().len(), 2);
    assert_eq!(weekly["moved"][0]["slug"], "api-p99");
    assert_eq!(weekly["moved"][0]["before"]["value"]["number"], "340");
    assert_eq!(weekly["still"][1]["same_days"], 14);
    assert_eq!(weekly["blockers"][0]["since"], "2026-11-11");
    assert_eq!(weekly["decisions"][0]["steps"][0]["deed"], "abandoned");
    let mid = json(&machine, &["report", "mid"]);
    assert_eq!(mid["candidates"][0]["rules"][0], "never-reported");
    let tree = screen(&machine, &["tree", "-o", "json"]);
    let tree: serde_json::Value = serde_json::from_str(&tree).unwrap();
    assert_eq!(mid["cycle"]["progress"], tree["items"][0]["progress"]);
    let found = json(&machine, &["report", "final", "2026-Q4"]);
    assert_eq!(found["cycle"]["progress"], tree["items"][0]["progress"]);
    assert_eq!(found["objectives"][0]["score"], serde_json::Value::Null);
}

/// Returns the words of the command that a report names at its end.
fn command_in(report: &str) -> Vec<String> {
    let begin = report.rfind("okr report ").unwrap();
    let lines = report[begin..].lines().take_while(|line| !line.is_empty());
    let line = lines.collect::<Vec<_>>().join(" ");
    let line = line.split(['`', '<']).next().unwrap();
    line.split_whitespace().skip(1).map(str::to_owned).collect()
}

#[test]
fn the_command_at_the_end_makes_the_same_report_again() {
    let machine = quarter();
    let reports: Vec<String> = [
        &["report", "weekly"][..],
        &["report", "weekly", "-c", "2026-Q4"],
        &[
            "report", "weekly", "2026-W45", "-t", "growth", "--lang", "nb",
        ],
        &["report", "mid", "--who", "@me", "-o", "md"],
        &["report", "final", "--at", "2026-10-20", "-o", "html"],
    ]
    .into_iter()
    .map(|words| screen(&machine, words))
    .collect();
    at(&machine, "2026-11-26", &["checkin", "edge-cache", "72"]);
    at(&machine, "2026-12-20", &["checkin", "api-p99", "150"]);
    for first in reports {
        let streams = Streams {
            answer_is_terminal: true,
            width: Some(80),
            ..Streams::default()
        };
        let mut words = command_in(&first);
        words.extend(["--no-ascii", "--now", "2026-12-24T09:00:00+01:00"].map(str::to_owned));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let second = machine.run_on(streams, &words);
        assert_eq!(second.answer, first, "{words:?}: {}", second.remarks);
    }
}

#[test]
fn a_file_has_the_form_of_its_suffix() {
    let machine = quarter();
    for (suffix, begins) in [
        ("md", "# Acme"),
        ("html", "<!doctype html>"),
        ("json", "{"),
        ("txt", "Acme"),
    ] {
        let path = machine.directory.path().join(format!("report.{suffix}"));
        let path = path.display().to_string();
        let said = said(&machine, &["report", "mid", "--to", &path]);
        assert_eq!((said.exit, said.answer.as_str()), (Exit::Ok, ""));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.to_lowercase().starts_with(&begins.to_lowercase()),
            "{text}"
        );
    }
    let refused = said(&machine, &["report", "mid", "--to", "report.pdf"]);
    assert_eq!(refused.exit, Exit::Usage);
    assert!(refused.remarks.contains(".md, .html, .json or .txt"));
}

#[test]
fn what_cannot_be_reported_on_is_said() {
    let machine = quarter();
    at(&machine, "2026-11-24", &["cycle", "add", "2027-Q1"]);
    for (words, exit, says) in [
        (
            &["report", "weekly", "2026-11"][..],
            Exit::Usage,
            "longer than a week",
        ),
        (
            &["report", "weekly", "2026-W48", "--at", "2026-11-01"],
            Exit::Usage,
            "begins after",
        ),
        (&["report", "weekly", "soon"], Exit::Usage, "WEEK"),
        (&["report", "mid", "2031-Q1"], Exit::NotFound, "2031-Q1"),
        (
            &["report", "mid", "2026-Q4", "-c", "2026-Q4"],
            Exit::Usage,
            "given twice",
        ),
        (&["report", "final", "-c", "all"], Exit::Usage, "one cycle"),
        (&["report", "final", "--who", "@zoe"], Exit::NotFound, "zoe"),
        (&["tree", "-o", "md"], Exit::Usage, "has no form"),
    ] {
        let said = said(&machine, words);
        assert_eq!(said.exit, exit, "{words:?}: {}", said.remarks);
        assert!(said.remarks.contains(says), "{words:?}: {}", said.remarks);
    }
}

/// Renders every report in every form.
fn all_of(machine: &Machine, more: &[&str]) {
    for kind in ["weekly", "mid", "final"] {
        for form in ["term", "md", "html", "json"] {
            for language in ["en", "nb"] {
                let words = ["report", kind, "-o", form, "--lang", language];
                let answer = screen(machine, &[&words[..], more].concat());
                assert!(!answer.is_empty());
            }
        }
    }
}

#[test]
fn an_empty_organisation_and_an_empty_cycle_have_reports() {
    let machine = Machine::new();
    at(&machine, "2026-09-20", PLAN[0]);
    all_of(&machine, &[]);
    let text = screen(&machine, &["report", "final"]);
    assert!(text.contains("There is no cycle then."), "{text}");
    at(
        &machine,
        "2026-09-20",
        &["cycle", "add", "2026-Q4", "--open"],
    );
    all_of(&machine, &[]);
    let text = screen(&machine, &["report", "mid"]);
    assert!(text.contains("There are no objectives."), "{text}");
    // Long before anything was there.
    all_of(&machine, &["--at", "2020-01-01"]);
}

#[test]
fn whatever_people_write_can_be_reported_on() {
    let machine = Machine::new();
    at(&machine, "2026-09-20", PLAN[0]);
    at(&machine, "2026-09-20", &["cycle", "add", "2026-Q4"]);
    let title = "שלום <script>alert(1)</script> | **目標** 👩‍👩‍👧 e\u{301}";
    at(
        &machine,
        "2026-09-20",
        &["objective", "add", title, "--slug", "odd", "--weight", "0"],
    );
    let kr = [
        "kr", "add", title, "-O", "odd", "--slug", "odd-one", "--weight", "0",
    ];
    at(
        &machine,
        "2026-09-20",
        &[&kr[..], &["--from", "0", "--to", "10", "--unit", "目標"]].concat(),
    );
    at(
        &machine,
        "2026-09-20",
        &["objective", "add", "Nothing measures it", "--slug", "bare"],
    );
    at(&machine, "2026-10-01", &["cycle", "open", "2026-Q4"]);
    let note = "8,000 characters ".repeat(470);
    at(
        &machine,
        "2026-11-24",
        &["checkin", "odd-one", "-3", "-m", &note, "-C", "0"],
    );
    let close = [
        "objective",
        "close",
        "odd",
        "--score",
        "0",
        "--with-krs",
        "-m",
        &note,
    ];
    at(&machine, "2026-11-24", &close);
    all_of(&machine, &[]);
    all_of(&machine, &["--who", "@me"]);
    let page = screen(&machine, &["report", "final", "-o", "html"]);
    assert!(!page.contains("<script>alert"));
}

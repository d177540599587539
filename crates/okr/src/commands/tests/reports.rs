//! Sessions about reports: a week, half-way, and the end, in every form.

use super::*;

/// Wednesday of week 48, 58 % of the way through the quarter.
const NOW: &str = "2026-11-25T12:00:00+01:00";

fn at(machine: &Machine, day: &str, words: &[&str]) {
    let now = format!("{day}T10:00:00+01:00");
    let words: Vec<&str> = words.iter().copied().chain(["--now", &now]).collect();
    machine.done(&words);
}

/// What is planned before the quarter begins.
const PLAN: &[&[&str]] = &[
    &[
        "init",
        "acme",
        "--tz",
        "Europe/Oslo",
        "--handle",
        "ana",
        "--name",
        "Acme",
    ],
    &["member", "add", "ben"],
    &["cycle", "add", "2026-Q4"],
    &["team", "add", "Platform"],
    &["team", "add", "Growth"],
    &[
        "objective",
        "add",
        "Fast enough to feel instant",
        "--slug",
        "fast",
        "-t",
        "platform",
    ],
    &[
        "objective",
        "add",
        "People come by themselves",
        "--slug",
        "self-serve",
        "-t",
        "growth",
    ],
    &[
        "kr",
        "add",
        "p99 latency of the public API",
        "-O",
        "fast",
        "--slug",
        "api-p99",
        "--from",
        "480",
        "--to",
        "200",
        "--unit",
        "ms",
    ],
    &[
        "kr",
        "add",
        "Edge cache hit rate",
        "-O",
        "fast",
        "--slug",
        "edge-cache",
        "--from",
        "62",
        "--to",
        "90",
        "--unit",
        "%",
    ],
    &[
        "kr",
        "add",
        "New CDN",
        "-O",
        "fast",
        "--milestones",
        "Contract; Pilot; All regions=2",
    ],
    &[
        "kr",
        "add",
        "Burn rate of the error budget",
        "-O",
        "fast",
        "--slug",
        "error-budget",
        "--at-most",
        "1",
    ],
    &[
        "kr",
        "add",
        "Visitors who sign up",
        "-O",
        "self-serve",
        "--slug",
        "signup-rate",
        "--from",
        "4",
        "--to",
        "7",
        "--unit",
        "%",
    ],
];

/// What is reported on which day, and with which confidence.
const REPORTS: &[(&str, &str, &str, &str)] = &[
    ("2026-10-12", "api-p99", "450", "8"),
    ("2026-10-26", "api-p99", "402", "8"),
    ("2026-11-09", "api-p99", "366", "7"),
    ("2026-11-13", "error-budget", "0.8", "9"),
    ("2026-11-19", "api-p99", "340", "7"),
    ("2026-11-24", "api-p99", "312", "6"),
    ("2026-11-24", "error-budget", "0.7", "9"),
];

/// A quarter with two teams' goals, of which some moved, one was amended and one given up.
fn quarter() -> Machine {
    let machine = Machine::new();
    for words in PLAN {
        at(&machine, "2026-09-20", words);
    }
    at(&machine, "2026-10-01", &["cycle", "open", "2026-Q4"]);
    for (day, slug, value, confidence) in REPORTS {
        at(&machine, day, &["checkin", slug, value, "-C", confidence]);
    }
    let stuck = ["checkin", "edge-cache", "71", "-C", "3"];
    let blocker = ["--blocker", "The CDN contract is not signed"];
    at(&machine, "2026-11-11", &[&stuck[..], &blocker].concat());
    let why = |reason, category| ["-m", reason, "--category", category];
    let target = ["kr", "set", "api-p99", "--target", "150"];
    let order = why("The order moved to January", "external-change");
    at(&machine, "2026-11-02", &[&target[..], &order].concat());
    let gone = why("The contract fell through", "external-change");
    at(
        &machine,
        "2026-11-24",
        &[&["kr", "abandon", "new-cdn"][..], &gone].concat(),
    );
    machine
}

/// What is said on which day about what, and how it is meant.
const SAID: &[(&str, &str, &str, &str)] = &[
    (
        "2026-11-18",
        "edge-cache",
        "feedback",
        "A hit rate says nothing about what is slow",
    ),
    (
        "2026-11-20",
        "fast",
        "review",
        "On course, but for the edge",
    ),
    (
        "2026-11-20",
        "api-p99",
        "review",
        "Pooling is in; the rest needs the planner",
    ),
    (
        "2026-11-24",
        "@ben",
        "recognition",
        "Stayed until the pool held",
    ),
    ("2026-11-24", "api-p99", "recognition", "Down by a third"),
];

/// What is to be done and how healthy the organisation is, on which day.
const AROUND: &[(&str, &[&str])] = &[
    (
        "2026-11-10",
        &[
            "metric",
            "add",
            "Uptime",
            "--at-least",
            "99.9",
            "--unit",
            "%",
            "-t",
            "platform",
        ],
    ),
    (
        "2026-11-10",
        &["metric", "add", "Satisfaction", "--at-least", "40"],
    ),
    ("2026-11-10", &["metric", "record", "uptime", "99.95"]),
    ("2026-11-17", &["metric", "record", "uptime", "99.5"]),
    ("2026-11-24", &["metric", "record", "uptime", "99.6"]),
    (
        "2026-11-10",
        &[
            "initiative",
            "add",
            "Move eu-west to the new CDN",
            "--kr",
            "edge-cache",
            "--slug",
            "move-eu",
            "--due",
            "2026-11-20",
            "--owner",
            "@ben",
            "--state",
            "doing",
        ],
    ),
    (
        "2026-11-10",
        &[
            "initiative",
            "add",
            "Ask those who left",
            "--kr",
            "signup-rate",
            "--slug",
            "ask",
            "--due",
            "2026-11-11",
        ],
    ),
    (
        "2026-11-10",
        &[
            "initiative",
            "add",
            "New planner",
            "--kr",
            "api-p99",
            "--slug",
            "planner",
        ],
    ),
];

/// The quarter, in which people also talked, worked and looked after the whole.
fn talked() -> Machine {
    let machine = quarter();
    for (day, words) in AROUND {
        at(&machine, day, words);
    }
    for (day, about, kind, text) in SAID {
        at(&machine, day, &["comment", about, text, "--kind", kind]);
    }
    machine
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

/// Returns the words of what was said in one way, as machines get them.
fn words_of(report: &serde_json::Value, kind: &str) -> Vec<String> {
    let said = report[kind].as_array().unwrap().iter();
    said.map(|one| one["text"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_people_said_is_told_in_its_time_and_place() {
    let machine = talked();
    let weekly = |more: &[&str]| json(&machine, &[&["report", "weekly"], more].concat());
    let this_week = weekly(&[]);
    assert_eq!(
        words_of(&this_week, "recognition"),
        ["Stayed until the pool held", "Down by a third"]
    );
    assert_eq!(words_of(&this_week, "feedback"), [""; 0]);
    let before = weekly(&["2026-W47"]);
    assert_eq!(words_of(&before, "recognition"), [""; 0]);
    assert_eq!(words_of(&before, "feedback").len(), 1);
    // Only about the goals and people that a report is about.
    let growth = weekly(&["-t", "growth"]);
    assert_eq!(words_of(&growth, "recognition"), [""; 0]);
    let ben = weekly(&["--who", "@ben"]);
    assert_eq!(
        words_of(&ben, "recognition"),
        ["Stayed until the pool held"]
    );
    // Reviews stand beside their objective.
    let mid = json(&machine, &["report", "mid"]);
    assert_eq!(words_of(&mid["objectives"][1], "reviews").len(), 2);
    assert_eq!(words_of(&mid["objectives"][0], "reviews"), [""; 0]);
    let found = json(&machine, &["report", "final", "--at", "2026-11-19"]);
    assert_eq!(words_of(&found["objectives"][1], "reviews"), [""; 0]);
    assert_eq!(words_of(&found, "recognition"), [""; 0]);
    assert_eq!(words_of(&found, "feedback").len(), 1);
}

#[test]
fn work_and_health_are_told_where_they_belong() {
    let machine = talked();
    let slugs = |list: &serde_json::Value| -> Vec<String> {
        let list = list.as_array().unwrap().iter();
        list.map(|one| one["slug"].as_str().unwrap().to_owned())
            .collect()
    };
    let weekly = json(&machine, &["report", "weekly"]);
    // By the day on which it is due.
    assert_eq!(slugs(&weekly["initiatives"]), ["ask", "move-eu", "planner"]);
    assert_eq!(slugs(&weekly["health"]), ["satisfaction", "uptime"]);
    let uptime = &weekly["health"][1];
    assert_eq!(
        (&uptime["health"], &uptime["since"], &uptime["value"]),
        (&"outside".into(), &"2026-11-17".into(), &"99.6".into())
    );
    assert_eq!(weekly["health"][0]["health"], "unknown");
    let before = json(&machine, &["report", "weekly", "2026-W46"]);
    assert_eq!(before["health"][1]["health"], "healthy");
    let growth = json(&machine, &["report", "weekly", "-t", "growth"]);
    assert_eq!(slugs(&growth["initiatives"]), ["ask"]);
    assert_eq!(slugs(&growth["health"]), [""; 0]);
    let ben = json(&machine, &["report", "weekly", "--who", "ben"]);
    assert_eq!(slugs(&ben["initiatives"]), ["move-eu"]);
    // What nobody needs any more, and what should long be done.
    let dropped = |report: &serde_json::Value| -> Vec<(String, Vec<serde_json::Value>)> {
        let all = report["candidates"].as_array().unwrap().iter();
        let all = all.filter(|one| one["subject"]["kind"] == "initiative");
        all.map(|one| {
            let name = one["subject"]["name"].as_str().unwrap().to_owned();
            (name, one["rules"].as_array().unwrap().clone())
        })
        .collect()
    };
    let mid = json(&machine, &["report", "mid"]);
    let overdue = vec!["overdue-work".into()];
    assert_eq!(dropped(&mid), [("ask".to_owned(), overdue)]);
    assert_eq!(slugs(&mid["health"]), ["satisfaction", "uptime"]);
    let close = ["close", "self-serve", "--score", "0.2", "--with-krs"];
    at(&machine, "2026-11-25", &close);
    let mid = json(&machine, &["report", "mid"]);
    let both = vec!["overdue-work".into(), "serves-nothing".into()];
    assert_eq!(dropped(&mid), [("ask".to_owned(), both)]);
    let found = json(&machine, &["report", "final"]);
    assert_eq!(slugs(&found["health"]), ["satisfaction", "uptime"]);
    // Done, it is not next any more.
    at(&machine, "2026-11-25", &["initiative", "done", "move-eu"]);
    let weekly = json(&machine, &["report", "weekly"]);
    assert_eq!(slugs(&weekly["initiatives"]), ["ask", "planner"]);
}

#[test]
fn what_is_said_about_work_and_health_is_told_with_the_goals() {
    let machine = talked();
    let before = words_of(&json(&machine, &["report", "weekly"]), "recognition");
    for (about, text) in [("move-eu", "Fast work"), ("uptime", "A calm week")] {
        let comment = ["comment", about, text, "--kind", "recognition"];
        at(&machine, "2026-11-25", &comment);
    }
    let after = words_of(&json(&machine, &["report", "weekly"]), "recognition");
    assert_eq!(after[..before.len()], before);
    assert_eq!(after[before.len()..], ["Fast work", "A calm week"]);
    // A health metric is the organisation's, and work is told where its key results are.
    let growth = json(&machine, &["report", "weekly", "-t", "growth"]);
    let growth = words_of(&growth, "recognition");
    assert!(!growth.contains(&"Fast work".to_owned()), "{growth:?}");
    assert!(!growth.contains(&"A calm week".to_owned()), "{growth:?}");
}

#[test]
fn feedback_to_a_person_is_told_in_their_own_report_only() {
    let machine = quarter();
    let to_ben = ["comment", "@ben", "Ask sooner", "--kind", "feedback"];
    at(&machine, "2026-11-24", &to_ben);
    let all = json(&machine, &["report", "weekly"]);
    assert_eq!(words_of(&all, "feedback"), [""; 0]);
    let own = json(&machine, &["report", "weekly", "--who", "ben"]);
    assert_eq!(words_of(&own, "feedback"), ["Ask sooner"]);
    let found = json(&machine, &["report", "final", "--who", "ben"]);
    assert_eq!(words_of(&found, "feedback"), ["Ask sooner"]);
}

#[test]
fn what_is_long_is_cut_and_the_command_beside_it_tells_all_of_it() {
    let machine = quarter();
    let long = format!("{}The end.", "It held all night. ".repeat(40));
    let thanks = ["comment", "api-p99", &long, "--kind", "recognition"];
    at(&machine, "2026-11-24", &thanks);
    for report in [&["report", "weekly"][..], &["report", "final"]] {
        for form in ["term", "md", "html"] {
            let text = screen(&machine, &[report, &["-o", form]].concat());
            assert!(text.contains("It held all night."), "{text}");
            assert!(!text.contains("The end."), "{text}");
        }
        let facts = json(&machine, report);
        assert_eq!(words_of(&facts, "recognition"), std::slice::from_ref(&long));
    }
    let text = screen(&machine, &["report", "weekly", "-o", "md"]);
    let command = "okr comment list 2026-Q4:api-p99 --kind recognition";
    assert!(text.contains(command), "{text}");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let full = machine.done(&[&words[..], &["-o", "json"]].concat());
    assert!(full.contains("The end."), "{full}");
    // Taken back, it is gone.
    let listed = machine.done(&[&words[..], &["-o", "id"]].concat());
    at(
        &machine,
        "2026-11-25",
        &["comment", "retract", listed.trim()],
    );
    let facts = json(&machine, &["report", "weekly"]);
    assert_eq!(words_of(&facts, "recognition"), [""; 0]);
    let earlier = json(&machine, &["report", "weekly", "--at", "2026-11-24"]);
    assert_eq!(words_of(&earlier, "recognition"), [long]);
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

//! Sessions about commitments: what moved and what that did, what came late, and how often people check in.

use super::*;

const LATE: &str = "late: after the close";
const LATER: &str = "2026-11-27T09:30:00+01:00";

/// A machine with a committed cycle in which a target moved, a goal came, and a goal went.
fn moved() -> Machine {
    let machine = Machine::new();
    let kr = |title: &'static str, slug: &'static str, measure: [&'static str; 6]| {
        let mut words = vec!["kr", "add", title, "-O", "fast", "--slug", slug];
        words.extend(measure);
        words
    };
    let at = |day: &str, words: &[&str]| {
        let now = format!("{day}T10:00:00+01:00");
        let words: Vec<&str> = words.iter().copied().chain(["--now", &now]).collect();
        machine.done(&words);
    };
    let plan = "2026-09-20";
    at(
        plan,
        &["init", "acme", "--tz", "Europe/Oslo", "--handle", "ana"],
    );
    at(plan, &["cycle", "add", "2026-Q4"]);
    at(plan, &["team", "add", "Platform"]);
    let add = ["objective", "add", "Feel instant", "--slug", "fast", "-t"];
    at(plan, &[&add[..], &["platform"]].concat());
    let latency = ["--from", "480", "--to", "200", "--unit", "ms"];
    at(plan, &kr("p99 latency", "api-p99", latency));
    let recommend = ["--from", "31", "--to", "45", "--unit", "points"];
    at(plan, &kr("Recommend us", "nps", recommend));
    let cache = ["--from", "62", "--to", "90", "--unit", "%"];
    at(plan, &kr("Edge cache", "edge", cache));
    at("2026-10-01", &["cycle", "open", "2026-Q4"]);
    at("2026-10-10", &["checkin", "api-p99", "400", "-C", "7"]);
    at("2026-10-11", &["checkin", "edge", "70", "-C", "3"]);
    let why = |reason, category| ["-m", reason, "--category", category];
    let target = ["kr", "set", "api-p99", "--target", "150"];
    let order = why("The order moved", "external-change");
    at("2026-11-02", &[&target[..], &order].concat());
    let contract = why("The contract fell through", "external-change");
    at(
        "2026-11-05",
        &[&["kr", "abandon", "edge"][..], &contract].concat(),
    );
    let docs = ["--from", "0", "--to", "10", "--unit", "pages"];
    at("2026-11-06", &kr("Docs", "docs", docs));
    at(
        "2026-11-20",
        &["checkin", "nps", "35", "--on", "2026-10-15"],
    );
    machine
}

fn screen(machine: &Machine, words: &[&str]) -> String {
    screen_at(machine, words, LATER)
}

fn screen_at(machine: &Machine, words: &[&str], now: &str) -> String {
    let streams = Streams {
        answer_is_terminal: true,
        width: Some(80),
        ..Streams::default()
    };
    let words: Vec<&str> = words
        .iter()
        .copied()
        .chain(["--no-ascii", "--now", now])
        .collect();
    let said = machine.run_on(streams, &words);
    assert_eq!(said.exit, Exit::Ok, "{words:?}: {}", said.remarks);
    for line in said.answer.lines() {
        let width = crate::render::text_width(line);
        assert!(width <= 80, "{width} columns: {line}");
    }
    said.answer
}

fn json(machine: &Machine, words: &[&str]) -> serde_json::Value {
    let words: Vec<&str> = words
        .iter()
        .copied()
        .chain(["-o", "json", "--now", LATER])
        .collect();
    serde_json::from_str(&machine.done(&words)).unwrap()
}

#[test]
fn the_report_says_what_moved_why_and_what_it_did() {
    let machine = moved();
    let text = screen(&machine, &["goalposts"]);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("1 of 3 check-ins written more than 14 days after their day"),
        "{text}"
    );
    for fact in [
        "1 amendment, 1 late addition, 1 goal taken out",
        "committed Thu  1 Oct 11:00 by ana",
        "amendment: external-change",
        "reason \"The order moved\"",
        "late addition",
        "taken out",
        "2026-10-15",
        "36 d",
    ] {
        assert!(text.contains(fact), "{fact} is missing:\n{text}");
    }
    let found = json(&machine, &["goalposts"]);
    assert_eq!(found["schema"], "okr.v1.GoalpostsList");
    let found = &found["items"][0];
    assert_eq!(found["name"], "2026-Q4");
    assert_eq!(found["progress"]["committed"]["percent"], 29);
    assert_eq!(found["progress"]["current"]["percent"], 18);
    let kinds: Vec<&str> = found["moves"]
        .as_array()
        .unwrap()
        .iter()
        .map(|moved| moved["steps"][0]["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["amendment", "taken-out", "late-addition"]);
    let key_results = found["objectives"][0]["key_results"].as_array().unwrap();
    let sides: Vec<_> = key_results
        .iter()
        .map(|one| {
            let percent = |side: &str| one[side]["progress"]["percent"].as_i64();
            let name = one["key_result"]["name"].as_str().unwrap();
            (name, percent("committed"), percent("current"))
        })
        .collect();
    assert_eq!(
        sides,
        [
            ("api-p99", Some(29), Some(24)),
            ("nps", Some(29), Some(29)),
            ("edge", Some(29), None),
            ("docs", None, None),
        ]
    );
}

#[test]
fn what_is_taken_back_late_is_no_back_filled_check_in() {
    let machine = moved();
    let listed = machine.done(&["checkin", "list", "api-p99", "-o", "id"]);
    machine.done(&[
        "checkin",
        "retract",
        listed.trim(),
        "-m",
        "Typed into the wrong line",
        "--now",
        "2026-11-27T09:00:00+01:00",
    ]);
    let text = screen(&machine, &["goalposts"]);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let says = "1 of 2 check-ins written more than 14 days after their day, 1 late retraction";
    assert!(flat.contains(says), "{text}");
    let (back_filled, taken_back) = text.split_once("Late retractions").unwrap();
    let (_, back_filled) = back_filled.split_once("Back-filled check-ins").unwrap();
    assert!(
        back_filled.contains("nps") && !back_filled.contains("api-p99"),
        "{text}"
    );
    assert!(
        taken_back.contains("2026-10-10") && taken_back.contains("48 d"),
        "{text}"
    );
    assert_eq!(text.matches("Late: written more than").count(), 1, "{text}");
    let found = json(&machine, &["goalposts"]);
    let found = &found["items"][0];
    for (kind, key_result) in [("back_filled", "nps"), ("late_retractions", "api-p99")] {
        assert_eq!(found["counts"][kind], 1, "{kind}");
        assert_eq!(found[kind][0]["key_result"]["name"], key_result);
        assert_eq!(found[kind].as_array().unwrap().len(), 1);
    }
    assert_eq!(found["counts"]["late_corrections"], 0);
    assert_eq!(found["late_corrections"].as_array().unwrap().len(), 0);
}

#[test]
fn a_report_is_narrowed_to_a_thing() {
    let machine = moved();
    let steps = |words: &[&str]| {
        let found = json(&machine, words);
        found["items"][0]["moves"].as_array().unwrap().len()
    };
    assert_eq!(steps(&["goalposts", "api-p99"]), 1);
    assert_eq!(steps(&["goalposts", "fast"]), 3);
    assert_eq!(steps(&["goalposts", "-t", "platform"]), 3);
    assert_eq!(steps(&["goalposts", "nps"]), 0);
    let found = json(&machine, &["goalposts", "api-p99"]);
    let progress = &found["items"][0]["progress"];
    assert_eq!(progress["committed"]["percent"], 29);
    assert_eq!(progress["current"]["percent"], 24);
    let before = steps(&["goalposts", "--at", "2026-11-02"]);
    assert_eq!(before, 1);
    let said = machine.run(&["goalposts", "--at", "2026-09-25", "--now", LATER]);
    assert_eq!(said.exit, Exit::Ok);
    assert!(
        said.remarks.contains("was not opened by"),
        "{}",
        said.remarks
    );
    let planned = machine.run(&["cycle", "add", "2027-Q1"]);
    assert_eq!(planned.exit, Exit::Ok);
    let said = machine.run(&["goalposts", "2027-Q1"]);
    assert!(
        said.remarks.contains("okr cycle open 2027-Q1"),
        "{}",
        said.remarks
    );
}

#[test]
fn what_comes_after_the_close_is_labelled_late_on_every_screen() {
    let machine = moved();
    machine.done(&[
        "checkin",
        "api-p99",
        "380",
        "--now",
        "2026-11-26T10:00:00+01:00",
    ]);
    machine.done(&["cycle", "close", "2026-Q4", "-y", "--now", LATER]);
    machine.done(&[
        "checkin",
        "api-p99",
        "360",
        "--on",
        "2026-11-25",
        "--now",
        LATER,
    ]);
    let amend = ["checkin", "amend", "api-p99", "--value", "370"];
    machine.done(&[&amend[..], &["--reason", "misread", "--now", LATER]].concat());
    machine.done(&["kr", "close", "nps", "--score", "0.3", "--now", LATER]);
    let log = screen(&machine, &["log", "--limit", "4"]);
    assert_eq!(log.matches(LATE).count(), 3, "{log}");
    let found = json(&machine, &["log", "--limit", "5"]);
    let late: Vec<bool> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["late"].as_bool().unwrap())
        .collect();
    assert_eq!(late, [true, true, true, false, false]);
    let list = screen(&machine, &["checkin", "list", "api-p99"]);
    assert!(list.contains("late: after"), "{list}");
    let refused = machine.refused(
        &[
            "kr",
            "set",
            "api-p99",
            "--target",
            "100",
            "-m",
            "x",
            "--category",
            "other",
        ],
        Exit::Error,
    );
    assert!(refused.contains("is closed"), "{refused}");
}

#[test]
fn an_objective_has_one_figure_against_its_commitment() {
    let machine = moved();
    let weight = ["kr", "set", "api-p99", "--weight", "3", "-m", "It leads"];
    let weight = [&weight[..], &["--category", "other", "--now", LATER]].concat();
    machine.done(&weight);
    let posts = json(&machine, &["goalposts", "2026-Q4"]);
    let objectives = posts["items"][0]["objectives"].as_array().unwrap();
    let fast = |items: &[serde_json::Value], of: &str| {
        let mut fast = items
            .iter()
            .filter(|one| one["objective"]["name"] == "fast");
        fast.next().unwrap()[of]["progress"]["percent"].clone()
    };
    // 29% of api-p99, 29% of nps and 29% of edge, each as much as the others.
    let committed = fast(objectives, "committed");
    let shown = json(&machine, &["show", "fast"]);
    assert_eq!(shown["items"][0]["original_progress"]["percent"], committed);
    let report = json(&machine, &["report", "mid", "-c", "2026-Q4"]);
    let report = report["items"][0]["objectives"][0].clone();
    assert_eq!(
        report["original_progress"]["percent"], committed,
        "{report}"
    );
    assert_ne!(fast(objectives, "current"), committed);
    let said = format!("was {committed}% against the original commitment");
    for words in [
        &["tree", "-c", "2026-Q4"][..],
        &["show", "fast"],
        &["cycle", "show", "2026-Q4"],
    ] {
        let text = screen(&machine, words);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&said), "{words:?}:\n{text}");
    }
}

#[test]
fn a_late_addition_has_no_figure_against_a_commitment() {
    let machine = moved();
    let at = |words: &[&str]| {
        let now = ["--now", "2026-11-21T10:00:00+01:00"];
        machine.done(&[words, &now].concat());
    };
    at(&["objective", "add", "Be found", "--slug", "found"]);
    let hits = ["--from", "0", "--to", "100", "--slug", "hits"];
    at(&[&["kr", "add", "Hits", "-O", "found"][..], &hits].concat());
    at(&["checkin", "hits", "40"]);
    let lower = ["kr", "set", "hits", "--target", "80", "-m", "Too far"];
    at(&[&lower[..], &["--category", "correction"]].concat());
    let flat = |words: &[&str]| {
        let text = screen(&machine, words);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let said = "was 40% against its first target";
    for words in [&["tree"][..], &["show", "hits"], &["goalposts"]] {
        let text = flat(words);
        assert_eq!(text.matches(said).count(), 1, "{words:?}: {text}");
    }
    let tree = flat(&["tree", "found"]);
    assert!(tree.contains("late addition"), "{tree}");
    assert!(!tree.contains("against the original"), "{tree}");
    let objective = flat(&["show", "found"]);
    assert!(objective.contains("opened, not committed"), "{objective}");
    let found = json(&machine, &["show", "found"]);
    assert_eq!(
        found["items"][0]["original_progress"],
        serde_json::Value::Null
    );
    let posts = json(&machine, &["goalposts", "found"]);
    let objective = &posts["items"][0]["objectives"][0];
    assert_eq!(objective["committed"], serde_json::Value::Null);
    assert_eq!(
        objective["key_results"][0]["committed"],
        serde_json::Value::Null
    );
    let last = json(&machine, &["report", "final"]);
    let objectives = last["items"][0]["objectives"].as_array().unwrap();
    let found = objectives
        .iter()
        .find(|one| one["slug"] == "found")
        .unwrap();
    assert_eq!(
        found["key_results"][0]["original_suggested_score"],
        serde_json::Value::Null,
        "{found}"
    );
}

#[test]
fn a_moment_that_ends_a_day_counts_it() {
    let machine = moved();
    let at = |words: &[&str]| {
        let text = screen_at(&machine, words, "2027-01-05T10:00:00+01:00");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let end = at(&["cycle", "show", "2026-Q4", "--at", "2026-12-31"]);
    assert!(end.contains("100% of the time gone"), "{end}");
    let mid = at(&["tree", "-c", "2026-Q4", "--at", "cycle:mid"]);
    assert!(mid.contains("pace 50%"), "{mid}");
    let week = at(&["report", "weekly", "2026-11-08", "-c", "2026-Q4"]);
    assert!(week.contains("even pace would be at 42%"), "{week}");
    let begun = at(&["tree", "-c", "2026-Q4", "--at", "2026-12-31T12:00"]);
    assert!(begun.contains("pace 99%"), "{begun}");
}

#[test]
fn today_is_no_later_than_now() {
    let machine = moved();
    let now = "2026-11-16T10:00:00+01:00";
    let tree = screen_at(&machine, &["tree"], "2026-11-27T10:00:00+01:00");
    // All of it was written by then, but for one report that came later.
    let plain = screen_at(&machine, &["tree", "--at", "now"], now);
    assert!(plain.contains("pace 50%") && tree != plain, "{plain}");
    for text in ["today", "2026-11-16", "2026-W47", "2026-Q4"] {
        let at = screen_at(&machine, &["tree", "--at", text], now);
        assert_eq!(at, plain, "{text}");
        assert!(at.contains("as of Mon 2026-11-16 10:00"), "{at}");
    }
    let said = machine.run(&["tree", "--at", "today", "--now", now]);
    assert!(
        said.remarks
            .contains("at Mon 2026-11-16 10:00 Europe/Oslo (today)"),
        "{}",
        said.remarks
    );
    let report = screen_at(&machine, &["report", "mid", "--at", "today"], now);
    assert!(
        report.contains("State of 16 November 2026 10:00"),
        "{report}"
    );
    assert!(report.contains("--at 2026-11-16T10:00:00"), "{report}");
    // Yesterday is over, and its pace is that of its end.
    let over = screen_at(&machine, &["tree", "--at", "2026-11-16"], LATER);
    assert!(over.contains("pace 51%"), "{over}");
    assert!(over.contains("as of Mon 2026-11-16 24:00"), "{over}");
    let from_today = machine.run(&["diff", "today..", "--now", now]);
    assert_eq!(from_today.exit, Exit::Usage, "{}", from_today.answer);
    let says = "Mon 2026-11-16 24:00 Europe/Oslo is later than now";
    assert!(from_today.remarks.contains(says), "{}", from_today.remarks);
}

#[test]
fn closing_a_cycle_makes_nothing_late_that_was_written_before() {
    let machine = moved();
    machine.done(&["cycle", "close", "2026-Q4", "-y", "--now", LATER]);
    for words in [
        &["tree", "-c", "2026-Q4"][..],
        &["show", "api-p99"],
        &["status", "-c", "2026-Q4"],
        &["checkin", "list", "api-p99"],
        &["diff", "2026-10-01..", "--axis", "effective"],
        &["diff", "2026-10-01.."],
        &["chart", "api-p99"],
        &["blame", "api-p99"],
    ] {
        let text = screen(&machine, words);
        assert!(!text.contains("late: "), "{words:?}:\n{text}");
        assert!(!text.contains("was closed"), "{words:?}:\n{text}");
    }
    let list = json(&machine, &["checkin", "list", "api-p99"]);
    assert_eq!(list["items"][0]["late"], false, "{list}");
}

#[test]
fn the_value_of_a_closed_cycle_says_that_it_is_late() {
    let machine = moved();
    machine.done(&["cycle", "close", "2026-Q4", "-y", "--now", LATER]);
    machine.done(&["checkin", "nps", "40", "--now", LATER]);
    for words in [
        &["tree", "-c", "2026-Q4"][..],
        &["show", "nps"],
        &["status", "-c", "2026-Q4"],
    ] {
        let text = screen(&machine, words);
        assert!(text.contains(LATE), "{words:?}:\n{text}");
    }
    let list = json(&machine, &["list", "krs", "-c", "2026-Q4"]);
    let items = list["items"].as_array().unwrap();
    let nps = items.iter().find(|item| item["slug"] == "nps").unwrap();
    assert_eq!(nps["latest_check_in"]["late"], true);
}

#[test]
fn figures_are_what_the_help_says() {
    let machine = moved();
    let found = json(&machine, &["stats"]);
    assert_eq!(found["schema"], "okr.v1.StatsList");
    let item = &found["items"][0];
    assert_eq!(
        (&item["from"], &item["to"]),
        (&"2026-10-01".into(), &"2026-11-27".into())
    );
    let figures = &item["figures"];
    // api-p99 and nps have 8 whole weeks each, docs 3; the abandoned one is left out.
    assert_eq!(figures["key_results"], 3);
    assert_eq!(figures["intervals"], 19);
    assert_eq!(figures["intervals_kept"], 2);
    assert_eq!(figures["kept_percent"], 11);
    assert_eq!(figures["check_ins"], 2);
    assert_eq!(figures["silent_key_results"], 1);
    assert_eq!(figures["longest_silence_days"], 48);
    assert_eq!(figures["longest_silence_key_result"]["name"], "api-p99");
    assert_eq!(figures["gap_median_days"], serde_json::Value::Null);
    assert_eq!(figures["amendments"], 1);
    assert_eq!(figures["amended_percent"], 33);
    assert_eq!(figures["late_additions"], 1);
    assert_eq!(figures["taken_out"], 1);
    assert_eq!(figures["confidence"][7], 1);
    assert_eq!(figures["confidence_unreported"], 1);
    assert_eq!(figures["no_check_in"], 1);
    let text = screen(&machine, &["stats", "--by", "team"]);
    assert!(
        text.contains("2 of 19 (11%) expected every 7 days; 2 in all"),
        "{text}"
    );
    assert!(text.contains("platform"), "{text}");
    let weeks = json(&machine, &["stats", "2026-10", "--by", "week"]);
    let weeks = weeks["items"][0]["groups"].as_array().unwrap();
    assert_eq!(weeks.len(), 5, "October 2026 is of five weeks");
    let sum = |field: &str| -> i64 {
        let counts = weeks
            .iter()
            .map(|week| week["figures"][field].as_i64().unwrap());
        counts.sum()
    };
    assert_eq!(sum("check_ins"), 2);
    assert_eq!(sum("intervals"), 8);
    let owners = json(&machine, &["stats", "2026-W45..", "--by", "owner"]);
    let owner = &owners["items"][0]["groups"][0];
    assert_eq!(owner["owner"]["handle"], "ana");
    assert_eq!(owner["figures"]["amendments"], 1);
    machine.refused(&["stats", "2026-W45..2026-W40"], Exit::Usage);
    machine.refused(&["stats", "#3"], Exit::Usage);
}

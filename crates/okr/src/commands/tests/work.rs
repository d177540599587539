//! Sessions with initiatives and health metrics.

use super::reading::{json, screen};
use super::*;

/// Adds words to the beginning of a command.
fn with<'a>(beginning: [&'a str; 3], more: &[&'a str]) -> Vec<&'a str> {
    let mut line = beginning.to_vec();
    line.extend(more);
    line
}

/// Goals, with two initiatives for a key result and a metric that feeds another.
fn with_work() -> Machine {
    let machine = with_initiatives();
    let metric = ["metric", "add", "Customer satisfaction", "--slug", "csat"];
    machine.done(&[&metric[..], &["--at-least", "80", "--unit", "%"]].concat());
    let key_result = ["kr", "add", "Satisfied customers", "-O", "fast"];
    let measure = ["--from", "70", "--to", "90", "--unit", "%"];
    let late = ["-m", "found late", "--category", "other"];
    let fed = ["--slug", "satisfied", "--fed-by", "csat"];
    machine.done(&[&key_result[..], &measure, &late, &fed].concat());
    machine
}

fn with_initiatives() -> Machine {
    let machine = Machine::with_goals();
    let pool = ["initiative", "add", "Pool connections", "--kr", "api-p99"];
    let facts = ["--due", "2026-11-20", "--url", "https://tracker.example/42"];
    machine.done(&[&pool[..], &facts].concat());
    let planner = ["initiative", "add", "New query planner", "--kr", "api-p99"];
    let facts = [
        "--kr",
        "error-budget",
        "--slug",
        "planner",
        "--state",
        "doing",
    ];
    machine.done(&[&planner[..], &facts].concat());
    machine
}

#[test]
fn initiatives_are_listed_with_what_they_serve_and_what_is_late() {
    let machine = with_work();
    insta::assert_snapshot!(
        "initiatives_80",
        screen(&machine, 80, &["initiative", "list"])
    );
    let open = json(&machine, &["initiative", "list", "--state", "overdue"]);
    assert_eq!(open["schema"], "okr.v1.InitiativeList");
    assert_eq!(open["items"][0]["slug"], "pool-connections");
    assert_eq!(open["items"][0]["overdue"], true);
    assert_eq!(open["items"].as_array().unwrap().len(), 1);
    let listed = json(&machine, &["list", "initiatives", "--status", "doing"]);
    assert_eq!(listed["items"][0]["slug"], "planner");
    let of = |kr: &str| json(&machine, &["initiative", "list", "--kr", kr])["items"].clone();
    assert_eq!(of("error-budget").as_array().unwrap().len(), 1);
    assert_eq!(of("new-cdn").as_array().unwrap().len(), 0);
    let shown = json(&machine, &["show", "api-p99"]);
    assert_eq!(
        shown["items"][0]["initiatives"].as_array().unwrap().len(),
        2
    );
    let said = machine.refused(&["initiative", "show", "planer"], Exit::NotFound);
    assert!(said.contains("Did you mean planner?"), "{said}");
    let text = screen(&machine, 80, &["show", "api-p99"]);
    assert!(text.contains("20 Nov overdue"), "{text}");
    let status = machine.done(&["status"]);
    assert!(
        status.contains("Work: pool-connections (todo, overdue"),
        "{status}"
    );
    let status = json(&machine, &["status"]);
    assert_eq!(status["items"][0]["initiatives"][0]["overdue"], true);
}

#[test]
fn an_initiative_goes_through_its_states_and_back() {
    let machine = with_work();
    machine.done(&["initiative", "set", "pool-connections", "--state", "doing"]);
    machine.done(&["initiative", "done", "pool-connections"]);
    let said = machine.done(&["initiative", "done", "pool-connections"]);
    assert!(said.contains("nothing to do"), "{said}");
    machine.done(&["undo"]);
    let state = |machine: &Machine| {
        json(machine, &["initiative", "show", "pool-connections"])["items"][0]["state"].clone()
    };
    assert_eq!(state(&machine), "doing");
    let served = [
        "initiative",
        "set",
        "planner",
        "--remove-kr",
        "api-p99",
        "--add-kr",
        "new-cdn",
    ];
    let said = machine.done(&served);
    assert!(said.contains("key results: "), "{said}");
    let blame = machine.done(&["blame", "planner"]);
    assert!(
        blame.contains("api-p99, error-budget") && !blame.contains("none"),
        "{blame}"
    );
    machine.done(&["initiative", "drop", "planner", "-m", "too slow"]);
    let dropped = json(&machine, &["initiative", "list", "--state", "dropped"]);
    assert_eq!(dropped["items"][0]["slug"], "planner");
    machine.done(&["initiative", "archive", "planner"]);
    let listed = json(&machine, &["initiative", "list"]);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let log = machine.done(&["log", "planner"]);
    assert!(
        log.contains("archived") && log.contains("initiative \"New query"),
        "{log}"
    );
    let found = screen(&machine, 80, &["search", "planner", "--archived"]);
    assert!(found.contains("initiative, dropped"), "{found}");
    let found = json(
        &machine,
        &["search", "pool", "connections", "--kind", "initiative"],
    );
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
}

#[test]
fn what_an_initiative_cannot_be_is_said() {
    let machine = with_work();
    let add = |more| with(["initiative", "add", "More"], more);
    let said = machine.refused(&add(&[]), Exit::Usage);
    assert!(said.contains("--kr"), "{said}");
    machine.refused(&add(&["--kr", "nothing"]), Exit::NotFound);
    let said = machine.refused(&add(&["--kr", "api-p99", "--url", "ftp://a"]), Exit::Usage);
    assert!(said.contains("http:// or https://"), "{said}");
    machine.refused(&add(&["--kr", "api-p99", "--url", "a\u{1b}b"]), Exit::Usage);
    machine.refused(&add(&["--kr", "api-p99", "--state", "late"]), Exit::Usage);
    let alone = [
        "initiative",
        "set",
        "pool-connections",
        "--remove-kr",
        "api-p99",
    ];
    let said = machine.refused(&alone, Exit::Usage);
    assert!(said.contains("at least one key result"), "{said}");
    machine.refused(&["initiative", "list", "--state", "late"], Exit::Usage);
    machine.done(&[
        "kr",
        "archive",
        "docs",
        "-m",
        "folded",
        "--category",
        "other",
    ]);
    let said = machine.refused(&add(&["--kr", "docs"]), Exit::Error);
    assert!(said.contains("archived"), "{said}");
}

#[test]
fn a_value_of_a_metric_is_a_check_in_on_what_it_feeds() {
    let machine = with_work();
    machine.done(&[
        "checkin",
        "satisfied",
        "72",
        "-C",
        "7",
        "--on",
        "2026-11-20",
    ]);
    let said = machine.done(&["metric", "record", "csat", "84", "-m", "after the release"]);
    assert!(
        said.contains("healthy") && said.contains("satisfied"),
        "{said}"
    );
    let shown = json(&machine, &["show", "satisfied"]);
    let latest = &shown["items"][0]["latest_check_in"];
    assert_eq!(latest["value"]["number"], "84");
    // The estimate stands, and the note says from when it is.
    assert_eq!(latest["confidence"], 7);
    assert_eq!(
        latest["note"],
        "From the metric csat. Confidence as of 2026-11-20.\nafter the release"
    );
    assert_eq!(shown["items"][0]["fed_by"]["name"], "csat");
    let diff = machine.done(&["diff", "2026-11-22.."]);
    let row = diff.lines().find(|row| row.contains("84 %, for")).unwrap();
    assert!(row.contains("\tafter the release\t"), "{row}");
    let metric = json(&machine, &["metric", "show", "csat"]);
    assert_eq!(metric["items"][0]["health"], "healthy");
    assert_eq!(metric["items"][0]["feeds"][0]["name"], "satisfied");
    // One change, and one step back.
    machine.done(&["undo"]);
    let shown = json(&machine, &["show", "satisfied"]);
    assert_eq!(
        shown["items"][0]["latest_check_in"]["value"]["number"],
        "72"
    );
    let metric = json(&machine, &["metric", "show", "csat"]);
    assert_eq!(metric["items"][0]["health"], "unknown");
}

#[test]
fn a_metric_is_listed_with_its_health_then_and_now() {
    let machine = with_work();
    machine.done(&[
        "metric",
        "add",
        "Error budget burn",
        "--slug",
        "burn",
        "--at-most",
        "1.0",
    ]);
    machine.done(&["metric", "record", "csat", "82", "--on", "2026-11-10"]);
    machine.done(&["metric", "record", "csat", "-4", "--no-feed"]);
    insta::assert_snapshot!("metrics_80", screen(&machine, 80, &["metric", "list"]));
    insta::assert_snapshot!(
        "metric_show_80",
        screen(&machine, 80, &["metric", "show", "csat"])
            .lines()
            .filter(|line| !line.contains("  id  "))
            .collect::<Vec<_>>()
            .join("\n")
    );
    let then = json(
        &machine,
        &[
            "metric",
            "list",
            "--at",
            "2026-11-12",
            "--axis",
            "effective",
        ],
    );
    assert_eq!(
        then["items"][0]["slug"].as_str(),
        None,
        "not written down by then: {then}"
    );
    let outside = json(&machine, &["list", "metrics", "--status", "outside"]);
    assert_eq!(outside["items"][0]["latest_value"]["value"], "78");
    let status = machine.done(&["status"]);
    assert!(
        status.contains("Outside their band: csat (78 %"),
        "{status}"
    );
    let why = ["metric", "retract", "csat", "-m", "counted twice"];
    machine.done(&why);
    let metric = json(&machine, &["metric", "show", "csat"]);
    assert_eq!(metric["items"][0]["latest_value"]["value"], "82");
    assert_eq!(metric["items"][0]["age_days"], 17);
    assert_eq!(metric["items"][0]["values"][0]["retracted"], true);
}

#[test]
fn what_is_of_no_cycle_takes_none() {
    let machine = Machine::with_goals();
    for line in [&["inbox"][..], &["metric", "list"], &["list", "metrics"]] {
        let named = [line, &["-c", "2026-Q4"]].concat();
        let said = machine.refused(&named, Exit::Usage);
        assert!(said.contains("--cycle does not fit"), "{named:?}: {said}");
        // The middle of a cycle is a moment like any other.
        machine.done(&[&named[..], &["--at", "cycle:mid"]].concat());
    }
    machine.done(&["inbox", "--since", "cycle:start", "-c", "2026-Q4"]);
    // An empty list is no reason to type what is refused.
    let hints = |kind| machine.run(&["list", kind]).remarks;
    let said = hints("metrics");
    assert!(
        said.contains("okr metric add") && !said.contains("-c all"),
        "{said}"
    );
    let said = hints("initiatives");
    assert!(said.contains("-c all"), "{said}");
}

#[test]
fn what_a_metric_cannot_be_is_said() {
    let machine = with_work();
    let add = |more| with(["metric", "add", "Burn"], more);
    let said = machine.refused(&add(&[]), Exit::Usage);
    assert!(said.contains("--at-least"), "{said}");
    let said = machine.refused(&add(&["--at-least", "5", "--at-most", "1"]), Exit::Usage);
    assert!(said.contains("above the high one"), "{said}");
    machine.refused(&add(&["--at-most", "much"]), Exit::Usage);
    let said = machine.refused(&add(&["--at-most", "5%", "--unit", "ms"]), Exit::Usage);
    assert!(said.contains("in percent, and the unit is ms"), "{said}");
    let said = machine.refused(&add(&["--at-most", "5min", "--unit", "h"]), Exit::Usage);
    assert!(said.contains("\"5min\" has a unit"), "{said}");
    let said = machine.refused(
        &["metric", "set", "csat", "--at-least", "none"],
        Exit::Usage,
    );
    assert!(said.contains("a low or a high bound"), "{said}");
    let record = |value: &'static str| ["metric", "record", "csat", value];
    for (value, wanted) in [
        ("done", "takes a number"),
        ("1,3", "takes a number"),
        ("+3", "no value yet"),
        ("5 km", "has a unit"),
        ("5min", "csat"),
    ] {
        let said = machine.refused(&record(value), Exit::Usage);
        assert!(said.contains(wanted), "{value}: {said}");
    }
    let ahead = ["metric", "record", "csat", "80", "--on", "2026-11-24"];
    let said = machine.refused(&ahead, Exit::Usage);
    assert!(said.contains("in the future"), "{said}");
    let said = machine.refused(&["kr", "set", "api-p99", "--fed-by", "csat"], Exit::Usage);
    assert!(said.contains("different units"), "{said}");
    let said = machine.refused(&["kr", "set", "docs", "--fed-by", "csat"], Exit::Usage);
    assert!(said.contains("numbers only"), "{said}");
    machine.refused(&["metric", "retract", "csat", "-m", "no"], Exit::NotFound);
    machine.refused(&["metric", "list", "--health", "ill"], Exit::Usage);
    let said = machine.refused(&["metric", "show", "csta"], Exit::NotFound);
    assert!(said.contains("Did you mean csat?"), "{said}");
    let said = machine.refused(&["metric", "record", "nowhere", "5"], Exit::NotFound);
    assert!(said.contains("okr metric list"), "{said}");
    machine.done(&["metric", "archive", "csat"]);
    let said = machine.refused(&record("80"), Exit::Error);
    assert!(said.contains("archived"), "{said}");
    machine.done(&["metric", "restore", "csat"]);
}

#[test]
fn a_value_passes_over_what_it_does_not_fit() {
    let machine = with_work();
    machine.done(&["metric", "set", "csat", "--unit", "points"]);
    let said = json(&machine, &["metric", "record", "csat", "84"]);
    assert_eq!(said["items"][0]["check_ins"].as_array().unwrap().len(), 0);
    assert_eq!(said["items"][0]["passed_over"][0]["slug"], "satisfied");
    machine.done(&["metric", "set", "csat", "--unit", "%"]);
    let early = json(
        &machine,
        &["metric", "record", "csat", "60", "--on", "2026-09-01"],
    );
    let why = &early["items"][0]["passed_over"][0]["why"];
    assert_eq!(why, "the day is not in its cycle");
    // The rules of a key result are asked, and what they say refuses the check-in alone.
    machine.done(&["kr", "close", "satisfied", "--score", "0.5"]);
    let said = machine.done(&["metric", "record", "csat", "85"]);
    assert!(said.contains("not on satisfied: it is closed"), "{said}");
    machine.done(&["cycle", "close", "2026-Q4", "-y"]);
    let said = machine.done(&["metric", "record", "csat", "86"]);
    assert!(
        said.contains("not on satisfied: its cycle is closed"),
        "{said}"
    );
    assert!(!said.contains("checked in"), "{said}");
}

#[test]
fn names_in_any_script_are_kept_and_found() {
    let machine = with_work();
    for title in [
        "העברה ל-CDN חדש",
        "新しいCDNへ移行",
        "Ærlig 🚀 måling e\u{301}",
    ] {
        machine.done(&["initiative", "add", title, "--kr", "api-p99"]);
        machine.done(&["metric", "add", title, "--at-most", "5"]);
        let listed = json(&machine, &["initiative", "list"]);
        let items = listed["items"].as_array().unwrap();
        assert!(items.iter().any(|item| item["title"] == title), "{title}");
    }
    assert!(screen(&machine, 80, &["metric", "list"]).lines().count() >= 5);
}

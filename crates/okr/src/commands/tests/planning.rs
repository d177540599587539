//! The organisation, its calendar, its cycles and its teams.

use super::*;

fn founded() -> Machine {
    let machine = Machine::new();
    machine.done(&[
        "init",
        "acme",
        "--name",
        "Acme",
        "--tz",
        "Europe/Oslo",
        "--handle",
        "ana",
    ]);
    machine
}

/// Leaves the line with ids out.
fn without_id(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("  id "));
    crate::render::page(lines.map(|line| line.trim_end().to_owned()).collect())
}

#[test]
fn the_organisation_says_its_policies() {
    let machine = founded();
    insta::assert_snapshot!(without_id(&machine.done(&["org", "show"])), @r"
    Acme
      time zone     Europe/Oslo
      week start    monday
      edit policy   everyone  every member edits goals
      reasons       yes  a changed commitment needs a reason and a category
      check-ins     every 7 days
      calendar      quarter  cycles of three months, such as 2026-Q4
      fiscal start  01-01
    ");
    let set = [
        "org",
        "set",
        "--policy",
        "stewards",
        "--no-reasons",
        "--calendar",
        "tertial",
        "--fiscal-start",
        "04-01",
        "--cadence",
        "2w",
        "--name",
        "Acme Ltd",
        "-m",
        "a new year",
    ];
    insta::assert_snapshot!(without_ids(&machine.done(&set)), @r"
    ....  Acme Ltd  name: Acme → Acme Ltd
    ....  Acme Ltd  edit policy: everyone → stewards
    ....  Acme Ltd  reason after commitment: yes → no
    ....  Acme Ltd  cadence: every 7 days → every 14 days
    ....  Acme Ltd  calendar: quarter → tertial
    ....  Acme Ltd  fiscal start: 01-01 → 04-01
    ");
    let json = machine.done(&["org", "show", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let org = &json["items"][0];
    assert_eq!(json["schema"], "okr.v1.OrgList");
    assert_eq!(
        (&org["calendar"], &org["fiscal_start"], &org["edit_policy"]),
        (&"tertial".into(), &"04-01".into(), &"stewards".into())
    );
    // What it was before is there still, and its log says who changed it and why.
    let before = machine.done(&["org", "show", "--at", "2026-11-22"]);
    assert!(!before.contains("tertial"), "{before}");
    let log = machine.done(&["log", "--limit", "1"]);
    assert!(
        log.contains("01-01 → 04-01") && log.contains("a new year"),
        "{log}"
    );
    machine.done(&["undo"]);
    assert!(machine.done(&["org", "show"]).contains("quarter"));
}

#[test]
fn what_an_organisation_cannot_be_is_refused() {
    let machine = founded();
    for (words, exit, part) in [
        (&["org", "set"][..], Exit::Usage, "okr org set --help"),
        (
            &["org", "set", "--tz", "Mars/Base"],
            Exit::Usage,
            "Europe/Oslo",
        ),
        (
            &["org", "set", "--cadence", "none"],
            Exit::Usage,
            "always has one",
        ),
        (
            &["org", "set", "--fiscal-start", "02-29"],
            Exit::Usage,
            "up to the 28th",
        ),
        (
            &["org", "set", "--calendar", "moon"],
            Exit::Usage,
            "tertial",
        ),
        (
            &["org", "set", "--policy", "nobody"],
            Exit::Usage,
            "stewards",
        ),
        (&["org", "set", "--name", ""], Exit::Usage, "empty"),
        (&["org", "show", "-t", "x"], Exit::Usage, "--team"),
    ] {
        let remarks = machine.refused(words, exit);
        assert!(remarks.contains(part), "{words:?}: {remarks}");
    }
}

#[test]
fn the_next_cycle_is_planned_by_the_calendar() {
    let machine = founded();
    let add = |words: &[&str]| without_ids(&machine.done(words));
    insta::assert_snapshot!(add(&["cycle", "add", "--open"]), @r"
    ....  2026-Q4  added: 2026-10-01 to 2026-12-31
    ....  2026-Q4  opened
    ");
    insta::assert_snapshot!(add(&["cycle", "add", "--next"]), @"....  2027-Q1  added: 2027-01-01 to 2027-03-31");
    machine.done(&[
        "org",
        "set",
        "--fiscal-start",
        "04-01",
        "--calendar",
        "half-year",
    ]);
    insta::assert_snapshot!(add(&["cycle", "add"]), @"....  FY2027-H1  added: 2027-04-01 to 2027-09-30");
    insta::assert_snapshot!(add(&["cycle", "add", "2027-T3"]), @"....  2027-T3  added: 2027-09-01 to 2027-12-31");
    insta::assert_snapshot!(add(&["cycle", "add", "FY2028"]), @"....  FY2028  added: 2028-04-01 to 2029-03-31");
    let again = machine.refused(&["cycle", "add", "2026-Q4"], Exit::Error);
    assert!(again.contains("already"), "{again}");
    machine.done(&["org", "set", "--calendar", "custom"]);
    let custom = machine.refused(&["cycle", "add"], Exit::Error);
    assert!(custom.contains("--from DATE --to DATE"), "{custom}");
    for words in [
        &["cycle", "add", "--next", "2027-Q2"][..],
        &["cycle", "add", "--from", "2027-01-01"],
        &["cycle", "add", "autumn"],
        &["cycle", "add", "2026-T4"],
    ] {
        let refused = machine.refused(words, Exit::Usage);
        assert!(!refused.is_empty());
    }
}

#[test]
fn a_cycle_has_a_calendar() {
    let machine = founded();
    machine.done(&["cycle", "add", "2026-Q4", "--open", "--cadence", "4w"]);
    insta::assert_snapshot!(machine.done(&["cycle", "calendar"]), @r"
    2026-Q4  2026-10-01 to 2026-12-31, 92 days, open

    DAY             WHAT
    Thu 2026-10-01  start: the goals are committed
    Wed 2026-10-28  check-in 1 of 3 is due
    Sun 2026-11-15  half-way: meet, and decide what to keep, change or drop
    Wed 2026-11-25  check-in 2 of 3 is due  (next)
    Wed 2026-12-23  check-in 3 of 3 is due
    Thu 2026-12-31  end: the last day
    Fri 2027-01-01  closing: grade, present, close
    ");
    let json = machine.done(&["cycle", "calendar", "2026-Q4", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["items"][3]["what"], "check_in");
    assert_eq!(json["items"][3]["number"], 2);
    let file = machine.directory.path().join("q4.ics");
    let path = file.display().to_string();
    assert_eq!(machine.done(&["cycle", "calendar", "--ics", &path]), "");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("\r\nDTSTART;VALUE=DATE:20261115\r\n"),
        "{text}"
    );
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 7);
    assert_eq!(machine.done(&["cycle", "calendar", "--ics", "-"]), text);
    for (words, exit) in [
        (&["cycle", "calendar", "2031-Q1"][..], Exit::NotFound),
        (
            &["cycle", "calendar", "--ics", "-", "-o", "json"],
            Exit::Usage,
        ),
        (
            &["cycle", "calendar", "--ics", "/nonexistent/x.ics"],
            Exit::Error,
        ),
    ] {
        let refused = machine.refused(words, exit);
        assert!(!refused.is_empty());
    }
    let early = machine.run(&["cycle", "calendar", "--at", "2020-01-01"]);
    assert_eq!((early.exit, early.answer.as_str()), (Exit::Ok, ""));
}

#[test]
fn without_a_cycle_there_is_no_calendar() {
    let refused = founded().refused(&["cycle", "calendar"], Exit::NotFound);
    assert!(refused.contains("okr cycle add"), "{refused}");
}

#[test]
fn people_join_lead_and_leave_teams() {
    let machine = founded();
    machine.done(&["member", "add", "ben", "--name", "Ben"]);
    machine.done(&["team", "add", "Platform"]);
    machine.done(&["team", "add", "Reliability", "--slug", "sre"]);
    let step = |words: &[&str]| without_ids(&machine.done(words));
    insta::assert_snapshot!(step(&["team", "join", "platform"]), @"....  platform  @ana joined");
    insta::assert_snapshot!(step(&["team", "lead", "add", "platform", "@me", "@ben"]), @"....  platform  leads: none → @ana, @ben");
    insta::assert_snapshot!(machine.done(&["team", "member", "list", "platform"]), @r"
    PERSON	NAME	IN
    @ana	ana	lead, member
    @ben	Ben	lead
    ");
    insta::assert_snapshot!(step(&["team", "leave", "platform"]), @r"
    ....  platform  @ana left
    ....  platform  leads: @ana, @ben → @ben
    ");
    insta::assert_snapshot!(step(&["team", "lead", "remove", "platform", "@ben"]), @"....  platform  leads: @ben → none");
    let again = machine.done(&["team", "leave", "platform"]);
    assert!(again.contains("so already"), "{again}");
    insta::assert_snapshot!(step(&["team", "move", "sre", "--to", "platform"]), @"....  sre  parent: none → platform");
    let circle = machine.refused(&["team", "move", "platform", "--to", "sre"], Exit::Error);
    assert!(circle.contains("part of itself"), "{circle}");
    let empty = machine.run(&["team", "member", "list", "sre", "-o", "json"]);
    let empty: serde_json::Value = serde_json::from_str(&empty.answer).unwrap();
    assert_eq!(empty["items"], serde_json::json!([]));
}

/// What is suggested can be typed as it stands.
#[test]
fn a_name_with_blanks_is_in_quotes_where_it_is_suggested() {
    let machine = founded();
    let added = machine.run(&[
        "cycle",
        "add",
        "Spring 2026",
        "--from",
        "2026-10-01",
        "--to",
        "2026-12-31",
    ]);
    assert!(
        added.remarks.contains("then okr cycle open 'Spring 2026'"),
        "{}",
        added.remarks
    );
}

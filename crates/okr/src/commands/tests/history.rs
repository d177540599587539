//! Sessions of the commands that ask what changed and who did it: diff, blame, and the log in parts.

use super::reading::{LATER, json, screen, with_history};
use super::*;

#[test]
fn a_diff_says_what_moved_who_moved_it_and_why() {
    let machine = with_history();
    insta::assert_snapshot!(screen(&machine, 80, &["diff", "2026-11-23..2026-11-25"]), @r#"
    from Mon 2026-11-23 24:00 Europe/Oslo to Wed 2026-11-25 24:00 Europe/Oslo

    ~ mtpt  api-p99  target      200 → 150 ms            ana 01c94c34
                                 amendment: external-change
                                 "Hardware came early"
                     value       366 → 312 ms            ana 9feb342f
                     confidence  7 → 6
                                 "Gains from pooling are in; the rest needs the new
                                 query planner"
                     progress    41% → 51%
                     status      ● on track → ◐ at risk

    progress  fast                 10% → 13%
    progress  platform in 2026-Q4  10% → 13%
    progress  2026-Q4              10% → 13%

    1 thing changed by 1 person · okr diff --stat for numbers only
    "#);
    let whole = json(&machine, &["diff", "2026-11-23..2026-11-25"]);
    assert_eq!(whole["schema"], "okr.v1.DiffList");
    let diff = &whole["items"][0];
    assert_eq!(diff["counts"]["things"], 1);
    assert_eq!(diff["counts"]["amendments"][0]["name"], "external-change");
    let latency = &diff["things"][0];
    assert_eq!(latency["name"], "api-p99");
    assert_eq!(latency["fields"][0]["field"], "target");
    assert_eq!(latency["fields"][0]["from"], "200 ms");
    assert_eq!(latency["fields"][0]["to"], "150 ms");
    assert_eq!(latency["fields"][0]["by"]["reason"], "Hardware came early");
    assert_eq!(latency["standing"]["from"]["value"]["number"], "366");
    assert_eq!(latency["standing"]["to"]["value"]["number"], "312");
}

#[test]
fn a_check_in_that_says_the_same_is_told_as_well() {
    let machine = with_history();
    let now = "2026-11-26T15:00:00+01:00";
    machine.done(&[
        "checkin",
        "error-budget",
        "0.7",
        "-C",
        "9",
        "-m",
        "still",
        "--now",
        now,
    ]);
    let told = screen(&machine, 80, &["diff", "2026-11-26T12:00:00+01:00.."]);
    assert!(told.contains("check-in  0.7 (as before)"), "{told}");
    assert!(told.contains("\"still\""), "{told}");
    assert!(told.contains("1 thing changed by 1 person"), "{told}");
}

#[test]
fn a_diff_has_a_week_a_scope_and_an_exit_code() {
    let machine = with_history();
    let things = |words: &[&str]| {
        let words: Vec<&str> = words
            .iter()
            .copied()
            .chain(["-o", "id", "--now", LATER])
            .collect();
        machine.done(&words).lines().count()
    };
    // The week begins on Monday the 23rd, when everything was made.
    let all = things(&["diff"]);
    assert_eq!(things(&["diff", "2026-11-22.."]), all);
    assert_eq!(things(&["diff", "yesterday.."]), 0);
    assert_eq!(things(&["diff", "2026-11-23.."]), 2);
    assert_eq!(things(&["diff", "2026-11-23..", "error-budget"]), 1);
    assert_eq!(things(&["diff", "error-budget"]), 1);
    assert_eq!(things(&["diff", "2026-11-23..", "fast"]), 2);
    assert_eq!(things(&["diff", "2026-11-23..", "-t", "platform"]), 2);
    assert_eq!(things(&["diff", "2026-11-23..", "-c", "2026-Q4"]), 2);
    assert_eq!(
        things(&["diff", "2026-11-23..2026-11-24", "error-budget"]),
        0
    );
    let exit = |words: &[&str]| {
        let words: Vec<&str> = words.iter().copied().chain(["--now", LATER]).collect();
        machine.run(&words).exit
    };
    assert_eq!(
        exit(&["diff", "2026-11-23..", "--exit-code"]),
        Exit::ConditionNotMet
    );
    assert_eq!(exit(&["diff", "2026-11-23.."]), Exit::Ok);
    assert_eq!(exit(&["diff", "yesterday..", "--exit-code"]), Exit::Ok);
}

#[test]
fn a_diff_counts_and_takes_every_form_of_a_moment() {
    let machine = with_history();
    insta::assert_snapshot!(screen(&machine, 80, &["diff", "2026-11-22..", "--stat"]), @r"
    things      9
    added       9  5 after the commitment
    values      2
    confidence  2
    progress    2
    status      2
    people      1  ana 9
    ");
    let log = json(&machine, &["log", "api-p99", "--limit", "1"]);
    let newest = log["items"][0]["short_id"].as_str().unwrap().to_owned();
    for from in [
        newest.as_str(),
        "cycle:start",
        "#0",
        "3d ago",
        "last monday",
        "2026-W47",
    ] {
        let span = format!("{from}..");
        let answer = json(&machine, &["diff", &span]);
        assert!(
            answer["items"][0]["counts"]["things"].as_u64().unwrap() > 0,
            "{from}"
        );
    }
    let said = machine.run(&["diff", "3d ago..", "--now", LATER]);
    assert!(
        said.remarks.contains("from Tue 2026-11-24 24:00"),
        "{}",
        said.remarks
    );
    for (line, code) in [
        (&["diff", "2026-11-25..2026-11-23"][..], "empty-span"),
        (&["diff", "2026-11-01..2026-11-02..2026-11-03"], "bad-span"),
        (&["diff", "..2026-11-23", "--at", "2026-11-23"], "end-twice"),
        (&["diff", "01/02/2026.."], "ambiguous-date"),
        (&["diff", "#3..", "--axis", "authored"], "bad-moment"),
    ] {
        let words: Vec<&str> = line.iter().copied().chain(["-v", "--now", LATER]).collect();
        let said = machine.run(&words);
        assert_eq!(said.exit, Exit::Usage, "{line:?}: {}", said.remarks);
        assert!(said.remarks.contains(code), "{line:?}: {}", said.remarks);
    }
    let unknown = machine.run(&["diff", "2026-11-22..", "nothing-like-it"]);
    assert_eq!(unknown.exit, Exit::NotFound);
}

#[test]
fn blame_says_who_set_each_field() {
    let machine = with_history();
    insta::assert_snapshot!(screen(&machine, 80, &["blame", "api-p99"]), @r#"
    api-p99  p99 latency
    FIELD       VALUE                BY   WHEN             CHANGE
    title       p99 latency          ana  23 Nov  3 d ago  e35eb81b
    slug        api-p99              ana  23 Nov  3 d ago  e35eb81b
    objective   fast                 ana  23 Nov  3 d ago  e35eb81b
    owner       @ana                 ana  23 Nov  3 d ago  e35eb81b
    measure     metric               ana  23 Nov  3 d ago  e35eb81b
    unit        ms                   ana  23 Nov  3 d ago  e35eb81b
    baseline    480 ms               ana  23 Nov  3 d ago  e35eb81b
    target      150 ms (was 200 ms)  ana  24 Nov  2 d ago  01c94c34
                "Hardware came early"  amendment: external-change
    weight      1                    ana  23 Nov  3 d ago  e35eb81b
    order       0                    ana  23 Nov  3 d ago  e35eb81b
    state       active               ana  23 Nov  3 d ago  e35eb81b
    value       312 ms (was 366 ms)  ana  25 Nov  1 d ago  9feb342f
                "Gains from pooling are in; the rest needs the new query planner"
    confidence  6 (was 7)            ana  25 Nov  1 d ago  9feb342f
    Target changed once since the cycle opened. Against the old target: 60%.
    "#);
    insta::assert_snapshot!(screen(&machine, 80, &["blame", "api-p99.target"]), @r"
    api-p99.target  150 ms
      before    200 ms
      by        ana
      written   Tue 24 Nov 10:12
      recorded  pending: waits for the server
      change    01c94c34  01a20cd3-8b00-707a-8d33-488143c49c10
      why       Hardware came early
      remarks   amendment: external-change

    EARLIER  BY   WHEN              CHANGE    WHY
    200 ms   ana  Mon 23 Nov 11:36  e35eb81b  -

    Target changed once since the cycle opened. Against the old target: 60%.
    ");
    let before = json(&machine, &["blame", "api-p99.target", "--at", "2026-11-23"]);
    assert_eq!(before["items"][0]["fields"][0]["value"], "200 ms");
    let whole = json(&machine, &["blame", "api-p99"]);
    assert_eq!(whole["schema"], "okr.v1.BlameList");
    let fields = whole["items"][0]["fields"].as_array().unwrap();
    let value = fields.iter().find(|one| one["field"] == "value").unwrap();
    assert_eq!(
        (&value["value"], &value["before"]),
        (&"312".into(), &"366".into())
    );
    assert_eq!(whole["items"][0]["original_progress"]["percent"], 60);
    let cycle = json(&machine, &["blame", "2026-Q4.state"]);
    assert_eq!(cycle["items"][0]["fields"][0]["value"], "open");
    let role = json(&machine, &["blame", "@me.role"]);
    assert_eq!(role["items"][0]["fields"][0]["value"], "admin");
}

#[test]
fn a_field_that_is_not_there_is_refused_with_those_that_are() {
    let machine = with_history();
    for (reference, code, word) in [
        ("fast.target", "unknown-field", "title, description"),
        ("api-p99.colour", "unknown-field", "baseline"),
        ("docs.value", "no-check-in", "okr checkin docs"),
        ("nothing.title", "unknown-ref", "nothing"),
    ] {
        let said = machine.run(&["blame", reference, "-v"]);
        assert_eq!(said.exit, Exit::NotFound, "{reference}: {}", said.remarks);
        assert!(said.remarks.contains(code), "{reference}: {}", said.remarks);
        assert!(said.remarks.contains(word), "{reference}: {}", said.remarks);
    }
}

#[test]
fn the_log_is_narrowed_by_kind_field_and_text() {
    let machine = with_history();
    let count = |words: &[&str]| {
        let words: Vec<&str> = ["log"].into_iter().chain(words.iter().copied()).collect();
        json(&machine, &words)["items"].as_array().unwrap().len()
    };
    assert_eq!(count(&["--kind", "target"]), 1);
    assert_eq!(count(&["--kind", "amendment"]), 1);
    assert_eq!(count(&["--kind", "check-in"]), 3);
    assert_eq!(count(&["--kind", "check-in,target"]), 4);
    assert_eq!(count(&["--field", "target"]), 1);
    assert_eq!(count(&["--field", "measure"]), 1);
    assert_eq!(count(&["--field", "value", "api-p99"]), 2);
    assert_eq!(count(&["--grep", "QUERY planner"]), 1);
    assert_eq!(count(&["--grep", "hardware", "--kind", "check-in"]), 0);
    assert_eq!(
        count(&["--grep", "hardware", "--by", "@me", "--limit", "1"]),
        1
    );
    let said = machine.run(&["log", "--field", "colour"]);
    assert_eq!(said.exit, Exit::Usage);
    assert!(said.remarks.contains("effective-date"), "{}", said.remarks);
    let said = machine.run(&["log", "--kind", "colour"]);
    assert_eq!(said.exit, Exit::Usage);
    assert!(said.remarks.contains("amendment"), "{}", said.remarks);
}

#[test]
fn the_log_is_told_in_full_in_a_line_or_in_numbers() {
    let machine = with_history();
    let log = |words: &[&str]| {
        let words: Vec<&str> = ["log", "api-p99"]
            .into_iter()
            .chain(words.iter().copied())
            .collect();
        screen(&machine, 80, &words)
    };
    insta::assert_snapshot!(log(&["--patch", "--limit", "2"]), @r#"
    9feb342f  Wed 25 Nov 16:04  ana
        + uqyo  api-p99 check-in
          key result      api-p99
          effective date  2026-11-25
          value           312 ms
          confidence      6
          note            Gains from pooling are in; the rest needs the new query
                          planner
          state           recorded

    01c94c34  Tue 24 Nov 10:12  ana  amendment: external-change
        reason "Hardware came early"
        ~ mtpt  api-p99 key result
          target  200 → 150 ms
    "#);
    insta::assert_snapshot!(log(&["--oneline"]), @r#"
    9feb342f  25 Nov  ana  api-p99 check-in 366 → 312 ms, confidence 7 → 6
    01c94c34  24 Nov  ana  api-p99 target 200 → 150 ms  amendment: external-change
    2b1b6e09  23 Nov  ana  api-p99 check-in 366 ms, confidence 7
    e35eb81b  23 Nov  ana  api-p99 created key result "p99 latency" of fast, @ana, …
    "#);
    insta::assert_snapshot!(log(&["--stat"]), @r"
    4 changes from 2026-11-23 to 2026-11-25

    By kind
      created    1
      check-in   2
      target     1
      amendment  1

    By person
      ana  4

    By goal
      api-p99  4
    ");
    let patched = json(&machine, &["log", "--patch", "--kind", "target"]);
    let fields = &patched["items"][0]["patch"][0]["fields"];
    assert_eq!(fields[0]["field"], "target");
    assert_eq!(fields[0]["from"], "200 ms");
    let counted = json(&machine, &["log", "--stat"]);
    assert_eq!(counted["schema"], "okr.v1.LogStatList");
    assert_eq!(counted["items"][0]["changes"], 12);
}

#[test]
fn a_change_is_shown_with_all_that_it_did() {
    let machine = with_history();
    let log = json(&machine, &["log", "api-p99", "--limit", "1"]);
    let newest = log["items"][0]["short_id"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(screen(&machine, 80, &["show", &newest]), @r"
    change 9feb342f
      id        9feb342f  01a2133c-2b00-7e2e-a933-ea09f243bef9
      by        ana
      written   Wed 25 Nov 16:04
      recorded  pending: waits for the server
      source    human

    What it did
        + uqyo  api-p99 check-in
          key result      api-p99
          effective date  2026-11-25
          value           312 ms
          confidence      6
          note            Gains from pooling are in; the rest needs the new query
                          planner
          state           recorded
    ");
    let shown = json(&machine, &["show", &newest]);
    let fields = shown["items"][0]["patch"][0]["fields"].as_array().unwrap();
    let day = fields
        .iter()
        .find(|one| one["field"] == "effective date")
        .unwrap();
    assert_eq!(day["to"], "2026-11-25");
}

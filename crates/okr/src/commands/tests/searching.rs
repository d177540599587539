//! Sessions of `okr search`.

use super::*;

/// A machine with texts about a CDN: a title, notes, a milestone, a reason.
fn with_texts() -> Machine {
    let machine = Machine::with_goals();
    let lines: [(&str, &[&str]); 5] = [
        (
            "2026-11-23T12:00:00+01:00",
            &[
                "checkin",
                "api-p99",
                "366",
                "-m",
                "CDN contract signed, CDN regions next",
            ],
        ),
        (
            "2026-11-24T10:12:00+01:00",
            &[
                "kr",
                "set",
                "api-p99",
                "--title",
                "Latency beyond the CDN",
                "-m",
                "the edge decides",
                "--category",
                "other",
            ],
        ),
        (
            "2026-11-25T09:00:00+01:00",
            &[
                "kr",
                "set",
                "api-p99",
                "--title",
                "p99 latency, målt hos brukeren",
                "-m",
                "not the CDN alone",
                "--category",
                "other",
            ],
        ),
        (
            "2026-11-26T09:00:00+01:00",
            &[
                "checkin",
                "api-p99",
                "340",
                "-m",
                "A long note that says a lot about many other things first,\nand only then that the new CDN is in place everywhere, as agreed in the review last week",
            ],
        ),
        (
            "2026-11-26T10:00:00+01:00",
            &["objective", "add", "目標達成率を上げる", "--slug", "goal"],
        ),
    ];
    for (now, line) in lines {
        let words: Vec<&str> = line.iter().copied().chain(["--now", now]).collect();
        machine.done(&words);
    }
    machine
}

const LATER: &str = "2026-11-27T09:30:00+01:00";

fn on_screen(machine: &Machine, words: &[&str]) -> String {
    let streams = Streams {
        answer_is_terminal: true,
        width: Some(80),
        ..Streams::default()
    };
    let words = words.iter().copied().chain(["--no-ascii", "--now", LATER]);
    let words: Vec<&str> = words.collect();
    let said = machine.run_on(streams, &words);
    assert_eq!(said.exit, Exit::Ok, "{words:?}: {}", said.remarks);
    said.answer
}

#[test]
fn what_was_found_is_shown_with_its_words_marked() {
    let machine = with_texts();
    insta::assert_snapshot!(on_screen(&machine, &["search", "cdn"]), @r#"
    rlzz      new-cdn  key result of fast, @ana
              title        New [CDN]
    591be862  api-p99  change of Wed 25 Nov 09:00 by ana: title "Latency beyond the…
              reason       not the [CDN] alone
    vxoo      api-p99  check-in for 23 Nov by ana
              note         [CDN] contract signed, [CDN] regions next
    klpm      api-p99  check-in for 26 Nov by ana
              note         …only then that the new [CDN] is in place everywhere, as…
    "#);
    insta::assert_snapshot!(on_screen(&machine, &["search", "達成", "--ascii"]), @r#"
    lwpl      goal  objective, 2026-Q4, @ana
              title        目標[達成]率を上げる
    "#);
    insta::assert_snapshot!(on_screen(&machine, &["search", "malt", "p99"]), @r#"
    mtpt      api-p99  key result of fast, @ana
              title        [p99] latency, [målt] hos brukeren
    "#);
}

#[test]
fn a_search_at_a_moment_finds_what_was_so_then() {
    let machine = with_texts();
    let titles = |words: &[&str]| {
        on_screen(
            &machine,
            &[&["search", "--in", "title", "cdn"], words].concat(),
        )
    };
    insta::assert_snapshot!(titles(&[]), @r#"
    rlzz      new-cdn  key result of fast, @ana
              title        New [CDN]
    "#);
    insta::assert_snapshot!(titles(&["--at", "2026-11-24"]), @r#"
    mtpt      api-p99  key result of fast, @ana
              title        Latency beyond the [CDN]
    rlzz      new-cdn  key result of fast, @ana
              title        New [CDN]
    "#);
    insta::assert_snapshot!(titles(&["--history", "--kind", "kr"]), @r#"
    mtpt      api-p99  key result of fast, @ana
              title        Latency beyond the [CDN]
              since        Tue 24 Nov 10:12, ana, 01c94c34
              until        Wed 25 Nov 09:00, ana, 591be862
              now          p99 latency, målt hos brukeren
    rlzz      new-cdn  key result of fast, @ana
              title        New [CDN]
              since        Mon 23 Nov 11:36, ana, 577a4627
              until        it is so still
    "#);
}

#[test]
fn a_pipe_and_a_program_get_everything() {
    let machine = with_texts();
    let piped = machine.done(&["search", "cdn", "--kind", "check-in", "--now", LATER]);
    assert!(
        piped.starts_with("ID\tKIND\tTHING\tFIELD\tTEXT\tTIME\tWHO\tUNTIL\tNOW\n"),
        "{piped}"
    );
    assert!(
        piped.contains("check_in\tapi-p99\tnote\t[CDN] contract signed, [CDN] regions next\t"),
        "{piped}"
    );
    let json = machine.done(&["search", "cdn", "contract", "-o", "json", "--now", LATER]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["schema"], "okr.v1.HitList");
    let hit = &json["items"][0];
    assert_eq!(hit["kind"], "check_in");
    assert_eq!(hit["thing"]["name"], "api-p99");
    assert_eq!(hit["effective"], "2026-11-23");
    assert_eq!(
        hit["matches"][0]["marks"],
        serde_json::json!([[0, 3], [4, 12], [21, 24]])
    );
    assert_eq!(hit["since"]["author"]["handle"], "ana");
    let ids = machine.done(&["search", "cdn", "-o", "id", "--limit", "1", "--now", LATER]);
    assert_eq!(ids.lines().count(), 1);
}

#[test]
fn nothing_found_is_no_failure_and_nonsense_is_explained() {
    let machine = with_texts();
    let said = machine.run(&["search", "kubernetes", "--now", LATER]);
    assert_eq!((said.exit, said.answer.as_str()), (Exit::Ok, ""));
    assert!(
        said.remarks.contains("okr search 'kubernetes*'"),
        "{}",
        said.remarks
    );
    assert!(said.remarks.contains("--history"), "{}", said.remarks);
    let refused = machine.refused(&["search", "--", "-", "!"], Exit::Usage);
    assert!(refused.contains("no word"), "{refused}");
    let refused = machine.refused(
        &["search", "cdn", "--kind", "change", "--in", "note"],
        Exit::Usage,
    );
    assert!(refused.contains("--in"), "{refused}");
    let refused = machine.refused(
        &["search", "cdn", "--history", "--at", "2026-11-24"],
        Exit::Usage,
    );
    assert!(refused.contains("--at"), "{refused}");
    for odd in [
        "\"",
        "cdn\"",
        "AND",
        "NEAR(a b)",
        "title:cdn",
        "^cdn",
        "*",
        "c*d*",
        "cdn'--",
    ] {
        let said = machine.run(&["search", odd, "--now", LATER]);
        assert!(
            said.exit == Exit::Ok || said.remarks.contains("no word"),
            "{odd}: {}",
            said.remarks
        );
    }
}

#[test]
fn a_scope_and_what_was_put_away() {
    let machine = with_texts();
    let count = |words: &[&str]| {
        let words = [&["search", "-o", "id", "--now", LATER], words].concat();
        machine.done(&words).lines().count()
    };
    let all = count(&["cdn"]);
    assert_eq!(count(&["cdn", "-t", "platform"]), all);
    assert_eq!(count(&["cdn", "-c", "2026-Q4"]), all);
    assert_eq!(count(&["目標", "-t", "platform"]), 0);
    assert_eq!(count(&["目標"]), 1);
    machine.done(&[
        "kr",
        "archive",
        "api-p99",
        "-m",
        "measured elsewhere",
        "--category",
        "other",
        "--now",
        LATER,
    ]);
    assert_eq!(count(&["cdn", "--kind", "check-in"]), 0);
    assert_eq!(count(&["cdn", "--kind", "check-in", "--archived"]), 2);
}

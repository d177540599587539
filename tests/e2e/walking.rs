//! `okr checkin` without arguments: asked at a terminal, one key result after the other.

use okr_e2e::{Home, Run};

use crate::session::planned;

/// A machine with two key results, of which both are due.
fn due() -> (tempfile::TempDir, Home) {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path()).with("OKR_NOW", "2026-12-07T10:00:00Z");
    (directory, home)
}

fn typed(home: &Home, lines: &str, more: &[&str]) -> Run {
    home.typed(lines, &[&["checkin"], more].concat()).unwrap()
}

fn newest(home: &Home, slug: &str) -> serde_json::Value {
    let listed = home
        .json(&["checkin", "list", slug, "--limit", "1"])
        .unwrap();
    listed["items"][0].clone()
}

#[test]
fn each_key_result_is_asked_about_and_written_as_it_is_finished() {
    let (_directory, home) = due();
    let answers = "1,2\n8\n\nall there\n300\n\nno staff\n\n";
    let run = typed(&home, answers, &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stdout.starts_with("Recorded 2 check-ins (op "),
        "{}",
        run.stdout
    );
    for said in [
        "2 key results are due",
        "[1/2] api-docs",
        "[2/2] api-p99",
        "to be on pace",
    ] {
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    let docs = newest(&home, "api-docs");
    assert_eq!(
        (&docs["confidence"], &docs["note"]),
        (&8.into(), &"all there".into())
    );
    let latency = newest(&home, "api-p99");
    assert_eq!(latency["value"]["number"], "300");
    assert_eq!(latency["blocker"], "no staff");
    assert_eq!(latency["note"], serde_json::Value::Null);
    // All of it is one operation.
    let operations = home.json(&["op", "log", "--limit", "1"]).unwrap();
    assert_eq!(operations["items"][0]["written"], 2);
    let run = typed(&home, "", &[]);
    assert!(run.stderr.contains("nothing is due"), "{}", run.stderr);
}

#[test]
fn a_terminal_with_colours_gets_colours() {
    let (_directory, home) = due();
    let run = typed(&home.with("OKR_COLOR", "always"), "s\ns\n", &[]);
    for said in [
        "\u{1b}[1mapi-docs\u{1b}[0m",
        "\u{1b}[36mvalue       \u{1b}[0m",
    ] {
        assert!(run.stderr.contains(said), "{said:?}: {:?}", run.stderr);
    }
    assert!(!run.stderr.contains("\\x1b"), "{:?}", run.stderr);
}

#[test]
fn enter_keeps_s_skips_and_nonsense_is_explained_and_asked_again() {
    let (_directory, home) = due();
    let run = typed(&home, "s\n?\nfast\n\n11\n\n-\n\n\n", &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for said in [
        "- skipped",
        "it takes a number in ms",
        "\"fast\"",
        "0 to 10",
        "could be gone",
    ] {
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    assert!(run.stdout.contains("Skipped: api-docs"), "{}", run.stdout);
    let latency = newest(&home, "api-p99");
    // The last value and confidence, on a new day.
    assert_eq!(latency["value"]["number"], "340");
    assert_eq!(latency["effective"], "2026-12-07");
}

#[test]
fn stopping_keeps_what_was_finished_and_nothing_else() {
    let (_directory, home) = due();
    let run = typed(&home, "1,2\n\n\n\n300\n\u{4}", &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stdout.starts_with("Recorded 1 check-in ("),
        "{}",
        run.stdout
    );
    assert_eq!(newest(&home, "api-p99")["value"]["number"], "340");
}

#[test]
fn nothing_can_be_kept_where_there_is_nothing() {
    let (_directory, home) = due();
    let run = typed(&home, "\n\u{4}", &[]);
    assert!(
        run.stderr.contains("there is no value yet"),
        "{}",
        run.stderr
    );
    assert!(
        run.stdout.starts_with("Recorded nothing."),
        "{}",
        run.stdout
    );
}

#[test]
fn a_script_is_told_what_to_type_instead() {
    let (_directory, home) = due();
    for run in [
        home.run(&["checkin"]).unwrap(),
        typed(&home, "1\n", &["--no-input"]),
        typed(&home, "1\n", &["-o", "json"]),
    ] {
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(
            run.stderr.contains("okr checkin api-docs VALUE"),
            "{}",
            run.stderr
        );
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_rehearsal_writes_nothing() {
    let (_directory, home) = due();
    let run = typed(&home, "1,2\n\n\n\ns\n", &["-n"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("would be recorded"), "{}", run.stderr);
    let listed = home.json(&["checkin", "list", "api-docs"]).unwrap();
    assert_eq!(listed["items"], serde_json::json!([]));
}

#[test]
fn ctrl_c_keeps_what_was_finished_and_says_how_to_go_on() {
    let (_directory, home) = due();
    for (answers, reached, said) in [
        (
            "",
            "[1/2] api-docs",
            "nothing was recorded. okr checkin begins",
        ),
        (
            "1,2\n\n\n\n300\n",
            "[2/2] api-p99",
            "1 check-in is recorded (op ",
        ),
    ] {
        let (running, _terminal) = home.asked(answers, &["checkin"]).unwrap();
        while !running.remark().unwrap().contains(reached) {}
        running.interrupt().unwrap();
        let (status, answer, remarks) = running.end().unwrap();
        assert_eq!(status.code(), Some(130), "{remarks:?}");
        assert_eq!(answer, Vec::<String>::new());
        let remarks = remarks.join("\n");
        assert!(remarks.contains(said), "{said}: {remarks}");
    }
    assert!(!newest(&home, "api-docs")["value"].is_null());
    assert_eq!(newest(&home, "api-p99")["value"]["number"], "340");
    let run = typed(&home, "s\n", &[]);
    assert!(run.stderr.contains("[1/1] api-p99"), "{}", run.stderr);
}

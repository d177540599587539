//! Conflicts between two machines: who is behind theirs, every way to decide, and what is kept.

use okr_e2e::{Home, Server};
use serde_json::Value;
use tempfile::TempDir;

use crate::sync::{founded, joined, plan};

/// Ana and Ben, with the same plan.
fn two_people() -> (TempDir, Server, Home, Home) {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let ben = joined(&server, &ana, directory.path(), "ben");
    plan(&ana);
    ben.okr(&["sync"]).unwrap();
    (directory, server, ana, ben)
}

/// Lets somebody edit the objective or key result on their own machine.
fn edit(home: &Home, words: &[&str]) {
    let mut line = vec!["--offline"];
    line.extend(words);
    line.extend(["-m", "why", "--category", "other"]);
    home.okr(&line).unwrap();
}

fn target_of(home: &Home) -> Value {
    let shown = home.json(&["show", "api-p99"]).unwrap();
    shown["items"][0]["measure"]["target"].clone()
}

fn title_of(home: &Home) -> String {
    let tree = home.json(&["tree"]).unwrap();
    tree["items"][0]["objectives"][0]["title"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn theirs_has_an_author_and_another_value_can_be_set() {
    let (_directory, _server, ana, ben) = two_people();
    edit(&ana, &["kr", "set", "api-p99", "--target", "180"]);
    ana.okr(&["sync"]).unwrap();
    edit(&ben, &["kr", "set", "api-p99", "--target", "150"]);
    let said = ben.okr(&["sync"]).unwrap();
    for part in [
        "base",
        "480 to 200",
        "mine",
        "480 to 150",
        "theirs",
        "480 to 180",
        "@ana, ",
    ] {
        assert!(said.contains(part), "{part} is missing: {said}");
    }
    let conflicts = ben.json(&["conflicts"]).unwrap();
    let field = &conflicts["items"][0]["fields"][0];
    assert_eq!(field["field"], "measure");
    assert_eq!(field["by"]["author"]["handle"], "ana");
    let theirs = field["by"]["change"].as_str().unwrap();
    let log = ana.json(&["log", "api-p99", "--limit", "1"]).unwrap();
    assert_eq!(log["items"][0]["id"].as_str(), Some(theirs));

    let line = ["resolve", "api-p99", "--take", "170", "-m", "the middle"];
    let said = ben.run(&line).unwrap();
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    // It was pushed at once, so nothing is left to push.
    assert!(
        said.stdout.ends_with("0 conflicts left\n"),
        "{}",
        said.stdout
    );
    let status = ben.json(&["sync", "status"]).unwrap();
    assert_eq!(status["items"][0]["pending"], 0);
    ana.okr(&["sync"]).unwrap();
    assert_eq!(target_of(&ana), target_of(&ben));
    assert_eq!(target_of(&ana), "170");
    let log = ana.json(&["log", "api-p99", "--limit", "1"]).unwrap();
    assert_eq!(log["items"][0]["reason"], "the middle");
}

#[test]
fn a_decision_takes_nothing_away_for_good() {
    let (_directory, _server, ana, ben) = two_people();
    edit(&ana, &["objective", "set", "fast", "--title", "Instant"]);
    ana.okr(&["sync"]).unwrap();
    edit(&ben, &["objective", "set", "fast", "--title", "Swift"]);
    edit(&ben, &["objective", "set", "fast", "--title", "Swifter"]);
    let said = ben.okr(&["sync"]).unwrap();
    assert!(said.contains("follows from it"), "{said}");

    // The name means the cause; what follows from it is decided on its own.
    let answer = ben
        .json(&["--offline", "resolve", "fast", "--take", "theirs"])
        .unwrap();
    let decided = &answer["items"][0];
    assert_eq!(
        (&decided["taken"], &decided["dropped"]),
        (&"theirs".into(), &true.into())
    );
    assert_eq!(decided["left"].as_array().unwrap().len(), 1);
    let said = ben
        .okr(&["--offline", "resolve", "fast", "--drop"])
        .unwrap();
    assert!(
        said.ends_with("0 conflicts left, 0 changes to push\n"),
        "{said}"
    );
    assert_eq!(title_of(&ben), "Instant");
    let dropped = ben.json(&["conflicts", "--dropped"]).unwrap();
    let dropped = dropped["items"].as_array().unwrap();
    let hows: Vec<&str> = dropped
        .iter()
        .map(|one| one["how"].as_str().unwrap())
        .collect();
    assert_eq!(hows, ["theirs", "drop"]);

    let first = dropped[0]["id"].as_str().unwrap();
    let refused = ben.run(&["resolve", first, "--take", "base"]).unwrap();
    assert_eq!(refused.code, Some(6), "{}", refused.stderr);
    ben.okr(&["resolve", first, "--take", "mine"]).unwrap();
    ana.okr(&["sync"]).unwrap();
    assert_eq!(
        (title_of(&ana).as_str(), title_of(&ben).as_str()),
        ("Swift", "Swift")
    );
}

#[test]
fn several_fields_are_named_and_set_one_by_one() {
    let (_directory, _server, ana, ben) = two_people();
    let both = |title, slug| ["objective", "set", "fast", "--title", title, "--slug", slug];
    edit(&ana, &both("Instant", "instant"));
    ana.okr(&["sync"]).unwrap();
    edit(&ben, &both("Swift", "swift"));
    ben.okr(&["sync"]).unwrap();
    let refused = ben.run(&["resolve", "instant", "--take", "Rapid"]).unwrap();
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("title, slug"), "{}", refused.stderr);
    let refused = ben
        .run(&["resolve", "instant", "--set", "title=Rapid"])
        .unwrap();
    assert!(
        refused.stderr.contains("--set \"slug=VALUE\""),
        "{}",
        refused.stderr
    );
    let refused = ben
        .run(&["resolve", "instant", "--set", "owner=@ben"])
        .unwrap();
    assert!(
        refused.stderr.contains("does not clash"),
        "{}",
        refused.stderr
    );
    let line = [
        "resolve",
        "instant",
        "--set",
        "title=Rapid",
        "--set",
        "slug=rapid",
    ];
    ben.okr(&line).unwrap();
    assert_eq!(title_of(&ben), "Rapid");
    ben.okr(&["show", "rapid"]).unwrap();
}

#[test]
fn what_an_archive_refuses_names_who_archived_it() {
    let (_directory, _server, ana, ben) = two_people();
    let line = [
        "kr",
        "archive",
        "api-p99",
        "-m",
        "merged",
        "--category",
        "better-measure",
    ];
    ana.okr(&line).unwrap();
    edit(&ben, &["kr", "set", "api-p99", "--target", "150"]);
    let said = ben.okr(&["sync"]).unwrap();
    assert!(
        said.contains("archived") && said.contains("since @ana"),
        "{said}"
    );
    let refused = ben.run(&["resolve", "api-p99", "--take", "base"]).unwrap();
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("--drop"), "{}", refused.stderr);
    ana.okr(&["kr", "restore", "api-p99"]).unwrap();
    ben.okr(&["sync"]).unwrap();
    ben.okr(&["resolve", "api-p99", "--take", "mine"]).unwrap();
    assert_eq!(target_of(&ben), "150");
}

#[test]
fn a_check_in_is_decided_by_the_name_that_it_is_shown_with() {
    let (_directory, _server, ana, ben) = two_people();
    edit(&ana, &["kr", "archive", "api-p99"]);
    ana.okr(&["sync"]).unwrap();
    ben.okr(&["--offline", "checkin", "api-p99", "400"])
        .unwrap();
    let said = ben.okr(&["sync"]).unwrap();
    assert!(said.contains("api-p99  check-in"), "{said}");
    ben.okr(&["resolve", "api-p99", "--drop"]).unwrap();
    assert_eq!(
        ben.json(&["conflicts"]).unwrap()["items"],
        serde_json::json!([])
    );

    // Of several each is named with what it does.
    ana.okr(&["kr", "restore", "api-p99"]).unwrap();
    ben.okr(&["sync"]).unwrap();
    edit(&ana, &["kr", "archive", "api-p99"]);
    ana.okr(&["sync"]).unwrap();
    ben.okr(&["--offline", "checkin", "api-p99", "400"])
        .unwrap();
    edit(&ben, &["kr", "set", "api-p99", "--title", "p99 of all"]);
    ben.okr(&["sync"]).unwrap();
    let conflicts = ben.json(&["conflicts"]).unwrap();
    let conflicts = conflicts["items"].as_array().unwrap();
    assert_eq!(conflicts.len(), 2);
    let refused = ben.run(&["resolve", "api-p99", "--drop"]).unwrap();
    assert_eq!(refused.code, Some(6), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("2 changes of"),
        "{}",
        refused.stderr
    );
    for (conflict, word) in conflicts.iter().zip(["check-in", "title"]) {
        let id = conflict["short_id"].as_str().unwrap();
        let mut lines = refused.stderr.lines();
        let line = lines.find(|line| line.contains(id));
        assert!(
            line.is_some_and(|line| line.contains(word)),
            "{}",
            refused.stderr
        );
        // Below it stands what to type.
        let next = lines.next().unwrap_or_default();
        assert!(
            next.trim_start()
                .starts_with(&format!("okr resolve {id} --take mine")),
            "{}",
            refused.stderr
        );
        ben.okr(&["resolve", id, "--drop"]).unwrap();
    }
}

#[test]
fn whoever_set_a_value_hears_who_changed_it_and_can_have_it_back() {
    let (_directory, _server, ana, ben) = two_people();
    let line = |title| {
        let line = ["objective", "set", "fast", "--title", title, "-m", "why"];
        [line.as_slice(), &["--category", "other"]].concat()
    };
    ana.okr(&line("Ana's")).unwrap();
    ben.okr(&["sync"]).unwrap();
    ben.okr(&line("Ben's")).unwrap();
    let report = ana.json(&["sync"]).unwrap();
    let superseded = &report["items"][0]["superseded"][0];
    assert_eq!(
        (&superseded["from"], &superseded["to"]),
        (&"Ana's".into(), &"Ben's".into())
    );
    assert_eq!(
        (&superseded["mine"], &superseded["field"]),
        (&false.into(), &"title".into())
    );
    assert_eq!(superseded["by"]["author"]["handle"], "ben");
    let back = superseded["back"].as_str().unwrap();
    let words: Vec<&str> = back.split(' ').skip(1).collect();
    ana.okr(&words).unwrap();
    assert_eq!(title_of(&ana), "Ana's");
    // Beside another command it is told on stderr, since nobody asked for it.
    let said = ben.run(&["checkin", "api-p99", "400"]).unwrap();
    assert!(
        said.stderr.contains("\"Ben's\" is \"Ana's\" now, of @ana"),
        "{}",
        said.stderr
    );
    assert!(
        !said.stderr.contains('\r'),
        "no progress in a pipe: {:?}",
        said.stderr
    );
}

#[test]
fn the_status_of_syncing_needs_no_server() {
    let (_directory, server, ana, _ben) = two_people();
    let status = |home: &Home| home.json(&["sync", "status"]).unwrap()["items"][0].take();
    let before = status(&ana);
    assert_eq!(
        (&before["pending"], &before["failure"]),
        (&0.into(), &Value::Null)
    );
    assert!(before["checkpoint"].as_str().unwrap().lines().count() > 3);
    server.stop().unwrap();
    ana.okr(&["checkin", "api-p99", "400"]).unwrap();
    let after = status(&ana);
    assert_eq!(after["pending"], 1);
    assert!(
        after["failure"].as_str().unwrap().contains("offline"),
        "{after}"
    );
    assert_eq!(after["root"], before["root"]);
    let said = ana.okr(&["sync", "status"]).unwrap();
    assert!(
        said.contains("failed\t") && said.contains("1 change\n"),
        "{said}"
    );
}

#[test]
fn nothing_ends_while_a_change_about_it_waits_for_a_decision() {
    let (_directory, _server, ana, ben) = two_people();
    edit(&ana, &["kr", "set", "api-p99", "--target", "180"]);
    ana.okr(&["sync"]).unwrap();
    edit(&ben, &["kr", "set", "api-p99", "--target", "150"]);
    ben.okr(&["sync"]).unwrap();
    for line in [
        &["close", "api-p99", "--score", "0.5"][..],
        &["grade", "fast", "0.5", "--with-krs"],
        &["cycle", "close", "now", "-y"],
    ] {
        let run = ben.run(line).unwrap();
        assert_eq!(run.code, Some(8), "{line:?}: {}", run.stderr);
        assert!(run.stderr.contains("okr conflicts"), "{}", run.stderr);
    }
    ben.okr(&["resolve", "api-p99", "--take", "theirs"])
        .unwrap();
    ben.okr(&["close", "api-p99", "--score", "0.5"]).unwrap();
    ana.okr(&["sync"]).unwrap();
    let shown = ana.json(&["show", "api-p99"]).unwrap();
    assert_eq!(shown["items"][0]["score"], "0.5");
}

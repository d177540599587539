//! Initiatives and health metrics between two machines: values that feed, and edits that clash.

use okr_e2e::{Home, Server};
use serde_json::Value;
use tempfile::TempDir;

use crate::sync::{founded, joined, plan};

/// Ana and Ben, with the same plan: an initiative of Ana's, and a metric of Ben's that feeds a key result of Ana's.
fn two_people() -> (TempDir, Server, Home, Home) {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let ben = joined(&server, &ana, directory.path(), "ben");
    plan(&ana);
    let lines: &[&[&str]] = &[
        &["initiative", "add", "Pool connections", "--kr", "api-p99"],
        &[
            "metric",
            "add",
            "Response time",
            "--slug",
            "response",
            "--at-most",
            "300",
            "--owner",
            "@ben",
        ],
        &["kr", "set", "api-p99", "--fed-by", "response"],
    ];
    for line in lines {
        ana.okr(line).unwrap();
    }
    ben.okr(&["sync"]).unwrap();
    (directory, server, ana, ben)
}

fn first(home: &Home, line: &[&str]) -> Value {
    home.json(line).unwrap()["items"][0].clone()
}

#[test]
fn a_value_that_somebody_records_feeds_the_key_result_of_another_person() {
    let (_directory, _server, ana, ben) = two_people();
    let said = ben
        .okr(&["metric", "record", "response", "320", "-m", "Monday"])
        .unwrap();
    assert!(said.contains("outside"), "{said}");
    ana.okr(&["sync"]).unwrap();
    let key_result = first(&ana, &["show", "api-p99"]);
    assert_eq!(key_result["latest_check_in"]["value"]["number"], "320");
    assert_eq!(
        first(&ana, &["metric", "show", "response"])["health"],
        "outside"
    );

    // One undo takes all of it back, also after it was pushed.
    ben.okr(&["undo"]).unwrap();
    ana.okr(&["sync"]).unwrap();
    let key_result = first(&ana, &["show", "api-p99"]);
    assert_ne!(key_result["latest_check_in"]["value"]["number"], "320");
    assert_eq!(
        first(&ana, &["metric", "show", "response"])["health"],
        "unknown"
    );
}

#[test]
fn a_value_is_recorded_where_its_check_in_may_not_be() {
    let (_directory, _server, ana, ben) = two_people();
    ana.okr(&["org", "set", "--policy", "stewards"]).unwrap();
    ben.okr(&["sync"]).unwrap();
    let recorded = first(&ben, &["metric", "record", "response", "280"]);
    assert_eq!(recorded["health"], "healthy");
    assert_eq!(recorded["check_ins"].as_array().unwrap().len(), 0);
    let passed_over = &recorded["passed_over"][0];
    assert_eq!(passed_over["slug"], "api-p99");
    let why = passed_over["why"].as_str().unwrap();
    assert!(why.contains("takes an owner"), "{why}");
    ana.okr(&["sync"]).unwrap();
    let metric = first(&ana, &["metric", "show", "response"]);
    assert_eq!(metric["latest_value"]["value"], "280");
}

#[test]
fn edits_of_one_field_clash_and_of_others_do_not() {
    let (_directory, _server, ana, ben) = two_people();
    let set = |home: &Home, words: &[&str]| {
        let mut line = vec!["--offline"];
        line.extend(words);
        home.okr(&line).unwrap();
    };
    set(
        &ana,
        &["initiative", "set", "pool-connections", "--state", "doing"],
    );
    set(&ana, &["metric", "set", "response", "--at-most", "250"]);
    set(
        &ben,
        &[
            "initiative",
            "set",
            "pool-connections",
            "--state",
            "dropped",
        ],
    );
    set(
        &ben,
        &[
            "initiative",
            "set",
            "pool-connections",
            "--url",
            "https://tracker.example/7",
        ],
    );
    set(&ben, &["metric", "set", "response", "--at-most", "350"]);
    ana.okr(&["sync"]).unwrap();
    let said = ben.okr(&["sync"]).unwrap();
    for part in ["state", "doing", "dropped", "at most 250", "at most 350"] {
        assert!(said.contains(part), "{part} is missing: {said}");
    }
    ben.okr(&["resolve", "pool-connections", "--take", "mine"])
        .unwrap();
    ben.okr(&["resolve", "response", "--take", "200..300"])
        .unwrap();
    ana.okr(&["sync"]).unwrap();
    for home in [&ana, &ben] {
        let initiative = first(home, &["initiative", "show", "pool-connections"]);
        assert_eq!(initiative["state"], "dropped");
        assert_eq!(initiative["url"], "https://tracker.example/7");
        let metric = first(home, &["metric", "show", "response"]);
        assert_eq!(
            (&metric["low"], &metric["high"]),
            (&"200".into(), &"300".into())
        );
    }
}

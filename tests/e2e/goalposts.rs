//! The goalpost report on real histories: the quarter whose scores were written down after its end.

use std::path::Path;

use serde_json::Value;

use crate::sync::founded;

fn imported(name: &str) -> (tempfile::TempDir, okr_e2e::Server, okr_e2e::Home) {
    let directory = tempfile::tempdir().unwrap();
    let (server, ana) = founded(directory.path());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/okr/examples");
    ana.okr(&["import", &root.join(name).display().to_string()])
        .unwrap();
    ana.okr(&["sync"]).unwrap();
    (directory, server, ana)
}

fn report(home: &okr_e2e::Home, line: &[&str]) -> Value {
    let words: Vec<&str> = ["goalposts"].iter().chain(line).copied().collect();
    let answer = home.json(&words).unwrap();
    assert_eq!(answer["schema"], "okr.v1.GoalpostsList");
    answer["items"][0].clone()
}

#[test]
fn nine_of_twelve_mid_quarter_scores_were_written_after_the_end() {
    let (_directory, _server, ana) = imported("ipld-2019-q2.yaml");
    // What is imported counts by its own dates, on the recorded axis as well.
    for line in [
        &["2019-Q2"][..],
        &["2019-Q2", "--axis", "authored"],
        &["2019-Q2", "--axis", "authored", "--at", "2019-07-31"],
    ] {
        let found = report(&ana, line);
        let counts = &found["counts"];
        assert_eq!(counts["check_ins"], 24, "{line:?}");
        assert_eq!(counts["check_ins_before_last_day"], 12, "{line:?}");
        assert_eq!(counts["written_after_end"], 9, "{line:?}");
        assert_eq!(counts["back_filled"], 9, "{line:?}");
        let late = found["back_filled"].as_array().unwrap();
        assert_eq!(late.len(), 9);
        for one in late {
            assert_eq!(one["effective"], "2019-05-15");
            assert_eq!(one["after_end"], true);
            assert!(
                [56, 61].contains(&one["late_days"].as_i64().unwrap()),
                "{one}"
            );
            assert_eq!(one["source"], "import");
        }
        assert_eq!(found["moves"].as_array().unwrap().len(), 0);
        assert_eq!(found["progress"]["committed"], found["progress"]["current"]);
    }
    // By 12 July three had been written in time, and three too late.
    let found = report(
        &ana,
        &["2019-Q2", "--axis", "authored", "--at", "2019-07-12"],
    );
    assert_eq!(found["counts"]["check_ins_before_last_day"], 6);
    assert_eq!(found["counts"]["written_after_end"], 3);

    let text = ana.okr(&["goalposts", "2019-Q2"]).unwrap();
    let says = "9 of 12 check-ins from before the last day written after the end";
    assert!(text.contains(says), "{text}");
    let clock = "When that was: imported history by the dates of its source";
    assert!(text.contains(clock), "{text}");
    assert!(
        text.contains("committed Mon  1 Apr 2019 12:00, imported by ana"),
        "{text}"
    );
}

#[test]
fn a_target_that_moves_over_years_is_an_amendment_with_its_reason() {
    let (_directory, _server, ana) = imported("chrome.yaml");
    let found = report(&ana, &["active-users"]);
    assert_eq!(found["counts"]["amendments"], 2, "{found:#}");
    let steps: Vec<&Value> = found["moves"]
        .as_array()
        .unwrap()
        .iter()
        .map(|moved| &moved["steps"][0]["kind"])
        .collect();
    assert_eq!(steps, ["amendment", "amendment"]);
    let key_result = &found["objectives"][0]["key_results"][0];
    assert_eq!(key_result["committed"]["measure"]["target"], "20");
    assert_eq!(key_result["current"]["measure"]["target"], "100");
    assert_eq!(key_result["committed"]["progress"]["percent"], 555);
    assert_eq!(key_result["current"]["progress"]["percent"], 111);
}

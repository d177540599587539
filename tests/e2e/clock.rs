//! Devices whose clocks are hours off: kept as they wrote, shown, and explained.

use jiff::{Timestamp, ToSpan as _};
use okr_e2e::Home;
use serde_json::Value;

use crate::sync::{founded, plan};

/// The same machine, with a clock that is off by so many minutes.
fn off_by(home: &Home, minutes: i64) -> Home {
    let then = Timestamp::now().checked_add(minutes.minutes()).unwrap();
    home.clone().with("OKR_NOW", &then.to_string())
}

#[test]
fn a_clock_that_is_off_is_pointed_out_and_what_it_said_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let (_server, ana) = founded(directory.path());
    plan(&ana);
    for (minutes, words) in [(-30 * 60, "1 d behind"), (-5 * 60, "5 h behind")] {
        let off = off_by(&ana, minutes);
        let said = off.run(&["checkin", "api-p99", "400"]).unwrap();
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        assert!(
            said.stderr.contains("this device's clock is"),
            "{}",
            said.stderr
        );
        assert!(said.stderr.contains(words), "{words}: {}", said.stderr);
    }
    let ahead = off_by(&ana, 150);
    let line = ["kr", "set", "api-p99", "--description", "From the edge"];
    let said = ahead.run(&line).unwrap();
    assert!(said.stderr.contains("2 h ahead"), "{}", said.stderr);
    let log = ana.json(&["log", "api-p99", "--limit", "1"]).unwrap();
    let entry = &log["items"][0];
    assert_eq!(entry["clock_ahead"], true, "{entry:#}");
    let time = |name: &str| -> Timestamp { entry[name].as_str().unwrap().parse().unwrap() };
    let apart = time("authored_at").as_second() - time("recorded_at").as_second();
    assert!((8_900..9_100).contains(&apart), "{apart} seconds apart");
    assert!(
        ana.okr(&["log", "api-p99"])
            .unwrap()
            .contains("clock 2 h ahead")
    );

    // With a clock that is right nothing is said.
    let said = ana.run(&["checkin", "api-p99", "390"]).unwrap();
    assert!(!said.stderr.contains("clock"), "{}", said.stderr);
}

#[test]
fn a_day_that_is_to_come_for_the_server_is_a_conflict_that_names_both_clocks() {
    let directory = tempfile::tempdir().unwrap();
    let (_server, ana) = founded(directory.path());
    plan(&ana);
    let tomorrow = off_by(&ana, 24 * 60);
    tomorrow.okr(&["checkin", "api-p99", "300"]).unwrap();
    let conflicts = ana.json(&["conflicts"]).unwrap();
    let kept: &Vec<Value> = conflicts["items"].as_array().unwrap();
    assert_eq!(kept.len(), 1, "{conflicts:#}");
    assert_eq!(kept[0]["code"], "future-date");
    let said = ana.okr(&["conflicts"]).unwrap();
    for part in [
        "is in the future",
        "this device's clock said",
        "on the server it was",
    ] {
        assert!(said.contains(part), "no \"{part}\" in {said}");
    }
    assert!(
        ana.okr(&["show", "api-p99"]).unwrap().contains("480"),
        "the check-in is out of the state"
    );
}

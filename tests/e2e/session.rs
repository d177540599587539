//! A day of one person at a terminal, without a server: plan, check in, look, and every answer as JSON.

use okr_e2e::Home;
use serde_json::Value;

use crate::programs;

/// The commands that read, each of which answers about any moment.
pub(crate) const READERS: &[&[&str]] = &[
    &["status"],
    &["tree"],
    &["list"],
    &["list", "krs"],
    &["list", "teams"],
    &["list", "cycles"],
    &["list", "people"],
    &["list", "checkins"],
    &["show", "api-p99"],
    &["show", "fast"],
    &["log"],
    &["log", "api-p99"],
    &["chart", "api-p99"],
    &["chart", "fast", "api-docs", "api-p99"],
    &["search", "latency"],
    &["search", "pooling", "--kind", "check-in"],
    &["goalposts"],
    &["goalposts", "api-p99"],
    &["report", "weekly"],
    &["report", "mid"],
    &["report", "final"],
    &["stats"],
    &["stats", "2026-11", "--by", "week"],
    &["team", "list"],
    &["team", "tree"],
    &["cycle", "list"],
    &["member", "list"],
    &["member", "show", "@ana"],
    &["show", "@ana"],
    &["list", "krs", "--stale", "1", "--sort", "-status,slug"],
    &["checkin", "list", "api-p99"],
    &["log", "--patch"],
    &["log", "--stat"],
    &["log", "--kind", "check-in", "--grep", "pooling"],
    &["diff"],
    &["diff", "2026-11-22..", "fast", "--stat"],
    &["blame", "api-p99"],
    &["blame", "api-p99.value"],
    &["blame", "2026-Q4"],
    &["list", "initiatives"],
    &["list", "metrics"],
    &["initiative", "list", "--kr", "api-p99"],
    &["metric", "list", "--health", "outside"],
    &["show", "pool-connections"],
    &["show", "error-rate"],
    &["blame", "error-rate.band"],
    &["log", "pool-connections"],
    &["search", "rollback", "--kind", "metric"],
];

/// The present of a planned workspace.
pub(crate) const NOW: &str = "2026-11-23T10:00:00Z";

/// Makes a workspace with a cycle, an objective, two key results and a check-in.
pub(crate) fn planned(directory: &std::path::Path) -> Home {
    let home = Home::new(&programs(), directory)
        .unwrap()
        .with("OKR_NOW", NOW);
    let lines: &[&[&str]] = &[
        &["init", "acme", "--name", "Acme", "--handle", "ana"],
        &["cycle", "add", "2026-Q4"],
        &["team", "add", "Platform"],
        &[
            "objective",
            "add",
            "Fast enough to feel instant",
            "--slug",
            "fast",
            "-t",
            "platform",
        ],
        &[
            "kr",
            "add",
            "p99 latency",
            "-O",
            "fast",
            "--slug",
            "api-p99",
            "--from",
            "480",
            "--to",
            "200",
            "--unit",
            "ms",
        ],
        &[
            "kr",
            "add",
            "API docs",
            "-O",
            "fast",
            "--slug",
            "api-docs",
            "--milestones",
            "outline;text;review",
        ],
        &["cycle", "open", "2026-Q4"],
        &[
            "checkin",
            "api-p99",
            "340",
            "-C",
            "7",
            "-m",
            "pooling is in",
            "--on",
            "2026-11-16",
        ],
    ];
    for line in lines {
        home.okr(line).unwrap();
    }
    home
}

/// Finds a key result in the answer of `tree -o json`.
pub(crate) fn key_result<'a>(tree: &'a Value, slug: &str) -> &'a Value {
    let objectives = tree["items"][0]["objectives"].as_array().unwrap();
    objectives
        .iter()
        .flat_map(|objective| objective["key_results"].as_array().unwrap())
        .find(|key_result| key_result["slug"] == slug)
        .unwrap_or_else(|| panic!("no {slug} in {tree:#}"))
}

#[test]
fn a_day_without_a_server() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let said = home
        .okr(&[
            "checkin",
            "api-p99",
            "-28",
            "-C",
            "6",
            "-m",
            "half of the regions",
        ])
        .unwrap();
    assert!(
        said.contains("312 ms"),
        "a step is taken from the value before: {said}"
    );
    home.okr(&["checkin", "api-docs", "1,2"]).unwrap();
    let tree = home.json(&["tree"]).unwrap();
    assert_eq!(key_result(&tree, "api-p99")["progress"]["percent"], 60);
    assert_eq!(key_result(&tree, "api-docs")["progress"]["percent"], 67);
    assert_eq!(tree["replica"]["pending"], 10);

    let reason = "The order moved to January";
    home.okr(&[
        "kr",
        "set",
        "api-p99",
        "--target",
        "150",
        "-m",
        reason,
        "--category",
        "external-change",
    ])
    .unwrap();
    let log = home.okr(&["log", "api-p99"]).unwrap();
    let moved = log.lines().find(|line| line.contains(reason)).unwrap();
    for fact in ["ana", "200", "150"] {
        assert!(moved.contains(fact), "{fact} is missing: {moved}");
    }
    let tree = home.json(&["tree"]).unwrap();
    let moved = key_result(&tree, "api-p99");
    assert_eq!(moved["progress"]["percent"], 51);
    assert_eq!(
        moved["original_progress"]["percent"], 60,
        "the original commitment is kept: {moved:#}"
    );
}

#[test]
fn every_reading_command_answers_in_one_envelope_about_any_moment_on_every_axis() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let work: &[&[&str]] = &[
        &["initiative", "add", "Pool connections", "--kr", "api-p99"],
        &[
            "metric",
            "add",
            "Error rate",
            "--at-most",
            "1",
            "--unit",
            "%",
        ],
        &[
            "metric",
            "record",
            "error-rate",
            "1.5",
            "-m",
            "before the rollback",
        ],
    ];
    for line in work {
        home.okr(line).unwrap();
    }
    for reader in READERS {
        for moment in [
            &[][..],
            &["--at", "2026-11-23"],
            &["--at", "2026-11-23", "--axis", "authored"],
            &["--at", "2026-11-23", "--axis", "effective"],
        ] {
            let line: Vec<&str> = reader.iter().chain(moment).copied().collect();
            let answer = home.json(&line).unwrap();
            let keys: Vec<&str> = answer
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            assert_eq!(
                keys,
                ["at", "axis", "items", "replica", "schema", "workspace"],
                "{line:?}"
            );
            assert!(
                answer["schema"].as_str().unwrap().starts_with("okr.v1."),
                "{line:?}"
            );
            assert_eq!(answer["workspace"], "acme", "{line:?}");
            let axis = moment.get(3).copied().unwrap_or("recorded");
            assert_eq!(answer["axis"], axis, "{line:?}");
            assert!(!answer["items"].as_array().unwrap().is_empty(), "{line:?}");
        }
    }
}

#[test]
fn the_axes_differ_by_late_entries() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let value = |axis: &str| {
        let tree = home
            .json(&["tree", "--at", "2026-11-17", "--axis", axis])
            .unwrap();
        tree["items"].as_array().unwrap().len()
    };
    // Everything was written on 23 November, so nothing had been written, nor was known, on the 17th.
    assert_eq!(value("recorded"), 0);
    assert_eq!(value("authored"), 0);

    home.okr(&["checkin", "api-p99", "300", "--on", "2026-11-20"])
        .unwrap();
    let later = home.clone().with("OKR_NOW", "2026-11-25T10:00:00Z");
    later
        .okr(&["checkin", "api-p99", "290", "--on", "2026-11-24"])
        .unwrap();
    let at = |axis: &str| {
        let tree = later
            .json(&["tree", "--at", "2026-11-23", "--axis", axis])
            .unwrap();
        key_result(&tree, "api-p99")["latest_check_in"]["value"].to_string()
    };
    assert!(at("effective").contains("300"), "{}", at("effective"));
    assert!(at("authored").contains("300"), "{}", at("authored"));
    let now = later.json(&["tree"]).unwrap();
    assert!(
        key_result(&now, "api-p99")["latest_check_in"]["value"]
            .to_string()
            .contains("290")
    );
}

#[test]
fn replay_tells_each_change_once() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path()).with("OKR_NOW", "2026-11-23T11:00:00Z");
    home.okr(&["checkin", "api-p99", "312", "-m", "more pooling"])
        .unwrap();
    let frames = home.okr(&["replay", "api-p99"]).unwrap();
    assert_eq!(frames.matches("pooling is in").count(), 1, "{frames}");
    assert_eq!(frames.matches("more pooling").count(), 1, "{frames}");
    let days = home.okr(&["replay", "api-p99", "--by", "day"]).unwrap();
    assert!(frames.contains("1 of 2"), "{frames}");
    assert!(days.contains("1 of 1"), "{days}");
}

#[test]
fn several_processes_write_at_once_and_none_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let children: Vec<_> = (0..8)
        .map(|number| {
            let value = (400 - number).to_string();
            let mut command = home.command(&["checkin", "api-p99", &value]);
            command.stdout(std::process::Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let list = home.json(&["checkin", "list", "api-p99"]).unwrap();
    assert_eq!(list["items"].as_array().unwrap().len(), 9);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let mut child = home
        .command(&["help"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let status = child.wait().unwrap();
    assert!(status.success(), "{status}");
}

#[test]
fn without_a_server_there_is_nothing_to_prove_and_it_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let home = planned(directory.path());
    let said = home.okr(&["verify"]).unwrap();
    assert!(said.contains("nothing to prove"), "{said}");
    for line in [&["anchor"][..], &["audit", "export"]] {
        let run = home.run(line).unwrap();
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(
            run.stderr.contains("nothing is confirmed"),
            "{}",
            run.stderr
        );
    }
}

//! The quarter that reports are about.

use super::*;

/// What is planned before the quarter begins.
pub(super) const PLAN: &[&[&str]] = &[
    &[
        "init",
        "acme",
        "--tz",
        "Europe/Oslo",
        "--handle",
        "ana",
        "--name",
        "Acme",
    ],
    &["member", "add", "ben"],
    &["cycle", "add", "2026-Q4"],
    &["team", "add", "Platform"],
    &["team", "add", "Growth"],
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
        "objective",
        "add",
        "People come by themselves",
        "--slug",
        "self-serve",
        "-t",
        "growth",
    ],
    &[
        "kr",
        "add",
        "p99 latency of the public API",
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
        "Edge cache hit rate",
        "-O",
        "fast",
        "--slug",
        "edge-cache",
        "--from",
        "62",
        "--to",
        "90",
        "--unit",
        "%",
    ],
    &[
        "kr",
        "add",
        "New CDN",
        "-O",
        "fast",
        "--milestones",
        "Contract; Pilot; All regions=2",
    ],
    &[
        "kr",
        "add",
        "Burn rate of the error budget",
        "-O",
        "fast",
        "--slug",
        "error-budget",
        "--at-most",
        "1",
    ],
    &[
        "kr",
        "add",
        "Visitors who sign up",
        "-O",
        "self-serve",
        "--slug",
        "signup-rate",
        "--from",
        "4",
        "--to",
        "7",
        "--unit",
        "%",
    ],
];

/// What is reported on which day, and with which confidence.
const REPORTS: &[(&str, &str, &str, &str)] = &[
    ("2026-10-12", "api-p99", "450", "8"),
    ("2026-10-26", "api-p99", "402", "8"),
    ("2026-11-09", "api-p99", "366", "7"),
    ("2026-11-13", "error-budget", "0.8", "9"),
    ("2026-11-19", "api-p99", "340", "7"),
    ("2026-11-24", "api-p99", "312", "6"),
    ("2026-11-24", "error-budget", "0.7", "9"),
];

/// A quarter with two teams' goals, of which some moved, one was amended and one given up.
pub(super) fn quarter() -> Machine {
    let machine = Machine::new();
    for words in PLAN {
        at(&machine, "2026-09-20", words);
    }
    at(&machine, "2026-10-01", &["cycle", "open", "2026-Q4"]);
    for (day, slug, value, confidence) in REPORTS {
        at(&machine, day, &["checkin", slug, value, "-C", confidence]);
    }
    let stuck = ["checkin", "edge-cache", "71", "-C", "3"];
    let blocker = ["--blocker", "The CDN contract is not signed"];
    at(&machine, "2026-11-11", &[&stuck[..], &blocker].concat());
    let why = |reason, category| ["-m", reason, "--category", category];
    let target = ["kr", "set", "api-p99", "--target", "150"];
    let order = why("The order moved to January", "external-change");
    at(&machine, "2026-11-02", &[&target[..], &order].concat());
    let gone = why("The contract fell through", "external-change");
    at(
        &machine,
        "2026-11-24",
        &[&["kr", "abandon", "new-cdn"][..], &gone].concat(),
    );
    machine
}

/// What is said on which day about what, and how it is meant.
const SAID: &[(&str, &str, &str, &str)] = &[
    (
        "2026-11-18",
        "edge-cache",
        "feedback",
        "A hit rate says nothing about what is slow",
    ),
    (
        "2026-11-20",
        "fast",
        "review",
        "On course, but for the edge",
    ),
    (
        "2026-11-20",
        "api-p99",
        "review",
        "Pooling is in; the rest needs the planner",
    ),
    (
        "2026-11-24",
        "@ben",
        "recognition",
        "Stayed until the pool held",
    ),
    ("2026-11-24", "api-p99", "recognition", "Down by a third"),
];

/// What is to be done and how healthy the organisation is, on which day.
const AROUND: &[(&str, &[&str])] = &[
    (
        "2026-11-10",
        &[
            "metric",
            "add",
            "Uptime",
            "--at-least",
            "99.9",
            "--unit",
            "%",
            "-t",
            "platform",
        ],
    ),
    (
        "2026-11-10",
        &["metric", "add", "Satisfaction", "--at-least", "40"],
    ),
    ("2026-11-10", &["metric", "record", "uptime", "99.95"]),
    ("2026-11-17", &["metric", "record", "uptime", "99.5"]),
    ("2026-11-24", &["metric", "record", "uptime", "99.6"]),
    (
        "2026-11-10",
        &[
            "initiative",
            "add",
            "Move eu-west to the new CDN",
            "--kr",
            "edge-cache",
            "--slug",
            "move-eu",
            "--due",
            "2026-11-20",
            "--owner",
            "@ben",
            "--state",
            "doing",
        ],
    ),
    (
        "2026-11-10",
        &[
            "initiative",
            "add",
            "Ask those who left",
            "--kr",
            "signup-rate",
            "--slug",
            "ask",
            "--due",
            "2026-11-11",
        ],
    ),
    (
        "2026-11-10",
        &[
            "initiative",
            "add",
            "New planner",
            "--kr",
            "api-p99",
            "--slug",
            "planner",
        ],
    ),
];

/// The quarter, in which people also talked, worked and looked after the whole.
pub(super) fn talked() -> Machine {
    let machine = quarter();
    for (day, words) in AROUND {
        at(&machine, day, words);
    }
    for (day, about, kind, text) in SAID {
        at(&machine, day, &["comment", about, text, "--kind", kind]);
    }
    machine
}

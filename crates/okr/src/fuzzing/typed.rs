//! Moments, values, references and command lines.

use std::ffi::OsString;

use jiff::tz::TimeZone;
use okr_core::value::WeekStart;
use okr_testkit::fuzz::Fuzz;
use uuid::Uuid;

use crate::short_id::{Alphabet, alphabet_of, hex_end, matches_prefix};
use crate::value_text::{parse_amount, parse_value};
use crate::when::{Clock, echo, parse_due, parse_when};

const WHEN: [&str; 22] = [
    "today",
    "yesterday",
    "now",
    "monday",
    "last friday",
    "3 days ago",
    "in 2 weeks",
    "2026-10-01",
    "2026-10-01T12:30",
    "2026-10-01 12:30:05Z",
    "2026-Q4",
    "2026-W43",
    "2026-10",
    "2026",
    "1 October",
    "Oct 1 2026",
    "cycle:start",
    "cycle:mid",
    "position 12",
    "@12",
    "14:30",
    "last-sync",
];

const VALUES: [&str; 16] = [
    "312",
    "-4",
    "+3",
    "1,250.5",
    "1 250,5",
    "42%",
    "4.2k",
    "3M",
    "90ms",
    "2h30m",
    "1:30",
    "yes",
    "done",
    "stretch",
    "1/3",
    "0.000000001",
];

const LINES: [&str; 12] = [
    "okr checkin api-p99 312 -C 6 -m note",
    "okr kr add fast p99 --from 480 --to 200 --unit ms",
    "okr objective add Fast --owner ana --cycle 2026-Q4 --weight 2",
    "okr log --since 2026-10-01 --by ana -o json --limit 20",
    "okr diff cycle:start..now --cycle 2026-Q4",
    "okr show kr-7 --at 2026-10-01 --axis effective",
    "okr import goals.csv --map Title=title --separator ;",
    "okr undo --partly -n",
    "okr export --to all.xlsx",
    "okr chart p99 --width 80 --ascii",
    "okr report weekly --format md",
    "okr metric set uptime --healthy 99.9..100",
];

fn clock() -> Clock {
    Clock {
        now: "2026-11-12T09:30:00Z".parse().unwrap(),
        zone: TimeZone::get("Europe/Oslo").unwrap(),
        week_start: WeekStart::Monday,
    }
}

#[test]
fn moments() {
    let clock = clock();
    let words = [
        "days", "ago", "last ", "next ", "Q", "W", "-", ":", "T", "Z", "..", "+02:00", "week",
    ];
    Fuzz::new("moments", WHEN).words(words).text(|text| {
        for when in [parse_when(text, &clock), parse_due(text, &clock)] {
            match when {
                Ok(when) => {
                    let _until = when.until(&clock);
                    let _since = when.since(&clock);
                    let _days = when.days(&clock);
                    assert!(!when.describe(&clock).is_empty());
                    drop(echo(text, &when, &clock));
                }
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    drop(error.hint());
                }
            }
        }
    });
}

#[test]
fn values() {
    let words = [
        "k", "M", "%", ":", "h", "ms", ",", ".", "/", "\u{2212}", "\u{a0}",
    ];
    Fuzz::new("values", VALUES).words(words).text(|text| {
        drop(parse_amount(text));
        if let Err(error) = parse_value(text) {
            assert!(!error.to_string().is_empty());
            drop(error.hint());
        }
    });
}

#[test]
fn references() {
    let uuid = Uuid::from_u128(0x0198_7654_3210_7abc_8def_0123_4567_89ab);
    let seeds = [
        "zkmq",
        "0f3a",
        "kr-7",
        "api-p99",
        "Team Fast",
        "@ana",
        "@12",
    ];
    Fuzz::new("references", seeds).text(|text| {
        if let Some(alphabet) = alphabet_of(text) {
            drop(hex_end(alphabet, text));
        }
        for alphabet in [Alphabet::Thing, Alphabet::Change] {
            let _matches = matches_prefix(alphabet, uuid, text);
            drop(hex_end(alphabet, text));
        }
    });
}

#[test]
fn command_lines() {
    let words = [" --", " -o json", " --at ", "=", " -", " --help", "..", "@"];
    // All commands are made anew for each line, which takes long in a debug build.
    let fuzz = Fuzz::new("command lines", LINES).few(50);
    fuzz.words(words).text(|text| {
        let line = text.split(' ').map(OsString::from);
        drop(crate::parse::command_line(line));
    });
}

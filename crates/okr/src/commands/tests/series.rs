//! Five real series, typed in and read again: every screen says what the formulas say.
//!
//! The table is the one that the tests of okr-core check the formulas with; its head says how it
//! was made.

use std::collections::BTreeMap;

use super::*;

const TABLE: &str = include_str!("../../../../okr-core/tests/series/table.txt");

/// When the goals were written down: before any of the series began.
const PLANNED: &str = "2023-06-01T12:00:00Z";

/// The scores that were suggested when each value had just come in, by series and day.
type Suggested = BTreeMap<(String, String), String>;

/// Returns the score that closing a goal now would give it.
fn suggested(machine: &Machine, name: &str, now: &str) -> String {
    let grade = ["grade", name, "--auto", "-n", "-o", "json", "--now", now];
    let graded = first(&machine.done(&grade));
    let step = text(&graded["steps"][0]);
    step.trim_start_matches("closed with score ").to_owned()
}

/// A machine on which all series were reported, each value on its day.
fn reported() -> (Machine, Suggested) {
    let mut scores = Suggested::new();
    let machine = Machine::new();
    machine.done(&[
        "init", "acme", "--tz", "UTC", "--handle", "ana", "--now", PLANNED,
    ]);
    let mut current = "";
    for line in TABLE.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["!", name, start, end, baseline, target] => {
                let cycle = format!("{start}-{end}");
                let add = [
                    "cycle", "add", &cycle, "--from", start, "--to", end, "--now", PLANNED,
                ];
                // Four of them are of one cycle.
                let _there_already = machine.run(&add);
                for line in [
                    &[
                        "objective",
                        "add",
                        name,
                        "-c",
                        &cycle,
                        "--slug",
                        &format!("o-{name}"),
                    ][..],
                    &[
                        "kr",
                        "add",
                        name,
                        "-O",
                        &format!("o-{name}"),
                        "--slug",
                        name,
                        "--from",
                        baseline,
                        "--to",
                        target,
                        "-c",
                        &cycle,
                    ],
                ] {
                    machine.done(&[line, &["--now", PLANNED]].concat());
                }
                current = name;
            }
            ["+", day, value, confidence] => {
                let now = format!("{day}T12:00:00Z");
                let mut line = vec!["checkin", current, value, "--on", day, "--now", &now];
                if *confidence != "-" {
                    line.extend(["-C", confidence]);
                }
                machine.done(&line);
                let score = suggested(&machine, current, &now);
                scores.insert((current.to_owned(), (*day).to_owned()), score);
            }
            _ => {}
        }
    }
    (machine, scores)
}

fn first(answer: &str) -> serde_json::Value {
    let mut answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    answer["items"][0].take()
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().unwrap_or("-")
}

#[test]
fn every_date_is_read_as_the_formulas_say() {
    let (machine, scores) = reported();
    let mut last = String::new();
    let mut count = 0;
    for row in TABLE
        .lines()
        .filter(|line| line.contains(" 20") && !line.starts_with(['!', '+']))
    {
        let words: Vec<&str> = row.split(' ').collect();
        let (name, day) = (words[0], words[1]);
        // The table says what an even pace has made by the beginning of a day, not by its end.
        let noon = format!("{day}T12:00:00Z");
        let then = ["--at", &noon, "--axis", "effective", "-o", "json"];
        let shown = first(&machine.done(&[&["show", name][..], &then].concat()));
        let drawn = first(&machine.done(&[&["chart", name][..], &then].concat()));
        // At the end of the cycle the last value is still the last one.
        let score = scores.get(&(name.to_owned(), day.to_owned()));
        let score = score.unwrap_or(&last).clone();
        let forecast = &drawn["forecast"];
        let said = [
            name,
            day,
            text(&shown["progress"]["fraction"]),
            text(&shown["expected"]["fraction"]),
            text(&shown["status"]),
            text(&forecast["value"]),
            text(&forecast["reaches_target_on"]),
            score.as_str(),
        ];
        // On its last day a cycle has no future to draw.
        let is_last = drawn["to"] == day;
        let (at_end, reaches) = if is_last {
            ("-", "-")
        } else {
            (words[6], words[7])
        };
        let expected = [
            name, day, words[2], words[4], words[5], at_end, reaches, words[8],
        ];
        assert_eq!(said, expected, "{row}");
        last.clone_from(&score);
        count += 1;
    }
    assert_eq!(count, 54);
}

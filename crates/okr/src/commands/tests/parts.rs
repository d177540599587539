//! Parts of a tree: of a team, an objective or a key result.

use super::reading::json;
use super::*;

/// A machine with three teams, two of them within each other, and goals of each.
fn with_teams() -> Machine {
    let machine = Machine::with_goals();
    for line in [
        "team add Web --parent platform",
        "team add Sales",
        "objective add Faster --slug web-fast -t web --supports fast",
        "kr add Paint -O web-fast --from 10 --to 0 --slug paint",
        "objective add Sell --slug sell -t sales",
        "kr add Deals -O sell --from 0 --to 10 --slug deals",
        "objective add Together --slug together",
        "kr add Lunches -O together --from 0 --to 4 --slug lunches",
        "checkin paint 4 -C 8",
        "checkin deals 3 -C 3",
        "checkin lunches 1",
        "checkin api-p99 312 -C 6",
    ] {
        machine.done(&line.split(' ').collect::<Vec<_>>());
    }
    machine
}

/// Returns the lines below the heading, without branches and columns.
fn lines(text: &str) -> Vec<String> {
    let below = text.lines().skip(1);
    let words = below.map(|line| {
        let words = line.split_whitespace();
        let words = words.filter(|word| !word.starts_with(['├', '└', '│', '+', '|']));
        words.collect::<Vec<_>>().join(" ")
    });
    words.filter(|line| !line.is_empty()).collect()
}

#[test]
fn a_part_of_a_tree_says_what_the_whole_tree_says_of_it() {
    let machine = with_teams();
    let whole = lines(&machine.done(&["tree"]));
    for (about, expected) in [
        ("api-p99", &["platform", "fast", "api-p99"][..]),
        ("paint", &["platform", "web", "web-fast", "paint", "serves"]),
        (
            "web-fast",
            &["platform", "web", "web-fast", "paint", "serves"],
        ),
        ("web", &["platform", "web", "web-fast", "paint", "serves"]),
        ("together", &["together", "lunches"]),
        ("sales", &["sales", "sell", "deals"]),
    ] {
        let part = lines(&machine.done(&["tree", about]));
        assert_eq!(part.len(), expected.len(), "{about}: {part:?}");
        for (line, word) in part.iter().zip(expected) {
            assert!(whole.contains(line), "{about}: {line} is not in {whole:?}");
            assert!(line.to_lowercase().contains(word), "{about}: {line}");
        }
    }
}

#[test]
fn who_made_a_check_in_is_in_what_machines_read_of_goals() {
    let machine = with_teams();
    for words in [
        &["tree", "paint"][..],
        &["list", "objectives"],
        &["list", "krs"],
        &["status"],
    ] {
        let said = json(&machine, words).to_string();
        assert!(said.contains("\"latest_check_in\":{"), "{words:?}: {said}");
        assert!(said.contains("\"source\":\"human\""), "{words:?}: {said}");
    }
}

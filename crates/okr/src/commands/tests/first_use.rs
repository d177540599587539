//! The slips of somebody's first minutes: each is refused with the next thing to type.

use super::*;

/// Asserts that commands are refused, each with words that lead on.
fn lead_on(machine: &Machine, slips: &[(&[&str], &str)]) {
    for (line, lead) in slips {
        let said = machine.run(line);
        assert_ne!(said.exit, Exit::Ok, "{line:?}");
        let hints: Vec<&str> = said.remarks.lines().collect();
        let is_led = hints
            .iter()
            .any(|hint| hint.starts_with("Hint: ") && hint.contains(lead));
        assert!(is_led, "{line:?} leads nowhere: {}", said.remarks);
    }
}

#[test]
fn what_comes_too_early_names_what_comes_before() {
    let machine = Machine::new();
    let kr: &[&str] = &["kr", "add", "p99", "-O", "fast", "--from", "4", "--to", "2"];
    lead_on(
        &machine,
        &[
            (&["tree"], "okr init NAME"),
            (&["init", "Acme Corp"], "acme-corp would do"),
        ],
    );
    machine.done(&["init", "acme", "--handle", "ana"]);
    lead_on(
        &machine,
        &[
            (&["objective", "add", "Fast"], "okr cycle add"),
            (kr, "okr cycle add 2026-Q4 --open, then okr objective add"),
            (&["sync"], "okr login URL --code CODE"),
        ],
    );
    machine.done(&["cycle", "add", "2026-Q4", "--open"]);
    lead_on(
        &machine,
        &[
            (kr, "okr objective add TITLE"),
            (&["checkin", "api-p99", "3"], "okr kr add TITLE -O"),
            (&["objective", "add", "Fast", "-t", "web"], "okr team add"),
        ],
    );
    machine.done(&["objective", "add", "Fast", "--slug", "fast"]);
    machine.done(&["team", "add", "Platform"]);
    lead_on(
        &machine,
        &[
            (&["objective", "add", "Far", "-t", "web"], "okr team list"),
            (
                &["checkin", "fast", "3"],
                "\"fast\" is an objective: okr show fast",
            ),
        ],
    );
}

#[test]
fn where_nothing_stands_yet_the_next_step_is_said() {
    let machine = Machine::new();
    machine.done(&["init", "acme", "--handle", "ana"]);
    for (line, next) in [
        (&[][..], "okr cycle add"),
        (&["cycle", "add", "2026-Q4", "--open"], "okr objective add"),
        (
            &["objective", "add", "Fast", "--slug", "fast"],
            "okr kr add TITLE -O fast",
        ),
    ] {
        if !line.is_empty() {
            machine.done(line);
        }
        let said = machine.run(&[]);
        assert_eq!(said.exit, Exit::Ok);
        assert!(said.remarks.contains(next), "{line:?}: {}", said.remarks);
    }
}

#[test]
fn values_that_are_none_say_what_would_be_one() {
    let machine = Machine::with_goals();
    lead_on(
        &machine,
        &[
            (&["checkin", "420"], "okr checkin KR 420"),
            (&["checkin", "api-p99"], "okr checkin api-p99 VALUE"),
            (&["checkin", "api-p99", "420kg"], "else convert it"),
            (&["checkin", "api-p99", "420", "-C", "60"], "--help"),
            (
                &["checkin", "api-p99", "420", "--on", "27.11.2026"],
                "write 2026-11-27",
            ),
            (&["checkin", "api_p99", "420"], "Did you mean api-p99?"),
            (&["check-in", "api-p99", "420"], "'checkin'"),
            (&["show", "nowhere"], "okr list shows what there is"),
        ],
    );
    let said = machine.run(&["show", "nowhere"]);
    assert!(
        said.remarks.contains("nothing is called \"nowhere\""),
        "{}",
        said.remarks
    );
}

#[test]
fn a_new_key_result_says_how_its_first_value_is_told() {
    let machine = Machine::with_goals();
    for (slug, measure, said) in [
        (
            "speed",
            &["--from", "1", "--to", "2"][..],
            "okr checkin speed VALUE -C",
        ),
        (
            "steps",
            &["--milestones", "a; b"],
            "okr checkin steps 1,2 -C 0-10 -m NOTE   (those that are done)",
        ),
        (
            "levels",
            &["--zones", "a; b; c"],
            "okr checkin levels commit|target|stretch|fail -C",
        ),
    ] {
        let line = ["kr", "add", "New", "-O", "fast", "--slug", slug];
        let added = machine.run(&[&line[..], measure].concat());
        assert!(added.remarks.contains(said), "{}", added.remarks);
    }
}

/// Not that a flag of that name is unknown.
#[test]
fn a_number_below_what_is_allowed_is_refused_with_what_is() {
    let machine = Machine::new();
    machine.done(&["init", "acme"]);
    for (words, said) in [
        (&["checkin", "p99", "200", "-C", "-1"][..], "from 0 to 10"),
        (&["kr", "set", "p99", "--weight", "-1"], "0 to 1000"),
        (
            &["objective", "set", "fast", "--weight", "-0.5"],
            "0 to 1000",
        ),
        (&["log", "--limit", "-1"], "from 1, or \"all\""),
        (&["log", "--limit", "0"], "from 1, or \"all\""),
        (&["op", "log", "--limit", "none"], "from 1, or \"all\""),
    ] {
        let refused = machine.refused(words, Exit::Usage);
        assert!(refused.contains(said), "{words:?}: {refused}");
    }
}

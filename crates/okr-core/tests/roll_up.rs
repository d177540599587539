//! Roll-ups: weighted means of clamped progress, and what counts in them.

use std::str::FromStr;

use jiff::civil::date;
use okr_core::entity::{CheckIn, KeyResult};
use okr_core::event::{KeyResultEvent, NewKeyResult};
use okr_core::measure::{Measure, Value};
use okr_core::progress::{
    Basis, Progress, Suggestion, contribution, objective_progress, roll_up, suggest_for_objective,
};
use okr_core::status::GREEN_SCORE;
use okr_core::value::{Number, Weight};
use okr_testkit::sample::{
    check_in_id, done, key_result_id, metric, milestones, new_key_result, objective_id, score,
    value, weight,
};
use rust_decimal::Decimal;

fn exact(text: &str) -> Progress {
    Progress::new(Decimal::from_str(text).expect("a decimal"))
}

fn thirds(count: i32) -> Progress {
    Progress::new(Decimal::from(count) / Decimal::from(3))
}

fn plain(goals: &[Option<Progress>]) -> Option<Progress> {
    roll_up(goals.iter().map(|progress| (Weight::ONE, *progress)))
}

#[test]
fn nothing_and_nothing_that_weighs_is_unknown() {
    assert_eq!(plain(&[]), None);
    let weightless = Weight::new(Number::ZERO).expect("a weight");
    assert_eq!(roll_up([(weightless, Some(Progress::ONE))]), None);
}

#[test]
fn silence_counts_as_nothing_reached() {
    assert_eq!(plain(&[Some(Progress::ONE), None]), Some(exact("0.5")));
    assert_eq!(plain(&[None]), Some(Progress::ZERO));
}

#[test]
fn each_goal_is_clamped_before_the_mean() {
    let goals = [Some(exact("-2.3")), Some(exact("1.5"))];
    assert_eq!(plain(&goals), Some(exact("0.5")));
}

#[test]
fn weights_count() {
    let goals = [
        (weight("3"), Some(exact("0.9"))),
        (weight("1"), Some(exact("0.1"))),
    ];
    assert_eq!(roll_up(goals), Some(exact("0.7")));
}

#[test]
fn the_published_means_come_out() {
    let mean = |scores: &[&str]| {
        let goals: Vec<Option<Progress>> = scores.iter().map(|text| Some(exact(text))).collect();
        plain(&goals)
    };
    // IPLD, first quarter of 2019.
    assert_eq!(mean(&["1.0", "1.0"]), Some(Progress::ONE));
    assert_eq!(mean(&[".9", ".5", "1.0", "1.0"]), Some(exact("0.85")));
}

#[test]
fn thirds_that_add_up_to_seven_tenths_are_seven_tenths() {
    // (3 * 1/3 + 6 * 1 + 1 * 0) / 10 and (2/3 + 2/3 + 2/3 + 0.8) / 4.
    let weighted = [
        (weight("3"), Some(thirds(1))),
        (weight("6"), Some(Progress::ONE)),
        (weight("1"), None),
    ];
    let plain_thirds = [thirds(2), thirds(2), thirds(2), exact("0.8")].map(Some);
    for mean in [roll_up(weighted), plain(&plain_thirds)] {
        assert_eq!(mean, Some(exact("0.7")));
        assert_eq!(mean.map(Progress::raw), Some(GREEN_SCORE));
    }
}

#[test]
fn thirds_that_add_up_to_three_tenths_are_three_tenths() {
    let goals = [
        (weight("0.9"), Some(thirds(1))),
        (weight("0.1"), Some(Progress::ZERO)),
    ];
    assert_eq!(roll_up(goals), Some(exact("0.3")));
}

#[test]
fn sevenths_add_up_too() {
    let sevenths = |count: i32| Some(Progress::new(Decimal::from(count) / Decimal::from(7)));
    let goals = [sevenths(1), sevenths(2), sevenths(4)];
    assert_eq!(plain(&goals), Some(thirds(1)));
}

fn key_result(number: u32, measure: Measure) -> KeyResult {
    let new = NewKeyResult {
        measure,
        ..new_key_result(objective_id(1), "measure")
    };
    let created = KeyResultEvent::Created(new);
    KeyResult::evolve(None, key_result_id(number), &created).expect("a creation creates")
}

fn after(key_result: KeyResult, event: &KeyResultEvent) -> KeyResult {
    let id = key_result.id;
    KeyResult::evolve(Some(key_result), id, event).expect("nothing disappears")
}

fn check_in(value: Value) -> CheckIn {
    CheckIn {
        id: check_in_id(1),
        key_result: key_result_id(1),
        effective: date(2026, 11, 2),
        value,
        confidence: None,
        note: None,
        blocker: None,
        retracted: false,
    }
}

#[test]
fn closed_key_results_count_and_abandoned_and_archived_ones_do_not() {
    let half = check_in(value("50"));
    let of = |event: &KeyResultEvent| {
        contribution(
            &after(key_result(1, metric("0", "100")), event),
            Some(&half),
        )
    };
    let counted = Some((Weight::ONE, Some(exact("0.5"))));
    assert_eq!(
        of(&KeyResultEvent::Closed {
            score: score("0.9")
        }),
        counted
    );
    assert_eq!(of(&KeyResultEvent::Abandoned), None);
    assert_eq!(of(&KeyResultEvent::Archived), None);
}

#[test]
fn an_undefined_metric_is_left_out_and_a_misfit_counts_as_silence() {
    let half = check_in(value("50"));
    assert_eq!(
        contribution(&key_result(1, metric("5", "5")), Some(&half)),
        None
    );
    assert_eq!(contribution(&key_result(1, metric("5", "5")), None), None);
    let silent = Some((Weight::ONE, None));
    assert_eq!(
        contribution(&key_result(1, milestones(&["1"])), Some(&half)),
        silent
    );
    assert_eq!(contribution(&key_result(1, metric("0", "1")), None), silent);
}

#[test]
fn an_objective_is_the_mean_of_its_key_results() {
    let metric_half = (
        key_result(1, metric("0", "100")),
        Some(check_in(value("50"))),
    );
    let list_done = (
        key_result(2, milestones(&["1"])),
        Some(check_in(done(&[1]))),
    );
    let silent = (key_result(3, metric("0", "1")), None);
    let undefined = (key_result(4, metric("1", "1")), Some(check_in(value("1"))));
    let given_up = (
        after(key_result(5, metric("0", "1")), &KeyResultEvent::Abandoned),
        None,
    );
    let all = [metric_half, list_done, silent, undefined, given_up];
    let of = |list: &[(KeyResult, Option<CheckIn>)]| {
        objective_progress(list.iter().map(|(goal, latest)| (goal, latest.as_ref())))
    };
    assert_eq!(of(&all), Some(exact("0.5")));
    assert_eq!(of(&all[3..]), None);
    assert_eq!(of(&[]), None);
}

/// A key result from 0 to 1 with a weight, its value, and the score that it was given.
type Share = (&'static str, Option<&'static str>, Option<&'static str>);

fn suggested(shares: &[Share]) -> Option<Suggestion> {
    let mut all = Vec::new();
    for ((own_weight, reading, given), id) in shares.iter().zip(1..) {
        let mut goal = key_result(id, metric("0", "1"));
        goal.weight = weight(own_weight);
        if let Some(given) = given {
            let score = score(given);
            goal = after(goal, &KeyResultEvent::Closed { score });
        }
        all.push((goal, reading.map(|reading| check_in(value(reading)))));
    }
    suggest_for_objective(all.iter().map(|(goal, latest)| (goal, latest.as_ref())))
}

#[test]
fn the_score_of_an_objective_is_suggested_by_the_scores_of_its_key_results() {
    let vectors: [(&[Share], &str, Basis); 9] = [
        // Without scores it is the progress.
        (
            &[("1", Some("0.6"), None), ("1", Some("0.5"), None)],
            "0.55",
            Basis::Progress,
        ),
        // A score counts in place of the progress.
        (
            &[("1", Some("0.6"), Some("0.9")), ("1", Some("0.5"), None)],
            "0.7",
            Basis::Scores,
        ),
        // By weight, as progress does.
        (
            &[("3", Some("0"), Some("1")), ("1", Some("1"), Some("0.2"))],
            "0.8",
            Basis::Scores,
        ),
        // What weighs nothing changes nothing.
        (
            &[("0", Some("1"), Some("0")), ("1", Some("0.4"), None)],
            "0.4",
            Basis::Scores,
        ),
        // Silence has reached nothing, unless somebody gave it a score.
        (
            &[("1", None, None), ("1", Some("1"), None)],
            "0.5",
            Basis::Progress,
        ),
        (
            &[("1", None, Some("0.4")), ("1", Some("1"), None)],
            "0.7",
            Basis::Scores,
        ),
        // Beyond the target and below the baseline it is 1 and 0.
        (
            &[("1", Some("1.8"), None), ("1", Some("-2"), Some("0.5"))],
            "0.75",
            Basis::Scores,
        ),
        // 0.705 and 0.695 are 0.7 together: graded as suggested, they count unrounded.
        (
            &[("1", Some("0.705"), None), ("1", Some("0.695"), None)],
            "0.7",
            Basis::Progress,
        ),
        (
            &[
                ("1", Some("0.705"), Some("0.7")),
                ("1", Some("0.695"), Some("0.69")),
            ],
            "0.7",
            Basis::Progress,
        ),
    ];
    for (shares, expected, basis) in vectors {
        let score = score(expected);
        let expected = Some(Suggestion { score, basis });
        assert_eq!(suggested(shares), expected, "{shares:?}");
    }
}

#[test]
fn nothing_suggests_a_score_where_nothing_counts() {
    assert_eq!(suggested(&[]), None);
    assert_eq!(suggested(&[("0", Some("1"), Some("1"))]), None);
    let closed = KeyResultEvent::Closed {
        score: score("0.9"),
    };
    let archived = after(key_result(1, metric("0", "1")), &closed);
    let archived = after(archived, &KeyResultEvent::Archived);
    let undefined = after(key_result(2, metric("5", "5")), &closed);
    let none = suggest_for_objective([(&archived, None), (&undefined, None)]);
    assert_eq!(none, None);
}

//! Each form of a value against each way of measuring.

use std::collections::BTreeSet;

use okr_core::id::{KeyResultId, ObjectiveId, PersonId};
use okr_core::measure::{Hold, Metric, Milestone, MilestoneKey, Milestones, Zones};
use okr_core::text::{LongText, Slug, Title};
use okr_core::value::{GoalState, Weight, Zone};

use super::*;

fn key_result(measure: Measure) -> KeyResult {
    KeyResult {
        id: KeyResultId::from_bytes([1; 16]),
        objective: ObjectiveId::from_bytes([2; 16]),
        title: Title::new("p99 latency").unwrap(),
        description: None,
        slug: Slug::new("api-p99").unwrap(),
        owner: PersonId::from_bytes([3; 16]),
        measure,
        weight: Weight::ONE,
        order: 0,
        start: None,
        due: None,
        tags: BTreeSet::new(),
        fed_by: None,
        stage: GoalState::Active,
        archived: false,
        score: None,
    }
}

fn metric(unit: Option<&str>) -> KeyResult {
    key_result(Measure::Metric(Metric {
        unit: unit.map(|unit| Unit::new(unit).unwrap()),
        baseline: Number::from(480),
        target: Number::from(200),
        commit: None,
        stretch: None,
    }))
}

fn milestones() -> KeyResult {
    let list = ["Draft", "Review", "Launch"].into_iter().zip(1..);
    let list = list.map(|(title, key)| Milestone {
        key: MilestoneKey(key),
        title: Title::new(title).unwrap(),
        weight: Weight::ONE,
    });
    key_result(Measure::Milestones(
        Milestones::new(list.collect()).unwrap(),
    ))
}

fn keys<const N: usize>(keys: [u32; N]) -> Value {
    Value::Milestones(keys.into_iter().map(MilestoneKey).collect())
}

#[test]
fn numbers_are_absolute_or_steps_from_the_last_value() {
    let metric = metric(Some("ms"));
    let before = Value::Number(Number::from(312));
    let read = |before, text| read(&metric, before, text);
    assert_eq!(
        read(Some(&before), "300"),
        Ok(Value::Number(Number::from(300)))
    );
    assert_eq!(
        read(Some(&before), "-12"),
        Ok(Value::Number(Number::from(300)))
    );
    assert_eq!(read(None, "+5"), Ok(Value::Number(Number::from(485))));
    assert_eq!(read(None, "=-3"), Ok(Value::Number(Number::from(-3))));
}

#[test]
fn percent_fits_percent_only() {
    let forty_five = Value::Number(Number::from(45));
    assert_eq!(read(&metric(Some("%")), None, "45%"), Ok(forty_five));
    let error = read(&metric(Some("ms")), None, "45%").unwrap_err();
    assert_eq!(error.code(), "wrong-value");
    assert!(error.message().contains("a number in ms"), "{error}");
    assert!(read(&metric(None), None, "45%").is_err());
}

#[test]
fn milestones_are_listed_added_and_taken_out() {
    let list = milestones();
    let before = keys([1]);
    let read = |text| read(&list, Some(&before), text);
    assert_eq!(read("1,3"), Ok(keys([1, 3])));
    assert_eq!(read("2"), Ok(keys([2])));
    assert_eq!(read("+2"), Ok(keys([1, 2])));
    assert_eq!(read("-1"), Ok(keys([])));
    assert_eq!(read("done"), Ok(keys([1, 2, 3])));
    assert_eq!(read("none"), Ok(keys([])));
    assert!(read("4").unwrap_err().message().contains("no milestone 4"));
    assert!(read("1.5").is_err());
    assert!(read("1%").unwrap_err().message().contains("does not fit"));
}

#[test]
fn a_time_is_converted_exactly_into_the_unit_or_refused() {
    let read = |unit, text| read(&metric(Some(unit)), None, text);
    let number = |text: &str| Ok(Value::Number(text.parse().unwrap()));
    assert_eq!(read("ms", "1.5s"), number("1500"));
    assert_eq!(read("ms", "300ms"), number("300"));
    assert_eq!(read("h", "30min"), number("0.5"));
    assert_eq!(read("Days", "36h"), number("1.5"));
    assert_eq!(read("s", "+1min"), number("540"));
    for (unit, text, says) in [
        ("h", "20min", "cannot be said exactly in h"),
        ("%", "30min", "is a time"),
        (
            "users",
            "-2h",
            "-2 h is a time, and api-p99 is not measured in one",
        ),
    ] {
        let error = read(unit, text).unwrap_err();
        assert_eq!(error.code(), "wrong-value");
        assert!(error.message().contains(says), "{error}");
    }
}

#[test]
fn a_count_is_a_value_only_where_it_is_clear_what_it_says() {
    let of_five = {
        let mut five = metric(None);
        if let Measure::Metric(metric) = &mut five.measure {
            metric.target = Number::from(5);
        }
        five
    };
    assert_eq!(
        read(&of_five, None, "3/5"),
        Ok(Value::Number(Number::from(3)))
    );
    let error = read(&of_five, None, "3/6").unwrap_err();
    assert!(
        error.message().contains("the target of api-p99 is 5"),
        "{error}"
    );
    let list = milestones();
    let before = keys([1, 3]);
    let read = |text| read(&list, Some(&before), text);
    assert_eq!(read("0/3"), Ok(keys([])));
    assert_eq!(read("3/3"), Ok(keys([1, 2, 3])));
    // As many as before are the same as before.
    assert_eq!(read("2/3"), Ok(before.clone()));
    for (text, says) in [
        ("1/3", "does not say which"),
        ("2/5", "has 3 milestones"),
        ("4/3", "has 3 milestones"),
        ("1.5/3", "has 3 milestones"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.message().contains(says), "{text}: {error}");
        let text = error.to_text(&crate::render::Screen::piped(), false);
        assert!(text.contains("2  Review"), "{text}");
    }
}

#[test]
fn a_value_of_the_wrong_kind_says_what_is_taken() {
    let zones = key_result(Measure::Zones(Zones {
        commit: LongText::new("a").unwrap(),
        target: LongText::new("b").unwrap(),
        stretch: LongText::new("c").unwrap(),
    }));
    assert_eq!(read(&zones, None, "target"), Ok(Value::Zone(Zone::Target)));
    for (key_result, text, takes) in [
        (&zones, "42", "a level"),
        (&metric(Some("ms")), "done", "a number in ms"),
        (&zones, "3/5", "a level"),
        (&zones, "30min", "a level"),
        (&milestones(), "30min", "the numbers of milestones"),
        (&milestones(), "target", "the numbers of milestones"),
    ] {
        let error = read(key_result, None, text).unwrap_err();
        let text = error.to_text(&crate::render::Screen::piped(), false);
        assert!(text.contains(takes), "{text}");
    }
}

#[test]
fn a_step_needs_a_value_to_step_from() {
    let hold = Hold::new(None, None, Some(Number::ONE)).unwrap();
    let hold = key_result(Measure::Hold(hold));
    assert!(read(&hold, None, "+1").is_err());
    let before = Value::Number(Number::ONE);
    assert_eq!(
        read(&hold, Some(&before), "+1"),
        Ok(Value::Number(Number::from(2)))
    );
}

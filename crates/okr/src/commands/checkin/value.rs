//! From the words for a value to a value that fits the measure.

use std::collections::BTreeSet;

use okr_core::Date;
use okr_core::entity::KeyResult;
use okr_core::measure::{Measure, MilestoneKey, Milestones, Value};
use okr_core::text::Unit;
use okr_core::value::Number;

use crate::context::bad_when;
use crate::error::CliError;
use crate::value_text::{Amount, ValueText, parse_value};
use crate::when::{Clock, parse_when};

/// Reads a value for a key result; `before` is what a step begins from.
///
/// # Errors
/// A usage error that says what the key result takes.
pub(in crate::commands) fn read(
    key_result: &KeyResult,
    before: Option<&Value>,
    text: &str,
) -> Result<Value, CliError> {
    let parsed = parse_value(text)?;
    let wrong = || wrong_kind(key_result, text);
    match (&key_result.measure, parsed) {
        (Measure::Metric(metric), ValueText::Absolute(amount)) => {
            number(key_result, metric.unit.as_ref(), (amount, text)).map(Value::Number)
        }
        (Measure::Hold(hold), ValueText::Absolute(amount)) => {
            number(key_result, hold.unit(), (amount, text)).map(Value::Number)
        }
        (Measure::Metric(metric), ValueText::Relative(amount)) => {
            let step = number(key_result, metric.unit.as_ref(), (amount, text))?;
            let from = number_of(before).unwrap_or(metric.baseline);
            added(from, step, text)
        }
        (Measure::Hold(hold), ValueText::Relative(amount)) => {
            let step = number(key_result, hold.unit(), (amount, text))?;
            let from = number_of(before).ok_or_else(|| {
                let message = format!("there is no value yet that {text} could step from");
                CliError::usage("wrong-value", message)
                    .with_hint(format!("={text} means exactly {text}"))
            })?;
            added(from, step, text)
        }
        (Measure::Milestones(list), ValueText::Done) => Ok(Value::Milestones(
            list.list().iter().map(|one| one.key).collect(),
        )),
        (Measure::Milestones(list), ValueText::Keys(keys)) => {
            let keys = keys.into_iter().map(|key| known_key(list, key));
            keys.collect::<Result<_, _>>().map(Value::Milestones)
        }
        (Measure::Milestones(list), ValueText::Absolute(amount)) if !amount.percent => {
            let key = known_key(list, key_of(amount.number).ok_or_else(wrong)?)?;
            Ok(Value::Milestones(BTreeSet::from([key])))
        }
        (Measure::Milestones(list), ValueText::Relative(amount)) if !amount.percent => {
            step(list, before, amount.number, &wrong)
        }
        (Measure::Zones(_), ValueText::Zone(zone)) => Ok(Value::Zone(zone)),
        (
            Measure::Metric(_) | Measure::Hold(_),
            ValueText::Done | ValueText::Zone(_) | ValueText::Keys(_),
        )
        | (
            Measure::Milestones(_),
            ValueText::Zone(_) | ValueText::Absolute(_) | ValueText::Relative(_),
        )
        | (
            Measure::Zones(_),
            ValueText::Absolute(_) | ValueText::Relative(_) | ValueText::Done | ValueText::Keys(_),
        ) => Err(wrong()),
    }
}

fn number_of(value: Option<&Value>) -> Option<Number> {
    match value {
        Some(Value::Number(number)) => Some(*number),
        Some(Value::Milestones(_) | Value::Zone(_)) | None => None,
    }
}

fn number(
    key_result: &KeyResult,
    unit: Option<&Unit>,
    (amount, text): (Amount, &str),
) -> Result<Number, CliError> {
    if amount.percent && unit.is_none_or(|unit| unit.as_str() != "%") {
        let unit = unit.map_or_else(
            || "a bare number".to_owned(),
            |unit| format!("a number in {unit}"),
        );
        let message = format!("\"{text}\" is in %, and {} takes {unit}", key_result.slug);
        return Err(CliError::usage("wrong-value", message));
    }
    Ok(amount.number)
}

fn added(from: Number, step: Number, text: &str) -> Result<Value, CliError> {
    let sum = from.decimal().checked_add(step.decimal());
    let sum = sum.and_then(|sum| Number::from_decimal(sum).ok());
    sum.map(Value::Number).ok_or_else(|| {
        CliError::usage(
            "wrong-value",
            format!("{from} {text} is too large a number"),
        )
    })
}

/// Reads a whole number from 1 as the number of a milestone.
fn key_of(number: Number) -> Option<u32> {
    if number.scale() != 0 {
        return None;
    }
    u32::try_from(number.units()).ok().filter(|key| *key > 0)
}

fn known_key(list: &Milestones, key: u32) -> Result<MilestoneKey, CliError> {
    let key = MilestoneKey(key);
    if list.get(key).is_some() {
        return Ok(key);
    }
    let mut error = CliError::usage("wrong-value", format!("there is no milestone {}", key.0));
    for one in list.list() {
        error = error.with_detail(format!("{}  {}", one.key.0, one.title));
    }
    Err(error.with_hint("name what is done by its numbers, such as 1,3; +2 adds one, done is all"))
}

/// Adds a milestone to those that are done, or takes one out.
fn step(
    list: &Milestones,
    before: Option<&Value>,
    number: Number,
    wrong: &impl Fn() -> CliError,
) -> Result<Value, CliError> {
    let mut done = match before {
        Some(Value::Milestones(done)) => done.clone(),
        Some(Value::Number(_) | Value::Zone(_)) | None => BTreeSet::new(),
    };
    if number < Number::ZERO {
        let opposite = Number::from_decimal(-number.decimal()).ok();
        let key = opposite.and_then(key_of).ok_or_else(wrong)?;
        done.remove(&known_key(list, key)?);
    } else {
        done.insert(known_key(list, key_of(number).ok_or_else(wrong)?)?);
    }
    Ok(Value::Milestones(done))
}

/// Names the forms of a value that a measure takes.
pub(super) fn takes(measure: &Measure) -> String {
    match measure {
        Measure::Metric(_) | Measure::Hold(_) => match measure.unit() {
            Some(unit) => format!("a number in {unit}, such as 42, +5 or -3"),
            None => "a number, such as 42, +5 or -3".to_owned(),
        },
        Measure::Milestones(_) => {
            "the numbers of milestones that are done, such as 1,3 or +2, or done, or none"
                .to_owned()
        }
        Measure::Zones(_) => "a level: fail, commit, target or stretch".to_owned(),
    }
}

fn wrong_kind(key_result: &KeyResult, text: &str) -> CliError {
    let takes = takes(&key_result.measure);
    let message = format!("\"{text}\" does not fit {}", key_result.slug);
    let mut error = CliError::usage("wrong-value", message);
    if let Measure::Milestones(list) = &key_result.measure {
        for one in list.list() {
            error = error.with_detail(format!("{}  {}", one.key.0, one.title));
        }
    }
    error.with_hint(format!("it takes {takes}"))
}

/// Reads the day on which a value was true: a single day, not to come.
///
/// # Errors
/// A usage error for anything else.
pub(in crate::commands) fn day(
    text: Option<&str>,
    clock: &Clock,
) -> Result<Option<Date>, CliError> {
    let Some(text) = text else {
        return Ok(None);
    };
    let when = parse_when(text, clock).map_err(|error| bad_when("--on", &error))?;
    match when.days(clock) {
        Some((first, last)) if first == last => Ok(Some(first)),
        Some(_) | None => {
            let message = format!("--on: \"{text}\" is not a single day");
            Err(CliError::usage("bad-date", message)
                .with_hint("such as 2026-11-20, yesterday or friday"))
        }
    }
}

#[cfg(test)]
mod tests {
    use okr_core::id::{KeyResultId, ObjectiveId, PersonId};
    use okr_core::measure::{Hold, Metric, Milestone, Zones};
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
}

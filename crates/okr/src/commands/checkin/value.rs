//! From the words for a value to a value that fits the measure.

mod milestones;

use okr_core::Date;
use okr_core::entity::KeyResult;
use okr_core::measure::{Hold, Measure, Metric, Value};
use okr_core::text::{Slug, Unit};
use okr_core::value::Number;

use crate::context::bad_when;
use crate::error::CliError;
use crate::value_text::{Amount, TimeUnit, ValueText, parse_value};
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
    let asked = Asked {
        key_result,
        before,
        text,
    };
    let parsed = parse_value(text)?;
    match &key_result.measure {
        Measure::Metric(metric) => asked.metric(metric, &parsed),
        Measure::Hold(hold) => asked.hold(hold, &parsed),
        Measure::Milestones(list) => asked.milestones(list, parsed),
        Measure::Zones(_) => match parsed {
            ValueText::Zone(zone) => Ok(Value::Zone(zone)),
            ValueText::Absolute(_)
            | ValueText::Relative(_)
            | ValueText::Of { .. }
            | ValueText::Done
            | ValueText::Keys(_) => Err(asked.wrong_kind()),
        },
    }
}

/// A value that is to be read.
#[derive(Clone, Copy)]
struct Asked<'a> {
    key_result: &'a KeyResult,
    before: Option<&'a Value>,
    text: &'a str,
}

impl Asked<'_> {
    fn metric(self, metric: &Metric, parsed: &ValueText) -> Result<Value, CliError> {
        let unit = metric.unit.as_ref();
        match *parsed {
            ValueText::Absolute(amount) => self.number(unit, amount).map(Value::Number),
            ValueText::Relative(amount) => {
                let step = self.number(unit, amount)?;
                let from = number_of(self.before).unwrap_or(metric.baseline);
                stepped(Some(from), step, self.text).map(Value::Number)
            }
            ValueText::Of { done, all } if all == metric.target => Ok(Value::Number(done)),
            ValueText::Of { done, all } => {
                let (text, slug) = (self.text, &self.key_result.slug);
                let target = metric.target;
                let message =
                    format!("\"{text}\" counts to {all}, and the target of {slug} is {target}");
                Err(wrong_value(message).with_hint(format!("write {done}")))
            }
            ValueText::Done | ValueText::Zone(_) | ValueText::Keys(_) => Err(self.wrong_kind()),
        }
    }

    fn hold(self, hold: &Hold, parsed: &ValueText) -> Result<Value, CliError> {
        match *parsed {
            ValueText::Absolute(amount) => self.number(hold.unit(), amount).map(Value::Number),
            ValueText::Relative(amount) => {
                let step = self.number(hold.unit(), amount)?;
                stepped(number_of(self.before), step, self.text).map(Value::Number)
            }
            ValueText::Of { .. } | ValueText::Done | ValueText::Zone(_) | ValueText::Keys(_) => {
                Err(self.wrong_kind())
            }
        }
    }

    fn number(self, unit: Option<&Unit>, amount: Amount) -> Result<Number, CliError> {
        number(&self.key_result.slug, unit, (amount, self.text))
    }

    fn wrong_kind(self) -> CliError {
        let takes = takes(&self.key_result.measure);
        let (text, slug) = (self.text, &self.key_result.slug);
        let mut error = wrong_value(format!("\"{text}\" does not fit {slug}"));
        if let Measure::Milestones(list) = &self.key_result.measure {
            error = milestones::listed(list, error);
        }
        error.with_hint(format!("it takes {takes}"))
    }
}

/// Returns a number in the unit of what is measured, as it was typed with a unit or without.
///
/// # Errors
/// A usage error where it was typed in a unit that does not fit.
pub(in crate::commands) fn number(
    slug: &Slug,
    unit: Option<&Unit>,
    (amount, text): (Amount, &str),
) -> Result<Number, CliError> {
    if amount.percent && unit.is_none_or(|unit| unit.as_str() != "%") {
        let unit = unit.map_or_else(
            || "a bare number".to_owned(),
            |unit| format!("a number in {unit}"),
        );
        let message = format!("\"{text}\" is in %, and {slug} takes {unit}");
        return Err(wrong_value(message));
    }
    match amount.time {
        Some(time) => converted(slug, unit, (amount.number, time)),
        None => Ok(amount.number),
    }
}

/// Returns what a step leads to.
///
/// # Errors
/// A usage error where there is nothing that it could begin from, or the sum is too large.
pub(in crate::commands) fn stepped(
    from: Option<Number>,
    step: Number,
    text: &str,
) -> Result<Number, CliError> {
    let from = from.ok_or_else(|| {
        wrong_value(format!("there is no value yet that {text} could step from"))
            .with_hint(format!("={text} means exactly {text}"))
    })?;
    let sum = from.decimal().checked_add(step.decimal());
    let sum = sum.and_then(|sum| Number::from_decimal(sum).ok());
    sum.ok_or_else(|| wrong_value(format!("{from} {text} is too large a number")))
}

/// Returns a time in the unit of what is measured.
///
/// # Errors
/// A usage error where the unit is none of time, or no number says it exactly.
fn converted(
    slug: &Slug,
    unit: Option<&Unit>,
    (number, time): (Number, TimeUnit),
) -> Result<Number, CliError> {
    let given = format!("{number} {}", time.word());
    let own = unit.and_then(|unit| TimeUnit::named(unit.as_str()));
    let (Some(own), Some(unit)) = (own, unit) else {
        let takes = match unit {
            Some(unit) => format!("it takes a number in {unit}"),
            None => "it takes a number without a unit".to_owned(),
        };
        let message = format!("{given} is a time, and {slug} is not measured in one");
        return Err(wrong_value(message).with_hint(takes));
    };
    time.convert(number, own).ok_or_else(|| {
        let message = format!("{given} cannot be said exactly in {unit}, the unit of {slug}");
        wrong_value(message).with_hint(format!("write the number of {unit} that comes near enough"))
    })
}

fn wrong_value(message: String) -> CliError {
    CliError::usage("wrong-value", message)
}

fn number_of(value: Option<&Value>) -> Option<Number> {
    match value {
        Some(Value::Number(number)) => Some(*number),
        Some(Value::Milestones(_) | Value::Zone(_)) | None => None,
    }
}

/// Names the forms of a value that a measure takes.
pub(super) fn takes(measure: &Measure) -> String {
    match measure {
        Measure::Metric(_) | Measure::Hold(_) => match measure.unit() {
            Some(unit) if TimeUnit::named(unit.as_str()).is_some() => {
                format!("a number in {unit}, such as 42, +5 or -3, or a time such as 1.5h")
            }
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
mod tests;

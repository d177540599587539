//! A measure on one line: `480 -> 200 ms, commit 300`, `at most 1 %`, `10 to 20 C`.

use okr_core::measure::{Hold, Metric};
use okr_core::text::Unit;
use okr_core::value::Number;

use super::line::{Line, plain_or_quoted};
use crate::plan::read::number;
use crate::plan::{Fault, MeasureEntry};

/// What the line of a key result says about its measure.
pub(super) enum Measured {
    Numbers(MeasureEntry),
    /// The list stands below.
    Milestones,
    /// The levels stand below.
    Zones,
}

/// A number with what is counted.
type Quantity<'t> = (Number, &'t str);

/// Reads a measure.
pub(super) fn read(line: &Line<'_>, text: &str) -> Result<Measured, Fault> {
    match text {
        "milestones" => return Ok(Measured::Milestones),
        "zones" => return Ok(Measured::Zones),
        _ => {}
    }
    let entry = if let Some(bound) = text.strip_prefix("at most ") {
        let (high, counted) = quantity(line, bound)?;
        hold(line, text, (None, Some(high), counted))?
    } else if let Some(bound) = text.strip_prefix("at least ") {
        let (low, counted) = quantity(line, bound)?;
        hold(line, text, (Some(low), None, counted))?
    } else if let Some((from, to)) = text.split_once("->").or_else(|| text.split_once('→')) {
        MeasureEntry::Metric(metric(line, from, to)?)
    } else if let Some((low, high)) = text.split_once(" to ") {
        let (low, first) = quantity(line, low)?;
        let (high, counted) = quantity(line, high)?;
        let counted = one_unit(line, (first, counted))?;
        hold(line, text, (Some(low), Some(high), counted))?
    } else {
        return Err(
            Fault::new(line.spot(text), format!("\"{text}\" is no measure")).with_help(
                "480 -> 200 ms, at most 1 %, at least 10, 10 to 20 C, milestones, zones",
            ),
        );
    };
    Ok(Measured::Numbers(entry))
}

fn metric(line: &Line<'_>, from: &str, to: &str) -> Result<Metric, Fault> {
    let mut parts = to.split(',');
    let (baseline, first) = quantity(line, from)?;
    let (target, second) = quantity(line, parts.next().unwrap_or_default())?;
    let counted = one_unit(line, (first, second))?;
    let (mut commit, mut stretch) = (None, None);
    for part in parts.map(str::trim) {
        let (word, value) = part.split_once(' ').unwrap_or((part, ""));
        let field = match word {
            "commit" => &mut commit,
            "stretch" => &mut stretch,
            _ => {
                return Err(Fault::new(
                    line.spot(part),
                    format!("\"{part}\" is no part of a measure"),
                )
                .with_help("after the target there can be: commit N, stretch N"));
            }
        };
        let (value, own) = quantity(line, value)?;
        one_unit(line, (own, counted))?;
        if field.replace(value).is_some() {
            return Err(Fault::new(line.spot(part), format!("{word} is said twice")));
        }
    }
    Ok(Metric {
        unit: unit(line, counted)?,
        baseline,
        target,
        commit,
        stretch,
    })
}

fn hold(
    line: &Line<'_>,
    text: &str,
    (low, high, counted): (Option<Number>, Option<Number>, &str),
) -> Result<MeasureEntry, Fault> {
    let hold = Hold::new(unit(line, counted)?, low, high);
    let hold = hold.map_err(|error| Fault::new(line.spot(text), error.to_string()))?;
    Ok(MeasureEntry::Hold(hold))
}

/// Reads a number and what is counted: `200 ms`, `45%`.
fn quantity<'t>(line: &Line<'_>, text: &'t str) -> Result<Quantity<'t>, Fault> {
    let text = text.trim();
    let is_digit = |(index, character): (usize, char)| {
        character.is_ascii_digit()
            || character == '.'
            || (index == 0 && matches!(character, '-' | '+'))
    };
    let end = text
        .char_indices()
        .find(|part| !is_digit(*part))
        .map_or(text.len(), |(index, _)| index);
    let (digits, counted) = text.split_at(end);
    match number(digits) {
        Ok(number) => Ok((number, counted.trim())),
        Err(_) => Err(Fault::new(
            line.spot(text),
            format!("\"{text}\" is no number with a unit"),
        )
        .with_help("such as 200 ms, 45 % or 12")),
    }
}

/// Returns the unit of two quantities, of which one may be without.
fn one_unit<'t>(line: &Line<'_>, (first, second): (&'t str, &'t str)) -> Result<&'t str, Fault> {
    match (first, second) {
        ("", second) => Ok(second),
        (first, second) if second.is_empty() || first == second => Ok(first),
        (first, second) => {
            let message = format!("{first} and {second} are two units");
            Err(Fault::new(line.spot(second), message))
        }
    }
}

fn unit(line: &Line<'_>, text: &str) -> Result<Option<Unit>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let unit = Unit::new(plain_or_quoted(line, text)?);
    Ok(Some(unit.map_err(|error| {
        Fault::new(line.spot(text), error.to_string())
    })?))
}

//! Measures and values of a file.

use okr_core::measure::{Hold, Measure, Metric, Milestone, MilestoneKey, Milestones, Value, Zones};
use okr_core::text::{LongText, Title, Unit};
use okr_core::value::Zone;

use super::goals::weight;
use super::{at, wrong};
use crate::error::CliError;
use crate::history_file::{Amount, MeasureEntry, MilestoneEntry, Word, ZonesEntry};

/// Reads a measure: exactly one of the four kinds.
pub(super) fn read(place: &str, entry: &MeasureEntry) -> Result<Measure, CliError> {
    let MeasureEntry {
        unit,
        from,
        to,
        commit,
        stretch,
        at_most,
        at_least,
        milestones,
        zones,
    } = entry;
    let is_metric = from.is_some() || to.is_some() || commit.is_some() || stretch.is_some();
    let is_hold = at_most.is_some() || at_least.is_some();
    let unit = unit
        .as_ref()
        .map(|unit| at(place, Unit::new(&unit.0)))
        .transpose()?;
    let number = |amount: &Option<Amount>| amount.map(|amount| amount.0);
    match (is_metric, is_hold, milestones, zones) {
        (true, false, None, None) => {
            let (Some(baseline), Some(target)) = (number(from), number(to)) else {
                return Err(wrong(place, "a measure with a way has both from and to"));
            };
            Ok(Measure::Metric(Metric {
                unit,
                baseline,
                target,
                commit: number(commit),
                stretch: number(stretch),
            }))
        }
        (false, true, None, None) => {
            let hold = Hold::new(unit, number(at_least), number(at_most));
            Ok(Measure::Hold(at(place, hold)?))
        }
        (false, false, Some(list), None) if unit.is_none() => checklist(place, list),
        (false, false, None, Some(zones)) if unit.is_none() => levels(place, zones),
        _ => Err(wrong(
            place,
            "a measure has from and to, or at_most and at_least, or milestones, or zones; \
             the last two have no unit",
        )),
    }
}

fn levels(place: &str, zones: &ZonesEntry) -> Result<Measure, CliError> {
    let level = |text: &Word| at(place, LongText::new(&text.0));
    Ok(Measure::Zones(Zones {
        commit: level(&zones.commit)?,
        target: level(&zones.target)?,
        stretch: level(&zones.stretch)?,
    }))
}

fn checklist(place: &str, list: &[MilestoneEntry]) -> Result<Measure, CliError> {
    let list = (1..).zip(list).map(|(key, entry)| {
        Ok(Milestone {
            key: MilestoneKey(key),
            title: at(place, Title::new(&entry.title.0))?,
            weight: weight(place, entry.weight)?,
        })
    });
    let list = list.collect::<Result<Vec<_>, CliError>>()?;
    Ok(Measure::Milestones(at(place, Milestones::new(list))?))
}

/// Reads a value that fits a measure.
pub(super) fn value(place: &str, measure: &Measure, Word(word): &Word) -> Result<Value, CliError> {
    match measure {
        Measure::Metric(_) | Measure::Hold(_) => Ok(Value::Number(at(place, word.parse())?)),
        Measure::Milestones(milestones) if word == "done" => Ok(Value::Milestones(
            milestones.list().iter().map(|one| one.key).collect(),
        )),
        Measure::Milestones(_) => Err(wrong(
            place,
            format!("\"{word}\" is not done; list what is: done: [1, 3]"),
        )),
        Measure::Zones(_) => Zone::from_word(word)
            .map(Value::Zone)
            .ok_or_else(|| wrong(place, format!("\"{word}\" is no level"))),
    }
}

/// Moves baseline or target of a measure.
pub(super) fn moved(
    place: &str,
    measure: &Measure,
    (baseline, target): (Option<Amount>, Option<Amount>),
) -> Result<Measure, CliError> {
    match measure {
        Measure::Metric(metric) => Ok(Measure::Metric(Metric {
            baseline: baseline.map_or(metric.baseline, |amount| amount.0),
            target: target.map_or(metric.target, |amount| amount.0),
            ..metric.clone()
        })),
        Measure::Hold(_) | Measure::Milestones(_) | Measure::Zones(_) => Err(wrong(
            place,
            "only a measure with from and to has a baseline and a target",
        )),
    }
}

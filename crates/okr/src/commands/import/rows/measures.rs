//! Measures and values in the cells of a table.

use okr_core::measure::{Hold, Measure, Metric, Milestone, MilestoneKey, Milestones, Value, Zones};
use okr_core::text::{LongText, Title, Unit};
use okr_core::value::{Number, Weight, Zone};

use super::Table;
use crate::table::{Cell, Commas, Field, Row, Wrong, number, without_guard};

/// Reads a value that fits a measure.
pub(super) fn value(cell: &Cell, measure: &Measure, commas: Commas) -> Result<Value, Wrong> {
    let text = cell.text.trim();
    match measure {
        Measure::Metric(_) | Measure::Hold(_) => {
            amount(cell, measure.unit(), commas).map(Value::Number)
        }
        Measure::Milestones(milestones) => {
            let all = milestones.list();
            done(text, all).map(Value::Milestones).ok_or_else(|| {
                Wrong::at(
                    cell,
                    format!("\"{text}\" does not say which milestones are done"),
                )
                .with_help(format!(
                    "done, none, or done and numbers from 1 to {}",
                    all.len()
                ))
            })
        }
        Measure::Zones(_) => Zone::from_word(text).map(Value::Zone).ok_or_else(|| {
            Wrong::at(cell, format!("\"{text}\" is no level"))
                .with_help("fail, commit, target or stretch")
        }),
    }
}

/// Reads a number in a unit.
fn amount(cell: &Cell, unit: Option<&Unit>, commas: Commas) -> Result<Number, Wrong> {
    let read = number(&cell.text, commas);
    let (number, percent) =
        read.map_err(|error| Wrong::at(cell, error.message).with_help(error.help))?;
    if percent && unit.map(Unit::as_str) != Some("%") {
        let text = cell.text.trim();
        return Err(Wrong::at(
            cell,
            format!("\"{text}\" is in percent, and the measure is not"),
        ));
    }
    Ok(number)
}

/// Reads which milestones are done: `done`, `none`, or numbers.
fn done(text: &str, all: &[Milestone]) -> Option<std::collections::BTreeSet<MilestoneKey>> {
    let numbers = match text {
        "done" => return Some(all.iter().map(|one| one.key).collect()),
        "none" => return Some(std::collections::BTreeSet::new()),
        text => text.strip_prefix("done ").unwrap_or(text),
    };
    let numbers = numbers.split([' ', ',']).filter(|part| !part.is_empty());
    let keys = numbers.map(|part| {
        let key = MilestoneKey(part.parse().ok()?);
        all.iter().any(|one| one.key == key).then_some(key)
    });
    let keys: std::collections::BTreeSet<MilestoneKey> = keys.collect::<Option<_>>()?;
    (!keys.is_empty()).then_some(keys)
}

/// Which way of measuring a row has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Metric,
    Hold,
    Milestones,
    Zones,
}

/// Reads the measure of a row.
///
/// # Errors
/// What is missing, of two kinds, or no number.
pub(super) fn measure(table: &Table<'_>, row: &Row) -> Result<Measure, Wrong> {
    let cell = |field| table.columns.cell(row, field);
    let unit = cell(Field::Unit).map(|cell| {
        Unit::new(without_guard(&cell.text).trim())
            .map_err(|error| Wrong::at(cell, error.to_string()))
    });
    let unit = unit.transpose()?;
    let given = |field: Field| {
        let cell = cell(field).map(|cell| amount(cell, unit.as_ref(), table.commas));
        cell.transpose()
    };
    match way(table, row)? {
        Way::Metric => {
            let needed = |field: Field| {
                given(field)?.ok_or_else(|| {
                    Wrong::new((row.line, 1), format!("\"{}\" is missing", field.word()))
                        .with_help("a measure has a baseline and a target")
                })
            };
            Ok(Measure::Metric(Metric {
                baseline: needed(Field::Baseline)?,
                target: needed(Field::Target)?,
                commit: given(Field::Commit)?,
                stretch: given(Field::Stretch)?,
                unit,
            }))
        }
        Way::Hold => {
            let (low, high) = (given(Field::Low)?, given(Field::High)?);
            let hold = Hold::new(unit.clone(), low, high);
            hold.map(Measure::Hold)
                .map_err(|error| Wrong::new((row.line, 1), error.to_string()))
        }
        Way::Milestones => milestones(needed(table, row, Field::Milestones)?),
        Way::Zones => {
            let level = |field: Field| {
                let cell = needed(table, row, field)?;
                LongText::new(without_guard(&cell.text).trim())
                    .map_err(|error| Wrong::at(cell, error.to_string()))
            };
            Ok(Measure::Zones(Zones {
                commit: level(Field::Commit)?,
                target: level(Field::Target)?,
                stretch: level(Field::Stretch)?,
            }))
        }
    }
}

fn needed<'r>(table: &Table<'_>, row: &'r Row, field: Field) -> Result<&'r Cell, Wrong> {
    table
        .columns
        .cell(row, field)
        .ok_or_else(|| Wrong::new((row.line, 1), format!("\"{}\" is missing", field.word())))
}

/// Finds out how a row is measured: as it says, or by what it has.
fn way(table: &Table<'_>, row: &Row) -> Result<Way, Wrong> {
    let cell = |field| table.columns.cell(row, field);
    if let Some(cell) = cell(Field::Measure) {
        return match cell.text.trim().to_lowercase().as_str() {
            "metric" => Ok(Way::Metric),
            "hold" => Ok(Way::Hold),
            "milestones" => Ok(Way::Milestones),
            "zones" => Ok(Way::Zones),
            other => Err(
                Wrong::at(cell, format!("\"{other}\" is no kind of measure"))
                    .with_help("metric, hold, milestones or zones"),
            ),
        };
    }
    let has = |field| cell(field).is_some();
    let ways = [
        (has(Field::Baseline) || has(Field::Target), Way::Metric),
        (has(Field::Low) || has(Field::High), Way::Hold),
        (has(Field::Milestones), Way::Milestones),
    ];
    let mut given = ways.into_iter().filter(|(has, _)| *has).map(|(_, way)| way);
    match (given.next(), given.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(
            Wrong::new((row.line, 1), "it says nothing of how it is measured")
                .with_help("baseline and target, low or high, or milestones"),
        ),
        (Some(_), Some(_)) => Err(Wrong::new((row.line, 1), "it is measured in two ways")
            .with_help("a column measure says which: metric, hold, milestones or zones")),
    }
}

/// Reads titles between semicolons; `Title=2` has the weight 2.
fn milestones(cell: &Cell) -> Result<Measure, Wrong> {
    let wrong = |error: okr_core::value::ValueError| Wrong::at(cell, error.to_string());
    let titles = without_guard(&cell.text).split(';').map(str::trim);
    let titles = titles.filter(|title| !title.is_empty());
    let list = (1..).zip(titles).map(|(key, text)| {
        let weighted = text.rsplit_once('=').and_then(|(title, weight)| {
            Some((title.trim(), weight.trim().parse::<Number>().ok()?))
        });
        let (title, weight) = match weighted {
            Some((title, weight)) => (title, Weight::new(weight).map_err(wrong)?),
            None => (text, Weight::ONE),
        };
        Ok(Milestone {
            key: MilestoneKey(key),
            title: Title::new(title).map_err(wrong)?,
            weight,
        })
    });
    let list = list.collect::<Result<Vec<_>, Wrong>>()?;
    Milestones::new(list)
        .map(Measure::Milestones)
        .map_err(wrong)
}

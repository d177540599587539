//! A key result: a line of a list, and what stands indented below it.

use okr_core::measure::Zones;
use okr_core::text::{LongText, Title};
use okr_core::value::Weight;

use super::attributes::{Attributes, weight};
use super::line::{Line, called, plain_or_quoted, unquoted};
use super::measure::{self, Measured};
use crate::plan::{Fault, Faults, KeyResultEntry, MeasureEntry, MilestoneEntry, Place, Said};

/// What stands for a level that was not read yet; no text can be so.
const UNREAD: &str = "\u{b7}";

/// Reads the line of a key result, without its mark.
pub(super) fn key_result(line: &Line<'_>, text: &str, faults: &mut Faults) -> KeyResultEntry {
    let mut entry = KeyResultEntry {
        at: Place(line.spot(text)),
        ..KeyResultEntry::default()
    };
    let Some((rest, called)) = faults.keep(called(line, text)) else {
        return entry;
    };
    entry.slug = called.slug;
    entry.id = called.id;
    let (rest, attributes) = in_parentheses(rest);
    if let Some(attributes) = attributes {
        let read = Attributes::of_key_result(line, attributes, faults);
        entry.owner = read.owner;
        entry.weight = read.weight;
        entry.start = read.start;
        entry.due = read.due;
        entry.tags = read.tags;
    }
    let Some((title, measured)) = split(rest) else {
        let fault = Fault::new(
            line.spot(rest),
            "a key result is a title, a colon and a measure",
        );
        faults.push(fault.with_help("such as: p99 latency: 480 -> 200 ms"));
        return entry;
    };
    let read = plain_or_quoted(line, title).and_then(|words| {
        Title::new(words).map_err(|error| Fault::new(line.spot(title), error.to_string()))
    });
    entry.title = faults.keep(read).map(|value| Said {
        value,
        at: line.spot(title),
    });
    let at = line.spot(measured);
    entry.measure = faults.keep(measure::read(line, measured)).map(|read| Said {
        value: match read {
            Measured::Numbers(entry) => entry,
            Measured::Milestones => MeasureEntry::Milestones(Vec::new()),
            Measured::Zones => {
                let unread = || LongText::new(UNREAD).expect("a dot is a text");
                MeasureEntry::Zones(Zones {
                    commit: unread(),
                    target: unread(),
                    stretch: unread(),
                })
            }
        },
        at,
    });
    entry
}

/// Takes what stands in parentheses off the end.
fn in_parentheses(text: &str) -> (&str, Option<&str>) {
    let inner = text
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once('('))
        .filter(|(before, _)| before.is_empty() || before.ends_with(' '));
    match inner {
        Some((before, inner)) => (before.trim_end(), Some(inner)),
        None => (text, None),
    }
}

/// Splits a title from what follows its last colon; a title in quotes ends where it is closed.
fn split(text: &str) -> Option<(&str, &str)> {
    if text.starts_with('"') {
        let (_, rest) = unquoted(text)?;
        let title = &text[..text.len() - rest.len()];
        let measure = rest.trim_start().strip_prefix(':')?;
        return Some((title, measure.trim()));
    }
    let (title, measure) = text.rsplit_once(": ")?;
    Some((title.trim_end(), measure.trim()))
}

/// Reads a line below a key result: a milestone, or a level.
pub(super) fn below(
    key_result: &mut KeyResultEntry,
    line: &Line<'_>,
    text: &str,
    faults: &mut Faults,
) {
    match key_result.measure.as_mut().map(|said| &mut said.value) {
        Some(MeasureEntry::Milestones(list)) => {
            list.extend(faults.keep(milestone(line, text)));
        }
        Some(MeasureEntry::Zones(zones)) => {
            faults.keep(level(zones, line, text));
        }
        Some(MeasureEntry::Metric(_) | MeasureEntry::Hold(_)) => {
            let fault = Fault::new(line.spot(text), "this measure has no list below it");
            faults.push(fault.with_help("a checklist is written: TITLE: milestones"));
        }
        // What is wrong with the measure was said already.
        None => {}
    }
}

fn milestone(line: &Line<'_>, text: &str) -> Result<MilestoneEntry, Fault> {
    let (words, attributes) = in_parentheses(text);
    let given = match attributes.map(|inner| (inner, inner.trim().strip_prefix("weight "))) {
        None => None,
        Some((inner, Some(number))) => {
            let weight = weight(number.trim());
            Some(weight.map_err(|message| Fault::new(line.spot(inner), message))?)
        }
        Some((inner, None)) => {
            let fault = Fault::new(line.spot(inner), "a milestone has nothing but a weight");
            return Err(fault.with_help("put a title that ends in parentheses in double quotes"));
        }
    };
    let title = Title::new(plain_or_quoted(line, words)?);
    Ok(MilestoneEntry {
        title: title.map_err(|error| Fault::new(line.spot(words), error.to_string()))?,
        key: None,
        weight: given.unwrap_or(Weight::ONE),
    })
}

fn level(zones: &mut Zones, line: &Line<'_>, text: &str) -> Result<(), Fault> {
    let at = line.spot(text);
    let (word, words) = text.split_once(':').unwrap_or((text, ""));
    let field = match word.trim() {
        "commit" => &mut zones.commit,
        "target" => &mut zones.target,
        "stretch" => &mut zones.stretch,
        _ => {
            return Err(Fault::new(at, "a level is commit, target or stretch")
                .with_help("such as: commit: every page is there"));
        }
    };
    if field.as_str() != UNREAD {
        return Err(Fault::new(at, "this level is said twice"));
    }
    let words = words.trim();
    let read = LongText::new(plain_or_quoted(line, words)?);
    *field = read.map_err(|error| Fault::new(line.spot(words), error.to_string()))?;
    Ok(())
}

/// Says what is missing below a key result, once all of its lines were read.
pub(super) fn close(key_result: &mut KeyResultEntry, faults: &mut Faults) {
    let Some(said) = &key_result.measure else {
        return;
    };
    match &said.value {
        MeasureEntry::Milestones(list) if list.is_empty() => {
            let fault = Fault::new(said.at, "the milestones are missing");
            faults.push(fault.with_help("list them below, indented by two: - Contract"));
        }
        MeasureEntry::Zones(zones)
            if [&zones.commit, &zones.target, &zones.stretch]
                .iter()
                .any(|level| level.as_str() == UNREAD) =>
        {
            let fault = Fault::new(said.at, "the levels are missing");
            faults.push(fault.with_help("below, indented by two: - commit: ..., target, stretch"));
        }
        _ => {}
    }
}

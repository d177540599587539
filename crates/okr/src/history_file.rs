//! Plan-and-history files (`okr-history/1`, YAML): goals together with what happened to them and when.
//!
//! Only the shape of a file and its reading; crates/okr/examples/README.md describes the format. What a
//! file becomes is decided in `import`.

mod scalar;

use serde::Deserialize;

pub(crate) use scalar::{Amount, Day, Word};

use crate::error::CliError;

/// The format that this version reads.
pub(crate) const FORMAT: &str = "okr-history/1";

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HistoryFile {
    pub(crate) format: String,
    /// Where this comes from; ids are derived from it.
    pub(crate) source: Word,
    /// Handles of the people who appear.
    #[serde(default)]
    pub(crate) people: Vec<Word>,
    #[serde(default)]
    pub(crate) teams: Vec<TeamEntry>,
    pub(crate) cycles: Vec<CycleEntry>,
}

/// A team.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeamEntry {
    pub(crate) slug: Word,
    pub(crate) name: Word,
    pub(crate) parent: Option<Word>,
    #[serde(default)]
    pub(crate) leads: Vec<Word>,
    pub(crate) written: Day,
}

/// A cycle with its objectives.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CycleEntry {
    pub(crate) name: Word,
    pub(crate) from: Day,
    pub(crate) to: Day,
    pub(crate) cadence_days: Option<u16>,
    pub(crate) written: Day,
    /// The commitment.
    pub(crate) opened: Option<Day>,
    pub(crate) closed: Option<Day>,
    #[serde(default)]
    pub(crate) objectives: Vec<ObjectiveEntry>,
}

/// An objective with its key results.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectiveEntry {
    pub(crate) slug: Word,
    pub(crate) title: Word,
    pub(crate) description: Option<Word>,
    pub(crate) owner: Word,
    pub(crate) team: Option<Word>,
    pub(crate) kind: Option<Word>,
    pub(crate) weight: Option<Amount>,
    #[serde(default)]
    pub(crate) tags: Vec<Word>,
    pub(crate) supports: Option<Word>,
    pub(crate) written: Option<Day>,
    #[serde(default)]
    pub(crate) history: Vec<HistoryLine>,
    #[serde(default)]
    pub(crate) key_results: Vec<KeyResultEntry>,
}

/// A key result.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyResultEntry {
    pub(crate) slug: Word,
    pub(crate) title: Word,
    pub(crate) description: Option<Word>,
    pub(crate) owner: Option<Word>,
    pub(crate) weight: Option<Amount>,
    pub(crate) start: Option<Day>,
    pub(crate) due: Option<Day>,
    #[serde(default)]
    pub(crate) tags: Vec<Word>,
    pub(crate) measure: MeasureEntry,
    pub(crate) written: Option<Day>,
    #[serde(default)]
    pub(crate) history: Vec<HistoryLine>,
}

/// How a key result is measured: exactly one of the four kinds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MeasureEntry {
    pub(crate) unit: Option<Word>,
    pub(crate) from: Option<Amount>,
    pub(crate) to: Option<Amount>,
    pub(crate) commit: Option<Amount>,
    pub(crate) stretch: Option<Amount>,
    pub(crate) at_most: Option<Amount>,
    pub(crate) at_least: Option<Amount>,
    pub(crate) milestones: Option<Vec<MilestoneEntry>>,
    pub(crate) zones: Option<ZonesEntry>,
}

/// One line of a checklist.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MilestoneEntry {
    pub(crate) title: Word,
    pub(crate) weight: Option<Amount>,
}

/// Three described levels.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ZonesEntry {
    pub(crate) commit: Word,
    pub(crate) target: Word,
    pub(crate) stretch: Word,
}

/// Something that happened: a check-in, an edit or a closing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HistoryLine {
    pub(crate) written: Option<Day>,
    /// Who did it; the owner unless said otherwise.
    pub(crate) by: Option<Word>,
    pub(crate) reason: Option<Word>,
    pub(crate) category: Option<Word>,

    /// A check-in: the day on which the value was true.
    pub(crate) on: Option<Day>,
    pub(crate) value: Option<Word>,
    /// A check-in on a checklist: the milestones that are done, counted from 1.
    pub(crate) done: Option<Vec<u32>>,
    pub(crate) confidence: Option<u8>,
    pub(crate) note: Option<Word>,

    pub(crate) title: Option<Word>,
    pub(crate) description: Option<Word>,
    pub(crate) owner: Option<Word>,
    pub(crate) weight: Option<Amount>,
    pub(crate) target: Option<Amount>,
    pub(crate) baseline: Option<Amount>,
    pub(crate) due: Option<Day>,
    pub(crate) tags: Option<Vec<Word>>,

    pub(crate) score: Option<Amount>,
    pub(crate) reflection: Option<Word>,
}

/// Reads a file.
///
/// # Errors
/// What is wrong, with line and column.
pub(crate) fn parse(name: &str, text: &str) -> Result<HistoryFile, CliError> {
    let file: HistoryFile = serde_saphyr::from_str(text).map_err(|error| {
        let mut lines = error.to_string();
        lines.truncate(lines.trim_end().len());
        let lines = lines.strip_prefix("error: ").unwrap_or(&lines);
        let (first, rest) = lines.split_once('\n').unwrap_or((lines, ""));
        let mut failure = CliError::user("bad-file", format!("{name}: {first}"));
        for line in rest.lines() {
            failure = failure.with_detail(line);
        }
        failure.with_hint("the format is described in crates/okr/examples/README.md")
    })?;
    if file.format != FORMAT {
        let message = format!(
            "{name} is written in \"{}\", not in \"{FORMAT}\"",
            file.format
        );
        return Err(CliError::user("unknown-format", message)
            .with_hint("a newer okr may read it; this one reads only that format"));
    }
    Ok(file)
}

#[cfg(test)]
mod tests;

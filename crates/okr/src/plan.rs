//! Plan files (`okr-plan/1`): the goals of a cycle as text, in YAML or Markdown.
//!
//! Here is what a file says, with where it says it. crates/okr/PLAN.md describes both forms. Names of
//! people, teams and goals stay as they were written until `merge` looks them up.

mod fault;
pub(crate) mod markdown;
pub(crate) mod merge;
pub(crate) mod pulled;
mod read;
pub(crate) mod state;
pub(crate) mod yaml;

use std::collections::BTreeSet;
use std::path::Path;

use okr_core::Date;
use okr_core::measure::{Hold, Metric, Zones};
use okr_core::text::{LongText, Slug, Tag, Title};
use okr_core::value::{ObjectiveKind, Weight};

pub(crate) use fault::{Fault, Faults, Source};

/// The format that this version reads and writes.
pub(crate) const FORMAT: &str = "okr-plan/1";

/// A plan file is read up to this many bytes.
pub(crate) const FILE_BYTES_MAX: u64 = 64 << 20;

/// A place in a file: line and column from 1, and how many characters it covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) length: usize,
}

/// A value with the place where it stands. Two of them are equal wherever they stand.
#[derive(Clone, Debug)]
pub(crate) struct Said<T> {
    pub(crate) value: T,
    pub(crate) at: Spot,
}

impl<T: PartialEq> PartialEq for Said<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T> Said<T> {
    /// Makes a value that stands nowhere yet.
    pub(crate) fn new(value: T) -> Self {
        Self {
            value,
            at: Spot::default(),
        }
    }

    /// Makes another value of this one, at the same place.
    pub(crate) fn map<U>(self, map: impl FnOnce(T) -> U) -> Said<U> {
        Said {
            value: map(self.value),
            at: self.at,
        }
    }
}

/// A value that may be left out.
pub(crate) type Field<T> = Option<Said<T>>;

/// What a file says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) head: Head,
    pub(crate) objectives: Vec<ObjectiveEntry>,
}

/// The head of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Head {
    pub(crate) organisation: Field<String>,
    pub(crate) cycle: Said<String>,
    /// What was pulled, where it was not the whole cycle.
    pub(crate) team: Field<String>,
    pub(crate) objective: Field<String>,
    pub(crate) base: Field<Base>,
}

/// What the workspace was when the file was pulled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    /// Everything up to this place in the log.
    pub(crate) position: u64,
    pub(crate) waiting: Waiting,
}

/// What waited for the server then, by full ids of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    Nothing,
    /// Exactly these.
    Changes(Vec<String>),
    /// Everything up to this one, so many in all: there is no server.
    Until {
        change: String,
        count: usize,
    },
}

/// An objective as a file says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ObjectiveEntry {
    pub(crate) at: Place,
    pub(crate) title: Field<Title>,
    pub(crate) slug: Field<Slug>,
    pub(crate) id: Field<String>,
    pub(crate) owner: Field<String>,
    pub(crate) team: Field<Option<String>>,
    pub(crate) description: Field<Option<LongText>>,
    pub(crate) kind: Field<ObjectiveKind>,
    pub(crate) weight: Field<Weight>,
    pub(crate) supports: Field<Option<String>>,
    pub(crate) tags: Field<BTreeSet<Tag>>,
    pub(crate) draft: Field<bool>,
    pub(crate) key_results: Vec<KeyResultEntry>,
}

/// A key result as a file says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct KeyResultEntry {
    pub(crate) at: Place,
    pub(crate) title: Field<Title>,
    pub(crate) slug: Field<Slug>,
    pub(crate) id: Field<String>,
    pub(crate) owner: Field<String>,
    pub(crate) description: Field<Option<LongText>>,
    pub(crate) weight: Field<Weight>,
    pub(crate) start: Field<Option<Date>>,
    pub(crate) due: Field<Option<Date>>,
    pub(crate) tags: Field<BTreeSet<Tag>>,
    pub(crate) measure: Field<MeasureEntry>,
}

/// Where an entry begins; all places are equal.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place(pub(crate) Spot);

impl PartialEq for Place {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// How a key result is measured, as a file says it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MeasureEntry {
    Metric(Metric),
    Hold(Hold),
    Milestones(Vec<MilestoneEntry>),
    Zones(Zones),
}

/// One line of a checklist.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MilestoneEntry {
    pub(crate) title: Title,
    pub(crate) key: Option<u32>,
    pub(crate) weight: Weight,
}

/// The two forms of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Yaml,
    Markdown,
}

impl Form {
    /// Tells the form by the suffix of a name; none when it names neither.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let suffix = Path::new(name).extension()?.to_str()?;
        match suffix.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "md" | "markdown" => Some(Self::Markdown),
            _ => None,
        }
    }

    /// Tells the form by the name or, where that says nothing, by how the text begins.
    pub(crate) fn of(name: &str, text: &str) -> Self {
        Self::of_name(name).unwrap_or_else(|| {
            if markdown::has_head(text) {
                Self::Markdown
            } else {
                Self::Yaml
            }
        })
    }

    /// Reads a text.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn parse(self, text: &str) -> Result<Plan, Faults> {
        match self {
            Self::Yaml => yaml::parse(text),
            Self::Markdown => markdown::parse(text),
        }
    }

    /// Writes a plan; `notes` are told at its beginning.
    pub(crate) fn write(self, plan: &Plan, notes: &[String]) -> String {
        match self {
            Self::Yaml => yaml::write(plan, notes),
            Self::Markdown => markdown::write(plan, notes),
        }
    }

    /// Finds the comments of a text that `parse` takes.
    pub(crate) fn comments(self, text: &str) -> Vec<Said<String>> {
        match self {
            Self::Yaml => yaml::comments(text),
            Self::Markdown => markdown::comments(text),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;

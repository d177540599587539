//! What stands in parentheses: `(@ana, weight 2, due 2026-11-30, #speed)`.

use std::collections::BTreeSet;

use okr_core::Date;
use okr_core::text::Tag;
use okr_core::value::{ObjectiveKind, Weight};

use super::line::Line;
use crate::plan::read::{day, number};
use crate::plan::{Fault, Faults, Field, Said, Spot};
use crate::resolve::near;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub(super) owner: Field<String>,
    pub(super) team: Field<Option<String>>,
    pub(super) kind: Field<ObjectiveKind>,
    pub(super) weight: Field<Weight>,
    pub(super) supports: Field<Option<String>>,
    pub(super) tags: Field<BTreeSet<Tag>>,
    pub(super) draft: Field<bool>,
    pub(super) start: Field<Option<Date>>,
    pub(super) due: Field<Option<Date>>,
}

const OF_OBJECTIVE: &[&str] = &[
    "team",
    "weight",
    "supports",
    "committed",
    "aspirational",
    "learning",
    "draft",
    "active",
];
const OF_KEY_RESULT: &[&str] = &["weight", "start", "due"];

impl Attributes {
    /// Reads those of an objective.
    pub(super) fn of_objective(line: &Line<'_>, text: &str, faults: &mut Faults) -> Self {
        Self::read(line, text, (OF_OBJECTIVE, faults))
    }

    /// Reads those of a key result.
    pub(super) fn of_key_result(line: &Line<'_>, text: &str, faults: &mut Faults) -> Self {
        Self::read(line, text, (OF_KEY_RESULT, faults))
    }

    fn read(line: &Line<'_>, text: &str, (words, faults): (&[&'static str], &mut Faults)) -> Self {
        let mut read = Self::default();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let taken = read.take(part, line.spot(part), words);
            faults.keep(taken);
        }
        read
    }

    fn take(&mut self, part: &str, at: Spot, words: &[&'static str]) -> Result<(), Fault> {
        let wrong = |message: String| Fault::new(at, message);
        if let Some(handle) = part.strip_prefix('@') {
            return once(&mut self.owner, handle.trim().to_owned(), at);
        }
        if let Some(tag) = part.strip_prefix('#') {
            let tag = Tag::new(tag.trim()).map_err(|error| wrong(error.to_string()))?;
            let tags = self.tags.get_or_insert_with(|| Said {
                value: BTreeSet::new(),
                at,
            });
            tags.value.insert(tag);
            return Ok(());
        }
        let (word, value) = part.split_once(' ').unwrap_or((part, ""));
        let value = value.trim();
        if !words.contains(&word) {
            let fault = wrong(format!("\"{part}\" is nothing that can stand here"));
            let near = near(word, words.iter().copied()).first().copied();
            return Err(fault.with_near_or(near, format!("@owner, #tag, {}", words.join(", "))));
        }
        let kind = ObjectiveKind::from_word(word);
        if value.is_empty() != (kind.is_some() || matches!(word, "draft" | "active")) {
            return Err(wrong(format!("\"{part}\" is not complete, or too long")));
        }
        let name = || (value != "none").then(|| value.to_owned());
        let date = || match value {
            "none" => Ok(None),
            value => day(value).map(Some).map_err(&wrong),
        };
        match (word, kind) {
            (_, Some(kind)) => once(&mut self.kind, kind, at),
            ("draft" | "active", _) => once(&mut self.draft, word == "draft", at),
            ("team", _) => once(&mut self.team, name(), at),
            ("supports", _) => once(&mut self.supports, name(), at),
            ("start", _) => once(&mut self.start, date()?, at),
            ("due", _) => once(&mut self.due, date()?, at),
            (_, _) => once(&mut self.weight, weight(value).map_err(wrong)?, at),
        }
    }
}

/// Reads a weight.
pub(super) fn weight(text: &str) -> Result<Weight, String> {
    Weight::new(number(text)?).map_err(|error| error.to_string())
}

fn once<T>(field: &mut Field<T>, value: T, at: Spot) -> Result<(), Fault> {
    if field.is_some() {
        return Err(Fault::new(at, "this is said twice"));
    }
    *field = Some(Said { value, at });
    Ok(())
}

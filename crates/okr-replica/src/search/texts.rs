//! The texts that can be searched, and how they are cut into words.
//!
//! Words are what SQLite's `unicode61` makes of a text: runs of letters and digits, without case
//! and accents. Scripts that write without blanks are cut into characters before.

use std::borrow::Cow;

use okr_core::blocker::BlockerReport;
use okr_core::entity::{CheckIn, Entity};
use okr_core::measure::Measure;
use okr_core::text::{BlockerText, LongText};

/// A kind of text that can be searched; a column of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextField {
    /// The title of an objective, key result or initiative, or the name of a metric.
    Title,
    /// The description of an objective, key result or metric.
    Description,
    /// The titles of milestones, or the texts of zones.
    Measure,
    /// What was learnt when an objective was closed.
    Reflection,
    /// The note of a check-in or of a value of a metric, and what the former says of a blocker.
    Note,
    /// What a comment says.
    Comment,
    /// Why a change was made.
    Reason,
}

impl TextField {
    /// Every field, in the order of the columns.
    pub const ALL: [Self; 7] = [
        Self::Title,
        Self::Description,
        Self::Measure,
        Self::Reflection,
        Self::Note,
        Self::Comment,
        Self::Reason,
    ];

    /// Returns the stable word, which is also the name of the column.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::Measure => "measure",
            Self::Reflection => "reflection",
            Self::Note => "note",
            Self::Comment => "comment",
            Self::Reason => "reason",
        }
    }

    /// Returns the text of an entity, if it has one of this kind.
    pub fn of(self, entity: &Entity) -> Option<String> {
        Texts::of(entity).get(self).map(str::to_owned)
    }
}

/// The texts of one version of an entity, or of one change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts([Option<String>; TextField::ALL.len()]);

impl Texts {
    /// Returns the texts of an entity.
    pub(crate) fn of(entity: &Entity) -> Self {
        let mut texts = Self::default();
        match entity {
            Entity::Org(_) | Entity::Person(_) | Entity::Team(_) | Entity::Cycle(_) => {}
            Entity::Initiative(initiative) => {
                texts.set(TextField::Title, Some(&initiative.title));
            }
            Entity::Metric(metric) => {
                texts.set(TextField::Title, Some(&metric.name));
                texts.set(TextField::Description, metric.description.as_ref());
            }
            Entity::MetricValue(value) => texts.set(TextField::Note, value.note.as_ref()),
            Entity::Objective(objective) => {
                texts.set(TextField::Title, Some(&objective.title));
                texts.set(TextField::Description, objective.description.as_ref());
                texts.set(TextField::Reflection, objective.reflection.as_ref());
            }
            Entity::KeyResult(key_result) => {
                texts.set(TextField::Title, Some(&key_result.title));
                texts.set(TextField::Description, key_result.description.as_ref());
                texts.set(TextField::Measure, of_measure(&key_result.measure));
            }
            Entity::CheckIn(check_in) => texts.set(TextField::Note, of_check_in(check_in)),
            Entity::Comment(comment) => texts.set(TextField::Comment, Some(&comment.text)),
        }
        texts
    }

    /// Returns the texts of a change with a reason.
    pub(crate) fn of_reason(reason: impl AsRef<str>) -> Self {
        let mut texts = Self::default();
        texts.set(TextField::Reason, Some(reason));
        texts
    }

    fn set(&mut self, field: TextField, text: Option<impl AsRef<str>>) {
        self.0[field as usize] = text.map(|text| text.as_ref().to_owned());
    }

    /// Returns one of the texts.
    pub(crate) fn get(&self, field: TextField) -> Option<&str> {
        self.0[field as usize].as_deref()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// Returns the columns of the index, ready to be cut into words.
    pub(crate) fn columns(&self) -> [Option<Cow<'_, str>>; TextField::ALL.len()] {
        self.0.each_ref().map(|text| text.as_deref().map(spaced))
    }
}

/// Returns the note of a check-in, and below it what stands in the way.
fn of_check_in(check_in: &CheckIn) -> Option<String> {
    let note = check_in.note.as_ref().map(LongText::as_str);
    let report = check_in.blocker.as_ref();
    let blocker = report
        .and_then(BlockerReport::text)
        .map(BlockerText::as_str);
    match (note, blocker) {
        (Some(note), Some(blocker)) => Some(format!("{note}\n{blocker}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

/// Returns the words in a measure, if there are any.
fn of_measure(measure: &Measure) -> Option<String> {
    match measure {
        Measure::Metric(_) | Measure::Hold(_) => None,
        Measure::Milestones(milestones) => {
            let titles = milestones.list().iter().map(|one| one.title.as_str());
            Some(titles.collect::<Vec<_>>().join("\n"))
        }
        Measure::Zones(zones) => {
            let levels = [&zones.commit, &zones.target, &zones.stretch];
            Some(levels.map(LongText::as_str).join("\n"))
        }
    }
}

/// What is put around each character of a script without blanks: no letter, and of no width.
pub(super) const SPACE: char = '\u{200b}';

/// Puts a space around each character of a script that writes without blanks, so that each is a
/// word and every row of them can be found.
pub(super) fn spaced(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unspaced) {
        return Cow::Borrowed(text);
    }
    let mut spaced = String::with_capacity(text.len() * 3);
    for character in text.chars() {
        if is_unspaced(character) {
            spaced.extend([SPACE, character, SPACE]);
        } else {
            spaced.push(character);
        }
    }
    Cow::Owned(spaced)
}

/// Says whether a character is Chinese, Japanese or Korean.
const fn is_unspaced(character: char) -> bool {
    matches!(character,
        // Hiragana and Katakana, ideographs, Hangul syllables, and their compatibility forms.
        '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9d}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_in_the_order_of_the_columns() {
        for (place, field) in TextField::ALL.into_iter().enumerate() {
            assert_eq!(field as usize, place);
        }
    }

    #[test]
    fn only_scripts_without_blanks_are_spaced() {
        assert!(matches!(spaced("Målverdi, Straße"), Cow::Borrowed(_)));
        assert_eq!(spaced("a目標"), "a\u{200b}目\u{200b}\u{200b}標\u{200b}");
    }
}

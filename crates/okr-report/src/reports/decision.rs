//! Decisions: what people changed about goals, with who, when and why.

use okr_core::Date;
use okr_core::id::{ChangeId, EntityId, PersonId};
use okr_core::measure::{Measure, Metric};
use okr_core::value::{AmendmentCategory, CyclePeriod, Number, ObjectiveKind, Score};

use super::facts::Name;
use super::shared::one_line;
use crate::document::{Block, Inline, Item, Mark, Quote, Section, Text};
use crate::words::{Language, Phrase};

/// What somebody decided in one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The day on which it was written down.
    pub day: Date,
    /// The change.
    pub change: ChangeId,
    /// Who decided.
    pub person: PersonId,
    /// What they are called.
    pub by: Name,
    /// What kind of amendment it is.
    pub category: Option<AmendmentCategory>,
    /// Why.
    pub reason: Option<String>,
    /// Whether a reason was due: something was changed that people had committed to.
    pub amends: bool,
    /// What was done, to one goal after the other.
    pub steps: Vec<Step>,
}

/// What was done to a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The goal, or the cycle.
    pub subject: EntityId,
    /// What it is called.
    pub about: Name,
    /// What was done.
    pub deed: Deed,
}

/// What can be done to a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It is measured otherwise.
    Measured {
        /// How it was measured.
        from: Box<Measure>,
        /// How it is measured since.
        to: Box<Measure>,
    },
    /// Another field was changed.
    Edited {
        /// The word for the field.
        field: &'static str,
        /// What it held.
        from: Held,
        /// What it holds.
        to: Held,
    },
    /// It was added after the commitment.
    Added,
    /// It was graded and closed.
    Closed(Score),
    /// The grade was put right.
    Graded(Score),
    /// It was given up.
    Abandoned,
    /// It was put away.
    Archived,
    /// It was taken up again.
    Reopened,
    /// It was taken out of the archive.
    Restored,
    /// A draft was published.
    Published,
}

/// What a field of a goal holds, without the words of a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// Nothing.
    Nothing,
    /// What somebody wrote, or what something is called.
    Text(String),
    /// A number.
    Number(Number),
    /// A day.
    Day(Date),
    /// A time from day to day.
    Period(CyclePeriod),
    /// What success means.
    Kind(ObjectiveKind),
}

impl Held {
    /// Takes what a field holds, if it holds anything.
    pub fn any<T>(held: Option<T>, of: impl FnOnce(T) -> Self) -> Self {
        held.map_or(Self::Nothing, of)
    }
}

/// Makes the section of decisions.
pub(super) fn section(decisions: &[Decision], heading: Phrase, language: Language) -> Section {
    let section = Section::new(language.phrase(heading));
    if decisions.is_empty() {
        let nothing = language.phrase(Phrase::NothingDecided);
        return section.with(Block::Paragraph(Text::of(Mark::Dim, nothing)));
    }
    let items = decisions.iter().map(|one| item(one, language));
    section.with(Block::List(items.collect()))
}

fn item(decision: &Decision, language: Language) -> Item {
    let mut text = Text::of(Mark::Dim, language.short_day(decision.day)).and(Mark::Plain, " ");
    for (index, step) in decision.steps.iter().enumerate() {
        if index > 0 {
            text = text.and(Mark::Plain, "; ");
        }
        text = text
            .and(Mark::Reference, &*step.about.reference)
            .and(Mark::Plain, " ")
            .then(deed(&step.deed, language));
    }
    text = text
        .and(Mark::Plain, ", ")
        .and(Mark::Person, &*decision.by.reference);
    if let Some(category) = decision.category {
        text = text.and(Mark::Dim, format!(" ({})", language.category(category)));
    }
    let quote = decision.reason.as_ref().map(|reason| Quote {
        text: reason.clone(),
        by: None,
    });
    if quote.is_none() && decision.amends {
        let none = language.phrase(Phrase::NoReason);
        text = text.and(Mark::Plain, " – ").and(Mark::Attention, none);
    }
    Item { text, quote }
}

/// Says what was done to a goal.
fn deed(deed: &Deed, language: Language) -> Text {
    let phrase = |phrase| Text::plain(language.phrase(phrase));
    match deed {
        Deed::Measured { from, to } => measured(from, to, language),
        Deed::Edited { field, from, to } => Text::plain(format!("{} ", language.field(field)))
            .then(held(from, language))
            .and(Mark::Plain, " → ")
            .then(held(to, language)),
        Deed::Added => phrase(Phrase::Added),
        Deed::Closed(score) => Text::plain(language.closed_with(*score)),
        Deed::Graded(score) => Text::plain(language.graded(*score)),
        Deed::Abandoned => phrase(Phrase::Abandoned),
        Deed::Archived => phrase(Phrase::Archived),
        Deed::Reopened => phrase(Phrase::Reopened),
        Deed::Restored => phrase(Phrase::Restored),
        Deed::Published => phrase(Phrase::Published),
    }
}

fn held(held: &Held, language: Language) -> Text {
    match held {
        Held::Nothing => Text::of(Mark::Dim, language.phrase(Phrase::None)),
        Held::Text(text) => Text::of(Mark::Theirs, one_line(text)),
        Held::Number(number) => Text::plain(language.number(*number)),
        Held::Day(day) => Text::plain(language.day(*day)),
        Held::Period(period) => Text::plain(language.days_between(period.start(), period.end())),
        Held::Kind(kind) => Text::plain(language.kind(*kind)),
    }
}

/// Says what differs between two measures, in plain words: `target 150 → 200 ms`.
pub fn measure_change(from: &Measure, to: &Measure, language: Language) -> String {
    let pieces = measured(from, to, language).0.into_iter();
    pieces
        .filter_map(|piece| match piece {
            Inline::Words { text, .. } => Some(text),
            Inline::Status(_) | Inline::Progress(_) | Inline::Spark(_) | Inline::Trail(_) => None,
        })
        .collect()
}

/// Says what differs between two measures: the parts of numbers one by one, else all of it.
fn measured(from: &Measure, to: &Measure, language: Language) -> Text {
    if let (Measure::Metric(before), Measure::Metric(after)) = (from, to)
        && before.unit == after.unit
    {
        let parts = metric_parts(before, after, language);
        return Text::of(Mark::Plain, parts.join(", "));
    }
    Text::plain(format!("{} ", language.field("measure")))
        .and(Mark::Theirs, language.bounds(from))
        .and(Mark::Plain, " → ")
        .and(Mark::Theirs, language.bounds(to))
}

fn metric_parts(from: &Metric, to: &Metric, language: Language) -> Vec<String> {
    let unit = to.unit.as_ref().map(AsRef::as_ref);
    let number = |number: Option<Number>| match number {
        Some(number) => language.number(number),
        None => language.phrase(Phrase::None).to_owned(),
    };
    [
        ("baseline", Some(from.baseline), Some(to.baseline)),
        ("target", Some(from.target), Some(to.target)),
        ("commit", from.commit, to.commit),
        ("stretch", from.stretch, to.stretch),
    ]
    .into_iter()
    .filter(|(_, from, to)| from != to)
    .map(|(field, from, to)| {
        let unit = unit.map_or_else(String::new, |unit| format!(" {unit}"));
        format!(
            "{} {} → {}{unit}",
            language.field(field),
            number(from),
            number(to)
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use okr_testkit::sample::number;

    use super::*;

    fn said(field: &'static str, from: Held, to: Held, language: Language) -> String {
        let pieces = deed(&Deed::Edited { field, from, to }, language).0;
        let words = pieces.into_iter().filter_map(|piece| match piece {
            Inline::Words { text, .. } => Some(text),
            _ => None,
        });
        words.collect()
    }

    #[test]
    fn what_a_field_held_is_said_in_the_language_of_the_report() {
        let day = Held::Day(Date::constant(2026, 11, 30));
        let quarter = |month| {
            let first = Date::constant(2026, month, 1);
            Held::Period(CyclePeriod::new(first, Date::constant(2026, 12, 31)).unwrap())
        };
        let bokmal = Language::Bokmal;
        for (wanted, is) in [
            (
                "frist ingen → 30. november 2026",
                said("due", Held::Nothing, day.clone(), bokmal),
            ),
            (
                "due none → 30 November 2026",
                said("due", Held::Nothing, day, Language::English),
            ),
            (
                "vekt 1 → 1,5",
                said(
                    "weight",
                    Held::Number(number("1")),
                    Held::Number(number("1.5")),
                    bokmal,
                ),
            ),
            (
                "type forpliktende → læringsmål",
                said(
                    "kind",
                    Held::Kind(ObjectiveKind::Committed),
                    Held::Kind(ObjectiveKind::Learning),
                    bokmal,
                ),
            ),
            (
                "datoer 1. oktober – 31. desember 2026 → 1. november – 31. desember 2026",
                said("period", quarter(10), quarter(11), bokmal),
            ),
            // What somebody called so is their word.
            (
                "tittel none → x",
                said(
                    "title",
                    Held::Text("none".into()),
                    Held::Text("x".into()),
                    bokmal,
                ),
            ),
        ] {
            assert_eq!(is, wanted);
        }
    }
}

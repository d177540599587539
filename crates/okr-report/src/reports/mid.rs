//! The half-way review: where everything stands, where it leads, and what to drop or change.

use okr_core::forecast::Estimate;
use okr_core::id::EntityId;
use okr_core::measure::{Measure, Metric};
use okr_core::progress::Progress;

use super::decision::{Decision, section as decisions};
use super::facts::{Cycle, Frame, Goal, Objective};
use super::health::{self, Vital};
use super::said::{self, Said};
use super::shared::{
    bar, begin_cycle, drop_empty, named, named_objective, objective_line, reached, said,
    status_cell, teams,
};
use super::track::{Track, explain, trail};
use crate::document::{Block, Column, Document, Inline, Item, Mark, Section, Spark, Table, Text};
use crate::words::{Language, Phrase};

/// The most reviews that are told of an objective.
const REVIEWS_MAX: usize = 5;

/// How a cycle stands half-way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mid {
    /// What the report is about.
    pub frame: Frame,
    /// The cycle; none: there is none.
    pub cycle: Option<Cycle>,
    /// Its objectives.
    pub objectives: Vec<ObjectiveMid>,
    /// What could be dropped or changed, and by which rules.
    pub candidates: Vec<Candidate>,
    /// The health metrics that the report is about.
    pub vitals: Vec<Vital>,
    /// What was decided since the cycle was opened, oldest first.
    pub decisions: Vec<Decision>,
}

/// An objective half-way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectiveMid {
    /// How it stands.
    pub objective: Objective,
    /// Its key results.
    pub key_results: Vec<KeyResultMid>,
    /// How far it will be at the end, if all goes on as it does; none: not known of every key result.
    pub projected: Option<Progress>,
    /// The reviews of it and its key results, oldest first.
    pub reviews: Vec<Said>,
}

/// A key result half-way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyResultMid {
    /// How it stands.
    pub goal: Goal,
    /// Whether it is pursued: neither graded nor given up.
    pub in_force: bool,
    /// The confidence of each report, the oldest first.
    pub confidences: Vec<Option<u8>>,
    /// Where it leads; none: too few reports to say, or no number.
    pub projection: Option<Projection>,
    /// How it went, for forms with pictures.
    pub track: Option<Track>,
}

/// Where a number leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Projection {
    /// The value on the last day, with the band around it.
    pub value: Estimate,
    /// How far the value will be.
    pub progress: Option<Progress>,
}

/// A goal, or work for one, that could be dropped or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The goal or the initiative.
    pub subject: EntityId,
    /// Its everyday name.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// The rules that it is here by.
    pub rules: Vec<Rule>,
}

/// Why a goal could be dropped or changed. The thresholds are part of the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Half of the cycle is over, and nobody ever reported on it.
    NeverReported,
    /// The last report does not believe in it (confidence of at most 3), and none came for two cadences.
    OffTrackAndSilent,
    /// If all goes on as it does, it ends below 0.3.
    ProjectedLow,
    /// It is further from its target than where it began.
    BelowBaseline,
    /// Nothing measures it.
    NoKeyResults,
    /// It is work that should have been done two weeks ago or earlier.
    OverdueWork,
    /// It is work for key results of which none is pursued any more.
    ServesNothing,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 7] = [
        Self::NeverReported,
        Self::OffTrackAndSilent,
        Self::ProjectedLow,
        Self::BelowBaseline,
        Self::NoKeyResults,
        Self::OverdueWork,
        Self::ServesNothing,
    ];

    /// Returns the stable word for the rule.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NeverReported => "never-reported",
            Self::OffTrackAndSilent => "off-track-and-silent",
            Self::ProjectedLow => "projected-low",
            Self::BelowBaseline => "below-baseline",
            Self::NoKeyResults => "no-key-results",
            Self::OverdueWork => "overdue-work",
            Self::ServesNothing => "serves-nothing",
        }
    }
}

/// Makes the half-way review.
pub fn mid_report(mid: &Mid, language: Language) -> Document {
    let cycle = mid.cycle.as_ref();
    let mut document = begin_cycle(&mid.frame, Phrase::MidReport, cycle, language);
    let Some(cycle) = cycle else {
        return document;
    };
    document.lead = lead(mid, cycle, language);
    if let Some(teams) = teams(cycle, language) {
        let section = Section::new(language.phrase(Phrase::Teams)).with(teams);
        document.sections.push(section);
    }
    if !mid.objectives.is_empty() {
        let mut section = Section::new(language.phrase(Phrase::Objectives));
        section.parts = mid
            .objectives
            .iter()
            .map(|one| objective(one, language))
            .collect();
        document.sections.push(section);
        document.sections.push(candidates(mid, language));
    }
    let vitals = health::section(&mid.vitals, mid.frame.state.today, language);
    document.sections.extend(vitals);
    let heading = Phrase::DecisionsSoFar;
    document
        .sections
        .push(decisions(&mid.decisions, heading, language));
    explain(&mut document.sections, language);
    document
}

fn lead(mid: &Mid, cycle: &Cycle, language: Language) -> Text {
    if cycle.expected == Progress::ZERO && mid.frame.state.today < cycle.cycle.period.start() {
        return Text::plain(language.begins(cycle.cycle.period.start()));
    }
    if mid.objectives.is_empty() {
        return language.phrase(Phrase::NoObjectives).into();
    }
    let all = mid.objectives.iter().flat_map(|one| &one.key_results);
    let (mut in_force, mut projected, mut reaching) = (0, 0, 0);
    for one in all.filter(|one| one.in_force) {
        in_force += 1;
        let Some(projection) = one.projection else {
            continue;
        };
        projected += 1;
        if projection.progress.is_some_and(|one| one >= Progress::ONE) {
            reaching += 1;
        }
    }
    language.projected(reaching, projected, in_force).into()
}

fn objective(one: &ObjectiveMid, language: Language) -> Section {
    let mut section = Section::new(named_objective(&one.objective));
    section
        .blocks
        .push(Block::Paragraph(objective_line(&one.objective, language)));
    let mut progress = Text::plain(format!("{} ", language.phrase(Phrase::Actual)))
        .and(Mark::Strong, language.percent(one.objective.progress));
    if let Some(original) = one.objective.original {
        let original = language.percent(Some(original));
        let words = language.against_commitment(&original);
        progress = progress.and(Mark::Plain, format!(" ({words})"));
    }
    if let Some(projected) = one.projected {
        let projected = language.percent(Some(projected));
        let word = language.phrase(Phrase::Projected).to_lowercase();
        progress = progress.and(Mark::Plain, format!(", {word} {projected}"));
    }
    section.blocks.push(Block::Paragraph(progress));
    if one.key_results.is_empty() {
        let none = Text::of(Mark::Dim, language.phrase(Phrase::NoKeyResults));
        section.blocks.push(Block::Paragraph(none));
    } else {
        section.blocks.push(key_results(one, language));
    }
    section.blocks.extend(reviews(&one.reviews, language));
    section
}

fn key_results(one: &ObjectiveMid, language: Language) -> Block {
    let mut table = Table {
        caption: language.phrase(Phrase::KeyResults).to_owned(),
        columns: vec![
            Column::start(language.phrase(Phrase::KeyResult)).breaking(),
            Column::start(language.phrase(Phrase::TargetAndNow)).breaking(),
            Column::start(language.phrase(Phrase::Actual)),
            Column::start(language.phrase(Phrase::Projected)).breaking(),
            Column::start(language.phrase(Phrase::ConfidenceShort)).breaking(),
            Column::start(language.phrase(Phrase::Status)),
        ],
        rows: one
            .key_results
            .iter()
            .map(|one| key_result_row(one, language))
            .collect(),
    };
    drop_empty(&mut table);
    Block::Table(table)
}

/// Tells the reviews of an objective.
pub(super) fn reviews(reviews: &[Said], language: Language) -> Vec<Block> {
    said::blocks(reviews, REVIEWS_MAX, language)
}

fn key_result_row(one: &KeyResultMid, language: Language) -> Vec<Text> {
    let goal = &one.goal;
    let measure = &goal.key_result.measure;
    let mut name = named(goal);
    if goal.late_addition {
        let late = language.phrase(Phrase::LateAddition);
        name = name
            .and(Mark::Plain, " ")
            .and(Mark::Attention, format!("({late})"));
    }
    let trail = trail(one.track.as_ref(), &goal.key_result, language);
    vec![
        name,
        value_cell(goal, language).then(trail),
        reached(goal, language).into(),
        one.projection
            .map(|projection| projection_cell(projection, measure, language))
            .unwrap_or_default(),
        trend(&one.confidences),
        status_cell(goal.status),
    ]
}

/// Says where a key result shall end, where it was to end, and where it is.
pub(super) fn value_cell(goal: &Goal, language: Language) -> Text {
    let measure = &goal.key_result.measure;
    let mut cell = Text::of(Mark::Theirs, language.bounds(measure));
    if let Some(original) = &goal.original_measure {
        let was = language.was(&language.bounds(original));
        cell = cell
            .and(Mark::Plain, " ")
            .and(Mark::Attention, format!("({was})"));
    }
    match &goal.latest {
        Some(latest) => {
            let fitting = Some(measure).filter(|measure| measure.takes(&latest.value));
            let now = language.value(&latest.value, fitting);
            let word = language.phrase(Phrase::Now).to_lowercase();
            cell.and(Mark::Plain, format!(", {word} "))
                .and(Mark::Strong, now)
        }
        None => cell,
    }
}

fn projection_cell(projection: Projection, measure: &Measure, language: Language) -> Text {
    let Estimate { low, value, high } = projection.value;
    let span = match measure {
        Measure::Metric(Metric {
            baseline, target, ..
        }) => (target.decimal() - baseline.decimal()).abs(),
        Measure::Hold(_) | Measure::Milestones(_) | Measure::Zones(_) => value.abs(),
    };
    let number = |number| language.rounded(number, span);
    let mut cell = Text::of(Mark::Strong, number(value));
    if low != high {
        let band = format!(" ({}–{})", number(low), number(high));
        cell = cell.and(Mark::Dim, band);
    }
    match projection.progress {
        Some(progress) => cell.and(
            Mark::Plain,
            format!(" = {}", language.percent(Some(progress))),
        ),
        None => cell,
    }
}

/// Draws how the confidence went, and says where it began and is: unknown where the last report gives
/// none, because the status is judged without one then, too.
fn trend(confidences: &[Option<u8>]) -> Text {
    let Some(first) = confidences.iter().copied().flatten().next() else {
        return Text::default();
    };
    let words = match confidences.last().copied().flatten() {
        Some(last) if last == first => last.to_string(),
        Some(last) => format!("{first} → {last}"),
        None => format!("{first} → ?"),
    };
    Inline::Spark(Spark {
        levels: confidences.to_vec(),
        highest: 10,
        words,
    })
    .into()
}

fn candidates(mid: &Mid, language: Language) -> Section {
    if mid.candidates.is_empty() {
        return said(Phrase::ToDecide, Phrase::NoCandidates, language);
    }
    let items = mid.candidates.iter().map(|one| {
        let rules: Vec<&str> = one.rules.iter().map(|rule| language.rule(*rule)).collect();
        Item {
            text: Text::of(Mark::Reference, &*one.reference)
                .and(Mark::Plain, " · ")
                .and(Mark::Theirs, &*one.title)
                .and(Mark::Plain, format!(": {}", rules.join("; "))),
            quote: None,
        }
    });
    Section::new(language.phrase(Phrase::ToDecide)).with(Block::List(items.collect()))
}

/// Draws how far an objective is, against an even pace.
pub(super) fn objective_bar(objective: &Objective, cycle: &Cycle, language: Language) -> Text {
    bar(objective.progress, Some(cycle.expected), language)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(confidences: &[Option<u8>]) -> Option<String> {
        match trend(confidences).0.as_slice() {
            [] => None,
            [Inline::Spark(spark)] => {
                assert_eq!(spark.levels, confidences);
                Some(spark.words.clone())
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_confidence_is_that_of_the_last_report() {
        for (confidences, told) in [
            (&[][..], None),
            (&[None, None], None),
            (&[Some(8)], Some("8")),
            (&[None, Some(8)], Some("8")),
            (&[Some(8), None, Some(8)], Some("8")),
            (&[Some(8), Some(6), Some(4)], Some("8 → 4")),
            // The last report says nothing of it, whatever the one before believed.
            (&[Some(8), Some(4), None], Some("8 → ?")),
            (&[Some(8), None], Some("8 → ?")),
        ] {
            assert_eq!(words(confidences).as_deref(), told, "{confidences:?}");
        }
    }
}

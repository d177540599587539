//! The final report of a cycle: scores, what was learned, and what becomes of each goal.

mod verdict;

use okr_core::id::ObjectiveId;
use okr_core::progress::{Basis, Progress, Suggestion};
use okr_core::rhythm::Share;
use okr_core::value::{CycleState, GoalState, Score};

use super::decision::{Decision, Deed, section as decisions};
use super::facts::{Cycle, Frame, Goal, Name, Objective};
use super::health::{self, Vital};
use super::mid::{objective_bar, reviews, value_cell};
use super::said::{self, Said};
use super::shared::{
    begin_cycle, drop_empty, listed, named, named_objective, objective_line, reached, status_cell,
    teams,
};
use crate::chart::{self, plan};
use crate::document::{Block, Column, Document, Item, Mark, Quote, Section, Table, Text};
use crate::words::{Language, Phrase};

/// The most that is told of what people said in a cycle, in one way.
const SAID_MAX: usize = 20;

/// How a cycle ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Final {
    /// What the report is about.
    pub frame: Frame,
    /// The cycle; none: there is none.
    pub cycle: Option<Cycle>,
    /// Its objectives.
    pub objectives: Vec<ObjectiveFinal>,
    /// What was decided since the cycle was opened, oldest first.
    pub decisions: Vec<Decision>,
    /// Thanks of the cycle, oldest first.
    pub recognition: Vec<Said>,
    /// Feedback of the cycle, oldest first.
    pub feedback: Vec<Said>,
    /// The health metrics that the report is about.
    pub vitals: Vec<Vital>,
    /// How people checked in.
    pub discipline: Discipline,
}

/// How an objective ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectiveFinal {
    /// How it stands; its score and its reflection are its own.
    pub objective: Objective,
    /// Its key results.
    pub key_results: Vec<KeyResultFinal>,
    /// The score that its key results suggest; none where nothing measures it.
    pub suggested: Option<Suggestion>,
    /// What the progress against the commitment suggests, where that differs.
    pub suggested_original: Option<Score>,
    /// The objective of an earlier cycle that it continues.
    pub continues: Option<Lineage>,
    /// The objectives of later cycles that continue it.
    pub continued_by: Vec<Lineage>,
    /// The reviews of it and its key results, oldest first.
    pub reviews: Vec<Said>,
    /// How its progress went, for forms with pictures.
    pub course: Option<(chart::Goal, chart::Request)>,
}

/// How a key result ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyResultFinal {
    /// How it stands; its score is its own.
    pub goal: Goal,
    /// The score that the numbers suggest.
    pub suggested: Score,
    /// The same against what was committed to, where that differs.
    pub suggested_original: Option<Score>,
}

/// An objective of another cycle that is the same in other clothes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    /// Its identity.
    pub id: ObjectiveId,
    /// Its names.
    pub objective: Name,
    /// The name of its cycle.
    pub cycle: String,
    /// Its score.
    pub score: Option<Score>,
}

/// How people checked in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discipline {
    /// Of the check-ins that the cadence asked for, those that came.
    pub on_time: Share,
    /// How many there were.
    pub check_ins: usize,
    /// The median and the 90th percentile of the days from a check-in to the next.
    pub gaps: Option<(i32, i32)>,
    /// The key results that nobody ever reported on.
    pub never: Vec<String>,
    /// How many check-ins were written too long after their day.
    pub back_filled: usize,
}

/// Makes the final report.
pub fn final_report(found: &Final, language: Language) -> Document {
    let cycle = found.cycle.as_ref();
    let mut document = begin_cycle(&found.frame, Phrase::FinalReport, cycle, language);
    let Some(cycle) = cycle else {
        return document;
    };
    document.lead = lead(found, cycle, language);
    if let Some(teams) = teams(cycle, language) {
        let section = Section::new(language.phrase(Phrase::Teams)).with(teams);
        document.sections.push(section);
    }
    if !found.objectives.is_empty() {
        document.sections.push(scores(found, cycle, language));
        let mut section = Section::new(language.phrase(Phrase::Objectives));
        section.parts = found
            .objectives
            .iter()
            .map(|one| objective(one, language))
            .collect();
        document.sections.push(section);
    }
    let vitals = health::section(&found.vitals, found.frame.state.today, language);
    document.sections.extend(vitals);
    let verdicts = verdict::section(found, language);
    document.sections.extend(verdicts);
    let thanks = &found.recognition;
    let thanks = said::section(Phrase::Recognition, thanks, SAID_MAX, language);
    document.sections.extend(thanks);
    document
        .sections
        .push(decisions(&found.decisions, Phrase::Decisions, language));
    document.sections.extend(discipline(found, language));
    document
}

pub(super) fn lead(found: &Final, cycle: &Cycle, language: Language) -> Text {
    if found.objectives.is_empty() {
        return language.phrase(Phrase::NoObjectives).into();
    }
    let ungraded = found.objectives.iter().filter(|one| is_open(one)).count();
    let mut lead =
        Text::plain(language.graded_of(found.objectives.len() - ungraded, found.objectives.len()));
    if let Some(mean) = mean(found) {
        lead = lead.and(Mark::Plain, format!("; {}", language.mean_score(mean)));
    }
    lead = lead.and(Mark::Plain, ".");
    match cycle.cycle.state {
        CycleState::Closed => lead,
        CycleState::Open => {
            let open = language.phrase(Phrase::StillOpen);
            lead.and(Mark::Plain, " ").and(Mark::Attention, open)
        }
        CycleState::Planned => {
            let planned = language.phrase(Phrase::NotOpened);
            lead.and(Mark::Plain, " ").and(Mark::Attention, planned)
        }
    }
}

/// Says whether an objective still waits for its grade.
pub(super) fn is_open(one: &ObjectiveFinal) -> bool {
    match one.objective.objective.state() {
        GoalState::Draft | GoalState::Active => true,
        GoalState::Closed | GoalState::Abandoned | GoalState::Archived => false,
    }
}

/// Returns the weighted mean of the scores that were given; none without any.
fn mean(found: &Final) -> Option<Score> {
    let graded = found.objectives.iter().filter_map(|one| {
        let objective = &one.objective.objective;
        let score = objective.score?.number().decimal();
        Some((objective.weight, Some(Progress::new(score))))
    });
    let mean = okr_core::progress::roll_up(graded)?;
    Some(okr_core::progress::suggested_score(Some(mean)))
}

/// The overview: every objective in one line.
pub(super) fn scores(found: &Final, cycle: &Cycle, language: Language) -> Section {
    let score = |score: Option<Score>| score.map(|one| language.score(one)).unwrap_or_default();
    let rows = found.objectives.iter().map(|one| {
        let objective = &one.objective.objective;
        let given = match objective.score {
            Some(given) => Text::of(Mark::Strong, language.score(given)),
            None => Text::of(Mark::Dim, language.goal_state(objective.state())),
        };
        vec![
            named_objective(&one.objective),
            Text::of(Mark::Person, &*one.objective.owner.reference),
            objective_bar(&one.objective, cycle, language),
            score(one.suggested_original).into(),
            score(one.suggested.map(|one| one.score)).into(),
            given,
        ]
    });
    let mut table = Table {
        caption: language.phrase(Phrase::ScoresCaption).to_owned(),
        columns: vec![
            Column::start(language.phrase(Phrase::Objective)).breaking(),
            Column::start(language.phrase(Phrase::Owner)),
            Column::start(language.phrase(Phrase::Progress)),
            Column::end(language.phrase(Phrase::AgainstCommitment)),
            Column::end(language.phrase(Phrase::Suggested)),
            Column::end(language.phrase(Phrase::Given)),
        ],
        rows: rows.collect(),
    };
    drop_empty(&mut table);
    Section::new(language.phrase(Phrase::Scores)).with(Block::Table(table))
}

fn objective(one: &ObjectiveFinal, language: Language) -> Section {
    let mut section = Section::new(named_objective(&one.objective));
    let objective = &one.objective.objective;
    section
        .blocks
        .push(Block::Paragraph(objective_line(&one.objective, language)));
    section
        .blocks
        .push(Block::Paragraph(score_line(one, language)));
    if let Some((goal, request)) = &one.course {
        let chart = plan(std::slice::from_ref(goal), request);
        section.blocks.push(Block::Chart(Box::new(chart)));
    }
    section.blocks.push(key_results(one, language));
    if let Some(reflection) = &objective.reflection {
        section.blocks.push(Block::Quote(Quote {
            text: reflection.as_str().to_owned(),
            by: Some(one.objective.owner.reference.clone()),
        }));
    }
    section.blocks.extend(reviews(&one.reviews, language));
    let mut lineage = Vec::new();
    if let Some(earlier) = &one.continues {
        lineage.push((
            language.phrase(Phrase::Continues).to_owned(),
            lineage_text(earlier, language),
        ));
    }
    for later in &one.continued_by {
        lineage.push((
            language.phrase(Phrase::ContinuedBy).to_owned(),
            lineage_text(later, language),
        ));
    }
    if !lineage.is_empty() {
        section.blocks.push(Block::Facts(lineage));
    }
    section
}

/// Says which score was given and which ones the numbers suggest.
fn score_line(one: &ObjectiveFinal, language: Language) -> Text {
    let mut line = Text::plain(format!("{} ", language.phrase(Phrase::Score)));
    line = match one.objective.objective.score {
        Some(given) => line.and(Mark::Strong, language.score(given)),
        None => line.and(Mark::Dim, language.phrase(Phrase::NotGraded)),
    };
    if let Some(Suggestion { score, basis }) = one.suggested {
        let score = language.score(score);
        let words = match basis {
            Basis::Progress => language.suggested(&score),
            Basis::Scores => language.suggested_by_scores(&score),
        };
        line = line.and(Mark::Plain, format!("; {words}"));
    }
    if let Some(original) = one.suggested_original {
        let words = language.against_commitment(&language.score(original));
        line = line.and(Mark::Plain, format!(", {words}"));
    }
    line
}

fn key_results(one: &ObjectiveFinal, language: Language) -> Block {
    if one.key_results.is_empty() {
        let none = Text::of(Mark::Dim, language.phrase(Phrase::NoKeyResults));
        return Block::Paragraph(none);
    }
    let rows = one.key_results.iter().map(|one| {
        let goal = &one.goal;
        let mut name = named(goal);
        if goal.late_addition {
            let late = language.phrase(Phrase::LateAddition);
            name = name
                .and(Mark::Plain, " ")
                .and(Mark::Attention, format!("({late})"));
        }
        let original = one.suggested_original.map(|one| language.score(one));
        let given = goal.key_result.score;
        vec![
            name,
            value_cell(goal, language),
            reached(goal, language).into(),
            original.unwrap_or_default().into(),
            language.score(one.suggested).into(),
            given
                .map(|given| Text::of(Mark::Strong, language.score(given)))
                .unwrap_or_default(),
            status_cell(goal.status),
        ]
    });
    let mut table = Table {
        caption: language.phrase(Phrase::KeyResults).to_owned(),
        columns: vec![
            Column::start(language.phrase(Phrase::KeyResult)).breaking(),
            Column::start(language.phrase(Phrase::TargetAndNow)).breaking(),
            Column::end(language.phrase(Phrase::Progress)),
            Column::end(language.phrase(Phrase::AgainstCommitment)),
            Column::end(language.phrase(Phrase::Suggested)),
            Column::end(language.phrase(Phrase::Given)),
            Column::start(language.phrase(Phrase::Status)),
        ],
        rows: rows.collect(),
    };
    drop_empty(&mut table);
    Block::Table(table)
}

pub(super) fn lineage_text(lineage: &Lineage, language: Language) -> Text {
    let mut text = Text::of(
        Mark::Reference,
        format!("{}:{}", lineage.cycle, lineage.objective.reference),
    )
    .and(Mark::Plain, " ")
    .and(Mark::Theirs, &*lineage.objective.title);
    if let Some(score) = lineage.score {
        let word = language.phrase(Phrase::Score).to_lowercase();
        text = text.and(Mark::Plain, format!(", {word} {}", language.score(score)));
    }
    text
}

fn discipline(found: &Final, language: Language) -> Option<Section> {
    let discipline = &found.discipline;
    if discipline.on_time.whole == 0 && discipline.check_ins == 0 {
        return None;
    }
    let mut items = Vec::new();
    if discipline.on_time.whole > 0 {
        items.push(Text::plain(language.on_time(discipline.on_time)));
    }
    let mut all = language.check_ins(discipline.check_ins);
    if discipline.back_filled > 0 {
        all = format!("{all}, {}", language.back_filled(discipline.back_filled));
    }
    items.push(all.into());
    if let Some((median, most)) = discipline.gaps {
        items.push(language.gaps(median, most).into());
    }
    if !discipline.never.is_empty() {
        let never = listed(discipline.never.iter().map(String::as_str));
        let words = format!("{} ", language.phrase(Phrase::NeverReportedOn));
        items.push(Text::plain(words).then(never));
    }
    let items = items.into_iter().map(|text| Item { text, quote: None });
    let section = Section::new(language.phrase(Phrase::Discipline));
    Some(section.with(Block::List(items.collect())))
}

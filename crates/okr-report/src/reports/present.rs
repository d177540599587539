//! The closing presentation: the facts of the final report, an objective at a time, for people who look
//! at a wall together. Each section of the document is one slide.

use okr_core::value::CycleState;

use super::closing::{Final, ObjectiveFinal, is_open, lead, lineage_text, scores};
use super::decision::{Decision, Deed, section as decisions};
use super::facts::Cycle;
use super::mid::value_cell;
use super::said;
use super::shared::{
    bar, begin_cycle, drop_empty, named_objective, objective_line, status_cell, teams,
};
use crate::chart::plan;
use crate::document::{Block, Column, Document, Item, Mark, Quote, Section, Table, Text};
use crate::words::{Language, Phrase};

/// The most rows of a table or points of a list on one slide.
const ROWS_MAX: usize = 10;
/// The most points on one slide, where each may have somebody's reason below it.
const REASONS_MAX: usize = 6;

/// The most thanks on slides: two full ones.
const THANKS_MAX: usize = 2 * REASONS_MAX;

/// Makes the closing presentation.
pub fn presentation(found: &Final, language: Language) -> Document {
    let cycle = found.cycle.as_ref();
    let mut document = begin_cycle(&found.frame, Phrase::Presentation, cycle, language);
    let Some(cycle) = cycle else {
        return document;
    };
    document.lead = lead(found, cycle, language);
    if found.objectives.is_empty() {
        return document;
    }
    let slides = &mut document.sections;
    slides.extend(paged(scores(found, cycle, language), ROWS_MAX, language));
    if let Some(teams) = teams(cycle, language) {
        let section = Section::new(language.phrase(Phrase::Teams)).with(teams);
        slides.extend(paged(section, ROWS_MAX, language));
    }
    slides.extend(found.objectives.iter().map(|one| objective(one, language)));
    slides.extend(changes(found, language));
    slides.push(carried_over(found, cycle, language));
    slides.extend(thanks(found, language));
    document
}

/// Makes the slide of an objective.
fn objective(one: &ObjectiveFinal, language: Language) -> Section {
    let mut section = Section::new(named_objective(&one.objective));
    let line = objective_line(&one.objective, language);
    section.blocks.push(Block::Paragraph(line));
    section.blocks.push(Block::Facts(score(one, language)));
    section.blocks.push(key_results(one, language));
    section.blocks.push(Block::Facts(becomes(one, language)));
    if let Some((goal, request)) = &one.course {
        let chart = plan(std::slice::from_ref(goal), request);
        section.blocks.push(Block::Chart(Box::new(chart)));
    }
    if let Some(reflection) = &one.objective.objective.reflection {
        section.blocks.push(Block::Quote(Quote {
            text: reflection.as_str().to_owned(),
            by: Some(one.objective.owner.reference.clone()),
        }));
    }
    section.blocks.retain(|block| !is_bare(block));
    section
}

/// Says whether a block has nothing in it.
fn is_bare(block: &Block) -> bool {
    match block {
        Block::Facts(facts) => facts.is_empty(),
        Block::Table(table) => table.rows.is_empty(),
        Block::List(items) => items.is_empty(),
        Block::Paragraph(_) | Block::Quote(_) | Block::Chart(_) => false,
    }
}

/// Returns the score that was given, and what the numbers suggest against the target as it is and as it
/// was committed to.
fn score(one: &ObjectiveFinal, language: Language) -> Vec<(String, Text)> {
    let given = match one.objective.objective.score {
        Some(given) => Text::of(Mark::Strong, language.score(given)),
        None => Text::of(Mark::Dim, language.phrase(Phrase::NotGraded)),
    };
    let suggested = [
        (Phrase::Suggested, one.suggested.map(|one| one.score)),
        (Phrase::AgainstCommitment, one.suggested_original),
    ];
    let suggested = suggested
        .into_iter()
        .filter_map(|(phrase, score)| Some((phrase, Text::plain(language.score(score?)))));
    let all = std::iter::once((Phrase::Score, given)).chain(suggested);
    all.map(|(phrase, text)| (language.phrase(phrase).to_owned(), text))
        .collect()
}

fn key_results(one: &ObjectiveFinal, language: Language) -> Block {
    let rows = one.key_results.iter().map(|one| {
        let goal = &one.goal;
        // From afar a title says more than an everyday name, and there is room for one of them.
        let mut name = Text::of(Mark::Theirs, goal.key_result.title.as_str());
        if goal.late_addition {
            let late = language.phrase(Phrase::LateAddition);
            name = name
                .and(Mark::Plain, " ")
                .and(Mark::Attention, format!("({late})"));
        }
        let score = goal.key_result.score;
        let score = score.map(|given| Text::of(Mark::Strong, language.score(given)));
        vec![
            name,
            value_cell(goal, language),
            bar(goal.progress, Some(goal.expected), language),
            score.unwrap_or_default(),
            status_cell(goal.status),
        ]
    });
    let mut table = Table {
        caption: language.phrase(Phrase::KeyResults).to_owned(),
        columns: vec![
            Column::start(language.phrase(Phrase::KeyResult)).breaking(),
            Column::start(language.phrase(Phrase::TargetAndNow)).breaking(),
            Column::start(language.phrase(Phrase::Progress)),
            Column::end(language.phrase(Phrase::Score)),
            Column::start(language.phrase(Phrase::Status)),
        ],
        rows: rows.collect(),
    };
    drop_empty(&mut table);
    Block::Table(table)
}

/// Says where an objective comes from and what becomes of it.
fn becomes(one: &ObjectiveFinal, language: Language) -> Vec<(String, Text)> {
    let mut facts = Vec::new();
    let mut add = |phrase, text| facts.push((language.phrase(phrase).to_owned(), text));
    if let Some(earlier) = &one.continues {
        add(Phrase::Continues, lineage_text(earlier, language));
    }
    for later in &one.continued_by {
        add(Phrase::ContinuedBy, lineage_text(later, language));
    }
    facts
}

/// Makes the slides of what was changed or added after the commitment.
fn changes(found: &Final, language: Language) -> Vec<Section> {
    let is_added = |one: &Decision| one.steps.iter().any(|step| step.deed == Deed::Added);
    let changes = found.decisions.iter();
    let changes: Vec<Decision> = changes
        .filter(|one| one.amends || is_added(one))
        .cloned()
        .collect();
    let section = decisions(&changes, Phrase::AddedAndChanged, language);
    paged(section, REASONS_MAX, language)
}

/// Makes the slides of thanks.
fn thanks(found: &Final, language: Language) -> Vec<Section> {
    let thanks = &found.recognition;
    let section = said::section(Phrase::ThankYou, thanks, THANKS_MAX, language);
    section.map_or_else(Vec::new, |section| paged(section, REASONS_MAX, language))
}

/// Makes the slide of what goes on in a later cycle.
fn carried_over(found: &Final, cycle: &Cycle, language: Language) -> Section {
    let section = Section::new(language.phrase(Phrase::CarriedOver));
    let items: Vec<Item> = found
        .objectives
        .iter()
        .flat_map(|one| one.continued_by.iter().map(move |later| (one, later)))
        .map(|(one, later)| Item {
            text: Text::of(Mark::Theirs, one.objective.objective.title.as_str())
                .and(Mark::Plain, " → ")
                .then(lineage_text(later, language)),
            quote: None,
        })
        .collect();
    let open = found.objectives.iter().filter(|one| is_open(one)).count();
    let rest = match cycle.cycle.state {
        CycleState::Closed if open > 0 => Some(language.left_open(open)),
        CycleState::Planned | CycleState::Open | CycleState::Closed => None,
    };
    let section = if items.is_empty() {
        let nothing = language.phrase(Phrase::NothingCarriedOver);
        section.with(Block::Paragraph(Text::plain(nothing)))
    } else {
        section.with(Block::List(items))
    };
    match rest {
        Some(rest) => section.with(Block::Paragraph(Text::of(Mark::Dim, rest))),
        None => section,
    }
}

/// Spreads a section with a long table or list over as many slides as it takes.
fn paged(section: Section, most: usize, language: Language) -> Vec<Section> {
    let Section {
        heading,
        blocks,
        parts,
    } = section;
    let mut slides: Vec<Section> = Vec::new();
    for block in blocks.into_iter().flat_map(|block| split(block, most)) {
        match (slides.last_mut(), block) {
            // What is said of a list stands below the end of it.
            (Some(last), block @ Block::Paragraph(_)) => last.blocks.push(block),
            (Some(_) | None, block) => slides.push(Section::default().with(block)),
        }
    }
    let count = slides.len();
    for (number, slide) in (1..).zip(&mut slides) {
        slide.heading = heading.clone();
        if count > 1 {
            let part = language.part_of(number, count);
            slide.heading = heading.clone().and(Mark::Dim, part);
        }
    }
    if let Some(last) = slides.last_mut() {
        last.parts = parts;
    }
    slides
}

fn split(block: Block, most: usize) -> Vec<Block> {
    match block {
        Block::List(items) => {
            let pieces = items.chunks(most);
            pieces.map(|items| Block::List(items.to_vec())).collect()
        }
        Block::Table(table) => {
            let pieces = table.rows.chunks(most);
            let part = |rows: &[Vec<Text>]| Table {
                rows: rows.to_vec(),
                ..table.clone()
            };
            pieces.map(|rows| Block::Table(part(rows))).collect()
        }
        other => vec![other],
    }
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

//! What reports have in common: title, where they come from, and cells about goals.

use okr_core::Decimal;
use okr_core::measure::{Measure, Value};
use okr_core::progress::Progress;
use okr_core::status::Status;

use super::facts::{Axis, Cycle, Frame, Goal, Objective, Scope, State};
use crate::document::{Bar, Block, Column, Document, Inline, Mark, Section, Table, Text};
use crate::words::{Language, Phrase};

/// Begins a document: `Platform · week 47`.
pub(super) fn begin(frame: &Frame, what: &str, language: Language) -> Document {
    let organisation = frame.organisation.as_deref().unwrap_or_default();
    let whose = match &frame.scope {
        Scope::Organisation => organisation,
        Scope::Team(name) | Scope::Person(name) if name.title.is_empty() => &name.reference,
        Scope::Team(name) | Scope::Person(name) => &name.title,
    };
    let title = if whose.is_empty() {
        capital(what)
    } else {
        format!("{} · {what}", one_line(whose))
    };
    Document {
        language,
        title,
        subtitle: Vec::new(),
        lead: Text::default(),
        sections: Vec::new(),
        colophon: colophon(frame, language),
    }
}

/// Begins a document about a cycle: `Platform · Final report 2026-Q4`. Without a cycle it says that
/// there is none, and needs nothing more.
pub(super) fn begin_cycle(
    frame: &Frame,
    what: Phrase,
    cycle: Option<&Cycle>,
    language: Language,
) -> Document {
    let what = language.phrase(what);
    let Some(cycle) = cycle else {
        let mut document = begin(frame, what, language);
        document.lead = language.phrase(Phrase::NoCycle).into();
        return document;
    };
    let mut document = begin(frame, &format!("{what} {}", cycle.cycle.name), language);
    document.subtitle.push(cycle_line(cycle, language));
    document.subtitle.push(progress_line(cycle, language));
    document
}

/// Begins a text with a capital.
fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

/// Says what a report was made from and how to make it again.
fn colophon(frame: &Frame, language: Language) -> Vec<Text> {
    let State {
        at,
        zone,
        axis,
        change,
        position,
        pending,
        judged,
        ..
    } = &frame.state;
    let moment = language.moment(*at, zone);
    let state = language.state_of(&moment, change.as_deref(), *position);
    let mut state = Text::of(Mark::Dim, state);
    if let Some(day) = judged {
        state = state.and(Mark::Dim, format!(", {}", language.judged(*day)));
    }
    match axis {
        Axis::Recorded => {}
        Axis::Authored => {
            state = state.and(Mark::Dim, language.phrase(Phrase::OnAuthoredAxis));
        }
        Axis::Effective => {
            state = state.and(Mark::Dim, language.phrase(Phrase::OnEffectiveAxis));
        }
    }
    let mut lines = vec![state];
    if *pending > 0 {
        lines.push(Text::of(Mark::Attention, language.pending(*pending)));
    }
    let again = language.phrase(Phrase::Reproduce);
    lines.push(Text::of(Mark::Dim, format!("{again} ")).and(Mark::Code, &*frame.command));
    lines
}

/// Says how a cycle stands: `2026-Q4 · week 8 of 14 · progress 43%, an even pace 57%`.
pub(super) fn cycle_line(cycle: &Cycle, language: Language) -> Text {
    let mut line = Text::of(Mark::Theirs, cycle.cycle.name.as_str());
    match cycle.cycle.state {
        okr_core::value::CycleState::Open => {}
        state @ (okr_core::value::CycleState::Planned | okr_core::value::CycleState::Closed) => {
            line = line.and(Mark::Plain, format!(" · {}", language.cycle_state(state)));
        }
    }
    let period = cycle.cycle.period;
    line = line.and(
        Mark::Plain,
        format!(" · {}", language.days_between(period.start(), period.end())),
    );
    if let Some((week, of)) = cycle.week {
        line = line.and(Mark::Plain, format!(" · {}", language.week_of(week, of)));
    }
    line
}

/// Says how far the goals of a cycle are, in a sentence.
pub(super) fn progress_line(cycle: &Cycle, language: Language) -> Text {
    let mut line = Text::plain(format!("{} ", language.phrase(Phrase::Progress)))
        .and(Mark::Strong, language.percent(cycle.progress));
    if let Some(original) = cycle.original {
        let original = language.against_commitment(&language.percent(Some(original)));
        line = line.and(Mark::Plain, format!(" ({original})"));
    }
    let pace = language.percent(Some(cycle.expected));
    line.and(Mark::Plain, format!("; {}", language.even_pace(&pace)))
}

/// Names a key result.
pub(super) fn named(goal: &Goal) -> Text {
    Text::of(Mark::Reference, &*goal.reference)
        .and(Mark::Plain, " · ")
        .and(Mark::Theirs, goal.key_result.title.as_str())
}

/// Names an objective, for a heading.
pub(super) fn named_objective(objective: &Objective) -> Text {
    Text::of(Mark::Reference, objective.objective.slug.as_str())
        .and(Mark::Plain, " · ")
        .and(Mark::Theirs, objective.objective.title.as_str())
}

/// Says who pursues an objective, what success means, and what is special about it.
pub(super) fn objective_line(objective: &Objective, language: Language) -> Text {
    let mut line = Text::of(Mark::Person, &*objective.owner.reference);
    if let Some(team) = &objective.team {
        line = line
            .and(Mark::Plain, " · ")
            .and(Mark::Theirs, &*team.reference);
    }
    let entity = &objective.objective;
    line = line.and(Mark::Plain, format!(" · {}", language.kind(entity.kind)));
    match entity.state() {
        okr_core::value::GoalState::Active => {}
        state => {
            line = line.and(Mark::Plain, format!(" · {}", language.goal_state(state)));
        }
    }
    if entity.weight != okr_core::value::Weight::ONE {
        let weight = language.number(entity.weight.number());
        let word = language.phrase(Phrase::Weight).to_lowercase();
        line = line.and(Mark::Plain, format!(" · {word} {weight}"));
    }
    if objective.late_addition {
        let late = language.phrase(Phrase::LateAddition);
        line = line.and(Mark::Plain, " · ").and(Mark::Attention, late);
    }
    line
}

/// Draws how far a goal is.
pub(super) fn bar(
    progress: Option<Progress>,
    expected: Option<Progress>,
    language: Language,
) -> Text {
    Inline::Progress(Bar {
        progress,
        expected,
        words: language.percent(progress),
    })
    .into()
}

/// Says how far a key result is; a bound that is kept is said in a word.
pub(super) fn reached(goal: &Goal, language: Language) -> String {
    match goal.key_result.measure {
        Measure::Hold(_) if goal.progress == Some(Progress::ONE) => {
            language.phrase(Phrase::Held).to_owned()
        }
        Measure::Hold(_) | Measure::Metric(_) | Measure::Milestones(_) | Measure::Zones(_) => {
            language.percent(goal.progress)
        }
    }
}

/// Says how a key result stands.
pub(super) fn status_cell(status: Status) -> Text {
    Inline::Status(status).into()
}

/// Writes the difference of two values in the unit of their measure, with its sign; none where nothing
/// can be subtracted, or nothing differs.
pub(super) fn difference(from: &Value, to: &Value, language: Language) -> Option<String> {
    let (from, to) = match (from, to) {
        (Value::Number(from), Value::Number(to)) => (from.decimal(), to.decimal()),
        (Value::Milestones(from), Value::Milestones(to)) => {
            (Decimal::from(from.len()), Decimal::from(to.len()))
        }
        _ => return None,
    };
    let difference = to.checked_sub(from)?;
    if difference.is_zero() {
        return None;
    }
    let sign = if difference > Decimal::ZERO {
        "+"
    } else {
        "−"
    };
    Some(format!("{sign}{}", language.decimal(difference.abs())))
}

/// Lists the teams with how far they are.
pub(super) fn teams(cycle: &Cycle, language: Language) -> Option<Block> {
    if cycle.teams.len() < 2 {
        return None;
    }
    let rows = cycle.teams.iter().map(|one| {
        let name = match &one.team {
            Some(team) => Text::of(Mark::Theirs, &*team.title),
            None => Text::plain(language.phrase(Phrase::WholeOrganisation)),
        };
        let original = one
            .original
            .map(|original| language.percent(Some(original)));
        vec![
            name,
            one.objectives.to_string().into(),
            bar(one.progress, Some(cycle.expected), language),
            original.unwrap_or_default().into(),
        ]
    });
    let mut table = Table {
        caption: language.phrase(Phrase::TeamsCaption).to_owned(),
        columns: vec![
            Column::start(language.phrase(Phrase::Team)).breaking(),
            Column::end(language.phrase(Phrase::Objectives)),
            Column::start(language.phrase(Phrase::Progress)),
            Column::end(language.phrase(Phrase::AgainstCommitment)),
        ],
        rows: rows.collect(),
    };
    drop_empty(&mut table);
    Some(Block::Table(table))
}

/// Leaves out the columns that say nothing, but for the first.
pub(super) fn drop_empty(table: &mut Table) {
    let is_said = |index: usize| {
        let mut cells = table.rows.iter().filter_map(|cells| cells.get(index));
        index == 0 || cells.any(|cell| !cell.is_empty())
    };
    let said: Vec<bool> = (0..table.columns.len()).map(is_said).collect();
    let keep = |index: usize| said.get(index).copied().unwrap_or(true);
    let columns = std::mem::take(&mut table.columns).into_iter().enumerate();
    table.columns = columns
        .filter(|(index, _)| keep(*index))
        .map(|(_, column)| column)
        .collect();
    for cells in &mut table.rows {
        let kept = std::mem::take(cells).into_iter().enumerate();
        *cells = kept
            .filter(|(index, _)| keep(*index))
            .map(|(_, cell)| cell)
            .collect();
    }
}

/// Makes a section that only says something in one paragraph.
pub(super) fn said(heading: Phrase, what: Phrase, language: Language) -> Section {
    let what = Text::of(Mark::Dim, language.phrase(what));
    Section::new(language.phrase(heading)).with(Block::Paragraph(what))
}

/// Puts a text of people on one line.
pub(super) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// Joins names with commas.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> Text {
    let mut text = Text::default();
    for (index, name) in names.enumerate() {
        if index > 0 {
            text = text.and(Mark::Plain, ", ");
        }
        text = text.and(Mark::Reference, name);
    }
    text
}

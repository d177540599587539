//! A chart as one HTML file: the picture and a table of what it shows.

use okr_core::progress::Progress;

use super::Chart;
use super::goal::{Course, Goal, Reading};
use crate::document::{Block, Column, Document, Mark, Section, Table, Text};
use crate::html::html;
use crate::words::Language;

/// Makes a page of a chart with the facts of its goals. `about` says what it was made from.
pub fn page(chart: &Chart, goals: &[Goal], about: &str) -> String {
    let names: Vec<&str> = goals.iter().map(|goal| goal.name.as_str()).collect();
    let picture = Section::default().with(Block::Chart(Box::new(chart.clone())));
    let mut sections = vec![picture];
    for goal in goals {
        sections.extend(facts(goal, goals.len() > 1));
    }
    html(&Document {
        language: Language::English,
        title: names.join(", "),
        subtitle: Vec::new(),
        lead: Text::default(),
        sections,
        colophon: vec![Text::of(Mark::Theirs, about)],
    })
}

/// Lists what is known of a goal, under headings that name it where there are several.
fn facts(goal: &Goal, several: bool) -> Vec<Section> {
    let table = match &goal.course {
        Course::Values { readings, .. } => check_ins(readings),
        Course::Progress(points) => progress(points),
    };
    let tables = [table, moves(goal)].into_iter();
    tables
        .filter(|table| !table.rows.is_empty())
        .map(|mut table| {
            let heading = if several {
                table.caption = format!("{}: {}", goal.name, table.caption);
                Text::of(Mark::Theirs, &table.caption)
            } else {
                Text::plain(&table.caption)
            };
            Section::new(heading).with(Block::Table(table))
        })
        .collect()
}

fn check_ins(readings: &[Reading]) -> Table {
    let rows = readings.iter().map(|reading| {
        let confidence = reading.confidence.map(|confidence| confidence.to_string());
        let mut note = reading.remarks.join(", ");
        if let Some(said) = &reading.note {
            let gap = if note.is_empty() { "" } else { ": " };
            note = format!("{note}{gap}{said}");
        }
        vec![
            Text::plain(reading.day.to_string()),
            Text::of(Mark::Theirs, &reading.words),
            Text::plain(confidence.unwrap_or_default()),
            Text::of(Mark::Theirs, &reading.by),
            Text::of(Mark::Theirs, note),
        ]
    });
    Table {
        caption: "Check-ins".to_owned(),
        columns: vec![
            Column::start("Day"),
            Column::end("Value"),
            Column::end("Confidence"),
            Column::start("By").breaking(),
            Column::start("Note").breaking(),
        ],
        rows: rows.collect(),
    }
}

fn progress(points: &[(okr_core::Date, Option<Progress>)]) -> Table {
    let rows = points.iter().map(|(day, progress)| {
        let percent = progress.map_or_else(|| "-".to_owned(), Progress::percent);
        vec![Text::plain(day.to_string()), Text::plain(percent)]
    });
    Table {
        caption: "Progress".to_owned(),
        columns: vec![Column::start("Day"), Column::end("Progress")],
        rows: rows.collect(),
    }
}

fn moves(goal: &Goal) -> Table {
    let rows = goal.moves.iter().map(|one| {
        let why = one.why.as_deref().unwrap_or_default();
        vec![
            Text::plain(one.day.to_string()),
            Text::of(Mark::Theirs, &one.what),
            Text::of(Mark::Theirs, &one.by),
            Text::of(Mark::Theirs, why),
        ]
    });
    Table {
        caption: "What was changed about it".to_owned(),
        columns: vec![
            Column::start("Day"),
            Column::start("What").breaking(),
            Column::start("By").breaking(),
            Column::start("Why").breaking(),
        ],
        rows: rows.collect(),
    }
}

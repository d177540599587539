//! The tree on a screen: one line for each goal, with all progress in one column.

use std::collections::HashMap;

use okr_core::event::Support;
use okr_core::id::EntityId;
use okr_core::progress::Progress;
use okr_replica::KeyResultStanding;

use super::rows::{Row, about};
use crate::names::Names;
use crate::render::{
    Cell, Node, Screen, Tone, TreeLine, mark_and_words, text_width, tone, tree_lines,
};
use crate::short_id::{Alphabet, ShortIds};
use crate::wording::{bounds, key_result_marks, now, objective_marks, percent, reached};

/// The number of blanks between two columns.
const GAP: usize = 2;

/// The widths that the bar may have, the best one first, in columns, and whether it stands beside where a measure begins
/// and shall end.
const DETAILS: [(u8, bool); 4] = [(10, true), (5, true), (0, true), (0, false)];

/// Progress and status are not moved further to the left than this, whatever they cut.
const LABEL_WIDTH_MIN: usize = 12;

/// The width of the column of progress; `-230%` and more push aside what follows.
const PERCENT_WIDTH: usize = 4;

/// How many bytes most lines have at most; a block of a bar has three.
const LINE_ROOM: usize = 144;

/// How far marks that stand under a line are set in, in columns.
const MARKS_INDENT: usize = 6;

/// The heading of a tree.
#[derive(Clone, Debug)]
pub(crate) struct Heading {
    /// What the tree is of: `acme  2026-Q4`.
    pub(crate) title: String,
    /// The progress of everything in it.
    pub(crate) progress: Option<Progress>,
    /// What stands after the progress: `pace 58%`.
    pub(crate) tail: String,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub(crate) struct Tree<'a> {
    /// What stands above it; none for a part of something that has a heading already.
    pub(crate) heading: Option<Heading>,
    /// What hangs from the heading.
    pub(crate) nodes: Vec<Node<Row<'a>>>,
    /// What else there is to say about things in it.
    pub(crate) notes: HashMap<EntityId, String>,
}

/// Renders a tree, each line ending in a line feed.
pub(crate) fn render(tree: &Tree<'_>, names: &Names, screen: &Screen) -> String {
    let lines = tree_lines(&tree.nodes, screen);
    let shown = lines.iter().map(|line| about(line.item).uuid());
    let ids = ShortIds::among(Alphabet::Thing, shown);
    let mut drawing = Drawing {
        names,
        ids: &ids,
        notes: &tree.notes,
        screen,
        columns: Columns::default(),
    };
    let parts: Vec<Parts> = lines.iter().map(|line| drawing.parts(line)).collect();
    drawing.columns = drawing.fit(&lines, &parts);
    let mut text = String::new();
    if let Some(heading) = &tree.heading {
        drawing.heading_onto(&mut text, heading);
    }
    for (line, parts) in lines.iter().zip(parts) {
        drawing.line_onto(&mut text, line, parts);
    }
    text
}

/// What of a line is measured before anything is drawn.
#[derive(Clone, Debug)]
struct Parts {
    /// Branches, and what the line is about.
    label: Cell,
    /// Of a key result, where its measure begins and shall end.
    bounds: Cell,
    /// Of a key result, its present value.
    now: Cell,
}

/// Where the columns start.
#[derive(Clone, Copy, Debug, Default)]
struct Columns {
    /// None where there is no room for it.
    bounds: Option<usize>,
    now: usize,
    bar: usize,
    bar_width: u8,
    percent: usize,
}

/// The widest of each part of the lines.
#[derive(Clone, Copy, Debug, Default)]
struct Widest {
    /// Branches, id and slug of a key result.
    label: usize,
    bounds: usize,
    now: usize,
    status: usize,
    /// Branches, id, slug and title of anything else.
    title: usize,
}

impl Columns {
    /// Places the columns with a bar of a width, and with or without where measures begin and shall end.
    fn of(widest: Widest, (bar_width, has_bounds): (u8, bool)) -> Self {
        let label_end = widest.label + GAP;
        let bounds = has_bounds.then_some(label_end);
        let now = bounds.map_or(label_end, |column| column + widest.bounds + GAP);
        let bar = now + widest.now + GAP;
        let percent = match bar_width {
            0 => bar,
            width => bar + usize::from(width) + GAP,
        };
        Self {
            bounds,
            now,
            bar,
            bar_width,
            percent,
        }
    }
}

/// What is needed to draw a line.
struct Drawing<'a> {
    names: &'a Names,
    ids: &'a ShortIds,
    notes: &'a HashMap<EntityId, String>,
    screen: &'a Screen,
    columns: Columns,
}

impl Drawing<'_> {
    fn parts(&self, line: &TreeLine<'_, Row<'_>>) -> Parts {
        let (bounds, now) = match line.item {
            Row::KeyResult(standing) => (self.bounds(standing).into(), self.now(standing).into()),
            Row::Team { .. } | Row::Objective(_) | Row::Supports(_) => {
                (Cell::empty(), Cell::empty())
            }
        };
        let label = self.label(line);
        Parts { label, bounds, now }
    }

    fn widest(&self, lines: &[TreeLine<'_, Row<'_>>], parts: &[Parts]) -> Widest {
        let mut widest = Widest::default();
        for (line, parts) in lines.iter().zip(parts) {
            let label = parts.label.width();
            match line.item {
                Row::KeyResult(standing) => {
                    let status = mark_and_words(standing.status, self.screen);
                    widest.label = widest.label.max(label);
                    widest.bounds = widest.bounds.max(parts.bounds.width());
                    widest.now = widest.now.max(parts.now.width());
                    widest.status = widest.status.max(text_width(&status));
                }
                Row::Team { .. } | Row::Objective(_) => widest.title = widest.title.max(label),
                Row::Supports(_) => {}
            }
        }
        widest
    }

    fn fit(&self, lines: &[TreeLine<'_, Row<'_>>], parts: &[Parts]) -> Columns {
        let widest = self.widest(lines, parts);
        let mut all = DETAILS.into_iter().map(|shown| Columns::of(widest, shown));
        let title_end = widest.title + GAP;
        if !self.screen.terminal {
            let mut columns = all.next().unwrap_or_default();
            columns.percent = columns.percent.max(title_end);
            return columns;
        }
        let after = PERCENT_WIDTH + GAP + widest.status;
        let room = self.screen.width.saturating_sub(after);
        let fitting = all.clone().find(|columns| columns.percent <= room);
        let mut columns = fitting.or_else(|| all.next_back()).unwrap_or_default();
        // Titles may take the room that is free, but nothing pushes progress off the terminal: it is what is looked for.
        let wanted = columns.percent.max(title_end);
        columns.percent = wanted.min(room.max(LABEL_WIDTH_MIN));
        columns
    }

    fn id(&self, row: &Row<'_>) -> String {
        self.ids.shown(about(row).uuid())
    }

    fn bounds(&self, standing: &KeyResultStanding) -> String {
        bounds(&standing.key_result.measure, self.screen)
    }

    fn now(&self, standing: &KeyResultStanding) -> String {
        let latest = standing.latest.as_ref();
        let latest = latest.map(|fact| &fact.check_in.value);
        now(latest, &standing.key_result.measure, self.screen)
    }

    /// Returns the branches and what the line is about.
    fn label(&self, line: &TreeLine<'_, Row<'_>>) -> Cell {
        let cell = Cell::with_room(LINE_ROOM).and(Tone::Dim, &line.prefix);
        let row = line.item;
        match row {
            Row::Team { team, .. } => {
                let cell = cell.and(Tone::Strong, team.slug.as_str());
                if team.name.as_str() == team.slug.as_str() {
                    cell
                } else {
                    cell.and_blanks(GAP).and(Tone::Plain, team.name.as_str())
                }
            }
            Row::Objective(standing) => cell
                .and(Tone::Id, &self.id(row))
                .and_blanks(GAP)
                .and(Tone::Strong, standing.objective.slug.as_str())
                .and_blanks(GAP)
                .and(Tone::Plain, standing.objective.title.as_str()),
            Row::KeyResult(standing) => cell
                .and(Tone::Id, &self.id(row))
                .and_blanks(GAP)
                .and(Tone::Plain, standing.key_result.slug.as_str()),
            Row::Supports(Support::Objective(id)) => self.serves(cell, (*id).into()),
            Row::Supports(Support::KeyResult(id)) => self.serves(cell, (*id).into()),
        }
    }

    fn serves(&self, cell: Cell, id: EntityId) -> Cell {
        let name = self.names.label(id);
        cell.and(Tone::Dim, &format!("serves {name}"))
    }

    fn heading_onto(&self, text: &mut String, heading: &Heading) {
        let cell = Cell::toned(Tone::Strong, &heading.title);
        let cell = match heading.progress {
            Some(_) => self.with_progress(cell, heading.progress),
            None => cell,
        };
        let tail = format!("  {}", heading.tail);
        self.finish(text, &cell.and(Tone::Dim, &tail));
    }

    /// Adds progress in its column, cutting what would reach into it.
    fn with_progress(&self, cell: Cell, progress: Option<Progress>) -> Cell {
        let shown = percent(progress);
        let room = self.columns.percent.saturating_sub(GAP);
        let cell = if cell.width() > room {
            cell.shortened(room, self.screen)
        } else {
            cell
        };
        let indent = PERCENT_WIDTH.saturating_sub(text_width(&shown));
        cell.and_at(self.columns.percent + indent, shown.into())
    }

    fn line_onto(&self, text: &mut String, line: &TreeLine<'_, Row<'_>>, parts: Parts) {
        let label = parts.label;
        match line.item {
            Row::Team { progress, .. } => self.finish(text, &self.with_progress(label, *progress)),
            Row::Objective(standing) => {
                let owner = self.names.at_person(standing.objective.owner);
                let cell = self
                    .with_progress(label, standing.progress)
                    .and_blanks(GAP)
                    .and(Tone::Dim, &owner);
                self.marked(text, (cell, objective_marks(standing, self.names)), line);
            }
            Row::KeyResult(standing) => {
                let cell = match self.columns.bounds {
                    Some(column) => label.and_at(column, parts.bounds),
                    None => label,
                };
                // Blanks for nothing would be cut like something.
                let cell = if parts.now.is_empty() {
                    cell
                } else {
                    cell.and_at(self.columns.now, parts.now)
                };
                let cell = self.key_result(cell, standing);
                self.marked(text, (cell, key_result_marks(standing, self.names)), line);
            }
            Row::Supports(_) => self.finish(text, &label),
        }
    }

    /// Adds how a key result stands.
    fn key_result(&self, mut cell: Cell, standing: &KeyResultStanding) -> Cell {
        let measure = &standing.key_result.measure;
        if self.columns.bar_width > 0 {
            let width = self.columns.bar_width;
            let bar = reached(standing.progress, measure, width, self.screen);
            cell = cell.and_at(self.columns.bar, Cell::toned(tone(standing.status), &bar));
        }
        let words = mark_and_words(standing.status, self.screen);
        self.with_progress(cell, standing.progress)
            .and_blanks(GAP)
            .and(tone(standing.status), &words)
    }

    /// Adds what is special beside the line, or under it where there is no room.
    fn marked(
        &self,
        text: &mut String,
        (cell, mut marks): (Cell, Vec<String>),
        line: &TreeLine<'_, Row<'_>>,
    ) {
        if !self.notes.is_empty() {
            marks.extend(self.notes.get(&about(line.item)).cloned());
        }
        if marks.is_empty() {
            return self.finish(text, &cell);
        }
        let marks = marks.join(&format!(" {} ", self.screen.dot()));
        let width = cell.width() + GAP + text_width(&marks);
        if !self.screen.terminal || width <= self.screen.width {
            return self.finish(text, &cell.and_blanks(GAP).and(Tone::Warning, &marks));
        }
        let below = Cell::toned(Tone::Dim, &line.continuation)
            .and_blanks(MARKS_INDENT)
            .and(Tone::Warning, &marks);
        self.finish(text, &cell);
        self.finish(text, &below);
    }

    fn finish(&self, text: &mut String, cell: &Cell) {
        let width = if self.screen.terminal {
            self.screen.width
        } else {
            usize::MAX
        };
        cell.line_onto(text, width, self.screen);
    }
}

#[cfg(test)]
mod tests;

//! The goals of a frame: one line each with progress and status, a second one for what is special.

use super::canvas::{filled, right};
use crate::commands::replay::player::picture::{Goal, Kind, Picture, Total};
use crate::render::{Cell, Screen, Tone, mark_and_words, text_width, tone, wrap};

/// The sign of what changed in the frame, in both sets of characters.
const CHANGED: &str = "* ";
/// The width of the column of progress.
const PERCENT_WIDTH: usize = 5;
/// With fewer columns for it, a title is left out.
const TITLE_MIN: usize = 6;
/// With fewer columns for name and value, the value is left out.
const VALUE_MIN: usize = 34;

/// The lines of the tree.
pub(super) struct Lines {
    pub(super) lines: Vec<Cell>,
    /// The first one of what changed.
    pub(super) first_changed: Option<usize>,
}

/// Lays the goals out for a width in columns.
pub(super) fn lines(picture: &Picture, width: usize, screen: &Screen) -> Lines {
    let words = picture.goals.iter().filter_map(|goal| goal.status);
    let words = words.map(|status| text_width(&mark_and_words(status, screen)));
    let status = words.max().unwrap_or(0);
    let gap = usize::from(status > 0);
    let layout = Layout {
        name: width.saturating_sub(CHANGED.len() + PERCENT_WIDTH + gap + status),
        width,
        screen,
    };
    let mut lines = Vec::new();
    let mut first_changed = None;
    match &picture.heading {
        Some(total) => lines.push(layout.total(total)),
        None => lines.push(Cell::toned(Tone::Dim, "  no goals yet")),
    }
    for goal in &picture.goals {
        if goal.is_changed && first_changed.is_none() {
            first_changed = Some(lines.len());
        }
        lines.push(layout.goal(goal));
        lines.extend(layout.marks(goal));
    }
    Lines {
        lines,
        first_changed,
    }
}

struct Layout<'a> {
    /// The width of branches, name and value.
    name: usize,
    width: usize,
    screen: &'a Screen,
}

impl Layout<'_> {
    fn total(&self, total: &Total) -> Cell {
        let title = Cell::toned(Tone::Strong, &total.title);
        sign(total.is_changed)
            .and_cell(&filled(&title, self.name, self.screen))
            .and(Tone::Plain, &right(&total.progress, PERCENT_WIDTH))
            .and(Tone::Dim, &format!(" {}", total.pace))
    }

    fn goal(&self, goal: &Goal) -> Cell {
        let branches = Cell::toned(Tone::Dim, &goal.branches.0);
        let name = match goal.kind {
            Kind::Team => branches.and(Tone::Strong, &goal.label),
            Kind::Objective => self.with_title(branches.and(Tone::Strong, &goal.label), goal),
            Kind::KeyResult => self.with_value(branches.and(Tone::Plain, &goal.label), goal),
            Kind::Supports => return sign(false).and_cell(&branches.and(Tone::Dim, &goal.label)),
        };
        let cell = sign(goal.is_changed)
            .and_cell(&filled(&name, self.name, self.screen))
            .and(Tone::Plain, &right(&goal.progress, PERCENT_WIDTH));
        match goal.status {
            Some(status) => cell
                .and(Tone::Plain, " ")
                .and(tone(status), &mark_and_words(status, self.screen)),
            None => cell,
        }
    }

    /// Adds the title of an objective where there is room for more than the beginning of a word.
    fn with_title(&self, name: Cell, goal: &Goal) -> Cell {
        if name.width() + 2 + TITLE_MIN > self.name {
            return name;
        }
        name.and(Tone::Plain, "  ").and(Tone::Plain, &goal.title)
    }

    /// Adds the value of a key result where there is room for it and for the name.
    fn with_value(&self, name: Cell, goal: &Goal) -> Cell {
        let value = text_width(&goal.now);
        let has_room = name.width() + 2 + value <= self.name;
        if value == 0 || !has_room || self.name < VALUE_MIN {
            return name;
        }
        name.and_at(self.name - value, Cell::toned(Tone::Plain, &goal.now))
    }

    /// Says what is special about a goal, under it.
    fn marks(&self, goal: &Goal) -> Vec<Cell> {
        let dot = format!(" {} ", self.screen.dot());
        let text = goal.marks.join(&dot);
        let before = Cell::toned(Tone::Plain, "  ")
            .and(Tone::Dim, &goal.branches.1)
            .and(Tone::Plain, "  ");
        let room = self.width.saturating_sub(before.width());
        let lines = wrap(&text, room, self.screen).into_iter();
        lines
            .map(|line| before.clone().and(Tone::Warning, &line))
            .collect()
    }
}

fn sign(is_changed: bool) -> Cell {
    if is_changed {
        Cell::toned(Tone::Accent, CHANGED)
    } else {
        Cell::toned(Tone::Plain, "  ")
    }
}

//! The lower part of the player: the time line with its landmarks, how the film stands, and keys.

use okr_replica::Landmark;
use ratatui_core::layout::Rect;

use super::Caption;
use super::canvas::{Canvas, columns};
use super::changes::amendment_sign;
use crate::commands::replay::player::model::{Mode, Model};
use crate::commands::replay::player::picture::Picture;
use crate::render::{Cell, Screen, Tone, text_width};

/// Draws the five rows: a rule, landmarks, line, state, keys.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    (model, caption, picture): (&Model, &Caption, &Picture),
) {
    let row = |index: u16| (area.x, area.y + index);
    canvas.rule(row(0), area.width, &Cell::empty());
    let (marks, line) = time_line(model, caption, area.width.into(), canvas.screen());
    canvas.put(row(1), area.width, &marks);
    canvas.put(row(2), area.width, &line);
    let state = state(
        (model, caption, picture),
        area.width.into(),
        canvas.screen(),
    );
    canvas.put(row(3), area.width, &state);
    let last = last_row(model, area.width, canvas.screen());
    canvas.put(row(4), area.width, &last);
}

/// Draws the landmarks, and under them the line with the date of each end.
fn time_line(model: &Model, caption: &Caption, width: usize, screen: &Screen) -> (Cell, Cell) {
    let (first, last) = (&caption.ends.0, &caption.ends.1);
    let before = text_width(first) + 1;
    let length = width.saturating_sub(before + text_width(last) + 1).max(1);
    let mut signs = vec![None; length];
    for (frame, mark) in model.film.marks.iter().enumerate() {
        let column = column(model, frame, length);
        signs[column] = signs[column].max(mark.landmark);
    }
    let mut marks = Cell::toned(Tone::Plain, &" ".repeat(before));
    for sign in signs {
        let (tone, text) = match sign {
            None => (Tone::Plain, " "),
            Some(Landmark::Amended) => (Tone::Warning, amendment_sign(screen)),
            Some(landmark) => (Tone::Good, cycle_sign(landmark, screen)),
        };
        marks = marks.and(tone, text);
    }
    let here = column(model, model.frame, length);
    let (done, head, rest) = if screen.ascii {
        ("=", "O", "-")
    } else {
        ("━", "●", "─")
    };
    let line = Cell::toned(Tone::Plain, first)
        .and(Tone::Plain, " ")
        .and(Tone::Accent, &done.repeat(here))
        .and(Tone::Strong, head)
        .and(Tone::Dim, &rest.repeat(length - here - 1))
        .and(Tone::Plain, " ")
        .and(Tone::Plain, last);
    (marks, line)
}

const fn cycle_sign(landmark: Landmark, screen: &Screen) -> &'static str {
    match (landmark, screen.ascii) {
        (Landmark::Closed, false) => "◆",
        (Landmark::Opened | Landmark::Amended, false) => "◇",
        (Landmark::Closed, true) => "C",
        (Landmark::Opened | Landmark::Amended, true) => "o",
    }
}

/// Returns where a frame stands on the line: by its date, or by its number where all have one date.
fn column(model: &Model, frame: usize, length: usize) -> usize {
    let marks = &model.film.marks;
    let at = |frame: usize| i128::from(marks[frame].at.as_microsecond());
    let last = marks.len() - 1;
    let (from, to) = (at(0), at(last));
    let (part, whole) = if to > from {
        (at(frame) - from, to - from)
    } else {
        let count = |frame: usize| i128::try_from(frame).unwrap_or(0);
        (count(frame), count(last).max(1))
    };
    let steps = i128::try_from(length - 1).unwrap_or(0);
    usize::try_from((part * steps + whole / 2) / whole).map_or(0, |column| column.min(length - 1))
}

/// Says how the film stands; the less important parts only where there is room.
fn state(
    (model, caption, picture): (&Model, &Caption, &Picture),
    width: usize,
    screen: &Screen,
) -> Cell {
    let (sign, word) = match (model.is_playing, screen.ascii) {
        (true, false) => ("▶", "playing"),
        (true, true) => (">", "playing"),
        (false, false) => ("‖", "paused"),
        (false, true) => ("=", "paused"),
    };
    let dot = format!(" {} ", screen.dot());
    let place = format!("{} of {}", model.frame + 1, model.film.marks.len());
    let mut cell = Cell::toned(Tone::Accent, &format!("{sign} {word}"))
        .and(Tone::Plain, &format!(" {}/s{dot}", model.speed()))
        .and(Tone::Strong, &place)
        .and(Tone::Plain, &dot)
        .and(Tone::Strong, &picture.when);
    let marks = model.film.marks.iter();
    let amendments = marks
        .filter(|mark| mark.landmark == Some(Landmark::Amended))
        .count();
    let mut rest = Vec::new();
    if caption.axis != "recorded" {
        rest.push(format!("{} axis", caption.axis));
    }
    if amendments > 0 {
        rest.push(crate::commands::counted(amendments, "amendment"));
    }
    for part in rest {
        if cell.width() + text_width(&dot) + text_width(&part) <= width {
            cell = cell.and(Tone::Plain, &dot).and(Tone::Dim, &part);
        }
    }
    cell
}

/// Returns the keys, or what is typed or said in their place.
fn last_row(model: &Model, width: u16, screen: &Screen) -> Cell {
    match (&model.mode, &model.message) {
        (Mode::Asking(text), _) => {
            let cursor = if screen.ascii { "_" } else { "▏" };
            Cell::toned(Tone::Accent, "go to: ")
                .and(Tone::Strong, text)
                .and(Tone::Strong, cursor)
                .and(
                    Tone::Dim,
                    "  (a date, \"last friday\", cycle:mid; enter, esc)",
                )
        }
        (_, Some(message)) if message.is_bad => Cell::toned(Tone::Bad, &message.text),
        (_, Some(message)) => Cell::toned(Tone::Accent, &message.text),
        (Mode::Help, None) => Cell::toned(Tone::Dim, "any key closes this"),
        (Mode::Watching, None) => keys(model, width, screen),
    }
}

/// Lists as many keys as there is room for; the last two always.
fn keys(model: &Model, width: u16, screen: &Screen) -> Cell {
    let step = if screen.ascii {
        "h/l step"
    } else {
        "←→ step"
    };
    let play = if model.is_playing {
        "space pause"
    } else {
        "space play"
    };
    let mut names = vec![play, step, "p/n amendment", "g date", "+/- speed"];
    if !model.teams.is_empty() {
        names.push("t team");
    }
    let ends = ["? keys", "q quit"];
    let length = |names: &[&str]| -> usize {
        let all = names.iter().chain(&ends);
        all.map(|name| text_width(name) + 2).sum()
    };
    while names.len() > 2 && columns(length(&names)) > width + 2 {
        names.pop();
    }
    names.extend(ends);
    Cell::toned(Tone::Dim, &names.join("  "))
}

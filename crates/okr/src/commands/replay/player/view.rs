//! The player on a screen. Pure: what it knows and what the frame shows in, cells out.
//!
//! ```text
//! okr replay  fast                                      team platform  <- what is played
//! -- Goals --------------------- | -- What changed ------------------
//!   2026-Q4, open    13%  pace.. | 9feb342f  Wed 25 Nov 16:04         <- the frame; one under the
//! * +- api-p99  51%  at risk     |   ...                                 other where it is narrow
//! ---------------------------------------------------------------------
//!                ^           ^                                        <- landmarks
//! 23 Nov =========o------------------------------- 31 Dec             <- the time line
//! paused 1/s - 4 of 9 - Wed 25 Nov 16:04 - 2 amendments
//! space play  h/l step ...                                            <- keys, a question, a message
//! ```

mod canvas;
mod changes;
mod goals;
mod help;
mod line;

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;

use super::model::{Extent, Mode, Model};
use super::picture::Picture;
use crate::render::{Cell, Screen, Tone};
use canvas::{Canvas, Panel};

/// The least size that the player works in, in columns and rows.
pub(super) const SIZE_MIN: (u16, u16) = (60, 20);
/// With fewer columns the changes stand under the goals.
const BESIDE_MIN: u16 = 76;
/// The rows of everything but goals and changes: above, and below with the rule.
const ROWS_ABOVE: u16 = 1;
const ROWS_BELOW: u16 = 5;

/// What the player is of, whatever frame is shown.
#[derive(Clone, Debug)]
pub(super) struct Caption {
    /// `fast  Feel instant`.
    pub(super) title: String,
    /// The axis that frames are ordered on.
    pub(super) axis: &'static str,
    /// The dates of the first and last frame.
    pub(super) ends: (String, String),
}

/// Draws the player, and returns how much of both lists could be seen.
pub(super) fn draw(
    buffer: &mut Buffer,
    (model, caption, picture): (&Model, &Caption, &Picture),
    screen: &Screen,
) -> (Extent, Extent) {
    let mut area = buffer.area;
    let width = u16::try_from(screen.width).unwrap_or(u16::MAX);
    area.width = area.width.min(width);
    let mut canvas = Canvas::new(buffer, screen);
    if area.width < SIZE_MIN.0 || area.height < SIZE_MIN.1 {
        too_small(&mut canvas, area);
        return model.seen;
    }
    header(&mut canvas, area, model, caption);
    let body = Rect {
        y: area.y + ROWS_ABOVE,
        height: area.height - ROWS_ABOVE - ROWS_BELOW,
        ..area
    };
    let seen = if model.mode == Mode::Help {
        help::draw(&mut canvas, body);
        model.seen
    } else {
        panels(&mut canvas, body, model, picture)
    };
    let below = Rect {
        y: body.y + body.height,
        height: ROWS_BELOW,
        ..area
    };
    line::draw(&mut canvas, below, (model, caption, picture));
    seen
}

fn too_small(canvas: &mut Canvas<'_>, area: Rect) {
    let (columns, rows) = SIZE_MIN;
    let (width, height) = (area.width, area.height);
    let text = format!(
        "The player needs {columns} columns and {rows} rows; here are {width} and {height}. \
         Make the window larger, or press q and try okr replay --plain."
    );
    let lines = crate::render::wrap(&text, width.into(), canvas.screen());
    for (row, text) in (area.y..area.y + height).zip(&lines) {
        canvas.put((area.x, row), area.width, &text.as_str().into());
    }
}

fn header(canvas: &mut Canvas<'_>, area: Rect, model: &Model, caption: &Caption) {
    let team = model.team.and_then(|team| model.teams.get(team));
    let right = team.map_or_else(String::new, |team| format!("team {team}"));
    let right = Cell::toned(Tone::Accent, &right);
    let left = Cell::toned(Tone::Accent, "okr replay")
        .and(Tone::Plain, "  ")
        .and(Tone::Strong, &caption.title);
    canvas.both_ends((area.x, area.y), area.width, (&left, &right));
}

fn panels(
    canvas: &mut Canvas<'_>,
    body: Rect,
    model: &Model,
    picture: &Picture,
) -> (Extent, Extent) {
    let goals = goals::lines(picture, panel_width(body, true), canvas.screen());
    let changes = changes::lines(picture, panel_width(body, false), canvas.screen());
    let (left, right) = split(body);
    let goals_seen = canvas.panel(&Panel {
        title: "Goals",
        area: left,
        lines: &goals.lines,
        top: model.goals_top,
        shows: goals.first_changed,
    });
    let changes_seen = canvas.panel(&Panel {
        title: "What changed",
        area: right,
        lines: &changes,
        top: Some(model.changes_top),
        shows: None,
    });
    if is_beside(body) {
        canvas.upright((right.x - 2, body.y), body.height);
    }
    (goals_seen, changes_seen)
}

const fn is_beside(body: Rect) -> bool {
    body.width >= BESIDE_MIN
}

/// Splits the body: a little more for the goals, with a rule between, or the changes below.
fn split(body: Rect) -> (Rect, Rect) {
    if is_beside(body) {
        let left = body.width * 11 / 20;
        let x = body.x + left + 3;
        return (
            Rect {
                width: left,
                ..body
            },
            Rect {
                x,
                width: body.width - left - 3,
                ..body
            },
        );
    }
    let upper = body.height * 11 / 20;
    (
        Rect {
            height: upper,
            ..body
        },
        Rect {
            y: body.y + upper,
            height: body.height - upper,
            ..body
        },
    )
}

fn panel_width(body: Rect, is_left: bool) -> usize {
    let (left, right) = split(body);
    usize::from(if is_left { left.width } else { right.width })
}

#[cfg(test)]
mod tests;

//! The keys of the player.

use ratatui_core::layout::Rect;

use super::canvas::{Canvas, Panel};
use super::changes::amendment_sign;
use crate::render::{Cell, Screen, Tone};

/// The width of the column of keys.
const KEYS_WIDTH: usize = 18;

/// Draws the keys over goals and changes.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let lines = lines(canvas.screen());
    canvas.panel(&Panel {
        title: "Keys",
        area,
        lines: &lines,
        top: None,
        shows: None,
    });
}

fn lines(screen: &Screen) -> Vec<Cell> {
    let amendment = amendment_sign(screen);
    let (right, left) = if screen.ascii {
        ("right l", "left h")
    } else {
        ("→ l", "← h")
    };
    let next = format!("the next amendment ({amendment}), the one before");
    let keys: [(&str, &str); 10] = [
        ("space", "play, pause; at the end, play again"),
        (
            &format!("{right}, {left}"),
            "the next frame, the one before",
        ),
        ("home, end", "the first frame, the last one"),
        ("n a, p", &next),
        ("g", "go to a date, a time or a change"),
        ("+ -", "faster, slower"),
        ("t, T", "only the next team's goals, the one before"),
        ("down j, up k", "scroll the goals"),
        ("pgdn, pgup", "scroll the changes"),
        ("q esc ctrl-c", "quit"),
    ];
    let mut lines: Vec<Cell> = keys
        .iter()
        .map(|(keys, meaning)| {
            Cell::toned(Tone::Accent, keys).and_at(KEYS_WIDTH, Cell::toned(Tone::Plain, meaning))
        })
        .collect();
    let (opened, closed) = if screen.ascii {
        ("o", "C")
    } else {
        ("◇", "◆")
    };
    let time_line =
        format!("{amendment} amendment   {opened} cycle opened   {closed} cycle closed");
    lines.push(Cell::empty());
    lines.push("* changed in this frame".into());
    lines.push(time_line.into());
    lines
}

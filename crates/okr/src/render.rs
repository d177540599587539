//! The pieces that screens are made of. Pure: facts in, text out; [`Ui`](crate::ui::Ui) prints.

mod bar;
mod cell;
mod health;
mod number;
mod pieces;
mod screen;
mod status;
mod table;
mod time;
mod tree;
mod wrap;

pub use bar::bar;
pub use cell::Cell;
pub use health::{health_tone, health_words};
pub use number::{number, quantity, quantity_change};
pub(crate) use pieces::pieces;
pub use screen::{Screen, Tone};
pub use status::{mark, mark_and_words, tone, words};
pub use table::{Column, Table, fit, text_width};
pub use time::{iso, local, moment, relative, short_day};
pub use tree::{Node, TreeLine, tree_lines};
pub use wrap::wrap;

/// Puts lines under each other, each with its end.
pub(crate) fn page(lines: Vec<String>) -> String {
    lines.into_iter().map(|line| line + "\n").collect()
}

//! The pieces that screens are made of. Pure: facts in, text out; [`Ui`](crate::ui::Ui) prints.

mod screen;

pub use screen::{Screen, Tone};

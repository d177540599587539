//! Pure rendering of what is known about goals: facts in, text out. Knows the core only; reads
//! nothing, prints nothing, and leaves colours of a terminal to its caller.

pub mod alignment;
pub mod chart;
pub mod document;
mod figure;
pub mod html;
mod icalendar;
mod markdown;
pub mod reports;
mod signs;
mod span;
mod terminal;
pub mod text;
pub mod words;

pub use figure::grouped;
pub use icalendar::{Appointment, icalendar};
pub use markdown::markdown;
pub use signs::{filled, sparkline, status_sign};
pub use span::{Ink, Row, Span};
pub use terminal::{Layout, terminal};

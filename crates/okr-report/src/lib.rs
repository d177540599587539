//! Pure rendering of what is known about goals: facts in, text out. Knows the core only; reads
//! nothing, prints nothing, and leaves colours of a terminal to its caller.

pub mod chart;
mod figure;
mod span;
pub mod text;

pub use figure::grouped;
pub use span::{Ink, Row, Span};

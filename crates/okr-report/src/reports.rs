//! The reports: what is known about goals at a moment, and the documents that say it.
//!
//! Facts come in the core's words, with the names of people and things as text; a document is made of
//! them in one language. Whatever is unknown or missing is said, or its section is left out.

mod closing;
mod decision;
mod facts;
mod health;
mod mid;
mod present;
mod said;
mod shared;
#[cfg(test)]
mod tests;
mod track;
mod weekly;
mod work;

pub use closing::{Discipline, Final, KeyResultFinal, Lineage, ObjectiveFinal, final_report};
pub use decision::{Decision, Deed, Held, Step, measure_change};
pub use facts::{
    Axis, Blocker, Cycle, Frame, Goal, Name, Objective, Report, Scope, State, TeamProgress,
};
pub use health::Vital;
pub use mid::{Candidate, KeyResultMid, Mid, ObjectiveMid, Projection, Rule, mid_report};
pub use present::presentation;
pub use said::Said;
pub use track::Track;
pub use weekly::{Before, Moved, Still, Weekly, weekly_report};
pub use work::Work;

//! Words for what the history and the present say: measures, values, events, people and times.
//!
//! Pure, and the same on every screen.

pub(crate) mod entry;
mod event;
mod field;
mod measure;
mod standing;

pub(crate) use entry::{PENDING, Told, distance, erased, told, who, why};
pub(crate) use event::{Before, Said, excerpt, said};
pub(crate) use field::{field_named, field_step, field_value, typed_field};
pub(crate) use measure::{
    bounds, checklist, described, measure_change, now, reached, value, value_change,
};
pub(crate) use standing::{
    UPGRADE, is_about, key_result_marks, objective_marks, percent, place_in, was_before,
    was_committed, week_of,
};

/// Writes a number of things: "1 change", "2 changes".
pub(crate) fn counted<N: Copy + PartialEq + From<u8> + std::fmt::Display>(
    count: N,
    noun: &str,
) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

//! The examples at the end of each command's help. A test parses every one of them.

mod begin;
mod goals;
mod look;
mod people;
mod plan;
mod proof;
mod reports;
mod settings;
mod sync;
mod week;
mod work;

pub(crate) use begin::*;
pub(crate) use goals::*;
pub(crate) use look::*;
pub(crate) use people::*;
pub(crate) use plan::*;
pub(crate) use proof::*;
pub(crate) use reports::*;
pub(crate) use settings::*;
pub(crate) use sync::*;
pub(crate) use week::*;
pub(crate) use work::*;

/// Every text, for the test that parses the examples.
#[cfg(test)]
pub(super) const ALL: &[&[&str]] = &[
    begin::ALL,
    goals::ALL,
    look::ALL,
    people::ALL,
    plan::ALL,
    proof::ALL,
    reports::ALL,
    settings::ALL,
    sync::ALL,
    week::ALL,
    work::ALL,
];

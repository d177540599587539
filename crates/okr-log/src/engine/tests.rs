//! The contract of the log, what damage does to it, and what a failing device does to it.

mod contract;
mod damage;
mod directory;
mod erased;
mod everywhere;
mod faults;
mod growing;
mod looking_up;
mod moving;
pub(super) mod support;

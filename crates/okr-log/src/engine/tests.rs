//! The contract of the log, and what a failing device does to it.

mod contract;
mod faults;
mod support;

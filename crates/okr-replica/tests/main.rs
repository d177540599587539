//! The replica against a server in memory.
#![expect(
    clippy::unwrap_used,
    reason = "the helpers of tests fail as the tests do"
)]

mod as_of;
mod conflicts;
mod contract;
mod convergence;
mod device;
mod erasing;
mod fault;
mod faults;
mod following;
mod operations;
mod restored;
mod server;
mod settling;
mod superseding;
mod syncing;
mod two_processes;
mod undoing;
mod verifying;

//! What the crate promises about bytes and messages.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod codec;
mod fuzzing;
mod newer;
mod records;
mod samples;
mod strict;

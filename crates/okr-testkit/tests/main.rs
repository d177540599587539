//! The world finds what is wrong, and nothing where nothing is.
#![expect(
    clippy::unwrap_used,
    reason = "the helpers of tests fail as the tests do"
)]

mod world;

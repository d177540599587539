//! What the crate promises about bytes and messages.

mod codec;
mod samples;

//! The server from outside: in this process, on a free loopback port, through the generated client.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod client;
mod command;
mod containers;
mod erasing;
mod fuzzing;
mod greeting;
mod harness;
mod isolation;
mod keeping;
mod life;
mod limits;
mod login;
mod logs;
mod migrate;
mod monitor;
mod monitoring;
mod moving;
mod organisations;
mod owners;
mod proxied;
mod pull;
mod push;
mod push_stream;
mod remote;
mod rude;
mod secure;
mod settings;
mod tokens;
#[cfg(feature = "otlp")]
mod traces;

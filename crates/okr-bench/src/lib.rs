//! Load for a real `okrd`: connections with the metadata of every call, and changes like real ones.
//!
//! Used by the benchmarks of this crate and by the crash tests.

mod client;
mod load;

pub use client::{Following, Login, Peer, Way, Writer, login};
pub use load::Load;

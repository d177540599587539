//! Runs the real programs: a server on a free loopback port, and command lines with homes of their own.
//!
//! Used by the end-to-end tests and by the demonstration. Knows the programs only from outside.

mod browser;
mod home;
mod proxy;
mod running;
mod server;
mod terminal;

pub use browser::{Browser, View};
pub use home::{Home, Run};
pub use proxy::{Direction, Fault, Proxy};
pub use running::Running;
pub use server::Server;
pub use terminal::{Seen, Size, seen};

use std::path::PathBuf;

/// Where the two programs are.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The command-line client.
    pub okr: PathBuf,
    /// The server.
    pub okrd: PathBuf,
}

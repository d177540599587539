//! The OKR sync server: accept, authenticate, admit, append, stream.
//!
//! ```text
//! accept -> auth -> service -> writer -> sequencer -> okr-log     (a push)
//!                      |
//!                      +----> watch -> okr-log                    (a pull, perhaps following)
//! ```
//! A push is judged by the rules of okr-core on the state that the one before it leaves, gets its
//! position, and is answered when it is durable. A pull is read from the log as fast as its client
//! takes it. The rules are not here but in okr-core, the bytes on disk in okr-log, those on the
//! wire in okr-proto.

mod accept;
mod access_log;
mod admin;
mod args;
mod auth;
mod backup;
mod certificate;
mod clock;
mod commands;
mod config;
mod credentials;
mod data;
mod deletion;
mod descriptors;
mod directory;
mod failure;
mod flags;
mod guard;
mod heads;
mod history;
mod hits;
mod init;
mod key;
mod last_backup;
mod last_used;
pub mod limits;
mod log_swap;
mod lookout;
mod metrics;
mod monitor;
mod organisations;
mod output;
mod peer;
mod proxies;
mod push;
mod rate;
mod readiness;
mod receiving;
mod recorded;
mod refusals;
mod reload;
mod rewriting;
mod right;
mod secret;
mod sequencer;
mod server;
mod service;
mod sessions;
mod standing;
mod state;
mod store;
mod stored_log;
mod telemetry;
mod tls;
mod traces;
mod usage;
mod versions;
mod watch;
mod writer;

pub use clock::Clock;
pub use commands::main;
pub use config::Limits;
pub use credentials::{
    CODE_LIFETIME, IssueError, Issued, LONGEST_CODE_LIFETIME, LONGEST_TOKEN_LIFETIME, Principal,
    TOKEN_LIFETIME,
};
pub use data::{DataError, Owner};
pub use directory::DirectoryError;
pub use history::{Erasure, History, HistoryError};
pub use init::{Administrator, InitError, Initialised, NewServer, Organisation};
pub use key::KeyFileError;
pub use proxies::TrustedProxies;
pub use push::{Pushed, read_push};
pub use readiness::{DiskProbe, DiskSpace};
pub use reload::Controls;
pub use secret::{BearerToken, LoginCode, NoRandomness, SecretHash};
pub use sequencer::{Author, Offer, SequenceError, Sequencer};
pub use server::{ServeError, ServeOptions, Server};
pub use stored_log::ReplayError;
pub use tls::{TlsError, TlsFiles};
pub use traces::{TraceOptions, TracesError};

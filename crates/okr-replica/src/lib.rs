//! The offline copy of an organisation: confirmed history, pending changes, sync against a remote, reads as of any moment.
//!
//! Synchronous but for the gRPC remote, which hides its runtime.

mod directory;

pub use directory::{Directory, DirectoryEntry};

//! The offline copy of an organisation: confirmed history, pending changes, sync against a remote, reads as of any moment.
//!
//! Synchronous but for the gRPC remote, which hides its runtime.

mod directory;
mod integrity;
mod remote;

pub use directory::{Directory, DirectoryEntry};
pub use integrity::IntegrityError;
pub use remote::{
    GrpcOptions, GrpcRemote, Identity, LoggedIn, LoginCode, MAX_DIRECTORY_ENTRIES, MAX_PUSH_BYTES,
    MAX_PUSH_CHANGES, Pulled, PushOutcome, Refusal, Remote, RemoteError,
};

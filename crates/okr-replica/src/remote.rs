//! The other side of a sync, as the replica sees it: four calls, whoever carries them.
//!
//! Whatever comes from here is checked by the caller; a remote translates and decides nothing.

mod follow;
mod grpc;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use okr_core::id::Position;
use okr_proto::{EncodedChange, PushOutcome};
use thiserror::Error;

use crate::directory::{Directory, DirectoryEntry};

pub use follow::{Follow, Followed, Following};
pub use grpc::{
    ClientCertificate, GrpcOptions, GrpcRemote, Holder, Identity, LoggedIn, LoginCode, NewToken,
    OpenCode, TokenInfo, TokenWish, request_id,
};

/// A server that holds the log of one organisation.
///
/// The credential behind a remote names the organisation and the person; no call names either.
/// A call that fails leaves the server as it was or, for [`Remote::push`], possibly with some or all
/// of the changes appended: pushing the same again is always safe. A remote that failed once may be
/// called again.
pub trait Remote {
    /// Offers changes, in order, and returns what became of each, in the same order.
    ///
    /// At most [`MAX_PUSH_CHANGES`] changes and [`MAX_PUSH_BYTES`] in all. `base` is the newest
    /// position that the caller has confirmed.
    ///
    /// # Errors
    /// After one that [`RemoteError::is_passing`], the changes may or may not have been appended.
    fn push(
        &mut self,
        base: Position,
        changes: Vec<EncodedChange>,
    ) -> Result<Vec<PushOutcome>, RemoteError>;

    /// Streams what follows a position into `sink` to the end, or until `sink` breaks.
    ///
    /// In order: the directory, when the version is not the newest; then one or more rounds, each of
    /// records, without a gap, and a checkpoint of the log up to the last one.
    ///
    /// # Errors
    /// [`RemoteError::Ahead`] when the log ends before `after`; nothing was given to `sink` then.
    fn pull(
        &mut self,
        after: Position,
        directory_version: u64,
        sink: &mut dyn FnMut(Pulled) -> ControlFlow<()>,
    ) -> Result<(), RemoteError>;

    /// Adds or corrects entries of the directory and returns its new version.
    ///
    /// At most [`MAX_DIRECTORY_ENTRIES`] at a time; doing it twice is as doing it once.
    ///
    /// # Errors
    /// As any call.
    fn update_directory(&mut self, entries: Vec<DirectoryEntry>) -> Result<u64, RemoteError>;
}

/// The greatest number of changes in one push.
pub const MAX_PUSH_CHANGES: usize = 500;
/// The greatest size of one push, in bytes of encoded message.
pub const MAX_PUSH_BYTES: usize = 1024 * 1024;
/// The greatest number of directory entries in one update.
pub const MAX_DIRECTORY_ENTRIES: usize = 1000;

/// A part of what a pull brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pulled {
    /// The next records, exactly as stored.
    Records(Vec<Bytes>),
    /// The signed statement about everything up to here, as text.
    Checkpoint(String),
    /// Everybody that the server knows.
    Directory(Directory),
}

/// Why a call to the server failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RemoteError {
    /// The address is not one of a server.
    #[error("\"{url}\" is not the address of a server: {problem}")]
    Address {
        /// The address.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Without TLS, everybody on the way could read the token.
    #[error("{url} is not encrypted, which is allowed on this machine only; use https")]
    NotEncrypted {
        /// The address.
        url: String,
    },
    /// A file with certificates, or with the key of one, cannot be used.
    #[error("the certificate file {} cannot be used: {cause}", path.display())]
    CertificateFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        cause: String,
    },
    /// The server's certificate is not trusted, or it does not speak TLS.
    #[error("no trusted connection to {url}: {cause}")]
    Tls {
        /// The address.
        url: String,
        /// Why not.
        cause: String,
    },
    /// The server lets in only machines that show a certificate that it knows.
    #[error(
        "{url} lets in only machines with a certificate that it knows, and {}",
        if *was_shown { "does not know the one of this machine" } else { "this one has shown none" }
    )]
    ClientCertificate {
        /// The address.
        url: String,
        /// Whether this machine has shown one.
        was_shown: bool,
        /// What the server says.
        cause: String,
    },
    /// What answers speaks TLS, and was asked without.
    #[error("what answers at {url} wants an encrypted connection")]
    Encrypted {
        /// The address.
        url: String,
    },
    /// Nobody answers there, or the connection broke.
    #[error("{url} cannot be reached: {cause}")]
    Unreachable {
        /// The address.
        url: String,
        /// Why not.
        cause: String,
    },
    /// The answer did not come in time.
    #[error("{url} did not answer within {} ms", limit.as_millis())]
    TimedOut {
        /// The address.
        url: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The server is there, but takes nothing at the moment.
    #[error("the server is not available: {why}")]
    Unavailable {
        /// What it says.
        why: String,
    },
    /// The server is there, and asked too often by this token or from this address.
    #[error("{why}")]
    TooOften {
        /// What there is too much of, as a sentence.
        why: String,
        /// After how long it may be asked again.
        wait: Duration,
    },
    /// The server does not know whether it appended the changes.
    #[error("the server does not know the outcome")]
    OutcomeUnknown,
    /// There is no token, or one that is unknown, revoked or expired.
    #[error("the server does not accept the login")]
    LoginNeeded,
    /// The one-time code is unknown, used or expired.
    #[error("the server does not accept the code: unknown, used or expired")]
    CodeRefused,
    /// The credential does not allow it.
    #[error("not permitted to {what}: {why}")]
    NotPermitted {
        /// What is not allowed, to follow "to".
        what: String,
        /// Why not, as a fragment.
        why: String,
        /// The stable word for why not, such as `needs-admin` or `scope-reads`.
        refusal: String,
    },
    /// Client and server do not speak the same version of the protocol.
    #[error("this program speaks version {ours} of the protocol, the server {theirs}")]
    Incompatible {
        /// The version that this program speaks.
        ours: u32,
        /// What the server speaks, in words.
        theirs: String,
    },
    /// The server's log ends before what this replica has: it lost history, or is another one.
    #[error(
        "the server's history ends at {head}, before what is here; it was restored from an old \
         backup, or is another server"
    )]
    Ahead {
        /// Where the server's log ends.
        head: Position,
    },
    /// The server cannot read a change of a push; none of that push was appended.
    #[error("the server cannot read change {index} of the push: {problem}")]
    InvalidChange {
        /// Which change of the push, from 0.
        index: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A request is above a limit of the server.
    #[error("{what} of {actual} is above the server's limit of {limit}")]
    TooLarge {
        /// What is too large, with its unit.
        what: String,
        /// The greatest allowed.
        limit: u64,
        /// What was sent.
        actual: u64,
    },
    /// The server refuses the request for another reason.
    #[error("the server refuses: {message}")]
    Refused {
        /// The server's stable word for it, or the word of the gRPC code.
        reason: String,
        /// One sentence.
        message: String,
    },
    /// The answer is not one that the protocol allows.
    #[error("the server's answer makes no sense: {problem}")]
    Nonsense {
        /// What is wrong with it.
        problem: String,
    },
    /// The client could not start what it needs for a connection.
    #[error("no connection could be prepared: {cause}")]
    Local {
        /// Why not.
        cause: String,
    },
}

impl RemoteError {
    /// Says whether the same call may go well later, with nothing changed here.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Unavailable { .. }
            | Self::TooOften { .. }
            | Self::OutcomeUnknown => true,
            Self::Address { .. }
            | Self::NotEncrypted { .. }
            | Self::CertificateFile { .. }
            | Self::Tls { .. }
            | Self::ClientCertificate { .. }
            | Self::Encrypted { .. }
            | Self::LoginNeeded
            | Self::CodeRefused
            | Self::NotPermitted { .. }
            | Self::Incompatible { .. }
            | Self::Ahead { .. }
            | Self::InvalidChange { .. }
            | Self::TooLarge { .. }
            | Self::Refused { .. }
            | Self::Nonsense { .. }
            | Self::Local { .. } => false,
        }
    }

    /// Says whether the server answered, so that its log has the call.
    pub const fn is_answer(&self) -> bool {
        match self {
            Self::Unavailable { .. }
            | Self::TooOften { .. }
            | Self::OutcomeUnknown
            | Self::LoginNeeded
            | Self::CodeRefused
            | Self::NotPermitted { .. }
            | Self::Incompatible { .. }
            | Self::Ahead { .. }
            | Self::InvalidChange { .. }
            | Self::TooLarge { .. }
            | Self::Refused { .. } => true,
            Self::Address { .. }
            | Self::NotEncrypted { .. }
            | Self::CertificateFile { .. }
            | Self::Tls { .. }
            | Self::ClientCertificate { .. }
            | Self::Encrypted { .. }
            | Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Nonsense { .. }
            | Self::Local { .. } => false,
        }
    }

    /// Says whether trying again at once is worth it: an answer was lost, and time is left.
    pub(crate) const fn is_lost_answer(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::OutcomeUnknown)
    }

    /// Says whether a push that ended so was certainly not done, not even a part of it.
    pub(crate) fn took_nothing(&self) -> bool {
        match self {
            Self::LoginNeeded
            | Self::NotPermitted { .. }
            | Self::Incompatible { .. }
            | Self::TooLarge { .. }
            | Self::InvalidChange { .. } => true,
            // Whether there is room is looked at before anything is judged.
            Self::Refused { reason, .. } => {
                matches!(reason.as_str(), "frozen" | "quota-exceeded")
            }
            Self::Address { .. }
            | Self::NotEncrypted { .. }
            | Self::CertificateFile { .. }
            | Self::Tls { .. }
            | Self::ClientCertificate { .. }
            | Self::Encrypted { .. }
            | Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Unavailable { .. }
            | Self::TooOften { .. }
            | Self::OutcomeUnknown
            | Self::CodeRefused
            | Self::Ahead { .. }
            | Self::Nonsense { .. }
            | Self::Local { .. } => false,
        }
    }
}

//! What must never be: the invariants, each as the sentence that says how it was broken.

use okr_core::id::ChangeId;
use thiserror::Error;

/// An invariant that does not hold.
///
/// Devices are numbered from 0, positions from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Violation {
    /// What was said to be accepted is not in the log any more.
    #[error("change {change} was acknowledged at {position} and is not there")]
    AcknowledgedVanished {
        /// The change.
        change: ChangeId,
        /// Where it was.
        position: u64,
    },
    /// The server does not know any more that it has a change.
    #[error("change {change} stands at {position}, and the server says: {answer}")]
    DuplicateForgotten {
        /// The change.
        change: ChangeId,
        /// Where it stands.
        position: u64,
        /// What the server says when it is offered again.
        answer: String,
    },
    /// A record of the log is another than it was, or stands at another place than it says.
    #[error("the record at {position} is not what it was")]
    HistoryRewritten {
        /// Its place.
        position: u64,
    },
    /// A record was recorded before the one before it.
    #[error("recorded-at goes backwards at {position}")]
    TimeWentBack {
        /// Its place.
        position: u64,
    },
    /// A change stands in the log more than once.
    #[error("change {change} stands at {first} and at {second}")]
    AcceptedTwice {
        /// The change.
        change: ChangeId,
        /// The first place.
        first: u64,
        /// The second place.
        second: u64,
    },
    /// The log has a change that nobody wrote.
    #[error("nobody wrote change {change} at {position}")]
    NobodyWroteIt {
        /// The change.
        change: ChangeId,
        /// Its place.
        position: u64,
    },
    /// A record names somebody else than whose device wrote it.
    #[error("change {change} at {position} is not by its author")]
    OtherAuthor {
        /// The change.
        change: ChangeId,
        /// Its place.
        position: u64,
    },
    /// A change says something else than when it was written.
    #[error("change {change} is not as it was written: {place}")]
    Altered {
        /// The change.
        change: ChangeId,
        /// Where.
        place: String,
    },
    /// The rules refuse a record where it stands.
    #[error("change {change} may not stand at {position}: {why}")]
    NotAdmissible {
        /// The change.
        change: ChangeId,
        /// Its place.
        position: u64,
        /// What the rules say.
        why: String,
    },
    /// A replica has confirmed what is not the beginning of the log.
    #[error("device {device} has another history of {head} records than the log")]
    OtherHistory {
        /// The device.
        device: usize,
        /// Its head.
        head: u64,
    },
    /// A replica has forgotten confirmed records.
    #[error("device {device} went back from {from} to {to}")]
    WentBack {
        /// The device.
        device: usize,
        /// Its head before.
        from: u64,
        /// Its head after.
        to: u64,
    },
    /// An edit is neither confirmed, pending, a conflict, nor already so, and nobody dropped it.
    #[error("device {device} lost change {change}")]
    EditLost {
        /// The device.
        device: usize,
        /// The change.
        change: ChangeId,
    },
    /// A change waits on a device that did not write it, or that had settled it.
    #[error("change {change} waits on device {device}, which has no such edit open")]
    CameFromNowhere {
        /// The device.
        device: usize,
        /// The change.
        change: ChangeId,
    },
    /// A change is confirmed on a device, and waits there as well.
    #[error("change {change} is confirmed on device {device} and waits there, too")]
    BothConfirmedAndWaiting {
        /// The device.
        device: usize,
        /// The change.
        change: ChangeId,
    },
    /// A replica does not believe an honest server.
    #[error("device {device} suspects the server: {error}")]
    FalseSuspicion {
        /// The device.
        device: usize,
        /// What it says.
        error: String,
    },
    /// Something failed that nothing in this world makes fail.
    #[error("device {device} failed: {error}")]
    Failed {
        /// The device.
        device: usize,
        /// What it says.
        error: String,
    },
    /// With nothing in the way, syncing does not come to an end.
    #[error("syncing goes on for ever")]
    Restless,
    /// After everything was exchanged, a replica shows something else than the log says.
    #[error("device {device} differs: {what}")]
    Differs {
        /// The device.
        device: usize,
        /// In what.
        what: String,
    },
    /// The code under test panicked.
    #[error("panic: {message}")]
    Panicked {
        /// What it said.
        message: String,
    },
}

impl Violation {
    /// Returns the name of the invariant.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AcknowledgedVanished { .. } => "acknowledged-vanished",
            Self::DuplicateForgotten { .. } => "duplicate-forgotten",
            Self::HistoryRewritten { .. } => "history-rewritten",
            Self::TimeWentBack { .. } => "time-went-back",
            Self::AcceptedTwice { .. } => "accepted-twice",
            Self::NobodyWroteIt { .. } => "nobody-wrote-it",
            Self::OtherAuthor { .. } => "other-author",
            Self::Altered { .. } => "altered",
            Self::NotAdmissible { .. } => "not-admissible",
            Self::OtherHistory { .. } => "other-history",
            Self::WentBack { .. } => "went-back",
            Self::EditLost { .. } => "edit-lost",
            Self::CameFromNowhere { .. } => "came-from-nowhere",
            Self::BothConfirmedAndWaiting { .. } => "both-confirmed-and-waiting",
            Self::FalseSuspicion { .. } => "false-suspicion",
            Self::Failed { .. } => "failed",
            Self::Restless => "restless",
            Self::Differs { .. } => "differs",
            Self::Panicked { .. } => "panicked",
        }
    }
}

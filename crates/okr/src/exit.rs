//! The exit codes of `okr`: a promise to scripts.
//!
//! The text of `okr help exit-codes` is made from the same list, so it cannot drift.

use std::process::ExitCode;

/// How a run of `okr` ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// It did what was asked.
    Ok,
    /// It failed for a reason that has no code of its own.
    Error,
    /// The command line cannot be understood, or gives a value that cannot be.
    Usage,
    /// What was asked about is not so.
    ConditionNotMet,
    /// Nobody is logged in, or the login expired.
    LoginNeeded,
    /// The person may not do this.
    NotPermitted,
    /// A reference fits nothing, or several things.
    NotFound,
    /// The server did not answer, and the command needs it.
    ServerUnreachable,
    /// Changes are in conflict and wait for a decision.
    ConflictsOpen,
    /// Stored or received history is not what it must be.
    Integrity,
    /// Another process holds the replica.
    Busy,
    /// Client and server do not understand each other.
    Incompatible,
    /// Somebody pressed Ctrl-C.
    Interrupted,
}

impl Exit {
    /// Every way to end, by ascending code.
    pub const ALL: [Self; 13] = [
        Self::Ok,
        Self::Error,
        Self::Usage,
        Self::ConditionNotMet,
        Self::LoginNeeded,
        Self::NotPermitted,
        Self::NotFound,
        Self::ServerUnreachable,
        Self::ConflictsOpen,
        Self::Integrity,
        Self::Busy,
        Self::Incompatible,
        Self::Interrupted,
    ];

    /// Returns the code that the process ends with.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Error => 1,
            Self::Usage => 2,
            Self::ConditionNotMet => 3,
            Self::LoginNeeded => 4,
            Self::NotPermitted => 5,
            Self::NotFound => 6,
            Self::ServerUnreachable => 7,
            Self::ConflictsOpen => 8,
            Self::Integrity => 9,
            Self::Busy => 10,
            Self::Incompatible => 11,
            Self::Interrupted => 130,
        }
    }

    /// Returns what the code means, as one sentence for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "Done. A reader that stops early, like head, is no error either.",
            Self::Error => "An error that has no code of its own.",
            Self::Usage => {
                "The command line cannot be understood, or gives a value that cannot be."
            }
            Self::ConditionNotMet => "The command worked, and the condition it checks is not met.",
            Self::LoginNeeded => "You are not logged in, or the login or its code expired.",
            Self::NotPermitted => "You are logged in, but may not do this.",
            Self::NotFound => "A reference fits nothing, or more than one thing.",
            Self::ServerUnreachable => {
                "The server did not answer, and this command cannot do without it."
            }
            Self::ConflictsOpen => "Changes are in conflict, and this command needs them decided.",
            Self::Integrity => "History is damaged, was rewritten, or fails its proof.",
            Self::Busy => "Another process held the local replica for too long. Try again.",
            Self::Incompatible => "Client and server are of versions that do not fit.",
            Self::Interrupted => "Stopped with Ctrl-C. Nothing half-done is left behind.",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_ascending() {
        let codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    }
}

//! The ids and moments of the core as those of the log, and back.
//!
//! The core and the log know nothing of each other, so each has types of its own.

use okr_core::Timestamp;
use okr_core::id::{ChangeId, OrgId, PersonId, Position};
use okr_log::{AuthorId, LogId, RecordedAt};

/// A thing of the core that the log has a type of its own for.
pub trait ToLog {
    /// The type in the log.
    type Log;

    /// Returns the same as a thing of the log.
    fn to_log(self) -> Self::Log;
}

/// A thing of the log that the core has a type of its own for.
pub trait ToCore {
    /// The type in the core.
    type Core;

    /// Returns the same as a thing of the core.
    fn to_core(self) -> Self::Core;
}

macro_rules! same_ids {
    ($($core:ty => $log:ty;)+) => {$(
        impl ToLog for $core {
            type Log = $log;

            fn to_log(self) -> $log {
                <$log>::from(self.to_bytes())
            }
        }

        impl ToCore for $log {
            type Core = $core;

            fn to_core(self) -> $core {
                <$core>::from_bytes(*self.as_bytes())
            }
        }
    )+};
}

same_ids! {
    OrgId => LogId;
    PersonId => AuthorId;
    ChangeId => okr_log::ChangeId;
}

impl ToLog for Position {
    type Log = okr_log::Position;

    fn to_log(self) -> okr_log::Position {
        okr_log::Position::new(self.get())
    }
}

impl ToCore for okr_log::Position {
    type Core = Position;

    fn to_core(self) -> Position {
        Position::new(self.get())
    }
}

/// Of a moment, what is finer than a microsecond is lost.
impl ToLog for Timestamp {
    type Log = RecordedAt;

    fn to_log(self) -> RecordedAt {
        RecordedAt::from_micros(self.as_microsecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_positions_are_the_same_there_and_back() {
        let bytes = *b"0123456789abcdef";
        let org = OrgId::from_bytes(bytes);
        assert_eq!(org.to_log().as_bytes(), &bytes);
        assert_eq!(org.to_log().to_core(), org);
        let person = PersonId::from_bytes(bytes);
        assert_eq!(person.to_log().to_core(), person);
        let change = ChangeId::from_bytes(bytes);
        assert_eq!(change.to_log().to_core(), change);
        let position = Position::new(u64::MAX);
        assert_eq!(position.to_log().to_core(), position);
    }

    #[test]
    fn a_moment_counts_in_microseconds() {
        let moment = Timestamp::new(2, 3_999).unwrap();
        assert_eq!(moment.to_log().as_micros(), 2_000_003);
    }
}

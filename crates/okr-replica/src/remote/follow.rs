//! A pull that stays open: what a server tells while its log grows.

use std::time::Duration;

use okr_core::id::Position;

use super::{Pulled, Remote, RemoteError};

/// A server whose log can be followed as it grows.
pub trait Follow: Remote {
    /// Opens a stream of what follows a position.
    ///
    /// It brings rounds, each as a pull does: records, without a gap, then one checkpoint of the
    /// log up to the last of them. The first round is what the server has already, and may have no
    /// records. The directory comes before the first round when the version is not the newest, and
    /// later whenever it changes. Between rounds the server gives a sign of life every 30 seconds.
    ///
    /// # Errors
    /// As [`Remote::pull`].
    fn follow(
        &mut self,
        after: Position,
        directory_version: u64,
    ) -> Result<Box<dyn Following + '_>, RemoteError>;
}

/// A stream that stays open. Dropping it ends it, and nothing that it brought is lost by that.
pub trait Following {
    /// Waits for the next message, at most so long; none when nothing came in that time.
    ///
    /// A message that has arrived is returned even when the time is zero.
    ///
    /// # Errors
    /// Why the stream ended; one that the server ended without a word is
    /// [`RemoteError::Unreachable`]. It brings nothing more after that.
    fn next(&mut self, patience: Duration) -> Result<Option<Followed>, RemoteError>;
}

/// A part of what a stream brings that stays open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// A part of a round, or the directory.
    Pulled(Pulled),
    /// A sign of life.
    Alive,
}

//! The limits that nobody sets, each with its unit; the others are in the table of settings.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::config::Limits;

/// Bytes of a question about health or services.
pub const QUESTION_BYTES: usize = 4 * 1024;
/// Bytes of an answer; records are sent in smaller portions, a directory may be larger.
pub const RESPONSE_BYTES: usize = 8 * 1024 * 1024;
/// Changes in one push.
pub const CHANGES_PER_PUSH: usize = 500;
/// Entries in one update of the directory.
pub const ENTRIES_PER_UPDATE: usize = 1_000;
/// Bytes of records in one message of a pull.
pub const RECORDS_MESSAGE_BYTES: usize = 128 * 1024;
/// The same for a client that follows: the transport keeps as much memory as the largest message of a stream for as long
/// as the stream lasts, and this one lasts.
pub const FOLLOWED_MESSAGE_BYTES: usize = 8 * 1024;
/// Time between two rounds of a follower, while changes keep coming. The first one after a while is sent at once, and what
/// comes before the next one is sent with it: else a busy organisation with many followers is told everything one by one.
pub const FOLLOWED_ROUND_PAUSE: Duration = Duration::from_millis(10);
/// Messages of one stream that wait for the client; a slower client is read for later, not buffered for.
pub const MESSAGES_PER_STREAM: usize = 2;
/// Pushes of one stream that wait for the disk; the next one is read when the first of them is answered.
pub const PUSHES_PER_STREAM: usize = 8;

/// Bytes of a line in the export of an organisation: a record in base64, and what stands around it.
pub const EXPORT_LINE_BYTES: u64 = 2 * 1024 * 1024;

/// What a client is told to wait when there is too much to do, in milliseconds.
pub const RETRY_AFTER_MS: u64 = 250;

/// Wrong secrets of one token from one address in a minute; as many of unknown tokens.
pub const WRONG_TOKENS_PER_MINUTE: usize = 60;
/// Addresses and tokens that are counted apart at one time.
pub const WRONG_TOKEN_SOURCES: usize = 10_000;

/// The limits that are set, which may change while the server runs.
#[derive(Debug)]
pub(crate) struct LiveLimits(RwLock<Arc<Limits>>);

impl LiveLimits {
    pub(crate) fn new(limits: Limits) -> Self {
        Self(RwLock::new(Arc::new(limits)))
    }

    /// Returns the limits of this moment.
    pub(crate) fn get(&self) -> Arc<Limits> {
        // Whoever panicked did so before or after the one assignment.
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the limits.
    pub(crate) fn set(&self, limits: Limits) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(limits);
    }
}

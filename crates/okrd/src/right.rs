//! What allows somebody to stay: a stream outlives the call that opened it, and a token may end meanwhile.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use okr_core::authorize::Refusal;
use okr_proto::ApiError;
use tokio::sync::watch;
use tokio::time::sleep;
use uuid::Uuid;

use crate::auth::{Caller, denied};
use crate::clock::Clock;
use crate::credentials::{CredentialsVersion, Principal};
use crate::service::Shared;
use crate::standing::Standing;

/// What allows somebody to use a stream, as long as it does.
pub(crate) struct Right {
    credentials: watch::Receiver<CredentialsVersion>,
    departures: watch::Receiver<u64>,
    standing: Arc<Standing>,
    clock: Clock,
    principal: Principal,
    token: Uuid,
    expires_at: Timestamp,
}

impl Right {
    /// Takes what somebody may do from the call that they made.
    pub(crate) fn of(shared: &Shared, caller: &Caller) -> Self {
        Self {
            credentials: shared.credentials.subscribe(),
            departures: shared.standing.departures(),
            standing: Arc::clone(&shared.standing),
            clock: shared.clock.clone(),
            principal: caller.principal,
            token: caller.token,
            expires_at: caller.expires_at,
        }
    }

    /// Waits until the token ends or is ended, or the person is let go, and says so.
    pub(crate) async fn lost(&mut self) -> ApiError {
        loop {
            // Looked at before it is waited for: what happened between the call and its stream counts as well.
            let left = match self.check() {
                Ok(left) => left,
                Err(refusal) => return refusal,
            };
            tokio::select! {
                Ok(()) = self.credentials.changed() => {}
                Ok(()) = self.departures.changed() => {}
                () = sleep(left) => {}
            }
        }
    }

    /// Says for how long the token is good, or why the stream may not be used any more.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` for a token that has ended, `PermissionDenied` for a person who has left.
    pub(crate) fn check(&mut self) -> Result<Duration, ApiError> {
        let left = self.expires_at.duration_since(self.clock.now());
        let known = self.credentials.borrow_and_update().knows(self.token);
        if !known || !left.is_positive() {
            return Err(ApiError::Unauthenticated);
        }
        self.departures.borrow_and_update();
        if self.standing.has_left(self.principal) {
            let what = "use the organisation any more";
            return Err(denied(what, Refusal::InactiveAuthor));
        }
        Ok(left.unsigned_abs())
    }
}

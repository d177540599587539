//! The pushes of one stream, each judged and answered when the one before it has been.
//!
//! Nothing is kept for a client that does not take its answers but a few of them: it is not read any further, and after
//! a while its stream ends.

use std::sync::Arc;
use std::time::Duration;

use okr_proto::{ApiError, v1};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use super::sync::offer;
use super::{Call, CallError, Shared, in_time, stopping};
use crate::auth::Caller;
use crate::guard::StreamPlace;
use crate::hits::Limit;
use crate::limits::{MESSAGES_PER_STREAM, request_too_large};
use crate::receiving::Whole;
use crate::right::Right;

/// An answer to a push, or why there are no more.
type Answer = Result<v1::PushResponse, Status>;

/// A stream of pushes, and what is known of whoever opened it.
pub(super) struct Pushes {
    shared: Arc<Shared>,
    caller: Caller,
    right: Right,
    call: Call,
    messages: Streaming<v1::PushRequest>,
    /// Where it is noted that a message has come whole.
    whole: Whole,
    stopping: watch::Receiver<bool>,
    /// Held until the stream has ended.
    _place: StreamPlace,
}

/// Why a stream ends before its client ends it.
enum End {
    /// The client is gone.
    Gone,
    /// The client is told why.
    Error(Status),
}

impl Pushes {
    /// Takes what somebody sends.
    pub(super) fn new(
        shared: &Arc<Shared>,
        (caller, place): (Caller, StreamPlace),
        (messages, whole): (Streaming<v1::PushRequest>, Whole),
        call: Call,
    ) -> Self {
        Self {
            shared: Arc::clone(shared),
            right: Right::of(shared, &caller),
            caller,
            call,
            messages,
            whole,
            stopping: shared.stopping.clone(),
            _place: place,
        }
    }

    /// Begins to answer, and returns the stream of the answers.
    pub(super) fn start(mut self) -> ReceiverStream<Answer> {
        let (answers, stream) = mpsc::channel(MESSAGES_PER_STREAM + 1);
        // Kept free, so that a client which takes nothing for long still learns why its stream ended.
        let farewell = answers.clone().try_reserve_owned();
        tokio::spawn(async move {
            if let Err(End::Error(status)) = self.run(answers).await {
                drop(farewell.map(|place| place.send(Err(status))));
            }
        });
        ReceiverStream::new(stream)
    }

    /// Answers each push; the first one that fails as a whole is the last.
    async fn run(&mut self, answers: mpsc::Sender<Answer>) -> Result<(), End> {
        while let Some(message) = self.next().await? {
            self.right.check().map_err(|error| self.end(error))?;
            let now = self.shared.clock.now();
            self.shared.last_used.note(self.caller.token, now);
            let answer = in_time(&self.shared, offer(&self.shared, &self.caller, message)).await;
            let answer = answer.map_err(|error| self.end(error))?;
            match answers.try_send(Ok(answer)) {
                Ok(()) => {}
                Err(TrySendError::Closed(_)) => return Err(End::Gone),
                Err(TrySendError::Full(answer)) => self.send(&answers, answer).await?,
            }
        }
        Ok(())
    }

    /// Waits for a client that does not take its answers, but not for ever.
    async fn send(&self, answers: &mpsc::Sender<Answer>, answer: Answer) -> Result<(), End> {
        let patience = self.shared.guard.limits().call_time.get();
        tokio::select! {
            biased;
            sent = answers.send(answer) => sent.map_err(|_| End::Gone),
            () = sleep(patience) => {
                self.shared.guard.note(Limit::CallTime);
                Err(self.end(CallError::Late))
            }
        }
    }

    /// Waits for the next push; none when the client has no more.
    async fn next(&mut self) -> Result<Option<v1::PushRequest>, End> {
        let mut stop = self.stopping.clone();
        tokio::select! {
            biased;
            message = self.read() => message,
            () = stopping(&mut stop) => Err(self.end(ApiError::ShuttingDown)),
        }
    }

    /// Waits for the next push, and for its turn: a push counts as a call does, and here nobody needs to be refused
    /// for too many of them.
    async fn read(&mut self) -> Result<Option<v1::PushRequest>, End> {
        let message = self.messages.message().await;
        let message = message.map_err(|status| self.unread(status))?;
        if message.is_some() {
            self.whole.note();
            let guard = &self.shared.guard;
            self.turn(|| guard.admit_address(self.call.address()))
                .await?;
            self.turn(|| guard.admit_token(self.caller.token)).await?;
        }
        Ok(message)
    }

    /// Waits until a limit of calls in a second lets one through.
    async fn turn(&self, admit: impl Fn() -> Result<(), ApiError>) -> Result<(), End> {
        loop {
            match admit() {
                Err(ApiError::Overloaded { retry_after_ms, .. }) => {
                    sleep(Duration::from_millis(retry_after_ms)).await;
                }
                admitted => return admitted.map_err(|error| self.end(error)),
            }
        }
    }

    /// Says why a message could not be read, as for a call of its own.
    fn unread(&self, status: Status) -> End {
        let guard = &self.shared.guard;
        let limit = guard.limits().request_size.to_usize();
        match request_too_large(&status, limit) {
            Some(error) => {
                guard.note(Limit::RequestSize);
                self.end(error)
            }
            None => End::Error(status),
        }
    }

    fn end(&self, error: impl Into<CallError>) -> End {
        End::Error(self.call.status(error.into()))
    }
}

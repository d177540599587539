//! The pushes of one stream: judged one after the other, while those before become durable, and answered in order.
//!
//! Nothing is kept for a client that does not take its answers but a few of them: it is not read any further, and after
//! a while its stream ends.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use okr_proto::{ApiError, PushOutcome, v1};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use super::sync::{Judged, judge, settle};
use super::{Call, CallError, Shared, stopping};
use crate::auth::Caller;
use crate::guard::StreamPlace;
use crate::hits::Limit;
use crate::limits::{MESSAGES_PER_STREAM, PUSHES_PER_STREAM};
use crate::receiving::{Whole, too_large_request};
use crate::right::Right;
use crate::writer::PushError;

/// An answer to a push, or why there are no more.
type Answer = Result<v1::PushResponse, Status>;

/// What became of a push, unless that took too long.
type Arrived = Result<Result<Vec<PushOutcome>, PushError>, Elapsed>;

/// A push that is judged, and until when it may wait for the disk.
struct Waiting {
    judged: Judged,
    until: Instant,
}

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
        let mut waiting = VecDeque::new();
        let end = loop {
            let has_room = waiting.len() < PUSHES_PER_STREAM;
            tokio::select! {
                biased;
                arrived = first(&mut waiting), if !waiting.is_empty() => {
                    self.answer(&mut waiting, (&answers, arrived)).await?;
                }
                message = self.next(), if has_room => match self.take(message).await {
                    Ok(Some(judged)) => waiting.push_back(judged),
                    Ok(None) => break Ok(()),
                    Err(end) => break Err(end),
                },
            }
        };
        // What was judged before is answered, however the stream ends.
        while !waiting.is_empty() {
            let arrived = first(&mut waiting).await;
            self.answer(&mut waiting, (&answers, arrived)).await?;
        }
        end
    }

    /// Waits for the next push; none when the client has no more. Waiting may be given up and begun again.
    async fn next(&mut self) -> Result<Option<v1::PushRequest>, End> {
        tokio::select! {
            biased;
            message = self.messages.message() => message.map_err(|status| self.unread(status)),
            () = stopping(&mut self.stopping) => Err(self.end(ApiError::ShuttingDown)),
        }
    }

    /// Judges a push, when its turn has come.
    async fn take(
        &mut self,
        message: Result<Option<v1::PushRequest>, End>,
    ) -> Result<Option<Waiting>, End> {
        let Some(message) = message? else {
            return Ok(None);
        };
        self.whole.note();
        let guard = &self.shared.guard;
        let until = Instant::now() + guard.limits().call_time.get();
        self.turn(|| guard.admit_address(self.call.address()))
            .await?;
        self.turn(|| guard.admit_token(self.caller.token)).await?;
        self.right.check().map_err(|error| self.end(error))?;
        let now = self.shared.clock.now();
        self.shared.last_used.note(self.caller.token, now);
        let judged = timeout_at(until, judge(&self.shared, &self.caller, message)).await;
        let judged = judged.map_err(|_| self.late())?;
        let judged = judged.map_err(|error| self.end(error))?;
        Ok(Some(Waiting { judged, until }))
    }

    /// Waits until a limit of calls in a second lets a push through: it counts as a call does, and here nobody needs to
    /// be refused for too many of them.
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

    /// Answers the first push that waits.
    async fn answer(
        &self,
        waiting: &mut VecDeque<Waiting>,
        (answers, arrived): (&mpsc::Sender<Answer>, Arrived),
    ) -> Result<(), End> {
        let Some(Waiting { judged, .. }) = waiting.pop_front() else {
            return Ok(());
        };
        let pushed = arrived.map_err(|_| self.late())?;
        let answer = settle(&self.shared, &self.caller, (judged, pushed)).await;
        let answer = answer.map_err(|error| self.end(error))?;
        match answers.try_send(Ok(answer)) {
            Ok(()) => Ok(()),
            Err(TrySendError::Closed(_)) => Err(End::Gone),
            Err(TrySendError::Full(answer)) => self.send(answers, answer).await,
        }
    }

    /// Waits for a client that does not take its answers, but not for ever.
    async fn send(&self, answers: &mpsc::Sender<Answer>, answer: Answer) -> Result<(), End> {
        let patience = self.shared.guard.limits().call_time.get();
        tokio::select! {
            biased;
            sent = answers.send(answer) => sent.map_err(|_| End::Gone),
            () = sleep(patience) => Err(self.late()),
        }
    }

    /// Says why a message could not be read, as for a call of its own.
    fn unread(&self, status: Status) -> End {
        let limit = self.shared.guard.limits().request_size.to_usize();
        match too_large_request(&status, limit, &self.shared.metrics.hits) {
            Some(error) => self.end(error),
            None => End::Error(status),
        }
    }

    /// Says that something took longer than a call may.
    fn late(&self) -> End {
        self.shared.guard.note(Limit::CallTime);
        self.end(CallError::Late)
    }

    fn end(&self, error: impl Into<CallError>) -> End {
        End::Error(self.call.status(error.into()))
    }
}

/// Waits for the answers to the first push that waits. Waiting may be given up and begun again.
async fn first(waiting: &mut VecDeque<Waiting>) -> Arrived {
    match waiting.front_mut() {
        Some(Waiting { judged, until }) => timeout_at(*until, judged.arrive()).await,
        None => std::future::pending().await,
    }
}

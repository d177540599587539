//! From a push to its answer: judged at once, durable together.
//!
//! ```text
//! handlers --one at a time--> sequencer --group--> flusher thread --> answers, heads
//!                             (admits the next     (makes the last group
//!                              group meanwhile)     durable)
//! ```
//! A handler judges its own push, under a lock: admission takes microseconds, less than to wake another thread for it.
//! Every answer waits for its turn behind the flusher, also one without a record: what it says rests on the changes
//! before it, and those must be durable first.

mod flushing;
mod handover;
mod sequencing;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use okr_log::{AppendFailure, Appender};
use okr_proto::PushOutcome;
use tokio::sync::{oneshot, watch};

use self::flushing::Flushing;
use self::handover::Handover;
use self::sequencing::{Push, Sequencing};

use crate::clock::Clock;
use crate::config::Limits;
use crate::hits::Limit;
use crate::metrics::Metrics;
use crate::sequencer::{Author, Offer, Sequencer};
use crate::standing::Standing;
use crate::stored_log::StoredLog;

/// How much may wait for the disk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WriterLimits {
    /// Judged pushes.
    pub(crate) pushes: usize,
    /// Bytes of their records; one push may go beyond.
    pub(crate) bytes: usize,
}

/// Why a push has no answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PushError {
    /// A limit of what may wait is reached.
    #[error("too much waits for the disk")]
    Overloaded(Limit),
    #[error("an earlier write failed, so nothing more is written until a restart")]
    StorageRefusesWrites,
    #[error("whether the changes were appended is not known")]
    OutcomeUnknown,
    #[error("the server is stopping")]
    Stopping,
    #[error("the changes could not be judged")]
    Failed,
}

type Answers = Result<Vec<PushOutcome>, PushError>;
type Reply = oneshot::Sender<Answers>;

/// The answers to a push that is judged, on their way.
#[derive(Debug)]
pub(crate) struct Answering(oneshot::Receiver<Answers>);

/// The way to the log for all handlers.
pub(crate) struct Writer {
    /// None when the server is stopping.
    sequencing: Mutex<Option<Sequencing>>,
    handover: Arc<Handover>,
    flusher: Mutex<Option<JoinHandle<()>>>,
}

/// What the writer needs to begin with.
pub(crate) struct WriterParts {
    pub(crate) sequencer: Sequencer<StoredLog>,
    pub(crate) appender: Appender,
    pub(crate) standing: Arc<Standing>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) clock: Clock,
    pub(crate) limits: WriterLimits,
}

impl WriterLimits {
    /// Takes them from the settings.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            pushes: limits.waiting_pushes.to_usize(),
            bytes: limits.waiting_size.to_usize(),
        }
    }
}

impl Writer {
    /// Starts the flusher's thread.
    pub(crate) fn start(parts: WriterParts) -> std::io::Result<Self> {
        let handover = Arc::new(Handover::new());
        let sequencing = Sequencing {
            sequencer: parts.sequencer,
            handover: Arc::clone(&handover),
            clock: parts.clock,
            limits: parts.limits,
        };
        let mut flushing = Flushing {
            appender: parts.appender,
            handover: Arc::clone(&handover),
            standing: parts.standing,
            metrics: parts.metrics,
        };
        let flusher = thread::Builder::new()
            .name("flusher".to_owned())
            .spawn(move || flushing.run())?;
        Ok(Self {
            sequencing: Mutex::new(Some(sequencing)),
            handover,
            flusher: Mutex::new(Some(flusher)),
        })
    }

    /// Offers changes. They are judged when this returns; the answers come when everything they rest on is durable.
    pub(crate) async fn push(
        &self,
        author: Author,
        offers: Vec<Offer>,
    ) -> Result<Answering, PushError> {
        if !offers.iter().any(Offer::erases) {
            return self.judge(author, offers).map(Answering);
        }
        // What is erased is looked for in what is durable: so each erasure has a turn of its own.
        let mut outcomes = Vec::with_capacity(offers.len());
        for piece in pieces(offers) {
            let mut answers = Answering(self.judge(author, piece)?);
            outcomes.extend(answers.arrive().await?);
        }
        let (reply, answers) = oneshot::channel();
        // The other end is still here.
        reply.send(Ok(outcomes)).ok();
        Ok(Answering(answers))
    }

    /// Judges changes; the answers come later.
    fn judge(
        &self,
        author: Author,
        offers: Vec<Offer>,
    ) -> Result<oneshot::Receiver<Answers>, PushError> {
        let Ok(mut sequencing) = self.sequencing.lock() else {
            // A panic in the middle of a change leaves a state that nothing may be judged on.
            self.handover.refuse();
            return Err(PushError::StorageRefusesWrites);
        };
        let sequencing = sequencing.as_mut().ok_or(PushError::Stopping)?;
        let (reply, answers) = oneshot::channel();
        sequencing.take(Push {
            author,
            offers,
            reply,
        })?;
        Ok(answers)
    }

    /// Lets nothing more be written because of what failed in the log, also when no push has met it yet.
    pub(crate) fn give_up(&self, cause: &AppendFailure) {
        self.handover.give_up(cause);
    }

    /// Returns for how long the group has been on its way that is written now; none when nothing is.
    pub(crate) fn busy_for(&self) -> Option<Duration> {
        self.handover.busy_for()
    }

    /// Tells when nothing more is written.
    pub(crate) fn refuses_writes(&self) -> watch::Receiver<bool> {
        self.handover.subscribe()
    }

    /// Takes no more pushes, and returns when those that wait are answered. Blocks on the disk.
    pub(crate) fn close(&self) {
        drop(lock(&self.sequencing).take());
        self.handover.close();
        if let Some(flusher) = lock(&self.flusher).take()
            && flusher.join().is_err()
        {
            tracing::error!("the flusher panicked");
        }
    }
}

impl Answering {
    /// Waits for the answers, which come once. Waiting may be given up and begun again.
    pub(crate) async fn arrive(&mut self) -> Answers {
        // A flusher that ended without an answer has panicked; what it did last is not known.
        let answers = (&mut self.0).await;
        answers.unwrap_or(Err(PushError::OutcomeUnknown))
    }
}

/// Cuts offers before and after each one that erases texts.
fn pieces(offers: Vec<Offer>) -> Vec<Vec<Offer>> {
    let mut pieces: Vec<Vec<Offer>> = Vec::new();
    let mut after_erasure = true;
    for offer in offers {
        let erases = offer.erases();
        match pieces.last_mut() {
            Some(piece) if !erases && !after_erasure => piece.push(offer),
            Some(_) | None => pieces.push(vec![offer]),
        }
        after_erasure = erases;
    }
    pieces
}

/// Nothing here is left half changed by a panic under the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

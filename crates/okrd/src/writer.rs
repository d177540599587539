//! The two threads between a push and its answer.
//!
//! ```text
//! handlers --bounded queue--> sequencer thread --group--> flusher thread --> answers, heads
//!                             (admits the next           (makes the last group
//!                              group meanwhile)           durable)
//! ```
//! Every answer waits for its turn behind the flusher, also one without a record: what it says rests on the changes
//! before it, and those must be durable first.

mod flushing;
mod handover;
mod sequencing;

use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use okr_log::Appender;
use okr_proto::PushOutcome;
use tokio::sync::{oneshot, watch};

use self::flushing::Flushing;
use self::handover::Handover;
use self::sequencing::Sequencing;

use crate::clock::Clock;
use crate::history::History;
use crate::limits;
use crate::sequencer::{Author, Offer, Sequencer};
use crate::standing::Standing;

/// How much may wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WriterLimits {
    /// Pushes that wait for the sequencer.
    pub(crate) queue: usize,
    /// Pushes that are judged and wait for the disk.
    pub(crate) group: usize,
    /// Bytes of their records.
    pub(crate) group_bytes: usize,
}

/// Why a push has no answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PushError {
    #[error("too many pushes wait")]
    Overloaded,
    #[error("an earlier write failed, so nothing more is written until a restart")]
    StorageRefusesWrites,
    #[error("whether the changes were appended is not known")]
    OutcomeUnknown,
    #[error("the server is stopping")]
    Stopping,
    #[error("the changes could not be judged")]
    Failed,
}

type Reply = oneshot::Sender<Result<Vec<PushOutcome>, PushError>>;

struct Push {
    author: Author,
    offers: Vec<Offer>,
    reply: Reply,
}

/// The way to the log for all handlers.
pub(crate) struct Writer {
    queue: Mutex<Option<SyncSender<Push>>>,
    handover: Arc<Handover>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// What the threads need to begin with.
pub(crate) struct WriterParts<H> {
    pub(crate) sequencer: Sequencer<H>,
    pub(crate) appender: Appender,
    pub(crate) standing: Arc<Standing>,
    pub(crate) clock: Clock,
    pub(crate) limits: WriterLimits,
}

impl Default for WriterLimits {
    fn default() -> Self {
        Self {
            queue: limits::WAITING_PUSHES,
            group: limits::WAITING_PUSHES,
            group_bytes: limits::WAITING_GROUP_BYTES,
        }
    }
}

impl Writer {
    /// Starts the threads.
    pub(crate) fn start<H: History + Send + 'static>(
        parts: WriterParts<H>,
    ) -> std::io::Result<Self> {
        let handover = Arc::new(Handover::new());
        let (sender, queue) = sync_channel(parts.limits.queue);
        let mut sequencing = Sequencing {
            sequencer: parts.sequencer,
            handover: Arc::clone(&handover),
            clock: parts.clock,
            limits: parts.limits,
        };
        let mut flushing = Flushing {
            appender: parts.appender,
            handover: Arc::clone(&handover),
            standing: parts.standing,
        };
        let sequencer = thread::Builder::new()
            .name("sequencer".to_owned())
            .spawn(move || sequencing.run(&queue))?;
        let flusher = thread::Builder::new()
            .name("flusher".to_owned())
            .spawn(move || flushing.run())?;
        Ok(Self {
            queue: Mutex::new(Some(sender)),
            handover,
            threads: Mutex::new(vec![sequencer, flusher]),
        })
    }

    /// Offers changes; the answers come when everything they rest on is durable.
    pub(crate) async fn push(
        &self,
        author: Author,
        offers: Vec<Offer>,
    ) -> Result<Vec<PushOutcome>, PushError> {
        let (reply, answers) = oneshot::channel();
        self.enqueue(Push {
            author,
            offers,
            reply,
        })?;
        // A thread that ended without an answer has panicked; what it did last is not known.
        answers.await.unwrap_or(Err(PushError::OutcomeUnknown))
    }

    fn enqueue(&self, push: Push) -> Result<(), PushError> {
        if self.handover.refuses() {
            return Err(PushError::StorageRefusesWrites);
        }
        let queue = lock(&self.queue);
        let queue = queue.as_ref().ok_or(PushError::Stopping)?;
        queue.try_send(push).map_err(|error| match error {
            TrySendError::Full(_) => PushError::Overloaded,
            TrySendError::Disconnected(_) => PushError::StorageRefusesWrites,
        })
    }

    /// Tells when nothing more is written.
    pub(crate) fn refuses_writes(&self) -> watch::Receiver<bool> {
        self.handover.subscribe()
    }

    /// Takes no more pushes, and returns when those that wait are answered. Blocks on the disk.
    pub(crate) fn close(&self) {
        drop(lock(&self.queue).take());
        for thread in lock(&self.threads).drain(..) {
            if thread.join().is_err() {
                tracing::error!("a writer thread panicked");
            }
        }
    }
}

/// Nothing here is left half changed by a panic under the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;

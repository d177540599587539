//! The thread that keeps the witness while the appender is busy with the store.
//!
//! ```text
//!   appender   announce(group) --> store: write, flush, sync --> wait --> durable --> acknowledge
//!   clerk                     `--> witness: write, sync ------'                  (idle) settle
//! ```
//!
//! What is announced is only pending in the witness: a crash may leave it there without the group. Being durable, it is
//! acknowledged in the witness by the next announcement, or when the clerk has been idle for a moment.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::engine::append::AppendFailure;
use crate::engine::fault::{FaultHook, Step, perform};
use crate::engine::store::StoreError;
use crate::engine::witness::{Statement, Testimony, Witness};
use crate::id::LogId;

/// How long a durable group may stay merely pending in the witness when no other one follows.
const IDLE: Duration = Duration::from_millis(20);

/// Ends of logs, by organisation.
pub(crate) type Ends = Vec<(LogId, Testimony)>;

/// The appender's side of the thread.
pub(crate) struct Clerk {
    /// `None` only while dropping, which is how the thread learns of it.
    requests: Option<SyncSender<Request>>,
    replies: Receiver<Result<(), AppendFailure>>,
    /// How many announced groups are durable in the store. The thread looks when it has a reason to: waking it for every
    /// group would cost as much as the announcement.
    durable: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

enum Request {
    /// Write these ends as pending, sync, and reply.
    Announce(Ends),
    /// Write what is durable as acknowledged, sync, and reply.
    Settle,
}

/// The thread's side.
struct Desk {
    witness: Witness,
    faults: Option<FaultHook>,
    /// Pending in the witness, and not known to be durable.
    announced: Ends,
    /// How many groups were announced.
    announcements: u64,
    /// How many of them are durable in the store.
    durable: Arc<AtomicU64>,
    /// Durable, and still pending in the witness.
    unsettled: HashMap<LogId, Testimony>,
    /// A failure that nobody waited for; the answer to every request from then on.
    failure: Option<AppendFailure>,
}

impl Clerk {
    pub(crate) fn start(witness: Witness, faults: Option<FaultHook>) -> io::Result<Self> {
        let (requests, received) = sync_channel(2);
        let (reply, replies) = sync_channel(1);
        let durable = Arc::new(AtomicU64::new(0));
        let desk = Desk {
            witness,
            faults,
            announced: Vec::new(),
            announcements: 0,
            durable: Arc::clone(&durable),
            unsettled: HashMap::new(),
            failure: None,
        };
        let name = "okr-log-witness".to_owned();
        let thread = thread::Builder::new()
            .name(name)
            .spawn(move || desk.work(&received, &reply))?;
        Ok(Self {
            requests: Some(requests),
            replies,
            durable,
            thread: Some(thread),
        })
    }

    /// Starts to write the ends that a group will give; [`Clerk::wait`] must follow.
    pub(crate) fn announce(&self, ends: Ends) {
        self.send(Request::Announce(ends));
    }

    /// Waits until what was announced is durable in the witness.
    pub(crate) fn wait(&self) -> Result<(), AppendFailure> {
        // The thread ends by itself only when it panicked; then nothing is known about the witness.
        self.replies.recv().unwrap_or_else(|_| {
            let source = StoreError::Io(io::Error::other("the thread of the witness is gone"));
            Err(AppendFailure {
                step: Step::SyncWitness,
                source: source.into(),
            })
        })
    }

    /// Notes that the announced group is durable in the store as well.
    pub(crate) fn durable(&self) {
        self.durable.fetch_add(1, Ordering::Release);
    }

    /// Waits until the witness knows everything durable as acknowledged.
    pub(crate) fn settle(&self) -> Result<(), AppendFailure> {
        self.send(Request::Settle);
        self.wait()
    }

    fn send(&self, request: Request) {
        let requests = self
            .requests
            .as_ref()
            .expect("the channel is there until the clerk is dropped");
        // A thread that is gone is noticed by whoever waits for its reply.
        drop(requests.send(request));
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // A panic has been reported by then, and a witness that is behind is no harm.
            drop(thread.join());
        }
    }
}

impl Desk {
    fn work(
        mut self,
        requests: &Receiver<Request>,
        replies: &SyncSender<Result<(), AppendFailure>>,
    ) {
        loop {
            let nothing_waits = self.announced.is_empty() && self.unsettled.is_empty();
            let request = if nothing_waits {
                requests.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                requests.recv_timeout(IDLE)
            };
            self.note_durable();
            let reply = match request {
                Ok(Request::Announce(ends)) => self.announce(ends),
                Ok(Request::Settle) => self.settle(),
                Err(RecvTimeoutError::Timeout) => {
                    drop(self.settle());
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    drop(self.settle());
                    return;
                }
            };
            if replies.send(reply).is_err() {
                return;
            }
        }
    }

    /// Takes the announced group for durable once the store has it. A group that failed never is, and none follows it.
    fn note_durable(&mut self) {
        if self.durable.load(Ordering::Acquire) == self.announcements {
            self.unsettled.extend(self.announced.drain(..));
        }
    }

    fn announce(&mut self, ends: Ends) -> Result<(), AppendFailure> {
        self.check()?;
        let Self {
            witness,
            faults,
            unsettled,
            ..
        } = self;
        let faults = faults.as_ref();
        perform(Step::WriteWitness, faults, || {
            for (organisation, pending) in &ends {
                let known = witness
                    .get(*organisation)
                    .map(|statement| statement.acknowledged);
                let acknowledged = unsettled.remove(organisation).or(known);
                let acknowledged = acknowledged.unwrap_or(Testimony::NOTHING);
                let statement = Statement {
                    acknowledged,
                    pending: *pending,
                };
                witness
                    .write(*organisation, statement)
                    .map_err(StoreError::Io)?;
            }
            write_settled(witness, unsettled)
        })?;
        perform(Step::SyncWitness, faults, || {
            witness.sync().map_err(StoreError::Io)
        })?;
        self.announced = ends;
        self.announcements += 1;
        Ok(())
    }

    fn settle(&mut self) -> Result<(), AppendFailure> {
        self.check()?;
        if self.unsettled.is_empty() {
            return Ok(());
        }
        let Self {
            witness,
            faults,
            unsettled,
            ..
        } = self;
        let settled = perform(Step::SettleWitness, faults.as_ref(), || {
            write_settled(witness, unsettled)?;
            witness.sync().map_err(StoreError::Io)
        });
        self.unsettled.clear();
        self.failure = settled.as_ref().err().cloned();
        settled
    }

    fn check(&self) -> Result<(), AppendFailure> {
        self.failure.clone().map_or(Ok(()), Err)
    }
}

/// Writes what is durable as acknowledged.
fn write_settled(
    witness: &mut Witness,
    unsettled: &mut HashMap<LogId, Testimony>,
) -> Result<(), StoreError> {
    for (organisation, acknowledged) in unsettled.drain() {
        let statement = Statement::settled(acknowledged);
        witness
            .write(organisation, statement)
            .map_err(StoreError::Io)?;
    }
    Ok(())
}

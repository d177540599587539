//! Between sequencer and flusher: the group that is being gathered while the last one becomes durable.

use std::error::Error;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use okr_core::entity::Person;
use okr_core::id::{OrgId, Position};
use okr_log::{AppendFailure, Record};
use okr_proto::PushOutcome;
use tokio::sync::watch;

use super::{PushError, Reply, WriterLimits};
use crate::hits::Limit;

/// After what time it is looked again whether there is still a flusher.
const PATIENCE: Duration = Duration::from_millis(50);

/// Where the sequencer leaves a group for the flusher.
pub(super) struct Handover {
    state: Mutex<Shared>,
    work: Condvar,
    /// The flusher has come to rest.
    rest: Condvar,
    /// Becomes true when nothing more is written.
    refuses: watch::Sender<bool>,
}

#[derive(Default)]
struct Shared {
    group: Group,
    /// The flusher has nothing to do. Only then is it woken, which costs more than to judge a change.
    idle: bool,
    /// When the flusher took the group that it has now.
    taken_at: Option<Instant>,
    /// Nothing more comes; what waits is the last group.
    closed: bool,
    /// What became durable since the sequencer last looked.
    durable: Vec<(OrgId, Position)>,
}

/// Pushes whose records become durable together.
#[derive(Default)]
pub(super) struct Group {
    pub(super) waiting: Vec<Waiting>,
    /// For each organisation its new records.
    pub(super) batches: Vec<(OrgId, Vec<Record>)>,
    pub(super) people: Vec<(OrgId, Person)>,
    bytes: usize,
}

/// A push that is judged and waits for the disk.
pub(super) struct Waiting {
    pub(super) org: OrgId,
    pub(super) answers: Result<Vec<PushOutcome>, PushError>,
    pub(super) reply: Reply,
}

impl Handover {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            work: Condvar::new(),
            rest: Condvar::new(),
            refuses: watch::Sender::new(false),
        }
    }

    /// Says whether nothing more is written.
    pub(super) fn refuses(&self) -> bool {
        *self.refuses.borrow()
    }

    /// Tells when nothing more is written.
    pub(super) fn subscribe(&self) -> watch::Receiver<bool> {
        self.refuses.subscribe()
    }

    /// Notes what has become durable, for the sequencer.
    pub(super) fn note_durable(&self, org: OrgId, position: Position) {
        lock(&self.state).durable.push((org, position));
    }

    /// Returns what has become durable since the last call, when another push may be judged.
    pub(super) fn make_room(
        &self,
        limits: WriterLimits,
    ) -> Result<Vec<(OrgId, Position)>, PushError> {
        if self.refuses() {
            return Err(PushError::StorageRefusesWrites);
        }
        let mut shared = lock(&self.state);
        let group = &shared.group;
        if group.waiting.len() >= limits.pushes {
            return Err(PushError::Overloaded(Limit::WaitingPushes));
        }
        if group.bytes >= limits.bytes {
            return Err(PushError::Overloaded(Limit::WaitingSize));
        }
        Ok(std::mem::take(&mut shared.durable))
    }

    /// Waits until all that was left here is durable. Blocks on the disk.
    pub(super) fn wait_until_idle(&self) -> Result<(), PushError> {
        let mut shared = lock(&self.state);
        while !(shared.idle && shared.group.waiting.is_empty()) {
            if self.refuses() {
                return Err(PushError::StorageRefusesWrites);
            }
            // A flusher that panics refuses writes and tells nobody here.
            let waited = self.rest.wait_timeout(shared, PATIENCE);
            shared = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(())
    }

    /// Leaves a judged push.
    pub(super) fn put(&self, judged: Judged) {
        let mut shared = lock(&self.state);
        shared.group.add(judged);
        let idle = shared.idle;
        drop(shared);
        if idle {
            self.work.notify_one();
        }
    }

    /// Takes all that waits; `None` when there will be nothing more.
    pub(super) fn take(&self) -> Option<Group> {
        let mut shared = lock(&self.state);
        shared.taken_at = None;
        while shared.group.waiting.is_empty() {
            if shared.closed {
                return None;
            }
            shared.idle = true;
            self.rest.notify_all();
            shared = self
                .work
                .wait(shared)
                .unwrap_or_else(PoisonError::into_inner);
            shared.idle = false;
        }
        shared.taken_at = Some(Instant::now());
        Some(std::mem::take(&mut shared.group))
    }

    /// Returns for how long the flusher has had its group; none when it has none.
    pub(super) fn busy_for(&self) -> Option<Duration> {
        lock(&self.state).taken_at.map(|since| since.elapsed())
    }

    pub(super) fn close(&self) {
        lock(&self.state).closed = true;
        self.work.notify_one();
    }

    /// Refuses all writes from now on; returns whether it did not before.
    pub(super) fn refuse(&self) -> bool {
        self.refuses
            .send_if_modified(|refuses| !std::mem::replace(refuses, true))
    }

    /// Refuses all writes because of what failed, which is said once.
    pub(super) fn give_up(&self, cause: &AppendFailure) {
        if self.refuse() {
            tracing::error!(
                error = cause as &dyn Error,
                "an append failed; nothing more is written until a restart"
            );
        }
    }
}

/// A push with its answers and records, on its way to the flusher.
pub(super) struct Judged {
    pub(super) waiting: Waiting,
    pub(super) records: Vec<Record>,
    pub(super) people: Vec<Person>,
}

impl Group {
    fn add(&mut self, judged: Judged) {
        let Judged {
            waiting,
            records,
            people,
        } = judged;
        let org = waiting.org;
        self.waiting.push(waiting);
        self.people
            .extend(people.into_iter().map(|person| (org, person)));
        self.bytes += records.iter().map(Record::encoded_len).sum::<usize>();
        if records.is_empty() {
            return;
        }
        match self.batches.iter_mut().find(|(other, _)| *other == org) {
            Some((_, batch)) => batch.extend(records),
            None => self.batches.push((org, records)),
        }
    }
}

/// Lets nobody wait for a flusher that panicked.
pub(super) struct RefuseOnPanic(pub(super) Arc<Handover>);

impl Drop for RefuseOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.refuse();
        }
    }
}

/// Nothing here is left half changed by a panic under the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

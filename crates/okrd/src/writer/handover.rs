//! Between sequencer and flusher: the group that is being gathered while the last one becomes durable.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use okr_core::entity::Person;
use okr_core::id::{OrgId, Position};
use okr_log::Record;
use okr_proto::PushOutcome;
use tokio::sync::watch;

use super::{PushError, Reply, WriterLimits};
use crate::hits::Limit;

/// The longest that the flusher waits for those whom it has just answered.
const LONGEST_GATHERING: Duration = Duration::from_millis(5);
/// With so many records nobody is waited for: what a group costs by itself is little beside them, and while it becomes
/// durable the next one is judged.
const ENOUGH_RECORDS: usize = 64;
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
    /// How many pushes there are when everybody is back whom the flusher answered last.
    all_back: usize,
    /// The flusher has some and waits for them to be so many.
    gathering: bool,
    /// How many pushes the flusher took last, and when.
    taken: Option<(usize, Instant)>,
    /// Nothing more comes; what waits is the last group.
    closed: bool,
    /// What became durable since the sequencer last looked.
    durable: Vec<(OrgId, Position)>,
}

impl Shared {
    /// Says whether nobody more is waited for.
    const fn is_worth_a_write(&self) -> bool {
        self.group.waiting.len() >= self.all_back || self.group.records >= ENOUGH_RECORDS
    }
}

/// Pushes whose records become durable together.
#[derive(Default)]
pub(super) struct Group {
    pub(super) waiting: Vec<Waiting>,
    /// For each organisation its new records.
    pub(super) batches: Vec<(OrgId, Vec<Record>)>,
    pub(super) people: Vec<(OrgId, Person)>,
    records: usize,
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
        let wake = shared.idle || (shared.gathering && shared.is_worth_a_write());
        drop(shared);
        if wake {
            self.work.notify_one();
        }
    }

    /// Notes that those whose pushes were taken last are about to be answered.
    pub(super) fn note_answering(&self) {
        let mut shared = lock(&self.state);
        let answered = shared.taken.map_or(0, |(count, _)| count);
        shared.all_back = shared.group.waiting.len() + answered;
    }

    /// Takes all that waits; `None` when there will be nothing more.
    ///
    /// Whoever was answered just now is likely to be back soon, and one group costs hardly more than a smaller one, so
    /// the flusher waits for them: no longer than the last group took, which they would wait as well for missing this one.
    pub(super) fn take(&self) -> Option<Group> {
        let shared = lock(&self.state);
        let took = shared.taken.map(|(_, at)| at.elapsed());
        let patience = took.unwrap_or_default().min(LONGEST_GATHERING);
        self.take_from(self.gather(shared, patience))
    }

    /// Waits until everybody is back who was answered last or enough is there, at most for so long.
    fn gather<'a>(
        &self,
        mut shared: MutexGuard<'a, Shared>,
        patience: Duration,
    ) -> MutexGuard<'a, Shared> {
        shared.gathering = true;
        let missing = |shared: &mut Shared| !shared.is_worth_a_write() && !shared.closed;
        let waited = self.work.wait_timeout_while(shared, patience, missing);
        shared = waited.unwrap_or_else(PoisonError::into_inner).0;
        shared.gathering = false;
        shared.all_back = 0;
        shared
    }

    fn take_from(&self, mut shared: MutexGuard<'_, Shared>) -> Option<Group> {
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
        shared.taken = Some((shared.group.waiting.len(), Instant::now()));
        Some(std::mem::take(&mut shared.group))
    }

    pub(super) fn close(&self) {
        lock(&self.state).closed = true;
        self.work.notify_one();
    }

    /// Refuses all writes from now on.
    pub(super) fn refuse(&self) {
        self.refuses.send_replace(true);
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
        self.records += records.len();
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Longer than any test may take.
    const FOR_EVER: Duration = Duration::from_mins(10);

    fn put(handover: &Handover, count: usize) {
        for _ in 0..count {
            let (reply, _) = tokio::sync::oneshot::channel();
            handover.put(Judged {
                waiting: Waiting {
                    org: OrgId::from_bytes([1; 16]),
                    answers: Ok(Vec::new()),
                    reply,
                },
                records: Vec::new(),
                people: Vec::new(),
            });
        }
    }

    /// Takes a group, and waits for so long for those who were answered last.
    fn take(handover: &Handover, patience: Duration) -> Option<usize> {
        let shared = handover.gather(lock(&handover.state), patience);
        let group = handover.take_from(shared)?;
        Some(group.waiting.len())
    }

    #[test]
    fn those_who_were_answered_and_those_who_waited_are_one_group() {
        let handover = Handover::new();
        put(&handover, 2);
        assert_eq!(take(&handover, FOR_EVER), Some(2), "nobody was answered");
        put(&handover, 1);
        handover.note_answering();
        thread::scope(|scope| {
            scope.spawn(|| put(&handover, 2));
            assert_eq!(take(&handover, FOR_EVER), Some(3));
        });
    }

    #[test]
    fn nobody_is_waited_for_longer_than_that_or_twice() {
        let handover = Handover::new();
        put(&handover, 2);
        assert_eq!(take(&handover, FOR_EVER), Some(2));
        handover.note_answering();
        put(&handover, 1);
        assert_eq!(take(&handover, Duration::ZERO), Some(1));
        put(&handover, 1);
        assert_eq!(take(&handover, FOR_EVER), Some(1));
    }

    #[test]
    fn with_enough_records_nobody_is_waited_for() {
        let handover = Handover::new();
        put(&handover, 2);
        assert_eq!(take(&handover, FOR_EVER), Some(2));
        handover.note_answering();
        put(&handover, 1);
        lock(&handover.state).group.records = ENOUGH_RECORDS;
        assert_eq!(take(&handover, FOR_EVER), Some(1));
    }

    #[test]
    fn at_the_end_nobody_is_waited_for() {
        let handover = Handover::new();
        put(&handover, 2);
        assert_eq!(take(&handover, FOR_EVER), Some(2));
        handover.note_answering();
        put(&handover, 1);
        handover.close();
        assert_eq!(take(&handover, FOR_EVER), Some(1));
        assert_eq!(take(&handover, FOR_EVER), None);
    }
}

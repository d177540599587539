//! Reading records and hashing them into the Merkle tree, beside the thread that writes them once
//! there are many.
//!
//! Both take about as long as each other's half of a first load. A small pull is read in place,
//! because starting a thread would take longer.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use bytes::Bytes;
use okr_log::Frontier;
use okr_proto::RecordError;

use crate::ends::Seen;
use crate::record::NewRecord;

/// After how many records a thread is started.
const RECORDS_READ_IN_PLACE: usize = 8192;
/// How many records may wait between the two threads: several times what is written at a time, so
/// that neither waits for the other.
const RECORDS_AHEAD: usize = 16 * 1024;

/// The records of a batch and the tree that they grow, up to the first that is none.
pub(super) type Read = Result<(Vec<NewRecord>, Frontier), Failed>;

/// What was read before the record that cannot be read, and why it cannot.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) before: Vec<NewRecord>,
    pub(super) problem: RecordError,
}

/// Reads batches of records in the order in which they are given.
#[derive(Debug)]
pub(super) struct Reader {
    given: usize,
    /// What was read in place; the thread goes on from it.
    read: SoFar,
    /// The sizes of the batches that the thread has and has not returned, oldest first.
    ahead: VecDeque<usize>,
    worker: Option<Worker>,
}

/// What reading goes on from.
#[derive(Debug, Default)]
struct SoFar {
    frontier: Frontier,
    seen: Seen,
}

#[derive(Debug)]
struct Worker {
    batches: Sender<Vec<Bytes>>,
    read: Receiver<Read>,
}

impl Reader {
    /// Begins behind what is in a tree.
    pub(super) fn new(frontier: Frontier) -> Self {
        Self {
            given: 0,
            read: SoFar {
                frontier,
                seen: Seen::default(),
            },
            ahead: VecDeque::new(),
            worker: None,
        }
    }

    /// Gives a batch and returns those that have been read, in order.
    pub(super) fn read(&mut self, batch: Vec<Bytes>) -> Vec<Read> {
        self.given += batch.len();
        if self.worker.is_none() && self.given > RECORDS_READ_IN_PLACE {
            self.worker = Some(Worker::start(std::mem::take(&mut self.read)));
        }
        let Some(worker) = &self.worker else {
            return vec![self.read.batch(batch)];
        };
        // An empty batch is waited for as well.
        let size = batch.len().max(1);
        if worker.batches.send(batch).is_ok() {
            self.ahead.push_back(size);
        }
        let mut all = self.wait_until(RECORDS_AHEAD);
        while let Some(Ok(read)) = self.worker.as_ref().map(|worker| worker.read.try_recv()) {
            self.ahead.pop_front();
            all.push(read);
        }
        all
    }

    /// Returns what has been given and not yet returned.
    pub(super) fn rest(&mut self) -> Vec<Read> {
        self.wait_until(0)
    }

    /// Takes batches until no more than so many records wait.
    fn wait_until(&mut self, records_ahead: usize) -> Vec<Read> {
        let mut all = Vec::new();
        while self.ahead.iter().sum::<usize>() > records_ahead {
            let Some(worker) = &self.worker else { break };
            let read = worker.read.recv();
            all.push(read.expect("the reading thread lives until its last batch is taken"));
            self.ahead.pop_front();
        }
        all
    }
}

impl Worker {
    fn start(mut so_far: SoFar) -> Self {
        let (batches, given) = channel::<Vec<Bytes>>();
        let (done, read) = channel();
        // It ends by itself when either end of the channels is dropped.
        let _detached = thread::spawn(move || {
            for batch in given {
                if done.send(so_far.batch(batch)).is_err() {
                    break;
                }
            }
        });
        Self { batches, read }
    }
}

impl SoFar {
    /// Reads a batch. That the records follow each other is for whoever takes them to check.
    fn batch(&mut self, batch: Vec<Bytes>) -> Read {
        let mut records = Vec::with_capacity(batch.len());
        for bytes in batch {
            match NewRecord::read(bytes) {
                Ok(mut record) => {
                    self.frontier.push(record.leaf);
                    record.comes_again = self.seen.comes_again(record.change.uuid());
                    records.push(record);
                }
                Err(problem) => {
                    return Err(Failed {
                        before: records,
                        problem,
                    });
                }
            }
        }
        Ok((records, self.frontier.clone()))
    }
}

#[cfg(test)]
mod tests {
    use okr_testkit::generate::history;

    use super::*;
    use crate::fake_log::FakeLog;

    /// Reads batches and returns the positions of all records up to the first that is none.
    fn positions(mut reader: Reader, batches: Vec<Vec<Bytes>>) -> (Vec<u64>, bool) {
        let mut all = Vec::new();
        for batch in batches {
            all.extend(reader.read(batch));
        }
        all.extend(reader.rest());
        let mut positions = Vec::new();
        for read in all {
            let (records, failed) = match read {
                Ok((records, tree)) => {
                    let last = records.last().map(|new| new.position.get());
                    assert_eq!(Some(tree.size()), last);
                    (records, false)
                }
                Err(failed) => (failed.before, true),
            };
            positions.extend(records.iter().map(|new| new.position.get()));
            if failed {
                return (positions, true);
            }
        }
        (positions, false)
    }

    #[test]
    fn a_thread_reads_the_same_in_the_same_order() {
        let records = FakeLog::of(&history(8, 40)).records;
        let batches: Vec<Vec<Bytes>> = records.chunks(3).map(<[Bytes]>::to_vec).collect();
        let beside = || Reader {
            given: RECORDS_READ_IN_PLACE,
            ..Reader::new(Frontier::new())
        };
        let all: Vec<u64> = (1..=40).collect();
        assert_eq!(
            positions(Reader::new(Frontier::new()), batches.clone()),
            (all.clone(), false)
        );
        assert_eq!(positions(beside(), batches.clone()), (all, false));
        let mut damaged = batches;
        damaged[7][1] = Bytes::from_static(b"no record");
        let before: Vec<u64> = (1..=22).collect();
        assert_eq!(
            positions(Reader::new(Frontier::new()), damaged.clone()),
            (before.clone(), true)
        );
        assert_eq!(positions(beside(), damaged), (before, true));
    }
}

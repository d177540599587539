//! Followers: the stream of one pull, read from the log as fast as its client takes it.
//!
//! Nothing is buffered for a slow client but a few messages: it is read for later, from wherever it is. A notification
//! says only "there is more"; what that is comes from the log, which keeps the newest of it in memory.

use std::iter::Peekable;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use okr_log::{Head, LogId, Position, Waypoint};
use okr_proto::v1::pull_response::What;
use okr_proto::{ApiError, v1};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use crate::credentials::Principal;
use crate::directory::DirectoryVersion;
use crate::guard::StreamPlace;
use crate::hits::Limit;
use crate::limits;
use crate::metrics::FollowerMark;
use crate::right::Right;
use crate::service::{Call, CallError, Shared, stopping};

/// What somebody wants to read.
pub(crate) struct Pull {
    /// Held until the stream has ended.
    pub(crate) _place: StreamPlace,
    pub(crate) principal: Principal,
    /// What allows it, as long as it does.
    pub(crate) right: Right,
    /// The newest position that the client has.
    pub(crate) after: Position,
    /// Whether it stays for more.
    pub(crate) follow: bool,
    /// The version of the directory that the client has.
    pub(crate) directory_version: u64,
}

type Message = Result<v1::PullResponse, Status>;

/// Starts a pull and returns its stream.
pub(crate) fn follow(shared: Arc<Shared>, pull: Pull, call: Call) -> ReceiverStream<Message> {
    let (messages, stream) = mpsc::channel(limits::MESSAGES_PER_STREAM + 1);
    // Kept free, so that a client which takes nothing for long still learns why its stream ended.
    let farewell = messages.clone().try_reserve_owned();
    tokio::spawn(async move {
        let follower = Follower::new(&shared, pull, messages);
        let end = match follower {
            Some(mut follower) => follower.run(&shared).await,
            None => Err(ApiError::Unauthenticated.into()),
        };
        if let Err(End::Error(error)) = end {
            match error {
                CallError::Slow => shared.guard.note(Limit::SlowReaderTime),
                CallError::Late => shared.guard.note(Limit::CallTime),
                CallError::Refused(_) | CallError::Failed(_) | CallError::StorageFailed(_) => {}
            }
            let status = call.status(error);
            drop(farewell.map(|place| place.send(Err(status))));
        }
    });
    ReceiverStream::new(stream)
}

/// Why a stream ends early.
enum End {
    /// The client is gone.
    Gone,
    /// The client is told why.
    Error(CallError),
}

/// What a follower waits for.
enum Wake {
    Look,
    Heartbeat,
}

struct Follower {
    /// How long the client may take for a message.
    patience: Duration,
    /// How often it is told that nothing happened.
    heartbeat: Duration,
    /// How large a message of records may be.
    message_bytes: usize,
    pull: Pull,
    messages: mpsc::Sender<Message>,
    heads: watch::Receiver<Head>,
    directory: watch::Receiver<DirectoryVersion>,
    stopping: watch::Receiver<bool>,
    /// Its place among the followers, when it is one.
    mark: Option<FollowerMark>,
}

impl Follower {
    fn new(shared: &Shared, pull: Pull, messages: mpsc::Sender<Message>) -> Option<Self> {
        let limits = shared.guard.limits();
        Some(Self {
            patience: if pull.follow {
                limits.slow_reader_time.get()
            } else {
                limits.call_time.get()
            },
            heartbeat: limits.heartbeat_interval.get(),
            message_bytes: if pull.follow {
                limits::FOLLOWED_MESSAGE_BYTES
            } else {
                limits::RECORDS_MESSAGE_BYTES
            },
            heads: shared.heads.subscribe(pull.principal.org)?,
            directory: shared.directory.subscribe(),
            stopping: shared.stopping.clone(),
            mark: pull.follow.then(|| {
                shared
                    .metrics
                    .followers
                    .join(pull.principal.org, pull.after.get())
            }),
            pull,
            messages,
        })
    }

    async fn run(&mut self, shared: &Arc<Shared>) -> Result<(), End> {
        self.send_directory().await?;
        let head = *self.heads.borrow_and_update();
        self.send_rounds(shared, head).await?;
        while self.pull.follow {
            match self.wait().await? {
                Wake::Look => {
                    self.look(shared).await?;
                    sleep(limits::FOLLOWED_ROUND_PAUSE).await;
                }
                Wake::Heartbeat => {
                    let head = self.pull.after.get();
                    self.send(What::Heartbeat(v1::Heartbeat { head })).await?;
                }
            }
        }
        Ok(())
    }

    /// Sends what is new.
    async fn look(&mut self, shared: &Arc<Shared>) -> Result<(), End> {
        self.send_directory().await?;
        let head = *self.heads.borrow_and_update();
        if head.position > self.pull.after {
            self.send_rounds(shared, head).await?;
        }
        Ok(())
    }

    /// Waits until there may be something new, or for the next heartbeat.
    async fn wait(&mut self) -> Result<Wake, End> {
        tokio::select! {
            Ok(()) = self.heads.changed() => Ok(Wake::Look),
            Ok(()) = self.directory.changed() => Ok(Wake::Look),
            refusal = self.pull.right.lost() => Err(refusal.into()),
            () = stopping(&mut self.stopping) => Err(ApiError::ShuttingDown.into()),
            () = self.messages.closed() => Err(End::Gone),
            () = sleep(self.heartbeat) => Ok(Wake::Heartbeat),
        }
    }

    async fn send_directory(&mut self) -> Result<(), End> {
        let people = {
            let directory = self.directory.borrow_and_update();
            if directory.version(self.pull.principal.org) == self.pull.directory_version {
                return Ok(());
            }
            directory.people(self.pull.principal.org)
        };
        self.pull.directory_version = people.version;
        self.send(What::Directory(people.into())).await
    }

    /// Sends what is durable, with a checkpoint at every waypoint, so that a client which is cut off
    /// can keep what it has.
    async fn send_rounds(&mut self, shared: &Arc<Shared>, head: Head) -> Result<(), End> {
        let id = LogId(self.pull.principal.org.to_bytes());
        while let Some(waypoint) = shared.log.waypoint_after(id, self.pull.after)
            && waypoint.position < head.position
        {
            self.send_until(shared, waypoint.position).await?;
            self.send_checkpoint(shared, waypoint).await?;
        }
        self.send_until(shared, head.position).await?;
        self.send_checkpoint(shared, head.into()).await
    }

    /// Sends the records up to a position that is durable.
    async fn send_until(&mut self, shared: &Arc<Shared>, last: Position) -> Result<(), End> {
        while self.pull.after < last {
            let mut left = self.read(shared, last).await?.into_iter().peekable();
            while left.peek().is_some() {
                let records = message_of(&mut left, self.message_bytes);
                self.send_records(shared, records).await?;
            }
        }
        Ok(())
    }

    async fn send_records(&mut self, shared: &Shared, records: Vec<Bytes>) -> Result<(), End> {
        let sent = records.len();
        let last = self.pull.after.get() + sent as u64;
        self.send(What::Records(v1::Records { records })).await?;
        self.pull.after = Position::new(last);
        shared.metrics.count_records_sent(sent);
        if let Some(mark) = &self.mark {
            mark.reached(last);
        }
        Ok(())
    }

    async fn read(&self, shared: &Arc<Shared>, last: Position) -> Result<Vec<Bytes>, End> {
        let after = self.pull.after;
        let id = LogId(self.pull.principal.org.to_bytes());
        let mut records = shared
            .log
            .read_recent(id, after, limits::RECORDS_MESSAGE_BYTES);
        if records.is_empty() {
            records = read_stored(shared, id, after).await?;
        }
        // More may be there; the checkpoint that follows speaks of this position.
        let wanted = last.get() - after.get();
        records.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
        if records.is_empty() {
            let missing = format!("position {} is durable and cannot be read", after.next());
            return Err(CallError::failed(missing).into());
        }
        Ok(records)
    }

    async fn send_checkpoint(&mut self, shared: &Shared, end: Waypoint) -> Result<(), End> {
        let note = shared.heads.checkpoint(self.pull.principal.org, end);
        let note = note.ok_or(ApiError::Unauthenticated)?;
        self.send(What::Checkpoint(v1::SignedCheckpoint { note }))
            .await
    }

    /// Says that the client took a message too late.
    const fn late(&self) -> CallError {
        if self.pull.follow {
            CallError::Slow
        } else {
            CallError::Late
        }
    }

    /// Sends a message; waits for the client, but not for ever.
    async fn send(&mut self, what: What) -> Result<(), End> {
        // First: a client that takes everything at once must not outrun the end of its right to it.
        self.pull.right.check()?;
        let message = match self
            .messages
            .try_send(Ok(v1::PullResponse { what: Some(what) }))
        {
            Ok(()) => return Ok(()),
            Err(TrySendError::Closed(_)) => return Err(End::Gone),
            Err(TrySendError::Full(message)) => message,
        };
        tokio::select! {
            biased;
            refusal = self.pull.right.lost() => Err(refusal.into()),
            sent = self.messages.send(message) => sent.map_err(|_| End::Gone),
            () = stopping(&mut self.stopping), if self.pull.follow => {
                Err(ApiError::ShuttingDown.into())
            }
            () = sleep(self.patience) => Err(self.late().into()),
        }
    }
}

/// Reads what is on the disk, on a thread that may wait for it.
async fn read_stored(shared: &Shared, id: LogId, after: Position) -> Result<Vec<Bytes>, CallError> {
    let log = shared.log.clone();
    let read = move || log.read(id, after, limits::RECORDS_MESSAGE_BYTES);
    let read = tokio::task::spawn_blocking(read).await;
    read.map_err(CallError::failed)?.map_err(|error| {
        // sled reads nothing any more either once a write of its own has failed.
        if *shared.writer.refuses_writes().borrow() {
            CallError::StorageFailed(error.into())
        } else {
            CallError::failed(error)
        }
    })
}

/// Takes records for a message of so many bytes: one in any case.
fn message_of(left: &mut Peekable<impl Iterator<Item = Bytes>>, bytes: usize) -> Vec<Bytes> {
    let mut records: Vec<Bytes> = left.next().into_iter().collect();
    let mut room = bytes.saturating_sub(records.iter().map(Bytes::len).sum());
    while let Some(record) = left.next_if(|record| record.len() <= room) {
        room -= record.len();
        records.push(record);
    }
    records
}

impl From<ApiError> for End {
    fn from(error: ApiError) -> Self {
        CallError::from(error).into()
    }
}

impl From<CallError> for End {
    fn from(error: CallError) -> Self {
        Self::Error(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_put_into_messages_in_order_and_a_large_one_goes_alone() {
        let sizes = [3, 4, 4, 20, 1, 10, 0, 9];
        let records = sizes.map(|size| Bytes::from(vec![7; size]));
        let mut left = records.into_iter().peekable();
        let mut messages = Vec::new();
        while left.peek().is_some() {
            let message = message_of(&mut left, 10);
            messages.push(message.iter().map(Bytes::len).collect::<Vec<_>>());
        }
        assert_eq!(
            messages,
            [vec![3, 4], vec![4], vec![20], vec![1], vec![10, 0], vec![9]]
        );
    }
}

//! Appending: records become blocks, blocks become groups, and a group becomes durable in one go.
//!
//! "Acknowledged" rests on the order of FORMAT.md section 7. After a failed step nothing is tried again: what the
//! device has by then is unknown, and only a fresh opening finds out.

mod accept;
mod plan;

use std::collections::HashMap;
use std::sync::Arc;

use self::accept::Accepted;
pub(crate) use self::plan::End;
use self::plan::{Group, Placement, Plan};
use crate::engine::clerk::Clerk;
use crate::engine::fault::Step;
use crate::engine::intake::Intake;
use crate::engine::store::StoreError;
use crate::engine::{Head, Shared};
use crate::id::{ChangeId, LogId, Position};
use crate::merkle::Frontier;
use crate::record::{LimitExceeded, Record};

/// Records to append to one log, all or none.
///
/// Only a batch longer than 1 MiB can be found in part, as a prefix, after a crash that left it unacknowledged.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Whose log.
    pub organisation: LogId,
    /// Where that log must end for the batch to be appended.
    pub expected_head: Position,
    /// The records, at `expected_head + 1` and following.
    pub records: Vec<Record>,
}

/// What became of a batch.
#[derive(Clone, Debug)]
pub enum AppendOutcome {
    /// It is in the log and survives a power cut.
    Appended {
        /// The log's end after this batch.
        head: Head,
    },
    /// The log ends elsewhere; nothing was appended.
    Conflict {
        /// Where it ends.
        head: Position,
    },
    /// The batch breaks the contract; nothing was appended. A mistake of the program, not of its users.
    Invalid {
        /// What is wrong with it.
        error: BatchError,
    },
    /// It may or may not be in the log: reopen and read before trying again.
    Unknown {
        /// What failed.
        cause: AppendFailure,
    },
    /// An earlier append failed, so nothing is written until the log is reopened; nothing was appended.
    Refused {
        /// What failed then.
        cause: AppendFailure,
    },
}

/// Why a batch cannot be appended anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// It holds no record.
    #[error("batch holds no record")]
    Empty,
    /// A record is not at the position that follows.
    #[error("record is at position {found}, expected {expected}")]
    Position {
        /// Where it says it is.
        found: Position,
        /// Where it would stand.
        expected: Position,
    },
    /// A record is older than its predecessor.
    #[error("position {position} is recorded before its predecessor")]
    RecordedAt {
        /// Which record.
        position: Position,
    },
    /// A record is too large.
    #[error("position {position}: {limit}")]
    Limit {
        /// Which record.
        position: Position,
        /// What it exceeds.
        limit: LimitExceeded,
    },
    /// A change is in the log already, or stands in the call twice.
    #[error("change {change} at position {position} is in the log already")]
    Duplicate {
        /// Which record.
        position: Position,
        /// Its change.
        change: ChangeId,
    },
}

/// A step of an append that failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("failed to {step}")]
pub struct AppendFailure {
    /// The step.
    pub step: Step,
    /// Why it failed.
    #[source]
    pub source: Arc<StoreError>,
}

/// The only one who appends to a log; made by [`Log::appender`](crate::Log::appender).
///
/// It blocks while it syncs, so it belongs on a thread of its own.
pub struct Appender {
    /// Before the shared part, so that the witness is settled while the directory is still locked.
    writer: Writer,
    shared: Arc<Shared>,
}

/// What only the appender needs to know.
pub(crate) struct Writer {
    pub(crate) intake: Intake,
    pub(crate) clerk: Clerk,
    pub(crate) frontiers: HashMap<LogId, Frontier>,
}

impl Appender {
    pub(crate) fn new(shared: Arc<Shared>, writer: Writer) -> Self {
        Self { writer, shared }
    }

    /// Appends batches and answers each, in order; all that fit together are made durable by one sync.
    ///
    /// Readers, [`Log::head`](crate::Log::head) and observers see records when they are durable, never before.
    pub fn append(&mut self, batches: &[Batch]) -> Vec<AppendOutcome> {
        if let Some(cause) = self.shared.failure.get() {
            let refused = AppendOutcome::Refused {
                cause: cause.clone(),
            };
            return vec![refused; batches.len()];
        }
        let mut accepted = Accepted::default();
        let mut plan = Plan::new(self.shared.waypoints_every);
        let mut placements = Vec::with_capacity(batches.len());
        for batch in batches {
            let decision = accepted.accept(&self.shared, batch);
            placements.push(decision.map(|()| {
                plan.add(
                    batch,
                    self.writer.frontiers.entry(batch.organisation).or_default(),
                )
            }));
        }
        let mut durable_groups = 0;
        let mut failure = None;
        for group in plan.groups {
            if let Err(cause) = self.commit(group) {
                failure = Some(self.shared.failure.get_or_init(|| cause).clone());
                break;
            }
            durable_groups += 1;
        }
        let outcome = |placement: Result<Placement, AppendOutcome>| match placement {
            Ok(placement) => outcome_of(&placement, durable_groups, failure.as_ref()),
            Err(decided) => decided,
        };
        placements.into_iter().map(outcome).collect()
    }

    /// Waits until the witness knows everything acknowledged so far; otherwise that happens a moment later.
    ///
    /// # Errors
    ///
    /// The failure after which nothing more is written; nothing acknowledged is lost by it.
    pub fn settle(&mut self) -> Result<(), AppendFailure> {
        self.writer.clerk.settle()
    }

    /// Makes a group durable and then visible.
    fn commit(&mut self, group: Group) -> Result<(), AppendFailure> {
        let Group { blocks, ends, .. } = group;
        let Writer { intake, clerk, .. } = &mut self.writer;
        intake.commit(blocks)?;
        clerk.note(ends.iter().map(End::testimony))?;
        for end in &ends {
            self.shared.publish(end);
        }
        for (organisation, position) in intake.stored() {
            self.shared.settle(organisation, position);
        }
        Ok(())
    }
}

/// Groups become durable in order; the one after the durable ones is the one that failed.
fn outcome_of(
    placement: &Placement,
    durable_groups: usize,
    failure: Option<&AppendFailure>,
) -> AppendOutcome {
    match failure.cloned() {
        Some(cause) if placement.first_group > durable_groups => AppendOutcome::Refused { cause },
        Some(cause) if placement.last_group >= durable_groups => AppendOutcome::Unknown { cause },
        Some(_) | None => AppendOutcome::Appended {
            head: placement.head,
        },
    }
}

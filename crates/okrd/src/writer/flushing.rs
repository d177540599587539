//! The flusher's thread: makes groups durable and answers those who wait.

use std::sync::Arc;
use std::time::Instant;

use okr_core::id::{OrgId, Position};
use okr_log::{AppendOutcome, Appender, Batch, LogId, Record};

use super::PushError;
use super::handover::{Group, Handover, RefuseOnPanic};
use crate::metrics::Metrics;
use crate::standing::Standing;

/// The flusher's thread.
pub(super) struct Flushing {
    pub(super) appender: Appender,
    pub(super) handover: Arc<Handover>,
    pub(super) standing: Arc<Standing>,
    pub(super) metrics: Arc<Metrics>,
}

impl Flushing {
    pub(super) fn run(&mut self) {
        let refusing = RefuseOnPanic(Arc::clone(&self.handover));
        while let Some(group) = self.handover.take() {
            self.flush(group);
        }
        drop(refusing);
    }

    /// Makes a group durable, and notes how long that took.
    fn append(&mut self, batches: &[Batch]) -> Vec<AppendOutcome> {
        let started = Instant::now();
        let outcomes = self.appender.append(batches);
        // A group may have answers only, which wait for those before them.
        if !batches.is_empty() {
            let records = batches.iter().map(|batch| batch.records.len()).sum();
            self.metrics.measure_group(records, started.elapsed());
        }
        for outcome in &outcomes {
            self.metrics.count_append(outcome);
        }
        outcomes
    }

    fn flush(&mut self, group: Group) {
        let batches: Vec<Batch> = group.batches.into_iter().map(batch).collect();
        let outcomes = self.append(&batches);
        let mut failures: Vec<(OrgId, PushError)> = Vec::new();
        for (batch, outcome) in batches.iter().zip(outcomes) {
            let org = OrgId::from_bytes(batch.organisation.0);
            match self.failure(outcome) {
                None => {
                    let last = batch.expected_head.get() + batch.records.len() as u64;
                    self.handover.note_durable(org, Position::new(last));
                }
                Some(error) => failures.push((org, error)),
            }
        }
        if !failures.is_empty() {
            self.handover.refuse();
        }
        let failed = |org: OrgId| failures.iter().find(|(other, _)| *other == org);
        let refuses = self.handover.refuses();
        for (org, person) in group.people {
            if failed(org).is_none() {
                self.standing.set(org, person);
            }
        }
        for waiting in group.waiting {
            let answer = match failed(waiting.org) {
                Some((_, error)) => Err(*error),
                None if refuses && batches.is_empty() => Err(PushError::StorageRefusesWrites),
                None => waiting.answers,
            };
            // Nobody waits any more when this fails.
            drop(waiting.reply.send(answer));
        }
    }

    /// Says what to tell those whose records were not appended; logs why.
    fn failure(&self, outcome: AppendOutcome) -> Option<PushError> {
        match outcome {
            AppendOutcome::Appended { .. } => None,
            AppendOutcome::Unknown { cause } => {
                self.handover.give_up(&cause);
                Some(PushError::OutcomeUnknown)
            }
            // The witness failed after the answers to those before.
            AppendOutcome::Refused { cause } => {
                self.handover.give_up(&cause);
                Some(PushError::StorageRefusesWrites)
            }
            AppendOutcome::Conflict { head } => {
                tracing::error!(%head, "the log does not end where the sequencer says; restart the server");
                Some(PushError::Failed)
            }
            AppendOutcome::Invalid { error } => {
                tracing::error!(%error, "the log refuses a record; restart the server");
                Some(PushError::Failed)
            }
        }
    }
}

fn batch((org, records): (OrgId, Vec<Record>)) -> Batch {
    let first = records.first().map_or(1, |record| record.position.get());
    Batch {
        organisation: LogId(org.to_bytes()),
        expected_head: okr_log::Position::new(first.saturating_sub(1)),
        records,
    }
}

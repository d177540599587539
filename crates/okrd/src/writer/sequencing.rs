//! The sequencer's thread: takes pushes from the queue, judges them, hands them over.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use super::handover::{CloseOnDrop, Handover, Judged, Waiting};
use super::{Push, PushError, WriterLimits};
use crate::clock::Clock;
use crate::history::History;
use crate::sequencer::Sequencer;

/// The sequencer's thread.
pub(super) struct Sequencing<H> {
    pub(super) sequencer: Sequencer<H>,
    pub(super) handover: Arc<Handover>,
    pub(super) clock: Clock,
    pub(super) limits: WriterLimits,
}

impl<H: History> Sequencing<H> {
    pub(super) fn run(&mut self, queue: &Receiver<Push>) {
        let closing = CloseOnDrop(Arc::clone(&self.handover));
        for push in queue {
            if self.handover.refuses() {
                // Nobody waits any more when this fails.
                drop(push.reply.send(Err(PushError::StorageRefusesWrites)));
                continue;
            }
            for (org, position) in self.handover.take_durable() {
                self.sequencer.settle(org, position);
            }
            let judged = self.judge(push);
            self.handover.put(judged, self.limits);
        }
        drop(closing);
    }

    fn judge(&mut self, push: Push) -> Judged {
        let Push {
            author,
            offers,
            reply,
        } = push;
        let org = author.principal.org;
        let pushed = self.sequencer.push(author, offers, &self.clock);
        let answers = pushed.answers.map_err(|error| {
            tracing::error!(%org, error = &error as &dyn std::error::Error, "cannot judge");
            PushError::Failed
        });
        Judged {
            waiting: Waiting {
                org,
                answers,
                reply,
            },
            records: pushed.records,
            people: pushed.people,
        }
    }
}

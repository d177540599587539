//! One push at a time: judged on the state that the one before leaves, and handed over.

use std::sync::Arc;

use super::handover::{Handover, Judged, Waiting};
use super::{PushError, Reply, WriterLimits};
use crate::clock::Clock;
use crate::sequencer::{Author, Offer, Sequencer};
use crate::stored_log::StoredLog;

/// What somebody offers, and where the answers go.
pub(super) struct Push {
    pub(super) author: Author,
    pub(super) offers: Vec<Offer>,
    pub(super) reply: Reply,
}

/// The sequencer with what it needs to take a push. Whoever holds it decides what comes next in the logs.
pub(super) struct Sequencing {
    pub(super) sequencer: Sequencer<StoredLog>,
    pub(super) handover: Arc<Handover>,
    pub(super) clock: Clock,
    pub(super) limits: WriterLimits,
}

impl Sequencing {
    /// Judges a push and leaves it for the flusher.
    pub(super) fn take(&mut self, push: Push) -> Result<(), PushError> {
        if push.offers.iter().any(Offer::erases) {
            // Whoever pushes now waits, as for any group; erasing is rare.
            self.handover.wait_until_idle()?;
        }
        let durable = self.handover.make_room(self.limits)?;
        for (org, position) in durable {
            self.sequencer.settle(org, position);
        }
        let judged = self.judge(push);
        self.handover.put(judged);
        Ok(())
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

//! The sequencer's thread: takes pushes from the queue, judges them, hands them over.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use jiff::Timestamp;
use okr_core::event::Event;
use okr_core::id::PersonId;
use okr_log::Record;
use okr_proto::{PushOutcome, Refusal, ToCore as _};

use super::handover::{CloseOnDrop, Handover, Judged, Waiting};
use super::{Push, PushError, WriterLimits};
use crate::clock::Clock;
use crate::history::History;
use crate::sequencer::{Answer, Offer, Sequencer};

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
        let mut answers = Ok(Vec::with_capacity(offers.len()));
        let (mut records, mut people) = (Vec::new(), Vec::new());
        for offer in offers {
            let subjects = people_in(&offer);
            let answer = match self.sequencer.offer(author, offer, self.clock.now()) {
                Ok(answer) => answer,
                Err(error) => {
                    tracing::error!(%org, error = &error as &dyn std::error::Error, "cannot judge");
                    answers = Err(PushError::Failed);
                    break;
                }
            };
            let outcome = match answer {
                Answer::Append(record) => {
                    let touched = subjects.into_iter();
                    people.extend(touched.filter_map(|id| self.sequencer.person(org, id)));
                    let outcome = accepted(&record);
                    records.push(record);
                    outcome
                }
                Answer::Duplicate(position) => PushOutcome::Duplicate { position },
                Answer::AlreadySo => PushOutcome::AlreadySo,
                Answer::Rejected(rejection) => PushOutcome::Rejected(Refusal::from(&rejection)),
            };
            if let Ok(answers) = &mut answers {
                answers.push(outcome);
            }
        }
        Judged {
            waiting: Waiting {
                org,
                answers,
                reply,
            },
            records,
            people,
        }
    }
}

fn accepted(record: &Record) -> PushOutcome {
    let recorded_at = Timestamp::from_microsecond(record.recorded_at.as_micros());
    PushOutcome::Accepted {
        position: record.position.to_core(),
        // Not before the clock's now, and the clock stays within the calendar.
        recorded_at: recorded_at.unwrap_or(Timestamp::MAX),
    }
}

/// Returns the people that a change speaks of; nearly always none.
fn people_in(offer: &Offer) -> Vec<PersonId> {
    let people = offer.change.events.iter().filter_map(|event| match event {
        Event::Person(id, _) => Some(*id),
        Event::Org(..)
        | Event::Team(..)
        | Event::Cycle(..)
        | Event::Objective(..)
        | Event::KeyResult(..)
        | Event::CheckIn(..) => None,
    });
    people.collect()
}

//! A push as a whole: read and checked before it is judged, judged change by change, and answered.
//!
//! Synchronous, without threads, disk and network: whoever runs it makes the records durable before anybody sees the
//! answers.

use jiff::Timestamp;
use okr_core::entity::Person;
use okr_core::event::Event;
use okr_core::id::PersonId;
use okr_log::Record;
use okr_proto::{ApiError, Decoded, EncodedChange, PushOutcome, Refusal, ToCore as _, v1};

use crate::clock::Clock;
use crate::history::History;
use crate::limits;
use crate::sequencer::{Answer, Author, Offer, SequenceError, Sequencer};

/// What a push comes to, once its records are durable.
#[derive(Debug)]
pub struct Pushed {
    /// What becomes of each change, in order. To be told when the records of this push, and of all before it, are
    /// durable.
    ///
    /// An error when one could not be judged; the records before it stand.
    pub answers: Result<Vec<PushOutcome>, SequenceError>,
    /// What is to be appended, in order.
    pub records: Vec<Record>,
    /// The people that the records speak of, as they are afterwards.
    pub people: Vec<Person>,
}

/// Reads what a client offers to a log that ends, durably, at `head`.
///
/// # Errors
///
/// `TooLarge`, `PositionAhead` and `InvalidChange`; nothing of the push may be appended then.
pub fn read_push(request: v1::PushRequest, head: u64) -> Result<Vec<Offer>, ApiError> {
    let actual = request.changes.len();
    if actual > limits::CHANGES_PER_PUSH {
        return Err(too_large("changes", limits::CHANGES_PER_PUSH, actual));
    }
    // A client that has seen more than there is must not go on as if nothing had been lost.
    if request.base_position > head {
        return Err(ApiError::PositionAhead { head });
    }
    let changes = request.changes.into_iter().enumerate();
    changes
        .map(|(index, change)| {
            read_offer(change).map_err(|problem| ApiError::InvalidChange { index, problem })
        })
        .collect()
}

/// Says which limit a request is above.
pub(crate) fn too_large(what: &str, limit: usize, actual: usize) -> ApiError {
    ApiError::TooLarge {
        what: what.to_owned(),
        limit: limit as u64,
        actual: actual as u64,
    }
}

/// Decodes what a client offers; the text says what is wrong with it.
fn read_offer(change: v1::NewChange) -> Result<Offer, String> {
    let encoded = EncodedChange::try_from(change).map_err(|error| error.to_string())?;
    encoded.check_limits().map_err(|error| error.to_string())?;
    match encoded.decode().map_err(|error| error.to_string())? {
        Decoded::Known(change) => {
            let (body, texts) = encoded.into_record_parts();
            Ok(Offer {
                change,
                body,
                texts,
            })
        }
        Decoded::Newer { .. } => Err("this server is too old to understand it".to_owned()),
    }
}

impl<H: History> Sequencer<H> {
    /// Judges the changes of a push, each on the state that the one before it leaves.
    pub fn push(&mut self, author: Author, offers: Vec<Offer>, clock: &Clock) -> Pushed {
        let mut answers = Vec::with_capacity(offers.len());
        let mut pushed = Pushed {
            answers: Ok(Vec::new()),
            records: Vec::new(),
            people: Vec::new(),
        };
        self.prefetch(author.principal.org, &offers);
        for offer in offers {
            let subjects = people_in(&offer);
            let answer = match self.offer(author, offer, clock.now()) {
                Ok(answer) => answer,
                Err(error) => {
                    pushed.answers = Err(error);
                    return pushed;
                }
            };
            answers.push(match answer {
                Answer::Append(record) => {
                    let touched = subjects.into_iter();
                    let org = author.principal.org;
                    let touched = touched.filter_map(|id| self.person(org, id));
                    pushed.people.extend(touched);
                    let outcome = accepted(&record);
                    pushed.records.push(record);
                    outcome
                }
                Answer::Duplicate(position) => PushOutcome::Duplicate { position },
                Answer::AlreadySo => PushOutcome::AlreadySo,
                Answer::Rejected(rejection) => PushOutcome::Rejected(Refusal::from(&rejection)),
            });
        }
        pushed.answers = Ok(answers);
        pushed
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
        | Event::CheckIn(..)
        | Event::Comment(..)
        | Event::Initiative(..)
        | Event::Metric(..)
        | Event::MetricValue(..) => None,
    });
    people.collect()
}

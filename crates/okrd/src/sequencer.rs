//! The order of all things: judges each change on the state that the one before it leaves, and gives it its position.
//!
//! Synchronous and without I/O of its own; `writer.rs` runs it on a thread. Its state runs ahead of the disk: it holds
//! changes that are admitted and not yet durable.

use std::collections::BTreeSet;

use bytes::Bytes;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use okr_core::admit::{Context, Verdict, admit};
use okr_core::authorize::Scope;
use okr_core::change::Change;
use okr_core::entity::Person;
use okr_core::event::{Event, OrgEvent, TextPlace};
use okr_core::id::{ChangeId, OrgId, PersonId, Position};
use okr_core::quick::HashMap;
use okr_core::rejection::Rejection;
use okr_core::text::TimeZoneName;
use okr_core::view::View as _;
use okr_log::{AuthorId, Record, RecordText, RecordedAt, TokenId};
use uuid::Uuid;

use crate::credentials::Principal;
use crate::history::{Erasure, History, HistoryError};
use crate::state::OrgState;

/// A change that somebody offers, decoded and as it came.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What it says.
    pub change: Change,
    /// The change as it came, without its texts.
    pub body: Bytes,
    /// The texts as they came.
    pub texts: Vec<RecordText>,
}

/// Who offers, by the credential.
#[derive(Clone, Copy, Debug)]
pub struct Author {
    /// The person, and whose history they write.
    pub principal: Principal,
    /// The public id of the token.
    pub token: Uuid,
    /// What the token allows of what the person may do.
    pub scope: Scope,
}

/// What becomes of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It follows: this record is to be appended.
    Append(Record),
    /// It was admitted earlier; durable or on its way to the disk.
    Duplicate(Position),
    /// All that it says holds already.
    AlreadySo,
    /// The rules refuse it.
    Rejected(Rejection),
}

/// Why a change could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum SequenceError {
    /// The credential is for an organisation that is not here.
    #[error("organisation {0} is not on this server")]
    UnknownOrg(OrgId),
    /// Texts were to be erased while changes of this organisation were on their way to the disk.
    #[error("organisation {0} has changes that are not durable yet")]
    Unsettled(OrgId),
    /// The log could not be read.
    #[error(transparent)]
    History(#[from] HistoryError),
}

/// The logs of a server with their admitted ends: what a server decides, without its threads, disk and network.
///
/// What a push makes to be appended is to be made durable in this order, and the sequencer to be told with
/// [`Sequencer::settle`]. After a failure to do so it is worth nothing any more: a new one takes in what is durable.
#[derive(Debug)]
pub struct Sequencer<H> {
    orgs: HashMap<OrgId, Org<H>>,
}

#[derive(Debug)]
struct Org<H> {
    state: OrgState<H>,
    /// The newest admitted position.
    head: Position,
    /// When it was recorded.
    recorded_at: RecordedAt,
    /// Admitted changes that are not durable yet.
    in_flight: HashMap<ChangeId, Position>,
    zone: Option<(TimeZoneName, TimeZone)>,
    /// Texts that the log was found to erase while it was taken in.
    erased: BTreeSet<TextPlace>,
}

impl Offer {
    /// Says whether it erases texts. Such an offer is judged when all before it is durable.
    pub(crate) fn erases(&self) -> bool {
        erased_by(&self.change).next().is_some()
    }
}

impl<H: History + Clone> Sequencer<H> {
    /// Makes a sequencer of empty logs.
    pub fn new(history: &H, orgs: impl IntoIterator<Item = OrgId>) -> Self {
        let orgs = orgs.into_iter().map(|org| {
            let empty = Org {
                state: OrgState::new(org, history.clone()),
                head: Position::ZERO,
                recorded_at: RecordedAt::from_micros(i64::MIN),
                in_flight: HashMap::default(),
                zone: None,
                erased: BTreeSet::new(),
            };
            (org, empty)
        });
        Self {
            orgs: orgs.collect(),
        }
    }
}

impl<H: History> Sequencer<H> {
    /// Takes in the next change of a stored log.
    ///
    /// # Errors
    ///
    /// `UnknownOrg`.
    pub fn replay(
        &mut self,
        org: OrgId,
        change: &Change,
        recorded_at: RecordedAt,
    ) -> Result<(), SequenceError> {
        let org = self
            .orgs
            .get_mut(&org)
            .ok_or(SequenceError::UnknownOrg(org))?;
        org.head = org.head.next();
        org.recorded_at = recorded_at;
        org.state.replay(change, org.head);
        org.erased.extend(erased_by(change));
        Ok(())
    }

    /// Erases what the log that was taken in erases, as far as its texts can still be read.
    ///
    /// # Errors
    ///
    /// When the log cannot be read.
    pub(crate) fn erase_again(&mut self) -> Result<(), HistoryError> {
        for (id, org) in &mut self.orgs {
            let erased = std::mem::take(&mut org.erased);
            if erased.is_empty() {
                continue;
            }
            let mut any = false;
            for place in erased {
                let place = BTreeSet::from([place]);
                let erasure = org.state.history().erase(*id, &place)?;
                any |= matches!(erasure, Erasure::Done { present } if present > 0);
            }
            if any {
                org.state.replay_again()?;
            }
        }
        Ok(())
    }

    /// Prepares to judge offers; nothing depends on it but the time that takes.
    pub(crate) fn prefetch(&self, org: OrgId, offers: &[Offer]) {
        if let Some(org) = self.orgs.get(&org) {
            org.state.prefetch(offers.iter().map(|offer| &offer.change));
        }
    }

    /// Judges an offer on the state that all offers before it leave.
    ///
    /// # Errors
    ///
    /// `UnknownOrg`, and `History` when the log cannot be read; the offer has then changed nothing.
    pub(crate) fn offer(
        &mut self,
        author: Author,
        offer: Offer,
        now: Timestamp,
    ) -> Result<Answer, SequenceError> {
        let id = author.principal.org;
        let org = self
            .orgs
            .get_mut(&id)
            .ok_or(SequenceError::UnknownOrg(id))?;
        let change = &offer.change;
        if let Some(position) = org.position_of(id, change.id)? {
            return Ok(Answer::Duplicate(position));
        }
        let context = Context {
            scope: author.scope,
            ..Context::new(author.principal.person, org.today(now)?)
        };
        match admit(&org.state, &context, id, change)? {
            Verdict::AlreadySo => Ok(Answer::AlreadySo),
            Verdict::Rejected(rejection) => Ok(Answer::Rejected(rejection)),
            Verdict::Admitted => {
                if let Some(rejection) = org.erase(id, change)? {
                    return Ok(Answer::Rejected(rejection));
                }
                let position = org.head.next();
                org.state.apply(change, position)?;
                org.head = position;
                org.in_flight.insert(change.id, position);
                let now = RecordedAt::from_micros(now.as_microsecond());
                org.recorded_at = org.recorded_at.max(now);
                Ok(Answer::Append(record(
                    author,
                    offer,
                    position,
                    org.recorded_at,
                )))
            }
        }
    }

    /// Notes that a log is durable up to a position.
    pub fn settle(&mut self, org: OrgId, durable: Position) {
        if let Some(org) = self.orgs.get_mut(&org) {
            org.in_flight.retain(|_, position| *position > durable);
            org.state.settle(durable);
        }
    }

    /// Returns everybody as they are after all offers so far.
    pub(crate) fn people(&self) -> impl Iterator<Item = (OrgId, Person)> + '_ {
        self.orgs.iter().flat_map(|(id, org)| {
            let people = org.state.people();
            people.map(|person| (*id, person))
        })
    }

    /// Returns a person as they are after all offers so far.
    pub(crate) fn person(&self, org: OrgId, person: PersonId) -> Option<Person> {
        let found = self.orgs.get(&org)?.state.person(person).ok()??;
        Some(*found)
    }
}

impl<H: History> Org<H> {
    /// Lets nobody read the texts that a change erases, if it does; the refusal where one of them is not there.
    ///
    /// A crash before the change is durable takes this back: what is erased follows from the log.
    fn erase(&mut self, id: OrgId, change: &Change) -> Result<Option<Rejection>, SequenceError> {
        let texts: BTreeSet<TextPlace> = erased_by(change).collect();
        if texts.is_empty() {
            return Ok(None);
        }
        if !self.in_flight.is_empty() {
            return Err(SequenceError::Unsettled(id));
        }
        match self.state.history().erase(id, &texts)? {
            Erasure::Unknown(TextPlace { change, text }) => {
                Ok(Some(Rejection::UnknownText { change, text }))
            }
            Erasure::Done { present } => {
                if present > 0 {
                    self.state.replay_again()?;
                }
                Ok(None)
            }
        }
    }

    fn position_of(&self, id: OrgId, change: ChangeId) -> Result<Option<Position>, HistoryError> {
        match self.in_flight.get(&change) {
            Some(position) => Ok(Some(*position)),
            None => self.state.history().position_of(id, change),
        }
    }

    /// Returns the day in the organisation's time zone; in UTC when the machine does not know the zone.
    fn today(&mut self, now: Timestamp) -> Result<Date, HistoryError> {
        let name = self.state.org()?.map(|org| org.time_zone.clone());
        let Some(name) = name else {
            return Ok(TimeZone::UTC.to_datetime(now).date());
        };
        let known = self.zone.take().filter(|(known, _)| *known == name);
        let (_, zone) = self.zone.insert(known.unwrap_or_else(|| {
            let zone = TimeZone::get(name.as_str()).unwrap_or(TimeZone::UTC);
            (name, zone)
        }));
        Ok(zone.to_datetime(now).date())
    }
}

/// Returns the texts that a change erases; nearly always none.
fn erased_by(change: &Change) -> impl Iterator<Item = TextPlace> + '_ {
    change.events.iter().flat_map(|event| {
        let erased = match event {
            Event::Org(_, OrgEvent::TextsErased(places)) => Some(places),
            Event::Org(_, OrgEvent::Created(_) | OrgEvent::Edited(_))
            | Event::Person(..)
            | Event::Team(..)
            | Event::Cycle(..)
            | Event::Objective(..)
            | Event::KeyResult(..)
            | Event::CheckIn(..)
            | Event::Comment(..)
            | Event::Initiative(..)
            | Event::Metric(..)
            | Event::MetricValue(..) => None,
        };
        erased.into_iter().flatten().copied()
    })
}

fn record(author: Author, offer: Offer, position: Position, recorded_at: RecordedAt) -> Record {
    Record {
        position: okr_log::Position::new(position.get()),
        recorded_at,
        author: AuthorId(author.principal.person.to_bytes()),
        token: TokenId(author.token.into_bytes()),
        change_id: okr_log::ChangeId(offer.change.id.to_bytes()),
        body: offer.body,
        texts: offer.texts,
    }
}

#[cfg(test)]
mod tests;

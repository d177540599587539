//! How much an organisation holds and writes, for its quotas: counted when there are any, from its log.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use okr_core::event::{Event, PersonEvent};
use okr_core::id::OrgId;
use okr_log::{Log, RecordText, RecordView};
use okr_proto::{ApiError, PushOutcome, ToLog as _};

use crate::limits;
use crate::organisations::{Quotas, Settled};
use crate::sequencer::Offer;
use crate::service::{CallError, Shared};

/// What a record takes beside its body and texts, about, in bytes.
const RECORD_OVERHEAD_BYTES: u64 = 96;

/// What the organisations with quotas hold.
#[derive(Debug, Default)]
pub(crate) struct Usage(Mutex<HashMap<OrgId, Counts>>);

/// What one organisation holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counts {
    /// Up to where the log was counted.
    position: u64,
    bytes: u64,
    day: Date,
    changes_of_day: u64,
}

impl Counts {
    const NONE: Self = Self {
        position: 0,
        bytes: 0,
        day: Date::MIN,
        changes_of_day: 0,
    };

    /// Counts the next change; one that was counted before is passed over.
    fn add(&mut self, (position, recorded_at): (u64, Timestamp), bytes: u64) {
        if position <= self.position {
            return;
        }
        self.position = position;
        self.bytes += bytes;
        let day = day_of(recorded_at);
        if day != self.day {
            self.day = day;
            self.changes_of_day = 0;
        }
        self.changes_of_day += 1;
    }

    fn changes_on(&self, day: Date) -> u64 {
        if day == self.day {
            self.changes_of_day
        } else {
            0
        }
    }
}

impl Usage {
    /// Counts what a push has added, where anything is counted.
    pub(crate) fn note(&self, org: OrgId, sizes: &[u64], outcomes: &[PushOutcome]) {
        let mut all = self.lock();
        let Some(counts) = all.get_mut(&org) else {
            return;
        };
        for (outcome, bytes) in outcomes.iter().zip(sizes) {
            if let PushOutcome::Accepted {
                position,
                recorded_at,
            } = outcome
            {
                counts.add((position.get(), *recorded_at), *bytes);
            }
        }
    }

    /// Returns what an organisation holds; counts its log when that was not done yet. Blocks on the disk then.
    fn of(&self, org: OrgId, log: &Log) -> Result<Counts, CallError> {
        if let Some(counts) = self.lock().get(&org) {
            return Ok(*counts);
        }
        let counts = count(org, log)?;
        Ok(*self.lock().entry(org).or_insert(counts))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<OrgId, Counts>> {
        // Each use leaves the map whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(org: OrgId, log: &Log) -> Result<Counts, CallError> {
    let mut counts = Counts::NONE;
    loop {
        let after = okr_log::Position::new(counts.position);
        let records = log
            .read(org.to_log(), after, limits::RECORDS_MESSAGE_BYTES)
            .map_err(CallError::failed)?;
        if records.is_empty() {
            return Ok(counts);
        }
        for bytes in &records {
            let record = RecordView::parse(bytes).map_err(CallError::failed)?;
            let recorded_at = record.recorded_at().as_micros();
            let recorded_at = Timestamp::from_microsecond(recorded_at).unwrap_or(Timestamp::MAX);
            counts.add((record.position().get(), recorded_at), bytes.len() as u64);
        }
    }
}

/// Returns about how many bytes each offer takes in the log.
pub(crate) fn sizes(offers: &[Offer]) -> Vec<u64> {
    let text_size = |text: &RecordText| match text {
        RecordText::Present { salt, text } => salt.len() + text.len(),
        RecordText::Erased { hash } => hash.0.len(),
    };
    let size = |offer: &Offer| {
        let texts = offer.texts.iter().map(text_size).sum::<usize>();
        (offer.body.len() + texts) as u64 + RECORD_OVERHEAD_BYTES
    };
    offers.iter().map(size).collect()
}

/// Refuses a push to an organisation that is frozen or holds all that it may.
///
/// # Errors
///
/// `Frozen`, `QuotaExceeded`; nothing of the push is judged then.
pub(crate) async fn check(
    shared: &Arc<Shared>,
    org: OrgId,
    offers: &[Offer],
) -> Result<(), CallError> {
    let Settled { frozen, quotas, .. } = shared.organisations.get(org);
    if frozen {
        return Err(ApiError::Frozen.into());
    }
    if quotas == Quotas::default() || offers.is_empty() {
        return Ok(());
    }
    let arriving = offers.iter().map(arrivals).sum::<u64>();
    let people = shared.standing.active(org) + arriving;
    within("people", quotas.people.filter(|_| arriving > 0), people)?;
    if quotas.bytes.is_none() && quotas.changes_per_day.is_none() {
        return Ok(());
    }
    let counting = Arc::clone(shared);
    let counted = tokio::task::spawn_blocking(move || counting.usage.of(org, &counting.log));
    let counts = counted.await.map_err(CallError::failed)??;
    let today = counts.changes_on(day_of(shared.clock.now()));
    within("changes today", quotas.changes_per_day, today + 1)?;
    within("bytes of history", quotas.bytes, counts.bytes + 1)?;
    Ok(())
}

/// Refuses more than there may be.
fn within(what: &str, limit: Option<u64>, would_be: u64) -> Result<(), ApiError> {
    match limit {
        Some(limit) if would_be > limit => Err(ApiError::QuotaExceeded {
            what: what.to_owned(),
            limit,
        }),
        Some(_) | None => Ok(()),
    }
}

/// Counts the people that a change would add or take back.
fn arrivals(offer: &Offer) -> u64 {
    let events = offer.change.events.iter();
    let arrive = |event: &&Event| {
        matches!(
            event,
            Event::Person(_, PersonEvent::Added(_) | PersonEvent::Reactivated)
        )
    };
    events.filter(arrive).count() as u64
}

fn day_of(time: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(time).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hours * 3600).unwrap()
    }

    #[test]
    fn a_day_begins_anew_and_bytes_add_up() {
        let mut counts = Counts::NONE;
        for (position, hours) in [(1, 0), (2, 1), (3, 30)] {
            counts.add((position, at(hours)), 10);
        }
        assert_eq!((counts.bytes, counts.changes_of_day), (30, 1));
        assert_eq!(counts.changes_on(day_of(at(30))), 1);
        assert_eq!(counts.changes_on(day_of(at(60))), 0);
    }

    #[test]
    fn what_was_counted_is_not_counted_again() {
        let mut counts = Counts::NONE;
        counts.add((2, at(0)), 10);
        for position in [1, 2] {
            counts.add((position, at(0)), 10);
        }
        assert_eq!((counts.position, counts.bytes), (2, 10));
    }

    #[test]
    fn a_limit_may_be_reached_and_not_passed() {
        assert_eq!(within("people", None, u64::MAX), Ok(()));
        assert_eq!(within("people", Some(3), 3), Ok(()));
        let refused = within("people", Some(3), 4);
        assert!(matches!(
            refused,
            Err(ApiError::QuotaExceeded { limit: 3, .. })
        ));
    }
}

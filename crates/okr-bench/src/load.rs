//! The changes of the load: a plan, and then check-ins with a note, of about 200 bytes or of as many as are asked for.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use jiff::civil::date;
use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::event::{
    CheckInEvent, CycleEvent, Event, KeyResultEvent, NewCheckIn, NewCycle, NewKeyResult,
    NewObjective, ObjectiveEvent,
};
use okr_core::id::{ChangeId, CheckInId, CycleId, KeyResultId, ObjectiveId, PersonId};
use okr_core::measure::{Measure, Metric, Value};
use okr_core::text::{LongText, Name, Slug, Title};
use okr_core::value::{Confidence, CyclePeriod, Number, ObjectiveKind, Source, Weight};
use okr_proto::v1;
use uuid::Uuid;

/// Makes changes by one person.
#[derive(Debug)]
pub struct Load {
    person: PersonId,
    key_results: Vec<KeyResultId>,
    note: String,
    made: AtomicU64,
}

/// What the check-ins say: of the median length of real ones.
const NOTE: &str = "Gains from pooling are in, the planner is next";

impl Load {
    /// Key results in the plan.
    const KEY_RESULTS: usize = 400;

    /// How many bytes a change has without its note, about.
    const WITHOUT_NOTE: usize = 154;

    /// Makes a load whose plan this person owns, of check-ins of about 200 bytes.
    pub fn new(person: PersonId) -> Self {
        Self::noting(person, NOTE.to_owned())
    }

    /// As [`Load::new`], with check-ins of about so many bytes, but no fewer than a note of one character takes.
    pub fn of_bytes(person: PersonId, bytes: usize) -> Self {
        let length = bytes.saturating_sub(Self::WITHOUT_NOTE).max(1);
        let words = NOTE.chars().cycle().take(length).collect::<String>();
        Self::noting(person, words)
    }

    fn noting(person: PersonId, note: String) -> Self {
        let key_results = (0..Self::KEY_RESULTS)
            .map(|_| KeyResultId::new(Uuid::now_v7()))
            .collect();
        Self {
            person,
            key_results,
            note,
            made: AtomicU64::new(0),
        }
    }

    fn change(events: Vec<Event>) -> v1::NewChange {
        Self::named(ChangeId::new(Uuid::now_v7()), events)
    }

    fn named(id: ChangeId, events: Vec<Event>) -> v1::NewChange {
        let change = Change {
            id,
            authored_at: Timestamp::now(),
            on_behalf_of: None,
            source: Source::Human,
            reason: None,
            amendment: None,
            events,
        };
        okr_proto::encode(&change, rand::random).into()
    }

    /// Returns the changes that make a cycle, objectives and key results.
    ///
    /// # Errors
    /// None with the constants here; the constructors of the values are checked.
    pub fn plan(&self) -> Result<Vec<v1::NewChange>> {
        let cycle = CycleId::new(Uuid::now_v7());
        let new = NewCycle {
            name: Name::new("bench")?,
            period: CyclePeriod::new(date(2020, 1, 1), date(2029, 12, 31))?,
            cadence: None,
        };
        let mut changes = vec![
            Self::change(vec![Event::Cycle(cycle, CycleEvent::Created(new))]),
            Self::change(vec![Event::Cycle(cycle, CycleEvent::Opened)]),
        ];
        for group in self.key_results.chunks(4) {
            let objective = ObjectiveId::new(Uuid::now_v7());
            let mut events = vec![self.objective(objective, cycle)?];
            for key_result in group {
                events.push(self.key_result(*key_result, objective)?);
            }
            changes.push(Self::change(events));
        }
        Ok(changes)
    }

    fn objective(&self, id: ObjectiveId, cycle: CycleId) -> Result<Event> {
        let new = NewObjective {
            title: Title::new("Fast enough to feel instant")?,
            description: None,
            slug: Slug::new("fast")?,
            owner: self.person,
            team: None,
            cycle,
            kind: ObjectiveKind::Aspirational,
            weight: Weight::ONE,
            supports: None,
            continues: None,
            tags: std::collections::BTreeSet::new(),
            draft: false,
        };
        Ok(Event::Objective(id, ObjectiveEvent::Created(new)))
    }

    fn key_result(&self, id: KeyResultId, objective: ObjectiveId) -> Result<Event> {
        let measure = Measure::Metric(Metric {
            unit: None,
            baseline: Number::ZERO,
            target: Number::from(1000),
            commit: None,
            stretch: None,
        });
        let new = NewKeyResult {
            objective,
            title: Title::new("p99 latency of the public API")?,
            description: None,
            slug: Slug::new("api-p99")?,
            owner: self.person,
            measure,
            weight: Weight::ONE,
            order: 0,
            start: None,
            due: None,
            tags: std::collections::BTreeSet::new(),
            fed_by: None,
        };
        Ok(Event::KeyResult(id, KeyResultEvent::Created(new)))
    }

    /// Returns the change of a check-in, and its id: with a value, a confidence and a note.
    ///
    /// # Errors
    /// As [`Load::plan`].
    pub fn check_in(&self) -> Result<(ChangeId, v1::NewChange)> {
        self.check_in_noting(&self.note)
    }

    /// Returns the change of a check-in with this note, and its id.
    ///
    /// # Errors
    /// As [`Load::plan`], and a note that is too long.
    pub fn check_in_noting(&self, note: &str) -> Result<(ChangeId, v1::NewChange)> {
        let count = self.made.fetch_add(1, Ordering::Relaxed);
        let index = usize::try_from(count)? % self.key_results.len();
        let new = NewCheckIn {
            key_result: self.key_results[index],
            effective: date(2026, 1, 1),
            value: Value::Number(Number::from(i32::try_from(count % 1000)?)),
            confidence: Some(Confidence::new(u8::try_from(count % 11)?)?),
            note: Some(LongText::new(note)?),
            blocker: None,
        };
        let id = CheckInId::new(Uuid::now_v7());
        let change = ChangeId::new(Uuid::now_v7());
        let event = Event::CheckIn(id, CheckInEvent::Recorded(new));
        Ok((change, Self::named(change, vec![event])))
    }

    /// Returns the changes of several check-ins.
    ///
    /// # Errors
    /// As [`Load::plan`].
    pub fn check_ins(&self, count: usize) -> Result<Vec<v1::NewChange>> {
        (0..count).map(|_| Ok(self.check_in()?.1)).collect()
    }
}

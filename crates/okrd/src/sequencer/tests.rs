//! The sequencer without a log: positions, times, duplicates, and looking back at check-ins.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use okr_core::event::{
    CheckInEdit, CheckInEvent, CommentEvent, CycleEvent, Event, KeyResultEvent, MetricEvent,
    MetricValueEvent, NewComment, ObjectiveEvent, PersonEvent, Topic,
};
use okr_core::id::CheckInId;
use okr_core::value::{Role, Source};
use okr_log::PositionIndex;
use okr_testkit::sample::{self, ANA, BEN, ORG};

use super::*;

/// A log in memory; a look at a change is counted.
#[derive(Clone, Debug, Default)]
struct MemoryHistory {
    durable: Rc<RefCell<Vec<Change>>>,
    looks: Rc<Cell<usize>>,
    fails: Rc<Cell<bool>>,
}

impl History for MemoryHistory {
    fn position_of(&self, _: OrgId, change: ChangeId) -> Result<Option<Position>, HistoryError> {
        let durable = self.durable.borrow();
        let index = durable.iter().position(|stored| stored.id == change);
        Ok(index.map(|index| Position::new(index as u64 + 1)))
    }

    fn prefetch(&self, _: OrgId, _: &mut dyn Iterator<Item = ChangeId>) {}

    fn index(&self) -> PositionIndex {
        PositionIndex::new(None)
    }

    fn change_at(&self, org: OrgId, position: Position) -> Result<Change, HistoryError> {
        if self.fails.get() {
            return Err(HistoryError::Change {
                org,
                position,
                source: "the disk is gone".into(),
            });
        }
        self.looks.set(self.looks.get() + 1);
        let index = usize::try_from(position.get() - 1).unwrap();
        Ok(self.durable.borrow()[index].clone())
    }

    fn visit(&self, _: OrgId, visit: &mut dyn FnMut(Change)) -> Result<(), HistoryError> {
        self.durable.borrow().iter().cloned().for_each(visit);
        Ok(())
    }

    /// Knows reasons only.
    fn erase(&self, org: OrgId, texts: &BTreeSet<TextPlace>) -> Result<Erasure, HistoryError> {
        for place in texts {
            let position = self.position_of(org, place.change)?;
            let Some(position) = position.filter(|_| place.text == 1) else {
                return Ok(Erasure::Unknown(*place));
            };
            let index = usize::try_from(position.get() - 1).unwrap();
            self.durable.borrow_mut()[index].reason = None;
        }
        let present = texts.len();
        Ok(Erasure::Done { present })
    }
}

/// A sequencer whose log takes what it is told to.
struct World {
    history: MemoryHistory,
    sequencer: Sequencer<MemoryHistory>,
    in_flight: Vec<Change>,
    now: Timestamp,
}

fn change(number: u128, events: Vec<Event>) -> Change {
    Change {
        id: ChangeId::new(Uuid::from_u128(number)),
        authored_at: Timestamp::UNIX_EPOCH,
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        events,
    }
}

impl World {
    /// The sample organisation with a cycle, an objective and a key result: positions 1 and 2.
    fn founded() -> Self {
        let history = MemoryHistory::default();
        let mut world = Self {
            sequencer: Sequencer::new(&history, [ORG]),
            history,
            in_flight: Vec::new(),
            now: "2026-11-23T12:00:00Z".parse().unwrap(),
        };
        let founding = sample::founding(sample::new_org(), ANA);
        world.accept(change(1, founding));
        let cycle = sample::cycle_id(1);
        let objective = sample::objective_id(1);
        let key_result = sample::new_key_result(objective, "latency");
        let events = vec![
            Event::Person(BEN, PersonEvent::Added(Role::Member)),
            Event::Cycle(cycle, CycleEvent::Created(sample::new_cycle())),
            Event::Cycle(cycle, CycleEvent::Opened),
            Event::Objective(
                objective,
                ObjectiveEvent::Created(sample::new_objective("fast")),
            ),
            Event::KeyResult(
                sample::key_result_id(1),
                KeyResultEvent::Created(key_result),
            ),
        ];
        let mut goals = change(2, events);
        goals.reason = Some(sample::text("late"));
        goals.amendment = Some(okr_core::value::AmendmentCategory::Other);
        world.accept(goals);
        world.flush();
        world
    }

    fn offer(&mut self, change: Change) -> Result<Answer, SequenceError> {
        let author = Author {
            principal: Principal {
                org: ORG,
                person: ANA,
            },
            token: Uuid::from_u128(9),
            scope: okr_core::authorize::Scope::FULL,
        };
        let offer = Offer {
            change: change.clone(),
            body: Bytes::from_static(b"as it came"),
            texts: Vec::new(),
        };
        let answer = self.sequencer.offer(author, offer, self.now)?;
        if matches!(answer, Answer::Append(_)) {
            self.in_flight.push(change);
        }
        Ok(answer)
    }

    fn accept(&mut self, change: Change) -> Record {
        match self.offer(change).unwrap() {
            Answer::Append(record) => record,
            other => panic!("{other:?}"),
        }
    }

    /// Makes everything durable.
    fn flush(&mut self) {
        let mut durable = self.history.durable.borrow_mut();
        durable.append(&mut self.in_flight);
        self.sequencer
            .settle(ORG, Position::new(durable.len() as u64));
    }
}

fn recorded(number: u32, value: &str) -> Event {
    let key_result = sample::key_result_id(1);
    let new = sample::new_check_in(key_result, sample::value(value));
    Event::CheckIn(sample::check_in_id(number), CheckInEvent::Recorded(new))
}

fn corrected(id: CheckInId, from: &str, to: &str) -> Event {
    let edit = sample::edit(sample::value(from), sample::value(to));
    Event::CheckIn(id, CheckInEvent::Corrected(CheckInEdit::Value(edit)))
}

#[test]
fn positions_are_dense_and_time_never_goes_back() {
    let mut world = World::founded();
    let first = world.accept(change(3, vec![recorded(1, "10")]));
    world.now = "2026-11-23T11:00:00Z".parse().unwrap();
    let second = world.accept(change(4, vec![recorded(2, "20")]));
    assert_eq!((first.position.get(), second.position.get()), (3, 4));
    assert_eq!(second.recorded_at, first.recorded_at);
    assert_eq!(second.author.as_bytes(), &ANA.to_bytes());
    assert_eq!(second.body, "as it came");
    world.now = "2026-11-23T13:00:00Z".parse().unwrap();
    let third = world.accept(change(5, vec![recorded(3, "30")]));
    assert_eq!(third.recorded_at.as_micros(), world.now.as_microsecond());
}

#[test]
fn a_change_is_known_in_flight_and_when_durable() {
    let mut world = World::founded();
    let offered = change(3, vec![recorded(1, "10")]);
    world.accept(offered.clone());
    let known = Answer::Duplicate(Position::new(3));
    assert_eq!(world.offer(offered.clone()).unwrap(), known);
    world.flush();
    assert_eq!(world.offer(offered).unwrap(), known);
    assert_eq!(world.history.durable.borrow().len(), 3);
}

#[test]
fn a_correction_is_judged_on_what_is_in_flight_and_on_what_is_durable() {
    let mut world = World::founded();
    let id = sample::check_in_id(1);
    world.accept(change(3, vec![recorded(1, "10")]));
    world.accept(change(4, vec![corrected(id, "10", "11")]));
    assert_eq!(world.history.looks.get(), 0, "all of it is in memory");
    world.flush();
    world.accept(change(5, vec![corrected(id, "11", "12")]));
    world.flush();
    assert!(world.history.looks.get() > 0, "none of it is in memory");
    let stale = world.offer(change(6, vec![corrected(id, "11", "13")]));
    assert!(matches!(
        stale,
        Ok(Answer::Rejected(Rejection::Conflict { .. }))
    ));
    let so = world.offer(change(7, vec![corrected(id, "10", "12")]));
    assert_eq!(so.unwrap(), Answer::AlreadySo);
    let mut retracted = change(8, vec![Event::CheckIn(id, CheckInEvent::Retracted)]);
    retracted.reason = Some(sample::text("counted twice"));
    world.accept(retracted);
    let again = world.offer(change(9, vec![recorded(1, "10")]));
    assert!(matches!(again, Ok(Answer::Rejected(_))), "{again:?}");
}

#[test]
fn a_comment_is_judged_on_what_is_in_flight_and_on_what_is_durable() {
    let mut world = World::founded();
    let topic = Topic::KeyResult(sample::key_result_id(1));
    let said = |number: u32, reply_to| {
        let new = NewComment {
            reply_to,
            ..sample::new_comment(ANA, topic, "Well done")
        };
        Event::Comment(sample::comment_id(number), CommentEvent::Added(new))
    };
    let first = sample::comment_id(1);
    world.accept(change(3, vec![said(1, None)]));
    world.accept(change(4, vec![said(2, Some(first))]));
    assert_eq!(world.history.looks.get(), 0, "all of it is in memory");
    world.flush();
    world.accept(change(5, vec![said(3, Some(first))]));
    assert!(world.history.looks.get() > 0, "none of it is in memory");
    world.accept(change(
        6,
        vec![Event::Comment(first, CommentEvent::Retracted)],
    ));
    world.flush();
    let late = world.offer(change(7, vec![said(4, Some(first))]));
    assert!(matches!(
        late,
        Ok(Answer::Rejected(Rejection::WrongState { .. }))
    ));
    let again = world.offer(change(8, vec![said(2, None)]));
    assert!(matches!(
        again,
        Ok(Answer::Rejected(Rejection::AlreadyExists { .. }))
    ));
}

#[test]
fn a_value_of_a_metric_is_judged_on_what_is_in_flight_and_on_what_is_durable() {
    let mut world = World::founded();
    let metric = sample::metric_id(1);
    let created = MetricEvent::Created(sample::new_metric("burn"));
    let value = sample::metric_value_id(1);
    let recorded = || {
        let new = sample::new_metric_value(metric, "4");
        vec![Event::MetricValue(value, MetricValueEvent::Recorded(new))]
    };
    let retracted = |number| Change {
        reason: Some(sample::text("counted twice")),
        ..change(
            number,
            vec![Event::MetricValue(value, MetricValueEvent::Retracted)],
        )
    };
    world.accept(change(3, vec![Event::Metric(metric, created)]));
    world.accept(change(4, recorded()));
    let again = world.offer(change(5, recorded()));
    assert!(matches!(
        again,
        Ok(Answer::Rejected(Rejection::AlreadyExists { .. }))
    ));
    assert_eq!(world.history.looks.get(), 0, "all of it is in memory");
    world.flush();
    world.accept(retracted(6));
    assert!(world.history.looks.get() > 0, "none of it is in memory");
    world.flush();
    let late = world.offer(retracted(7));
    assert!(matches!(late, Ok(Answer::AlreadySo)), "{late:?}");
}

#[test]
fn a_new_check_in_never_looks_into_the_log() {
    let mut world = World::founded();
    for number in 1..=100_u32 {
        world.accept(change(
            10 + u128::from(number),
            vec![recorded(number, "10")],
        ));
        world.flush();
    }
    assert_eq!(world.history.looks.get(), 0);
}

#[test]
fn a_log_that_cannot_be_read_changes_nothing() {
    let mut world = World::founded();
    let id = sample::check_in_id(1);
    world.accept(change(3, vec![recorded(1, "10")]));
    world.flush();
    world.history.fails.set(true);
    let correction = change(4, vec![corrected(id, "10", "11")]);
    let failed = world.offer(correction.clone());
    assert!(matches!(failed, Err(SequenceError::History(_))));
    world.history.fails.set(false);
    assert_eq!(world.accept(correction).position.get(), 4);
}

#[test]
fn the_day_is_that_of_the_organisation() {
    let mut world = World::founded();
    // In Oslo the 24th has begun.
    world.now = "2026-11-23T23:30:00Z".parse().unwrap();
    let on = |number: u32, day: i8| {
        let mut new = sample::new_check_in(sample::key_result_id(1), sample::value("1"));
        new.effective = jiff::civil::date(2026, 11, day);
        Event::CheckIn(sample::check_in_id(number), CheckInEvent::Recorded(new))
    };
    world.accept(change(3, vec![on(1, 24)]));
    let tomorrow = world.offer(change(4, vec![on(2, 25)]));
    assert!(matches!(tomorrow, Ok(Answer::Rejected(_))));
}

#[test]
fn a_replayed_log_judges_as_the_one_before() {
    let mut before = World::founded();
    let id = sample::check_in_id(1);
    before.accept(change(
        3,
        vec![recorded(1, "10"), corrected(id, "10", "11")],
    ));
    before.flush();
    let mut after = World {
        sequencer: Sequencer::new(&before.history, [ORG]),
        history: before.history.clone(),
        in_flight: Vec::new(),
        now: before.now,
    };
    let stored = before.history.durable.borrow().clone();
    for change in &stored {
        let at = RecordedAt::from_micros(before.now.as_microsecond());
        after.sequencer.replay(ORG, change, at).unwrap();
    }
    assert_eq!(
        after.sequencer.person(ORG, BEN),
        before.sequencer.person(ORG, BEN)
    );
    assert_eq!(after.sequencer.people().count(), 2);
    for offered in [
        change(3, vec![recorded(1, "10")]),
        change(4, vec![corrected(id, "10", "12")]),
        change(5, vec![corrected(id, "11", "12")]),
    ] {
        let expected = before.offer(offered.clone()).unwrap();
        assert_eq!(after.offer(offered).unwrap(), expected);
    }
}

#[test]
fn another_organisation_is_not_there() {
    let mut world = World::founded();
    let elsewhere = OrgId::new(Uuid::from_u128(5));
    let unknown = change(3, Vec::new());
    let replayed = world
        .sequencer
        .replay(elsewhere, &unknown, RecordedAt::default());
    assert!(matches!(replayed, Err(SequenceError::UnknownOrg(org)) if org == elsewhere));
}

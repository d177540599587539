//! Who set what: chains of values without a gap, and the marks of the story of a moved target.

use std::collections::BTreeSet;

use okr_core::Timestamp;
use okr_core::event::Event;
use okr_core::field::Shown as _;
use okr_core::id::Position;
use okr_testkit::generate::{TODAY, histories};
use proptest::prelude::*;

use super::*;
use crate::fake_log::FakeLog;
use crate::ingest::tests::disorder;
use crate::moment::{Axis, Moment, Point};

/// Checks that what a field holds is what it was given last, and so on back to its beginning.
fn chained(reading: &Reading<'_>, id: EntityId) {
    let Some(blame) = reading.blame(id).unwrap() else {
        assert!(reading.entity(id).unwrap().is_none());
        return;
    };
    assert_eq!(reading.entity(id).unwrap().as_ref(), Some(&blame.entity));
    let own: BTreeSet<&str> = blame
        .entity
        .fields()
        .iter()
        .map(|field| field.word)
        .collect();
    for FieldBlame { field, given } in &blame.fields {
        match given.first() {
            Some(newest) => assert_eq!(newest.value, field.value, "{id} {}", field.word),
            None => assert_eq!(field.value, FieldValue::None, "{id} {}", field.word),
        }
        for pair in given.windows(2) {
            assert_eq!(pair[0].before, pair[1].value, "{id} {}", field.word);
        }
        if own.contains(field.word)
            && let Some(first) = given.last()
        {
            assert_eq!(first.before, FieldValue::None, "{id} {}", field.word);
        }
    }
    if let EntityId::KeyResult(key_result) = id {
        let latest = reading.latest_check_in(key_result).unwrap();
        let value = blame.fields.iter().find(|one| one.field.word == "value");
        let value = value.map(|one| one.field.value.clone());
        let latest = latest.map(|fact| FieldValue::Reported(fact.check_in.value));
        assert_eq!(value, latest, "{id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn every_value_has_somebody_who_set_it(
        mut history in histories(80), seed in any::<u64>(), at in any::<prop::sample::Index>(),
    ) {
        disorder(&mut history, seed);
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        let ids: BTreeSet<EntityId> = history
            .iter()
            .flat_map(|(_, change)| change.events.iter().map(Event::subject))
            .collect();
        let index = at.index(history.len());
        let position = Point::Position(Position::new(index as u64 + 1));
        let time: Timestamp = history[index].1.authored_at;
        for (axis, point) in [
            (Axis::Recorded, Point::Now),
            (Axis::Recorded, position),
            (Axis::Authored, Point::Time(time)),
            (Axis::Effective, Point::Time(time)),
        ] {
            let reading = replica.reading(Moment { axis, point, day: TODAY, day_is_over: false }).unwrap();
            for id in &ids {
                chained(&reading, *id);
            }
        }
    }
}

#[test]
fn a_moved_target_a_correction_and_a_late_fact_are_told() {
    let (_dir, replica) = super::super::standing::tests::told(false);
    let moment = |day| super::super::standing::tests::on(Axis::Recorded, day);
    let key_result = EntityId::KeyResult(okr_testkit::sample::key_result_id(1));
    let reading = replica
        .reading(moment(jiff::civil::date(2026, 11, 23)))
        .unwrap();
    let blame = reading.blame(key_result).unwrap().unwrap();
    let field = |blame: &Blame, word: &str| {
        let found = blame.fields.iter().find(|one| one.field.word == word);
        found.unwrap().given.clone()
    };
    let target = field(&blame, "target");
    let values: Vec<String> = target.iter().map(|given| given.value.shown()).collect();
    assert_eq!(values, ["50", "20"]);
    assert_eq!(blame.amendments.len(), 1);
    let value = &field(&blame, "value")[0];
    assert!(value.correction && !value.late);
    assert_eq!(
        (value.before.shown(), value.value.shown()),
        ("12".to_owned(), "15".to_owned())
    );
    // Once the late fact counts, the one before it is the corrected one.
    let reading = replica
        .reading(moment(jiff::civil::date(2027, 1, 10)))
        .unwrap();
    let blame = reading.blame(key_result).unwrap().unwrap();
    let value = &field(&blame, "value")[0];
    assert!(value.late && !value.correction);
    assert_eq!(
        (value.before.shown(), value.value.shown()),
        ("15".to_owned(), "25".to_owned())
    );
}

//! Bodies: every entity comes back as it was, and what is stored stays readable.

use jiff::civil::date;
use okr_core::blocker::BlockerReport;
use okr_core::entity::Entity;
use okr_core::event::{CheckInEvent, Event, KeyResultEvent, NewCheckIn, NewKeyResult};
use okr_core::measure::Value;
use okr_core::text::BlockerText;
use okr_core::value::Zone;
use okr_testkit::generate::{histories, replay};
use okr_testkit::sample::{
    check_in_id, confidence, key_result_id, milestones, new_check_in, new_key_result, objective_id,
    text, value, zones,
};
use proptest::prelude::*;

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_entity_comes_back_as_it_was(history in histories(120)) {
        for entity in replay(&history).entities() {
            let json = write(&entity);
            prop_assert_eq!(read(entity.id(), &json).unwrap(), entity);
        }
    }
}

/// Says of which kinds there are many.
const fn are_many(entity: &Entity) -> bool {
    matches!(
        entity,
        Entity::Cycle(_) | Entity::Objective(_) | Entity::KeyResult(_) | Entity::CheckIn(_)
    )
}

/// Says whether a body has something that is not worth a reader of its own.
fn is_rare(json: &str) -> bool {
    ["\\", "\"milestones\"", "\"zones\"", "\"blocker\""]
        .iter()
        .any(|rare| json.contains(rare))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_there_are_many_of_is_read_without_a_look_at_all_of_json(history in histories(120)) {
        for entity in replay(&history).entities().filter(are_many) {
            let json = write(&entity);
            let expected = (!is_rare(&json)).then_some(entity.clone());
            prop_assert_eq!(exact(entity.id(), &json), expected, "{}", json);
        }
    }

    #[test]
    fn a_body_of_another_form_is_never_read_as_something_else(
        history in histories(60), at in any::<prop::sample::Index>(), put in "[\\[\\]{}:,\"0-9.a-z\\\\ \n]{0,3}", cut in 0usize..4,
    ) {
        for entity in replay(&history).entities().filter(are_many) {
            let json: Vec<char> = write(&entity).chars().collect();
            let at = at.index(json.len());
            let rest = json.iter().skip(at + cut);
            let other: String = json[..at].iter().copied().chain(put.chars()).chain(rest.copied()).collect();
            if let Some(read) = exact(entity.id(), &other) {
                prop_assert_eq!(whole(entity.id(), &other).ok(), Some(read), "{}", other);
            }
        }
    }
}

fn check_in(new: NewCheckIn) -> Entity {
    let event = Event::CheckIn(check_in_id(1), CheckInEvent::Recorded(new));
    Entity::evolve(None, &event).unwrap()
}

#[test]
fn a_check_in_is_readable_and_short() {
    let entity = check_in(NewCheckIn {
        confidence: Some(confidence(7)),
        note: Some(text("a \"good\" week")),
        ..new_check_in(key_result_id(1), value("12.50"))
    });
    let key_result = key_result_id(1);
    assert_eq!(
        write(&entity),
        format!(
            r#"{{"key_result":"{key_result}","effective":"2026-11-22","value":{{"number":"12.5"}},"confidence":7,"note":"a \"good\" week"}}"#
        )
    );
}

#[test]
fn a_check_in_is_written_the_same_before_it_exists() {
    let values = [value("12.50"), Value::Zone(Zone::Target)];
    for value in values {
        let stands = BlockerReport::Stands(BlockerText::new("no \"staff\"").unwrap());
        for (note, blocker) in [
            (None, None),
            (Some(text("a \"good\" week,\n\tand \\ more")), Some(stands)),
            (None, Some(BlockerReport::Lifted)),
        ] {
            let new = NewCheckIn {
                note,
                blocker,
                ..new_check_in(key_result_id(1), value.clone())
            };
            assert_eq!(recorded(&new), write(&check_in(new)));
        }
    }
}

#[test]
fn a_key_result_of_each_measure_comes_back() {
    for measure in [milestones(&["1", "0.5"]), zones()] {
        let new = NewKeyResult {
            measure,
            start: Some(date(2026, 10, 5)),
            ..new_key_result(objective_id(1), "fast")
        };
        let event = Event::KeyResult(key_result_id(1), KeyResultEvent::Created(new));
        let entity = Entity::evolve(None, &event).unwrap();
        assert_eq!(read(entity.id(), &write(&entity)).unwrap(), entity);
    }
}

#[test]
fn what_was_not_written_here_is_damage() {
    let id = check_in(new_check_in(key_result_id(1), value("1"))).id();
    for json in ["", "{}", "[]", r#"{"key_result":"x"}"#] {
        let read = read(id, json);
        assert!(
            matches!(read, Err(ReplicaError::Damaged { .. })),
            "{json}: {read:?}"
        );
    }
}

#[test]
fn an_organisation_of_before_there_were_calendars_has_quarters_from_january() {
    let json = concat!(
        r#"{"name":"Acme","time_zone":"UTC","week_start":"monday","edit_policy":"everyone","#,
        r#""reason_after_commitment":true,"cadence_days":7}"#
    );
    let entity = read(EntityId::Org(okr_testkit::sample::ORG), json).unwrap();
    let Entity::Org(org) = &entity else {
        panic!("{entity:?}");
    };
    let calendar = (org.calendar, org.fiscal_start);
    assert_eq!(calendar, (Calendar::Quarter, FiscalStart::JANUARY));
    assert_eq!(write(&entity), json);
}

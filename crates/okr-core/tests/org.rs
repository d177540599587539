//! Rules for the organisation.

use okr_core::admit::Verdict;
use okr_core::authorize::Refusal;
use okr_core::calendar::FiscalStart;
use okr_core::event::{Event, OrgEdit, OrgEvent, TextPlace};
use okr_core::id::OrgId;
use okr_core::rejection::{Missing, Rejection};
use okr_core::value::{CadenceDays, Calendar, EditPolicy};
use okr_core::view::View as _;
use okr_testkit::sample::{ANA, BEN, ORG, change_id, edit, name, person_id};
use okr_testkit::scenario::{Scenario, never};

use crate::world::{conflict, not_permitted, planned, unknown_subject};

fn renamed(from: &str, to: &str) -> Event {
    let edit = OrgEdit::Name(edit(name(from), name(to)));
    Event::Org(ORG, OrgEvent::Edited(edit))
}

#[test]
fn only_administrators_edit_it() {
    planned().admits(ANA, [renamed("Acme", "Acme Ltd")]);
    planned().refuses(
        BEN,
        renamed("Acme", "Acme Ltd"),
        not_permitted(ORG, Refusal::NeedsAdmin),
    );
}

#[test]
fn an_edit_of_something_else_than_what_is_there_is_a_conflict() {
    planned().refuses(
        ANA,
        renamed("Acme Inc", "Acme Ltd"),
        conflict(ORG, "name", ["Acme Inc", "Acme Ltd", "Acme"]),
    );
}

#[test]
fn an_edit_to_what_is_there_is_already_so_whatever_it_came_from() {
    let verdict = planned().judged(ANA, [renamed("Acme Inc", "Acme")]);
    assert_eq!(verdict, Verdict::AlreadySo);
}

#[test]
fn edits_of_different_fields_merge() {
    let policy = OrgEdit::EditPolicy(edit(EditPolicy::Everyone, EditPolicy::Stewards));
    let cadence = CadenceDays::new(14).expect("two weeks");
    let cadence = OrgEdit::Cadence(edit(CadenceDays::WEEKLY, cadence));
    planned()
        .given([Event::Org(ORG, OrgEvent::Edited(policy))])
        .admits(ANA, [Event::Org(ORG, OrgEvent::Edited(cadence))]);
}

#[test]
fn it_has_quarters_from_january_until_somebody_says_otherwise() {
    let org = |scenario: &Scenario| {
        let org = never(scenario.view().org()).expect("it is founded");
        (org.calendar, org.fiscal_start)
    };
    assert_eq!(org(&planned()), (Calendar::Quarter, FiscalStart::JANUARY));
    let april = FiscalStart::new(4, 1).expect("a first day");
    let edits = [
        OrgEdit::Calendar(edit(Calendar::Quarter, Calendar::Tertial)),
        OrgEdit::FiscalStart(edit(FiscalStart::JANUARY, april)),
    ];
    let events = edits.map(|edit| Event::Org(ORG, OrgEvent::Edited(edit)));
    planned().admits(ANA, events.clone());
    planned().refuses(
        BEN,
        events[0].clone(),
        not_permitted(ORG, Refusal::NeedsAdmin),
    );
    assert_eq!(org(&planned().given(events)), (Calendar::Tertial, april));
}

#[test]
fn another_organisation_is_unknown() {
    let other = OrgId::new(person_id(1).uuid());
    let edit = OrgEdit::Name(edit(name("Acme"), name("Acme Ltd")));
    planned().refuses(
        ANA,
        Event::Org(other, OrgEvent::Edited(edit)),
        unknown_subject(other),
    );
}

/// The erasure of so many texts of one change.
fn erasure(org: OrgId, texts: u16) -> Event {
    let places = (1..=texts).map(|text| TextPlace {
        change: change_id(1),
        text,
    });
    Event::Org(org, OrgEvent::TextsErased(places.collect()))
}

#[test]
fn erasing_texts_takes_an_administrator_and_a_reason() {
    let because = || planned().because("the law");
    because().admits(ANA, [erasure(ORG, 2)]);
    because().refuses(
        BEN,
        erasure(ORG, 1),
        not_permitted(ORG, Refusal::NeedsAdmin),
    );
    let missing = Rejection::ReasonRequired {
        subject: ORG.into(),
        action: "erasing a text",
        missing: Missing::Reason,
    };
    planned().refuses(ANA, erasure(ORG, 1), missing);
    let other = OrgId::new(person_id(1).uuid());
    because().refuses(ANA, erasure(other, 1), unknown_subject(other));
}

#[test]
fn texts_are_erased_in_portions_and_none_is_nothing() {
    let because = || planned().because("the law");
    because().admits(ANA, [erasure(ORG, 500)]);
    let limit = Rejection::Limit {
        subject: Some(ORG.into()),
        what: "texts erased at once",
        limit: 500,
        given: 501,
    };
    because().refuses(ANA, erasure(ORG, 501), limit);
    assert_eq!(because().judged(ANA, [erasure(ORG, 0)]), Verdict::AlreadySo);
}

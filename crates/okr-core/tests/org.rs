//! Rules for the organisation.

use okr_core::admit::Verdict;
use okr_core::authorize::Refusal;
use okr_core::calendar::FiscalStart;
use okr_core::event::{Event, OrgEdit, OrgEvent};
use okr_core::id::OrgId;
use okr_core::value::{CadenceDays, Calendar, EditPolicy};
use okr_core::view::View as _;
use okr_testkit::sample::{ANA, BEN, ORG, edit, name, person_id};
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

//! Rules for people.

use okr_core::admit::Verdict;
use okr_core::authorize::Refusal;
use okr_core::event::{Event, PersonEvent};
use okr_core::value::Role;
use okr_testkit::sample::{ANA, BEN, CAI, person_id};

use crate::world::{already_exists, conflict, not_permitted, planned, unknown_subject};

const fn promoted(from: Role, to: Role) -> Event {
    Event::Person(BEN, PersonEvent::RoleChanged { from, to })
}

#[test]
fn administrators_add_people_under_fresh_ids() {
    let dan = person_id(1);
    let added = Event::Person(dan, PersonEvent::Added(Role::Member));
    planned().admits(ANA, [added.clone()]);
    planned().refuses(CAI, added, not_permitted(dan, Refusal::NeedsAdmin));
    planned().refuses(
        ANA,
        Event::Person(BEN, PersonEvent::Added(Role::Member)),
        already_exists(BEN),
    );
}

#[test]
fn a_role_changes_from_what_the_author_saw() {
    planned().admits(ANA, [promoted(Role::Member, Role::Viewer)]);
    planned().refuses(
        ANA,
        promoted(Role::Admin, Role::Viewer),
        conflict(BEN, "role", ["admin", "viewer", "member"]),
    );
    assert_eq!(
        planned().judged(ANA, [promoted(Role::Viewer, Role::Member)]),
        Verdict::AlreadySo
    );
}

#[test]
fn nobody_changes_their_own_role_or_leaves_by_themselves() {
    let demoted = PersonEvent::RoleChanged {
        from: Role::Admin,
        to: Role::Member,
    };
    for event in [demoted, PersonEvent::Deactivated] {
        planned().refuses(
            ANA,
            Event::Person(ANA, event),
            not_permitted(ANA, Refusal::OwnStanding),
        );
    }
}

#[test]
fn leaving_and_returning_hold_once() {
    let left = Event::Person(BEN, PersonEvent::Deactivated);
    let returned = Event::Person(BEN, PersonEvent::Reactivated);
    planned().admits(ANA, [left.clone()]);
    assert_eq!(
        planned().judged(ANA, [returned.clone()]),
        Verdict::AlreadySo
    );
    let gone = planned().given([left.clone()]);
    assert_eq!(gone.judged(ANA, [left]), Verdict::AlreadySo);
    gone.admits(ANA, [returned]);
}

#[test]
fn a_stranger_can_neither_leave_nor_be_promoted() {
    let dan = person_id(1);
    let promoted = PersonEvent::RoleChanged {
        from: Role::Member,
        to: Role::Admin,
    };
    for event in [promoted, PersonEvent::Deactivated, PersonEvent::Reactivated] {
        planned().refuses(ANA, Event::Person(dan, event), unknown_subject(dan));
    }
}

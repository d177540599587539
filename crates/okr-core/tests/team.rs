//! Rules for teams.

use std::collections::BTreeSet;

use okr_core::admit::Verdict;
use okr_core::authorize::Refusal;
use okr_core::event::{Event, NewTeam, PersonEvent, TeamEdit, TeamEvent};
use okr_core::id::{PersonId, TeamId};
use okr_core::rejection::Rejection;
use okr_core::value::{Role, Source};
use okr_testkit::sample::{ANA, BEN, CAI, edit, name, new_team, person_id, slug, team_id};
use okr_testkit::scenario::Scenario;

use crate::world::{
    TEAM, already_exists, conflict, not_permitted, planned, stewarded, team, unknown_reference,
    unknown_subject, wrong_state,
};

const OTHER: TeamId = team_id(2);

fn created(new: NewTeam) -> Event {
    Event::Team(OTHER, TeamEvent::Created(new))
}

fn below(parent: TeamId) -> Event {
    created(NewTeam {
        parent: Some(parent),
        ..new_team("search")
    })
}

fn renamed() -> Event {
    let edit = TeamEdit::Name(edit(name("platform"), name("Platform")));
    team(TeamEvent::Edited(edit))
}

fn archived() -> Scenario {
    planned().given([team(TeamEvent::Archived)])
}

#[test]
fn a_team_is_formed_under_a_fresh_id_below_a_team_in_use() {
    planned().admits(BEN, [created(new_team("search"))]);
    planned().admits(BEN, [below(TEAM)]);
    planned().refuses(
        BEN,
        team(TeamEvent::Created(new_team("again"))),
        already_exists(TEAM),
    );
    planned().refuses(
        BEN,
        below(team_id(9)),
        unknown_reference(OTHER, "parent", team_id(9)),
    );
    archived().refuses(
        BEN,
        below(TEAM),
        wrong_state(TEAM, "archived", "be given anything new"),
    );
}

#[test]
fn leads_and_members_are_known_and_here() {
    let led_by = |person| {
        created(NewTeam {
            leads: BTreeSet::from([person]),
            ..new_team("search")
        })
    };
    let gone = || planned().given([Event::Person(CAI, PersonEvent::Deactivated)]);
    let left = |subject: TeamId, field| Rejection::InactivePerson {
        subject: subject.into(),
        field,
        person: CAI.into(),
    };
    planned().refuses(
        BEN,
        led_by(person_id(1)),
        unknown_reference(OTHER, "lead", person_id(1)),
    );
    gone().refuses(BEN, led_by(CAI), left(OTHER, "lead"));
    let member = |person| team(TeamEvent::MemberAdded(person));
    planned().refuses(
        BEN,
        member(person_id(1)),
        unknown_reference(TEAM, "member", person_id(1)),
    );
    gone().refuses(BEN, member(CAI), left(TEAM, "member"));
    // Of whom an import tells may have left since.
    gone()
        .from_source(Source::Import, None)
        .admits(BEN, [led_by(CAI), member(CAI)]);
}

#[test]
fn a_lead_who_left_may_stay_named_beside_new_ones() {
    let leads = edit(BTreeSet::from([CAI]), BTreeSet::from([BEN, CAI]));
    planned()
        .given([Event::Person(CAI, PersonEvent::Deactivated)])
        .admits(BEN, [team(TeamEvent::Edited(TeamEdit::Leads(leads)))]);
}

#[test]
fn edits_fit_what_is_there() {
    planned().admits(BEN, [renamed()]);
    let stale = edit(slug("search"), slug("find"));
    planned().refuses(
        BEN,
        team(TeamEvent::Edited(TeamEdit::Slug(stale))),
        conflict(TEAM, "slug", ["search", "find", "platform"]),
    );
}

#[test]
fn members_come_and_go_once() {
    let added = team(TeamEvent::MemberAdded(BEN));
    let removed = team(TeamEvent::MemberRemoved(BEN));
    assert_eq!(planned().judged(ANA, [removed.clone()]), Verdict::AlreadySo);
    let member = planned().given([added.clone()]);
    assert_eq!(member.judged(ANA, [added]), Verdict::AlreadySo);
    member.admits(ANA, [removed]);
}

#[test]
fn an_archived_team_changes_only_by_being_restored() {
    let member = archived().given([team(TeamEvent::MemberAdded(BEN))]);
    member.refuses(ANA, renamed(), wrong_state(TEAM, "archived", "be edited"));
    member.refuses(
        ANA,
        team(TeamEvent::MemberAdded(ANA)),
        wrong_state(TEAM, "archived", "gain a member"),
    );
    member.refuses(
        ANA,
        team(TeamEvent::MemberRemoved(BEN)),
        wrong_state(TEAM, "archived", "lose a member"),
    );
    member.admits(ANA, [team(TeamEvent::Restored)]);
    assert_eq!(
        member.judged(ANA, [team(TeamEvent::Archived)]),
        Verdict::AlreadySo
    );
    assert_eq!(
        planned().judged(ANA, [team(TeamEvent::Restored)]),
        Verdict::AlreadySo
    );
}

#[test]
fn an_unknown_team_has_no_history() {
    for event in [
        TeamEvent::Archived,
        TeamEvent::Restored,
        TeamEvent::MemberAdded(BEN),
        TeamEvent::MemberRemoved(BEN),
        TeamEvent::Edited(TeamEdit::Name(edit(name("a"), name("b")))),
    ] {
        planned().refuses(BEN, Event::Team(OTHER, event), unknown_subject(OTHER));
    }
}

#[test]
fn a_team_is_never_part_of_itself() {
    let under = |team, parent| {
        let edit = TeamEdit::Parent(edit(None, Some(parent)));
        Event::Team(team, TeamEvent::Edited(edit))
    };
    let circle = |subject: TeamId, parent: TeamId| Rejection::TeamCycle {
        subject: subject.into(),
        parent: parent.into(),
    };
    planned().refuses(BEN, under(TEAM, TEAM), circle(TEAM, TEAM));
    planned()
        .given([below(TEAM)])
        .refuses(BEN, under(TEAM, OTHER), circle(TEAM, OTHER));
}

#[test]
fn a_team_has_at_most_1000_members() {
    let people = (0..1001).map(|number| {
        let id: PersonId = person_id(number);
        Event::Person(id, PersonEvent::Added(Role::Member))
    });
    let members = (0..1000).map(|number| team(TeamEvent::MemberAdded(person_id(number))));
    let limit = |what| Rejection::Limit {
        subject: Some(TEAM.into()),
        what,
        limit: 1000,
        given: 1001,
    };
    let full = planned().given(people).given(members);
    full.refuses(
        BEN,
        team(TeamEvent::MemberAdded(person_id(1000))),
        limit("members"),
    );
    let leads: BTreeSet<PersonId> = (0..1001).map(person_id).collect();
    let leads = TeamEdit::Leads(edit(BTreeSet::from([CAI]), leads));
    full.refuses(BEN, team(TeamEvent::Edited(leads)), limit("leads"));
}

#[test]
fn under_stewards_a_team_is_its_leads_and_the_administrators() {
    let refused = |subject| not_permitted(subject, Refusal::NeedsSteward);
    stewarded().admits(CAI, [renamed()]);
    stewarded().admits(ANA, [renamed()]);
    stewarded().refuses(BEN, renamed(), refused(TEAM));
    stewarded().admits(CAI, [below(TEAM)]);
    stewarded().refuses(BEN, below(TEAM), refused(OTHER));
    // Naming oneself lead of a new team gives no right to form it.
    let own = created(NewTeam {
        leads: BTreeSet::from([BEN]),
        ..new_team("mine")
    });
    stewarded().refuses(BEN, own, refused(OTHER));
}

//! Rules for the change as a whole: founding, size, atomicity, who acts for whom.

use okr_core::admit::{Verdict, admit};
use okr_core::authorize::Refusal;
use okr_core::change::Change;
use okr_core::event::{
    CycleEvent, Event, ObjectiveEdit, ObjectiveEvent, OrgEvent, PersonEvent, TeamEvent,
};
use okr_core::id::{EntityId, OrgId};
use okr_core::rejection::Rejection;
use okr_core::value::{Role, Source};
use okr_core::{Timestamp, event};
use okr_testkit::sample::{
    ANA, BEN, CAI, ORG, change_id, context, cycle_id, edit, founding, name, new_cycle,
    new_objective, new_org, new_team, objective_id, person_id, slug, team_id,
};
use okr_testkit::scenario::{Scenario, never};

use crate::world::{
    OBJECTIVE, TEAM, conflict, not_permitted, objective, planned, team, unknown_reference,
};

#[test]
fn the_first_change_founds_the_organisation_and_adds_its_author() {
    Scenario::empty().admits(ANA, founding(new_org(), ANA));
}

#[test]
fn the_founding_change_may_go_on() {
    let mut events = founding(new_org(), ANA);
    events.push(Event::Person(BEN, PersonEvent::Added(Role::Member)));
    events.push(Event::Cycle(cycle_id(1), CycleEvent::Created(new_cycle())));
    Scenario::empty().admits(ANA, events.clone());

    events.push(Event::Person(BEN, PersonEvent::Added(Role::Member)));
    assert_eq!(
        Scenario::empty().judged(ANA, events),
        Verdict::Rejected(Rejection::AlreadyExists {
            subject: BEN.into()
        })
    );
}

#[test]
fn nothing_else_can_be_first() {
    let created = Event::Org(ORG, OrgEvent::Created(new_org()));
    let admin = |person| Event::Person(person, PersonEvent::Added(Role::Admin));
    let other = OrgId::new(person_id(1).uuid());
    let attempts = [
        vec![created.clone()],
        vec![admin(ANA), created.clone()],
        vec![created.clone(), admin(BEN)],
        vec![
            created,
            Event::Person(ANA, PersonEvent::Added(Role::Member)),
        ],
        vec![Event::Org(other, OrgEvent::Created(new_org())), admin(ANA)],
        vec![Event::Cycle(cycle_id(1), CycleEvent::Created(new_cycle()))],
    ];
    for events in attempts {
        let verdict = Scenario::empty().judged(ANA, events.clone());
        assert_eq!(
            verdict,
            Verdict::Rejected(Rejection::NoOrganisation),
            "{events:?}"
        );
    }
}

#[test]
fn an_organisation_is_founded_once() {
    let verdict = Scenario::founded().judged(ANA, founding(new_org(), ANA));
    assert_eq!(
        verdict,
        Verdict::Rejected(Rejection::AlreadyExists {
            subject: ORG.into()
        })
    );
}

#[test]
fn a_change_for_another_organisation_is_refused() {
    let other = OrgId::new(person_id(1).uuid());
    let change = change(vec![team(TeamEvent::Archived)]);
    let verdict = never(admit(planned().view(), &context(ANA), other, &change));
    assert_eq!(
        verdict,
        Verdict::Rejected(Rejection::UnknownSubject {
            subject: EntityId::Org(other)
        })
    );
}

#[test]
fn a_change_has_at_least_one_event_and_at_most_500() {
    let scenario = planned();
    assert_eq!(
        scenario.judged(BEN, []),
        Verdict::Rejected(Rejection::EmptyChange)
    );
    let teams = |count| {
        (0..count).map(|number| {
            Event::Team(
                team_id(number + 10),
                TeamEvent::Created(new_team("another")),
            )
        })
    };
    scenario.admits(BEN, teams(500));
    assert_eq!(
        scenario.judged(BEN, teams(501)),
        Verdict::Rejected(Rejection::Limit {
            subject: None,
            what: "events in a change",
            limit: 500,
            given: 501,
        })
    );
}

#[test]
fn each_event_is_judged_on_the_state_that_the_ones_before_it_leave() {
    let rename = |from, to| {
        let edit = edit(slug(from), slug(to));
        objective(ObjectiveEvent::Edited(ObjectiveEdit::Slug(edit)))
    };
    planned().admits(BEN, [rename("fast", "faster"), rename("faster", "fastest")]);
    assert_eq!(
        planned().judged(BEN, [rename("fast", "faster"), rename("fast", "fastest")]),
        Verdict::Rejected(conflict(OBJECTIVE, "slug", ["fast", "fastest", "faster"]))
    );
}

#[test]
fn one_refused_event_refuses_the_change() {
    let good = Event::Objective(
        objective_id(2),
        ObjectiveEvent::Created(new_objective("second")),
    );
    let bad = Event::Objective(
        objective_id(3),
        ObjectiveEvent::Created(event::NewObjective {
            cycle: cycle_id(9),
            ..new_objective("third")
        }),
    );
    assert_eq!(
        planned().judged(BEN, [good, bad]),
        Verdict::Rejected(unknown_reference(objective_id(3), "cycle", cycle_id(9)))
    );
}

#[test]
fn a_change_is_already_so_only_when_all_of_it_is() {
    let scenario = planned().given([team(TeamEvent::MemberAdded(BEN))]);
    let member = team(TeamEvent::MemberAdded(BEN));
    let another = team(TeamEvent::MemberAdded(CAI));
    assert_eq!(
        scenario.judged(ANA, [member.clone(), member.clone()]),
        Verdict::AlreadySo
    );
    assert_eq!(scenario.judged(ANA, [member, another]), Verdict::Admitted);
}

#[test]
fn people_act_for_others_only_through_imports_and_automations() {
    let rename = || {
        let edit = edit(name("platform"), name("Platform"));
        team(TeamEvent::Edited(event::TeamEdit::Name(edit)))
    };
    let refused = |refusal| {
        Verdict::Rejected(Rejection::NotPermitted {
            subject: None,
            refusal,
        })
    };
    let by = |source, author, person| {
        planned()
            .from_source(source, Some(person))
            .judged(author, [rename()])
    };
    assert_eq!(
        by(Source::Human, ANA, BEN),
        refused(Refusal::OnBehalfOfByHand)
    );
    assert_eq!(
        by(Source::Import, CAI, BEN),
        refused(Refusal::OnBehalfOfNeedsAdmin)
    );
    assert_eq!(by(Source::Import, ANA, BEN), Verdict::Admitted);
    assert_eq!(by(Source::Automation, CAI, BEN), Verdict::Admitted);
    assert_eq!(
        by(Source::Import, ANA, person_id(1)),
        Verdict::Rejected(unknown_reference(
            ANA,
            "person on whose behalf it was done",
            person_id(1)
        ))
    );
}

#[test]
fn strangers_leavers_and_viewers_write_nothing() {
    let rename = || {
        let edit = edit(name("platform"), name("Platform"));
        team(TeamEvent::Edited(event::TeamEdit::Name(edit)))
    };
    let scenario = planned().given([Event::Person(CAI, PersonEvent::Deactivated)]);
    for (author, refusal) in [
        (person_id(1), Refusal::UnknownAuthor),
        (CAI, Refusal::InactiveAuthor),
        (okr_testkit::sample::VIC, Refusal::Viewer),
    ] {
        scenario.refuses(author, rename(), not_permitted(TEAM, refusal));
    }
    scenario.admits(BEN, [rename()]);
}

fn change(events: Vec<Event>) -> Change {
    Change {
        id: change_id(1),
        authored_at: Timestamp::UNIX_EPOCH,
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        events,
    }
}

//! Decisions: commands become exactly the events that make the difference.

use std::collections::BTreeSet;

use okr_core::decide::{
    CheckInPatch, Command, CyclePatch, KeyResultPatch, ObjectivePatch, OrgPatch, TeamPatch,
};
use okr_core::event::{
    CheckInEdit, CheckInEvent, CycleEdit, CycleEvent, Event, KeyResultEdit, KeyResultEvent,
    ObjectiveEdit, ObjectiveEvent, OrgEdit, OrgEvent, PersonEvent, TeamEdit, TeamEvent,
};
use okr_core::rejection::Rejection;
use okr_core::value::{AmendmentCategory, CadenceDays, Role};
use okr_testkit::sample::{
    ANA, BEN, CAI, ORG, check_in_id, confidence, cycle_id, edit, key_result_id, metric, name,
    new_check_in, new_cycle, new_key_result, new_objective, new_org, new_team, objective_id,
    person_id, slug, team_id, text, title, value,
};
use okr_testkit::scenario::Scenario;

use crate::world::{
    CHECK_IN, CYCLE, KEY_RESULT, OBJECTIVE, TEAM, check_in, cycle, cycle_closed, key_result,
    objective, open, planned, team, unknown_subject,
};

#[test]
fn an_organisation_is_founded_by_two_commands() {
    Scenario::empty()
        .when(
            ANA,
            [
                Command::CreateOrg {
                    id: ORG,
                    new: new_org(),
                },
                Command::AddPerson {
                    id: ANA,
                    role: Role::Admin,
                },
            ],
        )
        .then(okr_testkit::sample::founding(new_org(), ANA));
}

#[test]
fn without_an_organisation_there_is_nothing_to_edit() {
    Scenario::empty()
        .when(ANA, [Command::SetOrg(OrgPatch::default())])
        .then_rejected(Rejection::NoOrganisation);
}

#[test]
fn a_patch_becomes_one_edit_for_each_field_that_differs() {
    let patch = OrgPatch {
        name: Some(name("Acme")),
        reason_after_commitment: Some(false),
        cadence: Some(CadenceDays::WEEKLY),
        ..OrgPatch::default()
    };
    let edit = OrgEdit::ReasonAfterCommitment(edit(true, false));
    planned()
        .when(ANA, [Command::SetOrg(patch)])
        .then([Event::Org(ORG, OrgEvent::Edited(edit))]);
}

#[test]
fn a_patch_without_differences_does_nothing() {
    planned()
        .when(
            BEN,
            [Command::SetTeam {
                id: TEAM,
                patch: TeamPatch::default(),
            }],
        )
        .then_nothing();
    let same = ObjectivePatch {
        slug: Some(slug("fast")),
        ..ObjectivePatch::default()
    };
    planned()
        .when(
            BEN,
            [Command::SetObjective {
                id: OBJECTIVE,
                patch: Box::new(same),
            }],
        )
        .then_nothing();
}

#[test]
fn a_patch_can_clear_a_field() {
    let patch = ObjectivePatch {
        team: Some(None),
        ..ObjectivePatch::default()
    };
    planned()
        .when(
            BEN,
            [Command::SetObjective {
                id: OBJECTIVE,
                patch: Box::new(patch),
            }],
        )
        .then([objective(ObjectiveEvent::Edited(ObjectiveEdit::Team(
            edit(Some(TEAM), None),
        )))]);
}

#[test]
fn people_teams_and_cycles_have_their_patches() {
    let leads = BTreeSet::from([ANA]);
    let commands = [
        Command::SetRole {
            id: BEN,
            role: Role::Viewer,
        },
        Command::SetTeam {
            id: TEAM,
            patch: TeamPatch {
                leads: Some(leads.clone()),
                ..TeamPatch::default()
            },
        },
        Command::SetCycle {
            id: CYCLE,
            patch: CyclePatch {
                name: Some(name("autumn")),
                ..CyclePatch::default()
            },
        },
    ];
    let role = PersonEvent::RoleChanged {
        from: Role::Member,
        to: Role::Viewer,
    };
    let leads = TeamEdit::Leads(edit(BTreeSet::from([CAI]), leads));
    let renamed = CycleEdit::Name(edit(name("2026-Q4"), name("autumn")));
    planned().when(ANA, commands).then([
        Event::Person(BEN, role),
        team(TeamEvent::Edited(leads)),
        cycle(CycleEvent::Edited(renamed)),
    ]);
}

#[test]
fn key_results_and_check_ins_have_their_patches() {
    let reworked = KeyResultPatch {
        title: Some(title("p99")),
        order: Some(2),
        ..KeyResultPatch::default()
    };
    let corrected = CheckInPatch {
        value: Some(value("12")),
        confidence: Some(Some(confidence(4))),
        ..CheckInPatch::default()
    };
    let commands = [
        Command::SetKeyResult {
            id: KEY_RESULT,
            patch: Box::new(reworked),
        },
        Command::CorrectCheckIn {
            id: CHECK_IN,
            patch: corrected,
        },
    ];
    let edits = [
        KeyResultEdit::Title(edit(title("latency"), title("p99"))),
        KeyResultEdit::Order(edit(0, 2)),
    ];
    let corrections = [
        CheckInEdit::Value(edit(value("10"), value("12"))),
        CheckInEdit::Confidence(edit(None, Some(confidence(4)))),
    ];
    let edits = edits.map(|edit| key_result(KeyResultEvent::Edited(edit)));
    let corrections = corrections.map(|edit| check_in(CheckInEvent::Corrected(edit)));
    planned()
        .when(BEN, commands)
        .then(edits.into_iter().chain(corrections));
}

#[test]
fn new_things_are_made_in_one_go_each_on_the_one_before() {
    let new = || new_objective("second");
    planned()
        .when(
            BEN,
            [
                Command::AddTeam {
                    id: team_id(2),
                    new: new_team("search"),
                },
                Command::AddCycle {
                    id: cycle_id(2),
                    new: new_cycle(),
                },
                Command::AddObjective {
                    id: objective_id(2),
                    new: Box::new(new()),
                },
                Command::AddKeyResult {
                    id: key_result_id(2),
                    new: Box::new(new_key_result(objective_id(2), "first")),
                },
                Command::RecordCheckIn {
                    id: check_in_id(2),
                    new: new_check_in(key_result_id(2), value("1")),
                },
                Command::SetKeyResult {
                    id: key_result_id(2),
                    patch: Box::new(KeyResultPatch {
                        measure: Some(metric("0", "50")),
                        ..KeyResultPatch::default()
                    }),
                },
            ],
        )
        .then([
            Event::Team(team_id(2), TeamEvent::Created(new_team("search"))),
            Event::Cycle(cycle_id(2), CycleEvent::Created(new_cycle())),
            Event::Objective(objective_id(2), ObjectiveEvent::Created(new())),
            Event::KeyResult(
                key_result_id(2),
                KeyResultEvent::Created(new_key_result(objective_id(2), "first")),
            ),
            Event::CheckIn(
                check_in_id(2),
                CheckInEvent::Recorded(new_check_in(key_result_id(2), value("1"))),
            ),
            Event::KeyResult(
                key_result_id(2),
                KeyResultEvent::Edited(KeyResultEdit::Measure(edit(
                    metric("0", "100"),
                    metric("0", "50"),
                ))),
            ),
        ]);
}

#[test]
fn what_is_so_already_is_left_out_of_the_change() {
    planned()
        .given([team(TeamEvent::MemberAdded(BEN))])
        .when(
            ANA,
            [
                Command::AddTeamMember {
                    team: TEAM,
                    person: BEN,
                },
                Command::AddTeamMember {
                    team: TEAM,
                    person: CAI,
                },
            ],
        )
        .then([team(TeamEvent::MemberAdded(CAI))]);
    open().when(ANA, [Command::OpenCycle(CYCLE)]).then_nothing();
}

#[test]
fn a_patch_of_something_unknown_is_refused() {
    planned()
        .when(
            BEN,
            [Command::SetKeyResult {
                id: key_result_id(9),
                patch: Box::default(),
            }],
        )
        .then_rejected(unknown_subject(key_result_id(9)));
    planned()
        .when(
            ANA,
            [Command::SetRole {
                id: person_id(9),
                role: Role::Admin,
            }],
        )
        .then_rejected(unknown_subject(person_id(9)));
}

#[test]
fn the_rules_have_the_last_word() {
    let retitle = || Command::SetObjective {
        id: OBJECTIVE,
        patch: Box::new(ObjectivePatch {
            title: Some(title("faster")),
            ..ObjectivePatch::default()
        }),
    };
    open()
        .given([cycle(CycleEvent::Closed)])
        .when(BEN, [retitle()])
        .then_rejected(cycle_closed(OBJECTIVE));
    let edited = ObjectiveEdit::Title(edit(title("fast"), title("faster")));
    open()
        .because("clearer")
        .amending(AmendmentCategory::Correction)
        .when(BEN, [retitle()])
        .then([objective(ObjectiveEvent::Edited(edited))]);
}

#[test]
fn a_creation_under_a_taken_id_is_refused_even_if_it_says_the_same() {
    planned()
        .when(
            BEN,
            [Command::AddCycle {
                id: CYCLE,
                new: new_cycle(),
            }],
        )
        .then_rejected(Rejection::AlreadyExists {
            subject: CYCLE.into(),
        });
}

#[test]
fn a_draft_is_published_by_a_command() {
    let draft = okr_core::event::NewObjective {
        draft: true,
        ..new_objective("second")
    };
    let event = |event| Event::Objective(objective_id(2), event);
    planned()
        .given([event(ObjectiveEvent::Created(draft))])
        .when(BEN, [Command::PublishObjective(objective_id(2))])
        .then([event(ObjectiveEvent::Published)]);
}

#[test]
fn reason_and_provenance_come_from_the_proposal() {
    planned()
        .because("typed twice")
        .when(BEN, [Command::RetractCheckIn(CHECK_IN)])
        .then([check_in(CheckInEvent::Retracted)]);
    let note = CheckInPatch {
        note: Some(Some(text("more"))),
        ..CheckInPatch::default()
    };
    planned()
        .from_source(okr_core::value::Source::Import, Some(BEN))
        .when(
            BEN,
            [Command::CorrectCheckIn {
                id: CHECK_IN,
                patch: note,
            }],
        )
        .then_rejected(Rejection::NotPermitted {
            subject: None,
            refusal: okr_core::authorize::Refusal::OnBehalfOfNeedsAdmin,
        });
}

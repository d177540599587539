//! Decisions about steps: each command is one event, each after the one before.

use okr_core::decide::Command;
use okr_core::event::{CycleEvent, Event, KeyResultEvent, ObjectiveEvent, PersonEvent, TeamEvent};
use okr_testkit::sample::{ANA, BEN, CAI, score, tag};

use crate::world::{
    CYCLE, KEY_RESULT, OBJECTIVE, TEAM, cycle, key_result, objective, planned, team,
};

fn walk(steps: impl IntoIterator<Item = (Command, Event)>) {
    let mut scenario = planned();
    for (command, event) in steps {
        scenario = scenario.when(ANA, [command]).then([event]).and();
    }
}

#[test]
fn every_step_of_teams_people_and_cycles_has_its_command() {
    walk([
        (Command::ArchiveTeam(TEAM), team(TeamEvent::Archived)),
        (Command::RestoreTeam(TEAM), team(TeamEvent::Restored)),
        (
            Command::AddTeamMember {
                team: TEAM,
                person: BEN,
            },
            team(TeamEvent::MemberAdded(BEN)),
        ),
        (
            Command::RemoveTeamMember {
                team: TEAM,
                person: BEN,
            },
            team(TeamEvent::MemberRemoved(BEN)),
        ),
        (
            Command::DeactivatePerson(CAI),
            Event::Person(CAI, PersonEvent::Deactivated),
        ),
        (
            Command::ReactivatePerson(CAI),
            Event::Person(CAI, PersonEvent::Reactivated),
        ),
        (Command::OpenCycle(CYCLE), cycle(CycleEvent::Opened)),
        (Command::CloseCycle(CYCLE), cycle(CycleEvent::Closed)),
        (Command::ReopenCycle(CYCLE), cycle(CycleEvent::Reopened)),
    ]);
}

#[test]
fn every_step_of_objectives_has_its_command() {
    walk([
        (
            Command::TagObjective {
                id: OBJECTIVE,
                tag: tag("a"),
            },
            objective(ObjectiveEvent::Tagged(tag("a"))),
        ),
        (
            Command::UntagObjective {
                id: OBJECTIVE,
                tag: tag("a"),
            },
            objective(ObjectiveEvent::Untagged(tag("a"))),
        ),
        (
            Command::CloseObjective {
                id: OBJECTIVE,
                score: score("0.5"),
                reflection: None,
            },
            objective(ObjectiveEvent::Closed {
                score: score("0.5"),
                reflection: None,
            }),
        ),
        (
            Command::ReopenObjective(OBJECTIVE),
            objective(ObjectiveEvent::Reopened),
        ),
        (
            Command::AbandonObjective(OBJECTIVE),
            objective(ObjectiveEvent::Abandoned),
        ),
        (
            Command::ArchiveObjective(OBJECTIVE),
            objective(ObjectiveEvent::Archived),
        ),
        (
            Command::RestoreObjective(OBJECTIVE),
            objective(ObjectiveEvent::Restored),
        ),
    ]);
}

#[test]
fn every_step_of_key_results_has_its_command() {
    walk([
        (
            Command::TagKeyResult {
                id: KEY_RESULT,
                tag: tag("a"),
            },
            key_result(KeyResultEvent::Tagged(tag("a"))),
        ),
        (
            Command::UntagKeyResult {
                id: KEY_RESULT,
                tag: tag("a"),
            },
            key_result(KeyResultEvent::Untagged(tag("a"))),
        ),
        (
            Command::CloseKeyResult {
                id: KEY_RESULT,
                score: score("0.5"),
            },
            key_result(KeyResultEvent::Closed {
                score: score("0.5"),
            }),
        ),
        (
            Command::ReopenKeyResult(KEY_RESULT),
            key_result(KeyResultEvent::Reopened),
        ),
        (
            Command::AbandonKeyResult(KEY_RESULT),
            key_result(KeyResultEvent::Abandoned),
        ),
        (
            Command::ArchiveKeyResult(KEY_RESULT),
            key_result(KeyResultEvent::Archived),
        ),
        (
            Command::RestoreKeyResult(KEY_RESULT),
            key_result(KeyResultEvent::Restored),
        ),
    ]);
}

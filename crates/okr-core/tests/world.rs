//! What most rules are tried on: one cycle, one team, one objective, one key result, one check-in.

use std::collections::BTreeSet;

use okr_core::authorize::Refusal;
use okr_core::event::{
    CheckInEvent, CycleEvent, Event, KeyResultEvent, NewCheckIn, NewKeyResult, NewObjective,
    NewOrg, NewTeam, ObjectiveEvent, TeamEvent,
};
use okr_core::id::{CheckInId, CycleId, EntityId, KeyResultId, ObjectiveId, TeamId};
use okr_core::rejection::Rejection;
use okr_core::value::EditPolicy;
use okr_testkit::sample::{
    CAI, check_in_id, cycle_id, key_result_id, name, new_check_in, new_cycle, new_key_result,
    new_objective, new_org, new_team, objective_id, score, team_id, value,
};
use okr_testkit::scenario::Scenario;

pub(crate) const CYCLE: CycleId = cycle_id(1);
pub(crate) const TEAM: TeamId = team_id(1);
pub(crate) const OBJECTIVE: ObjectiveId = objective_id(1);
pub(crate) const KEY_RESULT: KeyResultId = key_result_id(1);
pub(crate) const CHECK_IN: CheckInId = check_in_id(1);

/// A planned cycle; Cai leads the team; everything else is Ben's.
pub(crate) fn planned() -> Scenario {
    planned_as(new_org())
}

/// The same, where only stewards may edit.
pub(crate) fn stewarded() -> Scenario {
    planned_as(NewOrg {
        edit_policy: EditPolicy::Stewards,
        ..new_org()
    })
}

fn planned_as(org: NewOrg) -> Scenario {
    Scenario::founded_as(org).given([
        team(TeamEvent::Created(NewTeam {
            leads: BTreeSet::from([CAI]),
            ..new_team("platform")
        })),
        cycle(CycleEvent::Created(new_cycle())),
        objective(ObjectiveEvent::Created(NewObjective {
            team: Some(TEAM),
            ..new_objective("fast")
        })),
        key_result(KeyResultEvent::Created(first_key_result())),
        check_in(CheckInEvent::Recorded(first_check_in())),
    ])
}

/// The cycle has begun: everything is committed.
pub(crate) fn open() -> Scenario {
    planned().given([cycle(CycleEvent::Opened)])
}

/// The cycle has ended.
pub(crate) fn closed() -> Scenario {
    open().given([cycle(CycleEvent::Closed)])
}

pub(crate) fn first_key_result() -> NewKeyResult {
    new_key_result(OBJECTIVE, "latency")
}

pub(crate) fn first_check_in() -> NewCheckIn {
    new_check_in(KEY_RESULT, value("10"))
}

pub(crate) const fn team(event: TeamEvent) -> Event {
    Event::Team(TEAM, event)
}

pub(crate) const fn cycle(event: CycleEvent) -> Event {
    Event::Cycle(CYCLE, event)
}

pub(crate) const fn objective(event: ObjectiveEvent) -> Event {
    Event::Objective(OBJECTIVE, event)
}

pub(crate) const fn key_result(event: KeyResultEvent) -> Event {
    Event::KeyResult(KEY_RESULT, event)
}

pub(crate) const fn check_in(event: CheckInEvent) -> Event {
    Event::CheckIn(CHECK_IN, event)
}

pub(crate) fn objective_closed() -> Event {
    objective(ObjectiveEvent::Closed {
        score: score("0.7"),
        reflection: None,
    })
}

pub(crate) fn key_result_closed() -> Event {
    key_result(KeyResultEvent::Closed {
        score: score("0.7"),
    })
}

pub(crate) fn conflict(
    subject: impl Into<EntityId>,
    field: &'static str,
    [from, to, current]: [&str; 3],
) -> Rejection {
    Rejection::Conflict {
        subject: subject.into(),
        field,
        from: from.to_owned(),
        to: to.to_owned(),
        current: current.to_owned(),
    }
}

pub(crate) fn not_permitted(subject: impl Into<EntityId>, refusal: Refusal) -> Rejection {
    Rejection::NotPermitted {
        subject: Some(subject.into()),
        refusal,
    }
}

pub(crate) fn wrong_state(
    subject: impl Into<EntityId>,
    state: &'static str,
    action: &'static str,
) -> Rejection {
    Rejection::WrongState {
        subject: subject.into(),
        state,
        action,
    }
}

pub(crate) fn cycle_closed(subject: impl Into<EntityId>) -> Rejection {
    Rejection::CycleClosed {
        subject: subject.into(),
        cycle: CYCLE,
        name: name("2026-Q4"),
    }
}

pub(crate) fn unknown_subject(subject: impl Into<EntityId>) -> Rejection {
    Rejection::UnknownSubject {
        subject: subject.into(),
    }
}

pub(crate) fn unknown_reference(
    subject: impl Into<EntityId>,
    field: &'static str,
    reference: impl Into<EntityId>,
) -> Rejection {
    Rejection::UnknownReference {
        subject: subject.into(),
        field,
        reference: reference.into(),
    }
}

pub(crate) fn already_exists(subject: impl Into<EntityId>) -> Rejection {
    Rejection::AlreadyExists {
        subject: subject.into(),
    }
}

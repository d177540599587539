//! How a quarter ended, with whatever people wrote.

use okr_core::entity::{self, KeyResult};
use okr_core::event::{CycleEvent, KeyResultEvent, ObjectiveEvent};
use okr_core::id::EntityId;
use okr_core::progress::{Basis, Progress, Suggestion};
use okr_core::status::Status;
use okr_core::value::{AmendmentCategory, CadenceDays, CommentKind};
use okr_testkit::sample::{
    BEN, TODAY, change_id, comment_id, cycle_id, key_result_id, metric, new_cycle, new_key_result,
    new_objective, objective_id, score, slug, text, title, value,
};

use crate::chart::tests::sample::{fast, request};
use crate::reports::{
    Axis, Cycle, Decision, Deed, Discipline, Final, Frame, Goal, KeyResultFinal, Lineage, Name,
    Objective, ObjectiveFinal, Report, Said, Scope, State, Step,
};

pub(crate) fn named(reference: &str, title: &str) -> Name {
    Name {
        reference: reference.to_owned(),
        title: title.to_owned(),
    }
}

/// Makes the facts of an open quarter with so many objectives, in which people wrote `theirs`.
pub(crate) fn quarter(objectives: u32, theirs: &str) -> Final {
    let cycle = entity::Cycle::evolve(None, cycle_id(1), &CycleEvent::Created(new_cycle()));
    Final {
        frame: Frame {
            organisation: Some(theirs.to_owned()),
            scope: Scope::Organisation,
            state: State {
                at: TODAY.at(10, 0, 0, 0),
                zone: "Europe/Oslo".to_owned(),
                axis: Axis::Recorded,
                change: Some("9c41f0e7".to_owned()),
                position: Some(12),
                pending: 0,
                today: TODAY,
                judged: None,
            },
            command: "okr present 2026-Q4 --at 9c41f0e7".to_owned(),
        },
        cycle: Some(Cycle {
            cycle: cycle.unwrap(),
            cadence: CadenceDays::new(7).unwrap(),
            week: Some((8, 14)),
            progress: Some(Progress::ONE),
            original: None,
            expected: Progress::ONE,
            teams: Vec::new(),
        }),
        objectives: (1..=objectives)
            .map(|number| objective(number, theirs))
            .collect(),
        decisions: vec![decision(Deed::Added, false, theirs), moved(theirs)],
        recognition: Vec::new(),
        feedback: Vec::new(),
        vitals: Vec::new(),
        discipline: Discipline::default(),
    }
}

/// Makes what Ben said about a thing of somebody else.
pub(crate) fn said(kind: CommentKind, (subject, about): (EntityId, &str), text: &str) -> Said {
    Said {
        id: comment_id(1),
        kind,
        day: TODAY,
        person: BEN,
        by: named("@ben", "Ben"),
        subject,
        about: named(about, text),
        address: about.to_owned(),
        owner: None,
        text: text.to_owned(),
    }
}

fn moved(theirs: &str) -> Decision {
    let deed = Deed::Measured {
        from: Box::new(metric("480", "150")),
        to: Box::new(metric("480", "200")),
    };
    decision(deed, true, theirs)
}

pub(super) fn decision(deed: Deed, amends: bool, theirs: &str) -> Decision {
    Decision {
        day: TODAY,
        change: change_id(7),
        person: BEN,
        by: named("@ben", theirs),
        category: amends.then_some(AmendmentCategory::ExternalChange),
        reason: Some(theirs.to_owned()),
        amends,
        steps: vec![Step {
            subject: EntityId::KeyResult(key_result_id(1)),
            about: named("api-p99", theirs),
            deed,
        }],
    }
}

fn objective(number: u32, theirs: &str) -> ObjectiveFinal {
    let id = objective_id(number);
    let new = okr_core::event::NewObjective {
        title: title(theirs),
        slug: slug(&format!("fast-{number}")),
        ..new_objective("fast")
    };
    let created = entity::Objective::evolve(None, id, &ObjectiveEvent::Created(new));
    let closed = ObjectiveEvent::Closed {
        score: score("0.7"),
        reflection: Some(text(theirs)),
    };
    let objective = entity::Objective::evolve(created, id, &closed).unwrap();
    ObjectiveFinal {
        objective: Objective {
            objective,
            owner: named("@ben", theirs),
            team: Some(named("platform", theirs)),
            progress: Some(Progress::ONE),
            original: None,
            late_addition: number == 2,
        },
        key_results: vec![key_result(number, theirs)],
        suggested: Some(Suggestion {
            score: score("0.64"),
            basis: Basis::Progress,
        }),
        suggested_original: Some(score("0.51")),
        continues: None,
        continued_by: Vec::new(),
        reviews: Vec::new(),
        course: Some((fast(), request())),
    }
}

fn key_result(number: u32, theirs: &str) -> KeyResultFinal {
    let new = okr_core::event::NewKeyResult {
        title: title(theirs),
        measure: metric("480", "200"),
        ..new_key_result(objective_id(number), "api-p99")
    };
    let id = key_result_id(number);
    let key_result = KeyResult::evolve(None, id, &KeyResultEvent::Created(new)).unwrap();
    KeyResultFinal {
        goal: Goal {
            reference: key_result.slug.to_string(),
            key_result,
            owner: named("@ben", theirs),
            status: Status::AtRisk,
            latest: Some(Report {
                day: TODAY,
                value: value("312"),
                confidence: None,
                note: None,
                by: named("@ben", theirs),
                late: false,
            }),
            progress: Some(Progress::new(okr_core::Decimal::new(6, 1))),
            original: None,
            original_measure: Some(metric("480", "150")),
            expected: Progress::ONE,
            late_addition: false,
        },
        suggested: score("0.6"),
        suggested_original: Some(score("0.51")),
    }
}

/// Names an objective of the next quarter.
pub(super) fn next_quarter(theirs: &str) -> Lineage {
    Lineage {
        id: objective_id(99),
        objective: named("fast", theirs),
        cycle: "2027-Q1".to_owned(),
        score: None,
    }
}

//! The goals that the tests of the screens are about.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use okr_core::Date;
use okr_core::entity::{Cycle, Entity, KeyResult, Objective, Team};
use okr_core::event::{
    CycleEvent, Event, KeyResultEvent, NewCheckIn, NewKeyResult, NewObjective, NewTeam,
    ObjectiveEvent, TeamEvent,
};
use okr_core::id::{KeyResultId, ObjectiveId, Position};
use okr_core::measure::{Hold, Measure, Metric, Value};
use okr_core::progress::{expected, progress, roll_up};
use okr_core::status::Status;
use okr_core::value::{Source, WeekStart, Weight};
use okr_replica::{
    CheckInFact, CycleStanding, Directory, DirectoryEntry, KeyResultStanding, ObjectiveStanding,
    Place,
};
use okr_testkit::sample::{
    ANA, BEN, TODAY, check_in_id, confidence, cycle_id, metric, name, new_check_in, new_cycle,
    new_key_result, new_objective, new_team, number, slug, team_id, text, title, unit,
};
use uuid::Uuid;

use crate::names::Names;
use crate::when::Clock;

/// Returns Monday 23 November 2026 in Berlin.
pub(crate) fn clock() -> Clock {
    Clock {
        now: "2026-11-23T11:36:00+01:00".parse().unwrap(),
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        week_start: WeekStart::Monday,
    }
}

/// Makes an id that ends as differently as random ones do.
fn scattered(number: u32) -> Uuid {
    let end = u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15) & 0xffff_ffff_ffff;
    Uuid::from_u128((0x019b_76da_a800_7000_8000 << 48) | end)
}

/// Returns the id of the objective with a number.
pub(crate) fn objective_id(number: u32) -> ObjectiveId {
    ObjectiveId::new(scattered(100 + number))
}

/// Returns the id of the key result with a number.
pub(crate) fn key_result_id(number: u32) -> KeyResultId {
    KeyResultId::new(scattered(200 + number))
}

/// Returns the team of the goals.
pub(crate) fn platform() -> Team {
    let new = NewTeam {
        name: name("Platform"),
        ..new_team("platform")
    };
    Team::evolve(None, team_id(1), &TeamEvent::Created(new)).unwrap()
}

/// Returns the names of everybody and everything.
pub(crate) fn names() -> Names {
    let mut directory = Directory::default();
    for (person, handle) in [(ANA, "ana"), (BEN, "ben")] {
        directory.set(DirectoryEntry {
            person,
            handle: handle.to_owned(),
            name: String::new(),
            email: String::new(),
        });
    }
    let mut names = Names::new(directory);
    names.learn(Entity::Team(platform()));
    let standing = standing();
    names.learn(Entity::Cycle(standing.cycle.clone()));
    for objective in standing.objectives {
        names.learn(Entity::Objective(Box::new(objective.objective)));
        for key_result in objective.key_results {
            names.learn(Entity::KeyResult(Box::new(key_result.key_result)));
        }
    }
    names
}

fn in_unit(baseline: &str, target: &str, of: &str) -> Measure {
    match metric(baseline, target) {
        Measure::Metric(metric) => Measure::Metric(Metric {
            unit: Some(unit(of)),
            ..metric
        }),
        other => other,
    }
}

fn fact(id: u32, on: Date, value: &str) -> CheckInFact {
    let new = NewCheckIn {
        effective: on,
        confidence: Some(confidence(6)),
        note: Some(text("waiting for CDN contract")),
        ..new_check_in(key_result_id(id), Value::Number(number(value)))
    };
    let event = okr_core::event::CheckInEvent::Recorded(new);
    let authored_at = TimeZone::UTC.to_timestamp(on.at(8, 58, 0, 0)).unwrap();
    CheckInFact {
        check_in: okr_core::entity::CheckIn::evolve(None, check_in_id(id), &event).unwrap(),
        place: Place::Confirmed {
            position: Position::new(40 + u64::from(id)),
            recorded_at: authored_at,
        },
        author: ANA,
        on_behalf_of: None,
        source: Source::Human,
        authored_at,
        late: false,
        corrected: false,
    }
}

fn key_result(id: u32, objective: u32, what: (&str, &str), measure: Measure) -> KeyResultStanding {
    let new = NewKeyResult {
        slug: slug(what.0),
        title: title(what.1),
        owner: ANA,
        measure,
        ..new_key_result(objective_id(objective), what.0)
    };
    let event = KeyResultEvent::Created(new);
    KeyResultStanding {
        key_result: KeyResult::evolve(None, key_result_id(id), &event).unwrap(),
        latest: None,
        progress: None,
        original: None,
        original_measure: None,
        expected: expected(new_cycle().period, None, None, TODAY),
        status: Status::NoCheckIn,
        late_addition: false,
        zone: None,
        blocker: None,
        pending: false,
    }
}

fn reported(standing: KeyResultStanding, status: Status, fact: CheckInFact) -> KeyResultStanding {
    KeyResultStanding {
        progress: progress(&standing.key_result.measure, &fact.check_in.value),
        latest: Some(fact.into()),
        status,
        ..standing
    }
}

fn objective(id: u32, new: NewObjective, below: Vec<KeyResultStanding>) -> ObjectiveStanding {
    let event = ObjectiveEvent::Created(new);
    let shares = below.iter().map(|one| (Weight::ONE, one.progress));
    ObjectiveStanding {
        progress: roll_up(shares),
        objective: Objective::evolve(None, objective_id(id), &event).unwrap(),
        key_results: below,
        original: None,
        late_addition: false,
        pending: false,
    }
}

fn self_serve() -> Vec<KeyResultStanding> {
    vec![
        reported(
            key_result(
                1,
                1,
                ("signup-rate", "Visitors who sign up"),
                in_unit("4", "7", "%"),
            ),
            Status::AtRisk,
            fact(1, Date::constant(2026, 11, 19), "5.6"),
        ),
        KeyResultStanding {
            late_addition: true,
            pending: true,
            ..key_result(2, 1, ("nps", "Recommend us"), metric("31", "45"))
        },
    ]
}

fn fast() -> Vec<KeyResultStanding> {
    let latency = KeyResultStanding {
        original_measure: Some(in_unit("480", "150", "ms")),
        original: progress(&in_unit("480", "150", "ms"), &Value::Number(number("312"))),
        ..reported(
            key_result(
                3,
                2,
                ("api-p99", "p99 latency of public API"),
                in_unit("480", "200", "ms"),
            ),
            Status::AtRisk,
            fact(3, Date::constant(2026, 11, 20), "312"),
        )
    };
    let hold = Hold::new(None, None, Some(number("1"))).unwrap();
    vec![
        latency,
        reported(
            key_result(4, 2, ("error-budget", "Burn rate"), Measure::Hold(hold)),
            Status::OnTrack,
            fact(4, Date::constant(2026, 11, 21), "0.7"),
        ),
        reported(
            key_result(
                5,
                2,
                ("edge-cache", "Edge cache hit rate"),
                in_unit("62", "90", "%"),
            ),
            Status::OffTrack,
            fact(5, Date::constant(2026, 11, 11), "71"),
        ),
    ]
}

/// Returns two objectives with every kind of key result.
pub(crate) fn standing() -> CycleStanding {
    let new = |slug_text: &str, title_text: &str| NewObjective {
        title: title(title_text),
        slug: slug(slug_text),
        owner: ANA,
        ..new_objective(slug_text)
    };
    let objectives = vec![
        objective(
            1,
            new("self-serve", "Make self-serve the default way to buy"),
            self_serve(),
        ),
        objective(
            2,
            NewObjective {
                team: Some(team_id(1)),
                supports: Some(okr_core::event::Support::Objective(objective_id(1))),
                ..new("fast", "Fast enough to feel instant")
            },
            fast(),
        ),
    ];
    let cycle = Event::Cycle(cycle_id(1), CycleEvent::Created(new_cycle()));
    let shares = |team| {
        let of_team = objectives
            .iter()
            .filter(move |one: &&ObjectiveStanding| one.objective.team == team);
        roll_up(of_team.map(|one| (Weight::ONE, one.progress)))
    };
    CycleStanding {
        cycle: Cycle::evolve(None, cycle_id(1), cycle_event(&cycle)).unwrap(),
        cadence: okr_core::value::CadenceDays::WEEKLY,
        progress: roll_up(objectives.iter().map(|one| (Weight::ONE, one.progress))),
        expected: expected(new_cycle().period, None, None, TODAY),
        teams: BTreeMap::from([
            (None, shares(None)),
            (Some(team_id(1)), shares(Some(team_id(1)))),
        ]),
        objectives,
    }
}

fn cycle_event(event: &Event) -> &CycleEvent {
    match event {
        Event::Cycle(_, event) => event,
        other => panic!("{other:?} is not about a cycle"),
    }
}

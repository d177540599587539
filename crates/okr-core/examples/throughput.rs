//! Measures how many check-ins a second the core judges and takes in, on one thread.
//!
//! `cargo run --release -p okr-core --example throughput` prints three figures: `admit` and `evolve`
//! against a state of 400 key results; `evolve` alone; and both with the result kept in a view in
//! memory that grows to a million check-ins, where the growing of the map dominates. A check-in has
//! a value, a confidence and a note of 44 characters.
#![expect(
    clippy::disallowed_methods,
    reason = "a measurement needs a clock; the library has none"
)]

use std::hint::black_box;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use okr_core::Timestamp;
use okr_core::admit::{Verdict, admit};
use okr_core::change::Change;
use okr_core::entity::Entity;
use okr_core::event::{
    CheckInEvent, CycleEvent, Event, KeyResultEvent, NewCheckIn, ObjectiveEvent,
};
use okr_core::id::{ChangeId, CheckInId, KeyResultId};
use okr_core::value::Source;
use okr_core::view::MemoryView;
use okr_testkit::Random;
use okr_testkit::sample::{
    BEN, ORG, TODAY, confidence, context, cycle_id, key_result_id, new_cycle, new_key_result,
    new_objective, objective_id, text, value,
};
use okr_testkit::scenario::{Scenario, never};

const ROUNDS: u64 = 5;
const CHANGES_PER_ROUND: u32 = 200_000;
const OBJECTIVES: u32 = 100;
const KEY_RESULTS: u32 = 400;

fn main() -> io::Result<()> {
    let base = plan();
    let judged = measure(&base, |view, change| {
        judge(view, change);
        black_box(evolve(change));
    });
    let evolved = measure(&base, |_, change| {
        black_box(evolve(change));
    });
    let kept = measure(&base, |view, change| {
        judge(view, change);
        view.apply(change);
    });
    let mut out = io::stdout().lock();
    writeln!(out, "admit + evolve               {judged:>9} changes/s")?;
    writeln!(out, "evolve alone                 {evolved:>9} changes/s")?;
    writeln!(out, "admit + evolve, all kept     {kept:>9} changes/s")
}

fn judge(view: &MemoryView, change: &Change) {
    let verdict = never(admit(view, &context(BEN), ORG, change));
    assert_eq!(verdict, Verdict::Admitted);
}

fn evolve(change: &Change) -> Option<Entity> {
    Entity::evolve(None, change.events.first()?)
}

/// Returns a state with an open cycle, objectives and key results.
fn plan() -> MemoryView {
    let cycle = cycle_id(1);
    let objectives = (0..OBJECTIVES).map(|number| {
        let event = ObjectiveEvent::Created(new_objective("fast"));
        Event::Objective(objective_id(number), event)
    });
    let key_results = (0..KEY_RESULTS).map(|number| {
        let new = new_key_result(objective_id(number % OBJECTIVES), "latency");
        Event::KeyResult(key_result_id(number), KeyResultEvent::Created(new))
    });
    Scenario::founded()
        .given([
            Event::Cycle(cycle, CycleEvent::Created(new_cycle())),
            Event::Cycle(cycle, CycleEvent::Opened),
        ])
        .given(objectives)
        .given(key_results)
        .view()
        .clone()
}

/// Returns how many changes a second a step takes in; making them is not counted.
fn measure(base: &MemoryView, step: impl Fn(&mut MemoryView, &Change)) -> u128 {
    let mut view = base.clone();
    let mut spent = Duration::ZERO;
    for round in 0..ROUNDS {
        let changes = changes(round);
        let begin = Instant::now();
        for change in &changes {
            step(&mut view, change);
        }
        spent += begin.elapsed();
    }
    let count = u128::from(ROUNDS) * u128::from(CHANGES_PER_ROUND);
    count * 1_000_000 / spent.as_micros().max(1)
}

fn changes(seed: u64) -> Vec<Change> {
    let mut random = Random::new(seed);
    let note = text("CDN contract signed, half of the traffic moved");
    (0..CHANGES_PER_ROUND)
        .map(|number| Change {
            id: ChangeId::new(random.uuid(u64::from(number))),
            authored_at: Timestamp::UNIX_EPOCH,
            on_behalf_of: None,
            source: Source::Human,
            reason: None,
            amendment: None,
            events: vec![Event::CheckIn(
                CheckInId::new(random.uuid(u64::from(number))),
                CheckInEvent::Recorded(NewCheckIn {
                    key_result: some_key_result(&mut random),
                    effective: TODAY,
                    value: value("42.5"),
                    confidence: Some(confidence(7)),
                    note: Some(note.clone()),
                    blocker: None,
                }),
            )],
        })
        .collect()
}

fn some_key_result(random: &mut Random) -> KeyResultId {
    let limit = usize::try_from(KEY_RESULTS).expect("400 is a small number");
    let number = u32::try_from(random.below(limit)).expect("below 400");
    key_result_id(number)
}

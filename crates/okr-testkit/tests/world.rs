//! Many worlds, each from its seed: honest ones, the same one twice, and ones with a planted fault.

use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use okr_testkit::world::{Failure, Faults, Plan, Tally, run};

/// Enough for clashes, crashes and a queue; few enough for hundreds of worlds in a test.
const STEPS: usize = 20;
/// How many honest worlds a test runs; `examples/world.rs` runs as many as one likes.
const WORLDS: u64 = 200;
/// Seeds and steps of worlds in which something was wrong once.
const KEPT: &[(u64, usize)] = &[
    // An old conflict would fit again, so the auditor took an edit that was already so for a lost one.
    (30_489, 100),
];
/// In how many worlds a planted fault must have shown.
const ENOUGH: u64 = 150;

fn plan(faults: Faults) -> Plan {
    Plan {
        steps: STEPS,
        faults,
    }
}

/// Runs the worlds from the next seed on until there are none left.
fn run_worlds(next: &AtomicU64) -> Tally {
    let mut tally = Tally::default();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= WORLDS {
            return tally;
        }
        match run(seed, &plan(Faults::NONE)) {
            Ok(ended) => tally.add(&ended.tally),
            Err(failure) => panic!("{failure}"),
        }
    }
}

#[test]
fn nothing_is_wrong_in_hundreds_of_worlds() {
    let next = AtomicU64::new(0);
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| run_worlds(&next)))
            .collect();
        for worker in workers {
            tally.add(&worker.join().unwrap());
        }
    });
    // A world in which nothing happens would be right, too.
    assert!(tally.accepted > 10 * WORLDS, "{tally:?}");
    for count in [
        tally.broken,
        tally.lost,
        tally.device_crashes,
        tally.server_crashes,
        tally.conflicts,
    ] {
        assert!(count > WORLDS / 4, "{tally:?}");
    }
    assert!(tally.already_so > 10 && tally.decided > 5, "{tally:?}");
}

#[test]
fn worlds_in_which_something_was_wrong_stay_right() {
    for (seed, steps) in KEPT {
        let plan = Plan {
            steps: *steps,
            faults: Faults::NONE,
        };
        if let Err(failure) = run(*seed, &plan) {
            panic!("{failure}");
        }
    }
}

#[test]
fn a_seed_makes_the_same_world_each_time() {
    let mut traces = Vec::new();
    for seed in 1000..1008 {
        let first = run(seed, &plan(Faults::NONE)).unwrap();
        let second = run(seed, &plan(Faults::NONE)).unwrap();
        assert_eq!(first.lines, second.lines);
        assert_eq!(first.trace, second.trace);
        traces.push(first.trace);
    }
    traces.sort_unstable();
    traces.dedup();
    assert_eq!(traces.len(), 8, "another seed makes another world");
}

/// Looks for the first world in which a planted fault shows, and by which invariant it does.
fn caught(name: &str, expected: &[&str]) {
    let faults = Faults::named(name).unwrap();
    let failure = (0..ENOUGH).find_map(|seed| run(seed, &plan(faults)).err());
    let failure = failure.unwrap_or_else(|| panic!("{name} shows in none of {ENOUGH} worlds"));
    assert!(expected.contains(&failure.violation.name()), "{failure}");
    let again = run(failure.seed, &failure.plan).unwrap_err();
    let facts = |failure: &Failure| (failure.trace, failure.step, failure.violation.clone());
    assert_eq!(facts(&again), facts(&failure), "it replays exactly");
    let command = failure.command();
    let seeds = format!("--seeds {}..{} ", failure.seed, failure.seed + 1);
    assert!(
        command.contains(&seeds) && command.contains(name),
        "{command}"
    );
}

macro_rules! faults_are_caught {
    ($($test:ident: $name:literal by $($expected:literal)|+;)+) => {$(
        #[test]
        fn $test() {
            caught($name, &[$($expected),+]);
        }
    )+};
}

faults_are_caught! {
    a_server_that_forgets_duplicates_is_caught:
        "forget-duplicates" by "duplicate-forgotten" | "accepted-twice";
    a_dropped_conflict_is_caught: "drop-conflicts" by "edit-lost";
    a_change_pushed_under_a_new_id_is_caught: "push-under-new-ids" by "nobody-wrote-it";
    a_durable_group_that_a_crash_loses_is_caught:
        "lose-durable-group" by "acknowledged-vanished" | "history-rewritten";
    a_pull_that_ignores_its_position_is_caught: "ignore-after" by "false-suspicion";
    an_edit_judged_without_what_its_author_saw_is_caught: "ignore-from" by "not-admissible";
    a_clock_that_goes_back_is_caught: "let-time-go-back" by "time-went-back" | "false-suspicion";
    an_author_taken_from_the_message_is_caught: "believe-author" by "other-author";
    records_shown_before_they_are_durable_are_caught:
        "show-early" by "other-history" | "false-suspicion";
    an_edit_that_a_crash_of_its_device_loses_is_caught:
        "lose-newest-edit" by "edit-lost" | "came-from-nowhere";
}

#[test]
fn every_fault_has_a_test() {
    let tests = include_str!("world.rs");
    for (name, faults) in Faults::EACH {
        assert!(tests.contains(&format!("\"{name}\" by")), "{name}");
        assert_eq!(faults.name(), Some(*name));
    }
    assert_eq!(Faults::NONE.name(), None);
}

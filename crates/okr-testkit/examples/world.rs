//! Runs many worlds and prints what happened in them, how fast, and what was wrong.
//!
//! `cargo run --release -p okr-testkit --features world --example world -- --seeds 0..1000 --steps 200`
#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::ops::Range;
use std::process::ExitCode;
use std::time::Instant;

use okr_testkit::world::{Faults, Plan, Tally, run};

/// How to call this program.
const USAGE: &str =
    "usage: world --seeds A..B [--steps N] [--fault NAME] [--trace] (B is not included)";

struct Arguments {
    seeds: Range<u64>,
    plan: Plan,
    trace: bool,
}

fn main() -> ExitCode {
    let Some(arguments) = arguments(std::env::args().skip(1)) else {
        let names: Vec<&str> = Faults::EACH.iter().map(|(name, _)| *name).collect();
        println!("{USAGE}\nfaults: {}", names.join(", "));
        return ExitCode::from(2);
    };
    let began = Instant::now();
    let mut tally = Tally::default();
    let mut failures = 0_u32;
    for seed in arguments.seeds.clone() {
        match run(seed, &arguments.plan) {
            Ok(ended) => {
                if arguments.trace {
                    println!(
                        "{}\nseed {seed}: trace {:016x}",
                        ended.lines.join("\n"),
                        ended.trace
                    );
                }
                tally.add(&ended.tally);
            }
            Err(failure) => {
                if arguments.trace {
                    println!("{}", failure.lines.join("\n"));
                }
                println!("{failure}");
                failures += 1;
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = tally.steps as f64 / seconds;
    let worlds = arguments.seeds.end - arguments.seeds.start;
    println!("{worlds} worlds, {failures} failed, {seconds:.1} s, {rate:.0} steps/s\n{tally:#?}");
    ExitCode::from(u8::from(failures > 0))
}

fn arguments(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut seeds = None;
    let mut trace = false;
    let mut plan = Plan {
        steps: 100,
        faults: Faults::NONE,
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seeds" => {
                let range = words.next()?;
                let (first, end) = range.split_once("..")?;
                seeds = Some(first.parse().ok()?..end.parse().ok()?);
            }
            "--steps" => plan.steps = words.next()?.parse().ok()?,
            "--fault" => plan.faults = Faults::named(&words.next()?)?,
            "--trace" => trace = true,
            _ => return None,
        }
    }
    Some(Arguments {
        seeds: seeds?,
        plan,
        trace,
    })
}

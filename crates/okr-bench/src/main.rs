//! Prints figures of a real `okrd` and `okr` beside baselines measured in the same run.
//!
//! `cargo bench-okr` (an alias) builds everything optimised and runs it; see README.md. Ratios
//! count, absolute figures drift with the machine.

mod append;
mod auth;
mod echo;
mod fan_out;
mod figures;
mod made_log;
mod open;
mod peers;
mod pull;
mod raw;
mod read;
mod rules;
mod soak;
mod start;
mod target;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};

use crate::figures::Figures;

/// Prints figures of okrd and okr beside baselines measured in the same run.
#[derive(Parser)]
struct Arguments {
    /// Where the optimised programs `okr` and `okrd` are.
    #[arg(long, default_value = "target/release")]
    programs: PathBuf,
    /// Changes in the large log (pull, open, clone, memory).
    #[arg(long, default_value_t = 1_000_000)]
    changes: usize,
    /// Seconds for each rate.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// What to measure; everything without it.
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Subcommand, Clone, PartialEq, Eq)]
enum Part {
    /// Appends from 1, 16, 64 and 256 writers, in large pushes, and of changes of a KiB, beside echo and raw.
    Append {
        /// Only this many writers, each with a connection of its own.
        #[arg(long)]
        writers: Option<usize>,
        /// Changes a push, with `--writers`.
        #[arg(long, default_value_t = 1, requires = "writers")]
        batch: usize,
        /// Bytes of a change, about, with `--writers`.
        #[arg(long, default_value_t = append::BYTES, requires = "writers")]
        bytes: usize,
    },
    /// Pull, open after a kill, clone, memory and disk of a large log.
    Large,
    /// Followers: what idle ones take in memory, and how soon they all see one change.
    Follow {
        /// How many there are.
        #[arg(long, default_value_t = fan_out::FOLLOWERS)]
        followers: usize,
        /// How many of them share a connection.
        #[arg(long, default_value_t = fan_out::STREAMS)]
        streams: usize,
    },
    /// The same appends against `PostgreSQL`, etcd and `UmaDB`, where they are installed, beside okrd, echo and raw.
    Peers {
        /// Only so many writers, each with a connection of its own.
        #[arg(long)]
        writers: Option<usize>,
    },
    /// Calls with no token, an unknown one, a wrong secret and the right one, in turn: what it costs to know who calls,
    /// and whether the time of a refusal tells anything.
    Auth,
    /// The rules alone, on one thread: changes admitted and events evolved, of `--changes`.
    Rules,
    /// A mixed load at half of the most that the server takes, and what it costs from minute to minute.
    Soak {
        /// For how long.
        #[arg(long, default_value_t = 120)]
        minutes: u64,
    },
    /// The start of the command line.
    Start,
    /// Reading commands and a local write, on replicas of 10 thousand, 100 thousand and a million
    /// changes.
    Read {
        /// Only a replica of about so many changes.
        #[arg(long)]
        events: Option<usize>,
        /// Keep the replicas below this directory, and use those that are there.
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
    },
    /// Serves the echo baseline; used by the other parts.
    #[command(hide = true)]
    EchoServer,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if matches!(arguments.part, Some(Part::EchoServer)) {
        return echo::serve();
    }
    let part = arguments.part.as_ref();
    check_programs(&arguments)?;
    let mut figures = Figures::new();
    if matches!(part, None | Some(Part::Start)) {
        start::measure(&arguments.programs, &mut figures)?;
    }
    if matches!(part, None | Some(Part::Append { .. })) {
        let doses = match part {
            Some(Part::Append {
                writers: Some(writers),
                batch,
                bytes,
            }) => vec![(*writers, *batch, *bytes)],
            _ => append::DOSES.to_vec(),
        };
        append::measure(
            &arguments.programs,
            (&doses, arguments.seconds),
            &mut figures,
        )?;
    }
    if matches!(part, None | Some(Part::Large)) {
        let log = pull::fill(&arguments.programs, arguments.changes, &mut figures)?;
        let log = pull::measure(log, &mut figures)?;
        let log = open::measure(&arguments.programs, log, &mut figures)?;
        pull::clone(&log, &mut figures)?;
    }
    if matches!(part, None | Some(Part::Auth)) {
        auth::measure(&arguments.programs, &mut figures)?;
    }
    if matches!(part, None | Some(Part::Rules)) {
        rules::measure(arguments.changes, &mut figures)?;
    }
    if matches!(part, None | Some(Part::Follow { .. })) {
        let followers = match part {
            Some(Part::Follow { followers, streams }) => (*followers, *streams),
            _ => (fan_out::FOLLOWERS, fan_out::STREAMS),
        };
        fan_out::measure(&arguments.programs, followers, &mut figures)?;
    }
    on_demand(&arguments, &mut figures)?;
    if let Some(Part::Read { events, keep }) = part {
        read::measure(
            &arguments.programs,
            (*events, keep.as_deref()),
            &mut figures,
        )?;
    } else if part.is_none() {
        read::measure(&arguments.programs, (None, None), &mut figures)?;
    }
    Ok(())
}

/// Makes sure that there is what is to be measured, before anything is.
fn check_programs(arguments: &Arguments) -> Result<()> {
    let needed: &[&str] = match arguments.part {
        None => &["okr", "okrd"],
        Some(Part::Start | Part::Read { .. }) => &["okr"],
        Some(Part::Rules | Part::EchoServer) => &[],
        Some(
            Part::Append { .. }
            | Part::Large
            | Part::Follow { .. }
            | Part::Peers { .. }
            | Part::Auth
            | Part::Soak { .. },
        ) => &["okrd"],
    };
    for name in needed {
        let program = arguments.programs.join(name);
        ensure!(
            program.is_file(),
            "{} is not there: build it with cargo build --release, or say with --programs where it is",
            program.display()
        );
    }
    Ok(())
}

/// Measures what is left out unless it is asked for: it takes hours, or programs of others.
fn on_demand(arguments: &Arguments, figures: &mut Figures) -> Result<()> {
    match &arguments.part {
        Some(Part::Peers { writers }) => {
            let writers = writers.map_or_else(|| peers::WRITERS.to_vec(), |writers| vec![writers]);
            let dose = (writers.as_slice(), arguments.seconds);
            peers::measure(&arguments.programs, dose, figures)
        }
        Some(Part::Soak { minutes }) => soak::measure(&arguments.programs, *minutes, figures),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_where_it_is_needed() {
        let empty = tempfile::tempdir().unwrap();
        let programs = empty.path().to_str().unwrap();
        let check = |part: &[&str]| {
            let words = [&["okr-bench", "--programs", programs], part].concat();
            check_programs(&Arguments::parse_from(words))
        };
        check(&["rules"]).unwrap();
        for (part, missing) in [
            (&["start"][..], "okr"),
            (&["append", "--writers", "1"], "okrd"),
            (&[], "okr"),
        ] {
            let said = check(part).unwrap_err().to_string();
            let begin = format!("{programs}/{missing} is not there: build it");
            assert!(said.starts_with(&begin), "{said}");
        }
    }
}

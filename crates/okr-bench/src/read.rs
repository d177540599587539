//! Commands as processes on replicas of a company's history: how their time grows with its length.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use okr_replica::{Replica, ReplicaError};
use tempfile::TempDir;

use crate::figures::{Figures, median, milliseconds, rate};
use crate::made_log::MadeLog;

/// How long the histories are, in changes.
const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];
/// How often each command is run, after some runs that do not count.
const RUNS: usize = 31;
const RUNS_BEFORE: usize = 3;
/// The present of the company.
const NOW: &str = "2026-11-23T12:00:00Z";

/// The moments that a reading command is asked about: a label and arguments. `--at` lies in the
/// quarter, and then in the one before it.
const MOMENTS: [(&str, &[&str]); 5] = [
    ("", &[]),
    (", --at 30 Oct", &["--at", "2026-10-30"]),
    (", --at 15 Aug", &["--at", "2026-08-15"]),
    (
        ", --at 30 Oct, authored",
        &["--at", "2026-10-30", "--axis", "authored"],
    ),
    (
        ", --at 30 Oct, effective",
        &["--at", "2026-10-30", "--axis", "effective"],
    ),
];

/// The reading commands: arguments, and how long they may take.
const READING: [(&[&str], u64); 10] = [
    (&["status"], 10),
    (&["tree"], 10),
    (&["tree", "objective-7"], 10),
    (&["list"], 10),
    (&["list", "krs"], 10),
    (&["show", "kr-7"], 10),
    (&["log", "--limit", "20"], 10),
    (&["log", "kr-7", "--limit", "20"], 10),
    (&["chart", "kr-7"], 50),
    (&["chart", "objective-7"], 50),
];

/// Reading commands that are about moments of their own.
const LOOKING_BACK: [(&[&str], u64); 6] = [
    (&["diff", QUARTER, "--cycle", "2026-Q3"], 50),
    (&["diff", QUARTER], 50),
    (&["blame", "kr-7"], 50),
    (&["blame", "objective-7"], 50),
    (&["goalposts"], 50),
    (&["goalposts", "--cycle", "2026-Q3"], 50),
];
/// The quarter before the present one, by the ends of the days.
const QUARTER: &str = "2026-06-30..2026-09-30";

/// What a shell asks when somebody presses TAB: the words so far, of which the last is begun.
const COMPLETING: [&[&str]; 6] = [
    &["tr"],
    &["checkin", ""],
    &["checkin", "kr-7"],
    &["show", ""],
    &["tree", "--cycle", ""],
    &["undo", ""],
];
/// How long the answer may take.
const COMPLETING_MS: u64 = 15;

/// A workspace on this machine.
struct Site {
    programs: PathBuf,
    directory: PathBuf,
    changes: usize,
    /// Removes the directory in the end, unless it is to be kept.
    _temporary: Option<TempDir>,
}

/// Prints the figures for one length, or for all of them beside each other.
pub(crate) fn measure(
    programs: &Path,
    (events, keep): (Option<usize>, Option<&Path>),
    figures: &mut Figures,
) -> Result<()> {
    let lengths = events.map_or_else(|| SIZES.to_vec(), |one| vec![one]);
    let mut sites = Vec::new();
    for length in lengths {
        sites.push(Site::build(programs, (length, keep), figures)?);
    }
    let changes: Vec<String> = sites.iter().map(|site| site.changes.to_string()).collect();
    figures.print("p50 at so many changes", &changes.join(" / "), "");
    let timed =
        |name: &str, budget: &str, made: &dyn Fn(&Site) -> Command, figures: &mut Figures| {
            let times = sites.iter().map(|site| Site::time(|| made(site)));
            let times: Result<Vec<String>> = times.map(|time| time.map(milliseconds)).collect();
            figures.print(name, &times?.join(" / "), budget);
            anyhow::Ok(())
        };
    let row = |name: &str, arguments: &[&str], budget: &str, figures: &mut Figures| {
        timed(name, budget, &|site| site.command(arguments), figures)
    };
    row("--version", &["--version"], "", figures)?;
    for (arguments, budget) in READING {
        for (label, moment) in MOMENTS {
            let name = format!("{}{label}", arguments.join(" "));
            let budget = format!("budget {budget} ms");
            row(&name, &[arguments, moment].concat(), &budget, figures)?;
        }
    }
    for (arguments, budget) in LOOKING_BACK {
        let budget = format!("budget {budget} ms");
        row(&arguments.join(" "), arguments, &budget, figures)?;
    }
    for words in COMPLETING {
        let name = format!("TAB after \"okr {}\"", words.join(" "));
        let budget = format!("budget {COMPLETING_MS} ms");
        timed(&name, &budget, &|site| site.completing(words), figures)?;
    }
    let write = ["checkin", "kr-7", "123", "-m", "One more"];
    row("checkin kr-7 123", &write, "budget 10 ms + fsync", figures)?;
    for site in &sites {
        figures.print("fsync of 4 KiB", &milliseconds(site.sync()?), "");
    }
    Ok(())
}

impl Site {
    fn build(
        programs: &Path,
        (changes, keep): (usize, Option<&Path>),
        figures: &mut Figures,
    ) -> Result<Self> {
        let temporary = match keep {
            Some(_) => None,
            None => Some(TempDir::new_in(programs)?),
        };
        let directory = match (keep, &temporary) {
            (Some(keep), _) => keep.join(changes.to_string()),
            (None, Some(temporary)) => temporary.path().to_owned(),
            (None, None) => anyhow::bail!("there is no place for a replica"),
        };
        let workspace = directory.join("data/acme");
        let changes = match Replica::open(&workspace) {
            Ok(replica) => usize::try_from(replica.info()?.head.get())?,
            Err(ReplicaError::Missing { .. }) => clone(changes, &workspace, figures)?,
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            programs: programs.to_owned(),
            directory,
            changes,
            _temporary: temporary,
        })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.programs.join("okr"));
        command
            .args(arguments)
            .env("OKR_DATA_DIR", self.directory.join("data"))
            .env("OKR_CONFIG", self.directory.join("config.toml"))
            .env("OKR_NOW", NOW)
            .env("OKR_OFFLINE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }

    /// Returns the command by which a shell asks for what can stand for the last word.
    fn completing(&self, words: &[&str]) -> Command {
        let mut command = self.command(&[&["--", "okr"], words].concat());
        command.env("COMPLETE", "fish");
        command
    }

    /// Returns the median time of a command, from its start to its end.
    fn time(made: impl Fn() -> Command) -> Result<Duration> {
        let mut times = Vec::new();
        for run in 0..RUNS_BEFORE + RUNS {
            let mut command = made();
            command.stderr(Stdio::piped());
            let started = Instant::now();
            let done = command.output().context("cannot start okr")?;
            let elapsed = started.elapsed();
            let said = String::from_utf8_lossy(&done.stderr);
            ensure!(done.status.success(), "{command:?}: {said}");
            if run >= RUNS_BEFORE {
                times.push(elapsed);
            }
        }
        Ok(median(&mut times))
    }

    /// Returns the median time of making 4 KiB durable in the same place.
    fn sync(&self) -> Result<Duration> {
        let mut file = File::create(self.directory.join("data/synced"))?;
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let started = Instant::now();
            file.write_all(&[7; 4096])?;
            file.sync_data()?;
            times.push(started.elapsed());
        }
        Ok(median(&mut times))
    }
}

/// Makes a log and clones it; returns how many changes it has.
fn clone(changes: usize, workspace: &Path, figures: &mut Figures) -> Result<usize> {
    let mut log = MadeLog::of_company(changes)?;
    let watch = log.clone_into(workspace)?;
    let beside = format!(
        "writing thread on the processor: {}",
        rate(log.len(), watch.cpu)
    );
    figures.print(
        &format!("clone of {} without a server", log.len()),
        &rate(log.len(), watch.took),
        &beside,
    );
    Ok(log.len())
}

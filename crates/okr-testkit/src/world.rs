//! A whole world in one thread: many replicas, one server and the network between them, from a seed.
//!
//! The replicas are real ones, on disk; the server's judge is the one of `okrd`, on a log in memory. Messages get lost,
//! come late or twice; clocks are off and jump; devices and the server crash at any moment and go on from what their
//! disks hold; people write the same fields at the same time, and decide conflicts. While all that goes on, and again
//! when everything was exchanged, the world checks what must hold: see [`Violation`].
//!
//! A seed makes the same world each time, so a failure is replayed by its seed.

mod audit;
mod calm;
mod check;
mod device;
mod faults;
mod ledger;
mod line;
mod quiet;
mod server;
mod steps;
mod tape;
mod trace;
mod undoing;
mod violation;
mod weather;

use std::cell::{Cell, RefCell, RefMut};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use okr_core::Timestamp;
use okr_core::id::{ChangeId, PersonId};
use tempfile::TempDir;
use uuid::Uuid;

use crate::random::Random;
use crate::sample::{ANA, BEN, CAI, ORG};
use audit::Audit;
use device::Device;
use line::Letter;
use server::{Server, timestamp};
use trace::Trace;
use weather::Weather;

pub use calm::CalmServer;
pub use faults::Faults;
pub use violation::Violation;

/// When a world begins, in microseconds since 1970: 2026-11-23T09:00:00Z.
const BEGINNING_US: i64 = 1_795_424_400_000_000;
/// A directory in memory, where a system has one: a disk would make a world wait for it.
const MEMORY: &str = "/dev/shm";
/// How many lines of a trace a failure shows.
const LAST_LINES: usize = 40;

/// How long a world goes on, and what is wrong in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How many things happen before the network heals.
    pub steps: usize,
    /// What is wrong.
    pub faults: Faults,
}

/// What happened in a world, or in many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Things that happened.
    pub steps: u64,
    /// Changes that were written.
    pub written: u64,
    /// Changes that the log has.
    pub accepted: u64,
    /// Syncs that were begun.
    pub syncs: u64,
    /// Syncs that broke off.
    pub broken: u64,
    /// Changes that were dropped because everything was as they say.
    pub already_so: u64,
    /// Conflicts that somebody decided.
    pub decided: u64,
    /// Conflicts that were left in the end.
    pub conflicts: u64,
    /// Messages that were lost.
    pub lost: u64,
    /// Devices that crashed.
    pub device_crashes: u64,
    /// Crashes of the server.
    pub server_crashes: u64,
}

/// A world that came to rest with nothing wrong.
#[derive(Debug)]
pub struct Ended {
    /// A number for everything that happened: the same for the same seed and plan.
    pub trace: u64,
    /// Everything that happened, line by line.
    pub lines: Vec<String>,
    /// How much of it.
    pub tally: Tally,
    replicas: Vec<PathBuf>,
    // Removed when the world is dropped.
    _root: TempDir,
}

/// A world in which something was wrong.
#[derive(Debug)]
pub struct Failure {
    /// The seed of the world.
    pub seed: u64,
    /// The plan of the world.
    pub plan: Plan,
    /// After how many steps it was noticed.
    pub step: u64,
    /// What was wrong.
    pub violation: Violation,
    /// A number for everything that happened until then.
    pub trace: u64,
    /// Everything that happened until then, line by line.
    pub lines: Vec<String>,
}

impl Tally {
    /// Adds what happened in another world.
    pub const fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.written += other.written;
        self.accepted += other.accepted;
        self.syncs += other.syncs;
        self.broken += other.broken;
        self.already_so += other.already_so;
        self.decided += other.decided;
        self.conflicts += other.conflicts;
        self.lost += other.lost;
        self.device_crashes += other.device_crashes;
        self.server_crashes += other.server_crashes;
    }
}

impl Ended {
    /// Returns the directories of the replicas, which go with the world.
    pub fn replicas(&self) -> &[PathBuf] {
        &self.replicas
    }
}

impl Failure {
    /// Returns the command that makes the same world again.
    pub fn command(&self) -> String {
        let fault = self.plan.faults.name();
        let fault = fault.map(|name| format!(" --fault {name}"));
        format!(
            "cargo run -p okr-testkit --features world --example world -- --seeds {}..{} --steps {}{} --trace",
            self.seed,
            self.seed + 1,
            self.plan.steps,
            fault.unwrap_or_default(),
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.lines.len().saturating_sub(LAST_LINES);
        for line in &self.lines[first..] {
            writeln!(formatter, "{line}")?;
        }
        let (seed, step) = (self.seed, self.step);
        let name = self.violation.name();
        writeln!(
            formatter,
            "seed {seed}, step {step}: {name}: {}",
            self.violation
        )?;
        write!(formatter, "replay: {}", self.command())
    }
}

/// Makes the world of a seed and lets it run to its end.
///
/// # Errors
/// The first thing that is wrong; a panic of the code under test is one.
///
/// # Panics
/// When the temporary directory cannot be made.
pub fn run(seed: u64, plan: &Plan) -> Result<Ended, Box<Failure>> {
    let world = World::new(seed, *plan);
    let ran = catch_unwind(AssertUnwindSafe(|| world.run()));
    if let Err(panic) = ran {
        let message = panic.downcast_ref::<String>().cloned();
        let message = message.or_else(|| Some((*panic.downcast_ref::<&str>()?).to_owned()));
        let message = message.unwrap_or_default();
        world.blame(Violation::Panicked { message });
    }
    world.end()
}

/// Everything there is. Each part is borrowed for a moment only, because while one waits the others go on.
#[derive(Debug)]
struct World {
    seed: u64,
    plan: Plan,
    root: TempDir,
    random: RefCell<Random>,
    weather: Cell<Weather>,
    /// The true time, in microseconds since 1970.
    now: Cell<i64>,
    /// How far the server's clock is off, in microseconds.
    server_skew: Cell<i64>,
    server: RefCell<Server>,
    audit: RefCell<Audit>,
    devices: Vec<Device>,
    mail: RefCell<Vec<Letter>>,
    /// How many calls wait, one within the other.
    depth: Cell<usize>,
    images: Cell<usize>,
    tally: Cell<Tally>,
    trace: RefCell<Trace>,
    violation: RefCell<Option<Violation>>,
}

impl World {
    fn new(seed: u64, plan: Plan) -> Self {
        let mut random = Random::new(seed);
        let server = Server::new(ORG, plan.faults);
        let root = directory();
        let people = [ANA, BEN, BEN, CAI, ANA, CAI];
        let count = random.choose(&[2, 2, 2, 3, 3, people.len()]).unwrap_or(2);
        let devices = people.into_iter().take(count).zip(0..);
        let devices = devices
            .map(|(person, number)| {
                let directory = root.path().join(format!("device-{number}"));
                let made = Device::new(person, number, directory, (random.bits(), server.info()));
                made.expect("a replica can be made")
            })
            .collect();
        let weather = Weather::draw(&mut random);
        Self {
            seed,
            plan,
            root,
            random: RefCell::new(random),
            weather: Cell::new(weather),
            now: Cell::new(BEGINNING_US),
            server_skew: Cell::new(0),
            server: RefCell::new(server),
            audit: RefCell::new(Audit::new()),
            devices,
            mail: RefCell::default(),
            depth: Cell::new(0),
            images: Cell::new(0),
            tally: Cell::default(),
            trace: RefCell::new(Trace::new()),
            violation: RefCell::default(),
        }
    }

    fn run(&self) {
        self.found();
        while self.goes_on() && self.tally.get().steps < self.plan.steps as u64 {
            self.step();
        }
        if self.goes_on() {
            self.come_to_rest();
        }
    }

    fn end(self) -> Result<Ended, Box<Failure>> {
        let trace = self.trace.into_inner();
        let hash = trace.hash();
        if let Some(violation) = self.violation.into_inner() {
            return Err(Box::new(Failure {
                seed: self.seed,
                plan: self.plan,
                step: self.tally.get().steps,
                violation,
                trace: hash,
                lines: trace.into_lines(),
            }));
        }
        let replicas = self.devices.into_iter();
        Ok(Ended {
            trace: hash,
            lines: trace.into_lines(),
            tally: self.tally.get(),
            replicas: replicas
                .map(|device| device.directory.into_inner())
                .collect(),
            _root: self.root,
        })
    }

    const fn plan(&self) -> &Plan {
        &self.plan
    }

    const fn weather(&self) -> Weather {
        self.weather.get()
    }

    fn server(&self) -> RefMut<'_, Server> {
        self.server.borrow_mut()
    }

    fn audit(&self) -> RefMut<'_, Audit> {
        self.audit.borrow_mut()
    }

    fn below(&self, limit: usize) -> usize {
        self.random.borrow_mut().below(limit)
    }

    fn one_in(&self, times: usize) -> bool {
        // Never, without a draw: so that a calm world is one without storms.
        times != usize::MAX && self.below(times) == 0
    }

    fn note(&self, line: fmt::Arguments<'_>) {
        self.trace.borrow_mut().note(line);
    }

    fn count(&self, count: impl FnOnce(&mut Tally)) {
        let mut tally = self.tally.get();
        count(&mut tally);
        self.tally.set(tally);
    }

    /// Says whether nothing has been found wrong so far.
    fn goes_on(&self) -> bool {
        self.violation.borrow().is_none()
    }

    /// Notes what is wrong; the first is what counts.
    fn blame(&self, violation: Violation) {
        self.note(format_args!("{}", violation.name()));
        self.violation.borrow_mut().get_or_insert(violation);
    }

    /// Returns the time by a device's clock.
    fn time_of(&self, device: usize) -> Timestamp {
        timestamp(self.now.get() + self.devices[device].skew.get())
    }

    fn set_server_time(&self) {
        let micros = self.now.get() + self.server_skew.get();
        self.server().set_time(micros);
    }

    fn credential(&self, device: usize) -> (PersonId, Uuid) {
        let device = &self.devices[device];
        (device.person, device.token)
    }

    /// Returns an id that no change has.
    fn new_id(&self, device: usize) -> ChangeId {
        ChangeId::new(self.devices[device].maker.borrow_mut().uuid())
    }

    fn post(&self, letter: Letter) {
        self.mail.borrow_mut().push(letter);
    }

    /// Copies what is on a device's disk, and returns where.
    fn image_of(&self, device: usize) -> PathBuf {
        let image = self
            .root
            .path()
            .join(format!("image-{}", self.images.get()));
        self.images.set(self.images.get() + 1);
        device::copy(&self.devices[device].directory.borrow(), &image);
        image
    }
}

fn directory() -> TempDir {
    let builder = tempfile::Builder::new();
    let made = if Path::new(MEMORY).is_dir() {
        builder.tempdir_in(MEMORY)
    } else {
        builder.tempdir()
    };
    made.expect("a temporary directory can be made")
}

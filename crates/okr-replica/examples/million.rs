//! Builds a replica with a million changes (or as many as the first argument says) and prints how
//! long loading and reading take. A second argument names a directory that keeps the replica.
//!
//! Eighty quarters with 100 objectives and 400 key results each; all else are check-ins.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::civil::{Date, date};
use jiff::{Span, Timestamp};
use okr_core::change::Change;
use okr_core::event::{
    CheckInEvent, CycleEvent, Event, KeyResultEvent, NewCheckIn, NewCycle, NewKeyResult,
    NewObjective, ObjectiveEvent, PersonEvent, TeamEvent,
};
use okr_core::id::{
    ChangeId, CheckInId, CycleId, KeyResultId, ObjectiveId, PersonId, Position, TeamId,
};
use okr_core::measure::Value;
use okr_core::value::{Number, Role, Source};
use okr_log::{
    Checkpoint, Frontier, KeyName, Origin, Record, RecordView, RecordedAt, SigningKey, TokenId,
};
use okr_proto::{ToLog as _, encode};
use okr_replica::{
    Axis, DiffScope, LogFilter, Moment, NewReplica, ObjectiveFilter, Point, RemoteInfo, Replica,
    ReplicaError,
};
use okr_testkit::Random;
use okr_testkit::sample::{
    ANA, ORG, confidence, founding, name, new_key_result, new_objective, new_org, new_team, period,
    slug, text, title,
};

const CYCLES: usize = 80;
const OBJECTIVES: usize = 100;
const KEY_RESULTS: usize = 400;
const PEOPLE: usize = 100;
const TEAMS: usize = 20;
/// Words of notes; the first ones are the most frequent.
const WORDS: [&str; 32] = [
    "the",
    "review",
    "importer",
    "contract",
    "rollout",
    "latency",
    "customers",
    "pilot",
    "design",
    "tests",
    "budget",
    "region",
    "planner",
    "backlog",
    "hiring",
    "onboarding",
    "docs",
    "cache",
    "query",
    "signup",
    "churn",
    "invoice",
    "partner",
    "audit",
    "mobile",
    "search",
    "payments",
    "legal",
    "vendor",
    "training",
    "migration",
    "incident",
];
const FIRST_DAY: Date = date(2007, 1, 1);
const CYCLE_DAYS: i64 = 90;

/// Makes records of a plausible history, one after the other.
struct Maker {
    random: Random,
    frontier: Frontier,
    records: Vec<Bytes>,
    now: Timestamp,
    people: Vec<PersonId>,
}

impl Maker {
    fn uuid(&mut self) -> uuid::Uuid {
        let millis = u64::try_from(self.now.as_millisecond()).unwrap_or(0);
        self.random.uuid(millis)
    }

    fn push(&mut self, events: Vec<Event>) {
        let change = Change {
            id: ChangeId::new(self.uuid()),
            authored_at: self.now,
            on_behalf_of: None,
            source: Source::Human,
            reason: None,
            amendment: None,
            events,
        };
        let random = &mut self.random;
        let salt = || {
            let mut salt = [0; 16];
            salt[..8].copy_from_slice(&random.bits().to_le_bytes());
            salt
        };
        let (body, texts) = encode(&change, salt).into_record_parts();
        let author = self.people[self.records.len() % self.people.len()];
        let record = Record {
            position: okr_log::Position::new(self.frontier.size() + 1),
            recorded_at: RecordedAt::from_micros(self.now.as_microsecond() + 1_000_000),
            author: author.to_log(),
            token: TokenId([1; 16]),
            change_id: change.id.to_log(),
            body,
            texts,
        };
        let bytes = record
            .encode()
            .expect("small changes are within the limits");
        let view = RecordView::parse(&bytes).expect("what was encoded can be read");
        self.frontier.push(view.leaf_hash());
        self.records.push(bytes);
    }

    /// Makes the note of a check-in; some words are in most of them, and some in few.
    fn note(&mut self, n: usize) -> String {
        let words: Vec<&str> = (0..5)
            .map(|_| {
                WORDS[self.random.below(WORDS.len()) * self.random.below(WORDS.len()) / WORDS.len()]
            })
            .collect();
        match n % 1000 {
            0 => format!("shipped {}, postponed outage drill {n}", words.join(" ")),
            _ => format!("shipped {}", words.join(" ")),
        }
    }

    fn history(&mut self, total: usize) {
        self.push(founding(new_org(), ANA));
        for _ in 1..PEOPLE {
            let person = PersonId::new(self.uuid());
            self.push(vec![Event::Person(
                person,
                PersonEvent::Added(Role::Member),
            )]);
            self.people.push(person);
        }
        let mut teams = Vec::new();
        for number in 0..TEAMS {
            let team = TeamId::new(self.uuid());
            let new = new_team(&format!("team-{number}"));
            self.push(vec![Event::Team(team, TeamEvent::Created(new))]);
            teams.push(team);
        }
        let definitions = CYCLES * (3 + OBJECTIVES + KEY_RESULTS);
        let check_ins = total.saturating_sub(self.records.len() + definitions) / CYCLES;
        let mut start = FIRST_DAY;
        for number in 0..CYCLES {
            self.cycle(number, start, &teams, check_ins);
            start = start.saturating_add(Span::new().days(CYCLE_DAYS));
        }
    }

    fn cycle(&mut self, number: usize, start: Date, teams: &[TeamId], check_ins: usize) {
        let at = start
            .in_tz("UTC")
            .expect("a day has a beginning")
            .timestamp();
        self.now = self.now.max(at);
        let cycle = CycleId::new(self.uuid());
        let end = start.saturating_add(Span::new().days(CYCLE_DAYS - 1));
        let new = NewCycle {
            name: name(&format!("C{number}")),
            period: period(start, end),
            cadence: None,
        };
        self.push(vec![Event::Cycle(cycle, CycleEvent::Created(new))]);
        let mut objectives = Vec::new();
        for n in 0..OBJECTIVES {
            let id = ObjectiveId::new(self.uuid());
            let new = NewObjective {
                title: title(&format!(
                    "Objective {n} of cycle {number}: better than before"
                )),
                slug: slug(&format!("objective-{number}-{n}")),
                team: Some(teams[n % teams.len()]),
                cycle,
                owner: self.people[n % self.people.len()],
                ..new_objective("x")
            };
            self.push(vec![Event::Objective(id, ObjectiveEvent::Created(new))]);
            objectives.push(id);
        }
        let mut key_results = Vec::new();
        for n in 0..KEY_RESULTS {
            let id = KeyResultId::new(self.uuid());
            let new = NewKeyResult {
                title: title(&format!("Key result {n} of cycle {number}")),
                slug: slug(&format!("kr-{number}-{n}")),
                owner: self.people[n % self.people.len()],
                ..new_key_result(objectives[n % OBJECTIVES], "x")
            };
            self.push(vec![Event::KeyResult(id, KeyResultEvent::Created(new))]);
            key_results.push(id);
        }
        self.push(vec![Event::Cycle(cycle, CycleEvent::Opened)]);
        self.check_ins(start, &key_results, check_ins);
        if number + 1 < CYCLES {
            self.push(vec![Event::Cycle(cycle, CycleEvent::Closed)]);
        }
    }

    fn check_ins(&mut self, start: Date, key_results: &[KeyResultId], count: usize) {
        let begin = self.now.as_microsecond();
        let length = CYCLE_DAYS * 86_400_000_000 - 3_600_000_000;
        for n in 0..count {
            let gone =
                length / i64::try_from(count.max(1)).unwrap_or(1) * i64::try_from(n).unwrap_or(0);
            self.now = Timestamp::from_microsecond(begin + gone).expect("within the cycle");
            let id = CheckInId::new(self.uuid());
            let value = Number::new(i64::try_from(self.random.below(1000)).unwrap_or(0), 1);
            let new = NewCheckIn {
                key_result: key_results[n % key_results.len()],
                effective: start.saturating_add(Span::new().days(gone / 86_400_000_000)),
                value: Value::Number(value.expect("one digit is within the scale")),
                confidence: Some(confidence(7)),
                note: Some(text(&self.note(n))),
                blocker: None,
            };
            self.push(vec![Event::CheckIn(id, CheckInEvent::Recorded(new))]);
        }
    }
}

/// Measures time, and how much of it this thread was on a processor, where the system says so.
struct Watch {
    begun: Instant,
    cpu: Duration,
}

impl Watch {
    fn start() -> Self {
        Self {
            cpu: Self::on_processor(),
            begun: Instant::now(),
        }
    }

    fn stop(&self) -> (Duration, Duration) {
        let took = self.begun.elapsed();
        (took, Self::on_processor().saturating_sub(self.cpu))
    }

    fn on_processor() -> Duration {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let nanos = stat.split(' ').next().and_then(|field| field.parse().ok());
        Duration::from_nanos(nanos.unwrap_or(0))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let total = match std::env::args().nth(1) {
        Some(number) => number.parse()?,
        None => 1_000_000,
    };
    let mut out = std::io::stdout().lock();
    let (kept, temporary) = match std::env::args().nth(2) {
        Some(kept) => (PathBuf::from(kept), None),
        None => (PathBuf::new(), Some(tempfile::tempdir()?)),
    };
    let dir = temporary.as_ref().map_or(kept.as_path(), |dir| dir.path());
    if let Err(ReplicaError::Missing { .. }) = Replica::open(dir) {
        build(&mut out, dir, total)?;
    }
    read(&mut out, dir)
}

/// Makes a history and loads it into a new replica.
fn build(out: &mut impl std::io::Write, dir: &Path, total: usize) -> Result<(), Box<dyn Error>> {
    let mut maker = Maker {
        random: Random::new(1),
        frontier: Frontier::new(),
        records: Vec::with_capacity(total),
        now: FIRST_DAY.in_tz("UTC")?.timestamp(),
        people: vec![ANA],
    };
    maker.history(total);
    let size = maker.records.iter().map(Bytes::len).sum::<usize>();
    let count = maker.records.len();
    writeln!(out, "{count} records of {} bytes on average", size / count)?;
    let key = SigningKey::from_bytes(KeyName::new("bench.example")?, &[7; 32]);
    let origin = Origin::new("bench.example/acme")?;
    let remote = RemoteInfo {
        url: "http://127.0.0.1:1".to_owned(),
        origin: origin.to_string(),
        verifier_key: key.verifying_key().to_string(),
    };
    let checkpoint = Checkpoint {
        origin,
        size: okr_log::Position::new(maker.frontier.size()),
        root: maker.frontier.root(),
    };
    let note = checkpoint.sign(&key).to_string();
    let new = NewReplica {
        org: ORG,
        me: ANA,
        remote: Some(remote),
    };
    let mut replica = Replica::create(dir, &new)?;
    let begun = Watch::start();
    let mut ingest = replica.ingest()?;
    for piece in maker.records.chunks(1000) {
        ingest.records(piece.to_vec())?;
    }
    ingest.checkpoint(&note, maker.now)?;
    ingest.end()?;
    let (took, cpu) = begun.stop();
    let rate = |time: Duration| count as u128 * 1_000_000 / time.as_micros().max(1);
    writeln!(
        out,
        "ingest {took:?}, {} changes/s; on the processor {cpu:?}, {} changes/s",
        rate(took),
        rate(cpu)
    )?;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let bytes = entry.metadata()?.len() / count as u64;
        let name = entry.file_name();
        writeln!(out, "{}: {bytes} bytes per change", name.display())?;
    }
    Ok(())
}

/// Measures reading, each time with a replica that was just opened.
fn read(out: &mut impl std::io::Write, dir: &Path) -> Result<(), Box<dyn Error>> {
    let count = Replica::open(dir)?.info()?.head.get();
    let days = i64::try_from(CYCLES)? * CYCLE_DAYS - CYCLE_DAYS / 2;
    let middle = FIRST_DAY
        .saturating_add(Span::new().days(days))
        .in_tz("UTC")?
        .timestamp();
    let today = middle.in_tz("UTC")?.date();
    let before = Position::new(count.saturating_sub(count / 160));
    let old = Position::new(count / 2);
    let moments = [
        ("now", Axis::Recorded, Point::Now),
        (
            "recorded, position",
            Axis::Recorded,
            Point::Position(before),
        ),
        ("recorded, time", Axis::Recorded, Point::Time(middle)),
        ("authored, time", Axis::Authored, Point::Time(middle)),
        ("effective, day", Axis::Effective, Point::Time(middle)),
        ("recorded, half-way", Axis::Recorded, Point::Position(old)),
    ];
    measure(out, "open", || {
        Replica::open(dir)?.info()?;
        Ok(0)
    })?;
    for (label, axis, point) in moments {
        let moment = Moment {
            axis,
            point,
            day: today,
            day_is_over: false,
        };
        measure(out, &format!("tree of the cycle, {label}"), || {
            let replica = Replica::open(dir)?;
            let reading = replica.reading(moment)?;
            let cycles = reading.cycles()?;
            let Some(cycle) = cycles.last() else {
                return Ok(0);
            };
            let standing = reading.cycle_standing(cycle.id)?.ok_or("no such cycle")?;
            Ok(standing
                .objectives
                .iter()
                .map(|found| found.key_results.len())
                .sum())
        })?;
    }
    read_parts(out, dir, today)?;
    read_changes(out, dir, middle)
}

/// Measures what changed within the quarter up to a moment, and who set the fields of one goal.
fn read_changes(
    out: &mut impl std::io::Write,
    dir: &Path,
    until: Timestamp,
) -> Result<(), Box<dyn Error>> {
    let at = |axis, days: i64| -> Result<Moment, Box<dyn Error>> {
        let time = until.in_tz("UTC")?.checked_sub(Span::new().days(days))?;
        Ok(Moment {
            axis,
            point: Point::Time(time.timestamp()),
            day: time.date(),
            day_is_over: false,
        })
    };
    for (label, axis) in [
        ("recorded", Axis::Recorded),
        ("authored", Axis::Authored),
        ("effective", Axis::Effective),
    ] {
        for (span, days, from) in [
            ("a week", 7, 0),
            ("a quarter", 90, 0),
            ("an old quarter", 90, 3600),
        ] {
            let (earlier, later) = (at(axis, from + days)?, at(axis, from)?);
            measure(out, &format!("diff over {span}, {label}"), || {
                let replica = Replica::open(dir)?;
                let (earlier, later) = (replica.reading(earlier)?, replica.reading(later)?);
                Ok(later.diff(&earlier, &DiffScope::default())?.things.len())
            })?;
        }
    }
    let slug = format!("kr-{}-7", CYCLES - 1);
    measure(out, "blame of a key result", || {
        let replica = Replica::open(dir)?;
        let reading = replica.reading(Moment::now(until.in_tz("UTC")?.date()))?;
        let id = reading.by_slug(&slug)?[0].id;
        let blame = reading.blame(id)?.ok_or("no such key result")?;
        Ok(blame.fields.len())
    })
}

/// Measures reading less than a whole cycle.
fn read_parts(
    out: &mut impl std::io::Write,
    dir: &Path,
    today: Date,
) -> Result<(), Box<dyn Error>> {
    measure(out, "one objective by slug", || {
        let replica = Replica::open(dir)?;
        let reading = replica.reading(Moment::now(today))?;
        let found = reading.by_slug(&format!("objective-{}-7", CYCLES - 1))?;
        let okr_core::id::EntityId::Objective(id) = found[0].id else {
            return Ok(0);
        };
        let standing = reading.objective_standing(id)?.ok_or("no such objective")?;
        Ok(standing.key_results.len()
            + reading
                .check_ins(standing.key_results[0].key_result.id, None)?
                .len())
    })?;
    read_series(out, dir, today)?;
    measure(out, "list of a person's objectives", || {
        let replica = Replica::open(dir)?;
        let reading = replica.reading(Moment::now(today))?;
        let cycles = reading.cycles()?;
        let filter = ObjectiveFilter {
            cycle: cycles.last().map(|cycle| cycle.id),
            owner: Some(ANA),
            ..ObjectiveFilter::default()
        };
        Ok(reading.objectives(&filter)?.len())
    })?;
    for (label, axis) in [("recorded", Axis::Recorded), ("authored", Axis::Authored)] {
        let moment = Moment {
            axis,
            ..Moment::now(today)
        };
        measure(out, &format!("goalposts of the cycle, {label}"), || {
            let replica = Replica::open(dir)?;
            let reading = replica.reading(moment)?;
            let cycle = reading.cycles()?.pop().ok_or("no cycle")?;
            let found = reading.goalposts(cycle.id, &jiff::tz::TimeZone::UTC)?;
            let found = found.ok_or("the cycle is not open")?;
            Ok(found.reported.iter().map(|one| one.check_ins).sum())
        })?;
    }
    let filters = logs(dir, today)?;
    for (label, filter) in filters {
        measure(out, &format!("log -n 20, {label}"), || {
            let replica = Replica::open(dir)?;
            Ok(replica.log(&filter)?.len())
        })?;
    }
    Ok(())
}

/// Measures reading what is drawn of a goal.
fn read_series(
    out: &mut impl std::io::Write,
    dir: &Path,
    today: Date,
) -> Result<(), Box<dyn Error>> {
    let utc = |moment: Timestamp| jiff::tz::TimeZone::UTC.to_datetime(moment).date();
    for axis in [Axis::Recorded, Axis::Effective] {
        let moment = Moment {
            axis,
            ..Moment::now(today)
        };
        measure(
            out,
            &format!("chart of an objective and a key result, {axis:?}"),
            || {
                let replica = Replica::open(dir)?;
                let reading = replica.reading(moment)?;
                let found = reading.by_slug(&format!("objective-{}-7", CYCLES - 1))?;
                let okr_core::id::EntityId::Objective(id) = found[0].id else {
                    return Ok(0);
                };
                let series = reading
                    .objective_series(id, utc)?
                    .ok_or("no such objective")?;
                let below = series.standing.key_results[0].key_result.id;
                let key_result = reading.series(below, utc)?.ok_or("no such key result")?;
                Ok(series.points.len() + key_result.check_ins.len())
            },
        )?;
    }
    Ok(())
}

fn logs(dir: &Path, today: Date) -> Result<Vec<(&'static str, LogFilter)>, Box<dyn Error>> {
    let replica = Replica::open(dir)?;
    let reading = replica.reading(Moment::now(today))?;
    let cycles = reading.cycles()?;
    let all = LogFilter {
        limit: Some(20),
        ..LogFilter::default()
    };
    let about = |id| LogFilter {
        about: BTreeSet::from([id]).into_iter().collect(),
        with_children: true,
        ..all.clone()
    };
    let kr = reading.by_slug(&format!("kr-{}-7", CYCLES - 1))?[0].id;
    let cycle = cycles.last().ok_or("no cycle")?.id;
    Ok(vec![
        ("everything", all.clone()),
        (
            "by a person",
            LogFilter {
                author: Some(ANA),
                ..all.clone()
            },
        ),
        (
            "authored",
            LogFilter {
                axis: Axis::Authored,
                ..all.clone()
            },
        ),
        ("of a key result", about(kr)),
        ("of a cycle", about(cycle.into())),
    ])
}

/// Prints the least and the middle of some repetitions.
fn measure(
    out: &mut impl std::io::Write,
    label: &str,
    mut step: impl FnMut() -> Result<usize, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut times: Vec<(Duration, Duration)> = Vec::new();
    let mut answer = 0;
    for _ in 0..15 {
        let begun = Watch::start();
        answer = step()?;
        times.push(begun.stop());
    }
    times.sort();
    let cpu = times.iter().map(|(_, cpu)| *cpu).min().unwrap_or_default();
    writeln!(
        out,
        "{label}: least {:?}, middle {:?}, on the processor {cpu:?} ({answer})",
        times[0].0, times[7].0
    )?;
    Ok(())
}

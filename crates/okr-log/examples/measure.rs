//! Measures the log on this machine: `measure append DIR`, `measure fill DIR COUNT GROUP`, `measure open DIR`,
//! `measure read DIR`, `measure index DIR COUNT`.
//!
//! `append` compares with a bare file that is written and synced in the same groups. `fill` ends without closing anything,
//! as a kill would; `open` then shows time and memory of an opening after a crash. `index` shows what it costs to add to
//! an index of positions, and to ask it for what is not there, one at a time and in groups that are prefetched.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write as _, stdout};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use okr_log::{
    AppendOutcome, Appender, AuthorId, Batch, ChangeId, FaultHook, Log, LogId, LogOptions,
    Position, PositionIndex, Record, RecordText, RecordedAt, Step, TokenId,
};

const ORGANISATION: LogId = LogId([7; 16]);
const GROUPS: [u64; 5] = [1, 16, 64, 256, 1600];
/// Steps in which an index is filled.
const INDEX_STEPS: u64 = 10;
/// Questions to an index after each step.
const QUESTIONS: u64 = 200_000;
/// Ids that an index is told of at a time.
const INDEX_GROUP: usize = 100;
const TIME_PER_GROUP: Duration = Duration::from_secs(2);

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["append", directory] => append(Path::new(directory)),
        ["fill", directory, count, group] => {
            fill(Path::new(directory), count.parse()?, group.parse()?)
        }
        ["open", directory] => open(Path::new(directory)),
        ["read", directory] => read(Path::new(directory)),
        ["index", directory, count] => index(Path::new(directory), count.parse()?),
        _ => Err(
            "usage: measure append DIR | fill DIR COUNT GROUP | open DIR | read DIR | index DIR COUNT"
                .into(),
        ),
    }
}

/// Ids spread like those of UUIDv7.
fn change_id(position: u64) -> ChangeId {
    let mut change = ChangeId([0; 16]);
    change.0[..6].copy_from_slice(&(position / 50).to_be_bytes()[2..]);
    let mixed = position.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    change.0[8..].copy_from_slice(&mixed.to_be_bytes());
    change
}

/// A record of about 200 bytes.
fn record(position: u64) -> Record {
    let change = change_id(position);
    Record {
        position: Position::new(position),
        recorded_at: RecordedAt::from_micros(1_700_000_000_000_000),
        author: AuthorId([1; 16]),
        token: TokenId([2; 16]),
        change_id: change,
        body: Bytes::from_static(&[0x5a; 70]),
        texts: vec![RecordText::Present {
            salt: [3; 16],
            text: "on track for the quarter".into(),
        }],
    }
}

fn append_group(appender: &mut Appender, head: u64, count: u64) -> Result<u64, Box<dyn Error>> {
    let records = (head + 1..=head + count).map(record).collect();
    let expected_head = Position::new(head);
    let batch = Batch {
        organisation: ORGANISATION,
        expected_head,
        records,
    };
    match appender.append(&[batch]).as_slice() {
        [AppendOutcome::Appended { head }] => Ok(head.position.get()),
        other => Err(format!("not appended: {other:?}").into()),
    }
}

/// When the journal was written for the current group.
type Steps = Arc<Mutex<Vec<Instant>>>;

fn append(directory: &Path) -> Outcome {
    let steps = Steps::default();
    let begun = Arc::clone(&steps);
    let hook: FaultHook = Arc::new(move |step| {
        if step == Step::WriteJournal {
            let mut begun = begun
                .lock()
                .map_err(|_| io::Error::other("a step panicked"))?;
            begun.push(Instant::now());
        }
        Ok(())
    });
    let log = Log::create(directory, LogOptions::new().faults(hook))?;
    let mut appender = log.appender().ok_or("the appender is taken")?;
    let mut head = 0;
    let bytes = record(1).encode()?.len();
    writeln!(
        stdout(),
        "record {bytes} bytes; records/s; microseconds per group"
    )?;
    for group in GROUPS {
        let (start, first) = (Instant::now(), head);
        let mut worst = Duration::ZERO;
        let mut times = [Duration::ZERO; 2];
        while start.elapsed() < TIME_PER_GROUP {
            let called = Instant::now();
            head = append_group(&mut appender, head, group)?;
            worst = worst.max(called.elapsed());
            let mut moments = vec![called];
            moments.append(&mut *steps.lock().map_err(|_| "a step panicked")?);
            moments.push(Instant::now());
            for (time, pair) in times.iter_mut().zip(moments.windows(2)) {
                *time += pair[1] - pair[0];
            }
        }
        let rate = per_second(head - first, start.elapsed());
        let raw = raw_rate(directory, usize::try_from(group)? * bytes, group)?;
        let groups = u128::from((head - first) / group);
        let [prepare, write] = times.map(|time| time.as_micros() / groups);
        writeln!(
            stdout(),
            "group {group:5}: log {rate:9}  raw {raw:9}  worst {worst:?}  \
             prepare {prepare} write {write}"
        )?;
    }
    let used = disk_bytes(directory)?;
    writeln!(stdout(), "disk {} bytes per record", used / head)?;
    Ok(())
}

/// Records per second when a bare file takes the same bytes in the same groups.
fn raw_rate(directory: &Path, bytes: usize, group: u64) -> Result<u64, Box<dyn Error>> {
    let path = directory.with_extension("raw");
    let mut file = File::create(&path)?;
    let data = vec![0x5a; bytes];
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < TIME_PER_GROUP {
        file.write_all(&data)?;
        file.sync_data()?;
        count += group;
    }
    let rate = per_second(count, start.elapsed());
    fs::remove_file(path)?;
    Ok(rate)
}

fn fill(directory: &Path, count: u64, group: u64) -> Outcome {
    let log = Log::create(directory, LogOptions::new())?;
    let mut appender = log.appender().ok_or("the appender is taken")?;
    let start = Instant::now();
    let mut head = 0;
    while head < count {
        head = append_group(&mut appender, head, group.min(count - head))?;
    }
    let rate = per_second(head, start.elapsed());
    let disk = disk_bytes(directory)? / head;
    writeln!(
        stdout(),
        "filled {head} at {rate}/s, {disk} bytes of disk per record, {}",
        memory()?
    )?;
    std::process::abort();
}

fn open(directory: &Path) -> Outcome {
    let start = Instant::now();
    let mut bodies = 0;
    let log = Log::open_with(directory, LogOptions::new(), &mut |_, record| {
        bodies += record.body().len();
        Ok(())
    })?;
    let took = start.elapsed();
    let head = log.head(ORGANISATION).position;
    writeln!(
        stdout(),
        "opened {head} records in {took:?}, {bodies} body bytes, {}",
        memory()?
    )?;
    Ok(())
}

fn read(directory: &Path) -> Outcome {
    let log = Log::open(directory, LogOptions::new())?;
    for budget in [64 * 1024, 1024 * 1024] {
        let start = Instant::now();
        let mut after = 0;
        loop {
            let read = log.read(ORGANISATION, Position::new(after), budget)?.len() as u64;
            if read == 0 {
                break;
            }
            after += read;
        }
        let rate = per_second(after, start.elapsed());
        writeln!(
            stdout(),
            "read in steps of {budget} bytes: {rate}/s, {}",
            memory()?
        )?;
    }
    let start = Instant::now();
    let head = log.head(ORGANISATION).position.get();
    let reads = 20_000;
    for number in 0..reads {
        let after = number * 7919 % head;
        log.read(ORGANISATION, Position::new(after), 1)?;
    }
    writeln!(
        stdout(),
        "single records anywhere: {}/s",
        per_second(reads, start.elapsed())
    )?;
    Ok(())
}

fn index(directory: &Path, count: u64) -> Outcome {
    let mut index = PositionIndex::new(Some(directory));
    let mut added = 0;
    for step in 1..=INDEX_STEPS {
        let start = Instant::now();
        let before = added;
        while added < count * step / INDEX_STEPS {
            added += 1;
            index.insert(change_id(added).0, Position::new(added));
        }
        let insertion = start.elapsed().as_nanos() / u128::from((added - before).max(1));
        let alone = question_nanos(&index, added, false)?;
        let prefetched = question_nanos(&index, added + QUESTIONS, true)?;
        writeln!(
            stdout(),
            "{added} in it: {insertion} ns an insertion, {alone} ns a question, {prefetched} ns prefetched, {}",
            memory()?
        )?;
    }
    Ok(())
}

/// Asks for ids that follow those that are there.
fn question_nanos(
    index: &PositionIndex,
    added: u64,
    prefetch: bool,
) -> Result<u128, Box<dyn Error>> {
    let ids: Vec<[u8; 16]> = (added + 1..=added + QUESTIONS)
        .map(|position| change_id(position).0)
        .collect();
    let start = Instant::now();
    for group in ids.chunks(INDEX_GROUP) {
        if prefetch {
            index.prefetch(group.iter().copied());
        }
        for id in group {
            if !index.positions(*id)?.is_empty() {
                return Err("the index has what nobody added".into());
            }
        }
    }
    Ok(start.elapsed().as_nanos() / u128::from(QUESTIONS))
}

fn per_second(count: u64, time: Duration) -> u64 {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1_000_000) / micros
}

fn disk_bytes(path: &Path) -> Result<u64, Box<dyn Error>> {
    let mut bytes = 0;
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() {
            disk_bytes(&entry.path())?
        } else {
            metadata.len()
        };
    }
    Ok(bytes)
}

/// What Linux says about our memory.
fn memory() -> Result<String, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let lines = status
        .lines()
        .filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    Ok(lines
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join(", "))
}

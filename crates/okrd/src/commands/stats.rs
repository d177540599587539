//! `okrd stats`: what a server holds, in numbers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use okr_core::event::{Event, OrgEdit, OrgEvent};
use okr_core::id::OrgId;
use okr_log::{Position, RecordView};
use okr_proto::{Decoded, decode_record};
use serde_json::{Value, json};

use super::minute;
use crate::args::{OutputFormat, StatsArguments};
use crate::backup::{OrgEnd, Source};
use crate::clock::Clock;
use crate::failure::{Exit, Failure};
use crate::output;
use crate::readiness::size_of;

/// Bytes of records that are read together.
const PORTION_BYTES: usize = 1024 * 1024;

/// An organisation in numbers.
#[derive(Debug, Default)]
struct Counted {
    name: String,
    changes: u64,
    record_bytes: u64,
    first: Option<Timestamp>,
    /// Changes that only a newer program understands.
    newer: u64,
    events: BTreeMap<&'static str, u64>,
}

pub(super) fn run(arguments: &StatsArguments) -> Result<(), Failure> {
    let data = &arguments.data.path()?;
    let mut source = Source::open(data)?;
    let running = matches!(source, Source::Running(_));
    let snapshot = source.snapshot(Clock::system().now())?;
    let files = snapshot.check_files("the data directory")?;
    let disk = size_of(data).unwrap_or(0);
    let mut counted = Vec::with_capacity(snapshot.orgs.len());
    for end in &snapshot.orgs {
        let people = files.people(OrgId::new(end.org.0));
        counted.push((end, people, count(&mut source, end)?));
    }
    output::print(&match arguments.output {
        OutputFormat::Text => {
            let state = if running { "running" } else { "stopped" };
            let head = format!(
                "{}  {state}, okrd {}, {} on disk\n",
                data.display(),
                snapshot.okrd,
                output::size(disk)
            );
            let orgs = counted
                .iter()
                .map(|(end, people, counted)| text(end, *people, counted));
            (head + &orgs.collect::<String>()).trim_end().to_owned()
        }
        OutputFormat::Json => {
            let orgs = counted
                .iter()
                .map(|(end, people, counted)| json(end, *people, counted));
            json!({
                "schema": "okrd.v1.Stats",
                "data": data,
                "okrd": snapshot.okrd,
                "running": running,
                "disk_bytes": disk,
                "orgs": orgs.collect::<Vec<Value>>(),
            })
            .to_string()
        }
    })
}

fn count(source: &mut Source, end: &OrgEnd) -> Result<Counted, Failure> {
    let mut counted = Counted::default();
    while counted.changes < end.head {
        let after = Position::new(counted.changes);
        let records = source.records(OrgId::new(end.org.0), after, PORTION_BYTES)?;
        if records.is_empty() {
            break;
        }
        for record in records {
            if counted.changes < end.head {
                let position = counted.changes + 1;
                counted.take(&record).map_err(|error| {
                    let message = format!("position {position} of {} cannot be read", end.org.0);
                    Failure::new(Exit::Integrity, message).caused_by(error.as_ref())
                })?;
            }
        }
    }
    Ok(counted)
}

impl Counted {
    fn take(&mut self, bytes: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
        let record = RecordView::parse(bytes)?;
        self.changes += 1;
        self.record_bytes += bytes.len() as u64;
        if self.first.is_none() {
            self.first = Timestamp::from_microsecond(record.recorded_at().as_micros()).ok();
        }
        let Decoded::Known(change) = decode_record(&record)? else {
            self.newer += 1;
            return Ok(());
        };
        for event in &change.events {
            if let Event::Org(_, OrgEvent::Created(new)) = event {
                self.name = new.name.to_string();
            }
            if let Event::Org(_, OrgEvent::Edited(OrgEdit::Name(edit))) = event {
                self.name = edit.to.to_string();
            }
            *self
                .events
                .entry(event.subject().kind().label())
                .or_default() += 1;
        }
        Ok(())
    }
}

fn text(end: &OrgEnd, people: usize, counted: &Counted) -> String {
    let name = output::clean(&counted.name);
    let Counted {
        changes,
        record_bytes,
        newer,
        ..
    } = counted;
    let size = output::size(*record_bytes);
    let mut lines = vec![
        String::new(),
        format!("{name} ({})", end.org.0),
        format!("  people    {people}"),
        format!("  changes   {changes}, {size}"),
    ];
    if let (Some(first), Some(last)) = (counted.first, end.recorded_at) {
        let (first, last) = (minute(first), minute(last.0));
        lines.push(format!("  recorded  {first} to {last}"));
    }
    lines.push(format!("  root      {}", end.root));
    if *newer > 0 {
        let newer = output::count(*newer, "change");
        lines.push(format!(
            "  newer     {newer} that only a newer okrd understands"
        ));
    }
    let mut events: Vec<_> = counted.events.iter().collect();
    events.sort_by_key(|(kind, count)| (std::cmp::Reverse(**count), **kind));
    for (index, (kind, count)) in events.into_iter().enumerate() {
        let label = if index == 0 { "events" } else { "" };
        lines.push(format!("  {label:<8}  {count:>9}  {kind}"));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn json(end: &OrgEnd, people: usize, counted: &Counted) -> Value {
    json!({
        "org": end.org.0.to_string(),
        "name": counted.name,
        "people": people,
        "changes": counted.changes,
        "record_bytes": counted.record_bytes,
        "first_recorded_at": counted.first.map(|moment| moment.to_string()),
        "last_recorded_at": end.recorded_at.map(|moment| moment.0.to_string()),
        "root": end.root,
        "newer": counted.newer,
        "events": counted.events,
    })
}

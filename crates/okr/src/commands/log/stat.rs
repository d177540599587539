//! `okr log --stat`: how many changes, of what kind, by whom, and of which goals.

use std::collections::{BTreeMap, HashMap};

use okr_core::Timestamp;
use okr_core::event::{CheckInEvent, CommentEvent, Event, MetricValueEvent};
use okr_core::id::{CheckInId, CommentId, EntityId, KeyResultId, PersonId};
use okr_core::view::View as _;
use okr_replica::{ChangeKind, LogEntry, LogFilter};

use crate::args::{Limit, LogArgs};
use crate::commands::past::{Past, learn_from};
use crate::commands::status::screen::aligned;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::{CountItem, LogStatItem, ThingCountItem, ThingRef};
use crate::render::{Cell, Column, Screen, Table, Tone, iso};
use crate::ui::OutputFormat;

/// How many goals are named on a screen; all are in machine output.
const THINGS_MAX: usize = 20;

/// Answers with counts.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn run(
    context: &mut Context,
    past: &mut Past<'_>,
    (filter, args): (&LogFilter, &LogArgs),
) -> Result<Exit, CliError> {
    let mut counts = Counts::default();
    match args.limit {
        Some(Limit::At(limit)) => {
            let filter = LogFilter {
                limit: Some(limit),
                ..filter.clone()
            };
            let entries = past.replica.log(&filter).map_err(failure::replica)?;
            for entry in &entries {
                counts.add(entry);
            }
        }
        Some(Limit::All) | None => {
            let counted = past.replica.each_change(filter, |entry| counts.add(&entry));
            counted.map_err(failure::replica)?;
        }
    }
    counts.settle(past)?;
    let (present, _) = context.present(past.replica)?;
    learn_from(&mut past.names, &present, counts.things.keys().copied())?;
    let frame = past.frame(context)?;
    let item = counts.item(past);
    if context.ui.output() == OutputFormat::Table {
        let screen = *context.ui.screen();
        let text = render(&item, &screen);
        context.ui.print(&text);
    } else {
        context.ui.answer(&frame, &[item], |_| String::new());
    }
    Ok(Exit::Ok)
}

/// Counts of changes that come one after the other.
#[derive(Debug, Default)]
struct Counts {
    changes: usize,
    span: Option<(Timestamp, Timestamp)>,
    kinds: BTreeMap<ChangeKind, usize>,
    people: HashMap<PersonId, usize>,
    things: HashMap<EntityId, usize>,
    /// What corrections are about, to be found out in the end.
    corrected: HashMap<CheckInId, usize>,
    reported: HashMap<CheckInId, KeyResultId>,
    /// Comments that were edited or taken back, likewise.
    reworded: HashMap<CommentId, usize>,
}

impl Counts {
    fn add(&mut self, entry: &LogEntry) {
        let at = entry.authored_at;
        self.changes += 1;
        self.span = match self.span {
            None => Some((at, at)),
            Some((first, last)) => Some((first.min(at), last.max(at))),
        };
        for kind in ChangeKind::ALL {
            if entry.is(kind) {
                *self.kinds.entry(kind).or_default() += 1;
            }
        }
        let person = entry.on_behalf_of.unwrap_or(entry.author);
        *self.people.entry(person).or_default() += 1;
        let mut counted: Vec<EntityId> = Vec::new();
        for event in entry.change.iter().flat_map(|change| &change.events) {
            let about = match event {
                Event::CheckIn(id, CheckInEvent::Recorded(new)) => {
                    self.reported.insert(*id, new.key_result);
                    new.key_result.into()
                }
                Event::MetricValue(_, MetricValueEvent::Recorded(new)) => new.metric.into(),
                Event::CheckIn(id, CheckInEvent::Corrected(_) | CheckInEvent::Retracted) => {
                    (*id).into()
                }
                Event::Comment(_, CommentEvent::Added(new)) => new.topic.entity(),
                Event::Org(..)
                | Event::Person(..)
                | Event::Team(..)
                | Event::Cycle(..)
                | Event::Objective(..)
                | Event::KeyResult(..)
                | Event::Comment(..)
                | Event::Initiative(..)
                | Event::Metric(..)
                | Event::MetricValue(..) => event.subject(),
            };
            if counted.contains(&about) {
                continue;
            }
            counted.push(about);
            match about {
                EntityId::CheckIn(id) => *self.corrected.entry(id).or_default() += 1,
                EntityId::Comment(id) => *self.reworded.entry(id).or_default() += 1,
                about => *self.things.entry(about).or_default() += 1,
            }
        }
    }

    /// Counts corrections, and what was done to comments, for what these are about.
    fn settle(&mut self, past: &Past<'_>) -> Result<(), CliError> {
        for (id, count) in std::mem::take(&mut self.reworded) {
            let comment = past.reading.comment(id).map_err(failure::replica)?;
            let about = comment.map_or(EntityId::Comment(id), |one| one.topic.entity());
            match about {
                EntityId::CheckIn(id) => *self.corrected.entry(id).or_default() += count,
                about => *self.things.entry(about).or_default() += count,
            }
        }
        for (id, count) in std::mem::take(&mut self.corrected) {
            let mut of = self.reported.get(&id).copied();
            if of.is_none() {
                let check_in = past.reading.check_in(id).map_err(failure::replica)?;
                of = check_in.map(|check_in| check_in.key_result);
            }
            let about = of.map_or(EntityId::CheckIn(id), EntityId::KeyResult);
            *self.things.entry(about).or_default() += count;
        }
        Ok(())
    }

    fn item(&self, past: &Past<'_>) -> LogStatItem {
        let zone = &past.at.clock.zone;
        let kinds = self.kinds.iter().map(|(kind, count)| CountItem {
            name: kind.word().to_owned(),
            count: *count,
        });
        let people = self.people.iter().map(|(person, count)| CountItem {
            name: past.names.person(*person),
            count: *count,
        });
        let mut people: Vec<CountItem> = people.collect();
        people.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        let things = self.things.iter().map(|(id, count)| ThingCountItem {
            thing: ThingRef::new(*id, &past.names),
            count: *count,
        });
        let mut things: Vec<ThingCountItem> = things.collect();
        things.sort_by(|a, b| {
            let names = || a.thing.name.cmp(&b.thing.name);
            b.count.cmp(&a.count).then_with(names)
        });
        LogStatItem {
            changes: self.changes,
            first: self.span.map(|(first, _)| iso(first, zone)),
            last: self.span.map(|(_, last)| iso(last, zone)),
            kinds: kinds.collect(),
            people,
            things,
        }
    }
}

fn render(item: &LogStatItem, screen: &Screen) -> String {
    let changes = crate::commands::counted(item.changes, "change");
    let mut text = match (&item.first, &item.last) {
        (Some(first), Some(last)) => {
            let day = |time: &str| time.chars().take(10).collect::<String>();
            format!("{changes} from {} to {}\n", day(first), day(last))
        }
        (_, _) => format!("{changes}\n"),
    };
    let people = || item.people.iter().map(|one| (one.name.as_str(), one.count));
    let kinds = || item.kinds.iter().map(|one| (one.name.as_str(), one.count));
    let things = item.things.iter().take(THINGS_MAX);
    let things: Vec<(&str, usize)> = things
        .map(|one| (one.thing.name.as_str(), one.count))
        .collect();
    for (title, rows) in [
        ("By kind", kinds().collect()),
        ("By person", people().collect()),
        ("By goal", things),
    ] {
        let rows: Vec<(&str, usize)> = rows;
        if rows.is_empty() {
            continue;
        }
        let mut table = Table::new([Column::left(""), Column::right("")]);
        for (name, count) in rows {
            let name = Cell::toned(Tone::Plain, "  ").and(Tone::Plain, name);
            table.row([name, count.to_string().into()]);
        }
        let table = table.render(&aligned(screen));
        text.push('\n');
        text.push_str(&screen.paint(Tone::Strong, title));
        text.push('\n');
        text.push_str(&table);
    }
    if item.things.len() > THINGS_MAX {
        let more = item.things.len() - THINGS_MAX;
        let rest = format!("  and {more} more, with -o json\n");
        text.push_str(&rest);
    }
    text
}

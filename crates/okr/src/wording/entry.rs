//! What an entry of the log says: who, when, what from and to, and what is special about it.

use std::collections::{BTreeMap, HashMap};

use okr_core::Timestamp;
use okr_core::entity::CheckIn;
use okr_core::event::{CheckInEvent, Event, MetricValueEvent};
use okr_core::id::{ChangeId, CheckInId, PersonId};
use okr_core::value::Source;
use okr_replica::{ErasedText, LogEntry, Place};

use super::event::{Before, Said, said};
use crate::names::Names;
use crate::render::{Screen, local, relative};
use crate::short_id::{self, Alphabet};
use crate::when::Clock;

/// What is said of a change that waits for the server.
pub(crate) const PENDING: &str = "pending";

/// What is said of a fact, a correction or a grade in a cycle that was closed before.
pub(crate) const LATE: &str = "late: after the close";

/// A change that took longer than this from its author to the server was made offline, in seconds.
const OFFLINE_SECONDS_MIN: i64 = 5 * 60;

/// An entry of the log in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// The short id of the change.
    pub(crate) id: String,
    /// When it was written.
    pub(crate) authored_at: Timestamp,
    /// Who wrote it, and who brought it in: `warpfork, imported by ana`.
    pub(crate) who: String,
    /// What happened, event by event.
    pub(crate) said: Vec<Said>,
    /// What is special about it: `pending`, `offline, synced 3 h later`.
    pub(crate) remarks: Vec<String>,
    /// Why.
    pub(crate) reason: Option<String>,
}

/// Puts an entry in words.
///
/// `before` has, for each new check-in, the one that counted until then.
pub(crate) fn told(
    entry: &LogEntry,
    before: &HashMap<CheckInId, CheckIn>,
    names: &Names,
    view: (&Clock, &Screen),
) -> Told {
    let (clock, screen) = view;
    let events = entry.change.iter().flat_map(|change| &change.events);
    let said = events.flat_map(|event| {
        let latest = recorded(event).and_then(|id| before.get(&id));
        said(event, Before { latest }, names, screen)
    });
    Told {
        id: short_id::shown(Alphabet::Change, entry.id.uuid()),
        authored_at: entry.authored_at,
        who: who(entry.author, entry.on_behalf_of, entry.source, names),
        said: said.collect(),
        remarks: remarks(entry, clock, names),
        reason: entry.reason.as_ref().map(ToString::to_string),
    }
}

/// Returns the check-in that an event reports for the first time.
fn recorded(event: &Event) -> Option<CheckInId> {
    if let Event::CheckIn(id, CheckInEvent::Recorded(_)) = event {
        Some(*id)
    } else {
        None
    }
}

/// Says why a change was made: its reason or, of a check-in or a value of a health metric without
/// one, its note.
pub(crate) fn why(entry: &LogEntry) -> Option<String> {
    if let Some(reason) = &entry.reason {
        return Some(reason.to_string());
    }
    let mut events = entry.change.iter().flat_map(|change| &change.events);
    events.find_map(|event| match event {
        Event::CheckIn(_, CheckInEvent::Recorded(new)) => {
            new.note.as_ref().map(ToString::to_string)
        }
        Event::MetricValue(_, MetricValueEvent::Recorded(new)) => {
            new.note.as_ref().map(ToString::to_string)
        }
        _ => None,
    })
}

/// Names the author and, where it is somebody else, the person who originally did it.
pub(crate) fn who(
    author: PersonId,
    on_behalf_of: Option<PersonId>,
    source: Source,
    names: &Names,
) -> String {
    let author = names.person(author);
    match (on_behalf_of, source) {
        (None, Source::Human) => author,
        (None, Source::Import) => format!("imported by {author}"),
        (None, Source::Automation) => format!("{author}, automated"),
        (Some(person), Source::Human) => format!("{}, by {author}", names.person(person)),
        (Some(person), Source::Import) => {
            format!("{}, imported by {author}", names.person(person))
        }
        (Some(person), Source::Automation) => {
            format!("{}, automated by {author}", names.person(person))
        }
    }
}

/// Returns when a change was recorded by the server; none while it is pending.
const fn when_recorded(place: &Place) -> Option<Timestamp> {
    match place {
        Place::Confirmed { recorded_at, .. } => Some(*recorded_at),
        Place::Pending => None,
    }
}

/// Says that a device's clock was ahead of the server's.
fn clock_ahead(authored_at: Timestamp, recorded_at: Timestamp) -> String {
    format!("clock {} ahead", distance(recorded_at, authored_at))
}

/// Says which texts of a change were erased: `text 2 erased by ana on 2026-11-28: a phone number`.
pub(crate) fn erased(entry: &LogEntry, clock: &Clock, names: &Names) -> Vec<String> {
    let mut by: BTreeMap<ChangeId, (Vec<String>, &ErasedText)> = BTreeMap::new();
    for erased in &entry.erased {
        let (numbers, _) = by
            .entry(erased.by_change)
            .or_insert_with(|| (Vec::new(), erased));
        numbers.push(erased.place.text.to_string());
    }
    let remark = |(numbers, erased): (Vec<String>, &ErasedText)| {
        let texts = if numbers.len() == 1 { "text" } else { "texts" };
        let who = names.person(erased.author);
        let day = clock.zone.to_datetime(erased.at).date();
        let reason = erased.reason.as_deref().unwrap_or("no reason is kept");
        format!(
            "{texts} {} erased by {who} on {day}: {reason}",
            numbers.join(", ")
        )
    };
    by.into_values().map(remark).collect()
}

fn remarks(entry: &LogEntry, clock: &Clock, names: &Names) -> Vec<String> {
    let mut remarks = Vec::new();
    match (when_recorded(&entry.place), entry.source) {
        (None, _) => remarks.push(PENDING.to_owned()),
        (Some(recorded_at), _) if entry.clock_ahead => {
            remarks.push(clock_ahead(entry.authored_at, recorded_at));
        }
        (Some(recorded_at), Source::Import) => {
            remarks.push(format!("recorded {}", local(recorded_at, clock)));
        }
        (Some(recorded_at), Source::Human | Source::Automation) => {
            let seconds = recorded_at.as_second() - entry.authored_at.as_second();
            if seconds > OFFLINE_SECONDS_MIN {
                let later = distance(entry.authored_at, recorded_at);
                remarks.push(format!("offline, synced {later} later"));
            }
        }
    }
    if entry.late {
        remarks.push(LATE.to_owned());
    }
    match &entry.change {
        Some(change) => {
            if let Some(category) = change.amendment {
                remarks.push(format!("amendment: {}", category.word()));
            }
        }
        None => remarks.push("upgrade okr to read this".to_owned()),
    }
    remarks.extend(erased(entry, clock, names));
    remarks
}

/// Writes how far apart two moments are: `3 h`.
pub(crate) fn distance(from: Timestamp, to: Timestamp) -> String {
    let words = relative(from, to);
    words
        .trim_end_matches(" ago")
        .trim_start_matches("in ")
        .to_owned()
}

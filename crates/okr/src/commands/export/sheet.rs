//! Exports as tables: one for each kind, with a column for each fact.
//!
//! Columns are a promise: they are added at the end, never renamed or given another meaning.

mod around;
mod goals;
mod work;

use super::gather::Found;
use crate::args::ExportKind;
use crate::output::{Id, PersonRef, PlaceItem, ThingRef};

/// What stands in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// Nothing.
    Empty,
    /// What somebody typed, or a word of this program.
    Text(String),
    /// An exact decimal.
    Number(String),
    /// Yes or no.
    Flag(bool),
    /// A day, as `YYYY-MM-DD`.
    Day(String),
    /// A moment, as RFC 3339 in UTC.
    Time(String),
}

impl From<&str> for Fact {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Fact {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&ThingRef> for Fact {
    fn from(thing: &ThingRef) -> Self {
        Self::Text(thing.name.clone())
    }
}

impl From<&PersonRef> for Fact {
    fn from(person: &PersonRef) -> Self {
        Self::Text(person.called())
    }
}

impl From<bool> for Fact {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<T> From<Option<T>> for Fact
where
    Self: From<T>,
{
    fn from(found: Option<T>) -> Self {
        found.map_or(Self::Empty, Self::from)
    }
}

fn number(text: Option<&String>) -> Fact {
    text.map_or(Fact::Empty, |text| Fact::Number(text.clone()))
}

fn day(text: &str) -> Fact {
    Fact::Day(text.to_owned())
}

fn some_day(text: Option<&String>) -> Fact {
    text.map_or(Fact::Empty, |text| day(text))
}

/// Returns when something was written, and when the server took it.
fn times(place: &PlaceItem) -> [Fact; 2] {
    let recorded = place.recorded_at.as_ref();
    [
        Fact::Time(place.authored_at.clone()),
        recorded.map_or(Fact::Empty, |time| Fact::Time(time.clone())),
    ]
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where numbers of several types are mapped"
)]
fn count(number: impl ToString) -> Fact {
    Fact::Number(number.to_string())
}

fn id(id: Id) -> Fact {
    Fact::Text(id.0.to_string())
}

fn joined<'a>(words: impl IntoIterator<Item = &'a String>) -> Fact {
    let words: Vec<&str> = words.into_iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => Fact::Empty,
        words => Fact::Text(words.join(" ")),
    }
}

fn people(people: &[PersonRef]) -> Fact {
    joined(&people.iter().map(PersonRef::called).collect::<Vec<_>>())
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sheet {
    pub(super) columns: &'static [&'static str],
    pub(super) rows: Vec<Vec<Fact>>,
}

impl Sheet {
    fn of<T>(columns: &'static [&'static str], items: &[T], row: fn(&T) -> Vec<Fact>) -> Self {
        let rows: Vec<_> = items.iter().map(row).collect();
        debug_assert!(
            rows.iter().all(|row| row.len() == columns.len()),
            "a fact for each column"
        );
        Self { columns, rows }
    }
}

/// Returns the table of a kind.
pub(super) fn sheet(found: &Found, kind: ExportKind) -> Sheet {
    match kind {
        ExportKind::Objectives => Sheet::of(goals::OBJECTIVES, &found.objectives, goals::objective),
        ExportKind::Krs => Sheet::of(goals::KEY_RESULTS, &found.key_results, goals::key_result),
        ExportKind::Checkins => Sheet::of(goals::CHECK_INS, &found.check_ins, goals::check_in),
        ExportKind::Teams => Sheet::of(around::TEAMS, &found.teams, around::team),
        ExportKind::Cycles => Sheet::of(around::CYCLES, &found.cycles, around::cycle),
        ExportKind::People => Sheet::of(around::PEOPLE, &found.people, around::person),
        ExportKind::Comments => Sheet::of(around::COMMENTS, &found.comments, around::comment),
        ExportKind::Initiatives => {
            Sheet::of(work::INITIATIVES, &found.initiatives, work::initiative)
        }
        ExportKind::Metrics => Sheet::of(work::METRICS, &found.metrics, work::metric),
        ExportKind::MetricValues => Sheet::of(
            work::METRIC_VALUES,
            &found.metric_values,
            work::metric_value,
        ),
    }
}

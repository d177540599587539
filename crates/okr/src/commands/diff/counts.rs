//! How much differs, in numbers.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::id::PersonId;
use okr_core::value::AmendmentCategory;
use okr_replica::{Changed, Diff, LogEntry, Stands};

use super::rows::{is_edit, new_state, roll_up};
use crate::commands::past::Past;
use crate::commands::status::screen::aligned;
use crate::output::{CountItem, DiffCountsItem};
use crate::render::{Cell, Column, Screen, Table, Tone};

/// Counts what differs.
pub(super) fn of(diff: &Diff, past: &Past<'_>) -> DiffCountsItem {
    let count = |wanted: &dyn Fn(&Changed) -> bool| {
        diff.things.iter().filter(|changed| wanted(changed)).count()
    };
    let in_state = |state: &'static str| {
        count(&|changed| is_edit(changed) && new_state(changed) == Some(state))
    };
    let moved = |differs: &dyn Fn(&Stands) -> bool| {
        count(&|changed| changed.stands.as_deref().is_some_and(differs))
    };
    DiffCountsItem {
        things: diff.things.len(),
        added: count(&|changed| changed.added.is_some()),
        late_additions: count(&|changed| changed.late_addition),
        closed: in_state("closed"),
        abandoned: in_state("abandoned"),
        archived: in_state("archived"),
        fields: fields(diff),
        amendments: amendments(diff),
        values: moved(&|stands| value_of(stands).0 != value_of(stands).1),
        confidences: moved(&|stands| confidence_of(stands).0 != confidence_of(stands).1),
        progress: moved(&|stands| {
            stands.before.as_ref().and_then(|before| before.progress) != stands.after.progress
        }),
        statuses: moved(&|stands| {
            stands.before.as_ref().map(|before| before.status) != Some(stands.after.status)
        }),
        people: people(diff, past),
    }
}

fn value_of(
    stands: &Stands,
) -> (
    Option<&okr_core::measure::Value>,
    Option<&okr_core::measure::Value>,
) {
    let before = stands.before.as_ref();
    let then = before.and_then(|before| before.check_in.as_ref());
    let now = stands.after.check_in.as_ref();
    (then.map(|one| &one.value), now.map(|one| &one.value))
}

fn confidence_of(
    stands: &Stands,
) -> (
    Option<okr_core::value::Confidence>,
    Option<okr_core::value::Confidence>,
) {
    let before = stands.before.as_ref();
    let then = before.and_then(|before| before.check_in.as_ref());
    let now = stands.after.check_in.as_ref();
    (
        then.and_then(|one| one.confidence),
        now.and_then(|one| one.confidence),
    )
}

/// Returns the changes that made a thing differ.
fn entries(changed: &Changed) -> impl Iterator<Item = &LogEntry> {
    let fields = changed
        .fields
        .iter()
        .filter_map(|field| field.by.as_deref());
    let stands = changed
        .stands
        .iter()
        .filter_map(|stands| stands.by.as_deref());
    let added = changed.added.as_deref().into_iter();
    added.chain(fields).chain(stands)
}

/// Returns whose doing a change is.
pub(super) fn doer(entry: &LogEntry) -> PersonId {
    entry.on_behalf_of.unwrap_or(entry.author)
}

/// Returns the people who made things differ.
pub(super) fn doers(diff: &Diff) -> BTreeSet<PersonId> {
    let all = diff.things.iter().flat_map(entries);
    all.map(doer).collect()
}

fn people(diff: &Diff, past: &Past<'_>) -> Vec<CountItem> {
    let mut counts: BTreeMap<PersonId, usize> = BTreeMap::new();
    for changed in &diff.things {
        let people: BTreeSet<PersonId> = entries(changed).map(doer).collect();
        for person in people {
            *counts.entry(person).or_default() += 1;
        }
    }
    let counts = counts.into_iter();
    sorted(counts.map(|(person, count)| (past.names.person(person), count)))
}

fn fields(diff: &Diff) -> Vec<CountItem> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let edited = diff.things.iter().filter(|changed| changed.added.is_none());
    for field in edited.flat_map(|changed| &changed.fields) {
        *counts.entry(field.step.word).or_default() += 1;
    }
    sorted(
        counts
            .into_iter()
            .map(|(word, count)| (word.to_owned(), count)),
    )
}

fn amendments(diff: &Diff) -> Vec<CountItem> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let edited = diff.things.iter().filter(|changed| changed.added.is_none());
    for field in edited.flat_map(|changed| &changed.fields) {
        let change = field.by.as_ref().and_then(|by| by.change.as_ref());
        if let Some(category) = change.and_then(|change| change.amendment) {
            *counts.entry(AmendmentCategory::word(category)).or_default() += 1;
        }
    }
    sorted(
        counts
            .into_iter()
            .map(|(word, count)| (word.to_owned(), count)),
    )
}

/// Puts the greatest first, and those that are as great by name.
fn sorted(counts: impl Iterator<Item = (String, usize)>) -> Vec<CountItem> {
    let mut items: Vec<CountItem> = counts
        .map(|(name, count)| CountItem { name, count })
        .collect();
    items.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    items
}

/// Renders the numbers: `added  3  1 late`.
pub(super) fn render(diff: &Diff, past: &Past<'_>, screen: &Screen) -> String {
    let counts = of(diff, past);
    let listed = |items: &[CountItem]| {
        let parts: Vec<String> = items
            .iter()
            .map(|item| format!("{} {}", item.name, item.count))
            .collect();
        parts.join(", ")
    };
    let sum = |items: &[CountItem]| items.iter().map(|item| item.count).sum::<usize>();
    let late = match counts.late_additions {
        0 => String::new(),
        late => format!("{late} after the commitment"),
    };
    let mut table = Table::new([Column::left(""), Column::right(""), Column::left("")]);
    let mut add = |word: &str, count: usize, detail: String| {
        if count > 0 {
            let detail = Cell::toned(Tone::Plain, &detail).and(Tone::Plain, " ");
            table.row([
                Cell::toned(Tone::Dim, word),
                count.to_string().into(),
                detail,
            ]);
        }
    };
    add("things", counts.things, String::new());
    add("added", counts.added, late);
    add("closed", counts.closed, String::new());
    add("abandoned", counts.abandoned, String::new());
    add("archived", counts.archived, String::new());
    add("fields", sum(&counts.fields), listed(&counts.fields));
    add(
        "amendments",
        sum(&counts.amendments),
        listed(&counts.amendments),
    );
    add("values", counts.values, String::new());
    add("confidence", counts.confidences, String::new());
    add("progress", counts.progress, String::new());
    add("status", counts.statuses, String::new());
    add("people", counts.people.len(), listed(&counts.people));
    let mut text = table.render(&aligned(screen));
    for one in &diff.roll_ups {
        if !matches!(one.of, okr_replica::RollUpOf::Objective(_)) {
            let (of, moved) = roll_up(one, &past.names, screen);
            let line = Cell::toned(Tone::Plain, &format!("{of}  {moved}"));
            text.push_str(&line.paint(usize::MAX, screen));
            text.push('\n');
        }
    }
    text
}

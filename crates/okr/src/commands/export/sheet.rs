//! Exports as tables: one for each kind, with a column for each fact.
//!
//! Columns are a promise: they are added at the end, never renamed or given another meaning.

use super::gather::Found;
use crate::args::ExportKind;
use crate::output::{
    CheckInItem, CommentItem, CycleItem, Id, KeyResultItem, MeasureItem, ObjectiveItem, PersonItem,
    PersonRef, ProgressItem, TeamItem, ThingRef, ValueItem,
};

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
        ExportKind::Objectives => Sheet::of(OBJECTIVES, &found.objectives, objective),
        ExportKind::Krs => Sheet::of(KEY_RESULTS, &found.key_results, key_result),
        ExportKind::Checkins => Sheet::of(CHECK_INS, &found.check_ins, check_in),
        ExportKind::Teams => Sheet::of(TEAMS, &found.teams, team),
        ExportKind::Cycles => Sheet::of(CYCLES, &found.cycles, cycle),
        ExportKind::People => Sheet::of(PEOPLE, &found.people, person),
        ExportKind::Comments => Sheet::of(COMMENTS, &found.comments, comment),
    }
}

const OBJECTIVES: &[&str] = &[
    "id",
    "slug",
    "title",
    "description",
    "owner",
    "team",
    "cycle",
    "kind",
    "weight",
    "supports",
    "continues",
    "tags",
    "state",
    "score",
    "reflection",
    "progress_percent",
    "late_addition",
    "key_results",
];

fn objective(item: &ObjectiveItem) -> Vec<Fact> {
    let progress = item.progress.as_ref().and_then(|progress| progress.percent);
    vec![
        id(item.id),
        (&item.slug).into(),
        (&item.title).into(),
        item.description.as_ref().into(),
        (&item.owner).into(),
        item.team.as_ref().into(),
        (&item.cycle).into(),
        item.kind.into(),
        number(Some(&item.weight)),
        item.supports.as_ref().into(),
        item.continues.as_ref().into(),
        joined(&item.tags),
        item.state.into(),
        number(item.score.as_ref()),
        item.reflection.as_ref().into(),
        progress.map_or(Fact::Empty, count),
        item.late_addition.into(),
        count(item.key_results.len()),
    ]
}

const KEY_RESULTS: &[&str] = &[
    "id",
    "slug",
    "title",
    "description",
    "objective",
    "owner",
    "measure",
    "unit",
    "baseline",
    "target",
    "commit",
    "stretch",
    "low",
    "high",
    "milestones",
    "weight",
    "start",
    "due",
    "tags",
    "state",
    "score",
    "status",
    "value",
    "value_on",
    "confidence",
    "progress_percent",
    "expected_percent",
    "blocker",
    "late_addition",
];

fn key_result(item: &KeyResultItem) -> Vec<Fact> {
    let latest = item.latest_check_in.as_ref();
    let percent = |progress: &ProgressItem| progress.percent;
    let progress = item.progress.as_ref().and_then(percent);
    let mut row = vec![
        id(item.id),
        (&item.slug).into(),
        (&item.title).into(),
        item.description.as_ref().into(),
        (&item.objective).into(),
        (&item.owner).into(),
    ];
    row.extend(measure(&item.measure));
    row.extend([
        number(Some(&item.weight)),
        item.start.as_ref().into(),
        item.due.as_ref().into(),
        joined(&item.tags),
        item.state.into(),
        number(item.score.as_ref()),
        item.status.into(),
        latest.map_or(Fact::Empty, |latest| value(&latest.value)),
        latest.map(|latest| &latest.effective).into(),
        latest
            .and_then(|latest| latest.confidence)
            .map_or(Fact::Empty, count),
        progress.map_or(Fact::Empty, count),
        percent(&item.expected).map_or(Fact::Empty, count),
        item.blocker.as_ref().map(|blocker| &blocker.text).into(),
        item.late_addition.into(),
    ]);
    row
}

/// Returns kind, unit, baseline, target, commit, stretch, low, high and milestones.
fn measure(measure: &MeasureItem) -> [Fact; 9] {
    const NOTHING: Fact = Fact::Empty;
    match measure {
        MeasureItem::Metric {
            unit,
            baseline,
            target,
            commit,
            stretch,
        } => [
            "metric".into(),
            unit.as_ref().into(),
            number(Some(baseline)),
            number(Some(target)),
            number(commit.as_ref()),
            number(stretch.as_ref()),
            NOTHING,
            NOTHING,
            NOTHING,
        ],
        MeasureItem::Hold { unit, low, high } => [
            "hold".into(),
            unit.as_ref().into(),
            NOTHING,
            NOTHING,
            NOTHING,
            NOTHING,
            number(low.as_ref()),
            number(high.as_ref()),
            NOTHING,
        ],
        MeasureItem::Milestones { milestones } => {
            let lines = milestones.iter().map(|line| match line.weight.as_str() {
                "1" => line.title.clone(),
                weight => format!("{}={weight}", line.title),
            });
            let lines: Vec<String> = lines.collect();
            let mut row = [const { Fact::Empty }; 9];
            row[0] = "milestones".into();
            row[8] = Fact::Text(lines.join("; "));
            row
        }
        MeasureItem::Zones {
            commit,
            target,
            stretch,
        } => {
            let mut row = [const { Fact::Empty }; 9];
            row[0] = "zones".into();
            row[3] = target.into();
            row[4] = commit.into();
            row[5] = stretch.into();
            row
        }
    }
}

fn value(value: &ValueItem) -> Fact {
    match (&value.number, &value.done, value.zone) {
        (Some(text), _, _) => Fact::Number(text.clone()),
        (None, Some(done), _) => {
            let done: Vec<String> = done.iter().map(ToString::to_string).collect();
            Fact::Text(format!("done {}", done.join(" ")).trim_end().to_owned())
        }
        (None, None, zone) => zone.into(),
    }
}

const CHECK_INS: &[&str] = &[
    "id",
    "key_result",
    "on",
    "value",
    "confidence",
    "note",
    "blocker",
    "unblocked",
    "author",
    "on_behalf_of",
    "source",
    "authored_at",
    "recorded_at",
    "corrected",
    "late",
];

fn check_in(item: &CheckInItem) -> Vec<Fact> {
    vec![
        id(item.id),
        (&item.key_result).into(),
        (&item.effective).into(),
        value(&item.value),
        item.confidence.map_or(Fact::Empty, count),
        item.note.as_ref().into(),
        item.blocker.as_ref().into(),
        item.unblocked.into(),
        (&item.author).into(),
        item.on_behalf_of.as_ref().into(),
        item.source.into(),
        (&item.place.authored_at).into(),
        item.place.recorded_at.as_ref().into(),
        item.corrected.into(),
        item.late.into(),
    ]
}

const TEAMS: &[&str] = &[
    "id", "slug", "name", "parent", "leads", "members", "archived",
];

fn team(item: &TeamItem) -> Vec<Fact> {
    vec![
        id(item.id),
        (&item.slug).into(),
        (&item.name).into(),
        item.parent.as_ref().into(),
        people(&item.leads),
        people(&item.members),
        item.archived.into(),
    ]
}

const CYCLES: &[&str] = &["id", "name", "start", "end", "cadence_days", "state"];

fn cycle(item: &CycleItem) -> Vec<Fact> {
    vec![
        id(item.id),
        (&item.name).into(),
        (&item.start).into(),
        (&item.end).into(),
        item.cadence_days.map_or(Fact::Empty, count),
        item.state.into(),
    ]
}

const PEOPLE: &[&str] = &["id", "handle", "name", "email", "role", "active"];

fn person(item: &PersonItem) -> Vec<Fact> {
    vec![
        id(item.id),
        item.handle.as_ref().into(),
        item.name.as_ref().into(),
        item.email.as_ref().into(),
        item.role.into(),
        item.active.into(),
    ]
}

const COMMENTS: &[&str] = &[
    "id",
    "about_kind",
    "about",
    "reply_to",
    "kind",
    "text",
    "author",
    "recorded_by",
    "source",
    "authored_at",
    "recorded_at",
    "edited",
];

fn comment(item: &CommentItem) -> Vec<Fact> {
    vec![
        id(item.id),
        item.about.kind.into(),
        (&item.about).into(),
        item.reply_to.map_or(Fact::Empty, id),
        item.kind.into(),
        (&item.text).into(),
        (&item.author).into(),
        (&item.recorded_by).into(),
        item.source.into(),
        (&item.place.authored_at).into(),
        item.place.recorded_at.as_ref().into(),
        item.edited.into(),
    ]
}

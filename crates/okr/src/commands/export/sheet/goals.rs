//! Tables of objectives, key results and check-ins.

use super::{Fact, count, day, id, joined, number, some_day, times};
use crate::output::{
    CheckInItem, KeyResultItem, MeasureItem, ObjectiveItem, ProgressItem, ValueItem,
};

pub(super) const OBJECTIVES: &[&str] = &[
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

pub(super) fn objective(item: &ObjectiveItem) -> Vec<Fact> {
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

pub(super) const KEY_RESULTS: &[&str] = &[
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

pub(super) fn key_result(item: &KeyResultItem) -> Vec<Fact> {
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
        some_day(item.start.as_ref()),
        some_day(item.due.as_ref()),
        joined(&item.tags),
        item.state.into(),
        number(item.score.as_ref()),
        item.status.into(),
        latest.map_or(Fact::Empty, |latest| value(&latest.value)),
        some_day(latest.map(|latest| &latest.effective)),
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
        (None, Some(done), _) if done.is_empty() => "none".into(),
        (None, Some(done), _) => {
            let done: Vec<String> = done.iter().map(ToString::to_string).collect();
            Fact::Text(format!("done {}", done.join(" ")))
        }
        (None, None, zone) => zone.into(),
    }
}

pub(super) const CHECK_INS: &[&str] = &[
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

pub(super) fn check_in(item: &CheckInItem) -> Vec<Fact> {
    let [authored_at, recorded_at] = times(&item.place);
    vec![
        id(item.id),
        (&item.key_result).into(),
        day(&item.effective),
        value(&item.value),
        item.confidence.map_or(Fact::Empty, count),
        item.note.as_ref().into(),
        item.blocker.as_ref().into(),
        item.unblocked.into(),
        (&item.author).into(),
        item.on_behalf_of.as_ref().into(),
        item.source.into(),
        authored_at,
        recorded_at,
        item.corrected.into(),
        item.late.into(),
    ]
}

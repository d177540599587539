//! From series to what the charts are drawn from: facts with names and words.

use okr_core::id::KeyResultId;
use okr_core::progress::Progress;
use okr_core::status::Status;
use okr_core::text::LongText;
use okr_core::value::AmendmentCategory;
use okr_replica::{CheckInFact, KeyResultSeries, MeasureStep, ObjectiveSeries};
use okr_report::chart::{Course, Goal, Move, Reading};

use crate::commands::past::Past;
use crate::render::{Screen, words as status_words};
use crate::ui::sanitise;
use crate::wording::{bounds, counted, measure_change, percent, value, who};

/// Makes the goal of a key result.
pub(super) fn key_result(series: &KeyResultSeries, past: &Past<'_>, screen: &Screen) -> Goal {
    let standing = &series.standing;
    let key_result = &standing.key_result;
    let measure = &key_result.measure;
    let latest = standing.latest.as_ref();
    let mut facts = vec![bounds(measure, screen)];
    if let Some(fact) = latest {
        let now = value(&fact.check_in.value, Some(measure), screen);
        facts.push(format!("now {now}"));
        facts.push(percent(standing.progress));
    }
    let mut remarks = remarks(
        standing
            .original
            .filter(|original| Some(*original) != standing.progress),
        if standing.late_addition {
            "its first target"
        } else {
            "the original commitment"
        },
        standing.late_addition,
    );
    remarks.extend(ended(
        standing.status,
        key_result.score.map(|score| score.number().to_string()),
    ));
    remarks.extend(moment(past));
    Goal {
        name: safe(key_result.slug.as_str()),
        title: safe(key_result.title.as_str()),
        facts: facts.join(", "),
        period: series.cycle.period,
        start: key_result.start,
        due: key_result.due,
        course: Course::Values {
            measure: Box::new(measure.clone()),
            steps: series
                .steps
                .iter()
                .map(|step| (step.day, step.measure.clone()))
                .collect(),
            committed: standing.original_measure.clone().map(Box::new),
            readings: series
                .check_ins
                .iter()
                .map(|fact| reading(fact, series, past, screen))
                .collect(),
        },
        moves: moves(&series.steps, past, screen),
        remarks,
    }
}

/// Makes the goal of an objective: its progress, and what moved under it but for those key results
/// that are drawn themselves.
pub(crate) fn objective(
    series: &ObjectiveSeries,
    alone: &[KeyResultId],
    past: &Past<'_>,
    screen: &Screen,
) -> Goal {
    let standing = &series.standing;
    let objective = &standing.objective;
    let count = counted(standing.key_results.len(), "key result");
    let mut remarks = remarks(
        standing
            .original
            .filter(|original| Some(*original) != standing.progress),
        "the original commitments",
        standing.late_addition,
    );
    remarks.extend(moment(past));
    let mut told: Vec<Move> = Vec::new();
    for steps in &series.steps {
        let Some(of) = steps.first().map(|step| step.key_result) else {
            continue;
        };
        if alone.contains(&of) {
            continue;
        }
        let of = past.names.label(of.into());
        told.extend(moves(steps, past, screen).into_iter().map(|one| Move {
            what: format!("{}: {}", safe(&of), one.what),
            ..one
        }));
    }
    told.sort_by_key(|one| one.day);
    Goal {
        name: safe(objective.slug.as_str()),
        title: safe(objective.title.as_str()),
        facts: format!("{count}, now {}", percent(standing.progress)),
        period: series.cycle.period,
        start: None,
        due: None,
        course: Course::Progress(series.points.clone()),
        moves: told,
        remarks,
    }
}

/// Says how a goal stands against what was committed to, and that it came late.
fn remarks(original: Option<Progress>, what: &str, is_late: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(original) = original {
        remarks.push(format!("Against {what} it is at {}.", original.percent()));
    }
    if is_late {
        remarks.push("It was added after the cycle was opened.".to_owned());
    }
    remarks
}

fn safe(text: &str) -> String {
    sanitise(text).into_owned()
}

fn reading(
    fact: &CheckInFact,
    series: &KeyResultSeries,
    past: &Past<'_>,
    screen: &Screen,
) -> Reading {
    let check_in = &fact.check_in;
    let measure = &series.standing.key_result.measure;
    let fitting = Some(measure).filter(|measure| measure.takes(&check_in.value));
    let words = value(&check_in.value, fitting, screen);
    let remarks = [
        (fact.late, "recorded after the cycle was closed"),
        (fact.corrected, "corrected"),
    ];
    Reading {
        day: check_in.effective,
        value: check_in.value.clone(),
        words,
        confidence: check_in.confidence,
        by: safe(&who(
            fact.author,
            fact.on_behalf_of,
            fact.source,
            &past.names,
        )),
        note: check_in.note.as_ref().map(one_line),
        remarks: remarks
            .into_iter()
            .filter(|(is_so, _)| *is_so)
            .map(|(_, word)| word.to_owned())
            .collect(),
    }
}

/// Puts a long text on one line.
fn one_line(text: &LongText) -> String {
    let words: Vec<&str> = text.as_str().split_whitespace().collect();
    safe(&words.join(" "))
}

/// Says how a measure moved, from each step to the next.
fn moves(steps: &[MeasureStep], past: &Past<'_>, screen: &Screen) -> Vec<Move> {
    let pairs = steps.iter().zip(steps.iter().skip(1));
    let moves = pairs.map(|(before, step)| {
        let parts = measure_change(&before.measure, &step.measure, screen);
        let parts: Vec<String> = parts
            .into_iter()
            .map(|(part, change)| format!("{part} {change}"))
            .collect();
        let origin = &step.origin;
        let category = origin.amendment.map(AmendmentCategory::word);
        let why = match (origin.reason.as_ref().map(one_line), category) {
            (Some(reason), Some(category)) => Some(format!("{reason} ({category})")),
            (Some(reason), None) => Some(reason),
            (None, Some(category)) => Some(format!("({category})")),
            (None, None) => None,
        };
        Move {
            day: step.day,
            what: parts.join(", "),
            by: safe(&who(
                origin.author,
                origin.on_behalf_of,
                origin.source,
                &past.names,
            )),
            why,
        }
    });
    moves.collect()
}

/// Says how a key result ended that is not pursued any more.
fn ended(status: Status, score: Option<String>) -> Option<String> {
    match status {
        Status::Achieved | Status::Missed => Some(format!(
            "It is closed with a score of {}: {}.",
            score.unwrap_or_default(),
            status_words(status)
        )),
        Status::Abandoned | Status::Archived => Some(format!("It is {}.", status_words(status))),
        Status::Draft
        | Status::NoCheckIn
        | Status::Stale
        | Status::OffTrack
        | Status::AtRisk
        | Status::OnTrack => None,
    }
}

/// Says which moment the chart is about, where it is not the present.
fn moment(past: &Past<'_>) -> Option<String> {
    past.as_of().map(|as_of| format!("It is shown {as_of}."))
}

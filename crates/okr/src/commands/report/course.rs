//! How the progress of goals went, for the pictures of a report in its language.

use std::collections::BTreeMap;

use okr_core::id::ObjectiveId;
use okr_core::progress::progress;
use okr_core::{Date, Timestamp};
use okr_replica::{CheckInFact, KeyResultStanding, MeasureStep, ObjectiveSeries};
use okr_report::chart::{Course, Goal, Move, Request};
use okr_report::reports::{Track, measure_change};
use okr_report::words::Language;

use super::destination::Form;
use super::gather::{Ask, Ground, named};
use crate::commands::past::Past;
use crate::error::CliError;
use crate::failure;

/// Reads how the progress of a key result went, by the measure that it has now; none for a form without
/// pictures.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn track(
    past: &Past<'_>,
    ground: &Ground,
    (one, ask): (&KeyResultStanding, &Ask),
) -> Result<Option<Track>, CliError> {
    match ask.form {
        Form::Html => {}
        Form::Terminal | Form::Markdown | Form::Slides | Form::Json => return Ok(None),
    }
    let check_ins = past.reading.check_ins(one.key_result.id, None);
    let check_ins = check_ins.map_err(failure::replica)?;
    Ok(Some(Track {
        period: ground.standing.cycle.period,
        today: past.at.moment.day,
        points: points(one, &check_ins),
    }))
}

/// Returns the progress of each day with a check-in, the oldest first; check-ins come newest first.
fn points(
    one: &KeyResultStanding,
    check_ins: &[CheckInFact],
) -> Vec<(Date, okr_core::progress::Progress)> {
    let standing = check_ins.iter().rev().map(|fact| &fact.check_in);
    let standing = standing.filter(|check_in| !check_in.retracted);
    let by_day: BTreeMap<Date, _> = standing
        .filter_map(|check_in| {
            let progress = progress(&one.key_result.measure, &check_in.value)?;
            Some((check_in.effective, progress))
        })
        .collect();
    by_day.into_iter().collect()
}

/// Reads how the progress of an objective went; none when it was not there at the moment.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn read(
    past: &Past<'_>,
    id: ObjectiveId,
    language: Language,
) -> Result<Option<(Goal, Request)>, CliError> {
    let zone = past.at.clock.zone.clone();
    let day_of = |moment: Timestamp| zone.to_datetime(moment).date();
    let series = past.reading.objective_series(id, day_of);
    let series = series.map_err(failure::replica)?;
    let request = Request {
        language,
        today: past.at.moment.day,
        since: None,
        until: None,
        forecast: false,
    };
    Ok(series.map(|series| (goal(series, past, language), request)))
}

fn goal(series: ObjectiveSeries, past: &Past<'_>, language: Language) -> Goal {
    let standing = &series.standing;
    let objective = &standing.objective;
    let key_results = language.key_results(standing.key_results.len());
    let progress = language.percent(standing.progress);
    let mut moves: Vec<Move> = series
        .steps
        .iter()
        .flat_map(|steps| steps.iter().zip(steps.iter().skip(1)))
        .map(|(before, step)| moved(before, step, past, language))
        .collect();
    moves.sort_by_key(|one| one.day);
    Goal {
        name: objective.slug.to_string(),
        title: objective.title.to_string(),
        facts: format!("{key_results}, {progress}"),
        period: series.cycle.period,
        start: None,
        due: None,
        course: Course::Progress(series.points),
        moves,
        // Whatever else is to be said stands in the report.
        remarks: Vec::new(),
    }
}

/// Says how a measure moved from one step to the next.
fn moved(before: &MeasureStep, step: &MeasureStep, past: &Past<'_>, language: Language) -> Move {
    let origin = &step.origin;
    let change = measure_change(&before.measure, &step.measure, language);
    let reason = origin.reason.as_ref().map(|reason| {
        let words: Vec<&str> = reason.as_str().split_whitespace().collect();
        words.join(" ")
    });
    let category = origin
        .amendment
        .map(|category| format!("({})", language.category(category)));
    let why: Vec<String> = reason.into_iter().chain(category).collect();
    let by = origin.on_behalf_of.unwrap_or(origin.author);
    Move {
        day: step.day,
        what: format!("{}: {change}", past.names.label(step.key_result.into())),
        by: named(by.into(), &past.names).reference,
        why: (!why.is_empty()).then(|| why.join(" ")),
    }
}

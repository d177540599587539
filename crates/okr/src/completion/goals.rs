//! Objectives and key results as candidates: by slug, with where they stand.

use std::collections::BTreeMap;

use okr_core::measure::{Measure, Value};
use okr_core::text::Tag;
use okr_replica::{KeyResultStanding, Makers};

use super::source::{Candidate, Look};
use super::wanted::Wanted;
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::render::{Screen, quantity_change};
use crate::resolve;
use crate::wording::{bounds, counted, percent, value};

/// Returns the goals of the cycle that the line is about; `2026-Q3:` asks for those of another one.
pub(super) fn goals(
    context: &mut Context,
    look: &Look<'_>,
    wanted: Wanted,
    typed: &str,
) -> Result<Vec<Candidate>, CliError> {
    let mut before = String::new();
    if let Some((cycle, _)) = typed.split_once(':') {
        context.globals.cycle = Some(cycle.to_owned());
        before = format!("{cycle}:");
    }
    let reading = &look.reading;
    let Some(cycle) = resolve::current_cycle(context, reading, &look.clock)? else {
        return Ok(Vec::new());
    };
    let standing = reading.cycle_standing_of(cycle.id, Makers::LeftOut, |_| true);
    let standing = standing.map_err(failure::replica)?;
    let teams = reading.teams().map_err(failure::replica)?;
    let (mut objectives, mut key_results) = (Vec::new(), Vec::new());
    for one in standing
        .into_iter()
        .flat_map(|standing| standing.objectives)
    {
        let team = teams
            .iter()
            .find(|team| Some(team.id) == one.objective.team);
        let team: &str = team.map_or("", |team| team.slug.as_str());
        let about = [percent(one.progress), one.objective.title.to_string()];
        objectives.push((format!("{before}{}", one.objective.slug), about.join("  ")));
        for key_result in &one.key_results {
            let done = key_result.latest.as_ref().map_or_else(
                || "no check-in".to_owned(),
                |_| percent(key_result.progress),
            );
            let about = [stand(key_result, &look.screen).as_str(), &done, team].join("  ");
            let slug = &key_result.key_result.slug;
            key_results.push((format!("{before}{slug}"), about.trim_end().to_owned()));
        }
    }
    Ok(match wanted {
        Wanted::Objectives => objectives,
        Wanted::KeyResults => key_results,
        _ => objectives.into_iter().chain(key_results).collect(),
    })
}

/// Returns the tags that goals of the cycle have that the line is about, or of all cycles with
/// `-c all`, with how many have them.
pub(super) fn tags(context: &mut Context, look: &Look<'_>) -> Result<Vec<Candidate>, CliError> {
    let reading = &look.reading;
    let cycles = if context.globals.cycle.as_deref() == Some("all") {
        reading.cycles().map_err(failure::replica)?
    } else {
        let current = resolve::current_cycle(context, reading, &look.clock)?;
        current.into_iter().collect()
    };
    let mut counts: BTreeMap<Tag, usize> = BTreeMap::new();
    for cycle in &cycles {
        let goals = reading.cycle_goals(cycle.id).map_err(failure::replica)?;
        let Some(goals) = goals else {
            continue;
        };
        let objectives = goals.objectives().map(|objective| &objective.tags);
        let key_results = goals.key_results().map(|(_, key_result)| &key_result.tags);
        for tag in objectives.chain(key_results).flatten() {
            *counts.entry(tag.clone()).or_default() += 1;
        }
    }
    let candidate = |(tag, count): (Tag, usize)| (tag.to_string(), counted(count, "goal"));
    Ok(counts.into_iter().map(candidate).collect())
}

/// Says from where to where a key result still has to come: `312 → 200 ms`.
fn stand(standing: &KeyResultStanding, screen: &Screen) -> String {
    let measure = &standing.key_result.measure;
    let latest = standing.latest.as_ref().map(|fact| &fact.check_in.value);
    match (measure, latest) {
        (Measure::Metric(metric), Some(Value::Number(now))) => {
            let unit = metric.unit.as_ref().map(AsRef::as_ref);
            quantity_change(*now, metric.target, unit, screen)
        }
        (_, None) => bounds(measure, screen),
        (_, Some(latest)) => {
            let now = value(latest, Some(measure), screen);
            match measure {
                Measure::Hold(_) => format!("{now}, {}", bounds(measure, screen)),
                Measure::Metric(_) | Measure::Milestones(_) | Measure::Zones(_) => now,
            }
        }
    }
}

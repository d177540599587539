//! `okr stats`: how often people check in, where it is silent, and how much targets move.

mod figures;
mod screen;

use okr_core::Date;
use okr_core::entity::Cycle;
use okr_core::rhythm::Days;
use okr_replica::{CycleStanding, Goalposts, Rhythm};

pub(crate) use figures::{Figures, Group, Material, Of};

use super::goalposts;
use super::log::Window;
use super::past::Past;
use crate::args::{StatsArgs, StatsBy};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::StatsItem;
use crate::ui::OutputFormat;

/// The figures of a cycle.
pub(crate) struct Report {
    /// The cycle.
    pub(crate) standing: CycleStanding,
    /// The days that are counted.
    pub(crate) days: Days,
    /// Everything together.
    pub(crate) total: Figures,
    /// The parts that were asked for.
    pub(crate) groups: Vec<Group>,
}

/// Runs `okr stats`.
///
/// # Errors
/// When a span or moment cannot be understood, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, args: &StatsArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let span = span(context, &past, args.span.as_deref())?;
    let team = past.team_scope(context)?;
    let cycles = cycles(context, &past, span)?;
    let mut reports = Vec::new();
    for cycle in &cycles {
        let period = cycle.period;
        let whole = Days::new(period.start(), period.end().min(past.at.moment.day));
        let days = match (whole, span) {
            (Some(whole), Some(span)) => whole.within(span),
            (whole, _) => whole,
        };
        let (Some(days), Some(mut standing)) = (days, past.cycle_standing(cycle)?) else {
            continue;
        };
        let found = past.reading.goalposts(cycle.id, &past.at.clock.zone);
        let mut found = found.map_err(failure::replica)?;
        if let Some(team) = team {
            let is_within = |id| past.is_within(id, team);
            standing
                .objectives
                .retain(|one| is_within(one.objective.team));
        }
        if let Some(found) = &mut found {
            goalposts::narrow(found, team.map(Into::into), &past);
        }
        let rhythm = past.reading.rhythm(&standing, &past.at.clock.zone);
        let rhythm = rhythm.map_err(failure::replica)?;
        reports.push(report(
            standing,
            (&rhythm, found.as_ref()),
            days,
            (args.by, &past),
        ));
    }
    answer(context, &past, &reports, args.by)?;
    past.warn_upgrade(context);
    if reports.is_empty() {
        say_why_empty(context, &past, &cycles);
    }
    Ok(Exit::Ok)
}

fn report(
    standing: CycleStanding,
    (rhythm, found): (&[Rhythm], Option<&Goalposts>),
    days: Days,
    (by, past): (Option<StatsBy>, &Past<'_>),
) -> Report {
    let material = Material::new(&standing, rhythm, found, &past.at.clock.zone);
    let total = material.figures(days, None);
    let groups = match by {
        None => Vec::new(),
        Some(StatsBy::Team) => material.by_team(days, &past.names),
        Some(StatsBy::Owner) => material.by_owner(days, &past.names),
        Some(StatsBy::Week) => material.by_week(days, past.at.clock.week_start),
    };
    Report {
        standing,
        days,
        total,
        groups,
    }
}

/// Reads the days that were asked for: `2026-10`, `2026-W40..2026-W44`, `2026-11-01..`.
fn span(
    context: &mut Context,
    past: &Past<'_>,
    text: Option<&str>,
) -> Result<Option<Days>, CliError> {
    let Some(text) = text else {
        return Ok(None);
    };
    let (first, last) = match text.split_once("..") {
        Some((first, last)) => (first.trim(), last.trim()),
        None => (text, text),
    };
    let filled = |text: &'_ str| (!text.is_empty()).then(|| text.to_owned());
    let (first, last) = (filled(first), filled(last));
    let window = Window::read(context, past, (first.as_deref(), last.as_deref()))?;
    if window.until_position.is_some() {
        let message = "figures are of days, and a position is none";
        return Err(CliError::usage("bad-moment", message)
            .with_hint("such as 2026-10, or 2026-W40..2026-W44"));
    }
    let zone = &past.at.clock.zone;
    let day = |time| zone.to_datetime(time).date();
    let days = Days::new(
        window.since.map_or(Date::MIN, day),
        window.until.map_or(Date::MAX, day),
    );
    Ok(days)
}

/// Returns the cycles in scope; with a span and no cycle named, those that it is of.
fn cycles(
    context: &mut Context,
    past: &Past<'_>,
    span: Option<Days>,
) -> Result<Vec<Cycle>, CliError> {
    let is_named =
        context.globals.cycle.is_some() || context.environment.get("OKR_CYCLE").is_some();
    match span {
        Some(span) if !is_named => {
            let overlaps = |cycle: &&Cycle| {
                let period = cycle.period;
                let days = Days::new(period.start(), period.end());
                days.is_some_and(|days| days.within(span).is_some())
            };
            Ok(past.cycles.iter().filter(overlaps).cloned().collect())
        }
        Some(_) | None => past.cycles_in_scope(context),
    }
}

fn answer(
    context: &mut Context,
    past: &Past<'_>,
    reports: &[Report],
    by: Option<StatsBy>,
) -> Result<(), CliError> {
    let frame = past.frame(context)?;
    let items: Vec<StatsItem> = if context.ui.output() == OutputFormat::Table {
        Vec::new()
    } else {
        let reports = reports.iter();
        reports
            .map(|report| StatsItem::new(report, by, &past.names))
            .collect()
    };
    context.ui.answer(&frame, &items, |screen| {
        let parts: Vec<String> = reports
            .iter()
            .map(|report| screen::render(report, by, past, screen))
            .collect();
        parts.join("\n")
    });
    Ok(())
}

fn say_why_empty(context: &mut Context, past: &Past<'_>, cycles: &[Cycle]) {
    match cycles {
        [] if past.at.words.is_some() => past.hint_empty(context),
        [] => context
            .ui
            .hint("no cycle is of these days: okr cycle list shows those there are"),
        [cycle, ..] => context.ui.hint(&format!(
            "{} has no day yet by then: it begins on {}",
            cycle.name,
            cycle.period.start()
        )),
    }
}

//! `okr chart`: how goals went, with targets and their moves, an even pace, and where it leads.

mod file;
pub(super) mod goals;
mod screen;

use okr_core::id::{EntityId, EntityKind, KeyResultId};
use okr_core::value::GoalState;
use okr_core::{Date, Timestamp};
use okr_replica::{KeyResultSeries, ObjectiveSeries};
use okr_report::chart::{GOALS_MAX, Goal, Request, plan};
use okr_report::words::Language;

use super::past::Past;
use crate::args::{ChartArgs, ForecastFrom};
use crate::context::{Context, bad_when, cycle_day};
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::SeriesItem;
use crate::render::Screen;
use crate::ui::OutputFormat;
use crate::when::{When, parse_due};
use file::Destination;

/// What has a value that changes over time.
const KINDS: &[EntityKind] = &[EntityKind::KeyResult, EntityKind::Objective];

/// How one of the goals went.
enum Charted {
    KeyResult(Box<KeyResultSeries>),
    Objective(Box<ObjectiveSeries>),
}

/// Runs `okr chart`.
///
/// # Errors
/// When a reference, a moment or a file name cannot be understood, the replica cannot be read, or
/// the file cannot be written.
pub(crate) fn run(context: &mut Context, args: &ChartArgs) -> Result<Exit, CliError> {
    let destination = Destination::of(context, args)?;
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let ids = wanted(context, &past, &args.references)?;
    let mut charted = Vec::new();
    for id in &ids {
        charted.extend(read(&mut past, *id)?);
    }
    let request = request(context, &past, args, &charted)?;
    if charted.len() < ids.len() {
        past.hint_empty(context);
    }
    match destination {
        Some(destination) => {
            let screen = Screen {
                ascii: false,
                ..Screen::terminal(Screen::DEFAULT_WIDTH)
            };
            let goals = goals_of(&charted, &past, &screen);
            let about = about(context, &past)?;
            destination.write(context, &goals, (&request, &about))?;
        }
        None => show(context, &past, &charted, (&request, args))?,
    }
    past.warn_upgrade(context);
    Ok(Exit::Ok)
}

fn show(
    context: &mut Context,
    past: &Past<'_>,
    charted: &[Charted],
    (request, args): (&Request, &ChartArgs),
) -> Result<(), CliError> {
    if context.ui.output() != OutputFormat::Table {
        let items: Vec<SeriesItem> = charted
            .iter()
            .map(|one| match one {
                Charted::KeyResult(series) => SeriesItem::key_result(series, request, &past.names),
                Charted::Objective(series) => SeriesItem::objective(series, &past.names),
            })
            .collect();
        let frame = past.frame(context)?;
        context.ui.answer(&frame, &items, |_| String::new());
        return Ok(());
    }
    if charted.is_empty() {
        return Ok(());
    }
    let screen = *context.ui.screen();
    let goals = goals_of(charted, past, &screen);
    let text = screen::render(&plan(&goals, request), args.height, &screen);
    context.ui.print(&text);
    Ok(())
}

/// Finds what is to be drawn, each once.
fn wanted(
    context: &mut Context,
    past: &Past<'_>,
    texts: &[String],
) -> Result<Vec<EntityId>, CliError> {
    let mut ids: Vec<EntityId> = Vec::new();
    for id in past.find(context, texts, KINDS)? {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.len() > GOALS_MAX {
        let message = format!(
            "{} goals are too many for one chart, which takes {GOALS_MAX}",
            ids.len()
        );
        return Err(CliError::usage("too-many-goals", message)
            .with_hint("draw an objective instead of its key results, or several charts"));
    }
    Ok(ids)
}

/// Reads how a goal went, and learns its name; none when it was not there at the moment.
fn read(past: &mut Past<'_>, id: EntityId) -> Result<Option<Charted>, CliError> {
    let zone = past.at.clock.zone.clone();
    let day_of = |moment: Timestamp| zone.to_datetime(moment).date();
    match id {
        EntityId::KeyResult(id) => {
            let series = past.reading.series(id, day_of).map_err(failure::replica)?;
            if let Some(series) = &series {
                past.learn_key_result(&series.standing.key_result);
                past.learn([EntityId::Objective(series.objective.id)])?;
            }
            Ok(series.map(|series| Charted::KeyResult(Box::new(series))))
        }
        EntityId::Objective(id) => {
            let series = past.reading.objective_series(id, day_of);
            let series = series.map_err(failure::replica)?;
            if let Some(series) = &series {
                past.learn_standing(&series.standing)?;
            }
            Ok(series.map(|series| Charted::Objective(Box::new(series))))
        }
        EntityId::Org(_)
        | EntityId::Person(_)
        | EntityId::Team(_)
        | EntityId::Cycle(_)
        | EntityId::CheckIn(_)
        | EntityId::Comment(_)
        | EntityId::Initiative(_)
        | EntityId::Metric(_)
        | EntityId::MetricValue(_) => Ok(None),
    }
}

fn goals_of(charted: &[Charted], past: &Past<'_>, screen: &Screen) -> Vec<Goal> {
    // What is drawn itself says what moved about it; its objective need not say it again.
    let alone: Vec<KeyResultId> = charted
        .iter()
        .filter_map(|one| match one {
            Charted::KeyResult(series) => Some(series.standing.key_result.id),
            Charted::Objective(_) => None,
        })
        .collect();
    let goals = charted.iter().map(|one| match one {
        Charted::KeyResult(series) => goals::key_result(series, past, screen),
        Charted::Objective(series) => goals::objective(series, &alone, past, screen),
    });
    goals.collect()
}

/// Says what was asked for, in days.
fn request(
    context: &mut Context,
    past: &Past<'_>,
    args: &ChartArgs,
    charted: &[Charted],
) -> Result<Request, CliError> {
    let since = match &args.since {
        Some(text) => Some(day(context, past, charted, ("--since", text))?.0),
        None => None,
    };
    let until = match &args.until {
        Some(text) => Some(day(context, past, charted, ("--until", text))?.1),
        None => None,
    };
    if let (Some(since), Some(until)) = (since, until)
        && since > until
    {
        let message = "the beginning is after the end, so nothing can be between them";
        return Err(CliError::usage("empty-span", message));
    }
    let is_active = charted.iter().all(|one| match one {
        Charted::KeyResult(series) => {
            let states = [series.standing.key_result.state(), series.objective.state()];
            states.iter().all(|state| match state {
                GoalState::Draft | GoalState::Active => true,
                GoalState::Closed | GoalState::Abandoned | GoalState::Archived => false,
            })
        }
        Charted::Objective(_) => true,
    });
    Ok(Request {
        language: Language::English,
        today: past.at.moment.day,
        since,
        until,
        forecast: args.forecast == ForecastFrom::Recent && is_active,
    })
}

/// Reads an end of the time that is shown: its first and its last day.
fn day(
    context: &mut Context,
    past: &Past<'_>,
    charted: &[Charted],
    (flag, text): (&str, &str),
) -> Result<(Date, Date), CliError> {
    let clock = &past.at.clock;
    // Unlike history, a chart may show days to come; a word for a day means the nearest before.
    let when = match crate::when::parse_when(text, clock) {
        Ok(when) => when,
        Err(crate::when::WhenError::Future { .. }) => {
            parse_due(text, clock).map_err(|error| bad_when(flag, &error))?
        }
        Err(error) => return Err(bad_when(flag, &error)),
    };
    if let Some(echo) = crate::when::echo(text, &when, clock) {
        context.ui.note(&format!("{flag} {echo}"));
    }
    if let Some(days) = when.days(clock) {
        return Ok(days);
    }
    let cycle = charted.first().map(|one| match one {
        Charted::KeyResult(series) => &series.cycle,
        Charted::Objective(series) => &series.cycle,
    });
    let day = match (&when, cycle) {
        (When::CycleStart | When::CycleMid | When::CycleEnd, Some(cycle)) => {
            Some(cycle_day(cycle, &when))
        }
        (When::LastSync, _) => past
            .info
            .synced_at
            .map(|moment| clock.zone.to_datetime(moment).date()),
        (_, _) => None,
    };
    day.map(|day| (day, day)).ok_or_else(|| {
        let message = format!("{flag} cannot be {}", when.describe(clock));
        CliError::usage("bad-moment", message).with_hint("give a date, such as 2026-11-01")
    })
}

/// Says what a file was made from.
fn about(context: &Context, past: &Past<'_>) -> Result<String, CliError> {
    let frame = past.frame(context)?;
    let org = past.org.clone().unwrap_or(frame.workspace);
    Ok(match past.as_of() {
        Some(as_of) => format!("{org}, {as_of}; made {}", frame.at),
        None => format!("{org}, {}", frame.at),
    })
}

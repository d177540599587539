//! `okr cycle`: the periods that goals belong to.

mod calendar;
mod close;

use okr_core::Date;
use okr_core::calendar::FiscalStart;
use okr_core::decide::{Command, CyclePatch};
use okr_core::entity::{Cycle, Org};
use okr_core::event::NewCycle;
use okr_core::id::CycleId;
use okr_core::text::Name;
use okr_core::value::{Calendar, CyclePeriod};
use okr_core::view::View as _;

use super::init::bad_value;
use crate::args::{
    CycleAddArgs, CycleArgs, CycleCommand, CycleReference, CycleSetArgs, CycleStepArgs, ListArgs,
    ListKind,
};
use crate::command_line::typed;
use crate::context::{Context, bad_when};
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::names::Names;
use crate::output::CycleItem;
use crate::resolve::{look, resolver};
use crate::when::{Clock, parse_due};
use crate::write::{Wish, write_and_tell};

pub(crate) fn run(context: &mut Context, args: &CycleArgs) -> Result<Exit, CliError> {
    match &args.command {
        CycleCommand::Add(args) => add(context, args),
        CycleCommand::List => super::list::run(context, &ListArgs::all(ListKind::Cycles)),
        CycleCommand::Show(args) => super::show_one(context, args, |resolver, text| {
            resolver.cycle(text).map(|cycle| cycle.id.into())
        }),
        CycleCommand::Set(args) => set(context, args),
        CycleCommand::Open(args) => {
            let next = "a moved target is an amendment from now on: it takes -m and --category";
            step(context, args, (Command::OpenCycle, Some(next)))
        }
        CycleCommand::Close(args) => close::run(context, args),
        CycleCommand::Reopen(args) => step(context, args, (Command::ReopenCycle, None)),
        CycleCommand::Use(args) => set_current(context, args),
        CycleCommand::Calendar(args) => calendar::run(context, args),
    }
}

fn add(context: &mut Context, args: &CycleAddArgs) -> Result<Exit, CliError> {
    let id = CycleId::new(context.new_uuid());
    let (mut replica, (name, commands)) = look(context, |resolver, clock| {
        let cycles = resolver.reading.cycles().map_err(failure::replica)?;
        let org = resolver.reading.org().map_err(failure::replica)?;
        let (name, period) = match &args.name {
            Some(name) => {
                let fiscal = org.map_or(FiscalStart::JANUARY, |org| org.fiscal_start);
                let period = new_period(name, (args, fiscal), clock)?;
                (name.clone(), period)
            }
            None => next(org.as_deref(), &cycles, clock)?,
        };
        if cycles.iter().any(|cycle| cycle.name == name) {
            let message = format!("there is a cycle \"{name}\" already");
            return Err(CliError::user("already-exists", message));
        }
        let mut commands = vec![Command::AddCycle {
            id,
            new: NewCycle {
                name: name.clone(),
                period,
                cadence: args.cadence.and_then(|cadence| cadence.0),
            },
        }];
        if args.open {
            commands.push(Command::OpenCycle(id));
        }
        Ok((name, commands))
    })?;
    let next = if args.open {
        "okr objective add TITLE".to_owned()
    } else {
        let name = typed(name.as_str());
        format!("okr objective add TITLE -c {name}, then okr cycle open {name}")
    };
    write_and_tell(
        context,
        &mut replica,
        Wish::all(commands, &args.reason),
        (id.into(), Some(next)),
    )
}

/// Returns the cycle that follows those that there are.
fn next(
    org: Option<&Org>,
    cycles: &[Cycle],
    clock: &Clock,
) -> Result<(Name, CyclePeriod), CliError> {
    let (calendar, fiscal) = org.map_or((Calendar::Quarter, FiscalStart::JANUARY), |org| {
        (org.calendar, org.fiscal_start)
    });
    let existing: Vec<CyclePeriod> = cycles.iter().map(|cycle| cycle.period).collect();
    match okr_core::calendar::next(calendar, fiscal, (&existing, clock.today())) {
        Some(next) => Ok((next.name, next.period)),
        None => Err(CliError::user(
            "no-next-cycle",
            "no cycle follows by itself: the calendar of the organisation is custom",
        )
        .with_hint("okr cycle add NAME --from DATE --to DATE, or okr org set --calendar quarter")),
    }
}

fn new_period(
    name: &Name,
    (args, fiscal): (&CycleAddArgs, FiscalStart),
    clock: &Clock,
) -> Result<CyclePeriod, CliError> {
    let of_calendar = okr_core::calendar::named(name.as_str(), fiscal);
    let of_calendar = of_calendar.map(|period| (period.start(), period.end()));
    let named = of_calendar.or_else(|| {
        let when = parse_due(name.as_str(), clock).ok();
        when.and_then(|when| when.days(clock))
    });
    let first = day(args.from.as_deref(), ("--from", clock), |(first, _)| first)?;
    let last = day(args.to.as_deref(), ("--to", clock), |(_, last)| last)?;
    let first = first.or(named.map(|(first, _)| first));
    let last = last.or(named.map(|(_, last)| last));
    if let (Some(first), Some(last)) = (first, last) {
        return CyclePeriod::new(first, last).map_err(|error| bad_value("--to", &error));
    }
    let message = format!("\"{name}\" does not say when the cycle begins and ends");
    Err(CliError::usage("no-period", message)
        .with_hint("--from 2026-10-01 --to 2026-12-31, or a name such as 2026-Q4"))
}

/// Reads a date of a plan, if one is given.
pub(super) fn day(
    text: Option<&str>,
    origin: (&str, &Clock),
    end: fn((Date, Date)) -> Date,
) -> Result<Option<Date>, CliError> {
    text.map(|text| given_day(text, origin, end)).transpose()
}

/// Reads a date of a plan, of which one end is taken where it is a period.
pub(super) fn given_day(
    text: &str,
    (flag, clock): (&str, &Clock),
    end: fn((Date, Date)) -> Date,
) -> Result<Date, CliError> {
    let when = parse_due(text, clock).map_err(|error| bad_when(flag, &error))?;
    match when.days(clock) {
        Some(days) => Ok(end(days)),
        None => Err(
            CliError::usage("bad-date", format!("{flag}: \"{text}\" is no date"))
                .with_hint("such as 2026-12-15"),
        ),
    }
}

fn set(context: &mut Context, args: &CycleSetArgs) -> Result<Exit, CliError> {
    let (mut replica, (id, patch)) = look(context, |resolver, clock| {
        let cycle = resolver.cycle(&args.reference)?;
        let first = day(args.from.as_deref(), ("--from", clock), |(first, _)| first)?;
        let last = day(args.to.as_deref(), ("--to", clock), |(_, last)| last)?;
        let period = match (first, last) {
            (None, None) => None,
            (first, last) => {
                let first = first.unwrap_or(cycle.period.start());
                let last = last.unwrap_or(cycle.period.end());
                let period = CyclePeriod::new(first, last);
                Some(period.map_err(|error| bad_value("--to", &error))?)
            }
        };
        let patch = CyclePatch {
            name: args.name.clone(),
            period,
            cadence: args.cadence.map(|cadence| cadence.0),
        };
        Ok((cycle.id, patch))
    })?;
    if patch == CyclePatch::default() {
        return Err(super::nothing_given("okr cycle set --help"));
    }
    let wish = Wish::new(Command::SetCycle { id, patch }, &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}

fn step(
    context: &mut Context,
    args: &CycleStepArgs,
    (command, next): (fn(CycleId) -> Command, Option<&str>),
) -> Result<Exit, CliError> {
    let (mut replica, id) = look(context, |resolver, _| {
        resolver.cycle(&args.reference).map(|cycle| cycle.id)
    })?;
    let wish = Wish::new(command(id), &args.reason);
    let next = next.map(str::to_owned);
    write_and_tell(context, &mut replica, wish, (id.into(), next))
}

fn set_current(context: &mut Context, args: &CycleReference) -> Result<Exit, CliError> {
    let workspace = context.workspace()?.clone();
    let mut settings = workspace.config()?;
    if args.reference == "none" {
        settings.cycle = None;
        workspace.save_config(&settings)?;
        context
            .ui
            .note("no cycle is set; the open one of today is used");
        return Ok(Exit::Ok);
    }
    let replica = context.replica()?;
    let (reading, clock) = context.present(&replica)?;
    let directory = replica.directory().map_err(failure::replica)?;
    let found = resolver(context, (&replica, &reading), &directory, &clock)?;
    let cycle = found.cycle(&args.reference)?;
    let mut names = Names::new(directory.clone());
    names.mark_upgrades(reading.upgrades().map_err(failure::replica)?.entities);
    drop(reading);
    settings.cycle = Some(cycle.id.to_string());
    workspace.save_config(&settings)?;
    let items = [CycleItem::new(&cycle, &names)];
    let frame = context.frame(&replica, &clock)?;
    context.ui.answer(&frame, &items, |_| {
        format!("current cycle: {}\n", items[0].name)
    });
    Ok(Exit::Ok)
}

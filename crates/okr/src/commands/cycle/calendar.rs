//! `okr cycle calendar`: the days of a cycle on which something is to be done.

use okr_core::Date;
use okr_core::calendar::half_way;
use okr_core::entity::Cycle;
use okr_core::id::CycleId;
use okr_core::rhythm::{Days, intervals};
use okr_core::value::CadenceDays;
use okr_core::view::View as _;
use okr_report::{Appointment, icalendar};

use crate::args::CycleCalendarArgs;
use crate::commands::past::Past;
use crate::commands::status::screen::aligned;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::{CycleDayItem, ThingRef};
use crate::render::{Cell, Column, Screen, Table, Tone};
use crate::resolve::no_cycle;
use crate::ui::OutputFormat;
use crate::when::weekday_name;
use crate::whole_file;

/// What is to be done on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Start,
    CheckIn { number: usize, of: usize },
    HalfWay,
    End,
    Closing,
}

impl What {
    const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::CheckIn { .. } => "check_in",
            Self::HalfWay => "half_way",
            Self::End => "end",
            Self::Closing => "closing",
        }
    }

    fn told(self) -> String {
        match self {
            Self::Start => "start: the goals are committed".to_owned(),
            Self::CheckIn { number, of } => format!("check-in {number} of {of} is due"),
            Self::HalfWay => "half-way: meet, and decide what to keep, change or drop".to_owned(),
            Self::End => "end: the last day".to_owned(),
            Self::Closing => "closing: grade, present, close".to_owned(),
        }
    }

    /// Says which appointment it is within its cycle, for ever.
    fn key(self) -> String {
        match self {
            Self::CheckIn { number, .. } => format!("check-in-{number}"),
            Self::Start | Self::HalfWay | Self::End | Self::Closing => {
                self.word().replace('_', "-")
            }
        }
    }
}

/// Returns the days of a cycle in order.
fn days(cycle: &Cycle, cadence: CadenceDays) -> Vec<(Date, What)> {
    let (start, end) = (cycle.period.start(), cycle.period.end());
    let mut days = vec![
        (start, What::Start),
        (half_way(cycle.period), What::HalfWay),
        (end, What::End),
    ];
    days.extend(end.tomorrow().ok().map(|day| (day, What::Closing)));
    if let Some(whole) = Days::new(start, end) {
        let due: Vec<Date> = intervals(whole, cadence)
            .map(|interval| interval.last)
            .collect();
        let of = due.len();
        let numbered = due.into_iter().zip(1..);
        days.extend(numbered.map(|(day, number)| (day, What::CheckIn { number, of })));
    }
    days.sort();
    days
}

pub(super) fn run(context: &mut Context, args: &CycleCalendarArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let past = Past::open(context, &replica)?;
    if args.ics.is_some() && context.ui.output() != OutputFormat::Table {
        let message = "--ics writes a file of its own form, and -o asks for another";
        return Err(CliError::usage("conflicting-output", message)
            .with_hint("leave --ics away for -o json, or -o away for a file"));
    }
    let Some(cycle) = cycle(context, &past, args)? else {
        past.hint_empty(context);
        let frame = past.frame(context)?;
        context
            .ui
            .answer::<CycleDayItem>(&frame, &[], |_| String::new());
        return Ok(Exit::Ok);
    };
    let org = past.reading.org().map_err(failure::replica)?;
    let of_org = org.map_or(CadenceDays::WEEKLY, |org| org.cadence);
    let days = days(&cycle, cycle.cadence.unwrap_or(of_org));
    if let Some(to) = &args.ics {
        let org = past.org.clone().unwrap_or_default();
        let text = file(&cycle, &days, (context, &org));
        whole_file::write(context, to, &text)?;
        return Ok(Exit::Ok);
    }
    let item = |&(day, what): &(Date, What)| {
        let (number, of) = match what {
            What::CheckIn { number, of } => (Some(number), Some(of)),
            What::Start | What::HalfWay | What::End | What::Closing => (None, None),
        };
        CycleDayItem {
            cycle: ThingRef::new(cycle.id, &past.names),
            day: day.to_string(),
            what: what.word(),
            number,
            of,
        }
    };
    let items: Vec<CycleDayItem> = days.iter().map(item).collect();
    let frame = past.frame(context)?;
    let today = past.at.moment.day;
    context.ui.answer(&frame, &items, |screen| {
        render(&cycle, &days, (today, screen))
    });
    past.warn_upgrade(context);
    Ok(Exit::Ok)
}

/// Returns the cycle as it was then; none when it was not there.
fn cycle(
    context: &mut Context,
    past: &Past<'_>,
    args: &CycleCalendarArgs,
) -> Result<Option<Cycle>, CliError> {
    let Some(text) = &args.reference else {
        let mut cycles = past.cycles_in_scope(context)?;
        if cycles.len() > 1 {
            let message = "one calendar is of one cycle; -c all names them all";
            return Err(
                CliError::usage("several-cycles", message).with_hint("okr cycle calendar 2026-Q4")
            );
        }
        if cycles.is_empty() && past.at.words.is_none() {
            return Err(no_cycle());
        }
        return Ok(cycles.pop());
    };
    let id: CycleId = past.with_resolver(context, |resolver| Ok(resolver.cycle(text)?.id))?;
    Ok(past.cycles.iter().find(|cycle| cycle.id == id).cloned())
}

fn render(cycle: &Cycle, days: &[(Date, What)], (today, screen): (Date, &Screen)) -> String {
    let mut table = Table::new([Column::left("DAY"), Column::left("WHAT")]);
    let next = days.iter().map(|(day, _)| *day).find(|day| *day >= today);
    for (day, what) in days {
        let tone = if *day < today { Tone::Dim } else { Tone::Plain };
        let written = format!("{} {day}", weekday_name(day.weekday()));
        let told = Cell::toned(tone, &what.told());
        let told = match (next == Some(*day), *day == today) {
            (true, true) => told.and(Tone::Strong, "  (today)"),
            (true, false) => told.and(Tone::Strong, "  (next)"),
            (false, _) => told,
        };
        table.row([Cell::toned(tone, &written), told]);
    }
    let heading = Cell::toned(Tone::Strong, cycle.name.as_str()).and(
        Tone::Plain,
        &format!(
            "  {} to {}, {}, {}",
            cycle.period.start(),
            cycle.period.end(),
            crate::commands::counted(usize::try_from(cycle.period.days()).unwrap_or(0), "day"),
            cycle.state
        ),
    );
    let heading = heading.paint(usize::MAX, screen);
    format!("{heading}\n\n{}", table.render(&aligned(screen)))
}

fn file(cycle: &Cycle, days: &[(Date, What)], (context, org): (&Context, &str)) -> String {
    let appointments: Vec<Appointment> = days
        .iter()
        .map(|(day, what)| Appointment {
            uid: format!("{}-{}@okr", what.key(), cycle.id.uuid()),
            day: *day,
            summary: format!("{org} {}: {}", cycle.name, what.told()),
            description: String::new(),
        })
        .collect();
    icalendar(&format!("{org} {}", cycle.name), context.now, &appointments)
}

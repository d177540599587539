//! `okr checkin` without arguments: one key result after the other, asked for at a terminal.
//!
//! Each is written as it is finished, so that stopping in between loses nothing that was confirmed;
//! all of them are one operation.

mod ask;
mod screen;

use okr_core::decide::Command;
use okr_core::entity::KeyResult;
use okr_core::event::NewCheckIn;
use okr_core::id::CheckInId;
use okr_replica::{KeyResultStanding, Replica};

use super::super::due::{Due, waiting};
use super::super::past::Past;
use super::super::whose::{Chosen, Goal, choose, cycle_goals};
use crate::args::{Reason, WalkArgs, WhoseArgs};
use crate::context::Context;
use crate::editor::Buffer;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::interrupt::Interrupt;
use crate::short_id::{self, Alphabet};
use crate::ui::OutputFormat;
use crate::when::Clock;
use crate::write::{Outcome, Wish, finish, write};
use ask::{Answered, Asked};

/// How many commands are named where nobody can be asked.
const NAMED_MAX: usize = 20;

/// A key result that a check-in is asked for.
struct Stop {
    standing: KeyResultStanding,
    /// Whether a check-in is due, and not only possible.
    is_due: bool,
}

/// What came of asking.
#[derive(Default)]
struct Tally {
    recorded: usize,
    skipped: Vec<String>,
    refused: Vec<String>,
    last: Option<Outcome>,
}

pub(super) fn run(context: &mut Context, args: &WalkArgs) -> Result<Exit, CliError> {
    let mut replica = context.replica()?;
    let (stops, clock) = stops(context, &replica, args)?;
    if stops.is_empty() {
        context.ui.note("nothing is due");
        context.ui.hint(
            "okr checkin --all goes through what is not due as well, okr due --all shows everybody's",
        );
        return Ok(Exit::Ok);
    }
    if !context.may_ask() || context.ui.output() != OutputFormat::Table {
        return Err(nobody_to_ask(&stops));
    }
    let due = stops.iter().filter(|stop| stop.is_due).count();
    let screen = *context.ui.beside();
    let question = screen::heading((stops.len(), due), &screen);
    context.ui.question(&question);
    let mut tally = Tally::default();
    let interrupt = Interrupt::watch_for()?;
    interrupt.say_at_the_end(&screen::stopped(&tally, None));
    for (index, stop) in stops.iter().enumerate() {
        let place = (index + 1, stops.len());
        if !one(context, &mut replica, (stop, place, &clock), &mut tally)? {
            break;
        }
    }
    interrupt.say_at_the_end("");
    end(context, &mut replica, &tally)
}

/// Finds the key results to ask about: mine or the team's, those that are due or all that run.
fn stops(
    context: &mut Context,
    replica: &Replica,
    args: &WalkArgs,
) -> Result<(Vec<Stop>, Clock), CliError> {
    let mut past = Past::open(context, replica)?;
    let cycles = cycle_goals(context, &past)?;
    let team = past.team_scope(context)?;
    let whose = WhoseArgs {
        mine: args.mine || team.is_none(),
        all: false,
    };
    let (_, chosen) = choose(&mut past, &cycles, (&whose, team))?;
    let goals: Vec<Goal<'_>> = chosen.iter().map(Chosen::goal).collect();
    let day = past.at.moment.day;
    let mut found = waiting(&goals, day);
    let due = found.len();
    if args.all {
        let others = goals.iter().filter(|goal| goal.is_running(day));
        let others = others.filter(|goal| goal.days_over(day).is_none());
        found.extend(others.map(|goal| Due {
            goal: *goal,
            days_over: 0,
        }));
    }
    let stops = found.into_iter().enumerate().map(|(index, one)| Stop {
        standing: one.goal.standing.clone(),
        is_due: index < due,
    });
    Ok((stops.collect(), past.at.clock.clone()))
}

/// Says what could be typed where nobody can be asked.
fn nobody_to_ask(stops: &[Stop]) -> CliError {
    let message = match stops.len() {
        1 => "1 key result waits for a check-in, and nobody can be asked here".to_owned(),
        count => format!("{count} key results wait for a check-in, and nobody can be asked here"),
    };
    let mut error = CliError::usage("needs-terminal", message);
    for stop in stops.iter().take(NAMED_MAX) {
        let slug = &stop.standing.key_result.slug;
        error = error.with_detail(format!("okr checkin {slug} VALUE -C CONFIDENCE -m NOTE"));
    }
    if stops.len() > NAMED_MAX {
        error = error.with_detail(format!("and {} more", stops.len() - NAMED_MAX));
    }
    error.with_hint("okr due -o json lists them for a script")
}

/// Asks about one key result and writes the answer; says false when somebody stopped.
fn one(
    context: &mut Context,
    replica: &mut Replica,
    (stop, place, clock): (&Stop, (usize, usize), &Clock),
    tally: &mut Tally,
) -> Result<bool, CliError> {
    let screen = *context.ui.beside();
    let today = clock.today();
    let text = screen::stop(&stop.standing, (place, today), &screen);
    context.ui.question(&text);
    let slug = stop.standing.key_result.slug.to_string();
    let answer = match ask::all(context, &stop.standing, clock.today())? {
        Asked::Stopped => {
            context.ui.question("\n");
            return Ok(false);
        }
        Asked::Skipped => {
            context.ui.question(&screen::skipped(&screen));
            tally.skipped.push(slug);
            return Ok(true);
        }
        Asked::Answered(answer) => answer,
    };
    let Answered { new, buffer } = *answer;
    let interrupt = Interrupt::watch_for()?;
    // Whoever stops in between is told of what is written by then.
    interrupt.as_a_whole(|| {
        let written = record(
            context,
            replica,
            (&stop.standing.key_result, new.clone(), clock),
        );
        match settled(buffer, written) {
            Ok((outcome, after)) => {
                let before = &stop.standing;
                let text = screen::recorded(before, (&new, after.as_ref()), &screen);
                context.ui.question(&text);
                tally.recorded += 1;
                tally.last = Some(outcome);
            }
            Err(error) => {
                let text = error.to_text(&screen, false);
                context.ui.question(&text);
                tally.refused.push(slug);
            }
        }
        let operation = written_as(context, tally);
        interrupt.say_at_the_end(&screen::stopped(tally, operation.as_deref()));
    });
    Ok(true)
}

/// Returns the short id of the operation that wrote what was recorded; none when nothing was.
fn written_as(context: &Context, tally: &Tally) -> Option<String> {
    let is_written = tally.recorded > 0 && !context.globals.dry_run;
    let operation = context.operation().filter(|_| is_written);
    operation.map(|operation| short_id::shown(Alphabet::Change, operation))
}

fn settled<T>(buffer: Option<Buffer>, result: Result<T, CliError>) -> Result<T, CliError> {
    match buffer {
        Some(buffer) => buffer.settle(result),
        None => result,
    }
}

fn record(
    context: &mut Context,
    replica: &mut Replica,
    (key_result, new, clock): (&KeyResult, NewCheckIn, &Clock),
) -> Result<(Outcome, Option<KeyResultStanding>), CliError> {
    let id = CheckInId::new(context.new_uuid());
    let wish = Wish::new(Command::RecordCheckIn { id, new }, &Reason::default());
    let outcome = write(context, replica, clock, wish)?;
    let after = match outcome {
        Outcome::Written(_) => {
            let (reading, _) = context.present(replica)?;
            reading.standing(key_result.id).map_err(failure::replica)?
        }
        Outcome::WouldWrite(_) | Outcome::NothingToDo => None,
    };
    Ok((outcome, after))
}

/// Says what was recorded, and exchanges it with the server.
fn end(context: &mut Context, replica: &mut Replica, tally: &Tally) -> Result<Exit, CliError> {
    let operation = written_as(context, tally);
    context.ui.question("\n");
    let text = screen::ended(tally, operation.as_deref());
    context.ui.print(&text);
    if let Some(outcome) = &tally.last {
        let next = operation.map(|operation| match tally.recorded {
            1 => "okr undo takes it back".to_owned(),
            _ => format!("okr undo takes all of them back, okr op show {operation} names them"),
        });
        finish(context, replica, outcome, next)?;
    }
    Ok(if tally.refused.is_empty() {
        Exit::Ok
    } else {
        Exit::Error
    })
}

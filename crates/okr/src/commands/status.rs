//! `okr status`, and `okr` alone: my goals, what is due, and the state of the exchange.

pub(crate) mod screen;
mod work;

use okr_core::progress;
use okr_replica::{CycleGoals, KeyResultStanding, Unread};

use super::due::waiting;
use super::past::Past;
use super::whose::{Chosen, Goal, Scope, choose, cycle_goals};
use crate::args::StatusArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::{
    CycleItem, InitiativeItem, KeyResultItem, MetricItem, PersonRef, StatusItem, ThingRef,
    UnreadItem,
};
use crate::ui::OutputFormat;
use screen::StatusView;

/// Runs `okr status`.
///
/// # Errors
/// When a moment cannot be understood, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, args: &StatusArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let cycles = cycle_goals(context, &past)?;
    let team = past.team_scope(context)?;
    let (scope, chosen) = choose(&mut past, &cycles, (&args.whose, team))?;
    let goals: Vec<Goal<'_>> = chosen.iter().map(Chosen::goal).collect();
    let cycle = cycles.first().map(CycleGoals::cycle);
    let moment = past.at.moment;
    let waiting = waiting(&goals, moment.day);
    let is_overdue = waiting.iter().any(|one| one.days_over > 0);
    let due: Vec<&KeyResultStanding> = waiting.iter().map(|one| one.goal.standing).collect();
    let shown = goals.iter().map(|goal| goal.standing.key_result.id);
    let work = work::read(&mut past, scope, shown.collect())?;
    let view = StatusView {
        cycle,
        moment,
        whose: whose(&past, scope, context.ui.screen().dot()),
        as_of: past.as_of(),
        next: next(&due, &past),
        goals: goals.iter().map(|goal| goal.standing).collect(),
        due,
        work,
        unread: unread(&past)?,
        exchange: past.exchange(),
    };
    answer(context, &past, &view, scope)?;
    past.warn_upgrade(context);
    if cycle.is_none() {
        past.hint_nothing(context, "plan a cycle first: okr cycle add 2026-Q4 --open");
    } else if view.goals.is_empty() && matches!(scope, Scope::All) {
        let objective = cycles.iter().flat_map(CycleGoals::objectives).next();
        let hint = match objective {
            Some(objective) => {
                let slug = &objective.slug;
                format!("okr kr add TITLE -O {slug} --from N --to N --unit UNIT")
            }
            None => "okr objective add TITLE".to_owned(),
        };
        past.hint_nothing(context, &hint);
    }
    let needs_somebody = is_overdue || past.info.conflicts > 0;
    Ok(if args.check && needs_somebody {
        Exit::ConditionNotMet
    } else {
        Exit::Ok
    })
}

/// Counts what came since one looked; none where another moment is asked about.
fn unread(past: &Past<'_>) -> Result<Option<Unread>, CliError> {
    if past.at.words.is_some() {
        return Ok(None);
    }
    past.replica.unread().map(Some).map_err(failure::replica)
}

fn whose(past: &Past<'_>, scope: Scope, dot: &str) -> String {
    let me = past.names.at_person(past.me());
    match scope {
        Scope::Mine(_) => me,
        Scope::Team(team) => format!("{me} {dot} {}", past.names.label(team.into())),
        Scope::All => format!("{me} {dot} everybody's goals"),
    }
}

/// Returns the commands to type next.
fn next(due: &[&KeyResultStanding], past: &Past<'_>) -> Vec<String> {
    let mut next = Vec::new();
    if past.at.words.is_some() {
        return next;
    }
    if let Some(first) = due.first() {
        next.push(format!("okr checkin {} VALUE", first.key_result.slug));
    }
    if past.info.conflicts > 0 {
        next.push("okr conflicts".to_owned());
    }
    if past.info.remote.is_some() && past.info.pending > 0 {
        next.push("okr sync".to_owned());
    }
    next
}

fn answer(
    context: &mut Context,
    past: &Past<'_>,
    view: &StatusView<'_>,
    scope: Scope,
) -> Result<(), CliError> {
    let frame = past.frame(context)?;
    match context.ui.output() {
        OutputFormat::Table => {
            let screen = context.ui.screen();
            let text = screen::render(view, &past.names, &past.at.clock, screen);
            context.ui.print(&text);
        }
        OutputFormat::Json | OutputFormat::Jsonl => {
            let gone = view
                .cycle
                .map(|cycle| progress::expected(cycle.period, None, None, view.moment.pace_day()));
            let names = &past.names;
            let item = StatusItem {
                me: PersonRef::new(past.me(), names),
                cycle: view.cycle.map(|cycle| CycleItem::new(cycle, &past.names)),
                gone: gone.map(Into::into),
                scope: scope.word(),
                key_results: view
                    .goals
                    .iter()
                    .map(|one| KeyResultItem::new(one, names))
                    .collect(),
                due: view
                    .due
                    .iter()
                    .map(|one| ThingRef::new(one.key_result.id, names))
                    .collect(),
                initiatives: view
                    .work
                    .initiatives
                    .iter()
                    .map(|one| InitiativeItem::new(one, (view.moment.day, names)))
                    .collect(),
                metrics_outside: view
                    .work
                    .outside
                    .iter()
                    .map(|one| MetricItem::new(one, (view.moment.day, names)))
                    .collect(),
                conflicts: past.info.conflicts,
                unread: view.unread.map(UnreadItem::new),
            };
            context.ui.answer(&frame, &[item], |_| String::new());
        }
        OutputFormat::Id => {
            for one in &view.goals {
                let item = KeyResultItem::new(one, &past.names);
                context.ui.item(&item, |_| String::new());
            }
        }
    }
    Ok(())
}

//! `okr status`, and `okr` alone: my goals, what is due, and the state of the exchange.

pub(crate) mod screen;

use okr_core::entity::{Cycle, KeyResult};
use okr_core::id::{PersonId, TeamId};
use okr_core::value::{CadenceDays, CycleState, GoalState, days_between};
use okr_core::view::View as _;
use okr_core::{Date, progress};
use okr_replica::{CycleStanding, KeyResultStanding, ObjectiveStanding};

use super::past::Past;
use crate::args::StatusArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::{CycleItem, KeyResultItem, PersonRef, StatusItem, ThingRef};
use crate::ui::OutputFormat;
use screen::StatusView;

/// Whose goals are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// Those that I own.
    Mine(PersonId),
    /// Those of a team and of all below it.
    Team(TeamId),
    /// All.
    All,
}

impl Scope {
    const fn word(self) -> &'static str {
        match self {
            Self::Mine(_) => "mine",
            Self::Team(_) => "team",
            Self::All => "all",
        }
    }

    fn holds(self, objective: &ObjectiveStanding, key_result: &KeyResult, past: &Past<'_>) -> bool {
        match self {
            Self::Mine(me) => objective.objective.owner == me || key_result.owner == me,
            Self::Team(team) => past.is_within(objective.objective.team, team),
            Self::All => true,
        }
    }
}

/// Runs `okr status`.
///
/// # Errors
/// When a moment cannot be understood, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, _args: &StatusArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let mut standings = Vec::new();
    for cycle in past.cycles_in_scope(context)? {
        standings.extend(past.cycle_standing(&cycle)?);
    }
    let asked = past.team_scope(context)?;
    let (scope, goals) = choose(&past, &standings, asked);
    let cycle = standings.first().map(|standing| &standing.cycle);
    let org = past.reading.org().map_err(failure::replica)?;
    let cadence = org.map_or(CadenceDays::WEEKLY, |org| org.cadence);
    let day = past.at.moment.day;
    let due: Vec<&KeyResultStanding> = goals
        .iter()
        .filter(|(cycle, one)| is_due(cycle, one, (cadence, day)))
        .map(|(_, one)| *one)
        .collect();
    let view = StatusView {
        cycle,
        day,
        whose: whose(&past, scope, context.ui.screen().dot()),
        as_of: past.as_of(),
        next: next(&due, &past),
        goals: goals.into_iter().map(|(_, one)| one).collect(),
        due,
        exchange: past.exchange(),
    };
    answer(context, &past, &view, scope)?;
    past.warn_upgrade(context);
    if cycle.is_none() {
        match &past.at.words {
            Some(_) => past.hint_empty(context),
            None => context
                .ui
                .hint("plan a cycle first: okr cycle add 2026-Q4 --open"),
        }
    }
    Ok(Exit::Ok)
}

/// Chooses my goals; where I have none those of my team, and where I have no team all.
fn choose<'a>(
    past: &Past<'_>,
    standings: &'a [CycleStanding],
    asked: Option<TeamId>,
) -> (Scope, Vec<(&'a Cycle, &'a KeyResultStanding)>) {
    let me = past.me();
    let mine = past
        .teams
        .iter()
        .find(|team| team.leads.contains(&me) || team.members.contains(&me))
        .map(|team| team.id);
    let candidates = match asked {
        Some(team) => vec![Scope::Team(team)],
        None => [Some(Scope::Mine(me)), mine.map(Scope::Team)]
            .into_iter()
            .flatten()
            .collect(),
    };
    let of_scope = |scope: Scope| {
        let mut goals = Vec::new();
        for standing in standings {
            for objective in &standing.objectives {
                let kept = objective
                    .key_results
                    .iter()
                    .filter(|one| scope.holds(objective, &one.key_result, past));
                goals.extend(kept.map(|one| (&standing.cycle, one)));
            }
        }
        goals
    };
    for scope in candidates {
        let goals = of_scope(scope);
        if !goals.is_empty() || asked.is_some() {
            return (scope, goals);
        }
    }
    (Scope::All, of_scope(Scope::All))
}

/// Says whether a key result waits for a check-in: none yet, or the last one a cadence ago.
fn is_due(cycle: &Cycle, one: &KeyResultStanding, (cadence, day): (CadenceDays, Date)) -> bool {
    let is_running = one.key_result.state() == GoalState::Active
        && cycle.state == CycleState::Open
        && cycle.period.contains(day);
    let cadence = cycle.cadence.unwrap_or(cadence);
    let start = one.key_result.start.unwrap_or(cycle.period.start());
    let since = one
        .latest
        .as_ref()
        .map_or(start, |fact| fact.check_in.effective);
    is_running && days_between(since, day) >= i32::from(cadence.get())
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
                .map(|cycle| progress::expected(cycle.period, None, None, view.day));
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
                conflicts: past.info.conflicts,
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

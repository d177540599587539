//! Whose goals a command is about, and which of their key results wait for a check-in.

use okr_core::Date;
use okr_core::entity::{Cycle, KeyResult, Objective};
use okr_core::id::{PersonId, TeamId};
use okr_core::value::{CadenceDays, CycleState, GoalState, days_between};
use okr_replica::{CycleGoals, KeyResultStanding};

use super::past::Past;
use crate::args::WhoseArgs;
use crate::context::Context;
use crate::error::CliError;

/// Whose goals are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those that I own.
    Mine(PersonId),
    /// Those of a team and of all below it.
    Team(TeamId),
    /// All.
    All,
}

impl Scope {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Mine(_) => "mine",
            Self::Team(_) => "team",
            Self::All => "all",
        }
    }

    fn holds(self, objective: &Objective, key_result: &KeyResult, past: &Past<'_>) -> bool {
        match self {
            Self::Mine(me) => objective.owner == me || key_result.owner == me,
            Self::Team(team) => past.is_within(objective.team, team),
            Self::All => true,
        }
    }
}

/// A key result that was chosen, and how it stands.
#[derive(Clone, Debug)]
pub(crate) struct Chosen<'a> {
    cycle: &'a CycleGoals,
    objective: &'a Objective,
    standing: KeyResultStanding,
}

impl Chosen<'_> {
    pub(crate) const fn goal(&self) -> Goal<'_> {
        Goal {
            cycle: self.cycle.cycle(),
            cadence: self.cycle.cadence(),
            objective: self.objective,
            standing: &self.standing,
        }
    }
}

/// A key result with what stands above it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal<'a> {
    pub(crate) cycle: &'a Cycle,
    pub(crate) cadence: CadenceDays,
    pub(crate) objective: &'a Objective,
    pub(crate) standing: &'a KeyResultStanding,
}

impl Goal<'_> {
    /// Says whether check-ins are expected of it on a day.
    pub(crate) fn is_running(self, day: Date) -> bool {
        self.standing.key_result.state() == GoalState::Active
            && self.objective.state() == GoalState::Active
            && self.cycle.state == CycleState::Open
            && self.cycle.period.contains(day)
    }

    /// Returns for how many days a check-in is due: 0 is today; none while none is due.
    ///
    /// One is due a cadence after the last one or, without any, after the start.
    pub(crate) fn days_over(self, day: Date) -> Option<i32> {
        let start = self.standing.key_result.start;
        let start = start.unwrap_or(self.cycle.period.start());
        let last = self.standing.latest.as_ref();
        let since = last.map_or(start, |fact| fact.check_in.effective);
        let over = days_between(since, day) - i32::from(self.cadence.get());
        (self.is_running(day) && over >= 0).then_some(over)
    }
}

/// Reads the goals of the cycles that the command is about.
///
/// # Errors
/// When a cycle cannot be found, or the replica cannot be read.
pub(crate) fn cycle_goals(
    context: &mut Context,
    past: &Past<'_>,
) -> Result<Vec<CycleGoals>, CliError> {
    let mut found = Vec::new();
    for cycle in past.cycles_in_scope(context)? {
        found.extend(past.cycle_goals(&cycle)?);
    }
    Ok(found)
}

/// Chooses the goals that were asked for: of a team, mine, or all; without a word for it mine or,
/// where I have none, those of my team or, where I have no team, all. Only then is read how they
/// stand, and learnt what they are called.
///
/// # Errors
/// When the replica cannot be read.
pub(crate) fn choose<'a>(
    past: &mut Past<'_>,
    cycles: &'a [CycleGoals],
    (whose, team): (&WhoseArgs, Option<TeamId>),
) -> Result<(Scope, Vec<Chosen<'a>>), CliError> {
    let scope = match team {
        _ if whose.mine => Scope::Mine(past.me()),
        // Asked for in so many words it is stronger than a team that is pinned.
        _ if whose.all => Scope::All,
        Some(team) => Scope::Team(team),
        None => nearest(past, cycles),
    };
    let mut chosen = Vec::new();
    for cycle in cycles {
        let standings = past.stand_goals(cycle, |objective, key_result, past| {
            scope.holds(objective, key_result, past)
        })?;
        chosen.extend(standings.into_iter().map(|(objective, standing)| Chosen {
            cycle,
            objective,
            standing,
        }));
    }
    Ok((scope, chosen))
}

/// Returns the narrowest scope in which there is a goal.
fn nearest(past: &Past<'_>, cycles: &[CycleGoals]) -> Scope {
    let me = past.me();
    let team = past
        .teams
        .iter()
        .find(|team| team.leads.contains(&me) || team.members.contains(&me))
        .map(|team| Scope::Team(team.id));
    let candidates = [Some(Scope::Mine(me)), team];
    let has_goals = |scope: &Scope| {
        let mut all = cycles.iter().flat_map(CycleGoals::key_results);
        all.any(|(objective, key_result)| scope.holds(objective, key_result, past))
    };
    let mut candidates = candidates.into_iter().flatten();
    candidates.find(has_goals).unwrap_or(Scope::All)
}

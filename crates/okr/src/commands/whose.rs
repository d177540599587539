//! Whose goals a command is about, and which of their key results wait for a check-in.

use okr_core::Date;
use okr_core::id::{PersonId, TeamId};
use okr_core::value::{CycleState, GoalState, days_between};
use okr_replica::{CycleStanding, KeyResultStanding, ObjectiveStanding};

use super::past::Past;
use crate::args::WhoseArgs;

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

    fn holds(self, goal: Goal<'_>, past: &Past<'_>) -> bool {
        match self {
            Self::Mine(me) => {
                goal.objective.objective.owner == me || goal.standing.key_result.owner == me
            }
            Self::Team(team) => past.is_within(goal.objective.objective.team, team),
            Self::All => true,
        }
    }
}

/// A key result with what stands above it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal<'a> {
    pub(crate) cycle: &'a CycleStanding,
    pub(crate) objective: &'a ObjectiveStanding,
    pub(crate) standing: &'a KeyResultStanding,
}

impl Goal<'_> {
    /// Says whether check-ins are expected of it on a day.
    pub(crate) fn is_running(self, day: Date) -> bool {
        self.standing.key_result.state() == GoalState::Active
            && self.objective.objective.state() == GoalState::Active
            && self.cycle.cycle.state == CycleState::Open
            && self.cycle.cycle.period.contains(day)
    }

    /// Returns for how many days a check-in is due: 0 is today; none while none is due.
    ///
    /// One is due a cadence after the last one or, without any, after the start.
    pub(crate) fn days_over(self, day: Date) -> Option<i32> {
        let start = self.standing.key_result.start;
        let start = start.unwrap_or(self.cycle.cycle.period.start());
        let last = self.standing.latest.as_ref();
        let since = last.map_or(start, |fact| fact.check_in.effective);
        let over = days_between(since, day) - i32::from(self.cycle.cadence.get());
        (self.is_running(day) && over >= 0).then_some(over)
    }
}

/// Chooses the goals that were asked for: of a team, mine, or all; without a word for it mine or,
/// where I have none, those of my team or, where I have no team, all.
pub(crate) fn choose<'a>(
    past: &Past<'_>,
    standings: &'a [CycleStanding],
    (whose, team): (&WhoseArgs, Option<TeamId>),
) -> (Scope, Vec<Goal<'a>>) {
    let me = past.me();
    let of_scope = |scope: Scope| -> Vec<Goal<'a>> {
        goals(standings)
            .filter(|goal| scope.holds(*goal, past))
            .collect()
    };
    if whose.all || whose.mine || team.is_some() {
        let scope = match team {
            _ if whose.mine => Scope::Mine(me),
            Some(team) => Scope::Team(team),
            None => Scope::All,
        };
        return (scope, of_scope(scope));
    }
    let mine = past
        .teams
        .iter()
        .find(|team| team.leads.contains(&me) || team.members.contains(&me))
        .map(|team| Scope::Team(team.id));
    let candidates = [Some(Scope::Mine(me)), mine];
    for scope in candidates.into_iter().flatten() {
        let goals = of_scope(scope);
        if !goals.is_empty() {
            return (scope, goals);
        }
    }
    (Scope::All, of_scope(Scope::All))
}

fn goals(standings: &[CycleStanding]) -> impl Iterator<Item = Goal<'_>> {
    standings.iter().flat_map(|cycle| {
        cycle.objectives.iter().flat_map(move |objective| {
            let key_results = objective.key_results.iter();
            key_results.map(move |standing| Goal {
                cycle,
                objective,
                standing,
            })
        })
    })
}

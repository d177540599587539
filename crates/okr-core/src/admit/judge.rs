//! What every rule needs: the state, the author, and the questions that several rules ask.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::admit::{Context, Found};
use crate::authorize::{Action, Refusal, Request, authorize};
use crate::change::Change;
use crate::entity::{
    CheckIn, Comment, Cycle, HealthMetric, Initiative, KeyResult, MetricValue, Objective, Org,
    Person, Team,
};
use crate::id::{
    CheckInId, CommentId, CycleId, EntityId, InitiativeId, KeyResultId, MetricId, MetricValueId,
    ObjectiveId, PersonId, TeamId,
};
use crate::rejection::{Missing, Rejection};
use crate::value::{CycleState, GoalState, Role, Score, Source};
use crate::view::View;

/// Why judging ended early.
#[derive(Debug)]
pub(super) enum Stop<E> {
    /// A rule refuses.
    Rejected(Rejection),
    /// The store failed.
    Failed(E),
}

impl<E> From<Rejection> for Stop<E> {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// What an event would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It would alter something.
    Applies,
    /// Everything is already so.
    AlreadySo,
}

/// A change before its judge.
pub(super) struct Judge<'a, V: View> {
    pub(super) view: &'a V,
    pub(super) context: &'a Context,
    pub(super) change: &'a Change,
    pub(super) org: Cow<'a, Org>,
    /// Whether the event is about the team that the author's credential is for.
    pub(super) in_team: bool,
    author: Option<Cow<'a, Person>>,
}

impl<'a, V: View> Judge<'a, V> {
    pub(super) fn new(
        view: &'a V,
        context: &'a Context,
        change: &'a Change,
    ) -> Result<Self, Stop<V::Error>> {
        let org = view.org().map_err(Stop::Failed)?;
        Ok(Self {
            view,
            context,
            change,
            org: org.ok_or(Rejection::NoOrganisation)?,
            in_team: false,
            author: view.person(context.author).map_err(Stop::Failed)?,
        })
    }

    /// Says whether the author may act for others: a narrow credential makes nobody an administrator.
    pub(super) fn author_is_admin(&self) -> bool {
        let is_admin = |author: &Cow<'_, Person>| author.active && author.role == Role::Admin;
        self.context.scope.is_full() && self.author.as_ref().is_some_and(is_admin)
    }

    pub(super) fn person(&self, id: PersonId) -> Result<Found<'a, Person>, Stop<V::Error>> {
        self.view.person(id).map_err(Stop::Failed)
    }

    pub(super) fn team(&self, id: TeamId) -> Result<Found<'a, Team>, Stop<V::Error>> {
        self.view.team(id).map_err(Stop::Failed)
    }

    pub(super) fn cycle(&self, id: CycleId) -> Result<Found<'a, Cycle>, Stop<V::Error>> {
        self.view.cycle(id).map_err(Stop::Failed)
    }

    pub(super) fn objective(
        &self,
        id: ObjectiveId,
    ) -> Result<Found<'a, Objective>, Stop<V::Error>> {
        self.view.objective(id).map_err(Stop::Failed)
    }

    pub(super) fn key_result(
        &self,
        id: KeyResultId,
    ) -> Result<Found<'a, KeyResult>, Stop<V::Error>> {
        self.view.key_result(id).map_err(Stop::Failed)
    }

    pub(super) fn check_in(&self, id: CheckInId) -> Result<Found<'a, CheckIn>, Stop<V::Error>> {
        self.view.check_in(id).map_err(Stop::Failed)
    }

    pub(super) fn comment(&self, id: CommentId) -> Result<Found<'a, Comment>, Stop<V::Error>> {
        self.view.comment(id).map_err(Stop::Failed)
    }

    pub(super) fn initiative(
        &self,
        id: InitiativeId,
    ) -> Result<Found<'a, Initiative>, Stop<V::Error>> {
        self.view.initiative(id).map_err(Stop::Failed)
    }

    pub(super) fn metric(&self, id: MetricId) -> Result<Found<'a, HealthMetric>, Stop<V::Error>> {
        self.view.metric(id).map_err(Stop::Failed)
    }

    pub(super) fn metric_value(
        &self,
        id: MetricValueId,
    ) -> Result<Found<'a, MetricValue>, Stop<V::Error>> {
        self.view.metric_value(id).map_err(Stop::Failed)
    }

    /// Refuses an author without the right; `steward` is asked only when the policy depends on it.
    pub(super) fn permit(
        &self,
        subject: EntityId,
        action: Action,
        steward: impl FnOnce() -> Result<bool, Stop<V::Error>>,
    ) -> Result<(), Stop<V::Error>> {
        let mut request = Request {
            author: self.author.as_deref(),
            scope: self.context.scope,
            policy: self.org.edit_policy,
            action,
            steward: false,
            in_team: self.in_team,
        };
        let mut verdict = authorize(&request);
        if verdict == Err(Refusal::NeedsSteward) {
            request.steward = steward()?;
            verdict = authorize(&request);
        }
        verdict.map_err(|refusal| {
            Stop::Rejected(Rejection::NotPermitted {
                subject: Some(subject),
                refusal,
            })
        })
    }

    /// Says whether the author leads the team, if there is one.
    pub(super) fn leads(&self, team: Option<TeamId>) -> Result<bool, Stop<V::Error>> {
        let Some(team) = team else { return Ok(false) };
        let team = self.team(team)?;
        Ok(team.is_some_and(|team| team.leads.contains(&self.context.author)))
    }

    /// Says whether the author owns the objective or leads its team.
    pub(super) fn stewards(&self, objective: &Objective) -> Result<bool, Stop<V::Error>> {
        Ok(objective.owner == self.context.author || self.leads(objective.team)?)
    }

    /// Refuses a person who is unknown, or who has left unless the change is an import.
    pub(super) fn usable_person(
        &self,
        subject: EntityId,
        field: &'static str,
        id: PersonId,
    ) -> Result<(), Stop<V::Error>> {
        let reference = EntityId::Person(id);
        let Some(person) = self.person(id)? else {
            return Err(unknown(subject, field, reference));
        };
        if person.active || self.change.source == Source::Import {
            return Ok(());
        }
        Err(Stop::Rejected(Rejection::InactivePerson {
            subject,
            field,
            person: reference,
        }))
    }

    /// Refuses a team that is unknown or archived.
    pub(super) fn usable_team(
        &self,
        subject: EntityId,
        field: &'static str,
        id: TeamId,
    ) -> Result<(), Stop<V::Error>> {
        let Some(team) = self.team(id)? else {
            return Err(unknown(subject, field, EntityId::Team(id)));
        };
        if team.archived {
            return Err(wrong_state(id.into(), "archived", "be given anything new"));
        }
        Ok(())
    }

    /// Returns the cycle; refuses an unknown one.
    pub(super) fn known_cycle(
        &self,
        subject: EntityId,
        id: CycleId,
    ) -> Result<Cow<'a, Cycle>, Stop<V::Error>> {
        self.cycle(id)?
            .ok_or_else(|| unknown(subject, "cycle", EntityId::Cycle(id)))
    }

    /// Returns the cycle; refuses an unknown or closed one.
    pub(super) fn unclosed_cycle(
        &self,
        subject: EntityId,
        id: CycleId,
    ) -> Result<Cow<'a, Cycle>, Stop<V::Error>> {
        let cycle = self.known_cycle(subject, id)?;
        if cycle.state == CycleState::Closed {
            return Err(Stop::Rejected(Rejection::CycleClosed {
                subject,
                cycle: id,
                name: cycle.name.clone(),
            }));
        }
        Ok(cycle)
    }

    /// Returns the objective that a key result names; refuses an unknown one.
    pub(super) fn known_objective(
        &self,
        subject: EntityId,
        id: ObjectiveId,
    ) -> Result<Cow<'a, Objective>, Stop<V::Error>> {
        self.objective(id)?
            .ok_or_else(|| unknown(subject, "objective", EntityId::Objective(id)))
    }

    /// Refuses an amendment without what the policy asks for.
    ///
    /// A draft is no commitment, and neither is anything in a planned cycle.
    pub(super) fn amendment(
        &self,
        subject: EntityId,
        cycle: &Cycle,
        stage: GoalState,
        action: &'static str,
    ) -> Result<(), Stop<V::Error>> {
        let committed = cycle.is_committed() && stage != GoalState::Draft;
        if !self.org.reason_after_commitment || !committed {
            return Ok(());
        }
        let missing = match (&self.change.reason, self.change.amendment) {
            (Some(_), Some(_)) => return Ok(()),
            (None, Some(_)) => Missing::Reason,
            (Some(_), None) => Missing::Category,
            (None, None) => Missing::ReasonAndCategory,
        };
        Err(Stop::Rejected(Rejection::ReasonRequired {
            subject,
            action,
            missing,
        }))
    }

    /// Refuses another grade than a number, and one without a reason where the policy asks for it.
    pub(super) fn regrade(
        &self,
        subject: EntityId,
        to: Option<Score>,
    ) -> Result<(), Stop<V::Error>> {
        if to.is_none() {
            return Err(Stop::Rejected(Rejection::Inconsistent {
                subject,
                problem: "what is closed has a score; reopen it to take the score away",
            }));
        }
        if self.org.reason_after_commitment && self.change.reason.is_none() {
            return Err(Stop::Rejected(Rejection::ReasonRequired {
                subject,
                action: "changing the score of a closed goal",
                missing: Missing::Reason,
            }));
        }
        Ok(())
    }
}

/// Refuses to touch the grade of what has none yet.
pub(super) fn graded<E>(subject: EntityId, state: GoalState) -> Result<(), Stop<E>> {
    match state {
        GoalState::Closed => Ok(()),
        GoalState::Draft | GoalState::Active | GoalState::Abandoned | GoalState::Archived => {
            Err(wrong_state(subject, state.word(), "have its grade changed"))
        }
    }
}

pub(super) fn unknown<E>(subject: EntityId, field: &'static str, reference: EntityId) -> Stop<E> {
    Stop::Rejected(Rejection::UnknownReference {
        subject,
        field,
        reference,
    })
}

pub(super) fn unknown_subject<E>(subject: EntityId) -> Stop<E> {
    Stop::Rejected(Rejection::UnknownSubject { subject })
}

pub(super) fn already_exists<E>(subject: EntityId) -> Stop<E> {
    Stop::Rejected(Rejection::AlreadyExists { subject })
}

pub(super) fn wrong_state<E>(
    subject: EntityId,
    state: &'static str,
    action: &'static str,
) -> Stop<E> {
    Stop::Rejected(Rejection::WrongState {
        subject,
        state,
        action,
    })
}

/// Refuses what contradicts itself.
pub(super) fn inconsistent<E>(subject: EntityId, problem: &'static str) -> Result<(), Stop<E>> {
    Err(Stop::Rejected(Rejection::Inconsistent { subject, problem }))
}

/// Refuses a set that is too large.
pub(super) fn within<T, E>(
    subject: EntityId,
    what: &'static str,
    set: &BTreeSet<T>,
    limit: usize,
) -> Result<(), Stop<E>> {
    if set.len() > limit {
        return Err(Stop::Rejected(Rejection::Limit {
            subject: Some(subject),
            what,
            limit,
            given: set.len(),
        }));
    }
    Ok(())
}

/// Refuses one more element than a set may have.
pub(super) fn room<T, E>(
    subject: EntityId,
    what: &'static str,
    set: &BTreeSet<T>,
    limit: usize,
) -> Result<(), Stop<E>> {
    if set.len() >= limit {
        return Err(Stop::Rejected(Rejection::Limit {
            subject: Some(subject),
            what,
            limit,
            given: set.len() + 1,
        }));
    }
    Ok(())
}

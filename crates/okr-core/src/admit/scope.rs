//! Whether an event is about the team that a credential is for: its goals, and what hangs on them.

use std::collections::BTreeSet;

use crate::admit::judge::{Judge, Stop};
use crate::entity::Initiative;
use crate::event::{
    CheckInEvent, CommentEvent, Event, InitiativeEdit, InitiativeEvent, KeyResultEvent, MetricEdit,
    MetricEvent, MetricValueEvent, ObjectiveEdit, ObjectiveEvent, Topic,
};
use crate::id::{CheckInId, InitiativeId, KeyResultId, MetricId, ObjectiveId, TeamId};
use crate::view::View;

/// Says whether an event is about a team or one below it, before and after.
///
/// The team itself, the people, the cycles and the organisation are not what a team's credential is for.
pub(super) fn is_about<V: View>(
    judge: &Judge<'_, V>,
    team: TeamId,
    event: &Event,
) -> Result<bool, Stop<V::Error>> {
    let scope = TeamScope { judge, team };
    match event {
        Event::Org(..) | Event::Person(..) | Event::Team(..) | Event::Cycle(..) => Ok(false),
        Event::Objective(id, event) => scope.objective_event(*id, event),
        Event::KeyResult(_, KeyResultEvent::Created(new)) => scope.objective(new.objective),
        Event::KeyResult(id, _) => scope.key_result(*id),
        Event::CheckIn(_, CheckInEvent::Recorded(new)) => scope.key_result(new.key_result),
        Event::CheckIn(id, CheckInEvent::Corrected(_) | CheckInEvent::Retracted) => {
            scope.check_in(*id)
        }
        Event::Comment(_, CommentEvent::Added(new)) => scope.topic(new.topic),
        Event::Comment(id, CommentEvent::Edited(_) | CommentEvent::Retracted) => {
            match judge.comment(*id)? {
                Some(comment) => scope.topic(comment.topic),
                None => Ok(false),
            }
        }
        Event::Initiative(id, event) => scope.initiative_event(*id, event),
        Event::Metric(id, event) => scope.metric_event(*id, event),
        Event::MetricValue(_, MetricValueEvent::Recorded(new)) => scope.metric(new.metric),
        Event::MetricValue(id, MetricValueEvent::Retracted) => match judge.metric_value(*id)? {
            Some(value) => scope.metric(value.metric),
            None => Ok(false),
        },
    }
}

/// Asks about one team. What is not there is about no team, so that it tells nothing.
struct TeamScope<'a, 'b, V: View> {
    judge: &'a Judge<'b, V>,
    team: TeamId,
}

impl<V: View> TeamScope<'_, '_, V> {
    /// Says whether a team is the one of the scope or lies below it.
    fn covers(&self, team: Option<TeamId>) -> Result<bool, Stop<V::Error>> {
        let mut next = team;
        // Parents are acyclic by the rules; a history that they did not judge still ends here.
        let mut seen = BTreeSet::new();
        while let Some(id) = next.filter(|id| seen.insert(*id)) {
            if id == self.team {
                return Ok(true);
            }
            next = self.judge.team(id)?.and_then(|team| team.parent);
        }
        Ok(false)
    }

    fn objective_event(
        &self,
        id: ObjectiveId,
        event: &ObjectiveEvent,
    ) -> Result<bool, Stop<V::Error>> {
        match event {
            ObjectiveEvent::Created(new) => self.covers(new.team),
            ObjectiveEvent::Edited(ObjectiveEdit::Team(edit)) => {
                Ok(self.objective(id)? && self.covers(edit.to)?)
            }
            ObjectiveEvent::Edited(_)
            | ObjectiveEvent::Tagged(_)
            | ObjectiveEvent::Untagged(_)
            | ObjectiveEvent::Published
            | ObjectiveEvent::Closed { .. }
            | ObjectiveEvent::Abandoned
            | ObjectiveEvent::Reopened
            | ObjectiveEvent::Archived
            | ObjectiveEvent::Restored => self.objective(id),
        }
    }

    fn objective(&self, id: ObjectiveId) -> Result<bool, Stop<V::Error>> {
        match self.judge.objective(id)? {
            Some(objective) => self.covers(objective.team),
            None => Ok(false),
        }
    }

    fn key_result(&self, id: KeyResultId) -> Result<bool, Stop<V::Error>> {
        match self.judge.key_result(id)? {
            Some(key_result) => self.objective(key_result.objective),
            None => Ok(false),
        }
    }

    fn check_in(&self, id: CheckInId) -> Result<bool, Stop<V::Error>> {
        match self.judge.check_in(id)? {
            Some(check_in) => self.key_result(check_in.key_result),
            None => Ok(false),
        }
    }

    fn initiative_event(
        &self,
        id: InitiativeId,
        event: &InitiativeEvent,
    ) -> Result<bool, Stop<V::Error>> {
        match event {
            InitiativeEvent::Created(new) => self.key_results(&new.key_results),
            InitiativeEvent::Edited(InitiativeEdit::KeyResults(edit)) => {
                Ok(self.initiative(id)? && self.key_results(&edit.to)?)
            }
            InitiativeEvent::Edited(_) | InitiativeEvent::Archived | InitiativeEvent::Restored => {
                self.initiative(id)
            }
        }
    }

    fn initiative(&self, id: InitiativeId) -> Result<bool, Stop<V::Error>> {
        match self.judge.initiative(id)? {
            Some(initiative) => self.key_results(&initiative.key_results),
            None => Ok(false),
        }
    }

    /// Says whether all are goals of the team: work for another team as well is not for this one alone.
    fn key_results(&self, ids: &BTreeSet<KeyResultId>) -> Result<bool, Stop<V::Error>> {
        for id in ids.iter().take(Initiative::MAX_KEY_RESULTS) {
            if !self.key_result(*id)? {
                return Ok(false);
            }
        }
        Ok(!ids.is_empty())
    }

    fn metric_event(&self, id: MetricId, event: &MetricEvent) -> Result<bool, Stop<V::Error>> {
        match event {
            MetricEvent::Created(new) => self.covers(new.team),
            MetricEvent::Edited(MetricEdit::Team(edit)) => {
                Ok(self.metric(id)? && self.covers(edit.to)?)
            }
            MetricEvent::Edited(_) | MetricEvent::Archived | MetricEvent::Restored => {
                self.metric(id)
            }
        }
    }

    fn metric(&self, id: MetricId) -> Result<bool, Stop<V::Error>> {
        match self.judge.metric(id)? {
            Some(metric) => self.covers(metric.team),
            None => Ok(false),
        }
    }

    fn topic(&self, topic: Topic) -> Result<bool, Stop<V::Error>> {
        match topic {
            Topic::Org(_) | Topic::Person(_) | Topic::Cycle(_) => Ok(false),
            Topic::Team(id) => self.covers(Some(id)),
            Topic::Objective(id) => self.objective(id),
            Topic::KeyResult(id) => self.key_result(id),
            Topic::CheckIn(id) => self.check_in(id),
            Topic::Initiative(id) => self.initiative(id),
            Topic::Metric(id) => self.metric(id),
        }
    }
}

//! Whether an event is about the team that a credential is for: its goals, and what hangs on them.

use std::collections::BTreeSet;

use crate::event::Event;
use crate::id::{EntityId, KeyResultId, TeamId};
use crate::view::{Overlay, View};

/// Says whether an event is about a team or one below it, both before it and after it.
///
/// The team itself, the people, the cycles and the organisation are not what a team's credential is for.
/// What comes after is what the event makes of its subject, so that no field that moves a thing from one
/// team to another has to be known here.
pub(super) fn is_about<V: View>(view: &V, team: TeamId, event: &Event) -> Result<bool, V::Error> {
    match event {
        Event::Org(..) | Event::Person(..) | Event::Team(..) | Event::Cycle(..) => {
            return Ok(false);
        }
        Event::Objective(..)
        | Event::KeyResult(..)
        | Event::CheckIn(..)
        | Event::Comment(..)
        | Event::Initiative(..)
        | Event::Metric(..)
        | Event::MetricValue(..) => {}
    }
    let subject = event.subject();
    let before = TeamScope { view, team };
    if before.covers(subject)? == Some(false) {
        return Ok(false);
    }
    let mut view = Overlay::new(view);
    view.apply_event(event)?;
    let after = TeamScope { view: &view, team };
    Ok(after.covers(subject)? == Some(true))
}

/// Asks about one team.
struct TeamScope<'a, V: View> {
    view: &'a V,
    team: TeamId,
}

impl<V: View> TeamScope<'_, V> {
    /// Says whether something belongs to the team or to one below it; none when it is not there.
    fn covers(&self, id: EntityId) -> Result<Option<bool>, V::Error> {
        let above: Option<EntityId> = match id {
            EntityId::Org(_) | EntityId::Person(_) | EntityId::Cycle(_) => return Ok(Some(false)),
            EntityId::Team(id) => return self.is_below(Some(id)).map(Some),
            EntityId::Objective(id) => {
                let found = self.view.objective(id)?;
                return found.map(|found| self.is_below(found.team)).transpose();
            }
            EntityId::Metric(id) => {
                let found = self.view.metric(id)?;
                return found.map(|found| self.is_below(found.team)).transpose();
            }
            EntityId::Initiative(id) => {
                let found = self.view.initiative(id)?;
                return found
                    .map(|found| self.covers_all(&found.key_results))
                    .transpose();
            }
            EntityId::KeyResult(id) => {
                let found = self.view.key_result(id)?;
                found.map(|found| found.objective.into())
            }
            EntityId::CheckIn(id) => {
                let found = self.view.check_in(id)?;
                found.map(|found| found.key_result.into())
            }
            EntityId::Comment(id) => {
                let found = self.view.comment(id)?;
                found.map(|found| found.topic.entity())
            }
            EntityId::MetricValue(id) => {
                let found = self.view.metric_value(id)?;
                found.map(|found| found.metric.into())
            }
        };
        // What is not there is about no team, so that it tells nothing.
        let covers = |above| Ok(self.covers(above)? == Some(true));
        above.map(covers).transpose()
    }

    /// Says whether all are goals of the team: work for another team as well is not for this one alone.
    fn covers_all(&self, ids: &BTreeSet<KeyResultId>) -> Result<bool, V::Error> {
        for id in ids {
            if self.covers((*id).into())? != Some(true) {
                return Ok(false);
            }
        }
        Ok(!ids.is_empty())
    }

    /// Says whether a team is the one of the scope or lies below it.
    fn is_below(&self, team: Option<TeamId>) -> Result<bool, V::Error> {
        let mut next = team;
        // Parents are acyclic by the rules; a history that they did not judge still ends here.
        let mut seen = BTreeSet::new();
        while let Some(id) = next.filter(|id| seen.insert(*id)) {
            if id == self.team {
                return Ok(true);
            }
            next = self.view.team(id)?.and_then(|team| team.parent);
        }
        Ok(false)
    }
}

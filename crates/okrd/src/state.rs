//! The state of one organisation that admission looks at, compact where the numbers are.
//!
//! Check-ins and comments are nearly everything there is, and nearly none of them is looked at again: a correction, a
//! retraction or a reply is rare. So only their places in the log are kept.

mod numerous;

use std::borrow::Cow;

use okr_core::change::Change;
use okr_core::entity::{
    CheckIn, Comment, Cycle, Entity, HealthMetric, Initiative, KeyResult, MetricValue, Objective,
    Org, Person, Team,
};
use okr_core::event::Event;
use okr_core::id::{
    CheckInId, CommentId, CycleId, InitiativeId, KeyResultId, MetricId, MetricValueId, ObjectiveId,
    OrgId, PersonId, Position, TeamId,
};
use okr_core::view::{MemoryView, View};

use crate::history::{History, HistoryError};
use numerous::Places;

/// The state of one organisation, up to its newest admitted change.
#[derive(Debug)]
pub(crate) struct OrgState<H> {
    org: OrgId,
    history: H,
    /// Everything but check-ins, comments and the values of health metrics.
    entities: MemoryView,
    check_ins: Places<CheckIn>,
    comments: Places<Comment>,
    metric_values: Places<MetricValue>,
}

impl<H: History> OrgState<H> {
    /// Makes the state of an empty history.
    pub(crate) fn new(org: OrgId, history: H) -> Self {
        Self {
            org,
            entities: MemoryView::new(),
            check_ins: Places::new(&history),
            comments: Places::new(&history),
            metric_values: Places::new(&history),
            history,
        }
    }

    pub(crate) const fn history(&self) -> &H {
        &self.history
    }

    /// Returns everybody, in no particular order.
    pub(crate) fn people(&self) -> impl Iterator<Item = Person> + '_ {
        self.entities.entities().filter_map(|entity| match entity {
            Entity::Person(person) => Some(person),
            Entity::Org(_)
            | Entity::Team(_)
            | Entity::Cycle(_)
            | Entity::Objective(_)
            | Entity::KeyResult(_)
            | Entity::CheckIn(_)
            | Entity::Comment(_)
            | Entity::Initiative(_)
            | Entity::Metric(_)
            | Entity::MetricValue(_) => None,
        })
    }

    /// Takes all of the log in again, because texts in it were erased. Nothing may be on its way to the disk.
    pub(crate) fn replay_again(&mut self) -> Result<(), HistoryError> {
        let mut again = MemoryView::new();
        self.history.visit(self.org, &mut |change| {
            for event in &change.events {
                // What is numerous is read from the log whenever it is asked for.
                if !is_numerous(event) {
                    again.apply_event(event);
                }
            }
        })?;
        self.entities = again;
        Ok(())
    }

    /// Takes in a change that is in the log.
    pub(crate) fn replay(&mut self, change: &Change, position: Position) {
        for event in &change.events {
            match event {
                Event::CheckIn(id, _) => self.check_ins.note(*id, position),
                Event::Comment(id, _) => self.comments.note(*id, position),
                Event::MetricValue(id, _) => self.metric_values.note(*id, position),
                Event::Org(..)
                | Event::Person(..)
                | Event::Team(..)
                | Event::Cycle(..)
                | Event::Objective(..)
                | Event::KeyResult(..)
                | Event::Initiative(..)
                | Event::Metric(..) => self.entities.apply_event(event),
            }
        }
    }

    /// Prepares to judge changes; nothing depends on it but the time that takes.
    pub(crate) fn prefetch<'a>(&self, changes: impl Iterator<Item = &'a Change> + Clone) {
        let ids = &mut changes.clone().map(|change| change.id);
        self.history.prefetch(self.org, ids);
        let events = changes.flat_map(|change| &change.events);
        self.check_ins.prefetch(events.clone());
        self.comments.prefetch(events.clone());
        self.metric_values.prefetch(events);
    }

    /// Takes in a change that was just admitted and will be in the log.
    pub(crate) fn apply(
        &mut self,
        change: &Change,
        position: Position,
    ) -> Result<(), HistoryError> {
        // Gathered first: when the log cannot be read, nothing has changed.
        let log = (&self.history, self.org);
        let check_ins = self.check_ins.after(log, change)?;
        let comments = self.comments.after(log, change)?;
        let metric_values = self.metric_values.after(log, change)?;
        self.check_ins.keep(check_ins, position);
        self.comments.keep(comments, position);
        self.metric_values.keep(metric_values, position);
        self.replay(change, position);
        Ok(())
    }

    /// Lets go of what is durable up to a position, and so can be read from the log.
    pub(crate) fn settle(&mut self, durable: Position) {
        self.check_ins.settle(durable);
        self.comments.settle(durable);
        self.metric_values.settle(durable);
    }
}

/// Says whether only the places of what an event is about are kept.
const fn is_numerous(event: &Event) -> bool {
    match event {
        Event::CheckIn(..) | Event::Comment(..) | Event::MetricValue(..) => true,
        Event::Org(..)
        | Event::Person(..)
        | Event::Team(..)
        | Event::Cycle(..)
        | Event::Objective(..)
        | Event::KeyResult(..)
        | Event::Initiative(..)
        | Event::Metric(..) => false,
    }
}

/// Hands on what the memory view says, which never fails.
macro_rules! from_memory {
    ($($method:ident($id:ty) -> $kind:ty;)+) => {$(
        fn $method(&self, id: $id) -> Result<Option<Cow<'_, $kind>>, HistoryError> {
            match self.entities.$method(id) {
                Ok(found) => Ok(found),
                Err(never) => match never {},
            }
        }
    )+};
}

impl<H: History> View for OrgState<H> {
    type Error = HistoryError;

    fn org(&self) -> Result<Option<Cow<'_, Org>>, HistoryError> {
        match self.entities.org() {
            Ok(found) => Ok(found),
            Err(never) => match never {},
        }
    }

    from_memory! {
        person(PersonId) -> Person;
        team(TeamId) -> Team;
        cycle(CycleId) -> Cycle;
        objective(ObjectiveId) -> Objective;
        key_result(KeyResultId) -> KeyResult;
        initiative(InitiativeId) -> Initiative;
        metric(MetricId) -> HealthMetric;
    }

    fn check_in(&self, id: CheckInId) -> Result<Option<Cow<'_, CheckIn>>, HistoryError> {
        self.check_ins.find((&self.history, self.org), id)
    }

    fn comment(&self, id: CommentId) -> Result<Option<Cow<'_, Comment>>, HistoryError> {
        self.comments.find((&self.history, self.org), id)
    }

    fn metric_value(
        &self,
        id: MetricValueId,
    ) -> Result<Option<Cow<'_, MetricValue>>, HistoryError> {
        self.metric_values.find((&self.history, self.org), id)
    }
}

//! The confirmed state as the rules read it: entities out of the database, each read once.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use okr_core::entity::{
    CheckIn, Comment, Cycle, Entity, HealthMetric, Initiative, KeyResult, MetricValue, Objective,
    Org, Person, Team,
};
use okr_core::id::{
    CheckInId, CommentId, CycleId, EntityId, InitiativeId, KeyResultId, MetricId, MetricValueId,
    ObjectiveId, OrgId, PersonId, TeamId,
};
use okr_core::view::View;
use rusqlite::Connection;

use crate::error::ReplicaError;
use crate::moment::Confirmed;
use crate::{meta, version};

/// What the confirmed changes that count lead to.
///
/// Valid within one transaction only: it remembers what it read.
#[derive(Debug)]
pub(crate) struct ConfirmedView<'db> {
    db: &'db Connection,
    confirmed: Confirmed,
    org: OrgId,
    read: RefCell<HashMap<EntityId, Option<Entity>>>,
}

impl<'db> ConfirmedView<'db> {
    pub(crate) fn new(db: &'db Connection, confirmed: Confirmed) -> Result<Self, ReplicaError> {
        Ok(Self {
            db,
            confirmed,
            org: meta::org(db)?,
            read: RefCell::default(),
        })
    }

    fn find(&self, id: EntityId) -> Result<Option<Entity>, ReplicaError> {
        if let Some(known) = self.read.borrow().get(&id) {
            return Ok(known.clone());
        }
        let found = match version::find(self.db, id)? {
            Some(key) => version::at(self.db, key, self.confirmed)?.map(|found| found.entity),
            None => None,
        };
        self.read.borrow_mut().insert(id, found.clone());
        Ok(found)
    }
}

macro_rules! finds {
    ($($method:ident($id:ty) -> $kind:ty, $into:ident;)+) => {$(
        fn $method(&self, id: $id) -> Result<Option<Cow<'_, $kind>>, ReplicaError> {
            Ok(self.find(id.into())?.and_then(Entity::$into).map(Cow::Owned))
        }
    )+};
}

impl View for ConfirmedView<'_> {
    type Error = ReplicaError;

    fn org(&self) -> Result<Option<Cow<'_, Org>>, ReplicaError> {
        Ok(self
            .find(self.org.into())?
            .and_then(Entity::into_org)
            .map(Cow::Owned))
    }

    finds! {
        person(PersonId) -> Person, into_person;
        team(TeamId) -> Team, into_team;
        cycle(CycleId) -> Cycle, into_cycle;
        objective(ObjectiveId) -> Objective, into_objective;
        key_result(KeyResultId) -> KeyResult, into_key_result;
        check_in(CheckInId) -> CheckIn, into_check_in;
        comment(CommentId) -> Comment, into_comment;
        initiative(InitiativeId) -> Initiative, into_initiative;
        metric(MetricId) -> HealthMetric, into_metric;
        metric_value(MetricValueId) -> MetricValue, into_metric_value;
    }
}

//! Links that must not go in circles: alignment, lineage and the tree of teams.
//!
//! Every walk is bounded. The link that is being set is left out of it, and everything else is
//! acyclic already, so a way that ends has found no circle.

use std::borrow::Cow;

use crate::admit::judge::{Judge, Stop, unknown};
use crate::entity::Objective;
use crate::event::Support;
use crate::id::{EntityId, ObjectiveId, TeamId};
use crate::rejection::Rejection;
use crate::view::View;

/// The greatest number of links that are followed upwards: team parents, alignment, lineage.
pub const MAX_LINKS: usize = 64;

impl<'a, V: View> Judge<'a, V> {
    /// Follows alignment upwards and refuses a way that leads back to `home`, or that is too long.
    ///
    /// `home` is the objective or key result whose link is being set; what it supports now does
    /// not matter, because that link is the one being replaced.
    pub(super) fn acyclic_support(
        &self,
        home: EntityId,
        first: Support,
    ) -> Result<(), Stop<V::Error>> {
        let mut next = Some(first);
        for _ in 0..MAX_LINKS {
            let Some(support) = next else { return Ok(()) };
            let objective = match support {
                Support::Objective(id) => self.known_support(home, id)?,
                Support::KeyResult(id) => {
                    let Some(key_result) = self.key_result(id)? else {
                        return Err(unknown(home, "supports", EntityId::KeyResult(id)));
                    };
                    if home == EntityId::KeyResult(id) {
                        return Err(circle(home, "supports", support_id(first)));
                    }
                    self.known_support(home, key_result.objective)?
                }
            };
            if home == EntityId::Objective(objective.id) {
                return Err(circle(home, "supports", support_id(first)));
            }
            next = objective.supports;
        }
        Err(too_many_links(home, "levels of alignment"))
    }

    fn known_support(
        &self,
        home: EntityId,
        id: ObjectiveId,
    ) -> Result<Cow<'a, Objective>, Stop<V::Error>> {
        self.objective(id)?
            .ok_or_else(|| unknown(home, "supports", EntityId::Objective(id)))
    }

    /// Follows lineage backwards and refuses a way that leads back to `home`, or that is too long.
    pub(super) fn acyclic_lineage(
        &self,
        home: ObjectiveId,
        first: ObjectiveId,
    ) -> Result<(), Stop<V::Error>> {
        let mut next = Some(first);
        for _ in 0..MAX_LINKS {
            let Some(id) = next else { return Ok(()) };
            if id == home {
                return Err(circle(home.into(), "continues", first.into()));
            }
            let Some(objective) = self.objective(id)? else {
                return Err(unknown(home.into(), "continues", id.into()));
            };
            next = objective.continues;
        }
        Err(too_many_links(home.into(), "generations of an objective"))
    }

    /// Follows parents upwards and refuses a way that leads back to `home`, or that is too long.
    pub(super) fn acyclic_parent(&self, home: TeamId, first: TeamId) -> Result<(), Stop<V::Error>> {
        let mut next = Some(first);
        for _ in 0..MAX_LINKS {
            let Some(id) = next else { return Ok(()) };
            if id == home {
                return Err(Stop::Rejected(Rejection::TeamCycle {
                    subject: home.into(),
                    parent: first.into(),
                }));
            }
            let Some(team) = self.team(id)? else {
                return Err(unknown(home.into(), "parent", id.into()));
            };
            next = team.parent;
        }
        Err(too_many_links(home.into(), "levels of teams"))
    }
}

const fn support_id(support: Support) -> EntityId {
    match support {
        Support::Objective(id) => EntityId::Objective(id),
        Support::KeyResult(id) => EntityId::KeyResult(id),
    }
}

fn circle<E>(subject: EntityId, field: &'static str, reference: EntityId) -> Stop<E> {
    Stop::Rejected(Rejection::AlignmentCycle {
        subject,
        field,
        reference,
    })
}

fn too_many_links<E>(subject: EntityId, what: &'static str) -> Stop<E> {
    Stop::Rejected(Rejection::Limit {
        subject: Some(subject),
        what,
        limit: MAX_LINKS,
        given: MAX_LINKS + 1,
    })
}

//! What was there at the base and is no longer in the file.

use okr_core::decide::Command;
use okr_core::entity::KeyResult;
use okr_core::id::EntityId;

use super::steps::Wishes;
use super::{Conflict, Take, Work};
use crate::plan::Spot;
use crate::plan::pulled::Scope;
use crate::plan::state::is_shown;

impl Work<'_, '_, '_> {
    /// Names what is missing or, when that is asked for, archives it.
    pub(super) fn missing(&mut self, wishes: &mut Wishes, missing: &mut Vec<EntityId>) {
        let Some(base) = self.base() else {
            return;
        };
        let head = &self.facts.plan.head;
        if head.team.is_some() && self.team.is_none() {
            // Of a team that nobody knows nothing is missing.
            return;
        }
        let scope = Scope {
            team: self.team,
            objective: None,
        };
        let only = head.objective.as_ref().map(|said| said.value.trim());
        let mut gone = Vec::new();
        for before in base.objectives().iter().filter(|one| scope.shows(one)) {
            let is_it = |text: &str| {
                before.slug.as_str() == text
                    || crate::plan::pulled::id_in_plan(before.id.uuid()) == text
            };
            if only.is_some_and(|only| !is_it(only)) {
                continue;
            }
            let claimed = |id: EntityId| self.matched.claimed.contains(&id);
            let now = self.facts.now.objective(before.id);
            if !claimed(before.id.into()) {
                if let Some(now) = now.filter(|now| is_shown(now.state())) {
                    // Its key results go with it.
                    let was_changed = now != before
                        || self.facts.now.key_results(before.id) != base.key_results(before.id);
                    gone.push((EntityId::from(before.id), was_changed));
                }
                continue;
            }
            let shown = |one: &&KeyResult| is_shown(one.state());
            for before in base.key_results(before.id).iter().filter(shown) {
                let now = self.facts.now.key_result(before.id);
                if let (false, Some(now)) = (claimed(before.id.into()), now.filter(shown)) {
                    gone.push((before.id.into(), now != before));
                }
            }
        }
        for (id, was_changed) in gone {
            self.gone(id, was_changed, (wishes, missing));
        }
    }

    fn gone(
        &mut self,
        id: EntityId,
        was_changed: bool,
        (wishes, missing): (&mut Wishes, &mut Vec<EntityId>),
    ) {
        if !self.facts.archive_missing {
            missing.push(id);
            return;
        }
        match (was_changed, self.facts.take) {
            (true, Take::Neither) => self.conflicts.push(Conflict {
                id,
                field: "state",
                base: "active".to_owned(),
                mine: "archived".to_owned(),
                theirs: "changed".to_owned(),
                at: Spot::default(),
            }),
            (true, Take::Theirs) => missing.push(id),
            (false, _) | (true, Take::Mine) => {
                let command = match id {
                    EntityId::Objective(id) => Command::ArchiveObjective(id),
                    EntityId::KeyResult(id) => Command::ArchiveKeyResult(id),
                    _ => return,
                };
                wishes.archive(command);
            }
        }
    }
}

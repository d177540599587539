//! Taking several changes back together: out of what waits where that is possible, by changes of
//! their own elsewhere.

use std::collections::{HashMap, HashSet};

use okr_core::admit::{Context, Verdict, admit};
use okr_core::change::Change;
use okr_core::id::ChangeId;
use okr_core::rejection::{Missing, Rejection};
use okr_core::text::LongText;
use okr_core::value::{AmendmentCategory, Source};
use okr_core::view::Overlay;
use rusqlite::Connection;
use uuid::Uuid;

use super::inverse::FOUNDED;
use super::line::Undo;
use super::plan::{Planned, Planner};
use super::{Counter, Hindrance, Kept, Obstacle, Steps, UndoOrder, Undone, Why};
use crate::error::ReplicaError;
use crate::log::{self, LogEntry, Place};
use crate::pending::PendingChange;
use crate::rebase::{self, Bench};
use crate::takeout::{self, TakenOut};
use crate::view::ConfirmedView;
use crate::{conflict, pending, record, upgrade};

/// Takes changes back, and collects what comes of it.
pub(super) struct Taking<'a> {
    db: &'a Connection,
    order: &'a UndoOrder,
    bench: Bench,
    reasons: HashMap<ChangeId, &'a LongText>,
    steps: Steps,
    obstacles: Vec<Obstacle>,
    /// What is as before already.
    idle: Vec<Obstacle>,
}

/// The state that one change after the other is taken back on.
type State<'a> = Overlay<'a, ConfirmedView<'a>>;

impl<'a> Taking<'a> {
    pub(super) fn new(
        db: &'a Connection,
        order: &'a UndoOrder,
        obstacles: Vec<Obstacle>,
    ) -> Result<Self, ReplicaError> {
        let reasons = order.steps.iter().map(|step| (step.change, &step.reason));
        Ok(Self {
            db,
            order,
            bench: Bench::read(db)?,
            reasons: reasons.collect(),
            steps: Steps::default(),
            obstacles,
            idle: Vec::new(),
        })
    }

    pub(super) const fn bench(&self) -> Bench {
        self.bench
    }

    pub(super) const fn context(&self) -> Context {
        Context::new(self.bench.me, self.order.today)
    }

    /// Lets what takes the way back back have the reason that is given for what was undone.
    pub(super) fn same_reason(&mut self, undo: &Undo) {
        let reason = self.reasons.get(&undo.change).copied();
        if let (Some(by), Some(reason)) = (undo.by, reason) {
            self.reasons.insert(by, reason);
        }
    }

    pub(super) fn taken_out(&self) -> &[Change] {
        &self.steps.taken_out
    }

    pub(super) fn put_back(&mut self, change: Change) {
        self.steps.put_back.push(change);
    }

    pub(super) fn hinder(&mut self, change: ChangeId, why: Hindrance) {
        self.obstacles.push(Obstacle { change, why });
    }

    /// Says what came of it: nothing is to be written when it was refused.
    pub(super) fn end(mut self) -> Undone {
        let steps = &self.steps;
        let is_idle =
            steps.taken_out.is_empty() && steps.put_back.is_empty() && steps.written.is_empty();
        if is_idle && self.obstacles.is_empty() {
            return Undone::Refused(self.idle);
        }
        if is_idle || (self.order.entirely && !self.obstacles.is_empty()) {
            return Undone::Refused(self.obstacles);
        }
        self.steps.left = self.obstacles;
        Undone::Done(Box::new(self.steps))
    }

    /// Takes changes out where that is possible, and takes back the others, the newest first.
    pub(super) fn all(
        &mut self,
        ids: &[ChangeId],
        fresh: &mut dyn FnMut() -> Uuid,
    ) -> Result<(), ReplicaError> {
        let waiting = pending::all(self.db)?;
        let entries = self.found(ids, &waiting)?;
        let offered = waiting.iter().filter(|one| one.offered);
        let offered: HashSet<ChangeId> = offered.map(|one| one.change.id).collect();
        let free = entries.iter().filter(|one| one.place == Place::Pending);
        let free = free.map(|one| one.id).filter(|id| !offered.contains(id));
        let free: Vec<ChangeId> = free.collect();
        let out = takeout::plan(self.db, &free, self.order.with_dependents)?;
        let mut gone = HashSet::new();
        if let TakenOut::Done(changes) = out {
            gone.extend(changes.iter().map(|change| change.id));
            self.steps.taken_out = changes;
        }
        let left = entries.into_iter().filter(|one| !gone.contains(&one.id));
        let left: Vec<LogEntry> = left.collect();
        if left.is_empty() {
            return Ok(());
        }
        let staying = waiting.into_iter();
        let staying = staying.filter(|one| !gone.contains(&one.change.id));
        self.back(&left, staying.collect(), fresh)
    }

    /// Finds changes in the log or among those that wait; the oldest first.
    fn found(
        &mut self,
        ids: &[ChangeId],
        waiting: &[PendingChange],
    ) -> Result<Vec<LogEntry>, ReplicaError> {
        let waiting: HashMap<ChangeId, &PendingChange> =
            waiting.iter().map(|one| (one.change.id, one)).collect();
        let mut found = Vec::with_capacity(ids.len());
        let mut conflicts: Option<HashSet<ChangeId>> = None;
        for id in ids {
            if let Some(position) = record::find_exact(self.db, *id)? {
                let entry = log::entry(self.db, position)?;
                found.extend(entry.map(|entry| ((position.get(), 0), entry)));
            } else if let Some(one) = waiting.get(id) {
                let entry = log::pending_entry(self.bench.me, one.change.clone());
                found.push(((u64::MAX, one.ordinal), entry));
            } else {
                if conflicts.is_none() {
                    let all = conflict::all(self.db)?.into_iter();
                    conflicts = Some(all.map(|one| one.change.id).collect());
                }
                let in_conflict = conflicts.as_ref().is_some_and(|all| all.contains(id));
                let why = if in_conflict {
                    Hindrance::InConflict
                } else {
                    Hindrance::NotInEffect
                };
                self.hinder(*id, why);
            }
        }
        found.sort_by_key(|(place, _)| *place);
        Ok(found.into_iter().map(|(_, entry)| entry).collect())
    }

    /// Takes changes back by changes of their own, on a state that is kept from one to the next.
    fn back(
        &mut self,
        entries: &[LogEntry],
        waiting: Vec<PendingChange>,
        fresh: &mut dyn FnMut() -> Uuid,
    ) -> Result<(), ReplicaError> {
        let view = rebase::head_view(self.db)?;
        let mut state = Overlay::new(&view);
        let fitting = rebase::rebase_onto(&mut state, self.bench, waiting)?.fitting;
        let planner = Planner::new((self.db, self.bench.me), (entries, &fitting), &state)?;
        for entry in entries.iter().rev() {
            let Some(original) = &entry.change else {
                self.hinder(entry.id, Hindrance::UpgradeNeeded);
                continue;
            };
            if takeout::founds(original) {
                let kept = original.events.iter().map(|event| Kept {
                    event: event.clone(),
                    why: Why::NoWayBack(FOUNDED),
                });
                self.hinder(entry.id, Hindrance::Stays(kept.collect()));
                continue;
            }
            let mut back = planner.plan(&state, (entry, original), fresh)?;
            // What goes away as a whole needs no way back for what became of it meanwhile.
            back.kept.retain(|kept| {
                !(matches!(kept.why, Why::NoWayBack(_)) && planner.made(kept.event.subject()))
            });
            self.one(&mut state, (original, back), fresh)?;
        }
        Ok(())
    }

    /// Takes one change back as it was planned, unless something stands in the way.
    fn one(
        &mut self,
        state: &mut State<'_>,
        (original, planned): (&Change, Planned),
        fresh: &mut dyn FnMut() -> Uuid,
    ) -> Result<(), ReplicaError> {
        if !planned.dependents.is_empty() && !self.order.with_dependents {
            self.hinder(original.id, Hindrance::DependedOn(planned.dependents));
            return Ok(());
        }
        let stays = |kept: &&Kept| kept.why != Why::AlreadyBack;
        let stays: Vec<Kept> = planned.kept.iter().filter(stays).cloned().collect();
        if planned.events.is_empty() && stays.is_empty() {
            let why = Hindrance::Stays(planned.kept);
            self.idle.push(Obstacle {
                change: original.id,
                why,
            });
            return Ok(());
        }
        if planned.events.is_empty() {
            self.hinder(original.id, Hindrance::Stays(planned.kept));
            return Ok(());
        }
        if self.order.entirely && !stays.is_empty() {
            self.hinder(original.id, Hindrance::Stays(stays));
        }
        let reason = self.reasons.get(&original.id).copied().cloned();
        let change = Change {
            id: ChangeId::new(fresh()),
            authored_at: self.order.now,
            on_behalf_of: None,
            source: Source::Human,
            reason,
            amendment: self.order.amendment.or(original.amendment),
            events: planned.events,
        };
        self.write(state, original.id, (change, planned.kept))
    }

    /// Writes a change that takes another one back, if the rules let it.
    fn write(
        &mut self,
        state: &mut State<'_>,
        original: ChangeId,
        (mut change, kept): (Change, Vec<Kept>),
    ) -> Result<(), ReplicaError> {
        loop {
            upgrade::refuse_unknown(self.db, &*state, &change)?;
            match admit(&*state, &self.context(), self.bench.org, &change)? {
                Verdict::Admitted => break,
                Verdict::AlreadySo => {
                    let why = Hindrance::Stays(kept);
                    self.idle.push(Obstacle {
                        change: original,
                        why,
                    });
                    return Ok(());
                }
                // What was written before the commitment may be an amendment by now.
                Verdict::Rejected(Rejection::ReasonRequired {
                    missing: Missing::Category,
                    ..
                }) if change.amendment.is_none() => {
                    change.amendment = Some(AmendmentCategory::Correction);
                }
                Verdict::Rejected(rejection) => {
                    self.hinder(original, Hindrance::Rejected(rejection));
                    return Ok(());
                }
            }
        }
        state.apply(&change)?;
        pending::append(self.db, &change, &pending::encode(&change)?)?;
        self.steps.written.push(Counter {
            original,
            change,
            kept,
        });
        Ok(())
    }
}

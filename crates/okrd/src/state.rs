//! The state of one organisation that admission looks at, compact where the numbers are.
//!
//! Check-ins are nearly everything there is, and nearly none of them is looked at again: a correction or retraction is
//! rare. So only their places in the log are kept, and what they say is read from there when it is asked for. Check-ins
//! that are admitted and not yet durable are kept whole until they are.

use std::borrow::Cow;
use std::collections::HashMap;

use okr_core::change::Change;
use okr_core::entity::{CheckIn, Cycle, Entity, KeyResult, Objective, Org, Person, Team};
use okr_core::event::Event;
use okr_core::id::{
    CheckInId, CycleId, KeyResultId, ObjectiveId, OrgId, PersonId, Position, TeamId,
};
use okr_core::view::{MemoryView, View};

use crate::history::{History, HistoryError};

/// Parts of the index; each grows by itself, so that no single push waits for all of it to be moved.
const SHARDS: usize = 64;

/// The state of one organisation, up to its newest admitted change.
#[derive(Debug)]
pub(crate) struct OrgState<H> {
    org: OrgId,
    history: H,
    /// Everything but check-ins.
    entities: MemoryView,
    places: Places,
    /// Check-ins touched by changes that are not durable yet, with the newest position that touched them.
    recent: HashMap<CheckInId, (Position, CheckIn)>,
}

/// Where the log speaks of each check-in.
#[derive(Debug)]
struct Places {
    /// The position that recorded it.
    recorded: Vec<HashMap<CheckInId, Position>>,
    /// The positions that corrected or retracted it, in order.
    amended: HashMap<CheckInId, Vec<Position>>,
}

impl<H: History> OrgState<H> {
    /// Makes the state of an empty history.
    pub(crate) fn new(org: OrgId, history: H) -> Self {
        Self {
            org,
            history,
            entities: MemoryView::new(),
            places: Places {
                recorded: vec![HashMap::new(); SHARDS],
                amended: HashMap::new(),
            },
            recent: HashMap::new(),
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
            | Entity::CheckIn(_) => None,
        })
    }

    /// Takes in a change that is in the log.
    pub(crate) fn replay(&mut self, change: &Change, position: Position) {
        for event in &change.events {
            match event {
                Event::CheckIn(id, _) => self.places.note(*id, position),
                Event::Org(..)
                | Event::Person(..)
                | Event::Team(..)
                | Event::Cycle(..)
                | Event::Objective(..)
                | Event::KeyResult(..) => self.entities.apply_event(event),
            }
        }
    }

    /// Takes in a change that was just admitted and will be in the log.
    pub(crate) fn apply(
        &mut self,
        change: &Change,
        position: Position,
    ) -> Result<(), HistoryError> {
        // Gathered first: when the log cannot be read, nothing has changed.
        let mut touched: Vec<(CheckInId, CheckIn)> = Vec::new();
        for event in &change.events {
            let Event::CheckIn(id, what) = event else {
                continue;
            };
            let current = match touched.iter().position(|(other, _)| other == id) {
                Some(index) => Some(touched.swap_remove(index).1),
                None => self.check_in(*id)?.map(Cow::into_owned),
            };
            let next = CheckIn::evolve(current, *id, what);
            touched.extend(next.map(|next| (*id, next)));
        }
        for (id, check_in) in touched {
            self.recent.insert(id, (position, check_in));
        }
        self.replay(change, position);
        Ok(())
    }

    /// Lets go of what is durable up to a position, and so can be read from the log.
    pub(crate) fn settle(&mut self, durable: Position) {
        self.recent.retain(|_, (position, _)| *position > durable);
    }

    fn read_check_in(&self, id: CheckInId) -> Result<Option<CheckIn>, HistoryError> {
        let mut check_in = None;
        for position in self.places.of(id) {
            let change = self.history.change_at(self.org, position)?;
            for event in &change.events {
                if let Event::CheckIn(subject, what) = event
                    && *subject == id
                {
                    check_in = CheckIn::evolve(check_in, id, what);
                }
            }
        }
        Ok(check_in)
    }
}

impl Places {
    /// Adds a place; several events of one change count once.
    fn note(&mut self, id: CheckInId, position: Position) {
        let shard = &mut self.recorded[shard_of(id)];
        // Nearly always it is new, and is then looked for only once.
        let recorded = *shard.entry(id).or_insert(position);
        if recorded == position {
            return;
        }
        let amended = self.amended.entry(id).or_default();
        if amended.last() != Some(&position) {
            amended.push(position);
        }
    }

    fn of(&self, id: CheckInId) -> impl Iterator<Item = Position> {
        let recorded = self.recorded[shard_of(id)].get(&id).copied();
        let amended = self.amended.get(&id).into_iter().flatten().copied();
        recorded.into_iter().chain(amended)
    }
}

/// Chooses by the last byte, which is random in an id made as it should be; another one only loads the shards unevenly.
fn shard_of(id: CheckInId) -> usize {
    let [.., last] = id.to_bytes();
    usize::from(last) % SHARDS
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
    }

    fn check_in(&self, id: CheckInId) -> Result<Option<Cow<'_, CheckIn>>, HistoryError> {
        match self.recent.get(&id) {
            Some((_, check_in)) => Ok(Some(Cow::Borrowed(check_in))),
            None => Ok(self.read_check_in(id)?.map(Cow::Owned)),
        }
    }
}

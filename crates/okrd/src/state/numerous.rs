//! Entities that are nearly everything there is, and nearly never looked at again.
//!
//! Only their places in the log are kept, and what they say is read from there when it is asked for.
//! What is admitted and not yet durable is kept whole until it is.

use std::borrow::Cow;
use std::fmt::Debug;
use std::hash::Hash;

use okr_core::change::Change;
use okr_core::entity::{CheckIn, Comment, MetricValue};
use okr_core::event::Event;
use okr_core::id::{CheckInId, CommentId, MetricValueId, OrgId, Position};
use okr_core::quick::HashMap;
use okr_log::PositionIndex;
use okr_proto::{ToCore as _, ToLog as _};

use crate::history::{History, HistoryError};

/// A kind of entity of which there are very many.
pub(super) trait Numerous: Clone + Debug {
    /// Its identity.
    type Id: Copy + Debug + Eq + Hash;

    /// Returns the bytes of an id.
    fn bytes(id: Self::Id) -> [u8; 16];

    /// Returns which of this kind an event is about, if it is about one.
    fn subject(event: &Event) -> Option<Self::Id>;

    /// Applies an event; one about another kind changes nothing.
    fn evolve(current: Option<Self>, event: &Event) -> Option<Self>;
}

macro_rules! numerous {
    ($($kind:ident($id:ty);)+) => {$(
        impl Numerous for $kind {
            type Id = $id;

            fn bytes(id: $id) -> [u8; 16] {
                id.to_bytes()
            }

            fn subject(event: &Event) -> Option<$id> {
                if let Event::$kind(id, _) = event {
                    Some(*id)
                } else {
                    None
                }
            }

            fn evolve(current: Option<Self>, event: &Event) -> Option<Self> {
                if let Event::$kind(id, event) = event {
                    Self::evolve(current, *id, event)
                } else {
                    current
                }
            }
        }
    )+};
}

numerous! {
    CheckIn(CheckInId);
    Comment(CommentId);
    MetricValue(MetricValueId);
}

/// Where the log speaks of each entity of a kind.
#[derive(Debug)]
pub(super) struct Places<E: Numerous> {
    /// The positions that speak of it; it may give one that speaks of others only.
    places: PositionIndex,
    /// Those touched by changes that are not durable yet, with the newest position that touched them.
    recent: HashMap<E::Id, (Position, E)>,
}

impl<E: Numerous> Places<E> {
    pub(super) fn new(history: &impl History) -> Self {
        Self {
            places: history.index(),
            recent: HashMap::default(),
        }
    }

    /// Adds a place; several events of one change count once.
    pub(super) fn note(&mut self, id: E::Id, position: Position) {
        self.places.insert(E::bytes(id), position.to_log());
    }

    /// Prepares to look up those that events are about, most of which are new.
    pub(super) fn prefetch<'a>(&self, events: impl Iterator<Item = &'a Event>) {
        let ids = events.filter_map(E::subject);
        self.places.prefetch(ids.map(E::bytes));
    }

    /// Returns what a change that was just admitted makes of those that it is about.
    pub(super) fn after(
        &self,
        (history, org): (&impl History, OrgId),
        change: &Change,
    ) -> Result<Vec<(E::Id, E)>, HistoryError> {
        let mut touched: Vec<(E::Id, E)> = Vec::new();
        for event in &change.events {
            let Some(id) = E::subject(event) else {
                continue;
            };
            let current = match touched.iter().position(|(other, _)| *other == id) {
                Some(index) => Some(touched.swap_remove(index).1),
                None => self.find((history, org), id)?.map(Cow::into_owned),
            };
            touched.extend(E::evolve(current, event).map(|next| (id, next)));
        }
        Ok(touched)
    }

    /// Keeps what is not durable yet.
    pub(super) fn keep(&mut self, touched: Vec<(E::Id, E)>, position: Position) {
        for (id, entity) in touched {
            self.recent.insert(id, (position, entity));
        }
    }

    /// Lets go of what is durable up to a position, and so can be read from the log.
    pub(super) fn settle(&mut self, durable: Position) {
        self.recent.retain(|_, (position, _)| *position > durable);
    }

    /// Returns one of them as it is now.
    pub(super) fn find(
        &self,
        (history, org): (&impl History, OrgId),
        id: E::Id,
    ) -> Result<Option<Cow<'_, E>>, HistoryError> {
        if let Some((_, entity)) = self.recent.get(&id) {
            return Ok(Some(Cow::Borrowed(entity)));
        }
        let mut entity = None;
        let positions = self.places.positions(E::bytes(id));
        let positions = positions.map_err(|error| HistoryError::Index {
            org,
            source: error.into(),
        })?;
        for position in positions {
            let change = history.change_at(org, position.to_core())?;
            for event in &change.events {
                if E::subject(event) == Some(id) {
                    entity = E::evolve(entity, event);
                }
            }
        }
        Ok(entity.map(Cow::Owned))
    }
}

//! Waypoints: the roots that a log had at every so many records, for statements about its parts.
//!
//! They are found anew while a log is scanned, and cost 32 bytes each.

use std::num::NonZeroU64;

use crate::engine::Head;
use crate::hash::Hash;
use crate::id::Position;
use crate::merkle::Frontier;

/// How many records lie between two waypoints, unless the options say otherwise: some 30 MB.
pub(crate) const RECORDS_BETWEEN: NonZeroU64 = NonZeroU64::new(131_072).unwrap();

/// A place in a log, and the Merkle root over everything up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waypoint {
    /// The place.
    pub position: Position,
    /// The root over the records up to there.
    pub root: Hash,
}

/// The roots of one log at every so many records, the first after so many.
#[derive(Debug)]
pub(crate) struct Waypoints {
    every: NonZeroU64,
    roots: Vec<Hash>,
}

impl From<Head> for Waypoint {
    fn from(head: Head) -> Self {
        Self {
            position: head.position,
            root: head.root,
        }
    }
}

impl Waypoints {
    pub(crate) const fn new(every: NonZeroU64) -> Self {
        Self {
            every,
            roots: Vec::new(),
        }
    }

    /// Notes the root if this is the place for it; called after every record.
    pub(crate) fn pass(&mut self, frontier: &Frontier) {
        if frontier.size().is_multiple_of(self.every.get()) {
            self.roots.push(frontier.root());
        }
    }

    /// Takes over what was noted after everything that is here.
    pub(crate) fn extend(&mut self, roots: &[Hash]) {
        self.roots.extend_from_slice(roots);
    }

    /// Takes out what was noted.
    pub(crate) fn take(&mut self) -> Vec<Hash> {
        std::mem::take(&mut self.roots)
    }

    /// Returns the first waypoint after a position.
    pub(crate) fn after(&self, position: Position) -> Option<Waypoint> {
        let passed = position.get() / self.every;
        let root = self.roots.get(usize::try_from(passed).ok()?)?;
        Some(Waypoint {
            position: Position::new((passed + 1) * self.every.get()),
            root: *root,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_waypoint_is_found_from_everywhere() {
        let mut frontier = Frontier::new();
        let mut waypoints = Waypoints::new(NonZeroU64::new(3).unwrap());
        let mut roots = Vec::new();
        for leaf in 1..=8 {
            frontier.push(Hash([leaf; 32]));
            waypoints.pass(&frontier);
            roots.push(frontier.root());
        }
        let after = |position| {
            let found = waypoints.after(Position::new(position))?;
            Some((found.position.get(), found.root))
        };
        assert_eq!(after(0), Some((3, roots[2])));
        assert_eq!(after(2), Some((3, roots[2])));
        assert_eq!(after(3), Some((6, roots[5])));
        assert_eq!(after(5), Some((6, roots[5])));
        assert_eq!(after(6), None);
    }
}

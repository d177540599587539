//! Moments: which of the three times is meant, and what was there at it.

use okr_core::id::Position;
use okr_core::{Date, Timestamp};

/// Which time a moment is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Axis {
    /// What could anybody have known here then: the server's clock, and what is written here.
    #[default]
    Recorded,
    /// What had people written by then: the clocks of devices, the dates of imports.
    Authored,
    /// What was true then, by what is known now.
    Effective,
}

/// A point on an axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Point {
    /// Everything: what is confirmed and what is pending.
    #[default]
    Now,
    /// After the change at this position and before the next; on the recorded axis only.
    Position(Position),
    /// The last moment that still counts.
    Time(Timestamp),
}

/// When to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    /// Which time is meant.
    pub axis: Axis,
    /// Where on it.
    pub point: Point,
    /// The day by which pace and status are judged; on the effective axis also the last effective
    /// day that counts.
    pub day: Date,
    /// Whether that day is over: an even pace has made its part of the way, too.
    pub day_is_over: bool,
}

impl Moment {
    /// Makes the moment of everything that is known, judged by a day.
    pub const fn now(day: Date) -> Self {
        Self {
            axis: Axis::Recorded,
            point: Point::Now,
            day,
            day_is_over: false,
        }
    }

    /// Returns the day by whose beginning an even pace is judged: at the end of a day, the next one.
    pub fn pace_day(&self) -> Date {
        if self.day_is_over {
            self.day.tomorrow().unwrap_or(self.day)
        } else {
            self.day
        }
    }
}

/// Which confirmed changes count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Confirmed {
    /// Those up to a position.
    Until(Position),
    /// Those authored at or before a moment, in microseconds since 1970.
    Authored(i64),
}

/// Which pending changes count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// None.
    Nothing,
    /// Those authored at or before a moment, in microseconds since 1970.
    Authored(i64),
    /// The first ones, up to the one at this place (from 0).
    Upto(usize),
    /// All of them.
    Everything,
}

impl Waiting {
    /// Says whether the pending change at a place, authored at a moment, counts.
    pub(crate) const fn counts(self, place: usize, authored_at: i64) -> bool {
        match self {
            Self::Nothing => false,
            Self::Authored(until) => authored_at <= until,
            Self::Upto(last) => place <= last,
            Self::Everything => true,
        }
    }
}

/// Which changes make the state that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) confirmed: Confirmed,
    pub(crate) waiting: Waiting,
}

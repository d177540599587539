//! How a key result is measured, and the values that check-ins report on it.
//!
//! Only the shapes and their limits; the formulas stand in `progress`.

use std::collections::BTreeSet;

use crate::text::{LongText, Title, Unit};
use crate::value::{Number, ValueError, Weight, Zone};

/// How a key result is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A number on its way from a baseline to a target.
    Metric(Metric),
    /// A number that shall stay within bounds.
    Hold(Hold),
    /// A weighted checklist; a single milestone is a yes/no key result.
    Milestones(Milestones),
    /// Three described levels.
    Zones(Zones),
}

impl Measure {
    /// Returns the stable word for the kind of measure.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Metric(_) => "metric",
            Self::Hold(_) => "hold",
            Self::Milestones(_) => "milestones",
            Self::Zones(_) => "zones",
        }
    }

    /// Returns the unit, where the measure has one.
    pub const fn unit(&self) -> Option<&Unit> {
        match self {
            Self::Metric(metric) => metric.unit.as_ref(),
            Self::Hold(hold) => hold.unit.as_ref(),
            Self::Milestones(_) | Self::Zones(_) => None,
        }
    }

    /// Says whether a value can be reported on this measure.
    pub fn takes(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Metric(_) | Self::Hold(_), Value::Number(_))
            | (Self::Zones(_), Value::Zone(_)) => true,
            (Self::Milestones(milestones), Value::Milestones(done)) => {
                done.iter().all(|key| milestones.get(*key).is_some())
            }
            (Self::Metric(_) | Self::Hold(_) | Self::Zones(_) | Self::Milestones(_), _) => false,
        }
    }
}

/// A number on its way from a baseline to a target, up or down by the sign of target - baseline.
///
/// Stored history may hold a target equal to the baseline; `admit` takes no new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// What is counted; none for a bare number.
    pub unit: Option<Unit>,
    /// The value at the beginning.
    pub baseline: Number,
    /// The value that is progress 1.
    pub target: Number,
    /// A value on the way that is certain to be reached.
    pub commit: Option<Number>,
    /// A value beyond the target.
    pub stretch: Option<Number>,
}

/// A number that shall stay at most, at least, or within bounds. Bounds are inclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    unit: Option<Unit>,
    band: Band,
}

impl Hold {
    /// Checks the bounds.
    ///
    /// # Errors
    /// [`ValueError::Inconsistent`] without any bound, or with the low one above the high one.
    pub fn new(
        unit: Option<Unit>,
        low: Option<Number>,
        high: Option<Number>,
    ) -> Result<Self, ValueError> {
        let band = Band::checked("a hold measure", low, high)?;
        Ok(Self { unit, band })
    }

    /// Returns the unit.
    pub const fn unit(&self) -> Option<&Unit> {
        self.unit.as_ref()
    }

    /// Returns the least good value.
    pub const fn low(&self) -> Option<Number> {
        self.band.low
    }

    /// Returns the greatest good value.
    pub const fn high(&self) -> Option<Number> {
        self.band.high
    }
}

/// How a health metric stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Health {
    /// Its latest value is within the band.
    Healthy,
    /// Its latest value is not.
    Outside,
    /// It has no value yet.
    Unknown,
}

impl Health {
    /// Returns the stable word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Outside => "outside",
            Self::Unknown => "unknown",
        }
    }
}

/// Bounds of a number: at most, at least, or within. They are inclusive, and there is at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    low: Option<Number>,
    high: Option<Number>,
}

impl Band {
    /// Checks the bounds of a healthy band.
    ///
    /// # Errors
    /// [`ValueError::Inconsistent`] without any bound, or with the low one above the high one.
    pub fn new(low: Option<Number>, high: Option<Number>) -> Result<Self, ValueError> {
        Self::checked("a healthy band", low, high)
    }

    fn checked(
        what: &'static str,
        low: Option<Number>,
        high: Option<Number>,
    ) -> Result<Self, ValueError> {
        let problem = |problem| Err(ValueError::Inconsistent { what, problem });
        match (low, high) {
            (None, None) => problem("it needs a low or a high bound"),
            (Some(low), Some(high)) if low > high => problem("the low bound is above the high one"),
            (Some(_), _) | (None, Some(_)) => Ok(Self { low, high }),
        }
    }

    /// Returns the least good value.
    pub const fn low(self) -> Option<Number> {
        self.low
    }

    /// Returns the greatest good value.
    pub const fn high(self) -> Option<Number> {
        self.high
    }

    /// Says how a number stands whose latest value this is.
    pub fn health(self, latest: Option<Number>) -> Health {
        match latest {
            None => Health::Unknown,
            Some(value) if self.contains(value) => Health::Healthy,
            Some(_) => Health::Outside,
        }
    }

    /// Says whether a value is a good one.
    pub fn contains(self, value: Number) -> bool {
        self.low.is_none_or(|low| low <= value) && self.high.is_none_or(|high| value <= high)
    }
}

/// Names a milestone within its key result. Stays the same when the list is reordered or renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MilestoneKey(pub u32);

/// One line of a checklist. Whether it is done is said by check-ins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Its name for check-ins; unique in the list.
    pub key: MilestoneKey,
    /// What is done when it is done.
    pub title: Title,
    /// How much it counts.
    pub weight: Weight,
}

/// A checklist of 1 to [`Milestones::LIMIT`] lines with distinct keys and some weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestones(Vec<Milestone>);

impl Milestones {
    /// The greatest number of milestones.
    pub const LIMIT: usize = 100;

    /// Checks a list.
    ///
    /// # Errors
    /// [`ValueError::Inconsistent`] when it is empty, too long, weighs nothing or repeats a key.
    pub fn new(list: Vec<Milestone>) -> Result<Self, ValueError> {
        let problem = |problem| ValueError::Inconsistent {
            what: "a list of milestones",
            problem,
        };
        if list.is_empty() {
            return Err(problem("it is empty"));
        }
        if list.len() > Self::LIMIT {
            return Err(problem("it has more than 100 milestones"));
        }
        let keys: BTreeSet<MilestoneKey> = list.iter().map(|milestone| milestone.key).collect();
        if keys.len() != list.len() {
            return Err(problem("two milestones have the same key"));
        }
        if list
            .iter()
            .all(|milestone| milestone.weight.number() == Number::ZERO)
        {
            return Err(problem("all weights are 0"));
        }
        Ok(Self(list))
    }

    /// Returns the milestones in the order of the list.
    pub fn list(&self) -> &[Milestone] {
        &self.0
    }

    /// Finds a milestone by its key.
    pub fn get(&self, key: MilestoneKey) -> Option<&Milestone> {
        self.0.iter().find(|milestone| milestone.key == key)
    }
}

/// Three described levels, from good enough to beyond expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zones {
    /// What counts as 0.3.
    pub commit: LongText,
    /// What counts as 0.7.
    pub target: LongText,
    /// What counts as 1.0.
    pub stretch: LongText,
}

/// What a check-in reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The number of a metric or hold measure.
    Number(Number),
    /// The milestones that are done.
    Milestones(BTreeSet<MilestoneKey>),
    /// The level reached.
    Zone(Zone),
}

impl Value {
    /// Returns the stable word for the kind of value.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Number(_) => "number",
            Self::Milestones(_) => "milestones",
            Self::Zone(_) => "zone",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milestone(key: u32, weight: i32) -> Milestone {
        Milestone {
            key: MilestoneKey(key),
            title: Title::new("Step").unwrap(),
            weight: Weight::new(Number::from(weight)).unwrap(),
        }
    }

    #[test]
    fn a_checklist_has_distinct_keys_and_some_weight() {
        assert!(Milestones::new(vec![milestone(1, 1), milestone(2, 0)]).is_ok());
        assert!(Milestones::new(vec![]).is_err());
        assert!(Milestones::new(vec![milestone(1, 1), milestone(1, 1)]).is_err());
        assert!(Milestones::new(vec![milestone(1, 0)]).is_err());
    }

    #[test]
    fn a_hold_measure_needs_a_bound() {
        assert!(Hold::new(None, None, None).is_err());
        assert!(Hold::new(None, Some(Number::ONE), Some(Number::ZERO)).is_err());
        assert!(Hold::new(None, Some(Number::ONE), Some(Number::ONE)).is_ok());
    }

    #[test]
    fn a_band_holds_its_bounds_and_needs_one() {
        assert!(Band::new(None, None).is_err());
        assert!(Band::new(Some(Number::ONE), Some(Number::ZERO)).is_err());
        let within = Band::new(Some(Number::ZERO), Some(Number::ONE)).unwrap();
        for (value, inside) in [(-1, false), (0, true), (1, true), (2, false)] {
            assert_eq!(within.contains(Number::from(value)), inside, "{value}");
        }
        let at_least = Band::new(Some(Number::ONE), None).unwrap();
        assert!(at_least.contains(Number::from(1_000_000)) && !at_least.contains(Number::ZERO));
        assert_eq!(at_least.health(None), Health::Unknown);
        assert_eq!(at_least.health(Some(Number::ONE)), Health::Healthy);
        assert_eq!(at_least.health(Some(Number::ZERO)), Health::Outside);
    }

    #[test]
    fn a_value_fits_its_measure_only() {
        let list = Measure::Milestones(Milestones::new(vec![milestone(1, 1)]).unwrap());
        assert!(list.takes(&Value::Milestones(BTreeSet::from([MilestoneKey(1)]))));
        assert!(!list.takes(&Value::Milestones(BTreeSet::from([MilestoneKey(2)]))));
        assert!(!list.takes(&Value::Number(Number::ONE)));
    }
}

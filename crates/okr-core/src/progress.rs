//! Progress: how far a value has come from baseline to target. Computed, never stored.
//!
//! The formulas are those of the OKR literature (Google re:Work on grading; Doerr, Measure What
//! Matters); those of hold measures and the tie-break for the latest check-in are ours.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::entity::{CheckIn, KeyResult};
use crate::measure::{Hold, Measure, Metric, Milestones, Value};
use crate::value::{CyclePeriod, GoalState, Number, Score, Weight, Zone, days_between};

/// How far a value has come: 0 at the baseline, 1 at the target, below and beyond as it is.
///
/// Kept to 18 decimals, rounded half to even. That is exact for every quotient that ends within
/// them, and fine enough that thirds which add up to 0.7 compare equal to 0.7.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Progress(Decimal);

impl Progress {
    /// The number of digits that are kept after the point.
    pub const DECIMALS: u32 = 18;
    /// At the baseline.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// At the target.
    pub const ONE: Self = Self(Decimal::ONE);

    /// Keeps a decimal as progress.
    pub fn new(raw: Decimal) -> Self {
        let kept =
            raw.round_dp_with_strategy(Self::DECIMALS, RoundingStrategy::MidpointNearestEven);
        // Normalising keeps the sign of zero, and two zeros must not look different.
        Self(if kept.is_zero() {
            Decimal::ZERO
        } else {
            kept.normalize()
        })
    }

    /// Returns the number as it is: below 0 and above 1 where the value is.
    pub const fn raw(self) -> Decimal {
        self.0
    }

    /// Returns the progress brought into 0 to 1.
    pub fn clamped(self) -> Self {
        self.clamp(Self::ZERO, Self::ONE)
    }

    /// Returns the score that it suggests when its goal is closed: clamped, in hundredths as people
    /// grade, and rounded down, so that no band is reached by rounding.
    pub fn suggested_score(self) -> Score {
        let hundredths = self
            .clamped()
            .0
            .round_dp_with_strategy(2, RoundingStrategy::ToZero);
        Number::from_decimal(hundredths)
            .and_then(Score::new)
            .expect("two decimals from 0 to 1 are a score")
    }

    /// Returns the progress in whole percent for people, such as `47%`; halves away from zero.
    pub fn percent(self) -> String {
        let whole = |number: Decimal| {
            let number = number.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
            // Minus zero is no number for people.
            if number.is_zero() {
                Decimal::ZERO
            } else {
                number
            }
        };
        match self.0.checked_mul(Decimal::ONE_HUNDRED) {
            Some(percent) => format!("{}%", whole(percent)),
            // So far from the target that two digits after the point do not matter.
            None => format!("{}00%", whole(self.0)),
        }
    }

    /// Returns the quotient of two numbers, none when it is undefined or out of reach.
    fn quotient(part: Decimal, whole: Decimal) -> Option<Self> {
        part.checked_div(whole).map(Self::new)
    }

    /// Returns 1 minus a quotient, none as for the quotient.
    fn shortfall(distance: Decimal, whole: Decimal) -> Option<Self> {
        let quotient = distance.checked_div(whole)?;
        Decimal::ONE.checked_sub(quotient).map(Self::new)
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Returns the progress of a value; none where it is undefined or the value does not fit.
pub fn progress(measure: &Measure, value: &Value) -> Option<Progress> {
    match (measure, value) {
        (Measure::Metric(metric), Value::Number(value)) => metric_progress(metric, *value),
        (Measure::Hold(hold), Value::Number(value)) => hold_progress(hold, *value),
        (Measure::Milestones(milestones), Value::Milestones(done)) => {
            let done = milestones
                .list()
                .iter()
                .filter(|milestone| done.contains(&milestone.key))
                .map(|milestone| milestone.weight);
            Progress::quotient(sum(done), whole_weight(milestones))
        }
        (Measure::Zones(_), Value::Zone(zone)) => Some(zone_progress(*zone)),
        (Measure::Metric(_) | Measure::Hold(_), Value::Milestones(_) | Value::Zone(_))
        | (Measure::Milestones(_), Value::Number(_) | Value::Zone(_))
        | (Measure::Zones(_), Value::Number(_) | Value::Milestones(_)) => None,
    }
}

fn metric_progress(metric: &Metric, value: Number) -> Option<Progress> {
    let baseline = metric.baseline.decimal();
    let way = metric.target.decimal().checked_sub(baseline)?;
    Progress::quotient(value.decimal().checked_sub(baseline)?, way)
}

/// Returns the value of a metric at some progress, such as what an even pace would have reached;
/// none where it is no number any more.
///
/// It has as many digits after the point as baseline and target, and one more where these are close
/// to each other; halves away from zero.
pub fn value_at(metric: &Metric, progress: Progress) -> Option<Number> {
    let baseline = metric.baseline.decimal();
    let way = metric.target.decimal().checked_sub(baseline)?;
    let value = way.checked_mul(progress.raw())?.checked_add(baseline)?;
    let scale = metric.baseline.scale().max(metric.target.scale());
    let steps = way
        .abs()
        .checked_mul(Decimal::from(10_i64.checked_pow(scale)?))?;
    let scale = if steps < Decimal::TEN {
        scale + 1
    } else {
        scale
    };
    let strategy = RoundingStrategy::MidpointAwayFromZero;
    Number::from_decimal(value.round_dp_with_strategy(scale, strategy).normalize()).ok()
}

fn hold_progress(hold: &Hold, value: Number) -> Option<Progress> {
    let value = value.decimal();
    let (low, high) = (
        hold.low().map(Number::decimal),
        hold.high().map(Number::decimal),
    );
    let distance = match (low, high) {
        (Some(low), _) if value < low => low.checked_sub(value)?,
        (_, Some(high)) if value > high => value.checked_sub(high)?,
        (Some(_) | None, Some(_) | None) => return Some(Progress::ONE),
    };
    // What counts as "far out": the width of the band, or the size of the only bound.
    let whole = match (low, high) {
        (Some(low), Some(high)) => high.checked_sub(low)?,
        (Some(bound), None) | (None, Some(bound)) => bound.abs(),
        (None, None) => return None,
    };
    if whole.is_zero() {
        return Some(Progress::ZERO);
    }
    Progress::shortfall(distance, whole)
}

fn whole_weight(milestones: &Milestones) -> Decimal {
    sum(milestones.list().iter().map(|milestone| milestone.weight))
}

fn sum(weights: impl Iterator<Item = Weight>) -> Decimal {
    weights.map(|weight| weight.number().decimal()).sum()
}

fn zone_progress(zone: Zone) -> Progress {
    Progress(match zone {
        Zone::Fail => Decimal::ZERO,
        Zone::Commit => Decimal::new(3, 1),
        Zone::Target => Decimal::new(7, 1),
        Zone::Stretch => Decimal::ONE,
    })
}

/// Returns the zone that a value of a metric has reached; none for a metric without zones.
pub fn zone(metric: &Metric, value: Number) -> Option<Zone> {
    if metric.commit.is_none() && metric.stretch.is_none() {
        return None;
    }
    let upwards = metric.target >= metric.baseline;
    let reached = |level: Option<Number>| {
        level.is_some_and(|level| {
            if upwards {
                value >= level
            } else {
                value <= level
            }
        })
    };
    Some(if reached(metric.stretch) {
        Zone::Stretch
    } else if reached(Some(metric.target)) {
        Zone::Target
    } else if reached(metric.commit) {
        Zone::Commit
    } else {
        Zone::Fail
    })
}

/// Returns the progress that an even pace would have made by the beginning of a day.
///
/// A straight line from the later of cycle start and own start to the earlier of cycle end and due
/// date: days gone by, out of the days in between with both ends counted. 0 before, 1 after.
pub fn expected(
    period: CyclePeriod,
    start: Option<Date>,
    due: Option<Date>,
    day: Date,
) -> Progress {
    let first = start.map_or(period.start(), |start| start.max(period.start()));
    let last = due.map_or(period.end(), |due| due.min(period.end()));
    if day <= first {
        return Progress::ZERO;
    }
    if day > last {
        return Progress::ONE;
    }
    let gone = days_between(first, day);
    let whole = days_between(first, last) + 1;
    Progress::quotient(gone.into(), whole.into()).unwrap_or(Progress::ONE)
}

/// Returns the weighted mean of clamped progress; none when nothing counts.
///
/// A goal without progress (no check-in) counts as 0. Leave out what is abandoned or archived, and
/// metrics whose progress is undefined.
pub fn roll_up(goals: impl IntoIterator<Item = (Weight, Option<Progress>)>) -> Option<Progress> {
    let mut reached = Decimal::ZERO;
    let mut whole = Decimal::ZERO;
    for (weight, progress) in goals {
        let weight = weight.number().decimal();
        whole += weight;
        if let Some(progress) = progress {
            reached += weight * progress.clamped().raw();
        }
    }
    Progress::quotient(reached, whole)
}

/// Returns what a key result adds to its objective: weight and progress, none if it does not count.
///
/// What is abandoned or archived does not count, and neither does a metric whose progress is
/// undefined. Without a check-in that fits, it counts with nothing reached.
pub fn contribution(
    key_result: &KeyResult,
    latest: Option<&CheckIn>,
) -> Option<(Weight, Option<Progress>)> {
    match key_result.state() {
        GoalState::Abandoned | GoalState::Archived => return None,
        GoalState::Draft | GoalState::Active | GoalState::Closed => {}
    }
    if let Measure::Metric(metric) = &key_result.measure
        && metric.target == metric.baseline
    {
        return None;
    }
    let progress = latest.and_then(|latest| progress(&key_result.measure, &latest.value));
    Some((key_result.weight, progress))
}

/// Returns the progress of an objective from its key results, each with its latest check-in.
pub fn objective_progress<'a>(
    key_results: impl IntoIterator<Item = (&'a KeyResult, Option<&'a CheckIn>)>,
) -> Option<Progress> {
    roll_up(
        key_results
            .into_iter()
            .filter_map(|(key_result, latest)| contribution(key_result, latest)),
    )
}

/// Returns the check-in that counts, of those of one key result in the order of the log.
///
/// The greatest effective date, then the last recorded; never a retracted one. A correction stays
/// in the place of the check-in that it corrects.
pub fn latest<'a>(check_ins: impl IntoIterator<Item = &'a CheckIn>) -> Option<&'a CheckIn> {
    check_ins
        .into_iter()
        .filter(|check_in| !check_in.retracted)
        .max_by_key(|check_in| check_in.effective)
}

/// Returns the score that the numbers suggest; what has no progress has reached nothing.
pub fn suggested_score(progress: Option<Progress>) -> Score {
    progress.map_or(Score::ZERO, Progress::suggested_score)
}

/// The score that is suggested for an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The score.
    pub score: Score,
    /// What it comes from.
    pub basis: Basis,
}

/// What the suggested score of an objective comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The progress of its key results alone.
    Progress,
    /// Scores that key results were given, at least one of them another than its progress suggests.
    Scores,
}

/// Returns the score that is suggested for an objective; none when no key result counts.
///
/// The weighted mean of what its key results reached, rounded down to hundredths; those count that
/// count in its progress. Of one that was given a score this is the score; of another its clamped
/// progress, 0 without a check-in. Where a score is the one that the progress suggests, the progress
/// counts as exactly as it is known: so nothing moves when key results are graded as suggested, and no
/// band is lost by rounding twice.
pub fn suggest_for_objective<'a>(
    key_results: impl IntoIterator<Item = (&'a KeyResult, Option<&'a CheckIn>)>,
) -> Option<Suggestion> {
    let mut basis = Basis::Progress;
    let mut shares = Vec::new();
    for (key_result, latest) in key_results {
        let Some((weight, progress)) = contribution(key_result, latest) else {
            continue;
        };
        let reached = match key_result.score {
            Some(given) if given != suggested_score(progress) => {
                basis = Basis::Scores;
                Some(Progress::new(given.number().decimal()))
            }
            Some(_) | None => progress,
        };
        shares.push((weight, reached));
    }
    let score = roll_up(shares)?.suggested_score();
    Some(Suggestion { score, basis })
}

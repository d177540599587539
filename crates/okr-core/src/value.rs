//! Numbers and choices with limits: exact decimals, confidence, score, weight, cadence, periods.
//!
//! Nothing here is rounded and nothing is a floating-point number.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use rust_decimal::Decimal;
use thiserror::Error;

/// Says why something is not a value of its type.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValueError {
    /// Nothing was given.
    #[error("{what} must not be empty")]
    Empty {
        /// The kind of value.
        what: &'static str,
    },
    /// The text is too long.
    #[error("{what} may have at most {limit} characters, this has {length}")]
    TooLong {
        /// The kind of value.
        what: &'static str,
        /// Its length in characters.
        length: usize,
        /// The greatest length in characters.
        limit: usize,
    },
    /// The text has characters that are not allowed.
    #[error("{what} must be {allowed}")]
    Characters {
        /// The kind of value.
        what: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The number is outside its range.
    #[error("{what} must be {allowed}, not {given}")]
    Range {
        /// The kind of value.
        what: &'static str,
        /// The range in words.
        allowed: &'static str,
        /// What was given.
        given: String,
    },
    /// The text is not a number.
    #[error("\"{given}\" is not a decimal number")]
    NotANumber {
        /// What was given.
        given: String,
    },
    /// The parts contradict each other.
    #[error("{what}: {problem}")]
    Inconsistent {
        /// The kind of value.
        what: &'static str,
        /// What does not fit.
        problem: &'static str,
    },
}

/// An exact decimal: an integer of 64 bits divided by a power of ten, at most 10^9.
///
/// Always in lowest form (no trailing zeros after the point), so equal numbers have equal bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(Decimal);

impl Number {
    /// The greatest number of digits after the point.
    pub const MAX_SCALE: u32 = 9;
    /// Zero.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// One.
    pub const ONE: Self = Self(Decimal::ONE);

    /// Makes the number `units / 10^scale`.
    ///
    /// # Errors
    /// [`ValueError::Range`] when the scale is above [`Number::MAX_SCALE`].
    pub fn new(units: i64, scale: u32) -> Result<Self, ValueError> {
        if scale > Self::MAX_SCALE {
            return Err(ValueError::Range {
                what: "a number",
                allowed: "given with at most 9 digits after the point",
                given: format!("{units}e-{scale}"),
            });
        }
        Ok(Self(Decimal::new(units, scale).normalize()))
    }

    /// Takes a decimal if it fits.
    ///
    /// # Errors
    /// [`ValueError::Range`] when it needs more than 9 digits after the point or more than 64 bits.
    pub fn from_decimal(decimal: Decimal) -> Result<Self, ValueError> {
        let decimal = decimal.normalize();
        if decimal.scale() > Self::MAX_SCALE || i64::try_from(decimal.mantissa()).is_err() {
            return Err(ValueError::Range {
                what: "a number",
                allowed: "below 9.2e18 with at most 9 digits after the point",
                given: decimal.to_string(),
            });
        }
        // Normalising keeps the sign of zero, and two zeros must not differ.
        Ok(Self(if decimal.is_zero() {
            Decimal::ZERO
        } else {
            decimal
        }))
    }

    /// Returns the number as a decimal, for calculations.
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Returns the integer part of `units / 10^scale` in lowest form.
    pub fn units(self) -> i64 {
        i64::try_from(self.0.mantissa()).expect("the constructors admit 64 bits only")
    }

    /// Returns the scale in lowest form, 0 to 9.
    pub const fn scale(self) -> u32 {
        self.0.scale()
    }
}

impl FromStr for Number {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let decimal = Decimal::from_str_exact(text).map_err(|_| ValueError::NotANumber {
            given: text.to_owned(),
        })?;
        Self::from_decimal(decimal)
    }
}

impl From<i32> for Number {
    fn from(number: i32) -> Self {
        Self(Decimal::from(number).normalize())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The owner's estimate that a target will be met: 0 (no chance) to 10 (certain).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Confidence(u8);

impl Confidence {
    /// Checks an estimate.
    ///
    /// # Errors
    /// [`ValueError::Range`] above 10.
    pub fn new(tenths: u8) -> Result<Self, ValueError> {
        if tenths > 10 {
            return Err(ValueError::Range {
                what: "confidence",
                allowed: "a whole number from 0 to 10",
                given: tenths.to_string(),
            });
        }
        Ok(Self(tenths))
    }

    /// Returns the estimate, 0 to 10.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The final grade of a goal, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(Number);

impl Score {
    /// Nothing was reached.
    pub const ZERO: Self = Self(Number::ZERO);
    /// Everything was reached.
    pub const ONE: Self = Self(Number::ONE);

    /// Checks a grade.
    ///
    /// # Errors
    /// [`ValueError::Range`] outside 0 to 1.
    pub fn new(number: Number) -> Result<Self, ValueError> {
        if number < Number::ZERO || number > Number::ONE {
            return Err(ValueError::Range {
                what: "a score",
                allowed: "from 0 to 1",
                given: number.to_string(),
            });
        }
        Ok(Self(number))
    }

    /// Returns the grade, 0 to 1.
    pub const fn number(self) -> Number {
        self.0
    }
}

/// How much a goal counts among its siblings: 0 to 1000, 1 unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(Number);

impl Weight {
    /// The weight that a goal has unless somebody says otherwise.
    pub const ONE: Self = Self(Number::ONE);

    /// Checks a weight.
    ///
    /// # Errors
    /// [`ValueError::Range`] outside 0 to 1000.
    pub fn new(number: Number) -> Result<Self, ValueError> {
        if number < Number::ZERO || number > Number::from(1000) {
            return Err(ValueError::Range {
                what: "a weight",
                allowed: "from 0 to 1000",
                given: number.to_string(),
            });
        }
        Ok(Self(number))
    }

    /// Returns the weight.
    pub const fn number(self) -> Number {
        self.0
    }
}

impl Default for Weight {
    fn default() -> Self {
        Self::ONE
    }
}

/// How often a key result expects a check-in, in days: 1 to 366.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CadenceDays(u16);

impl CadenceDays {
    /// Once a week.
    pub const WEEKLY: Self = Self(7);

    /// Checks a number of days.
    ///
    /// # Errors
    /// [`ValueError::Range`] outside 1 to 366.
    pub fn new(days: u16) -> Result<Self, ValueError> {
        if !(1..=366).contains(&days) {
            return Err(ValueError::Range {
                what: "a cadence",
                allowed: "from 1 to 366 days",
                given: days.to_string(),
            });
        }
        Ok(Self(days))
    }

    /// Returns the number of days.
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// The first and the last day of a cycle, both inclusive; at most ten years apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CyclePeriod {
    start: Date,
    end: Date,
}

impl CyclePeriod {
    /// The greatest length in days.
    pub const MAX_DAYS: i32 = 3660;

    /// Checks that the days are in order and not too far apart, in the years 1970 to 9999.
    ///
    /// # Errors
    /// [`ValueError::Inconsistent`] when they are not.
    pub fn new(start: Date, end: Date) -> Result<Self, ValueError> {
        let problem = |problem| ValueError::Inconsistent {
            what: "a cycle's period",
            problem,
        };
        if end < start {
            return Err(problem("the end is before the start"));
        }
        if start.year() < 1970 {
            return Err(problem("the start is before 1970"));
        }
        let period = Self { start, end };
        if period.days() > Self::MAX_DAYS {
            return Err(problem("it is longer than ten years"));
        }
        Ok(period)
    }

    /// Returns the first day.
    pub const fn start(self) -> Date {
        self.start
    }

    /// Returns the last day.
    pub const fn end(self) -> Date {
        self.end
    }

    /// Returns the length in days; a cycle of one day has length 1.
    pub fn days(self) -> i32 {
        days_between(self.start, self.end) + 1
    }

    /// Says whether a day lies within the period.
    pub fn contains(self, day: Date) -> bool {
        (self.start..=self.end).contains(&day)
    }
}

/// Returns the number of days from one day to another, negative when the second is earlier.
pub fn days_between(from: Date, to: Date) -> i32 {
    // Dates of the proleptic Gregorian calendar are at most 7.3 million days apart.
    from.until(to).map_or(0, |span| span.get_days())
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Every choice, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns the stable word for this choice in messages and machine output.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// Reads a word that [`Self::word`] gives.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.word() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.word())
            }
        }
    )+};
}

words! {
    /// What a person may do in the organisation.
    Role {
        /// Reads only.
        Viewer = "viewer",
        /// Reads everything and writes as the policy allows.
        Member = "member",
        /// Also manages people and the organisation.
        Admin = "admin",
    }

    /// Who may edit goals.
    EditPolicy {
        /// Every member.
        Everyone = "everyone",
        /// Owners, the leads of the team concerned, and administrators.
        Stewards = "stewards",
    }

    /// The first day of a week.
    WeekStart {
        /// ISO 8601.
        Monday = "monday",
        /// As in the Americas.
        Sunday = "sunday",
        /// As in parts of the Middle East.
        Saturday = "saturday",
    }

    /// Which cycles follow each other.
    Calendar {
        /// Four of three months.
        Quarter = "quarter",
        /// Three of four months.
        Tertial = "tertial",
        /// Two of six months.
        HalfYear = "half-year",
        /// One of twelve months.
        Year = "year",
        /// As somebody says each time.
        Custom = "custom",
    }

    /// The phase of a cycle.
    CycleState {
        /// Being prepared.
        Planned = "planned",
        /// Committed and running.
        Open = "open",
        /// Finished: takes late facts and corrections only.
        Closed = "closed",
    }

    /// What a success means for an objective.
    ObjectiveKind {
        /// Must be delivered in full: succeeds at 1.0.
        Committed = "committed",
        /// A stretch: succeeds at about 0.7.
        Aspirational = "aspirational",
        /// An experiment: succeeds when something was learned.
        Learning = "learning",
    }

    /// The state of an objective or key result.
    GoalState {
        /// Being written; objectives only.
        Draft = "draft",
        /// Pursued.
        Active = "active",
        /// Finished, with a score.
        Closed = "closed",
        /// Given up.
        Abandoned = "abandoned",
        /// Put away; whatever it was before is kept.
        Archived = "archived",
    }

    /// How a change came to be.
    Source {
        /// A person typed it.
        Human = "human",
        /// Loaded from elsewhere, with its original dates.
        Import = "import",
        /// A program reported it.
        Automation = "automation",
    }

    /// Why a definition was changed after commitment.
    AmendmentCategory {
        /// The world changed.
        ExternalChange = "external-change",
        /// A better way to measure the same thing.
        BetterMeasure = "better-measure",
        /// A number that was not known before was filled in.
        PlaceholderFilled = "placeholder-filled",
        /// A mistake was put right.
        Correction = "correction",
        /// Anything else.
        Other = "other",
    }

    /// What a comment is meant as.
    CommentKind {
        /// A remark or a question.
        Comment = "comment",
        /// Thanks or praise.
        Recognition = "recognition",
        /// Something to learn from.
        Feedback = "feedback",
        /// An assessment of how it went.
        Review = "review",
    }

    /// How far an initiative is.
    InitiativeState {
        /// Not begun.
        Todo = "todo",
        /// Being worked on.
        Doing = "doing",
        /// Finished.
        Done = "done",
        /// Given up.
        Dropped = "dropped",
    }

    /// The level an ordinal key result has reached.
    Zone {
        /// Below the commitment: 0.
        Fail = "fail",
        /// The commitment: 0.3.
        Commit = "commit",
        /// The target: 0.7.
        Target = "target",
        /// Beyond the target: 1.0.
        Stretch = "stretch",
    }
}

impl InitiativeState {
    /// Says whether there is still something to do.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Todo | Self::Doing => true,
            Self::Done | Self::Dropped => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn equal_numbers_are_equal_however_they_are_written() {
        assert_eq!("1.50".parse::<Number>(), Number::new(15, 1));
        assert_eq!(Number::new(1500, 3), Number::new(15, 1));
        assert_eq!("-0".parse::<Number>(), Ok(Number::ZERO));
        let number: Number = "-12.345".parse().unwrap();
        assert_eq!((number.units(), number.scale()), (-12345, 3));
    }

    #[test]
    fn a_number_has_at_most_nine_digits_after_the_point() {
        assert!("0.000000001".parse::<Number>().is_ok());
        assert!(matches!(
            "0.0000000001".parse::<Number>(),
            Err(ValueError::Range { .. })
        ));
        assert!(matches!(
            "9300000000000000000".parse::<Number>(),
            Err(ValueError::Range { .. })
        ));
        assert!(matches!(
            "1e5".parse::<Number>(),
            Err(ValueError::NotANumber { .. })
        ));
        assert!(matches!(
            "".parse::<Number>(),
            Err(ValueError::NotANumber { .. })
        ));
    }

    #[test]
    fn a_period_counts_both_ends() {
        let period = CyclePeriod::new(date(2026, 10, 1), date(2026, 12, 31)).unwrap();
        assert_eq!(period.days(), 92);
        assert!(CyclePeriod::new(date(2026, 10, 2), date(2026, 10, 1)).is_err());
        assert!(CyclePeriod::new(date(2000, 1, 1), date(2026, 1, 1)).is_err());
    }

    #[test]
    fn ranges_are_checked() {
        assert!(Confidence::new(10).is_ok());
        assert!(Confidence::new(11).is_err());
        assert!(Score::new(Number::ONE).is_ok());
        assert!(Score::new(Number::new(-1, 9).unwrap()).is_err());
        assert!(Weight::new(Number::from(1000)).is_ok());
        assert!(Weight::new(Number::from(1001)).is_err());
        assert!(CadenceDays::new(0).is_err());
    }
}

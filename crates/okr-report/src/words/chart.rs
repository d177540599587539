//! The words of charts: names of lines and levels, and what is said below them.

use okr_core::Date;
use okr_core::forecast::{READINGS_MIN, WINDOW_DAYS};

use super::Language;

/// Over how many weeks a forecast looks back.
const WEEKS: i32 = WINDOW_DAYS / 7;

/// What a forecast may lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// A target, with its unit.
    Target(String),
    /// That everything is done.
    Everything,
}

impl Language {
    /// Writes a day with its year where that is not the one of another day.
    pub(crate) fn day_beside(self, day: Date, other: Date) -> String {
        if day.year() == other.year() {
            self.short_day(day)
        } else {
            self.short_day_of_year(day)
        }
    }

    /// Writes a day in little room, with its year.
    pub(crate) fn short_day_of_year(self, day: Date) -> String {
        format!("{} {}", self.short_day(day), day.year())
    }

    /// Says from when to when a picture goes.
    pub(crate) fn days_shown(self, from: Date, to: Date) -> String {
        match self {
            Self::English => format!("From {from} to {to}."),
            Self::Bokmal => format!("Fra {from} til {to}."),
        }
    }

    /// Names a confidence within a sentence.
    pub(crate) const fn confidence(self) -> &'static str {
        self.pick("confidence", "tro på måloppnåelse")
    }

    /// Says who did something.
    pub(crate) fn done_by(self, what: &str, by: &str) -> String {
        format!("{what} {} {by}", self.pick("by", "av"))
    }

    /// Says where a goal leads.
    pub(crate) fn leads_to(self, value: &str, end: &str, range: Option<[&str; 2]>) -> String {
        let range = match range {
            Some([low, high]) => format!(" ({low} {} {high})", self.pick("to", "til")),
            None => String::new(),
        };
        match self {
            Self::English => format!(
                "Going on as in the last {WEEKS} weeks, it will be at {value} on {end}{range}"
            ),
            Self::Bokmal => format!(
                "Fortsetter det som de siste {WEEKS} ukene, er verdien {value} {end}{range}"
            ),
        }
    }

    /// Says that an aim has been reached.
    pub(crate) fn is_reached(self, aim: &Aim) -> String {
        match (self, aim) {
            (Self::English, Aim::Target(target)) => format!("The target of {target} is reached."),
            (Self::English, Aim::Everything) => "All is done.".to_owned(),
            (Self::Bokmal, Aim::Target(target)) => format!("Målverdien på {target} er nådd."),
            (Self::Bokmal, Aim::Everything) => "Alt er gjort.".to_owned(),
        }
    }

    /// Says that an aim will not be reached in this way.
    pub(crate) fn is_not_reached(self, aim: &Aim) -> String {
        match (self, aim) {
            (Self::English, Aim::Target(target)) => {
                format!("That does not lead to the target of {target}.")
            }
            (Self::English, Aim::Everything) => "That does not lead to the end.".to_owned(),
            (Self::Bokmal, Aim::Target(target)) => {
                format!("Det fører ikke fram til målverdien på {target}.")
            }
            (Self::Bokmal, Aim::Everything) => "Da blir ikke alt gjort.".to_owned(),
        }
    }

    /// Says when an aim will be reached, and by how many days that is too late.
    pub(crate) fn will_be_reached(self, aim: &Aim, day: &str, late: Option<i32>) -> String {
        let late = match (self, late) {
            (Self::English, Some(days)) => format!(", {} too late", self.days(days)),
            (Self::Bokmal, Some(days)) => format!(", {} for sent", self.days(days)),
            (Self::English | Self::Bokmal, None) => String::new(),
        };
        // A short month of bokmål ends with the full stop of the sentence.
        let stop = if late.is_empty() && day.ends_with('.') {
            ""
        } else {
            "."
        };
        match (self, aim) {
            (Self::English, Aim::Target(target)) => {
                format!("The target of {target} will be reached on {day}{late}{stop}")
            }
            (Self::English, Aim::Everything) => {
                format!("The end will be reached on {day}{late}{stop}")
            }
            (Self::Bokmal, Aim::Target(target)) => {
                format!("Målverdien på {target} nås {day}{late}{stop}")
            }
            (Self::Bokmal, Aim::Everything) => format!("Alt er gjort {day}{late}{stop}"),
        }
    }

    /// Says whether an expected value is within the bounds of a measure; follows a comma.
    pub(crate) const fn bounded(self, is_within: bool) -> &'static str {
        if is_within {
            self.pick("which is within bounds", "innenfor grensene")
        } else {
            self.pick("which is out of bounds", "utenfor grensene")
        }
    }

    /// Says that there are too few check-ins for a forecast.
    pub(crate) fn too_few(self, days: i32) -> String {
        let days = self.days(days);
        match self {
            Self::English => format!(
                "No forecast: {days} with a check-in in the last {WEEKS} weeks, {READINGS_MIN} are needed."
            ),
            Self::Bokmal => format!(
                "Ingen prognose: {days} med statusoppdatering de siste {WEEKS} ukene, {READINGS_MIN} trengs."
            ),
        }
    }

    /// Says that numbers are too large for a forecast.
    pub(crate) fn out_of_reach(self) -> String {
        let sentence = self.pick(
            "No forecast: the numbers are out of reach.",
            "Ingen prognose: Tallene er for store.",
        );
        sentence.to_owned()
    }
}

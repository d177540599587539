//! Why a text is no moment, and what to write instead.

use thiserror::Error;

use crate::error::CliError;

/// Says why a text cannot be read as a moment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WhenError {
    /// Nothing was given.
    #[error("a date or time is missing")]
    Empty,
    /// It is none of the forms.
    #[error("\"{text}\" is not a date or time")]
    Unknown {
        /// What was given.
        text: String,
    },
    /// It has two meanings.
    #[error("\"{text}\" can be read as {} or {}", readings[0], readings[1])]
    Ambiguous {
        /// What was given.
        text: String,
        /// Its two meanings in words.
        readings: [String; 2],
        /// How to write each of them.
        write: [String; 2],
    },
    /// It is a date, but not written year first.
    #[error("\"{text}\" is not written as year-month-day")]
    NotIso {
        /// What was given.
        text: String,
        /// How to write it.
        write: String,
    },
    /// No calendar has such a day, month, quarter, week or time.
    #[error("\"{text}\" is not in the calendar")]
    NotInCalendar {
        /// What was given.
        text: String,
    },
    /// It has not happened.
    #[error("\"{text}\" is in the future: {reading}")]
    Future {
        /// What was given.
        text: String,
        /// When that is.
        reading: String,
    },
}

/// The forms that a moment can have, in a line.
pub(crate) const FORMS: &str = "2026-11-20, \"2026-11-20 17:00\", 2026-10, 2026-Q3, 2026-W48, q3, \
     today, \"yesterday 17:00\", fri, \"last friday\", \"3d ago\", \"2 weeks ago\", cycle:start, \
     last-sync, #123, or the id of a change (okr help dates)";

impl WhenError {
    pub(super) fn unknown(text: &str) -> Self {
        Self::Unknown {
            text: text.to_owned(),
        }
    }

    /// Returns the stable code word.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty | Self::Unknown { .. } | Self::NotIso { .. } => "unreadable-date",
            Self::Ambiguous { .. } => "ambiguous-date",
            Self::NotInCalendar { .. } => "no-such-date",
            Self::Future { .. } => "date-in-future",
        }
    }

    /// Says what to write instead.
    pub fn hint(&self) -> String {
        const ALSO: &str = "Also: \"last friday\", 2026-Q3, 2026-W48 (okr help dates)";
        match self {
            Self::Empty | Self::Unknown { .. } | Self::NotInCalendar { .. } => {
                format!("forms are {FORMS}")
            }
            Self::Ambiguous {
                write: [first, second],
                ..
            } => format!("write {first} or {second}. {ALSO}"),
            Self::NotIso { write, .. } => format!("write {write}. {ALSO}"),
            Self::Future { .. } => {
                "history ends now; weekdays, quarters and weeks without a year look back".to_owned()
            }
        }
    }
}

impl From<WhenError> for CliError {
    fn from(error: WhenError) -> Self {
        Self::usage(error.code(), error.to_string()).with_hint(error.hint())
    }
}

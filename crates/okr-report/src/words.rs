//! The words of reports in each language: phrases, dates, numbers and sentences with something in them.
//!
//! A report is made once, in one language. What people wrote stays as they wrote it.

mod chart;
mod date;
mod number;
mod phrase;
mod sentence;

use std::fmt;

pub(crate) use chart::Aim;
pub use phrase::Phrase;

/// A language that reports are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Norwegian bokmål.
    Bokmal,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Bokmal];

    /// Returns the tag of the language (BCP 47): `en`, `nb`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Bokmal => "nb",
        }
    }

    /// Reads the tag that [`Language::tag`] gives.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// Returns the first of two for English and the second for bokmål.
    const fn pick<'a>(self, english: &'a str, bokmal: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::Bokmal => bokmal,
        }
    }

    /// Counts things: `1 day`, `3 days`; each language with its words for one and for several.
    fn count(self, number: usize, english: [&str; 2], bokmal: [&str; 2]) -> String {
        let [one, several] = match self {
            Self::English => english,
            Self::Bokmal => bokmal,
        };
        let word = if number == 1 { one } else { several };
        format!("{number} {word}")
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.tag())
    }
}

#[cfg(test)]
mod tests;

//! Texts with limits: a value of these types is always within them.
//!
//! Lengths are counted in characters (Unicode scalar values), as a person would count them. A copy
//! shares the text: events are copied into entities, and entities into overlays, all the time.

use std::fmt;
use std::sync::Arc;

use crate::value::ValueError;

/// What a text may contain beside its length.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    /// One line of anything printable.
    Line,
    /// Several lines.
    Lines,
    /// Lower-case letters, digits and single hyphens inside.
    Slug,
    /// ASCII letters, digits and `_ + - /`.
    Zone,
    /// One line without blanks.
    Address,
}

impl Alphabet {
    fn check(self, what: &'static str, text: &str) -> Result<(), ValueError> {
        let allowed = match self {
            Self::Line | Self::Lines if is_plain(text) => text.bytes().any(|byte| byte != b' '),
            Self::Line => !text.chars().any(char::is_control) && !text.trim().is_empty(),
            Self::Lines => {
                !text
                    .chars()
                    .any(|c| c.is_control() && c != '\n' && c != '\t')
                    && !text.trim().is_empty()
            }
            Self::Slug => {
                let bytes = text.as_bytes();
                bytes
                    .iter()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
                    && bytes.first() != Some(&b'-')
                    && bytes.last() != Some(&b'-')
                    && !text.contains("--")
            }
            Self::Address => !text.chars().any(|c| c.is_control() || c.is_whitespace()),
            Self::Zone => text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-' | b'/')),
        };
        if allowed {
            Ok(())
        } else {
            Err(ValueError::Characters {
                what,
                allowed: self.words(),
            })
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Line => "one line of visible text",
            Self::Lines => "visible text; of the control characters only new line and tab",
            Self::Slug => "lower-case letters a-z, digits and single hyphens inside",
            Self::Zone => "an IANA time zone name",
            Self::Address => "one line of visible text without blanks",
        }
    }
}

/// Says whether a text is printable ASCII, as nearly all are: without a branch for each character, several at a time.
fn is_plain(text: &str) -> bool {
    let printable = |byte: u8| matches!(byte, b' '..=b'~');
    text.bytes()
        .fold(true, |plain, byte| plain & printable(byte))
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident($what:literal, $limit:literal, $alphabet:ident);)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The greatest length, in characters.
            pub const LIMIT: usize = $limit;

            /// Checks a text against the limits of this type.
            ///
            /// # Errors
            /// [`ValueError::Empty`], [`ValueError::TooLong`] or [`ValueError::Characters`].
            pub fn new(text: impl AsRef<str>) -> Result<Self, ValueError> {
                let text = text.as_ref();
                if text.is_empty() {
                    return Err(ValueError::Empty { what: $what });
                }
                let length = text.chars().count();
                if length > Self::LIMIT {
                    return Err(ValueError::TooLong { what: $what, length, limit: Self::LIMIT });
                }
                Alphabet::$alphabet.check($what, text)?;
                Ok(Self(text.into()))
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )+};
}

texts! {
    /// The title of an objective, key result or milestone: one line.
    Title("a title", 250, Line);
    /// The name of an organisation, team or cycle: one line.
    Name("a name", 120, Line);
    /// A description, note, reflection or reason: up to a few pages.
    LongText("a text", 8000, Lines);
    /// What stands in the way of a key result: a few sentences.
    BlockerText("a blocker", 1000, Lines);
    /// A unit of measure, such as `ms`, `%` or `NOK`.
    Unit("a unit", 32, Line);
    /// The everyday name of a team, objective or key result on the command line.
    Slug("a slug", 64, Slug);
    /// A tag of an objective or key result.
    Tag("a tag", 40, Slug);
    /// The IANA name of a time zone, such as `Europe/Oslo`. Whether it exists is not known here.
    TimeZoneName("a time zone", 64, Zone);
    /// An address in the web. That it begins with `http://` or `https://` is for `admit` to ask.
    WebAddress("a web address", 500, Address);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_of_one_to_250_characters() {
        assert!(Title::new("Faster").is_ok());
        assert_eq!(Title::new(""), Err(ValueError::Empty { what: "a title" }));
        assert!(Title::new("å".repeat(250)).is_ok());
        assert_eq!(
            Title::new("å".repeat(251)),
            Err(ValueError::TooLong {
                what: "a title",
                length: 251,
                limit: 250
            })
        );
        assert!(matches!(
            Title::new("two\nlines"),
            Err(ValueError::Characters { .. })
        ));
        assert!(matches!(
            Title::new("   "),
            Err(ValueError::Characters { .. })
        ));
        assert!(matches!(
            Title::new("bell\u{7}"),
            Err(ValueError::Characters { .. })
        ));
    }

    /// Plain texts are checked in another way than others.
    #[test]
    fn every_character_is_judged_the_same_in_plain_and_other_texts() {
        for character in ('\0'..='\u{ff}').chain(['\u{2028}', '\u{3000}', '\u{1f600}']) {
            let one_line = !character.is_control();
            let lines = one_line || character == '\n' || character == '\t';
            for around in ["a", "å"] {
                let text = format!("{around}{character}{around}");
                assert_eq!(Title::new(&text).is_ok(), one_line, "{text:?}");
                assert_eq!(LongText::new(&text).is_ok(), lines, "{text:?}");
            }
            let alone = character.to_string();
            let visible = !character.is_whitespace();
            assert_eq!(Title::new(&alone).is_ok(), one_line && visible, "{alone:?}");
            assert_eq!(LongText::new(&alone).is_ok(), lines && visible, "{alone:?}");
        }
    }

    #[test]
    fn a_slug_has_hyphens_only_inside() {
        for good in ["a", "api-p99", "2026"] {
            assert!(Slug::new(good).is_ok(), "{good}");
        }
        for bad in ["-a", "a-", "a--b", "A", "å", "a b", "a_b"] {
            assert!(Slug::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_note_may_have_lines_but_no_escape_sequences() {
        assert!(LongText::new("first\n\tsecond").is_ok());
        assert!(LongText::new("red \u{1b}[31m").is_err());
    }
}

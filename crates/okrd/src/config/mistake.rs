//! Where a value stands, and what is wrong with one.

use std::fmt;
use std::path::PathBuf;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody gave one.
    Default,
    /// A place in the file.
    File(Place),
    /// An environment variable.
    Variable(String),
    /// A flag, without the hyphens in front.
    Flag(String),
}

/// A place in the file; line and column count from 1, in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) path: PathBuf,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Something that a layer says and that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Where it stands.
    pub(crate) origin: Origin,
    /// What is wrong, with what was expected.
    pub(crate) problem: String,
}

impl Place {
    /// Finds line and column of a byte of the file.
    pub(super) fn new(path: PathBuf, text: &str, byte: usize) -> Self {
        let before: String = text
            .char_indices()
            .take_while(|(at, _)| *at < byte)
            .map(|(_, c)| c)
            .collect();
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Self {
            path,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(formatter, "default"),
            Self::File(Place { path, line, column }) => {
                write!(formatter, "{}:{line}:{column}", path.display())
            }
            Self::Variable(name) => write!(formatter, "{name}"),
            Self::Flag(name) => write!(formatter, "--{name}"),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.origin, self.problem)
    }
}

/// Returns the known name that was most likely meant.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate));
    let best = scored.max_by(|left, right| left.0.total_cmp(&right.0))?;
    (best.0 > 0.8).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_counted_in_characters() {
        let text = "a = 1\nblå = 2\n";
        let place = |byte| {
            let place = Place::new(PathBuf::from("f"), text, byte);
            (place.line, place.column)
        };
        assert_eq!(place(0), (1, 1));
        assert_eq!(place(4), (1, 5));
        assert_eq!(place(text.find('2').unwrap()), (2, 7));
        assert_eq!(place(text.len()), (3, 1));
    }

    #[test]
    fn a_typing_error_is_recognised_and_another_word_is_not() {
        let known = ["listen", "data", "insecure_plaintext"];
        assert_eq!(nearest("listn", known), Some("listen"));
        assert_eq!(
            nearest("insecure-plaintext", known),
            Some("insecure_plaintext")
        );
        assert_eq!(nearest("colour", known), None);
    }
}

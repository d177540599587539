//! Why bytes or messages are not what this program understands, and where in them.
//!
//! Paths are made while an error travels outwards, so that reading without an error costs nothing.

use std::fmt::Write as _;

use okr_core::value::ValueError;
use thiserror::Error;

/// Says why bytes and texts are not a change, or why a message is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {problem}")]
pub struct DecodeError {
    /// Where, such as `events[2].key_result.created.title`; `message` is the whole.
    pub path: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a part of a change.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// The bytes are not a message.
    #[error("not a protobuf message: {0}")]
    NotAMessage(String),
    /// The bytes say it in another way than the one that is allowed.
    #[error("not in canonical form")]
    NotCanonical,
    /// It is required.
    #[error("missing")]
    Missing,
    /// It is given where nothing can be given.
    #[error("must not be given")]
    Unexpected,
    /// It is an id of another length than 16 bytes.
    #[error("an id has 16 bytes, this has {found}")]
    IdLength {
        /// Its length in bytes.
        found: usize,
    },
    /// It refers to a text that does not exist.
    #[error("refers to text {index} of {count}")]
    NoSuchText {
        /// The number of the text, from 1.
        index: u32,
        /// How many texts there are.
        count: usize,
    },
    /// It refers to a text that something before it refers to.
    #[error("refers to text {index} a second time")]
    TextUsedTwice {
        /// The number of the text, from 1.
        index: u32,
    },
    /// It leaves out a text: they are numbered in the order in which they are referred to.
    #[error("refers to text {index} before text {expected}")]
    TextOrder {
        /// The number of the text, from 1.
        index: u32,
        /// The number that it should have.
        expected: u32,
    },
    /// It is a text that nothing refers to.
    #[error("nothing refers to it")]
    TextUnused,
    /// It is a list that shall be in strictly ascending order, and is not.
    #[error("not in strictly ascending order")]
    NotAscending,
    /// It is a decimal with trailing zeros after the point.
    #[error("a number in lowest form is expected")]
    NotLowestForm,
    /// It is a whole number outside the range of its field.
    #[error("{found} is out of range")]
    OutOfRange {
        /// The number.
        found: i64,
    },
    /// There are too many or too few events.
    #[error("1 to 500 events are expected, there are {found}")]
    EventCount {
        /// How many there are.
        found: usize,
    },
    /// It is not a value of its type.
    #[error(transparent)]
    Value(#[from] ValueError),
}

/// Why a part of a change could not be read.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A newer program wrote something that this one does not know.
    Newer,
    /// It is wrong.
    Wrong(Box<Wrong>),
}

/// A problem and the way to it.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// From the innermost outwards.
    path: Vec<Step>,
    problem: Problem,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Field(&'static str),
    Index(usize),
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self::Wrong(Box::new(Wrong {
            path: Vec::new(),
            problem,
        }))
    }
}

impl From<ValueError> for Fault {
    fn from(error: ValueError) -> Self {
        Self::from(Problem::Value(error))
    }
}

impl From<Wrong> for DecodeError {
    fn from(wrong: Wrong) -> Self {
        let mut path = String::new();
        for step in wrong.path.iter().rev() {
            match step {
                Step::Field(name) if path.is_empty() => path.push_str(name),
                Step::Field(name) => write!(path, ".{name}").expect("a String takes all"),
                Step::Index(index) => write!(path, "[{index}]").expect("a String takes all"),
            }
        }
        if path.is_empty() {
            path.push_str("message");
        }
        Self {
            path,
            problem: wrong.problem,
        }
    }
}

/// Adds to the path of a fault on its way outwards.
pub(crate) trait At {
    /// Says that the fault is in this field.
    fn at(self, field: &'static str) -> Self;

    /// Says that the fault is in this element of a list, from 0.
    fn at_index(self, index: usize) -> Self;
}

impl<T> At for Result<T, Fault> {
    fn at(self, field: &'static str) -> Self {
        self.map_err(|fault| fault.inside(Step::Field(field)))
    }

    fn at_index(self, index: usize) -> Self {
        self.map_err(|fault| fault.inside(Step::Index(index)))
    }
}

impl Fault {
    #[cold]
    fn inside(mut self, step: Step) -> Self {
        if let Self::Wrong(wrong) = &mut self {
            wrong.path.push(step);
        }
        self
    }
}

/// Separates what is not known from what is wrong.
///
/// # Errors
/// Whatever is wrong.
pub(crate) fn known<T>(result: Result<T, Fault>) -> Result<Option<T>, DecodeError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Fault::Newer) => Ok(None),
        Err(Fault::Wrong(wrong)) => Err(DecodeError::from(*wrong)),
    }
}

/// Takes a part that has no alternatives which a newer program could add: an id, a moment, a text.
///
/// # Errors
/// Whatever is wrong.
pub(crate) fn certain<T>(result: Result<T, Fault>) -> Result<T, DecodeError> {
    known(result)?.ok_or_else(|| DecodeError::whole(Problem::NotCanonical))
}

impl DecodeError {
    /// Says that something is wrong with the whole.
    pub(crate) fn whole(problem: Problem) -> Self {
        Self {
            path: "message".to_owned(),
            problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_from_the_outside_in() {
        let fault: Result<(), Fault> = Err(Problem::Missing.into());
        let fault = fault.at("title").at("created").at_index(2).at("events");
        let error = known(fault).unwrap_err();
        assert_eq!(error.to_string(), "events[2].created.title: missing");
    }

    #[test]
    fn what_is_not_known_is_not_wrong() {
        let fault: Result<(), Fault> = Err(Fault::Newer);
        assert_eq!(known(fault.at("title")), Ok(None));
    }
}

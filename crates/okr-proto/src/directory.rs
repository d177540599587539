//! The directory: who the people are. Correctable and erasable; no part of the log.

use std::fmt;

use okr_core::id::PersonId;
use okr_core::value::ValueError;

use crate::fault::{At as _, DecodeError, Fault, certain};
use crate::field::{read_id, write_id};
use crate::v1;

/// Who a person is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The person's id in the log.
    pub person: PersonId,
    /// The short name on the command line; unique in the organisation.
    pub handle: Handle,
    /// The name to show.
    pub name: DisplayName,
    /// The e-mail address.
    pub email: Email,
}

/// Everybody, at one version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    /// Grows with each correction; 0 is none.
    pub version: u64,
    /// Everybody.
    pub entries: Vec<DirectoryEntry>,
    /// Those whose entry was erased, in ascending order.
    pub erased: Vec<PersonId>,
}

/// What a text of the directory must be.
struct Rule {
    what: &'static str,
    /// The greatest length in characters.
    limit: usize,
    may_be_empty: bool,
    allowed: &'static str,
    allows: fn(&str) -> bool,
}

impl Rule {
    fn check(&self, text: String) -> Result<Box<str>, ValueError> {
        let what = self.what;
        if text.is_empty() && !self.may_be_empty {
            return Err(ValueError::Empty { what });
        }
        let length = text.chars().count();
        if length > self.limit {
            return Err(ValueError::TooLong {
                what,
                length,
                limit: self.limit,
            });
        }
        if !(self.allows)(&text) {
            return Err(ValueError::Characters {
                what,
                allowed: self.allowed,
            });
        }
        Ok(text.into_boxed_str())
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $rule:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks a text against the limits of this type.
            ///
            /// # Errors
            /// [`ValueError::Empty`], [`ValueError::TooLong`] or [`ValueError::Characters`].
            pub fn new(text: impl Into<String>) -> Result<Self, ValueError> {
                $rule.check(text.into()).map(Self)
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
    /// The short name of a person on the command line: 1 to 32 lower-case letters a-z, digits and
    /// hyphens inside, so that it is never taken for an option.
    Handle = Rule {
        what: "a handle",
        limit: 32,
        may_be_empty: false,
        allowed: "lower-case letters a-z, digits and hyphens inside",
        allows: |text| {
            let mut bytes = text.bytes();
            bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && !text.starts_with('-')
                && !text.ends_with('-')
        },
    };
    /// The name of a person to show: one line of at most 120 characters; may be empty.
    DisplayName = Rule {
        what: "a person's name",
        limit: 120,
        may_be_empty: true,
        allowed: "one line of visible text",
        allows: |text| !text.chars().any(char::is_control),
    };
    /// The e-mail address of a person: at most 254 characters; may be empty.
    Email = Rule {
        what: "an e-mail address",
        limit: 254,
        may_be_empty: true,
        allowed: "without spaces and control characters",
        allows: |text| !text.chars().any(|c| c.is_control() || c.is_whitespace()),
    };
}

impl From<DirectoryEntry> for v1::DirectoryEntry {
    fn from(entry: DirectoryEntry) -> Self {
        Self {
            person: write_id(entry.person),
            handle: entry.handle.0.into(),
            name: entry.name.0.into(),
            email: entry.email.0.into(),
        }
    }
}

impl TryFrom<v1::DirectoryEntry> for DirectoryEntry {
    type Error = DecodeError;

    /// Reads an entry.
    ///
    /// # Errors
    /// The first field that is not a value of its type.
    fn try_from(entry: v1::DirectoryEntry) -> Result<Self, DecodeError> {
        certain(read_entry(entry))
    }
}

impl From<Directory> for v1::Directory {
    fn from(directory: Directory) -> Self {
        let entries = directory.entries.into_iter();
        Self {
            version: directory.version,
            entries: entries.map(v1::DirectoryEntry::from).collect(),
            erased: directory.erased.into_iter().map(write_id).collect(),
        }
    }
}

impl TryFrom<v1::Directory> for Directory {
    type Error = DecodeError;

    /// Reads everybody.
    ///
    /// # Errors
    /// The first field of an entry, or id, that is not a value of its type.
    fn try_from(directory: v1::Directory) -> Result<Self, DecodeError> {
        let entries = directory.entries.into_iter().enumerate();
        let entries: Result<Vec<_>, Fault> = entries
            .map(|(index, entry)| read_entry(entry).at_index(index))
            .collect();
        let erased = directory.erased.iter().enumerate();
        let erased: Result<Vec<_>, Fault> = erased
            .map(|(index, person)| read_id(person).at_index(index))
            .collect();
        Ok(Self {
            version: directory.version,
            entries: certain(entries.at("entries"))?,
            erased: certain(erased.at("erased"))?,
        })
    }
}

fn read_entry(entry: v1::DirectoryEntry) -> Result<DirectoryEntry, Fault> {
    Ok(DirectoryEntry {
        person: read_id(&entry.person).at("person")?,
        handle: Handle::new(entry.handle)
            .map_err(Fault::from)
            .at("handle")?,
        name: DisplayName::new(entry.name)
            .map_err(Fault::from)
            .at("name")?,
        email: Email::new(entry.email).map_err(Fault::from).at("email")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ana() -> DirectoryEntry {
        DirectoryEntry {
            person: PersonId::from_bytes([1; 16]),
            handle: Handle::new("ana-2").unwrap(),
            name: DisplayName::new("Ana Ærlig").unwrap(),
            email: Email::new("").unwrap(),
        }
    }

    #[test]
    fn everybody_is_the_same_there_and_back() {
        let directory = Directory {
            version: 7,
            entries: vec![ana(), ana()],
            erased: vec![PersonId::from_bytes([2; 16])],
        };
        let message = v1::Directory::from(directory.clone());
        assert_eq!(Directory::try_from(message), Ok(directory));
    }

    #[test]
    fn a_wrong_entry_is_found_by_its_path() {
        let mut message = v1::Directory::from(Directory {
            version: 7,
            entries: vec![ana(), ana()],
            erased: vec![PersonId::from_bytes([2; 16])],
        });
        message.entries[1].handle = "Ana".to_owned();
        let error = Directory::try_from(message.clone()).unwrap_err();
        assert_eq!(error.path, "entries[1].handle");
        message.entries.clear();
        message.erased[0] = bytes::Bytes::from_static(b"nobody");
        let error = Directory::try_from(message).unwrap_err();
        assert_eq!(error.path, "erased[0]");
        let nobody = v1::DirectoryEntry {
            person: bytes::Bytes::new(),
            ..ana().into()
        };
        let error = DirectoryEntry::try_from(nobody).unwrap_err();
        assert_eq!(error.to_string(), "person: missing");
    }

    #[test]
    fn texts_of_the_directory_have_limits() {
        assert!(Handle::new("a".repeat(32)).is_ok());
        for bad in ["", "Ana", "ana.b", "å", "-a", "a-", &"a".repeat(33)] {
            assert!(Handle::new(bad).is_err(), "{bad}");
        }
        assert!(DisplayName::new("å".repeat(120)).is_ok());
        assert!(DisplayName::new("å".repeat(121)).is_err());
        assert!(DisplayName::new("two\nlines").is_err());
        assert!(Email::new("ana@example.org").is_ok());
        assert!(Email::new("Ana <ana@example.org>").is_err());
        assert!(Email::new("a".repeat(255)).is_err());
    }
}

//! The names and numbers of a log: organisations, positions, changes, people, tokens, moments.

use std::fmt;

/// Defines a 16-byte identifier, shown as a hyphenated UUID.
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// Returns the 16 bytes.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_uuid(&self.0, formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self)
            }
        }

        impl From<[u8; 16]> for $name {
            fn from(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }
        }
    };
}

identifier! {
    /// Names a log: the organisation whose changes it holds.
    LogId
}
identifier! {
    /// Names a change, chosen by the client that made it; the key of idempotency.
    ChangeId
}
identifier! {
    /// Names the person who made a change, as the server's credential says.
    AuthorId
}
identifier! {
    /// Names the token a change was pushed with.
    TokenId
}

/// The place of a change in its log, from 1 and without gaps; 0 is before everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u64);

impl Position {
    /// The position before the first change: the head of an empty log.
    pub const ZERO: Self = Self(0);

    /// Makes a position from its number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the position after this one.
    ///
    /// The end of the 64-bit range is never reached: a million changes a second would take half a million years.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A moment by the server's clock, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordedAt(i64);

impl RecordedAt {
    /// Makes a moment from microseconds since 1970 (UTC).
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Returns the microseconds since 1970 (UTC).
    pub const fn as_micros(self) -> i64 {
        self.0
    }
}

fn write_uuid(bytes: &[u8; 16], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            formatter.write_str("-")?;
        }
        write!(formatter, "{byte:02x}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_read_as_uuids() {
        let id = LogId([
            0x01, 0x92, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xff,
        ]);
        assert_eq!(id.to_string(), "01920304-0506-0708-090a-0b0c0d0e0fff");
        assert_eq!(
            format!("{id:?}"),
            "LogId(01920304-0506-0708-090a-0b0c0d0e0fff)"
        );
    }

    #[test]
    fn positions_count_from_one() {
        assert_eq!(Position::ZERO.next(), Position::new(1));
        assert_eq!(Position::new(41).next().get(), 42);
    }
}

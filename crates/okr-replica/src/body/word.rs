//! Values that stand in a body as one JSON string.

use std::fmt;
use std::marker::PhantomData;

use jiff::civil::Date;
use okr_core::calendar::FiscalStart;
use okr_core::id::{
    CheckInId, CommentId, CycleId, InitiativeId, KeyResultId, MetricId, ObjectiveId, OrgId,
    PersonId, TeamId,
};
use okr_core::text::{
    BlockerText, LongText, Name, Slug, Tag, TimeZoneName, Title, Unit, WebAddress,
};
use okr_core::value::{
    Calendar, CommentKind, CycleState, EditPolicy, GoalState, InitiativeState, Number,
    ObjectiveKind, Role, Score, WeekStart, Weight, Zone,
};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// A value of the core as the JSON string that it is shown as.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word<T>(pub(super) T);

/// A value that can be read back from how it is shown.
pub(super) trait Readable: fmt::Display + Sized {
    /// Reads what `Display` gives; none when it is something else.
    fn read(text: &str) -> Option<Self>;
}

impl<T: Readable> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: Readable> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(WordVisitor(PhantomData))
    }
}

struct WordVisitor<T>(PhantomData<T>);

impl<T: Readable> Visitor<'_> for WordVisitor<T> {
    type Value = Word<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a word that was written here")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Word<T>, E> {
        T::read(text)
            .map(Word)
            .ok_or_else(|| E::custom(format_args!("\"{text}\" is not such a value")))
    }
}

macro_rules! readable {
    ($($kind:ty => $read:expr;)+) => {$(
        impl Readable for $kind {
            fn read(text: &str) -> Option<Self> {
                let read: fn(&str) -> Option<Self> = $read;
                read(text)
            }
        }
    )+};
}

readable! {
    OrgId => |text| Uuid::try_parse(text).ok().map(Self::new);
    CheckInId => |text| Uuid::try_parse(text).ok().map(Self::new);
    CommentId => |text| Uuid::try_parse(text).ok().map(Self::new);
    PersonId => |text| Uuid::try_parse(text).ok().map(Self::new);
    TeamId => |text| Uuid::try_parse(text).ok().map(Self::new);
    CycleId => |text| Uuid::try_parse(text).ok().map(Self::new);
    ObjectiveId => |text| Uuid::try_parse(text).ok().map(Self::new);
    KeyResultId => |text| Uuid::try_parse(text).ok().map(Self::new);
    InitiativeId => |text| Uuid::try_parse(text).ok().map(Self::new);
    MetricId => |text| Uuid::try_parse(text).ok().map(Self::new);
    Title => |text| Self::new(text).ok();
    Name => |text| Self::new(text).ok();
    BlockerText => |text| Self::new(text).ok();
    LongText => |text| Self::new(text).ok();
    Unit => |text| Self::new(text).ok();
    Slug => |text| Self::new(text).ok();
    Tag => |text| Self::new(text).ok();
    TimeZoneName => |text| Self::new(text).ok();
    WebAddress => |text| Self::new(text).ok();
    Role => Self::from_word;
    EditPolicy => Self::from_word;
    WeekStart => Self::from_word;
    Calendar => Self::from_word;
    FiscalStart => |text| text.parse().ok();
    CycleState => Self::from_word;
    ObjectiveKind => Self::from_word;
    CommentKind => Self::from_word;
    GoalState => Self::from_word;
    InitiativeState => Self::from_word;
    Zone => Self::from_word;
    Number => |text| text.parse().ok();
    Date => day;
}

/// Reads a day as it is written here, without a look at all the forms that a day can have.
fn day(text: &str) -> Option<Date> {
    let (year, month, day) = match text.as_bytes() {
        [year @ .., b'-', m, n, b'-', d, e] if year.len() == 4 => (year, [*m, *n], [*d, *e]),
        _ => return text.parse().ok(),
    };
    let (month, day) = (number(&month)?, number(&day)?);
    Date::new(
        number(year)?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
    )
    .ok()
}

/// Reads a few decimal digits.
fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        Some(10 * number + i16::from(digit))
    })
}

/// A score or a weight is written as its number.
macro_rules! number_word {
    ($($kind:ident;)+) => {$(
        impl Serialize for Word<$kind> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0.number())
            }
        }

        impl<'de> Deserialize<'de> for Word<$kind> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let Word(number) = Word::<Number>::deserialize(deserializer)?;
                $kind::new(number).map(Word).map_err(D::Error::custom)
            }
        }
    )+};
}

number_word! {
    Score;
    Weight;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_day_is_read_as_it_is_written(year in -9999i16..=9999, month in 1i8..=12, of in 1i8..=31) {
            if let Ok(date) = Date::new(year, month, of) {
                prop_assert_eq!(day(&date.to_string()), Some(date));
            }
        }

        #[test]
        fn what_is_no_day_is_none(text in "[0-9]{3,5}-[0-9+]{1,3}-[0-9a]{1,3}|.{0,12}") {
            prop_assert_eq!(day(&text), text.parse().ok());
        }
    }
}

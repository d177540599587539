//! The small parts that the messages of all nouns share: ids, numbers, days, edits.

use std::collections::BTreeSet;

use bytes::Bytes;
use jiff::Span;
use okr_core::Date;
use okr_core::event::Edit;
use okr_core::id::{
    ChangeId, CheckInId, CommentId, CycleId, InitiativeId, KeyResultId, MetricId, MetricValueId,
    ObjectiveId, OrgId, PersonId, TeamId,
};
use okr_core::text::Tag;
use okr_core::value::{CadenceDays, Number, Score, Weight, days_between};
use uuid::Uuid;

use crate::choice::{Choice, read_choice};
use crate::fault::{At as _, Fault, Problem};
use crate::text::{StoredText, TextReader, TextWriter};
use crate::v1;

/// A part of the domain that has a message of its own.
pub(crate) trait Part: Sized {
    /// The message.
    type Message;

    /// Writes the message, its texts in the order of the numbers of its fields.
    fn write(&self, texts: &mut TextWriter<'_>) -> Self::Message;

    /// Reads the message, its texts in the same order.
    fn read(message: &Self::Message, texts: &mut TextReader<'_>) -> Result<Self, Fault>;
}

/// Reads a message that must be given.
pub(crate) fn read_required<T: Part>(
    message: Option<&T::Message>,
    texts: &mut TextReader<'_>,
) -> Result<T, Fault> {
    T::read(message.ok_or(Problem::Missing)?, texts)
}

/// Reads a message that may be absent.
pub(crate) fn read_optional<T: Part>(
    message: Option<&T::Message>,
    texts: &mut TextReader<'_>,
) -> Result<Option<T>, Fault> {
    message.map(|message| T::read(message, texts)).transpose()
}

/// An id of 16 bytes.
pub(crate) trait Id: Copy + Ord {
    /// Returns the bytes in network order.
    fn bytes(self) -> [u8; 16];

    /// Reads the bytes in network order.
    fn from_bytes(bytes: [u8; 16]) -> Self;
}

macro_rules! ids {
    ($($name:ident)+) => {$(
        impl Id for $name {
            fn bytes(self) -> [u8; 16] {
                self.to_bytes()
            }

            fn from_bytes(bytes: [u8; 16]) -> Self {
                Self::from_bytes(bytes)
            }
        }
    )+};
}

impl Id for Uuid {
    fn bytes(self) -> [u8; 16] {
        self.into_bytes()
    }

    fn from_bytes(bytes: [u8; 16]) -> Self {
        Self::from_bytes(bytes)
    }
}

ids! {
    ChangeId CheckInId CommentId CycleId InitiativeId KeyResultId MetricId MetricValueId ObjectiveId
    OrgId PersonId TeamId
}

/// Writes an id.
pub(crate) fn write_id<T: Id>(id: T) -> Bytes {
    Bytes::copy_from_slice(&id.bytes())
}

/// Writes an id that may be absent.
pub(crate) fn write_optional_id<T: Id>(id: Option<T>) -> Bytes {
    id.map_or_else(Bytes::new, write_id)
}

/// Writes a set of ids, in ascending order.
pub(crate) fn write_ids<T: Id>(ids: &BTreeSet<T>) -> Vec<Bytes> {
    ids.iter().map(|id| write_id(*id)).collect()
}

/// Reads an id that must be given.
pub(crate) fn read_id<T: Id>(bytes: &[u8]) -> Result<T, Fault> {
    if bytes.is_empty() {
        return Err(Problem::Missing.into());
    }
    match bytes.try_into() {
        Ok(bytes) => Ok(T::from_bytes(bytes)),
        Err(_) => Err(Problem::IdLength { found: bytes.len() }.into()),
    }
}

/// Reads an id that may be absent.
pub(crate) fn read_optional_id<T: Id>(bytes: &[u8]) -> Result<Option<T>, Fault> {
    if bytes.is_empty() {
        return Ok(None);
    }
    read_id(bytes).map(Some)
}

/// Reads a set of ids in strictly ascending order.
pub(crate) fn read_ids<T: Id>(list: &[Bytes]) -> Result<BTreeSet<T>, Fault> {
    let mut ids = BTreeSet::new();
    for (index, bytes) in list.iter().enumerate() {
        let id = read_id(bytes).at_index(index)?;
        if ids.last().is_some_and(|last| *last >= id) {
            return Err(Problem::NotAscending.into());
        }
        ids.insert(id);
    }
    Ok(ids)
}

/// Writes tags, in ascending order.
pub(crate) fn write_tags(tags: &BTreeSet<Tag>, texts: &mut TextWriter<'_>) -> Vec<u32> {
    tags.iter().map(|tag| texts.write(tag)).collect()
}

/// Reads tags in strictly ascending order; erased ones may stand anywhere and read as one.
pub(crate) fn read_tags(
    indices: &[u32],
    texts: &mut TextReader<'_>,
) -> Result<BTreeSet<Tag>, Fault> {
    let mut tags = BTreeSet::new();
    let mut last = "";
    for (place, index) in indices.iter().enumerate() {
        let text = match texts.take(*index).at_index(place)? {
            StoredText::Present(text) if text <= last => return Err(Problem::NotAscending.into()),
            StoredText::Present(text) => {
                last = text;
                text
            }
            StoredText::Erased => crate::text::ERASED,
        };
        tags.insert(Tag::new(text).map_err(Fault::from).at_index(place)?);
    }
    Ok(tags)
}

impl Part for Number {
    type Message = v1::Number;

    fn write(&self, _: &mut TextWriter<'_>) -> v1::Number {
        v1::Number {
            units: self.units(),
            scale: self.scale(),
        }
    }

    fn read(message: &v1::Number, _: &mut TextReader<'_>) -> Result<Self, Fault> {
        let number = Self::new(message.units, message.scale)?;
        if (number.units(), number.scale()) != (message.units, message.scale) {
            return Err(Problem::NotLowestForm.into());
        }
        Ok(number)
    }
}

macro_rules! bounded_numbers {
    ($($name:ident)+) => {$(
        impl Part for $name {
            type Message = v1::Number;

            fn write(&self, texts: &mut TextWriter<'_>) -> v1::Number {
                self.number().write(texts)
            }

            fn read(message: &v1::Number, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
                Ok(Self::new(Number::read(message, texts)?)?)
            }
        }
    )+};
}

bounded_numbers! { Score Weight }

/// Day 0.
const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// Writes a day as the number of days since 1970-01-01.
pub(crate) fn write_day(day: Date) -> i32 {
    days_between(EPOCH, day)
}

/// Reads a day from the number of days since 1970-01-01.
pub(crate) fn read_day(number: i32) -> Result<Date, Fault> {
    Span::new()
        .try_days(number)
        .and_then(|span| EPOCH.checked_add(span))
        .map_err(|_| out_of_range(number.into()))
}

/// Narrows a whole number to the type of its field.
pub(crate) fn read_integer<T: TryFrom<i64>>(number: i64) -> Result<T, Fault> {
    T::try_from(number).map_err(|_| out_of_range(number))
}

/// Reads a day of an edit.
pub(crate) fn read_wide_day(number: i64) -> Result<Date, Fault> {
    read_day(read_integer(number)?)
}

/// Reads a choice of an edit.
pub(crate) fn read_wide_choice<T: Choice>(number: i64) -> Result<T, Fault> {
    read_choice(read_integer(number)?)
}

/// Reads a number of days between check-ins.
pub(crate) fn read_cadence(days: i64) -> Result<CadenceDays, Fault> {
    Ok(CadenceDays::new(read_integer(days)?)?)
}

/// Says that a number is outside of what its field can hold.
pub(crate) fn out_of_range(found: i64) -> Fault {
    Problem::OutOfRange { found }.into()
}

/// A message with the two sides of an edit.
pub(crate) trait EditMessage {
    /// What stands on each side.
    type Side;

    /// Makes the message.
    fn new(from: Self::Side, to: Self::Side) -> Self;

    /// Returns what the author saw and what it became.
    fn sides(&self) -> (&Self::Side, &Self::Side);
}

macro_rules! edit_messages {
    ($($name:ident($side:ty);)+) => {$(
        impl EditMessage for v1::$name {
            type Side = $side;

            fn new(from: $side, to: $side) -> Self {
                Self { from, to }
            }

            fn sides(&self) -> (&$side, &$side) {
                (&self.from, &self.to)
            }
        }
    )+};
}

edit_messages! {
    TextEdit(u32);
    IdEdit(Bytes);
    IdSetEdit(Vec<Bytes>);
    IntegerEdit(i64);
    OptionalIntegerEdit(Option<i64>);
    BoolEdit(bool);
    NumberEdit(Option<v1::Number>);
    TimeZoneEdit(String);
    PeriodEdit(Option<v1::Period>);
    SupportEdit(Option<v1::Support>);
    MeasureEdit(Option<v1::Measure>);
    ValueEdit(Option<v1::Value>);
    BlockerEdit(Option<v1::BlockerReport>);
    BandEdit(Option<v1::Band>);
}

/// Writes both sides of an edit.
pub(crate) fn write_edit<T, M: EditMessage>(
    edit: &Edit<T>,
    mut write: impl FnMut(&T) -> M::Side,
) -> M {
    let from = write(&edit.from);
    let to = write(&edit.to);
    M::new(from, to)
}

/// Reads both sides of an edit.
pub(crate) fn read_edit<T, M: EditMessage>(
    message: &M,
    mut read: impl FnMut(&M::Side) -> Result<T, Fault>,
) -> Result<Edit<T>, Fault> {
    let (from, to) = message.sides();
    Ok(Edit {
        from: read(from).at("from")?,
        to: read(to).at("to")?,
    })
}

/// Reads the edit of a grade.
pub(crate) fn read_grade(
    message: &v1::NumberEdit,
    texts: &mut TextReader<'_>,
) -> Result<Edit<Option<Score>>, Fault> {
    read_edit(message, |score| read_optional(score.as_ref(), texts))
}

//! The texts beside a change: numbered from 1 in the order in which the change refers to them.
//!
//! They stand apart so that each can be erased by law without breaking a proof.

use okr_core::text::{BlockerText, LongText, Name, Slug, Tag, Title, Unit, WebAddress};
use okr_core::value::ValueError;
use okr_log::SALT_BYTES;

use crate::fault::{Fault, Problem};

/// What an erased text reads as; a valid text of every type.
pub const ERASED: &str = "erased";

/// A text of a change, with the salt that hides it behind its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaltedText {
    /// Random bytes that keep a short text from being guessed by its hash.
    pub salt: [u8; SALT_BYTES],
    /// The text.
    pub text: String,
}

/// A text of a stored change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredText<'a> {
    /// As it was written.
    Present(&'a str),
    /// Erased by law; reads as [`ERASED`].
    Erased,
}

/// A kind of text that the core checks.
pub(crate) trait Text: AsRef<str> + Sized {
    /// Checks a text.
    fn parse(text: &str) -> Result<Self, ValueError>;
}

macro_rules! texts {
    ($($name:ident)+) => {$(
        impl Text for $name {
            fn parse(text: &str) -> Result<Self, ValueError> {
                Self::new(text)
            }
        }
    )+};
}

texts! { BlockerText LongText Name Slug Tag Title Unit WebAddress }

/// Collects the texts of a change that is being written.
pub(crate) struct TextWriter<'a> {
    texts: Vec<SaltedText>,
    salt: &'a mut dyn FnMut() -> [u8; SALT_BYTES],
}

impl<'a> TextWriter<'a> {
    pub(crate) fn new(salt: &'a mut dyn FnMut() -> [u8; SALT_BYTES]) -> Self {
        Self {
            texts: Vec::new(),
            salt,
        }
    }

    /// Adds a text and returns its number.
    pub(crate) fn write<T: Text>(&mut self, text: &T) -> u32 {
        self.texts.push(SaltedText {
            salt: (self.salt)(),
            text: text.as_ref().to_owned(),
        });
        u32::try_from(self.texts.len()).expect("a change in memory has fewer than 2^32 texts")
    }

    /// Adds a text, if there is one, and returns its number or 0.
    pub(crate) fn write_optional<T: Text>(&mut self, text: Option<&T>) -> u32 {
        text.map_or(0, |text| self.write(text))
    }

    pub(crate) fn finish(self) -> Vec<SaltedText> {
        self.texts
    }
}

/// Hands out the texts of a change that is being read, each once and in order.
pub(crate) struct TextReader<'a> {
    texts: &'a [StoredText<'a>],
    /// How many have been handed out.
    used: usize,
}

impl<'a> TextReader<'a> {
    pub(crate) const fn new(texts: &'a [StoredText<'a>]) -> Self {
        Self { texts, used: 0 }
    }

    /// Reads the text with this number.
    pub(crate) fn read<T: Text>(&mut self, index: u32) -> Result<T, Fault> {
        match self.take(index)? {
            StoredText::Present(text) => Ok(T::parse(text)?),
            StoredText::Erased => Ok(T::parse(ERASED)?),
        }
    }

    /// Reads the text with this number; 0 is none.
    pub(crate) fn read_optional<T: Text>(&mut self, index: u32) -> Result<Option<T>, Fault> {
        if index == 0 {
            return Ok(None);
        }
        self.read(index).map(Some)
    }

    /// Returns the text with this number, unchecked.
    pub(crate) fn take(&mut self, index: u32) -> Result<StoredText<'a>, Fault> {
        let place = usize::try_from(index).unwrap_or(usize::MAX);
        let next = self.used + 1;
        if place == next
            && let Some(text) = self.texts.get(self.used)
        {
            self.used = next;
            return Ok(*text);
        }
        Err(self.problem(index, place).into())
    }

    /// Returns the place, from 0, of the first text that nothing referred to.
    pub(crate) const fn first_unused(&self) -> Option<usize> {
        if self.used < self.texts.len() {
            Some(self.used)
        } else {
            None
        }
    }

    #[cold]
    fn problem(&self, index: u32, place: usize) -> Problem {
        let count = self.texts.len();
        if place == 0 {
            Problem::Missing
        } else if place > count {
            Problem::NoSuchText { index, count }
        } else if place <= self.used {
            Problem::TextUsedTwice { index }
        } else {
            let expected = u32::try_from(self.used + 1).unwrap_or(u32::MAX);
            Problem::TextOrder { index, expected }
        }
    }
}

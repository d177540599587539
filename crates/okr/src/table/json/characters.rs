//! The characters of a file, one by one, each with its line and column.

use std::io::{BufRead, Read as _};

use crate::table::{ReadFault, Wrong};

/// Reads characters, of which the next one may be looked at.
pub(super) struct Characters<R> {
    input: R,
    next: Option<char>,
    /// Of the next character, from 1.
    line: usize,
    column: usize,
    is_begun: bool,
}

impl<R: BufRead> Characters<R> {
    pub(super) const fn new(input: R) -> Self {
        Self {
            input,
            next: None,
            line: 1,
            column: 1,
            is_begun: false,
        }
    }

    /// Returns line and column of the next character.
    pub(super) const fn place(&self) -> (usize, usize) {
        (self.line, self.column)
    }

    /// Returns the next character without going over it; none at the end.
    ///
    /// # Errors
    /// When the file cannot be read, or is no text.
    pub(super) fn peek(&mut self) -> Result<Option<char>, ReadFault> {
        if self.next.is_none() {
            if !self.is_begun {
                self.is_begun = true;
                self.begin()?;
            }
            self.next = self.decode()?;
        }
        Ok(self.next)
    }

    /// Goes over the next character.
    ///
    /// # Errors
    /// As [`Characters::peek`].
    pub(super) fn take(&mut self) -> Result<Option<char>, ReadFault> {
        let taken = self.peek()?;
        match taken {
            Some('\n') => (self.line, self.column) = (self.line + 1, 1),
            Some(_) => self.column += 1,
            None => {}
        }
        self.next = None;
        Ok(taken)
    }

    /// Goes over what may stand between two values, and returns what follows.
    ///
    /// # Errors
    /// As [`Characters::peek`].
    pub(super) fn after_blanks(&mut self) -> Result<Option<char>, ReadFault> {
        while let Some(' ' | '\t' | '\r' | '\n') = self.peek()? {
            self.take()?;
        }
        self.peek()
    }

    /// Goes over a byte-order mark.
    fn begin(&mut self) -> Result<(), ReadFault> {
        let bytes = self.input.fill_buf().map_err(ReadFault::Io)?;
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            let wrong = Wrong::new((1, 1), "the file is UTF-16");
            return Err(wrong.with_help("save it as UTF-8").into());
        }
        if bytes.starts_with(b"\xef\xbb\xbf") {
            self.input.consume(3);
        }
        Ok(())
    }

    fn decode(&mut self) -> Result<Option<char>, ReadFault> {
        let bytes = self.input.fill_buf().map_err(ReadFault::Io)?;
        let Some(first) = bytes.first().copied() else {
            return Ok(None);
        };
        if first.is_ascii() {
            self.input.consume(1);
            return Ok(Some(char::from(first)));
        }
        let length = match first {
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        let mut read = Vec::with_capacity(length);
        let mut limited = (&mut self.input).take(length as u64);
        limited.read_to_end(&mut read).map_err(ReadFault::Io)?;
        let text = std::str::from_utf8(&read).ok();
        let decoded = text.and_then(|text| text.chars().next());
        decoded.map(Some).ok_or_else(|| {
            let wrong = Wrong::new(self.place(), "the file is not UTF-8");
            wrong.with_help("save it as UTF-8").into()
        })
    }
}

//! One value of JSON (RFC 8259), taken from a file as text.
//!
//! Numbers stay as they are written, because they are exact here.

use std::io::BufRead;

use super::characters::Characters;
use crate::table::reader::CELL_BYTES_MAX;
use crate::table::{ReadFault, Wrong};

/// How deep values may stand in each other where nobody looks at them.
const DEPTH_MAX: usize = 64;
/// The greatest length of a number, or of a word without quotes: more than any that has a meaning.
const NUMBER_BYTES_MAX: usize = 64;

/// What a value is that is neither an array nor an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Single {
    /// A text, or the digits of a number.
    Text(String),
    YesNo(bool),
    Null,
}

impl<R: BufRead> Characters<R> {
    /// Reads a value that is neither an array nor an object.
    ///
    /// # Errors
    /// What is none.
    pub(super) fn single(&mut self) -> Result<Single, ReadFault> {
        match self.after_blanks()? {
            Some('"') => self.string().map(Single::Text),
            Some('-' | '0'..='9') => self.number().map(Single::Text),
            Some('a'..='z' | 'A'..='Z') => self.word(),
            _ => Err(self.instead_of("a value")?),
        }
    }

    /// Goes over a value of any kind.
    ///
    /// # Errors
    /// What is no JSON.
    pub(super) fn skip(&mut self) -> Result<(), ReadFault> {
        // What closes each array and object that is open, the innermost last.
        let mut open: Vec<char> = Vec::new();
        loop {
            match self.after_blanks()? {
                Some(begin @ ('[' | '{')) => {
                    if open.len() == DEPTH_MAX {
                        let message = format!("more than {DEPTH_MAX} values stand in each other");
                        return Err(Wrong::new(self.place(), message).into());
                    }
                    self.take()?;
                    let end = if begin == '[' { ']' } else { '}' };
                    open.push(end);
                    if self.goes_on(end, true)? {
                        self.skip_name(end)?;
                        continue;
                    }
                    open.pop();
                }
                _ => {
                    self.single()?;
                }
            }
            loop {
                let Some(end) = open.last().copied() else {
                    return Ok(());
                };
                if self.goes_on(end, false)? {
                    self.skip_name(end)?;
                    break;
                }
                open.pop();
            }
        }
    }

    fn skip_name(&mut self, end: char) -> Result<(), ReadFault> {
        if end == '}' {
            self.name()?;
        }
        Ok(())
    }

    /// Reads the name of a member, and the colon after it.
    ///
    /// # Errors
    /// What is none.
    pub(super) fn name(&mut self) -> Result<String, ReadFault> {
        if self.after_blanks()? != Some('"') {
            return Err(self.instead_of("a name in double quotes")?);
        }
        let name = self.string()?;
        if self.after_blanks()? != Some(':') {
            return Err(self.instead_of("a colon")?);
        }
        self.take()?;
        Ok(name)
    }

    /// Goes over what stands before the next part of an array or object, or over its end; says
    /// whether there is a next part.
    ///
    /// # Errors
    /// What is neither.
    pub(super) fn goes_on(&mut self, end: char, is_first: bool) -> Result<bool, ReadFault> {
        let next = self.after_blanks()?;
        if next == Some(end) {
            self.take()?;
            return Ok(false);
        }
        if is_first {
            return Ok(true);
        }
        if next != Some(',') {
            return Err(self.instead_of(&format!("a comma or \"{end}\""))?);
        }
        let place = self.place();
        self.take()?;
        if self.after_blanks()? == Some(end) {
            let message = "nothing follows this comma";
            return Err(Wrong::new(place, message)
                .with_help("JSON has commas between values only")
                .into());
        }
        Ok(true)
    }

    fn string(&mut self) -> Result<String, ReadFault> {
        let begin = self.place();
        self.take()?;
        let mut text = String::new();
        loop {
            let place = self.place();
            match self.take()? {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escaped(place)?),
                Some(control) if control < ' ' => {
                    let wrong = if control == '\n' {
                        Wrong::new(begin, "this text is not closed on its line")
                            .with_help("a line break within a text is written \\n")
                    } else {
                        let code = u32::from(control);
                        Wrong::new(place, "a control character stands in a text")
                            .with_help(format!("it is written \\u{code:04x}"))
                    };
                    return Err(wrong.into());
                }
                Some(character) => text.push(character),
                None => return Err(Wrong::new(begin, "this text is never closed").into()),
            }
            if text.len() > CELL_BYTES_MAX {
                let wrong = Wrong::new(begin, "a text has more than 64 KiB");
                return Err(wrong.with_help("is its closing quote missing?").into());
            }
        }
    }

    /// Reads what follows a backslash, which stands at a place.
    fn escaped(&mut self, place: (usize, usize)) -> Result<char, ReadFault> {
        let simple = match self.take()? {
            Some(same @ ('"' | '\\' | '/')) => Some(same),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('u') => return self.unicode(place),
            _ => None,
        };
        simple.ok_or_else(|| {
            Wrong::new(place, "a backslash means nothing before that")
                .with_help("a backslash itself is written \\\\")
                .into()
        })
    }

    /// Reads the digits after `\u`, and the second half of what takes two of them.
    fn unicode(&mut self, place: (usize, usize)) -> Result<char, ReadFault> {
        let wrong = || -> ReadFault {
            Wrong::new(place, "this stands for no character")
                .with_help("\\u is followed by four hexadecimal digits")
                .into()
        };
        let first = self.hexadecimal()?.ok_or_else(wrong)?;
        if !(0xd800..0xe000).contains(&first) {
            return char::from_u32(first).ok_or_else(wrong);
        }
        let is_pair = first < 0xdc00 && self.take()? == Some('\\') && self.take()? == Some('u');
        let second = if is_pair { self.hexadecimal()? } else { None };
        let second = second.filter(|second| (0xdc00..0xe000).contains(second));
        let second = second.ok_or_else(wrong)?;
        let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        char::from_u32(code).ok_or_else(wrong)
    }

    fn hexadecimal(&mut self) -> Result<Option<u32>, ReadFault> {
        let mut code = 0;
        for _ in 0..4 {
            match self.take()?.and_then(|digit| digit.to_digit(16)) {
                Some(digit) => code = code * 16 + digit,
                None => return Ok(None),
            }
        }
        Ok(Some(code))
    }

    fn number(&mut self) -> Result<String, ReadFault> {
        let place = self.place();
        let mut text = String::new();
        while let Some(part @ ('-' | '+' | '.' | 'e' | 'E' | '0'..='9')) = self.peek()? {
            self.take()?;
            text.push(part);
            if text.len() > NUMBER_BYTES_MAX {
                return Err(Wrong::new(place, "this number is too long").into());
            }
        }
        if is_number(&text) {
            return Ok(text);
        }
        let wrong = Wrong::new(place, format!("\"{text}\" is no number in JSON"));
        Err(wrong.with_help("other forms stand in double quotes").into())
    }

    fn word(&mut self) -> Result<Single, ReadFault> {
        let place = self.place();
        let mut text = String::new();
        while let Some(letter) = self.peek()?.filter(char::is_ascii_alphanumeric) {
            self.take()?;
            text.push(letter);
            if text.len() > NUMBER_BYTES_MAX {
                break;
            }
        }
        match text.as_str() {
            "true" => Ok(Single::YesNo(true)),
            "false" => Ok(Single::YesNo(false)),
            "null" => Ok(Single::Null),
            _ => {
                let wrong = Wrong::new(place, format!("\"{text}\" is no value in JSON"));
                Err(wrong.with_help("a text stands in double quotes").into())
            }
        }
    }

    /// Says what stands at the next place and what should.
    pub(super) fn instead_of(&mut self, wanted: &str) -> Result<ReadFault, ReadFault> {
        let place = self.place();
        let found = match self.peek()? {
            None => "the end of the file".to_owned(),
            Some('{') => "an object".to_owned(),
            Some('[') => "a list".to_owned(),
            Some('\n') => "the end of the line".to_owned(),
            Some(other) => format!("\"{other}\""),
        };
        let wrong = Wrong::new(place, format!("{found} stands where {wanted} is wanted"));
        Ok(wrong.into())
    }
}

/// Says whether a text is a number as JSON writes it.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

//! Values of check-ins and targets as people type them.
//!
//! The text is read without knowing the measure; whether the value fits is asked afterwards. Only
//! what has one meaning is read: no units but those of time, no decimal commas, no exponents.

mod time;

use okr_core::value::{Number, ValueError, Zone};
use thiserror::Error;

use crate::error::CliError;
pub use time::TimeUnit;

/// A number, and what was written after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    /// The number as written: 45 for `45%`.
    pub number: Number,
    /// Whether a percent sign followed; it fits measures whose unit is `%` only.
    pub percent: bool,
    /// The unit of time that followed; it fits measures in a unit of time only.
    pub time: Option<TimeUnit>,
}

/// What a value text says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValueText {
    /// The value is this: `42`, `4.5`, `45%`, `1.2k`, `30min`, `=-3`.
    Absolute(Amount),
    /// The value moved by this: `+5`, `-3`.
    Relative(Amount),
    /// So many of so many: `3/5`.
    Of {
        /// How many.
        done: Number,
        /// Of how many.
        all: Number,
    },
    /// It is done, or all of it is.
    Done,
    /// The level reached: `commit`, `target`, `stretch`, `fail`.
    Zone(Zone),
    /// Exactly these milestones are done: `1,3`, or `none`.
    Keys(Vec<u32>),
}

impl ValueText {
    /// Names the kind of value for messages: `a number`.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Absolute(_) => "a number",
            Self::Relative(_) => "a step up or down",
            Self::Of { .. } => "a count",
            Self::Done => "\"done\"",
            Self::Zone(_) => "a level",
            Self::Keys(_) => "a list of milestones",
        }
    }
}

/// Says why a text is no value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValueTextError {
    /// Nothing was given.
    #[error("a value is missing")]
    Empty,
    /// It is none of the forms.
    #[error("\"{text}\" is not a value")]
    Unknown {
        /// What was given.
        text: String,
    },
    /// A letter after the number has several meanings.
    #[error("\"{letter}\" in \"{text}\" can mean {meanings}")]
    Letter {
        /// What was given.
        text: String,
        /// The letter.
        letter: char,
        /// What it can mean.
        meanings: &'static str,
    },
    /// A unit follows the number.
    #[error("\"{text}\" has a unit, which is known without it")]
    Unit {
        /// What was given.
        text: String,
        /// The number without the unit.
        number: String,
    },
    /// A comma can be a decimal comma or a separator of thousands.
    #[error("the comma in \"{text}\" can mean a decimal point or thousands")]
    Comma {
        /// What was given.
        text: String,
    },
    /// The number is too large or too fine.
    #[error("\"{text}\" is too large or has too many digits after the point")]
    Range {
        /// What was given.
        text: String,
        /// The limit.
        #[source]
        source: ValueError,
    },
}

impl ValueTextError {
    /// Says what to write instead.
    pub fn hint(&self) -> String {
        match self {
            Self::Empty | Self::Unknown { .. } => {
                "values are 42, 4.5, 1_000, 1.2k, 3M, 45%, 30min, +5, -3, =-3 (exactly -3), 3/5, \
                 done, commit, target, stretch, fail, or milestones such as 1,3 (okr help values)"
                    .to_owned()
            }
            Self::Letter { letter: 'm', .. } => {
                "write min for minutes, the whole number, or k for thousand and M for million"
                    .to_owned()
            }
            Self::Letter { .. } => {
                "write the whole number, or k for thousand and M for million".to_owned()
            }
            Self::Unit { number, .. } => {
                format!("write {number} if that is the unit it is measured in, else convert it")
            }
            Self::Comma { .. } => {
                "write 1.5 for one and a half and 1_000 for a thousand".to_owned()
            }
            Self::Range { .. } => {
                "numbers are below 9.2e18 with at most 9 digits after the point".to_owned()
            }
        }
    }
}

impl From<ValueTextError> for CliError {
    fn from(error: ValueTextError) -> Self {
        Self::usage("unreadable-value", error.to_string()).with_hint(error.hint())
    }
}

/// Reads the value of a check-in, where a sign means a step: `42 +5 -3 45% 1.2k 30min 3/5 done target
/// 1,3`.
///
/// # Errors
/// [`ValueTextError`] for what has no meaning or several.
pub fn parse_value(text: &str) -> Result<ValueText, ValueTextError> {
    let text = text.trim();
    if let Some(word) = parse_word(text) {
        return Ok(word);
    }
    if text.contains(',') {
        return parse_keys(text).ok_or_else(|| ValueTextError::Comma {
            text: text.to_owned(),
        });
    }
    if let Some((done, all)) = text.split_once('/')
        && let (Some(done), Some(all)) = (parse_count(done), parse_count(all))
    {
        return Ok(ValueText::Of { done, all });
    }
    if let Some(exact) = text.strip_prefix('=') {
        return read_amount(exact).map(ValueText::Absolute);
    }
    let amount = read_amount(text)?;
    Ok(if text.starts_with(['+', '-']) {
        ValueText::Relative(amount)
    } else {
        ValueText::Absolute(amount)
    })
}

/// Reads a baseline, target or bound, where a sign is part of the number: `42 -3 45% 1.2k 1_000`.
///
/// # Errors
/// [`ValueTextError`] for what has no meaning or several.
pub fn parse_amount(text: &str) -> Result<Amount, ValueTextError> {
    let amount = read_amount(text)?;
    match amount.time {
        Some(unit) => Err(bad_suffix(text.trim(), unit.word())),
        None => Ok(amount),
    }
}

/// Reads a number, and what follows it.
fn read_amount(text: &str) -> Result<Amount, ValueTextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ValueTextError::Empty);
    }
    if text.contains(',') {
        return Err(ValueTextError::Comma {
            text: text.to_owned(),
        });
    }
    let unknown = || ValueTextError::Unknown {
        text: text.to_owned(),
    };
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned
        .find(|character: char| !matches!(character, '0'..='9' | '.' | '_'))
        .unwrap_or(unsigned.len());
    let (digits, suffix) = unsigned.split_at(end);
    let (whole, fraction) = split_digits(digits).ok_or_else(unknown)?;
    let suffix = suffix.trim_start();
    let time = TimeUnit::from_word(suffix);
    let (shift, percent) = match suffix {
        "" => (0, false),
        "%" => (0, true),
        "k" | "K" => (3, false),
        "M" => (6, false),
        _ if time.is_some() => (0, false),
        other => return Err(bad_suffix(text, other)),
    };
    let sign = if text.starts_with('-') { "-" } else { "" };
    let number = format!("{sign}{}", shifted(&whole, &fraction, shift))
        .parse()
        .map_err(|source| ValueTextError::Range {
            text: text.to_owned(),
            source,
        })?;
    Ok(Amount {
        number,
        percent,
        time,
    })
}

/// Reads one side of a count: a plain number without a sign.
fn parse_count(text: &str) -> Option<Number> {
    let (whole, fraction) = split_digits(text.trim())?;
    shifted(&whole, &fraction, 0).parse().ok()
}

fn parse_word(text: &str) -> Option<ValueText> {
    let word = text.to_ascii_lowercase();
    match word.as_str() {
        "done" => Some(ValueText::Done),
        "none" => Some(ValueText::Keys(Vec::new())),
        _ => Zone::from_word(&word).map(ValueText::Zone),
    }
}

/// Reads two or more different whole numbers from 1, without leading zeros.
fn parse_keys(text: &str) -> Option<ValueText> {
    let mut keys = Vec::new();
    for part in text.split(',') {
        let part = part.trim();
        let key: u32 = part.parse().ok()?;
        if !part.starts_with(|first: char| matches!(first, '1'..='9')) || keys.contains(&key) {
            return None;
        }
        keys.push(key);
    }
    Some(ValueText::Keys(keys))
}

/// Splits `1_000.25` into `1000` and `25`; none unless every `_` and the point stand between digits.
fn split_digits(digits: &str) -> Option<(String, String)> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let clean = |part: &str| {
        let groups = part.split('_');
        let is_clean = groups
            .clone()
            .all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
        is_clean.then(|| groups.collect::<String>())
    };
    let whole = if whole.is_empty() && digits.starts_with('.') {
        "0"
    } else {
        whole
    };
    Some((clean(whole)?, clean(fraction)?))
}

/// Moves the decimal point to the right in the text, which is exact whatever the size.
fn shifted(whole: &str, fraction: &str, shift: usize) -> String {
    let padded = format!("{fraction:0<shift$}");
    let (moved, rest) = padded.split_at(shift);
    let (whole, rest) = (format!("{whole}{moved}"), rest.trim_end_matches('0'));
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    if rest.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{rest}")
    }
}

fn bad_suffix(text: &str, suffix: &str) -> ValueTextError {
    let text = text.to_owned();
    let mut letters = suffix.chars();
    let meanings = match (letters.next(), letters.next()) {
        (Some('m'), None) => Some("minutes, metres or million"),
        (Some('b' | 'B'), None) => Some("bytes or billion"),
        (Some('g' | 'G'), None) => Some("grams or giga"),
        (Some('t' | 'T'), None) => Some("tons, tera or trillion"),
        _ => None,
    };
    if let (Some(letter), Some(meanings)) = (suffix.chars().next(), meanings) {
        return ValueTextError::Letter {
            text,
            letter,
            meanings,
        };
    }
    let is_word = suffix
        .chars()
        .all(|character| character.is_alphabetic() || character == '/');
    let is_unit = (is_word && suffix.contains(char::is_alphabetic))
        || suffix
            .chars()
            .all(|character| matches!(character, '€' | '$' | '£' | '°' | '‰'));
    let is_exponent = suffix.len() == 1 && suffix.eq_ignore_ascii_case("e");
    if is_unit && !is_exponent {
        let number = text[..text.len() - suffix.len()].trim_end().to_owned();
        return ValueTextError::Unit { text, number };
    }
    ValueTextError::Unknown { text }
}

#[cfg(test)]
mod tests;

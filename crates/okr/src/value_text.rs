//! Values of check-ins and targets as people type them.
//!
//! The text is read without knowing the measure; whether the value fits is asked afterwards. Only
//! what has one meaning is read: no units, no decimal commas, no exponents.

use okr_core::value::{Number, ValueError, Zone};
use thiserror::Error;

use crate::error::CliError;

/// A number, and whether it was written with a percent sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Amount {
    /// The number as written: 45 for `45%`.
    pub number: Number,
    /// Whether a percent sign followed; it fits measures whose unit is `%` only.
    pub percent: bool,
}

/// What a value text says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValueText {
    /// The value is this: `42`, `4.5`, `45%`, `1.2k`, `=-3`.
    Absolute(Amount),
    /// The value moved by this: `+5`, `-3`.
    Relative(Amount),
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
    #[error("\"{text}\" has a unit, and the key result has its own")]
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
                "values are 42, 4.5, 1_000, 1.2k, 3M, 45%, +5, -3, =-3 (exactly -3), done, commit, \
                 target, stretch, fail, or milestones such as 1,3"
                    .to_owned()
            }
            Self::Letter { .. } => {
                "write the whole number, or k for thousand and M for million".to_owned()
            }
            Self::Unit { number, .. } => format!("write {number}"),
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

/// Reads the value of a check-in, where a sign means a step: `42 +5 -3 45% 1.2k done target 1,3`.
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
    if let Some(exact) = text.strip_prefix('=') {
        return parse_amount(exact).map(ValueText::Absolute);
    }
    let amount = parse_amount(text)?;
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
    let (shift, percent) = match suffix.trim_start() {
        "" => (0, false),
        "%" => (0, true),
        "k" | "K" => (3, false),
        "M" => (6, false),
        other => return Err(bad_suffix(text, other)),
    };
    let sign = if text.starts_with('-') { "-" } else { "" };
    let number = format!("{sign}{}", shifted(&whole, &fraction, shift))
        .parse()
        .map_err(|source| ValueTextError::Range {
            text: text.to_owned(),
            source,
        })?;
    Ok(Amount { number, percent })
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
    let is_unit = suffix
        .chars()
        .all(|character| character.is_alphabetic() || character == '/')
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    fn absolute(text: &str) -> ValueText {
        ValueText::Absolute(Amount {
            number: number(text),
            percent: false,
        })
    }

    fn relative(text: &str) -> ValueText {
        ValueText::Relative(Amount {
            number: number(text),
            percent: false,
        })
    }

    #[test]
    fn numbers_are_exact_and_a_sign_means_a_step() {
        for (text, expected) in [
            ("42", absolute("42")),
            ("4.50", absolute("4.5")),
            (".5", absolute("0.5")),
            ("007", absolute("7")),
            ("1_000", absolute("1000")),
            ("1.2k", absolute("1200")),
            ("0.0005k", absolute("0.5")),
            ("1.2345678M", absolute("1234567.8")),
            ("0.0000000001M", absolute("0.0001")),
            ("+5", relative("5")),
            ("-3", relative("-3")),
            ("-1.5k", relative("-1500")),
            ("=-3", absolute("-3")),
            (" =7 ", absolute("7")),
        ] {
            assert_eq!(parse_value(text), Ok(expected), "{text}");
        }
        assert_eq!(parse_amount("-3").unwrap().number, number("-3"));
    }

    #[test]
    fn percent_is_kept_apart_from_the_number() {
        let amount = Amount {
            number: number("45"),
            percent: true,
        };
        assert_eq!(parse_value("45%"), Ok(ValueText::Absolute(amount)));
        assert_eq!(parse_value("45 %"), Ok(ValueText::Absolute(amount)));
        assert_eq!(parse_value("+45%"), Ok(ValueText::Relative(amount)));
    }

    #[test]
    fn words_and_milestones() {
        assert_eq!(parse_value("Done"), Ok(ValueText::Done));
        assert_eq!(parse_value("stretch"), Ok(ValueText::Zone(Zone::Stretch)));
        assert_eq!(parse_value("1,3"), Ok(ValueText::Keys(vec![1, 3])));
        assert_eq!(parse_value("3, 1, 12"), Ok(ValueText::Keys(vec![3, 1, 12])));
        assert_eq!(parse_value("none"), Ok(ValueText::Keys(vec![])));
    }

    #[test]
    fn what_has_several_meanings_is_refused_with_the_way_out() {
        let message = |text: &str| {
            let error = parse_value(text).unwrap_err();
            format!("{error}; {}", error.hint())
        };
        insta::assert_snapshot!(message("3m"), @r#""m" in "3m" can mean minutes, metres or million; write the whole number, or k for thousand and M for million"#);
        insta::assert_snapshot!(message("0,5"), @r#"the comma in "0,5" can mean a decimal point or thousands; write 1.5 for one and a half and 1_000 for a thousand"#);
        insta::assert_snapshot!(message("312 ms"), @r#""312 ms" has a unit, and the key result has its own; write 312"#);
        insta::assert_snapshot!(message("+30min"), @r#""+30min" has a unit, and the key result has its own; write +30"#);
        for text in ["1,000", "1,1", "1.000,50", "1,", ",", "1,05"] {
            assert!(
                matches!(parse_value(text), Err(ValueTextError::Comma { .. })),
                "{text}"
            );
        }
        assert!(matches!(
            parse_amount("1,3"),
            Err(ValueTextError::Comma { .. })
        ));
    }

    #[test]
    fn garbage_is_refused() {
        for text in [
            "x", "1e5", "5.", "1__0", "_1", "1_", "1.2.3", "--5", "+-5", "+", "-", "=", "==5", "%",
            "k", "5k%", "1 000", "½", "0x10", "5e", "NaN", "∞", "1k5",
        ] {
            let result = parse_value(text);
            assert!(
                matches!(
                    result,
                    Err(ValueTextError::Unknown { .. } | ValueTextError::Empty)
                ),
                "{text}: {result:?}"
            );
        }
        assert_eq!(parse_value("  "), Err(ValueTextError::Empty));
        for text in [
            "9300000000000M",
            "0.0000000001",
            "99999999999999999999999999999999999999",
        ] {
            assert!(
                matches!(parse_value(text), Err(ValueTextError::Range { .. })),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_number_reads_back(units in any::<i64>(), scale in 0u32..=9) {
            let number = Number::new(units, scale).unwrap();
            prop_assert_eq!(parse_amount(&number.to_string()).map(|amount| amount.number), Ok(number));
        }

        #[test]
        fn a_multiplier_is_exact(units in -1_000_000_000i64..1_000_000_000, scale in 0u32..=9) {
            let text = Number::new(units, scale).unwrap().to_string();
            let thousands = parse_amount(&format!("{text}k")).unwrap().number;
            prop_assert_eq!(thousands, Number::new(units * 1000, scale).unwrap());
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            prop_assert!(parse_value(&text).is_ok() || !parse_value(&text).unwrap_err().hint().is_empty());
        }
    }
}

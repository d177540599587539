//! Numbers in the cells of tables, where a comma can be a decimal comma.

use okr_core::value::Number;

/// What a comma in a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Commas {
    /// What only one reading is possible for; a number with two readings is a mistake.
    Unsaid,
    /// A decimal comma; points separate thousands.
    Decimal,
}

/// Why a text is no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoNumber {
    pub(crate) message: String,
    pub(crate) help: String,
}

fn none(message: String, help: impl Into<String>) -> NoNumber {
    NoNumber {
        message,
        help: help.into(),
    }
}

/// Reads a number; a percent sign after it is told.
///
/// # Errors
/// What has no meaning, or two.
pub(crate) fn number(text: &str, commas: Commas) -> Result<(Number, bool), NoNumber> {
    let trimmed = text.trim();
    if trimmed.starts_with('=') {
        let message = format!("\"{trimmed}\" is a formula, not a number");
        return Err(none(message, "save the table with values"));
    }
    let (digits, percent) = match trimmed.strip_suffix('%') {
        Some(digits) => (digits.trim_end(), true),
        None => (trimmed, false),
    };
    // A minus as typographers write it, and the blanks that separate thousands.
    let plain: String = digits
        .chars()
        .map(|character| {
            if character == '\u{2212}' {
                '-'
            } else {
                character
            }
        })
        .collect();
    let (sign, unsigned) = match plain.strip_prefix(['-', '+']) {
        Some(rest) => (if plain.starts_with('-') { "-" } else { "" }, rest),
        None => ("", plain.as_str()),
    };
    let form = without_thousands(unsigned, commas).ok_or_else(|| {
        none(
            format!("\"{trimmed}\" is not a number"),
            "write digits, with a point: 1250.5",
        )
    })?;
    match form {
        Form::One(text) => {
            let number = format!("{sign}{text}").parse::<Number>();
            let number = number.map_err(|error| {
                none(
                    error.to_string(),
                    "numbers have at most 9 digits after the point",
                )
            })?;
            Ok((number, percent))
        }
        Form::Two { decimal, whole } => Err(none(
            format!("\"{trimmed}\" can be read as {sign}{decimal} or {sign}{whole}"),
            "write it without the comma, or add --decimal-comma",
        )),
    }
}

enum Form {
    One(String),
    /// A comma before three digits.
    Two {
        decimal: String,
        whole: String,
    },
}

/// Writes a number without signs for thousands, with a decimal point; none for what is no number.
fn without_thousands(text: &str, commas: Commas) -> Option<Form> {
    let is_blank =
        |character: char| matches!(character, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '\u{2019}');
    let points = text.matches('.').count();
    let signs = text.matches(',').count();
    let (thousands, decimal) = match (signs, points, commas) {
        (0, 0 | 1, Commas::Unsaid) => (',', '.'),
        (0, _, Commas::Unsaid) | (0 | 1, _, Commas::Decimal) => ('.', ','),
        (1, 0, Commas::Unsaid) => {
            let (before, after) = text.split_once(',')?;
            let is_group = after.len() == 3 && (1..=3).contains(&before.len()) && before != "0";
            if is_group && digits(before) && digits(after) {
                return Some(Form::Two {
                    decimal: format!("{before}.{after}"),
                    whole: format!("{before}{after}"),
                });
            }
            ('.', ',')
        }
        // Of both signs the last one is that of the decimals.
        (1, _, Commas::Unsaid) if text.rfind(',') > text.rfind('.') => ('.', ','),
        (_, _, _) => (',', '.'),
    };
    let (whole, fraction) = match text.split_once(decimal) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    if fraction.is_some_and(|fraction| !digits(fraction)) {
        return None;
    }
    let groups: Vec<&str> = whole
        .split(|character| character == thousands || is_blank(character))
        .collect();
    let (first, rest) = groups.split_first()?;
    let fits = digits(first)
        && (rest.is_empty() || first.len() <= 3)
        && rest.iter().all(|group| group.len() == 3 && digits(group));
    let mut written = groups.concat();
    if let Some(fraction) = fraction {
        written = format!("{written}.{fraction}");
    }
    fits.then_some(Form::One(written))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, commas: Commas) -> String {
        match number(text, commas) {
            Ok((number, percent)) => format!("{number}{}", if percent { "%" } else { "" }),
            Err(error) => error.message,
        }
    }

    #[test]
    fn a_number_with_one_reading_is_read() {
        for (text, expected) in [
            ("42", "42"),
            (" -3.50 ", "-3.5"),
            ("+7", "7"),
            ("45 %", "45%"),
            ("\u{2212}12", "-12"),
            ("3,5", "3.5"),
            ("0,125", "0.125"),
            ("1234,5", "1234.5"),
            ("1.234", "1.234"),
            ("1.234,5", "1234.5"),
            ("1,234.5", "1234.5"),
            ("1,234,567", "1234567"),
            ("1.234.567", "1234567"),
            ("1 234 567,25", "1234567.25"),
            ("1\u{a0}234", "1234"),
            ("1'234", "1234"),
        ] {
            assert_eq!(read(text, Commas::Unsaid), expected, "{text}");
        }
        for (text, expected) in [
            ("1,234", "1.234"),
            ("1.234", "1234"),
            ("-2.000,5", "-2000.5"),
        ] {
            assert_eq!(read(text, Commas::Decimal), expected, "{text}");
        }
    }

    #[test]
    fn what_has_two_readings_or_none_is_refused() {
        assert_eq!(
            read("1,234", Commas::Unsaid),
            "\"1,234\" can be read as 1.234 or 1234"
        );
        assert_eq!(
            read("-12,500%", Commas::Unsaid),
            "\"-12,500%\" can be read as -12.500 or -12500"
        );
        assert!(read("=A1+2", Commas::Unsaid).contains("formula"));
        for text in [
            "", "-", "abc", "1,2,3", "12 34", "1.2.3", "1e5", "3,", ",5", "1,23.4", "--1",
        ] {
            assert!(
                read(text, Commas::Unsaid).contains("is not a number"),
                "{text}"
            );
        }
        assert!(read("1.23", Commas::Decimal).contains("is not a number"));
        assert!(read("0.1234567891", Commas::Unsaid).contains("at most 9 digits"));
    }

    proptest! {
        #[test]
        fn an_exported_number_comes_back(units in any::<i64>(), scale in 0_u32..=9) {
            let given = Number::new(units, scale).unwrap();
            let (read, percent) = number(&given.to_string(), Commas::Unsaid).unwrap();
            prop_assert_eq!((read, percent), (given, false));
        }

        #[test]
        fn any_text_is_a_number_or_refused(text in "[0-9., '%+-]{0,12}") {
            for commas in [Commas::Unsaid, Commas::Decimal] {
                if let Ok((number, _)) = number(&text, commas) {
                    let said: String = number.to_string().chars().filter(char::is_ascii_digit).collect();
                    let said = said.trim_matches('0');
                    let typed: String = text.chars().filter(char::is_ascii_digit).collect();
                    prop_assert!(typed.contains(said), "{text} is {number}");
                }
            }
        }
    }
}

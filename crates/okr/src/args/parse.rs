//! From words of the command line to values of the core, with the core's own explanations.

use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use okr_core::text::{BlockerText, LongText, Name, Slug, Tag, Title, WebAddress};
use okr_core::value::{
    AmendmentCategory, CadenceDays, Calendar, Confidence, EditPolicy, InitiativeState, Number,
    ObjectiveKind, Role, Score, ValueError, WeekStart, Weight,
};

macro_rules! texts {
    ($($function:ident => $kind:ident;)+) => {$(
        pub(crate) fn $function(text: &str) -> Result<$kind, ValueError> {
            $kind::new(text)
        }
    )+};
}

texts! {
    blocker => BlockerText;
    long_text => LongText;
    name => Name;
    slug => Slug;
    tag => Tag;
    title => Title;
    web_address => WebAddress;
}

/// Reads the name of a cycle, which `CYCLE:slug` must be able to name a goal by.
pub(crate) fn cycle_name(text: &str) -> Result<Name, ValueError> {
    if text.contains(':') {
        return Err(ValueError::Characters {
            what: "the name of a cycle",
            allowed: "without a colon: CYCLE:slug names a goal of another cycle",
        });
    }
    Name::new(text)
}

macro_rules! choices {
    ($($function:ident => $kind:ident;)+) => {$(
        pub(super) fn $function() -> impl TypedValueParser<Value = $kind> {
            PossibleValuesParser::new($kind::ALL.iter().map(|choice| choice.word())).map(|word| {
                $kind::from_word(&word).expect("the words offered are the words understood")
            })
        }
    )+};
}

choices! {
    amendment_category => AmendmentCategory;
    calendar => Calendar;
    edit_policy => EditPolicy;
    initiative_state => InitiativeState;
    objective_kind => ObjectiveKind;
    role => Role;
    week_start => WeekStart;
}

pub(crate) fn weight(text: &str) -> Result<Weight, ValueError> {
    Weight::new(text.parse::<Number>()?)
}

/// Reads a score of 0 to 1, or of 0 % to 100 %.
pub(crate) fn score(text: &str) -> Result<Score, ValueError> {
    match text.strip_suffix('%') {
        None => Score::new(text.parse::<Number>()?),
        Some(percent) => {
            let percent: Number = percent.trim_end().parse()?;
            let fraction = percent.decimal() / Number::from(100).decimal();
            Score::new(Number::from_decimal(fraction)?)
        }
    }
}

pub(crate) fn confidence(text: &str) -> Result<Confidence, ValueError> {
    let range = || ValueError::Range {
        what: "confidence",
        allowed: "a whole number from 0 to 10",
        given: text.to_owned(),
    };
    Confidence::new(text.parse().map_err(|_| range())?)
}

/// Reads `7`, `7d`, `2w`, `week`, `month` or `none`.
pub(crate) fn cadence(text: &str) -> Result<Cadence, ValueError> {
    let days = |days| Ok(Cadence(Some(CadenceDays::new(days)?)));
    match text {
        "none" => return Ok(Cadence(None)),
        "day" => return days(1),
        "week" => return days(7),
        "month" => return days(30),
        _ => {}
    }
    let not_a_cadence = || ValueError::Range {
        what: "a cadence",
        allowed: "a number of days, such as 7, or 2w, week, month, none",
        given: text.to_owned(),
    };
    let (number, factor) = match (text.strip_suffix('w'), text.strip_suffix('d')) {
        (Some(weeks), _) => (weeks, 7),
        (None, Some(days)) => (days, 1),
        (None, None) => (text, 1),
    };
    let number: u16 = number.parse().map_err(|_| not_a_cadence())?;
    days(number.checked_mul(factor).ok_or_else(not_a_cadence)?)
}

/// Reads how long something works: `90min`, `12h`, `30d`, `26w`.
pub(crate) fn lifetime(text: &str) -> Result<Duration, ValueError> {
    let not_a_lifetime = || ValueError::Range {
        what: "a lifetime",
        allowed: "a number with a unit: 90min, 12h, 30d, 26w",
        given: text.to_owned(),
    };
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| not_a_lifetime())?;
    let minutes = match unit {
        "min" => 1,
        "h" => 60,
        "d" => 24 * 60,
        "w" => 7 * 24 * 60,
        _ => return Err(not_a_lifetime()),
    };
    let seconds = number
        .checked_mul(60 * minutes)
        .filter(|seconds| *seconds > 0);
    seconds.map(Duration::from_secs).ok_or_else(not_a_lifetime)
}

/// How often a check-in is expected; none: as the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cadence(pub(crate) Option<CadenceDays>);

/// Shields values such as `-3%` or `-1.2k` from being read as flags.
///
/// The parser knows plain negative numbers only. No flag begins with a digit, so a word without
/// spaces that begins with a minus and a digit is a value, and is written with the typographic minus
/// that the value parser reads as well.
pub(crate) fn shield_negative(word: String) -> String {
    let mut characters = word.chars();
    let is_value = characters.next() == Some('-')
        && characters
            .next()
            .is_some_and(|second| second.is_ascii_digit())
        && !word.contains(char::is_whitespace)
        && word.parse::<f64>().is_err();
    if is_value {
        format!("\u{2212}{}", &word[1..])
    } else {
        word
    }
}

/// Undoes [`shield_negative`].
#[expect(
    clippy::unnecessary_wraps,
    reason = "the argument parser takes functions that may fail"
)]
pub(crate) fn value_text(text: &str) -> Result<String, std::convert::Infallible> {
    Ok(text
        .strip_prefix('\u{2212}')
        .map_or_else(|| text.to_owned(), |rest| format!("-{rest}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_fractions_or_percent() {
        let seven_tenths = Score::new(Number::new(7, 1).unwrap()).unwrap();
        assert_eq!(score("0.7"), Ok(seven_tenths));
        assert_eq!(score("70%"), Ok(seven_tenths));
        assert_eq!(score("70 %"), Ok(seven_tenths));
        assert!(score("1.1").is_err());
        assert!(score("101%").is_err());
    }

    #[test]
    fn cadences_have_units() {
        let days = |count| Ok(Cadence(Some(CadenceDays::new(count).unwrap())));
        assert_eq!(cadence("14"), days(14));
        assert_eq!(cadence("2w"), days(14));
        assert_eq!(cadence("week"), days(7));
        assert_eq!(cadence("none"), Ok(Cadence(None)));
        assert!(cadence("0").is_err());
        assert!(cadence("9999w").is_err());
        assert!(cadence("often").is_err());
    }

    #[test]
    fn only_values_are_shielded() {
        let shielded = |word: &str| shield_negative(word.to_owned());
        assert_eq!(shielded("-3%"), "\u{2212}3%");
        assert_eq!(shielded("-1.2k"), "\u{2212}1.2k");
        for plain in ["-3", "-m", "-C7", "--3%", "-3% of it", "3", ""] {
            assert_eq!(shielded(plain), plain);
        }
        assert_eq!(value_text("\u{2212}3%"), Ok("-3%".to_owned()));
    }
}

//! Figures for people: numbers in groups of three, rounded only as far as a chart can show.

use okr_core::Decimal;

/// The fewest digits before the point that are written in groups of three.
const GROUPED_DIGITS_MIN: usize = 5;

/// Writes the digits of a decimal number with blanks between thousands: `100 000 000`.
pub fn grouped(number: &str) -> String {
    let (sign, unsigned) = number.split_at(usize::from(number.starts_with('-')));
    let (whole, fraction) = unsigned.split_at(unsigned.find('.').unwrap_or(unsigned.len()));
    if whole.len() < GROUPED_DIGITS_MIN {
        return number.to_owned();
    }
    let mut text = String::with_capacity(number.len() + whole.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    format!("{sign}{text}{fraction}")
}

/// Writes a value as it is: `97 500`.
pub(crate) fn exact(value: Decimal) -> String {
    grouped(&value.normalize().to_string())
}

/// Writes a value rounded to about a hundredth of the `span` that is looked at.
pub(crate) fn rounded(value: Decimal, span: Decimal) -> String {
    let mut decimals = 0;
    let mut hundredth = span / Decimal::ONE_HUNDRED;
    while !hundredth.is_zero() && hundredth < Decimal::ONE && decimals < 18 {
        hundredth *= Decimal::TEN;
        decimals += 1;
    }
    let value = value.round_dp(decimals).normalize();
    // Minus zero is no number for people.
    exact(if value.is_zero() {
        Decimal::ZERO
    } else {
        value
    })
}

/// The most columns that a figure at an axis takes before it is shortened.
const TICK_COLUMNS_MAX: usize = 9;

/// Writes the figures of an axis: all as they are, or all in thousands, millions and so on where
/// they would be long: `20M`, `0.5k`.
pub(crate) fn ticks(values: &[Decimal]) -> Vec<String> {
    let plain: Vec<String> = values.iter().map(|value| exact(*value)).collect();
    if plain.iter().all(|text| text.len() <= TICK_COLUMNS_MAX) {
        return plain;
    }
    let greatest = values.iter().map(Decimal::abs).max().unwrap_or_default();
    let thousand = Decimal::ONE_THOUSAND;
    let (mut size, mut suffix) = (Decimal::ONE, "");
    for next in ["k", "M", "G", "T", "P", "E"] {
        if greatest < size * thousand {
            break;
        }
        (size, suffix) = (size * thousand, next);
    }
    let short = |value: &Decimal| {
        if value.is_zero() {
            return exact(*value);
        }
        format!("{}{suffix}", exact(value / size))
    };
    values.iter().map(short).collect()
}

/// Writes a value with its unit.
pub(crate) fn with_unit(figure: String, unit: Option<&str>) -> String {
    match unit {
        Some(unit) => format!("{figure} {unit}"),
        None => figure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped("100000000"), "100 000 000");
        assert_eq!(grouped("-12345.678"), "-12 345.678");
        assert_eq!(grouped("9999"), "9999");
    }

    #[test]
    fn long_figures_of_an_axis_are_shortened_together() {
        let figures = |texts: &[&str]| {
            let values: Vec<Decimal> = texts.iter().map(|text| decimal(text)).collect();
            ticks(&values)
        };
        assert_eq!(figures(&["0", "50000"]), ["0", "50 000"]);
        assert_eq!(figures(&["0", "50000000"]), ["0", "50M"]);
        assert_eq!(figures(&["-2500000000", "0"]), ["-2.5G", "0"]);
    }

    #[test]
    fn a_hundredth_of_the_span_is_fine_enough() {
        assert_eq!(
            rounded(decimal("5.346052631578947368"), decimal("4")),
            "5.35"
        );
        assert_eq!(rounded(decimal("167.75"), decimal("150")), "168");
        assert_eq!(rounded(decimal("-0.004"), decimal("10")), "0");
        assert_eq!(
            rounded(decimal("0.0000001234"), decimal("0.0000001")),
            "0.000000123"
        );
        assert_eq!(rounded(decimal("7"), Decimal::ZERO), "7");
    }
}

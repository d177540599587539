//! Numbers with their units. Never rounded: what was typed is what is shown.

use okr_core::value::Number;
use okr_report::grouped;

use super::Screen;
use crate::ui::sanitise;

/// Writes a number; on a terminal with blanks between thousands: `100 000 000`.
pub fn number(number: Number, screen: &Screen) -> String {
    let text = number.to_string();
    if !screen.terminal {
        return text;
    }
    grouped(&text)
}

/// Writes a number with its unit: `312 ms`, `71 %`.
pub fn quantity(value: Number, unit: Option<&str>, screen: &Screen) -> String {
    with_unit(number(value, screen), unit)
}

/// Writes a step between two numbers with one unit: `340 → 312 ms`.
pub fn quantity_change(from: Number, to: Number, unit: Option<&str>, screen: &Screen) -> String {
    let mut text = number(from, screen);
    text.extend([" ", screen.arrow(), " ", &number(to, screen)]);
    with_unit(text, unit)
}

fn with_unit(mut text: String, unit: Option<&str>) -> String {
    if let Some(unit) = unit {
        text.extend([" ", &sanitise(unit)]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, screen: Screen) -> String {
        number(text.parse().unwrap(), &screen)
    }

    #[test]
    fn thousands_are_grouped_on_a_terminal_only() {
        let terminal = Screen::terminal(80);
        assert_eq!(shown("100000000", terminal), "100 000 000");
        assert_eq!(shown("-12345.678", terminal), "-12 345.678");
        assert_eq!(shown("9999", terminal), "9999");
        assert_eq!(shown("-9999", terminal), "-9999");
        assert_eq!(shown("100000000", Screen::piped()), "100000000");
    }

    #[test]
    fn a_unit_follows_after_a_blank() {
        let terminal = Screen::terminal(80);
        let (from, to) = (Number::from(340), Number::from(312));
        assert_eq!(quantity(to, Some("%"), &terminal), "312 %");
        assert_eq!(quantity(to, None, &terminal), "312");
        assert_eq!(
            quantity_change(from, to, Some("ms"), &terminal),
            "340 → 312 ms"
        );
        let ascii = Screen {
            ascii: true,
            ..terminal
        };
        assert_eq!(
            quantity_change(from, to, Some("m\u{1b}s"), &ascii),
            "340 -> 312 m\\x1bs"
        );
    }
}

//! Whole days for calendars of people: iCalendar (RFC 5545), lines folded and ended as it asks for.

use okr_core::{Date, Timestamp};

/// A line has at most so many bytes without its end (RFC 5545, section 3.1).
const LINE_BYTES_MAX: usize = 75;

/// Something that happens on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// Says which one it is, for ever: a calendar that reads the file again replaces it.
    pub uid: String,
    /// The day.
    pub day: Date,
    /// What happens, on one line.
    pub summary: String,
    /// More about it.
    pub description: String,
}

/// Writes a calendar with a name. `made` says when the file was written.
pub fn icalendar(name: &str, made: Timestamp, appointments: &[Appointment]) -> String {
    let mut lines = Lines::default();
    lines.add("BEGIN", "VCALENDAR");
    lines.add("VERSION", "2.0");
    lines.add("PRODID", "-//okr//okr//EN");
    lines.add("CALSCALE", "GREGORIAN");
    lines.add("X-WR-CALNAME", &escaped(name));
    for appointment in appointments {
        lines.add("BEGIN", "VEVENT");
        lines.add("UID", &escaped(&appointment.uid));
        lines.add("DTSTAMP", &made.strftime("%Y%m%dT%H%M%SZ").to_string());
        lines.add("DTSTART;VALUE=DATE", &day(appointment.day));
        // The end of a whole day is the first moment after it; the last day of time has none.
        if let Ok(next) = appointment.day.tomorrow() {
            lines.add("DTEND;VALUE=DATE", &day(next));
        }
        lines.add("SUMMARY", &escaped(&appointment.summary));
        if !appointment.description.is_empty() {
            lines.add("DESCRIPTION", &escaped(&appointment.description));
        }
        lines.add("TRANSP", "TRANSPARENT");
        lines.add("END", "VEVENT");
    }
    lines.add("END", "VCALENDAR");
    lines.0
}

fn day(day: Date) -> String {
    day.strftime("%Y%m%d").to_string()
}

/// Writes a text so that none of it is taken for a part of the format (RFC 5545, section 3.3.11).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            _ if crate::text::is_unsafe(character) => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    /// Adds a line, folded between characters where it is too long.
    fn add(&mut self, name: &str, value: &str) {
        let mut room = LINE_BYTES_MAX;
        for character in name.chars().chain([':']).chain(value.chars()) {
            let length = character.len_utf8();
            if length > room {
                self.0.push_str("\r\n ");
                room = LINE_BYTES_MAX - 1;
            }
            self.0.push(character);
            room -= length;
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(summary: &str) -> String {
        let appointment = Appointment {
            uid: "half-way@okr".to_owned(),
            day: jiff::civil::date(2026, 12, 31),
            summary: summary.to_owned(),
            description: String::new(),
        };
        let made = "2026-11-23T10:36:00Z".parse().unwrap();
        icalendar("acme 2026-Q4", made, &[appointment])
    }

    #[test]
    fn a_day_ends_where_the_next_one_begins() {
        let expected = "BEGIN:VCALENDAR\r\n\
            VERSION:2.0\r\n\
            PRODID:-//okr//okr//EN\r\n\
            CALSCALE:GREGORIAN\r\n\
            X-WR-CALNAME:acme 2026-Q4\r\n\
            BEGIN:VEVENT\r\n\
            UID:half-way@okr\r\n\
            DTSTAMP:20261123T103600Z\r\n\
            DTSTART;VALUE=DATE:20261231\r\n\
            DTEND;VALUE=DATE:20270101\r\n\
            SUMMARY:Half-way\r\n\
            TRANSP:TRANSPARENT\r\n\
            END:VEVENT\r\n\
            END:VCALENDAR\r\n";
        assert_eq!(of("Half-way"), expected);
    }

    #[test]
    fn what_people_write_is_no_part_of_the_format() {
        let text = of("a;b,c\\d\nEND:VEVENT\r\u{202e}x");
        assert!(
            text.contains("SUMMARY:a\\;b\\,c\\\\d\\nEND:VEVENT  x\r\n"),
            "{text}"
        );
        assert_eq!(text.matches("\r\nEND:VEVENT\r\n").count(), 1);
    }

    proptest! {
        #[test]
        fn lines_are_short_and_unfold_to_what_they_were(summary in "\\PC{0,200}") {
            let text = of(&summary);
            for line in text.split("\r\n") {
                prop_assert!(line.len() <= LINE_BYTES_MAX, "{line}");
                prop_assert!(!line.contains(['\r', '\n']));
            }
            let unfolded = text.replace("\r\n ", "");
            let expected = format!("\r\nSUMMARY:{}\r\n", escaped(&summary));
            prop_assert!(unfolded.contains(&expected));
        }
    }
}

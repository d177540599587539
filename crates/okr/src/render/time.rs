//! Times: relative for people at a terminal, ISO 8601 with offset for everybody else.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Screen;
use crate::ui::TimeStyle;
use crate::when::{Clock, weekday_name};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Writes a moment as the screen asks for.
pub fn moment(then: Timestamp, clock: &Clock, screen: &Screen) -> String {
    match screen.time {
        TimeStyle::Auto if screen.terminal => relative(then, clock.now),
        TimeStyle::Auto | TimeStyle::Iso => iso(then, &clock.zone),
        TimeStyle::Relative => relative(then, clock.now),
        TimeStyle::Local => local(then, clock),
    }
}

/// Writes a moment as ISO 8601 with the offset of a time zone: `2026-11-20T16:04:00+01:00`.
pub fn iso(then: Timestamp, zone: &TimeZone) -> String {
    then.display_with_offset(zone.to_offset(then)).to_string()
}

/// Writes how long ago a moment was: `just now`, `5 min ago`, `3 d ago`, `8 wk ago`, `in 2 h`.
///
/// What it writes can be typed as a moment again, less exactly.
pub fn relative(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second() - then.as_second();
    let distance = seconds.abs();
    let amount = match distance {
        ..MINUTE => return "just now".to_owned(),
        MINUTE..HOUR => format!("{} min", distance / MINUTE),
        HOUR..DAY => format!("{} h", distance / HOUR),
        DAY.. => days_in_words(distance / DAY),
    };
    if seconds > 0 {
        format!("{amount} ago")
    } else {
        format!("in {amount}")
    }
}

/// Days up to two weeks, weeks up to a quarter, then months of 30 days, then years.
fn days_in_words(days: i64) -> String {
    match days {
        ..14 => format!("{days} d"),
        14..98 => format!("{} wk", days / 7),
        98..730 => format!("{} mo", days / 30),
        730.. => format!("{} y", days / 365),
    }
}

/// Writes the local day and time: `Fri 20 Nov 16:04`, with the year when it is another one.
pub fn local(then: Timestamp, clock: &Clock) -> String {
    let local = clock.zone.to_datetime(then);
    let day = short_day(local.date(), clock);
    let weekday = weekday_name(local.date().weekday());
    format!("{weekday} {day} {:02}:{:02}", local.hour(), local.minute())
}

/// Writes a day: `20 Nov`, with the year when it is another one. Always as wide as its like.
pub fn short_day(day: Date, clock: &Clock) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = MONTHS[usize::try_from(day.month() - 1).expect("months count from 1")];
    if day.year() == clock.today().year() {
        format!("{:>2} {month}", day.day())
    } else {
        format!("{:>2} {month} {}", day.day(), day.year())
    }
}

#[cfg(test)]
mod tests {
    use okr_core::value::WeekStart;
    use proptest::prelude::*;

    use super::*;
    use crate::when::parse_due;

    fn clock() -> Clock {
        Clock {
            now: "2026-11-23T11:36:00+01:00".parse().unwrap(),
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            week_start: WeekStart::Monday,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn relative_times_grow_coarser() {
        let ago = |text: &str| relative(at(text), clock().now);
        assert_eq!(ago("2026-11-23T11:35:30+01:00"), "just now");
        assert_eq!(ago("2026-11-23T11:31:00+01:00"), "5 min ago");
        assert_eq!(ago("2026-11-23T09:00:00+01:00"), "2 h ago");
        assert_eq!(ago("2026-11-20T09:00:00+01:00"), "3 d ago");
        assert_eq!(ago("2026-11-02T10:12:00+01:00"), "3 wk ago");
        assert_eq!(ago("2026-09-28T10:00:00+02:00"), "8 wk ago");
        assert_eq!(ago("2026-03-01T10:00:00+01:00"), "8 mo ago");
        assert_eq!(ago("2010-01-01T10:00:00+01:00"), "16 y ago");
        assert_eq!(ago("2026-11-23T13:40:00+01:00"), "in 2 h");
    }

    #[test]
    fn the_screen_decides_the_form() {
        let then = at("2026-11-20T15:04:00Z");
        let styled = |time, terminal| {
            let screen = Screen {
                terminal,
                time,
                ..Screen::piped()
            };
            moment(then, &clock(), &screen)
        };
        assert_eq!(styled(TimeStyle::Auto, true), "2 d ago");
        assert_eq!(styled(TimeStyle::Auto, false), "2026-11-20T16:04:00+01:00");
        assert_eq!(styled(TimeStyle::Iso, true), "2026-11-20T16:04:00+01:00");
        assert_eq!(styled(TimeStyle::Relative, false), "2 d ago");
        assert_eq!(styled(TimeStyle::Local, false), "Fri 20 Nov 16:04");
    }

    #[test]
    fn another_year_is_named() {
        assert_eq!(
            local(at("2026-11-02T09:12:00Z"), &clock()),
            "Mon  2 Nov 10:12"
        );
        assert_eq!(
            local(at("2019-03-11T09:12:00Z"), &clock()),
            "Mon 11 Mar 2019 10:12"
        );
    }

    proptest! {
        #[test]
        fn what_is_printed_can_be_typed(seconds in -1_000_000_000i64..1_000_000_000) {
            let now = clock().now;
            let then = Timestamp::from_second(now.as_second() + seconds).unwrap();
            let text = relative(then, now);
            prop_assert!(parse_due(&text, &clock()).is_ok(), "{}", text);
        }
    }
}

//! The company of the tutorial, whose history ends today, whatever day that is.

use jiff::Span;
use okr_core::Date;

const STORY: &str = include_str!("story.yaml");
/// The days that the story speaks of, from today.
const DAYS: std::ops::RangeInclusive<i64> = -63..=34;

/// Returns the plan-and-history file of the story, as of a day.
///
/// The days are so near to the present that no calendar ends between them; where one did, the day
/// would be its last.
pub(super) fn of(today: Date, me: &str) -> String {
    DAYS.fold(STORY.replace("{me}", me), |text, days| {
        let day = today.saturating_add(Span::new().days(days));
        text.replace(&format!("{{{days}}}"), &day.to_string())
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::history_file;

    #[test]
    fn every_day_of_the_story_becomes_a_date() {
        for today in [date(2026, 11, 23), date(2028, 2, 29), date(2026, 1, 1)] {
            let text = of(today, "ana");
            let written = text.lines().filter(|line| !line.starts_with('#'));
            for line in written {
                for digit in '0'..='9' {
                    assert!(!line.contains(&format!("{{{digit}")), "{line}");
                }
                assert!(!line.contains("{-"), "{line}");
            }
            history_file::parse("story", &text).unwrap();
        }
    }
}

//! The status of a goal: a mark for a quick look, and always a word that says the same.

use okr_core::status::Status;
use okr_report::status_sign;
use okr_report::words::Language;

use super::{Screen, Tone};

/// Returns the words for people: `on track`.
pub const fn words(status: Status) -> &'static str {
    Language::English.status(status)
}

/// Returns the tone that goes with a status.
pub const fn tone(status: Status) -> Tone {
    match status {
        Status::Achieved | Status::OnTrack => Tone::Good,
        Status::AtRisk | Status::Stale => Tone::Warning,
        Status::Missed | Status::OffTrack => Tone::Bad,
        Status::Draft | Status::Abandoned | Status::Archived | Status::NoCheckIn => Tone::Dim,
    }
}

/// Returns one character on a terminal that can show it, else the words.
pub const fn mark(status: Status, screen: &Screen) -> &'static str {
    if screen.terminal && !screen.ascii {
        status_sign(status)
    } else {
        words(status)
    }
}

/// Returns mark and words on a terminal that can show them (`◐ at risk`), else the words.
pub fn mark_and_words(status: Status, screen: &Screen) -> String {
    if screen.terminal && !screen.ascii {
        [status_sign(status), words(status)].join(" ")
    } else {
        words(status).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::render::text_width;

    #[test]
    fn marks_are_distinct_and_one_column_wide() {
        let marks: BTreeSet<&str> = Status::ALL.into_iter().map(status_sign).collect();
        assert_eq!(marks.len(), Status::ALL.len());
        assert!(marks.iter().all(|mark| text_width(mark) == 1));
    }

    #[test]
    fn words_replace_marks_where_these_cannot_be_seen() {
        let terminal = Screen::terminal(80);
        assert_eq!(mark(Status::AtRisk, &terminal), "◐");
        assert_eq!(mark_and_words(Status::AtRisk, &terminal), "◐ at risk");
        assert_eq!(mark(Status::AtRisk, &Screen::piped()), "at risk");
        let ascii = Screen {
            ascii: true,
            ..terminal
        };
        assert_eq!(mark_and_words(Status::AtRisk, &ascii), "at risk");
    }
}

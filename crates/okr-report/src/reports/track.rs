//! How the progress of a key result went, in a picture so small that it stands beside its numbers.

use okr_core::Date;
use okr_core::entity::KeyResult;
use okr_core::progress::Progress;
use okr_core::value::{CyclePeriod, days_between};

use crate::document::{Block, Inline, Mark, Section, Text, Trail};
use crate::words::{Language, Phrase};

/// How far below the baseline and beyond the target progress is drawn, in thousandths of the way.
const BEYOND: i16 = 250;

/// How the progress of a key result went, for forms with pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// The days of its cycle.
    pub period: CyclePeriod,
    /// The day of the report.
    pub today: Date,
    /// What was reported, by the measure of today, a day at a time, the oldest first.
    pub points: Vec<(Date, Progress)>,
}

/// Draws how a key result went; nothing where nothing was reported, or no picture is wanted.
pub(super) fn trail(track: Option<&Track>, key_result: &KeyResult, language: Language) -> Text {
    let Some(track) = track else {
        return Text::default();
    };
    let (Some((first, begin)), Some((last, end))) = (track.points.first(), track.points.last())
    else {
        return Text::default();
    };
    let words = language.trail(
        track.points.len(),
        (&language.short_day(*first), &language.percent(Some(*begin))),
        (&language.short_day(*last), &language.percent(Some(*end))),
    );
    let period = track.period;
    let from = key_result.start.unwrap_or(period.start());
    let due = key_result.due.unwrap_or(period.end());
    let place = |day: Date| place(period, day);
    let points = track.points.iter();
    let trail = Trail {
        points: points
            .map(|(day, progress)| (place(*day), thousandths(*progress)))
            .collect(),
        pace: (place(from), place(due)),
        today: period.contains(track.today).then(|| place(track.today)),
        words,
    };
    Inline::Trail(trail).into()
}

/// Returns where a day is within its cycle, in thousandths; what is outside stands at the edge.
fn place(period: CyclePeriod, day: Date) -> u16 {
    let whole = days_between(period.start(), period.end()).max(1);
    let gone = days_between(period.start(), day).clamp(0, whole);
    u16::try_from(gone * 1000 / whole).unwrap_or(1000)
}

/// Returns how far a value is, in thousandths of the way; what is far outside stands at the edge.
fn thousandths(progress: Progress) -> i16 {
    let thousandths = progress.raw().checked_mul(okr_core::Decimal::ONE_THOUSAND);
    let edge = if progress > Progress::ZERO {
        1000 + BEYOND
    } else {
        -BEYOND
    };
    let thousandths = thousandths.and_then(|number| i16::try_from(number.round()).ok());
    thousandths.unwrap_or(edge).clamp(-BEYOND, 1000 + BEYOND)
}

/// Says above the first small pictures of a report what they show.
pub(super) fn explain(sections: &mut [Section], language: Language) {
    let is_drawn = |block: &Block| match block {
        Block::Table(table) => table.rows.iter().flatten().any(has_trail),
        Block::Paragraph(_)
        | Block::List(_)
        | Block::Facts(_)
        | Block::Quote(_)
        | Block::Chart(_) => false,
    };
    for section in sections {
        let parts = section.parts.iter();
        let mut inner = parts.flat_map(|part| &part.blocks);
        if section.blocks.iter().any(is_drawn) || inner.any(is_drawn) {
            let words = language.phrase(Phrase::TrailsShow);
            let paragraph = Block::Paragraph(Text::of(Mark::Dim, words));
            section.blocks.insert(0, paragraph);
            return;
        }
    }
}

fn has_trail(cell: &Text) -> bool {
    cell.0.iter().any(|piece| matches!(piece, Inline::Trail(_)))
}

#[cfg(test)]
mod tests {
    use okr_core::event::KeyResultEvent;
    use okr_testkit::sample::{key_result_id, new_cycle, new_key_result, number, objective_id};

    use super::*;

    fn progress(text: &str) -> Progress {
        Progress::new(number(text).decimal())
    }

    fn key_result() -> KeyResult {
        let new = new_key_result(objective_id(1), "api-p99");
        let created = KeyResultEvent::Created(new);
        KeyResult::evolve(None, key_result_id(1), &created).unwrap()
    }

    fn drawn(track: &Track, key_result: &KeyResult, language: Language) -> Trail {
        let text = trail(Some(track), key_result, language);
        match text.0.as_slice() {
            [Inline::Trail(trail)] => trail.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_picture_stands_in_the_days_of_its_cycle() {
        let period = new_cycle().period;
        let mut track = Track {
            period,
            today: period.end(),
            points: vec![
                (period.start(), progress("0.1")),
                (period.end(), progress("0.6")),
            ],
        };
        let mut key_result = key_result();
        let whole = drawn(&track, &key_result, Language::English);
        assert_eq!(whole.points, [(0, 100), (1000, 600)]);
        assert_eq!((whole.pace, whole.today), ((0, 1000), Some(1000)));
        assert!(whole.words.starts_with("2 check-ins"), "{}", whole.words);
        assert!(whole.words.ends_with("10% → 60%"), "{}", whole.words);
        let bokmal = drawn(&track, &key_result, Language::Bokmal).words;
        assert!(bokmal.starts_with("2 statusoppdateringer"), "{bokmal}");
        // Days before the cycle, values far away, and a picture from after the end.
        track.today = period.end().saturating_add(jiff::Span::new().days(9));
        track.points = vec![
            (period.start().yesterday().unwrap(), progress("-80000000")),
            (period.start(), progress("90000000")),
        ];
        key_result.due = Some(period.start());
        let edges = drawn(&track, &key_result, Language::English);
        assert_eq!(edges.points, [(0, -250), (0, 1250)]);
        assert_eq!((edges.pace, edges.today), ((0, 0), None));
    }

    #[test]
    fn nothing_is_drawn_of_silence() {
        let key_result = key_result();
        assert!(trail(None, &key_result, Language::English).is_empty());
        let track = Track {
            period: new_cycle().period,
            today: new_cycle().period.start(),
            points: Vec::new(),
        };
        assert!(trail(Some(&track), &key_result, Language::English).is_empty());
    }
}

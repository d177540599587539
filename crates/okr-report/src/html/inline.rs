//! Pieces of text: marked words, how a goal stands, bars and small pictures of numbers.

use std::fmt::Write as _;

use okr_core::Decimal;
use okr_core::progress::Progress;
use okr_core::status::Status;

use crate::document::{Bar, Inline, Mark, Spark, Text, Trail};
use crate::signs::status_sign;
use crate::text::escape;
use crate::words::Language;

/// Renders a text in the language of its document.
pub(super) fn text(language: Language, text: &Text) -> String {
    text.0.iter().map(|piece| inline(language, piece)).collect()
}

fn inline(language: Language, piece: &Inline) -> String {
    match piece {
        Inline::Words { mark, text } => words(*mark, &escape(text)),
        Inline::Status(status) => self::status(language, *status),
        Inline::Progress(bar) => self::bar(bar),
        Inline::Spark(spark) => self::spark(spark),
        Inline::Trail(trail) => self::trail(trail),
    }
}

/// Puts words into the element that says what they are. What comes from people is isolated, so that
/// a name that runs from right to left leaves the words around it where they are.
fn words(mark: Mark, words: &str) -> String {
    match mark {
        Mark::Plain => words.to_owned(),
        Mark::Strong => format!("<strong>{words}</strong>"),
        Mark::Dim => format!("<span class=\"dim\">{words}</span>"),
        Mark::Attention => format!("<span class=\"note\">{words}</span>"),
        Mark::Theirs => format!("<bdi>{words}</bdi>"),
        Mark::Person => format!("<bdi class=\"who\">{words}</bdi>"),
        Mark::Reference => format!("<bdi class=\"ref\">{words}</bdi>"),
        Mark::Code => format!("<code>{words}</code>"),
    }
}

/// Renders how a goal stands: the sign is for the eye, the words are for everybody.
fn status(language: Language, status: Status) -> String {
    let class = match status {
        Status::OnTrack | Status::Achieved => "good",
        Status::AtRisk | Status::Stale => "fair",
        Status::OffTrack | Status::Missed => "bad",
        Status::NoCheckIn | Status::Draft | Status::Abandoned | Status::Archived => "dim",
    };
    let sign = status_sign(status);
    let words = language.status(status);
    format!(
        "<span class=\"status {class}\"><span aria-hidden=\"true\">{sign}</span>\u{a0}{words}</span>"
    )
}

/// Returns progress within 0 and 1 as tenths of a percent.
fn permille(progress: Progress) -> i64 {
    let permille = progress.clamped().raw() * Decimal::ONE_THOUSAND;
    permille.round().try_into().unwrap_or_default()
}

/// Renders progress as a bar with its words.
fn bar(bar: &Bar) -> String {
    let mut shapes = String::from("<rect class=\"way\" width=\"1000\" height=\"100\"/>");
    if let Some(progress) = bar.progress {
        let width = permille(progress);
        let _written = write!(
            shapes,
            "<rect class=\"done\" width=\"{width}\" height=\"100\"/>"
        );
    }
    if let Some(expected) = bar.expected {
        let x = permille(expected).clamp(8, 992);
        let _written = write!(shapes, "<path class=\"pace\" d=\"M{x} 0V100\"/>");
    }
    format!(
        "<span class=\"progress\"><svg class=\"bar\" viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" \
         aria-hidden=\"true\">{shapes}</svg> {}</span>",
        escape(&bar.words)
    )
}

/// Renders numbers one after the other as a line, with its words.
fn spark(spark: &Spark) -> String {
    let last = i64::try_from(spark.levels.len().saturating_sub(1).max(1)).unwrap_or(i64::MAX);
    let highest = i64::from(spark.highest.max(1));
    let mut path = String::new();
    let mut end = None;
    let mut is_apart = true;
    for (index, level) in (0..).zip(&spark.levels) {
        let Some(level) = level else {
            is_apart = true;
            continue;
        };
        let x = 40 + 920 * index / last;
        let y = 260 - 220 * i64::from(*level).min(highest) / highest;
        let step = if is_apart { 'M' } else { 'L' };
        let _written = write!(path, "{step}{x} {y}");
        end = Some((x, y));
        is_apart = false;
    }
    let dot = end.map(|(x, y)| format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"36\"/>"));
    format!(
        "<span class=\"spark\"><svg viewBox=\"0 0 1000 300\" aria-hidden=\"true\"><path d=\"{path}\"/>{}</svg> {}</span>",
        dot.unwrap_or_default(),
        escape(&spark.words)
    )
}

/// Renders how progress went over a cycle, against the target above and an even pace up to it.
fn trail(trail: &Trail) -> String {
    let y = |thousandths: i16| 260 - i32::from(thousandths) / 5;
    let x = |day: u16| 20 + i32::from(day) * 96 / 100;
    let mut path = String::new();
    for (index, (day, progress)) in trail.points.iter().enumerate() {
        let step = if index == 0 { 'M' } else { 'L' };
        let _written = write!(path, "{step}{} {}", x(*day), y(*progress));
    }
    let dot = trail.points.last().map(|(day, progress)| {
        let (x, y) = (x(*day), y(*progress));
        format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"20\"/>")
    });
    let today = trail.today.map(|day| {
        let x = x(day);
        format!("<path class=\"today\" d=\"M{x} 10V300\"/>")
    });
    let (from, due) = trail.pace;
    format!(
        "<span class=\"trail\"><svg viewBox=\"0 0 1000 320\" role=\"img\" aria-label=\"{}\">\
         <path class=\"aim\" d=\"M20 {}H980\"/><path class=\"even\" d=\"M{} {}L{} {}\"/>{}\
         <path class=\"went\" d=\"{path}\"/>{}</svg></span>",
        escape(&trail.words),
        y(1000),
        x(from),
        y(0),
        x(due),
        y(1000),
        today.unwrap_or_default(),
        dot.unwrap_or_default(),
    )
}

//! The lines of a check: what was looked at, what came of it, and how long it took.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::render::{Screen, Tone, page, wrap};
use crate::ui::Item;

/// The width of the first column.
const NAME_WIDTH: usize = 12;
/// The width of the two columns at the end, with their gaps.
const END_WIDTH: usize = 20;

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It holds.
    Ok,
    /// It does not hold.
    Wrong,
    /// It was left out, or nothing can be said.
    NotChecked,
}

/// One check, in machine output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct CheckItem {
    /// The word for what is checked.
    pub(crate) check: &'static str,
    pub(crate) outcome: Outcome,
    /// What was found, in words.
    pub(crate) text: String,
    /// How many changes or versions it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u64>,
    /// The first position that is known to be wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<u64>,
    /// The stable word for what is wrong or why nothing can be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
    /// Where an anchor stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) took_ms: Option<u128>,
    #[serde(skip)]
    pub(crate) took: Option<Duration>,
}

impl CheckItem {
    /// Makes a check of which nothing but words is known.
    pub(crate) fn new(check: &'static str, outcome: Outcome, text: impl Into<String>) -> Self {
        Self {
            check,
            outcome,
            text: text.into(),
            count: None,
            position: None,
            problem: None,
            file: None,
            line: None,
            took_ms: None,
            took: None,
        }
    }

    /// Adds how long it took.
    pub(crate) fn in_time(mut self, took: Duration) -> Self {
        self.took = Some(took);
        self.took_ms = Some(took.as_millis());
        self
    }

    /// Adds how many changes or versions it was about.
    pub(crate) const fn counting(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }
}

impl Item for CheckItem {
    const TYPE: &'static str = "verification";
    const SCHEMA: &'static str = "VerificationList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

/// Renders the checks, and what follows from all of them.
pub(crate) fn render(items: &[CheckItem], is_empty: bool, screen: &Screen) -> String {
    let mut lines: Vec<String> = items.iter().flat_map(|item| item.lines(screen)).collect();
    let any = |outcome| items.iter().any(|item| item.outcome == outcome);
    let (mark, tone, words) = if any(Outcome::Wrong) {
        ("✗", Tone::Bad, "Not everything holds.")
    } else if is_empty {
        (
            "",
            Tone::Plain,
            "Nothing is confirmed yet, so there is nothing to prove.",
        )
    } else if any(Outcome::NotChecked) {
        (
            "",
            Tone::Plain,
            "What was checked holds; not everything was checked.",
        )
    } else {
        (
            "✓",
            Tone::Good,
            "Nothing was altered, reordered or dropped.",
        )
    };
    let mark = if screen.ascii || mark.is_empty() {
        String::new()
    } else {
        format!("{mark} ")
    };
    lines.push(screen.paint(tone, &format!("{mark}{words}")));
    page(lines)
}

impl CheckItem {
    fn lines(&self, screen: &Screen) -> Vec<String> {
        let (word, tone) = match self.outcome {
            Outcome::Ok => ("ok", Tone::Good),
            Outcome::Wrong => ("WRONG", Tone::Bad),
            Outcome::NotChecked => ("not checked", Tone::Warning),
        };
        let took = self
            .took
            .map(|took| format!("{:.2} s", took.as_secs_f32()))
            .unwrap_or_default();
        if !screen.terminal {
            let text = screen.paint(Tone::Plain, &self.text);
            let line = format!("{}\t{text}\t{word}\t{took}", self.check);
            return vec![line.trim_end().to_owned()];
        }
        let room = screen.room_after(NAME_WIDTH + END_WIDTH);
        let mut pieces = wrap(&self.text, room, screen).into_iter();
        let first = pieces.next().unwrap_or_default();
        let name = self.check;
        let padding = " ".repeat(room.saturating_sub(crate::render::text_width(&first)));
        let text = screen.paint(Tone::Plain, &first);
        let gap = " ".repeat(11_usize.saturating_sub(word.len()));
        let word = screen.paint(tone, word);
        let line = format!("{name:<NAME_WIDTH$}{text}{padding}  {word}{gap}{took:>7}");
        let mut lines = vec![line.trim_end().to_owned()];
        lines.extend(pieces.map(|piece| {
            let piece = screen.paint(Tone::Plain, &piece);
            format!("{:NAME_WIDTH$}{piece}", "")
        }));
        lines
    }
}

//! Conflicts on a screen: base, mine and theirs, and below each what follows from it.

use super::{ClashItem, ConflictItem};
use crate::render::{Screen, Tone, page};

/// The column at which the sides of a conflict stand.
const INDENT: &str = "            ";

/// Renders conflicts; what follows from one stands below it.
pub(in crate::commands) fn text(items: &[ConflictItem], screen: &Screen) -> String {
    let mut lines = Vec::new();
    for item in items {
        let is_root = item
            .follows
            .is_none_or(|cause| items.iter().all(|one| one.change != cause));
        if is_root {
            item.tell(screen, &mut lines);
            branch(items, item, (INDENT, screen), &mut lines);
        }
    }
    page(lines)
}

/// Writes what follows from a conflict, and what follows from that.
fn branch(
    items: &[ConflictItem],
    cause: &ConflictItem,
    (indent, screen): (&str, &Screen),
    lines: &mut Vec<String>,
) {
    let following: Vec<&ConflictItem> = items
        .iter()
        .filter(|item| item.follows == Some(cause.change) && item.change != cause.change)
        .collect();
    let (tee, corner, bar) = if screen.ascii {
        ("+- ", "`- ", "|  ")
    } else {
        ("├─ ", "└─ ", "│  ")
    };
    for (index, item) in following.iter().enumerate() {
        let is_last = index + 1 == following.len();
        let sign = if is_last { corner } else { tee };
        let id = screen.paint(Tone::Id, &item.short_id);
        let line = screen.paint(Tone::Plain, &item.words.line);
        let why = screen.paint(Tone::Dim, "follows from it");
        lines.push(format!("{indent}{sign}{id}  {line}  {why}"));
        let deeper = format!("{indent}{}", if is_last { "   " } else { bar });
        branch(items, item, (&deeper, screen), lines);
    }
}

impl ConflictItem {
    /// Says what met what.
    fn tell(&self, screen: &Screen, lines: &mut Vec<String>) {
        let id = screen.paint(Tone::Id, &self.short_id);
        let label = screen.paint(Tone::Warning, "CONFLICT");
        let what = match self.fields.as_slice() {
            [] => self.words.line.clone(),
            [only] => format!("{}.{}", only.name, only.field),
            several => {
                let names = several
                    .iter()
                    .map(|one| format!("{}.{}", one.name, one.field));
                names.collect::<Vec<String>>().join(", ")
            }
        };
        let what = screen.paint(Tone::Strong, &what);
        lines.push(format!("  {label}  {id}  {what}"));
        for field in &self.fields {
            field.tell(self, screen, lines);
        }
        if self.fields.is_empty() {
            let message = screen.paint(Tone::Plain, &self.message);
            lines.push(format!("{INDENT}{message}"));
            if let Some(clocks) = &self.words.clocks {
                let clocks = screen.paint(Tone::Plain, clocks);
                lines.push(format!("{INDENT}{clocks}"));
            }
            if let Some(cause) = &self.words.cause {
                let cause = screen.paint(Tone::Dim, &format!("since {cause}"));
                lines.push(format!("{INDENT}{cause}"));
            }
        }
        if let Some(reason) = &self.reason {
            let reason = screen.paint(Tone::Plain, reason);
            lines.push(format!("{INDENT}reason  \"{reason}\""));
        }
    }
}

impl ClashItem {
    fn tell(&self, conflict: &ConflictItem, screen: &Screen, lines: &mut Vec<String>) {
        let side = |word: &str, value: &str, whose: &str| {
            let value = screen.paint(Tone::Plain, value);
            let whose = screen.paint(Tone::Dim, whose);
            let line = format!("{INDENT}{word:<8}\"{value}\"   {whose}");
            line.trim_end().to_owned()
        };
        if conflict.fields.len() > 1 {
            let name = screen.paint(Tone::Strong, &format!("{}.{}", self.name, self.field));
            lines.push(format!("{INDENT}{name}"));
        }
        let mine = format!("you, {}", conflict.words.when);
        let theirs = self.whose.as_deref().unwrap_or_default();
        lines.push(side("base", &self.base, ""));
        lines.push(side("mine", &self.mine, &mine));
        lines.push(side("theirs", &self.theirs, theirs));
    }
}

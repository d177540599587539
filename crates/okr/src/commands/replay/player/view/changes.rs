//! What changed in a frame and why: who, when, from what to what, and the reason.

use crate::commands::replay::player::picture::Picture;
use crate::render::{Cell, Screen, Tone, wrap};
use crate::wording::{Said, Told};

/// Lays the changes out for a width in columns.
pub(super) fn lines(picture: &Picture, width: usize, screen: &Screen) -> Vec<Cell> {
    let mut page = Page {
        lines: Vec::new(),
        width,
        screen,
        picture,
    };
    for (index, (when, told)) in picture.changes.iter().enumerate() {
        if index > 0 {
            page.lines.push(Cell::empty());
        }
        page.change(when, told);
    }
    if picture.more > 0 {
        page.lines.push(Cell::empty());
        let text = format!(
            "and {} more in this frame; okr log shows them",
            picture.more
        );
        page.text(0, Tone::Dim, &text);
    }
    page.lines
}

struct Page<'a> {
    lines: Vec<Cell>,
    width: usize,
    screen: &'a Screen,
    picture: &'a Picture,
}

impl Page<'_> {
    fn change(&mut self, when: &str, told: &Told) {
        let head = Cell::toned(Tone::Id, &told.id)
            .and(Tone::Plain, "  ")
            .and(Tone::Dim, when);
        self.lines.push(head);
        self.text(0, Tone::Strong, &told.who);
        for said in &told.said {
            self.said(said);
        }
        for remark in &told.remarks {
            let sign = if remark.starts_with("amendment") {
                amendment_sign(self.screen)
            } else {
                self.screen.dot()
            };
            self.text(2, Tone::Warning, &format!("{sign} {remark}"));
        }
        if let Some(reason) = &told.reason {
            self.text(2, Tone::Plain, &format!("reason \"{reason}\""));
        }
    }

    fn said(&mut self, said: &Said) {
        let label = self.picture.labels.get(&said.about);
        let label = label.map_or("", String::as_str);
        let cell = Cell::toned(Tone::Accent, label)
            .and(Tone::Plain, "  ")
            .and(Tone::Strong, said.word);
        self.lines.push(cell);
        self.text(2, Tone::Plain, &said.text);
        if let Some(note) = &said.note {
            self.text(2, Tone::Plain, &format!("\"{note}\""));
        }
    }

    fn text(&mut self, indent: usize, tone: Tone, text: &str) {
        let blanks = " ".repeat(indent);
        for line in wrap(text, self.width.saturating_sub(indent), self.screen) {
            let cell = Cell::toned(Tone::Plain, &blanks).and(tone, &line);
            self.lines.push(cell);
        }
    }
}

/// Returns the sign of an amendment.
pub(super) const fn amendment_sign(screen: &Screen) -> &'static str {
    if screen.ascii { "^" } else { "▲" }
}

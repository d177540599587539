//! What an apply did or would do, as people read it.

use jiff::Timestamp;

use super::told::{FieldItem, Outcome, ThingItem, Told};
use crate::commands::counted;
use crate::render::{Cell, Column, Screen, Table, Tone, local, text_width, wrap};
use crate::when::Clock;

/// Slugs that are longer stand on a line of their own.
const SLUG_WIDTH_MAX: usize = 24;

/// The columns where nobody looks.
const HEADINGS: [&str; 6] = ["HOW", "KIND", "SLUG", "WHAT", "FILE", "LINE"];

impl Outcome {
    const fn sign(self) -> (&'static str, Tone) {
        match self {
            Self::Add => ("+", Tone::Good),
            Self::Change => ("~", Tone::Warning),
            Self::Archive => ("-", Tone::Bad),
            Self::Conflict => ("!", Tone::Bad),
            Self::Missing => ("?", Tone::Dim),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Change => "change",
            Self::Archive => "archive",
            Self::Conflict => "conflict",
            Self::Missing => "missing",
        }
    }
}

/// Renders everything; one row for each thing and field where nobody looks.
pub(super) fn render(told: &Told, written: bool, view: (&Clock, &Screen)) -> String {
    let (clock, screen) = view;
    if !screen.terminal {
        return table(told, clock, screen);
    }
    let slugs = told.items.iter().map(|item| text_width(&name(item)));
    let slug = slugs.max().unwrap_or(0).min(SLUG_WIDTH_MAX);
    let mut text = String::new();
    for item in &told.items {
        text.push_str(&thing(item, slug, (clock, screen)));
    }
    if !told.items.is_empty() {
        text.push('\n');
    }
    text.push_str(&closing(told, written, screen));
    text
}

fn name(item: &ThingItem) -> String {
    item.slug.clone().unwrap_or_else(|| item.title.clone())
}

const fn kind(item: &ThingItem) -> &'static str {
    // A key result is called kr wherever there is little room.
    if item.kind.len() > 9 { "kr" } else { item.kind }
}

/// The lines of one thing: sign, kind, slug, and what happens.
fn thing(item: &ThingItem, slug_width: usize, view: (&Clock, &Screen)) -> String {
    let (clock, screen) = view;
    let (sign, tone) = item.outcome.sign();
    let start = 2 + 9 + 2 + slug_width + 2;
    let room = screen.room_after(start);
    let mut head = Cell::toned(tone, sign)
        .and_at(2, Cell::toned(Tone::Dim, kind(item)))
        .and_at(13, Cell::toned(Tone::Strong, &name(item)));
    let mut lines = Vec::new();
    if head.width() + 2 > start {
        lines.push(std::mem::take(&mut head));
    }
    for said in said(item, clock, screen) {
        for line in wrap(&said, room, screen) {
            lines.push(std::mem::take(&mut head).and_at(start, Cell::toned(Tone::Plain, &line)));
        }
    }
    if head.width() > 0 {
        lines.push(head);
    }
    let mut text = String::new();
    for line in lines {
        text.push_str(line.paint(screen.width, screen).trim_end_matches(' '));
        text.push('\n');
    }
    text
}

/// Says what happens to a thing, a line for each step and field.
fn said(item: &ThingItem, clock: &Clock, screen: &Screen) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    match item.outcome {
        Outcome::Add => {
            let what = item
                .steps
                .iter()
                .find_map(|step| step.strip_prefix("added: "));
            said.push(match what {
                Some(what) => format!("\"{}\", {what}", item.title),
                None => format!("\"{}\"", item.title),
            });
            let others = item.steps.iter().filter(|step| !step.starts_with("added"));
            said.extend(others.cloned());
        }
        Outcome::Change | Outcome::Archive => said.extend(item.steps.iter().cloned()),
        Outcome::Missing => said.push("no longer in the file, left alone".to_owned()),
        Outcome::Conflict => {
            said.extend(item.fields.iter().map(|field| clash(field, clock)));
            return said;
        }
    }
    said.extend(item.fields.iter().map(|field| {
        format!(
            "{}: {} {} {}",
            field.field,
            field.from,
            screen.arrow(),
            field.to
        )
    }));
    said
}

fn clash(field: &FieldItem, clock: &Clock) -> String {
    let at = field
        .at
        .as_ref()
        .and_then(|at| at.parse::<Timestamp>().ok());
    let who = match (&field.by, at) {
        (Some(by), Some(at)) => format!(" ({by}, {})", local(at, clock)),
        (Some(by), None) => format!(" ({by})"),
        (None, _) => String::new(),
    };
    format!(
        "{}: the file says \"{}\", now it is \"{}\"{who}",
        field.field, field.to, field.from
    )
}

fn closing(told: &Told, written: bool, screen: &Screen) -> String {
    let count = |outcome| told.count(outcome);
    let conflicts = count(Outcome::Conflict);
    let parts = if written {
        [
            format!("{} added", count(Outcome::Add)),
            format!("{} changed", count(Outcome::Change)),
            format!("{} archived", count(Outcome::Archive)),
        ]
    } else {
        [
            format!("{} to add", count(Outcome::Add)),
            format!("{} to change", count(Outcome::Change)),
            format!("{} to archive", count(Outcome::Archive)),
        ]
    };
    let mut line = parts.join(", ");
    if conflicts > 0 {
        line = format!("{line}, {} in conflict", counted(conflicts, "goal"));
    }
    let missing = count(Outcome::Missing);
    if missing > 0 {
        line = format!("{line}, {missing} left alone");
    }
    format!("{}\n", screen.paint(Tone::Dim, &format!("{line}.")))
}

fn table(told: &Told, clock: &Clock, screen: &Screen) -> String {
    let mut table = Table::new(HEADINGS.map(Column::left));
    for item in &told.items {
        for said in said(item, clock, screen) {
            table.row([
                item.outcome.word().into(),
                item.kind.into(),
                name(item).as_str().into(),
                said.as_str().into(),
                item.file.as_str().into(),
                item.line
                    .map_or_else(String::new, |line| line.to_string())
                    .as_str()
                    .into(),
            ]);
        }
    }
    table.render(screen)
}

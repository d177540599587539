//! The differences on a screen: signs, things, steps, who, and why.

use okr_replica::{Changed, Diff, LogEntry};

use super::counts::doers;
use super::rows::{Row, Sign, roll_up, rows};
use crate::commands::counted;
use crate::commands::past::Past;
use crate::context::AtInfo;
use crate::render::{Cell, Column, Screen, Table, Tone, iso, text_width, wrap};
use crate::short_id::{self, Alphabet};
use crate::wording::{PENDING, who, why};

/// The number of blanks between two columns.
const GAP: usize = 2;
/// Labels that are longer stand on a line with nothing below them.
const LABEL_WIDTH_MAX: usize = 20;

/// The columns where nobody looks.
const HEADINGS: [&str; 11] = [
    "HOW", "KIND", "ID", "THING", "WHAT", "STEP", "WHO", "CHANGE", "WHEN", "WHY", "REMARKS",
];

/// Renders the differences; tabs and one line for each step where nobody looks.
pub(super) fn render(diff: &Diff, (from, past): (&AtInfo, &Past<'_>), screen: &Screen) -> String {
    if !screen.terminal {
        return table(diff, past, screen);
    }
    let layout = Layout::of(diff, past, screen);
    let mut text = format!("{}\n", heading(from, past, screen));
    for changed in &diff.things {
        text.push('\n');
        text.push_str(&layout.thing(changed));
    }
    if !diff.roll_ups.is_empty() {
        text.push('\n');
        text.push_str(&layout.roll_ups(diff));
    }
    text.push('\n');
    text.push_str(&closing(diff, screen));
    text
}

fn heading(from: &AtInfo, past: &Past<'_>, screen: &Screen) -> String {
    let from = from.words.as_deref().unwrap_or("the beginning");
    let to = past.at.words.as_deref().unwrap_or("now");
    let axis = match past.at.moment.axis {
        okr_replica::Axis::Recorded => String::new(),
        axis => format!(", {} axis", crate::context::axis_word(axis)),
    };
    screen.paint(Tone::Dim, &format!("from {from} to {to}{axis}"))
}

fn closing(diff: &Diff, screen: &Screen) -> String {
    let things = counted(diff.things.len(), "thing");
    let people = match doers(diff).len() {
        1 => "1 person".to_owned(),
        people => format!("{people} people"),
    };
    let line = if diff.things.is_empty() {
        "Nothing changed.".to_owned()
    } else {
        format!(
            "{things} changed by {people} {} okr diff --stat for numbers only",
            screen.dot()
        )
    };
    format!("{}\n", screen.paint(Tone::Dim, &line))
}

/// Names who made a step, and by which change: `ana 9c41f0e7`.
fn by(entry: &LogEntry, past: &Past<'_>) -> Cell {
    let name = who(entry.author, entry.on_behalf_of, entry.source, &past.names);
    Cell::toned(Tone::Plain, &name).and(
        Tone::Id,
        &format!(" {}", short_id::shown(Alphabet::Change, entry.id.uuid())),
    )
}

fn is_pending(entry: &LogEntry, past: &Past<'_>) -> bool {
    matches!(entry.place, okr_replica::Place::Pending) && !past.all_pending
}

/// Where the columns stand.
struct Layout<'a> {
    past: &'a Past<'a>,
    screen: &'a Screen,
    label: usize,
    word: usize,
    /// Where who and which change stand, when there is room.
    who: usize,
}

impl<'a> Layout<'a> {
    fn of(diff: &Diff, past: &'a Past<'a>, screen: &'a Screen) -> Self {
        let mut layout = Self {
            past,
            screen,
            label: 0,
            word: 0,
            who: 0,
        };
        let mut text = 0;
        for changed in &diff.things {
            let label = text_width(&past.names.label(changed.entity.id()));
            layout.label = layout.label.max(label.min(LABEL_WIDTH_MAX));
            for row in rows(changed, &past.names, screen) {
                layout.word = layout.word.max(row.word.len());
                text = text.max(text_width(&row.text));
            }
        }
        let widest = diff
            .things
            .iter()
            .flat_map(|changed| rows(changed, &past.names, screen));
        let who = widest.filter_map(|row| row.by.map(|entry| by(entry, past).width()));
        let who = who.max().unwrap_or(0);
        let start = layout.text_start();
        let last = screen
            .width
            .saturating_sub(who)
            .max(start + Screen::TEXT_WIDTH_MIN);
        layout.who = (start + text + GAP).min(last);
        layout
    }

    /// Sign, short id, label, word: where the text of a step begins.
    const fn text_start(&self) -> usize {
        self.word_start() + self.word + GAP
    }

    const fn word_start(&self) -> usize {
        2 + 4 + GAP + self.label + GAP
    }

    fn thing(&self, changed: &Changed) -> String {
        let id = changed.entity.id();
        let sign = Sign::of(changed);
        let tone = match sign {
            Sign::Added => Tone::Good,
            Sign::Gone => Tone::Bad,
            Sign::Changed => Tone::Warning,
        };
        let mut head = Cell::toned(tone, sign.mark())
            .and_at(
                2,
                Cell::toned(Tone::Id, &short_id::shown(Alphabet::Thing, id.uuid())),
            )
            .and_at(
                2 + 4 + GAP,
                Cell::toned(Tone::Accent, &self.past.names.label(id)),
            );
        let mut lines = Vec::new();
        if head.width() + GAP > self.word_start() {
            lines.push(std::mem::take(&mut head));
        }
        let rows = rows(changed, &self.past.names, self.screen);
        for (index, row) in rows.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|before| rows[before].by);
            self.row(row, before, (std::mem::take(&mut head), &mut lines));
            let next = rows.get(index + 1).and_then(|next| next.by);
            let is_last = next.map(|next| next.id) != row.by.map(|entry| entry.id);
            if is_last && let Some(entry) = row.by {
                self.why(entry, &mut lines);
            }
        }
        self.painted(&lines)
    }

    /// Adds the lines of a step; `before` is who made the one above.
    fn row(&self, row: &Row<'_>, before: Option<&LogEntry>, (head, lines): (Cell, &mut Vec<Cell>)) {
        let start = self.text_start();
        let is_new = row.by.map(|entry| entry.id) != before.map(|entry| entry.id);
        let by = row.by.filter(|_| is_new).map(|entry| by(entry, self.past));
        let screen = Screen {
            width: if by.is_some() {
                self.who - GAP
            } else {
                self.screen.width
            },
            ..*self.screen
        };
        let room = screen.room_after(start);
        let mut line = head.and_at(self.word_start(), Cell::toned(Tone::Strong, row.word));
        let wrapped = wrap(&row.text, room, self.screen);
        let beside = by
            .as_ref()
            .filter(|by| self.who + by.width() <= self.screen.width);
        for (index, text) in wrapped.iter().enumerate() {
            if index > 0 {
                lines.push(std::mem::take(&mut line));
            }
            line = line.and_at(start, text.as_str().into());
            if index == 0
                && let Some(by) = beside
            {
                let column = self.who.max(line.width() + GAP);
                line = line.and_at(column, by.clone());
            }
        }
        if let (Some(by), None, false) = (&by, beside, wrapped.is_empty()) {
            lines.push(std::mem::take(&mut line));
            line = Cell::empty().and_at(start, by.clone());
        }
        if wrapped.is_empty()
            && let Some(by) = by
        {
            line = line.and_at(self.who, by);
        }
        lines.push(line);
        let pending = row
            .by
            .filter(|entry| is_new && is_pending(entry, self.past));
        let remarks = [row.remark.clone(), pending.map(|_| PENDING.to_owned())];
        for remark in remarks.into_iter().flatten() {
            lines.push(Cell::empty().and_at(start, Cell::toned(Tone::Warning, &remark)));
        }
    }

    fn why(&self, entry: &LogEntry, lines: &mut Vec<Cell>) {
        let Some(why) = why(entry) else {
            return;
        };
        let start = self.text_start();
        let room = self.screen.room_after(start);
        for line in wrap(&format!("\"{why}\""), room, self.screen) {
            lines.push(Cell::empty().and_at(start, Cell::toned(Tone::Plain, &line)));
        }
    }

    fn roll_ups(&self, diff: &Diff) -> String {
        let all: Vec<(String, String)> = diff
            .roll_ups
            .iter()
            .map(|one| roll_up(one, &self.past.names, self.screen))
            .collect();
        let width = all.iter().map(|(of, _)| text_width(of)).max().unwrap_or(0);
        let lines: Vec<Cell> = all
            .into_iter()
            .map(|(of, moved)| {
                Cell::toned(Tone::Dim, "progress")
                    .and_at(10, of.into())
                    .and_at(10 + width + GAP, moved.into())
            })
            .collect();
        self.painted(&lines)
    }

    fn painted(&self, lines: &[Cell]) -> String {
        let mut text = String::new();
        for line in lines {
            let painted = line.paint(self.screen.width, self.screen);
            text.push_str(painted.trim_end_matches(' '));
            text.push('\n');
        }
        text
    }
}

/// One row for each step, with everything in it.
fn table(diff: &Diff, past: &Past<'_>, screen: &Screen) -> String {
    let mut table = Table::new(HEADINGS.map(Column::left));
    for changed in &diff.things {
        let id = changed.entity.id();
        for row in rows(changed, &past.names, screen) {
            let (name, change, when, why) = match row.by {
                Some(entry) => (
                    who(entry.author, entry.on_behalf_of, entry.source, &past.names),
                    short_id::shown(Alphabet::Change, entry.id.uuid()),
                    iso(entry.authored_at, &past.at.clock.zone),
                    why(entry),
                ),
                None => (String::new(), String::new(), String::new(), None),
            };
            let pending = row.by.filter(|entry| is_pending(entry, past));
            let remarks = [row.remark, pending.map(|_| PENDING.to_owned())];
            let remarks: Vec<String> = remarks.into_iter().flatten().collect();
            table.row([
                Sign::of(changed).word().into(),
                id.kind().word().into(),
                short_id::shown(Alphabet::Thing, id.uuid()).into(),
                past.names.label(id).into(),
                row.word.into(),
                row.text.into(),
                name.into(),
                change.into(),
                when.into(),
                why.map_or_else(Cell::empty, Cell::from),
                remarks.join("; ").into(),
            ]);
        }
    }
    for one in &diff.roll_ups {
        let (of, moved) = roll_up(one, &past.names, screen);
        table.row([
            "roll-up".into(),
            Cell::empty(),
            Cell::empty(),
            of.into(),
            "progress".into(),
            moved.into(),
        ]);
    }
    table.render(screen)
}

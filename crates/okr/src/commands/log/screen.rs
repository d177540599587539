//! The log on a screen: who, when, what from and to, and why.

use okr_core::Timestamp;

use crate::names::Names;
use crate::render::{Cell, Column, Screen, Table, Tone, iso, local, relative, text_width, wrap};
use crate::ui::TimeStyle;
use crate::when::Clock;
use crate::wording::{Said, Told};

/// The number of blanks between two columns.
const GAP: usize = 2;

/// The columns where nobody looks.
const HEADINGS: [&str; 9] = [
    "ID", "TIME", "WHO", "THING", "WHAT", "CHANGE", "NOTE", "REASON", "REMARKS",
];

/// With less room than this for what happened, it stands on lines of its own, in columns.
const TEXT_WIDTH_MIN: usize = 30;

/// Renders entries for people; tabs and one line per event where nobody looks.
pub(crate) fn render(entries: &[Told], names: &Names, clock: &Clock, screen: &Screen) -> String {
    if screen.terminal {
        let layout = Layout::of(entries, names, clock, screen);
        entries.iter().map(|told| layout.entry(told)).collect()
    } else {
        table(entries, names, clock, HEADINGS).render(screen)
    }
}

/// How wide the columns have become, where entries come one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns {
    time: usize,
    who: usize,
    thing: usize,
    word: usize,
    is_headed: bool,
}

impl Default for Columns {
    /// Begins with room for what is usual, so that the columns move seldom.
    fn default() -> Self {
        Self {
            time: 0,
            who: 6,
            thing: 14,
            word: 8,
            is_headed: false,
        }
    }
}

impl Columns {
    /// Renders the next entry under those before it.
    pub(crate) fn next(
        &mut self,
        told: &Told,
        names: &Names,
        clock: &Clock,
        screen: &Screen,
    ) -> String {
        let one = std::slice::from_ref(told);
        if screen.terminal {
            let labels = told.said.iter().map(|said| names.label(said.about));
            let label = labels.map(|label| text_width(&label)).max().unwrap_or(0);
            return Layout::of(one, names, clock, screen)
                .widened(self, label)
                .entry(told);
        }
        let headings = if self.is_headed { [""; 9] } else { HEADINGS };
        self.is_headed = true;
        table(one, names, clock, headings).render(screen)
    }
}

/// One row for each event, with everything in it.
fn table(entries: &[Told], names: &Names, clock: &Clock, headings: [&'static str; 9]) -> Table {
    let mut table = Table::new(headings.map(Column::left));
    for told in entries {
        let fixed = |said: Option<&Said>| {
            let note = said.and_then(|said| said.note.as_deref());
            [
                told.id.as_str().into(),
                iso(told.authored_at, &clock.zone).into(),
                told.who.as_str().into(),
                said.map_or_else(Cell::empty, |said| names.label(said.about).into()),
                said.map_or_else(Cell::empty, |said| said.word.into()),
                said.map_or_else(Cell::empty, |said| said.text.as_str().into()),
                note.map_or_else(Cell::empty, Cell::from),
                told.reason.as_deref().map_or_else(Cell::empty, Cell::from),
                told.remarks.join("; ").into(),
            ]
        };
        if told.said.is_empty() {
            table.row(fixed(None));
        }
        for said in &told.said {
            table.row(fixed(Some(said)));
        }
    }
    table
}

/// Where the columns stand.
struct Layout<'a> {
    names: &'a Names,
    clock: &'a Clock,
    screen: &'a Screen,
    id: usize,
    time: usize,
    who: usize,
    /// The name of what an event is about; none where all are about the same thing.
    thing: Option<usize>,
    word: usize,
    /// Whether what happened stands under who and when, for want of room beside it.
    stacked: bool,
}

impl<'a> Layout<'a> {
    fn of(entries: &[Told], names: &'a Names, clock: &'a Clock, screen: &'a Screen) -> Self {
        let all_said = || entries.iter().flat_map(|told| &told.said);
        let widest = |widths: &mut dyn Iterator<Item = usize>| widths.max().unwrap_or(0);
        let first = all_said().next().map(|said| said.about);
        let one_thing = all_said().all(|said| Some(said.about) == first);
        let label = |said: &Said| text_width(&names.label(said.about));
        let mut layout = Self {
            names,
            clock,
            screen,
            id: widest(&mut entries.iter().map(|told| told.id.len())),
            time: 0,
            who: widest(&mut entries.iter().map(|told| text_width(&told.who))),
            thing: (!one_thing).then(|| widest(&mut all_said().map(label))),
            word: widest(&mut all_said().map(|said| said.word.len())),
            stacked: false,
        };
        layout.time = widest(
            &mut entries
                .iter()
                .map(|told| text_width(&layout.time(told.authored_at))),
        );
        layout.stacked = layout.is_narrow();
        layout
    }

    /// Makes every column as wide as it was for the entries before, and remembers how wide it is.
    fn widened(mut self, columns: &mut Columns, label: usize) -> Self {
        self.time = self.time.max(columns.time);
        self.who = self.who.max(columns.who);
        self.word = self.word.max(columns.word);
        self.thing = Some(label.max(columns.thing));
        self.stacked = self.is_narrow();
        columns.time = self.time;
        columns.who = self.who;
        columns.word = self.word;
        columns.thing = label.max(columns.thing);
        self
    }

    /// Says whether there is too little room beside who and when.
    fn is_narrow(&self) -> bool {
        let head = self.id + self.time + self.who + 3 * GAP;
        head + self.event_start(0) + TEXT_WIDTH_MIN > self.screen.width
    }

    fn time(&self, then: Timestamp) -> String {
        match self.screen.time {
            TimeStyle::Auto | TimeStyle::Local => local(then, self.clock),
            TimeStyle::Iso => iso(then, &self.clock.zone),
            TimeStyle::Relative => relative(then, self.clock.now),
        }
    }

    /// Returns where the text of an event starts, when its thing or word starts at a column.
    fn event_start(&self, column: usize) -> usize {
        column + self.thing.map_or(0, |thing| thing + GAP) + self.word + GAP
    }

    fn indent(&self) -> usize {
        self.id + GAP
    }

    fn entry(&self, told: &Told) -> String {
        let head = Cell::toned(Tone::Id, &told.id)
            .and_at(
                self.indent(),
                Cell::toned(Tone::Dim, &self.time(told.authored_at)),
            )
            .and_at(self.indent() + self.time + GAP, told.who.as_str().into());
        let column = if self.stacked {
            self.indent()
        } else {
            self.indent() + self.time + GAP + self.who + GAP
        };
        let mut lines = Lines {
            done: Vec::new(),
            last: head,
            screen: self.screen,
        };
        if self.stacked && !told.said.is_empty() {
            lines.remark(self.indent(), told);
            lines.end();
        }
        for (index, said) in told.said.iter().enumerate() {
            if index > 0 {
                lines.end();
            }
            self.event(&mut lines, column, said);
            if index == 0 && !self.stacked {
                lines.remark(self.indent(), told);
            }
            if let Some(note) = &said.note
                && self.beside(column, said).is_none()
            {
                lines.text(self.indent(), &format!("\"{note}\""), Tone::Plain);
            }
        }
        if told.said.is_empty() {
            lines.remark(self.indent(), told);
        }
        if let Some(reason) = &told.reason {
            lines.text(self.indent(), &format!("reason \"{reason}\""), Tone::Plain);
        }
        lines.finish()
    }

    /// Returns the author's words where they are all that is said and fit beside the word for it.
    fn beside(&self, column: usize, said: &Said) -> Option<String> {
        let note = said.note.as_ref().filter(|_| said.text.is_empty())?;
        let quoted = format!("\"{note}\"");
        let room = self.screen.width.saturating_sub(self.event_start(column));
        (!note.contains('\n') && text_width(&quoted) <= room).then_some(quoted)
    }

    fn event(&self, lines: &mut Lines<'_>, column: usize, said: &Said) {
        let beside = self.beside(column, said);
        let text = beside.as_ref().unwrap_or(&said.text);
        let mut at = column;
        if let Some(thing) = self.thing {
            let label = self.names.label(said.about);
            lines.put(at, Cell::toned(Tone::Accent, &label));
            at += thing + GAP;
        }
        lines.put(at, Cell::toned(Tone::Strong, said.word));
        at += self.word + GAP;
        let room = self.screen.room_after(at);
        for (index, line) in wrap(text, room, self.screen).into_iter().enumerate() {
            if index > 0 {
                lines.end();
            }
            lines.put(at, line.into());
        }
    }
}

/// Lines that are being written.
struct Lines<'a> {
    done: Vec<Cell>,
    last: Cell,
    screen: &'a Screen,
}

impl Lines<'_> {
    fn put(&mut self, column: usize, cell: Cell) {
        let last = std::mem::take(&mut self.last);
        self.last = last.and_at(column, cell);
    }

    fn end(&mut self) {
        self.done.push(std::mem::take(&mut self.last));
    }

    /// Writes what is special about the entry beside what stands on the line, or under it.
    fn remark(&mut self, indent: usize, told: &Told) {
        if told.remarks.is_empty() {
            return;
        }
        let remarks = told.remarks.join(&format!(" {} ", self.screen.dot()));
        let column = self.last.width() + GAP;
        if column + text_width(&remarks) <= self.screen.width {
            self.put(column, Cell::toned(Tone::Warning, &remarks));
        } else {
            self.text(indent, &remarks, Tone::Warning);
        }
    }

    fn text(&mut self, indent: usize, text: &str, tone: Tone) {
        let room = self.screen.room_after(indent);
        for line in wrap(text, room, self.screen) {
            self.end();
            self.put(indent, Cell::toned(tone, &line));
        }
    }

    fn finish(mut self) -> String {
        self.end();
        let mut text = String::new();
        for line in &self.done {
            let painted = line.paint(self.screen.width, self.screen);
            text.push_str(painted.trim_end_matches(' '));
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests;

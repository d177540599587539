//! A report before it has a form: sections, tables and pieces of text that say what they are.
//!
//! Every text is plain data, ours and other people's alike; what a form can be tricked with is escaped by
//! its renderer. Words, dates and numbers are in the language of the document already.

#[cfg(test)]
pub(crate) mod sample;

use okr_core::progress::Progress;
use okr_core::status::Status;

use crate::chart::Chart;
use crate::words::Language;

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The language of everything in it.
    pub language: Language,
    /// What it is about, in a few words.
    pub title: String,
    /// What stands under the title: the days, the cycle, the moment. One line each.
    pub subtitle: Vec<Text>,
    /// The whole report in one or two sentences.
    pub lead: Text,
    /// What it says.
    pub sections: Vec<Section>,
    /// What it was made from, and how to make it again. One line each.
    pub colophon: Vec<Text>,
}

/// A part of a report with a heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// What the part is about.
    pub heading: Text,
    /// What it says.
    pub blocks: Vec<Block>,
    /// Its own parts, below its blocks; these have none.
    pub parts: Vec<Section>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Sentences.
    Paragraph(Text),
    /// Points in no particular order.
    List(Vec<Item>),
    /// Rows and columns.
    Table(Table),
    /// Names with what belongs to them: `Owner  @ana`.
    Facts(Vec<(String, Text)>),
    /// What somebody wrote: a note, a reflection.
    Quote(Quote),
    /// A chart. Forms without pictures leave it out: it only shows what the text says.
    Chart(Box<Chart>),
}

/// A point of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// What it says.
    pub text: Text,
    /// What somebody wrote about it.
    pub quote: Option<Quote>,
}

/// What somebody wrote, word for word; it may have several lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quote {
    /// The words.
    pub text: String,
    /// Whose they are, when the text around does not say so.
    pub by: Option<String>,
}

/// Rows and columns. The first column names its row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What the table shows, for those who cannot see where it stands.
    pub caption: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<Text>>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What its cells are.
    pub heading: String,
    /// Where they stand.
    pub align: Align,
    /// Whether its cells may be broken into lines where there is little room.
    pub breaks: bool,
}

/// Where a cell stands in its column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Align {
    /// Where reading starts.
    #[default]
    Start,
    /// Where reading ends: numbers.
    End,
}

/// Text in pieces with one meaning each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub Vec<Inline>);

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Words.
    Words {
        /// What they are.
        mark: Mark,
        /// The words, on one line.
        text: String,
    },
    /// How a goal stands: a sign for a quick look, and always the word.
    Status(Status),
    /// How far a goal has come.
    Progress(Bar),
    /// How a number went, in little room.
    Spark(Spark),
    /// How progress went over a cycle. Forms without pictures leave it out, as they do with charts.
    Trail(Trail),
}

/// What words are. It never carries meaning alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mark {
    /// Ordinary words of the report.
    #[default]
    Plain,
    /// What matters most.
    Strong,
    /// What may be overlooked.
    Dim,
    /// What needs attention.
    Attention,
    /// What somebody wrote: a title, a reason, a unit. Any script, any direction.
    Theirs,
    /// A person: `@ana`.
    Person,
    /// The everyday name of a thing, that commands understand: `api-p99`.
    Reference,
    /// Something to type.
    Code,
}

/// Progress as a bar, with the percentage in words beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// How far it is; none: unknown, which is no empty bar.
    pub progress: Option<Progress>,
    /// What an even pace would have reached, where that is worth showing.
    pub expected: Option<Progress>,
    /// The same in words: `60%`, or `held`.
    pub words: String,
}

/// Numbers one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spark {
    /// The numbers, the oldest first; none: nothing was said.
    pub levels: Vec<Option<u8>>,
    /// The greatest that they can be; the least is 0.
    pub highest: u8,
    /// The same in words: `7, 6, 4`.
    pub words: String,
}

/// How progress went over a cycle, from its start at 0 to its end at 1000.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// Days with the progress in thousandths, 0 at the baseline and 1000 at the target; the oldest first.
    pub points: Vec<(u16, i16)>,
    /// The days on which an even pace begins and ends.
    pub pace: (u16, u16),
    /// The day of the report, where it is within the cycle.
    pub today: Option<u16>,
    /// The same in words.
    pub words: String,
}

impl Document {
    /// Says whether there is nothing in it but its title and where it comes from.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }
}

impl Section {
    /// Begins a section.
    pub fn new(heading: impl Into<Text>) -> Self {
        Self {
            heading: heading.into(),
            ..Self::default()
        }
    }

    /// Adds a block.
    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// Says whether the section says nothing.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.parts.is_empty()
    }
}

impl Column {
    /// Makes a column of words.
    pub fn start(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            align: Align::Start,
            breaks: false,
        }
    }

    /// Makes a column of numbers.
    pub fn end(heading: impl Into<String>) -> Self {
        Self {
            align: Align::End,
            ..Self::start(heading)
        }
    }

    /// Lets the cells be broken into lines.
    #[must_use]
    pub fn breaking(self) -> Self {
        Self {
            breaks: true,
            ..self
        }
    }
}

impl Text {
    /// Begins with words.
    pub fn of(mark: Mark, text: impl Into<String>) -> Self {
        Self::default().and(mark, text)
    }

    /// Makes ordinary words of the report.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::of(Mark::Plain, text)
    }

    /// Adds words; those with the same mark join what stands before them, but for mentions.
    #[must_use]
    pub fn and(mut self, mark: Mark, text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() {
            return self;
        }
        if let Some(Inline::Words {
            mark: before,
            text: words,
        }) = self.0.last_mut()
            && *before == mark
            && matches!(mark, Mark::Plain | Mark::Strong | Mark::Dim)
        {
            words.push_str(&text);
            return self;
        }
        self.0.push(Inline::Words { mark, text });
        self
    }

    /// Adds a piece.
    #[must_use]
    pub fn with(mut self, piece: Inline) -> Self {
        self.0.push(piece);
        self
    }

    /// Adds all of another text.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        for piece in other.0 {
            self = match piece {
                Inline::Words { mark, text } => self.and(mark, text),
                Inline::Status(_) | Inline::Progress(_) | Inline::Spark(_) | Inline::Trail(_) => {
                    self.with(piece)
                }
            };
        }
        self
    }

    /// Says whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::plain(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::plain(text)
    }
}

impl From<Inline> for Text {
    fn from(piece: Inline) -> Self {
        Self(vec![piece])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_join_but_mentions_stay_apart() {
        let text = Text::plain("by ")
            .and(Mark::Plain, "both ")
            .and(Mark::Person, "@ana")
            .and(Mark::Person, "@ben")
            .and(Mark::Plain, "");
        assert_eq!(text.0.len(), 3);
        assert_eq!(
            text.0[0],
            Inline::Words {
                mark: Mark::Plain,
                text: "by both ".to_owned()
            }
        );
        assert_eq!(Text::default().then(text.clone()), text);
    }
}

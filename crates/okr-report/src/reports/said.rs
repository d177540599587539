//! What people said: thanks, feedback and reviews, in their own words, as far as a report bears them.

use okr_core::Date;
use okr_core::id::{CommentId, EntityId, PersonId};
use okr_core::value::CommentKind;

use super::facts::Name;
use crate::document::{Block, Item, Mark, Quote, Section, Text};
use crate::words::{Language, Phrase};

/// The most characters of what somebody said; whoever wants more is told where it stands.
const CHARACTERS_MAX: usize = 280;
/// The most lines of it.
const LINES_MAX: usize = 6;
/// The most things whose comments a command asks for by name.
const NAMED_MAX: usize = 5;

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The comment.
    pub id: CommentId,
    /// What it is meant as.
    pub kind: CommentKind,
    /// The day on which it was written.
    pub day: Date,
    /// Who says it.
    pub person: PersonId,
    /// What they are called.
    pub by: Name,
    /// What it is about; of a check-in, its key result.
    pub subject: EntityId,
    /// What that is called.
    pub about: Name,
    /// The reference by which commands find it, whatever the current cycle is.
    pub address: String,
    /// Who answers for it, where it is a goal and somebody else's.
    pub owner: Option<Name>,
    /// The words.
    pub text: String,
}

/// Makes the section of what was said in one way; none where nothing was.
pub(super) fn section(
    heading: Phrase,
    said: &[Said],
    most: usize,
    language: Language,
) -> Option<Section> {
    let blocks = blocks(said, most, language);
    (!blocks.is_empty()).then(|| Section {
        heading: language.phrase(heading).into(),
        blocks,
        parts: Vec::new(),
    })
}

/// Says what was said, the oldest first: the newest ones, and where the others stand, and what was too
/// long.
pub(super) fn blocks(said: &[Said], most: usize, language: Language) -> Vec<Block> {
    let (left_out, told) = said.split_at(said.len().saturating_sub(most));
    if told.is_empty() {
        return Vec::new();
    }
    let items = told.iter().map(|one| item(one, language)).collect();
    let is_cut = |one: &&Said| shortened(&one.text).is_some();
    let elsewhere: Vec<&Said> = left_out.iter().chain(told.iter().filter(is_cut)).collect();
    let mut blocks = vec![Block::List(items)];
    if !elsewhere.is_empty() {
        let words = language.said_in_full(left_out.len());
        let command = command(&elsewhere);
        let pointer = Text::of(Mark::Dim, format!("{words} ")).and(Mark::Code, command);
        blocks.push(Block::Paragraph(pointer));
    }
    blocks
}

/// Tells who said what about what.
pub(super) fn item(one: &Said, language: Language) -> Item {
    let text = Text::of(Mark::Dim, language.short_day(one.day))
        .and(Mark::Plain, " ")
        .and(Mark::Person, &*one.by.reference)
        .and(Mark::Plain, " ");
    let about = || Text::of(Mark::Reference, &*one.about.reference);
    let verb = |phrase: Phrase| Text::plain(format!("{} ", language.phrase(phrase)));
    let thanks = |whom: Text| verb(Phrase::Thanks).then(whom);
    let rest = match (one.kind, one.subject, &one.owner) {
        (CommentKind::Recognition, EntityId::Person(_), _) => {
            thanks(Text::of(Mark::Person, &*one.about.reference))
        }
        (CommentKind::Recognition, EntityId::Team(_), _) => thanks(about()),
        (CommentKind::Recognition, EntityId::Org(_), _) => {
            thanks(language.phrase(Phrase::Everybody).into())
        }
        (CommentKind::Recognition, _, Some(owner)) => {
            thanks(Text::of(Mark::Person, &*owner.reference))
                .and(Mark::Plain, format!(" {} ", language.phrase(Phrase::For)))
                .then(about())
        }
        (CommentKind::Review, _, _) => verb(Phrase::Reviews).then(about()),
        (CommentKind::Recognition | CommentKind::Feedback | CommentKind::Comment, _, _) => {
            verb(Phrase::On).then(about())
        }
    };
    let quote = Quote {
        text: shortened(&one.text).unwrap_or_else(|| one.text.clone()),
        by: None,
    };
    Item {
        text: text.then(rest),
        quote: Some(quote),
    }
}

/// Shortens what is too long for a report, at the end of a word; none of what is not.
fn shortened(text: &str) -> Option<String> {
    let by_lines = text.match_indices('\n').nth(LINES_MAX - 1);
    let by_lines = by_lines.map_or(text.len(), |(end, _)| end);
    let by_characters = text.char_indices().nth(CHARACTERS_MAX);
    let by_characters = by_characters.map_or(text.len(), |(end, _)| end);
    let end = by_lines.min(by_characters);
    if end == text.len() {
        return None;
    }
    let kept = &text[..end];
    let is_word_broken = !text[end..].starts_with(char::is_whitespace);
    // A text without blanks, as of many scripts, ends anywhere.
    let kept = match kept.rfind(char::is_whitespace) {
        Some(blank) if is_word_broken && blank > end / 2 => &kept[..blank],
        Some(_) | None => kept,
    };
    Some(format!("{} …", kept.trim_end()))
}

/// Writes the command that lists what was said in full.
fn command(elsewhere: &[&Said]) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    let mut about: Vec<&str> = Vec::new();
    for one in elsewhere {
        if !about.contains(&&*one.address) {
            about.push(&one.address);
        }
        if !kinds.contains(&one.kind.word()) {
            kinds.push(one.kind.word());
        }
    }
    let mut words = vec!["okr", "comment", "list"];
    if about.len() <= NAMED_MAX {
        words.extend(about);
    }
    let kinds = kinds.join(",");
    words.extend(["--kind", &kinds]);
    let words: Vec<String> = words.into_iter().map(typed).collect();
    words.join(" ")
}

/// Writes a word as a shell takes it.
fn typed(word: &str) -> String {
    let is_plain = |character: char| {
        character.is_alphanumeric() || matches!(character, '@' | '-' | '_' | '.' | ':' | ',')
    };
    if word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests;

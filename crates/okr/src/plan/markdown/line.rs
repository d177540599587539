//! A line of a plan in Markdown: where its parts stand, texts in quotes, and how goals are named.

use std::fmt::Write as _;

use okr_core::text::Slug;

use crate::plan::yaml::is_hidden;
use crate::plan::{Fault, Field, Said, Spot};

/// A line with its number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'t> {
    number: usize,
    pub(super) text: &'t str,
}

impl<'t> Line<'t> {
    pub(super) const fn new(number: usize, text: &'t str) -> Self {
        Self { number, text }
    }

    /// Says where a part of the line stands.
    pub(super) fn spot(&self, part: &str) -> Spot {
        let begin = self.text.as_ptr() as usize;
        let offset = (part.as_ptr() as usize)
            .checked_sub(begin)
            .filter(|offset| *offset <= self.text.len())
            .unwrap_or(0);
        let before = self.text.get(..offset).unwrap_or_default();
        Spot {
            line: self.number,
            column: before.chars().count() + 1,
            length: part.chars().count().max(1),
        }
    }
}

/// How a goal is named: by its slug or by its id.
#[derive(Debug, Default)]
pub(super) struct Called {
    pub(super) slug: Field<Slug>,
    pub(super) id: Field<String>,
}

/// Takes the name of a goal off the end of its line: `TITLE {#slug}` or `TITLE {#id:kzmq...}`.
pub(super) fn called<'t>(line: &Line<'_>, text: &'t str) -> Result<(&'t str, Called), Fault> {
    let Some((before, name)) = text
        .strip_suffix('}')
        .and_then(|text| text.rsplit_once("{#"))
    else {
        return Ok((text, Called::default()));
    };
    let at = line.spot(name);
    let called = if let Some(id) = name.strip_prefix("id:") {
        let value = id.trim().to_owned();
        Called {
            id: Some(Said { value, at }),
            ..Called::default()
        }
    } else {
        let slug = Slug::new(name.trim()).map_err(|error| Fault::new(at, error.to_string()))?;
        Called {
            slug: Some(Said { value: slug, at }),
            ..Called::default()
        }
    };
    Ok((before.trim_end(), called))
}

/// Reads a text that stands for itself, or one in double quotes.
pub(super) fn plain_or_quoted(line: &Line<'_>, text: &str) -> Result<String, Fault> {
    if !text.starts_with('"') {
        return Ok(text.to_owned());
    }
    match unquoted(text) {
        Some((read, "")) => Ok(read),
        Some((_, rest)) => Err(
            Fault::new(line.spot(rest), "this stands after the closing quote")
                .with_help("write \\\" for a quote inside"),
        ),
        None => Err(Fault::new(
            line.spot(text),
            "this quote has no end, or an escape is wrong",
        )
        .with_help("escapes are \\\" \\\\ \\n \\t \\u{202e}")),
    }
}

/// Takes a text in double quotes off the beginning; none when it is wrong.
pub(super) fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('"')?;
    let mut read = String::new();
    loop {
        let next = rest.chars().next()?;
        rest = &rest[next.len_utf8()..];
        match next {
            '"' => return Some((read, rest)),
            '\\' => {
                let escaped = rest.chars().next()?;
                rest = &rest[escaped.len_utf8()..];
                match escaped {
                    '"' | '\\' => read.push(escaped),
                    'n' => read.push('\n'),
                    't' => read.push('\t'),
                    'u' => {
                        let (code, after) = rest.strip_prefix('{')?.split_once('}')?;
                        read.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
                        rest = after;
                    }
                    _ => return None,
                }
            }
            other => read.push(other),
        }
    }
}

/// Writes a text: as it is where it is read back so, else in quotes. `escaped` are characters that
/// mean something where it stands.
pub(super) fn written(text: &str, is_plain: bool, escaped: &[char]) -> String {
    let is_plain = is_plain
        && !text.starts_with('"')
        && text.trim() == text
        && !text.contains("<!--")
        && !text.contains(|character| is_hidden(character) || escaped.contains(&character));
    if is_plain {
        return text.to_owned();
    }
    let mut quoted = "\"".to_owned();
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            special if is_hidden(special) || escaped.contains(&special) => {
                // A String takes everything that is written to it.
                let _written = write!(quoted, "\\u{{{:x}}}", u32::from(special));
            }
            // Nothing in quotes may look like the end of a line's text.
            '<' => quoted.push_str("\\u{3c}"),
            visible => quoted.push(visible),
        }
    }
    quoted.push('"');
    quoted
}

//! How a text is written in YAML, so that every reader takes it for that text.
//!
//! Plain where nobody could take it for something else, a block for several lines, else in double
//! quotes with escapes for whatever cannot be seen.

use std::fmt::Write as _;

use okr_report::text::is_unsafe;

/// Words that some reader of YAML takes for something else than text.
const WORDS: &[&str] = &[
    "true", "false", "yes", "no", "on", "off", "null", "none", "y", "n", "nan", "inf",
];

/// Writes a text on one line.
pub(super) fn inline(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// Writes a text after a key that is indented by so many columns; several lines become a block.
pub(super) fn after_key(text: &str, indent: usize) -> String {
    if !text.contains('\n') || !is_block(text) {
        return inline(text);
    }
    let margin = " ".repeat(indent + 2);
    let mut block = "|-".to_owned();
    for line in text.split('\n') {
        block.push('\n');
        if !line.is_empty() {
            block.push_str(&margin);
            block.push_str(line);
        }
    }
    block
}

/// Says whether a text stands for itself everywhere, in lists within brackets, too.
fn is_plain(text: &str) -> bool {
    let inside = |character: char| {
        character.is_alphanumeric() && !is_hidden(character)
            || matches!(
                character,
                ' ' | '-' | '_' | '.' | '/' | '(' | ')' | '%' | '+' | ';' | '\'' | '='
            )
    };
    text.starts_with(char::is_alphanumeric)
        && !text.ends_with(' ')
        && text.chars().all(inside)
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
        && !may_be_number(text)
}

/// Says whether some reader could take a text for a number, a date or a time.
fn may_be_number(text: &str) -> bool {
    let first = text.chars().next().is_some_and(char::is_numeric);
    first
        && text.chars().all(|character| {
            character.is_ascii_hexdigit()
                || matches!(character, '.' | '-' | '+' | '_' | 'x' | 'o' | ' ')
        })
}

/// Says whether a text can be a block: nothing of it would get lost or be shown wrongly.
fn is_block(text: &str) -> bool {
    let first = text.split('\n').next().unwrap_or_default();
    !first.is_empty()
        && !first.starts_with(' ')
        && !text.ends_with('\n')
        // An editor takes blanks at the end of a line away.
        && text.split('\n').all(|line| !line.ends_with(' '))
        && !text
            .chars()
            .any(|character| character != '\n' && is_hidden(character))
}

/// Says whether a character cannot be seen as what it is, or ends a line for some reader.
pub(in crate::plan) fn is_hidden(character: char) -> bool {
    is_unsafe(character)
        || character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(
            character,
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// Writes a text in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            hidden if is_hidden(hidden) => {
                let code = u32::from(hidden);
                // A String takes everything that is written to it.
                let _written = if code > 0xffff {
                    write!(quoted, "\\U{code:08X}")
                } else {
                    write!(quoted, "\\u{code:04X}")
                };
            }
            visible => quoted.push(visible),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::yaml::node::{self, Kind};

    /// Reads a text back from where a plan would have it.
    fn read_back(written: &str) -> String {
        let text = format!("a:\n  - key: {written}\n    other: x\n");
        let root = node::parse(&text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        let Kind::Map(mut root) = root.unwrap().kind else {
            panic!("{text}");
        };
        let Kind::List(mut list) = root.remove(0).1.kind else {
            panic!("{text}");
        };
        let Kind::Map(mut map) = list.remove(0).kind else {
            panic!("{text}");
        };
        match map.remove(0).1.kind {
            Kind::Text(text) => text,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn texts_that_yaml_would_take_for_something_else_are_quoted() {
        for text in [
            "no",
            "Yes",
            "~",
            "null",
            "1e3",
            "0x1f",
            "12:30",
            "2026-11-30",
            "- a",
            "-",
            "a: b",
            "a #b",
            "#a",
            "@ana",
            "*x",
            "&x",
            "!x",
            "%x",
            "`x",
            "{a}",
            "[a]",
            "a, b",
            "'a'",
            "\"a\"",
            "a\\b",
            " a",
            "a ",
            "? a",
            "|",
            ">",
            "---",
            "...",
            "",
            "=",
            "<<",
            "\u{feff}a",
            "a\u{2028}b",
            "a\u{202e}b",
            "\u{85}",
            "a:",
            ": a",
            "１２",
            "none",
            "1_000",
            "a\u{1f600}b",
            "目標: はい",
        ] {
            assert_eq!(read_back(&inline(text)), text);
            assert_eq!(read_back(&after_key(text, 4)), text);
        }
        assert_eq!(
            inline("p99 latency (public API)"),
            "p99 latency (public API)"
        );
        assert_eq!(inline("24/7 support"), "24/7 support");
        assert_eq!(inline("目標"), "目標");
        assert_eq!(inline("no"), "\"no\"");
    }

    #[test]
    fn several_lines_are_a_block_that_people_can_edit() {
        assert_eq!(
            after_key("one\n\n  two: #3\nlast", 2),
            "|-\n    one\n\n      two: #3\n    last"
        );
        for text in [
            "a\nb",
            "a\n\n\nb",
            "a\n b\n  c",
            "a\nb\n",
            "\na",
            " a\nb",
            "a\n \nb",
            "a\n\tb",
            "a \nb ",
            "# a\n- b\n---\n...",
            "a\r\nb",
        ] {
            assert_eq!(read_back(&after_key(text, 4)), text);
        }
    }

    proptest! {
        #[test]
        fn every_text_is_read_back(text in "(\\PC|[\\n\\t :#'\"\\\\-]){0,60}") {
            prop_assert_eq!(read_back(&inline(&text)), text.clone());
            prop_assert_eq!(read_back(&after_key(&text, 4)), text);
        }
    }
}

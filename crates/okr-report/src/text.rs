//! Text from people, made fit for a place: a number of columns, markup, a cell of a spreadsheet.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

/// Stands for a character that must not be printed.
const REPLACEMENT: &str = "\u{fffd}";

/// Says whether a character could steer a terminal or show another text than the one that is stored:
/// C0 and C1 controls, line and paragraph separators, and everything that changes the direction.
pub fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{061c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
}

/// Says whether no character of a text is unsafe, by its bytes; it takes a fraction of the time of a
/// look at each character.
pub fn is_safe(text: &str) -> bool {
    let bytes = text.as_bytes();
    !may_be_unsafe(bytes) || !(0..bytes.len()).any(|at| begins_unsafe(&bytes[at..]))
}

/// Says whether two bytes anywhere look like the beginning of an unsafe character, as those of lines,
/// bars and letters do not. Without an early end this is done for many bytes at once.
fn may_be_unsafe(bytes: &[u8]) -> bool {
    let looks_unsafe = |byte: u8, next: u8| {
        u8::from(byte < b' ' || byte == 0x7f)
            | (u8::from(byte == 0xc2) & u8::from(next < 0xa0))
            | (u8::from(byte == 0xd8) & u8::from(next == 0x9c))
            | (u8::from(byte == 0xe2) & u8::from(next < 0x82))
    };
    let Some((last, before)) = bytes.split_last() else {
        return false;
    };
    let pairs = before.iter().zip(&bytes[1..]);
    let any = pairs.fold(0, |any, (byte, next)| any | looks_unsafe(*byte, *next));
    // Text in UTF-8 does not end within a character.
    any | looks_unsafe(*last, 0xff) != 0
}

/// Says whether bytes begin with an unsafe character in UTF-8.
const fn begins_unsafe(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        // C0 and DEL; C1; U+061C.
        [0..=0x1f | 0x7f, ..] | [0xc2, 0x80..=0x9f, ..] | [0xd8, 0x9c, ..]
        // U+200E, U+200F and U+2028 to U+202E; U+2066 to U+2069.
            | [0xe2, 0x80, 0x8e | 0x8f | 0xa8..=0xae, ..] | [0xe2, 0x81, 0xa6..=0xa9, ..]
    )
}

/// Replaces every unsafe character, line ends included.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if is_safe(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.replace(is_unsafe, REPLACEMENT))
    }
}

/// Returns the width of a text in columns of a terminal.
pub fn width(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    UnicodeWidthStr::width(text)
}

/// Says whether a text has only printable ASCII, as most have: each byte takes a column then. Without
/// an early end this looks at many bytes at once.
fn is_plain(text: &str) -> bool {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~');
    text.bytes().fold(true, |all, byte| all & is_plain(byte))
}

/// Cuts a text to a width in columns, with a sign that something is missing.
pub fn fit(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let Some(room) = columns.checked_sub(width(ellipsis)) else {
        return ".".repeat(columns);
    };
    format!("{}{ellipsis}", beginning(text, room))
}

/// Returns the longest beginning that takes no more than a width in columns.
pub fn beginning(text: &str, columns: usize) -> &str {
    // Widths of characters do not add up where several make one picture, so whole texts are measured.
    let ends = text
        .char_indices()
        .map(|(at, character)| at + character.len_utf8());
    let end = ends
        .take_while(|end| width(&text[..*end]) <= columns)
        .last();
    &text[..end.unwrap_or(0)]
}

/// Breaks a text between words into lines of at most a width in columns.
///
/// A word that is wider than a line is broken where the line ends. The lines are harmless.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let text = harmless(text);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        let mut rest = word;
        while width(rest) > columns {
            let head = beginning(rest, columns);
            if head.is_empty() {
                // A single picture wider than the line; nothing narrower says the same.
                rest = "";
                break;
            }
            lines.push(head.to_owned());
            rest = &rest[head.len()..];
        }
        line.push_str(rest);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Makes a text part of HTML or SVG, in an element or in a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in harmless(text).chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // No characters of XML, though of Unicode.
            '\u{fffe}' | '\u{ffff}' => safe.push_str(REPLACEMENT),
            other => safe.push(other),
        }
    }
    safe
}

/// Makes a text a cell of a CSV file that no spreadsheet takes for a formula.
pub fn csv_text(text: &str) -> String {
    let begins_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if begins_formula { "'" } else { "" };
    csv_cell(&format!("{guard}{text}"))
}

/// Makes a number or word of our own a cell of a CSV file (RFC 4180).
pub fn csv_cell(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_is_escaped_and_controls_are_replaced() {
        assert_eq!(
            escape("<b a=\"1\" c='2'>&\u{1b}[2J\u{202e}"),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;\u{fffd}[2J\u{fffd}"
        );
        assert_eq!(escape("Målverdi 目標"), "Målverdi 目標");
    }

    #[test]
    fn bytes_say_the_same_of_every_character() {
        for character in '\0'..=char::MAX {
            let text = format!("å{character}b");
            assert_eq!(is_safe(&text), !is_unsafe(character), "{character:?}");
        }
    }

    #[test]
    fn a_spreadsheet_takes_no_text_for_a_formula() {
        assert_eq!(csv_text("=1+1"), "'=1+1");
        assert_eq!(csv_text("@SUM(1,2)"), "\"'@SUM(1,2)\"");
        assert_eq!(csv_text("-3 days"), "'-3 days");
        assert_eq!(csv_text("say \"yes\""), "\"say \"\"yes\"\"\"");
        assert_eq!(csv_cell("-3"), "-3");
    }

    #[test]
    fn long_words_are_broken_where_the_line_ends() {
        assert_eq!(wrap("a bcdefgh ij", 4), ["a", "bcde", "fgh", "ij"]);
        assert_eq!(wrap("", 4), Vec::<String>::new());
        assert_eq!(wrap("目標目", 3), ["目", "標", "目"]);
    }

    proptest! {
        #[test]
        fn a_plain_text_is_as_wide_as_it_is_long(text in "[ -~]{0,20}[\\x00-\\xff]{0,2}") {
            if is_plain(&text) {
                prop_assert_eq!(text.len(), UnicodeWidthStr::width(text.as_str()));
            } else {
                prop_assert!(text.contains(|character: char| !(' '..='~').contains(&character)));
            }
        }

        #[test]
        fn bytes_say_the_same_of_every_text(
            before in "[ -~→├目]{0,40}", character in any::<char>(), after in any::<String>(),
        ) {
            let text = format!("{before}{character}{after}");
            prop_assert_eq!(is_safe(&text), !text.contains(is_unsafe));
        }

        #[test]
        fn nothing_is_wider_than_asked_for(text in any::<String>(), columns in 2usize..40) {
            for line in wrap(&text, columns) {
                prop_assert!(width(&line) <= columns, "{:?}", line);
                prop_assert!(!line.contains(is_unsafe));
            }
            prop_assert!(width(&fit(&harmless(&text), columns, "…")) <= columns);
        }

        #[test]
        fn markup_has_no_markup_left(text in any::<String>()) {
            prop_assert!(!escape(&text).contains(['<', '>', '"', '\'']));
            prop_assert!(!escape(&text).contains(is_unsafe));
        }
    }
}

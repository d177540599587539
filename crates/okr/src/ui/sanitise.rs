//! Makes text from other people harmless for a terminal.
//!
//! Control characters could move the cursor or retitle the window, and bidirectional controls could
//! show another text than the one that is stored. Both are shown as escapes instead.

use std::borrow::Cow;
use std::fmt::Write as _;

use okr_report::text::{is_safe, is_unsafe};

/// Shows every control and bidirectional control character as an escape, line ends included.
pub fn sanitise(text: &str) -> Cow<'_, str> {
    escape(text, is_unsafe)
}

/// Like [`sanitise`], but keeps line feeds.
pub fn sanitise_lines(text: &str) -> Cow<'_, str> {
    escape(text, |character| character != '\n' && is_unsafe(character))
}

/// Like [`sanitise_lines`], but keeps tabs too, and colours where they are allowed.
///
/// The last guard before the terminal: whatever a screen forgot to make harmless can at most colour
/// the line it stands in.
pub(super) fn sanitise_screen(text: &str, color: bool) -> Cow<'_, str> {
    if text.split('\n').all(is_safe) {
        return Cow::Borrowed(text);
    }
    let is_unsafe_here = |character| !matches!(character, '\n' | '\t') && is_unsafe(character);
    if !color {
        return escape(text, is_unsafe_here);
    }
    if text
        .split('\u{1b}')
        .all(|piece| piece.split('\n').all(is_safe))
        && text
            .match_indices('\u{1b}')
            .all(|(at, _)| color_length(&text[at..]).is_some())
    {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = if let Some(length) = color_length(rest) {
            safe.push_str(&rest[..length]);
            length
        } else {
            push(&mut safe, character, is_unsafe_here);
            character.len_utf8()
        };
        rest = &rest[length..];
    }
    Cow::Owned(safe)
}

/// Replaces characters that a terminal could act on by JSON escapes, which mean the same.
///
/// Outside of strings JSON has no such characters but line feeds, so the document stays the same.
pub(super) fn sanitise_json(json: &str) -> Cow<'_, str> {
    let is_unsafe_here = |character| character != '\n' && is_unsafe(character);
    if !json.contains(is_unsafe_here) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len());
    for character in json.chars() {
        if is_unsafe_here(character) {
            push_json_escape(&mut safe, character);
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Returns the length in bytes of a colour sequence (`ESC [ digits m`) that the text begins with.
fn color_length(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|character: char| !matches!(character, '0'..='9' | ';'))?;
    parameters[end..].starts_with('m').then_some(2 + end + 1)
}

fn escape(text: &str, is_unsafe: impl Fn(char) -> bool) -> Cow<'_, str> {
    if is_safe(text) || !text.contains(&is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        push(&mut safe, character, &is_unsafe);
    }
    Cow::Owned(safe)
}

fn push(safe: &mut String, character: char, is_unsafe: impl Fn(char) -> bool) {
    if !is_unsafe(character) {
        safe.push(character);
        return;
    }
    match character {
        '\n' => safe.push_str("\\n"),
        '\r' => safe.push_str("\\r"),
        '\t' => safe.push_str("\\t"),
        _ if u32::from(character) <= 0xff => write_escape(safe, "\\x", character, ""),
        _ => write_escape(safe, "\\u{", character, "}"),
    }
}

fn write_escape(safe: &mut String, before: &str, character: char, after: &str) {
    write!(safe, "{before}{:02x}{after}", u32::from(character)).expect("a String takes any text");
}

fn push_json_escape(safe: &mut String, character: char) {
    let mut units = [0; 2];
    for unit in character.encode_utf16(&mut units) {
        write!(safe, "\\u{unit:04x}").expect("a String takes any text");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn controls_are_shown_not_sent() {
        assert_eq!(sanitise("a\u{1b}[31mb"), "a\\x1b[31mb");
        assert_eq!(sanitise("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(sanitise("a\u{9b}2J\u{7f}"), "a\\x9b2J\\x7f");
        assert_eq!(sanitise("two\nlines\t\r"), "two\\nlines\\t\\r");
        assert_eq!(sanitise_lines("two\nlines\t"), "two\nlines\\t");
    }

    #[test]
    fn ordinary_text_of_any_script_is_untouched() {
        let text = "Målverdi 目標 👩\u{200d}👧 שלום";
        assert!(matches!(sanitise(text), Cow::Borrowed(same) if same == text));
    }

    #[test]
    fn a_screen_keeps_colours_and_nothing_else() {
        let text = "\u{1b}[32mok\u{1b}[0m\t\u{1b}[2J\u{1b}]0;x\u{7}\n";
        assert_eq!(
            sanitise_screen(text, true),
            "\u{1b}[32mok\u{1b}[0m\t\\x1b[2J\\x1b]0;x\\x07\n"
        );
        assert_eq!(sanitise_screen("\u{1b}[0m", false), "\\x1b[0m");
        assert_eq!(sanitise_screen("two\r\nlines\n", false), "two\\r\nlines\n");
        let colored = "\u{1b}[32mok\u{1b}[0m\n";
        assert!(matches!(sanitise_screen(colored, true), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn json_stays_the_same_document(text in any::<String>(), evil in "[\u{80}-\u{9f}\u{202e}\u{2066}]") {
            let value = serde_json::json!({ "title": format!("{text}{evil}") });
            let json = serde_json::to_string_pretty(&value).unwrap();
            let safe = sanitise_json(&json);
            prop_assert!(!safe.contains(|character| character != '\n' && is_unsafe(character)));
            let back: serde_json::Value = serde_json::from_str(&safe).unwrap();
            prop_assert_eq!(back, value);
        }

        #[test]
        fn nothing_unsafe_is_left(text in any::<String>()) {
            prop_assert!(!sanitise(&text).contains(is_unsafe));
            let screen = sanitise_screen(&text, true);
            let mut escapes = screen.match_indices('\u{1b}');
            let all_colors = escapes.all(|(at, _)| color_length(&screen[at..]).is_some());
            prop_assert!(all_colors);
        }
    }
}

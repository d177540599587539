//! A document as Markdown.

use super::*;
use crate::document::sample::document;
use crate::text::is_unsafe;

#[test]
fn a_document_has_headings_tables_and_quotes() {
    insta::assert_snapshot!(markdown(&document()));
}

#[test]
fn what_people_write_is_shown_and_makes_no_markup() {
    let words = |text: &str| inline(&Text::of(Mark::Theirs, text), Language::English);
    assert_eq!(words("1. first"), "1\\. first");
    assert_eq!(words("- a"), "\\- a");
    assert_eq!(words("# a <b> | c"), "\\# a \\<b\\> \\| c");
    assert_eq!(words("a\nb"), "a\u{fffd}b");
    let strong = |text: &str| inline(&Text::of(Mark::Strong, text), Language::English);
    assert_eq!(strong("a "), "**a** ");
    assert_eq!(code("a `b` c"), "`` a `b` c ``");
    assert_eq!(code("a | b"), "a \\| b");
    let whole = markdown(&document());
    assert!(!whole.chars().any(|one| one != '\n' && is_unsafe(one)));
    assert!(!whole.replace("\\<", "").contains('<'));
}

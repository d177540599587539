//! A report of everything as a page, and what people cannot do to a page with what they write.

pub(crate) mod sample;

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use sample::report;

/// Returns the tags of a page in order, without what is quoted in them.
pub(crate) fn skeleton(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut tag: Option<String> = None;
    let mut is_quoted = false;
    for character in page.chars() {
        match (&mut tag, character) {
            (None, '<') => tag = Some(String::new()),
            (None, _) => {}
            (Some(_), '"') => is_quoted = !is_quoted,
            (Some(_), _) if is_quoted => {}
            (Some(inside), '>') => {
                tags.push(std::mem::take(inside));
                tag = None;
            }
            (Some(inside), other) => inside.push(other),
        }
    }
    assert!(tag.is_none() && !is_quoted, "a tag is not closed");
    tags
}

#[test]
fn a_report_of_everything() {
    let page = html(&report(Language::Bokmal, "Raskt nok"));
    let body = page.split("</head>").nth(1).unwrap_or_default();
    assert_snapshot!("everything", body);
}

#[test]
fn a_report_of_nothing() {
    let page = html(&Document {
        language: Language::English,
        title: String::new(),
        subtitle: Vec::new(),
        lead: crate::document::Text::default(),
        sections: Vec::new(),
        colophon: Vec::new(),
    });
    assert!(page.contains("<main>\n</main>"), "{page}");
}

#[test]
fn names_that_run_from_right_to_left_stay_within_themselves() {
    let page = html(&report(Language::English, "שלום"));
    for (at, _) in page.match_indices("שלום") {
        let before = &page[..at];
        let isolated = ["<bdi>", "<bdi class=\"who\">", "<bdi class=\"ref\">"];
        let is_isolated = isolated.iter().any(|tag| before.ends_with(tag))
            || before.ends_with("<p dir=\"auto\">")
            || before.ends_with('"')
            || before.ends_with("<title>")
            || before.ends_with("<caption>");
        assert!(
            is_isolated,
            "{}",
            &page[before.len().saturating_sub(80)..at]
        );
    }
}

#[test]
fn a_note_of_many_lines_keeps_them() {
    let mut document = report(Language::English, "x");
    let text = "One\r\ntwo\tthree\n\n\nFour <b>\u{202e}\n".to_owned();
    let quote = crate::document::Quote { text, by: None };
    document.sections = vec![Section::new("Q").with(crate::document::Block::Quote(quote))];
    let page = html(&document);
    assert!(
        page.contains("<p dir=\"auto\">One<br>\ntwo three</p>"),
        "{page}"
    );
    assert!(
        page.contains("<p dir=\"auto\">Four &lt;b&gt;\u{fffd}</p>"),
        "{page}"
    );
}

proptest! {
    #[test]
    fn nothing_that_people_write_leaves_its_place(
        text in "[^\\r\\n]{1,20}|[^\\r\\n]{0,9}(</script>|</style>|<!--|]]>|&#60;b>|'|\"|\u{0}|\u{2028})[^\\r\\n]{0,9}",
    ) {
        prop_assume!(!text.trim().is_empty());
        let page = html(&report(Language::English, &text));
        prop_assert_eq!(skeleton(&page), skeleton(&html(&report(Language::English, "x"))));
        prop_assert!(!page.contains(|character| character != '\n' && crate::text::is_unsafe(character)));
    }
}

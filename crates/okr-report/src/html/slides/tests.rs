//! Slides of everything, and what a browser may run in them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::html::tests::sample::report;
use crate::html::tests::skeleton;

#[test]
fn slides_of_everything() {
    let page = slides(&report(Language::Bokmal, "Raskt nok"));
    let before_the_script = page.split("<script>").next().unwrap_or_default();
    let body = before_the_script
        .split("</head>")
        .nth(1)
        .unwrap_or_default();
    assert_snapshot!("everything", body);
}

#[test]
fn the_page_allows_its_script_and_no_other() {
    let hash = STANDARD.encode(Sha256::digest(SCRIPT.source));
    assert_eq!(
        SCRIPT.hash,
        format!("sha256-{hash}"),
        "the script was changed"
    );
    let page = slides(&report(Language::English, "x"));
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains(&format!("<script>{}</script>", SCRIPT.source)));
    assert!(page.contains(&format!("script-src '{}'", SCRIPT.hash)));
    // A file that was checked out with other line ends would have another hash.
    assert!(!SCRIPT.source.contains('\r'));
}

#[test]
fn every_slide_has_the_number_that_its_address_says() {
    let document = report(Language::English, "x");
    let page = slides(&document);
    for number in 1..=document.sections.len() + 1 {
        assert!(page.contains(&format!(" id=\"{number}\" ")), "{number}");
    }
    assert_eq!(
        page.matches("class=\"slide").count(),
        document.sections.len() + 1
    );
}

proptest! {
    #[test]
    fn nothing_that_people_write_leaves_its_place(text in "[^\\r\\n]{0,9}(</script>|<!--|'|\"|\u{0})[^\\r\\n]{0,9}") {
        let ours = |text: &str| slides(&report(Language::English, text)).split("<script>").next().map(skeleton);
        prop_assert_eq!(ours(&text), ours("x"));
    }
}

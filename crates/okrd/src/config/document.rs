//! The part of `deploy/CONFIGURATION.md` that comes from the table, to compare with.

use super::table::{SECTIONS, Section};

/// Writes a table for each section.
pub(super) fn sections() -> String {
    SECTIONS
        .iter()
        .map(of_section)
        .collect::<Vec<_>>()
        .join("\n")
}

fn of_section(section: &Section) -> String {
    let (name, about) = (section.name, section.about.trim());
    let rows = section.keys.iter().map(|key| {
        let default = key.default.map(|default| format!("`{default}`"));
        let (name, about, kind) = (key.name, key.about(), key.kind);
        let (default, applies) = (default.unwrap_or_default(), key.applies.word());
        format!("| `{name}` | {about} | {kind} | {default} | {applies} |\n")
    });
    let head = "| key | what it does | expected | default | changes at |\n|---|---|---|---|---|\n";
    format!(
        "### [{name}]\n\n{about}\n\n{head}{}",
        rows.collect::<String>()
    )
}

/// Says that the document is what the table says; prints the part that it must have when it is not.
#[test]
fn the_document_has_every_setting() {
    let document = include_str!("../../../../deploy/CONFIGURATION.md");
    let expected = sections();
    assert!(
        document.contains(&expected),
        "deploy/CONFIGURATION.md lacks this:\n\n{expected}"
    );
}

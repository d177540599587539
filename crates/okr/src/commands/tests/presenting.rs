//! Sessions about the closing presentation: where it goes, and what it is about.

use super::*;

#[test]
fn a_presentation_goes_to_standard_output_or_to_a_file() {
    let machine = Machine::with_goals();
    machine.done(&["checkin", "api-p99", "312", "-C", "6"]);
    let page = machine.done(&["present", "2026-Q4", "--lang", "nb", "--to", "-"]);
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    for said in [
        "<html lang=\"nb\">",
        "Avslutning 2026-Q4",
        "p99 latency",
        "Ingen mål føres videre.",
        "okr present 2026-Q4 --at ",
    ] {
        assert!(page.contains(said), "no {said} in {page}");
    }

    let file = machine.directory.path().join("slides.html");
    let to = file.to_str().unwrap();
    let answer = machine.done(&["present", "--to", to, "-o", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let item = &answer["items"][0];
    assert_eq!(item["file"], to);
    assert_eq!(item["cycle"]["name"], "2026-Q4");
    assert_eq!(item["language"], "en");
    let page = std::fs::read_to_string(&file).unwrap();
    let slides = page.matches("<section class=\"slide").count();
    assert_eq!(item["slides"], slides);
    assert!(slides >= 5, "{slides}");

    // A file that is named is replaced.
    let said = machine.run(&["present", "--to", to]);
    assert_eq!((said.exit, said.answer.as_str()), (Exit::Ok, ""));
    assert!(said.remarks.contains("wrote "), "{}", said.remarks);
}

#[test]
fn a_presentation_is_about_a_scope_and_a_moment() {
    let machine = Machine::with_goals();
    let page = |words: &[&str]| machine.done(&[&["present", "--to", "-"], words].concat());
    assert!(page(&["-t", "platform"]).contains("okr present 2026-Q4 -t platform --at "));
    let mine = page(&["--who", "@me"]);
    assert!(
        mine.contains("okr present 2026-Q4 --who @ana --at "),
        "{mine}"
    );
    let before = page(&["--at", "2020-01-01", "--lang", "nb"]);
    assert!(before.contains("Det finnes ingen periode"), "{before}");
    // Made again from what it says of itself, it is the same.
    let first = page(&["--at", "2026-11-23T11:36:00+01:00"]);
    let again = page(&[
        "2026-Q4",
        "--at",
        "2026-11-23T11:36:00+01:00",
        "--now",
        "2027-01-05T10:00:00+01:00",
    ]);
    assert_eq!(first, again);
}

#[test]
fn what_cannot_be_presented_is_refused() {
    let machine = Machine::with_goals();
    let both = machine.refused(&["present", "--to", "-", "-o", "json"], Exit::Usage);
    assert!(both.contains("cannot be both"), "{both}");
    let twice = ["present", "2026-Q4", "-c", "2026-Q4"];
    assert!(machine.refused(&twice, Exit::Usage).contains("given twice"));
    machine.refused(&["present", "1999-Q9"], Exit::NotFound);
    machine.refused(&["present", "-t", "nobody"], Exit::NotFound);
    let nowhere = ["present", "--to", "/nonexistent/slides.html"];
    let said = machine.refused(&nowhere, Exit::Error);
    assert!(said.contains("cannot be written"), "{said}");
}

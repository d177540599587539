//! What every catalogue must have, and how days and numbers are written.

use std::collections::BTreeSet;

use okr_core::Date;
use okr_core::progress::Progress;
use okr_testkit::sample::{hold, metric, number};

use super::*;

#[test]
fn a_tag_names_its_language() {
    for language in Language::ALL {
        assert_eq!(Language::from_tag(language.tag()), Some(language));
    }
    assert_eq!(Language::from_tag("no"), None);
}

#[test]
fn no_phrase_is_empty_or_forgotten() {
    for phrase in Phrase::ALL {
        for language in Language::ALL {
            let text = language.phrase(*phrase);
            assert_eq!(text, text.trim(), "{phrase:?}");
            assert!(!text.is_empty(), "{phrase:?}");
        }
    }
    let english = Phrase::ALL
        .iter()
        .map(|phrase| Language::English.phrase(*phrase));
    let bokmal = Phrase::ALL
        .iter()
        .map(|phrase| Language::Bokmal.phrase(*phrase));
    let same: BTreeSet<&str> = english
        .zip(bokmal)
        .filter(|(english, bokmal)| english == bokmal)
        .map(|(english, _)| english)
        .collect();
    assert_eq!(same, BTreeSet::from(["Status", "Team", "for"]));
}

#[test]
fn every_field_that_is_decided_about_has_a_word_in_each_language() {
    let fields = [
        "title",
        "description",
        "slug",
        "owner",
        "team",
        "cycle",
        "kind",
        "weight",
        "supports",
        "continues",
        "reflection",
        "objective",
        "measure",
        "order",
        "start",
        "due",
        "fed by",
        "period",
        "baseline",
        "target",
        "commit",
        "stretch",
    ];
    let same = fields.map(|field| (field, Language::Bokmal.field(field)));
    let same: Vec<&str> = same
        .into_iter()
        .filter(|(english, bokmal)| english == bokmal)
        .map(|(english, _)| english)
        .collect();
    assert_eq!(same, ["team", "start"]);
}

#[test]
fn days_are_written_as_each_language_does() {
    let first = Date::constant(2026, 11, 16);
    let last = Date::constant(2026, 11, 22);
    let english = Language::English;
    let bokmal = Language::Bokmal;
    assert_eq!(english.day(last), "22 November 2026");
    assert_eq!(bokmal.day(last), "22. november 2026");
    assert_eq!(english.days_between(first, last), "16–22 November 2026");
    assert_eq!(bokmal.days_between(first, last), "16.–22. november 2026");
    let december = Date::constant(2026, 12, 28);
    assert_eq!(
        english.days_between(first, december),
        "16 November – 28 December 2026"
    );
    let january = Date::constant(2027, 1, 3);
    assert_eq!(
        bokmal.days_between(december, january),
        "28. desember 2026 – 3. januar 2027"
    );
    assert_eq!(bokmal.days_between(last, last), "22. november 2026");
    assert_eq!(bokmal.short_day(first), "16. nov.");
}

#[test]
fn numbers_have_the_point_of_their_language() {
    let english = Language::English;
    let bokmal = Language::Bokmal;
    assert_eq!(english.number(number("97500.5")), "97 500.5");
    assert_eq!(bokmal.number(number("97500.5")), "97 500,5");
    let progress = Some(Progress::new(number("0.425").decimal()));
    assert_eq!(english.percent(progress), "43%");
    assert_eq!(bokmal.percent(progress), "43\u{a0}%");
    assert_eq!(bokmal.percent(None), "-");
    assert_eq!(bokmal.bounds(&metric("1.5", "2")), "1,5 → 2");
    assert_eq!(english.bounds(&hold(None, Some("1.2"))), "≤ 1.2");
    assert_eq!(bokmal.days(1), "1 dag");
    assert_eq!(english.check_ins(2), "2 check-ins");
}

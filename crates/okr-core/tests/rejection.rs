//! Rejections as people and programs see them: a sentence, a code, the facts.

use std::collections::BTreeSet;

use jiff::civil::date;
use okr_core::authorize::Refusal;
use okr_core::rejection::{Missing, Rejection};
use okr_testkit::sample::{BEN, TODAY, cycle_id, name};

use crate::world::{
    CHECK_IN, CYCLE, KEY_RESULT, OBJECTIVE, TEAM, already_exists, conflict, not_permitted,
    unknown_reference, unknown_subject, wrong_state,
};

/// Each rejection with its code and its sentence.
fn all() -> Vec<(Rejection, &'static str, String)> {
    [
        about_things(),
        about_the_organisation(),
        about_steps(),
        about_values(),
    ]
    .concat()
}

fn about_things() -> Vec<(Rejection, &'static str, String)> {
    vec![
        (
            unknown_subject(OBJECTIVE),
            "unknown-subject",
            format!("there is no objective {OBJECTIVE}"),
        ),
        (
            unknown_reference(OBJECTIVE, "cycle", CYCLE),
            "unknown-reference",
            format!("there is no cycle {CYCLE} to be the cycle"),
        ),
        (
            Rejection::InactivePerson {
                subject: OBJECTIVE.into(),
                field: "owner",
                person: BEN.into(),
            },
            "inactive-person",
            format!("person {BEN} has left the organisation and cannot be the owner"),
        ),
        (
            already_exists(TEAM),
            "already-exists",
            format!("team {TEAM} exists already"),
        ),
    ]
}

fn about_the_organisation() -> Vec<(Rejection, &'static str, String)> {
    vec![
        (
            Rejection::NoOrganisation,
            "no-organisation",
            "there is no organisation yet: the first change founds it and adds its author as \
             administrator"
                .to_owned(),
        ),
        (
            Rejection::CycleClosed {
                subject: KEY_RESULT.into(),
                cycle: cycle_id(1),
                name: name("2026-Q4"),
            },
            "cycle-closed",
            "the cycle 2026-Q4 is closed: it takes check-ins, corrections and scores only"
                .to_owned(),
        ),
        (
            not_permitted(TEAM, Refusal::Viewer),
            "not-permitted",
            "not permitted: viewers read only".to_owned(),
        ),
        (
            Rejection::AlignmentCycle {
                subject: OBJECTIVE.into(),
                field: "supports",
                reference: KEY_RESULT.into(),
            },
            "alignment-cycle",
            format!(
                "\"supports\" would go round in a circle: key result {KEY_RESULT} leads back to \
                 objective {OBJECTIVE}"
            ),
        ),
        (
            Rejection::TeamCycle {
                subject: TEAM.into(),
                parent: TEAM.into(),
            },
            "team-cycle",
            format!("the team would be part of itself: team {TEAM} leads back to it"),
        ),
    ]
}

fn about_steps() -> Vec<(Rejection, &'static str, String)> {
    vec![
        (
            conflict(OBJECTIVE, "title", ["fast", "quick", "faster"]),
            "conflict",
            "the title is now \"faster\", no longer \"fast\", so it was not set to \"quick\""
                .to_owned(),
        ),
        (
            wrong_state(OBJECTIVE, "closed", "be edited"),
            "wrong-state",
            "the objective is closed and cannot be edited; reopen it first".to_owned(),
        ),
        (
            Rejection::ReasonRequired {
                subject: KEY_RESULT.into(),
                action: "changing the measure of a committed key result",
                missing: Missing::ReasonAndCategory,
            },
            "reason-required",
            "changing the measure of a committed key result needs a reason and a category"
                .to_owned(),
        ),
    ]
}

fn about_values() -> Vec<(Rejection, &'static str, String)> {
    vec![
        (
            Rejection::FutureDate {
                subject: CHECK_IN.into(),
                date: date(2026, 11, 24),
                today: TODAY,
            },
            "future-date",
            "2026-11-24 is in the future: today is 2026-11-23".to_owned(),
        ),
        (
            Rejection::TooEarly {
                subject: CHECK_IN.into(),
                date: date(2026, 6, 30),
                earliest: date(2026, 7, 1),
            },
            "too-early",
            "2026-06-30 is too long before the cycle: the earliest possible day is 2026-07-01"
                .to_owned(),
        ),
        (
            Rejection::WrongValue {
                subject: CHECK_IN.into(),
                given: "commit".to_owned(),
                expected: "a number in ms".to_owned(),
            },
            "wrong-value",
            "\"commit\" does not fit: expected a number in ms".to_owned(),
        ),
        (
            Rejection::Inconsistent {
                subject: KEY_RESULT.into(),
                problem: "the due date is before the start",
            },
            "inconsistent",
            "the due date is before the start".to_owned(),
        ),
        (
            Rejection::Limit {
                subject: Some(OBJECTIVE.into()),
                what: "tags",
                limit: 50,
                given: 51,
            },
            "limit",
            "at most 50 tags are possible, this would be 51".to_owned(),
        ),
        (
            Rejection::EmptyChange,
            "empty-change",
            "the change is empty".to_owned(),
        ),
    ]
}

#[test]
fn each_has_its_own_code_and_sentence() {
    for (rejection, code, sentence) in all() {
        assert_eq!(rejection.code(), code);
        assert_eq!(rejection.to_string(), sentence);
    }
    let codes: BTreeSet<&str> = all().into_iter().map(|(_, code, _)| code).collect();
    assert_eq!(codes.len(), all().len());
}

#[test]
fn a_state_is_told_with_the_way_out_of_it() {
    for (state, way_out) in [
        ("closed", "; reopen it first"),
        ("abandoned", "; reopen it first"),
        ("archived", "; restore it first"),
        ("draft", "; publish it first"),
        ("planned", "; open it first"),
        ("retracted", ""),
    ] {
        let sentence = wrong_state(CHECK_IN, state, "be corrected").to_string();
        assert_eq!(
            sentence,
            format!("the check-in is {state} and cannot be corrected{way_out}")
        );
    }
}

#[test]
fn the_facts_of_a_conflict_are_all_there() {
    let rejection = conflict(OBJECTIVE, "title", ["fast", "quick", "faster"]);
    assert_eq!(rejection.subject(), Some(OBJECTIVE.into()));
    let facts: Vec<(&str, String)> = rejection.facts();
    let expected = [
        ("field", "title"),
        ("from", "fast"),
        ("to", "quick"),
        ("current", "faster"),
    ];
    assert_eq!(facts, expected.map(|(name, fact)| (name, fact.to_owned())));
}

#[test]
fn every_fact_that_is_said_is_given_to_programs_too() {
    for (rejection, code, sentence) in all() {
        for (name, fact) in rejection.facts() {
            assert!(
                sentence.contains(&fact) || matches!(name, "cycle"),
                "{code}: {name} = {fact} is not in: {sentence}"
            );
        }
    }
}

#[test]
fn refusals_and_what_is_missing_have_words() {
    let refusals = [
        Refusal::UnknownAuthor,
        Refusal::InactiveAuthor,
        Refusal::Viewer,
        Refusal::NeedsAdmin,
        Refusal::NeedsSteward,
        Refusal::OwnStanding,
        Refusal::OnBehalfOfByHand,
        Refusal::OthersWords,
        Refusal::NotTheAuthor,
        Refusal::OnBehalfOfNeedsAdmin,
        Refusal::ScopeReads,
        Refusal::ScopeReports,
        Refusal::ScopeTeam,
    ];
    let words: BTreeSet<&str> = refusals.into_iter().map(Refusal::words).collect();
    assert_eq!(words.len(), refusals.len());
    let codes: BTreeSet<&str> = refusals.into_iter().map(Refusal::code).collect();
    assert_eq!(codes.len(), refusals.len());
    assert_eq!(Missing::Reason.words(), "a reason");
    assert_eq!(Missing::Category.words(), "a category");
}

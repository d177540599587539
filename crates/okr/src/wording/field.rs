//! What fields hold, and how they moved, with names in place of ids.

use std::collections::BTreeSet;

use okr_core::field::{FIELD_WORDS, FieldStep, FieldValue};
use okr_core::measure::Measure;

use super::measure::{described, value, value_change};
use crate::names::Names;
use crate::render::{Screen, quantity, quantity_change};
use crate::ui::sanitise;

/// Returns the word for a field that somebody typed: `effective-date` is `effective date`.
pub(crate) fn field_named(typed: &str) -> Option<&'static str> {
    let plain = typed.trim().to_lowercase().replace(['-', '_'], " ");
    FIELD_WORDS.iter().copied().find(|word| *word == plain)
}

/// Returns the word for a field as it is typed: without blanks.
pub(crate) fn typed_field(word: &str) -> String {
    word.replace(' ', "-")
}

/// Writes what a field holds. `measure` is what a reported value is of. Harmless for a terminal.
pub(crate) fn field_value(
    held: &FieldValue,
    measure: Option<&Measure>,
    names: &Names,
    screen: &Screen,
) -> String {
    match held {
        FieldValue::None => "none".to_owned(),
        FieldValue::Text(text) | FieldValue::Word(text) => sanitise(text).into_owned(),
        FieldValue::Quantity(number, unit) => {
            quantity(*number, unit.as_ref().map(AsRef::as_ref), screen)
        }
        FieldValue::Person(id) => sanitise(&names.at_person(*id)).into_owned(),
        FieldValue::People(people) => {
            let called: Vec<String> = people.iter().map(|id| names.at_person(*id)).collect();
            sanitise(&called.join(", ")).into_owned()
        }
        FieldValue::Thing(id) => sanitise(&names.label(*id)).into_owned(),
        FieldValue::Things(things) => sanitise(&names.labels(things.iter().copied())).into_owned(),
        FieldValue::Tags(tags) => joined(tags),
        FieldValue::Milestones(milestones) => {
            described(&Measure::Milestones(milestones.clone()), screen)
        }
        FieldValue::Reported(reported) => value(reported, measure, screen),
    }
}

/// Writes how a field moved: `150 → 200 ms`, `"a" → "b"`, `+ cdn, - infra`.
pub(crate) fn field_step(
    step: &FieldStep,
    measure: Option<&Measure>,
    names: &Names,
    screen: &Screen,
) -> String {
    match (&step.from, &step.to) {
        (FieldValue::Quantity(from, unit), FieldValue::Quantity(to, same)) if unit == same => {
            quantity_change(*from, *to, unit.as_ref().map(AsRef::as_ref), screen)
        }
        (FieldValue::Reported(from), FieldValue::Reported(to)) => {
            value_change(from, to, measure, screen)
        }
        (FieldValue::Tags(from), FieldValue::Tags(to)) => difference(from, to),
        (FieldValue::Things(from), FieldValue::Things(to)) => {
            let called = |things: &BTreeSet<_>| -> BTreeSet<String> {
                let names = things.iter().map(|id| names.label(*id));
                names.map(|name| sanitise(&name).into_owned()).collect()
            };
            difference(&called(from), &called(to))
        }
        (FieldValue::People(from), FieldValue::People(to)) => {
            let called = |people: &BTreeSet<_>| -> BTreeSet<String> {
                let names = people.iter().map(|id| names.at_person(*id));
                names.map(|name| sanitise(&name).into_owned()).collect()
            };
            difference(&called(from), &called(to))
        }
        (from, to) => {
            let written = |held: &FieldValue| {
                let text = field_value(held, measure, names, screen);
                match held {
                    FieldValue::Text(_) => format!("\"{text}\""),
                    _ => text,
                }
            };
            format!("{} {} {}", written(from), screen.arrow(), written(to))
        }
    }
}

fn joined<T: ToString>(parts: &BTreeSet<T>) -> String {
    let parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
    parts.join(", ")
}

/// Says what came and what went.
fn difference<T: Ord + ToString>(from: &BTreeSet<T>, to: &BTreeSet<T>) -> String {
    let came = to
        .difference(from)
        .map(|part| format!("+ {}", part.to_string()));
    let went = from
        .difference(to)
        .map(|part| format!("- {}", part.to_string()));
    let parts: Vec<String> = came.chain(went).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use okr_replica::Directory;
    use okr_testkit::sample::{number, tag, unit, value};

    use super::*;

    fn moved(from: FieldValue, to: FieldValue) -> String {
        let names = Names::new(Directory::default());
        let step = FieldStep {
            word: "any",
            from,
            to,
        };
        field_step(&step, None, &names, &Screen::terminal(80))
    }

    #[test]
    fn a_step_is_written_as_its_values_are() {
        let in_ms = |text: &str| FieldValue::Quantity(number(text), Some(unit("ms")));
        let bare = |text: &str| FieldValue::Quantity(number(text), None);
        let text = |text: &str| FieldValue::Text(text.to_owned());
        let tags = |words: &[&str]| FieldValue::Tags(words.iter().map(|word| tag(word)).collect());
        assert_eq!(moved(in_ms("150"), in_ms("200")), "150 → 200 ms");
        assert_eq!(moved(in_ms("150"), bare("200")), "150 ms → 200");
        assert_eq!(
            moved(text("a\u{1b}[2J"), text("b")),
            "\"a\\x1b[2J\" → \"b\""
        );
        assert_eq!(moved(FieldValue::None, text("b")), "none → \"b\"");
        assert_eq!(
            moved(tags(&["cdn", "infra"]), tags(&["cdn", "edge"])),
            "+ edge, - infra"
        );
        let reported = |text: &str| FieldValue::Reported(value(text));
        assert_eq!(moved(reported("3"), reported("4")), "3 → 4");
    }

    #[test]
    fn fields_are_typed_without_blanks() {
        assert_eq!(field_named("Effective-Date"), Some("effective date"));
        assert_eq!(field_named("target"), Some("target"));
        assert_eq!(field_named("colour"), None);
        for word in FIELD_WORDS {
            assert_eq!(field_named(&typed_field(word)), Some(*word));
        }
    }
}

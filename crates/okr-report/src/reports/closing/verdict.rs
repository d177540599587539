//! Keep, change, drop: what becomes of the goals, by what people did, and the feedback to each.

use std::collections::BTreeSet;

use okr_core::id::EntityId;

use super::super::said::{self, Said};
use super::super::shared::listed;
use super::{Deed, Final};
use crate::document::{Block, Item, Mark, Quote, Section, Text};
use crate::words::{Language, Phrase};

/// The most feedback that is told to one verdict.
const FEEDBACK_MAX: usize = 10;

/// Goals of which the same becomes.
struct Verdict {
    heading: Phrase,
    items: Vec<Item>,
    subjects: BTreeSet<EntityId>,
    feedback: Vec<Said>,
}

/// Makes the section; none where nothing becomes of any goal, and nobody said anything.
pub(super) fn section(found: &Final, language: Language) -> Option<Section> {
    let mut verdicts = [
        kept(found),
        about(found, Phrase::Alter, |deed| {
            matches!(deed, Deed::Measured { .. } | Deed::Edited { .. })
        }),
        about(found, Phrase::Drop, |deed| {
            matches!(deed, Deed::Abandoned | Deed::Archived)
        }),
        // What is said of all the other goals.
        Verdict::new(Phrase::Feedback),
    ];
    for said in &found.feedback {
        place(said, &mut verdicts);
    }
    let parts: Vec<Section> = verdicts
        .into_iter()
        .map(|verdict| {
            let mut part = Section::new(language.phrase(verdict.heading));
            if !verdict.items.is_empty() {
                part.blocks.push(Block::List(verdict.items));
            }
            let feedback = &verdict.feedback;
            let feedback = said::blocks(feedback, FEEDBACK_MAX, language);
            part.blocks.extend(feedback);
            part
        })
        .filter(|part| !part.is_empty())
        .collect();
    (!parts.is_empty()).then(|| Section {
        heading: language.phrase(Phrase::KeepChangeDrop).into(),
        blocks: Vec::new(),
        parts,
    })
}

impl Verdict {
    fn new(heading: Phrase) -> Self {
        Self {
            heading,
            items: Vec::new(),
            subjects: BTreeSet::new(),
            feedback: Vec::new(),
        }
    }
}

/// Puts feedback to the verdict on what it is about: given up before changed before carried on, and last
/// where nothing becomes of it.
fn place(said: &Said, verdicts: &mut [Verdict; 4]) {
    let [kept, changed, dropped, others] = verdicts;
    let fitting = [dropped, changed, kept].into_iter();
    let mut fitting = fitting.filter(|one| one.subjects.contains(&said.subject));
    let verdict = fitting.next().unwrap_or(others);
    verdict.feedback.push(said.clone());
}

/// Lists the goals that go on in a later cycle, each with its key results.
fn kept(found: &Final) -> Verdict {
    let mut verdict = Verdict::new(Phrase::Keep);
    let carried = found.objectives.iter();
    for one in carried.filter(|one| !one.continued_by.is_empty()) {
        let later: Vec<String> = one
            .continued_by
            .iter()
            .map(|later| format!("{}:{}", later.cycle, later.objective.reference))
            .collect();
        let objective = &one.objective.objective;
        verdict.items.push(Item {
            text: Text::of(Mark::Reference, objective.slug.as_str())
                .and(Mark::Plain, " → ")
                .then(listed(later.iter().map(String::as_str))),
            quote: None,
        });
        verdict.subjects.insert(objective.id.into());
        let below = one.key_results.iter();
        let below = below.map(|one| EntityId::from(one.goal.key_result.id));
        verdict.subjects.extend(below);
    }
    verdict
}

/// Lists the goals to which something was done, each once, with the last reason for it.
fn about(found: &Final, heading: Phrase, is_wanted: impl Fn(&Deed) -> bool) -> Verdict {
    let mut verdict = Verdict::new(heading);
    let mut items: Vec<(EntityId, Item)> = Vec::new();
    for decision in &found.decisions {
        for step in decision.steps.iter().filter(|step| is_wanted(&step.deed)) {
            let item = Item {
                text: Text::of(Mark::Reference, &*step.about.reference)
                    .and(Mark::Plain, " · ")
                    .and(Mark::Theirs, &*step.about.title),
                quote: decision.reason.as_ref().map(|reason| Quote {
                    text: reason.clone(),
                    by: Some(decision.by.reference.clone()),
                }),
            };
            match items.iter_mut().find(|(id, _)| *id == step.subject) {
                Some((_, known)) => *known = item,
                None => items.push((step.subject, item)),
            }
        }
    }
    for (subject, item) in items {
        verdict.subjects.insert(subject);
        verdict.items.push(item);
    }
    verdict
}

//! What is written, applied and pulled again is what was meant, whatever it is.

use okr_core::measure::Metric;
use okr_core::text::{Slug, Unit};
use okr_core::value::{Number, ObjectiveKind, Weight};
use proptest::prelude::*;

use super::*;
use crate::plan::tests::objective;
use crate::plan::{Form, MeasureEntry, ObjectiveEntry, Said};

/// Makes goals of a plan admissible: one owner, no measure without a way, names that are there.
fn tamed(mut objective: ObjectiveEntry, number: usize) -> ObjectiveEntry {
    let slug = |kind: &str, number| Some(Said::new(Slug::new(format!("{kind}-{number}")).unwrap()));
    objective.slug = slug("o", number);
    objective.owner = Some(Said::new("ana".to_owned()));
    objective.team = objective
        .team
        .map(|team| team.map(|team| team.map(|_| "sales".to_owned())));
    objective.supports = None;
    // What says the default is not written by a pull.
    objective.team = objective.team.filter(|team| team.value.is_some());
    objective.kind = objective
        .kind
        .filter(|kind| kind.value != ObjectiveKind::Aspirational);
    objective.weight = objective
        .weight
        .filter(|weight| weight.value != Weight::ONE);
    objective.draft = objective.draft.filter(|draft| draft.value);
    for (index, own) in objective.key_results.iter_mut().enumerate() {
        own.slug = slug("k", number * 10 + index);
        own.owner = None;
        own.weight = own
            .weight
            .take()
            .filter(|weight| weight.value != Weight::ONE);
        // In order, and within the cycle.
        own.start = None;
        own.due = own
            .due
            .take()
            .map(|_| Said::new(Some(jiff::civil::date(2026, 11, 30))));
        let plain = || {
            let number = |number: i32| Number::from(number);
            MeasureEntry::Metric(Metric {
                unit: Some(Unit::new("a: b, c").unwrap()),
                baseline: number(1),
                target: number(2),
                commit: None,
                stretch: None,
            })
        };
        match own.measure.as_mut().map(|said| &mut said.value) {
            // What the rules ask of numbers is not what is tried out here.
            Some(entry @ MeasureEntry::Metric(_)) => *entry = plain(),
            Some(MeasureEntry::Milestones(list)) => {
                for one in list {
                    one.weight = Weight::ONE;
                }
            }
            Some(MeasureEntry::Hold(_) | MeasureEntry::Zones(_)) | None => {}
        }
    }
    objective
}

/// A plan without ids, order and base, to be compared.
fn compared(text: &str) -> Vec<ObjectiveEntry> {
    let plan = Form::Yaml.parse(text).unwrap();
    let mut objectives = plan.objectives;
    objectives.sort_by_key(|one| one.slug.as_ref().map(|slug| slug.value.clone()));
    for objective in &mut objectives {
        objective.id = None;
        for own in &mut objective.key_results {
            own.id = None;
            // Which keys milestones get depends on what was there before; Markdown has none.
            if let Some(MeasureEntry::Milestones(list)) =
                own.measure.as_mut().map(|said| &mut said.value)
            {
                for one in list.iter_mut() {
                    one.key = None;
                }
            }
        }
    }
    objectives
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 32 + 1, ..ProptestConfig::default() })]

    /// Whatever a plan becomes by edits in an editor, that is what is pulled after applying it.
    #[test]
    fn what_is_written_applied_and_pulled_is_what_was_meant(
        first in proptest::collection::vec(objective(), 1..4),
        second in proptest::collection::vec(objective(), 1..4),
        form in prop_oneof![Just("yaml"), Just("md")],
    ) {
        let machine = planned();
        machine.type_all(&["cycle|add|2027-Q1", "cycle|use|2027-Q1"]);
        let mut path = machine.path("first.yaml");
        machine.done(&["plan", "pull", "--to", &path]);
        for goals in [first, second] {
            let mut plan = Form::Yaml.parse(&fs::read_to_string(&path).unwrap()).unwrap();
            if form == "md" {
                plan = Form::Markdown.parse(&Form::Markdown.write(&plan, &[])).unwrap();
            }
            // Drafts are published once and stay so.
            let was_active = |number: usize| plan.objectives.iter().any(|one| {
                one.draft.is_none() && one.slug.as_ref().is_some_and(|slug| slug.value.as_str() == format!("o-{number}"))
            });
            let goals: Vec<ObjectiveEntry> = goals.into_iter().enumerate().map(|(number, goal)| {
                let mut goal = tamed(goal, number);
                if was_active(number) {
                    goal.draft = None;
                }
                goal
            }).collect();
            plan.objectives.clone_from(&goals);
            let to = machine.write(&format!("edited.{form}"), &match form {
                "md" => Form::Markdown.write(&plan, &[]),
                _ => Form::Yaml.write(&plan, &[]),
            });
            machine.done(&["plan", "apply", &to, "--archive-missing", "-y"]);
            prop_assert_eq!(machine.done(&["plan", "apply", &to, "--archive-missing", "-y"]), NOTHING);
            path = machine.path("again.yaml");
            machine.done(&["plan", "pull", "--to", &path, "--force"]);
            prop_assert_eq!(compared(&fs::read_to_string(&path).unwrap()), goals);
            prop_assert_eq!(machine.done(&["plan", "apply", &path]), NOTHING);
        }
    }
}

//! How a cycle ended: scores, lineage, and how people checked in.

use okr_core::entity::Objective;
use okr_core::progress::suggested_score;
use okr_core::rhythm::Days;
use okr_core::value::{GoalState, Score};
use okr_replica::{KeyResultStanding, ObjectiveStanding};
use okr_report::reports::{Discipline, Final, KeyResultFinal, Lineage, Name, ObjectiveFinal};

use super::destination::Form;
use super::gather::{self, Ask, Ground, goal, objective};
use super::said::Voices;
use super::{course, decisions, state, work};
use crate::commands::Counts;
use crate::commands::past::Past;
use crate::context::Context;
use crate::error::CliError;
use crate::failure;

/// Gathers how a cycle ended; for a page with how the progress of each objective went.
///
/// # Errors
/// When a reference cannot be understood, or the replica cannot be read.
pub(in crate::commands) fn gather(
    context: &mut Context,
    past: &mut Past<'_>,
    ask: &Ask,
) -> Result<Final, CliError> {
    let material = super::only_cycle(context, past, ask)?;
    let name = material
        .iter()
        .map(|one| one.standing.cycle.name.to_string());
    let words: Vec<String> = match ask.form {
        Form::Slides => name.collect(),
        Form::Terminal | Form::Markdown | Form::Html | Form::Json => {
            std::iter::once("final".to_owned()).chain(name).collect()
        }
    };
    let decisions = decisions::since(context, past, material.as_slice(), None)?;
    let mut found = Final {
        frame: state::frame(past, ask, &words)?,
        cycle: None,
        objectives: Vec::new(),
        decisions,
        recognition: Vec::new(),
        feedback: Vec::new(),
        vitals: work::vitals(past, ask)?,
        discipline: Discipline::default(),
    };
    if let Some(material) = material {
        let standings = &material.standing.objectives;
        let objectives: Vec<&Objective> = standings.iter().map(|one| &one.objective).collect();
        let lineages = past.reading.lineages(&objectives);
        let lineages = lineages.map_err(failure::replica)?;
        let voices = Voices::about_goals(past, &material, (ask, false))?;
        for (standing, lineage) in standings.iter().zip(&lineages) {
            let mut facts = one_objective(past, standing, lineage);
            facts.reviews = voices.reviews(&gather::with_key_results(standing));
            if matches!(ask.form, Form::Html | Form::Slides) {
                facts.course = course::read(past, standing.objective.id, ask.language)?;
            }
            found.objectives.push(facts);
        }
        // Goals belong to the cycle; people and teams were thanked in its time.
        let grounds = std::slice::from_ref(&material);
        let people = Voices::about_people(past, grounds, ask)?;
        let voices = voices.and(people.within(&material.standing.cycle));
        found.recognition = voices.recognition();
        found.feedback = voices.feedback(ask);
        found.discipline = discipline(past, &material)?;
        found.cycle = Some(material.cycle);
    }
    Ok(found)
}

fn one_objective(
    past: &Past<'_>,
    standing: &ObjectiveStanding,
    lineage: &okr_replica::Lineage,
) -> ObjectiveFinal {
    let facts = objective(standing, past);
    // What was taken back of a carry-over is archived, and continues nothing.
    let continues = |later: &&Objective| {
        later.continues == Some(standing.objective.id) && later.state() != GoalState::Archived
    };
    let continued_by = lineage.later.iter().filter(continues);
    let key_results = standing.key_results.iter();
    ObjectiveFinal {
        suggested: standing.suggestion(),
        suggested_original: facts.original.map(|one| suggested_score(Some(one))),
        key_results: key_results.map(|one| key_result(one, past)).collect(),
        continues: lineage.earlier.first().map(|earlier| kin(earlier, past)),
        continued_by: continued_by.map(|later| kin(later, past)).collect(),
        reviews: Vec::new(),
        course: None,
        objective: facts,
    }
}

fn key_result(one: &KeyResultStanding, past: &Past<'_>) -> KeyResultFinal {
    // Nobody had committed to what was added later.
    let original: Option<Score> = one
        .original
        .filter(|original| Some(*original) != one.progress && !one.late_addition)
        .map(|original| suggested_score(Some(original)));
    KeyResultFinal {
        goal: goal(one, past, None),
        suggested: suggested_score(one.progress),
        suggested_original: original,
    }
}

fn kin(other: &Objective, past: &Past<'_>) -> Lineage {
    Lineage {
        id: other.id,
        objective: Name {
            reference: other.slug.to_string(),
            title: other.title.to_string(),
        },
        cycle: past.names.label(other.cycle.into()),
        score: other.score,
    }
}

fn discipline(past: &Past<'_>, material: &Ground) -> Result<Discipline, CliError> {
    let period = material.standing.cycle.period;
    let last = period.end().min(past.at.moment.day);
    let Some(days) = Days::new(period.start(), last) else {
        return Ok(Discipline::default());
    };
    let figures = gather::figures(past, material, days)?;
    let objectives = material.standing.objectives.iter();
    let never = objectives
        .flat_map(|one| &one.key_results)
        .filter(|one| one.latest.is_none() && one.status.is_in_force())
        .map(|one| one.key_result.slug.to_string());
    let counts = material.posts.as_ref().map(Counts::of).unwrap_or_default();
    Ok(Discipline {
        on_time: figures.kept,
        check_ins: figures.check_ins,
        gaps: figures.gaps,
        never: never.collect(),
        back_filled: counts.back_filled,
    })
}

//! `okr diff`: what changed between two moments, from what to what, by whom and why.

mod counts;
mod rows;
mod screen;
mod span;

use std::collections::BTreeSet;

use okr_core::entity::Entity;
use okr_core::field::FieldValue;
use okr_core::id::{EntityId, EntityKind, TeamId};
use okr_replica::{ChangedField, Diff, DiffScope, LogEntry, RollUpOf};

use super::log::learn_entries;
use super::past::{Past, learn_from};
use crate::args::DiffArgs;
use crate::context::{AtInfo, Context};
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::{ChangedItem, DiffItem, RollUpItem};
use crate::ui::OutputFormat;
use span::Words;

/// What can be compared.
const KINDS: &[EntityKind] = &[
    EntityKind::Team,
    EntityKind::Cycle,
    EntityKind::Objective,
    EntityKind::KeyResult,
    EntityKind::Initiative,
    EntityKind::Metric,
];

/// Runs `okr diff`.
///
/// # Errors
/// When a reference or moment cannot be understood, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, args: &DiffArgs) -> Result<Exit, CliError> {
    let words = Words::take(context, &args.words)?;
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let (from, references) = words.begin(context, &past)?;
    let scope = scope(context, &past, &references)?;
    let earlier = replica.reading(from.moment).map_err(failure::replica)?;
    let diff = past.reading.diff(&earlier, &scope);
    let diff = diff.map_err(failure::replica)?;
    learn(context, &mut past, &diff)?;
    answer(context, &past, (&from, &diff), args.stat)?;
    past.warn_upgrade(context);
    let is_same = diff.things.is_empty() && diff.roll_ups.is_empty();
    if is_same {
        context
            .ui
            .hint("nothing differs; okr log shows every change");
    }
    Ok(if args.exit_code && !is_same {
        Exit::ConditionNotMet
    } else {
        Exit::Ok
    })
}

/// Returns what the flags and references limit the comparison to.
fn scope(
    context: &mut Context,
    past: &Past<'_>,
    references: &[String],
) -> Result<DiffScope, CliError> {
    let found = past.find(context, references, KINDS)?;
    let things = (!found.is_empty()).then(|| {
        let mut things: BTreeSet<EntityId> = found.iter().copied().collect();
        for id in found {
            if let EntityId::Team(team) = id {
                things.extend(with_teams_below(past, team).into_iter().map(EntityId::from));
            }
        }
        things
    });
    let team = past.team_scope(context)?;
    let cycles = match context.globals.cycle.as_deref() {
        None | Some("all") => None,
        Some(_) => {
            let cycles = past.cycles_in_scope(context)?;
            Some(cycles.into_iter().map(|cycle| cycle.id).collect())
        }
    };
    Ok(DiffScope {
        cycles,
        teams: team.map(|team| with_teams_below(past, team)),
        things,
    })
}

fn with_teams_below(past: &Past<'_>, outer: TeamId) -> BTreeSet<TeamId> {
    let teams = past.teams.iter().map(|team| team.id);
    teams
        .filter(|team| past.is_within(Some(*team), outer))
        .collect()
}

/// Learns the names of everything that differs, and of what the fields name.
fn learn(context: &Context, past: &mut Past<'_>, diff: &Diff) -> Result<(), CliError> {
    let mut named = BTreeSet::new();
    let mut made: Vec<LogEntry> = Vec::new();
    let things = diff.things.iter().map(|changed| changed.entity.clone());
    past.names.learn_all(things);
    for changed in &diff.things {
        if let Entity::KeyResult(key_result) = &changed.entity {
            named.insert(key_result.objective.into());
        }
        named.extend(changed.fields.iter().flat_map(things_of));
        made.extend(changed.added.as_deref().cloned());
    }
    named.extend(diff.roll_ups.iter().map(|roll_up| match roll_up.of {
        RollUpOf::Objective(id) => EntityId::from(id),
        RollUpOf::Cycle(id) | RollUpOf::Team(id, _) => id.into(),
    }));
    learn_from(&mut past.names, &past.reading, named)?;
    learn_entries(context, past, &made)
}

fn things_of(field: &ChangedField) -> impl Iterator<Item = EntityId> {
    let ends = [&field.step.from, &field.step.to].into_iter();
    ends.flat_map(FieldValue::things)
}

fn answer(
    context: &mut Context,
    past: &Past<'_>,
    (from, diff): (&AtInfo, &Diff),
    stat: bool,
) -> Result<(), CliError> {
    let frame = past.frame(context)?;
    let changed = || {
        diff.things
            .iter()
            .map(|one| ChangedItem::new(one, &past.names))
    };
    match context.ui.output() {
        OutputFormat::Table => {
            let screen = *context.ui.screen();
            let text = if stat {
                counts::render(diff, past, &screen)
            } else {
                screen::render(diff, (from, past), &screen)
            };
            context.ui.print(&text);
        }
        OutputFormat::Id => {
            for item in changed() {
                context.ui.item(&item, |_| String::new());
            }
        }
        OutputFormat::Json | OutputFormat::Jsonl => {
            let roll_ups = diff.roll_ups.iter();
            let item = DiffItem {
                from: from.at.clone(),
                to: past.at.at.clone(),
                counts: counts::of(diff, past),
                roll_ups: roll_ups
                    .map(|one| RollUpItem::new(one, &past.names))
                    .collect(),
                things: (!stat).then(|| changed().collect()),
            };
            context.ui.answer(&frame, &[item], |_| String::new());
        }
    }
    Ok(())
}

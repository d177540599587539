//! `okr tree`: the goals of a cycle, with how they stand.

pub(crate) mod rows;
pub(crate) mod screen;

use std::collections::{BTreeSet, HashMap};

use okr_core::id::{EntityId, EntityKind, TeamId};
use okr_core::value::CycleState;
use okr_core::view::View as _;
use okr_replica::CycleStanding;

use super::past::Past;
use super::status::screen::exchange;
use crate::args::TreeArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::{CycleTreeItem, ObjectiveItem};
use crate::render::Screen;
use crate::ui::OutputFormat;
use crate::wording::is_about;
use rows::{DEPTH_KEY_RESULTS, arrange};
use screen::{Heading, Tree};

const KINDS: &[EntityKind] = &[
    EntityKind::Team,
    EntityKind::Cycle,
    EntityKind::Objective,
    EntityKind::KeyResult,
    EntityKind::Person,
];

/// Runs `okr tree`.
///
/// # Errors
/// When a reference or moment cannot be understood, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, args: &TreeArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let texts: Vec<String> = args.reference.iter().cloned().collect();
    let about = past.find(context, &texts, KINDS)?.first().copied();
    let about = match about {
        Some(about) => Some(about),
        None => past.team_scope(context)?.map(EntityId::from),
    };
    let teams = teams_shown(&past, about)?;
    let mut standings = Vec::new();
    for cycle in past.cycles_of(context, about)? {
        if let Some(mut standing) = past.cycle_table(&cycle, teams.as_ref())? {
            keep(&mut standing, about, &past, args.depth);
            standings.push(standing);
        }
    }
    let is_empty = standings
        .iter()
        .all(|standing| standing.objectives.is_empty());
    answer(context, &past, &standings, (about, args.depth))?;
    past.warn_upgrade(context);
    if is_empty {
        past.hint_nothing(
            context,
            if standings.is_empty() {
                "there is no cycle yet: okr cycle add 2026-Q4 --open"
            } else {
                "no goals here yet: okr objective add TITLE"
            },
        );
    }
    Ok(Exit::Ok)
}

/// Returns whose objectives a tree shows or counts: of what was asked for, and of the teams above it,
/// whose own progress stands beside them. None where it may be those of any team.
fn teams_shown(
    past: &Past<'_>,
    about: Option<EntityId>,
) -> Result<Option<BTreeSet<Option<TeamId>>>, CliError> {
    let reading = &past.reading;
    let objective = match about {
        Some(EntityId::Objective(id)) => Some(id),
        Some(EntityId::KeyResult(id)) => {
            let key_result = reading.key_result(id).map_err(failure::replica)?;
            key_result.map(|key_result| key_result.objective)
        }
        _ => None,
    };
    let (inner, below) = match (about, objective) {
        (Some(EntityId::Team(team)), _) => (Some(team), past.teams_within(team)),
        (_, Some(objective)) => {
            let Some(objective) = reading.objective(objective).map_err(failure::replica)? else {
                return Ok(None);
            };
            (objective.team, Vec::new())
        }
        (_, None) => return Ok(None),
    };
    let Some(team) = inner else {
        return Ok(Some(BTreeSet::from([None])));
    };
    let shown = past.teams_above(team).into_iter().chain(below);
    Ok(Some(shown.map(Some).collect()))
}

/// Keeps only the part of a cycle that was asked for.
pub(crate) fn keep(
    standing: &mut CycleStanding,
    about: Option<EntityId>,
    past: &Past<'_>,
    depth: usize,
) {
    if depth < DEPTH_KEY_RESULTS {
        for objective in &mut standing.objectives {
            objective.key_results.clear();
        }
    }
    match about {
        None | Some(EntityId::Cycle(_) | EntityId::Org(_)) => {}
        Some(EntityId::Team(team)) => {
            standing.progress = standing.teams.get(&Some(team)).copied().flatten();
            standing
                .objectives
                .retain(|one| past.is_within(one.objective.team, team));
        }
        Some(
            id @ (EntityId::Objective(_)
            | EntityId::KeyResult(_)
            | EntityId::Person(_)
            | EntityId::CheckIn(_)
            | EntityId::Comment(_)
            | EntityId::Initiative(_)
            | EntityId::Metric(_)
            | EntityId::MetricValue(_)),
        ) => {
            standing.objectives.retain(|one| is_about(one, id));
            standing.progress = match standing.objectives.as_slice() {
                [only] => only.progress,
                [] | [_, ..] => None,
            };
            if let EntityId::KeyResult(id) = id {
                for objective in &mut standing.objectives {
                    objective.key_results.retain(|one| one.key_result.id == id);
                }
            }
        }
    }
}

fn answer(
    context: &mut Context,
    past: &Past<'_>,
    standings: &[CycleStanding],
    (about, depth): (Option<EntityId>, usize),
) -> Result<(), CliError> {
    let frame = past.frame(context)?;
    match context.ui.output() {
        OutputFormat::Table => {
            let text = text(past, standings, (about, depth), context.ui.screen());
            context.ui.print(&text);
        }
        OutputFormat::Json => {
            let items: Vec<CycleTreeItem> = standings
                .iter()
                .map(|standing| CycleTreeItem::new(standing, &past.teams, &past.names))
                .collect();
            context.ui.answer(&frame, &items, |_| String::new());
        }
        OutputFormat::Jsonl | OutputFormat::Id => {
            for objective in standings.iter().flat_map(|standing| &standing.objectives) {
                let item = ObjectiveItem::new(objective, &past.names);
                context.ui.item(&item, |_| String::new());
            }
        }
    }
    Ok(())
}

fn text(
    past: &Past<'_>,
    standings: &[CycleStanding],
    (about, depth): (Option<EntityId>, usize),
    screen: &Screen,
) -> String {
    let mut parts: Vec<String> = standings
        .iter()
        .map(|standing| {
            let tree = Tree {
                heading: Some(heading(past, standing, about)),
                nodes: arrange(standing, &past.teams, depth),
                notes: HashMap::new(),
            };
            screen::render(&tree, &past.names, screen)
        })
        .collect();
    if let Some(as_of) = past.as_of().filter(|_| !standings.is_empty()) {
        // Above everything, and whole: an answer about the past must not pass for the present.
        let as_of = screen.paint(crate::render::Tone::Warning, &as_of);
        parts.insert(0, format!("{as_of}\n"));
    }
    if screen.terminal && !standings.is_empty() {
        let state = past.exchange();
        let mut footer = exchange(&state, &past.at.clock, screen);
        if state.conflicts > 0 {
            footer = format!("{footer} {} conflicts: okr conflicts", screen.dot());
        }
        parts.push(format!(
            "{}\n",
            screen.paint(crate::render::Tone::Dim, &footer)
        ));
    }
    parts.join("\n")
}

/// Returns what stands above the tree of a cycle.
pub(crate) fn heading(
    past: &Past<'_>,
    standing: &CycleStanding,
    about: Option<EntityId>,
) -> Heading {
    let cycle = &standing.cycle;
    let mut title = match &past.org {
        Some(org) => format!("{org}  {}", cycle.name),
        None => cycle.name.to_string(),
    };
    match cycle.state {
        CycleState::Open => {}
        CycleState::Planned | CycleState::Closed => title = format!("{title}, {}", cycle.state),
    }
    if let Some(EntityId::Team(_) | EntityId::Person(_)) = about
        && let Some(about) = about
    {
        title = format!("{title}  {}", past.names.label(about));
    }
    Heading {
        title,
        progress: standing.progress,
        tail: format!("pace {}", standing.expected.percent()),
    }
}

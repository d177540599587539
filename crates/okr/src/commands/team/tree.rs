//! `okr team tree`: which team is part of which.

use std::collections::BTreeMap;

use okr_core::entity::Team;
use okr_core::id::TeamId;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::args::TeamTreeArgs;
use crate::commands::list::rows;
use crate::commands::past::Past;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::names::Names;
use crate::output::TeamItem;
use crate::render::{Cell, Column, Node, Screen, Table, Tone, tree_lines};
use crate::ui::Item;

/// A team and how deep it stands in the tree, which is listed from top to bottom.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct TeamInTreeItem {
    #[serde(flatten)]
    team: TeamItem,
    /// 0: at the top of what is shown.
    depth: usize,
}

impl Item for TeamInTreeItem {
    const TYPE: &'static str = TeamItem::TYPE;
    const SCHEMA: &'static str = "TeamTree";

    fn id(&self) -> Option<Uuid> {
        self.team.id()
    }
}

pub(super) fn run(context: &mut Context, args: &TeamTreeArgs) -> Result<Exit, CliError> {
    let globals = &context.globals;
    let refused = [("--team", &globals.team), ("--cycle", &globals.cycle)];
    if let Some((flag, _)) = refused.iter().find(|(_, given)| given.is_some()) {
        let message = format!("{flag} does not fit what is shown");
        return Err(CliError::usage("flag-without-effect", message)
            .with_hint("okr team tree TEAM shows a part of the tree"));
    }
    let replica = context.replica()?;
    let past = Past::open(context, &replica)?;
    let top = match &args.reference {
        Some(text) => Some(past.with_resolver(context, |resolver| resolver.team(text))?),
        None => None,
    };
    let shown = past.teams.iter();
    let shown = shown.filter(|team| args.archived || !team.archived || Some(team.id) == top);
    let nodes = arrange(&shown.collect::<Vec<_>>(), &past.teams, top);
    let frame = past.frame(context)?;
    let items: Vec<TeamInTreeItem> = from_top(&nodes, &Screen::piped())
        .iter()
        .map(|(_, depth, team)| TeamInTreeItem {
            team: TeamItem::new(team, &past.names),
            depth: *depth,
        })
        .collect();
    context.ui.answer(&frame, &items, |screen| {
        table(&nodes, args.archived, (&past.names, screen)).render(screen)
    });
    past.warn_upgrade(context);
    if nodes.is_empty() {
        past.hint_nothing(context, "nothing fits; okr team add NAME adds one");
    }
    Ok(Exit::Ok)
}

/// Hangs each team below the nearest team above it that is shown, those at the top first; with a
/// top, only that and what is below it.
fn arrange<'a>(shown: &[&'a Team], all: &[Team], top: Option<TeamId>) -> Vec<Node<&'a Team>> {
    let above = |team: &Team| {
        let mut parent = team.parent;
        // As many steps as there are teams reach the top, whatever the history says.
        for _ in 0..all.len() {
            let id = parent?;
            if shown.iter().any(|one| one.id == id) {
                return Some(id);
            }
            parent = all
                .iter()
                .find(|one| one.id == id)
                .and_then(|one| one.parent);
        }
        None
    };
    let mut below: BTreeMap<Option<TeamId>, Vec<&'a Team>> = BTreeMap::new();
    for team in shown {
        below.entry(above(team)).or_default().push(team);
    }
    match top {
        None => nodes(&below, None, shown.len()),
        Some(top) => {
            let team = shown.iter().find(|team| team.id == top);
            let node = |team: &&'a Team| Node {
                item: *team,
                children: nodes(&below, Some(top), shown.len()),
            };
            team.map(node).into_iter().collect()
        }
    }
}

/// Returns the teams below one; `levels` bounds the depth whatever the history says.
fn nodes<'a>(
    below: &BTreeMap<Option<TeamId>, Vec<&'a Team>>,
    parent: Option<TeamId>,
    levels: usize,
) -> Vec<Node<&'a Team>> {
    let Some(levels) = levels.checked_sub(1) else {
        return Vec::new();
    };
    let children = below.get(&parent).map_or(&[][..], Vec::as_slice);
    let node = |team: &&'a Team| Node {
        item: *team,
        children: nodes(below, Some(team.id), levels),
    };
    children.iter().map(node).collect()
}

/// Lists a tree from top to bottom: the branches before each team, its depth and itself. What is at
/// the top hangs from nothing.
fn from_top<'a>(nodes: &[Node<&'a Team>], screen: &Screen) -> Vec<(String, usize, &'a Team)> {
    let mut lines = Vec::new();
    for node in nodes {
        lines.push((String::new(), 0, node.item));
        for line in tree_lines(&node.children, screen) {
            lines.push((line.prefix, line.depth + 1, *line.item));
        }
    }
    lines
}

fn table(nodes: &[Node<&Team>], archived: bool, (names, screen): (&Names, &Screen)) -> Table {
    let lines = from_top(nodes, screen);
    let ids = rows::ids(lines.iter().map(|(_, _, team)| team.id.uuid()));
    let mut columns = vec![
        Column::left("ID"),
        Column::left("TEAM"),
        Column::left("NAME").flexible(),
        Column::left("LEADS").flexible(),
        Column::right("MEMBERS"),
    ];
    if archived {
        columns.push(Column::left("STATE"));
    }
    let mut table = Table::new(columns);
    for (branches, _, team) in lines {
        let leads: Vec<String> = team.leads.iter().map(|id| names.at_person(*id)).collect();
        let slug = rows::with_upgrade(team.slug.as_str(), names.needs_upgrade(team.id));
        let mut row = vec![
            Cell::toned(Tone::Id, &ids.shown(team.id.uuid())),
            Cell::toned(Tone::Dim, &branches).and(Tone::Plain, &slug),
            team.name.as_str().into(),
            leads.join(", ").into(),
            team.members.len().to_string().into(),
        ];
        if archived {
            row.push(if team.archived { "archived" } else { "active" }.into());
        }
        table.row(row);
    }
    table
}

//! The goals that stand otherwise than they were committed to, on a screen: both sides of each.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use okr_core::entity::{KeyResult, Objective};
use okr_core::id::{EntityId, KeyResultId, TeamId};
use okr_core::status::Status;
use okr_replica::{Both, Goalposts, KeyResultEffect, MoveKind, ObjectiveEffect};

use super::scope::{key_result_progress, objective_progress};
use crate::commands::status::screen::aligned;
use crate::names::Names;
use crate::render::{
    Cell, Column, Node, Screen, Table, Tone, mark_and_words, tone, tree_lines, wrap,
};
use crate::wording::{Before, percent, said, was_before};

/// Renders what differs between both sides; none where nothing moved.
pub(super) fn render(found: &Goalposts, names: &Names, screen: &Screen) -> Option<String> {
    let comparison = Comparison {
        found,
        names,
        words: words_of(found, names, screen),
    };
    let mut same = 0;
    let mut teams: BTreeMap<Option<TeamId>, Vec<Node<Row>>> = BTreeMap::new();
    for objective in &found.effect.objectives {
        let row = comparison.objective(objective);
        let (differing, rest): (Vec<Row>, Vec<Row>) = objective
            .key_results
            .iter()
            .map(|one| comparison.key_result(objective, one))
            .partition(|row| row.differs);
        same += rest.len();
        if !row.differs && differing.is_empty() {
            continue;
        }
        let side = objective.current.or(objective.committed);
        let node = Node {
            item: row,
            children: differing.into_iter().map(Node::leaf).collect(),
        };
        teams
            .entry(side.and_then(|side| side.team))
            .or_default()
            .push(node);
    }
    if teams.is_empty() {
        return None;
    }
    let mut nodes = Vec::new();
    for (team, children) in teams {
        match team {
            None => nodes.extend(children),
            Some(team) => nodes.push(Node {
                item: comparison.team(team),
                children,
            }),
        }
    }
    let title = screen.paint(Tone::Strong, "Effect");
    let mut rest = comparison.first_targets();
    match same {
        0 => {}
        1 => rest.push("1 other key result stands the same on both sides.".to_owned()),
        many => rest.push(format!(
            "{many} other key results stand the same on both sides."
        )),
    }
    let mut text = format!("{title}\n{}", table(&nodes, screen));
    for line in rest.iter().flat_map(|one| wrap(one, screen.width, screen)) {
        text.push_str(&screen.paint(Tone::Dim, &line));
        text.push('\n');
    }
    Some(text)
}

/// A line of the comparison.
struct Row {
    label: Cell,
    progress: Both,
    statuses: [Option<Status>; 2],
    what: String,
    differs: bool,
}

fn table(nodes: &[Node<Row>], screen: &Screen) -> String {
    let screen = &aligned(screen);
    let mut table = Table::new([
        Column::left("GOAL"),
        Column::right("COMMITTED"),
        Column::left("STATUS"),
        Column::right("NOW"),
        Column::left("STATUS"),
        Column::left("WHAT").flexible(),
    ]);
    for line in tree_lines(nodes, screen) {
        let row = line.item;
        let label = Cell::toned(Tone::Dim, &line.prefix);
        let label = label.and_at(0, row.label.clone());
        let [committed, current] = row.statuses.map(|status| match status {
            Some(status) => Cell::toned(tone(status), &mark_and_words(status, screen)),
            None => Cell::toned(Tone::Plain, " "),
        });
        let what = if row.what.is_empty() {
            " "
        } else {
            row.what.as_str()
        };
        table.row([
            label,
            percent(row.progress.committed).into(),
            committed,
            percent(row.progress.current).into(),
            current,
            Cell::toned(Tone::Warning, what),
        ]);
    }
    table.render(screen)
}

/// Says, for each goal, what moved about it.
fn words_of(found: &Goalposts, names: &Names, screen: &Screen) -> HashMap<EntityId, Vec<String>> {
    let mut words: HashMap<EntityId, Vec<String>> = HashMap::new();
    for moved in &found.moved {
        let events = moved.entry.change.iter().flat_map(|change| &change.events);
        for (step, event) in moved.steps.iter().zip(events) {
            let about = words.entry(step.subject).or_default();
            let told = match step.kind {
                MoveKind::LateAddition => vec!["late addition".to_owned()],
                MoveKind::PutBack => vec!["put back".to_owned()],
                MoveKind::Amendment | MoveKind::TakenOut => {
                    let said = said(event, Before::default(), names, screen);
                    said.iter().map(|said| said.word.to_owned()).collect()
                }
            };
            for word in told {
                if !about.contains(&word) {
                    about.push(word);
                }
            }
        }
    }
    words
}

struct Comparison<'a> {
    found: &'a Goalposts,
    names: &'a Names,
    words: HashMap<EntityId, Vec<String>>,
}

impl Comparison<'_> {
    fn team(&self, team: TeamId) -> Row {
        let teams = &self.found.effect.teams;
        let progress = teams.get(&Some(team)).copied().unwrap_or_default();
        Row {
            label: Cell::toned(Tone::Strong, &self.names.label(team.into())),
            differs: progress.committed != progress.current,
            progress,
            statuses: [None, None],
            what: String::new(),
        }
    }

    fn objective(&self, row: &ObjectiveEffect) -> Row {
        let objective = &row.objective;
        let mut what = self.what(objective.id.into());
        if let Some(place) = self.gone(objective) {
            what.retain(|word| word != "cycle");
            what.push(place);
        }
        let progress = objective_progress(row);
        let sides = [row.committed, row.current];
        let [committed, current] = sides.map(|side| side.map(|side| (side.weight, side.team)));
        Row {
            label: Cell::toned(Tone::Strong, objective.slug.as_str()),
            differs: progress.committed != progress.current
                || committed != current
                || !what.is_empty(),
            progress,
            statuses: [None, None],
            what: what.join(", "),
        }
    }

    fn key_result(&self, objective: &ObjectiveEffect, row: &KeyResultEffect) -> Row {
        let key_result = &row.key_result;
        let mut what = self.what(key_result.id.into());
        if let Some(place) = self.elsewhere(&objective.objective, key_result) {
            what.retain(|word| word != "objective");
            what.push(place);
        }
        if row.committed.is_none() && what.is_empty() {
            what.push("not committed".to_owned());
        }
        let status = |side: &okr_replica::KeyResultSide| side.status;
        Row {
            label: key_result.slug.as_str().into(),
            differs: row.committed != row.current || !what.is_empty(),
            progress: key_result_progress(row),
            statuses: [
                row.committed.as_ref().map(status),
                row.current.as_ref().map(status),
            ],
            what: what.join(", "),
        }
    }

    /// Says what moving the target of late key results did: these have no committed side to tell it.
    fn first_targets(&self) -> Vec<String> {
        let rows = self.found.effect.objectives.iter();
        let shown: BTreeSet<KeyResultId> = rows
            .flat_map(|row| &row.key_results)
            .map(|row| row.key_result.id)
            .collect();
        let standings = self.found.standing.objectives.iter();
        standings
            .flat_map(|one| &one.key_results)
            .filter(|one| one.late_addition && shown.contains(&one.key_result.id))
            .filter_map(|one| {
                let was = was_before(one)?;
                Some(format!("{}: {was} (late addition)", one.key_result.slug))
            })
            .collect()
    }

    fn what(&self, id: EntityId) -> Vec<String> {
        self.words.get(&id).cloned().unwrap_or_default()
    }

    /// Says into which cycle an objective was moved.
    fn gone(&self, objective: &Objective) -> Option<String> {
        let is_elsewhere = objective.cycle != self.found.standing.cycle.id;
        is_elsewhere.then(|| format!("now in {}", self.names.label(objective.cycle.into())))
    }

    /// Says to which objective a key result was moved.
    fn elsewhere(&self, objective: &Objective, key_result: &KeyResult) -> Option<String> {
        let is_elsewhere = objective.id != key_result.objective;
        is_elsewhere.then(|| format!("now of {}", self.names.label(key_result.objective.into())))
    }
}

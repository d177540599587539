//! What a frame shows, in words: made once when the frame is reached, laid out for each screen.

use std::collections::HashMap;

use okr_core::id::EntityId;
use okr_core::status::Status;

use crate::commands::log::told_all;
use crate::commands::past::Past;
use crate::commands::replay::reel::Reel;
use crate::commands::replay::scene::Scene;
use crate::commands::replay::screen::heading;
use crate::commands::tree::rows::{DEPTH_KEY_RESULTS, Row, about, arrange};
use crate::render::{Screen, TreeLine, local, tree_lines};
use crate::wording::{Told, key_result_marks, now, objective_marks, percent};

/// What a frame shows.
#[derive(Clone, Debug, Default)]
pub(super) struct Picture {
    /// When it is.
    pub(super) when: String,
    /// What the goals belong to: `2026-Q4, open`; none before there are any.
    pub(super) heading: Option<Total>,
    pub(super) goals: Vec<Goal>,
    /// The changes, each with the words for when it was written.
    pub(super) changes: Vec<(String, Told)>,
    /// How many changes there are beyond these.
    pub(super) more: usize,
    /// The names of what the changes are about.
    pub(super) labels: HashMap<EntityId, String>,
}

/// The line above the goals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Total {
    pub(super) title: String,
    pub(super) progress: String,
    pub(super) pace: String,
    /// Whether the cycle itself is another than before.
    pub(super) is_changed: bool,
}

/// A line of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Goal {
    /// What is drawn before its first line and before its further ones.
    pub(super) branches: (String, String),
    pub(super) kind: Kind,
    /// Its everyday name.
    pub(super) label: String,
    /// Its long name, where there is room.
    pub(super) title: String,
    /// The present value of a key result: `now 312 ms`.
    pub(super) now: String,
    pub(super) progress: String,
    pub(super) status: Option<Status>,
    /// What is special about it: `41% before`, `late addition`.
    pub(super) marks: Vec<String>,
    pub(super) is_changed: bool,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Team,
    Objective,
    KeyResult,
    /// The goal that the objective above supports.
    Supports,
}

impl Picture {
    /// Puts a scene in words.
    pub(super) fn of(
        scene: &Scene,
        (reel, frame): (&Reel, usize),
        past: &Past<'_>,
        screen: &Screen,
    ) -> Self {
        let changes = told_all(&scene.entries, &scene.before, past, screen);
        let clock = &past.at.clock;
        let changes = changes.into_iter();
        let changes: Vec<(String, Told)> = changes
            .map(|told| (local(told.authored_at, clock), told))
            .collect();
        let all_said = changes.iter().flat_map(|(_, told)| &told.said);
        let labels = all_said.map(|said| (said.about, past.names.label(said.about)));
        let mut picture = Self {
            when: reel.when(frame),
            labels: labels.collect(),
            changes,
            more: scene.more,
            ..Self::default()
        };
        let Some(standing) = &scene.standing else {
            return picture;
        };
        let above = heading(standing);
        picture.heading = Some(Total {
            title: above.title,
            progress: percent(above.progress),
            pace: above.tail,
            is_changed: scene.changed.contains(&standing.cycle.id.into()),
        });
        let nodes = arrange(standing, &past.teams, DEPTH_KEY_RESULTS);
        let lines = tree_lines(&nodes, screen);
        picture.goals = lines
            .iter()
            .map(|line| goal(line, scene, past, screen))
            .collect();
        picture
    }
}

fn goal(line: &TreeLine<'_, Row<'_>>, scene: &Scene, past: &Past<'_>, screen: &Screen) -> Goal {
    let id = about(line.item);
    let names = &past.names;
    let mut goal = Goal {
        branches: (line.prefix.clone(), line.continuation.clone()),
        kind: Kind::Team,
        label: String::new(),
        title: String::new(),
        now: String::new(),
        progress: String::new(),
        status: None,
        marks: Vec::new(),
        is_changed: false,
    };
    match line.item {
        Row::Team { team, progress } => {
            goal.label = team.slug.to_string();
            goal.title = team.name.to_string();
            goal.progress = percent(*progress);
        }
        Row::Objective(standing) => {
            goal.kind = Kind::Objective;
            goal.label = standing.objective.slug.to_string();
            goal.title = standing.objective.title.to_string();
            goal.progress = percent(standing.progress);
            goal.marks = objective_marks(standing, names);
        }
        Row::KeyResult(standing) => {
            let measure = &standing.key_result.measure;
            let latest = standing.latest.as_ref().map(|fact| &fact.check_in.value);
            goal.kind = Kind::KeyResult;
            goal.label = standing.key_result.slug.to_string();
            goal.now = now(latest, measure, screen);
            goal.progress = percent(standing.progress);
            goal.status = Some(standing.status);
            goal.marks = key_result_marks(standing, names);
        }
        Row::Supports(_) => {
            goal.kind = Kind::Supports;
            goal.label = format!("serves {}", names.label(id));
            return goal;
        }
    }
    // What it was before is said first: it is what the frame is about.
    if let Some(note) = scene.notes.get(&id) {
        goal.marks.insert(0, note.clone());
    }
    goal.is_changed = scene.changed.contains(&id);
    goal
}

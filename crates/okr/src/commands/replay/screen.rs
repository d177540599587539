//! A frame as plain text: what happened, then how goals stood after it.

use okr_replica::CycleStanding;

use super::scene::Scene;
use crate::commands::log;
use crate::commands::past::Past;
use crate::commands::tree::rows::{DEPTH_KEY_RESULTS, arrange};
use crate::commands::tree::screen::{self as tree_screen, Heading, Tree};
use crate::render::{Cell, Screen, Tone, text_width};

/// The width of the rule over a frame, in columns.
const RULE_WIDTH: usize = 72;

/// What stands over a frame.
pub(super) struct Title {
    /// The number of the frame, from 1.
    pub(super) number: usize,
    /// How many there are.
    pub(super) of: usize,
    /// When it is.
    pub(super) when: String,
}

/// Renders a frame with an empty line after it.
pub(super) fn render(scene: &Scene, title: &Title, past: &Past<'_>, screen: &Screen) -> String {
    let mut text = rule(title, screen);
    text.push_str(&log::aligned(&scene.entries, &scene.before, past, screen));
    if let Some(standing) = &scene.standing {
        text.push('\n');
        if scene.is_still() {
            text.push_str(&screen.paint(Tone::Dim, "The goals stand as before."));
            text.push('\n');
        } else {
            text.push_str(&drawn(scene, standing, past, screen));
        }
    }
    text.push('\n');
    text
}

fn rule(title: &Title, screen: &Screen) -> String {
    let dash = if screen.ascii { "-" } else { "─" };
    let Title { number, of, when } = title;
    let dot = screen.dot();
    let heading = format!("{dash}{dash} {number} of {of} {dot} {when} ");
    let width = RULE_WIDTH.min(screen.width);
    let rest = dash.repeat(width.saturating_sub(text_width(&heading)));
    let cell = Cell::toned(Tone::Accent, &heading).and(Tone::Dim, &rest);
    format!("{}\n", cell.paint(usize::MAX, screen))
}

fn drawn(scene: &Scene, standing: &CycleStanding, past: &Past<'_>, screen: &Screen) -> String {
    let tree = Tree {
        heading: Some(heading(standing)),
        nodes: arrange(standing, &past.teams, DEPTH_KEY_RESULTS),
        notes: scene.notes.clone(),
    };
    tree_screen::render(&tree, &past.names, screen)
}

/// Returns what stands above the goals of a frame.
pub(super) fn heading(standing: &CycleStanding) -> Heading {
    let cycle = &standing.cycle;
    Heading {
        title: format!("{}, {}", cycle.name, cycle.state),
        progress: standing.progress,
        tail: format!("pace {}", standing.expected.percent()),
    }
}

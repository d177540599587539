//! A frame as plain text: what happened, then how goals stood after it.

use okr_replica::CycleStanding;

use super::frames::Frame;
use crate::commands::log;
use crate::commands::past::Past;
use crate::commands::tree::rows::{DEPTH_KEY_RESULTS, arrange};
use crate::commands::tree::screen::{self as tree_screen, Heading, Tree};
use crate::render::{Cell, Screen, Tone, local, text_width};

/// The width of the rule over a frame, in columns.
const RULE_WIDTH: usize = 72;

/// Renders a frame with an empty line after it.
pub(super) fn render(
    frame: &Frame,
    (number, of): (usize, usize),
    past: &Past<'_>,
    screen: &Screen,
) -> String {
    let clock = &past.at.clock;
    let mut text = rule(
        &format!("{number} of {of}"),
        &local(frame.at, clock),
        screen,
    );
    text.push_str(&log::aligned(&frame.entries, &frame.before, past, screen));
    if let Some(standing) = &frame.standing {
        text.push('\n');
        text.push_str(&drawn(frame, standing, past, screen));
    }
    text.push('\n');
    text
}

fn rule(place: &str, when: &str, screen: &Screen) -> String {
    let dash = if screen.ascii { "-" } else { "─" };
    let heading = format!("{dash}{dash} {place} {} {when} ", screen.dot());
    let width = RULE_WIDTH.min(screen.width);
    let rest = dash.repeat(width.saturating_sub(text_width(&heading)));
    let cell = Cell::toned(Tone::Accent, &heading).and(Tone::Dim, &rest);
    format!("{}\n", cell.paint(usize::MAX, screen))
}

fn drawn(frame: &Frame, standing: &CycleStanding, past: &Past<'_>, screen: &Screen) -> String {
    let cycle = &standing.cycle;
    let tree = Tree {
        heading: Some(Heading {
            title: format!("{}, {}", cycle.name, cycle.state),
            progress: standing.progress,
            tail: format!("pace {}", standing.expected.percent()),
        }),
        nodes: arrange(standing, &past.teams, DEPTH_KEY_RESULTS),
        notes: frame.notes.clone(),
    };
    tree_screen::render(&tree, &past.names, screen)
}

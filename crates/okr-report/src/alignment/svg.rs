//! Goals as a picture: what is at the top stands left, what serves it to the right of it, in a row of
//! its own. Self-contained, for light and dark, with a title and a description.

use std::fmt::Write as _;

use super::{Goal, GoalKind, forest};
use crate::text::{escape, fit};

const BOX_WIDTH: usize = 250;
const BOX_HEIGHT: usize = 58;
const GAP_ACROSS: usize = 46;
const GAP_DOWN: usize = 14;
const MARGIN: usize = 16;
/// Where the boxes begin, from above.
const TOP: usize = 54;
/// How many columns of a terminal fit into a box.
const COLUMNS: usize = 33;

const LOOK: &str = "
.okr-align{--page:#fff;--ink:#1f2328;--dim:#59636e;--line:#59636e;--box:#f6f8fa;\
font:13px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;max-width:100%;height:auto}
@media screen and (prefers-color-scheme:dark){.okr-align{--page:#0d1117;--ink:#e6edf3;--dim:#9198a1;--line:#9198a1;--box:#161b22}}
.okr-align text{fill:var(--ink)}.okr-align .dim{fill:var(--dim)}.okr-align .head{font-size:18px;font-weight:600}
.okr-align .name{font-weight:600}.okr-align .page{fill:var(--page)}
.okr-align rect.goal{fill:var(--box);stroke:var(--line)}.okr-align .measure{stroke-dasharray:4 3}
.okr-align path{fill:none;stroke:var(--line);stroke-width:1.5}.okr-align path.tip{fill:var(--line);stroke:none}
";

/// Draws goals and what they serve.
pub fn svg(title: &str, goals: &[Goal]) -> String {
    let order = forest(goals);
    let places: Vec<(usize, usize)> = order
        .iter()
        .enumerate()
        .map(|(row, (_, depth))| {
            let x = MARGIN + depth * (BOX_WIDTH + GAP_ACROSS);
            (x, TOP + row * (BOX_HEIGHT + GAP_DOWN))
        })
        .collect();
    let deepest = order.iter().map(|(_, depth)| *depth).max().unwrap_or(0);
    let width = 2 * MARGIN + (deepest + 1) * BOX_WIDTH + deepest * GAP_ACROSS;
    let height = TOP + order.len().max(1) * (BOX_HEIGHT + GAP_DOWN) + MARGIN;
    let mut body = String::new();
    for ((index, _), place) in order.iter().zip(&places) {
        let goal = &goals[*index];
        let above = goal.above.and_then(|above| {
            let row = order.iter().position(|(other, _)| *other == above)?;
            Some(places[row])
        });
        if let Some(above) = above {
            link(goal.kind, above, *place, &mut body);
        }
        draw(goal, *place, &mut body);
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"okr-align\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"align-title align-desc\">\n\
         <title id=\"align-title\">{title}</title>\n<desc id=\"align-desc\">{}</desc>\n\
         <style>{LOOK}</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"head\" x=\"{MARGIN}\" y=\"32\">{title}</text>\n{body}</svg>\n",
        escape(&described(goals)),
        title = escape(title),
    )
}

/// Says in words what the picture shows.
fn described(goals: &[Goal]) -> String {
    if goals.is_empty() {
        return "No goals.".to_owned();
    }
    let mut text = String::new();
    for goal in goals {
        let above = goal.above.and_then(|above| goals.get(above));
        let serves = match (above, goal.kind) {
            (Some(above), GoalKind::Objective) => format!(" supports {}", above.name),
            (Some(above), GoalKind::KeyResult) => format!(" measures {}", above.name),
            (None, _) => " stands alone or at the top".to_owned(),
        };
        let _written = write!(text, "{}{serves}. ", goal.name);
    }
    text.trim_end().to_owned()
}

fn draw(goal: &Goal, (x, y): (usize, usize), body: &mut String) {
    let (radius, class) = match goal.kind {
        GoalKind::Objective => (6, "goal"),
        GoalKind::KeyResult => (28, "goal measure"),
    };
    let inset = x + 14;
    let _written = writeln!(
        body,
        "<g><title>{}</title><rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{BOX_WIDTH}\" \
         height=\"{BOX_HEIGHT}\" rx=\"{radius}\"/>\
         <text class=\"name\" x=\"{inset}\" y=\"{}\">{}</text>\
         <text x=\"{inset}\" y=\"{}\">{}</text>\
         <text class=\"dim\" x=\"{inset}\" y=\"{}\">{}</text></g>",
        escape(&format!("{}: {}", goal.name, goal.title)),
        y + 18,
        escape(&fit(&goal.name, COLUMNS, "…")),
        y + 34,
        escape(&fit(&goal.title, COLUMNS, "…")),
        y + 50,
        escape(&fit(&goal.note, COLUMNS, "…")),
    );
}

/// Draws the way from a goal to the one above it, which stands left of it and higher.
fn link(
    kind: GoalKind,
    (above_x, above_y): (usize, usize),
    (x, y): (usize, usize),
    body: &mut String,
) {
    let (end_x, end_y) = (above_x + BOX_WIDTH / 8, above_y + BOX_HEIGHT);
    let middle = y + BOX_HEIGHT / 2;
    let class = match kind {
        GoalKind::Objective => "serves",
        GoalKind::KeyResult => "measure",
    };
    let _written = writeln!(
        body,
        "<path class=\"{class}\" d=\"M{x} {middle}H{end_x}V{end_y}\"/>"
    );
    if kind == GoalKind::Objective {
        let _written = writeln!(
            body,
            "<path class=\"tip\" d=\"M{} {}h10l-5 -8Z\"/>",
            end_x - 5,
            end_y + 8
        );
    }
}

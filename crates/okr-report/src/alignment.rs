//! Which goals serve which: a forest, because a goal serves at most one other. As Graphviz, Mermaid
//! and SVG. Names and titles are other people's text; each form escapes them for itself.

mod svg;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::text::harmless;

pub use svg::svg;

/// A goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// Its short name, such as a slug.
    pub name: String,
    /// What is to be achieved.
    pub title: String,
    /// More about it in few words, such as `2026-Q4 · 53%`.
    pub note: String,
    /// What it is.
    pub kind: GoalKind,
    /// The goal above it, by its place in the list.
    pub above: Option<usize>,
}

/// What a goal is, and so what it does for the one above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoalKind {
    /// An objective supports what is above it.
    Objective,
    /// A key result measures the objective above it.
    KeyResult,
}

/// Returns the goals under each other: each with its depth, what is below a goal after it.
///
/// Goals that go round in a circle, which the rules refuse, stand at the top after all others.
pub fn forest(goals: &[Goal]) -> Vec<(usize, usize)> {
    let mut order = Vec::with_capacity(goals.len());
    let mut placed = BTreeSet::new();
    let is_top = |goal: &Goal| goal.above.is_none_or(|above| above >= goals.len());
    let tops = (0..goals.len()).filter(|index| is_top(&goals[*index]));
    for top in tops.chain(0..goals.len()) {
        let mut waiting = vec![(top, 0)];
        while let Some((index, depth)) = waiting.pop() {
            if !placed.insert(index) {
                continue;
            }
            order.push((index, depth));
            let below = (0..goals.len()).rev();
            let below = below.filter(|other| goals[*other].above == Some(index));
            waiting.extend(below.map(|other| (other, depth + 1)));
        }
    }
    order
}

/// Writes goals as a graph for Graphviz.
pub fn dot(title: &str, goals: &[Goal]) -> String {
    let mut text = format!(
        "digraph alignment {{\n  label={};\n  rankdir=RL;\n  node [shape=box, style=rounded, \
         fontname=\"sans-serif\"];\n",
        dot_text(&harmless(title))
    );
    for (number, goal) in goals.iter().enumerate() {
        let shape = match goal.kind {
            GoalKind::Objective => "",
            GoalKind::KeyResult => ", shape=ellipse, style=solid",
        };
        let label = dot_text(&label(goal, "\n"));
        let _written = writeln!(text, "  g{number} [label={label}{shape}];");
    }
    for (number, above, kind) in links(goals) {
        let style = match kind {
            GoalKind::Objective => "",
            GoalKind::KeyResult => " [style=dashed, arrowhead=none]",
        };
        let _written = writeln!(text, "  g{number} -> g{above}{style};");
    }
    text.push_str("}\n");
    text
}

/// Writes goals as a flowchart for Mermaid.
pub fn mermaid(title: &str, goals: &[Goal]) -> String {
    let mut text = format!("---\ntitle: {}\n---\nflowchart RL\n", json_text(title));
    for (number, goal) in goals.iter().enumerate() {
        let label = mermaid_text(&label(goal, "\n"));
        let (open, close) = match goal.kind {
            GoalKind::Objective => ("[", "]"),
            GoalKind::KeyResult => ("([", "])"),
        };
        let _written = writeln!(text, "  g{number}{open}\"{label}\"{close}");
    }
    for (number, above, kind) in links(goals) {
        let arrow = match kind {
            GoalKind::Objective => "-->",
            GoalKind::KeyResult => "-.-",
        };
        let _written = writeln!(text, "  g{number} {arrow} g{above}");
    }
    text
}

fn label(goal: &Goal, line_end: &str) -> String {
    let lines = [&goal.name, &goal.title, &goal.note];
    let lines = lines.into_iter().filter(|line| !line.is_empty());
    let lines: Vec<_> = lines.map(|line| harmless(line)).collect();
    lines.join(line_end)
}

/// Returns what serves what, by places in the list.
fn links(goals: &[Goal]) -> impl Iterator<Item = (usize, usize, GoalKind)> {
    let numbered = goals.iter().enumerate();
    numbered.filter_map(|(number, goal)| {
        let above = goal.above.filter(|above| *above < goals.len())?;
        Some((number, above, goal.kind))
    })
}

/// Quotes a text for Graphviz. A line end becomes the two characters that it reads as one.
fn dot_text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Quotes a text for the head of a Mermaid file, which is YAML.
fn json_text(text: &str) -> String {
    dot_text(&harmless(text))
}

/// Writes a text for the label of a Mermaid node: everything that has a meaning there as a number.
fn mermaid_text(text: &str) -> String {
    let mut safe = String::new();
    for character in text.chars() {
        match character {
            '\n' => safe.push_str("<br/>"),
            '"' | '#' | '&' | '<' | '>' | '`' | '\\' | '[' | ']' | '(' | ')' | '{' | '}' | '|'
            | '*' | '_' | ';' | '%' => {
                let _written = write!(safe, "#{};", u32::from(character));
            }
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn goal(name: &str, title: &str, above: Option<usize>) -> Goal {
        Goal {
            name: name.to_owned(),
            title: title.to_owned(),
            note: "53%".to_owned(),
            kind: GoalKind::Objective,
            above,
        }
    }

    /// A tree of two with a key result between, and a goal alone.
    pub(crate) fn sample() -> Vec<Goal> {
        vec![
            goal("fast", "Fast enough to feel instant", None),
            Goal {
                kind: GoalKind::KeyResult,
                ..goal("api-p99", "p99 latency", Some(0))
            },
            goal("edge", "Edge everywhere", Some(1)),
            goal("alone", "Nobody is served by this", None),
            goal("quiet", "Fewer pages at night", Some(0)),
        ]
    }

    #[test]
    fn what_serves_a_goal_stands_under_it() {
        let order = forest(&sample());
        assert_eq!(order, [(0, 0), (1, 1), (2, 2), (4, 1), (3, 0)]);
    }

    #[test]
    fn a_circle_of_a_damaged_history_is_drawn_too() {
        let circle = [
            goal("a", "", Some(1)),
            goal("b", "", Some(0)),
            goal("c", "", Some(9)),
        ];
        assert_eq!(forest(&circle), [(2, 0), (0, 0), (1, 1)]);
        assert!(svg("t", &circle).contains("</svg>"));
    }

    #[test]
    fn graphviz_and_mermaid_say_the_same() {
        insta::assert_snapshot!(dot("acme 2026-Q4", &sample()[..3]), @r#"
        digraph alignment {
          label="acme 2026-Q4";
          rankdir=RL;
          node [shape=box, style=rounded, fontname="sans-serif"];
          g0 [label="fast\nFast enough to feel instant\n53%"];
          g1 [label="api-p99\np99 latency\n53%", shape=ellipse, style=solid];
          g2 [label="edge\nEdge everywhere\n53%"];
          g1 -> g0 [style=dashed, arrowhead=none];
          g2 -> g1;
        }
        "#);
        insta::assert_snapshot!(mermaid("acme 2026-Q4", &sample()[..3]), @r#"
        ---
        title: "acme 2026-Q4"
        ---
        flowchart RL
          g0["fast<br/>Fast enough to feel instant<br/>53#37;"]
          g1(["api-p99<br/>p99 latency<br/>53#37;"])
          g2["edge<br/>Edge everywhere<br/>53#37;"]
          g1 -.- g0
          g2 --> g1
        "#);
    }

    #[test]
    fn titles_cannot_leave_their_place() {
        let evil = "x\"]; g9 -> g0 <script>alert(1)</script> & `a` \\ \n end\u{202e}";
        let goals = [goal("evil", evil, None)];
        let graph = dot(evil, &goals);
        assert!(graph.contains(r#"x\"]; g9 -> g0"#), "{graph}");
        assert!(graph.contains(r"\\ "), "{graph}");
        let chart = mermaid(evil, &goals);
        let label = chart.lines().find(|line| line.contains("g0[")).unwrap();
        let inside = label.trim_start_matches("  g0[\"").trim_end_matches("\"]");
        assert!(
            !inside
                .replace("<br/>", "")
                .contains(['"', '<', '>', '`', '[', ']']),
            "{label}"
        );
        for text in [graph, chart, svg(evil, &goals)] {
            assert!(!text.contains('\u{202e}'), "{text}");
        }
        let picture = svg(evil, &goals);
        assert!(!picture.contains("<script"), "{picture}");
    }

    proptest! {
        #[test]
        fn every_goal_is_placed_once(links in proptest::collection::vec(proptest::option::of(0usize..12), 0..10)) {
            let goals: Vec<Goal> = links.into_iter().map(|above| goal("g", "t", above)).collect();
            let mut places: Vec<usize> = forest(&goals).into_iter().map(|(index, _)| index).collect();
            places.sort_unstable();
            prop_assert_eq!(places, (0..goals.len()).collect::<Vec<_>>());
            prop_assert!(svg("t", &goals).ends_with("</svg>\n"));
        }

        #[test]
        fn whatever_is_typed_the_picture_is_well_formed(text in "\\PC{0,60}") {
            let picture = svg(&text, &[goal(&text, &text, None)]);
            let bare = picture.matches('<').count();
            let closed = picture.matches('>').count();
            prop_assert_eq!(bare, closed, "{}", picture);
        }
    }
}

//! The YAML form of a plan.

pub(super) mod node;
mod scalar;
mod write;

use super::read::{self, Map};
use super::{Fault, Faults, Plan, Said, Spot};
use node::Node;
pub(super) use scalar::is_hidden;
pub(super) use write::head_lines;
pub(crate) use write::write;

/// Reads a text.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Plan, Faults> {
    let mut faults = Faults::default();
    let Some(map) = faults.keep(document(text)) else {
        return Err(faults);
    };
    let Some(mut map) = faults.keep(with_format(map)) else {
        return Err(faults);
    };
    let head = read::head(&mut map, None, &mut faults);
    let node = map.take("objectives").map(|(_, node)| node);
    let objectives = node.map(|node| read::objectives(node, &mut faults));
    map.end("a plan", &mut faults);
    let head = faults.or(head)?;
    Ok(Plan {
        head: head.expect("nothing was wrong with it"),
        objectives: objectives.unwrap_or_default(),
    })
}

fn document(text: &str) -> Result<Map, Fault> {
    let at = Spot {
        line: 1,
        column: 1,
        length: 1,
    };
    let empty = || Node {
        at,
        kind: node::Kind::Nothing,
    };
    Map::of(node::parse(text)?.unwrap_or_else(empty), "a plan")
}

/// Looks at the format before anything else: what a newer one says means nothing here.
pub(super) fn with_format(mut map: Map) -> Result<Map, Fault> {
    read::format(&mut map)?;
    Ok(map)
}

/// Finds the comments of a text.
pub(crate) fn comments(text: &str) -> Vec<Said<String>> {
    node::comments(text)
}

//! The head of a plan: format, organisation, cycle, what was pulled, and the base.

use crate::plan::yaml::node::Node;
use crate::plan::{Base, FORMAT, Fault, Faults, Field, Head, Said, Spot, Waiting};
use crate::short_id::{self, Alphabet};

use super::{Map, list, text};

/// Says whether the format is one that this program reads.
///
/// # Errors
/// When it is another one, or not said at all.
pub(in crate::plan) fn format(map: &mut Map) -> Result<(), Fault> {
    let format = match map.take("format") {
        Some((_, node)) => text(node, "format")?,
        None => None,
    };
    let Some(format) = format else {
        return Err(Fault::new(map.at, "the file does not say its format")
            .with_help(format!("begin it with: format: {FORMAT}")));
    };
    if format.value == FORMAT {
        return Ok(());
    }
    let number = format.value.strip_prefix("okr-plan/");
    let newer = number
        .and_then(|number| number.parse::<u32>().ok())
        .is_some_and(|number| number > 1);
    let message = if newer {
        format!("this plan is written in {}, by a newer okr", format.value)
    } else {
        format!("\"{}\" is no plan", format.value)
    };
    let mut fault = Fault::new(format.at, message).with_help(format!("this okr reads {FORMAT}"));
    fault.newer = newer;
    Err(fault)
}

/// Reads the head; `cycle` stands elsewhere where it is given.
pub(in crate::plan) fn head(
    map: &mut Map,
    cycle: Field<String>,
    faults: &mut Faults,
) -> Option<Head> {
    let organisation = map.text("organisation", faults);
    let cycle = cycle.or_else(|| map.text("cycle", faults));
    if cycle.is_none() {
        let fault = Fault::new(map.at, "the file does not say which cycle it is about");
        faults.push(fault.with_help("add: cycle: 2026-Q4"));
    }
    let team = map.text("team", faults);
    let objective = map.text("objective", faults);
    let base = map
        .take("base")
        .and_then(|(at, node)| base(at, node, faults));
    Some(Head {
        organisation,
        cycle: cycle?,
        team,
        objective,
        base,
    })
}

fn base(at: Spot, node: Node, faults: &mut Faults) -> Field<Base> {
    let mut map = faults.keep(Map::of(node, "base"))?;
    let position = map.read("position", faults, |text| {
        text.parse::<u64>()
            .map_err(|_| format!("\"{text}\" is no position such as 812"))
    });
    let until = map.read("until", faults, change_id);
    let count = map.read("count", faults, |text| {
        text.parse::<usize>()
            .map_err(|_| format!("\"{text}\" is no number of changes"))
    });
    let waiting = map.take("waiting").and_then(|(_, node)| {
        let nodes = faults.keep(list(node, "waiting"))?;
        let ids = nodes.into_iter().filter_map(|node| {
            let said = faults.keep(text(node, "waiting"))??;
            faults.keep(super::understood(&said, change_id))
        });
        Some(ids.map(|said| said.value).collect::<Vec<String>>())
    });
    let waiting = match (waiting, until, count) {
        (Some(waiting), None, None) if !waiting.is_empty() => Waiting::Changes(waiting),
        (None, Some(until), Some(count)) => Waiting::Until {
            change: until.value,
            count: count.value,
        },
        (Some(_) | None, None, None) => Waiting::Nothing,
        (_, _, _) => {
            let message = "a base has a position alone, with waiting, or with until and count";
            faults.push(Fault::new(map.at, message));
            return None;
        }
    };
    let map_at = map.at;
    map.end("base", faults);
    let Some(position) = position else {
        faults.push(Fault::new(map_at, "a base has a position"));
        return None;
    };
    Some(Said {
        value: Base {
            position: position.value,
            waiting,
        },
        at,
    })
}

fn change_id(text: &str) -> Result<String, String> {
    let is_full = text.len() == Alphabet::FULL_LENGTH
        && short_id::alphabet_of(text) == Some(Alphabet::Change);
    if is_full {
        Ok(text.to_owned())
    } else {
        Err(format!("\"{text}\" is no full id of a change"))
    }
}

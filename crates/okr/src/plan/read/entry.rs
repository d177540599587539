//! Objectives and key results of a plan.

use std::collections::BTreeSet;

use okr_core::measure::{Hold, Metric, Zones};
use okr_core::text::{LongText, Slug, Tag, Title, Unit};
use okr_core::value::{Number, ObjectiveKind, Weight};

use super::{Map, day, list, number, said, text, understood, word};
use crate::plan::yaml::node::{Kind, Node};
use crate::plan::{
    Fault, Faults, Field, KeyResultEntry, MeasureEntry, MilestoneEntry, ObjectiveEntry, Place,
    Said, Spot,
};

/// Reads the list of objectives.
pub(in crate::plan) fn objectives(node: Node, faults: &mut Faults) -> Vec<ObjectiveEntry> {
    let nodes = faults.keep(list(node, "objectives")).unwrap_or_default();
    let entries = nodes.into_iter().filter_map(|node| objective(node, faults));
    entries.collect()
}

fn objective(node: Node, faults: &mut Faults) -> Option<ObjectiveEntry> {
    let mut map = faults.keep(Map::of(node, "an objective"))?;
    requires_title(&map, faults);
    let entry = ObjectiveEntry {
        at: Place(map.at),
        title: map.read("title", faults, title),
        slug: map.read("slug", faults, slug),
        id: map.text("id", faults),
        owner: map.text("owner", faults),
        team: map.read_or_none("team", faults, named),
        description: map.read_or_none("description", faults, long_text),
        kind: map.read("kind", faults, kind),
        weight: map.read("weight", faults, weight),
        supports: map.read_or_none("supports", faults, named),
        tags: tags(&mut map, faults),
        draft: map.read("state", faults, draft),
        key_results: key_results(&mut map, faults),
    };
    map.end("an objective", faults);
    Some(ObjectiveEntry {
        team: entry.team.map(|team| team.map(without_word_none)),
        supports: entry.supports.map(|goal| goal.map(without_word_none)),
        ..entry
    })
}

fn key_results(map: &mut Map, faults: &mut Faults) -> Vec<KeyResultEntry> {
    let Some((_, node)) = map.take("key_results") else {
        return Vec::new();
    };
    let nodes = faults.keep(list(node, "key_results")).unwrap_or_default();
    let entries = nodes
        .into_iter()
        .filter_map(|node| key_result(node, faults));
    entries.collect()
}

fn key_result(node: Node, faults: &mut Faults) -> Option<KeyResultEntry> {
    let mut map = faults.keep(Map::of(node, "a key result"))?;
    requires_title(&map, faults);
    let entry = KeyResultEntry {
        at: Place(map.at),
        title: map.read("title", faults, title),
        slug: map.read("slug", faults, slug),
        id: map.text("id", faults),
        owner: map.text("owner", faults),
        description: map.read_or_none("description", faults, long_text),
        weight: map.read("weight", faults, weight),
        start: map.read_or_none("start", faults, day),
        due: map.read_or_none("due", faults, day),
        tags: tags(&mut map, faults),
        measure: map
            .take("measure")
            .and_then(|(at, node)| measure(at, node, faults)),
    };
    map.end("a key result", faults);
    Some(entry)
}

fn requires_title(map: &Map, faults: &mut Faults) {
    if !map.says("title") {
        faults.push(Fault::new(map.at, "a title is missing here").with_help("add: title: ..."));
    }
}

fn without_word_none(name: Option<String>) -> Option<String> {
    name.filter(|name| name != "none")
}

fn title(text: &str) -> Result<Title, String> {
    Title::new(text).map_err(|error| said(&error))
}

fn slug(text: &str) -> Result<Slug, String> {
    Slug::new(text).map_err(|error| said(&error))
}

fn long_text(text: &str) -> Result<LongText, String> {
    LongText::new(text).map_err(|error| said(&error))
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands where values are read, and a name is looked up later"
)]
fn named(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

fn kind(text: &str) -> Result<ObjectiveKind, String> {
    let words: Vec<(&str, ObjectiveKind)> = ObjectiveKind::ALL
        .iter()
        .map(|kind| (kind.word(), *kind))
        .collect();
    word(text, "kind of objective", &words)
}

fn draft(text: &str) -> Result<bool, String> {
    word(
        text,
        "state that a plan can give",
        &[("active", false), ("draft", true)],
    )
}

fn weight(text: &str) -> Result<Weight, String> {
    Weight::new(number(text)?).map_err(|error| said(&error))
}

fn tags(map: &mut Map, faults: &mut Faults) -> Field<BTreeSet<Tag>> {
    let (at, node) = map.take("tags")?;
    let nodes = faults.keep(list(node, "tags"))?;
    let mut tags = BTreeSet::new();
    for node in nodes {
        let Some(Some(tag)) = faults.keep(text(node, "a tag")) else {
            continue;
        };
        let tag = understood(&tag, |text| Tag::new(text).map_err(|error| said(&error)));
        tags.extend(faults.keep(tag).map(|tag| tag.value));
    }
    Some(Said { value: tags, at })
}

fn measure(at: Spot, node: Node, faults: &mut Faults) -> Field<MeasureEntry> {
    let before = faults.0.len();
    let mut map = faults.keep(Map::of(node, "measure"))?;
    let mut numbers = |map: &mut Map, key| map.read(key, faults, number);
    let from = numbers(&mut map, "from");
    let to = numbers(&mut map, "to");
    let commit = numbers(&mut map, "commit");
    let stretch = numbers(&mut map, "stretch");
    let at_most = numbers(&mut map, "at_most");
    let at_least = numbers(&mut map, "at_least");
    let unit = map.read("unit", faults, |text| {
        Unit::new(text).map_err(|error| said(&error))
    });
    let milestones = map
        .take("milestones")
        .map(|(_, node)| milestones(node, faults));
    let zones = map.take("zones").map(|(_, node)| zones(node, faults));
    let map_at = map.at;
    map.end("measure", faults);
    if faults.0.len() > before {
        return None;
    }
    let is_metric = [&from, &to, &commit, &stretch]
        .iter()
        .any(|one| one.is_some());
    let is_hold = at_most.is_some() || at_least.is_some();
    let value = |field: Field<Number>| field.map(|said| said.value);
    let has_no_unit = unit.is_none();
    let unit = unit.map(|said| said.value);
    let read = match (is_metric, is_hold, milestones, zones) {
        (true, false, None, None) => match (value(from), value(to)) {
            (Some(baseline), Some(target)) => Ok(MeasureEntry::Metric(Metric {
                unit,
                baseline,
                target,
                commit: value(commit),
                stretch: value(stretch),
            })),
            _ => Err("a measure that goes somewhere has from and to".to_owned()),
        },
        (false, true, None, None) => Hold::new(unit, value(at_least), value(at_most))
            .map(MeasureEntry::Hold)
            .map_err(|error| said(&error)),
        (false, false, Some(list), None) if has_no_unit => Ok(MeasureEntry::Milestones(list)),
        (false, false, None, Some(zones)) if has_no_unit => {
            return Some(Said {
                value: MeasureEntry::Zones(zones?),
                at,
            });
        }
        _ => Err(
            "a measure is one of: from and to; at_most, at_least; milestones; zones \
                  (a unit goes with the first two)"
                .to_owned(),
        ),
    };
    let read = read.map_err(|message| Fault::new(map_at, message));
    Some(Said {
        value: faults.keep(read)?,
        at,
    })
}

fn milestones(node: Node, faults: &mut Faults) -> Vec<MilestoneEntry> {
    let at = node.at;
    let nodes = faults.keep(list(node, "milestones")).unwrap_or_default();
    let list: Vec<MilestoneEntry> = nodes
        .into_iter()
        .filter_map(|node| milestone(node, faults))
        .collect();
    if list.is_empty() {
        faults.push(Fault::new(at, "a list of milestones has at least one"));
    }
    list
}

fn milestone(node: Node, faults: &mut Faults) -> Option<MilestoneEntry> {
    let at = node.at;
    if let Kind::Text(words) = &node.kind {
        let title = title(words).map_err(|message| Fault::new(at, message));
        return Some(MilestoneEntry {
            title: faults.keep(title)?,
            key: None,
            weight: Weight::ONE,
        });
    }
    let mut map = faults.keep(Map::of(node, "a milestone"))?;
    requires_title(&map, faults);
    let title = map.read("title", faults, title);
    let key = map.read("key", faults, |text| {
        text.parse::<u32>()
            .map_err(|_| format!("\"{text}\" is no key such as 3"))
    });
    let weight = map.read("weight", faults, weight);
    map.end("a milestone", faults);
    Some(MilestoneEntry {
        title: title?.value,
        key: key.map(|said| said.value),
        weight: weight.map_or(Weight::ONE, |said| said.value),
    })
}

fn zones(node: Node, faults: &mut Faults) -> Option<Zones> {
    let mut map = faults.keep(Map::of(node, "zones"))?;
    let at = map.at;
    let before = faults.0.len();
    let mut level = |key| {
        let level = map.read(key, faults, long_text);
        level.map(|said| said.value)
    };
    let levels = (level("commit"), level("target"), level("stretch"));
    map.end("zones", faults);
    let (Some(commit), Some(target), Some(stretch)) = levels else {
        if faults.0.len() == before {
            faults.push(Fault::new(
                at,
                "zones are commit, target and stretch, each in words",
            ));
        }
        return None;
    };
    Some(Zones {
        commit,
        target,
        stretch,
    })
}

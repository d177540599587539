//! What is said about a reference that fits nothing, or several things.

use std::collections::BTreeSet;

use okr_core::id::{EntityId, EntityKind};
use okr_core::view::View as _;
use okr_replica::{Directory, Found, InitiativeFilter, ObjectiveFilter};

use super::{Resolver, labels};
use crate::error::CliError;
use crate::exit::Exit;
use crate::short_id::{self, Alphabet};

/// How many suggestions are worth reading.
const SUGGESTIONS_MAX: usize = 5;

/// Refuses a reference that fits several things, with what is needed to choose.
pub(super) fn ambiguous(
    resolver: &Resolver<'_, '_>,
    several: &[Found],
    (text, wanted): (&str, &[EntityKind]),
) -> CliError {
    let plural = match wanted {
        [only] => format!("{}s", only.label()),
        _ => "things".to_owned(),
    };
    let message = format!("\"{text}\" matches {} {plural}", several.len());
    let mut error = CliError::user("ambiguous-ref", message).with_exit(Exit::NotFound);
    for one in several.iter().take(20) {
        let id = short_id::shown(Alphabet::Thing, one.id.uuid());
        let team = one
            .team
            .and_then(|team| resolver.reading.team(team).ok().flatten());
        let team = team.map_or_else(|| "-".to_owned(), |team| team.slug.to_string());
        let cycle = resolver.cycle_named(one.cycle);
        let cycle = cycle.map_or_else(|| "-".to_owned(), |cycle| cycle.name.to_string());
        let slug = one.slug.as_deref().unwrap_or("-");
        error = error.with_detail(format!("{id}  {slug}  {}  {team}  {cycle}", one.title));
    }
    let id = short_id::shown(Alphabet::Thing, several[0].id.uuid());
    let by_path = if have_paths_of_their_own(resolver, several) {
        ", or the path: CYCLE:slug, team/objective/slug"
    } else {
        ""
    };
    error.with_hint(format!("give the short id, such as {id}{by_path}"))
}

/// Says whether a path tells things apart: two people who were offline can have given one slug to
/// two goals in one place.
fn have_paths_of_their_own(resolver: &Resolver<'_, '_>, several: &[Found]) -> bool {
    let objective = |one: &Found| match one.id {
        EntityId::KeyResult(id) => resolver.reading.key_result(id).ok().flatten(),
        _ => None,
    };
    let mut paths = BTreeSet::new();
    several.iter().all(|one| {
        let objective = objective(one).map(|key_result| key_result.objective);
        one.slug.is_some() && paths.insert((one.slug.as_deref(), one.cycle, one.team, objective))
    })
}

/// Refuses a reference that fits nothing, with what is near.
pub(super) fn unknown(resolver: &Resolver<'_, '_>, text: &str, wanted: &[EntityKind]) -> CliError {
    let message = match wanted {
        // A list of all that there can be would say less.
        [_, _, _, _, ..] => format!("nothing is called \"{text}\""),
        few => format!("there is no {} \"{text}\"", labels(few)),
    };
    let error = CliError::user("unknown-ref", message).with_exit(Exit::NotFound);
    let names = names(resolver, wanted);
    let near = near(text, names.iter().map(|(name, _)| name.as_str()));
    let is_only_one = near.len() == 1;
    let mut error = error;
    if !is_only_one {
        for name in &near {
            let title = names.iter().find(|(known, _)| known == name);
            let title = title.map_or("", |(_, title)| title.as_str());
            error = error.with_detail(format!("{name}  {title}"));
        }
    }
    match near.as_slice() {
        [] => error.with_hint(lead(resolver, text, wanted, names.is_empty())),
        [only] => error.with_hint(format!("Did you mean {only}?")),
        [_, ..] => error.with_hint("Did you mean one of these?"),
    }
}

/// Says what leads to what is wanted, where nothing is near.
fn lead(resolver: &Resolver<'_, '_>, text: &str, wanted: &[EntityKind], is_first: bool) -> String {
    let is_a = |kind| {
        names(resolver, &[kind])
            .iter()
            .any(|(name, _)| name == text)
    };
    let lead = match wanted {
        [EntityKind::Initiative] => "okr initiative list -c all shows them",
        [EntityKind::Metric | EntityKind::MetricValue, ..] => "okr metric list shows them",
        [EntityKind::Team] if is_first => "there is no team yet: okr team add NAME",
        [EntityKind::Team] => "okr team list shows them",
        [EntityKind::KeyResult] if is_a(EntityKind::Objective) => {
            return format!("\"{text}\" is an objective: okr show {text} lists its key results");
        }
        [EntityKind::Objective] if is_a(EntityKind::KeyResult) => {
            return format!("\"{text}\" is a key result: okr show {text} names its objective");
        }
        [EntityKind::Objective] if is_first && resolver.cycle.is_none() => {
            "there is no cycle yet: okr cycle add 2026-Q4 --open, then okr objective add TITLE"
        }
        [EntityKind::Objective] if is_first => {
            "there is no objective here yet: okr objective add TITLE"
        }
        [EntityKind::KeyResult] if is_first => {
            "there is no key result here yet: okr kr add TITLE -O OBJECTIVE --from N --to N"
        }
        _ => "okr list shows what there is",
    };
    lead.to_owned()
}

/// Refuses a person that nobody is.
pub(super) fn unknown_person(directory: &Directory, word: &str) -> CliError {
    let message = format!("there is no person \"@{word}\"");
    let error = CliError::user("unknown-ref", message).with_exit(Exit::NotFound);
    let handles = directory
        .entries
        .values()
        .map(|entry| entry.handle.as_str());
    match near(word, handles).as_slice() {
        [] => error.with_hint("okr member list shows everybody"),
        [near, ..] => error.with_hint(format!("Did you mean @{near}?")),
    }
}

/// Returns the slugs of what could have been meant, with titles. Failures only cost suggestions.
fn names(resolver: &Resolver<'_, '_>, wanted: &[EntityKind]) -> Vec<(String, String)> {
    let reading = resolver.reading;
    let mut names = Vec::new();
    if wanted.contains(&EntityKind::Team) {
        let teams = reading.teams().unwrap_or_default();
        names.extend(
            teams
                .iter()
                .map(|team| (team.slug.to_string(), team.name.to_string())),
        );
    }
    if wanted.contains(&EntityKind::Initiative) {
        let initiatives = reading.initiatives(&InitiativeFilter::default());
        let initiatives = initiatives.unwrap_or_default().into_iter();
        names.extend(initiatives.map(|one| (one.slug.to_string(), one.title.to_string())));
    }
    if wanted.contains(&EntityKind::Metric) {
        let metrics = reading.metrics(false).unwrap_or_default().into_iter();
        names.extend(metrics.map(|one| (one.slug.to_string(), one.name.to_string())));
    }
    let of_goals = wanted
        .iter()
        .any(|kind| matches!(kind, EntityKind::Objective | EntityKind::KeyResult));
    if !of_goals {
        return names;
    }
    let filter = ObjectiveFilter {
        cycle: resolver.cycle,
        team: None,
        owner: None,
        archived: false,
    };
    for objective in reading.objectives(&filter).unwrap_or_default() {
        if wanted.contains(&EntityKind::KeyResult) {
            let key_results = reading.key_results(objective.id).unwrap_or_default();
            names.extend(
                key_results
                    .iter()
                    .map(|one| (one.slug.to_string(), one.title.to_string())),
            );
        }
        if wanted.contains(&EntityKind::Objective) {
            names.push((objective.slug.to_string(), objective.title.to_string()));
        }
    }
    names
}

/// A typing error is forgiven for so many letters of what was typed, and of the name.
const LETTERS_FOR_A_SLIP: usize = 3;
/// So many typing errors make another word of the longest name.
const SLIPS_MAX: usize = 3;
/// What is so short stands in the middle of many names by chance.
const INNER_LENGTH_MIN: usize = 3;

/// Returns the names that begin like a text or hold it, or else are few typing errors away, the nearest
/// first.
pub(crate) fn near<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let text = text.to_ascii_lowercase();
    let length = text.chars().count();
    let mut near: Vec<(usize, &str)> = names
        .filter_map(|name| {
            let begins = length >= 2 && name.starts_with(&text);
            if begins || (length >= INNER_LENGTH_MIN && name.contains(&text)) {
                return Some((0, name));
            }
            // Of one or two letters any other one or two are a slip or two away.
            let shorter = length.min(name.chars().count());
            let slips = slips(&text, name);
            (slips <= (shorter / LETTERS_FOR_A_SLIP).min(SLIPS_MAX)).then_some((slips, name))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.truncate(SUGGESTIONS_MAX);
    near.into_iter().map(|(_, name)| name).collect()
}

/// Counts the typing errors between two words: letters more, less, other, or swapped.
fn slips(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (row, from) in a.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, to) in b.iter().enumerate() {
            let mut cost = (last[column] + usize::from(from != to))
                .min(last[column + 1] + 1)
                .min(next[column] + 1);
            let swapped = row > 0 && column > 0 && *from == b[column - 1] && a[row - 1] == *to;
            if swapped {
                cost = cost.min(before_last[column - 1] + 1);
            }
            next.push(cost);
        }
        before_last = last;
        last = next;
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted_as_people_make_them() {
        assert_eq!(slips("latency", "latency"), 0);
        assert_eq!(slips("latnecy", "latency"), 1);
        assert_eq!(slips("latncy", "latency"), 1);
        assert_eq!(slips("lat", "latency"), 4);
        assert_eq!(slips("", "abc"), 3);
    }

    #[test]
    fn near_names_come_first_and_far_ones_not_at_all() {
        let names = ["api-p99", "api-docs", "runbooks", "edge-cache"];
        assert_eq!(near("api", names.into_iter()), ["api-docs", "api-p99"]);
        assert_eq!(near("runboks", names.into_iter()), ["runbooks"]);
        assert_eq!(near("cache", names.into_iter()), ["edge-cache"]);
        assert!(near("zebra", names.into_iter()).is_empty());
    }

    /// With so few letters any name is a slip or two away, and stands inside many others.
    #[test]
    fn what_is_short_is_near_to_little() {
        let names = ["k", "kr", "ops", "okr-docs"];
        assert!(near("x", names.into_iter()).is_empty());
        assert!(near("xy", names.into_iter()).is_empty());
        assert!(near("xk", names.into_iter()).is_empty());
        assert!(near("kx", names.into_iter()).is_empty());
        assert!(near("cs", names.into_iter()).is_empty());
        assert_eq!(near("kr", names.into_iter()), ["kr"]);
        assert_eq!(near("ok", names.into_iter()), ["okr-docs"]);
        assert_eq!(near("osp", names.into_iter()), ["ops"]);
        assert_eq!(near("doc", names.into_iter()), ["okr-docs"]);
    }
}

//! Writes a plan in YAML: always the same text for the same plan, a line for each thing that can
//! change, so that a difference of two files shows what changed.

use std::collections::BTreeSet;

use okr_core::measure::{Hold, Metric, Zones};
use okr_core::text::{Tag, Unit};
use okr_core::value::{Number, Weight};

use super::scalar::{after_key, inline};
use crate::plan::{
    Base, FORMAT, Head, KeyResultEntry, MeasureEntry, MilestoneEntry, ObjectiveEntry, Plan, Said,
    Waiting,
};

/// Lines with their indents.
#[derive(Default)]
struct Lines {
    text: String,
    indent: usize,
    /// The next key begins an item of a list.
    item: bool,
}

impl Lines {
    fn begin(&mut self) {
        let indent = if self.item {
            self.indent.saturating_sub(2)
        } else {
            self.indent
        };
        self.text.push_str(&" ".repeat(indent));
        if std::mem::take(&mut self.item) {
            self.text.push_str("- ");
        }
    }

    /// Writes a key with nothing on its line.
    fn open(&mut self, key: &str) {
        self.begin();
        self.text.push_str(key);
        self.text.push_str(":\n");
    }

    /// Writes a key with what stands after it.
    fn raw(&mut self, key: &str, value: &str) {
        self.begin();
        self.text.push_str(key);
        self.text.push_str(": ");
        self.text.push_str(value);
        self.text.push('\n');
    }

    /// Writes a key with a text.
    fn text(&mut self, key: &str, value: &str) {
        let value = after_key(value, self.indent);
        self.raw(key, &value);
    }

    fn field<T: ToString>(&mut self, key: &str, field: Option<&Said<T>>) {
        if let Some(said) = field {
            self.text(key, &said.value.to_string());
        }
    }

    fn optional<T: ToString>(&mut self, key: &str, field: Option<&Said<Option<T>>>) {
        match field.map(|said| &said.value) {
            Some(Some(value)) => self.text(key, &value.to_string()),
            Some(None) => self.raw(key, "~"),
            None => {}
        }
    }

    /// Writes numbers and days as they are: nobody takes them for something else.
    fn plain<T: ToString>(&mut self, key: &str, value: Option<T>) {
        if let Some(value) = value {
            self.raw(key, &value.to_string());
        }
    }

    fn within(&mut self, write: impl FnOnce(&mut Self)) {
        self.indent += 2;
        write(self);
        self.indent -= 2;
    }

    fn items<T>(&mut self, key: &str, items: &[T], write: impl Fn(&mut Self, &T)) {
        if items.is_empty() {
            return;
        }
        self.open(key);
        for item in items {
            self.indent += 4;
            self.item = true;
            write(self, item);
            self.indent -= 4;
        }
    }
}

/// Writes a plan, with notes at its beginning.
pub(crate) fn write(plan: &Plan, notes: &[String]) -> String {
    let mut lines = Lines::default();
    for note in notes {
        lines.text.push_str("# ");
        lines.text.push_str(note);
        lines.text.push('\n');
    }
    let Plan { head, objectives } = plan;
    lines.text.push_str(&head_lines(head, true));
    if objectives.is_empty() {
        lines.text.push_str("\nobjectives: []\n");
        return lines.text;
    }
    lines.text.push_str("\nobjectives:\n");
    for (index, objective) in objectives.iter().enumerate() {
        if index > 0 {
            lines.text.push('\n');
        }
        lines.indent = 4;
        lines.item = true;
        write_objective(&mut lines, objective);
    }
    lines.text
}

/// Writes the head; the cycle stands elsewhere in Markdown.
pub(in crate::plan) fn head_lines(head: &Head, with_cycle: bool) -> String {
    let mut lines = Lines::default();
    lines.raw("format", FORMAT);
    lines.field("organisation", head.organisation.as_ref());
    if with_cycle {
        lines.text("cycle", &head.cycle.value);
    }
    lines.field("team", head.team.as_ref());
    lines.field("objective", head.objective.as_ref());
    if let Some(base) = &head.base {
        lines.text.push_str(&base_lines(&base.value));
    }
    lines.text
}

/// Writes the base.
fn base_lines(base: &Base) -> String {
    let mut lines = Lines::default();
    lines.open("base");
    lines.within(|lines| {
        lines.plain("position", Some(base.position));
        match &base.waiting {
            Waiting::Nothing => {}
            Waiting::Until { change, count } => {
                lines.text("until", change);
                lines.plain("count", Some(*count));
            }
            Waiting::Changes(changes) => {
                lines.open("waiting");
                for change in changes {
                    lines.text.push_str("    - ");
                    lines.text.push_str(&inline(change));
                    lines.text.push('\n');
                }
            }
        }
    });
    lines.text
}

fn write_objective(lines: &mut Lines, objective: &ObjectiveEntry) {
    let ObjectiveEntry {
        at: _,
        title,
        slug,
        id,
        owner,
        team,
        description,
        kind,
        weight,
        supports,
        tags,
        draft,
        key_results,
    } = objective;
    lines.field("title", title.as_ref());
    lines.field("slug", slug.as_ref());
    lines.field("id", id.as_ref());
    lines.field("owner", owner.as_ref());
    match team.as_ref().map(|said| &said.value) {
        Some(Some(team)) => lines.text("team", team),
        // As a word, because an empty value reads like one that was forgotten.
        Some(None) => lines.raw("team", "none"),
        None => {}
    }
    lines.optional("description", description.as_ref());
    lines.field("kind", kind.as_ref());
    write_weight(lines, weight.as_ref());
    lines.optional("supports", supports.as_ref());
    write_tags(lines, tags.as_ref());
    if let Some(draft) = draft {
        lines.raw("state", if draft.value { "draft" } else { "active" });
    }
    lines.items("key_results", key_results, write_key_result);
}

fn write_key_result(lines: &mut Lines, key_result: &KeyResultEntry) {
    let KeyResultEntry {
        at: _,
        title,
        slug,
        id,
        owner,
        description,
        weight,
        start,
        due,
        tags,
        measure,
    } = key_result;
    lines.field("title", title.as_ref());
    lines.field("slug", slug.as_ref());
    lines.field("id", id.as_ref());
    lines.field("owner", owner.as_ref());
    lines.optional("description", description.as_ref());
    write_weight(lines, weight.as_ref());
    for (key, field) in [("start", start), ("due", due)] {
        match field.as_ref().map(|said| said.value) {
            Some(Some(day)) => lines.raw(key, &day.to_string()),
            Some(None) => lines.raw(key, "~"),
            None => {}
        }
    }
    write_tags(lines, tags.as_ref());
    if let Some(measure) = measure {
        lines.open("measure");
        lines.within(|lines| write_measure(lines, &measure.value));
    }
}

fn write_weight(lines: &mut Lines, weight: Option<&Said<Weight>>) {
    lines.plain("weight", weight.map(|said| said.value.number()));
}

fn write_tags(lines: &mut Lines, tags: Option<&Said<BTreeSet<Tag>>>) {
    if let Some(tags) = tags {
        let tags: Vec<String> = tags.value.iter().map(|tag| inline(tag.as_str())).collect();
        lines.raw("tags", &format!("[{}]", tags.join(", ")));
    }
}

fn write_measure(lines: &mut Lines, measure: &MeasureEntry) {
    let unit = |lines: &mut Lines, unit: Option<&Unit>| {
        if let Some(unit) = unit {
            lines.text("unit", unit.as_str());
        }
    };
    let number = |lines: &mut Lines, key, value: Option<Number>| lines.plain(key, value);
    match measure {
        MeasureEntry::Metric(metric) => {
            let Metric {
                unit: counted,
                baseline,
                target,
                commit,
                stretch,
            } = metric;
            number(lines, "from", Some(*baseline));
            number(lines, "to", Some(*target));
            unit(lines, counted.as_ref());
            number(lines, "commit", *commit);
            number(lines, "stretch", *stretch);
        }
        MeasureEntry::Hold(hold) => {
            number(lines, "at_least", hold.low());
            number(lines, "at_most", hold.high());
            unit(lines, Hold::unit(hold));
        }
        MeasureEntry::Milestones(list) => lines.items("milestones", list, write_milestone),
        MeasureEntry::Zones(zones) => {
            let Zones {
                commit,
                target,
                stretch,
            } = zones;
            lines.open("zones");
            lines.within(|lines| {
                lines.text("commit", commit.as_str());
                lines.text("target", target.as_str());
                lines.text("stretch", stretch.as_str());
            });
        }
    }
}

fn write_milestone(lines: &mut Lines, milestone: &MilestoneEntry) {
    lines.text("title", milestone.title.as_str());
    lines.plain("key", milestone.key);
    if milestone.weight != Weight::ONE {
        lines.plain("weight", Some(milestone.weight.number()));
    }
}

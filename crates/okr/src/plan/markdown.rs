//! The Markdown form of a plan.

mod attributes;
mod item;
mod line;
mod measure;
mod write;

use okr_core::text::{LongText, Title};

use super::read::{self, Map};
use super::yaml::{self, node};
use super::{Fault, Faults, Field, Head, ObjectiveEntry, Place, Plan, Said, Spot};
use attributes::Attributes;
use line::{Line, called};
pub(crate) use write::write;

/// The line before and after the head.
const FENCE: &str = "---";

/// Reads a text.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn parse(text: &str) -> Result<Plan, Faults> {
    let mut faults = Faults::default();
    let (head, begins) = match fenced(text) {
        Ok(found) => found,
        Err(fault) => return Err(Faults(vec![fault])),
    };
    let map = node::parse(&head).and_then(|node| match node {
        Some(node) => Map::of(node, "the head of a plan"),
        None => Err(Fault::new(first_line(), "the head of the plan is empty")),
    });
    let Some(mut map) = faults.keep(map.and_then(yaml::with_format)) else {
        return Err(faults);
    };
    let mut body = Body::default();
    for (index, line) in text.lines().enumerate().skip(begins) {
        body.take(Line::new(index + 1, line), &mut faults);
    }
    body.end(&mut faults);
    if body.cycle.is_none() {
        let fault = Fault::new(
            first_line(),
            "the plan does not say which cycle it is about",
        );
        faults.push(fault.with_help("add a line: # 2026-Q4"));
    }
    let cycle = body.cycle.clone();
    let head = read::head(&mut map, cycle, &mut faults);
    map.end("the head of a plan", &mut faults);
    let head = faults.or(head)?;
    Ok(Plan {
        head: head.unwrap_or_else(|| Head {
            organisation: None,
            cycle: body.cycle.expect("nothing was wrong with it"),
            team: None,
            objective: None,
            base: None,
        }),
        objectives: body.objectives,
    })
}

const fn first_line() -> Spot {
    Spot {
        line: 1,
        column: 1,
        length: 1,
    }
}

/// Says whether a text begins as a plan in Markdown does, with a head between fences.
pub(super) fn has_head(text: &str) -> bool {
    fenced(text).is_ok()
}

/// Returns the head with its lines where they are in the text, and how many lines come before the
/// body.
fn fenced(text: &str) -> Result<(String, usize), Fault> {
    let mut lines = text.lines();
    if lines.next().map(str::trim_end) != Some(FENCE) {
        let fault = Fault::new(first_line(), "a plan in Markdown begins with its head");
        return Err(
            fault.with_help("write --- then format: okr-plan/1 then --- in lines of their own")
        );
    }
    let mut head = "\n".to_owned();
    for (index, line) in lines.enumerate() {
        if line.trim_end() == FENCE {
            return Ok((head, index + 2));
        }
        head.push_str(line);
        head.push('\n');
    }
    Err(Fault::new(first_line(), "the head has no end").with_help("write --- after it"))
}

/// Finds the comments of a text.
pub(crate) fn comments(text: &str) -> Vec<Said<String>> {
    let Ok((head, begins)) = fenced(text) else {
        return Vec::new();
    };
    let mut comments = node::comments(&head);
    let mut open: Option<Said<String>> = None;
    for (index, line) in text.lines().enumerate().skip(begins) {
        let begins = line.trim_start().starts_with(COMMENT);
        if open.is_none() && !begins {
            continue;
        }
        let whole = Line::new(index + 1, line);
        let comment = match open.take() {
            Some(before) => Said {
                value: format!("{} {}", before.value, line.trim()),
                at: before.at,
            },
            None => Said {
                value: line.trim().to_owned(),
                at: whole.spot(line.trim()),
            },
        };
        if line.contains(COMMENT_END) {
            comments.push(comment);
        } else {
            open = Some(comment);
        }
    }
    comments.extend(open);
    comments
}

const COMMENT: &str = "<!--";
const COMMENT_END: &str = "-->";

/// What was read of the text below the head.
#[derive(Default)]
struct Body {
    cycle: Field<String>,
    objectives: Vec<ObjectiveEntry>,
    /// Where a comment began that has not ended.
    comment: Option<Spot>,
    /// The description that is being read, of the last objective or key result.
    quote: Option<Quote>,
}

/// Lines of a description.
struct Quote {
    at: Spot,
    of_key_result: bool,
    lines: Vec<String>,
}

impl Body {
    fn take(&mut self, line: Line<'_>, faults: &mut Faults) {
        if self.comment.is_some() {
            if line.text.contains(COMMENT_END) {
                self.comment = None;
            }
            return;
        }
        let text = line.text.trim();
        let is_indented = line.text.starts_with([' ', '\t']);
        if let Some(quoted) = text.strip_prefix('>') {
            return self.quoted(&line, (quoted, is_indented), faults);
        }
        self.end_quote(faults);
        if text.is_empty() {
            return;
        }
        if let Some(rest) = text.strip_prefix(COMMENT) {
            return self.commented(&line, rest, faults);
        }
        let item = text.strip_prefix("- ").or_else(|| text.strip_prefix("* "));
        match (item, is_indented) {
            (Some(item), false) => self.key_result(&line, item, faults),
            (Some(item), true) => self.below(&line, item, faults),
            (None, false) if text.starts_with("## ") => self.objective(&line, &text[3..], faults),
            (None, false) if text.starts_with("# ") => self.cycle(&line, &text[2..], faults),
            (None, false) if text.starts_with('(') && text.ends_with(')') => {
                self.attributes(&line, &text[1..text.len() - 1], faults);
            }
            (None, _) => faults.push(
                Fault::new(line.spot(text), "this line is no part of a plan").with_help(
                    "put words of yours in <!-- -->, or after > where they describe a goal",
                ),
            ),
        }
    }

    fn end(&mut self, faults: &mut Faults) {
        self.end_quote(faults);
        if let Some(at) = self.comment {
            faults.push(Fault::new(at, "this comment has no end").with_help("write --> after it"));
        }
        for objective in &mut self.objectives {
            for key_result in &mut objective.key_results {
                item::close(key_result, faults);
            }
        }
    }

    fn commented(&mut self, line: &Line<'_>, rest: &str, faults: &mut Faults) {
        let at = line.spot(line.text.trim());
        match rest.split_once(COMMENT_END) {
            None => self.comment = Some(at),
            Some((_, after)) if after.trim().is_empty() => {}
            Some((_, after)) => {
                let fault = Fault::new(line.spot(after.trim()), "this stands after a comment");
                faults.push(fault.with_help("put the comment on a line of its own"));
            }
        }
    }

    fn cycle(&mut self, line: &Line<'_>, name: &str, faults: &mut Faults) {
        let at = line.spot(name.trim());
        if self.cycle.is_some() || !self.objectives.is_empty() {
            let fault = Fault::new(at, "a plan is about one cycle, named before all objectives");
            faults.push(fault.with_help("begin an objective with ##"));
            return;
        }
        self.cycle = faults
            .keep(line::plain_or_quoted(line, name.trim()))
            .map(|value| Said { value, at });
    }

    fn objective(&mut self, line: &Line<'_>, text: &str, faults: &mut Faults) {
        let at = line.spot(text.trim());
        let Some((title, called)) = faults.keep(called(line, text.trim())) else {
            self.objectives.push(ObjectiveEntry::default());
            return;
        };
        let read = line::plain_or_quoted(line, title).and_then(|words| {
            Title::new(words).map_err(|error| Fault::new(line.spot(title), error.to_string()))
        });
        let title = faults.keep(read).map(|value| Said {
            value,
            at: line.spot(title),
        });
        self.objectives.push(ObjectiveEntry {
            at: Place(at),
            title,
            slug: called.slug,
            id: called.id,
            ..ObjectiveEntry::default()
        });
    }

    fn attributes(&mut self, line: &Line<'_>, text: &str, faults: &mut Faults) {
        let Some(objective) = self.objectives.last_mut() else {
            let at = line.spot(line.text.trim());
            faults.push(Fault::new(at, "this stands before the first objective"));
            return;
        };
        if !objective.key_results.is_empty() {
            let at = line.spot(line.text.trim());
            let fault = Fault::new(at, "this stands after the key results of the objective");
            faults.push(fault.with_help("put it under the title"));
            return;
        }
        let read = Attributes::of_objective(line, text, faults);
        objective.owner = read.owner;
        objective.team = read.team;
        objective.kind = read.kind;
        objective.weight = read.weight;
        objective.supports = read.supports;
        objective.tags = read.tags;
        objective.draft = read.draft;
    }

    fn key_result(&mut self, line: &Line<'_>, text: &str, faults: &mut Faults) {
        let Some(objective) = self.objectives.last_mut() else {
            let fault = Fault::new(
                line.spot(text),
                "this key result stands before any objective",
            );
            faults.push(fault.with_help("begin an objective with ##"));
            return;
        };
        objective
            .key_results
            .push(item::key_result(line, text.trim(), faults));
    }

    fn below(&mut self, line: &Line<'_>, text: &str, faults: &mut Faults) {
        let last = self
            .objectives
            .last_mut()
            .and_then(|one| one.key_results.last_mut());
        match last {
            Some(key_result) => item::below(key_result, line, text.trim(), faults),
            None => faults.push(Fault::new(
                line.spot(text),
                "this stands under no key result",
            )),
        }
    }

    fn quoted(
        &mut self,
        line: &Line<'_>,
        (text, of_key_result): (&str, bool),
        faults: &mut Faults,
    ) {
        let at = line.spot(line.text.trim());
        let words = text.strip_prefix(' ').unwrap_or(text).trim_end();
        let Some(words) = faults.keep(line::plain_or_quoted(line, words)) else {
            return;
        };
        if let Some(quote) = &mut self.quote
            && quote.of_key_result == of_key_result
        {
            quote.lines.push(words);
            return;
        }
        self.end_quote(faults);
        self.quote = Some(Quote {
            at,
            of_key_result,
            lines: vec![words],
        });
    }

    fn end_quote(&mut self, faults: &mut Faults) {
        let Some(Quote {
            at,
            of_key_result,
            lines,
        }) = self.quote.take()
        else {
            return;
        };
        let text = LongText::new(lines.join("\n"));
        let Some(text) = faults.keep(text.map_err(|error| Fault::new(at, error.to_string())))
        else {
            return;
        };
        let objective = self.objectives.last_mut();
        let field = match objective {
            Some(objective) if of_key_result => objective
                .key_results
                .last_mut()
                .map(|one| &mut one.description),
            Some(objective) if objective.key_results.is_empty() => Some(&mut objective.description),
            Some(_) | None => None,
        };
        match field {
            Some(field @ None) => {
                *field = Some(Said {
                    value: Some(text),
                    at,
                });
            }
            Some(Some(_)) => {
                let fault = Fault::new(at, "this goal has a description already");
                faults.push(fault.with_help("put > before blank lines inside it, too"));
            }
            None => faults.push(
                Fault::new(at, "this description belongs to no goal").with_help(
                    "put it under the title of an objective, or indented under a key result",
                ),
            ),
        }
    }
}

//! `okr plan check`: what is wrong with plan files, and what applying them would meet.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::Read;
use super::apply::{Once, passing_uuids};
use super::base::asked;
use super::bench::{Bench, How, Refusal};
use crate::args::PlanCheckArgs;
use crate::commands::counted;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::plan::merge::{Merge, Take};
use crate::plan::{Fault, Faults, Plan, Source, Spot};
use crate::render::{Screen, page};
use crate::ui::Item;

/// A file that was checked, in machine output.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CheckedItem {
    file: String,
    /// `fits`, `conflicts` or `wrong`.
    outcome: &'static str,
    objectives: usize,
    key_results: usize,
    /// How many changes it asks for.
    changes: usize,
    /// How many fields both sides changed.
    conflicts: usize,
    mistakes: Vec<MistakeItem>,
}

/// What is wrong with a file.
#[derive(Debug, Serialize, JsonSchema)]
struct MistakeItem {
    line: usize,
    column: usize,
    length: usize,
    message: String,
    help: Option<String>,
}

impl Item for CheckedItem {
    const TYPE: &'static str = "plan_check";
    const SCHEMA: &'static str = "PlanCheckList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

pub(super) fn run(context: &mut Context, args: &PlanCheckArgs) -> Result<Exit, CliError> {
    let files = args.files.iter().map(PathBuf::as_path).map(Read::of);
    let files = files.collect::<Result<Vec<Read>, CliError>>()?;
    // Files that cannot be read at all are told without a workspace.
    let replica = if files.iter().any(|file| file.plan.is_ok()) {
        Some(context.replica()?)
    } else {
        None
    };
    let bench = match &replica {
        Some(replica) => {
            let how = How {
                asked: asked(context, replica, args.base.base.as_deref())?,
                take: Take::Neither,
                archive_missing: false,
            };
            Some((Bench::open(context, replica)?, how))
        }
        None => None,
    };
    let (mut items, mut texts) = (Vec::new(), Vec::new());
    let (mut once, mut new_uuid) = (Once::default(), passing_uuids());
    for file in &files {
        let checked = match &file.plan {
            Err(faults) => wrong(file.source(), faults.clone()),
            Ok(plan) => {
                let (bench, how) = bench.as_ref().expect("it was opened for such a file");
                let merge = bench.judge(plan, how, &mut new_uuid);
                match merge.and_then(|merge| once.of(&file.name, merge)) {
                    Ok(merge) => fits(file.source(), plan, &merge),
                    Err(Refusal::Wrong(faults)) => wrong(file.source(), faults),
                    Err(Refusal::Error(error)) => return Err(error),
                }
            }
        };
        items.push(checked.0);
        texts.push(checked.1);
    }
    let frame = match &replica {
        Some(replica) => {
            let clock = context.present(replica)?.1;
            context.frame(replica, &clock)?
        }
        None => context.plain_frame(),
    };
    context.ui.answer(&frame, &items, |_| texts.concat());
    let any = |outcome| items.iter().any(|item| item.outcome == outcome);
    Ok(if any("wrong") {
        Exit::ConditionNotMet
    } else if any("conflicts") {
        Exit::ConflictsOpen
    } else {
        Exit::Ok
    })
}

fn wrong(source: Source<'_>, faults: Faults) -> (CheckedItem, String) {
    let mistakes = faults.0.iter().map(|fault| {
        let Fault {
            at:
                Spot {
                    line,
                    column,
                    length,
                },
            message,
            help,
            newer: _,
        } = fault.clone();
        MistakeItem {
            line,
            column,
            length,
            message,
            help,
        }
    });
    let item = CheckedItem {
        file: source.name.to_owned(),
        outcome: "wrong",
        objectives: 0,
        key_results: 0,
        changes: 0,
        conflicts: 0,
        mistakes: mistakes.collect(),
    };
    let error = faults.into_error(source).to_text(&Screen::piped(), false);
    let text = error.strip_prefix("Error: ").unwrap_or(&error).to_owned();
    // What to read about the format is told once, by the command that fails.
    let lines = text
        .lines()
        .filter(|line| !line.starts_with("Hint: okr help plan"));
    let text = page(lines.map(str::to_owned).collect());
    (item, text)
}

fn fits(source: Source<'_>, plan: &Plan, merge: &Merge) -> (CheckedItem, String) {
    let key_results = plan
        .objectives
        .iter()
        .map(|one| one.key_results.len())
        .sum();
    let conflicts = merge.conflicts.len();
    let item = CheckedItem {
        file: source.name.to_owned(),
        outcome: if conflicts > 0 { "conflicts" } else { "fits" },
        objectives: plan.objectives.len(),
        key_results,
        changes: merge.steps.len(),
        conflicts,
        mistakes: Vec::new(),
    };
    let mut text = format!(
        "{}: {}, {}; {} to make",
        source.name,
        counted(item.objectives, "objective"),
        counted(item.key_results, "key result"),
        counted(item.changes, "change"),
    );
    if conflicts > 0 {
        let fields = counted(conflicts, "field");
        text.push_str("; ");
        text.push_str(&fields);
        text.push_str(" changed in the workspace as well");
    }
    text.push('\n');
    for conflict in &merge.conflicts {
        let fault = Fault::new(
            conflict.at,
            format!(
                "{}: the file says \"{}\", now it is \"{}\"",
                conflict.field, conflict.mine, conflict.theirs
            ),
        );
        text.push_str("  ");
        text.push_str(&source.named(&fault));
        text.push('\n');
    }
    (item, text)
}

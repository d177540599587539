//! `okr plan pull`: goals as a plan file.

use std::path::Path;

use okr_core::id::{EntityId, EntityKind};
use okr_core::view::View as _;
use okr_replica::Replica;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::Read;
use super::apply::passing_uuids;
use super::base;
use super::bench::{Bench, How, Refusal};
use crate::args::PlanPullArgs;
use crate::commands::counted;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::plan::merge::Take;
use crate::plan::pulled::{Pull, Scope, id_in_plan};
use crate::plan::state::State;
use crate::plan::{Form, Head, Plan, Said};
use crate::resolve::{no_cycle, resolver};
use crate::ui::{Asked, DocumentForm, Item, OutputFormat};
use crate::whole_file;

/// A pulled plan in machine output.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PulledItem {
    file: Option<String>,
    form: &'static str,
    cycle: String,
    position: u64,
    objectives: usize,
    key_results: usize,
    not_shown: usize,
    /// The plan itself, where it does not go to a file.
    text: Option<String>,
}

impl Item for PulledItem {
    const TYPE: &'static str = "plan";
    const SCHEMA: &'static str = "PlanList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

/// A plan with its text.
pub(super) struct Pulled {
    pub(super) plan: Plan,
    pub(super) text: String,
    hidden: usize,
}

pub(super) fn run(context: &mut Context, args: &PlanPullArgs) -> Result<Exit, CliError> {
    let form = form(context, args.to.as_deref())?;
    let replica = context.replica()?;
    let pulled = pull(context, &replica, (args.reference.as_deref(), form))?;
    let file = args.to.as_deref().filter(|to| *to != "-");
    if let Some(to) = file
        && Path::new(to).exists()
        && !args.force
    {
        refuse_to_lose(context, &replica, (to, &pulled))?;
    }
    let Pulled { plan, text, hidden } = pulled;
    let item = PulledItem {
        file: file.map(str::to_owned),
        form: match form {
            Form::Yaml => "yaml",
            Form::Markdown => "md",
        },
        cycle: plan.head.cycle.value.clone(),
        position: plan
            .head
            .base
            .as_ref()
            .map_or(0, |base| base.value.position),
        objectives: plan.objectives.len(),
        key_results: plan
            .objectives
            .iter()
            .map(|one| one.key_results.len())
            .sum(),
        not_shown: hidden,
        text: file.is_none().then(|| text.clone()),
    };
    if let Some(to) = file {
        whole_file::write(context, to, &text)?;
    }
    let is_json = context.ui.output().is_json();
    if is_json {
        let clock = context.present(&replica)?.1;
        let frame = context.frame(&replica, &clock)?;
        context
            .ui
            .answer(&frame, std::slice::from_ref(&item), |_| String::new());
    } else if file.is_none() {
        context.ui.print_file(&text);
    }
    if let Some(to) = file {
        context.ui.note(&format!(
            "{}, {}",
            counted(item.objectives, "objective"),
            counted(item.key_results, "key result")
        ));
        context.ui.hint(&format!(
            "okr plan apply {to} --dry-run   once you have edited it"
        ));
    }
    Ok(Exit::Ok)
}

/// Says in which form a plan is written.
fn form(context: &Context, to: Option<&str>) -> Result<Form, CliError> {
    if context.ui.output() == OutputFormat::Id {
        let message = "a plan has no form -o id";
        return Err(CliError::usage("unknown-form", message).with_hint("-o yaml, -o md or -o json"));
    }
    let asked = context.globals.ui.output.and_then(Asked::document);
    match (asked, to) {
        (Some(DocumentForm::Md), _) => Ok(Form::Markdown),
        (
            Some(DocumentForm::Yaml | DocumentForm::Html | DocumentForm::Csv | DocumentForm::Xlsx),
            _,
        )
        | (None, None | Some("-")) => Ok(Form::Yaml),
        (None, Some(to)) => Form::of_name(to).ok_or_else(|| {
            let message = format!("the suffix of \"{to}\" names no form of a plan: .yaml or .md");
            CliError::usage("unknown-form", message).with_hint("add -o yaml or -o md")
        }),
    }
}

/// Writes goals down as a plan.
pub(super) fn pull(
    context: &mut Context,
    replica: &Replica,
    (reference, form): (Option<&str>, Form),
) -> Result<Pulled, CliError> {
    let directory = replica.directory().map_err(failure::replica)?;
    let (reading, clock) = context.present(replica)?;
    let resolver = resolver(context, (replica, &reading), &directory, &clock)?;
    let mut scope = Scope {
        team: resolver.team,
        objective: None,
    };
    let mut cycle = resolver.cycle;
    if let Some(text) = reference {
        if let Ok(named) = resolver.cycle(text) {
            cycle = Some(named.id);
        } else {
            let kinds = [EntityKind::Objective, EntityKind::Team];
            match resolver.find(text, &kinds)? {
                EntityId::Team(team) => scope.team = Some(team),
                EntityId::Objective(id) => {
                    scope = Scope {
                        team: None,
                        objective: Some(id),
                    };
                    let objective = reading.objective(id).map_err(failure::replica)?;
                    cycle = objective.map(|objective| objective.cycle);
                }
                _ => return Err(CliError::internal("a thing of another kind was found")),
            }
        }
    }
    let cycle = cycle.ok_or_else(no_cycle)?;
    let named = reading.cycle(cycle).map_err(failure::replica)?;
    let named = named.ok_or_else(no_cycle)?.name.to_string();
    let state = State::read(&reading, &[], cycle).map_err(failure::replica)?;
    let org = reading.org().map_err(failure::replica)?;
    let team = scope.team.and_then(|team| state.team(team));
    let head = Head {
        organisation: org.map(|org| Said::new(org.name.to_string())),
        cycle: Said::new(named),
        team: team.map(|team| Said::new(team.slug.to_string())),
        objective: scope.objective.map(|id| Said::new(id_in_plan(id.uuid()))),
        base: Some(Said::new(base::of_now(replica)?)),
    };
    let pull = Pull {
        state: &state,
        reading: &reading,
        directory: &directory,
        scope,
        form,
    };
    let (plan, hidden) = pull.plan(head).map_err(failure::replica)?;
    let text = form.write(&plan, &notes(form, hidden));
    Ok(Pulled { plan, text, hidden })
}

/// How the notes at the beginning of a plan begin or end; no comment of a person is so.
const WHAT_IT_IS: &str = "A plan of okr: edit it, then okr plan apply FILE (okr help plan).";
const NOT_SAID: &str = "Not said here, and kept as it is: ids, and slugs of goals that are there.";
const NOT_SHOWN: &str = "closed, abandoned or archived, and not shown.";

/// Says at the beginning of a plan what it is, and what it does not show.
fn notes(form: Form, hidden: usize) -> Vec<String> {
    let mut notes = vec![WHAT_IT_IS.to_owned()];
    if form == Form::Markdown {
        notes.push(NOT_SAID.to_owned());
    }
    if hidden > 0 {
        let verb = if hidden == 1 { "is" } else { "are" };
        notes.push(format!("{} {verb} {NOT_SHOWN}", counted(hidden, "goal")));
    }
    notes
}

/// Says whether a comment is a note that a pull wrote.
fn is_note(comment: &str) -> bool {
    let words = comment.trim_start_matches("<!--").trim_end_matches("-->");
    let words = words.trim_start_matches('#').trim();
    words == WHAT_IT_IS || words == NOT_SAID || words.ends_with(NOT_SHOWN)
}

/// Lists what a file says and the workspace does not.
fn unapplied(bench: &Bench<'_>, read: &Read, plan: &Plan) -> Vec<String> {
    let how = How {
        asked: base::Asked::InFile,
        take: Take::Neither,
        archive_missing: true,
    };
    let name = &read.name;
    match bench.judge(plan, &how, &mut passing_uuids()) {
        Ok(merge) => {
            let steps = merge.steps.iter().map(|step| match step.at.line {
                0 => "a goal that was taken out of it is not archived yet".to_owned(),
                line => format!("{name}:{line}: an edit that was not applied"),
            });
            let conflicts = merge.conflicts.iter().map(|conflict| {
                let line = conflict.at.line;
                format!("{name}:{line}: {}: \"{}\"", conflict.field, conflict.mine)
            });
            steps.chain(conflicts).collect()
        }
        Err(Refusal::Wrong(faults)) => {
            let faults = faults.0.iter();
            faults.map(|fault| read.source().named(fault)).collect()
        }
        Err(Refusal::Error(error)) => vec![error.message().to_owned()],
    }
}

/// How much of what would be lost is listed.
const LISTED_MAX: usize = 10;

/// Refuses to replace a file that says what nothing else does.
fn refuse_to_lose(
    context: &Context,
    replica: &Replica,
    (to, pulled): (&str, &Pulled),
) -> Result<(), CliError> {
    let read = Read::of(Path::new(to))?;
    if read.text == pulled.text {
        return Ok(());
    }
    let mut lost = match &read.plan {
        Err(_) => vec![format!("{to} is no plan that can be read")],
        Ok(plan) => unapplied(&Bench::open(context, replica)?, &read, plan),
    };
    let form = Form::of(&read.name, &read.text);
    for comment in form.comments(&read.text) {
        if !is_note(&comment.value) {
            lost.push(format!(
                "{to}:{}: the comment {}",
                comment.at.line, comment.value
            ));
        }
    }
    if lost.is_empty() {
        return Ok(());
    }
    let message = format!("{to} was not replaced: something in it would be lost");
    let mut error = CliError::user("would-lose", message);
    let more = lost.len().saturating_sub(LISTED_MAX);
    for line in lost.into_iter().take(LISTED_MAX) {
        error = error.with_detail(line);
    }
    if more > 0 {
        error = error.with_detail(format!("... and {more} more"));
    }
    Err(error
        .with_hint(format!("okr plan apply {to}   applies its edits"))
        .with_hint("--force replaces the file all the same"))
}

//! `okr plan apply`: the workspace becomes what files say, as a whole or not at all.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use okr_core::change::Change;
use okr_core::decide::Proposal;
use okr_core::id::{ChangeId, EntityId};
use okr_core::rejection::Rejection;
use okr_core::value::Source as Origin;
use okr_replica::{ProposedAll, Replica};
use uuid::Uuid;

use super::base::{Asked, asked};
use super::bench::{Bench, How, Refusal};
use super::told::{Outcome, Told};
use super::{Read, screen};
use crate::args::{PlanApplyArgs, PlanSide, Reason};
use crate::commands::goal::BULK;
use crate::context::Context;
use crate::error::CliError;
use crate::exchange;
use crate::exit::Exit;
use crate::failure;
use crate::plan::merge::{Merge, Name, Take};
use crate::plan::{Fault, Faults, Plan, Source, Spot};
use crate::{why, write};

/// A file that was judged.
pub(super) struct Judged<'a> {
    pub(super) source: Source<'a>,
    pub(super) merge: Merge,
}

pub(super) fn run(context: &mut Context, args: &PlanApplyArgs) -> Result<Exit, CliError> {
    let mut replica = context.replica()?;
    let mut files = Vec::new();
    for path in &args.files {
        files.push(Read::of(path)?);
    }
    let mut plans: Vec<(Source<'_>, Plan)> = Vec::new();
    for file in &files {
        match &file.plan {
            Ok(plan) => plans.push((file.source(), plan.clone())),
            Err(faults) => return Err(faults.clone().into_error(file.source())),
        }
    }
    let how = How {
        asked: asked(context, &replica, args.base.base.as_deref())?,
        take: match args.take {
            None => Take::Neither,
            Some(PlanSide::Mine) => Take::Mine,
            Some(PlanSide::Theirs) => Take::Theirs,
        },
        archive_missing: args.archive_missing,
    };
    if args.archive_missing && matches!(how.asked, Asked::Now) {
        let message = "without a base nothing can be missing";
        return Err(CliError::usage("no-base", message).with_hint("leave --base now out"));
    }
    if args.archive_missing && matches!(how.asked, Asked::InFile) {
        has_base(&plans)?;
    }
    apply(context, &mut replica, (&plans, &how), &args.reason)
}

/// Refuses files that say nothing of what was there, for whoever asks what is missing.
fn has_base(plans: &[(Source<'_>, Plan)]) -> Result<(), CliError> {
    match plans.iter().find(|(_, plan)| plan.head.base.is_none()) {
        None => Ok(()),
        Some((source, _)) => {
            let message = format!("{} has no base: nothing can be missing", source.name);
            Err(CliError::usage("no-base", message)
                .with_hint("okr plan pull writes a file with one")
                .with_hint("--base CHANGE takes another moment of the history"))
        }
    }
}

/// Judges files, says what they ask for, and does it.
pub(super) fn apply(
    context: &mut Context,
    replica: &mut Replica,
    (plans, how): (&[(Source<'_>, Plan)], &How),
    reason: &Reason,
) -> Result<Exit, CliError> {
    let judged = judge(context, replica, (plans, how))?;
    if judged.iter().any(|file| !file.merge.conflicts.is_empty()) {
        return refuse(context, replica, &judged);
    }
    let archived: usize = judged.iter().map(|file| file.merge.archived).sum();
    if archived >= BULK {
        context.confirm(&format!("Archive {archived} goals?"))?;
    }
    let (proposals, of) = proposals(context, &judged, reason);
    let changes = propose(context, replica, (proposals, &judged), &of)?;
    if let Some(last) = changes.last().filter(|_| !context.globals.dry_run) {
        write::remember(context, last)?;
    }
    answer(context, replica, (&judged, &changes), &of)?;
    if judged.iter().any(|file| !file.merge.missing.is_empty()) {
        context
            .ui
            .hint("--archive-missing archives what is no longer in the file");
    }
    if context.globals.dry_run {
        context.ui.note("dry run: nothing was written");
        return Ok(Exit::Ok);
    }
    if changes.is_empty() {
        return Ok(Exit::Ok);
    }
    hints(context, &judged, &changes);
    exchange::after_write(context, replica, &[])?;
    Ok(Exit::Ok)
}

/// Judges files; each against what is there before any of them is applied.
pub(super) fn judge<'a>(
    context: &mut Context,
    replica: &Replica,
    (plans, how): (&'a [(Source<'a>, Plan)], &How),
) -> Result<Vec<Judged<'a>>, CliError> {
    let bench = Bench::open(context, replica)?;
    let mut new_uuid = || context.new_uuid();
    let mut judged: Vec<Judged<'a>> = Vec::new();
    let mut once = Once::default();
    for (source, plan) in plans {
        let merge = bench.judge(plan, how, &mut new_uuid);
        let merge = merge.and_then(|merge| once.of(source.name, merge));
        let merge = merge.map_err(|refusal| match refusal {
            Refusal::Wrong(faults) => faults.into_error(*source),
            Refusal::Error(error) => error,
        })?;
        judged.push(Judged {
            source: *source,
            merge,
        });
    }
    Ok(judged)
}

/// The goals of all files and what they are called from now on, with where they stand.
#[derive(Default)]
pub(super) struct Once {
    goals: BTreeMap<EntityId, (String, Spot)>,
    names: BTreeMap<Name, (String, Spot)>,
}

impl Once {
    /// Refuses a file that speaks of a goal of an earlier one: which of them is meant would depend on
    /// their order. One that gives a slug of an earlier one is refused, too.
    pub(super) fn of(&mut self, name: &str, merge: Merge) -> Result<Merge, Refusal> {
        let mut faults = Faults::default();
        for (id, at) in &merge.goals {
            match self.goals.entry(*id) {
                Entry::Vacant(free) => {
                    free.insert((name.to_owned(), *at));
                }
                Entry::Occupied(taken) => {
                    let (name, before) = taken.get();
                    let message = format!("this goal stands in {name}:{} already", before.line);
                    faults.push(Fault::new(*at, message));
                }
            }
        }
        for (called, at) in &merge.names {
            match self.names.entry(called.clone()) {
                Entry::Vacant(free) => {
                    free.insert((name.to_owned(), *at));
                }
                Entry::Occupied(taken) => {
                    let (name, before) = taken.get();
                    let slug = &called.slug;
                    let message = format!(
                        "the goal of {name}:{} is called {slug} as well",
                        before.line
                    );
                    faults.push(Fault::new(*at, message).with_help("give it another slug"));
                }
            }
        }
        faults.or(merge).map_err(Refusal::Wrong)
    }
}

/// Where files ask for changes.
pub(super) type Asking = HashMap<ChangeId, (String, Spot)>;

fn proposals(
    context: &mut Context,
    judged: &[Judged<'_>],
    reason: &Reason,
) -> (Vec<Proposal>, Asking) {
    let mut proposals = Vec::new();
    let mut of = HashMap::new();
    for file in judged {
        for step in &file.merge.steps {
            let id = ChangeId::new(context.new_uuid());
            of.insert(id, (file.source.name.to_owned(), step.at));
            proposals.push(Proposal {
                id,
                authored_at: context.now,
                on_behalf_of: None,
                source: Origin::Human,
                reason: reason.reason.clone(),
                amendment: reason.category,
                commands: step.commands.clone(),
            });
        }
    }
    (proposals, of)
}

/// Writes everything in one step, after asking why where the rules ask for it.
fn propose(
    context: &mut Context,
    replica: &mut Replica,
    (mut proposals, judged): (Vec<Proposal>, &[Judged<'_>]),
    of: &Asking,
) -> Result<Vec<Change>, CliError> {
    let today = context.present(replica)?.1.today();
    let dry_run = context.globals.dry_run;
    for may_ask in [true, false] {
        let proposed = replica
            .propose_all(proposals.clone(), today, dry_run)
            .map_err(|error| write::unwritable(context, replica, error))?;
        let (index, rejection) = match proposed {
            ProposedAll::Written { changes, .. } => return Ok(changes),
            ProposedAll::Rejected { index, rejection } => (index, rejection),
        };
        let about = write::about(context, replica, &rejection);
        let asked = may_ask
            && why::complete(
                context,
                (about.as_deref(), &rejection),
                &mut proposals[index],
            )?;
        if !asked {
            let at = of.get(&proposals[index].id);
            return Err(rejected(&rejection, about.as_deref(), at, judged));
        }
        let (reason, amendment) = (proposals[index].reason.clone(), proposals[index].amendment);
        for proposal in &mut proposals {
            proposal.reason.clone_from(&reason);
            proposal.amendment = amendment;
        }
    }
    Err(CliError::internal("a plan was neither written nor refused"))
}

/// Says which line of which file the rules refuse.
fn rejected(
    rejection: &Rejection,
    about: Option<&str>,
    at: Option<&(String, Spot)>,
    judged: &[Judged<'_>],
) -> CliError {
    let mut error = failure::rejected(rejection, about);
    if let Some((name, at)) = at.filter(|(_, at)| at.line > 0) {
        let source = judged.iter().find(|file| file.source.name == name);
        let fault = Fault::new(*at, "this is what the rules refuse");
        error = match source {
            Some(file) => error.with_detail(file.source.named(&fault)),
            None => error,
        };
    }
    error.with_hint("nothing was written")
}

/// Lists what both sides changed, and writes nothing.
fn refuse(
    context: &mut Context,
    replica: &Replica,
    judged: &[Judged<'_>],
) -> Result<Exit, CliError> {
    let bench = Bench::open(context, replica)?;
    let mut told = Told::default();
    for file in judged {
        for conflict in &file.merge.conflicts {
            told.conflict(&bench, file.source.name, conflict)?;
        }
    }
    let fields: usize = judged.iter().map(|file| file.merge.conflicts.len()).sum();
    show(context, replica, (&told, false))?;
    let message = match fields {
        1 => "a field was changed in the file and in the workspace".to_owned(),
        _ => format!("{fields} fields were changed in the file and in the workspace"),
    };
    Err(CliError::user("plan-conflict", message)
        .with_exit(Exit::ConflictsOpen)
        .with_hint("--take mine sets what the file says, --take theirs leaves what is there")
        .with_hint("nothing was written"))
}

fn answer(
    context: &mut Context,
    replica: &Replica,
    (judged, changes): (&[Judged<'_>], &[Change]),
    of: &Asking,
) -> Result<(), CliError> {
    let bench = Bench::open(context, replica)?;
    let mut told = Told::default();
    told.changes(&bench, (changes, !context.globals.dry_run), of)?;
    for file in judged {
        for id in &file.merge.missing {
            told.missing(&bench, file.source.name, *id)?;
        }
    }
    show(context, replica, (&told, !context.globals.dry_run))
}

/// Prints what is told.
pub(super) fn show(
    context: &mut Context,
    replica: &Replica,
    (told, written): (&Told, bool),
) -> Result<(), CliError> {
    let clock = context.present(replica)?.1;
    let frame = context.frame(replica, &clock)?;
    context.ui.answer(&frame, &told.items, |screen| {
        if told.items.is_empty() {
            return "Nothing to do: the workspace is as the file says.\n".to_owned();
        }
        screen::render(told, written, (&clock, screen))
    });
    Ok(())
}

fn hints(context: &mut Context, judged: &[Judged<'_>], changes: &[Change]) {
    let adds = changes
        .iter()
        .flat_map(|change| &change.events)
        .any(|event| super::told::outcome(event) == Outcome::Add);
    context.ui.hint(match changes.len() {
        1 => "okr undo takes this back",
        _ => "okr undo takes back all of it",
    });
    if adds
        && let [only] = judged
        && only.source.name != "-"
    {
        let name = only.source.name;
        context.ui.hint(&format!(
            "okr plan pull --to {name}   puts the ids of what is new into it"
        ));
    }
}

/// Makes ids that nothing keeps, to try a plan out.
pub(super) fn passing_uuids() -> impl FnMut() -> Uuid {
    let mut next = 0_u128;
    move || {
        next += 1;
        Uuid::from_u128(next)
    }
}

//! The one way in which commands write: propose, say what changed, then try to exchange it.

use okr_core::Date;
use okr_core::change::Change;
use okr_core::decide::{Command, Proposal};
use okr_core::id::{ChangeId, EntityId};
use okr_core::rejection::Rejection;
use okr_core::text::LongText;
use okr_core::value::{AmendmentCategory, Source};
use okr_core::view::{Overlay, View};
use okr_replica::{Directory, Proposed, Reading, Replica, ReplicaError};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::args::Reason;
use crate::context::Context;
use crate::describe::{Called, Field, Names};
use crate::error::CliError;
use crate::exchange;
use crate::exit::Exit;
use crate::failure;
use crate::render::{Screen, Tone};
use crate::ui::Item;
use crate::when::Clock;
use crate::why;

/// What somebody wants to do, and why.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    /// What to do, in order.
    pub(crate) commands: Vec<Command>,
    /// Why.
    pub(crate) reason: Option<LongText>,
    /// What kind of amendment it is.
    pub(crate) category: Option<AmendmentCategory>,
}

impl Wish {
    /// Wants one thing, for a reason.
    pub(crate) fn new(command: Command, reason: &Reason) -> Self {
        Self::all(vec![command], reason)
    }

    /// Wants several things in one step, for a reason.
    pub(crate) fn all(commands: Vec<Command>, reason: &Reason) -> Self {
        Self {
            commands,
            reason: reason.reason.clone(),
            category: reason.category,
        }
    }
}

/// What became of a wish.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is written and durable on this machine.
    Written(Change),
    /// It would be written, but for `--dry-run`.
    WouldWrite(Change),
    /// Everything is so already.
    NothingToDo,
}

/// Writes what is wanted, or says what would be written.
///
/// # Errors
/// The refusal of the rules, and failures of the replica.
pub(crate) fn write(
    context: &mut Context,
    replica: &mut Replica,
    clock: &Clock,
    wish: Wish,
) -> Result<Outcome, CliError> {
    let today = clock.today();
    let mut proposal = proposal(context, wish);
    let mut proposed = propose(context, replica, &proposal, today)?;
    if let Proposed::Rejected(rejection) = &proposed {
        let about = about(context, replica, rejection);
        if why::complete(context, (about.as_deref(), rejection), &mut proposal)? {
            proposed = propose(context, replica, &proposal, today)?;
        }
    }
    match proposed {
        Proposed::Written(change) if context.globals.dry_run => Ok(Outcome::WouldWrite(change)),
        Proposed::Written(change) => {
            remember(context, &change)?;
            Ok(Outcome::Written(change))
        }
        Proposed::NothingToDo => Ok(Outcome::NothingToDo),
        Proposed::Rejected(rejection) => {
            let about = about(context, replica, &rejection);
            Err(failure::rejected(&rejection, about.as_deref()))
        }
    }
}

/// Judges what is wanted without writing it, for whoever does something else before.
///
/// # Errors
/// The refusal of the rules, and failures of the replica.
pub(crate) fn judge(
    context: &mut Context,
    replica: &mut Replica,
    today: Date,
    wish: Wish,
) -> Result<(), CliError> {
    let proposed = replica.preview(proposal(context, wish), today);
    match proposed.map_err(|error| unwritable(context, replica, error))? {
        Proposed::Written(_) | Proposed::NothingToDo => Ok(()),
        Proposed::Rejected(rejection) => {
            let about = about(context, replica, &rejection);
            Err(failure::rejected(&rejection, about.as_deref()))
        }
    }
}

fn proposal(context: &mut Context, wish: Wish) -> Proposal {
    Proposal {
        id: ChangeId::new(context.new_uuid()),
        authored_at: context.now,
        on_behalf_of: None,
        source: Source::Human,
        reason: wish.reason,
        amendment: wish.category,
        commands: wish.commands,
    }
}

fn propose(
    context: &Context,
    replica: &mut Replica,
    proposal: &Proposal,
    today: Date,
) -> Result<Proposed, CliError> {
    let proposed = if context.globals.dry_run {
        replica.preview(proposal.clone(), today)
    } else {
        replica.propose(proposal.clone(), today)
    };
    proposed.map_err(|error| unwritable(context, replica, error))
}

/// Keeps what `@last` means.
pub(crate) fn remember(context: &mut Context, change: &Change) -> Result<(), CliError> {
    if let Some(event) = change.events.last() {
        let id = event.subject();
        let last = format!("{}:{}", id.kind().word(), id.uuid());
        context
            .workspace()?
            .update_state(|state| state.last = Some(last));
    }
    Ok(())
}

/// Names the thing that a refusal is about, where it can be found.
pub(crate) fn about(context: &Context, replica: &Replica, rejection: &Rejection) -> Option<String> {
    let subject = rejection.subject()?;
    slug_of(context, replica, subject)
}

/// Says why nothing can be written, with the name of what only a newer program knows.
pub(crate) fn unwritable(context: &Context, replica: &Replica, error: ReplicaError) -> CliError {
    let about = match &error {
        ReplicaError::UpgradeNeeded { entity } => slug_of(context, replica, *entity),
        _ => None,
    };
    match about {
        Some(about) => failure::newer(&about),
        None => failure::replica(error),
    }
}

fn slug_of(context: &Context, replica: &Replica, id: EntityId) -> Option<String> {
    let (reading, _) = context.present(replica).ok()?;
    let directory = replica.directory().ok()?;
    let names = Names {
        view: &reading,
        directory: &directory,
    };
    names.called(id).ok()?.slug
}

/// A thing that was written about, in machine output.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct ChangedItem {
    id: Uuid,
    kind: &'static str,
    slug: Option<String>,
    title: String,
    outcome: &'static str,
    change: Option<Uuid>,
    reason: Option<String>,
    category: Option<&'static str>,
    steps: Vec<String>,
    fields: Vec<FieldItem>,
}

/// A field that was edited, in machine output.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct FieldItem {
    field: &'static str,
    from: String,
    to: String,
}

impl Item for ChangedItem {
    const TYPE: &'static str = "changed";
    const SCHEMA: &'static str = "ChangedList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

/// What happened, ready to be told.
pub(crate) struct Told {
    pub(crate) items: Vec<ChangedItem>,
    lines: Vec<Line>,
}

struct Line {
    called: Called,
    what: What,
}

enum What {
    Step(String),
    Field(Field),
}

fn item<V: View<Error = ReplicaError>>(
    names: &Names<'_, V>,
    id: EntityId,
    outcome: &'static str,
) -> Result<ChangedItem, CliError> {
    let called = names.called(id).map_err(failure::replica)?;
    Ok(ChangedItem {
        id: id.uuid(),
        kind: id.kind().word(),
        slug: called.slug,
        title: called.title,
        outcome,
        change: None,
        reason: None,
        category: None,
        steps: Vec::new(),
        fields: Vec::new(),
    })
}

impl ChangedItem {
    fn of(self, change: &Change) -> Self {
        Self {
            change: Some(change.id.uuid()),
            reason: change.reason.as_ref().map(ToString::to_string),
            category: change.amendment.map(AmendmentCategory::word),
            ..self
        }
    }
}

impl Told {
    /// Puts an outcome into words; `asked` is what the command was about when nothing was to do.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(crate) fn new(
        reading: &Reading<'_>,
        directory: &Directory,
        outcome: &Outcome,
        asked: EntityId,
    ) -> Result<Self, CliError> {
        let mut told = Self {
            items: Vec::new(),
            lines: Vec::new(),
        };
        match outcome {
            Outcome::Written(change) => {
                told.change(reading, directory, (change, "written"))?;
            }
            Outcome::WouldWrite(change) => {
                told.change(reading, directory, (change, "would_write"))?;
            }
            Outcome::NothingToDo => {
                let names = Names {
                    view: reading,
                    directory,
                };
                told.items.push(item(&names, asked, "nothing_to_do")?);
            }
        }
        Ok(told)
    }

    fn change(
        &mut self,
        reading: &Reading<'_>,
        directory: &Directory,
        (change, word): (&Change, &'static str),
    ) -> Result<(), CliError> {
        let mut after = Overlay::new(reading);
        after.apply(change).map_err(failure::replica)?;
        let names = Names {
            view: &after,
            directory,
        };
        for event in &change.events {
            let subject = event.subject();
            if self.items.iter().all(|item| item.id != subject.uuid()) {
                let item = item(&names, subject, word)?;
                self.items.push(item.of(change));
            }
            let item = self.items.iter_mut().find(|item| item.id == subject.uuid());
            let item = item.expect("it was pushed unless it was there");
            let what = if let Some(field) = names.field(event).map_err(failure::replica)? {
                item.fields.push(FieldItem {
                    field: field.name,
                    from: field.from.clone(),
                    to: field.to.clone(),
                });
                What::Field(field)
            } else {
                let step = names.step(event);
                item.steps.push(step.clone());
                What::Step(step)
            };
            self.lines.push(Line {
                called: names.called(subject).map_err(failure::replica)?,
                what,
            });
        }
        Ok(())
    }

    /// Writes what happened for people, a line for each event.
    pub(crate) fn text(&self, screen: &Screen) -> String {
        if self.lines.is_empty() {
            let name = self.items.first().map(|item| {
                let slug = item.slug.clone();
                slug.unwrap_or_else(|| item.title.clone())
            });
            return format!(
                "{}: nothing to do, it is so already\n",
                name.unwrap_or_default()
            );
        }
        self.lines.iter().map(|line| line.text(screen)).collect()
    }
}

impl Line {
    fn text(&self, screen: &Screen) -> String {
        let id = screen.paint(Tone::Id, &self.called.short_id);
        let title = self.called.title.as_str();
        let name = match &self.called.slug {
            Some(slug) => screen.paint(Tone::Strong, slug),
            None => screen.paint(Tone::Plain, title),
        };
        let what = match &self.what {
            What::Step(step) => screen.paint(Tone::Plain, step),
            What::Field(field) => {
                let from = screen.paint(Tone::Plain, &field.from);
                let to = screen.paint(Tone::Plain, &field.to);
                format!("{}: {from} {} {to}", field.name, screen.arrow())
            }
        };
        // The title is told once, when the thing begins.
        let is_new = matches!(&self.what, What::Step(step) if step.starts_with("added"));
        if is_new && self.called.slug.is_some() && !title.is_empty() {
            let title = screen.paint(Tone::Dim, title);
            return format!("{id}  {name}  {what}  \"{title}\"\n");
        }
        format!("{id}  {name}  {what}\n")
    }
}

/// Writes what is wanted, says what changed, and tries to exchange it with the server.
///
/// `asked` is what the command is about; `next` is what to type next, where there is something.
///
/// # Errors
/// As [`write()`].
pub(crate) fn write_and_tell(
    context: &mut Context,
    replica: &mut Replica,
    wish: Wish,
    (asked, next): (EntityId, Option<String>),
) -> Result<Exit, CliError> {
    write_and_remark(context, replica, wish, (asked, next), &[])
}

/// As [`write_and_tell`], with remarks on what was written, each on a line of its own.
///
/// # Errors
/// As [`write()`].
pub(crate) fn write_and_remark(
    context: &mut Context,
    replica: &mut Replica,
    wish: Wish,
    (asked, next): (EntityId, Option<String>),
    remarks: &[String],
) -> Result<Exit, CliError> {
    let clock = context.present(replica)?.1;
    let outcome = write(context, replica, &clock, wish)?;
    let directory = replica.directory().map_err(failure::replica)?;
    answer(context, replica, &directory, (&outcome, asked))?;
    match outcome {
        Outcome::Written(_) | Outcome::WouldWrite(_) => {
            for remark in remarks {
                context.ui.note(remark);
            }
        }
        Outcome::NothingToDo => {}
    }
    finish(context, replica, &outcome, next)?;
    Ok(Exit::Ok)
}

/// Says what changed, and tries to exchange it with the server.
///
/// # Errors
/// When the replica cannot be read.
pub(crate) fn tell(
    context: &mut Context,
    replica: &mut Replica,
    directory: &Directory,
    (outcome, asked, next): (&Outcome, EntityId, Option<String>),
) -> Result<Exit, CliError> {
    answer(context, replica, directory, (outcome, asked))?;
    finish(context, replica, outcome, next)?;
    Ok(Exit::Ok)
}

fn answer(
    context: &mut Context,
    replica: &Replica,
    directory: &Directory,
    (outcome, asked): (&Outcome, EntityId),
) -> Result<(), CliError> {
    let (reading, clock) = context.present(replica)?;
    let told = Told::new(&reading, directory, outcome, asked)?;
    drop(reading);
    let frame = context.frame(replica, &clock)?;
    context
        .ui
        .answer(&frame, &told.items, |screen| told.text(screen));
    Ok(())
}

/// Ends a write: says that nothing was written, suggests what to type, exchanges with the server.
///
/// # Errors
/// When the replica cannot be read.
pub(crate) fn finish(
    context: &mut Context,
    replica: &mut Replica,
    outcome: &Outcome,
    next: Option<String>,
) -> Result<(), CliError> {
    match outcome {
        Outcome::WouldWrite(_) => context.ui.note("dry run: nothing was written"),
        Outcome::NothingToDo => {}
        Outcome::Written(change) => {
            if let Some(next) = next {
                context.ui.hint(&next);
            }
            exchange::after_write(context, replica, &[change])?;
        }
    }
    Ok(())
}

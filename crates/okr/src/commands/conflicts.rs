//! `okr conflicts`: changes that met others' changes and wait for a decision.

mod dropped;
mod screen;

use std::collections::BTreeSet;

use okr_core::change::Change;
use okr_core::event::Event;
use okr_core::id::EntityId;
use okr_replica::{Clash, Conflict, Explained, Replica};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::past::Past;
use crate::args::ConflictsArgs;
use crate::change_words::{about, learn, line, whose};
use crate::context::Context;
use crate::describe;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::ByItem;
use crate::render::{Screen, iso, local};
use crate::short_id::{self, Alphabet};
use crate::ui::Item;
use crate::when::Clock;

pub(super) use dropped::DroppedItem;
pub(super) use screen::text;

/// A conflict in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ConflictItem {
    change: Uuid,
    short_id: String,
    subject: Option<Uuid>,
    kind: Option<&'static str>,
    slug: Option<String>,
    title: String,
    code: String,
    message: String,
    /// The first field that clashes, as in `fields`.
    field: Option<String>,
    base: Option<String>,
    mine: Option<String>,
    theirs: Option<String>,
    /// Every field that has a third value.
    fields: Vec<ClashItem>,
    /// What brought about a refusal that is not about a field.
    cause: Option<ByItem>,
    /// The change in conflict that this one depends on.
    follows: Option<Uuid>,
    authored_at: String,
    reason: Option<String>,
    #[serde(skip)]
    words: Words,
}

/// A field that has a third value.
#[derive(Serialize, JsonSchema)]
struct ClashItem {
    subject: Uuid,
    name: String,
    field: String,
    base: String,
    mine: String,
    theirs: String,
    /// The change that set what is there now.
    by: Option<ByItem>,
    #[serde(skip)]
    whose: Option<String>,
}

/// What only people are told.
#[derive(Default)]
struct Words {
    /// What the change does, on one line.
    line: String,
    /// What the change is about, and by whose names it is told.
    about: BTreeSet<EntityId>,
    /// When it was written.
    when: String,
    /// Who is behind the refusal.
    cause: Option<String>,
    /// What the clocks said, where they are the reason.
    clocks: Option<String>,
}

impl Item for ConflictItem {
    const TYPE: &'static str = "conflict";
    const SCHEMA: &'static str = "ConflictList";

    fn id(&self) -> Option<Uuid> {
        Some(self.change)
    }
}

/// Where conflicts are put in words.
struct Teller<'a, 'r> {
    past: &'a Past<'r>,
    directory: &'a okr_replica::Directory,
    screen: &'a Screen,
}

impl Teller<'_, '_> {
    fn names(&self) -> describe::Names<'_, okr_replica::Reading<'_>> {
        describe::Names {
            view: &self.past.reading,
            directory: self.directory,
        }
    }

    fn item(&self, conflict: &Conflict, explained: &Explained) -> Result<ConflictItem, CliError> {
        let change = &conflict.change;
        let refusal = &conflict.refusal;
        let subject = subject(conflict);
        let called = match subject {
            Some(subject) => Some(self.names().called(subject).map_err(failure::replica)?),
            None => None,
        };
        let fields = explained.clashes.iter().map(|clash| self.clash(clash));
        let fields: Vec<ClashItem> = fields.collect::<Result<_, _>>()?;
        let first = fields.first();
        let fact = |name: &str| refusal.facts.get(name).cloned();
        let clock = &self.past.at.clock;
        Ok(ConflictItem {
            change: change.id.uuid(),
            short_id: short_id::shown(Alphabet::Change, change.id.uuid()),
            subject: subject.map(EntityId::uuid),
            kind: subject.map(|id| id.kind().word()),
            slug: called.as_ref().and_then(|called| called.slug.clone()),
            title: called.map_or_else(String::new, |called| called.title),
            code: refusal.code.clone(),
            message: refusal.message.clone(),
            field: first.map(|one| one.field.clone()).or_else(|| fact("field")),
            base: first.map(|one| one.base.clone()).or_else(|| fact("from")),
            mine: first.map(|one| one.mine.clone()).or_else(|| fact("to")),
            theirs: first
                .map(|one| one.theirs.clone())
                .or_else(|| fact("current")),
            fields,
            cause: explained
                .cause
                .as_ref()
                .map(|cause| ByItem::new(cause, &self.past.names)),
            follows: explained.follows.map(okr_core::id::ChangeId::uuid),
            authored_at: iso(change.authored_at, &clock.zone),
            reason: change.reason.as_ref().map(ToString::to_string),
            words: Words {
                line: line(change, self.past, self.screen),
                about: about(change, self.past, self.screen),
                when: local(change.authored_at, clock),
                cause: explained.cause.as_ref().map(|one| whose(one, self.past)),
                clocks: clocks(conflict, clock),
            },
        })
    }

    fn clash(&self, clash: &Clash) -> Result<ClashItem, CliError> {
        let field = |event: &Event| {
            let told = self.names().field(event).map_err(failure::replica)?;
            told.ok_or_else(|| CliError::internal("what clashes is an edit of a field"))
        };
        let (mine, again) = (field(&clash.mine)?, field(&clash.again)?);
        let id = clash.mine.subject();
        Ok(ClashItem {
            subject: id.uuid(),
            name: self.past.names.label(id),
            field: mine.name.to_owned(),
            base: mine.from,
            mine: mine.to,
            theirs: again.from,
            by: clash
                .by
                .as_ref()
                .map(|by| ByItem::new(by, &self.past.names)),
            whose: clash.by.as_ref().map(|by| whose(by, self.past)),
        })
    }
}

/// Returns what a conflict is about: what the refusal names, if the change is about it.
fn subject(conflict: &Conflict) -> Option<EntityId> {
    let about = conflict.change.events.iter().map(Event::subject);
    about
        .clone()
        .find(|id| Some(id.uuid()) == conflict.refusal.subject)
        .or_else(|| about.clone().next())
}

impl ConflictItem {
    /// Says whether the change is about a thing, or is told by its name.
    pub(super) fn is_about(&self, id: EntityId) -> bool {
        self.words.about.contains(&id)
    }

    /// Names the change among others: its id, and what it does.
    pub(super) fn named(&self) -> String {
        format!("{}  {}", self.short_id, self.words.line)
    }

    /// Returns what to type to decide it: by the name of the thing, where that means no other one.
    pub(super) fn decision(&self, among: &[Self]) -> String {
        let is_of_it = |id: &EntityId| Some(id.uuid()) == self.subject;
        let is_same = |one: &&Self| one.slug == self.slug || one.words.about.iter().any(is_of_it);
        let name = match &self.slug {
            Some(slug) if among.iter().filter(is_same).count() == 1 => slug,
            Some(_) | None => &self.short_id,
        };
        match self.fields.as_slice() {
            [] => format!("okr resolve {name} --take mine, or --drop"),
            [_] => format!("okr resolve {name} --take mine|theirs|base|\"another value\""),
            several => {
                let sets: Vec<String> = several
                    .iter()
                    .map(|one| format!("--set \"{}=VALUE\"", one.field))
                    .collect();
                format!(
                    "okr resolve {name} --take mine|theirs|base, or {}",
                    sets.join(" ")
                )
            }
        }
    }
}

/// Lists the conflicts that are open.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn items(
    context: &mut Context,
    replica: &Replica,
) -> Result<Vec<ConflictItem>, CliError> {
    let conflicts = replica.conflicts().map_err(failure::replica)?;
    let explained = replica.explain(&conflicts).map_err(failure::replica)?;
    if conflicts.is_empty() {
        return Ok(Vec::new());
    }
    let mut past = Past::open(context, replica)?;
    let mut mentioned: Vec<&Change> = conflicts.iter().map(|one| &one.change).collect();
    let clashes = explained.iter().flat_map(|one| &one.clashes);
    mentioned.extend(clashes.filter_map(|clash| clash.by.as_ref()?.change.as_ref()));
    learn(context, &mut past, &mentioned)?;
    let directory = replica.directory().map_err(failure::replica)?;
    let teller = Teller {
        past: &past,
        directory: &directory,
        screen: context.ui.screen(),
    };
    let both = conflicts.iter().zip(&explained);
    both.map(|(conflict, explained)| teller.item(conflict, explained))
        .collect()
}

pub(crate) fn run(context: &mut Context, args: &ConflictsArgs) -> Result<Exit, CliError> {
    if args.dropped {
        return dropped::run(context);
    }
    let replica = context.replica()?;
    let items = items(context, &replica)?;
    let clock = context.present(&replica)?.1;
    let frame = context.frame(&replica, &clock)?;
    context
        .ui
        .answer(&frame, &items, |screen| text(&items, screen));
    match items.first() {
        None => context.ui.note("no conflicts"),
        Some(first) => context.ui.hint(&first.decision(&items)),
    }
    Ok(Exit::Ok)
}

/// Explains a day that was to come for the server and not for this device.
fn clocks(conflict: &Conflict, clock: &Clock) -> Option<String> {
    let today = conflict.refusal.facts.get("today")?;
    (conflict.refusal.code == "future-date").then(|| {
        let written = local(conflict.change.authored_at, clock);
        format!(
            "this device's clock said {written} when you wrote it; on the server it was {today}"
        )
    })
}

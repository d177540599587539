//! `okr conflicts`: changes that met others' changes and wait for a decision.

use okr_core::id::EntityId;
use okr_replica::{Conflict, Directory, Reading, Replica};
use serde::Serialize;
use uuid::Uuid;

use crate::context::Context;
use crate::describe::Names;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::render::{Screen, Tone, iso};
use crate::short_id::{self, Alphabet};
use crate::ui::Item;
use crate::when::Clock;

/// A conflict in machine output.
#[derive(Serialize)]
pub(crate) struct ConflictItem {
    change: Uuid,
    subject: Option<Uuid>,
    kind: Option<&'static str>,
    slug: Option<String>,
    title: String,
    code: String,
    message: String,
    field: Option<String>,
    base: Option<String>,
    mine: Option<String>,
    theirs: Option<String>,
    authored_at: String,
    reason: Option<String>,
}

impl Item for ConflictItem {
    const TYPE: &'static str = "conflict";
    const SCHEMA: &'static str = "ConflictList";

    fn id(&self) -> Option<Uuid> {
        Some(self.change)
    }
}

impl ConflictItem {
    fn new(
        conflict: &Conflict,
        names: &Names<'_, Reading<'_>>,
        clock: &Clock,
    ) -> Result<Self, CliError> {
        let change = &conflict.change;
        let refusal = &conflict.refusal;
        let about = change.events.iter().map(okr_core::event::Event::subject);
        let subject: Option<EntityId> = about
            .clone()
            .find(|id| Some(id.uuid()) == refusal.subject)
            .or_else(|| about.clone().next());
        let called = match subject {
            Some(subject) => Some(names.called(subject).map_err(failure::replica)?),
            None => None,
        };
        let fact = |name: &str| refusal.facts.get(name).cloned();
        // The rules know ids only; the events of the change can be told with names.
        let field = fact("field");
        let mut sides = (fact("from"), fact("to"));
        for event in &change.events {
            if let Some(told) = names.field(event).map_err(failure::replica)?
                && Some(event.subject()) == subject
                && field.as_deref() == Some(told.name)
            {
                sides = (Some(told.from), Some(told.to));
            }
        }
        Ok(Self {
            change: change.id.uuid(),
            subject: subject.map(EntityId::uuid),
            kind: subject.map(|id| id.kind().word()),
            slug: called.as_ref().and_then(|called| called.slug.clone()),
            title: called.map_or_else(String::new, |called| called.title),
            code: refusal.code.clone(),
            message: refusal.message.clone(),
            field,
            base: sides.0,
            mine: sides.1,
            theirs: fact("current"),
            authored_at: iso(change.authored_at, &clock.zone),
            reason: change.reason.as_ref().map(ToString::to_string),
        })
    }

    /// Returns what can be typed for it: a slug, or the short id of the change.
    pub(super) fn name(&self) -> String {
        let short = || short_id::shown(Alphabet::Change, self.change);
        self.slug.clone().unwrap_or_else(short)
    }

    /// Says what met what.
    pub(super) fn text(&self, screen: &Screen) -> String {
        let id = screen.paint(Tone::Id, &short_id::shown(Alphabet::Change, self.change));
        let label = screen.paint(Tone::Warning, "CONFLICT");
        let name = match (&self.slug, &self.field) {
            (Some(slug), Some(field)) => format!("{slug}.{field}"),
            (Some(slug), None) => slug.clone(),
            (None, _) => self.title.clone(),
        };
        let name = screen.paint(Tone::Strong, &name);
        let mut text = format!("  {label}  {id}  {name}\n");
        let mut side = |word: &str, value: &Option<String>, when: &str| {
            if let Some(value) = value {
                let value = screen.paint(Tone::Plain, value);
                let line = format!("            {word:<8}\"{value}\"{when}\n");
                text.push_str(&line);
            }
        };
        if self.theirs.is_some() {
            side("base", &self.base, "");
            side("mine", &self.mine, &format!("  {}", self.authored_at));
            side("theirs", &self.theirs, "");
        } else {
            let message = screen.paint(Tone::Plain, &self.message);
            let line = format!("            {message}\n");
            text.push_str(&line);
        }
        text
    }
}

/// Lists the conflicts that are open.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn items(
    replica: &Replica,
    (reading, directory): (&Reading<'_>, &Directory),
    clock: &Clock,
) -> Result<Vec<ConflictItem>, CliError> {
    let names = Names {
        view: reading,
        directory,
    };
    let conflicts = replica.conflicts().map_err(failure::replica)?;
    conflicts
        .iter()
        .map(|conflict| ConflictItem::new(conflict, &names, clock))
        .collect()
}

pub(crate) fn run(context: &mut Context) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let directory = replica.directory().map_err(failure::replica)?;
    let (reading, clock) = context.present(&replica)?;
    let items = items(&replica, (&reading, &directory), &clock)?;
    drop(reading);
    let frame = context.frame(&replica, &clock)?;
    context.ui.answer(&frame, &items, |screen| {
        items.iter().map(|item| item.text(screen)).collect()
    });
    match items.first() {
        None => context.ui.note("no conflicts"),
        Some(first) => {
            let name = first.name();
            context
                .ui
                .hint(&format!("okr resolve {name} --take mine|theirs"));
        }
    }
    Ok(Exit::Ok)
}

//! Whose value gave way to whose, and how to get it back.

use okr_core::change::Change;
use okr_core::id::EntityId;
use okr_replica::{Replica, Superseded};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::change_words::{learn, whose};
use crate::commands::Past;
use crate::context::Context;
use crate::describe::Names;
use crate::error::CliError;
use crate::failure;
use crate::output::ByItem;
use crate::render::{Screen, Tone};

/// A value that gave way to another one.
#[derive(Clone, Serialize, JsonSchema)]
pub(super) struct SupersededItem {
    id: Uuid,
    kind: &'static str,
    name: String,
    field: String,
    from: String,
    to: String,
    /// The change that set the new value.
    by: ByItem,
    /// The change that had set the old one.
    before: ByItem,
    /// Whether the new value is one's own; else the old one was.
    mine: bool,
    /// What to type to get the old value back.
    back: String,
    #[serde(skip)]
    whose: (String, String),
}

/// Puts values that gave way in words.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn items(
    context: &mut Context,
    replica: &Replica,
    superseded: &[Superseded],
) -> Result<Vec<SupersededItem>, CliError> {
    if superseded.is_empty() {
        return Ok(Vec::new());
    }
    let mut past = Past::open(context, replica)?;
    let changes: Vec<&Change> = superseded
        .iter()
        .filter_map(|one| one.by.change.as_ref())
        .collect();
    learn(context, &mut past, &changes)?;
    let directory = replica.directory().map_err(failure::replica)?;
    let names = Names {
        view: &past.reading,
        directory: &directory,
    };
    let mut items = Vec::new();
    for one in superseded {
        let Some(field) = names.field(&one.event).map_err(failure::replica)? else {
            continue;
        };
        let id: EntityId = one.event.subject();
        let by = ByItem::new(&one.by, &past.names);
        items.push(SupersededItem {
            id: id.uuid(),
            kind: id.kind().word(),
            name: past.names.label(id),
            field: field.name.to_owned(),
            from: field.from,
            to: field.to,
            back: format!("okr undo {}", by.short_id),
            by,
            before: ByItem::new(&one.before, &past.names),
            mine: one.mine,
            whose: (whose(&one.by, &past), whose(&one.before, &past)),
        });
    }
    Ok(items)
}

impl SupersededItem {
    /// Says what gave way to what, on two lines.
    pub(super) fn lines(&self, screen: &Screen) -> [String; 2] {
        let word = if self.mine { "yours" } else { "theirs" };
        let label = screen.paint(Tone::Accent, &format!("{word:<8}"));
        let name = screen.paint(Tone::Strong, &format!("{}.{}", self.name, self.field));
        let from = screen.paint(Tone::Plain, &self.from);
        let to = screen.paint(Tone::Plain, &self.to);
        let arrow = screen.arrow();
        let (by, before) = &self.whose;
        let of = format!("now of {by}; before of {before}");
        let of = screen.paint(Tone::Dim, &of);
        [
            format!("  {label}  {name}  \"{from}\" {arrow} \"{to}\""),
            format!("            {of}; {} brings it back", self.back),
        ]
    }

    /// Says on one line that somebody changed a value of one's own; none for the other way round.
    pub(super) fn note(&self) -> Option<String> {
        let (by, _) = &self.whose;
        (!self.mine).then(|| {
            format!(
                "your {}.{} \"{}\" is \"{}\" now, of {by}; {} brings yours back",
                self.name, self.field, self.from, self.to, self.back
            )
        })
    }
}

/// How many values that gave way are told beside another command.
const TOLD_MAX: usize = 3;

/// Says beside another command which of one's own values others have changed.
///
/// # Errors
/// When the replica cannot be read.
pub(crate) fn tell_beside(
    context: &mut Context,
    replica: &Replica,
    superseded: &[Superseded],
) -> Result<(), CliError> {
    let items = items(context, replica, superseded)?;
    let notes: Vec<String> = items.iter().filter_map(SupersededItem::note).collect();
    for note in notes.iter().take(TOLD_MAX) {
        context.ui.note(note);
    }
    if notes.len() > TOLD_MAX {
        let more = notes.len() - TOLD_MAX;
        context
            .ui
            .note(&format!("{more} more of your values were changed: okr log"));
    }
    Ok(())
}

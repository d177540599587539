//! Operations, for programs.

use okr_core::id::ChangeId;
use okr_replica::{Did, OperationChange, OperationEntry, Standing};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::{short, subjects};
use crate::change_words::line;
use crate::commands::past::Past;
use crate::render::Screen;
use crate::ui::Item;

/// An operation, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct OperationItem {
    id: Uuid,
    short_id: String,
    begun_at: String,
    /// The command line, without secrets.
    command: String,
    program: String,
    process: u32,
    /// How many changes it wrote, dropped, found in conflict, and let wait again.
    written: usize,
    /// How many of those that it wrote are undone now.
    undone: usize,
    dropped: usize,
    conflicts: usize,
    again: usize,
    /// How many confirmed changes it fetched, and how many of its own it brought to the server.
    pulled: u64,
    pushed: u64,
    /// Why the exchange broke off, if it did.
    failure: Option<String>,
}

impl OperationItem {
    pub(super) fn new(entry: &OperationEntry) -> Self {
        let operation = &entry.operation;
        Self {
            id: operation.id,
            short_id: short(operation.id),
            begun_at: operation.begun_at.to_string(),
            command: operation.command.clone(),
            program: operation.program.clone(),
            process: operation.process,
            written: entry.count(Did::Written),
            undone: entry.undone,
            dropped: entry.count(Did::Dropped),
            conflicts: entry.count(Did::Conflict),
            again: entry.count(Did::Again),
            pulled: entry.pulled,
            pushed: entry.pushed,
            failure: entry.failure.clone(),
        }
    }
}

impl Item for OperationItem {
    const TYPE: &'static str = "operation";
    const SCHEMA: &'static str = "OperationList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

/// An operation with its changes, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ShownItem {
    #[serde(flatten)]
    operation: OperationItem,
    changes: Vec<ChangeOf>,
}

/// A change of an operation.
#[derive(Serialize, JsonSchema)]
struct ChangeOf {
    id: Uuid,
    short_id: String,
    /// `written`, `dropped`, `conflict` or `again`.
    did: &'static str,
    /// `confirmed`, `pending`, `conflict`, `dropped` or `gone`.
    standing: &'static str,
    position: Option<u64>,
    undone: bool,
    undone_by: Option<Uuid>,
    subjects: Vec<Uuid>,
    text: Option<String>,
}

impl ShownItem {
    pub(super) fn new(
        entry: &OperationEntry,
        changes: &[OperationChange],
        past: &Past<'_>,
    ) -> Self {
        let changes = changes.iter().map(|one| {
            let (standing, position) = match one.standing {
                Standing::Confirmed(position) => ("confirmed", Some(position.get())),
                Standing::Pending => ("pending", None),
                Standing::Conflict => ("conflict", None),
                Standing::Dropped => ("dropped", None),
                Standing::Gone => ("gone", None),
            };
            let said = one.change.as_ref();
            ChangeOf {
                id: one.id.uuid(),
                short_id: short(one.id.uuid()),
                did: one.did.word(),
                standing,
                position,
                undone: one.undone,
                undone_by: one.undone_by.map(ChangeId::uuid),
                subjects: said.map(subjects).unwrap_or_default(),
                text: said.map(|said| line(said, past, &Screen::piped())),
            }
        });
        Self {
            operation: OperationItem::new(entry),
            changes: changes.collect(),
        }
    }
}

impl Item for ShownItem {
    const TYPE: &'static str = "shown_operation";
    const SCHEMA: &'static str = "ShownOperationList";

    fn id(&self) -> Option<Uuid> {
        self.operation.id()
    }
}

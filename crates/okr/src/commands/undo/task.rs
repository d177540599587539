//! What is to be undone or redone: all that a command wrote, or one change.

use std::collections::HashMap;

use okr_core::id::ChangeId;
use okr_replica::{
    LogEntry, Operation, OperationEntry, OperationUndo, Redoable, Replica, Undoable,
};
use uuid::Uuid;

use crate::commands::{counted, op};
use crate::context::only_change;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::short_id::{self, Alphabet};

/// How much of a command line stands in a question or a heading, in characters.
const COMMAND_MAX: usize = 60;

/// Which way a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Back,
    Forward,
}

/// What is to be undone or redone.
pub(super) struct Task {
    pub(super) way: Way,
    /// The command that is meant; none where a change is.
    pub(super) operation: Option<Operation>,
    /// The changes, in the order in which they were written.
    pub(super) entries: Vec<LogEntry>,
    /// What undid them, where they are redone.
    pub(super) undone_by: HashMap<ChangeId, ChangeId>,
    /// Whether it is redoing that does it, as for what an undo did.
    pub(super) by_redoing: bool,
    /// All of it or nothing.
    pub(super) entirely: bool,
    /// Whether nothing was named, so that it is the newest.
    pub(super) is_newest: bool,
}

impl Task {
    fn back(operation: Option<Operation>, entries: Vec<LogEntry>) -> Self {
        Self {
            way: Way::Back,
            operation,
            entries,
            undone_by: HashMap::new(),
            by_redoing: false,
            entirely: true,
            is_newest: false,
        }
    }

    fn redoing((way, operation): (Way, Option<Operation>), redoable: Vec<Redoable>) -> Self {
        let by = redoable.iter();
        let by = by.filter_map(|one| Some((one.entry.id, one.by?)));
        Self {
            way,
            operation,
            undone_by: by.collect(),
            entries: redoable.into_iter().map(|one| one.entry).collect(),
            by_redoing: true,
            entirely: true,
            is_newest: false,
        }
    }

    /// What undoing without a name means.
    pub(super) fn newest(replica: &Replica) -> Result<Self, CliError> {
        let newest = replica.undoable().map_err(failure::replica)?;
        let newest = newest.ok_or_else(|| {
            CliError::user("nothing-to-undo", "nothing of yours is left to undo")
                .with_exit(Exit::NotFound)
                .with_hint("okr undo CHANGE undoes any change; okr log shows them")
        })?;
        // Of a command that wrote one change the change says more.
        let operation = newest.operation.filter(|_| newest.changes.len() > 1);
        Ok(Self {
            is_newest: true,
            ..Self::back(operation, newest.changes)
        })
    }

    /// What redoing means.
    pub(super) fn redo(replica: &Replica) -> Result<Self, CliError> {
        let redoable = replica.redoable().map_err(failure::replica)?;
        if redoable.is_empty() {
            return Err(nothing_to_redo());
        }
        Ok(Self::redoing((Way::Forward, None), redoable))
    }

    /// Finds a change or an operation by the beginning of its short id, or by its id.
    pub(super) fn named(replica: &Replica, text: &str) -> Result<Self, CliError> {
        if let Ok(uuid) = Uuid::parse_str(text) {
            let entry = replica.operation(uuid).map_err(failure::replica)?;
            return match entry {
                Some(entry) => Self::of_operation(replica, &entry),
                None => Self::of_change(replica, (ChangeId::new(uuid), text)),
            };
        }
        let digits = text.to_ascii_lowercase();
        let changes = replica.find_change(&digits).map_err(failure::replica)?;
        let operations = replica.find_operation(&digits).map_err(failure::replica)?;
        match (changes.is_empty(), operations.is_empty()) {
            (_, true) => Self::of_change(replica, (only_change(&changes, text)?, text)),
            (true, false) => Self::of_operation(replica, &op::find(replica, text)?),
            (false, false) => Err(ambiguous(text, &changes, &operations)),
        }
    }

    /// One change, or what of it can be taken back.
    fn of_change(replica: &Replica, (id, text): (ChangeId, &str)) -> Result<Self, CliError> {
        let entry = replica.change(id).map_err(failure::replica)?;
        let entry = entry.ok_or_else(|| {
            CliError::user(
                "not-in-effect",
                format!("\"{text}\" is in conflict, not in effect"),
            )
            .with_exit(Exit::NotFound)
            .with_hint("okr conflicts shows it")
        })?;
        Ok(Self {
            entirely: false,
            ..Self::back(None, vec![entry])
        })
    }

    fn of_operation(replica: &Replica, entry: &OperationEntry) -> Result<Self, CliError> {
        let operation = entry.operation.clone();
        let named = named(&operation);
        let show = format!("okr op show {} lists what it did", shown(&operation));
        match replica.operation_undo(entry).map_err(failure::replica)? {
            OperationUndo::Back(entries) => Ok(Self::back(Some(operation), entries)),
            OperationUndo::Redo(redoable) => {
                Ok(Self::redoing((Way::Back, Some(operation)), redoable))
            }
            OperationUndo::AlreadyUndone => {
                let message = format!("{named} is undone already");
                Err(CliError::user("already-undone", message).with_hint(show))
            }
            OperationUndo::WroteNothing => {
                let message = format!("{named} wrote nothing that is in effect");
                Err(CliError::user("nothing-to-undo", message).with_hint(show))
            }
        }
    }

    /// Asks whether all of it is meant.
    pub(super) fn question(&self) -> String {
        let changes = counted(self.entries.len(), "change");
        match (&self.operation, self.way) {
            (Some(operation), _) => {
                format!("Undo {}, {changes}?", named(operation))
            }
            (None, Way::Back) => format!("Undo {changes}?"),
            (None, Way::Forward) => format!("Redo {changes}?"),
        }
    }
}

pub(super) fn nothing_to_redo() -> CliError {
    CliError::user(
        "nothing-to-redo",
        "nothing was undone since your last change",
    )
    .with_exit(Exit::NotFound)
    .with_hint("okr undo CHANGE also undoes an undo; okr log shows the changes")
}

/// Names an operation: `"okr plan apply q4.yaml" (op 4ff3b5e6)`.
pub(super) fn named(operation: &Operation) -> String {
    let command = &operation.command;
    let mut words: String = command.chars().take(COMMAND_MAX).collect();
    if words.len() < command.len() {
        words.push('…');
    }
    format!("\"{words}\" (op {})", shown(operation))
}

/// Names what undoing without a name would take back next.
pub(super) fn next(next: &Undoable) -> String {
    match (&next.operation, next.changes.as_slice()) {
        (Some(operation), _) => named(operation),
        (None, [only, ..]) => short_id::shown(Alphabet::Change, only.id.uuid()),
        (None, []) => "the change before it".to_owned(),
    }
}

/// Returns the short id of an operation.
pub(super) fn shown(operation: &Operation) -> String {
    short_id::shown(Alphabet::Change, operation.id)
}

fn ambiguous(text: &str, changes: &[ChangeId], operations: &[Uuid]) -> CliError {
    let message = format!("\"{text}\" is the beginning of a change and of an operation");
    let mut error = CliError::user("ambiguous-ref", message).with_exit(Exit::NotFound);
    for id in changes {
        let id = short_id::full(Alphabet::Change, id.uuid());
        error = error.with_detail(format!("change     {id}"));
    }
    for id in operations {
        let id = short_id::full(Alphabet::Change, *id);
        error = error.with_detail(format!("operation  {id}"));
    }
    error.with_hint("give more of the id")
}

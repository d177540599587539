//! Who set each field of a thing.

use okr_replica::{Blame, FieldBlame, Given};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::diff::held;
use super::progress::ProgressItem;
use super::reference::{Id, ThingRef};
use super::setter::SetterItem;
use crate::names::Names;
use crate::ui::Item;

/// A thing with who set its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct BlameItem {
    #[serde(flatten)]
    pub(crate) thing: ThingRef,
    pub(crate) title: String,
    pub(crate) fields: Vec<FieldBlameItem>,
    /// How often the measure of a key result moved since its commitment.
    pub(crate) amendments: usize,
    pub(crate) progress: Option<ProgressItem>,
    /// Against the measure of the original commitment or, of a late addition, the first one, where that
    /// is another.
    pub(crate) original_progress: Option<ProgressItem>,
}

/// A field with who set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct FieldBlameItem {
    pub(crate) field: &'static str,
    /// As text; ids are full. None: it holds nothing.
    pub(crate) value: Option<String>,
    /// What it held before.
    pub(crate) before: Option<String>,
    /// None when it never held anything.
    pub(crate) by: Option<SetterItem>,
    /// Whether a check-in was put right by it.
    pub(crate) correction: bool,
    /// Whether it is of a check-in that was recorded when the cycle was closed.
    pub(crate) late: bool,
    /// What it was given earlier, the newest first.
    pub(crate) earlier: Vec<GivenItem>,
}

/// A value that a field was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct GivenItem {
    pub(crate) value: Option<String>,
    pub(crate) by: SetterItem,
}

impl BlameItem {
    pub(crate) fn new(blame: &Blame, fields: &[&FieldBlame], names: &Names) -> Self {
        let id = blame.entity.id();
        let standing = blame.standing.as_ref();
        let fields = fields.iter().map(|field| FieldBlameItem::new(field, names));
        Self {
            thing: ThingRef::new(id, names),
            title: names.title(id),
            fields: fields.collect(),
            amendments: blame.amendments.len(),
            progress: standing
                .and_then(|one| one.progress)
                .map(ProgressItem::from),
            original_progress: standing
                .and_then(|one| one.original)
                .map(ProgressItem::from),
        }
    }
}

impl FieldBlameItem {
    fn new(blame: &FieldBlame, names: &Names) -> Self {
        let newest = blame.given.first();
        let item = |given: &Given| GivenItem {
            value: held(&given.value),
            by: SetterItem::new(&given.by, names),
        };
        Self {
            field: blame.field.word,
            value: held(&blame.field.value),
            before: newest.and_then(|newest| held(&newest.before)),
            by: newest.map(|newest| SetterItem::new(&newest.by, names)),
            correction: newest.is_some_and(|newest| newest.correction),
            late: newest.is_some_and(|newest| newest.late),
            earlier: blame.given.iter().skip(1).map(item).collect(),
        }
    }
}

impl Item for BlameItem {
    const TYPE: &'static str = "blame";
    const SCHEMA: &'static str = "BlameList";

    fn id(&self) -> Option<Uuid> {
        let Id(id) = self.thing.id;
        Some(id)
    }
}

//! The machine-readable forms of an answer: one document, one object per line, or ids.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// One thing in machine output. Its fields are a promise: they are added to, never changed.
pub trait Item: Serialize + JsonSchema {
    /// The word in the `type` field of JSON lines, such as `key_result`.
    const TYPE: &'static str;
    /// The name of a list of these in the `schema` field, such as `KeyResultList`.
    const SCHEMA: &'static str;
    /// Whether its own fields already have the `type` of a line: it is one of several kinds.
    const SAYS_TYPE: bool = false;

    /// Returns the full id, for `-o id`; none for things without one.
    fn id(&self) -> Option<Uuid>;
}

/// What an answer was computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The moment that the answer is about, RFC 3339.
    pub at: String,
    /// The axis of that moment: `recorded`, `authored` or `effective`.
    pub axis: &'static str,
    /// The name of the workspace.
    pub workspace: String,
    /// The last successful exchange with the server, RFC 3339; none before the first.
    pub synced_at: Option<String>,
    /// How many changes wait for the server.
    pub pending: u64,
}

/// An answer: the same for no, one or many items.
#[derive(Serialize, JsonSchema)]
pub(super) struct Envelope<'a, T> {
    /// What the items are, such as `okr.v1.KeyResultList`.
    schema: String,
    /// The moment that the answer is about, RFC 3339.
    at: &'a str,
    /// The axis of that moment: `recorded`, `authored` or `effective`.
    axis: &'a str,
    /// The name of the workspace; empty where there is none.
    workspace: &'a str,
    /// How the copy on this machine stands.
    replica: ReplicaState<'a>,
    items: &'a [T],
}

/// How the copy on this machine stands.
#[derive(Serialize, JsonSchema)]
struct ReplicaState<'a> {
    /// The last successful exchange with the server, RFC 3339; null before the first.
    synced_at: Option<&'a str>,
    /// How many changes wait for the server.
    pending: u64,
}

#[derive(Serialize)]
struct Line<'a, T> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    item: &'a T,
}

/// Renders items as one pretty-printed document, ending in a line feed.
///
/// # Errors
/// Whatever serialising an item gives; the items of this program always serialise.
pub(super) fn document<T: Item>(context: &Context, items: &[T]) -> serde_json::Result<String> {
    let envelope = Envelope {
        schema: format!("okr.v1.{}", T::SCHEMA),
        at: &context.at,
        axis: context.axis,
        workspace: &context.workspace,
        replica: ReplicaState {
            synced_at: context.synced_at.as_deref(),
            pending: context.pending,
        },
        items,
    };
    let mut text = serde_json::to_string_pretty(&envelope)?;
    text.push('\n');
    Ok(text)
}

/// Renders an item as one line with its type, ending in a line feed.
///
/// # Errors
/// As [`document`].
pub(super) fn line<T: Item>(item: &T) -> serde_json::Result<String> {
    let mut text = if T::SAYS_TYPE {
        serde_json::to_string(item)?
    } else {
        let kind = T::TYPE;
        serde_json::to_string(&Line { kind, item })?
    };
    text.push('\n');
    Ok(text)
}

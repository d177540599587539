//! `okr conflicts --dropped`: what was dropped on this machine, and how to bring it back.

use okr_core::change::Change;
use okr_replica::{Dropped, How};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::change_words::{learn, lines};
use crate::commands::Past;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::ChangeItem;
use crate::render::{Screen, Tone, iso, local, page};
use crate::short_id::{self, Alphabet};
use crate::ui::Item;

/// A dropped change in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct DroppedItem {
    #[serde(flatten)]
    change: ChangeItem,
    dropped_at: String,
    /// `theirs`, `base`, `value`, `drop`, `pending` or `undo`.
    how: &'static str,
    /// The change that was made in its place.
    replaced_by: Option<Uuid>,
}

impl Item for DroppedItem {
    const TYPE: &'static str = "dropped";
    const SCHEMA: &'static str = "DroppedList";

    fn id(&self) -> Option<Uuid> {
        Some(self.change.id.0)
    }
}

pub(super) fn run(context: &mut Context) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let all = replica.dropped().map_err(failure::replica)?;
    let mut past = Past::open(context, &replica)?;
    let changes: Vec<&Change> = all.iter().map(|one| &one.change).collect();
    learn(context, &mut past, &changes)?;
    let items: Vec<DroppedItem> = all
        .iter()
        .map(|one| {
            let entry = crate::change_words::own_entry(past.me(), &one.change);
            DroppedItem {
                change: ChangeItem::new(&entry, &past.names),
                dropped_at: iso(one.dropped_at, &past.at.clock.zone),
                how: one.how.word(),
                replaced_by: one.by.map(okr_core::id::ChangeId::uuid),
            }
        })
        .collect();
    let frame = past.frame(context)?;
    context.ui.answer(&frame, &items, |screen| {
        all.iter().map(|one| text(one, &past, screen)).collect()
    });
    match all.last() {
        None => context.ui.note("nothing was dropped on this machine"),
        Some(last) => {
            let id = short_id::shown(Alphabet::Change, last.change.id.uuid());
            let hint = format!("okr resolve {id} --take mine makes it again over what is there");
            context.ui.hint(&hint);
        }
    }
    Ok(Exit::Ok)
}

fn text(dropped: &Dropped, past: &Past<'_>, screen: &Screen) -> String {
    let change = &dropped.change;
    let id = short_id::shown(Alphabet::Change, change.id.uuid());
    let id = screen.paint(Tone::Id, &id);
    let when = local(dropped.dropped_at, &past.at.clock);
    let how = screen.paint(Tone::Dim, &format!("{}, {when}", words(dropped.how)));
    let mut said = lines(change, past, screen).into_iter();
    let first = screen.paint(Tone::Plain, &said.next().unwrap_or_default());
    let mut lines = vec![format!("{id}  {first}  {how}")];
    lines.extend(said.map(|line| format!("          {}", screen.paint(Tone::Plain, &line))));
    page(lines)
}

/// Says how a change came to be dropped.
const fn words(how: How) -> &'static str {
    match how {
        How::Theirs => "theirs was taken",
        How::Base => "the value before both was taken",
        How::Value => "another value was set",
        How::Drop => "dropped as a conflict",
        How::Pending => "dropped before it was pushed",
        How::Undo => "undone before it was pushed",
    }
}

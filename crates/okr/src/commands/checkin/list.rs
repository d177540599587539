//! `okr checkin list`: the reports on one key result, the newest first.

use std::borrow::Cow;

use okr_core::entity::Entity;
use okr_core::id::KeyResultId;
use okr_core::view::View as _;
use okr_replica::Replica;

use super::super::list::rows;
use super::super::past::Past;
use crate::args::CheckInListArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::output::CheckInItem;
use crate::resolve::look;

pub(super) fn run(context: &mut Context, args: &CheckInListArgs) -> Result<Exit, CliError> {
    let (replica, id) = look(context, |resolver, _| resolver.key_result(&args.key_result))?;
    let mut past = Past::open(context, &replica)?;
    let is_there = learn(context, &replica, (&mut past, id))?;
    let facts = past
        .reading
        .check_ins(id, args.limit)
        .map_err(failure::replica)?;
    let items: Vec<CheckInItem> = facts
        .iter()
        .map(|fact| CheckInItem::new(fact, &past.names))
        .collect();
    let frame = past.frame(context)?;
    context.ui.answer(&frame, &items, |screen| {
        rows::check_ins(&facts, &past, screen).render(screen)
    });
    match (is_there, items.is_empty()) {
        (true, true) => {
            context.ui.note("no check-in yet");
            context
                .ui
                .hint(&format!("okr checkin {} VALUE", args.key_result));
        }
        (true, false) => {}
        (false, true) => past.hint_empty(context),
        (false, false) => context.ui.hint(
            "the key result was written after these days: other screens show it from then on",
        ),
    }
    Ok(Exit::Ok)
}

/// Learns the key result as it was at the moment, or else as it is: values that were reported later
/// count on the effective axis before anybody had written what they are about. Says whether it was
/// there.
fn learn(
    context: &mut Context,
    replica: &Replica,
    (past, id): (&mut Past<'_>, KeyResultId),
) -> Result<bool, CliError> {
    let then = past.reading.key_result(id).map_err(failure::replica)?;
    let mut shown = then.map(Cow::into_owned);
    let is_there = shown.is_some();
    if !is_there {
        let (present, _) = context.present(replica)?;
        let now = present.key_result(id).map_err(failure::replica)?;
        shown = now.map(Cow::into_owned);
    }
    let shown = shown.map(|shown| Entity::KeyResult(Box::new(shown)));
    past.names.learn_all(shown);
    Ok(is_there)
}

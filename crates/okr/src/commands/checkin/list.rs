//! `okr checkin list`: the reports on one key result, the newest first.

use okr_core::entity::Entity;
use okr_core::view::View as _;

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
    let then = past.reading.key_result(id).map_err(failure::replica)?;
    let then = then.map(|found| Entity::KeyResult(Box::new(found.into_owned())));
    past.names.learn_all(then);
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
    if items.is_empty() {
        context.ui.note("no check-in yet");
        context
            .ui
            .hint(&format!("okr checkin {} VALUE", args.key_result));
    }
    Ok(Exit::Ok)
}

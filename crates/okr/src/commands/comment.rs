//! `okr comment`: what people say about things, and to each other about them.

mod add;
mod list;
mod text;
pub(super) mod thread;

use okr_core::decide::{Command, CommentPatch};
use okr_core::event::Topic;
use okr_core::id::{CommentId, EntityId, EntityKind};
use okr_core::view::View as _;

use super::past::find_one;
use crate::args::{CommentAmendArgs, CommentArgs, CommentCommand, CommentRetractArgs, Reason};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::resolve::{Resolver, look};
use crate::write::{Wish, write_and_tell};
pub(super) use add::AddedItem;
use text::{Asked, Given};

/// What can be commented on, and comments, to answer them.
pub(super) const KINDS: &[EntityKind] = &[
    EntityKind::Objective,
    EntityKind::KeyResult,
    EntityKind::Team,
    EntityKind::Cycle,
    EntityKind::CheckIn,
    EntityKind::Initiative,
    EntityKind::Metric,
    EntityKind::Person,
    EntityKind::Org,
    EntityKind::Comment,
];
/// What people type for the organisation as a whole.
const ORG: &str = "@org";

pub(crate) fn run(context: &mut Context, args: &CommentArgs) -> Result<Exit, CliError> {
    match (&args.command, &args.add) {
        (Some(CommentCommand::List(args)), _) => list::run(context, args),
        (Some(CommentCommand::Amend(args)), _) => amend(context, args),
        (Some(CommentCommand::Retract(args)), _) => retract(context, args),
        (None, Some(args)) => add::run(context, args),
        (None, None) => Err(
            CliError::usage("usage", "what the comment is about is missing")
                .with_hint("okr comment REF TEXT"),
        ),
    }
}

/// Finds anything that people talk about.
///
/// # Errors
/// Exit 6 when the text fits nothing or several things.
pub(super) fn find(resolver: &Resolver<'_, '_>, text: &str) -> Result<EntityId, CliError> {
    if text.trim() == ORG {
        let org = resolver.reading.org().map_err(failure::replica)?;
        let org = org.ok_or_else(|| CliError::internal("a workspace without an organisation"))?;
        return Ok(org.id.into());
    }
    find_one(resolver, text, KINDS)
}

/// Finds a comment.
fn find_comment(resolver: &Resolver<'_, '_>, text: &str) -> Result<CommentId, CliError> {
    match resolver.find(text, &[EntityKind::Comment])? {
        EntityId::Comment(id) => Ok(id),
        other => Err(CliError::internal(format!("{other} is no comment"))),
    }
}

/// Returns what a reference is about, and the comment that it is, if it is one.
fn topic_of(
    resolver: &Resolver<'_, '_>,
    id: EntityId,
) -> Result<(Topic, Option<CommentId>), CliError> {
    if let EntityId::Comment(id) = id {
        let comment = resolver.reading.comment(id).map_err(failure::replica)?;
        let comment =
            comment.ok_or_else(|| CliError::internal("a comment that was found is not there"))?;
        return Ok((comment.topic, Some(id)));
    }
    let topic = Topic::of(id).ok_or_else(|| CliError::internal("only a comment is no topic"))?;
    Ok((topic, None))
}

fn amend(context: &mut Context, args: &CommentAmendArgs) -> Result<Exit, CliError> {
    let (mut replica, (id, begun)) = look(context, |resolver, _| {
        let id = find_comment(resolver, &args.reference)?;
        let comment = resolver.reading.comment(id).map_err(failure::replica)?;
        let text = comment.map(|comment| comment.text.to_string());
        Ok((id, text.unwrap_or_default()))
    })?;
    let asked = Asked {
        before: Some(&begun),
        what: "what the comment says from now on; what it said stays in history",
        // Another kind needs no other text.
        is_needed: args.kind.is_none(),
    };
    let text = text::read(context, &args.text, asked)?;
    let (text, buffer) = text.map(Given::into_parts).unzip();
    let patch = CommentPatch {
        kind: args.kind,
        text,
    };
    let wish = Wish::new(Command::EditComment { id, patch }, &Reason::default());
    let outcome = write_and_tell(context, &mut replica, wish, (id.into(), None));
    Given::settle(buffer.flatten(), outcome)
}

fn retract(context: &mut Context, args: &CommentRetractArgs) -> Result<Exit, CliError> {
    let (mut replica, id) = look(context, |resolver, _| {
        find_comment(resolver, &args.reference)
    })?;
    let wish = Wish::new(Command::RetractComment(id), &Reason::default());
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}

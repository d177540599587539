//! `okr objective`: what is to be achieved.

use std::collections::BTreeSet;

use okr_core::decide::{Command, ObjectivePatch};
use okr_core::event::NewObjective;
use okr_core::id::{CycleId, ObjectiveId};
use okr_core::text::Slug;
use okr_core::view::View as _;

use super::goal::{self, Verbs};
use super::naming::{self, Among};
use crate::args::{ListKind, ObjectiveAddArgs, ObjectiveArgs, ObjectiveCommand, ObjectiveSetArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::resolve::{Resolver, look, no_cycle};
use crate::write::{Wish, write_and_tell};

pub(crate) fn run(context: &mut Context, args: &ObjectiveArgs) -> Result<Exit, CliError> {
    let verbs = Verbs {
        find: |resolver, text| resolver.objective(text),
        label: "objectives",
    };
    match &args.command {
        ObjectiveCommand::Add(args) => add(context, args),
        ObjectiveCommand::List(args) => super::list::run(context, &args.of(ListKind::Objectives)),
        ObjectiveCommand::Show(args) => super::show_one(context, args, |resolver, text| {
            resolver.objective(text).map(Into::into)
        }),
        ObjectiveCommand::Set(args) => set(context, args),
        ObjectiveCommand::Publish(args) => verbs.step(context, args, Command::PublishObjective),
        ObjectiveCommand::Close(args) => super::close::objective(context, args),
        ObjectiveCommand::Abandon(args) => verbs.abandon(context, args, Command::AbandonObjective),
        ObjectiveCommand::Reopen(args) => verbs.step(context, args, Command::ReopenObjective),
        ObjectiveCommand::Archive(args) => verbs.all(context, args, Command::ArchiveObjective),
        ObjectiveCommand::Restore(args) => verbs.all(context, args, Command::RestoreObjective),
        ObjectiveCommand::Tag(args) => {
            verbs.tags(context, args, |id, tag| Command::TagObjective { id, tag })
        }
        ObjectiveCommand::Untag(args) => {
            verbs.tags(context, args, |id, tag| Command::UntagObjective { id, tag })
        }
    }
}

fn add(context: &mut Context, args: &ObjectiveAddArgs) -> Result<Exit, CliError> {
    let id = ObjectiveId::new(context.new_uuid());
    let (mut replica, new) = look(context, |resolver, _| new(resolver, args))?;
    let next = format!(
        "okr kr add TITLE -O {} --from N --to N --unit UNIT",
        new.slug
    );
    let command = Command::AddObjective {
        id,
        new: Box::new(new),
    };
    let wish = Wish::new(command, &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), Some(next)))
}

fn new(resolver: &Resolver<'_, '_>, args: &ObjectiveAddArgs) -> Result<NewObjective, CliError> {
    let cycle = resolver.cycle.ok_or_else(no_cycle)?;
    let called = (args.slug.as_ref(), args.title.as_str());
    let slug = naming::of_new(resolver, Among::Objectives(cycle), called)?;
    Ok(NewObjective {
        title: args.title.clone(),
        description: args.description.clone(),
        slug,
        owner: match &args.owner {
            Some(owner) => resolver.person(owner)?,
            None => resolver.me,
        },
        team: resolver.team,
        cycle,
        kind: args.kind,
        weight: args.weight.unwrap_or_default(),
        supports: match &args.supports {
            Some(goal) => Some(resolver.support(goal)?),
            None => None,
        },
        continues: match &args.continues {
            Some(earlier) => Some(resolver.objective(earlier)?),
            None => None,
        },
        tags: args.tag.iter().cloned().collect::<BTreeSet<_>>(),
        draft: args.draft,
    })
}

fn set(context: &mut Context, args: &ObjectiveSetArgs) -> Result<Exit, CliError> {
    let (mut replica, (id, patch)) = look(context, |resolver, _| {
        let id = resolver.objective(&args.reference)?;
        let to_cycle = match &args.to_cycle {
            Some(cycle) => Some(resolver.cycle(cycle)?.id),
            None => None,
        };
        let patch = ObjectivePatch {
            title: args.title.clone(),
            description: goal::text_or_none(args.description.as_deref())?,
            slug: slug(resolver, (id, to_cycle), args.slug.as_ref())?,
            owner: match &args.owner {
                Some(owner) => Some(resolver.person(owner)?),
                None => None,
            },
            team: super::or_none(args.to_team.as_deref(), |text| resolver.team(text))?,
            cycle: to_cycle,
            kind: args.kind,
            weight: args.weight,
            supports: super::or_none(args.supports.as_deref(), |text| resolver.support(text))?,
            continues: super::or_none(args.continues.as_deref(), |text| resolver.objective(text))?,
            score: None,
            reflection: None,
        };
        Ok((id, patch))
    })?;
    if patch == ObjectivePatch::default() {
        return Err(super::nothing_given("okr objective set --help"));
    }
    let command = Command::SetObjective {
        id,
        patch: Box::new(patch),
    };
    let wish = Wish::new(command, &args.reason);
    write_and_tell(context, &mut replica, wish, (id.into(), None))
}

/// Takes the new slug of an objective, if no other one is called so in the cycle where it will be.
fn slug(
    resolver: &Resolver<'_, '_>,
    (id, to_cycle): (ObjectiveId, Option<CycleId>),
    asked: Option<&Slug>,
) -> Result<Option<Slug>, CliError> {
    let now = resolver.reading.objective(id).map_err(failure::replica)?;
    let now = now.ok_or_else(|| CliError::internal("an objective that was found is not there"))?;
    let among = Among::Objectives(to_cycle.unwrap_or(now.cycle));
    naming::instead(resolver, among, (asked, id.into()))
}

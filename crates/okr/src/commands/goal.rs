//! What objectives and key results have in common: steps, tags, scores.

use okr_core::decide::Command;
use okr_core::id::EntityId;
use okr_core::text::{LongText, Tag};

use super::init::bad_value;
use crate::args::{AbandonArgs, ArchiveArgs, StepArgs, TagArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::resolve::{Resolver, look};
use crate::write::{Wish, write_and_tell};

/// The steps that goals of one kind take.
pub(super) struct Verbs<Id> {
    /// Finds one by what was typed.
    pub(super) find: fn(&Resolver<'_, '_>, &str) -> Result<Id, CliError>,
    /// What several of them are called.
    pub(super) label: &'static str,
}

/// From so many things on, one command asks before it does something to all of them.
pub(super) const BULK: usize = 3;

impl<Id: Copy + Into<EntityId>> Verbs<Id> {
    /// Takes a step with one goal.
    pub(super) fn step(
        &self,
        context: &mut Context,
        args: &StepArgs,
        command: fn(Id) -> Command,
    ) -> Result<Exit, CliError> {
        let (mut replica, id) = look(context, |resolver, _| {
            (self.find)(resolver, &args.reference)
        })?;
        let wish = Wish::new(command(id), &args.reason);
        write_and_tell(context, &mut replica, wish, (id.into(), None))
    }

    /// Gives one goal up.
    pub(super) fn abandon(
        &self,
        context: &mut Context,
        args: &AbandonArgs,
        command: fn(Id) -> Command,
    ) -> Result<Exit, CliError> {
        let args = StepArgs {
            reference: args.reference.clone(),
            reason: args.reason.clone(),
        };
        self.step(context, &args, command)
    }

    /// Takes a step with each of some goals, in one change.
    pub(super) fn all(
        &self,
        context: &mut Context,
        args: &ArchiveArgs,
        command: fn(Id) -> Command,
    ) -> Result<Exit, CliError> {
        let (mut replica, ids) = look(context, |resolver, _| {
            let found = args.references.iter();
            found
                .map(|text| (self.find)(resolver, text))
                .collect::<Result<Vec<Id>, CliError>>()
        })?;
        if ids.len() >= BULK {
            let question = format!("Do this to {} {}?", ids.len(), self.label);
            context.confirm(&question)?;
        }
        let first = *ids.first().expect("the arguments require at least one");
        let wish = Wish::all(ids.into_iter().map(command).collect(), &args.reason);
        write_and_tell(context, &mut replica, wish, (first.into(), None))
    }

    /// Puts tags on one goal, or takes them off.
    pub(super) fn tags(
        &self,
        context: &mut Context,
        args: &TagArgs,
        command: fn(Id, Tag) -> Command,
    ) -> Result<Exit, CliError> {
        let (mut replica, id) = look(context, |resolver, _| {
            (self.find)(resolver, &args.reference)
        })?;
        let commands = args.tags.iter().cloned().map(|tag| command(id, tag));
        let wish = Wish::all(commands.collect(), &args.reason);
        write_and_tell(context, &mut replica, wish, (id.into(), None))
    }
}

/// Reads a long text, or the word none, which takes it away.
#[expect(
    clippy::option_option,
    reason = "a patch tells a field that is not given from one that is taken away"
)]
pub(super) fn text_or_none(text: Option<&str>) -> Result<Option<Option<LongText>>, CliError> {
    super::or_none(text, |text| {
        LongText::new(text).map_err(|error| bad_value("--description", &error))
    })
}

//! `okr plan`: goals as text, to be pulled, edited, checked and applied.

mod apply;
mod base;
mod bench;
mod check;
mod edit;
mod pull;
mod screen;
mod told;

use std::path::Path;

use crate::args::{PlanArgs, PlanCommand};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::plan::{FILE_BYTES_MAX, Faults, Form, Plan, Source};
use crate::text_file;
pub(super) use check::CheckedItem;
pub(super) use pull::PulledItem;
pub(super) use told::ThingItem;

pub(crate) fn run(context: &mut Context, args: &PlanArgs) -> Result<Exit, CliError> {
    match &args.command {
        PlanCommand::Pull(args) => pull::run(context, args),
        PlanCommand::Check(args) => check::run(context, args),
        PlanCommand::Apply(args) => apply::run(context, args),
        PlanCommand::Edit(args) => edit::run(context, args),
    }
}

/// A file that was read.
struct Read {
    name: String,
    text: String,
    plan: Result<Plan, Faults>,
}

impl Read {
    /// Reads a file; what is wrong with it is kept beside.
    fn of(path: &Path) -> Result<Self, CliError> {
        let name = path.display().to_string();
        let text = text_file::read(path, FILE_BYTES_MAX)?;
        let plan = Form::of(&name, &text).parse(&text);
        Ok(Self { name, text, plan })
    }

    fn source(&self) -> Source<'_> {
        Source {
            name: &self.name,
            text: &self.text,
        }
    }
}

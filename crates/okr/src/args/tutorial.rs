//! Arguments of `okr tutorial`.

use clap::{Args, Subcommand};

use crate::help;

/// Arguments of `okr tutorial`.
#[derive(Args, Debug)]
#[command(after_help = help::TUTORIAL, args_conflicts_with_subcommands = true)]
pub(crate) struct TutorialArgs {
    /// Begin again in a new workspace; what you wrote in the old one is gone
    #[arg(long)]
    pub(crate) reset: bool,

    #[command(subcommand)]
    pub(crate) command: Option<TutorialCommand>,
}

/// Where to go in the tutorial.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum TutorialCommand {
    /// Go on to the next lesson, once this one is done
    Next(TutorialNextArgs),
    /// Go back to the lesson before
    #[command(after_help = help::TUTORIAL)]
    Back,
    /// Delete the workspace of the tutorial
    #[command(after_help = help::TUTORIAL)]
    End,
}

/// Arguments of `okr tutorial next`.
#[derive(Args, Clone, Copy, Debug)]
#[command(after_help = help::TUTORIAL)]
pub(crate) struct TutorialNextArgs {
    /// Go on although this lesson is not done
    #[arg(long)]
    pub(crate) skip: bool,
}

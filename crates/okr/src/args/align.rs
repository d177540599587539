//! Arguments of `okr align`.

use clap::{Args, Subcommand, ValueEnum};

use super::goal::Reason;
use crate::help;
use crate::parse::Honours;

/// Arguments of `okr align`.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = help::ALIGN
)]
pub(crate) struct AlignArgs {
    #[command(subcommand)]
    pub(crate) command: Option<AlignCommand>,

    #[command(flatten)]
    pub(crate) link: AlignToArgs,
}

/// What can be done with alignments that are there.
#[derive(Debug, Subcommand)]
pub(crate) enum AlignCommand {
    /// Let objectives support nothing any more
    Remove(AlignRemoveArgs),
    /// List which objective supports what
    #[command(visible_alias = "ls", after_help = help::ALIGN_LIST)]
    List,
    /// Find objectives that serve nothing, and links that lead nowhere
    Check(AlignCheckArgs),
    /// Draw which goal serves which
    Graph(AlignGraphArgs),
}

impl AlignArgs {
    /// Returns what the command can honour of the flags that every command takes.
    pub(super) const fn honours(&self) -> Honours {
        match self.command {
            Some(AlignCommand::List | AlignCommand::Check(_) | AlignCommand::Graph(_)) => {
                Honours::READS
            }
            Some(AlignCommand::Remove(_)) | None => Honours::WRITES,
        }
    }
}

/// An objective and what it is to support.
#[derive(Args, Debug)]
pub(crate) struct AlignToArgs {
    /// The objective that serves another goal: a slug, a short id or a full id
    #[arg(value_name = "CHILD")]
    pub(crate) child: Option<String>,

    /// The objective or key result that it supports
    #[arg(long, value_name = "PARENT", requires = "child")]
    pub(crate) to: Option<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr align remove`.
#[derive(Args, Debug)]
#[command(after_help = help::ALIGN)]
pub(crate) struct AlignRemoveArgs {
    /// Objectives: slugs, short ids or full ids
    #[arg(value_name = "CHILD", required = true)]
    pub(crate) children: Vec<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr align check`.
#[derive(Args, Debug)]
#[command(after_help = help::ALIGN_CHECK)]
pub(crate) struct AlignCheckArgs {
    /// End with 3 when something was found
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// Arguments of `okr align graph`.
#[derive(Args, Debug)]
#[command(after_help = help::ALIGN_GRAPH)]
pub(crate) struct AlignGraphArgs {
    /// Write it to this file, as its suffix says: .svg, .dot or .mmd; - is standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<String>,

    /// Print it in this form, or write the file in it whatever its suffix
    #[arg(long = "as", value_enum, value_name = "FORM")]
    pub(crate) form: Option<GraphForm>,
}

/// The form of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphForm {
    /// A picture
    Svg,
    /// A text for Graphviz
    Dot,
    /// A text for Mermaid
    Mermaid,
}

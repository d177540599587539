//! Arguments of `okr comment`.

#![expect(
    let_underscore_drop,
    reason = "the code that clap derives for optional groups of arguments does it"
)]

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use okr_core::value::CommentKind;

use crate::help;

/// Arguments of `okr comment`.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = help::COMMENT
)]
pub(crate) struct CommentArgs {
    #[command(subcommand)]
    pub(crate) command: Option<CommentCommand>,

    #[command(flatten)]
    pub(crate) add: Option<CommentAddArgs>,
}

/// What can be done with comments that were made.
#[derive(Debug, Subcommand)]
pub(crate) enum CommentCommand {
    /// List comments: all of them, or those on some things
    #[command(visible_alias = "ls")]
    List(CommentListArgs),
    /// Put a comment in another way; what it said before stays in history
    Amend(CommentAmendArgs),
    /// Take a comment back; it stays in history
    Retract(CommentRetractArgs),
}

/// Where the text of a comment comes from.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TextArgs {
    /// What to say; "-" reads it from standard input
    #[arg(value_name = "TEXT")]
    pub(crate) text: Option<String>,

    /// What to say, also where it begins with a hyphen
    #[arg(
        short = 'm',
        long,
        value_name = "TEXT",
        conflicts_with = "text",
        allow_hyphen_values = true
    )]
    pub(crate) message: Option<String>,

    /// Write it in your editor (okr help environment)
    #[arg(long)]
    pub(crate) edit: bool,
}

/// What is said, about what.
#[derive(Args, Debug)]
pub(crate) struct CommentAddArgs {
    /// What it is about: a goal, check-in, initiative, health metric, cycle, team or person, @org, or a
    /// comment to answer
    #[arg(value_name = "REF")]
    pub(crate) reference: String,

    /// What to say; "-" reads it from standard input
    #[arg(value_name = "TEXT")]
    pub(crate) text: Option<String>,

    /// What to say, also where it begins with a hyphen
    #[arg(
        short = 'm',
        long,
        value_name = "TEXT",
        conflicts_with = "text",
        allow_hyphen_values = true
    )]
    pub(crate) message: Option<String>,

    /// Write it in your editor (okr help environment)
    #[arg(long)]
    pub(crate) edit: bool,

    /// What it is meant as: comment, recognition, feedback or review
    #[arg(long, value_name = "KIND", value_parser = comment_kind(), hide_possible_values = true)]
    pub(crate) kind: Option<CommentKind>,

    /// The comment that it answers, which is about the same thing
    #[arg(long, value_name = "ID")]
    pub(crate) reply: Option<String>,
}

impl CommentAddArgs {
    /// Returns where the text comes from.
    ///
    /// Arguments within arguments would hide from the parser that any of these were given.
    pub(crate) fn text(&self) -> TextArgs {
        TextArgs {
            text: self.text.clone(),
            message: self.message.clone(),
            edit: self.edit,
        }
    }
}

/// Arguments of `okr comment list`.
#[derive(Args, Debug)]
#[command(after_help = help::COMMENT_LIST)]
pub(crate) struct CommentListArgs {
    /// Only those on these things; of a key result, also those on its check-ins
    #[arg(value_name = "REF")]
    pub(crate) references: Vec<String>,

    /// Only these kinds, separated by commas: comment, recognition, feedback, review
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = comment_kind(), hide_possible_values = true)]
    pub(crate) kind: Vec<CommentKind>,

    /// Only those of this person
    #[arg(long, value_name = "PERSON")]
    pub(crate) by: Option<String>,

    /// Only those from this moment on; a date means its beginning
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,

    /// Only those up to this moment; a date means its end
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,

    /// Also those that were taken back
    #[arg(long)]
    pub(crate) retracted: bool,

    /// List at most this many, the newest
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,
}

/// Arguments of `okr comment amend`.
#[derive(Args, Debug)]
#[command(after_help = help::COMMENT_AMEND)]
pub(crate) struct CommentAmendArgs {
    /// The comment, by its id
    #[arg(value_name = "ID")]
    pub(crate) reference: String,

    #[command(flatten)]
    pub(crate) text: TextArgs,

    /// What it is meant as: comment, recognition, feedback or review
    #[arg(long, value_name = "KIND", value_parser = comment_kind(), hide_possible_values = true)]
    pub(crate) kind: Option<CommentKind>,
}

/// Arguments of `okr comment retract`.
#[derive(Args, Debug)]
#[command(after_help = help::COMMENT_RETRACT)]
pub(crate) struct CommentRetractArgs {
    /// The comment, by its id
    #[arg(value_name = "ID")]
    pub(crate) reference: String,
}

fn comment_kind() -> impl TypedValueParser<Value = CommentKind> {
    let words = CommentKind::ALL.iter().map(|kind| kind.word());
    PossibleValuesParser::new(words).try_map(|word| {
        CommentKind::from_word(&word).ok_or_else(|| format!("\"{word}\" is no kind of comment"))
    })
}

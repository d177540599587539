//! Arguments of `okr erase`.

use clap::{Args, Subcommand};

use super::goal::Reason;
use crate::help;
use crate::parse::Honours;

/// Arguments of `okr erase`.
#[derive(Args, Debug)]
pub(crate) struct EraseArgs {
    #[command(subcommand)]
    pub(crate) command: EraseCommand,
}

/// What can be erased.
#[derive(Debug, Subcommand)]
pub(crate) enum EraseCommand {
    /// Erase who somebody was: name, handle, address, tokens; what they did stays
    Person(ErasePersonArgs),
    /// Erase a text of the history everywhere it stands; the changes and all proofs stay
    Text(EraseTextArgs),
}

impl EraseCommand {
    /// Returns what the command can honour of the flags that every command takes.
    pub(super) const fn honours(&self) -> Honours {
        match self {
            Self::Person(_) | Self::Text(_) => Honours {
                dry_run: true,
                ..Honours::TALKS
            },
        }
    }
}

/// Arguments of `okr erase person`.
#[derive(Args, Debug)]
#[command(after_help = help::ERASE_PERSON)]
pub(crate) struct ErasePersonArgs {
    /// The person: @handle, e-mail address or full id
    pub(crate) person: String,

    /// The handle once more, where nobody can be asked for it
    #[arg(long, value_name = "HANDLE")]
    pub(crate) confirm: Option<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr erase text`.
#[derive(Args, Debug)]
#[command(after_help = help::ERASE_TEXT)]
pub(crate) struct EraseTextArgs {
    /// A thing and its field, such as fast.title, or the id of a change
    #[arg(value_name = "REF.FIELD|CHANGE")]
    pub(crate) reference: String,

    /// Which text of the change, counted from 1, where it has several
    #[arg(long, value_name = "N")]
    pub(crate) text: Option<u16>,

    /// The reference once more, where nobody can be asked for it
    #[arg(long, value_name = "REF")]
    pub(crate) confirm: Option<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

//! Arguments of `okr token`, and of the parts of `okr member` that let people in.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::parse;
use crate::help;

/// Arguments of `okr token`.
#[derive(Args, Debug)]
pub(crate) struct TokenArgs {
    #[command(subcommand)]
    pub(crate) command: TokenCommand,
}

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token for a script, which may allow less than you may do
    Create(TokenCreateArgs),
    /// List the devices and programs that are logged in as you
    #[command(visible_alias = "ls")]
    List(TokenListArgs),
    /// End tokens at once
    Revoke(TokenRevokeArgs),
}

/// Arguments of `okr token create`.
#[derive(Args, Debug)]
#[command(after_help = help::TOKEN_CREATE)]
pub(crate) struct TokenCreateArgs {
    /// What it is for, such as the name of the script
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Let it read only
    #[arg(long, conflicts_with = "check_ins")]
    pub(crate) read_only: bool,

    /// Let it write check-ins and values of metrics only
    #[arg(long)]
    pub(crate) check_ins: bool,

    /// Let it write about the goals of this team, and of the teams below it, only
    #[arg(long, value_name = "TEAM", conflicts_with = "read_only")]
    pub(crate) only_team: Option<String>,

    /// How long it works, such as 12h, 30d or 26w; 90 days unless said otherwise, at most 366
    #[arg(long, value_name = "TIME", value_parser = parse::lifetime)]
    pub(crate) expires: Option<Duration>,

    /// Whom it speaks for: @me unless said otherwise; others take an administrator
    #[arg(
        long = "for",
        value_name = "PERSON",
        default_value = "@me",
        hide_default_value = true
    )]
    pub(crate) person: String,

    /// Write it into this file, readable by you only, instead of showing it
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
}

/// Arguments of `okr token list`.
#[derive(Args, Debug)]
#[command(after_help = help::TOKEN_LIST)]
pub(crate) struct TokenListArgs {
    #[command(flatten)]
    pub(crate) whose: HolderArgs,
}

/// Arguments of `okr token revoke`.
#[derive(Args, Debug)]
#[command(after_help = help::TOKEN_REVOKE)]
pub(crate) struct TokenRevokeArgs {
    /// Short ids as okr token list shows them, or names that only one of them has
    #[arg(value_name = "TOKEN", required = true)]
    pub(crate) tokens: Vec<String>,
}

/// Whose tokens or codes are meant.
#[derive(Args, Debug)]
pub(crate) struct HolderArgs {
    /// Those of everybody; takes an administrator
    #[arg(long, conflicts_with = "person")]
    pub(crate) all: bool,

    /// Those of this person; others than yourself take an administrator
    #[arg(long = "for", value_name = "PERSON")]
    pub(crate) person: Option<String>,
}

/// Arguments of `okr member invite`.
#[derive(Args, Debug)]
#[command(after_help = help::MEMBER_INVITE)]
pub(crate) struct MemberInviteArgs {
    /// The person: @handle or @me
    pub(crate) person: String,

    /// How long the code works, such as 12h or 3d; 7 days unless said otherwise, at most 30
    #[arg(long, value_name = "TIME", value_parser = parse::lifetime)]
    pub(crate) expires: Option<Duration>,
}

/// Arguments of `okr member invitations`.
#[derive(Args, Debug)]
#[command(after_help = help::MEMBER_INVITATIONS)]
pub(crate) struct MemberInvitationsArgs {
    #[command(flatten)]
    pub(crate) whose: HolderArgs,
}

/// Arguments of `okr member uninvite`.
#[derive(Args, Debug)]
#[command(after_help = help::MEMBER_UNINVITE)]
pub(crate) struct MemberUninviteArgs {
    /// Short ids as okr member invitations shows them, or people: all codes that wait for them
    #[arg(value_name = "CODE_OR_PERSON", required = true)]
    pub(crate) references: Vec<String>,
}

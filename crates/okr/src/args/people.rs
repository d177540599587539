//! Arguments of `okr member` and `okr team`.

use clap::{Args, Subcommand};
use okr_core::text::{Name, Slug};
use okr_core::value::Role;

use super::access::{MemberInvitationsArgs, MemberInviteArgs, MemberUninviteArgs};
use super::goal::Reason;
use super::parse;
use super::read::ShowOneArgs;
use crate::help;
use crate::parse::Honours;

/// Arguments of `okr member`.
#[derive(Args, Debug)]
pub(crate) struct MemberArgs {
    #[command(subcommand)]
    pub(crate) command: MemberCommand,
}

/// What can be done with people.
#[derive(Debug, Subcommand)]
pub(crate) enum MemberCommand {
    /// Add a person to the organisation
    Add(MemberAddArgs),
    /// List the people of the organisation
    #[command(visible_alias = "ls", after_help = help::MEMBER_LIST)]
    List,
    /// Show a person: role, teams, what they own, and their last check-in
    #[command(after_help = help::MEMBER_SHOW)]
    Show(ShowOneArgs),
    /// Correct who somebody is, or give them another role
    Set(MemberSetArgs),
    /// Let somebody go: they are logged out everywhere, and what they did stays
    Deactivate(MemberStepArgs),
    /// Take somebody back
    Reactivate(MemberStepArgs),
    /// Make a one-time login code for a person; needs the server
    Invite(MemberInviteArgs),
    /// List the login codes that wait to be used; needs the server
    Invitations(MemberInvitationsArgs),
    /// Take login codes back; needs the server
    Uninvite(MemberUninviteArgs),
}

impl MemberCommand {
    /// Returns what the command can honour of the flags that every command takes.
    pub(super) const fn honours(&self) -> Honours {
        match self {
            Self::Add(_) | Self::Deactivate(_) | Self::Reactivate(_) => Honours::WRITES,
            Self::Set(_) => Honours {
                scope: false,
                ..Honours::WRITES
            },
            Self::List | Self::Show(_) => Honours::READS,
            Self::Invite(_) | Self::Invitations(_) | Self::Uninvite(_) => Honours::TALKS,
        }
    }
}

/// Arguments of `okr member add`.
#[derive(Args, Debug)]
#[command(after_help = help::MEMBER_ADD)]
pub(crate) struct MemberAddArgs {
    /// Their short name, unique in the organisation, with or without the @
    pub(crate) handle: String,

    /// Their full name; the handle unless said otherwise
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,

    /// Their e-mail address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,

    /// What they may do
    #[arg(long, value_name = "ROLE", default_value = "member", value_parser = parse::role())]
    pub(crate) role: Role,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr member set`.
#[derive(Args, Debug)]
#[command(after_help = help::MEMBER_SET)]
pub(crate) struct MemberSetArgs {
    /// The person: @handle or @me; others take an administrator
    pub(crate) person: String,

    /// Their new short name
    #[arg(long, value_name = "HANDLE")]
    pub(crate) handle: Option<String>,

    /// Their full name
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,

    /// Their e-mail address; none takes it away
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,

    /// What they may do
    #[arg(long, value_name = "ROLE", value_parser = parse::role())]
    pub(crate) role: Option<Role>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr member deactivate` and `okr member reactivate`.
#[derive(Args, Debug)]
#[command(after_help = help::MEMBER_STEP)]
pub(crate) struct MemberStepArgs {
    /// The person: @handle
    pub(crate) person: String,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr team`.
#[derive(Args, Debug)]
pub(crate) struct TeamArgs {
    #[command(subcommand)]
    pub(crate) command: TeamCommand,
}

/// What can be done with teams.
#[derive(Debug, Subcommand)]
pub(crate) enum TeamCommand {
    /// Add a team
    Add(TeamAddArgs),
    /// List the teams
    #[command(visible_alias = "ls")]
    List(TeamListArgs),
    /// Show which team is part of which, with leads and how many members
    Tree(TeamTreeArgs),
    /// Show a team in full
    #[command(after_help = help::TEAM_SHOW)]
    Show(ShowOneArgs),
    /// Change fields of a team
    Set(TeamSetArgs),
    /// Put a team away
    Archive(TeamStepArgs),
    /// Take an archived team out again
    Restore(TeamStepArgs),
    /// Put a team below another one
    Move(TeamMoveArgs),
    /// Join a team
    Join(TeamStepArgs),
    /// Leave a team, and lead it no more
    Leave(TeamStepArgs),
    /// Manage who is in a team
    Member(TeamMemberArgs),
    /// Manage who leads a team
    Lead(TeamLeadArgs),
}

impl TeamCommand {
    /// Returns what the command can honour of the flags that every command takes.
    pub(super) const fn honours(&self) -> Honours {
        match self {
            Self::List(_)
            | Self::Tree(_)
            | Self::Show(_)
            | Self::Member(TeamMemberArgs {
                command: TeamMemberCommand::List(_),
            }) => Honours::READS,
            Self::Add(_)
            | Self::Set(_)
            | Self::Archive(_)
            | Self::Restore(_)
            | Self::Move(_)
            | Self::Join(_)
            | Self::Leave(_)
            | Self::Member(_)
            | Self::Lead(_) => Honours::WRITES,
        }
    }
}

/// Arguments of `okr team add`.
#[derive(Args, Debug)]
#[command(after_help = help::TEAM_ADD)]
pub(crate) struct TeamAddArgs {
    /// Its name
    #[arg(value_parser = parse::name)]
    pub(crate) name: Name,

    /// Its everyday name on the command line; made from the name unless said otherwise
    #[arg(long, value_parser = parse::slug)]
    pub(crate) slug: Option<Slug>,

    /// The team that it is part of
    #[arg(long, value_name = "TEAM")]
    pub(crate) parent: Option<String>,

    /// Who leads it; may be given several times
    #[arg(long, value_name = "PERSON")]
    pub(crate) lead: Vec<String>,

    /// Who is in it; may be given several times
    #[arg(long, value_name = "PERSON")]
    pub(crate) member: Vec<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr team list`.
#[derive(Args, Debug)]
#[command(after_help = help::TEAM_LIST)]
pub(crate) struct TeamListArgs {
    /// Also list archived teams
    #[arg(long)]
    pub(crate) archived: bool,
}

/// Arguments of `okr team tree`.
#[derive(Args, Debug)]
#[command(after_help = help::TEAM_TREE)]
pub(crate) struct TeamTreeArgs {
    /// Only this team and what is below it
    #[arg(value_name = "TEAM")]
    pub(crate) reference: Option<String>,

    /// Also show archived teams
    #[arg(long)]
    pub(crate) archived: bool,
}

/// Arguments of `okr team set`.
#[derive(Args, Debug)]
#[command(after_help = help::TEAM_SET)]
pub(crate) struct TeamSetArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "TEAM")]
    pub(crate) reference: String,

    /// Its name
    #[arg(long, value_parser = parse::name)]
    pub(crate) name: Option<Name>,

    /// Its everyday name on the command line
    #[arg(long, value_parser = parse::slug)]
    pub(crate) slug: Option<Slug>,

    /// The team that it is part of, or none
    #[arg(long, value_name = "TEAM")]
    pub(crate) parent: Option<String>,

    /// Who leads it, in place of who did, or none; may be given several times
    #[arg(long, value_name = "PERSON")]
    pub(crate) lead: Vec<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// A team, and why something happens to it.
#[derive(Args, Debug)]
#[command(after_help = help::TEAM_STEP)]
pub(crate) struct TeamStepArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "TEAM")]
    pub(crate) reference: String,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// Arguments of `okr team member`.
#[derive(Args, Debug)]
pub(crate) struct TeamMemberArgs {
    #[command(subcommand)]
    pub(crate) command: TeamMemberCommand,
}

/// What can be done with the members of a team.
#[derive(Debug, Subcommand)]
pub(crate) enum TeamMemberCommand {
    /// Add people to a team
    Add(TeamMemberChange),
    /// Take people out of a team
    Remove(TeamMemberChange),
    /// List who is in a team, and who leads it
    #[command(visible_alias = "ls", after_help = help::TEAM_MEMBER)]
    List(ShowOneArgs),
}

/// Arguments of `okr team lead`.
#[derive(Args, Debug)]
pub(crate) struct TeamLeadArgs {
    #[command(subcommand)]
    pub(crate) command: TeamLeadCommand,
}

/// What can be done with the leads of a team.
#[derive(Debug, Subcommand)]
pub(crate) enum TeamLeadCommand {
    /// Let people lead a team
    #[command(after_help = help::TEAM_LEAD)]
    Add(TeamMemberChange),
    /// Let people lead a team no more
    #[command(after_help = help::TEAM_LEAD)]
    Remove(TeamMemberChange),
}

/// Arguments of `okr team move`.
#[derive(Args, Debug)]
#[command(after_help = help::TEAM_MOVE)]
pub(crate) struct TeamMoveArgs {
    /// A slug, a short id or a full id
    #[arg(value_name = "TEAM")]
    pub(crate) reference: String,

    /// The team that it is to be part of, or none
    #[arg(long, value_name = "TEAM")]
    pub(crate) to: String,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

/// A team and people.
#[derive(Args, Debug)]
#[command(after_help = help::TEAM_MEMBER)]
pub(crate) struct TeamMemberChange {
    /// A slug, a short id or a full id
    #[arg(value_name = "TEAM")]
    pub(crate) reference: String,

    /// People: @handle or @me
    #[arg(value_name = "PERSON", required = true)]
    pub(crate) people: Vec<String>,

    #[command(flatten)]
    pub(crate) reason: Reason,
}

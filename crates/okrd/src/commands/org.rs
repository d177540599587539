//! `okrd org`: the organisations of a server.

mod create;
mod delete;
mod export;
mod exported;
mod find;
mod import;
mod list;
mod settle;

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use okr_core::text::{Name, TimeZoneName};
use okr_proto::{DisplayName, Email, Handle};

use crate::args::{
    DataArgument, OutputFormat, read_adopted, read_display_name, read_email, read_handle,
    read_name, read_time_zone,
};
use crate::credentials::Principal;
use crate::failure::Failure;

/// What `okrd org` needs.
#[derive(Debug, Args)]
pub(crate) struct OrgArguments {
    /// What to do.
    #[command(subcommand)]
    pub command: OrgCommand,
}

/// What can be done with organisations.
#[derive(Debug, Subcommand)]
pub(crate) enum OrgCommand {
    /// Make another organisation with its administrator, while the server is stopped
    Create(CreateArguments),
    /// List the organisations; without their sizes while the server runs
    List(ListArguments),
    /// Call an organisation something else on this server, also while it runs
    Rename(RenameArguments),
    /// Make an organisation read-only within seconds, also while the server runs
    Freeze(OneArguments),
    /// Let a frozen organisation be written to again, also while the server runs
    Unfreeze(OneArguments),
    /// Limit how much an organisation may hold and write, also while the server runs
    Quota(QuotaArguments),
    /// Write an organisation's records, people and checkpoint to a file, while the server is stopped
    Export(ExportArguments),
    /// Take in what org export wrote, here or on another server, while the server is stopped
    Import(ImportArguments),
    /// Delete an organisation for good, while the server is stopped
    Delete(DeleteArguments),
}

/// Which organisation, and how to answer.
#[derive(Debug, Args)]
pub(crate) struct OneArguments {
    #[command(flatten)]
    /// Where the data is.
    pub data: DataArgument,
    /// The organisation: its name on this server, its id, or how that begins
    #[arg(value_name = "ORG")]
    pub org: String,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

/// What `okrd org create` needs.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("organisation").required(true).args(["name", "adopt"]),
          after_help = "\
Examples:
  okrd org create Summit --time-zone Europe/Oslo --admin zoe --data /var/lib/okrd
  okrd org create --adopt ORG_ID:PERSON_ID --admin zoe")]
pub(crate) struct CreateArguments {
    #[command(flatten)]
    /// Where the data is.
    pub data: DataArgument,
    /// Its name
    #[arg(value_name = "NAME", value_parser = read_name, requires = "time_zone")]
    pub name: Option<Name>,
    /// The time zone in which its days begin and end, such as Europe/Oslo
    #[arg(long, value_name = "ZONE", value_parser = read_time_zone, requires = "name")]
    pub time_zone: Option<TimeZoneName>,
    /// Take in an organisation that lives in an offline replica, which its first sync then brings
    #[arg(long, value_name = "ORG_ID:PERSON_ID", value_parser = read_adopted)]
    pub adopt: Option<Principal>,
    /// The administrator's short name
    #[arg(long, value_name = "HANDLE", value_parser = read_handle)]
    pub admin: Handle,
    /// The administrator's name
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true,
          value_parser = read_display_name)]
    pub admin_name: DisplayName,
    /// The administrator's e-mail address
    #[arg(long, value_name = "MAIL", default_value = "", hide_default_value = true,
          value_parser = read_email)]
    pub admin_email: Email,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

/// What `okrd org list` needs.
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    /// Where the data is.
    pub data: DataArgument,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

/// What `okrd org rename` needs.
#[derive(Debug, Args)]
#[command(after_help = "\
Its people do not see this name: theirs is in the history, and an administrator of theirs changes it
with okr org set --name.")]
pub(crate) struct RenameArguments {
    #[command(flatten)]
    /// Which one.
    pub one: OneArguments,
    /// What it is called on this server from now on
    #[arg(value_name = "NEW_NAME", value_parser = read_name)]
    pub name: Name,
}

/// What `okrd org quota` needs.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("quota").required(true).multiple(true)
              .args(["changes_per_day", "bytes", "people"]),
          after_help = "\
Who has reached a limit pushes no more, and the client says so; nothing is lost, and what waits is
pushed when there is room. The push that reaches it is taken whole: it has at most 500 changes. Of
people there are never too many. Days are days in UTC. `none` takes a limit away.

Examples:
  okrd org quota Summit --people 50 --changes-per-day 20000
  okrd org quota Summit --bytes 2GiB
  okrd org quota Summit --people none")]
pub(crate) struct QuotaArguments {
    #[command(flatten)]
    /// Which one.
    pub one: OneArguments,
    /// Changes in a day
    #[arg(long, value_name = "COUNT", value_parser = read_quota)]
    pub changes_per_day: Option<Quota>,
    /// Bytes of its history, such as 500MiB or 2GiB
    #[arg(long, value_name = "SIZE", value_parser = read_size)]
    pub bytes: Option<Quota>,
    /// People who have not left
    #[arg(long, value_name = "COUNT", value_parser = read_quota)]
    pub people: Option<Quota>,
}

/// A limit, or that there shall be none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota(Option<u64>);

/// What `okrd org export` needs.
#[derive(Debug, Args)]
#[command(after_help = "\
The file holds lines of JSON. The first says what it is, with the signed checkpoint; then a line for
each person of the directory, and one for each record: its position and its exact bytes in base64, as
crates/okr-log/FORMAT.md describes them. Any member exports the same history for people and programs
with okr export --events or okr audit export.")]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    /// Which one.
    pub one: OneArguments,
    /// The file, which must not be there yet; - for standard output
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
}

/// What `okrd org import` needs.
#[derive(Debug, Args)]
#[command(after_help = "\
Every record, the root and the signature are checked before anything is written. The history is then the
same, down to its root; tokens and login codes do not come along. Run again it goes on where it ended, and
a later export of the same history adds what is new. Another history of the same organisation is refused.

Examples:
  okrd org export Acme --to acme.jsonl --data /var/lib/okrd
  okrd org import acme.jsonl --data /srv/okrd           # which okrd init has made
  okrd code --person ana --org ID --data /srv/okrd      # the id that import prints")]
pub(crate) struct ImportArguments {
    #[command(flatten)]
    /// Where the data is.
    pub data: DataArgument,
    /// What org export wrote
    #[arg(value_name = "FILE")]
    pub from: PathBuf,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

/// What `okrd org delete` needs.
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing of it is left in any file of the data directory afterwards but the line in the access log that
says so. The log is written anew for that, which takes as much room again meanwhile. Backups are not
touched: let them expire. Copies on people's own machines stay theirs.")]
pub(crate) struct DeleteArguments {
    #[command(flatten)]
    /// Which one.
    pub one: OneArguments,
    /// Its name on this server, or its id when it has none, once more
    #[arg(long, value_name = "NAME")]
    pub confirm: String,
}

pub(super) use find::find as find_org;

pub(super) fn run(arguments: &OrgArguments) -> Result<(), Failure> {
    match &arguments.command {
        OrgCommand::Create(arguments) => create::run(arguments),
        OrgCommand::List(arguments) => list::run(arguments),
        OrgCommand::Rename(arguments) => settle::rename(arguments),
        OrgCommand::Freeze(arguments) => settle::freeze(arguments, true),
        OrgCommand::Unfreeze(arguments) => settle::freeze(arguments, false),
        OrgCommand::Quota(arguments) => settle::quota(arguments),
        OrgCommand::Export(arguments) => export::run(arguments),
        OrgCommand::Import(arguments) => import::run(arguments),
        OrgCommand::Delete(arguments) => delete::run(arguments),
    }
}

fn read_quota(text: &str) -> Result<Quota, String> {
    if text == "none" {
        return Ok(Quota(None));
    }
    let number = text.parse().ok().filter(|number| *number > 0);
    let explain = "a whole number above 0, or none".to_owned();
    number.map(|number| Quota(Some(number))).ok_or(explain)
}

fn read_size(text: &str) -> Result<Quota, String> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40), ("", 0)];
    let sized = units.iter().find_map(|(unit, shift)| {
        let number = text.strip_suffix(unit)?.trim_end();
        let Ok(Quota(number)) = read_quota(number) else {
            return None;
        };
        match number {
            None => Some(Quota(None)),
            Some(number) => number
                .checked_mul(1 << shift)
                .map(|bytes| Quota(Some(bytes))),
        }
    });
    sized.ok_or_else(|| "a size such as 500MiB or 2GiB, or none".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_numbers_above_nothing_or_none() {
        assert_eq!(read_quota("50"), Ok(Quota(Some(50))));
        assert_eq!(read_quota("none"), Ok(Quota(None)));
        for bad in ["0", "-1", "many", ""] {
            assert!(read_quota(bad).is_err(), "{bad}");
        }
        assert_eq!(read_size("2GiB"), Ok(Quota(Some(2 << 30))));
        assert_eq!(read_size("1000"), Ok(Quota(Some(1000))));
        assert_eq!(read_size("none"), Ok(Quota(None)));
        for bad in ["2GB", "GiB", "0MiB", "99999999999TiB"] {
            assert!(read_size(bad).is_err(), "{bad}");
        }
    }
}

//! The arguments of what keeps a server's data: backup, restore, stats.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use uuid::Uuid;

use super::{DataArgument, OutputFormat};

pub(super) const VERIFY_HELP: &str = "\
The first position that cannot be trusted is named, and the exit code is 9.
Of a log that cannot be opened, it is said how much is whole nevertheless.
Nothing is ever repaired. While the server runs, it is asked for its records;
without one, the checksums and the witness of the log are checked as well.";

const BACKUP_HELP: &str = "\
A backup holds the server's signing key and everybody's names: keep it as you
keep the server. It is written beside FILE, proven to be what the server signed,
and only then given its name.

Examples:
  okrd backup --data /var/lib/okrd --to /backup/mon.okrb
  okrd backup --data /var/lib/okrd --to /backup/tue.okrb --since /backup/mon.okrb
  okrd backup --data /var/lib/okrd --to - | age -r age1... > mon.okrb.age
  okrd backup verify /backup/mon.okrb /backup/tue.okrb";

const RESTORE_HELP: &str = "\
Everything is checked before anything is written. What was pushed after the
backup is not lost while anybody has it: each `okr sync` names it, and
`okr sync --accept-restored` brings it back.

Examples:
  okrd restore --from mon.okrb tue.okrb --data /var/lib/okrd
  okrd restore --from mon.okrb --data /tmp/then --to-time 2026-11-27T12:00:00Z
  okrd restore --from mon.okrb --data /tmp/then \\
      --to-position 01920304-0506-7708-890a-0b0c0d0e0f10:1200";

const MIGRATE_HELP: &str = "\
Files of an earlier okrd are read as they are, so this is never needed before a
start. It settles at a moment of your choice what the server would do at its next
start or change: an earlier okrd does not read the result. Files of a newer okrd
are refused, with exit code 11.

Examples:
  okrd migrate --dry-run --data /var/lib/okrd
  okrd backup --data /var/lib/okrd --to before-migration.okrb
  okrd migrate --data /var/lib/okrd                  while the server is stopped";

/// What `okrd backup` needs.
#[derive(Debug, Args)]
#[command(after_help = BACKUP_HELP, args_conflicts_with_subcommands = true,
          subcommand_negates_reqs = true)]
pub(crate) struct BackupArguments {
    /// What to do with backups that there are.
    #[command(subcommand)]
    pub command: Option<BackupCommand>,
    #[command(flatten)]
    /// Where the data is.
    pub data: DataArgument,
    /// The new file, or - for standard output
    #[arg(long, value_name = "FILE", required = true)]
    pub to: Option<PathBuf>,
    /// Write only what came since this backup
    #[arg(long, value_name = "FILE")]
    pub since: Option<PathBuf>,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

/// What is done with backups.
#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Check backups without a server: every byte, record, root and signature
    Verify(BackupVerifyArguments),
}

/// What `okrd backup verify` needs.
#[derive(Debug, Args)]
pub(crate) struct BackupVerifyArguments {
    /// A full backup and those that continue it, in any order
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

/// What `okrd restore` needs.
#[derive(Debug, Args)]
#[command(after_help = RESTORE_HELP)]
pub(crate) struct RestoreArguments {
    /// A full backup and those that continue it, in any order
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    pub from: Vec<PathBuf>,
    #[command(flatten)]
    /// Where the data goes; missing or empty.
    pub data: DataArgument,
    /// Leave out what follows this position of this organisation; may be given for several
    #[arg(long, value_name = "ORG:POSITION")]
    pub to_position: Vec<OrgPosition>,
    /// Leave out what was recorded later, such as 2026-11-27T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    pub to_time: Option<Timestamp>,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

const COMPACT_HELP: &str = "\
From the moment on in which a text is erased, the server gives it to nobody, also
after a restart and in no backup. Its bytes stay in unused or older parts of the
files until this command has written the log anew. It needs a stopped server and
as much room again as the log has; a crash leaves the old log or the new one.
The user of the server runs it: root has it run by that user.

Examples:
  okrd compact --data /var/lib/okrd --dry-run
  systemctl stop okrd && \\
      runuser -u okrd -- okrd compact --data /var/lib/okrd && \\
      systemctl start okrd";

/// What `okrd compact` needs.
#[derive(Debug, Args)]
#[command(after_help = COMPACT_HELP)]
pub(crate) struct CompactArguments {
    #[command(flatten)]
    /// Where the data is.
    pub data: DataArgument,
    /// Only say in how many changes there is something to clean
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

/// What `okrd stats` needs.
#[derive(Debug, Args)]
pub(crate) struct StatsArguments {
    #[command(flatten)]
    /// Where the data is.
    pub data: DataArgument,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

/// What `okrd migrate` needs.
#[derive(Debug, Args)]
#[command(after_help = MIGRATE_HELP)]
pub(crate) struct MigrateArguments {
    #[command(flatten)]
    /// Where the data is.
    pub data: DataArgument,
    /// Only say what would be done, also while the server runs
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

/// A position of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OrgPosition {
    /// The organisation.
    pub org: Uuid,
    /// The position, from 1.
    pub position: u64,
}

impl FromStr for OrgPosition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once(':').and_then(|(org, position)| {
            let org = Uuid::try_parse(org).ok()?;
            let position = position.parse().ok().filter(|position| *position > 0)?;
            Some(Self { org, position })
        });
        parts.ok_or_else(|| {
            "an organisation's id, a colon and a position from 1 are expected; `okrd backup verify` \
             shows both"
                .to_owned()
        })
    }
}

fn read_time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| {
        "a moment with its offset is expected, such as 2026-11-27T12:00:00Z or \
         2026-11-27T12:00:00+01:00"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::{Arguments, Command};
    use super::*;

    #[test]
    fn verifying_needs_no_data_directory_and_making_does() {
        let parse = |line: &str| Arguments::try_parse_from(line.split(' '));
        let parsed = parse("okrd backup verify a b").unwrap();
        let Command::Backup(BackupArguments { command, .. }) = parsed.command else {
            panic!("{parsed:?}");
        };
        assert!(matches!(command, Some(BackupCommand::Verify(found)) if found.files.len() == 2));
        assert!(parse("okrd backup --data d --to -").is_ok());
        for bad in [
            "okrd backup --data d",
            "okrd backup verify",
            "okrd restore --data d",
            "okrd restore --from f --data d --to-position 7",
            "okrd restore --from f --data d --to-position 01920304-0506-7708-890a-0b0c0d0e0f10:0",
            "okrd restore --from f --data d --to-time yesterday",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}

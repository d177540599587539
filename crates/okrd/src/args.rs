//! The command line of `okrd`.

mod keeping;
mod packaging;

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use okr_core::id::{OrgId, PersonId};
use okr_core::text::{Name, TimeZoneName};
use okr_core::value::ValueError;
use okr_log::KeyName;
use okr_proto::{DisplayName, Email, Handle};
use uuid::Uuid;

use crate::commands::{AccessLogArguments, OrgArguments};
use crate::credentials::Principal;
use crate::failure::EXIT_CODES;
use crate::flags::SettingFlags;

pub(crate) use self::keeping::{
    BackupArguments, BackupCommand, BackupVerifyArguments, CompactArguments, MigrateArguments,
    RestoreArguments, StatsArguments,
};
pub(crate) use self::packaging::{CompletionsArguments, ManArguments, ShellName, UtilCommand};
pub(crate) use crate::flags::{DataArgument, PlaceArguments};

/// The OKR sync server.
#[derive(Debug, Parser)]
#[command(name = "okrd", version, about, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `okrd` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a data directory with an organisation and its administrator
    Init(InitArguments),
    /// Run the server
    Serve(ServeArguments),
    /// Make a one-time login code while the server is stopped
    Code(CodeArguments),
    /// Check every record, root and file, of a running server too
    Verify(VerifyArguments),
    /// Write a consistent moment of the server, running or not, into one file
    Backup(BackupArguments),
    /// Make a data directory of backups, as of their end, a position or a moment
    Restore(RestoreArguments),
    /// Write the log of a stopped server anew, so that nothing of erased texts is left in any file
    Compact(CompactArguments),
    /// Say what the server holds: organisations, people, changes by kind, sizes
    Stats(StatsArguments),
    /// Say which version each file of the data has, and write those anew that an earlier okrd wrote
    Migrate(MigrateArguments),
    /// Check and show the settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Make certificates for development
    #[command(subcommand)]
    Cert(CertCommand),
    /// Ask a running server whether it can append durably
    ///
    /// For containers and scripts: prints `ready` and ends with 0, or says why not and ends with 1. It finds the server by
    /// the settings that `okrd serve` reads: the listener for monitoring if there is one, else the server itself.
    #[command(after_help = HEALTHCHECK_EXAMPLES)]
    Healthcheck(HealthcheckArguments),
    /// List the metrics that the server has
    ///
    /// They are served at /metrics of the address that `okrd serve --metrics-listen` gives.
    #[command(after_help = METRICS_EXAMPLES)]
    Metrics(MetricsArguments),
    /// Make, list, freeze, limit and delete the organisations of a server
    Org(OrgArguments),
    /// Show who was let in, who was refused, and what administrators did
    AccessLog(AccessLogArguments),
    /// Print the file with which a shell completes commands and flags
    Completions(CompletionsArguments),
    /// Make what a package needs
    #[command(subcommand)]
    Util(UtilCommand),
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people
    #[default]
    Text,
    /// One JSON document
    Json,
}

/// What `okrd init` needs.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("organisation").required(true).args(["org", "adopt"]))]
pub(crate) struct InitArguments {
    #[command(flatten)]
    /// Where the data is.
    pub data: DataArgument,
    /// The name of the new organisation
    #[arg(long, value_name = "NAME", value_parser = read_name, requires = "time_zone")]
    pub org: Option<Name>,
    /// The time zone in which its days begin and end, such as Europe/Oslo
    #[arg(long, value_name = "ZONE", value_parser = read_time_zone, requires = "org")]
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
    /// The server's name, under which it signs; cannot be changed later
    #[arg(long, value_name = "NAME", default_value = "okrd", value_parser = KeyName::new)]
    pub server_name: KeyName,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

/// What `okrd serve` needs.
#[derive(Debug, Args)]
#[command(after_help = SERVE_EXAMPLES)]
pub(crate) struct ServeArguments {
    #[command(flatten)]
    /// Everything that can be set.
    pub settings: SettingFlags,
}

const SERVE_EXAMPLES: &str = "\
Each setting can stand in the file, in an environment variable or in a flag; the
flag is the strongest. `okrd config print --origin` shows what is used and why.

Examples:
  okrd serve --data /var/lib/okrd
  okrd serve --config /etc/okrd/okrd.toml --log-filter debug
  okrd serve --data /var/lib/okrd --listen 0.0.0.0:7420 \\
      --tls-cert-file /etc/okrd/cert.pem --tls-key-file /etc/okrd/key.pem";

/// What `okrd config` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Find every mistake in file, environment and flags; exit code 78 when there is one
    Check(CheckConfigArguments),
    /// Print every setting as `okrd serve` would use it, as a file that it could read
    Print(PrintConfigArguments),
    /// Print the format of the file as a JSON Schema, for editors
    Schema,
}

/// What `okrd config check` needs.
#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct CheckConfigArguments {
    #[command(flatten)]
    /// Everything that can be set.
    pub settings: SettingFlags,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  okrd config check                              the file in its usual place
  okrd config check --config ./okrd.toml         before it is put there
  okrd config check && systemctl reload okrd     never reload a broken file";

/// What `okrd config print` needs.
#[derive(Debug, Args)]
#[command(after_help = PRINT_EXAMPLES)]
pub(crate) struct PrintConfigArguments {
    #[command(flatten)]
    /// Everything that can be set.
    pub settings: SettingFlags,
    /// Say where each value comes from
    #[arg(long)]
    pub origin: bool,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

const PRINT_EXAMPLES: &str = "\
Examples:
  okrd config print > okrd.toml                  a file to begin with
  okrd config print --origin                     which layer wins, for each setting
  OKRD_LISTEN=[::1]:7420 okrd config print --origin";

/// What `okrd cert` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum CertCommand {
    /// Make an authority and a certificate of it for this server; nothing is overwritten
    New(NewCertArguments),
}

/// What `okrd cert new` needs.
#[derive(Debug, Args)]
#[command(after_help = CERT_EXAMPLES)]
pub(crate) struct NewCertArguments {
    /// The folder for the files; made if it is not there
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
    /// A name or address under which clients reach the server; may be given several times
    #[arg(long = "name", value_name = "NAME", default_values = ["localhost", "127.0.0.1", "::1"])]
    pub names: Vec<String>,
    /// Make a certificate for a client of this name as well, for `--tls-client-ca`
    #[arg(long, value_name = "NAME")]
    pub client: Option<String>,
    /// How long the certificates are valid, in days
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=825))]
    pub days: u32,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

const CERT_EXAMPLES: &str = "\
The authority signs these certificates and no others: its key is not kept.
Renew by making new ones; clients then trust the new authority.

Examples:
  okrd cert new ./tls
  okrd cert new ./tls --name okr.example.org --name 192.0.2.7 --days 365
  okrd cert new ./tls --client laptop";

/// What `okrd code` needs.
#[derive(Debug, Args)]
pub(crate) struct CodeArguments {
    #[command(flatten)]
    /// Where the data is.
    pub data: DataArgument,
    /// For whom
    #[arg(long, value_name = "HANDLE", value_parser = read_handle)]
    pub person: Handle,
    /// In which organisation, when several know the handle: its name on this server, or its id
    #[arg(long, value_name = "ORG")]
    pub org: Option<String>,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

/// What `okrd verify` needs.
#[derive(Debug, Args)]
#[command(after_help = keeping::VERIFY_HELP)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    /// Where the data is.
    pub data: DataArgument,
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

/// What `okrd healthcheck` needs.
#[derive(Debug, Args)]
pub(crate) struct HealthcheckArguments {
    #[command(flatten)]
    /// Where the server answers, by its settings.
    pub place: PlaceArguments,
    /// Ask a server at this address, over gRPC, whatever the settings say
    #[arg(long, value_name = "URL", conflicts_with_all = ["server.listen", "metrics.listen"])]
    pub url: Option<String>,
    /// The certificate (PEM) of the authority behind that server's; the system's authorities if none is given
    #[arg(long, value_name = "FILE", requires = "url")]
    pub ca_cert: Option<PathBuf>,
    /// How long to wait, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub timeout: u64,
}

/// What `okrd metrics` needs.
#[derive(Debug, Args)]
pub(crate) struct MetricsArguments {
    /// The form of the answer
    #[arg(short, long, value_enum, default_value_t)]
    pub output: MetricsFormat,
}

/// The form of a list of metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MetricsFormat {
    /// For people
    #[default]
    Text,
    /// One JSON document
    Json,
    /// A table for documents
    Markdown,
}

const HEALTHCHECK_EXAMPLES: &str = "\
Examples:
  okrd healthcheck                                   the server of this machine's settings
  okrd healthcheck --config ./okrd.toml              of other settings
  okrd healthcheck --metrics-listen 127.0.0.1:7421   by its listener for monitoring
  okrd healthcheck --url https://okr.acme.dev:7420   any, by the name in the certificate

In a Dockerfile: HEALTHCHECK CMD [\"okrd\", \"healthcheck\"]";

const METRICS_EXAMPLES: &str = "\
Examples:
  okrd metrics
  okrd metrics -o json
  curl http://127.0.0.1:7421/metrics   what a running server has";

pub(crate) fn read_name(text: &str) -> Result<Name, ValueError> {
    Name::new(text)
}

pub(crate) fn read_handle(text: &str) -> Result<Handle, ValueError> {
    Handle::new(text)
}

pub(crate) fn read_display_name(text: &str) -> Result<DisplayName, ValueError> {
    DisplayName::new(text)
}

pub(crate) fn read_email(text: &str) -> Result<Email, ValueError> {
    Email::new(text)
}

pub(crate) fn read_time_zone(text: &str) -> Result<TimeZoneName, String> {
    let name = TimeZoneName::new(text).map_err(|error| error.to_string())?;
    match jiff::tz::TimeZone::get(name.as_str()) {
        Ok(_) => Ok(name),
        Err(_) => Err("there is no such IANA time zone; Europe/Oslo is one".to_owned()),
    }
}

pub(crate) fn read_adopted(text: &str) -> Result<Principal, String> {
    let ids = text.split_once(':').and_then(|(org, person)| {
        let (org, person) = (Uuid::try_parse(org).ok()?, Uuid::try_parse(person).ok()?);
        Some(Principal {
            org: OrgId::new(org),
            person: PersonId::new(person),
        })
    });
    ids.ok_or_else(|| {
        "two UUIDs with a colon between are expected, as `okr` prints them".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use clap::error::ErrorKind;

    use super::*;

    fn kind(line: &str) -> ErrorKind {
        let words = line.split(' ');
        match Arguments::try_parse_from(words) {
            Ok(arguments) => panic!("{arguments:?}"),
            Err(error) => error.kind(),
        }
    }

    #[test]
    fn the_grammar_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_organisation_is_new_or_adopted_and_nothing_between() {
        let ids = "01920304-0506-7708-890a-0b0c0d0e0f10:01920304-0506-7708-890a-0b0c0d0e0f11";
        let new = "okrd init --data d --org Acme --time-zone Europe/Oslo --admin ana";
        let adopted = format!("okrd init --data d --adopt {ids} --admin ana");
        for line in [new, adopted.as_str()] {
            assert!(Arguments::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
        let missing = ErrorKind::MissingRequiredArgument;
        assert_eq!(kind("okrd init --data d --admin ana"), missing);
        assert_eq!(kind("okrd init --data d --org Acme --admin ana"), missing);
        let both = format!("{new} --adopt {ids}");
        assert_eq!(kind(&both), ErrorKind::ArgumentConflict);
        for bad in [
            "okrd init --data d --org Acme --time-zone Mars/Base --admin ana",
            "okrd init --data d --org Acme --time-zone UTC --admin Ana",
            "okrd init --data d --adopt 7:8 --admin ana",
        ] {
            assert_eq!(kind(bad), ErrorKind::ValueValidation, "{bad}");
        }
    }
}

//! The commands, one file each.

mod access_log;
mod backup;
mod cert;
mod code;
mod compact;
mod completions;
mod config;
mod healthcheck;
mod init;
mod metrics;
mod migrate;
mod org;
mod restore;
mod serve;
mod stats;
mod util;
mod verify;

use std::process::ExitCode;

use clap::Parser as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(crate) use access_log::AccessLogArguments;
pub(crate) use org::OrgArguments;

use crate::args::{Arguments, Command};
use crate::failure::Exit;
use crate::output;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let done = match command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Code(arguments) => code::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Cert(command) => cert::run(&command),
        Command::Config(command) => config::run(&command),
        Command::Healthcheck(arguments) => healthcheck::run(&arguments),
        Command::Metrics(arguments) => metrics::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Compact(arguments) => compact::run(&arguments),
        Command::Stats(arguments) => stats::run(&arguments),
        Command::Migrate(arguments) => migrate::run(&arguments),
        Command::Org(arguments) => org::run(&arguments),
        Command::AccessLog(arguments) => access_log::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Util(command) => util::run(&command),
    };
    match done {
        Ok(()) => Exit::Ok.into(),
        Err(failure) => {
            output::complain(&failure);
            failure.exit().into()
        }
    }
}

/// Writes a moment for a person: in UTC, to the minute.
fn minute(moment: Timestamp) -> String {
    let moment = moment.to_zoned_datetime(TimeZone::UTC);
    moment.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

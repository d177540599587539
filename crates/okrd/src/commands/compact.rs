//! `okrd compact`: nothing of what was erased is left in any file of a stopped server.

use serde_json::json;

use crate::access_log::{AccessLog, Act, Entry};
use crate::args::{CompactArguments, OutputFormat};
use crate::clock::Clock;
use crate::data::DataDir;
use crate::failure::Failure;
use crate::readiness::size_of;
use crate::{output, rewriting};

pub(super) fn run(arguments: &CompactArguments) -> Result<(), Failure> {
    let path = arguments.data.path()?;
    let (data, manifest) = DataDir::open(&path)?;
    let log = rewriting::open(&data, &manifest)?;
    let records = log.erased_records();
    let before = size_of(&data.log_directory()).unwrap_or(0);
    if !arguments.dry_run {
        rewriting::rewrite(&data, log, None)?;
        let entry = Entry::done(Act::Operate, Clock::system().now());
        AccessLog::open(data.access_log_file())?.record(&entry.saying("compact"));
    }
    let after = size_of(&data.log_directory()).unwrap_or(0);
    let changes = output::count(u64::try_from(records).unwrap_or(u64::MAX), "change");
    output::print(&match (arguments.output, arguments.dry_run) {
        (OutputFormat::Text, true) => {
            format!("{changes} have erased texts whose bytes are still in the files")
        }
        (OutputFormat::Text, false) => format!(
            "the log is written anew: of {changes} nothing is left but the hashes of erased texts\n\
             {before} bytes before, {after} bytes now"
        ),
        (OutputFormat::Json, _) => json!({
            "schema": "okrd.v1.Compacted",
            "dry_run": arguments.dry_run,
            "erased_changes": records,
            "bytes_before": before,
            "bytes_after": after,
        })
        .to_string(),
    });
    Ok(())
}

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
    output::print(&match (arguments.output, arguments.dry_run) {
        (OutputFormat::Text, true) => looked(records),
        (OutputFormat::Text, false) => done(records, (before, after)),
        (OutputFormat::Json, _) => json!({
            "schema": "okrd.v1.Compacted",
            "dry_run": arguments.dry_run,
            "erased_changes": records,
            "bytes_before": before,
            "bytes_after": after,
        })
        .to_string(),
    })
}

/// Says what there is to do, of so many changes with erased texts in the files.
fn looked(records: usize) -> String {
    match records {
        0 => "no file holds an erased text".to_owned(),
        records => format!(
            "the files still hold texts that were erased from {}; okrd compact takes them out",
            changes(records)
        ),
    }
}

/// Says what was done, and the bytes of the log before and after it.
fn done(records: usize, (before, after): (u64, u64)) -> String {
    let without = match records {
        0 => "; there were no erased texts in it".to_owned(),
        records => format!(
            ", without the texts that were erased from {}",
            changes(records)
        ),
    };
    let (before, after) = (output::size(before), output::size(after));
    format!("the log is written anew{without}\n{before} before, {after} now")
}

fn changes(records: usize) -> String {
    output::count(u64::try_from(records).unwrap_or(u64::MAX), "change")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_to_do_is_said_in_words() {
        assert_eq!(looked(0), "no file holds an erased text");
        assert_eq!(
            looked(1),
            "the files still hold texts that were erased from 1 change; okrd compact takes them out"
        );
    }

    #[test]
    fn what_was_done_is_said_in_words() {
        assert_eq!(
            done(2, (3 * 1024 * 1024, 2048)),
            "the log is written anew, without the texts that were erased from 2 changes\n\
             3.0 MiB before, 2.0 KiB now"
        );
        assert_eq!(
            done(0, (2048, 2048)),
            "the log is written anew; there were no erased texts in it\n\
             2.0 KiB before, 2.0 KiB now"
        );
    }
}

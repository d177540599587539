//! `okrd migrate`: says which version each file has, and writes those anew that an earlier okrd wrote.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use crate::args::{MigrateArguments, OutputFormat};
use crate::data::DataDir;
use crate::failure::Failure;
use crate::output;
use crate::versions::{Part, renew, survey};

/// What was found, and what was done about it.
struct Migration<'a> {
    data: &'a Path,
    parts: &'a [Part],
    dry_run: bool,
}

pub(super) fn run(arguments: &MigrateArguments) -> Result<(), Failure> {
    let data = &arguments.data.path()?;
    DataDir::look(data)?;
    let parts = survey(data)?;
    let migration = Migration {
        data,
        parts: &parts,
        dry_run: arguments.dry_run,
    };
    if !arguments.dry_run && migration.older().next().is_some() {
        let (directory, _) = DataDir::open(data)?;
        renew(&directory)?;
    }
    output::print(&match arguments.output {
        OutputFormat::Text => migration.text(),
        OutputFormat::Json => migration.json(),
    })
}

impl Migration<'_> {
    fn older(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.is_older())
    }

    /// Returns how many files are older, and their size.
    fn work(&self) -> (u64, u64) {
        self.older().fold((0, 0), |(count, bytes), part| {
            (count + 1, bytes + part.bytes)
        })
    }

    fn text(&self) -> String {
        let (okrd, data) = (env!("CARGO_PKG_VERSION"), self.data.display());
        let mut text = format!("{data}  as okrd {okrd} finds it\n\n");
        for part in self.parts {
            let (found, written) = (part.found, part.written);
            let state = match found {
                None => "not there".to_owned(),
                Some(found) if found < written && self.dry_run => {
                    format!("version {found}, would become {written}")
                }
                Some(found) if found < written => format!("version {found}, is {written} now"),
                Some(found) => format!("version {found}, up to date"),
            };
            // A string takes everything.
            writeln!(text, "  {:<20}  {state}", part.name).ok();
        }
        text.push('\n');
        let (count, bytes) = self.work();
        let files = output::count(count, "file");
        let bytes = output::size(bytes);
        let done = match (count, self.dry_run) {
            (0, _) => format!("Nothing is to be done: okrd {okrd} writes these versions."),
            (_, true) => format!(
                "Would be written anew: {files} of {bytes}. Nothing was changed.\n\
                 okrd reads it as it is, too, and writes the newest version when it has to.\n\
                 An earlier okrd does not read that any more, so make a backup first:\n\n\
                 \x20 okrd backup --data {data} --to before-migration.okrb\n\n\
                 Then, while the server is stopped: okrd migrate --data {data}"
            ),
            (_, false) => format!(
                "Written anew: {files} of {bytes}.\n\
                 To go back to an earlier okrd, restore a backup."
            ),
        };
        text.push_str(&done);
        text
    }

    fn json(&self) -> String {
        let parts = self.parts.iter().map(|part| {
            json!({
                "name": part.name,
                "version": part.found,
                "written": part.written,
                "older": part.is_older(),
            })
        });
        let (older, bytes) = self.work();
        json!({
            "schema": "okrd.v1.Migration",
            "data": self.data,
            "okrd": env!("CARGO_PKG_VERSION"),
            "dry_run": self.dry_run,
            "older": older,
            "bytes": bytes,
            "changed": !self.dry_run && older > 0,
            "files": parts.collect::<Vec<_>>(),
        })
        .to_string()
    }
}

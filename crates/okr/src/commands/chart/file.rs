//! A chart in a file: written as a whole or not at all.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::{fs, process};

use okr_report::chart::{Goal, Request, csv, page, plan, svg};

use crate::args::{ChartArgs, ChartForm};
use crate::context::Context;
use crate::error::CliError;
use crate::ui::OutputFormat;

/// Where a chart goes that is not shown.
pub(super) struct Destination {
    /// None: standard output.
    path: Option<PathBuf>,
    form: ChartForm,
}

impl Destination {
    /// Reads where the chart goes; none when it is shown.
    ///
    /// # Errors
    /// When nothing says which form the file has, or the answer has another form.
    pub(super) fn of(context: &Context, args: &ChartArgs) -> Result<Option<Self>, CliError> {
        let Some(to) = args.to.as_deref() else {
            return Ok(None);
        };
        if context.ui.output() != OutputFormat::Table {
            let message = "--to writes a file of its own form, and -o asks for another";
            return Err(CliError::usage("conflicting-output", message)
                .with_hint("leave --to away for -o json, or -o away for a file"));
        }
        let path = (to != "-").then(|| PathBuf::from(to));
        let form = match args.form {
            Some(form) => form,
            None => of_suffix(to, path.as_deref())?,
        };
        Ok(Some(Self { path, form }))
    }

    /// Writes the chart, and says on stderr where it is.
    ///
    /// # Errors
    /// When the file cannot be written; what was there before is there still.
    pub(super) fn write(
        &self,
        context: &mut Context,
        goals: &[Goal],
        (request, about): (&Request, &str),
    ) -> Result<(), CliError> {
        if goals.is_empty() {
            return Err(CliError::user(
                "nothing-to-draw",
                "there is nothing to draw then",
            ));
        }
        let text = match self.form {
            ChartForm::Svg => svg(&plan(goals, request), "chart"),
            ChartForm::Html => page(&plan(goals, request), goals, about),
            ChartForm::Csv => csv(goals),
        };
        match &self.path {
            None => context.ui.print(&text),
            Some(path) => {
                replace(path, text.as_bytes()).map_err(|error| {
                    let message = format!("{} cannot be written", path.display());
                    CliError::config("file-not-written", message).caused_by(&error)
                })?;
                context.ui.note(&format!("wrote {}", path.display()));
            }
        }
        Ok(())
    }
}

fn of_suffix(to: &str, path: Option<&Path>) -> Result<ChartForm, CliError> {
    let suffix = path.and_then(Path::extension);
    let suffix = suffix.map(std::ffi::OsStr::to_ascii_lowercase);
    match suffix.as_ref().and_then(|suffix| suffix.to_str()) {
        Some("svg") => return Ok(ChartForm::Svg),
        Some("html" | "htm") => return Ok(ChartForm::Html),
        Some("csv") => return Ok(ChartForm::Csv),
        Some(_) | None => {}
    }
    let message = match path {
        Some(_) => format!("the suffix of \"{to}\" names no form of a chart: .svg, .html or .csv"),
        None => "standard output has no suffix that says which form to write".to_owned(),
    };
    Err(CliError::usage("unknown-form", message).with_hint("add --as svg, --as html or --as csv"))
}

/// Puts a file in place of another: readers see the old one or the new one, never a part.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::other("it names no file"))?;
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.part", process::id()));
    let beside = path.with_file_name(beside);
    let written = fs::File::create_new(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let placed = written.and_then(|()| fs::rename(&beside, path));
    if placed.is_err() {
        // What was begun is of no use to anybody; that it cannot be removed either is no news.
        fs::remove_file(&beside).ok();
    }
    placed
}

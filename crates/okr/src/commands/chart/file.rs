//! A chart in a file: which form it has, and where it goes.

use std::path::Path;

use okr_report::chart::{Goal, Request, csv, page, plan, svg};

use crate::args::{ChartArgs, ChartForm};
use crate::context::Context;
use crate::error::CliError;
use crate::ui::OutputFormat;
use crate::whole_file;

/// Where a chart goes that is not shown.
pub(super) struct Destination {
    /// A path, or `-` for standard output.
    to: String,
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
        let form = match args.form {
            Some(form) => form,
            None => of_suffix(to)?,
        };
        let to = to.to_owned();
        Ok(Some(Self { to, form }))
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
        whole_file::write(context, &self.to, &text)
    }
}

fn of_suffix(to: &str) -> Result<ChartForm, CliError> {
    let suffix = Path::new(to).extension();
    let suffix = suffix.map(std::ffi::OsStr::to_ascii_lowercase);
    match suffix.as_ref().and_then(|suffix| suffix.to_str()) {
        Some("svg") => return Ok(ChartForm::Svg),
        Some("html" | "htm") => return Ok(ChartForm::Html),
        Some("csv") => return Ok(ChartForm::Csv),
        Some(_) | None => {}
    }
    let message = if to == "-" {
        "standard output has no suffix that says which form to write".to_owned()
    } else {
        format!("the suffix of \"{to}\" names no form of a chart: .svg, .html or .csv")
    };
    Err(CliError::usage("unknown-form", message).with_hint("add --as svg, --as html or --as csv"))
}

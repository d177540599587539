//! `okr export`: everything there is in open formats, or the whole history.

mod csv;
mod events;
mod gather;
mod markdown;
mod sheet;
mod xlsx;

use std::path::Path;

use clap::ValueEnum as _;
use serde::Serialize;

use super::past::Past;
use crate::args::{ExportArgs, ExportKind};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::ui::{self, Asked};
use crate::whole_file;
pub(super) use gather::Exported;
use gather::gather;

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// One document for machines; on the screen also lines or ids, as for every answer.
    Json,
    Yaml,
    Csv,
    Markdown,
    Xlsx,
}

/// Runs `okr export`.
///
/// # Errors
/// When the form is not clear, the file cannot be written, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, args: &ExportArgs) -> Result<Exit, CliError> {
    if args.events {
        return events::run(context, args);
    }
    let form = form(context.globals.ui.output, args.to.as_deref())?;
    if form == Form::Csv {
        one_kind(&args.kind)?;
    }
    let to = args.to.as_deref().unwrap_or("-");
    if form == Form::Xlsx {
        whole_file::not_for_terminal(context, to)?;
    }
    let kinds = kinds(form, &args.kind);
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let found = gather(context, &mut past, &kinds)?;
    let frame = past.frame(context)?;
    let text = match form {
        Form::Json if to == "-" => {
            let items = found.items();
            context.ui.answer(&frame, &items, |_| {
                ui::document(&frame, &items).expect("items always serialise")
            });
            None
        }
        Form::Json => Some(ui::document(&frame, &found.items()).expect("items always serialise")),
        Form::Yaml => Some(yaml(&frame, &found)?),
        Form::Csv => Some(csv::text(&sheet::sheet(&found, one_kind(&args.kind)?))),
        Form::Markdown => Some(markdown::text(&found, &kinds)),
        Form::Xlsx => {
            whole_file::write_bytes(context, to, &xlsx::workbook(&sheets(&found, &kinds))?)?;
            None
        }
    };
    if let Some(text) = text {
        whole_file::write(context, to, &text)?;
    }
    if found.is_empty() {
        context.ui.note("there is nothing of that kind to export");
    }
    past.warn_upgrade(context);
    Ok(Exit::Ok)
}

/// Reads which form is asked for, by `-o`, by the suffix of the file, or by neither.
fn form(asked: Option<Asked>, to: Option<&str>) -> Result<Form, CliError> {
    let asked = match asked {
        Some(Asked::Md) => Some(Form::Markdown),
        Some(Asked::Csv) => Some(Form::Csv),
        Some(Asked::Yaml) => Some(Form::Yaml),
        Some(Asked::Xlsx) => Some(Form::Xlsx),
        Some(Asked::Json | Asked::Jsonl | Asked::Id) => Some(Form::Json),
        Some(Asked::Table | Asked::Html) => {
            let message = "an export is for other programs: it has no form for a screen";
            return Err(CliError::usage("unknown-form", message).with_hint(
                "okr list and okr tree show goals; -o json, yaml, csv, xlsx and md export",
            ));
        }
        None => None,
    };
    match (asked, to) {
        (Some(form), _) => Ok(form),
        (None, None | Some("-")) => Ok(Form::Json),
        (None, Some(to)) => of_suffix(to),
    }
}

fn of_suffix(to: &str) -> Result<Form, CliError> {
    let suffix = Path::new(to).extension();
    let suffix = suffix.map(std::ffi::OsStr::to_ascii_lowercase);
    let error = |message: String| CliError::usage("unknown-form", message);
    match suffix.as_ref().and_then(|suffix| suffix.to_str()) {
        Some("json") => Ok(Form::Json),
        Some("yaml" | "yml") => Ok(Form::Yaml),
        Some("csv") => Ok(Form::Csv),
        Some("xlsx") => Ok(Form::Xlsx),
        Some("md" | "markdown") => Ok(Form::Markdown),
        Some("jsonl") => Err(
            error(format!("\"{to}\" has the suffix of an exported history")).with_hint(
                "okr export --events writes the history; -o json writes what there is now",
            ),
        ),
        Some(_) | None => {
            let message = format!(
                "the suffix of \"{to}\" names no form of an export: .json, .yaml, .csv, .xlsx or .md"
            );
            Err(error(message).with_hint("add -o json, -o yaml, -o csv, -o xlsx or -o md"))
        }
    }
}

/// Returns of which kinds things are gathered: each once, and for a workbook every kind by name, as
/// key results are otherwise found in their objectives only.
fn kinds(form: Form, asked: &[ExportKind]) -> Vec<ExportKind> {
    if form == Form::Xlsx && asked.is_empty() {
        return ExportKind::value_variants().to_vec();
    }
    let mut kinds = Vec::new();
    for kind in asked {
        if !kinds.contains(kind) {
            kinds.push(*kind);
        }
    }
    kinds
}

fn sheets(found: &gather::Found, kinds: &[ExportKind]) -> Vec<(&'static str, sheet::Sheet)> {
    let named = |kind: &ExportKind| (kind.word(), sheet::sheet(found, *kind));
    kinds.iter().map(named).collect()
}

/// Refuses a table of several kinds: they have other columns.
fn one_kind(kinds: &[ExportKind]) -> Result<ExportKind, CliError> {
    if let [only] = kinds {
        return Ok(*only);
    }
    let words: Vec<&str> = ExportKind::value_variants()
        .iter()
        .map(|kind| kind.word())
        .collect();
    let message = "a CSV file is one table: it takes exactly one --kind";
    Err(CliError::usage("several-kinds", message)
        .with_hint(format!("--kind with one of {}", words.join(", "))))
}

/// The same document as in JSON, for people who read it.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    at: &'a str,
    axis: &'a str,
    workspace: &'a str,
    items: &'a [Exported],
}

fn yaml(frame: &ui::Context, found: &gather::Found) -> Result<String, CliError> {
    let items = found.items();
    let document = Document {
        schema: "okr.v1.ExportList",
        at: &frame.at,
        axis: frame.axis,
        workspace: &frame.workspace,
        items: &items,
    };
    serde_saphyr::to_string(&document)
        .map_err(|error| CliError::internal(format!("the export cannot be written: {error}")))
}

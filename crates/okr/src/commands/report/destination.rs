//! In which form a report is, and where it goes.

use std::path::Path;

use okr_report::document::Document;
use okr_report::{Layout, html, markdown, terminal};

use crate::args::ReportFlags;
use crate::context::Context;
use crate::error::CliError;
use crate::render::{Screen, pieces};
use crate::ui::{self, Asked, DocumentForm, Item, OutputFormat};

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) enum Form {
    /// For people at a terminal, or as text.
    Terminal,
    /// Markdown.
    Markdown,
    /// A page for a browser.
    Html,
    /// Slides for a browser.
    Slides,
    /// For machines.
    Json,
}

impl Form {
    /// Renders a document; the facts for machines are no document.
    pub(super) fn render(self, document: &Document, screen: &Screen) -> String {
        match self {
            Self::Markdown => markdown(document),
            Self::Html => html::html(document),
            Self::Slides => html::slides(document),
            Self::Terminal | Self::Json => {
                let layout = Layout {
                    columns: screen.width,
                    ascii: screen.ascii,
                    signs: screen.terminal,
                };
                pieces(&terminal(document, layout), screen)
            }
        }
    }
}

/// Where a report goes, and in which form.
pub(super) struct Destination {
    /// A file, or `-`; none: the screen.
    pub(super) to: Option<String>,
    pub(super) form: Form,
}

impl Destination {
    /// Reads where the report goes.
    ///
    /// # Errors
    /// When nothing says which form the file has.
    pub(super) fn of(context: &Context, flags: &ReportFlags) -> Result<Self, CliError> {
        let asked = context.globals.ui.output;
        let is_json = context.ui.output().is_json() || context.ui.output() == OutputFormat::Id;
        let form = match asked.and_then(Asked::document) {
            Some(DocumentForm::Md) => Some(Form::Markdown),
            Some(DocumentForm::Html) => Some(Form::Html),
            // A report has no such form, which was said before.
            Some(DocumentForm::Csv | DocumentForm::Yaml | DocumentForm::Xlsx) => None,
            None if is_json => Some(Form::Json),
            None => asked.map(|_| Form::Terminal),
        };
        let form = match (form, flags.to.as_deref()) {
            (Some(form), _) => form,
            (None, None | Some("-")) => Form::Terminal,
            (None, Some(to)) => of_suffix(to)?,
        };
        Ok(Self {
            to: flags.to.clone(),
            form,
        })
    }

    /// Returns what the report is laid out for: a file is no terminal and has no colours.
    pub(super) fn screen(&self, context: &Context) -> Screen {
        let screen = *context.ui.screen();
        match self.to.as_deref() {
            None | Some("-") => screen,
            Some(_) => Screen {
                terminal: false,
                color: false,
                ..screen
            },
        }
    }

    /// Prints items, or returns what a file of them holds.
    pub(super) fn items<T: Item>(
        &self,
        context: &mut Context,
        frame: &ui::Context,
        items: &[T],
    ) -> Option<String> {
        match self.to.as_deref() {
            None | Some("-") => {
                context.ui.answer(frame, items, |_| String::new());
                None
            }
            Some(_) => Some(ui::document(frame, items).expect("items always serialise")),
        }
    }
}

fn of_suffix(to: &str) -> Result<Form, CliError> {
    let suffix = Path::new(to).extension();
    let suffix = suffix.map(std::ffi::OsStr::to_ascii_lowercase);
    match suffix.as_ref().and_then(|suffix| suffix.to_str()) {
        Some("md" | "markdown") => Ok(Form::Markdown),
        Some("html" | "htm") => Ok(Form::Html),
        Some("json") => Ok(Form::Json),
        Some("txt") => Ok(Form::Terminal),
        Some(_) | None => {
            let message = format!(
                "the suffix of \"{to}\" names no form of a report: .md, .html, .json or .txt"
            );
            Err(CliError::usage("unknown-form", message)
                .with_hint("add -o md, -o html, -o json or -o term"))
        }
    }
}

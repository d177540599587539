//! `okr plan edit`: many goals at once in the person's own editor.

use okr_replica::Replica;

use super::apply::{apply, passing_uuids};
use super::base::Asked;
use super::bench::{Bench, How, Refusal};
use super::pull::pull;
use crate::args::PlanEditArgs;
use crate::context::Context;
use crate::editor::{self, Problem, Sheet};
use crate::error::CliError;
use crate::exit::Exit;
use crate::plan::merge::Take;
use crate::plan::{FILE_BYTES_MAX, Faults, Form, Plan, Source};
use crate::ui::{Asked as AskedForm, DocumentForm};

/// What the text is called in messages.
const NAME: &str = "plan";

pub(super) fn run(context: &mut Context, args: &PlanEditArgs) -> Result<Exit, CliError> {
    let mut replica = context.replica()?;
    let form = match context.globals.ui.output.and_then(AskedForm::document) {
        Some(DocumentForm::Md) => Form::Markdown,
        Some(DocumentForm::Yaml | DocumentForm::Html | DocumentForm::Csv | DocumentForm::Xlsx)
        | None => Form::Yaml,
    };
    let pulled = pull(context, &replica, (args.reference.as_deref(), form))?;
    let before = pulled.text.trim_end().to_owned();
    let sheet = Sheet {
        what: "the goals as they shall be",
        before: &before,
        suffix: match form {
            Form::Yaml => "yaml",
            Form::Markdown => "md",
        },
        bytes_max: FILE_BYTES_MAX,
    };
    let how = How {
        asked: Asked::InFile,
        take: Take::Neither,
        archive_missing: args.archive_missing,
    };
    // Opened once more, to try texts out while the first one waits to write.
    let trial = context.replica()?;
    let written = editor::edit(context, &sheet, |context, text| {
        read(context, &trial, (text, form), &how)
    })?;
    let plans = [(
        Source {
            name: NAME,
            text: &written.text.1,
        },
        written.text.0,
    )];
    let done = apply(context, &mut replica, (&plans, &how), &args.reason);
    written.buffer.settle(done)
}

/// Reads a text and tries it out, so that what is wrong is shown where it can be mended.
fn read(
    context: &Context,
    replica: &Replica,
    (text, form): (&str, Form),
    how: &How,
) -> Result<(Plan, String), Problem> {
    let wrong = |faults: Faults| -> Problem {
        let text = text.to_owned();
        Box::new(move |lines_above| {
            let source = Source {
                name: NAME,
                text: &text,
            };
            faults.lines(source, lines_above)
        })
    };
    let plan = form.parse(text).map_err(wrong)?;
    let bench = Bench::open(context, replica).map_err(said)?;
    match bench.judge(&plan, how, &mut passing_uuids()) {
        Ok(_) => Ok((plan, text.to_owned())),
        Err(Refusal::Wrong(faults)) => Err(wrong(faults)),
        Err(Refusal::Error(error)) => Err(said(error)),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where results are mapped"
)]
fn said(error: CliError) -> Problem {
    let message = error.message().to_owned();
    Box::new(move |_| vec![message.clone()])
}

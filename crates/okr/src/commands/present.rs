//! `okr present`: the presentation with which a cycle is closed, as one file for a browser.

use std::path::Path;

use okr_report::html::slides;
use okr_report::reports::{Final, Scope, presentation};

use super::report::{Ask, Form, closing, name_cycle};
use crate::args::{PresentArgs, ReportFlags};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{PresentationItem, ThingRef};
use crate::ui::OutputFormat;
use crate::whole_file;

/// What a file is called that is about nothing with a name.
const NAMELESS: &str = "okr";

/// Runs `okr present`.
///
/// # Errors
/// When a reference or moment cannot be understood, the replica cannot be read, or the file cannot be
/// written.
pub(crate) fn run(context: &mut Context, args: &PresentArgs) -> Result<Exit, CliError> {
    let is_answer = args.to.as_deref() == Some("-");
    if is_answer && context.ui.output() != OutputFormat::Table {
        let message = "standard output cannot be both the slides and an answer about them";
        return Err(CliError::usage("conflicting-output", message)
            .with_hint("leave -o away, or give --to a file"));
    }
    name_cycle(context, args.presented.as_deref())?;
    let replica = context.replica()?;
    let mut past = super::report::open(context, &replica)?;
    let flags = ReportFlags {
        who: args.who.clone(),
        to: None,
        lang: args.lang,
    };
    let ask = Ask::of(context, &past, (&flags, Form::Slides))?;
    let found = closing::gather(context, &mut past, &ask)?;
    let document = presentation(&found, args.lang.language());
    let to = match &args.to {
        Some(to) => to.clone(),
        None => new_file(&found)?,
    };
    whole_file::write(context, &to, &slides(&document))?;
    if context.ui.output() != OutputFormat::Table {
        let frame = past.frame(context)?;
        let cycle = found.cycle.as_ref().map(|one| one.cycle.id);
        let item = PresentationItem {
            file: to,
            cycle: cycle.map(|id| ThingRef::new(id, &past.names)),
            // The title is a slide, too.
            slides: document.sections.len() + 1,
            language: document.language.tag(),
        };
        context.ui.answer(&frame, &[item], |_| String::new());
    }
    past.warn_upgrade(context);
    Ok(Exit::Ok)
}

/// Names a file in the current directory that is not there yet: `platform-2026-Q4-presentation.html`.
///
/// # Errors
/// When a file of that name is there: whoever wrote it may need it.
fn new_file(found: &Final) -> Result<String, CliError> {
    let whose = match &found.frame.scope {
        Scope::Organisation => None,
        Scope::Team(name) | Scope::Person(name) => Some(name.reference.as_str()),
    };
    let cycle = found.cycle.as_ref().map(|one| one.cycle.name.as_str());
    let names: Vec<String> = whose.into_iter().chain(cycle).filter_map(tame).collect();
    let name = if names.is_empty() {
        NAMELESS.to_owned()
    } else {
        names.join("-")
    };
    let file = format!("{name}-presentation.html");
    if Path::new(&file).exists() {
        let message = format!("there is a file {file} already");
        return Err(
            CliError::user("file-exists", message).with_hint(format!("--to {file} writes over it"))
        );
    }
    Ok(file)
}

/// Makes a name a part of the name of a file, whatever its characters mean to a file system.
fn tame(name: &str) -> Option<String> {
    let kept = |character: char| {
        if character.is_alphanumeric() || character == '_' {
            character
        } else {
            '-'
        }
    };
    let name: String = name.chars().take(60).map(kept).collect();
    let name = name.trim_matches('-');
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::tame;

    #[test]
    fn no_name_leaves_the_directory() {
        assert_eq!(tame("2026-Q4").as_deref(), Some("2026-Q4"));
        assert_eq!(tame("../../etc/passwd").as_deref(), Some("etc-passwd"));
        assert_eq!(tame("@ana").as_deref(), Some("ana"));
        assert_eq!(tame("a\u{202e}b\nc").as_deref(), Some("a-b-c"));
        assert_eq!(tame("høst 2026").as_deref(), Some("høst-2026"));
        assert_eq!(tame("..."), None);
    }
}

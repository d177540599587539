//! `okr lint`: goals and cycles that are weak, why, and what mends them.

mod rules;
mod tasks;

use super::align;
use super::counted;
use super::past::Past;
use crate::args::{LintArgs, LintRule};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::LintItem;
use crate::render::{Screen, Tone};

/// Runs `okr lint`.
///
/// # Errors
/// When the scope names nothing, or the replica cannot be read.
pub(crate) fn run(context: &mut Context, args: &LintArgs) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let mut findings = rules::findings(context, &mut past)?;
    // All goals are read again for it.
    if args.rule.is_empty() || args.rule.contains(&LintRule::Orphan) {
        let orphans = align::orphans(context, &mut past)?;
        findings.extend(orphans.into_iter().map(|orphan| LintItem {
            rule: LintRule::Orphan.word(),
            mend: format!("okr align {} --to PARENT", orphan.objective.name),
            about: orphan.objective,
            title: orphan.title,
            message: orphan.message,
        }));
    }
    findings.retain(|finding| {
        args.rule.is_empty() || args.rule.iter().any(|rule| rule.word() == finding.rule)
    });
    let frame = past.frame(context)?;
    context
        .ui
        .answer(&frame, &findings, |screen| text(&findings, screen));
    past.warn_upgrade(context);
    if findings.is_empty() {
        context.ui.note("nothing to mend");
    } else {
        context.ui.note(&counted(findings.len(), "finding"));
    }
    Ok(if args.exit_code && !findings.is_empty() {
        Exit::ConditionNotMet
    } else {
        Exit::Ok
    })
}

/// Writes each finding with its reason, and below it what mends it.
fn text(findings: &[LintItem], screen: &Screen) -> String {
    if !screen.terminal {
        let lines = findings.iter().map(|finding| {
            let LintItem {
                rule,
                about,
                message,
                mend,
                ..
            } = finding;
            [rule, about.name.as_str(), message, mend].join("\t")
        });
        return lines.collect::<Vec<_>>().join("\n");
    }
    let lines = findings.iter().map(|finding| {
        let name = screen.paint(Tone::Strong, &finding.about.name);
        let rule = screen.paint(Tone::Warning, finding.rule);
        let mend = screen.paint(Tone::Dim, &finding.mend);
        format!("{name}  {rule}: {}\n    {mend}", finding.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

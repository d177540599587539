//! `okr export --events`: every change with everything in it.

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use okr_core::id::Position;
use okr_replica::{Axis, EventsError, EventsWritten, Point, Replica};

use super::super::counted;
use super::super::past::Past;
use crate::args::ExportArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::ui::{Asked, Ui};
use crate::whole_file;

/// After what time it is told how far an export is.
const PROGRESS_AFTER: Duration = Duration::from_millis(300);

pub(super) fn run(context: &mut Context, args: &ExportArgs) -> Result<Exit, CliError> {
    check(context)?;
    let replica = context.replica()?;
    let until = until(context, &replica)?;
    let written = match args.to.as_deref() {
        None | Some("-") => {
            let mut lines = Lines {
                ui: &mut context.ui,
                line: Vec::new(),
            };
            replica
                .export_events(until, &mut lines, &mut |_| {})
                .map_err(|error| failed(error, Path::new("standard output")))?
        }
        Some(to) => {
            let (path, ui, started) = (Path::new(to), &mut context.ui, Instant::now());
            let mut tell = |done: u64| {
                if done.is_multiple_of(4096) && started.elapsed() >= PROGRESS_AFTER {
                    ui.progress(&format!("{done} changes written"));
                }
            };
            let written = whole_file::fill(path, |mut file| {
                replica
                    .export_events(until, &mut file, &mut tell)
                    .map_err(|error| failed(error, path))
            });
            context.ui.progress_ends();
            let written = written?;
            let changes = counted(written.changes, "change");
            context.ui.note(&format!("wrote {to}: {changes}"));
            written
        }
    };
    remark(context, written);
    Ok(Exit::Ok)
}

/// Refuses what a history cannot honour: it is whole, and has one form.
fn check(context: &Context) -> Result<(), CliError> {
    let globals = &context.globals;
    let flag = [
        ("--team", globals.team.is_some()),
        ("--cycle", globals.cycle.is_some()),
    ];
    if let Some((flag, _)) = flag.into_iter().find(|(_, given)| *given) {
        let message = format!("{flag} cannot be used with --events: a history is exported whole");
        return Err(CliError::usage("flag-without-effect", message)
            .with_hint("okr audit export --about REF takes the changes about some things"));
    }
    match globals.ui.output {
        None | Some(Asked::Jsonl) if !globals.ui.json => Ok(()),
        _ => {
            let message = "a history has one form: a line of JSON for each change";
            Err(CliError::usage("unknown-form", message).with_hint("leave -o away, or -o jsonl"))
        }
    }
}

/// Reads up to which position `--at` means; none without it.
fn until(context: &mut Context, replica: &Replica) -> Result<Option<Position>, CliError> {
    if context.globals.at.is_none() && context.globals.axis.is_none() {
        return Ok(None);
    }
    let moment = Past::open(context, replica)?.at.moment;
    let until = match (moment.axis, moment.point) {
        (Axis::Recorded, Point::Now) => return Ok(None),
        (Axis::Recorded, Point::Position(position)) => position,
        (Axis::Recorded, Point::Time(time)) => {
            replica.position_at(time).map_err(failure::replica)?
        }
        (Axis::Authored | Axis::Effective, _) => {
            let message = "a history is cut where it was recorded, not on another axis";
            return Err(CliError::usage("flag-without-effect", message)
                .with_hint("leave --axis away, or export what there was: okr export --at ..."));
        }
    };
    if until == Position::ZERO {
        let message = "nothing was confirmed by a server at that moment";
        return Err(CliError::user("nothing-confirmed", message)
            .with_hint("without --at everything is exported, also what is pending"));
    }
    Ok(Some(until))
}

fn remark(context: &mut Context, written: EventsWritten) {
    if written.conflicts > 0 {
        let left_out = counted(written.conflicts, "change");
        context.ui.warning(&format!(
            "{left_out} that wait for a decision are not in it: okr conflicts"
        ));
    }
    if written.pending > 0 && written.pending < written.changes {
        let pending = counted(written.pending, "change");
        context
            .ui
            .note(&format!("{pending} of them no server has confirmed yet"));
    }
}

fn failed(error: EventsError, path: &Path) -> CliError {
    match error {
        EventsError::Replica(error) => failure::replica(error),
        EventsError::Write(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            CliError::broken_pipe()
        }
        EventsError::Write(error) => whole_file::not_written(path, &error),
        other => CliError::internal(other.to_string()),
    }
}

/// Lines on standard output, each made harmless for a terminal.
struct Lines<'a> {
    ui: &'a mut Ui,
    line: Vec<u8>,
}

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if bytes.ends_with(b"\n") {
            let line = std::str::from_utf8(&self.line).map_err(io::Error::other)?;
            self.ui.json_line(line);
            self.line.clear();
            if self.ui.is_closed() {
                // What kept it from being written is said at the end.
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.ui.flush();
        Ok(())
    }
}

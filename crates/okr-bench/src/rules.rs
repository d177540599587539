//! The rules alone: how many changes of a company one thread judges and takes in, without a disk.

use anyhow::{Result, ensure};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use okr_core::admit::{Context, Verdict, admit};
use okr_core::view::MemoryView;
use okr_testkit::company::{ORG, Step, history};

use crate::figures::{Figures, Watch, rate};

/// Prints how fast one thread admits and evolves, and how fast it evolves.
pub(crate) fn measure(changes: usize, figures: &mut Figures) -> Result<()> {
    let mut steps: Vec<(Date, Step)> = Vec::with_capacity(changes);
    history(changes, &mut |step| {
        let day = TimeZone::UTC.to_datetime(step.recorded_at).date();
        steps.push((day, step));
    });
    // Both views stay until the end: what one gives back in pieces would slow down whoever asks for memory after it.
    let (_state, judged) = judge(&steps)?;
    figures.print(
        "admit and evolve, changes, one thread",
        &rate(steps.len(), judged.cpu),
        "budget 1 000 000/s",
    );
    let (_same, events, evolved) = evolve(&steps);
    figures.print(
        "evolve alone, events, one thread",
        &rate(events, evolved.cpu),
        "budget 3 000 000/s",
    );
    Ok(())
}

/// Judges each change on the state that those before it leave, and takes it in; returns what there is then.
fn judge(steps: &[(Date, Step)]) -> Result<(MemoryView, Watch)> {
    let mut view = MemoryView::new();
    let mut watch = Watch::start();
    for (day, step) in steps {
        let context = Context::new(step.author, *day);
        let verdict = match admit(&view, &context, ORG, &step.change) {
            Ok(verdict) => verdict,
            Err(never) => match never {},
        };
        ensure!(
            verdict == Verdict::Admitted,
            "{}: {verdict:?}",
            step.change.id
        );
        view.apply(&step.change);
    }
    watch.stop();
    Ok((view, watch))
}

/// Takes in each change without judging it; returns what there is then, and how many events there were.
fn evolve(steps: &[(Date, Step)]) -> (MemoryView, usize, Watch) {
    let mut view = MemoryView::new();
    let mut watch = Watch::start();
    for (_, step) in steps {
        view.apply(&step.change);
    }
    watch.stop();
    let events = steps.iter().map(|(_, step)| step.change.events.len()).sum();
    (view, events, watch)
}

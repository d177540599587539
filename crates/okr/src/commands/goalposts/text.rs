//! The sentences of a goalpost report.

use okr_core::backfill::BACKFILL_CADENCES;
use okr_replica::{Both, Deed, Goalposts, LateDeed, MoveKind};

use crate::commands::counted;
use crate::wording::percent;

/// How many there are of everything that a report counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Definitions that were changed.
    pub(crate) amendments: usize,
    /// Goals that came in after the commitment.
    pub(crate) late_additions: usize,
    /// Goals that left.
    pub(crate) taken_out: usize,
    /// Goals that came back.
    pub(crate) put_back: usize,
    /// Check-ins; retracted ones do not count.
    pub(crate) check_ins: usize,
    /// Those about a day before the last one of the cycle.
    pub(crate) before_last_day: usize,
    /// Those of them that were written after it.
    pub(crate) after_end: usize,
    /// Check-ins that were written too long after their day, those among them.
    pub(crate) back_filled: usize,
    /// Corrections of check-ins that came as late.
    pub(crate) late_corrections: usize,
    /// Check-ins that were taken back as late.
    pub(crate) late_retractions: usize,
}

impl Counts {
    /// Counts what a report lists.
    pub(crate) fn of(found: &Goalposts) -> Self {
        let mut counts = Self::default();
        for step in found.moved.iter().flat_map(|moved| &moved.steps) {
            match step.kind {
                MoveKind::Amendment => counts.amendments += 1,
                MoveKind::LateAddition => counts.late_additions += 1,
                MoveKind::TakenOut => counts.taken_out += 1,
                MoveKind::PutBack => counts.put_back += 1,
            }
        }
        for reported in &found.reported {
            counts.check_ins += reported.check_ins;
            counts.before_last_day += reported.before_last_day;
            for one in &reported.late {
                counts.late(one);
            }
        }
        counts
    }

    fn late(&mut self, one: &LateDeed) {
        match one.deed {
            Deed::Recorded => {
                self.back_filled += 1;
                if one.lateness.after_end {
                    self.after_end += 1;
                }
            }
            Deed::Corrected => self.late_corrections += 1,
            Deed::Retracted => self.late_retractions += 1,
        }
    }
}

/// Writes the report in one sentence.
pub(super) fn summary(found: &Goalposts, progress: Both) -> String {
    let counts = Counts::of(found);
    let parts = [
        moved(&counts),
        written(&counts, found),
        progress_words(progress),
    ];
    parts.join("; ")
}

fn moved(counts: &Counts) -> String {
    let parts = [
        (counts.amendments, counted(counts.amendments, "amendment")),
        (
            counts.late_additions,
            counted(counts.late_additions, "late addition"),
        ),
        (
            counts.taken_out,
            format!("{} taken out", counted(counts.taken_out, "goal")),
        ),
        (
            counts.put_back,
            format!("{} put back", counted(counts.put_back, "goal")),
        ),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(_, words)| words)
        .collect();
    if parts.is_empty() {
        "no goal was moved, added or taken out".to_owned()
    } else {
        parts.join(", ")
    }
}

/// Says how much was written too late.
fn written(counts: &Counts, found: &Goalposts) -> String {
    let mut parts = Vec::new();
    if counts.after_end > 0 {
        parts.push(format!(
            "{} of {} from before the last day written after the end",
            counts.after_end,
            counted(counts.before_last_day, "check-in")
        ));
    }
    let overdue = counts.back_filled - counts.after_end;
    if overdue > 0 {
        parts.push(format!(
            "{overdue} of {} written more than {} after their day",
            counted(counts.check_ins, "check-in"),
            days_in_time(found),
        ));
    }
    if counts.late_corrections > 0 {
        parts.push(counted(counts.late_corrections, "late correction"));
    }
    if counts.late_retractions > 0 {
        parts.push(counted(counts.late_retractions, "late retraction"));
    }
    if !parts.is_empty() {
        return parts.join(", ");
    }
    match counts.check_ins {
        0 => "no check-in".to_owned(),
        1 => "1 check-in, in time".to_owned(),
        all => format!("{all} check-ins, all in time"),
    }
}

/// Writes how long a check-in is in time: `14 days`.
pub(super) fn days_in_time(found: &Goalposts) -> String {
    let days = BACKFILL_CADENCES * i32::from(found.standing.cadence.get());
    format!("{days} days")
}

fn progress_words(progress: Both) -> String {
    if progress.committed == progress.current {
        return format!(
            "progress {} against what was committed and against what counts now",
            percent(progress.current)
        );
    }
    format!(
        "progress {} against what was committed, {} against what counts now",
        percent(progress.committed),
        percent(progress.current)
    )
}

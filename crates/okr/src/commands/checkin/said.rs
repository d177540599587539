//! What is said of a check-in that was just recorded.

use okr_core::blocker::BlockerReport;
use okr_core::event::NewCheckIn;
use okr_core::field::Shown as _;
use okr_core::measure::{Measure, Value};
use okr_core::progress::progress;
use okr_replica::KeyResultStanding;

use super::record::Report;
use crate::render::{Screen, Tone, mark_and_words, quantity, quantity_change, tone, wrap};
use crate::short_id::{self, Alphabet};
use crate::when::describe_day;

/// What stands before the lines below the first.
const INDENT: &str = "      ";

/// Says `312 → 300 ms · 64% of the way · ◐ at risk · confidence 7 (was 6)`.
pub(super) fn text(
    report: &Report,
    (after, is_latest): (Option<&KeyResultStanding>, bool),
    screen: &Screen,
) -> String {
    let Report {
        key_result,
        before,
        new,
        clock,
    } = report;
    let before = before.as_ref().map(|fact| &fact.check_in);
    let id = short_id::shown(Alphabet::Thing, key_result.id.uuid());
    let id = screen.paint(Tone::Id, &id);
    let slug = screen.paint(Tone::Strong, key_result.slug.as_str());
    let title = screen.paint(Tone::Plain, key_result.title.as_str());
    // A report on an earlier day than the latest is no step from it.
    let last = before.filter(|before| before.effective <= new.effective);
    let last = last.map(|before| &before.value);
    let mut parts = vec![change(&key_result.measure, last, (&new.value, screen))];
    if let Some(progress) = progress(&key_result.measure, &new.value) {
        parts.push(match &key_result.measure {
            Measure::Hold(_) if progress.clamped() == okr_core::progress::Progress::ONE => {
                "held".to_owned()
            }
            Measure::Hold(_) => "not held".to_owned(),
            Measure::Metric(_) | Measure::Milestones(_) | Measure::Zones(_) => {
                format!("{} of the way", progress.percent())
            }
        });
    }
    if let Some(after) = after.filter(|_| is_latest) {
        let status = mark_and_words(after.status, screen);
        parts.push(screen.paint(tone(after.status), &status));
    }
    if let Some(confidence) = new.confidence {
        let was = before.and_then(|before| before.confidence);
        parts.push(match was {
            Some(was) if was != confidence => format!("confidence {confidence} (was {was})"),
            Some(_) | None => format!("confidence {confidence}"),
        });
    }
    let separator = if screen.ascii { " - " } else { " · " };
    let mut text = format!("{id}  {slug}  {title}\n{INDENT}{}\n", parts.join(separator));
    if new.effective != clock.today() {
        let day = describe_day(new.effective);
        let latest = match (is_latest, before) {
            (false, Some(before)) => {
                format!(
                    "; the latest stays that of {}",
                    describe_day(before.effective)
                )
            }
            (true, _) | (false, None) => String::new(),
        };
        let line = format!("{INDENT}as of {day}{latest}\n");
        text.push_str(&line);
    }
    text.push_str(&blocker(new, screen));
    text
}

/// Says what is said of a blocker, below the rest.
fn blocker(new: &NewCheckIn, screen: &Screen) -> String {
    let said = match &new.blocker {
        None => return String::new(),
        Some(BlockerReport::Stands(text)) => format!("blocked: {text}"),
        Some(BlockerReport::Lifted) => "nothing stands in its way any more".to_owned(),
    };
    let room = screen.room_after(INDENT.len());
    let lines = wrap(&said, room, screen);
    format!("{INDENT}{}\n", lines.join(&format!("\n{INDENT}")))
}

fn change(measure: &Measure, last: Option<&Value>, (value, screen): (&Value, &Screen)) -> String {
    let unit = measure.unit().map(okr_core::text::Unit::as_str);
    match (last, value) {
        (Some(Value::Number(from)), Value::Number(to)) if from != to => {
            quantity_change(*from, *to, unit, screen)
        }
        (_, Value::Number(to)) => quantity(*to, unit, screen),
        (Some(from), to) if from != to => {
            format!("{} {} {}", from.shown(), screen.arrow(), to.shown())
        }
        (_, to) => to.shown(),
    }
}

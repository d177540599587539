//! What the walk says: where a key result stands, the questions, and what came of the answers.

use okr_core::Date;
use okr_core::event::NewCheckIn;
use okr_core::measure::Measure;
use okr_core::progress::{progress, value_at};
use okr_core::value::days_between;
use okr_replica::KeyResultStanding;

use super::super::super::due::ago;
use super::Tally;
use crate::render::{Screen, Tone, mark_and_words, quantity, tone, wrap};
use crate::wording::{bounds, checklist, excerpt, percent, value, value_change};

/// What stands before every line about a key result.
const INDENT: &str = "      ";
/// How wide the words before facts and questions are.
const WORD: usize = 12;

/// Says how many key results there are, and which keys there are.
pub(super) fn heading((stops, due): (usize, usize), screen: &Screen) -> String {
    let are = match due {
        0 => "Nothing is due".to_owned(),
        1 => "1 key result is due".to_owned(),
        count => format!("{count} key results are due"),
    };
    let others = match stops - due {
        0 => String::new(),
        1 => ", 1 other follows".to_owned(),
        count => format!(", {count} others follow"),
    };
    let dot = screen.dot();
    let keys = format!("Enter keeps {dot} s skips {dot} ? helps {dot} Ctrl-D stops");
    format!("{are}{others}.\n{}\n", screen.paint(Tone::Dim, &keys))
}

/// Says where a key result stands.
pub(super) fn stop(
    standing: &KeyResultStanding,
    ((number, count), today): ((usize, usize), Date),
    screen: &Screen,
) -> String {
    let key_result = &standing.key_result;
    let measure = &key_result.measure;
    let slug = screen.paint(Tone::Strong, key_result.slug.as_str());
    let title = screen.paint(Tone::Plain, key_result.title.as_str());
    let mut text = format!("\n[{number}/{count}] {slug}  {title}\n");
    let mut fact = |word: &str, said: &str| {
        let room = screen.room_after(INDENT.len() + WORD);
        let lines = wrap(said, room, screen);
        let below = format!("\n{INDENT}{:WORD$}", "");
        let word = screen.paint(Tone::Dim, &format!("{word:WORD$}"));
        text = format!("{text}{INDENT}{word}{}\n", lines.join(&below));
    };
    fact("target", &target(measure, standing, screen));
    fact("last", &last(standing, today, screen));
    if let Some(pace) = pace(standing, screen) {
        fact("expected", &pace);
    }
    if let Some(blocker) = &standing.blocker {
        fact(
            "blocked",
            &format!("since {}: {}", blocker.since, blocker.text),
        );
    }
    text
}

/// Says what is to be reached; of a checklist each step with its number, and whether it is done.
fn target(measure: &Measure, standing: &KeyResultStanding, screen: &Screen) -> String {
    let Measure::Milestones(milestones) = measure else {
        return bounds(measure, screen);
    };
    let latest = standing.latest.as_ref().map(|fact| &fact.check_in.value);
    checklist(milestones, latest).join("\n")
}

fn last(standing: &KeyResultStanding, today: Date, screen: &Screen) -> String {
    let Some(fact) = &standing.latest else {
        return "no check-in yet".to_owned();
    };
    let check_in = &fact.check_in;
    let shown = value(&check_in.value, Some(&standing.key_result.measure), screen);
    let mut parts = vec![shown, ago(days_between(check_in.effective, today))];
    parts.extend(
        check_in
            .confidence
            .map(|confidence| format!("confidence {confidence}")),
    );
    // A long note would hide what is asked.
    parts.extend(check_in.note.as_ref().map(|note| excerpt(note.as_str())));
    parts.join(&format!(" {} ", screen.dot()))
}

/// Says what an even pace would have reached; none of what has no pace.
fn pace(standing: &KeyResultStanding, screen: &Screen) -> Option<String> {
    match &standing.key_result.measure {
        Measure::Metric(metric) => {
            let expected = value_at(metric, standing.expected)?;
            let unit = metric.unit.as_ref().map(AsRef::as_ref);
            let shown = quantity(expected, unit, screen);
            Some(format!("{shown} to be on pace"))
        }
        Measure::Milestones(_) => {
            let expected = standing.expected.percent();
            Some(format!("{expected} of it to be on pace"))
        }
        Measure::Hold(_) | Measure::Zones(_) => None,
    }
}

/// Returns the beginning of the line that is answered.
pub(super) fn question(what: &str, beside: &str, screen: &Screen) -> String {
    let mark = if screen.ascii { ">" } else { "›" };
    let beside = if beside.is_empty() {
        String::new()
    } else {
        format!("({beside}) ")
    };
    let what = screen.paint(Tone::Accent, &format!("{what:WORD$}"));
    format!("{INDENT}{what}{beside}{mark} ")
}

/// Returns a help or a problem, below the question.
pub(super) fn beside(text: &str, screen: &Screen) -> String {
    let room = screen.room_after(INDENT.len());
    let lines = wrap(text.trim_end(), room, screen);
    format!("{INDENT}{}\n", lines.join(&format!("\n{INDENT}")))
}

/// Says that a key result was left out.
pub(super) fn skipped(screen: &Screen) -> String {
    format!("{INDENT}{}\n", screen.paint(Tone::Dim, "- skipped"))
}

/// Says what became of a key result: `71 → 76 % · 50% of the way · ○ off track → ◐ at risk`.
pub(super) fn recorded(
    before: &KeyResultStanding,
    (new, after): (&NewCheckIn, Option<&KeyResultStanding>),
    screen: &Screen,
) -> String {
    let measure = &before.key_result.measure;
    let last = before.latest.as_ref().map(|fact| &fact.check_in.value);
    let shown = match last {
        Some(last) if *last != new.value => value_change(last, &new.value, Some(measure), screen),
        Some(_) | None => value(&new.value, Some(measure), screen),
    };
    let mut parts = vec![shown];
    if let Some(progress) = progress(measure, &new.value) {
        parts.push(format!("{} of the way", percent(Some(progress))));
    }
    let painted = |one: &KeyResultStanding| {
        screen.paint(tone(one.status), &mark_and_words(one.status, screen))
    };
    parts.extend(after.map(|after| {
        if after.status == before.status {
            painted(after)
        } else {
            format!("{} {} {}", painted(before), screen.arrow(), painted(after))
        }
    }));
    let done = if after.is_some() {
        "recorded"
    } else {
        "would be recorded"
    };
    let parts = parts.join(&format!(" {} ", screen.dot()));
    format!("{INDENT}{}  {parts}\n", screen.paint(Tone::Good, done))
}

/// Says what somebody left behind who stopped with Ctrl-C, and how to go on. `operation` is what wrote
/// it, if it was written.
pub(super) fn stopped(tally: &Tally, operation: Option<&str>) -> String {
    let Some(operation) = operation else {
        return "\nStopped: nothing was recorded. okr checkin begins again.\n".to_owned();
    };
    let (are, back) = match tally.recorded {
        1 => ("1 check-in is".to_owned(), "it"),
        count => (format!("{count} check-ins are"), "them"),
    };
    format!(
        "\nStopped: {are} recorded (op {operation}).\n\
         okr checkin goes on with the others; okr undo takes {back} back.\n"
    )
}

/// Says what was recorded in all.
pub(super) fn ended(tally: &Tally, operation: Option<&str>) -> String {
    let check_ins = match tally.recorded {
        0 => "nothing".to_owned(),
        1 => "1 check-in".to_owned(),
        count => format!("{count} check-ins"),
    };
    let mut text = match operation {
        Some(operation) => format!("Recorded {check_ins} (op {operation}).\n"),
        None => format!("Recorded {check_ins}.\n"),
    };
    for (what, which) in [
        ("Skipped", &tally.skipped),
        ("Not recorded", &tally.refused),
    ] {
        if !which.is_empty() {
            text = format!("{text}{what}: {}\n", which.join(", "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use okr_testkit::sample::text;

    use super::*;
    use crate::commands::sample::{clock, standing};

    #[test]
    fn a_long_note_does_not_hide_what_is_asked() {
        let mut standing = standing().objectives[1].key_results[0].clone();
        let latest = standing.latest.as_mut().unwrap();
        latest.check_in.note = Some(text(&format!("{}\nsecond line", "word ".repeat(1500))));
        let shown = stop(&standing, ((1, 2), clock().today()), &Screen::terminal(80));
        assert!(
            shown.contains("\"word word") && shown.contains("…\""),
            "{shown}"
        );
        assert!(!shown.contains("second line"), "{shown}");
        assert!(shown.lines().count() < 8, "{shown}");
    }
}

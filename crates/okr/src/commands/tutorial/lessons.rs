//! What the tutorial teaches, lesson by lesson.

use okr_core::entity::KeyResult;
use okr_core::id::EntityId;
use okr_core::measure::Measure;
use okr_core::value::Source;
use okr_core::view::View as _;
use okr_replica::{ObjectiveFilter, Reading, ReplicaError};

/// Looks whether a lesson was done.
pub(super) type IsDone = fn(&Reading<'_>) -> Result<bool, ReplicaError>;

/// A lesson.
pub(super) struct Lesson {
    pub(super) title: &'static str,
    /// What it is about, in lines of at most 72 columns.
    pub(super) text: &'static str,
    /// What to type, in this order.
    pub(super) commands: &'static [&'static str],
    /// Whether it was done, where that leaves a trace; a lesson that only looks has none.
    pub(super) done: Option<IsDone>,
}

/// The key results of the story.
const STORY: [&str; 5] = [
    "api-p99",
    "runbooks",
    "error-budget",
    "signup-rate",
    "time-to-value",
];

/// The lessons, in order.
pub(super) const LESSONS: &[Lesson] = &[
    Lesson {
        title: "Look around",
        text: "\
This is a made-up company in the ninth week of its cycle. You lead the
team platform; @maya leads growth. Nothing of it is real, nothing leaves
this machine, and you cannot break anything.

okr alone shows your goals, what is due, and what to type next. tree
shows everybody's. Each thing has a short name (api-p99) and an id.",
        commands: &["okr", "okr tree", "okr show api-p99"],
        done: None,
    },
    Lesson {
        title: "Check in",
        text: "\
A check-in says what a key result has reached, how sure you are that the
target will be met (0 to 10), and why. It is written on this machine at
once; no server is needed for it.

Values are written as they come: 312, +5, -3, 45%, 1.2k.",
        commands: &["okr checkin api-p99 312 -C 6 -m \"Pooling is in\""],
        done: Some(|reading| checked_in(reading, "api-p99")),
    },
    Lesson {
        title: "What is due",
        text: "\
due lists what waits for a check-in, the longest first. At a terminal,
okr checkin without more asks about each in turn: Enter keeps, s skips,
Ctrl-D stops. In a script you say it in one line.",
        commands: &["okr due", "okr checkin runbooks 9 -C 6 -m \"Two more\""],
        done: Some(|reading| checked_in(reading, "runbooks")),
    },
    Lesson {
        title: "Take it back",
        text: "\
Nothing is ever overwritten. undo takes back what your last command
wrote by adding the opposite, and redo takes that back, also after
everybody has seen them. Commands that only look are not in the way.

op log lists the commands that wrote on this machine.",
        commands: &["okr undo", "okr redo", "okr op log"],
        done: None,
    },
    Lesson {
        title: "Who moved it, and why",
        text: "\
Every field knows who set it, when, from what, and why. The target of
api-p99 was 150 ms when the cycle was opened; find out who moved it.

What came from a file says so (imported by you): it can never be taken
for something that was recorded live.",
        commands: &["okr log api-p99", "okr blame api-p99", "okr chart api-p99"],
        done: None,
    },
    Lesson {
        title: "Back in time",
        text: "\
--at asks any reading command about another moment. Here it goes by when
people wrote things down (--axis authored), because this copy recorded
them all today. diff compares two moments.",
        commands: &[
            "okr tree --at \"4 weeks ago\" --axis authored",
            "okr diff \"2 weeks ago\".. --axis authored",
        ],
        done: None,
    },
    Lesson {
        title: "Move a target in the open",
        text: "\
Opening a cycle commits it. A target can be moved afterwards, but that
is an amendment: it needs a reason and a kind, and progress is shown
against the original target too. At a terminal you are asked for both.

goalposts lists every target that moved, and what that did.",
        commands: &[
            "okr kr set api-p99 --target 180 --category external-change -m \"New contract\"",
            "okr goalposts",
        ],
        done: Some(target_moved),
    },
    Lesson {
        title: "Plan",
        text: "\
An objective says in words what shall be achieved; its key results say
by numbers how we know. Say where you begin and where you want to be.

What is added while a cycle runs is marked as a late addition.",
        commands: &[
            "okr objective add \"Nobody waits for a build\" --slug builds -t platform",
            "okr kr add \"Median build time\" -O builds --from 14 --to 5 --unit min",
        ],
        done: Some(planned),
    },
    Lesson {
        title: "Tell the others",
        text: "\
The weekly report says what moved, what did not and for how long, what
was decided, and what is next. --to week.html makes a page of it.

A comment can stand on anything; recognition shows in the reports.",
        commands: &[
            "okr comment runbooks \"Well done, with two people ill\" --kind recognition",
            "okr report weekly",
        ],
        done: None,
    },
    Lesson {
        title: "Offline, together, and proof",
        text: "\
All of this happened without a server. With one, okr sync exchanges
changes: edits of different fields merge, and two edits of the same
field become a conflict that a person decides; nothing is lost.

verify checks that nothing in this copy was altered.

For goals of your own: okr init NAME, or okr clone URL for those of your
company. okr help lists the concepts, okr COMMAND --help has examples.",
        commands: &["okr pending", "okr verify"],
        done: None,
    },
];

fn key_result(reading: &Reading<'_>, slug: &str) -> Result<Option<KeyResult>, ReplicaError> {
    for found in reading.by_slug(slug)? {
        if let EntityId::KeyResult(id) = found.id {
            return Ok(reading.key_result(id)?.map(std::borrow::Cow::into_owned));
        }
    }
    Ok(None)
}

/// Says whether somebody has checked in by hand since the story.
fn checked_in(reading: &Reading<'_>, slug: &str) -> Result<bool, ReplicaError> {
    let Some(key_result) = key_result(reading, slug)? else {
        return Ok(false);
    };
    let check_ins = reading.check_ins(key_result.id, None)?;
    Ok(check_ins.iter().any(|fact| fact.source == Source::Human))
}

/// Says whether the target of api-p99 is another one than in the story.
fn target_moved(reading: &Reading<'_>) -> Result<bool, ReplicaError> {
    let key_result = key_result(reading, "api-p99")?;
    Ok(match key_result.map(|key_result| key_result.measure) {
        Some(Measure::Metric(metric)) => metric.target.to_string() != "200",
        Some(Measure::Hold(_) | Measure::Milestones(_) | Measure::Zones(_)) => true,
        None => false,
    })
}

/// Says whether there is a key result that the story does not have.
fn planned(reading: &Reading<'_>) -> Result<bool, ReplicaError> {
    for objective in reading.objectives(&ObjectiveFilter::default())? {
        for key_result in reading.key_results(objective.id)? {
            if !STORY.contains(&key_result.slug.as_str()) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lessons_are_short_lines() {
        for lesson in LESSONS {
            for line in lesson.text.lines() {
                assert!(line.chars().count() <= 72, "{line}");
            }
            assert!(!lesson.commands.is_empty(), "{}", lesson.title);
        }
    }
}

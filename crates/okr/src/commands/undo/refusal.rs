//! Why nothing was undone or redone: every obstacle by name, and how to go on.

use okr_core::change::Change;
use okr_core::id::{EntityId, EntityKind};
use okr_replica::{Dependent, Hindrance, Obstacle, Replica};

use super::screen::stays;
use super::short;
use super::task::{Task, Way, named, nothing_to_redo, shown};
use crate::change_words::{learn, whose};
use crate::commands::past::{Past, learn_from};
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::short_id::{self, Alphabet};

/// How many obstacles are listed.
const LISTED_MAX: usize = 10;

/// Says why nothing was done.
pub(super) fn error(
    context: &mut Context,
    replica: &Replica,
    (task, obstacles): (&Task, &[Obstacle]),
) -> CliError {
    let opened = Past::open(context, replica).and_then(|mut past| {
        let entries = task.entries.iter();
        let mentioned: Vec<&Change> = entries.filter_map(|one| one.change.as_ref()).collect();
        learn(context, &mut past, &mentioned)?;
        learn_obstacles(&mut past, obstacles)?;
        Ok(past)
    });
    let past = match opened {
        Ok(past) => past,
        Err(error) => return error,
    };
    match (task.entries.as_slice(), obstacles) {
        ([_], [obstacle]) => of_one((task, obstacle), &past),
        (_, obstacles) => of_several((task, obstacles), &past),
    }
}

/// Learns the names of what stands in the way.
pub(super) fn learn_obstacles(past: &mut Past<'_>, obstacles: &[Obstacle]) -> Result<(), CliError> {
    let mut things: Vec<EntityId> = Vec::new();
    for obstacle in obstacles {
        if let Hindrance::DependedOn(dependents) = &obstacle.why {
            things.extend(dependents.iter().filter_map(|dependent| match dependent {
                Dependent::Thing(id) => Some(*id),
                Dependent::Change(_) => None,
            }));
        }
    }
    learn_from(&mut past.names, &past.reading, things)
}

/// Says why a single change was not taken back.
fn of_one((task, obstacle): (&Task, &Obstacle), past: &Past<'_>) -> CliError {
    let short = short(obstacle.change);
    match &obstacle.why {
        Hindrance::Stays(kept) => {
            let change = task.entries.first().and_then(|entry| entry.change.as_ref());
            let is_all = change.is_none_or(|change| change.events.len() <= kept.len());
            let message = if is_all {
                format!("nothing of {short} can be taken back")
            } else {
                format!("a part of {short} has to stay, so nothing was taken back")
            };
            let error = kept
                .iter()
                .fold(CliError::user("nothing-to-undo", message), |error, kept| {
                    error.with_detail(stays(kept, past))
                });
            if is_all {
                return error.with_hint("okr undo CHANGE undoes another one; okr log shows them");
            }
            error.with_hint(format!("{} takes back the rest", again(task, &short)))
        }
        Hindrance::DependedOn(dependents) => {
            let message = match dependents.len() {
                1 => format!("one thing builds on what {short} made"),
                count => format!("{count} things build on what {short} made"),
            };
            let mut error = CliError::user("depended-on", message);
            for detail in listed(details(obstacle, past)) {
                error = error.with_detail(detail);
            }
            error.with_hint(format!(
                "okr undo {short} --with-dependents puts it away with all of that"
            ))
        }
        Hindrance::AlreadyUndone(by) => {
            let by = super::short(*by);
            let message = format!("{short} is undone already, by {by}");
            CliError::user("already-undone", message)
                .with_hint(format!("okr redo, or okr undo {by}, takes that back"))
        }
        Hindrance::Rejected(rejection) => {
            let about = rejection.subject().map(|subject| past.names.label(subject));
            failure::rejected(rejection, about.as_deref())
        }
        Hindrance::UpgradeNeeded => {
            CliError::user("upgrade-needed", format!("a newer okr wrote {short}"))
                .with_exit(Exit::Incompatible)
                .with_hint("use that one to undo it")
        }
        Hindrance::InConflict => {
            let message = format!("{short} is in conflict, not in effect");
            CliError::user("not-in-effect", message)
                .with_exit(Exit::NotFound)
                .with_hint("okr conflicts shows it")
        }
        Hindrance::NotInEffect => match task.way {
            Way::Back => CliError::user("unknown-ref", format!("{short} is not in effect"))
                .with_exit(Exit::NotFound),
            Way::Forward => nothing_to_redo(),
        },
    }
}

/// Says why nothing of a command was taken back.
fn of_several((task, obstacles): (&Task, &[Obstacle]), past: &Past<'_>) -> CliError {
    let what = match &task.operation {
        Some(operation) => named(operation),
        None => "it".to_owned(),
    };
    let is_idle = obstacles
        .iter()
        .all(|one| matches!(&one.why, Hindrance::Stays(kept) if kept.iter().all(is_back)));
    if is_idle {
        let message = format!("all of {what} is as before already");
        return CliError::user("nothing-to-undo", message)
            .with_hint("okr undo OP undoes another one; okr op log shows them");
    }
    let did = match task.way {
        Way::Back => "taken back",
        Way::Forward => "redone",
    };
    let message = if task.entirely {
        format!("{what} cannot be {did} as a whole, so nothing was")
    } else {
        format!("nothing of {what} can be {did}")
    };
    let mut error = CliError::user("undo-obstructed", message);
    let mut all = Vec::new();
    for obstacle in obstacles {
        let id = short(obstacle.change);
        let said = details(obstacle, past).into_iter();
        all.extend(said.map(|said| format!("{id}  {said}")));
    }
    for detail in listed(all) {
        error = error.with_detail(detail);
    }
    let name = task.operation.as_ref().map(shown).unwrap_or_default();
    if task.entirely {
        error = error.with_hint(format!("{} takes back the rest", again(task, &name)));
    }
    let any = |wanted: fn(&Hindrance) -> bool| obstacles.iter().any(|one| wanted(&one.why));
    if any(|why| matches!(why, Hindrance::DependedOn(_))) {
        error = error.with_hint(format!(
            "okr undo {name} --with-dependents puts away what builds on it too"
        ));
    }
    if any(|why| matches!(why, Hindrance::InConflict)) {
        error = error.with_hint("okr conflicts shows what is in conflict, okr resolve decides it");
    }
    error
}

/// Says whether every part of what was to be taken back stays, and nothing that could be added to the
/// command would help.
pub(super) fn all_stays(task: &Task, obstacles: &[Obstacle]) -> bool {
    task.entries.iter().all(|entry| {
        let mut about = obstacles.iter().filter(|one| one.change == entry.id);
        about.any(|one| match (&one.why, &entry.change) {
            (Hindrance::Stays(kept), Some(change)) => change.events.len() <= kept.len(),
            (_, _) => false,
        })
    })
}

fn is_back(kept: &okr_replica::Kept) -> bool {
    kept.why == okr_replica::Why::AlreadyBack
}

/// The command that does what can be done of it.
fn again(task: &Task, name: &str) -> String {
    match task.way {
        Way::Back => format!("okr undo {name} --partly"),
        Way::Forward => "okr redo --partly".to_owned(),
    }
}

/// Cuts a list where it grows too long.
fn listed(mut all: Vec<String>) -> Vec<String> {
    if all.len() > LISTED_MAX {
        let more = all.len() - LISTED_MAX;
        all.truncate(LISTED_MAX);
        all.push(format!("and {more} more"));
    }
    all
}

/// Says what stands in the way of taking a change back, a line for each thing.
pub(super) fn details(obstacle: &Obstacle, past: &Past<'_>) -> Vec<String> {
    match &obstacle.why {
        Hindrance::Stays(kept) => kept.iter().map(|kept| stays(kept, past)).collect(),
        Hindrance::DependedOn(dependents) => {
            let dependents = dependents.iter();
            dependents.map(|one| dependent(one, past)).collect()
        }
        Hindrance::AlreadyUndone(by) => vec![format!("is undone already, by {}", short(*by))],
        Hindrance::Rejected(rejection) => {
            let about = rejection.subject().map(|subject| past.names.label(subject));
            vec![
                failure::rejected(rejection, about.as_deref())
                    .message()
                    .to_owned(),
            ]
        }
        Hindrance::InConflict => vec!["is in conflict, not in effect".to_owned()],
        Hindrance::NotInEffect => vec!["is not in effect".to_owned()],
        Hindrance::UpgradeNeeded => vec!["was written by a newer okr".to_owned()],
    }
}

/// Names something that builds on what a change made.
fn dependent(dependent: &Dependent, past: &Past<'_>) -> String {
    match dependent {
        Dependent::Thing(id) => {
            let short = short_id::shown(Alphabet::Thing, id.uuid());
            let on = if id.kind() == EntityKind::CheckIn {
                " on"
            } else {
                ""
            };
            format!("{short}  {}{on} {}", id.kind(), past.names.label(*id))
        }
        Dependent::Change(entry) => format!("changed by {}", whose(entry, past)),
    }
}

//! What somebody may do on the server until a change of their access reaches it.

use okr_core::change::Change;
use okr_core::entity::Person;
use okr_core::event::{Event, PersonEvent};
use okr_core::id::PersonId;
use okr_core::view::View as _;
use okr_replica::{Moment, Point, Replica};

use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::names::nameless;

/// Returns the changes of somebody's access among what was written.
pub(super) fn among(written: &[&Change]) -> Vec<(PersonId, PersonEvent)> {
    let events = written.iter().flat_map(|change| &change.events);
    let of_people = events.filter_map(|event| match event {
        // Somebody new has nothing yet that could go on.
        Event::Person(_, PersonEvent::Added(_)) => None,
        Event::Person(person, event) => Some((*person, *event)),
        _ => None,
    });
    of_people.collect()
}

/// Says of each change of access that the server does not have what the person may do meanwhile.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn not_yet(
    context: &Context,
    replica: &Replica,
    changes: &[(PersonId, PersonEvent)],
) -> Result<Vec<String>, CliError> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let day = context.present(replica)?.1.today();
    let head = replica.info().map_err(failure::replica)?.head;
    let of_server = replica.reading(Moment {
        point: Point::Position(head),
        ..Moment::now(day)
    });
    let of_server = of_server.map_err(failure::replica)?;
    let directory = replica.directory().map_err(failure::replica)?;
    let mut sentences = Vec::new();
    for (id, event) in changes {
        let person = of_server.person(*id).map_err(failure::replica)?;
        let may = person.and_then(|person| may_still(&person, *event));
        let who = match directory.entries.get(id) {
            Some(entry) => format!("@{}", entry.handle),
            None => nameless(*id, directory.erased.contains(id)),
        };
        sentences.extend(may.map(|may| format!("{who} {may} until this is synced")));
    }
    Ok(sentences)
}

/// Says what a person whom the server knows so may do although something else was decided.
fn may_still(person: &Person, decided: PersonEvent) -> Option<String> {
    match decided {
        PersonEvent::Added(_) => None,
        PersonEvent::Deactivated => person.active.then(|| "has access".to_owned()),
        PersonEvent::Reactivated => (!person.active).then(|| "has no access".to_owned()),
        PersonEvent::RoleChanged { from: _, to } => (person.active && person.role != to)
            .then(|| format!("has the rights of the role {}", person.role.word())),
    }
}

#[cfg(test)]
mod tests {
    use okr_core::value::Role;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_the_server_knows_already_is_not_said() {
        let person = |role, active| Person {
            id: PersonId::new(Uuid::nil()),
            role,
            active,
        };
        let demoted = PersonEvent::RoleChanged {
            from: Role::Admin,
            to: Role::Viewer,
        };
        let member = person(Role::Member, true);
        for (person, decided, said) in [
            (&member, PersonEvent::Deactivated, Some("has access")),
            (&member, PersonEvent::Reactivated, None),
            (&member, demoted, Some("has the rights of the role member")),
            (&person(Role::Viewer, true), demoted, None),
            (&person(Role::Member, false), demoted, None),
            (&person(Role::Member, false), PersonEvent::Deactivated, None),
            (
                &person(Role::Member, false),
                PersonEvent::Reactivated,
                Some("has no access"),
            ),
        ] {
            assert_eq!(may_still(person, decided).as_deref(), said, "{decided:?}");
        }
    }
}

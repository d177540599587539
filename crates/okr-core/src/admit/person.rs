//! Rules for people: administrators manage them, and nobody manages themselves.

use crate::admit::judge::{Effect, Judge, Stop, already_exists, unknown_subject};
use crate::authorize::{Action, Refusal};
use crate::event::{Edit, PersonEvent};
use crate::field::Standing;
use crate::id::PersonId;
use crate::rejection::Rejection;
use crate::view::View;

pub(super) fn judge<V: View>(
    judge: &Judge<'_, V>,
    id: PersonId,
    event: PersonEvent,
) -> Result<Effect, Stop<V::Error>> {
    judge.permit(id.into(), Action::ManageOrganisation, || Ok(false))?;
    let person = judge.person(id)?;
    let (person, standing) = match (person, event) {
        (None, PersonEvent::Added(_)) => return Ok(Effect::Applies),
        (Some(_), PersonEvent::Added(_)) => return Err(already_exists(id.into())),
        (
            None,
            PersonEvent::RoleChanged { .. } | PersonEvent::Deactivated | PersonEvent::Reactivated,
        ) => return Err(unknown_subject(id.into())),
        (Some(person), PersonEvent::RoleChanged { from, to }) => {
            let edit = Edit { from, to };
            let standing = Standing::of(id.into(), "role", &edit, &person.role);
            (person, standing)
        }
        (Some(person), PersonEvent::Deactivated) => {
            let standing = if person.active {
                Standing::Fits
            } else {
                Standing::AlreadySo
            };
            (person, standing)
        }
        (Some(person), PersonEvent::Reactivated) => {
            let standing = if person.active {
                Standing::AlreadySo
            } else {
                Standing::Fits
            };
            (person, standing)
        }
    };
    if matches!(standing, Standing::AlreadySo) {
        return Ok(Effect::AlreadySo);
    }
    if person.id == judge.context.author {
        return Err(Stop::Rejected(Rejection::NotPermitted {
            subject: Some(id.into()),
            refusal: Refusal::OwnStanding,
        }));
    }
    standing.settle()?;
    Ok(Effect::Applies)
}

//! Rules for the organisation: administrators edit it.

use crate::admit::judge::{Effect, Judge, Stop, already_exists, unknown_subject};
use crate::authorize::Action;
use crate::event::OrgEvent;
use crate::field::Standing;
use crate::id::OrgId;
use crate::view::View;

pub(super) fn judge<V: View>(
    judge: &Judge<'_, V>,
    id: OrgId,
    event: &OrgEvent,
) -> Result<Effect, Stop<V::Error>> {
    judge.permit(id.into(), Action::ManageOrganisation, || Ok(false))?;
    match event {
        OrgEvent::Created(_) => Err(already_exists(judge.org.id.into())),
        OrgEvent::Edited(_) if judge.org.id != id => Err(unknown_subject(id.into())),
        OrgEvent::Edited(edit) => match edit.standing(&judge.org) {
            Standing::AlreadySo => Ok(Effect::AlreadySo),
            Standing::Fits => Ok(Effect::Applies),
            Standing::Clash(rejection) => Err(Stop::Rejected(rejection)),
        },
    }
}

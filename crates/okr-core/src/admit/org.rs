//! Rules for the organisation: administrators edit it.

use crate::admit::judge::{Effect, Judge, Stop, already_exists, unknown_subject};
use crate::authorize::Action;
use crate::event::OrgEvent;
use crate::field::Standing;
use crate::id::OrgId;
use crate::rejection::{Missing, Rejection};
use crate::view::View;

pub(super) fn judge<V: View>(
    judge: &Judge<'_, V>,
    id: OrgId,
    event: &OrgEvent,
) -> Result<Effect, Stop<V::Error>> {
    judge.permit(id.into(), Action::ManageOrganisation, || Ok(false))?;
    match event {
        OrgEvent::Created(_) => Err(already_exists(judge.org.id.into())),
        OrgEvent::Edited(_) | OrgEvent::TextsErased(_) if judge.org.id != id => {
            Err(unknown_subject(id.into()))
        }
        OrgEvent::TextsErased(texts) => erasure(judge, id, texts.len()),
        OrgEvent::Edited(edit) => match edit.standing(&judge.org) {
            Standing::AlreadySo => Ok(Effect::AlreadySo),
            Standing::Fits => Ok(Effect::Applies),
            Standing::Clash(rejection) => Err(Stop::Rejected(rejection)),
        },
    }
}

/// Erasing texts needs a reason; whether they are there is for whoever keeps the history to say.
fn erasure<V: View>(
    judge: &Judge<'_, V>,
    id: OrgId,
    count: usize,
) -> Result<Effect, Stop<V::Error>> {
    let subject = id.into();
    if count == 0 {
        return Ok(Effect::AlreadySo);
    }
    if count > OrgEvent::MAX_ERASED {
        return Err(Stop::Rejected(Rejection::Limit {
            subject: Some(subject),
            what: "texts erased at once",
            limit: OrgEvent::MAX_ERASED,
            given: count,
        }));
    }
    if judge.change.reason.is_none() {
        return Err(Stop::Rejected(Rejection::ReasonRequired {
            subject,
            action: "erasing a text",
            missing: Missing::Reason,
        }));
    }
    Ok(Effect::Applies)
}

//! Rules for cycles: planned, open, closed; the period of a committed cycle is an amendment.

use crate::admit::judge::{Effect, Judge, Stop, already_exists, unknown_subject, wrong_state};
use crate::amendment::of_cycle;
use crate::authorize::Action;
use crate::entity::Cycle;
use crate::event::{CycleEdit, CycleEvent};
use crate::field::Standing;
use crate::id::CycleId;
use crate::value::{CycleState, GoalState};
use crate::view::View;

pub(super) fn judge<V: View>(
    judge: &Judge<'_, V>,
    id: CycleId,
    event: &CycleEvent,
) -> Result<Effect, Stop<V::Error>> {
    judge.permit(id.into(), Action::ManageCycles, || Ok(false))?;
    let cycle = judge.cycle(id)?;
    let cycle = match (cycle, event) {
        (None, CycleEvent::Created(_)) => return Ok(Effect::Applies),
        (Some(_), CycleEvent::Created(_)) => return Err(already_exists(id.into())),
        (
            None,
            CycleEvent::Edited(_) | CycleEvent::Opened | CycleEvent::Closed | CycleEvent::Reopened,
        ) => return Err(unknown_subject(id.into())),
        (Some(cycle), _) => cycle,
    };
    match (event, cycle.state) {
        (CycleEvent::Created(_), _) => Err(already_exists(id.into())),
        (CycleEvent::Edited(edit), _) => edited(judge, &cycle, (event, edit)),
        (CycleEvent::Opened | CycleEvent::Reopened, CycleState::Open)
        | (CycleEvent::Closed, CycleState::Closed) => Ok(Effect::AlreadySo),
        (CycleEvent::Opened, CycleState::Planned)
        | (CycleEvent::Closed, CycleState::Open)
        | (CycleEvent::Reopened, CycleState::Closed) => Ok(Effect::Applies),
        (CycleEvent::Opened, CycleState::Closed) => {
            Err(wrong_state(id.into(), "closed", "be opened again"))
        }
        (CycleEvent::Closed, CycleState::Planned) => {
            Err(wrong_state(id.into(), "planned", "be closed"))
        }
        (CycleEvent::Reopened, CycleState::Planned) => {
            Err(wrong_state(id.into(), "planned", "be reopened"))
        }
    }
}

fn edited<V: View>(
    judge: &Judge<'_, V>,
    cycle: &Cycle,
    (event, edit): (&CycleEvent, &CycleEdit),
) -> Result<Effect, Stop<V::Error>> {
    let standing = edit.standing(cycle);
    if matches!(standing, Standing::AlreadySo) {
        return Ok(Effect::AlreadySo);
    }
    judge.unclosed_cycle(cycle.id.into(), cycle.id)?;
    standing.settle()?;
    if let Some(action) = of_cycle(event) {
        judge.amendment(cycle.id.into(), cycle, GoalState::Active, action)?;
    }
    Ok(Effect::Applies)
}

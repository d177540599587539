//! Events that came after the first ones: fields of the organisation, grades put right.

use okr_core::calendar::FiscalStart;
use okr_core::event::{
    Event, KeyResultEdit, KeyResultEvent, ObjectiveEdit, ObjectiveEvent, OrgEdit, OrgEvent,
};
use okr_core::id::OrgId;
use okr_core::value::{Calendar, Score};

use super::{KEY_RESULT, OBJECTIVE, edit, long, number};

fn score(text: &str) -> Score {
    Score::new(number(text)).unwrap()
}

/// Makes every edit of a calendar, of a grade and of a reflection.
pub(super) fn calendars_and_grades() -> Vec<Event> {
    let org = OrgId::from_bytes([0x91; 16]);
    let calendars = Calendar::ALL.iter().copied();
    let mut org_edits: Vec<OrgEdit> = calendars
        .map(|calendar| OrgEdit::Calendar(edit(Calendar::Quarter, calendar)))
        .collect();
    let last = FiscalStart::new(12, 28).unwrap();
    org_edits.push(OrgEdit::FiscalStart(edit(FiscalStart::JANUARY, last)));
    let org_edits = org_edits.into_iter().map(OrgEvent::Edited);
    let mut events: Vec<Event> = org_edits.map(|event| Event::Org(org, event)).collect();
    let edits = [
        ObjectiveEdit::Score(edit(Some(score("0.7")), Some(score("1")))),
        ObjectiveEdit::Score(edit(None, Some(score("0")))),
        ObjectiveEdit::Reflection(edit(Some(long("a")), None)),
    ];
    let edits = edits.map(ObjectiveEvent::Edited);
    events.extend(edits.map(|event| Event::Objective(OBJECTIVE, event)));
    let graded = KeyResultEdit::Score(edit(Some(score("0.123456789")), Some(score("0"))));
    events.push(Event::KeyResult(KEY_RESULT, KeyResultEvent::Edited(graded)));
    events
}

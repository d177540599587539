//! Undo and redo on a device: before a push, after it, and when nobody knows whether it was pushed.

use okr_core::decide::Command;
use okr_core::event::{CheckInEvent, Event, ObjectiveEdit, ObjectiveEvent};
use okr_core::id::ChangeId;
use okr_core::view::View as _;
use okr_replica::{Dependent, Moment, TakenOut, UndoOrder, Undone, Why};
use okr_testkit::sample::{
    TODAY, check_in_id, edit, key_result_id, new_check_in, new_key_result, objective_id, text,
    title, value,
};
use uuid::Uuid;

use crate::device::{Device, now, retitle, tag_it, title_of, two_devices};
use crate::fault::Fault;

fn order(device: &mut Device, change: ChangeId) -> UndoOrder {
    UndoOrder {
        change,
        with_dependents: false,
        reason: text("a mistake"),
        amendment: None,
        new_id: device.new_id(),
        now: now(),
        today: TODAY,
        dry_run: false,
    }
}

fn fresh() -> impl FnMut() -> Uuid {
    let mut next = 0;
    move || {
        next += 1;
        Uuid::from_u128(next)
    }
}

/// Undoes the newest own change that is not undone.
fn undo(device: &mut Device) -> Undone {
    let last = device.replica.undoable().unwrap().unwrap().id;
    let order = order(device, last);
    device.replica.undo(&order, &mut fresh()).unwrap()
}

fn redo(device: &mut Device) -> Option<Undone> {
    let change = device.replica.redoable().unwrap()?.change.id;
    let order = order(device, change);
    Some(device.replica.redo(&order, &mut fresh()).unwrap())
}

#[test]
fn before_a_push_undoing_goes_back_step_by_step_and_redoing_forward() {
    let (_server, _ana, mut ben) = two_devices();
    let changes = [ben.write(retitle("one")), ben.write(retitle("two"))];
    for (title, change) in [("one", &changes[1]), ("faster", &changes[0])] {
        assert_eq!(undo(&mut ben), Undone::TakenOut(vec![change.clone()]));
        assert_eq!(title_of(&ben), title);
    }
    assert_eq!(
        (ben.info().pending, ben.replica.dropped().unwrap().len()),
        (0, 2)
    );
    for (title, change) in [("one", &changes[0]), ("two", &changes[1])] {
        assert_eq!(redo(&mut ben), Some(Undone::PutBack(vec![change.clone()])));
        assert_eq!(title_of(&ben), title);
    }
    assert_eq!(redo(&mut ben), None);
    assert_eq!(ben.replica.dropped().unwrap(), []);
    let report = ben.sync();
    assert_eq!((report.pushed, report.conflicts.len()), (2, 0));
}

#[test]
fn after_a_push_undoing_goes_back_step_by_step_and_redoing_forward() {
    let (server, _ana, mut ben) = two_devices();
    ben.write(retitle("one"));
    ben.write(retitle("two"));
    ben.sync();
    for title in ["one", "faster"] {
        let undone = undo(&mut ben);
        assert!(matches!(undone, Undone::TakenBack { .. }), "{undone:?}");
        assert_eq!(title_of(&ben), title);
        ben.sync();
    }
    for title in ["one", "two"] {
        let redone = redo(&mut ben);
        assert!(
            matches!(redone, Some(Undone::TakenBack { .. })),
            "{redone:?}"
        );
        assert_eq!(title_of(&ben), title);
        ben.sync();
    }
    assert_eq!(redo(&mut ben), None);
    // What was redone can be undone, and so on.
    undo(&mut ben);
    assert_eq!(title_of(&ben), "one");
    undo(&mut ben);
    assert_eq!(title_of(&ben), "faster");
    ben.sync();
    let last = server.borrow().changes().pop().unwrap();
    assert_eq!(last.reason, Some(text("a mistake")));
}

#[test]
fn a_write_ends_the_line_of_what_can_be_redone() {
    let (_server, _ana, mut ben) = two_devices();
    ben.write(retitle("one"));
    ben.sync();
    undo(&mut ben);
    ben.write(tag_it("speed"));
    assert_eq!(redo(&mut ben), None);
    undo(&mut ben);
    assert!(matches!(redo(&mut ben), Some(Undone::PutBack(_))));
    assert_eq!(redo(&mut ben), None);
}

#[test]
fn what_the_server_may_have_is_not_taken_out() {
    let (server, _ana, mut ben) = two_devices();
    let change = ben.write(retitle("one")).id;
    // The push is done, but its answer makes no sense.
    server.borrow_mut().fail_next(Fault::MissingAnswer);
    assert!(ben.try_sync().is_err());
    assert_eq!(ben.info().pending, 1);
    let out = ben
        .replica
        .drop_pending(change, (true, false), now())
        .unwrap();
    assert_eq!(out, TakenOut::Offered(change));
    let undone = undo(&mut ben);
    assert!(matches!(undone, Undone::TakenBack { .. }), "{undone:?}");
    let report = ben.sync();
    assert_eq!(report.conflicts.len(), 0);
    assert_eq!(title_of(&ben), "faster");
    let server = server.borrow();
    assert_eq!(&ben.state(server.view()), server.view());
}

#[test]
fn what_the_server_refused_to_look_at_can_be_taken_out() {
    let (server, _ana, mut ben) = two_devices();
    ben.sync();
    let change = ben.write(retitle("one"));
    server.borrow_mut().cannot_read(change.id);
    ben.sync();
    assert_eq!(ben.info().conflicts, 1);
    let change = ben.write(tag_it("speed"));
    let out = ben
        .replica
        .drop_pending(change.id, (false, true), now())
        .unwrap();
    assert_eq!(out, TakenOut::Done(vec![change.clone()]));
    assert_eq!(ben.info().pending, 1, "a rehearsal writes nothing");
    ben.replica
        .drop_pending(change.id, (false, false), now())
        .unwrap();
    assert_eq!(ben.info().pending, 0);
}

#[test]
fn what_others_changed_since_stays_and_is_named() {
    let (_server, mut ana, mut ben) = two_devices();
    let mut commands = retitle("mine").to_vec();
    commands.extend(tag_it("speed"));
    let change = ben.write(commands).id;
    ben.sync();
    ana.sync();
    let theirs = ana.write(retitle("theirs")).id;
    // Even back at the value that Ben gave it: it is Ana's now.
    let back = ana.write(retitle("mine")).id;
    assert_ne!(theirs, back);
    ana.sync();
    ben.sync();
    let Undone::TakenBack {
        change: undoing,
        kept,
    } = undo(&mut ben)
    else {
        panic!("the tag can be taken off");
    };
    assert_eq!(undoing.events.len(), 1);
    let [kept] = kept.try_into().unwrap();
    let retitled = ObjectiveEdit::Title(edit(title("faster"), title("mine")));
    let retitled = Event::Objective(objective_id(1), ObjectiveEvent::Edited(retitled));
    assert_eq!(kept.event, retitled);
    let Why::ChangedSince(Some(by)) = kept.why else {
        panic!("{:?}", kept.why);
    };
    assert_eq!(by.id, back);
    assert_eq!(title_of(&ben), "mine");
    let again = order(&mut ben, change);
    let again = ben.replica.undo(&again, &mut fresh()).unwrap();
    assert_eq!(again, Undone::AlreadyUndone(undoing.id));
}

#[test]
fn what_is_built_on_is_taken_away_only_with_what_builds_on_it() {
    let (_server, mut ana, mut ben) = two_devices();
    let key_result = ben.write([Command::AddKeyResult {
        id: key_result_id(1),
        new: Box::new(new_key_result(objective_id(1), "time")),
    }]);
    let check_in = ben.write([Command::RecordCheckIn {
        id: check_in_id(1),
        new: new_check_in(key_result_id(1), value("5")),
    }]);
    let out = ben
        .replica
        .drop_pending(key_result.id, (false, false), now())
        .unwrap();
    assert_eq!(out, TakenOut::DependedOn(vec![check_in.id]));
    let mut undoing = order(&mut ben, key_result.id);
    let undone = ben.replica.undo(&undoing, &mut fresh()).unwrap();
    let dependents = vec![Dependent::Thing(check_in_id(1).into())];
    assert_eq!(undone, Undone::DependedOn(dependents.clone()));
    undoing.with_dependents = true;
    let undone = ben.replica.undo(&undoing, &mut fresh()).unwrap();
    let both = vec![key_result.clone(), check_in.clone()];
    assert_eq!(undone, Undone::TakenOut(both.clone()));
    assert_eq!(ben.info().pending, 0);
    assert_eq!(redo(&mut ben), Some(Undone::PutBack(both)));
    ben.sync();

    ana.sync();
    ana.write([Command::RecordCheckIn {
        id: check_in_id(2),
        new: new_check_in(key_result_id(1), value("6")),
    }]);
    ana.sync();
    ben.sync();
    let mut undoing = order(&mut ben, key_result.id);
    let undone = ben.replica.undo(&undoing, &mut fresh()).unwrap();
    let both = [check_in_id(1), check_in_id(2)].map(|id| Dependent::Thing(id.into()));
    assert_eq!(undone, Undone::DependedOn(both.to_vec()));
    undoing.with_dependents = true;
    let undone = ben.replica.undo(&undoing, &mut fresh()).unwrap();
    assert!(matches!(undone, Undone::TakenBack { .. }), "{undone:?}");
    let reading = ben.replica.reading(Moment::now(TODAY)).unwrap();
    assert!(
        reading
            .key_result(key_result_id(1))
            .unwrap()
            .unwrap()
            .archived
    );
}

#[test]
fn a_check_in_is_retracted_and_reported_anew() {
    let (_server, _ana, mut ben) = two_devices();
    ben.write([Command::AddKeyResult {
        id: key_result_id(1),
        new: Box::new(new_key_result(objective_id(1), "time")),
    }]);
    let check_in = ben.write([Command::RecordCheckIn {
        id: check_in_id(1),
        new: new_check_in(key_result_id(1), value("5")),
    }]);
    ben.sync();
    let Undone::TakenBack { change, .. } = undo(&mut ben) else {
        panic!("a check-in can be retracted");
    };
    let retracted = Event::CheckIn(check_in_id(1), CheckInEvent::Retracted);
    assert_eq!(change.events, [retracted]);
    ben.sync();
    let Some(Undone::TakenBack { change, .. }) = redo(&mut ben) else {
        panic!("a check-in can be made again");
    };
    let Event::CheckIn(id, CheckInEvent::Recorded(new)) = &change.events[0] else {
        panic!("{change:?}");
    };
    assert_ne!(*id, check_in_id(1));
    let first = Event::CheckIn(check_in_id(1), CheckInEvent::Recorded(new.clone()));
    assert_eq!(check_in.events, [first]);
    ben.sync();
}

#[test]
fn the_founding_stays() {
    let (_server, mut ana, _ben) = two_devices();
    while let Some(entry) = ana.replica.undoable().unwrap() {
        let order = UndoOrder {
            with_dependents: true,
            ..order(&mut ana, entry.id)
        };
        match ana.replica.undo(&order, &mut fresh()).unwrap() {
            Undone::TakenBack { .. } => {}
            Undone::NothingLeft(kept) => {
                assert!(matches!(kept[0].why, Why::NoWayBack(why) if why.contains("unfounded")));
                return;
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("the founding was undone");
}

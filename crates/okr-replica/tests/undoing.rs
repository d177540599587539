//! Undo and redo on a device: before a push, after it, and when nobody knows whether it was pushed.

mod steps;

use std::slice;

use okr_core::change::Change;
use okr_core::decide::Command;
use okr_core::event::{CheckInEvent, Event, ObjectiveEdit, ObjectiveEvent};
use okr_core::id::ChangeId;
use okr_core::view::View as _;
use okr_replica::{
    Counter, Dependent, Hindrance, Moment, Obstacle, Operation, TakenOut, UndoOrder, UndoStep,
    Undone, Why,
};
use okr_testkit::sample::{
    TODAY, check_in_id, edit, key_result_id, new_check_in, new_key_result, objective_id, score,
    tag, text, title, value,
};
use uuid::Uuid;

use crate::device::{Device, now, retitle, tag_it, title_of, two_devices};
use crate::fault::Fault;

fn order(changes: impl IntoIterator<Item = ChangeId>) -> UndoOrder {
    let steps = changes.into_iter().map(|change| UndoStep {
        change,
        reason: text("a mistake"),
    });
    UndoOrder {
        steps: steps.collect(),
        entirely: false,
        with_dependents: false,
        amendment: None,
        now: now(),
        today: TODAY,
        dry_run: false,
    }
}

/// Makes ids that no device has used.
fn fresh(device: &mut Device) -> impl FnMut() -> Uuid + use<> {
    let ids: Vec<Uuid> = (0..20).map(|_| device.new_id().uuid()).collect();
    let mut ids = ids.into_iter();
    move || ids.next().expect("no test needs more")
}

/// Undoes what an order says.
fn obey(device: &mut Device, order: &UndoOrder) -> Undone {
    let mut fresh = fresh(device);
    device.replica.undo(order, &mut fresh).unwrap()
}

/// Undoes what undoing without a name means.
fn undo(device: &mut Device) -> Undone {
    begin(device);
    let last = device.replica.undoable().unwrap().unwrap();
    let order = order(last.changes.iter().map(|change| change.id));
    obey(device, &order)
}

fn redo(device: &mut Device) -> Option<Undone> {
    begin(device);
    let redoable = device.replica.redoable().unwrap();
    if redoable.is_empty() {
        return None;
    }
    let order = order(redoable.iter().map(|one| one.entry.id));
    let mut fresh = fresh(device);
    Some(device.replica.redo(&order, &mut fresh).unwrap())
}

fn taken_out(undone: Undone) -> Vec<Change> {
    match undone {
        Undone::Done(steps) if steps.put_back.is_empty() && steps.written.is_empty() => {
            steps.taken_out
        }
        other => panic!("{other:?}"),
    }
}

fn put_back(undone: Option<Undone>) -> Vec<Change> {
    match undone {
        Some(Undone::Done(steps)) if steps.taken_out.is_empty() && steps.written.is_empty() => {
            steps.put_back
        }
        other => panic!("{other:?}"),
    }
}

/// Returns the only change that was written to take another one back.
fn taken_back(undone: Undone) -> Counter {
    match undone {
        Undone::Done(mut steps) if steps.written.len() == 1 && steps.taken_out.is_empty() => {
            steps.written.remove(0)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn before_a_push_undoing_goes_back_step_by_step_and_redoing_forward() {
    let (_server, _ana, mut ben) = two_devices();
    let changes = [ben.write(retitle("one")), ben.write(retitle("two"))];
    for (title, change) in [("one", &changes[1]), ("faster", &changes[0])] {
        assert_eq!(taken_out(undo(&mut ben)), slice::from_ref(change));
        assert_eq!(title_of(&ben), title);
    }
    assert_eq!(
        (ben.info().pending, ben.replica.dropped().unwrap().len()),
        (0, 2)
    );
    for (title, change) in [("one", &changes[0]), ("two", &changes[1])] {
        assert_eq!(put_back(redo(&mut ben)), slice::from_ref(change));
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
        taken_back(undo(&mut ben));
        assert_eq!(title_of(&ben), title);
        ben.sync();
    }
    for title in ["one", "two"] {
        taken_back(redo(&mut ben).unwrap());
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
    assert_eq!(put_back(redo(&mut ben)).len(), 1);
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
    taken_back(undo(&mut ben));
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
    let Counter {
        change: undoing,
        kept,
        ..
    } = taken_back(undo(&mut ben));
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
    let again = obey(&mut ben, &order([change]));
    let why = Hindrance::AlreadyUndone(undoing.id);
    assert_eq!(again, Undone::Refused(vec![Obstacle { change, why }]));
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
    let depended_on = |dependents: &[Dependent]| {
        let why = Hindrance::DependedOn(dependents.to_vec());
        let change = key_result.id;
        Undone::Refused(vec![Obstacle { change, why }])
    };
    let mut undoing = order([key_result.id]);
    let undone = obey(&mut ben, &undoing);
    let dependents = [Dependent::Thing(check_in_id(1).into())];
    assert_eq!(undone, depended_on(&dependents));
    undoing.with_dependents = true;
    let both = [key_result.clone(), check_in.clone()];
    assert_eq!(taken_out(obey(&mut ben, &undoing)), both);
    assert_eq!(ben.info().pending, 0);
    assert_eq!(put_back(redo(&mut ben)), both);
    ben.sync();

    ana.sync();
    ana.write([Command::RecordCheckIn {
        id: check_in_id(2),
        new: new_check_in(key_result_id(1), value("6")),
    }]);
    ana.sync();
    ben.sync();
    let mut undoing = order([key_result.id]);
    let both = [check_in_id(1), check_in_id(2)].map(|id| Dependent::Thing(id.into()));
    assert_eq!(obey(&mut ben, &undoing), depended_on(&both));
    undoing.with_dependents = true;
    taken_back(obey(&mut ben, &undoing));
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
    let change = taken_back(undo(&mut ben)).change;
    let retracted = Event::CheckIn(check_in_id(1), CheckInEvent::Retracted);
    assert_eq!(change.events, [retracted]);
    ben.sync();
    let change = taken_back(redo(&mut ben).unwrap()).change;
    let Event::CheckIn(id, CheckInEvent::Recorded(new)) = &change.events[0] else {
        panic!("{change:?}");
    };
    assert_ne!(*id, check_in_id(1));
    let first = Event::CheckIn(check_in_id(1), CheckInEvent::Recorded(new.clone()));
    assert_eq!(check_in.events, [first]);
    ben.sync();
}

#[test]
fn what_was_learned_is_unsaid_when_a_goal_was_not_to_be_closed() {
    let (_server, _ana, mut ben) = two_devices();
    let learned = |device: &Device| {
        let reading = device.replica.reading(Moment::now(TODAY)).unwrap();
        let objective = reading.objective(objective_id(1)).unwrap().unwrap();
        (
            objective.stage,
            objective.score,
            objective.reflection.clone(),
        )
    };
    let before = learned(&ben);
    ben.write([Command::CloseObjective {
        id: objective_id(1),
        score: score("0.7"),
        reflection: Some(text("we learned much")),
    }]);
    ben.sync();
    let after = learned(&ben);
    taken_back(undo(&mut ben));
    assert_eq!(learned(&ben), before);
    ben.sync();
    taken_back(redo(&mut ben).unwrap());
    assert_eq!(learned(&ben), after);
    ben.sync();
}

#[test]
fn what_a_command_reported_and_retracted_is_not_reported_anew() {
    let (_server, _ana, mut ben) = two_devices();
    ben.write([Command::AddKeyResult {
        id: key_result_id(1),
        new: Box::new(new_key_result(objective_id(1), "time")),
    }]);
    let recorded = Command::RecordCheckIn {
        id: check_in_id(1),
        new: new_check_in(key_result_id(1), value("5")),
    };
    let [reported, _] = command(
        &mut ben,
        [
            [recorded].into_iter().chain(tag_it("x")).collect(),
            vec![Command::RetractCheckIn(check_in_id(1))],
        ],
    );
    ben.sync();
    let back = taken_back(undo(&mut ben));
    assert_eq!(back.original, reported.id);
    let untagged = ObjectiveEvent::Untagged(tag("x"));
    assert_eq!(
        back.change.events,
        [Event::Objective(objective_id(1), untagged)]
    );
    ben.sync();
}

#[test]
fn the_founding_stays() {
    let (_server, mut ana, _ben) = two_devices();
    while let Some(last) = ana.replica.undoable().unwrap() {
        let order = UndoOrder {
            with_dependents: true,
            ..order(last.changes.iter().map(|change| change.id))
        };
        match obey(&mut ana, &order) {
            Undone::Done(_) => {}
            Undone::Refused(obstacles) => {
                let [obstacle] = obstacles.as_slice() else {
                    panic!("{obstacles:?}");
                };
                let Hindrance::Stays(kept) = &obstacle.why else {
                    panic!("{obstacle:?}");
                };
                assert!(matches!(kept[0].why, Why::NoWayBack(why) if why.contains("unfounded")));
                return;
            }
        }
    }
    panic!("the founding was undone");
}

/// Begins another command.
fn begin(device: &mut Device) {
    let id = device.new_id().uuid();
    device.replica.begin_operation(Operation {
        id,
        begun_at: now(),
        command: format!("okr {id}"),
        program: "okr 1".to_owned(),
        process: 1,
    });
}

/// Writes several changes with one command.
fn command<const N: usize>(device: &mut Device, changes: [Vec<Command>; N]) -> [Change; N] {
    begin(device);
    changes.map(|commands| device.write(commands))
}

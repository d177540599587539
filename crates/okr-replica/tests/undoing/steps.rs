//! What one command wrote in several changes is undone and redone as one step, or not at all.

use okr_replica::OperationUndo;
use okr_testkit::sample::new_objective;

use super::*;

fn ids(changes: &[Change]) -> Vec<ChangeId> {
    changes.iter().map(|change| change.id).collect()
}

/// An objective with a key result, in two changes.
fn two_goals(device: &mut Device) -> [Change; 2] {
    let objective = Command::AddObjective {
        id: objective_id(7),
        new: Box::new(new_objective("seven")),
    };
    let key_result = Command::AddKeyResult {
        id: key_result_id(7),
        new: Box::new(new_key_result(objective_id(7), "time")),
    };
    command(device, [vec![objective], vec![key_result]])
}

#[test]
fn what_one_command_wrote_is_undone_and_redone_together() {
    let (_server, _ana, mut ben) = two_devices();
    let before = command(&mut ben, [retitle("one").to_vec()]);
    let both = command(&mut ben, [retitle("two").to_vec(), tag_it("x").to_vec()]);
    let last = ben.replica.undoable().unwrap().unwrap();
    assert!(last.operation.is_some());
    assert_eq!(last.changes.len(), 2);
    assert_eq!(taken_out(undo(&mut ben)), both);
    assert_eq!(title_of(&ben), "one");
    assert_eq!(taken_out(undo(&mut ben)), before);
    assert_eq!(put_back(redo(&mut ben)), before);
    assert_eq!(put_back(redo(&mut ben)), both);
    assert_eq!(redo(&mut ben), None);

    // What others may have seen by now is taken back by changes, the newest first.
    ben.sync();
    let Undone::Done(steps) = undo(&mut ben) else {
        panic!("nobody wrote since");
    };
    let back: Vec<ChangeId> = steps.written.iter().map(|one| one.original).collect();
    assert_eq!(back, [both[1].id, both[0].id]);
    assert_eq!(title_of(&ben), "one");
    ben.sync();
    let Some(Undone::Done(steps)) = redo(&mut ben) else {
        panic!("nobody wrote since");
    };
    assert_eq!(steps.written.len(), 2);
    assert_eq!(title_of(&ben), "two");
}

#[test]
fn what_was_sent_in_part_is_undone_and_redone_as_a_whole() {
    let (server, _ana, mut ben) = two_devices();
    let sent = command(&mut ben, [retitle("one").to_vec()]);
    server.borrow_mut().fail_next(Fault::MissingAnswer);
    assert!(ben.try_sync().is_err());
    let kept = [ben.write(tag_it("x"))];
    let Undone::Done(steps) = undo(&mut ben) else {
        panic!("nobody wrote since");
    };
    assert_eq!(steps.taken_out, kept);
    assert_eq!(steps.written[0].original, sent[0].id);
    assert_eq!(title_of(&ben), "faster");
    let Some(Undone::Done(steps)) = redo(&mut ben) else {
        panic!("nobody wrote since");
    };
    assert_eq!(steps.put_back, kept);
    assert_eq!(steps.taken_out.len(), 1);
    assert_eq!(title_of(&ben), "one");
    assert_eq!(ben.sync().conflicts.len(), 0);
    let server = server.borrow();
    assert_eq!(&ben.state(server.view()), server.view());
}

#[test]
fn of_a_command_nothing_is_undone_when_a_part_has_to_stay() {
    let (_server, mut ana, mut ben) = two_devices();
    let changes = [retitle("mine").to_vec(), tag_it("speed").to_vec()];
    let both = command(&mut ben, changes);
    ben.sync();
    ana.sync();
    ana.write(retitle("theirs"));
    ana.sync();
    ben.sync();
    let mut order = UndoOrder {
        entirely: true,
        ..order(ids(&both))
    };
    let Undone::Refused(obstacles) = obey(&mut ben, &order) else {
        panic!("the title is Ana's now");
    };
    let [obstacle] = obstacles.as_slice() else {
        panic!("{obstacles:?}");
    };
    assert_eq!(obstacle.change, both[0].id);
    assert!(matches!(&obstacle.why, Hindrance::Stays(kept)
        if matches!(kept.as_slice(), [one] if matches!(one.why, Why::ChangedSince(Some(_))))));
    assert_eq!(
        (ben.info().pending, ben.replica.redoable().unwrap()),
        (0, vec![])
    );
    order.entirely = false;
    let Undone::Done(steps) = obey(&mut ben, &order) else {
        panic!("the tag can be taken off");
    };
    assert_eq!(steps.written[0].original, both[1].id);
    assert_eq!(steps.left, obstacles);
    assert_eq!(title_of(&ben), "theirs");
}

#[test]
fn what_one_command_made_goes_with_all_that_became_of_it() {
    let (_server, mut ana, mut ben) = two_devices();
    let both = two_goals(&mut ben);
    ben.sync();
    let whole = UndoOrder {
        entirely: true,
        ..order(ids(&both))
    };
    let Undone::Done(steps) = obey(&mut ben, &whole) else {
        panic!("nothing but the command itself builds on it");
    };
    assert_eq!(steps.written.len(), 2);
    let Some(Undone::Done(_)) = redo(&mut ben) else {
        panic!("nobody wrote since");
    };
    ben.sync();
    ana.sync();
    ana.write([Command::RecordCheckIn {
        id: check_in_id(2),
        new: new_check_in(key_result_id(7), value("6")),
    }]);
    ana.sync();
    ben.sync();
    let Undone::Refused(obstacles) = obey(&mut ben, &whole) else {
        panic!("Ana's check-in builds on it");
    };
    let dependents = vec![Dependent::Thing(check_in_id(2).into())];
    assert_eq!(
        obstacles,
        [Obstacle {
            change: both[1].id,
            why: Hindrance::DependedOn(dependents),
        }]
    );
}

#[test]
fn a_part_that_clashed_stands_in_the_way() {
    let (_server, mut ana, mut ben) = two_devices();
    ana.write(retitle("theirs"));
    ana.sync();
    let both = command(&mut ben, [retitle("mine").to_vec(), tag_it("x").to_vec()]);
    ben.sync();
    assert_eq!(ben.info().conflicts, 1);
    let last = ben.replica.undoable().unwrap().unwrap();
    let last: Vec<ChangeId> = last.changes.iter().map(|one| one.id).collect();
    assert_eq!(last, ids(&both));
    let order = UndoOrder {
        entirely: true,
        ..order(last)
    };
    let why = Hindrance::InConflict;
    let change = both[0].id;
    assert_eq!(
        obey(&mut ben, &order),
        Undone::Refused(vec![Obstacle { change, why }])
    );
}

#[test]
fn undoing_an_undo_is_redoing_the_whole() {
    let (_server, _ana, mut ben) = two_devices();
    let both = command(&mut ben, [retitle("one").to_vec(), tag_it("x").to_vec()]);
    for is_confirmed in [false, true] {
        if is_confirmed {
            ben.sync();
        }
        undo(&mut ben);
        let entry = ben.replica.operations(None, 1).unwrap().remove(0);
        assert_eq!(title_of(&ben), "faster");
        if is_confirmed {
            ben.sync();
        }
        begin(&mut ben);
        let OperationUndo::Redo(redoable) = ben.replica.operation_undo(&entry).unwrap() else {
            panic!("it undid something");
        };
        let undone: Vec<ChangeId> = redoable.iter().map(|one| one.entry.id).collect();
        assert_eq!(undone, ids(&both));
        let counters: Vec<ChangeId> = redoable.iter().filter_map(|one| one.by).collect();
        if is_confirmed {
            // By the changes that took them back, as by those that were taken back.
            obey(&mut ben, &order(counters));
        } else {
            let mut fresh = fresh(&mut ben);
            ben.replica.redo(&order(undone), &mut fresh).unwrap();
        }
        assert_eq!(title_of(&ben), "one");
        let again = ben.replica.operation_undo(&entry).unwrap();
        assert!(!matches!(again, OperationUndo::Redo(_)), "{again:?}");
    }
    // What stands for the first command now is undone like it, and so on.
    undo(&mut ben);
    assert_eq!(title_of(&ben), "faster");
    redo(&mut ben);
    assert_eq!(title_of(&ben), "one");
}

#[test]
fn a_part_of_a_step_can_be_redone_alone() {
    let (_server, _ana, mut ben) = two_devices();
    let [first, second, third] = command(
        &mut ben,
        [
            tag_it("a").to_vec(),
            tag_it("b").to_vec(),
            tag_it("c").to_vec(),
        ],
    );
    undo(&mut ben);
    let mut ids = fresh(&mut ben);
    let redone = ben.replica.redo(&order([first.id]), &mut ids).unwrap();
    assert_eq!(put_back(Some(redone)), [first]);
    assert_eq!(put_back(redo(&mut ben)), [second, third]);
    assert_eq!(redo(&mut ben), None);
}

//! Settling conflicts: every decision, with reasons, values, what follows, and what is kept.

use okr_core::decide::{Command, ObjectivePatch};
use okr_core::event::{Event, ObjectiveEdit, ObjectiveEvent};
use okr_core::id::ChangeId;
use okr_core::view::View as _;
use okr_replica::{How, Moment, Resolution, Resolved, Settled, Settlement};
use okr_testkit::sample::{
    ANA, CAI, TODAY, check_in_id, cycle_id, edit, key_result_id, new_check_in, new_key_result,
    new_objective, objective_id, text, title, value,
};

use crate::device::{Device, retitle, title_of, two_devices};

/// Ana gave the objective a title; Ben gives it another one, and an owner.
fn clash() -> (Device, ChangeId) {
    let (_server, mut ana, mut ben) = two_devices();
    ana.write(retitle("theirs"));
    ana.sync();
    let patch = ObjectivePatch {
        title: Some(title("mine")),
        owner: Some(CAI),
        ..ObjectivePatch::default()
    };
    let refused = ben.write([Command::SetObjective {
        id: objective_id(1),
        patch: Box::new(patch),
    }]);
    assert_eq!(ben.sync().conflicts.len(), 1);
    (ben, refused.id)
}

fn settle(device: &mut Device, change: ChangeId, resolution: Resolution) -> Settled {
    let settlement = Settlement {
        resolution,
        values: vec![retitled("", "agreed")],
        reason: Some(text("we talked")),
        amendment: None,
        new_id: device.new_id(),
        today: TODAY,
    };
    device.replica.settle(change, &settlement).unwrap()
}

/// The edit of the title of objective 1; the title seen may be left out.
fn retitled(from: &str, to: &str) -> Event {
    let from = if from.is_empty() { "anything" } else { from };
    let edit = ObjectiveEdit::Title(edit(title(from), title(to)));
    Event::Objective(objective_id(1), ObjectiveEvent::Edited(edit))
}

fn owner_of(device: &Device) -> okr_core::id::PersonId {
    let reading = device.replica.reading(Moment::now(TODAY)).unwrap();
    reading.objective(objective_id(1)).unwrap().unwrap().owner
}

#[test]
fn a_clash_names_base_mine_theirs_and_who_is_behind_theirs() {
    let (ben, refused) = clash();
    let conflict = ben.replica.conflicts().unwrap().remove(0);
    let explained = ben
        .replica
        .explain(std::slice::from_ref(&conflict))
        .unwrap()
        .remove(0);
    let [clash] = explained.clashes.as_slice() else {
        panic!("one field clashes: {explained:?}");
    };
    assert_eq!(conflict.change.id, refused);
    assert_eq!(clash.mine, retitled("faster", "mine"));
    assert_eq!(clash.again, retitled("theirs", "mine"));
    let by = clash.by.as_ref().unwrap();
    assert_eq!(by.author, ANA);
    let theirs = by.change.as_ref().unwrap();
    assert_eq!(theirs.events, [retitled("faster", "theirs")]);
}

#[test]
fn each_side_sets_what_clashes_and_makes_the_rest_of_the_change() {
    for (resolution, expected, kept) in [
        (Resolution::Mine, "mine", None),
        (Resolution::Theirs, "theirs", Some(How::Theirs)),
        (Resolution::Base, "faster", Some(How::Base)),
        (Resolution::Value, "agreed", Some(How::Value)),
    ] {
        let (mut ben, refused) = clash();
        let settled = settle(&mut ben, refused, resolution);
        let Resolved::Again(change) = settled.resolved else {
            panic!("{resolution:?}: {settled:?}");
        };
        assert_eq!(change.reason, Some(text("we talked")));
        assert_eq!(title_of(&ben), expected, "{resolution:?}");
        assert_eq!(owner_of(&ben), CAI, "{resolution:?}: the rest is made");
        assert_eq!((ben.info().pending, ben.info().conflicts), (1, 0));
        // What mine took from the original is all of it; else the original is kept.
        let dropped = ben.replica.dropped().unwrap();
        let kept: Vec<_> = kept
            .map(|how| (refused, how, Some(change.id)))
            .into_iter()
            .collect();
        let found: Vec<_> = dropped
            .iter()
            .map(|one| (one.change.id, one.how, one.by))
            .collect();
        assert_eq!(found, kept, "{resolution:?}");
        assert_eq!(ben.sync().pushed, 1, "{resolution:?}");
        assert_eq!(title_of(&ben), expected, "{resolution:?}");
    }
}

#[test]
fn what_is_dropped_can_be_made_again() {
    let (mut ben, refused) = clash();
    let settled = settle(&mut ben, refused, Resolution::Drop);
    assert_eq!(settled.resolved, Resolved::Dropped);
    assert_eq!((ben.info().pending, ben.info().conflicts), (0, 0));
    assert_eq!(
        (title_of(&ben).as_str(), owner_of(&ben) == CAI),
        ("theirs", false)
    );
    let [dropped] = ben.replica.dropped().unwrap().try_into().unwrap();
    assert_eq!(
        (dropped.change.id, dropped.how, dropped.by),
        (refused, How::Drop, None)
    );

    let settled = settle(&mut ben, refused, Resolution::Theirs);
    assert_eq!(settled.resolved, Resolved::NoSuchConflict);
    let settled = settle(&mut ben, refused, Resolution::Mine);
    assert!(
        matches!(settled.resolved, Resolved::Again(_)),
        "{settled:?}"
    );
    assert_eq!((title_of(&ben).as_str(), owner_of(&ben)), ("mine", CAI));
    assert_eq!(ben.replica.dropped().unwrap(), []);
}

#[test]
fn without_a_clashing_field_there_is_no_value_to_set() {
    let (_server, mut ana, mut ben) = two_devices();
    ana.write([Command::ArchiveObjective(objective_id(1))]);
    ana.sync();
    let refused = ben.write(retitle("mine")).id;
    ben.sync();
    let conflict = ben.replica.conflicts().unwrap().remove(0);
    let explained = ben
        .replica
        .explain(std::slice::from_ref(&conflict))
        .unwrap()
        .remove(0);
    assert_eq!((explained.clashes.len(), explained.follows), (0, None));
    assert_eq!(explained.cause.unwrap().author, ANA);
    for resolution in [Resolution::Base, Resolution::Value] {
        let settled = settle(&mut ben, refused, resolution);
        assert_eq!(settled.resolved, Resolved::NothingClashes);
    }
    assert_eq!(ben.info().conflicts, 1);
    let settled = settle(&mut ben, refused, Resolution::Theirs);
    assert_eq!(settled.resolved, Resolved::Dropped);
    assert_eq!(ben.replica.dropped().unwrap().len(), 1);
}

#[test]
fn what_follows_from_a_conflict_returns_with_it() {
    let (_server, mut ana, mut ben) = two_devices();
    let objective = ben.write([Command::AddObjective {
        id: objective_id(2),
        new: Box::new(new_objective("cheaper")),
    }]);
    let key_result = ben.write([Command::AddKeyResult {
        id: key_result_id(1),
        new: Box::new(new_key_result(objective_id(2), "cost")),
    }]);
    let check_in = ben.write([Command::RecordCheckIn {
        id: check_in_id(1),
        new: new_check_in(key_result_id(1), value("5")),
    }]);
    ana.write([Command::OpenCycle(cycle_id(1))]);
    ana.write([Command::CloseCycle(cycle_id(1))]);
    ana.sync();
    assert_eq!(ben.sync().conflicts.len(), 3);
    let conflicts = ben.replica.conflicts().unwrap();
    let cause = |index: usize| ben.replica.explain(&conflicts).unwrap().remove(index);
    assert_eq!(cause(0).cause.unwrap().author, ANA);
    assert_eq!(cause(1).follows, Some(objective.id));
    assert_eq!(cause(2).follows, Some(key_result.id));

    // As long as the cycle is closed, nothing fits.
    let settled = settle(&mut ben, objective.id, Resolution::Mine);
    assert!(
        matches!(settled.resolved, Resolved::StillRefused(_)),
        "{settled:?}"
    );
    assert_eq!(ben.info().conflicts, 3);
    ana.write([Command::ReopenCycle(cycle_id(1))]);
    ana.sync();
    ben.sync();
    let settled = settle(&mut ben, objective.id, Resolution::Mine);
    assert!(
        matches!(settled.resolved, Resolved::Again(_)),
        "{settled:?}"
    );
    assert_eq!(settled.returned, [key_result.id, check_in.id]);
    assert_eq!(settled.left, []);
    assert_eq!((ben.info().pending, ben.info().conflicts), (3, 0));
    let report = ben.sync();
    assert_eq!((report.pushed, report.conflicts.len()), (3, 0));
}

#[test]
fn what_follows_from_a_dropped_change_stays_and_is_named() {
    let (_server, mut ana, mut ben) = two_devices();
    ana.write(retitle("theirs"));
    ana.sync();
    let refused = ben.write(retitle("mine")).id;
    let follower = ben.write(retitle("mine again")).id;
    ben.sync();
    let settled = settle(&mut ben, refused, Resolution::Drop);
    assert_eq!((settled.returned, settled.left), (vec![], vec![follower]));
    assert_eq!(ben.info().conflicts, 1);
}

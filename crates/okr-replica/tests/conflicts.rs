//! Conflicts: kept, explained, decided; and a sync that never fails because of one.

use okr_core::decide::{Command, ObjectivePatch};
use okr_core::event::{Event, ObjectiveEdit, ObjectiveEvent};
use okr_core::id::ChangeId;
use okr_replica::{Resolution, Resolved};
use okr_testkit::sample::{
    ANA, TODAY, change_id, cycle_id, edit, key_result_id, new_key_result, new_objective,
    objective_id, text, title,
};

use crate::device::{Device, retitle, tag_it, title_of, two_devices};

/// Ana and Ben give the objective different titles, and Ana is first.
fn clash() -> (
    std::rc::Rc<std::cell::RefCell<crate::server::Server>>,
    Device,
    Device,
    ChangeId,
) {
    let (server, mut ana, mut ben) = two_devices();
    ana.write(retitle("faster by half"));
    ana.sync();
    let refused = ben.write(retitle("faster by a third")).id;
    (server, ana, ben, refused)
}

#[test]
fn a_clash_is_kept_with_both_sides_and_everything_else_goes_on() {
    let (server, _ana, mut ben, refused) = clash();
    let tagged = ben.write(tag_it("speed"));
    let report = ben.sync();

    assert_eq!(report.conflicts.len(), 1);
    let conflict = &report.conflicts[0];
    assert_eq!(conflict.change.id, refused);
    assert_eq!(conflict.refusal.code, "conflict");
    let fact = |name: &str| conflict.refusal.facts.get(name).map(String::as_str);
    assert_eq!(fact("field"), Some("title"));
    assert_eq!(fact("from"), Some("faster"));
    assert_eq!(fact("to"), Some("faster by a third"));
    assert_eq!(fact("current"), Some("faster by half"));
    assert_eq!(fact("follows"), None);

    assert_eq!(ben.replica.conflicts().unwrap(), report.conflicts);
    assert_eq!(title_of(&ben), "faster by half");
    assert_eq!((ben.info().pending, ben.info().conflicts), (0, 1));
    assert_eq!(server.borrow().changes().last(), Some(&tagged));

    // It is reported once and stays until it is decided.
    assert!(ben.sync().conflicts.is_empty());
    assert_eq!(ben.info().conflicts, 1);
}

#[test]
fn mine_makes_the_same_edit_again_with_what_is_there_now_and_the_same_reason() {
    let (server, _ana, mut ben, refused) = clash();
    ben.sync();
    let new_id = ben.new_id();
    let resolved = ben
        .replica
        .resolve(refused, Resolution::Mine, new_id, TODAY);
    let Resolved::Again(change) = resolved.unwrap() else {
        panic!("the edit fits again");
    };
    assert_eq!(change.id, new_id);
    assert_eq!(change.reason, Some(text("a good one")));
    let again = ObjectiveEdit::Title(edit(title("faster by half"), title("faster by a third")));
    let again = Event::Objective(objective_id(1), ObjectiveEvent::Edited(again));
    assert_eq!(change.events, [again]);
    assert_eq!((ben.info().pending, ben.info().conflicts), (1, 0));
    assert_eq!(title_of(&ben), "faster by a third");

    let report = ben.sync();
    assert_eq!((report.pushed, report.conflicts.len()), (1, 0));
    assert_eq!(server.borrow().changes().last(), Some(&change));
}

#[test]
fn theirs_drops_the_change() {
    let (server, _ana, mut ben, refused) = clash();
    ben.sync();
    let before = server.borrow().head();
    let new_id = ben.new_id();
    let resolved = ben
        .replica
        .resolve(refused, Resolution::Theirs, new_id, TODAY);
    assert_eq!(resolved.unwrap(), Resolved::Dropped);
    let again = ben
        .replica
        .resolve(refused, Resolution::Theirs, new_id, TODAY);
    assert_eq!(again.unwrap(), Resolved::NoSuchConflict);
    ben.sync();
    assert_eq!((ben.info().pending, ben.info().conflicts), (0, 0));
    assert_eq!(server.borrow().head(), before);
    assert_eq!(title_of(&ben), "faster by half");
}

#[test]
fn a_conflict_about_what_both_want_by_now_is_gone_when_it_is_decided() {
    let (_server, mut ana, mut ben, refused) = clash();
    ben.sync();
    ana.write(retitle("faster by a third"));
    ana.sync();
    ben.sync();
    let new_id = ben.new_id();
    let resolved = ben
        .replica
        .resolve(refused, Resolution::Mine, new_id, TODAY);
    assert_eq!(resolved.unwrap(), Resolved::AlreadySo);
    assert_eq!((ben.info().pending, ben.info().conflicts), (0, 0));
}

#[test]
fn what_the_rules_refuse_as_it_stands_now_stays_a_conflict() {
    let (_server, mut ana, mut ben, refused) = clash();
    ana.write([Command::ArchiveObjective(objective_id(1))]);
    ana.sync();
    ben.sync();
    let new_id = ben.new_id();
    let resolved = ben
        .replica
        .resolve(refused, Resolution::Mine, new_id, TODAY);
    let Resolved::StillRefused(refusal) = resolved.unwrap() else {
        panic!("an archived objective takes no edits");
    };
    assert_eq!(refusal.code, "wrong-state");
    assert_eq!((ben.info().pending, ben.info().conflicts), (0, 1));
}

#[test]
fn what_both_did_is_no_conflict() {
    let (server, mut ana, mut ben) = two_devices();
    ana.write(tag_it("speed"));
    ana.sync();
    ben.write(tag_it("speed"));
    let before = server.borrow().head();
    let report = ben.sync();
    assert_eq!((report.already_so, report.conflicts.len()), (1, 0));
    assert_eq!((ben.info().pending, ben.info().conflicts), (0, 0));
    assert_eq!(server.borrow().head(), before);
}

#[test]
fn edits_that_build_on_a_refused_one_follow_it_and_say_so() {
    let (_server, mut ana, mut ben, refused) = clash();
    let second = ben.write(retitle("fastest")).id;
    drop(ana.sync());
    let report = ben.sync();
    let ids: Vec<ChangeId> = report.conflicts.iter().map(|kept| kept.change.id).collect();
    assert_eq!(ids, [refused, second]);
    let follows = report.conflicts[1].refusal.facts.get("follows");
    assert_eq!(follows, Some(&refused.uuid().to_string()));
}

#[test]
fn what_needs_a_refused_creation_follows_it_and_says_so() {
    let (_server, mut ana, mut ben) = two_devices();
    let objective = ben.write([Command::AddObjective {
        id: objective_id(2),
        new: Box::new(new_objective("cheaper")),
    }]);
    let key_result = ben.write([Command::AddKeyResult {
        id: key_result_id(1),
        new: Box::new(new_key_result(objective_id(2), "cost")),
    }]);
    ana.write([Command::OpenCycle(cycle_id(1))]);
    ana.write([Command::CloseCycle(cycle_id(1))]);
    ana.sync();
    let report = ben.sync();
    let codes: Vec<&str> = report
        .conflicts
        .iter()
        .map(|kept| kept.refusal.code.as_str())
        .collect();
    assert_eq!(codes, ["cycle-closed", "unknown-reference"]);
    assert_eq!(report.conflicts[1].change.id, key_result.id);
    let follows = report.conflicts[1].refusal.facts.get("follows");
    assert_eq!(follows, Some(&objective.id.uuid().to_string()));
}

#[test]
fn what_the_server_refuses_after_the_pull_is_a_conflict_just_as_well() {
    let (server, _ana, mut ben) = two_devices();
    let refused = ben.write(retitle("faster by a third")).id;
    let follower = ben.write(retitle("fastest")).id;
    let tagged = ben.write(tag_it("speed"));
    let mut overtaking = tagged.clone();
    overtaking.id = change_id(77);
    let other = ObjectiveEdit::Title(edit(title("faster"), title("faster by half")));
    overtaking.events = vec![Event::Objective(
        objective_id(1),
        ObjectiveEvent::Edited(other),
    )];
    server.borrow_mut().overtake(ANA, &overtaking);

    let report = ben.sync();
    let ids: Vec<ChangeId> = report.conflicts.iter().map(|kept| kept.change.id).collect();
    assert_eq!(ids, [refused, follower]);
    assert_eq!(
        report.conflicts[1].refusal.facts.get("follows"),
        Some(&refused.uuid().to_string())
    );
    assert_eq!((report.pushed, report.pulled), (1, 2));
    assert_eq!(title_of(&ben), "faster by half");
    assert_eq!(ben.replica.conflicts().unwrap(), report.conflicts);
}

#[test]
fn edits_of_different_fields_merge_and_are_listed() {
    let (server, mut ana, mut ben) = two_devices();
    let theirs = ana.write(retitle("faster by half")).id;
    ana.sync();
    ben.write([Command::SetObjective {
        id: objective_id(1),
        patch: Box::new(ObjectivePatch {
            description: Some(Some(text("half the time for everybody"))),
            ..ObjectivePatch::default()
        }),
    }]);
    let report = ben.sync();
    assert!(report.conflicts.is_empty());
    assert_eq!(report.merged.len(), 1);
    let merged = &report.merged[0];
    assert_eq!(merged.entity, objective_id(1).into());
    assert_eq!(merged.fields, ["title"]);
    assert_eq!(merged.theirs, [theirs]);
    assert_eq!(merged.authors, [ANA]);
    assert_eq!(title_of(&ben), "faster by half");
    let server = server.borrow();
    assert_eq!(&ben.state(server.view()), server.view());
}

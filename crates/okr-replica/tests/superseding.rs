//! What a sync says about values that gave way, and about what it did before it broke off.

use okr_core::decide::{Command, ObjectivePatch};
use okr_core::id::ChangeId;
use okr_replica::Superseded;
use okr_testkit::sample::{ANA, BEN, objective_id, text};

use crate::device::{Device, now, retitle, two_devices};
use crate::fault::Fault;

/// The field, both values, and the changes behind them.
fn told(superseded: &[Superseded]) -> Vec<(bool, String, String, ChangeId, ChangeId)> {
    let one = |one: &Superseded| {
        let edit = one.event.field_change().unwrap();
        (one.mine, edit.from, edit.to, one.before.id, one.by.id)
    };
    superseded.iter().map(one).collect()
}

fn describe(device: &mut Device, words: &str) -> ChangeId {
    let patch = ObjectivePatch {
        description: Some(Some(text(words))),
        ..ObjectivePatch::default()
    };
    let id = objective_id(1);
    let patch = Box::new(patch);
    device.write([Command::SetObjective { id, patch }]).id
}

#[test]
fn whoever_had_set_a_value_hears_who_changed_it() {
    let (_server, mut ana, mut ben) = two_devices();
    let first = ben.write(retitle("ben's")).id;
    let report = ben.sync();
    // The title was Ana's, from the beginning.
    let [founding] = told(&report.superseded).try_into().unwrap();
    assert_eq!(
        (founding.0, founding.1.as_str(), founding.4),
        (true, "faster", first)
    );
    assert_eq!(report.superseded[0].before.author, ANA);

    let report = ana.sync();
    assert_eq!(told(&report.superseded).len(), 1, "it was Ana's");
    let second = ana.write(retitle("ana's")).id;
    let nobodys = describe(&mut ana, "nobody had described it");
    let report = ana.sync();
    let over = (true, "ben's".to_owned(), "ana's".to_owned(), first, second);
    assert_eq!(told(&report.superseded)[0], over);

    let report = ben.sync();
    let under = (false, "ben's".to_owned(), "ana's".to_owned(), first, second);
    assert_eq!(told(&report.superseded), [under]);
    assert_eq!(report.superseded[0].by.author, ANA);
    assert_eq!(report.superseded[0].before.author, BEN);
    assert_ne!(nobodys, second);
    assert_eq!(ben.sync().superseded, []);
}

#[test]
fn a_first_load_supersedes_nothing() {
    let (server, _ana, mut ben) = two_devices();
    ben.write(retitle("ben's"));
    ben.sync();
    let mut other = Device::new(&server, ANA, 4);
    assert_eq!(other.sync().superseded, []);
}

#[test]
fn a_sync_that_breaks_off_says_what_it_did_until_then() {
    let (server, mut ana, mut ben) = two_devices();
    ana.write(retitle("ana's"));
    ana.sync();
    describe(&mut ben, "quickly");
    server.borrow_mut().fail_next(Fault::MissingAnswer);
    let mut until_then = None;
    let broken =
        ben.replica
            .sync_telling(&mut ben.connection, now(), (&mut |_| {}, &mut until_then));
    assert!(broken.is_err(), "{broken:?}");
    let report = until_then.unwrap();
    assert!(report.is_something());
    assert_eq!((report.pulled, report.pushed), (1, 0));
    assert_eq!(report.merged.len(), 1);
    let report = ben.sync();
    assert_eq!(
        (report.pulled, ben.info().pending),
        (1, 0),
        "it had arrived"
    );
}

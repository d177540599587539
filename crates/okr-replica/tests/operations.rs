//! What an exchange did is kept with the command that made it.

use okr_core::Timestamp;
use okr_replica::{Did, Operation, Standing};
use uuid::Uuid;

use crate::device::{Device, retitle, two_devices};

fn begin(device: &mut Device, number: u128) -> Uuid {
    let id = Uuid::from_u128(number);
    device.replica.begin_operation(Operation {
        id,
        begun_at: Timestamp::UNIX_EPOCH,
        command: format!("okr {number}"),
        program: "okr 1".to_owned(),
        process: 1,
    });
    id
}

#[test]
fn an_exchange_counts_what_came_and_went_and_the_conflicts() {
    let (_server, mut ana, mut ben) = two_devices();
    begin(&mut ana, 1);
    ana.write(retitle("faster by a third"));
    ana.sync();
    let entry = &ana.replica.operations(None, 1).unwrap()[0];
    assert_eq!((entry.pushed, entry.pulled, entry.changes.len()), (1, 1, 1));
    let changes = ana.replica.operation_changes(entry).unwrap();
    assert!(
        matches!(changes[0].standing, Standing::Confirmed(_)),
        "{changes:?}"
    );

    let written = begin(&mut ben, 2);
    ben.write(retitle("cheaper"));
    let synced = begin(&mut ben, 3);
    ben.sync();
    let entry = ben.replica.operation(synced).unwrap().unwrap();
    assert_eq!((entry.pushed, entry.pulled), (0, 1));
    assert!(
        matches!(entry.changes.as_slice(), [(_, Did::Conflict)]),
        "{entry:?}"
    );
    let entry = ben.replica.operation(written).unwrap().unwrap();
    let changes = ben.replica.operation_changes(&entry).unwrap();
    assert_eq!(changes[0].standing, Standing::Conflict);

    let idle = begin(&mut ben, 4);
    ben.sync();
    assert_eq!(ben.replica.operation(idle).unwrap(), None, "it did nothing");
}

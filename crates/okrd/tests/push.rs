//! What becomes of changes, who they are from, and what is no change at all.

use okr_core::event::{Event, OrgEdit, OrgEvent, PersonEvent};
use okr_core::id::Position;
use okr_core::value::Role;
use okr_proto::{ApiError, Decoded, PushOutcome, v1};
use okr_testkit::sample::{self, BEN, CAI, ORG};

use crate::client::{change, founding, new_change, refusal};
use crate::harness::{ANA, TestServer, ZOE};

const ADDED_BEN: Event = Event::Person(BEN, PersonEvent::Added(Role::Member));

fn renamed(from: &str, to: &str) -> Event {
    let edit = sample::edit(sample::name(from), sample::name(to));
    Event::Org(ORG, OrgEvent::Edited(OrgEdit::Name(edit)))
}

#[tokio::test]
async fn each_change_is_answered_on_its_own() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let first = change(2, vec![renamed("Acme", "Apex")]);
    let outcomes = ana
        .push(&[
            founding(1),
            first.clone(),
            first.clone(),
            change(3, vec![renamed("Acme", "Apex")]),
            change(4, vec![renamed("Acme", "Summit")]),
            change(5, vec![ADDED_BEN]),
        ])
        .await
        .unwrap();
    let position = Position::new;
    assert_eq!(
        outcomes[0],
        PushOutcome::Duplicate {
            position: position(1)
        }
    );
    assert!(matches!(outcomes[1], PushOutcome::Accepted { position, .. } if position.get() == 2));
    assert_eq!(
        outcomes[2],
        PushOutcome::Duplicate {
            position: position(2)
        }
    );
    assert_eq!(outcomes[3], PushOutcome::AlreadySo);
    let PushOutcome::Rejected(refusal) = &outcomes[4] else {
        panic!("{:?}", outcomes[4]);
    };
    assert_eq!(refusal.code, "conflict");
    assert_eq!(refusal.facts["current"], "Apex");
    assert_eq!(refusal.subject, Some(ORG.uuid()));
    assert!(matches!(outcomes[5], PushOutcome::Accepted { position, .. } if position.get() == 3));

    let (records, _) = ana.pull_all(0).await.unwrap();
    let stored: Vec<_> = records
        .iter()
        .map(|record| record.decoded.clone())
        .collect();
    let expected = [founding(1), first, change(5, vec![ADDED_BEN])].map(Decoded::Known);
    assert_eq!(stored, expected);
}

#[tokio::test]
async fn author_and_token_come_from_the_credential_and_the_time_from_the_server() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[change(2, vec![ADDED_BEN])]).await.unwrap();
    let ben = ana.invite(BEN).await;
    server.advance_hours(-1);
    let event = Event::Cycle(
        sample::cycle_id(1),
        okr_core::event::CycleEvent::Created(sample::new_cycle()),
    );
    ben.push(&[change(3, vec![event])]).await.unwrap();
    let (records, _) = ana.pull_all(2).await.unwrap();
    let [record] = &records[..] else {
        panic!("{records:?}");
    };
    assert_eq!(record.author, BEN);
    let identity = ben.who_am_i().await.unwrap();
    assert_eq!(record.token.to_vec(), identity.token_id);
    let noon = "2026-11-23T12:00:00Z".parse().unwrap();
    assert_eq!(record.recorded_at, noon, "time does not go backwards");
}

#[tokio::test]
async fn nobody_acts_in_the_name_of_another() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    ana.push(&[change(2, vec![ADDED_BEN])]).await.unwrap();
    let mut forged = change(3, vec![renamed("Acme", "Apex")]);
    forged.on_behalf_of = Some(BEN);
    let outcomes = ana.push(&[forged]).await.unwrap();
    assert!(
        matches!(&outcomes[..], [PushOutcome::Rejected(refusal)]
        if refusal.code == "not-permitted"),
        "{outcomes:?}"
    );
    let ben = ana.invite(BEN).await;
    let promoted = Event::Person(
        BEN,
        PersonEvent::RoleChanged {
            from: Role::Member,
            to: Role::Admin,
        },
    );
    let outcomes = ben.push(&[change(4, vec![promoted])]).await.unwrap();
    assert!(
        matches!(&outcomes[..], [PushOutcome::Rejected(refusal)]
        if refusal.code == "not-permitted"),
        "{outcomes:?}"
    );
}

#[tokio::test]
async fn organisations_do_not_see_each_other() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let zoe = server.founder(ZOE).await;
    assert_eq!(zoe.pull_all(0).await.unwrap().0, []);
    let ahead = refusal(zoe.pull_all(1).await);
    assert_eq!(ahead, ApiError::PositionAhead { head: 0 });

    // Ana's change names Ana's organisation; Zoe's credential does not.
    let outcomes = zoe.push(&[founding(1)]).await.unwrap();
    assert!(
        matches!(&outcomes[..], [PushOutcome::Rejected(refusal)]
        if refusal.code == "no-organisation"),
        "{outcomes:?}"
    );
    let mut own = founding(1);
    own.events = vec![
        Event::Org(ZOE.org, OrgEvent::Created(sample::new_org())),
        Event::Person(ZOE.person, PersonEvent::Added(Role::Admin)),
    ];
    let outcomes = zoe.push(&[own]).await.unwrap();
    assert!(
        matches!(outcomes[..], [PushOutcome::Accepted { position, .. }]
        if position.get() == 1),
        "one id in two logs: {outcomes:?}"
    );
    assert_eq!(ana.pull_all(0).await.unwrap().0.len(), 1);
    assert!(matches!(
        refusal(zoe.issue_code(Some(ANA.person)).await),
        ApiError::InvalidRequest { .. }
    ));
    let (_, note) = zoe.pull_all(0).await.unwrap();
    let (key, origin) = server.verifier(ANA);
    assert!(okr_log::SignedCheckpoint::verify(&note, &key, &origin).is_err());
}

#[tokio::test]
async fn the_first_change_of_an_adopted_organisation_is_its_founding() {
    let server = TestServer::start().await;
    let ana = server.founder(ANA).await;
    let outcomes = ana.push(&[change(1, vec![ADDED_BEN])]).await.unwrap();
    assert!(
        matches!(&outcomes[..], [PushOutcome::Rejected(refusal)]
        if refusal.code == "no-organisation"),
        "{outcomes:?}"
    );
    // Before that, the founder manages the directory and codes as an administrator does.
    ana.update_directory(&[(CAI, "cai")]).await.unwrap();
    assert!(ana.issue_code(Some(CAI)).await.is_ok());
}

#[tokio::test]
async fn what_is_no_change_is_named_by_its_place_and_nothing_is_appended() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let good = new_change(&change(2, vec![ADDED_BEN]));
    let garbage = v1::NewChange {
        change: vec![0xff; 40].into(),
        texts: Vec::new(),
    };
    let mut newer = good.clone();
    // Field 99, a number: something of a later version.
    newer.change = [&newer.change[..], &[0x98, 0x06, 0x01]].concat().into();
    let mut large = good.clone();
    large.change = vec![0; 256 * 1024 + 1].into();
    let mut salt = new_change(&founding(3));
    salt.texts[0].salt = vec![0; 15].into();
    for bad in [garbage, newer, large, salt] {
        let refused = refusal(ana.push_raw(0, vec![good.clone(), bad]).await);
        assert!(
            matches!(refused, ApiError::InvalidChange { index: 1, .. }),
            "{refused:?}"
        );
    }
    assert_eq!(ana.pull_all(0).await.unwrap().0.len(), 1);
}

#[tokio::test]
async fn a_push_has_limits() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let good = new_change(&change(2, vec![ADDED_BEN]));
    let many = refusal(ana.push_raw(0, vec![good.clone(); 501]).await);
    assert!(matches!(
        many,
        ApiError::TooLarge {
            limit: 500,
            actual: 501,
            ..
        }
    ));
    let mut large = good.clone();
    large.change = vec![0; 200 * 1024].into();
    let status = ana.push_raw(0, vec![large; 6]).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::ResourceExhausted, "{status:?}");
    let too_large = refusal::<()>(Err(status));
    assert!(matches!(
        too_large,
        ApiError::TooLarge {
            limit: 1_048_576,
            ..
        }
    ));

    let ahead = refusal(ana.push_raw(2, vec![good.clone()]).await);
    assert_eq!(ahead, ApiError::PositionAhead { head: 1 });
    assert!(ana.push_raw(1, vec![good]).await.is_ok());
    assert_eq!(ana.push_raw(2, Vec::new()).await.unwrap(), []);
}

#[tokio::test]
async fn what_only_a_newer_program_understands_is_not_stored() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let good = new_change(&change(2, vec![ADDED_BEN]));
    let mut newer = new_change(&change(3, vec![renamed("Acme", "Apex")]));
    // A field 100 of the change that nobody has defined yet.
    newer.change = [newer.change.as_ref(), &[0xa2, 0x06, 0x01, 0x2a]]
        .concat()
        .into();
    let refused = refusal(ana.push_raw(1, vec![good.clone(), newer]).await);
    let ApiError::InvalidChange { index, problem } = &refused else {
        panic!("{refused:?}");
    };
    assert_eq!(*index, 1);
    assert!(problem.contains("too old"), "{problem}");
    let outcomes = ana.push_raw(1, vec![good]).await.unwrap();
    assert!(
        matches!(outcomes[..], [PushOutcome::Accepted { position, .. }] if position.get() == 2),
        "nothing of the refused push was stored: {outcomes:?}"
    );
}

#[tokio::test]
async fn pushes_at_the_same_time_get_dense_positions() {
    let server = TestServer::start().await;
    let ana = server.ana().await;
    let mut tasks = Vec::new();
    for task in 0..16_u64 {
        let ana = ana.clone();
        tasks.push(tokio::spawn(async move {
            let mut positions = Vec::new();
            for step in 0..8 {
                let number = 100 + task * 8 + step;
                let id = sample::team_id(u32::try_from(number).unwrap());
                let team = sample::new_team(&format!("team-{number}"));
                let created = okr_core::event::TeamEvent::Created(team);
                let pushed = change(number, vec![Event::Team(id, created)]);
                match &ana.push(&[pushed]).await.unwrap()[..] {
                    [PushOutcome::Accepted { position, .. }] => positions.push(position.get()),
                    other => panic!("{other:?}"),
                }
            }
            assert!(positions.is_sorted(), "{positions:?}");
            positions
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    all.sort_unstable();
    assert_eq!(all, (2..=129).collect::<Vec<_>>());
}

//! Backup files, mutated: whatever a file says, it is read or refused.
//!
//! Any number of inputs: `OKR_TEST_ROUNDS=1000000 cargo test -p okrd --lib fuzzing -- --nocapture`.

use okr_testkit::fuzz::Fuzz;

use super::Manifest;
use super::frame::{FrameReader, FrameWriter, Kind, unpack};
use super::manifest::Run;

/// A file with a frame of each kind.
fn file(content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = FrameWriter::start(&mut bytes).unwrap();
    for kind in [Kind::Manifest, Kind::Files, Kind::Ends] {
        writer.frame(kind, content).unwrap();
    }
    writer.packed(Kind::Records, content).unwrap();
    writer.close().unwrap();
    bytes
}

/// Reads frames up to the close, or to what is wrong.
fn read(bytes: &[u8]) -> Option<Vec<(Kind, Vec<u8>)>> {
    let mut reader = FrameReader::start(bytes).ok()?;
    let mut frames = Vec::new();
    loop {
        let (kind, content) = reader.next().ok()?;
        if kind == Kind::Close {
            return Some(frames);
        }
        frames.push((kind, content));
    }
}

#[test]
fn files_of_backups() {
    let whole = file(b"{\"version\": 1, \"orgs\": []}");
    Fuzz::new("backup files", [whole.clone()]).bytes(|bytes| {
        // Every byte is covered by the digest, so only the file itself is read to its end.
        assert_eq!(read(bytes).is_some(), bytes == whole);
    });
}

/// The frames are right, whatever is in them.
#[test]
fn contents_of_backups() {
    let packed = zstd::bulk::compress(b"records, records, records, records", 3).unwrap();
    let manifest =
        br#"{"server_name": "okr.example", "taken_at": "2026-11-28T12:00:00Z", "orgs": []}"#;
    let run = Run {
        org: uuid::Uuid::from_u128(7),
        first: 1,
        records: vec![b"one".as_slice().into(), b"other".as_slice().into()],
    };
    let seeds = [packed, manifest.to_vec(), run.to_bytes()];
    Fuzz::new("contents of backups", seeds).bytes(|content| {
        let frames = read(&file(content)).expect("the frames are right");
        assert!(frames[..3].iter().all(|(_, found)| found == content));
        assert_eq!(
            unpack(&frames[3].1).unwrap(),
            content,
            "it unpacks to what it was"
        );
        drop(unpack(content));
        drop(serde_json::from_slice::<Manifest>(content));
        if let Some(run) = Run::from_bytes(content.to_vec()) {
            assert_eq!(run.to_bytes(), content, "there is one way to write it");
        }
    });
}

//! Checkpoints: what is signed verifies, everything else is refused for the right reason.

use super::*;
use crate::signing::{KeyName, SIGNATURE_BYTES};

/// A note signed by the example key of golang.org/x/mod/sumdb/note.
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\
    \n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn key() -> SigningKey {
    SigningKey::from_bytes(KeyName::new("okr.example.org").unwrap(), &[7; 32])
}

fn origin() -> Origin {
    Origin::new("okr.example.org/acme").unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: origin(),
        size: Position::new(1234),
        root: Hash([9; 32]),
    }
}

fn verify(text: &str) -> Result<Checkpoint, CheckpointError> {
    SignedCheckpoint::verify(text, &key().verifying_key(), &origin())
}

/// Signs any text, so that a body can be wrong and its signature right.
fn sign_text(body: &str) -> String {
    let mut signed = key().verifying_key().id().0.to_vec();
    signed.extend_from_slice(&key().sign(body.as_bytes()));
    format!(
        "{body}\n\u{2014} okr.example.org {}\n",
        BASE64.encode(signed)
    )
}

#[test]
fn signs_and_verifies() {
    let signed = checkpoint().sign(&key());
    let lines: Vec<&str> = signed.as_str().lines().collect();
    let root = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
    assert_eq!(lines[..4], ["okr.example.org/acme", "1234", root, ""]);
    assert!(
        lines[4].starts_with("\u{2014} okr.example.org "),
        "{}",
        lines[4]
    );
    assert_eq!(lines.len(), 5);
    assert_eq!(verify(signed.as_str()), Ok(checkpoint()));
}

#[test]
fn a_note_says_what_it_claims_before_anything_is_believed() {
    let signed = checkpoint().sign(&key()).to_string();
    let claimed = SignedCheckpoint::claimed(&signed).unwrap();
    assert_eq!(claimed.checkpoint, checkpoint());
    assert_eq!(claimed.signers, [key().verifying_key().label()]);
    // A signature that is wrong is a claim as well.
    let forged = signed.replace("1234", "1235");
    let claimed = SignedCheckpoint::claimed(&forged).unwrap();
    assert_eq!(claimed.checkpoint.size, Position::new(1235));
    let torn = &signed[..signed.len() - 30];
    assert!(SignedCheckpoint::claimed(torn).is_err());
}

#[test]
fn accepts_a_signature_made_by_another_program() {
    let key: VerifyingKey = GO_KEY.parse().unwrap();
    // The signature is good; the text it signs is no checkpoint.
    let error = SignedCheckpoint::verify(GO_NOTE, &key, &origin()).unwrap_err();
    assert_eq!(error, CheckpointError::Body("no root"));
    let altered = GO_NOTE.replace("problem is", "problem was");
    let error = SignedCheckpoint::verify(&altered, &key, &origin()).unwrap_err();
    assert_eq!(
        error,
        CheckpointError::BadSignature {
            key: "PeterNeumann".into()
        }
    );
}

#[test]
fn refuses_every_altered_byte() {
    let signed = checkpoint().sign(&key());
    for index in 0..signed.as_str().len() {
        let mut bytes = signed.as_str().as_bytes().to_vec();
        bytes[index] ^= 1;
        if let Ok(text) = String::from_utf8(bytes) {
            assert!(verify(&text).is_err(), "byte {index}");
        }
        if let Some(shorter) = signed.as_str().get(..index) {
            assert!(verify(shorter).is_err(), "cut at {index}");
        }
    }
}

#[test]
fn refuses_other_logs_and_other_keys() {
    let other = Origin::new("okr.example.org/umbrella").unwrap();
    let signed = checkpoint().sign(&key());
    let error = SignedCheckpoint::verify(signed.as_str(), &key().verifying_key(), &other);
    let (found, expected) = (
        "okr.example.org/acme".into(),
        "okr.example.org/umbrella".into(),
    );
    assert_eq!(error, Err(CheckpointError::OtherOrigin { found, expected }));

    let not_signed = Err(CheckpointError::NotSigned {
        key: "okr.example.org".into(),
    });
    let same_name = SigningKey::from_bytes(key().name().clone(), &[8; 32]);
    assert_eq!(verify(checkpoint().sign(&same_name).as_str()), not_signed);
    let other_name = SigningKey::from_bytes(KeyName::new("evil").unwrap(), &[7; 32]);
    assert_eq!(verify(checkpoint().sign(&other_name).as_str()), not_signed);
}

#[test]
fn ignores_further_signatures_but_none_by_our_key_may_fail() {
    let signed = checkpoint().sign(&key());
    let witness = format!("{signed}\u{2014} witness.example AAAAAAAA\n");
    assert_eq!(verify(&witness), Ok(checkpoint()));
    let mut forged = key().verifying_key().id().0.to_vec();
    forged.extend([0; SIGNATURE_BYTES]);
    let forged = format!(
        "{signed}\u{2014} okr.example.org {}\n",
        BASE64.encode(&forged)
    );
    assert!(matches!(
        verify(&forged),
        Err(CheckpointError::BadSignature { .. })
    ));
}

#[test]
fn ignores_extension_lines() {
    let body = format!("{}extension 1\nextension 2\n", checkpoint().body());
    assert_eq!(verify(&sign_text(&body)), Ok(checkpoint()));
    let body = format!("{}\nextension\n", checkpoint().body());
    assert_eq!(
        verify(&sign_text(&body)),
        Err(CheckpointError::Body("empty extension line"))
    );
}

#[test]
fn refuses_malformed_bodies_even_when_signed() {
    let root = BASE64.encode([9; 32]);
    let error = |body: String| verify(&sign_text(&body)).unwrap_err();
    let body = CheckpointError::Body;
    assert_eq!(error("o\n".into()), body("no size"));
    assert_eq!(error("o\n1\n".into()), body("no root"));
    for size in ["", "-1", "1e3", "18446744073709551616", "\u{661}"] {
        assert_eq!(
            error(format!("o\n{size}\n{root}\n")),
            body("size is not a number"),
            "{size}"
        );
    }
    for size in ["01", "+1"] {
        let expected = body("size is not in its shortest form");
        assert_eq!(error(format!("o\n{size}\n{root}\n")), expected, "{size}");
    }
    assert_eq!(error("o\n1\nAA\n".into()), body("root is not base64"));
    assert_eq!(error("o\n1\nAAAA\n".into()), body("root is not 32 bytes"));
    assert_eq!(
        error(format!("\n1\n{root}\n")),
        CheckpointError::Origin(String::new())
    );
}

#[test]
fn refuses_malformed_notes() {
    let note = CheckpointError::Note;
    let body = checkpoint().body();
    let dash = '\u{2014}';
    let cases = [
        (String::new(), "it does not end in a line feed"),
        (
            format!("{body}\n{dash} name AAAAAAAA"),
            "it does not end in a line feed",
        ),
        (format!("{body}\r\n"), "it holds a control character"),
        (body.clone(), "no empty line before the signatures"),
        (format!("{body}\n"), "no signature line"),
        (
            format!("{body}\n- n AAAAAAAA\n"),
            "a signature line does not start with a dash and a space",
        ),
        (
            format!("{body}\n{dash} n\n"),
            "a signature line has no signature",
        ),
        (format!("{body}\n{dash} n ?\n"), "a signature is not base64"),
        (
            format!("{body}\n{dash} n AAAA\n"),
            "a signature is shorter than a key id",
        ),
    ];
    for (text, reason) in cases {
        assert_eq!(verify(&text), Err(note(reason)), "{text:?}");
    }
    let long = format!("{}\n", "x".repeat(MAX_NOTE_BYTES));
    assert_eq!(
        verify(&long),
        Err(CheckpointError::TooLong {
            bytes: MAX_NOTE_BYTES + 1
        })
    );
}

#[test]
fn refuses_bad_origins() {
    for bad in ["", "a\nb", "a\u{7f}", &"x".repeat(1025)] {
        assert_eq!(
            Origin::new(bad),
            Err(CheckpointError::Origin(bad.to_owned()))
        );
    }
}

//! Codes and tokens: use, reuse, expiry, limits, what stands in the file.

use tempfile::TempDir;

use super::file::{MAX_CODES_PER_PERSON, MAX_TOKENS_PER_PERSON};
use super::*;

fn principal(person: u128) -> Principal {
    Principal {
        org: OrgId::new(Uuid::from_u128(1)),
        person: PersonId::new(Uuid::from_u128(person)),
    }
}

fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + hours * 3600).unwrap()
}

fn credentials() -> (TempDir, Credentials) {
    let root = tempfile::tempdir().unwrap();
    let credentials = Credentials::create(root.path().join("credentials.json")).unwrap();
    (root, credentials)
}

/// Makes a code for a person that works as long as usual.
fn code(credentials: &Credentials, person: u128, now: Timestamp) -> Issued<LoginCode> {
    let new = NewCode {
        principal: principal(person),
        issued_by: None,
        lifetime: CODE_LIFETIME,
    };
    credentials.issue_code(new, now).unwrap().0
}

#[test]
fn a_code_gives_one_token_and_survives_a_restart() {
    let (root, credentials) = credentials();
    let code = code(&credentials, 7, at(0));
    assert_eq!(code.expires_at, at(7 * 24));
    let reopened = Credentials::open(root.path().join("credentials.json")).unwrap();
    let typed = code.secret.reveal().to_lowercase();
    let (token, credential) = reopened.redeem(&typed, "laptop", at(1)).unwrap();
    assert_eq!(credential.principal, principal(7));
    assert_eq!(credential.device, "laptop");
    assert_eq!(token.expires_at, at(1 + 90 * 24));
    assert!(matches!(
        reopened.redeem(&typed, "laptop", at(1)),
        Err(LoginError::UnknownCode)
    ));
    let again = Credentials::open(root.path().join("credentials.json")).unwrap();
    let bearer = token.secret.reveal();
    assert_eq!(again.authenticate(&bearer, at(2)), Ok(credential));
}

#[test]
fn late_codes_and_tokens_are_told_apart_from_wrong_ones() {
    let (_root, credentials) = credentials();
    let code = code(&credentials, 7, at(0));
    let text = code.secret.reveal();
    let late = credentials.redeem(&text, "laptop", at(7 * 24));
    assert!(matches!(late, Err(LoginError::ExpiredCode { at: end }) if end == at(7 * 24)));
    let (token, _) = credentials.redeem(&text, "laptop", at(1)).unwrap();
    let bearer = token.secret.reveal();
    assert_eq!(
        credentials.authenticate(&bearer, at(1 + 90 * 24)),
        Err(TokenError::Expired {
            at: at(1 + 90 * 24)
        })
    );
    let unknown = BearerToken::generate().unwrap().reveal();
    for wrong in ["", "okr_x", &unknown] {
        assert_eq!(
            credentials.authenticate(wrong, at(1)),
            Err(TokenError::Invalid)
        );
    }
}

#[test]
fn a_known_id_with_another_secret_is_refused() {
    let (_root, credentials) = credentials();
    let code = code(&credentials, 7, at(0));
    let (token, _) = credentials
        .redeem(&code.secret.reveal(), "laptop", at(0))
        .unwrap();
    let other = BearerToken::generate().unwrap().reveal();
    let secret = &other[37..80];
    let body = format!("okr_{}_{secret}", token.secret.id().simple());
    let forged = format!("{body}_{:08x}", crc32c::crc32c(body.as_bytes()));
    assert!(BearerToken::parse(&forged).is_some(), "well-formed");
    assert_eq!(
        credentials.authenticate(&forged, at(0)),
        Err(TokenError::Invalid)
    );
}

#[test]
fn a_device_has_a_short_name_and_a_bad_one_does_not_use_up_the_code() {
    let (_root, credentials) = credentials();
    let code = code(&credentials, 7, at(0));
    let text = code.secret.reveal();
    for bad in ["", "  ", "two\nlines", &"x".repeat(65)] {
        let refused = credentials.redeem(&text, bad, at(0));
        assert!(matches!(refused, Err(LoginError::Device)), "{bad:?}");
    }
    assert!(credentials.redeem(&text, &"å".repeat(64), at(0)).is_ok());
}

#[test]
fn no_secret_stands_in_the_file() {
    let (root, credentials) = credentials();
    let open = code(&credentials, 7, at(0));
    let used = code(&credentials, 7, at(0));
    let (token, _) = credentials
        .redeem(&used.secret.reveal(), "laptop", at(0))
        .unwrap();
    let text = std::fs::read_to_string(root.path().join("credentials.json")).unwrap();
    let bearer = token.secret.reveal();
    for secret in [&open.secret.reveal(), &bearer, &bearer[37..80].to_owned()] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(text.contains(&open.secret.hash().to_hex()));
}

#[test]
fn codes_and_tokens_of_one_person_are_limited_and_others_keep_theirs() {
    let (_root, credentials) = credentials();
    let other = code(&credentials, 8, at(0));
    let codes: Vec<_> = (0..=MAX_CODES_PER_PERSON)
        .map(|_| code(&credentials, 7, at(0)))
        .collect();
    let first = credentials.redeem(&codes[0].secret.reveal(), "laptop", at(0));
    assert!(matches!(first, Err(LoginError::UnknownCode)));
    for code in [&codes[1], &codes[MAX_CODES_PER_PERSON], &other] {
        assert!(
            credentials
                .redeem(&code.secret.reveal(), "laptop", at(0))
                .is_ok()
        );
    }
}

#[test]
fn the_oldest_token_makes_room() {
    let (_root, credentials) = credentials();
    let mut bearers = Vec::new();
    for hour in 0..=MAX_TOKENS_PER_PERSON {
        let now = at(i64::try_from(hour).unwrap());
        let code = code(&credentials, 7, now);
        let (token, _) = credentials
            .redeem(&code.secret.reveal(), "laptop", now)
            .unwrap();
        bearers.push(token.secret.reveal());
    }
    assert_eq!(
        credentials.authenticate(&bearers[0], at(60)),
        Err(TokenError::Invalid)
    );
    for bearer in &bearers[1..] {
        assert!(credentials.authenticate(bearer, at(60)).is_ok());
    }
}

#[test]
fn a_token_of_a_program_keeps_its_scope_over_a_restart() {
    let (root, credentials) = credentials();
    let scope = Scope {
        access: okr_core::authorize::Access::Reports,
        team: Some(okr_core::id::TeamId::new(Uuid::from_u128(9))),
    };
    let new = NewToken {
        principal: principal(7),
        issued_by: PersonId::new(Uuid::from_u128(8)),
        name: "nightly".to_owned(),
        scope,
        lifetime: SignedDuration::from_hours(1),
    };
    let (issued, made) = credentials.issue_token(new.clone(), at(0)).unwrap();
    assert_eq!(made.expires_at, at(1));
    let again = Credentials::open(root.path().join("credentials.json")).unwrap();
    let found = again.authenticate(&issued.secret.reveal(), at(0)).unwrap();
    assert_eq!((found.scope, found.issued_by), (scope, made.issued_by));
    assert_eq!(again.tokens(principal(7).org), [made]);
    let nameless = NewToken {
        name: " ".to_owned(),
        ..new
    };
    let refused = again.issue_token(nameless, at(0));
    assert!(matches!(refused, Err(IssueError::Name)));
}

#[test]
fn a_file_of_the_first_version_is_read_and_its_tokens_allow_everything() {
    let (root, credentials) = credentials();
    let open = code(&credentials, 7, at(0));
    let used = code(&credentials, 7, at(0));
    let (token, _) = credentials
        .redeem(&used.secret.reveal(), "laptop", at(0))
        .unwrap();
    let path = root.path().join("credentials.json");
    let mut old: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    old["version"] = 1.into();
    for code in old["codes"].as_array_mut().unwrap() {
        let code = code.as_object_mut().unwrap();
        code.retain(|key, _| ["org", "person", "hash", "expires_at"].contains(&key.as_str()));
    }
    for (_, token) in old["tokens"].as_object_mut().unwrap() {
        token.as_object_mut().unwrap().remove("access").unwrap();
    }
    std::fs::write(&path, old.to_string()).unwrap();
    let read = Credentials::open(path).unwrap();
    let found = read.authenticate(&token.secret.reveal(), at(1)).unwrap();
    assert_eq!(found.scope, Scope::FULL);
    let waiting = read.open_codes(principal(7).org, at(1));
    assert_eq!(waiting.len(), 1);
    assert!(read.revoke_code(principal(7).org, waiting[0].id).unwrap());
    let refused = read.redeem(&open.secret.reveal(), "laptop", at(1));
    assert!(matches!(refused, Err(LoginError::UnknownCode)));
}

#[test]
fn what_is_ended_belongs_to_the_organisation_that_ends_it() {
    let (_root, credentials) = credentials();
    let used = code(&credentials, 7, at(0));
    let (token, _) = credentials
        .redeem(&used.secret.reveal(), "laptop", at(0))
        .unwrap();
    let elsewhere = OrgId::new(Uuid::from_u128(2));
    let id = token.secret.id();
    assert!(!credentials.revoke_token(elsewhere, id).unwrap());
    assert!(credentials.revoke_token(principal(7).org, id).unwrap());
    assert!(!credentials.revoke_token(principal(7).org, id).unwrap());
}

#[test]
fn those_who_are_not_kept_lose_everything_and_others_nothing() {
    let (root, credentials) = credentials();
    let waiting = code(&credentials, 7, at(0));
    let used = code(&credentials, 7, at(0));
    credentials
        .redeem(&used.secret.reveal(), "laptop", at(0))
        .unwrap();
    let other = code(&credentials, 8, at(0));
    let ended = credentials.retain(|holder| holder != principal(7)).unwrap();
    assert_eq!(ended.into_iter().collect::<Vec<_>>(), [(principal(7), 2)]);
    let refused = credentials.redeem(&waiting.secret.reveal(), "laptop", at(0));
    assert!(matches!(refused, Err(LoginError::UnknownCode)));
    assert!(
        credentials
            .redeem(&other.secret.reveal(), "phone", at(0))
            .is_ok()
    );
    let before = std::fs::metadata(root.path().join("credentials.json")).unwrap();
    assert!(
        credentials
            .retain(|holder| holder != principal(7))
            .unwrap()
            .is_empty()
    );
    let after = std::fs::metadata(root.path().join("credentials.json")).unwrap();
    assert_eq!(
        before.modified().unwrap(),
        after.modified().unwrap(),
        "nothing was written"
    );
}

//! Which token a text means, and what a scope is called.

use okr_core::Timestamp;

use super::*;

fn token(id: u128, name: &str) -> TokenInfo {
    TokenInfo {
        id: Uuid::from_u128(id),
        person: PersonId::new(Uuid::from_u128(1)),
        name: name.to_owned(),
        scope: Some(Scope::FULL),
        issued_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::UNIX_EPOCH,
        last_used_at: None,
        current: false,
        issued_by: None,
    }
}

#[test]
fn a_token_is_meant_by_its_id_or_by_a_name_that_it_alone_has() {
    let known = [
        token(0x1234_5678, "laptop"),
        token(0x1111_5678, "laptop"),
        token(0x2222_2222, "phone"),
    ];
    let found = |text: &str| find(&known, text).map(|token| token.id.as_u128());
    assert_eq!(found("phone"), Ok(0x2222_2222));
    assert_eq!(found("87654321"), Ok(0x1234_5678));
    assert_eq!(
        found(&Uuid::from_u128(0x2222_2222).to_string()),
        Ok(0x2222_2222)
    );
    for ambiguous in ["laptop", "8765"] {
        assert_eq!(found(ambiguous).unwrap_err().code(), "ambiguous-token");
    }
    for unknown in ["tablet", "876", "ffff", ""] {
        assert_eq!(
            found(unknown).unwrap_err().code(),
            "unknown-token",
            "{unknown}"
        );
    }
}

#[test]
fn a_scope_has_words_and_an_unknown_one_is_not_everything() {
    let team = |_: TeamId| "platform".to_owned();
    assert_eq!(scope_in_words(Some(Scope::FULL), team), "everything");
    let narrow = Scope {
        access: Access::Reports,
        team: Some(TeamId::new(Uuid::from_u128(1))),
    };
    assert_eq!(scope_in_words(Some(narrow), team), "check-ins of platform");
    assert_eq!(scope_in_words(None, team), "something newer");
}

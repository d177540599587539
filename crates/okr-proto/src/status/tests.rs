//! Every error survives the way to a status and back.

use std::collections::BTreeSet;

use super::*;

fn one_of_each() -> Vec<ApiError> {
    vec![
        ApiError::Unauthenticated,
        ApiError::CodeRefused,
        ApiError::PermissionDenied {
            what: "issue a code for somebody else".to_owned(),
            why: "this takes an administrator".to_owned(),
            refusal: "needs-admin".to_owned(),
        },
        ApiError::ProtocolVersion {
            client: String::new(),
            oldest: 1,
            newest: 3,
        },
        ApiError::TooLarge {
            what: "bytes of request".to_owned(),
            limit: 65_536,
            actual: u64::MAX,
        },
        ApiError::InvalidChange {
            index: 499,
            problem: "events[2].team.created.name: missing".to_owned(),
        },
        ApiError::InvalidRequest {
            field: "device".to_owned(),
            problem: "\"Ærlig\n\" is not one line".to_owned(),
        },
        ApiError::PositionAhead { head: 41 },
        ApiError::OutcomeUnknown,
        ApiError::StorageRefusesWrites,
        ApiError::DiskReserve,
        ApiError::ShuttingDown,
        ApiError::Frozen,
        ApiError::QuotaExceeded {
            what: "people".to_owned(),
            limit: 50,
        },
        ApiError::Overloaded {
            retry_after_ms: 250,
            excess: Excess::FailedLogins,
        },
        ApiError::Internal {
            request_id: "7f00".to_owned(),
        },
    ]
}

/// Breaks the build when a variant is added, as a reminder to add it to [`one_of_each`].
const fn number_of_variants(error: &ApiError) -> usize {
    match error {
        ApiError::Unauthenticated
        | ApiError::CodeRefused
        | ApiError::PermissionDenied { .. }
        | ApiError::ProtocolVersion { .. }
        | ApiError::TooLarge { .. }
        | ApiError::InvalidChange { .. }
        | ApiError::InvalidRequest { .. }
        | ApiError::PositionAhead { .. }
        | ApiError::OutcomeUnknown
        | ApiError::StorageRefusesWrites
        | ApiError::DiskReserve
        | ApiError::ShuttingDown
        | ApiError::Overloaded { .. }
        | ApiError::Frozen
        | ApiError::QuotaExceeded { .. }
        | ApiError::Internal { .. } => 16,
    }
}

#[test]
fn every_error_survives_the_way_to_a_status_and_back() {
    let errors = one_of_each();
    assert_eq!(errors.len(), number_of_variants(&errors[0]));
    for error in errors {
        let status = Status::from(error.clone());
        assert_eq!(status.code(), error.code());
        assert_eq!(status.message(), error.to_string());
        assert_eq!(ApiError::from_status(&status), Some(error));
    }
}

#[test]
fn every_reason_is_another_word_in_kebab_case() {
    let reasons: BTreeSet<&str> = one_of_each().iter().map(ApiError::reason).collect();
    assert_eq!(reasons.len(), one_of_each().len());
    for reason in reasons {
        assert!(
            reason.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
            "{reason}"
        );
    }
}

#[test]
fn an_overloaded_server_says_when_to_come_back() {
    let status = Status::from(ApiError::Overloaded {
        retry_after_ms: 1500,
        excess: Excess::Work,
    });
    let delay = status
        .get_details_retry_info()
        .and_then(|info| info.retry_delay);
    assert_eq!(delay, Some(Duration::from_millis(1500)));
}

#[test]
fn what_there_is_too_much_of_is_told_and_else_it_is_work() {
    for excess in Excess::ALL {
        let error = ApiError::Overloaded {
            retry_after_ms: 1,
            excess,
        };
        let status = Status::from(error.clone());
        assert_eq!(ApiError::from_status(&status), Some(error));
    }
    for facts in [&[][..], &[("excess", "from-the-future")]] {
        let facts = facts.iter().chain(&[("retry_after_ms", "7")]);
        let facts = facts.map(|(name, fact)| ((*name).to_owned(), (*fact).to_owned()));
        let details = ErrorDetails::with_error_info(
            "overloaded",
            ERROR_DOMAIN,
            facts.collect::<HashMap<_, _>>(),
        );
        let status = Status::with_error_details(Code::ResourceExhausted, "?", details);
        let read = ApiError::Overloaded {
            retry_after_ms: 7,
            excess: Excess::Work,
        };
        assert_eq!(ApiError::from_status(&status), Some(read));
    }
}

#[test]
fn a_status_from_elsewhere_is_not_ours() {
    assert_eq!(ApiError::from_status(&Status::unavailable("reset")), None);
    let foreign = ErrorDetails::with_error_info("internal", "example.org", HashMap::new());
    let status = Status::with_error_details(Code::Internal, "internal", foreign);
    assert_eq!(ApiError::from_status(&status), None);
}

#[test]
fn an_unknown_reason_or_missing_fact_is_not_guessed() {
    for reason in ["from-the-future", "position-ahead"] {
        let details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, HashMap::new());
        let status = Status::with_error_details(Code::OutOfRange, "?", details);
        assert_eq!(ApiError::from_status(&status), None, "{reason}");
    }
}

//! From what tonic reports to what a caller can act on.

use std::error::Error;
use std::io;
use std::time::Duration;

use okr_core::id::Position;
use okr_proto::{ApiError, Excess, PROTOCOL_VERSION};
use rustls::AlertDescription;
use tonic::{Code, Status};

use crate::remote::RemoteError;

/// Says why no connection came about.
pub(super) fn of_connecting(url: &str, error: &tonic::transport::Error) -> RemoteError {
    let (url, cause) = (url.to_owned(), innermost(error));
    // rustls reports an untrusted certificate, or an answer that is not TLS, as invalid data.
    let is_tls = url.starts_with("https")
        && sources(error).any(|source| {
            source
                .downcast_ref::<io::Error>()
                .is_some_and(|error| error.kind() == io::ErrorKind::InvalidData)
        });
    if is_tls {
        RemoteError::Tls { url, cause }
    } else {
        RemoteError::Unreachable { url, cause }
    }
}

/// Returns what the server says of the certificate that this machine has shown, or not shown, if that
/// is why it ended the connection.
pub(super) fn refused_certificate(error: &(dyn Error + 'static)) -> Option<String> {
    let refused = sources(error).find_map(|source| match source.downcast_ref() {
        Some(refused @ rustls::Error::AlertReceived(alert)) => {
            is_about_certificate(*alert).then_some(refused)
        }
        _ => None,
    })?;
    Some(refused.to_string())
}

/// Says whether an alert is about a certificate. What a server complains about is the client's.
const fn is_about_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            // What is said of one that an authority of the same name has signed with another key.
            | AlertDescription::DecryptError
            | AlertDescription::AccessDenied
    )
}

/// Says why a call failed.
pub(super) fn of_call(url: &str, status: &Status) -> RemoteError {
    if let Some(error) = ApiError::from_status(status) {
        return of_server(error);
    }
    let unreachable = || RemoteError::Unreachable {
        url: url.to_owned(),
        cause: match status.source() {
            Some(source) => innermost(source),
            None => status.message().to_owned(),
        },
    };
    if let Some(answer) = answer_of_a_proxy(status) {
        return of_proxy(url, answer);
    }
    match status.code() {
        Code::Unavailable | Code::Cancelled => unreachable(),
        // Without details of the protocol, an error under the call is a broken connection.
        Code::Unknown | Code::Internal if status.source().is_some() => unreachable(),
        Code::DeadlineExceeded => RemoteError::Unavailable {
            why: "it took too long".to_owned(),
        },
        Code::Unauthenticated => RemoteError::LoginNeeded,
        Code::Unimplemented => RemoteError::Incompatible {
            ours: PROTOCOL_VERSION,
            theirs: "does not know this call".to_owned(),
        },
        code => RemoteError::Refused {
            reason: code.description().to_owned(),
            message: status.message().to_owned(),
        },
    }
}

/// Returns what something before the server answered, such as `502 Bad Gateway`, where that was no gRPC.
fn answer_of_a_proxy(status: &Status) -> Option<&str> {
    // The transport tried to read a page as messages, and says so in words only.
    let (_, answer) = status.message().split_once(" response with status: ")?;
    Some(answer.trim())
}

fn of_proxy(url: &str, answer: &str) -> RemoteError {
    if ["502", "503", "504"]
        .iter()
        .any(|code| answer.starts_with(code))
    {
        return RemoteError::Unreachable {
            url: url.to_owned(),
            cause: format!("the proxy before it answers {answer}"),
        };
    }
    RemoteError::Refused {
        reason: "no-grpc".to_owned(),
        message: format!(
            "what answers there is no okrd, or a proxy that does not pass gRPC on: {answer}"
        ),
    }
}

fn of_server(error: ApiError) -> RemoteError {
    let (reason, message) = (error.reason(), error.to_string());
    match error {
        ApiError::Unauthenticated => RemoteError::LoginNeeded,
        ApiError::CodeRefused => RemoteError::CodeRefused,
        ApiError::PermissionDenied { what, why, refusal } => {
            RemoteError::NotPermitted { what, why, refusal }
        }
        ApiError::ProtocolVersion {
            oldest,
            newest,
            client: _,
        } => RemoteError::Incompatible {
            ours: PROTOCOL_VERSION,
            theirs: if oldest == newest {
                format!("version {newest}")
            } else {
                format!("versions {oldest} to {newest}")
            },
        },
        ApiError::TooLarge {
            what,
            limit,
            actual,
        } => RemoteError::TooLarge {
            what,
            limit,
            actual,
        },
        ApiError::InvalidChange { index, problem } => RemoteError::InvalidChange { index, problem },
        ApiError::PositionAhead { head } => RemoteError::Ahead {
            head: Position::new(head),
        },
        ApiError::OutcomeUnknown => RemoteError::OutcomeUnknown,
        ApiError::StorageRefusesWrites
        | ApiError::DiskReserve
        | ApiError::ShuttingDown
        | ApiError::Overloaded {
            excess: Excess::Work,
            ..
        }
        | ApiError::Internal { .. } => RemoteError::Unavailable { why: message },
        ApiError::Overloaded { retry_after_ms, .. } => RemoteError::TooOften {
            why: message,
            wait: Duration::from_millis(retry_after_ms),
        },
        ApiError::InvalidRequest { .. } | ApiError::Frozen | ApiError::QuotaExceeded { .. } => {
            RemoteError::Refused {
                reason: reason.to_owned(),
                message,
            }
        }
    }
}

/// Returns the text of the error at the bottom: the ones above say "transport error".
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    sources(error)
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

/// Lists an error and what is behind it, looking into I/O errors, which hide what they carry.
fn sources<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| behind(*error))
}

fn behind<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let carried = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    match carried {
        Some(carried) => Some(carried),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_too_often_is_told_apart_from_a_server_with_too_much_to_do() {
        let heard = |excess| {
            let error = ApiError::Overloaded {
                retry_after_ms: 1_500,
                excess,
            };
            of_call("https://okr.acme.dev", &Status::from(error))
        };
        let often = RemoteError::TooOften {
            why: "this token calls too often".to_owned(),
            wait: Duration::from_millis(1_500),
        };
        assert_eq!(heard(Excess::CallsOfToken), often);
        assert!(often.is_passing() && often.is_answer() && !often.took_nothing());
        let busy = heard(Excess::Work);
        assert!(matches!(busy, RemoteError::Unavailable { .. }), "{busy:?}");
    }

    #[test]
    fn a_page_of_a_proxy_is_told_apart_from_a_refusal_of_the_server() {
        let page = |answer: &str| {
            Status::internal(format!(
                "protocol error: received message with invalid compression flag: 60 (valid flags are 0 and 1) \
                 while receiving response with status: {answer}"
            ))
        };
        for answer in [
            "502 Bad Gateway",
            "503 Service Unavailable",
            "504 Gateway Timeout",
        ] {
            let error = of_call("https://okr.acme.dev", &page(answer));
            let RemoteError::Unreachable { url, cause } = error else {
                panic!("{answer}: {error:?}");
            };
            assert_eq!(url, "https://okr.acme.dev");
            assert_eq!(cause, format!("the proxy before it answers {answer}"));
        }
        let error = of_call("https://okr.acme.dev", &page("404 Not Found"));
        let RemoteError::Refused { message, .. } = error else {
            panic!("{error:?}");
        };
        assert!(message.ends_with(": 404 Not Found"), "{message}");
    }
}

//! From failures of the layers below to what people and scripts are told: sentence, hint, exit code.
//!
//! Only codes and fields are looked at, never the text of a message.

use std::path::Path;
use std::time::Duration;

use okr_core::rejection::{Missing, Rejection};
use okr_replica::{RemoteError, RemoteInfo, ReplicaError, SyncError};

use crate::command_line::typed;
use crate::error::CliError;
use crate::exit::Exit;

/// What to type where a replica cannot be written.
const COPY_IT: &str = "copy its directory (okr workspace list) to where it can be written: cp -R DIRECTORY ELSEWHERE/NAME, then OKR_DATA_DIR=ELSEWHERE okr ...";

/// Says why the replica cannot be read or written.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands where results are mapped"
)]
pub(crate) fn replica(error: ReplicaError) -> CliError {
    let config = |code: &'static str| CliError::config(code, error.to_string());
    match &error {
        ReplicaError::Missing { .. } => {
            config("no-replica").with_hint("okr init NAME, or okr clone URL --code CODE")
        }
        ReplicaError::Exists { .. } => CliError::user("workspace-exists", error.to_string())
            .with_hint("choose another name; okr workspace list shows those in use"),
        ReplicaError::Newer { .. } | ReplicaError::NewerVocabulary { .. } => {
            config("replica-too-new")
                .with_exit(Exit::Incompatible)
                .with_hint("a newer okr wrote it: use that one here too")
        }
        ReplicaError::Older { .. } | ReplicaError::Unfinished => config("replica-too-old")
            .with_hint("okr status brings it up to date")
            .with_hint(
                "where its files cannot be written, copy its directory (okr workspace list) first",
            ),
        ReplicaError::Damaged { .. } => config("replica-damaged")
            .with_exit(Exit::Integrity)
            .with_hint("what the server has is safe: clone it again under another name"),
        ReplicaError::Busy => config("replica-busy")
            .with_exit(Exit::Busy)
            .with_hint("another okr is at work here; try again"),
        ReplicaError::Full => {
            config("disk-full").with_hint("nothing was changed; make room and try again")
        }
        ReplicaError::ReadOnly => config("replica-read-only")
            .with_hint("nothing was changed; commands that only read work here")
            .with_hint(COPY_IT),
        ReplicaError::LeftBeside { .. } => config("replica-read-only")
            .with_hint("it holds changes that a program which was ended did not move into the file")
            .with_hint(COPY_IT),
        ReplicaError::PositionOffAxis { .. } => CliError::usage("bad-moment", error.to_string())
            .with_hint("give a date or time with --axis authored and --axis effective"),
        ReplicaError::BeyondHead { .. } => {
            CliError::user("beyond-head", error.to_string()).with_exit(Exit::NotFound)
        }
        ReplicaError::UpgradeNeeded { entity } => newer(&entity.to_string()),
        ReplicaError::Io(_) | ReplicaError::Database(_) => {
            with_source(config("replica-failed"), &error)
                .with_hint("nothing was changed; look at the disk and at the rights of the files")
        }
        ReplicaError::TooLarge(_) => with_source(config("too-large"), &error)
            .with_hint("nothing was changed; split it into several steps"),
        ReplicaError::Connected { known, offered } => other_server(known, offered),
        ReplicaError::ChangeExists { .. } => {
            config("replica-failed").with_hint("nothing was changed; try again")
        }
    }
}

/// Says why no replica can be made in a directory.
pub(crate) fn not_made(error: ReplicaError, directory: &Path) -> CliError {
    match error {
        ReplicaError::ReadOnly => {
            let message = format!(
                "{} cannot be made: its place is read-only",
                directory.display()
            );
            CliError::config("replica-read-only", message)
                .with_hint("OKR_DATA_DIR=DIRECTORY okr ... keeps workspaces in another place")
        }
        other => replica(other),
    }
}

/// Says that only a newer program knows what a thing is, so that this one must not change it.
pub(crate) fn newer(about: &str) -> CliError {
    let message = format!("{about} was changed by a newer okr, in a way that this one cannot read");
    CliError::user("upgrade-needed", message)
        .with_exit(Exit::Incompatible)
        .with_hint("upgrade okr to change it; nothing has to be cloned again")
}

/// Says that a server is not the one of the workspace, and how to tell the two apart.
fn other_server(known: &RemoteInfo, offered: &RemoteInfo) -> CliError {
    let mut error = CliError::user(
        "other-server",
        "this is not the server that the workspace belongs to",
    )
    .with_exit(Exit::Integrity);
    for (word, server) in [("workspace", known), ("asked", offered)] {
        error = error
            .with_detail(format!("{word:<9}  {}", server.url))
            .with_detail(format!("           log {}", server.origin))
            .with_detail(format!("           key {}", server.verifier_key));
    }
    error
        .with_detail(
            "Two logs of one organisation are two histories: they are not brought together.",
        )
        .with_hint(format!("okr sync   goes on with {}", known.url))
        .with_hint(format!(
            "okr clone {} NAME --code CODE   makes a workspace of its own for the other one",
            offered.url
        ))
}

fn with_source(shown: CliError, error: &(dyn std::error::Error + 'static)) -> CliError {
    match error.source() {
        Some(source) => shown.caused_by(source),
        None => shown,
    }
}

/// Says why a sync did not come to its end. `pending` is how many changes wait on this machine.
pub(crate) fn sync(error: SyncError, pending: usize) -> CliError {
    match error {
        SyncError::Remote(error) => remote(&error, Some(pending)),
        SyncError::Replica(error) => replica(error),
        SyncError::NotConnected => crate::exchange::no_server(),
        SyncError::Diverged { .. } => CliError::user("history-differs", error.to_string())
            .with_exit(Exit::Integrity)
            .with_hint("okr sync says what the server no longer has, and what you can do"),
        SyncError::Integrity(error) => {
            let message = "what the server sent does not fit its proof; nothing unproven was kept";
            CliError::user("integrity", message)
                .with_exit(Exit::Integrity)
                .caused_by(&error)
                .with_hint("ask who runs the server; do not log in to it anew before you know why")
        }
    }
}

/// Says that a checkpoint is not by the server whose log and key are pinned.
pub(crate) fn checkpoint(error: &SyncError, pinned: Option<&RemoteInfo>) -> CliError {
    let message =
        "what answers is not the server that this workspace belongs to, or pretends to be";
    let mut shown = CliError::user("other-server", message).with_exit(Exit::Integrity);
    if let Some(pinned) = pinned {
        shown = shown
            .with_detail(format!("pinned  log {}", pinned.origin))
            .with_detail(format!("        key {}", pinned.verifier_key))
            .with_detail("Nothing of what it sent was kept, and no change was sent to it.");
    }
    shown.caused_by(error).with_hint(
        "ask who runs the server; okr clone makes a workspace of its own for another one",
    )
}

/// Says why a call to the server failed. `pending` is how many changes wait on this machine, where
/// that is known.
pub(crate) fn remote(error: &RemoteError, pending: Option<usize>) -> CliError {
    let shown = call(error, pending);
    if error.is_answer() {
        return shown.with_request(okr_replica::request_id());
    }
    shown
}

fn call(error: &RemoteError, pending: Option<usize>) -> CliError {
    let offline = |message: String, cause: &str| unreachable_server((message, cause), pending);
    let user = |code: &'static str| CliError::user(code, error.to_string());
    match error {
        RemoteError::Unreachable { url, cause } => offline(
            format!("you are offline ({} did not answer)", host(url)),
            cause,
        ),
        RemoteError::TimedOut { url, limit } => offline(
            format!(
                "you are offline ({} did not answer in {} s)",
                host(url),
                limit.as_secs_f32()
            ),
            "the time is up",
        ),
        RemoteError::Unavailable { .. } | RemoteError::OutcomeUnknown => offline(
            "the server takes nothing at the moment".to_owned(),
            &error.to_string(),
        ),
        RemoteError::TooOften { wait, .. } => too_often(user("too-often"), *wait, pending),
        RemoteError::LoginNeeded => user("login-needed")
            .with_exit(Exit::LoginNeeded)
            .with_hint("okr login --code CODE; an administrator makes one with okr member invite"),
        RemoteError::CodeRefused => user("code-refused")
            .with_exit(Exit::LoginNeeded)
            .with_hint("a code works once and not for long: ask for another one"),
        RemoteError::NotPermitted { refusal, .. } => user("not-permitted")
            .with_exit(Exit::NotPermitted)
            .with_hint(way_to_permission(refusal)),
        RemoteError::Incompatible { .. } => user("incompatible")
            .with_exit(Exit::Incompatible)
            .with_hint("bring the older of the two up to date"),
        RemoteError::Ahead { .. } => user("server-behind")
            .with_exit(Exit::Integrity)
            .with_hint("nothing was changed here; okr sync says more once the server answers"),
        RemoteError::Address { .. } => CliError::usage("bad-address", error.to_string())
            .with_hint("such as https://okr.acme.dev, or http://127.0.0.1:7443 on this machine"),
        RemoteError::NotEncrypted { .. } => CliError::usage("not-encrypted", error.to_string())
            .with_hint("give an https:// address; plain http:// is for this machine only"),
        RemoteError::CertificateFile { .. }
        | RemoteError::Tls { .. }
        | RemoteError::ClientCertificate { .. }
        | RemoteError::Encrypted { .. } => not_secured(error),
        RemoteError::Refused { reason, .. } if reason == "frozen" => user("frozen").with_hint(
            "whoever runs the server has made it read-only; what you write waits on this machine",
        ),
        RemoteError::Refused { reason, .. } if reason == "quota-exceeded" => user("quota-exceeded")
            .with_hint(
                "what you write waits on this machine; ask whoever runs the server for more, or look with \
                 okr pending for what is too much and take it back with okr pending drop",
            ),
        RemoteError::InvalidChange { .. }
        | RemoteError::TooLarge { .. }
        | RemoteError::Refused { .. } => user("server-refused"),
        RemoteError::Nonsense { .. } => user("integrity").with_exit(Exit::Integrity).with_hint(
            "nothing of it was kept; ask who runs the server, or whatever stands before it",
        ),
        RemoteError::Local { .. } => user("no-connection"),
    }
}

/// Says what keeps a connection from being a secured one, and what to type: a login changes the files and
/// keeps the token.
fn not_secured(error: &RemoteError) -> CliError {
    let message = error.to_string();
    match error {
        RemoteError::CertificateFile { .. } => CliError::config("bad-ca-cert", message)
            .with_hint(
                "okr login --ca-cert FILE names another PEM file; --ca-cert system needs none",
            )
            .with_hint("okr login --client-cert FILE --client-key FILE names your own certificate"),
        RemoteError::ClientCertificate { cause, .. } => CliError::user(
            "client-certificate",
            message,
        )
        .with_cause(cause.clone())
        .with_hint(
            "okr login --client-cert FILE --client-key FILE shows one that whoever runs the \
                     server gave you; okr clone takes the same flags",
        ),
        RemoteError::Encrypted { url } => {
            let encrypted = url.replacen("http://", "https://", 1);
            CliError::user("encrypted", message).with_hint(format!("the address is {encrypted}"))
        }
        _ => CliError::user("tls", message).with_hint(
            "okr login --ca-cert FILE trusts whoever signed the server's certificate; okr clone \
             takes the same flag",
        ),
    }
}

/// Says what helps whoever is not permitted to do something, by the word for why not.
fn way_to_permission(refusal: &str) -> &'static str {
    match refusal {
        "scope-reads" | "scope-reports" | "scope-team" => {
            "the token allows less than you may do: okr login with a code of your own, or without \
             OKR_TOKEN and OKR_TOKEN_FILE"
        }
        "inactive-author" => "an administrator can take you back: okr member reactivate",
        _ => "an administrator may: okr member list shows who that is",
    }
}

/// Says that the server did not answer, and what is safe.
fn unreachable_server((message, cause): (String, &str), pending: Option<usize>) -> CliError {
    let safe = match pending {
        None => "look at the address, and whether okrd runs there; nothing was changed".to_owned(),
        Some(pending) => format!("{}; okr sync tries again", what_is_safe(pending)),
    };
    CliError::user("server-unreachable", message)
        .with_exit(Exit::ServerUnreachable)
        .with_cause(cause)
        .with_hint(safe)
}

/// Says when the server may be asked again, and what is safe until then.
fn too_often(error: CliError, wait: Duration, pending: Option<usize>) -> CliError {
    // Rounded up: whoever comes back to the second must not be too early.
    let again = format!("in {} s", wait.as_millis().div_ceil(1_000).max(1));
    let hint = match pending {
        None => format!("try again {again}; nothing was changed"),
        Some(pending) => format!("{}; okr sync again {again}", what_is_safe(pending)),
    };
    error.with_exit(Exit::ServerUnreachable).with_hint(hint)
}

fn what_is_safe(pending: usize) -> String {
    match pending {
        0 => "nothing waits on this machine".to_owned(),
        1 => "1 change is safe on this machine".to_owned(),
        _ => format!("{pending} changes are safe on this machine"),
    }
}

/// Returns the part of an address that people know a server by.
pub(crate) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// Says why the rules refuse what was asked. `about` names the thing, where there is one.
pub(crate) fn rejected(rejection: &Rejection, about: Option<&str>) -> CliError {
    let sentence = match about {
        Some(about) => format!("{about}: {rejection}"),
        None => rejection.to_string(),
    };
    let error = CliError::user(rejection.code(), sentence);
    match rejection {
        Rejection::NotPermitted { .. } => error.with_exit(Exit::NotPermitted),
        Rejection::UnknownSubject { .. } | Rejection::UnknownReference { .. } => {
            error.with_exit(Exit::NotFound)
        }
        Rejection::ReasonRequired { missing, .. } => {
            let category =
                "--category external-change|better-measure|placeholder-filled|correction|other";
            error.with_hint(match missing {
                Missing::Reason => "add -m \"why\"".to_owned(),
                Missing::Category => format!("add {category}"),
                Missing::ReasonAndCategory => format!("add -m \"why\" {category}"),
            })
        }
        Rejection::FutureDate { .. } => error
            .with_exit(Exit::Usage)
            .with_hint("a check-in says what was true on its day; give that day with --on"),
        // What was given is readable and cannot be, like what is refused before the rules are asked.
        Rejection::TooEarly { .. }
        | Rejection::WrongValue { .. }
        | Rejection::Inconsistent { .. } => error.with_exit(Exit::Usage),
        Rejection::CycleClosed { name, .. } => {
            error.with_hint(format!("okr cycle reopen {}", typed(name.as_str())))
        }
        Rejection::Conflict { .. } => error.with_hint("look again, then repeat the command"),
        Rejection::InactivePerson { .. }
        | Rejection::AlreadyExists { .. }
        | Rejection::NoOrganisation
        | Rejection::WrongState { .. }
        | Rejection::AlignmentCycle { .. }
        | Rejection::TeamCycle { .. }
        | Rejection::Limit { .. }
        | Rejection::UnknownText { .. }
        | Rejection::EmptyChange => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn being_offline_is_a_state_and_the_changes_are_safe() {
        let error = RemoteError::TimedOut {
            url: "https://okr.acme.dev".to_owned(),
            limit: Duration::from_secs(3),
        };
        let shown = remote(&error, Some(3));
        assert_eq!(shown.exit(), Exit::ServerUnreachable);
        assert_eq!(
            shown.message(),
            "you are offline (okr.acme.dev did not answer in 3 s)"
        );
        let text = shown.to_text(&crate::render::Screen::piped(), false);
        assert!(
            text.contains("3 changes are safe on this machine"),
            "{text}"
        );
    }

    #[test]
    fn who_asks_too_often_reads_when_to_come_back() {
        let screen = crate::render::Screen::piped();
        let error = RemoteError::TooOften {
            why: "this token calls too often".to_owned(),
            wait: Duration::from_millis(1_001),
        };
        for (pending, hint) in [
            (None, "try again in 2 s; nothing was changed"),
            (
                Some(0),
                "nothing waits on this machine; okr sync again in 2 s",
            ),
            (
                Some(1),
                "1 change is safe on this machine; okr sync again in 2 s",
            ),
            (
                Some(9),
                "9 changes are safe on this machine; okr sync again in 2 s",
            ),
        ] {
            let shown = remote(&error, pending);
            assert_eq!(shown.exit(), Exit::ServerUnreachable);
            assert_eq!(shown.message(), "this token calls too often");
            let text = shown.to_text(&screen, false);
            assert!(text.contains(hint), "{text}");
            assert!(text.contains("Request: "), "the server answered: {text}");
        }
    }

    #[test]
    fn every_refusal_of_the_server_has_its_exit_code() {
        let cases = [
            (RemoteError::LoginNeeded, Exit::LoginNeeded),
            (RemoteError::CodeRefused, Exit::LoginNeeded),
            (
                RemoteError::NotPermitted {
                    what: "invite".to_owned(),
                    why: "this takes an administrator".to_owned(),
                    refusal: "needs-admin".to_owned(),
                },
                Exit::NotPermitted,
            ),
            (
                RemoteError::Incompatible {
                    ours: 1,
                    theirs: "2".to_owned(),
                },
                Exit::Incompatible,
            ),
        ];
        for (error, exit) in cases {
            assert_eq!(remote(&error, None).exit(), exit, "{error}");
        }
    }

    #[test]
    fn a_refusal_names_the_request_and_a_lost_connection_does_not() {
        let screen = crate::render::Screen::piped();
        let id = okr_replica::request_id();
        let busy = RemoteError::Unavailable {
            why: "the server is overloaded".to_owned(),
        };
        for refusal in [busy, RemoteError::LoginNeeded] {
            let shown = remote(&refusal, None);
            let text = shown.to_text(&screen, false);
            assert!(text.contains(&format!("\nRequest: {id}\n")), "{text}");
            let json = serde_json::to_value(shown.to_json()).unwrap();
            assert_eq!(json["request"], id);
        }
        let lost = RemoteError::Unreachable {
            url: "https://okr.acme.dev".to_owned(),
            cause: "connection refused".to_owned(),
        };
        let shown = remote(&lost, None);
        assert!(!shown.to_text(&screen, false).contains("Request"));
        let json = serde_json::to_value(shown.to_json()).unwrap();
        assert_eq!(json.get("request"), None);
    }

    #[test]
    fn what_the_operator_settled_is_said_with_what_happens_to_the_changes() {
        for reason in ["frozen", "quota-exceeded"] {
            let error = RemoteError::Refused {
                reason: reason.to_owned(),
                message: "the organisation may have 50 people and no more".to_owned(),
            };
            let shown = remote(&error, Some(3));
            assert_eq!(shown.code(), reason);
            let text = shown.to_text(&crate::render::Screen::piped(), false);
            assert!(text.contains("waits on this machine"), "{text}");
        }
    }

    #[test]
    fn a_scope_that_refuses_says_how_to_get_around_it() {
        let error = RemoteError::NotPermitted {
            what: "make a code".to_owned(),
            why: "the token is for reading only".to_owned(),
            refusal: "scope-reads".to_owned(),
        };
        let text = remote(&error, None).to_text(&crate::render::Screen::piped(), false);
        assert!(text.contains("OKR_TOKEN_FILE"), "{text}");
    }

    #[test]
    fn a_replica_of_a_newer_program_is_a_matter_of_versions() {
        let newer = ReplicaError::Newer { found: 9, known: 1 };
        assert_eq!(replica(newer).exit(), Exit::Incompatible);
        assert_eq!(replica(ReplicaError::Busy).exit(), Exit::Busy);
        let damaged = ReplicaError::Damaged {
            what: "x".to_owned(),
        };
        assert_eq!(replica(damaged).exit(), Exit::Integrity);
    }
}

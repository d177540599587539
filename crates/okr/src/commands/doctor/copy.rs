//! The copy on this machine: its file, its token, the clock that its days are taken from.

use std::fs;

use jiff::tz::TimeZone;
use okr_core::view::View as _;
use okr_replica::{Replica, ReplicaError, ReplicaInfo};

use super::check::Check;
use crate::commands::counted;
use crate::context::Context;
use crate::failure;
use crate::workspace::Workspace;
use crate::zone::zone_named;

/// Opens the copy and looks through its file. Only `--fix` brings an older one up to date.
pub(super) fn replica(workspace: &Workspace, fix: bool) -> (Vec<Check>, Option<Replica>) {
    let mut checks = Vec::new();
    let mut opened = Replica::open_to_read(&workspace.directory);
    if let Err(ReplicaError::Older { .. } | ReplicaError::Unfinished) = opened {
        if fix {
            opened = Replica::open(&workspace.directory);
            if opened.is_ok() {
                checks.push(Check::ok("fixed", "the copy was brought up to date"));
            }
        } else {
            let text = "an older okr wrote the copy, or a first load was cut short";
            let hint = "okr doctor --fix, or the next command, brings it up to date";
            return (vec![Check::warning("replica", text, hint)], None);
        }
    }
    let replica = match opened {
        Ok(replica) => replica,
        Err(error) => {
            checks.push(Check::of_error("replica", &failure::replica(error)));
            return (checks, None);
        }
    };
    checks.push(match replica.file_fault() {
        Ok(None) => Check::ok(
            "replica",
            "its file is whole; okr verify checks the history in it",
        ),
        Ok(Some(fault)) => Check::problem(
            "replica",
            format!("its file is damaged: {fault}"),
            "what the server has is safe: clone it again under another name",
        ),
        Err(error) => Check::of_error("replica", &failure::replica(error)),
    });
    (checks, Some(replica))
}

/// Checks that nobody else can read the token.
pub(super) fn token_file(workspace: &Workspace, fix: bool) -> Check {
    let path = workspace.token_file();
    let Ok(metadata) = fs::metadata(&path) else {
        return Check::ok("token", "none is kept here");
    };
    let others = others_read(&metadata);
    if !others {
        return Check::ok(
            "token",
            format!("in {}, which only you can read", path.display()),
        );
    }
    if fix && close(&path).is_ok() {
        return Check::ok(
            "token",
            format!("others could read {}: no longer", path.display()),
        );
    }
    let text = format!("others can read {}", path.display());
    Check::problem(
        "token",
        text,
        "okr doctor --fix takes that from them; then log in anew",
    )
}

#[cfg(unix)]
fn others_read(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(unix)]
fn close(path: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

/// Checks the clock against the last exchange, and the time zones.
pub(super) fn clock(context: &Context, replica: &Replica, info: &ReplicaInfo) -> Vec<Check> {
    let now = context.now;
    let mut checks = Vec::new();
    let here = TimeZone::system();
    let here = here.iana_name().unwrap_or("UTC");
    let text = format!("{} here, in {here}", now.strftime("%Y-%m-%d %H:%M UTC"));
    checks.push(match info.synced_at {
        Some(then) if then > now => Check::problem(
            "clock",
            format!("{text}: before the last exchange, at {then}"),
            "set the clock of this machine right: the days of check-ins are taken from it",
        ),
        _ => Check::ok("clock", text),
    });
    let org = context.present(replica).and_then(|(reading, _)| {
        let org = reading.org().map_err(failure::replica)?;
        org.map(|org| zone_named(org.time_zone.as_str()).map(|_| org.time_zone.to_string()))
            .transpose()
    });
    match org {
        Ok(Some(zone)) => checks.push(Check::ok(
            "time zone",
            format!("the days of the organisation are those of {zone}"),
        )),
        Ok(None) => {}
        Err(error) => checks.push(Check::of_error("time zone", &error)),
    }
    checks
}

/// Says what waits for the server, and for a decision.
pub(super) fn waiting(info: &ReplicaInfo) -> Check {
    let changes = counted(info.pending, "change");
    if info.conflicts > 0 {
        let conflicts = counted(info.conflicts, "conflict");
        return Check::warning(
            "waiting",
            format!("{changes} for the server, {conflicts} for a decision"),
            "okr conflicts shows them, okr resolve decides",
        );
    }
    let state = match info.remote {
        Some(_) => format!("{changes} for the server"),
        None => format!("{changes} on this machine only"),
    };
    Check::ok("waiting", state)
}

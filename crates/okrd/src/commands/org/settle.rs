//! `okrd org rename`, `freeze`, `unfreeze` and `quota`: what a running server takes up within seconds.

use okr_core::id::OrgId;
use serde_json::json;

use super::list::quotas;
use super::{OneArguments, Quota, QuotaArguments, RenameArguments, find};
use crate::access_log::{AccessLog, Act, Entry};
use crate::args::OutputFormat;
use crate::clock::Clock;
use crate::data::{access_log_file, refuse_foreign};
use crate::failure::{Exit, Failure};
use crate::organisations::{self, File, Settled};
use crate::output;

pub(super) fn rename(arguments: &RenameArguments) -> Result<(), Failure> {
    let name = arguments.name.as_str();
    let (org, settled) = settle(
        &arguments.one,
        &format!("org rename {name}"),
        |file, org| {
            if file.labelled(name).is_some_and(|other| other != org) {
                let message = format!("another organisation is called {name}");
                return Err(Failure::new(Exit::Configuration, message));
            }
            Ok(Settled {
                label: Some(name.to_owned()),
                ..file.get(org)
            })
        },
    )?;
    say(
        &arguments.one,
        (org, &settled),
        &format!("{org} is called {name} from now on"),
    )
}

pub(super) fn freeze(arguments: &OneArguments, frozen: bool) -> Result<(), Failure> {
    let word = if frozen { "freeze" } else { "unfreeze" };
    let (org, settled) = settle(arguments, &format!("org {word}"), |file, org| {
        Ok(Settled {
            frozen,
            ..file.get(org)
        })
    })?;
    let how = if frozen {
        "is read-only: whoever pushes is told, and keeps what waits"
    } else {
        "takes changes again"
    };
    let text = format!("{} {how}", arguments.org);
    say(arguments, (org, &settled), &text)
}

pub(super) fn quota(arguments: &QuotaArguments) -> Result<(), Failure> {
    let limit = |given: Option<Quota>, before: Option<u64>| match given {
        None => before,
        Some(Quota(limit)) => limit,
    };
    let (org, settled) = settle(&arguments.one, "org quota", |file, org| {
        let before = file.get(org);
        let quotas = organisations::Quotas {
            changes_per_day: limit(arguments.changes_per_day, before.quotas.changes_per_day),
            bytes: limit(arguments.bytes, before.quotas.bytes),
            people: limit(arguments.people, before.quotas.people),
        };
        Ok(Settled { quotas, ..before })
    })?;
    let limits = match quotas(settled.quotas).trim() {
        "" => "no limits".to_owned(),
        limits => limits.to_owned(),
    };
    say(
        &arguments.one,
        (org, &settled),
        &format!("{}: {limits}", arguments.one.org),
    )
}

/// Settles something about the organisation that is meant, and notes that in the access log.
fn settle(
    arguments: &OneArguments,
    words: &str,
    change: impl FnOnce(&File, OrgId) -> Result<Settled, Failure>,
) -> Result<(OrgId, Settled), Failure> {
    let data = &arguments.data.path()?;
    // Nothing here takes the lock, so that the server may run; whose the directory is counts all the same.
    refuse_foreign(data)?;
    let manifest = find::manifest(data)?;
    let org = find::find(data, &manifest, &arguments.org)?;
    let settled = organisations::edit(data, &manifest, |file| {
        let settled = change(file, org)?;
        file.set(org, settled.clone());
        Ok::<_, Failure>(settled)
    })?;
    let entry = Entry::done(Act::Operate, Clock::system().now()).of(org);
    AccessLog::open(access_log_file(data))?.record(&entry.saying(words));
    Ok((org, settled))
}

fn say(
    arguments: &OneArguments,
    (org, settled): (OrgId, &Settled),
    text: &str,
) -> Result<(), Failure> {
    output::print(&match arguments.output {
        OutputFormat::Text => text.to_owned(),
        OutputFormat::Json => json!({
            "schema": "okrd.v1.Organisation",
            "org": org.to_string(),
            "name": settled.label,
            "frozen": settled.frozen,
            "quotas": settled.quotas,
        })
        .to_string(),
    })
}

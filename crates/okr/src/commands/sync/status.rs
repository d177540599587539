//! `okr sync status`: how this machine stands to the server, without asking it.

use okr_core::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::commands::counted;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::render::{Screen, Tone, iso, moment, page};
use crate::ui::Item;
use crate::when::Clock;

/// How a workspace stands, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct StatusItem {
    workspace: String,
    server: Option<String>,
    organisation: Uuid,
    head: u64,
    root: String,
    synced_at: Option<String>,
    failed_at: Option<String>,
    failure: Option<String>,
    pending: usize,
    conflicts: usize,
    dropped: usize,
    /// The newest signed checkpoint, as the server sent it.
    checkpoint: Option<String>,
    verifier_key: Option<String>,
}

impl Item for StatusItem {
    const TYPE: &'static str = "sync_status";
    const SCHEMA: &'static str = "SyncStatusList";

    fn id(&self) -> Option<Uuid> {
        Some(self.organisation)
    }
}

/// Runs `okr sync status`.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn run(context: &mut Context) -> Result<Exit, CliError> {
    let replica = context.replica()?;
    let info = replica.info().map_err(failure::replica)?;
    let dropped = replica.dropped().map_err(failure::replica)?.len();
    let clock = context.present(&replica)?.1;
    let workspace = context.workspace()?.clone();
    let state = workspace.state();
    let failed_at = state.sync_failed_at.and_then(|then| then.parse().ok());
    let item = StatusItem {
        workspace: workspace.name.clone(),
        server: info.remote.as_ref().map(|remote| remote.url.clone()),
        organisation: info.org.uuid(),
        head: info.head.get(),
        root: info.root.to_string(),
        synced_at: info.synced_at.map(|then| iso(then, &clock.zone)),
        failed_at: failed_at.map(|then: Timestamp| iso(then, &clock.zone)),
        failure: failed_at.and(state.sync_failure),
        pending: info.pending,
        conflicts: info.conflicts,
        dropped,
        checkpoint: info.checkpoint.clone(),
        verifier_key: info.remote.map(|remote| remote.verifier_key),
    };
    let times = (info.synced_at, failed_at);
    let frame = context.frame(&replica, &clock)?;
    context
        .ui
        .answer(&frame, std::slice::from_ref(&item), |screen| {
            item.text(times, (&clock, screen))
        });
    match (&item.server, item.pending, item.conflicts) {
        (None, ..) => context
            .ui
            .hint("okr login URL --code CODE gives it a server"),
        (Some(_), _, 1..) => context
            .ui
            .hint("okr conflicts shows what waits for a decision"),
        (Some(_), 1.., 0) => context
            .ui
            .hint("okr pending lists what waits; okr sync pushes it"),
        (Some(_), 0, 0) => {}
    }
    Ok(Exit::Ok)
}

impl StatusItem {
    fn text(
        &self,
        (synced_at, failed_at): (Option<Timestamp>, Option<Timestamp>),
        (clock, screen): (&Clock, &Screen),
    ) -> String {
        let when = |then: Option<Timestamp>| match then {
            Some(then) => moment(then, clock, screen),
            None => "never".to_owned(),
        };
        let mut facts = vec![
            ("workspace", self.workspace.clone()),
            (
                "server",
                self.server.clone().unwrap_or_else(|| "none yet".to_owned()),
            ),
            ("synced", when(synced_at)),
        ];
        if failed_at.is_some() {
            let why = self.failure.as_deref().unwrap_or("for a reason not kept");
            facts.push(("failed", format!("{}: {why}", when(failed_at))));
        }
        let count = |count: usize, noun| counted(u64::try_from(count).unwrap_or(u64::MAX), noun);
        facts.push(("pending", count(self.pending, "change")));
        facts.push(("conflicts", count(self.conflicts, "change")));
        facts.push(("dropped", count(self.dropped, "change")));
        facts.push(("head", self.head.to_string()));
        facts.push(("root", self.root.clone()));
        if let Some(note) = &self.checkpoint {
            let mut lines = note.lines();
            let origin = lines.next().unwrap_or_default();
            let size = lines.next().unwrap_or_default();
            let signed = format!("{origin}, {size} changes, signed");
            facts.push(("checkpoint", signed));
        }
        let line = |(name, value): (&str, String)| {
            let value = screen.paint(Tone::Plain, &value);
            if screen.terminal {
                format!("{name:<11} {value}")
            } else {
                format!("{name}\t{value}")
            }
        };
        page(facts.into_iter().map(line).collect())
    }
}

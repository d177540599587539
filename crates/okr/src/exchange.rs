//! Exchanges with the server: the one after a write, and what every command shares that needs it.

mod access;

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use okr_core::Timestamp;
use okr_core::change::Change;
use okr_replica::{
    GrpcOptions, GrpcRemote, IntegrityError, Replica, SyncError, SyncProgress, SyncReport,
};

use crate::commands::{diverged, tell_beside};
use crate::context::Context;
use crate::credentials::{self, Token};
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::wording::distance;

/// How long an exchange may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    connect: Duration,
    total: Option<Duration>,
}

impl Limits {
    /// For somebody who waits for it.
    pub(crate) const WAITED_FOR: Self = Self {
        connect: Duration::from_secs(3),
        total: None,
    };
    /// For a look whether the server is there.
    pub(crate) const LOOKED_AT: Self = Self {
        connect: Duration::from_secs(1),
        total: Some(Duration::from_secs(3)),
    };
    /// For what happens beside a write.
    const AFTER_WRITE: Self = Self {
        connect: Duration::from_millis(400),
        total: Some(Duration::from_secs(1)),
    };
}

/// After what time it is told how far an exchange is.
pub(crate) const PROGRESS_AFTER: Duration = Duration::from_millis(300);

/// For how long a failed exchange is not tried again after a write, in seconds.
const AFTER_FAILURE_SECONDS: i64 = 60;

/// How far the clocks of device and server may be apart before it is pointed out, in seconds.
const CLOCK_TOLERANCE_SECONDS: i64 = 10 * 60;

/// Tries for a short time to exchange changes with the server. A failure is at most a note.
///
/// `written` is what was just written here, as far as somebody's access may depend on it: such a change
/// is always tried, and it is said what holds as long as the server does not have it.
///
/// # Errors
/// When the replica cannot be read.
pub(crate) fn after_write(
    context: &mut Context,
    replica: &mut Replica,
    written: &[&Change],
) -> Result<(), CliError> {
    let info = replica.info().map_err(failure::replica)?;
    let Some(remote) = info.remote else {
        return Ok(());
    };
    let access = access::among(written);
    if is_wanted(context) {
        let failed_lately = failed_lately(context)?.filter(|_| access.is_empty());
        match failed_lately {
            Some(why) => {
                let why = format!("{why}; that is less than a minute ago, okr sync tries again");
                note_waiting(context, replica, &why)?;
            }
            None => attempt(context, replica, &remote.url)?,
        }
    }
    for sentence in access::not_yet(context, replica, &access)? {
        context.ui.warning(&format!("{sentence}: okr sync"));
    }
    Ok(())
}

/// Returns why the last exchange failed, if that is so short a time ago that the next would as well.
fn failed_lately(context: &mut Context) -> Result<Option<String>, CliError> {
    let state = context.workspace()?.clone().state();
    let failed_at = state.sync_failed_at;
    let failed_at = failed_at.and_then(|then| then.parse::<jiff::Timestamp>().ok());
    let is_lately = failed_at.is_some_and(|then| {
        (0..AFTER_FAILURE_SECONDS).contains(&(context.now.as_second() - then.as_second()))
    });
    let why = state.sync_failure;
    let why = why.unwrap_or_else(|| "the server could not be reached".to_owned());
    Ok(is_lately.then_some(why))
}

/// Exchanges changes beside a write, which has succeeded whatever comes of it.
fn attempt(context: &mut Context, replica: &mut Replica, url: &str) -> Result<(), CliError> {
    // Whoever waits for the answer gets it before anything is waited for.
    context.ui.flush();
    match exchange(context, replica, url, Limits::AFTER_WRITE) {
        Ok(report) => {
            tell_beside(context, replica, &report.superseded)?;
            if !report.conflicts.is_empty() {
                context
                    .ui
                    .warning("a change of yours met another one and waits: okr conflicts");
            }
            Ok(())
        }
        Err(error) => note_waiting(context, replica, &error.to_string()),
    }
}

/// Says how much is on this machine only, and why.
fn note_waiting(context: &mut Context, replica: &Replica, why: &str) -> Result<(), CliError> {
    let waiting = match replica.info().map_err(failure::replica)?.pending {
        1 => "1 change waits on this machine".to_owned(),
        pending => format!("{pending} changes wait on this machine"),
    };
    context.ui.note(&format!("{waiting}: {why}"));
    Ok(())
}

/// Says whether an exchange follows a write, or a note that the last one failed: either says what waits.
///
/// # Errors
/// When the replica cannot be read.
pub(crate) fn follows_write(context: &Context, replica: &Replica) -> Result<bool, CliError> {
    let remote = replica.info().map_err(failure::replica)?.remote;
    Ok(remote.is_some() && is_wanted(context))
}

/// Says whether changes are to be exchanged beside a write.
fn is_wanted(context: &Context) -> bool {
    let is_off = context.environment.setting("sync.auto") == Some("false");
    !context.globals.offline && !is_off
}

/// Exchanges changes with the server, with the token that was kept.
///
/// # Errors
/// What keeps it from its end; what was exchanged until then stays so.
pub(crate) fn exchange(
    context: &mut Context,
    replica: &mut Replica,
    url: &str,
    limits: Limits,
) -> Result<SyncReport, CliError> {
    let pending = replica.info().map_err(failure::replica)?.pending;
    let exchanged = match server(context, (url, pending), limits) {
        Ok(mut server) => run(context, replica, &mut server),
        Err(error) => Err(error),
    };
    let failure = exchanged.as_ref().err().map(ToString::to_string);
    let failed_at = failure.is_some().then(|| context.now.to_string());
    context.workspace()?.update_state(|state| {
        state.sync_failed_at = failed_at;
        state.sync_failure = failure;
    });
    exchanged
}

/// Exchanges changes with a server, with a token that was just given.
///
/// # Errors
/// As [`exchange`].
pub(crate) fn exchange_with(
    context: &mut Context,
    replica: &mut Replica,
    token: &Token,
    url: &str,
) -> Result<SyncReport, CliError> {
    let options = options(context, Limits::WAITED_FOR)?;
    let mut server = GrpcRemote::connect(url, Some(token.secret()), &options)
        .map_err(|error| failure::remote(&error, None))?;
    run(context, replica, &mut server)
}

fn run(
    context: &mut Context,
    replica: &mut Replica,
    server: &mut GrpcRemote,
) -> Result<SyncReport, CliError> {
    let mut until_then = None;
    let (now, started) = (context.now, Instant::now());
    let ui = &mut context.ui;
    let mut tell = |progress| {
        if started.elapsed() >= PROGRESS_AFTER {
            ui.progress(&how_far(progress));
        }
    };
    let result = replica.sync_telling(server, now, (&mut tell, &mut until_then));
    context.ui.progress_ends();
    let report = result.map_err(|error| {
        if let Some(report) = until_then.filter(SyncReport::is_something) {
            let came = report.pulled;
            let went = report.pushed + report.duplicates;
            context.ui.note(&format!(
                "until it broke off, {came} came and {went} of yours went; okr sync goes on"
            ));
        }
        failed(context, replica, error)
    })?;
    if let Some(server_time) = report.server_time {
        warn_of_clock(context, server_time);
    }
    Ok(report)
}

/// Says how far an exchange is.
fn how_far(progress: SyncProgress) -> String {
    match progress {
        SyncProgress::Pulled { done, head } => format!("{done} changes came, up to {head}"),
        SyncProgress::Pushed { done, of } => format!("{done} of {of} changes of yours went"),
    }
}

/// Warns when the clocks of this device and of the server are far apart.
fn warn_of_clock(context: &mut Context, server_time: Timestamp) {
    let apart = context.now.as_second() - server_time.as_second();
    if apart.abs() <= CLOCK_TOLERANCE_SECONDS {
        return;
    }
    let direction = if apart > 0 { "ahead of" } else { "behind" };
    // What the way to the server took does not make three hours two.
    let rounded = server_time.saturating_sub(SignedDuration::from_secs(apart.signum() * 30));
    let minute = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M UTC").to_string();
    context.ui.warning(&format!(
        "this device's clock is {} {direction} the server's: {} here, {} there; set it right, \
         because the days of your check-ins are taken from it",
        distance(rounded.unwrap_or(server_time), context.now),
        minute(context.now),
        minute(server_time)
    ));
}

/// Asks the server why its history does not fit, where that is what an error may mean.
pub(crate) fn explained(context: &mut Context, replica: &Replica, error: SyncError) -> SyncError {
    let Some(remote) = replica.info().ok().and_then(|info| info.remote) else {
        return error;
    };
    match server(context, (&remote.url, 0), Limits::WAITED_FOR) {
        Ok(mut server) => replica.diagnose(&mut server, error),
        Err(_) => error,
    }
}

/// Says why an exchange with the server broke off.
pub(crate) fn failed(context: &mut Context, replica: &Replica, error: SyncError) -> CliError {
    match error {
        SyncError::Diverged { divergence, cause } => {
            diverged(context, replica, (&divergence, &*cause))
        }
        SyncError::Integrity(IntegrityError::Checkpoint(_)) => {
            let pinned = replica.info().ok().and_then(|info| info.remote);
            failure::checkpoint(&error, pinned.as_ref())
        }
        SyncError::NotConnected
        | SyncError::Remote(_)
        | SyncError::Integrity(_)
        | SyncError::Replica(_) => {
            let pending = replica.info().map_or(0, |info| info.pending);
            failure::sync(error, pending)
        }
    }
}

/// Connects to the server with the token that was kept.
///
/// # Errors
/// Exit 4 without a token; why there is no connection.
pub(crate) fn server(
    context: &mut Context,
    (url, pending): (&str, usize),
    limits: Limits,
) -> Result<GrpcRemote, CliError> {
    let (token, options) = (token(context)?, options(context, limits)?);
    GrpcRemote::connect(url, Some(token.secret()), &options)
        .map_err(|error| failure::remote(&error, Some(pending)))
}

/// Finds the token that was kept.
///
/// # Errors
/// Exit 4 when there is none.
pub(crate) fn token(context: &mut Context) -> Result<Token, CliError> {
    let workspace = context.workspace()?.clone();
    context.token_variable = credentials::variable(&context.environment);
    credentials::find(&context.environment, &workspace)?.ok_or_else(|| {
        CliError::user("login-needed", "you are not logged in")
            .with_exit(Exit::LoginNeeded)
            .with_hint("okr login --code CODE")
    })
}

/// Returns how the server of the workspace is reached.
///
/// # Errors
/// When the settings cannot be read.
pub(crate) fn options(context: &mut Context, limits: Limits) -> Result<GrpcOptions, CliError> {
    let settings = context.workspace()?.config()?;
    let usual = settings.grpc_options();
    Ok(GrpcOptions {
        connect_timeout: limits.connect,
        total_timeout: limits.total,
        // What is over in a second needs no signs of life.
        keep_alive: usual.keep_alive.filter(|_| limits.total.is_none()),
        ..usual
    })
}

/// Says that the workspace has no server to exchange anything with.
pub(crate) fn no_server() -> CliError {
    CliError::user("no-server", "this workspace has no server yet")
        .with_exit(Exit::LoginNeeded)
        .with_hint("okr login URL --code CODE; everything works here without one, too")
}

//! `okr watch`: follows the history as it grows.
//!
//! What is shown is read from the replica by position, after what was shown before. So it is the same
//! whoever brought it, this command or another one, and whatever happened to the connection.

mod act;
mod begin;
mod cursor;
mod retry;

use std::thread;
use std::time::{Duration, Instant};

use okr_core::id::Position;
use okr_replica::{
    Follower, GrpcOptions, GrpcRemote, LogFilter, Place, Replica, ReplicaError, SyncError, Turn,
};

use super::counted;
use super::log::{before, learn_entries, screen::Columns, told_all};
use super::past::Past;
use crate::args::{OnFailure, WatchArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::exchange::{self, Limits};
use crate::exit::Exit;
use crate::failure;
use crate::interrupt::Interrupt;
use crate::output::ChangeItem;
use crate::ui::{self, OutputFormat};
use act::Act;
use cursor::CursorFile;
use retry::Retry;

/// How many changes are read before they are shown.
const BATCH: usize = 100;
/// After so long a silence the server is asked whether it is there, and has as long to answer.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// The longest time for which nothing else is looked at.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs `okr watch`.
///
/// # Errors
/// When something cannot be understood, the replica fails, or the server refuses or is not believed.
/// That it cannot be reached is none.
pub(crate) fn run(context: &mut Context, args: &WatchArgs) -> Result<Exit, CliError> {
    let started = Instant::now();
    context.ui.without_pager();
    let replica = context.replica()?;
    let info = replica.info().map_err(failure::replica)?;
    if info.remote.is_none() {
        return Err(exchange::no_server());
    }
    let cursor = args.cursor.as_deref();
    let cursor = cursor
        .map(|path| CursorFile::open(path, info.org))
        .transpose()?;
    let filter = begin::filter(context, &replica, args, cursor.as_ref())?;
    drop(replica);
    let mut watch = Watch {
        args,
        filter,
        cursor,
        first_head: info.head,
        columns: Columns::default(),
        is_announced: false,
        handled: 0,
        deadline: args.timeout.map(|timeout| started + timeout),
        interrupt: Interrupt::watch_for()?,
    };
    watch.run(context)
}

struct Watch<'a> {
    args: &'a WatchArgs,
    /// What is wanted, after the last position that was handled; after none before the first
    /// contact of a watch that begins with it.
    filter: LogFilter,
    cursor: Option<CursorFile>,
    /// The newest position here when it began.
    first_head: Position,
    columns: Columns,
    is_announced: bool,
    handled: u64,
    deadline: Option<Instant>,
    interrupt: Interrupt,
}

/// A change that is ready to be shown.
struct Ready {
    position: Position,
    item: ChangeItem,
    text: String,
}

/// Why a connection is over and the watch is not done.
enum Break {
    /// The server cannot be reached, for this reason: worth another try.
    Lost(String),
    /// The replica is another one now.
    Replaced,
    /// Another try would fail in the same way.
    Failed(CliError),
}

impl From<CliError> for Break {
    fn from(error: CliError) -> Self {
        if error.exit() == Exit::Busy {
            return Self::Lost(error.message().to_owned());
        }
        Self::Failed(error)
    }
}

impl Watch<'_> {
    fn run(&mut self, context: &mut Context) -> Result<Exit, CliError> {
        let mut retry = Retry::default();
        loop {
            match self.connection(context, &mut retry) {
                Ok(exit) => return Ok(exit),
                Err(Break::Failed(error)) => return Err(error),
                Err(Break::Replaced) => {}
                Err(Break::Lost(why)) => {
                    let pause = retry.lost(context, &why);
                    thread::sleep(pause.min(self.patience()));
                }
            }
            if let Some(exit) = self.end(context) {
                return Ok(exit);
            }
        }
    }

    /// Follows the server for as long as one connection lasts; returns when the watch is done.
    fn connection(&mut self, context: &mut Context, retry: &mut Retry) -> Result<Exit, Break> {
        let mut replica = context.replica()?;
        // The past needs no server.
        if let Some(exit) = self.show(context, &replica)? {
            return Ok(exit);
        }
        let mut server = connect(context, &replica, self.left())?;
        context.refresh_now();
        let (mut follower, mut conflicts) =
            match Follower::open(&mut replica, &mut server, context.now) {
                Ok(opened) => opened,
                Err(error) => return Err(broken(context, &replica, error)),
            };
        retry.connected(context);
        self.contact(context, &replica)?;
        loop {
            if !conflicts.is_empty() {
                let message = "a change of yours met another one and waits: okr conflicts";
                context.ui.warning(message);
            }
            if let Some(exit) = self.show(context, &replica)? {
                return Ok(exit);
            }
            if let Some(exit) = self.end(context) {
                return Ok(exit);
            }
            context.refresh_now();
            conflicts = match follower.turn(&mut replica, context.now, self.patience()) {
                Ok(Turn::Confirmed { conflicts }) => conflicts,
                Ok(Turn::People | Turn::Alive | Turn::Quiet) => Vec::new(),
                Ok(Turn::Overtaken) => return Err(Break::Replaced),
                Err(error) => return Err(broken(context, &replica, error)),
            };
        }
    }

    /// Says that the server is there, and begins here where nothing else was said.
    fn contact(&mut self, context: &mut Context, replica: &Replica) -> Result<(), CliError> {
        let info = replica.info().map_err(failure::replica)?;
        let head = info.head;
        if let Some(cursor) = &self.cursor
            && cursor.position().is_some_and(|position| position > head)
        {
            return Err(cursor.beyond(head));
        }
        if self.filter.after_position.is_some_and(|after| after > head) {
            let message = "the history here was replaced by a shorter one; begin to watch again";
            return Err(CliError::user("history-replaced", message)
                .with_exit(Exit::Integrity)
                .with_hint("okr help restored"));
        }
        if self.filter.after_position.is_none() {
            let missed = head.get().saturating_sub(self.first_head.get());
            if missed > 0 {
                let missed = counted(missed, "change");
                let note = format!("{missed} fetched from before; okr log shows them");
                context.ui.note(&note);
            }
            self.reached(head)?;
        }
        if !std::mem::replace(&mut self.is_announced, true) {
            context.ui.note("watching; Ctrl-C ends it");
            if info.pending > 0 {
                let waiting = counted(info.pending, "change");
                let hint = "okr sync sends what waits here, a watch does not";
                context.ui.hint(&format!("{waiting} pending; {hint}"));
            }
        }
        Ok(())
    }

    /// Shows and handles everything wanted that the replica has; some when the watch is done by it.
    fn show(&mut self, context: &mut Context, replica: &Replica) -> Result<Option<Exit>, CliError> {
        let head = replica.info().map_err(failure::replica)?.head;
        while self.filter.after_position.is_some_and(|after| after < head) {
            let ready = self.ready(context, replica, head)?;
            let is_all = ready.len() < BATCH;
            for change in ready {
                let interrupt = self.interrupt.clone();
                let done = interrupt.as_a_whole(|| self.handle(context, &change))?;
                if done.is_some() {
                    return Ok(done);
                }
                if let Some(exit) = self.end(context) {
                    return Ok(Some(exit));
                }
            }
            if is_all {
                self.reached(head)?;
            }
        }
        Ok(None)
    }

    /// Puts the next changes in words, so that nothing of the replica is held while they are handled.
    fn ready(
        &mut self,
        context: &mut Context,
        replica: &Replica,
        head: Position,
    ) -> Result<Vec<Ready>, CliError> {
        let filter = LogFilter {
            until_position: Some(head),
            limit: Some(BATCH),
            ..self.filter.clone()
        };
        let entries = replica.log(&filter).map_err(failure::replica)?;
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        context.refresh_now();
        let mut past = Past::open(context, replica)?;
        learn_entries(context, &mut past, &entries)?;
        let is_table = context.ui.output() == OutputFormat::Table;
        let before = if is_table {
            before::latest(replica, &filter, &entries)?
        } else {
            before::Latest::new()
        };
        let screen = *context.ui.screen();
        let told = told_all(&entries, &before, &past, &screen);
        let mut ready = Vec::with_capacity(entries.len());
        for (entry, told) in entries.iter().zip(&told) {
            let Place::Confirmed { position, .. } = entry.place else {
                continue;
            };
            ready.push(Ready {
                position,
                item: ChangeItem::new(entry, &past.names),
                text: self
                    .columns
                    .next(told, &past.names, &past.at.clock, &screen),
            });
        }
        Ok(ready)
    }

    /// Shows a change, runs the command for it, and remembers that; some when the watch is done by it.
    fn handle(&mut self, context: &mut Context, change: &Ready) -> Result<Option<Exit>, CliError> {
        context.ui.item(&change.item, |_| change.text.clone());
        context.ui.flush();
        if context.ui.is_closed() {
            return Ok(Some(Exit::Ok));
        }
        if let Some(line) = &self.args.exec {
            let act = Act {
                line,
                workspace: &context.workspace()?.name.clone(),
                is_stdout_taken: context.ui.output() != OutputFormat::Table,
            };
            let json = ui::line(&change.item).map_err(|error| {
                CliError::internal("a change cannot be written as JSON").caused_by(&error)
            })?;
            let status = act.run(&change.item, &json)?;
            if !status.success() {
                // Ctrl-C ends the command as well, and then it has not done its work.
                if self.interrupt.is_pressed() {
                    return Ok(Some(Exit::Interrupted));
                }
                let what = format!(
                    "the command of --exec failed on {}: {status}",
                    change.position
                );
                match self.args.exec_fail {
                    OnFailure::GoOn => context.ui.warning(&what),
                    OnFailure::Stop => return Err(CliError::user("exec-failed", what)),
                }
            }
        }
        self.reached(change.position)?;
        self.handled += 1;
        let is_done = self.args.limit.is_some_and(|limit| self.handled >= limit);
        Ok(is_done.then_some(Exit::Ok))
    }

    /// Remembers that everything up to a position was handled.
    fn reached(&mut self, position: Position) -> Result<(), CliError> {
        self.filter.after_position = Some(position);
        match &mut self.cursor {
            Some(cursor) => cursor.save(position),
            None => Ok(()),
        }
    }

    /// Returns for how long nothing else may be looked at.
    fn patience(&self) -> Duration {
        self.left().map_or(PATIENCE, |left| left.min(PATIENCE))
    }

    /// Returns how much time is left of what was given.
    fn left(&self) -> Option<Duration> {
        let deadline = self.deadline?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    /// Says how the watch ends, when it is to end now.
    fn end(&self, context: &mut Context) -> Option<Exit> {
        if self.interrupt.is_pressed() {
            return Some(Exit::Interrupted);
        }
        if self
            .deadline
            .is_none_or(|deadline| Instant::now() < deadline)
        {
            return None;
        }
        let Some(limit) = self.args.limit else {
            return Some(Exit::Ok);
        };
        let wanted = counted(limit, "change");
        let handled = self.handled;
        context
            .ui
            .note(&format!("the time is up: {handled} of {wanted} came"));
        Some(Exit::ConditionNotMet)
    }
}

/// Connects to the server of the workspace, with the token of now. Whoever has only some time left
/// waits no longer for it, nor for what there is to fetch.
fn connect(
    context: &mut Context,
    replica: &Replica,
    left: Option<Duration>,
) -> Result<GrpcRemote, Break> {
    let info = replica.info().map_err(failure::replica)?;
    let remote = info.remote.ok_or_else(exchange::no_server)?;
    let token = exchange::token(context)?;
    let options = GrpcOptions {
        keep_alive: Some(KEEP_ALIVE),
        total_timeout: left,
        ..exchange::options(context, Limits::WAITED_FOR)?
    };
    GrpcRemote::connect(&remote.url, Some(token.secret()), &options).map_err(|error| {
        if error.is_passing() {
            Break::Lost(error.to_string())
        } else {
            Break::Failed(failure::remote(&error, Some(info.pending)))
        }
    })
}

/// Says what the end of a stream means.
fn broken(context: &mut Context, replica: &Replica, error: SyncError) -> Break {
    match error {
        SyncError::Remote(error) if error.is_passing() => Break::Lost(error.to_string()),
        SyncError::Replica(error @ ReplicaError::Busy) => Break::Lost(error.to_string()),
        error @ (SyncError::NotConnected
        | SyncError::Remote(_)
        | SyncError::Replica(_)
        | SyncError::Integrity(_)
        | SyncError::Diverged { .. }) => {
            let error = exchange::explained(context, replica, error);
            Break::Failed(exchange::failed(context, replica, error))
        }
    }
}

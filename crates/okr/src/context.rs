//! What every command is given: the flags, the present, the streams, and the places of this machine.

mod ids;
mod moment;

use std::io::{self, BufRead as _, IsTerminal as _};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use okr_core::value::WeekStart;
use okr_core::view::View as _;
use okr_replica::{Moment, Operation, Reading, Replica, ReplicaInfo, Unwritable};
use uuid::Uuid;

use crate::args::GlobalArgs;
use crate::error::CliError;
use crate::failure;
use crate::short_id::{self, Alphabet};
use crate::ui::{self, Filter, Pager, Ui, sanitise_lines};
use crate::when::{Clock, WhenError};
use crate::workspace::{Environment, Places, Workspace};
use crate::zone::zone_named;
use ids::Ids;

pub(crate) use moment::{AtInfo, axis_word, cycle_day, named as moment_named, only_change, placed};

/// What every command is given.
pub(crate) struct Context {
    /// Where answers and remarks go.
    pub(crate) ui: Ui,
    /// The flags that every command takes.
    pub(crate) globals: GlobalArgs,
    /// The environment variables.
    pub(crate) environment: Environment,
    /// Where the settings and workspaces are.
    pub(crate) places: Places,
    /// The present, or what `--now` says it is.
    pub(crate) now: Timestamp,
    /// The command line, without secrets.
    pub(crate) command_line: String,
    /// The variable that gave the token which the server was asked with, where one did.
    pub(crate) token_variable: Option<&'static str>,
    workspace: Option<Workspace>,
    ids: Ids,
    operation: Option<Operation>,
    /// The file that was read without locks, because it cannot be written here.
    unwritable: Option<Unwritable>,
}

impl Context {
    /// Prepares a run with the streams and the clock of the process.
    ///
    /// # Errors
    /// What is wrong with the environment, and where to say so.
    pub(crate) fn of_process(
        globals: GlobalArgs,
        environment: Environment,
    ) -> Result<Self, (Ui, CliError)> {
        let mut globals = globals;
        globals.ui.fill_in(&environment);
        let pager = Pager::choose(&globals.ui, &environment);
        let ui = Ui::of_process(&globals.ui).with_pager(pager);
        Self::new(ui, globals, environment)
    }

    /// Prepares a run that prints where it is told.
    ///
    /// # Errors
    /// As [`Context::of_process`].
    pub(crate) fn new(
        ui: Ui,
        globals: GlobalArgs,
        environment: Environment,
    ) -> Result<Self, (Ui, CliError)> {
        // Before anything is done: what could not be printed would be written all the same.
        let ui = match globals.ui.jq.as_deref().map(Filter::new).transpose() {
            Ok(filter) => ui.with_filter(filter),
            Err(error) => return Err((ui, error)),
        };
        let environment = match environment.with_settings() {
            Ok(environment) => environment,
            Err(error) => return Err((ui, error)),
        };
        let found = Places::find(&environment).and_then(|places| {
            let now = match &globals.now {
                None => Timestamp::now(),
                Some(text) => present_given(text)?,
            };
            let ids = Ids::new(environment.get("OKR_SEED"));
            Ok((places, now, ids))
        });
        match found {
            Ok((places, now, ids)) => Ok(Self {
                ui,
                globals,
                environment,
                places,
                now,
                command_line: "okr".to_owned(),
                token_variable: None,
                workspace: None,
                ids,
                operation: None,
                unwritable: None,
            }),
            Err(error) => Err((ui, error)),
        }
    }

    /// Looks at the clock again, for a command that stays; a present that was given stays.
    pub(crate) fn refresh_now(&mut self) {
        if self.globals.now.is_none() {
            self.now = Timestamp::now();
        }
    }

    /// Returns the workspace that the command works in.
    ///
    /// # Errors
    /// As [`Places::choose`].
    pub(crate) fn workspace(&mut self) -> Result<&Workspace, CliError> {
        if self.workspace.is_none() {
            let named = self.globals.workspace.as_deref();
            let named = named.or_else(|| self.environment.get("OKR_WORKSPACE"));
            let chosen = self.places.choose(named);
            self.workspace = Some(chosen.map_err(|error| self.named_by(error))?);
        }
        Ok(self.workspace.as_ref().expect("it was chosen just now"))
    }

    /// Adds to an error about the workspace which file named it, if one did.
    fn named_by(&self, error: CliError) -> CliError {
        let of_line = self.globals.workspace.as_deref();
        let of_line = of_line.or_else(|| self.environment.variable("OKR_WORKSPACE"));
        let settings = self.environment.settings();
        match settings.and_then(|settings| settings.get("workspace")) {
            Some((_, place)) if of_line.is_none() => error.with_detail(format!("named by {place}")),
            Some(_) | None => error,
        }
    }

    /// Opens the replica of the workspace.
    ///
    /// # Errors
    /// As [`Context::workspace`], and when the replica cannot be read.
    pub(crate) fn replica(&mut self) -> Result<Replica, CliError> {
        let directory = self.workspace()?.directory.clone();
        let mut replica = Replica::open(&directory).map_err(failure::replica)?;
        self.unwritable = replica.unwritable().cloned();
        self.begin_operation(&mut replica)?;
        if self.ids.wait_for_replica() {
            let info = replica.info().map_err(failure::replica)?;
            self.ids.mix(&info);
        }
        Ok(replica)
    }

    /// Checks that what was read stood still, where the replica could not be locked.
    ///
    /// # Errors
    /// When somebody else wrote it meanwhile: the answer may be of two states.
    pub(crate) fn check_unwritten(&self) -> Result<(), CliError> {
        match &self.unwritable {
            Some(unwritable) => unwritable.check().map_err(failure::replica),
            None => Ok(()),
        }
    }

    /// Lets the replica keep what this command writes, as one operation however often it is opened.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(crate) fn begin_operation(&mut self, replica: &mut Replica) -> Result<(), CliError> {
        let operation = match &self.operation {
            Some(begun) => begun.clone(),
            None => Operation {
                id: ids::operation(self.environment.get("OKR_SEED"), replica, self.now)?,
                begun_at: self.now,
                command: self.command_line.clone(),
                program: concat!("okr ", env!("CARGO_PKG_VERSION")).to_owned(),
                process: std::process::id(),
            },
        };
        self.operation = Some(operation.clone());
        replica.begin_operation(operation);
        Ok(())
    }

    /// Asks for a yes, on stderr. `--yes` gives it; without a terminal the question is an error.
    ///
    /// # Errors
    /// When nobody can be asked, or nobody said yes.
    pub(crate) fn confirm(&mut self, question: &str) -> Result<(), CliError> {
        if self.globals.yes || self.globals.dry_run {
            return Ok(());
        }
        if !self.may_ask() {
            return Err(CliError::user(
                "needs-yes",
                format!("{question} Nobody can be asked here"),
            )
            .with_hint("add -y to say yes"));
        }
        let answer = self.ask(&format!("{} [y/N] ", sanitise_lines(question)))?;
        if matches!(answer.to_ascii_lowercase().as_str(), "y" | "yes") {
            return Ok(());
        }
        Err(CliError::user("not-confirmed", "nothing was done"))
    }

    /// Says whether there is somebody who can be asked.
    pub(crate) fn may_ask(&self) -> bool {
        !self.globals.no_input && self.environment.get("CI").is_none() && io::stdin().is_terminal()
    }

    /// Asks for a line, on stderr.
    ///
    /// # Errors
    /// When standard input cannot be read.
    pub(crate) fn ask(&mut self, question: &str) -> Result<String, CliError> {
        Ok(self.answer(question)?.unwrap_or_default())
    }

    /// Asks for a line, on stderr; none when the input ended, as by Ctrl-D.
    ///
    /// # Errors
    /// When standard input cannot be read.
    pub(crate) fn answer(&mut self, question: &str) -> Result<Option<String>, CliError> {
        self.ui.question(question);
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer).map_err(|error| {
            CliError::config("no-input", "standard input cannot be read").caused_by(&error)
        })?;
        Ok((read > 0).then(|| answer.trim().to_owned()))
    }

    /// Returns the id of the operation that this command is, once it has opened a replica.
    pub(crate) fn operation(&self) -> Option<Uuid> {
        self.operation.as_ref().map(|operation| operation.id)
    }

    /// Names the variable behind a login that the server does not accept: while it is set, no other
    /// login helps.
    pub(crate) fn with_token_variable(&self, error: CliError) -> CliError {
        match self.token_variable {
            Some(variable) if error.code() == "login-needed" => {
                error.with_hint_instead(format!(
                    "the token of {variable} is unknown, revoked or expired: give another one there, or \
                     unset {variable} to use the login of the workspace"
                ))
            }
            Some(_) | None => error,
        }
    }

    /// Adds to an error of the answer that the command did something all the same: who repeats it has it twice.
    pub(crate) fn with_what_was_done(&mut self, error: CliError) -> CliError {
        let Some(id) = self.operation() else {
            return error;
        };
        // What cannot be asked about is not worth an error beside the other one.
        let entry = self.replica().map(|replica| replica.operation(id));
        match entry {
            Ok(Ok(Some(entry))) if !entry.changes.is_empty() => {
                let id = short_id::shown(Alphabet::Change, id);
                error.with_hint(format!(
                    "the change was made all the same, so do not repeat it: okr op show {id}"
                ))
            }
            Ok(_) | Err(_) => error,
        }
    }

    /// Makes the id of something new.
    pub(crate) fn new_uuid(&mut self) -> Uuid {
        if self.ids.wait_for_replica() {
            // A new workspace has no replica yet; the seed alone must do then.
            self.replica().ok();
        }
        self.ids.next(self.now)
    }

    /// Reads what is known at present, with the clock of the organisation.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(crate) fn present<'r>(
        &self,
        replica: &'r Replica,
    ) -> Result<(Reading<'r>, Clock), CliError> {
        let guess = Clock {
            now: self.now,
            zone: TimeZone::UTC,
            week_start: WeekStart::Monday,
        };
        let reading = replica
            .reading(Moment::now(guess.today()))
            .map_err(failure::replica)?;
        let clock = self.clock_of(&reading)?;
        if clock.today() == guess.today() {
            return Ok((reading, clock));
        }
        // Only in the hours in which the day of the organisation is another one than that of UTC.
        let reading = replica
            .reading(Moment::now(clock.today()))
            .map_err(failure::replica)?;
        Ok((reading, clock))
    }

    /// Reads what `--at` and `--axis` ask for.
    ///
    /// # Errors
    /// When they cannot be understood, or the replica cannot be read.
    pub(crate) fn reading<'r>(
        &mut self,
        replica: &'r Replica,
    ) -> Result<(Reading<'r>, AtInfo), CliError> {
        moment::reading(self, replica)
    }

    fn clock_of(&self, reading: &Reading<'_>) -> Result<Clock, CliError> {
        let org = reading.org().map_err(failure::replica)?;
        let (zone, week_start) = match org {
            Some(org) => (zone_named(org.time_zone.as_str())?, org.week_start),
            None => (TimeZone::UTC, WeekStart::Monday),
        };
        Ok(Clock {
            now: self.now,
            zone,
            week_start,
        })
    }

    /// Returns the frame of an answer about what is known at present.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(crate) fn frame(&self, replica: &Replica, clock: &Clock) -> Result<ui::Context, CliError> {
        let info = replica.info().map_err(failure::replica)?;
        let at = crate::render::iso(self.now, &clock.zone);
        Ok(self.frame_of(&info, clock, (at, "recorded")))
    }

    /// Returns the frame of an answer about the moment that was asked for.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(crate) fn frame_at(&self, replica: &Replica, at: &AtInfo) -> Result<ui::Context, CliError> {
        let info = replica.info().map_err(failure::replica)?;
        let moment = (at.at.clone(), axis_word(at.moment.axis));
        Ok(self.frame_of(&info, &at.clock, moment))
    }

    fn frame_of(
        &self,
        info: &ReplicaInfo,
        clock: &Clock,
        (at, axis): (String, &'static str),
    ) -> ui::Context {
        let synced_at = info
            .synced_at
            .map(|then| crate::render::iso(then, &clock.zone));
        let pending = u64::try_from(info.pending).unwrap_or(u64::MAX);
        ui::Context {
            at,
            axis,
            synced_at,
            pending,
            ..self.plain_frame()
        }
    }

    /// Works in this workspace from now on, whatever was named.
    pub(crate) fn choose(&mut self, workspace: Workspace) {
        self.workspace = Some(workspace);
    }

    /// Returns the frame of an answer that is about this machine, not about a replica.
    pub(crate) fn plain_frame(&self) -> ui::Context {
        ui::Context {
            at: self.now.to_string(),
            axis: "recorded",
            workspace: self
                .workspace
                .as_ref()
                .map(|workspace| workspace.name.clone())
                .unwrap_or_default(),
            synced_at: None,
            pending: 0,
        }
    }
}

/// Reads what `--now` gives. The zone of this machine is looked for only where it matters.
fn present_given(text: &str) -> Result<Timestamp, CliError> {
    match text.trim().parse() {
        Ok(moment) => Ok(moment),
        Err(_) => {
            Clock::parse_now(text, &TimeZone::system()).map_err(|error| bad_when("--now", &error))
        }
    }
}

/// Says that a date or time of the command line cannot be read.
pub(crate) fn bad_when(flag: &str, error: &WhenError) -> CliError {
    CliError::usage(error.code(), format!("{flag}: {error}")).with_hint(error.hint())
}

//! What every command is given: the flags, the present, the streams, and the places of this machine.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::args::GlobalArgs;
use crate::error::CliError;
use crate::ui::{self, Ui};
use crate::when::{Clock, WhenError};
use crate::workspace::{Environment, Places, Workspace};

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
    workspace: Option<Workspace>,
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
        let ui = Ui::of_process(&globals.ui);
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
        let found = Places::find(&environment).and_then(|places| {
            let now = match &globals.now {
                None => Timestamp::now(),
                Some(text) => Clock::parse_now(text, &TimeZone::system())
                    .map_err(|error| bad_when("--now", &error))?,
            };
            Ok((places, now))
        });
        match found {
            Ok((places, now)) => Ok(Self {
                ui,
                globals,
                environment,
                places,
                now,
                workspace: None,
            }),
            Err(error) => Err((ui, error)),
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
            self.workspace = Some(self.places.choose(named)?);
        }
        Ok(self.workspace.as_ref().expect("it was chosen just now"))
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

/// Says that a date or time of the command line cannot be read.
pub(crate) fn bad_when(flag: &str, error: &WhenError) -> CliError {
    CliError::usage(error.code(), format!("{flag}: {error}")).with_hint(error.hint())
}

//! Where things are on this machine: the settings file, and a directory for each workspace.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use okr_replica::{Replica, ReplicaError};

use crate::config::{self, WorkspaceConfig, WorkspaceState};
use crate::error::CliError;
use crate::exit::Exit;
use crate::settings::Settings;

/// The environment variables of the process, or those that a test gives, and what stands for those
/// that are not set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
    /// Where the process works.
    directory: Option<PathBuf>,
    settings: Option<Arc<Settings>>,
}

impl Environment {
    /// Takes the variables of the process; values that are not text count as not set.
    pub(crate) fn of_process() -> Self {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self {
            variables: variables.collect(),
            directory: std::env::current_dir().ok(),
            settings: None,
        }
    }

    /// Takes the variables that a test gives.
    #[cfg(test)]
    pub(crate) fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        let owned = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            variables: owned.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Returns the directory that the process works in, where it is known.
    pub(crate) fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    /// Reads the settings, unless that is done.
    ///
    /// # Errors
    /// As [`Settings::load`], and when there is not even a home directory.
    pub(crate) fn with_settings(self) -> Result<Self, CliError> {
        if self.settings.is_some() {
            return Ok(self);
        }
        let places = Places::find(&self)?;
        let settings = Settings::load(&places.config_file, self.directory())?;
        Ok(Self {
            settings: Some(Arc::new(settings)),
            ..self
        })
    }

    /// Goes on without the settings, for a command that can mend them.
    pub(crate) fn without_settings(self) -> Self {
        Self {
            settings: Some(Arc::default()),
            ..self
        }
    }

    /// Returns the settings, once they were read.
    pub(crate) fn settings(&self) -> Option<&Settings> {
        self.settings.as_deref()
    }

    /// Returns what a setting is set to in a file.
    pub(crate) fn setting(&self, key: &str) -> Option<&str> {
        self.settings()?.get(key).map(|(value, _)| value)
    }

    /// Returns the value of a variable that is set to something, or of the setting that stands for it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variable(name)
            .or_else(|| self.settings()?.for_variable(name))
    }

    /// Returns the value of a variable that is set, even to nothing.
    pub(crate) fn even_if_empty(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Returns the value of a variable that is set to something.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }
}

/// Returns our part of an XDG base directory.
///
/// # Errors
/// A configuration error when there is not even a home directory.
pub(crate) fn base(
    environment: &Environment,
    variable: &str,
    below_home: &str,
) -> Result<PathBuf, CliError> {
    let given = environment.get(variable).map(PathBuf::from);
    match given.filter(|path| path.is_absolute()) {
        Some(path) => Ok(path.join("okr")),
        None => match environment.get("HOME") {
            Some(home) => Ok(Path::new(home).join(below_home).join("okr")),
            None => etcetera::home_dir()
                .map(|home| home.join(below_home).join("okr"))
                .map_err(|error| {
                    CliError::config("no-home", "there is no home directory").caused_by(&error)
                }),
        },
    }
}

/// Where the settings of a person and the workspaces are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Places {
    /// The settings file.
    pub(crate) config_file: PathBuf,
    /// The directory that holds a directory for each workspace.
    pub(crate) data: PathBuf,
}

impl Places {
    /// Finds the places: `OKR_CONFIG` and `OKR_DATA_DIR`, else the XDG base directories.
    ///
    /// # Errors
    /// A configuration error when there is not even a home directory.
    pub(crate) fn find(environment: &Environment) -> Result<Self, CliError> {
        let base = |variable, below_home| {
            base(environment, variable, below_home)
                .map_err(|error| error.with_hint("set OKR_DATA_DIR and OKR_CONFIG"))
        };
        let config_file = match environment.get("OKR_CONFIG") {
            Some(path) => PathBuf::from(path),
            None => base("XDG_CONFIG_HOME", ".config")?.join("config.toml"),
        };
        let data = match environment.get("OKR_DATA_DIR") {
            Some(path) => PathBuf::from(path),
            None => base("XDG_DATA_HOME", ".local/share")?,
        };
        Ok(Self { config_file, data })
    }

    /// Returns the workspace of a name, whether or not it exists.
    ///
    /// # Errors
    /// A usage error when it is no name for a workspace.
    pub(crate) fn workspace(&self, name: &str) -> Result<Workspace, CliError> {
        check_name(name)?;
        Ok(Workspace {
            name: name.to_owned(),
            directory: self.data.join(name),
        })
    }

    /// Lists the workspaces of this machine by name.
    ///
    /// # Errors
    /// A configuration error when the data directory cannot be read.
    pub(crate) fn workspaces(&self) -> Result<Vec<Workspace>, CliError> {
        let unreadable = |error: io::Error| {
            let message = format!("{} cannot be read", self.data.display());
            CliError::config("bad-data-dir", message).caused_by(&error)
        };
        let entries = match fs::read_dir(&self.data) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(error)),
        };
        let mut workspaces = Vec::new();
        for entry in entries {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            if let Some(name) = name.to_str()
                && check_name(name).is_ok()
            {
                let workspace = self.workspace(name)?;
                if workspace.exists() {
                    workspaces.push(workspace);
                }
            }
        }
        workspaces.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(workspaces)
    }

    /// Finds the workspace that a command works in: the named one, else the only one.
    ///
    /// # Errors
    /// Exit 6 when the named one does not exist; a configuration error when there is none, or none
    /// can be preferred.
    pub(crate) fn choose(&self, named: Option<&str>) -> Result<Workspace, CliError> {
        if let Some(name) = named {
            let workspace = self.workspace(name)?;
            return if workspace.exists() {
                Ok(workspace)
            } else {
                Err(self.unknown(name))
            };
        }
        let mut workspaces = self.workspaces()?;
        match (workspaces.pop(), workspaces.is_empty()) {
            (Some(only), true) => Ok(only),
            (None, _) => Err(
                CliError::config("no-workspace", "there is no workspace yet")
                    .with_hint("okr init NAME               start one here; no server needed")
                    .with_hint("okr clone URL --code CODE   get one from a server"),
            ),
            (Some(last), false) => {
                workspaces.push(last);
                let known: Vec<&str> = workspaces.iter().map(|one| one.name.as_str()).collect();
                let message = format!("say which workspace: {}", known.join(", "));
                Err(CliError::config("which-workspace", message)
                    .with_hint("okr workspace use NAME, or -w NAME for one command"))
            }
        }
    }

    fn unknown(&self, name: &str) -> CliError {
        let error = CliError::user(
            "unknown-workspace",
            format!("there is no workspace \"{name}\""),
        )
        .with_exit(Exit::NotFound);
        let workspaces = self.workspaces().unwrap_or_default();
        if workspaces.is_empty() {
            return error.with_hint(format!(
                "okr init {name}, or okr clone URL {name} --code CODE"
            ));
        }
        let known: Vec<&str> = workspaces.iter().map(|one| one.name.as_str()).collect();
        error.with_hint(format!("there is: {}", known.join(", ")))
    }
}

/// Refuses what is no name for a workspace: it becomes a directory's name.
fn check_name(name: &str) -> Result<(), CliError> {
    let good = !name.is_empty()
        && name.len() <= 64
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && name.as_bytes()[0].is_ascii_alphanumeric();
    if good {
        return Ok(());
    }
    let message = format!("\"{name}\" is no name for a workspace");
    let mut error = CliError::usage("bad-workspace-name", message)
        .with_hint("letters a-z, digits, hyphens, underscores and dots, at most 64");
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let fits = words.join("-");
    if (1..=64).contains(&fits.len()) {
        error = error.with_hint(format!("{fits} would do"));
    }
    Err(error)
}

/// A replica with its settings, under a name on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Workspace {
    /// The name.
    pub(crate) name: String,
    /// The directory that everything of it is in.
    pub(crate) directory: PathBuf,
}

impl Workspace {
    /// Says whether it was created.
    pub(crate) fn exists(&self) -> bool {
        self.directory.join("replica.db").exists()
    }

    /// Says whether it has a replica in it: a command that was killed while it made one leaves a file with nothing in it.
    pub(crate) fn is_founded(&self) -> bool {
        self.exists()
            && !matches!(
                Replica::open(&self.directory),
                Err(ReplicaError::Missing { .. })
            )
    }

    /// Deletes all of it, out of sight first: what is cut off half-way must not look like a workspace.
    ///
    /// # Errors
    /// A configuration error when it cannot be put out of sight or deleted.
    pub(crate) fn delete(&self) -> Result<(), CliError> {
        let away = format!(".{}.removed.{}", self.name, std::process::id());
        let away = self.directory.with_file_name(away);
        let deleted = fs::rename(&self.directory, &away).and_then(|()| fs::remove_dir_all(&away));
        deleted.map_err(|error| {
            let message = format!("{} cannot be deleted as a whole", self.directory.display());
            CliError::config("workspace-not-removed", message).caused_by(&error)
        })
    }

    /// Returns where its token is kept.
    pub(crate) fn token_file(&self) -> PathBuf {
        self.directory.join("token")
    }

    /// Reads what the person decided for it.
    pub(crate) fn config(&self) -> Result<WorkspaceConfig, CliError> {
        config::load(&self.directory.join("workspace.toml"))
    }

    /// Keeps what the person decided for it.
    pub(crate) fn save_config(&self, settings: &WorkspaceConfig) -> Result<(), CliError> {
        config::save(&self.directory.join("workspace.toml"), settings)
    }

    /// Reads what the program remembers about it; what cannot be read is forgotten.
    pub(crate) fn state(&self) -> WorkspaceState {
        config::load(&self.directory.join("state.toml")).unwrap_or_default()
    }

    /// Remembers something about it. Failing to is no reason to fail the command.
    pub(crate) fn update_state(&self, update: impl FnOnce(&mut WorkspaceState)) {
        let before = self.state();
        let mut state = before.clone();
        update(&mut state);
        if state != before {
            config::save(&self.directory.join("state.toml"), &state).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> (tempfile::TempDir, Places) {
        let directory = tempfile::tempdir().unwrap();
        let places = Places {
            config_file: directory.path().join("config.toml"),
            data: directory.path().join("data"),
        };
        (directory, places)
    }

    fn add(places: &Places, name: &str) {
        let workspace = places.workspace(name).unwrap();
        fs::create_dir_all(&workspace.directory).unwrap();
        fs::write(workspace.directory.join("replica.db"), "").unwrap();
    }

    #[test]
    fn okr_variables_beat_xdg_and_xdg_beats_home() {
        let environment = Environment::of([("HOME", "/home/ana")]);
        let places = Places::find(&environment).unwrap();
        assert_eq!(places.data, Path::new("/home/ana/.local/share/okr"));
        assert_eq!(
            places.config_file,
            Path::new("/home/ana/.config/okr/config.toml")
        );

        let environment = Environment::of([
            ("HOME", "/home/ana"),
            ("XDG_DATA_HOME", "/data"),
            ("XDG_CONFIG_HOME", "relative is ignored"),
            ("OKR_CONFIG", "/etc/okr.toml"),
        ]);
        let places = Places::find(&environment).unwrap();
        assert_eq!(places.data, Path::new("/data/okr"));
        assert_eq!(places.config_file, Path::new("/etc/okr.toml"));
    }

    #[test]
    fn the_only_workspace_needs_no_choice() {
        let (_directory, places) = places();
        assert_eq!(places.choose(None).unwrap_err().code(), "no-workspace");
        add(&places, "acme");
        assert_eq!(places.choose(None).unwrap().name, "acme");
        add(&places, "beta");
        let error = places.choose(None).unwrap_err();
        assert!(error.message().contains("acme, beta"), "{error}");
        assert_eq!(places.choose(Some("acme")).unwrap().name, "acme");
        let error = places.choose(Some("gamma")).unwrap_err();
        assert_eq!(error.exit(), Exit::NotFound);
    }

    #[test]
    fn a_name_cannot_leave_the_data_directory() {
        let (_directory, places) = places();
        for bad in ["..", "a/b", "", ".hidden", "a b"] {
            assert!(places.workspace(bad).is_err(), "{bad}");
        }
        assert!(places.workspace("acme-2.0_x").is_ok());
    }

    #[test]
    fn what_is_remembered_survives_and_what_is_broken_is_forgotten() {
        let (_directory, places) = places();
        let workspace = places.workspace("acme").unwrap();
        workspace.update_state(|state| state.last = Some("team:1".to_owned()));
        assert_eq!(workspace.state().last.as_deref(), Some("team:1"));
        fs::write(workspace.directory.join("state.toml"), "last = ").unwrap();
        assert_eq!(workspace.state(), WorkspaceState::default());
    }
}

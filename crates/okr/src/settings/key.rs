//! What can be set: each key with what it takes, what it means, and where it may stand.

use crate::environment;
use crate::error::CliError;
use crate::exit::Exit;
use crate::resolve::near;

/// What a key can be set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// One of these words.
    Words(&'static [&'static str]),
    /// true or false.
    Truth,
    /// Any text that is not empty.
    Text,
}

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Its name, as `okr config` takes it and as TOML writes it.
    pub(crate) name: &'static str,
    /// The environment variable that is stronger, where there is one.
    pub(crate) variable: Option<&'static str>,
    /// What it can be set to.
    pub(crate) takes: Takes,
    /// What holds where nothing is set; none where there is nothing then.
    pub(crate) default: Option<&'static str>,
    /// Whether `.okr.toml` may set it: what works in a directory, never what is run.
    pub(crate) in_directory: bool,
    /// Whether the person's own file may set it.
    pub(crate) in_person: bool,
    /// What it does, in one sentence without a full stop.
    pub(crate) meaning: &'static str,
}

const BOTH: Key = Key {
    name: "",
    variable: None,
    takes: Takes::Text,
    default: None,
    in_directory: true,
    in_person: true,
    meaning: "",
};

/// Nothing that a directory says may change what is run or how a screen reads.
const PERSON: Key = Key {
    in_directory: false,
    ..BOTH
};

/// Every setting, in the order of `okr config list`.
pub(crate) const KEYS: &[Key] = &[
    Key {
        name: "workspace",
        variable: Some(environment::WORKSPACE),
        meaning: "the workspace to work in, like -w",
        ..BOTH
    },
    Key {
        name: "team",
        variable: Some(environment::TEAM),
        meaning: "the team to work in, like -t",
        ..BOTH
    },
    Key {
        name: "cycle",
        variable: Some(environment::CYCLE),
        in_person: false,
        meaning: "the cycle to work in, like -c; for a whole workspace: okr cycle use",
        ..BOTH
    },
    Key {
        name: "sync.auto",
        takes: Takes::Truth,
        default: Some("true"),
        meaning: "exchange changes with the server after each write, for a second at most",
        ..PERSON
    },
    Key {
        name: "ui.ascii",
        variable: Some(environment::ASCII),
        takes: Takes::Truth,
        default: Some("false"),
        meaning: "draw with ASCII characters only, like --ascii",
        ..PERSON
    },
    Key {
        name: "ui.color",
        variable: Some(environment::COLOR),
        takes: Takes::Words(&["auto", "always", "never"]),
        default: Some("auto"),
        meaning: "when to use colour, like --color",
        ..PERSON
    },
    Key {
        name: "ui.editor",
        variable: Some(environment::EDITOR),
        meaning: "the editor for long texts; else VISUAL, EDITOR, nano or vi",
        ..PERSON
    },
    Key {
        name: "ui.hints",
        variable: Some(environment::HINTS),
        takes: Takes::Truth,
        default: Some("true"),
        meaning: "say what could be typed next",
        ..PERSON
    },
    Key {
        name: "ui.pager",
        variable: Some(environment::PAGER),
        meaning: "the program that long answers are read with; else PAGER or less, cat: none",
        ..PERSON
    },
    Key {
        name: "ui.time",
        variable: Some(environment::TIME),
        takes: Takes::Words(&["auto", "iso", "relative", "local"]),
        default: Some("auto"),
        meaning: "how times are written, like --time",
        ..PERSON
    },
];

impl Key {
    /// Says what it takes, for people.
    pub(crate) fn takes_words(&self) -> String {
        match self.words() {
            [] => "a text".to_owned(),
            words => words.join(", "),
        }
    }

    /// Returns the words that it takes; none where any text does.
    pub(crate) const fn words(&self) -> &'static [&'static str] {
        match self.takes {
            Takes::Words(words) => words,
            Takes::Truth => &["true", "false"],
            Takes::Text => &[],
        }
    }

    /// Checks a value, and returns it as it is kept.
    ///
    /// # Errors
    /// A usage error that says what it takes.
    pub(crate) fn checked(&self, value: &str) -> Result<String, CliError> {
        let value = value.trim();
        let fits = match self.takes {
            Takes::Words(_) | Takes::Truth => self.words().contains(&value),
            Takes::Text => !value.is_empty() && !value.chars().any(char::is_control),
        };
        if fits {
            return Ok(value.to_owned());
        }
        let message = format!("{} cannot be \"{value}\"", self.name);
        Err(CliError::usage("bad-setting", message)
            .with_hint(format!("it takes: {}", self.takes_words())))
    }
}

/// Finds a setting by its name.
///
/// # Errors
/// Exit 6, with what is near.
pub(crate) fn find(name: &str) -> Result<&'static Key, CliError> {
    let found = KEYS.iter().find(|key| key.name == name);
    found.ok_or_else(|| refuse(name))
}

/// Says that there is no such setting.
pub(crate) fn refuse(name: &str) -> CliError {
    let message = format!("there is no setting \"{name}\"");
    let error = CliError::user("unknown-setting", message).with_exit(Exit::NotFound);
    if let Some(alias) = name.strip_prefix("alias.") {
        return error.with_hint(format!(
            "okr alias set {alias} COMMAND names a command line"
        ));
    }
    let names = KEYS.iter().map(|key| key.name);
    match near(name, names).as_slice() {
        [] => error.with_hint("okr config explain lists what can be set"),
        [nearest, ..] => error.with_hint(format!("Did you mean {nearest}?")),
    }
}

/// Says that a directory may not set something; `refused` says what kind of error that is.
pub(crate) fn foreign(name: &str, refused: impl FnOnce(String) -> CliError) -> CliError {
    let hint = match name.strip_prefix("alias.") {
        Some(alias) => format!("okr alias set {alias} COMMAND sets it for yourself"),
        None => format!("okr config set {name} VALUE sets it for yourself"),
    };
    refused(format!("{name} cannot be set for a directory"))
        .with_detail("A directory may come from somebody else, so it never says what is run.")
        .with_hint(hint)
}

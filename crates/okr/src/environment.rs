//! The environment variables that `okr` reads: their names for the code, their meaning for people.

/// An environment variable and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does, in one sentence without a full stop.
    pub meaning: &'static str,
}

/// Freezes the present moment.
pub const NOW: &str = "OKR_NOW";
/// Names the workspace.
pub const WORKSPACE: &str = "OKR_WORKSPACE";
/// Names the team.
pub const TEAM: &str = "OKR_TEAM";
/// Names the cycle.
pub const CYCLE: &str = "OKR_CYCLE";
/// Names the directory of all workspaces.
pub const DATA_DIR: &str = "OKR_DATA_DIR";
/// Switches hints off.
pub const HINTS: &str = "OKR_HINTS";
/// Says when colour is used; read by the flag `--color`.
pub const COLOR: &str = "OKR_COLOR";
/// Asks for ASCII; read by the flag `--ascii`.
pub const ASCII: &str = "OKR_ASCII";
/// Says how times are written; read by the flag `--time`.
pub const TIME: &str = "OKR_TIME";
/// Gives the width; read by the flag `--width`.
pub const WIDTH: &str = "OKR_WIDTH";

/// Names the language of reports; read by the flag `--lang`.
pub const LANGUAGE: &str = "OKR_LANG";
/// Names the editor before all others.
pub const EDITOR: &str = "OKR_EDITOR";

/// Names the pager before all others.
pub const PAGER: &str = "OKR_PAGER";

/// Every variable, in the order of the help.
pub const VARIABLES: &[Variable] = &[
    Variable {
        name: WORKSPACE,
        meaning: "the workspace to use, like --workspace",
    },
    Variable {
        name: DATA_DIR,
        meaning: "the directory that holds the workspaces; $XDG_DATA_HOME/okr by default",
    },
    Variable {
        name: "OKR_CONFIG",
        meaning: "the settings file; $XDG_CONFIG_HOME/okr/config.toml by default",
    },
    Variable {
        name: TEAM,
        meaning: "the team to work in, like --team",
    },
    Variable {
        name: CYCLE,
        meaning: "the cycle to work in, like --cycle",
    },
    Variable {
        name: "OKR_TOKEN, OKR_TOKEN_FILE",
        meaning: "the token to use instead of the one that login kept, or its file",
    },
    Variable {
        name: "OKR_OFFLINE",
        meaning: "exchange nothing with the server, unless it is 0, like --offline",
    },
    Variable {
        name: "OKR_NO_INPUT",
        meaning: "never ask, unless it is 0, like --no-input",
    },
    Variable {
        name: "CI",
        meaning: "never ask when it is set",
    },
    Variable {
        name: "OKR_EDITOR, VISUAL, EDITOR",
        meaning: "the editor for long texts, the first that is set; else nano or vi",
    },
    Variable {
        name: "OKR_PAGER, PAGER",
        meaning: "the pager of long answers, the first that is set; empty or cat: none",
    },
    Variable {
        name: "LESS",
        meaning: "the options of less; FRX unless it is set",
    },
    Variable {
        name: "XDG_CONFIG_HOME",
        meaning: "the base directory of settings of all programs; ~/.config by default",
    },
    Variable {
        name: "XDG_DATA_HOME",
        meaning: "the base directory of data of all programs; ~/.local/share by default",
    },
    Variable {
        name: "XDG_STATE_HOME",
        meaning: "the base directory of texts that could not be taken; ~/.local/state",
    },
    Variable {
        name: NOW,
        meaning: "the present moment in ISO 8601, for tests and reports that can be repeated",
    },
    Variable {
        name: "OKR_SEED",
        meaning: "make the same ids again, for tests only",
    },
    Variable {
        name: COLOR,
        meaning: "auto, always or never, like --color",
    },
    Variable {
        name: "NO_COLOR",
        meaning: "no colour when it is set to anything",
    },
    Variable {
        name: "CLICOLOR_FORCE",
        meaning: "colour even in a pipe, unless it is 0; NO_COLOR is stronger",
    },
    Variable {
        name: "CLICOLOR",
        meaning: "no colour when it is 0",
    },
    Variable {
        name: "TERM",
        meaning: "no colour and no pager when it is dumb, and okr replay prints its frames",
    },
    Variable {
        name: ASCII,
        meaning: "draw with ASCII characters only, unless it is 0, like --ascii",
    },
    Variable {
        name: "LC_ALL, LC_CTYPE, LANG",
        meaning: "draw with ASCII when the first that is set does not name UTF-8",
    },
    Variable {
        name: WIDTH,
        meaning: "lay out for this many columns, 20 to 1000, like --width",
    },
    Variable {
        name: TIME,
        meaning: "auto, iso, relative or local, like --time",
    },
    Variable {
        name: LANGUAGE,
        meaning: "the language of reports, en or nb, like --lang of okr report",
    },
    Variable {
        name: "COMPLETE",
        meaning: "bash, zsh or fish: print what sets completion up there",
    },
    Variable {
        name: HINTS,
        meaning: "no hints when it is 0",
    },
];

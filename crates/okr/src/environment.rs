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
/// Names the directory of all workspaces.
pub const DATA_DIR: &str = "OKR_DATA_DIR";
/// Switches hints off.
pub const HINTS: &str = "OKR_HINTS";
/// Says when colour is used; read by the flag `--color`.
pub const COLOR: &str = "OKR_COLOR";
/// Asks for ASCII; read by the flag `--ascii`.
pub const ASCII: &str = "OKR_ASCII";
/// Gives the width; read by the flag `--width`.
pub const WIDTH: &str = "OKR_WIDTH";

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
        name: "XDG_DATA_HOME",
        meaning: "the base directory of data of all programs; ~/.local/share by default",
    },
    Variable {
        name: NOW,
        meaning: "the present moment in ISO 8601, for tests and reports that can be repeated",
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
        meaning: "no colour when it is dumb",
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
        name: HINTS,
        meaning: "no hints when it is 0",
    },
];

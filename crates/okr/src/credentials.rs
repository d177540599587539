//! Tokens: where they come from and where they are kept. Never a flag value, never printed.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::config;
use crate::error::CliError;
use crate::exit::Exit;
use crate::workspace::{Environment, Workspace};

/// The longest token that is read, in bytes.
const TOKEN_LIMIT_BYTES: u64 = 4096;

/// A secret that proves who somebody is. Its debug form hides it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    /// Takes the first word of a text.
    ///
    /// # Errors
    /// When there is none, or more than one line.
    pub(crate) fn new(text: &str) -> Result<Self, CliError> {
        let token = text.trim();
        if token.is_empty() || token.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(
                CliError::user("bad-token", "this is no token: it must be a single word")
                    .with_exit(Exit::LoginNeeded),
            );
        }
        Ok(Self(token.to_owned()))
    }

    /// Returns the secret, to be sent to the server only.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(hidden)")
    }
}

/// Finds the token of a workspace: `OKR_TOKEN`, then `OKR_TOKEN_FILE`, then the one that login kept.
///
/// # Errors
/// When a file that must hold one cannot be read or holds none.
pub(crate) fn find(
    environment: &Environment,
    workspace: &Workspace,
) -> Result<Option<Token>, CliError> {
    match of_environment(environment)? {
        Some(token) => Ok(Some(token)),
        None => kept(workspace),
    }
}

/// Reads the token that login kept.
///
/// # Errors
/// As [`find`].
pub(crate) fn kept(workspace: &Workspace) -> Result<Option<Token>, CliError> {
    let path = workspace.token_file();
    path.exists().then(|| read_file(&path)).transpose()
}

/// Finds the token that `OKR_TOKEN` or `OKR_TOKEN_FILE` give.
///
/// # Errors
/// As [`find`].
pub(crate) fn of_environment(environment: &Environment) -> Result<Option<Token>, CliError> {
    if let Some(token) = environment.get("OKR_TOKEN") {
        return Token::new(token).map(Some);
    }
    if let Some(path) = environment.get("OKR_TOKEN_FILE") {
        return read_file(Path::new(path)).map(Some);
    }
    Ok(None)
}

/// Returns the variable that [`of_environment`] takes the token from.
pub(crate) fn variable(environment: &Environment) -> Option<&'static str> {
    ["OKR_TOKEN", "OKR_TOKEN_FILE"]
        .into_iter()
        .find(|name| environment.get(name).is_some())
}

/// Reads a token from a file.
///
/// # Errors
/// When it cannot be read or holds none.
pub(crate) fn read_file(path: &Path) -> Result<Token, CliError> {
    let unreadable = |error: &io::Error| {
        let message = format!("the token file {} cannot be read", path.display());
        CliError::config("bad-token-file", message).caused_by(error)
    };
    let file = fs::File::open(path).map_err(|error| unreadable(&error))?;
    read(file)
        .map_err(|error| unreadable(&error))
        .and_then(|text| Token::new(&text))
}

/// Reads a secret from a stream, at most as much as one can be long.
pub(crate) fn read(stream: impl Read) -> io::Result<String> {
    let mut text = String::new();
    stream.take(TOKEN_LIMIT_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// Keeps a token beside the replica, readable by its owner only.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn keep(workspace: &Workspace, token: &Token) -> Result<(), CliError> {
    let path = workspace.token_file();
    config::replace(&path, format!("{}\n", token.secret()).as_bytes()).map_err(|error| {
        let message = format!("the token cannot be kept in {}", path.display());
        CliError::config("bad-token-file", message).caused_by(&error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(directory: &Path) -> Workspace {
        Workspace {
            name: "acme".to_owned(),
            directory: directory.to_owned(),
        }
    }

    #[test]
    fn the_environment_beats_what_login_kept() {
        let directory = tempfile::tempdir().unwrap();
        let workspace = workspace(directory.path());
        let nothing = Environment::default();
        assert_eq!(find(&nothing, &workspace), Ok(None));
        let kept = Token::new("okr_kept").unwrap();
        keep(&workspace, &kept).unwrap();
        assert_eq!(find(&nothing, &workspace), Ok(Some(kept)));
        let given = Environment::of([("OKR_TOKEN", "okr_given")]);
        assert_eq!(
            find(&given, &workspace).unwrap().unwrap().secret(),
            "okr_given"
        );
        let missing = Environment::of([("OKR_TOKEN_FILE", "/nowhere/token")]);
        assert_eq!(
            find(&missing, &workspace).unwrap_err().code(),
            "bad-token-file"
        );
    }

    #[test]
    fn a_token_is_one_word_and_hides_itself() {
        let token = Token::new(" okr_secret\n").unwrap();
        assert_eq!(token.secret(), "okr_secret");
        assert!(!format!("{token:?}").contains("secret"));
        for bad in ["", "\n", "two words", "two\nlines"] {
            assert_eq!(
                Token::new(bad).unwrap_err().exit(),
                Exit::LoginNeeded,
                "{bad:?}"
            );
        }
    }
}

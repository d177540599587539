//! The line that somebody is typing: its words, and which of them is to be completed.

use std::ffi::OsString;

use super::bash;
use crate::args::GlobalArgs;
use crate::workspace::Environment;

/// What is to be completed.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// The words after the name of the program, up to the one that is typed.
    pub(super) before: Vec<String>,
    /// What is there of the word that is typed.
    pub(super) typed: String,
    /// The environment of the shell.
    pub(super) environment: Environment,
}

impl Request {
    /// Takes the words that a shell gives after `--`.
    ///
    /// zsh says which word it is; fish gives the words up to it; bash gives the line as a whole.
    pub(super) fn new(words: &[OsString], environment: Environment) -> Self {
        let given = words.iter().skip_while(|word| *word != "--").skip(1);
        let mut words: Vec<String> = match bash::line(|name| environment.get(name)) {
            Some(line) => bash::words(line),
            None => given
                .map(|word| word.to_string_lossy().into_owned())
                .collect(),
        };
        let index = environment.get("_CLAP_COMPLETE_INDEX");
        let index: Option<usize> = index.and_then(|index| index.parse().ok());
        match index {
            Some(index) if index < words.len() => words.truncate(index + 1),
            Some(_) => words.push(String::new()),
            None => {}
        }
        let typed = words.pop().unwrap_or_default();
        let before = words.into_iter().skip(1).collect();
        Self {
            before,
            typed,
            environment,
        }
    }

    /// Returns what the flags before the typed word say about where to look.
    pub(super) fn globals(&self) -> GlobalArgs {
        GlobalArgs {
            workspace: self.value_of('w', "workspace"),
            team: self.value_of('t', "team"),
            cycle: self.value_of('c', "cycle"),
            now: self.environment.get("OKR_NOW").map(str::to_owned),
            ..GlobalArgs::default()
        }
    }

    /// Finds the last value that a flag was given: `-w acme`, `-wacme`, `--workspace=acme`.
    fn value_of(&self, short: char, long: &str) -> Option<String> {
        let (short, long) = (format!("-{short}"), format!("--{long}"));
        let long_with = format!("{long}=");
        let mut found = None;
        let mut words = self.before.iter();
        while let Some(word) = words.next() {
            if *word == short || *word == long {
                found = words.next().cloned();
            } else if let Some(value) = word.strip_prefix(&long_with) {
                found = Some(value.to_owned());
            } else if let Some(value) = word.strip_prefix(&short) {
                found = Some(value.to_owned());
            }
        }
        found.filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(line: &str, variables: [(&str, &str); 1]) -> Request {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        Request::new(&words, Environment::of(variables))
    }

    #[test]
    fn each_shell_says_in_its_own_way_which_word_is_typed() {
        let zsh = request("okr -- okr show api", [("_CLAP_COMPLETE_INDEX", "2")]);
        let fish = request("okr -- okr show api", [("OKR_NOW", "")]);
        let bash = request("okr -- okr show", [("_OKR_LINE", "okr show api")]);
        for request in [zsh, fish, bash] {
            assert_eq!(
                (request.before, request.typed),
                (vec!["show".into()], "api".into())
            );
        }
        // zsh leaves an empty word out.
        let empty = request("okr -- okr show", [("_CLAP_COMPLETE_INDEX", "2")]);
        assert_eq!((empty.before.len(), empty.typed.as_str()), (1, ""));
    }

    #[test]
    fn the_flags_before_say_where_to_look() {
        for line in [
            "okr -- okr -w acme -t platform show x",
            "okr -- okr show -w x --workspace=acme -tplatform x",
        ] {
            let globals = request(line, [("OKR_NOW", "")]).globals();
            assert_eq!(globals.workspace.as_deref(), Some("acme"), "{line}");
            assert_eq!(globals.team.as_deref(), Some("platform"), "{line}");
            assert_eq!(globals.cycle, None);
        }
    }
}

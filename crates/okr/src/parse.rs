//! From the words of the command line to a command, or to what is said instead of one.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args as _, CommandFactory as _, FromArgMatches as _};

use crate::args::{Arguments, Command, GlobalArgs, shield_negative};
use crate::command_line;
use crate::error::CliError;
use crate::exit::Exit;
use crate::ui::{Asked, DocumentForm, Pager, Ui, UiFlags};
use crate::workspace::Environment;

/// A command line that was understood.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// The flags that every command takes.
    pub(crate) globals: GlobalArgs,
    /// The command; none for `okr` alone.
    pub(crate) command: Option<Command>,
    /// The words as they are kept, without secrets.
    pub(crate) line: String,
}

/// What is said instead of running a command.
#[derive(Debug)]
pub(crate) enum Answered {
    /// The version alone was asked for.
    Version,
    /// Help: the answer that was asked for.
    Help(Box<clap::Error>),
    /// The command line cannot be understood.
    Refused {
        /// Why not.
        error: CliError,
        /// Whether programs read what is said.
        json: bool,
    },
}

impl Answered {
    /// Says whether programs read what is said.
    pub(crate) const fn is_json(&self) -> bool {
        match self {
            Self::Refused { json, .. } => *json,
            Self::Version | Self::Help(_) => false,
        }
    }

    /// Prints it and returns how the process must end.
    pub(crate) fn say(self, environment: &Environment) -> Exit {
        match self {
            Self::Version => {
                let mut ui = Ui::of_process(&UiFlags::default());
                ui.print(concat!("okr ", env!("CARGO_PKG_VERSION")));
                match ui.finish() {
                    Ok(()) => Exit::Ok,
                    Err(error) => ui.error(&error),
                }
            }
            Self::Help(help) if help.use_stderr() => {
                // There is nowhere left to say that stderr is gone.
                help.print().ok();
                Exit::Usage
            }
            Self::Help(help) => {
                let flags = UiFlags::default();
                let pager = Pager::choose(&flags, environment);
                let mut ui = Ui::of_process(&flags).with_pager(pager);
                let text = help.render();
                if ui.screen().color {
                    ui.print(&text.ansi().to_string());
                } else {
                    ui.print(&text.to_string());
                }
                match ui.finish() {
                    Ok(()) => Exit::Ok,
                    Err(error) => ui.error(&error),
                }
            }
            Self::Refused { error, json } => {
                let flags = UiFlags {
                    json,
                    ..UiFlags::default()
                };
                Ui::of_process(&flags).error(&error)
            }
        }
    }
}

/// Understands a command line, the name of the program included.
pub(crate) fn command_line(words: impl Iterator<Item = OsString>) -> Result<Parsed, Answered> {
    let typed: Vec<OsString> = words.collect();
    let line = command_line::kept(&typed);
    let words: Vec<OsString> = typed
        .into_iter()
        .map(|word| match word.into_string() {
            Ok(word) => shield_negative(word).into(),
            Err(word) => word,
        })
        .collect();
    // Half of the time of this answer would go into preparing to understand every other command.
    if let [_, only] = words.as_slice()
        && (only == "--version" || only == "-V")
    {
        return Err(Answered::Version);
    }
    let understood = match understand_one(&words) {
        Some(arguments) => Ok(arguments),
        None => understand(complete(), &words),
    };
    let arguments = match understood {
        Ok(arguments) => arguments,
        Err(error) => return Err(answer(error, asks_for_json(&words))),
    };
    let Arguments { globals, command } = arguments;
    let parsed = Parsed {
        globals,
        command,
        line,
    };
    match parsed.unhonoured() {
        None => Ok(parsed),
        Some(error) => Err(Answered::Refused {
            error,
            json: asks_for_json(&words),
        }),
    }
}

/// Returns everything that can be typed, with the arguments of every command.
pub(crate) fn complete() -> clap::Command {
    let mut command = Arguments::command();
    let abouts: Vec<_> = command
        .get_subcommands()
        .map(|verb| (verb.get_name().to_owned(), verb.get_about().cloned()))
        .collect();
    // Only now each command gets its arguments, and with them the line that says what these are.
    command.build();
    for (name, about) in abouts {
        command = command.mut_subcommand(name, |verb| verb.about(about.unwrap_or_default()));
    }
    command
}

/// Understands words with the arguments of the one command that they name; none where it takes
/// all of them to say what the words mean, or what is wrong with them.
///
/// To prepare the arguments of all commands takes longer than many a command itself.
fn understand_one(words: &[OsString]) -> Option<Arguments> {
    let all = Arguments::command();
    let mut named = words.iter().skip(1).filter_map(|word| word.to_str());
    let verb = named.find_map(|word| all.find_subcommand(word))?;
    let root = clap::Command::new("okr").disable_help_subcommand(true);
    let only = GlobalArgs::augment_args(root).subcommand(verb.clone());
    understand(only, words).ok()
}

fn understand(mut command: clap::Command, words: &[OsString]) -> Result<Arguments, clap::Error> {
    let mut matches = command.try_get_matches_from_mut(words)?;
    Arguments::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

impl Parsed {
    /// Finds a flag that the command cannot honour: it must not be passed over in silence.
    fn unhonoured(&self) -> Option<CliError> {
        let command = self.command.as_ref();
        let honours = command.map_or(Honours::READS, Command::honours);
        let given = &self.globals;
        let name = command.map_or("okr", Command::word);
        let refuse = |flag: &str, why: &str| {
            let message = format!("{flag} cannot be used with \"{name}\", which {why}");
            Some(CliError::usage("flag-without-effect", message))
        };
        if !honours.past {
            if given.at.is_some() {
                return refuse("--at", "does not answer about a moment");
            }
            if given.axis.is_some() {
                return refuse("--axis", "does not answer about a moment");
            }
        }
        if given.dry_run && !honours.dry_run {
            return refuse("--dry-run", "writes no change");
        }
        if given.team.is_some() && !honours.scope {
            return refuse("--team", "is not about goals");
        }
        if given.cycle.is_some() && !honours.scope {
            return refuse("--cycle", "is not about goals");
        }
        if given.offline && honours.needs_server {
            return refuse("--offline", "needs the server");
        }
        if let Some(form) = given.ui.output.and_then(Asked::document)
            && !honours.documents.contains(&form)
        {
            let message = format!("the answer of \"{name}\" has no form -o {}", form.word());
            let error = CliError::usage("unknown-form", message);
            return Some(error.with_hint("okr help output says which command has which form"));
        }
        let is_json = matches!(given.ui.output, None | Some(Asked::Json | Asked::Jsonl));
        if given.ui.jq.is_some() && !is_json {
            let message = "--jq makes something of JSON, which is not asked for";
            let error = CliError::usage("flag-without-effect", message);
            return Some(error.with_hint("leave out -o, or add -o json or -o jsonl"));
        }
        if given.workspace.is_some() && !honours.workspace {
            return refuse("--workspace", "does not work in a workspace");
        }
        None
    }
}

/// What a command can honour of the flags that every command takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Honours {
    /// `--at` and `--axis`: it answers about a moment.
    pub(crate) past: bool,
    /// `--dry-run`: it writes a change.
    pub(crate) dry_run: bool,
    /// `--team` and `--cycle`: it looks goals up.
    pub(crate) scope: bool,
    /// `--workspace`: it works in one.
    pub(crate) workspace: bool,
    /// Not `--offline`: it is nothing without the server.
    pub(crate) needs_server: bool,
    /// `-o md` and the like: its answer is a document, in these forms.
    pub(crate) documents: &'static [DocumentForm],
}

impl Honours {
    /// What commands honour that read goals.
    pub(crate) const READS: Self = Self {
        past: true,
        dry_run: false,
        scope: true,
        workspace: true,
        needs_server: false,
        documents: &[],
    };
    /// What commands honour whose answers are documents.
    pub(crate) const REPORTS: Self = Self {
        documents: &[DocumentForm::Md, DocumentForm::Html],
        ..Self::READS
    };
    /// What commands honour that write goals down as a plan.
    pub(crate) const PLANS: Self = Self {
        past: false,
        documents: &[DocumentForm::Yaml, DocumentForm::Md],
        ..Self::READS
    };
    /// What `okr export` honours.
    pub(crate) const EXPORTS: Self = Self {
        documents: &[
            DocumentForm::Md,
            DocumentForm::Csv,
            DocumentForm::Yaml,
            DocumentForm::Xlsx,
        ],
        ..Self::READS
    };
    /// What commands honour that write changes.
    pub(crate) const WRITES: Self = Self {
        past: false,
        dry_run: true,
        scope: true,
        workspace: true,
        needs_server: false,
        documents: &[],
    };
    /// What commands honour that manage a workspace.
    pub(crate) const MANAGES: Self = Self {
        past: false,
        dry_run: false,
        scope: false,
        workspace: true,
        needs_server: false,
        documents: &[],
    };
    /// What commands honour that answer the same everywhere.
    pub(crate) const NOTHING: Self = Self {
        workspace: false,
        ..Self::MANAGES
    };
    /// What `okr resolve` honours: it finds goals, and there is no rehearsing a decision.
    pub(crate) const DECIDES: Self = Self {
        past: false,
        dry_run: false,
        ..Self::READS
    };
    /// What commands honour that talk to the server.
    pub(crate) const TALKS: Self = Self {
        needs_server: true,
        ..Self::MANAGES
    };
}

/// Says whether the words ask for JSON, where they cannot be understood as a whole.
fn asks_for_json(words: &[OsString]) -> bool {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    words.iter().any(|word| {
        word.starts_with("--jq=")
            || matches!(
                *word,
                "--json" | "--jq" | "-ojson" | "-ojsonl" | "--output=json" | "--output=jsonl"
            )
    }) || words
        .windows(2)
        .any(|pair| matches!(pair[0], "-o" | "--output") && matches!(pair[1], "json" | "jsonl"))
}

fn answer(error: clap::Error, json: bool) -> Answered {
    match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Answered::Help(Box::new(error)),
        _ => Answered::Refused {
            error: refusal(&with_short_value(&error), is_short(&error)),
            json,
        },
    }
}

/// Returns the parser's explanation, in which what was given has one line that can be read.
///
/// A text that is too long would otherwise fill the screen, and one with line feeds would be taken
/// for further lines of the explanation.
fn with_short_value(error: &clap::Error) -> String {
    const LONG: usize = 60;
    let text = error.to_string();
    match error.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value))
            if value.contains('\n') || value.chars().count() > LONG =>
        {
            let line = value.lines().next().unwrap_or_default();
            let short: String = line.chars().take(LONG).collect();
            text.replacen(value, &format!("{short}..."), 1)
        }
        _ => text,
    }
}

/// Says whether what is unknown is too short for anything to be near it: of one or two letters the
/// parser finds something similar in half of all words.
fn is_short(error: &clap::Error) -> bool {
    let unknown = [ContextKind::InvalidSubcommand, ContextKind::InvalidArg];
    unknown.into_iter().any(|kind| match error.get(kind) {
        Some(ContextValue::String(word)) => word.trim_start_matches('-').chars().count() < 3,
        Some(_) | None => false,
    })
}

/// Brings the parser's explanation into the three parts of an error.
fn refusal(text: &str, is_short: bool) -> CliError {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines
        .next()
        .unwrap_or("the command line cannot be understood");
    let message = first.strip_prefix("error: ").unwrap_or(first);
    let mut error = CliError::usage("usage", message.trim_end_matches(':'));
    let mut has_hint = false;
    for line in lines {
        let line = line.trim();
        if let Some(tip) = line.strip_prefix("tip: ") {
            if is_short && tip.contains("similar") {
                continue;
            }
            error = error.with_hint(tip);
            has_hint = true;
        } else if line.starts_with("Usage:") {
            error = error.with_hint(line);
            has_hint = true;
        } else if !line.starts_with("For more information") {
            error = error.with_detail(line);
        }
    }
    if !has_hint {
        error = error.with_hint("the same with --help shows what can be given, and examples");
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Parsed, Answered> {
        command_line(line.split(' ').map(OsString::from))
    }

    fn refused(line: &str) -> CliError {
        match parse(line) {
            Err(Answered::Refused { error, .. }) => error,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_long_value_does_not_fill_the_screen() {
        let words = ["okr", "checkin", "api-p99", "5", "-m"].map(OsString::from);
        for text in ["x".repeat(8_001), format!("first\n{}", "y".repeat(8_000))] {
            let words = words.iter().cloned().chain([OsString::from(text)]);
            let Err(Answered::Refused { error, .. }) = command_line(words) else {
                panic!("a note of more than 8,000 characters was taken");
            };
            let said = serde_json::to_string(&error.to_json()).unwrap();
            assert!(
                said.contains("at most 8000 characters, this has 800"),
                "{said}"
            );
            assert!(said.len() < 400, "{said}");
        }
    }

    #[test]
    fn nothing_is_similar_to_a_letter_or_two() {
        for line in ["okr k", "okr xt", "okr tree --x"] {
            let hints = refused(line).hints().join("\n");
            assert!(!hints.contains("similar"), "{line}: {hints}");
        }
        for (line, near) in [("okr tre", "'tree'"), ("okr tree --hel", "'--help'")] {
            let hints = refused(line).hints().join("\n");
            assert!(hints.contains(near), "{line}: {hints}");
        }
    }

    #[test]
    fn the_arguments_are_well_formed() {
        complete().debug_assert();
    }

    #[test]
    fn a_command_says_the_same_of_itself_in_the_overview_and_in_its_help() {
        let overview = Arguments::command();
        for verb in complete().get_subcommands_mut() {
            let listed = overview.find_subcommand(verb.get_name()).unwrap();
            let about = listed.get_about().unwrap().to_string();
            assert!(
                verb.render_long_help().to_string().starts_with(&about),
                "{about}"
            );
        }
    }

    #[test]
    fn one_command_is_understood_as_among_all() {
        for line in [
            "okr tree",
            "okr -w acme ls krs --at 2026-10-01",
            "okr -w log tree -t platform",
            "okr -w tree",
            "okr obj add Fast",
            "okr team member add platform @ana",
            "okr checkin margin -3 -C 7 -o json",
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let alone = understand_one(&words).map(|arguments| format!("{arguments:?}"));
            let among_all = format!("{:?}", understand(complete(), &words).unwrap());
            let is_named_first = line != "okr -w log tree -t platform";
            assert_eq!(alone, is_named_first.then_some(among_all), "{line}");
        }
        for line in [
            "okr",
            "okr -q",
            "okr tre",
            "okr tree --no",
            "okr log --help",
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert!(understand_one(&words).is_none(), "{line}");
        }
    }

    #[test]
    fn the_version_is_the_same_on_the_short_way() {
        for line in ["okr --version", "okr -V"] {
            assert!(matches!(parse(line), Err(Answered::Version)), "{line}");
        }
        let Err(Answered::Help(long)) = parse("okr -q --version") else {
            panic!("no version on the long way");
        };
        assert_eq!(
            long.to_string(),
            concat!("okr ", env!("CARGO_PKG_VERSION"), "\n")
        );
    }

    #[test]
    fn negative_values_are_values() {
        for (line, expected) in [
            ("okr checkin margin -3", "-3"),
            ("okr checkin margin -3%", "-3%"),
            ("okr checkin margin -1.2k -C 7", "-1.2k"),
            ("okr checkin margin -C7 -0.5", "-0.5"),
            ("okr checkin margin +5", "+5"),
        ] {
            let parsed = parse(line).unwrap();
            let Some(Command::Checkin(check_in)) = parsed.command else {
                panic!("{line} is no check-in");
            };
            assert_eq!(check_in.record.value.as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn subcommands_of_checkin_are_not_key_results() {
        let parsed = parse("okr checkin list margin").unwrap();
        let Some(Command::Checkin(check_in)) = parsed.command else {
            panic!("no check-in");
        };
        assert!(check_in.command.is_some() && check_in.record.value.is_none());
    }

    #[test]
    fn global_flags_stand_before_or_after_the_verb() {
        for line in [
            "okr -w acme checkin margin 3 -n",
            "okr -n checkin -w acme margin 3",
        ] {
            let parsed = parse(line).unwrap();
            assert_eq!(parsed.globals.workspace.as_deref(), Some("acme"));
            assert!(parsed.globals.dry_run);
        }
    }

    #[test]
    fn a_flag_without_effect_is_refused() {
        for line in [
            "okr checkin margin 3 --at 2026-10-01",
            "okr checkin margin 3 --axis authored",
            "okr workspace list -n",
            "okr sync --offline",
            "okr workspace list -t platform",
            "okr workspace list -o id --jq .",
        ] {
            let error = refused(line);
            assert_eq!(error.code(), "flag-without-effect", "{line}");
            assert_eq!(error.exit(), Exit::Usage, "{line}");
        }
    }

    #[test]
    fn what_cannot_be_understood_says_what_to_type() {
        let error = refused("okr checkin margin 3 -C 11");
        assert_eq!(error.exit(), Exit::Usage);
        assert!(error.message().contains("from 0 to 10"), "{error}");
        let error = refused("okr chekin margin 3");
        assert!(error.message().contains("chekin"), "{error}");
        let error = refused("okr kr add Latency");
        assert!(!error.message().ends_with(':'), "{error}");
    }

    #[test]
    fn programs_get_usage_errors_as_json() {
        for line in [
            "okr kr add -o json",
            "okr kr add --json",
            "okr kr add -ojsonl",
            "okr kr add --jq .items",
        ] {
            assert!(
                matches!(parse(line), Err(Answered::Refused { json: true, .. })),
                "{line}"
            );
        }
        assert!(matches!(
            parse("okr kr add"),
            Err(Answered::Refused { json: false, .. })
        ));
    }
}

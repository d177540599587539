//! The flags that say how an answer is printed; the same for every command.

use std::io::{self, IsTerminal as _};

use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};

use crate::environment::{self, ASCII, HINTS};
use crate::render::Screen;
use crate::workspace::Environment;

/// The form of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OutputFormat {
    /// For people: a screen on a terminal, tabs between columns elsewhere.
    #[default]
    Table,
    /// One JSON document with the same envelope for none, one and many.
    Json,
    /// One JSON object per line.
    Jsonl,
    /// Full ids, one per line.
    Id,
}

impl OutputFormat {
    /// Says whether programs read the answer, so that everything beside it is JSON too.
    pub const fn is_json(self) -> bool {
        match self {
            Self::Json | Self::Jsonl => true,
            Self::Table | Self::Id => false,
        }
    }
}

/// A form of an answer that is a document: for people, but not for a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentForm {
    /// Markdown.
    Md,
    /// A page for a browser.
    Html,
    /// A table with commas.
    Csv,
    /// YAML.
    Yaml,
    /// A workbook for Excel and its like.
    Xlsx,
}

impl DocumentForm {
    /// Returns the word that asks for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Md => "md",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Yaml => "yaml",
            Self::Xlsx => "xlsx",
        }
    }
}

/// What can be asked for with `-o`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Asked {
    /// For people: a screen on a terminal, tabs between columns elsewhere
    #[value(alias = "term")]
    Table,
    /// One JSON document with the same envelope for none, one and many
    Json,
    /// One JSON object per line
    Jsonl,
    /// Full ids, one per line
    Id,
    /// Markdown: reports, plans and exports
    Md,
    /// A page for a browser: reports only
    Html,
    /// A table with commas: exports only
    Csv,
    /// YAML: plans and exports
    Yaml,
    /// An Excel workbook: exports only
    Xlsx,
}

impl Asked {
    /// Returns the form of the answer; documents are for people.
    pub const fn output(self) -> OutputFormat {
        match self {
            Self::Table | Self::Md | Self::Html | Self::Csv | Self::Yaml | Self::Xlsx => {
                OutputFormat::Table
            }
            Self::Json => OutputFormat::Json,
            Self::Jsonl => OutputFormat::Jsonl,
            Self::Id => OutputFormat::Id,
        }
    }

    /// Returns which document is asked for; none for every other form.
    pub const fn document(self) -> Option<DocumentForm> {
        match self {
            Self::Md => Some(DocumentForm::Md),
            Self::Html => Some(DocumentForm::Html),
            Self::Csv => Some(DocumentForm::Csv),
            Self::Yaml => Some(DocumentForm::Yaml),
            Self::Xlsx => Some(DocumentForm::Xlsx),
            Self::Table | Self::Json | Self::Jsonl | Self::Id => None,
        }
    }
}

/// When colour is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR`, `CLICOLOR` or `TERM` say otherwise.
    #[default]
    Auto,
    /// Always, whatever the environment says.
    Always,
    /// Never.
    Never,
}

/// How times are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, ValueEnum)]
pub enum TimeStyle {
    /// Relative on a terminal, ISO 8601 elsewhere.
    #[default]
    Auto,
    /// ISO 8601 with offset.
    Iso,
    /// How long ago.
    Relative,
    /// Day and time of the workspace's time zone.
    Local,
}

/// The flags that say how an answer is printed.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct UiFlags {
    /// Print the answer in this form
    #[arg(short = 'o', long, global = true, value_enum, value_name = "FORMAT")]
    pub output: Option<Asked>,

    /// Print the answer as JSON; the same as -o json
    #[arg(long, global = true, conflicts_with = "output")]
    pub json: bool,

    /// Print what a filter in the language of jq makes of the JSON (okr help output)
    #[arg(long, global = true, value_name = "FILTER")]
    pub jq: Option<String>,

    /// Say when to use colour
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        env = environment::COLOR,
        hide_env_values = true
    )]
    pub color: Option<ColorWhen>,

    /// Draw with ASCII characters only
    #[arg(long, global = true, env = environment::ASCII, hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub ascii: bool,

    /// Draw with lines, bars and marks, even if the locale does not name UTF-8
    #[arg(long, global = true, overrides_with = "ascii")]
    pub no_ascii: bool,

    /// Lay out for a terminal of this many columns
    #[arg(long, global = true, value_name = "COLUMNS", env = environment::WIDTH, hide_env_values = true, value_parser = clap::value_parser!(u16).range(20..=1000))]
    pub width: Option<u16>,

    /// Print a long answer on a terminal as it is, without a pager
    #[arg(long, global = true)]
    pub no_pager: bool,

    /// Write times as ISO 8601, as "3 d ago", or as local day and time
    #[arg(long, global = true, value_enum, value_name = "STYLE", env = environment::TIME, hide_env_values = true)]
    pub time: Option<TimeStyle>,

    /// Print the answer and errors only, no hints and notes
    #[arg(short, long, global = true)]
    pub quiet: bool,

    /// Say more; errors show their code word
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Whether the settings switch hints off.
    #[arg(skip)]
    pub hints_off: bool,
}

impl UiFlags {
    /// Lets the settings say what neither a flag nor a variable does.
    pub(crate) fn fill_in(&mut self, environment: &Environment) {
        let word = |key| environment.setting(key);
        let is = |key, wanted| environment.setting(key) == Some(wanted);
        self.color = self
            .color
            .or_else(|| ColorWhen::from_str(word("ui.color")?, false).ok());
        self.time = self
            .time
            .or_else(|| TimeStyle::from_str(word("ui.time")?, false).ok());
        if environment.variable(ASCII).is_none() && is("ui.ascii", "true") {
            self.ascii = true;
        }
        self.hints_off = environment.variable(HINTS).is_none() && is("ui.hints", "false");
    }
}

/// What the process knows about its two output streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// Whether stdout is a terminal.
    pub answer_is_terminal: bool,
    /// Whether stdout takes colour, by the usual environment variables.
    pub answer_takes_color: bool,
    /// Whether stderr is a terminal.
    pub remarks_is_terminal: bool,
    /// Whether stderr takes colour, by the usual environment variables.
    pub remarks_takes_color: bool,
    /// The width of the terminal in columns, where there is one.
    pub width: Option<u16>,
    /// Whether the locale names a character set other than UTF-8.
    pub locale_is_ascii: bool,
    /// Whether `OKR_HINTS` switches hints off.
    pub hints_off: bool,
}

impl Streams {
    /// Looks at the process and its environment.
    pub fn of_process() -> Self {
        let takes_color = |choice| choice != anstream::ColorChoice::Never;
        let variable = |name: &str| std::env::var(name).ok();
        Self {
            answer_is_terminal: io::stdout().is_terminal(),
            answer_takes_color: takes_color(anstream::AutoStream::choice(&io::stdout())),
            remarks_is_terminal: io::stderr().is_terminal(),
            remarks_takes_color: takes_color(anstream::AutoStream::choice(&io::stderr())),
            width: terminal_size::terminal_size().map(|(width, _)| width.0),
            locale_is_ascii: locale_is_ascii(variable),
            hints_off: variable(environment::HINTS).is_some_and(|value| is_falsy(&value)),
        }
    }
}

/// How answers and remarks are printed, decided once per run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UiSettings {
    /// The form of the answer.
    pub output: OutputFormat,
    /// What stdout is like.
    pub answer: Screen,
    /// What stderr is like.
    pub remarks: Screen,
    /// Whether hints are printed.
    pub hints: bool,
    /// Whether notes and hints are left out.
    pub quiet: bool,
    /// How much more is said; 0 is usual.
    pub verbose: u8,
}

impl UiSettings {
    /// Combines flags (which carry their environment variables) with what the streams are.
    pub fn new(flags: &UiFlags, streams: Streams) -> Self {
        let color = |stream_takes_color| match flags.color.unwrap_or_default() {
            ColorWhen::Auto => stream_takes_color,
            ColorWhen::Always => true,
            ColorWhen::Never => false,
        };
        let width = flags.width.or(streams.width.filter(|width| *width > 0));
        let screen = |terminal, stream_takes_color| Screen {
            width: width.map_or(Screen::DEFAULT_WIDTH, usize::from),
            terminal,
            ascii: !flags.no_ascii && (flags.ascii || streams.locale_is_ascii),
            color: color(stream_takes_color),
            time: flags.time.unwrap_or_default(),
        };
        Self {
            output: match flags.output {
                Some(asked) => asked.output(),
                None if flags.json || flags.jq.is_some() => OutputFormat::Json,
                None => OutputFormat::Table,
            },
            answer: screen(streams.answer_is_terminal, streams.answer_takes_color),
            remarks: screen(streams.remarks_is_terminal, streams.remarks_takes_color),
            hints: !streams.hints_off && !flags.hints_off,
            quiet: flags.quiet,
            verbose: flags.verbose,
        }
    }
}

/// Says whether a locale is set and names another character set than UTF-8.
///
/// Without any locale the terminal is taken to be one of today, which speaks UTF-8.
fn locale_is_ascii(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()));
    locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    })
}

fn is_falsy(value: &str) -> bool {
    matches!(
        value.to_ascii_lowercase().as_str(),
        "0" | "false" | "no" | "off"
    )
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser};

    use super::*;

    #[derive(Parser)]
    struct Arguments {
        #[command(flatten)]
        flags: UiFlags,
    }

    fn settings(arguments: &[&str], streams: Streams) -> UiSettings {
        let line = std::iter::once("okr").chain(arguments.iter().copied());
        UiSettings::new(&Arguments::parse_from(line).flags, streams)
    }

    const TERMINAL: Streams = Streams {
        answer_is_terminal: true,
        answer_takes_color: true,
        remarks_is_terminal: true,
        remarks_takes_color: true,
        width: Some(132),
        locale_is_ascii: false,
        hints_off: false,
    };

    #[test]
    fn the_flags_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_terminal_gets_its_width_and_colour() {
        let settings = settings(&[], TERMINAL);
        assert_eq!(settings.answer.width, 132);
        assert!(settings.answer.color && settings.answer.terminal && !settings.answer.ascii);
        assert!(settings.hints);
    }

    #[test]
    fn a_pipe_has_eighty_columns_and_no_colour() {
        assert_eq!(settings(&[], Streams::default()).answer, Screen::piped());
    }

    #[test]
    fn flags_beat_what_the_streams_say() {
        let settings = settings(&["--color=never", "--width", "60", "--ascii"], TERMINAL);
        assert!(!settings.answer.color);
        assert_eq!(settings.answer.width, 60);
        assert!(settings.answer.ascii);
        let always = super::tests::settings(&["--color=always"], Streams::default());
        assert!(always.answer.color && always.remarks.color);
    }

    #[test]
    fn json_has_a_flag_of_its_own() {
        assert_eq!(settings(&["--json"], TERMINAL).output, OutputFormat::Json);
        assert_eq!(
            settings(&["-o", "jsonl"], TERMINAL).output,
            OutputFormat::Jsonl
        );
        assert!(Arguments::try_parse_from(["okr", "--json", "-o", "id"]).is_err());
        let documents = settings(&["-o", "md"], TERMINAL).output;
        assert_eq!(documents, OutputFormat::Table);
        assert_eq!(
            settings(&["-o", "term"], TERMINAL).output,
            OutputFormat::Table
        );
    }

    #[test]
    fn only_a_locale_that_names_another_set_means_ascii() {
        let locale = |name: &'static str, value: &'static str| {
            locale_is_ascii(move |asked| (asked == name).then(|| value.to_owned()))
        };
        assert!(locale("LC_ALL", "C"));
        assert!(locale("LANG", "de_DE"));
        assert!(!locale("LANG", "nb_NO.UTF-8"));
        assert!(!locale("LC_CTYPE", "C.utf8"));
        assert!(!locale("LANG", ""));
        assert!(!locale_is_ascii(|_| None));
    }
}

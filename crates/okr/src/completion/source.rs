//! The candidates: what this machine knows that can stand for an argument.

use std::io;

use clap::{CommandFactory as _, ValueEnum as _};
use okr_core::value::CycleState;
use okr_replica::{InitiativeFilter, LogFilter, Reading, Replica};

use super::goals;
use super::request::Request;
use super::wanted::Wanted;
use crate::args::{Arguments, GlobalArgs, ListKind};
use crate::change_words;
use crate::commands::{Past, STATUS_WORDS, learn_entries, sort_keys};
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::help_topics::Topic;
use crate::parse;
use crate::render::Screen;
use crate::settings::KEYS;
use crate::short_id::{self, Alphabet};
use crate::ui::{Streams, Ui, UiFlags, UiSettings};
use crate::when::Clock;
use crate::workspace::Environment;

/// A value and what it is.
pub(super) type Candidate = (String, String);

/// How many changes or operations are offered: as many as somebody may read through.
const NEWEST: usize = 40;

/// Words for moments that no calendar shows, and what they mean.
const MOMENTS: [(&str, &str); 7] = [
    ("today", "the end of this day"),
    ("yesterday", "the end of the day before"),
    ("monday", "the end of the last Monday"),
    ("friday", "the end of the last Friday"),
    ("cycle:start", "the first day of the current cycle"),
    ("cycle:mid", "half-way through the current cycle"),
    ("last-sync", "the last exchange with the server"),
];

/// Words for days.
const DAYS: [(&str, &str); 3] = [
    ("today", "this day"),
    ("yesterday", "the day before"),
    ("tomorrow", "the day after"),
];

/// What has a schema beside the answers of commands.
const SCHEMAS: [(&str, &str); 3] = [
    ("envelope", "what all documents of -o json have in common"),
    ("error", "the line of an error"),
    ("remark", "the line of a hint, note or warning"),
];

/// Where candidates are looked for: what a line says so far.
#[derive(Clone)]
pub(super) struct Source {
    globals: GlobalArgs,
    environment: Environment,
    before: Vec<String>,
    typed: String,
}

impl Source {
    pub(super) fn new(request: &Request) -> Self {
        Self {
            globals: request.globals(),
            environment: request.environment.clone(),
            before: request.before.clone(),
            typed: request.typed.clone(),
        }
    }

    /// Returns what is there of the word that is typed, with the flag if it stands in one word.
    pub(super) fn typed(&self) -> &str {
        &self.typed
    }

    /// Returns what can stand for an argument and begins as typed; nothing where that cannot be known.
    pub(super) fn candidates(&self, wanted: Wanted, typed: &str) -> Vec<Candidate> {
        let mut found = self.all(wanted, typed).unwrap_or_default();
        let begins = typed.to_lowercase();
        found.retain(|(value, _)| value.to_lowercase().starts_with(&begins));
        found
    }

    fn all(&self, wanted: Wanted, typed: &str) -> Result<Vec<Candidate>, CliError> {
        match wanted {
            Wanted::Topics => Ok(self.words("help", topics)),
            Wanted::Answers => Ok(self.words("schema", || owned(&SCHEMAS))),
            Wanted::Moments => Ok(owned(&MOMENTS)),
            Wanted::Days => Ok(owned(&DAYS)),
            Wanted::Statuses => Ok(statuses()),
            Wanted::Settings => {
                let keys = KEYS.iter();
                Ok(keys
                    .map(|key| (key.name.to_owned(), key.meaning.to_owned()))
                    .collect())
            }
            Wanted::Aliases => Ok(self.aliases()),
            Wanted::Workspaces => self.workspaces(),
            Wanted::Waiting | Wanted::Conflicts | Wanted::Changes | Wanted::Operations => {
                self.changes(wanted)
            }
            Wanted::Goals
            | Wanted::Objectives
            | Wanted::KeyResults
            | Wanted::Things
            | Wanted::ThingsAndPeople => {
                self.look(|context, look| look.references(context, wanted, typed))
            }
            Wanted::Teams => self.look(|_, look| look.teams()),
            Wanted::Cycles => self.look(|_, look| look.cycles()),
            Wanted::SortKeys => Ok(self.sort_keys(typed)),
            Wanted::Tags => self.look(goals::tags),
            Wanted::Initiatives => self.look(|_, look| look.initiatives()),
            Wanted::Metrics => self.look(|_, look| look.metrics()),
            Wanted::People => self.look(|_, look| look.people(typed)),
            Wanted::Files | Wanted::Nothing => Ok(Vec::new()),
        }
    }

    /// Prepares to read as a command would, but to say nothing.
    fn context(&self) -> Result<Context, CliError> {
        let settings = UiSettings::new(&UiFlags::default(), Streams::default());
        let ui = Ui::new(settings, Box::new(io::sink()), Box::new(io::sink()));
        Context::new(ui, self.globals.clone(), self.environment.clone()).map_err(|(_, error)| error)
    }

    /// Lets `find` look into the replica.
    fn look<T>(
        &self,
        find: impl FnOnce(&mut Context, &Look<'_>) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        let mut context = self.context()?;
        let replica = replica(&mut context)?;
        let (reading, clock) = context.present(&replica)?;
        let look = Look {
            replica: &replica,
            reading,
            clock,
            screen: Screen {
                ascii: Streams::of_process().locale_is_ascii,
                ..Screen::piped()
            },
        };
        find(&mut context, &look)
    }

    /// Returns the names that somebody gave command lines.
    pub(super) fn aliases(&self) -> Vec<Candidate> {
        let environment = self.environment.clone().with_settings().unwrap_or_default();
        let aliases = environment
            .settings()
            .map(|settings| settings.aliases.clone());
        aliases.unwrap_or_default().into_iter().collect()
    }

    fn workspaces(&self) -> Result<Vec<Candidate>, CliError> {
        let workspaces = self.context()?.places.workspaces()?;
        let candidate = |path: &std::path::Path| path.display().to_string();
        Ok(workspaces
            .iter()
            .map(|one| (one.name.clone(), candidate(&one.directory)))
            .collect())
    }

    /// Returns the keys of what is listed that are not typed yet, each after those that are.
    fn sort_keys(&self, typed: &str) -> Vec<Candidate> {
        let kind = |word: &String| ListKind::from_str(word, false).ok();
        let kind = self.before.iter().find_map(kind).unwrap_or_default();
        let (before, last) = match typed.rfind(',') {
            Some(comma) => typed.split_at(comma + 1),
            None => ("", typed),
        };
        let sign = if last.starts_with('-') { "-" } else { "" };
        let is_new = |key: &&str| {
            let mut typed = before.split(',');
            !typed.any(|part| part.trim_start_matches('-') == *key)
        };
        let candidate = |key: &str| (format!("{before}{sign}{key}"), String::new());
        sort_keys(kind).filter(is_new).map(candidate).collect()
    }

    /// Returns the commands that a command is asked about, after other words that it takes; below a
    /// command, what belongs to it.
    fn words(&self, asked: &str, others: impl FnOnce() -> Vec<Candidate>) -> Vec<Candidate> {
        let asked = self.before.iter().position(|word| word == asked);
        let above = asked.map_or(&[][..], |asked| &self.before[asked + 1..]);
        let about = |command: &clap::Command| {
            let about = command.get_about().map(ToString::to_string);
            (command.get_name().to_owned(), about.unwrap_or_default())
        };
        if above.is_empty() {
            let all = Arguments::command();
            let commands = all.get_subcommands().map(about);
            return others().into_iter().chain(commands).collect();
        }
        let all = parse::complete();
        let found = above
            .iter()
            .try_fold(&all, |command, word| command.find_subcommand(word));
        found.map_or_else(Vec::new, |command| {
            command.get_subcommands().map(about).collect()
        })
    }

    fn changes(&self, wanted: Wanted) -> Result<Vec<Candidate>, CliError> {
        let mut context = self.context()?;
        let replica = replica(&mut context)?;
        let short = |uuid| short_id::shown(Alphabet::Change, uuid);
        if wanted == Wanted::Operations {
            let found = replica.operations(None, NEWEST).map_err(failure::replica)?;
            let candidate = |one: &okr_replica::OperationEntry| {
                (short(one.operation.id), one.operation.command.clone())
            };
            return Ok(found.iter().map(candidate).collect());
        }
        let mut past = Past::open(&mut context, &replica)?;
        let me = past.me();
        let own = |change| change_words::own_entry(me, change);
        let mut entries: Vec<_> = match wanted {
            Wanted::Waiting => {
                let waiting = replica.pending().map_err(failure::replica)?;
                waiting.iter().map(|one| own(&one.change)).collect()
            }
            Wanted::Conflicts => {
                let conflicts = replica.conflicts().map_err(failure::replica)?;
                conflicts.iter().map(|one| own(&one.change)).collect()
            }
            _ => {
                let newest = LogFilter {
                    pending: true,
                    limit: Some(NEWEST),
                    ..LogFilter::default()
                };
                replica.log(&newest).map_err(failure::replica)?
            }
        };
        entries.truncate(NEWEST);
        learn_entries(&context, &mut past, &entries)?;
        let mut found = Vec::new();
        for entry in &entries {
            let said = entry.change.as_ref().map_or_else(String::new, |change| {
                change_words::line(change, &past, &Screen::piped())
            });
            let who = past
                .names
                .at_person(entry.on_behalf_of.unwrap_or(entry.author));
            found.push((short(entry.id.uuid()), format!("{who}  {said}")));
        }
        Ok(found)
    }
}

/// Returns the topics of help.
fn topics() -> Vec<Candidate> {
    let topic = |topic: Topic| (topic.word().to_owned(), topic.about());
    Topic::ALL.map(topic).into()
}

/// Opens the replica of the workspace to look at it.
fn replica(context: &mut Context) -> Result<Replica, CliError> {
    let directory = context.workspace()?.directory.clone();
    Replica::open_to_read(&directory).map_err(failure::replica)
}

/// What is known at present.
pub(super) struct Look<'r> {
    pub(super) replica: &'r Replica,
    pub(super) reading: Reading<'r>,
    pub(super) clock: Clock,
    pub(super) screen: Screen,
}

impl Look<'_> {
    /// Returns what a reference can name.
    fn references(
        &self,
        context: &mut Context,
        wanted: Wanted,
        typed: &str,
    ) -> Result<Vec<Candidate>, CliError> {
        let mut found = goals::goals(context, self, wanted, typed)?;
        if matches!(wanted, Wanted::Things | Wanted::ThingsAndPeople) {
            found.extend(self.initiatives()?);
            found.extend(self.metrics()?);
            found.extend(self.teams()?);
            found.extend(self.cycles()?);
        }
        // A bare handle names nobody where things are meant as well.
        if wanted == Wanted::ThingsAndPeople && (typed.is_empty() || typed.starts_with('@')) {
            found.extend(self.people(typed)?);
        }
        if typed.starts_with('@') {
            found.push(("@last".to_owned(), "what you wrote about last".to_owned()));
        }
        Ok(found)
    }

    fn teams(&self) -> Result<Vec<Candidate>, CliError> {
        let mut teams = self.reading.teams().map_err(failure::replica)?;
        teams.retain(|team| !team.archived);
        Ok(teams
            .iter()
            .map(|team| (team.slug.to_string(), team.name.to_string()))
            .collect())
    }

    /// Returns the cycles, the newest first and the open ones before all others.
    fn cycles(&self) -> Result<Vec<Candidate>, CliError> {
        let mut cycles = self.reading.cycles().map_err(failure::replica)?;
        cycles.sort_by_key(|cycle| {
            let is_open = cycle.state == CycleState::Open;
            (std::cmp::Reverse((is_open, cycle.period.start())), cycle.id)
        });
        let about = |cycle: &okr_core::entity::Cycle| {
            let (from, to) = (cycle.period.start(), cycle.period.end());
            format!("{}, {from} to {to}", cycle.state.word())
        };
        Ok(cycles
            .iter()
            .map(|cycle| (cycle.name.to_string(), about(cycle)))
            .collect())
    }

    fn initiatives(&self) -> Result<Vec<Candidate>, CliError> {
        let filter = InitiativeFilter::default();
        let found = self
            .reading
            .initiatives(&filter)
            .map_err(failure::replica)?;
        Ok(found
            .iter()
            .map(|one| (one.slug.to_string(), one.title.to_string()))
            .collect())
    }

    fn metrics(&self) -> Result<Vec<Candidate>, CliError> {
        let found = self.reading.metrics(false).map_err(failure::replica)?;
        Ok(found
            .iter()
            .map(|one| (one.slug.to_string(), one.name.to_string()))
            .collect())
    }

    /// Returns who is active, with or without the `@`, as typed.
    fn people(&self, typed: &str) -> Result<Vec<Candidate>, CliError> {
        let with_at = typed.is_empty() || typed.starts_with('@');
        let at = if with_at { "@" } else { "" };
        let directory = self.replica.directory().map_err(failure::replica)?;
        let people = self.reading.people().map_err(failure::replica)?;
        let mut found: Vec<Candidate> = people
            .iter()
            .filter(|person| person.active)
            .filter_map(|person| directory.entries.get(&person.id))
            .map(|entry| (format!("{at}{}", entry.handle), entry.name.clone()))
            .collect();
        found.sort();
        if with_at {
            found.insert(0, ("@me".to_owned(), "you".to_owned()));
        }
        Ok(found)
    }
}

fn statuses() -> Vec<Candidate> {
    let words = STATUS_WORDS.split(", ");
    words.map(|word| (word.to_owned(), String::new())).collect()
}

fn owned(words: &[(&str, &str)]) -> Vec<Candidate> {
    words
        .iter()
        .map(|(word, meaning)| ((*word).to_owned(), (*meaning).to_owned()))
        .collect()
}

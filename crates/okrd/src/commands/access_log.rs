//! `okrd access-log`: who was let in, who was refused, and what administrators did; also while the server runs.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use clap::{Args, value_parser};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use okr_core::id::OrgId;
use okr_proto::Handle;
use uuid::Uuid;

use crate::access_log::{self, Act, Entry, Line, Outcome};
use crate::args::{DataArgument, OutputFormat, read_handle};
use crate::clock::Clock;
use crate::data::{DataDir, access_log_file, directory_file};
use crate::directory::Directory;
use crate::failure::{Exit, Failure};
use crate::{organisations, output};

/// What `okrd access-log` needs.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AccessLogArguments {
    #[command(flatten)]
    /// Where the data is.
    pub data: DataArgument,
    /// Only what happened since then: a time such as 2026-11-23T12:00Z, or how long ago, such as 30min, 12h, 7d
    #[arg(long, value_name = "WHEN", value_parser = read_since)]
    pub since: Option<Since>,
    /// Only this, or these
    #[arg(
        long,
        value_enum,
        value_name = "ACT",
        value_delimiter = ',',
        hide_possible_values = true
    )]
    pub act: Vec<Act>,
    /// Only what was done, or what was refused
    #[arg(long, value_enum)]
    pub outcome: Option<Outcome>,
    /// Only what a person did, or what was done about them
    #[arg(long, value_name = "HANDLE", value_parser = read_handle)]
    pub person: Option<Handle>,
    /// At most so many lines, the newest
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 50,
          value_parser = value_parser!(u32).range(1..))]
    pub limit: u32,
    /// The form of the answer; JSON is the lines as they stand in the file
    #[arg(short, long, value_enum, default_value_t)]
    pub output: OutputFormat,
}

const EXAMPLES: &str = "\
Acts: login, call, issue-code, revoke-code, create-token, revoke-token,
  end-sessions, update-directory, erase-person, erase-texts,
  change-people, change-organisation, operate, left-out

Examples:
  okrd access-log --data /var/lib/okrd
  okrd access-log --outcome refused --since 24h
  okrd access-log --person ana --act issue-code,create-token -n 1000 -o json";

/// From when on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    Time(Timestamp),
    Ago(SignedDuration),
}

pub(super) fn run(arguments: &AccessLogArguments) -> Result<(), Failure> {
    let data = &arguments.data.path()?;
    DataDir::look(data)?;
    let mut names = Names::read(data)?;
    let filter = Filter {
        since: arguments.since.map(|since| match since {
            Since::Time(time) => time,
            Since::Ago(ago) => Clock::system()
                .now()
                .saturating_sub(ago)
                .unwrap_or(Timestamp::MIN),
        }),
        acts: &arguments.act,
        outcome: arguments.outcome,
        people: match &arguments.person {
            Some(handle) => Some(names.people(handle)?),
            None => None,
        },
    };
    let lines = access_log::read(&access_log_file(data))?;
    let found: Vec<&Line> = lines.iter().filter(|line| filter.takes(line)).collect();
    let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let shown = &found[found.len().saturating_sub(limit)..];
    names.tell_apart(shown.iter().filter_map(|line| line.entry.as_ref()));
    for line in shown {
        output::print(&match (arguments.output, &line.entry) {
            (OutputFormat::Json, _) => line.text.clone(),
            (OutputFormat::Text, Some(entry)) => names.text(entry),
            (OutputFormat::Text, None) => format!("not understood: {}", harmless(&line.text)),
        })?;
    }
    if found.is_empty() && arguments.output == OutputFormat::Text {
        output::print("nothing was recorded that fits")?;
    }
    Ok(())
}

/// What is asked for.
struct Filter<'a> {
    since: Option<Timestamp>,
    acts: &'a [Act],
    outcome: Option<Outcome>,
    people: Option<Vec<Uuid>>,
}

impl Filter<'_> {
    /// Says whether a line is asked for. One that is not understood is, unless something is asked for.
    fn takes(&self, line: &Line) -> bool {
        let Some(entry) = &line.entry else {
            return self.since.is_none()
                && self.acts.is_empty()
                && self.outcome.is_none()
                && self.people.is_none();
        };
        let is_of = |people: &Vec<Uuid>| {
            let mut both = [entry.by, entry.person].into_iter().flatten();
            both.any(|person| people.contains(&person.0))
        };
        self.since.is_none_or(|since| entry.at.0 >= since)
            && (self.acts.is_empty() || self.acts.contains(&entry.act))
            && self.outcome.is_none_or(|outcome| entry.outcome == outcome)
            && self.people.as_ref().is_none_or(is_of)
    }
}

/// Who the people and the organisations are now: the log has their ids only.
struct Names {
    people: HashMap<Uuid, String>,
    organisations: organisations::File,
    /// The lines are about more than one organisation.
    several: bool,
}

impl Names {
    fn read(data: &Path) -> Result<Self, Failure> {
        let directory = Directory::open(directory_file(data))?;
        let everybody = directory.everybody().into_iter();
        let people = everybody.map(|entry| (entry.person.uuid(), entry.handle.to_string()));
        Ok(Self {
            people: people.collect(),
            // Who looks into a broken directory finds ids in place of names.
            organisations: DataDir::manifest_of(data)
                .and_then(|manifest| organisations::read(data, &manifest))
                .unwrap_or_default(),
            several: false,
        })
    }

    /// Finds out whether lines are about several organisations, so that each has to say about which.
    fn tell_apart<'a>(&mut self, entries: impl Iterator<Item = &'a Entry>) {
        let orgs: HashSet<Uuid> = entries.filter_map(|it| it.org.map(|org| org.0)).collect();
        self.several = orgs.len() > 1;
    }

    /// Returns everybody with a handle; in several organisations that may be several people.
    fn people(&self, handle: &Handle) -> Result<Vec<Uuid>, Failure> {
        let named = self
            .people
            .iter()
            .filter(|(_, name)| *name == handle.as_str());
        let people: Vec<Uuid> = named.map(|(id, _)| *id).collect();
        if people.is_empty() {
            let message = format!("there is nobody with the handle {handle}");
            return Err(Failure::new(Exit::NotFound, message));
        }
        Ok(people)
    }

    fn name(&self, id: Uuid) -> String {
        // Of whoever was erased the beginning of the id is left.
        self.people.get(&id).cloned().unwrap_or_else(|| short(id))
    }

    fn organisation(&self, id: Uuid) -> String {
        let label = self.organisations.get(OrgId::new(id)).label;
        label.map_or_else(|| short(id), |label| output::clean(&label))
    }

    /// Writes a line for a person: when, how it ended, what, and then who did it to whom from where.
    fn text(&self, entry: &Entry) -> String {
        let at = TimeZone::UTC.to_datetime(entry.at.0);
        let at = at.strftime("%Y-%m-%d %H:%M:%S");
        let outcome = match entry.outcome {
            Outcome::Done => "done",
            Outcome::Refused => "refused",
        };
        let mut text = format!("{at}  {outcome:<7}  {:<19}", entry.act.word());
        let person = entry.person.filter(|person| Some(*person) != entry.by);
        let operated = matches!(entry.act, Act::Operate);
        let org = entry.org.filter(|_| self.several || operated);
        let parts = [
            org.map(|org| format!(" in {}", self.organisation(org.0))),
            entry.by.map(|by| format!(" by {}", self.name(by.0))),
            person.map(|person| format!(" about {}", self.name(person.0))),
            entry.from.map(|from| format!(" from {}", from.0)),
            entry
                .detail
                .as_ref()
                .map(|detail| format!(": {}", harmless(detail))),
        ];
        text.extend(parts.into_iter().flatten());
        text.trim_end().to_owned()
    }
}

/// The beginning of an id, which is enough to tell two apart.
fn short(id: Uuid) -> String {
    id.simple().to_string()[..8].to_owned()
}

/// Takes out what could steer a terminal; the file may have been written by anybody who could write to it.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

fn read_since(text: &str) -> Result<Since, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(Since::Time(time));
    }
    let explain = || "a time such as 2026-11-23T12:00Z, or how long ago: 30min, 12h, 7d".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: i64 = number.parse().map_err(|_| explain())?;
    let minutes = match unit {
        "min" => 1,
        "h" => 60,
        "d" => 24 * 60,
        _ => return Err(explain()),
    };
    let minutes = number
        .checked_mul(minutes)
        .filter(|minutes| *minutes < i64::MAX / 60);
    minutes
        .map(|minutes| Since::Ago(SignedDuration::from_mins(minutes)))
        .ok_or_else(explain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_time_or_how_long_ago() {
        let hours = |hours| Ok(Since::Ago(SignedDuration::from_hours(hours)));
        assert_eq!(read_since("12h"), hours(12));
        assert_eq!(read_since("7d"), hours(7 * 24));
        assert_eq!(read_since("60min"), hours(1));
        let time = "2026-11-23T12:00:00Z".parse().unwrap();
        assert_eq!(read_since("2026-11-23T12:00Z"), Ok(Since::Time(time)));
        for bad in [
            "",
            "yesterday",
            "12",
            "h",
            "-1h",
            "99999999999999999999h",
            "9223372036854775807d",
        ] {
            assert!(read_since(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_line_says_which_organisation_where_there_are_several_or_an_operator_was_there() {
        let org = Uuid::from_u128(0xacce_u128 << 112);
        let entry = |act| {
            let done = Entry::done(act, Timestamp::UNIX_EPOCH);
            done.of(OrgId::new(org)).saying("org freeze")
        };
        let (operated, called) = (entry(Act::Operate), entry(Act::Call));
        let mut names = Names {
            people: HashMap::new(),
            organisations: organisations::File::default(),
            several: false,
        };
        names.tell_apart([&operated, &called].into_iter());
        assert!(names.text(&operated).ends_with(" in acce0000: org freeze"));
        assert!(!names.text(&called).contains(" in "));
        let other = entry(Act::Call).of(OrgId::new(Uuid::max()));
        names.tell_apart([&called, &other].into_iter());
        assert!(names.text(&called).ends_with(" in acce0000: org freeze"));
    }

    #[test]
    fn the_help_names_every_act() {
        use clap::ValueEnum as _;
        for act in Act::value_variants() {
            assert!(EXAMPLES.contains(act.word()), "{}", act.word());
        }
    }

    #[test]
    fn what_could_steer_a_terminal_is_taken_out() {
        assert_eq!(harmless("a\u{1b}[31mb"), "a\u{fffd}[31mb");
    }
}

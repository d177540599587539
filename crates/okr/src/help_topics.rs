//! The texts of `okr help TOPIC`: concepts that concern more than one command.

use clap::ValueEnum;

use crate::environment::VARIABLES;
use crate::exit::Exit;

/// A concept that has a text of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum Topic {
    /// How to write dates and times
    Dates,
    /// How to name goals, people and changes
    Ids,
    /// How to write the value of a check-in
    Values,
    /// Forms of output, for people and for scripts
    Output,
    /// What the exit codes mean
    ExitCodes,
    /// The environment variables that are read
    Environment,
    /// How it works without a network
    Offline,
    /// What to do when the server lost history
    Restored,
    /// What happens when two people change the same, and how to decide
    Conflicts,
    /// What opening and closing a cycle mean, and what an amendment is
    Commitment,
    /// What progress, confidence and score are, and how scores are suggested
    Scores,
    /// What health metrics and initiatives are, and how a metric feeds key results
    Metrics,
    /// How to edit goals as text
    Plan,
    /// How to know that nobody rewrote the history
    Proof,
    /// How to let a shell complete what you type
    Completions,
}

impl Topic {
    /// Every topic, in the order of the help.
    pub const ALL: [Self; 15] = [
        Self::Dates,
        Self::Ids,
        Self::Values,
        Self::Output,
        Self::ExitCodes,
        Self::Environment,
        Self::Offline,
        Self::Restored,
        Self::Conflicts,
        Self::Commitment,
        Self::Scores,
        Self::Metrics,
        Self::Plan,
        Self::Proof,
        Self::Completions,
    ];

    /// Returns the word that is typed for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dates => "dates",
            Self::Ids => "ids",
            Self::Values => "values",
            Self::Output => "output",
            Self::ExitCodes => "exit-codes",
            Self::Environment => "environment",
            Self::Offline => "offline",
            Self::Restored => "restored",
            Self::Conflicts => "conflicts",
            Self::Commitment => "commitment",
            Self::Scores => "scores",
            Self::Metrics => "metrics",
            Self::Plan => "plan",
            Self::Proof => "proof",
            Self::Completions => "completions",
        }
    }

    /// Returns what it is about, in one line.
    pub fn about(self) -> String {
        let value = self.to_possible_value();
        let help = value
            .as_ref()
            .and_then(clap::builder::PossibleValue::get_help);
        help.map(ToString::to_string).unwrap_or_default()
    }

    /// Returns its text, at most 80 columns wide, ending in a line feed.
    pub fn text(self) -> String {
        match self {
            Self::Dates => include_str!("help_topics/dates.txt").to_owned(),
            Self::Ids => include_str!("help_topics/ids.txt").to_owned(),
            Self::Values => include_str!("help_topics/values.txt").to_owned(),
            Self::Output => include_str!("help_topics/output.txt").to_owned(),
            Self::ExitCodes => exit_codes(),
            Self::Environment => environment(),
            Self::Offline => include_str!("help_topics/offline.txt").to_owned(),
            Self::Restored => include_str!("help_topics/restored.txt").to_owned(),
            Self::Conflicts => include_str!("help_topics/conflicts.txt").to_owned(),
            Self::Commitment => include_str!("help_topics/commitment.txt").to_owned(),
            Self::Scores => include_str!("help_topics/scores.txt").to_owned(),
            Self::Metrics => include_str!("help_topics/metrics.txt").to_owned(),
            Self::Plan => include_str!("help_topics/plan.txt").to_owned(),
            Self::Proof => include_str!("help_topics/proof.txt").to_owned(),
            Self::Completions => include_str!("help_topics/completions.txt").to_owned(),
        }
    }
}

/// Lists the exit codes; made from the codes themselves.
fn exit_codes() -> String {
    let mut lines = vec![
        "Exit codes of okr".to_owned(),
        String::new(),
        "A code does not depend on the form of output. Codes that are not listed are".to_owned(),
        "failures. The code word of an error is shown with -v and with -o json.".to_owned(),
        String::new(),
    ];
    let codes = Exit::ALL.map(|exit| format!("{:>5}  {}", exit.code(), exit.meaning()));
    lines.extend(codes);
    lines.push(String::new());
    lines.join("\n")
}

/// Lists the environment variables; made from the list that the code uses.
fn environment() -> String {
    let mut lines = vec![
        "Environment variables that okr reads".to_owned(),
        String::new(),
        "A flag is stronger than its variable.".to_owned(),
    ];
    for variable in VARIABLES {
        lines.push(String::new());
        lines.push(format!("  {}", variable.name));
        lines.push(format!("      {}", variable.meaning));
    }
    lines.push(String::new());
    lines.join("\n")
}

#[cfg(test)]
mod tests;

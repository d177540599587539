//! The help text that is written by hand: the overview of `okr` and the examples of each command.
//!
//! What an argument means stands at the argument, in `args`.

/// Names the texts of a file, and lists them for the test that parses their examples.
macro_rules! examples {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        $(
            $(#[$doc])*
            pub(crate) const $name: &str = $text;
        )+

        /// Every text, for the test that parses the examples.
        #[cfg(test)]
        pub(super) const ALL: &[&str] = &[$($name),+];
    };
}

mod examples;

pub(crate) use examples::*;

/// The overview: commands by what one does with them. A test keeps it complete.
pub(crate) const TEMPLATE: &str = "\
{before-help}{about}

Usage: okr [OPTIONS] [COMMAND]

Begin
  init         Create a local workspace; no server needed
  clone        Create a workspace as a replica of a server
  login        Log in to a server
  whoami       Show who you are, in which workspace and on which server
  workspace    Manage workspaces: list, use, show, rename, remove ...
  tutorial     Learn okr in ten lessons, in a workspace that is thrown away

Every week
  checkin      Record the value of a key result; amend, retract, list (alias ci)
  comment      Say something about a thing or answer; amend, retract, list
  follow       Hear of what happens to goals, teams or cycles in your inbox
  unfollow     Follow something no more
  undo         Take back what your last command wrote, or any change
  redo         Take back the last undo

At the end
  grade        Give a goal a score, or put its score right
  close        End a goal with a score and what was learned
  carry        Let objectives go on in a later cycle

Look
  status       Show your goals, what is due, and what waits (alias st)
  due          List the key results that wait for a check-in
  inbox        Show what happened to what is yours or followed since you looked
  tree         Show the goals of a cycle as a tree
  list         List objectives, krs, initiatives, metrics, teams ... (alias ls)
  show         Show things in full, with their history and comments
  search       Search titles, descriptions, notes and reasons
  log          Show who changed what, when, from what to what, and why
  diff         Compare two moments: what changed, and who did it
  blame        Show who set each field, when and why, and what it was before
  chart        Draw how goals went, with targets, pace and forecast
  goalposts    Show what moved after a cycle was opened, and what that did
  lint         Find weak goals and cycles: why, and what mends them
  stats        Count check-ins, silences and moved targets
  report       Report on a week, half-way, or on the end of a cycle
  present      Write the closing presentation of a cycle
  replay       Play history frame by frame
  watch        Follow changes as they are made

Goals
  objective    Manage objectives: add, list, set, close, archive ... (alias obj)
  kr           Manage key results: add, list, set, close, archive ...
  align        Say which objective supports which goal: list, check, graph
  initiative   Manage the work behind key results: add, list, set, done ...
  metric       Manage health metrics: add, list, record, set ...
  cycle        Manage cycles: add, open, close, use, list ...

People
  org          Show and set the organisation: time, policies, calendar
  team         Manage teams and who is in them: add, list, tree, show ...
  member       Manage people: add, list, show, set, deactivate, invite
  token        Manage the tokens of devices and scripts
  erase        Erase who somebody was, or a text of the history, for good

Sync
  sync         Exchange changes with the server
  pending      List the changes that wait to be pushed, and drop some
  conflicts    List the changes that met others' changes and wait for a decision
  resolve      Decide a conflict
  op           Show the commands that wrote on this machine: log, show

Proof
  verify       Check that nothing was altered, here and on the server
  anchor       Print a signed checkpoint to keep elsewhere
  audit        Write the history with its proof for others, or check it

Data
  import       Take in goals with their history, or a whole history
  export       Write everything into open formats, or the whole history
  plan         Edit goals as text: pull, check, apply, edit

  doctor       Check what could keep okr from working here
  config       Show and change settings
  alias        Give command lines names of your own
  completions  Print what sets completion up in a shell
  schema       Print the JSON Schema of what a command answers for programs
  util         Write what a package of okr needs: man
  help         Explain a command or a topic

Options:
{options}{after-help}";

/// The end of the overview.
pub(crate) const FOOTER: &str = "\
okr COMMAND --help shows the examples of a command, okr help TOPIC explains a
concept: dates, ids, values, output, exit-codes, environment, offline,
conflicts, restored, commitment, scores, metrics, plan, proof, completions.";

/// What the long overview begins with.
pub(crate) const EXAMPLES: &str = "\
Examples:
  okr init acme --name \"Acme\"                  start without a server
  okr cycle add 2026-Q4 --open                 plan a quarter and open it
  okr objective add \"Fast enough to feel instant\"
  okr kr add \"p99 latency\" -O fast --from 480 --to 200 --unit ms
  okr checkin p99-latency 312 -C 7 -m \"pooling is in\"
  okr sync                                     exchange changes with the server
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::*;
    use crate::args::Arguments;
    use crate::command_line;
    use crate::render::text_width;

    #[test]
    fn the_overview_lists_every_command_and_nothing_else() {
        let command = Arguments::command();
        let commands: BTreeSet<&str> = command
            .get_subcommands()
            .filter(|command| !command.is_hide_set())
            .map(clap::Command::get_name)
            .collect();
        let listed: BTreeSet<&str> = TEMPLATE
            .lines()
            .filter_map(|line| line.strip_prefix("  "))
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        assert_eq!(listed, commands);
    }

    #[test]
    fn every_command_without_subcommands_has_examples() {
        fn check(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            if command.get_subcommands().next().is_none() {
                let help = command
                    .get_after_help()
                    .unwrap_or_else(|| panic!("no examples for{path}"))
                    .to_string();
                assert!(help.contains("okr"), "no example line for{path}");
            }
            for subcommand in command.get_subcommands() {
                check(subcommand, &path);
            }
        }
        for command in crate::parse::complete().get_subcommands() {
            check(command, " okr");
        }
    }

    /// A terminal breaks what is wider in the middle of what belongs together.
    #[test]
    fn what_is_written_by_hand_fits_eighty_columns() {
        let texts = examples::ALL.iter().copied().flatten().copied();
        for text in [TEMPLATE, FOOTER, EXAMPLES].into_iter().chain(texts) {
            for line in text.lines() {
                assert!(
                    text_width(line) <= 80,
                    "{} columns: {line}",
                    text_width(line)
                );
            }
        }
    }

    #[test]
    fn every_example_parses() {
        let mut count = 0;
        let texts = examples::ALL.iter().copied().flatten().copied();
        for text in std::iter::once(EXAMPLES).chain(texts) {
            for line in text.lines().filter_map(|line| line.strip_prefix("  okr ")) {
                // The explanation of an example stands after at least three spaces.
                let line = line.split("   ").next().unwrap_or(line);
                let line = line.split(" < ").next().unwrap_or(line);
                let line = line.split(" > ").next().unwrap_or(line);
                let line = line.split(" | ").next().unwrap_or(line);
                let mut words = command_line::split(line).unwrap();
                words.insert(0, "okr".to_owned());
                let parsed = clap::Parser::try_parse_from::<_, String>(
                    words
                        .into_iter()
                        .map(crate::args::shield_negative)
                        .collect::<Vec<_>>(),
                );
                let parsed: Arguments = parsed.unwrap_or_else(|error| panic!("{line}: {error}"));
                assert!(parsed.command.is_some(), "{line}");
                count += 1;
            }
        }
        assert!(count > 40, "only {count} examples were found");
    }
}

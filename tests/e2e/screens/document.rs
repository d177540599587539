//! A document as a script: its blocks of commands, what each is to show, and where all of it stands.
//!
//! ```text
//! ```console            commands behind a prompt, each with everything that the terminal shows
//! $ okr status          "> " goes on with the command of the line before, which ends in a backslash
//! ben$ okr sync         somebody else's machine
//! ...                   any number of lines, where not all of them matter
//! [exit 6]              the exit code, where it is not 0
//!
//! ```sh                 commands, # comments; they are run as in a script, and succeed
//!
//! <!-- screens: WORD REST -->   what the reader of the page does not see, see [`Aside`]
//! ```

/// What stands beside the text of a page, for whoever runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Aside {
    /// `now TIME`: the clock of everybody, until it is set again.
    Now(String),
    /// `width COLUMNS`: how wide the terminal is, until it is set again.
    Width(u16),
    /// `run PROMPT COMMAND`: a command that is not shown, and succeeds.
    Run(Command),
    /// `server CODE`: a server for the workspace that `ana` has, and the code with which she logs in.
    Server(String),
    /// `file NAME`: the next block is written to a file.
    File(String),
    /// `types LINE|LINE`: what is typed while the next command asks.
    Types(Vec<String>),
    /// `skip REASON`: the next block is not run.
    Skip(String),
    /// `but LINE|LINE`: what is not run of the next block, by the beginnings of its lines.
    But(Vec<String>),
}

/// Something that is done, in the order of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Something that the page does not show.
    Aside(Aside),
    /// A text that is written to a file.
    File(String, String),
    /// A command.
    Command(Command),
}

/// A command of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Command {
    /// Who types it; nobody in particular where it is empty.
    pub(crate) who: String,
    /// The command line.
    pub(crate) line: String,
    /// The number of its line on the page, from 1.
    pub(crate) number: usize,
    /// The lines below it, as a range of indexes; none in a block that shows no answers.
    pub(crate) shown: Option<std::ops::Range<usize>>,
}

/// What is wrong with a page, before anything is run.
pub(crate) type Fault = String;

/// Reads a page.
pub(crate) fn read(text: &str) -> Result<Vec<Step>, Fault> {
    let lines: Vec<&str> = text.lines().collect();
    let mut steps = Vec::new();
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        if let Some(aside) = line.strip_prefix("<!-- screens: ") {
            let aside = aside.strip_suffix(" -->");
            let aside = aside.ok_or_else(|| format!("line {}: no end -->", index + 1))?;
            let aside =
                self::aside(aside).map_err(|fault| format!("line {}: {fault}", index + 1))?;
            steps.push(Step::Aside(aside));
        } else if let Some(language) = line.strip_prefix("```") {
            let begin = index + 1;
            let length = lines[begin..].iter().position(|line| *line == "```");
            let length = length.ok_or_else(|| format!("line {begin}: the block has no end"))?;
            block(language, begin, &lines[..begin + length], &mut steps)?;
            index = begin + length;
        }
        index += 1;
    }
    Ok(steps)
}

fn aside(text: &str) -> Result<Aside, Fault> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.to_owned();
    Ok(match word {
        "now" => Aside::Now(rest),
        "width" => Aside::Width(rest.parse().map_err(|_| format!("{rest:?} is no width"))?),
        "run" => Aside::Run(prompted(&rest).ok_or("a command begins with a prompt")?),
        "server" => Aside::Server(rest),
        "file" => Aside::File(rest),
        "types" => Aside::Types(rest.split('|').map(str::to_owned).collect()),
        "but" => Aside::But(rest.split('|').map(str::to_owned).collect()),
        "skip" if !rest.is_empty() => Aside::Skip(rest),
        _ => return Err(format!("{text:?} is nothing that can be done")),
    })
}

/// Reads the block whose lines begin at an index and end with the lines.
fn block(language: &str, begin: usize, lines: &[&str], steps: &mut Vec<Step>) -> Result<(), Fault> {
    match steps.last() {
        Some(Step::Aside(Aside::Skip(_))) => {
            steps.pop();
            return Ok(());
        }
        Some(Step::Aside(Aside::File(name))) => {
            let name = name.clone();
            steps.pop();
            let text = lines[begin..].join("\n");
            steps.push(Step::File(name, text + "\n"));
            return Ok(());
        }
        _ => {}
    }
    match language {
        "console" => console(begin, lines, steps),
        "sh" => {
            let but = match steps.last() {
                Some(Step::Aside(Aside::But(but))) => but.clone(),
                _ => Vec::new(),
            };
            let is_run = |command: &Command| !but.iter().any(|but| command.line.starts_with(but));
            let commands = script(begin, lines).into_iter().filter(is_run);
            steps.extend(commands.map(Step::Command));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Reads a line with a prompt, of nowhere on the page.
fn prompted(line: &str) -> Option<Command> {
    let (who, line) = prompt(line)?;
    Some(Command {
        who: who.to_owned(),
        line: line.to_owned(),
        ..Command::default()
    })
}

fn console(begin: usize, lines: &[&str], steps: &mut Vec<Step>) -> Result<(), Fault> {
    let mut index = begin;
    while index < lines.len() {
        let command = prompted(lines[index]);
        let mut command = command.ok_or_else(|| {
            let number = index + 1;
            format!("line {number}: a command begins with $ or with a name and $")
        })?;
        command.number = index + 1;
        index += 1;
        while let Some(more) = lines.get(index).and_then(|line| line.strip_prefix("> ")) {
            if !command.line.ends_with('\\') {
                break;
            }
            command.line = format!("{}\n{more}", command.line);
            index += 1;
        }
        let shown = lines[index..]
            .iter()
            .position(|line| prompt(line).is_some());
        let end = shown.map_or(lines.len(), |length| index + length);
        command.shown = Some(index..end);
        index = end;
        steps.push(Step::Command(command));
    }
    Ok(())
}

/// Splits a line at its prompt: `$ ` or, for one of several people, `ana$ `.
fn prompt(line: &str) -> Option<(&str, &str)> {
    let (who, line) = line.split_once("$ ")?;
    who.bytes()
        .all(|byte| byte.is_ascii_lowercase())
        .then_some((who, line))
}

/// Returns the commands of a block without answers; a backslash at the end of a line goes on with the next.
fn script(begin: usize, lines: &[&str]) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for (index, line) in lines.iter().enumerate().skip(begin) {
        match commands.last_mut() {
            Some(last) if last.line.ends_with('\\') => last.line = format!("{}\n{line}", last.line),
            _ if line.trim().is_empty() || line.starts_with('#') => {}
            _ => commands.push(Command {
                line: (*line).to_owned(),
                number: index + 1,
                ..Command::default()
            }),
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(who: &str, line: &str, number: usize, shown: std::ops::Range<usize>) -> Step {
        Step::Command(Command {
            who: who.to_owned(),
            line: line.to_owned(),
            number,
            shown: Some(shown),
        })
    }

    #[test]
    fn a_page_is_read_in_its_order() {
        let page = "# A page\n<!-- screens: now 2026-11-23 -->\n```console\n$ okr a \\\n> b\nx\n\
                    ben$ okr c\n```\n```yaml\na: 1\n```\n<!-- screens: file q4.yaml -->\n```yaml\na: 2\n```\n\
                    ```sh\n# nothing\nokr d   # why\n```\n<!-- screens: skip it builds -->\n```sh\ncargo e\n```\n\
                    ```console\n$ okr f\n```\n";
        let unshown = Command {
            line: "okr d   # why".to_owned(),
            number: 18,
            ..Command::default()
        };
        assert_eq!(
            read(page).unwrap(),
            [
                Step::Aside(Aside::Now("2026-11-23".to_owned())),
                command("", "okr a \\\nb", 4, 5..6),
                command("ben", "okr c", 7, 7..7),
                Step::File("q4.yaml".to_owned(), "a: 2\n".to_owned()),
                Step::Command(unshown),
                command("", "okr f", 25, 25..25),
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (page, fault) in [
            ("```console\n$ okr\n", "line 1: the block has no end"),
            ("\n```console\nokr\n```\n", "line 3: a command begins with"),
            ("<!-- screens: now x\n", "line 1: no end"),
            ("<!-- screens: dance -->\n", "line 1: \"dance\" is nothing"),
            ("<!-- screens: skip -->\n", "line 1: \"skip\" is nothing"),
            (
                "<!-- screens: width wide -->\n",
                "line 1: \"wide\" is no width",
            ),
        ] {
            let found = read(page).unwrap_err();
            assert!(found.starts_with(fault), "{found}");
        }
    }
}

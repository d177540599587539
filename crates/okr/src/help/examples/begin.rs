//! Examples of the commands with which one begins, brings in what there is, and gets help.

examples! {
    /// Of `okr init`.
    INIT = "\
Examples:
  okr init acme --name \"Acme\" --tz Europe/Oslo --handle ana --person \"Ana Berg\"
  okr init try

Everything works without a server. To share it later, an administrator adopts it
on a server with the ids that this command prints, and you type okr login URL
--code CODE.";
    /// Of `okr clone`.
    CLONE = "\
Examples:
  okr clone https://okr.acme.dev --code KXTP-9Q2M
  okr clone http://127.0.0.1:7443 acme --code-stdin < code.txt
  okr clone https://okr.acme.dev --token-file token.txt";
    /// Of `okr login`.
    LOGIN = "\
Examples:
  okr login https://okr.acme.dev --code KXTP-9Q2M   attach a local workspace
  okr login --code-stdin                            log in again
  okr login --token-file token.txt
  okr login --ca-cert ca.pem                        the server's new authority
  okr login --ca-cert system                        the system's are enough

A one-time code may stand on the command line, because it works once. A token
never does: give it by --token-stdin, --token-file or OKR_TOKEN. A login that
only names certificates keeps the token that there is, when it still works.";
    /// Of `okr whoami`.
    WHOAMI = "\
Examples:
  okr whoami
  okr whoami -o json";
    /// Of `okr workspace list`.
    WORKSPACE_LIST = "\
Examples:
  okr workspace list";
    /// Of `okr workspace use`.
    WORKSPACE_USE = "\
Examples:
  okr workspace use acme
  okr workspace use acme --here          only in this directory and below it

For one command: -w acme. For one shell: export OKR_WORKSPACE=acme";
    /// Of `okr workspace path`.
    WORKSPACE_PATH = "\
Examples:
  okr workspace path
  okr workspace path -w acme";
    /// Of `okr tutorial`.
    TUTORIAL = "\
Examples:
  okr tutorial              the next lesson; at first it makes the workspace
  okr tutorial next         go on, once it is done
  okr tutorial --reset      begin again
  okr tutorial end          delete the workspace

The workspace is called tutorial. It is an ordinary one, with a made-up company
in the ninth week of its cycle, and without a server: nothing leaves this
machine.";
    /// Of `okr workspace show`.
    WORKSPACE_SHOW = "\
Examples:
  okr workspace show
  okr workspace show -w acme -o json";
    /// Of `okr workspace rename`.
    WORKSPACE_RENAME = "\
Examples:
  okr workspace rename try acme

Only this machine calls it so; the organisation keeps its name.";
    /// Of `okr workspace remove`.
    WORKSPACE_REMOVE = "\
Examples:
  okr workspace remove try                       says what would be lost
  okr workspace remove try --delete-data --confirm try

The server keeps what it has. Changes that were not pushed are lost: okr sync
before.";
    /// Of `okr import`.
    IMPORT = "\
Examples:
  okr import crates/okr/examples/chrome.yaml
  okr import --dry-run history.yaml      say what it would write
  okr import *.yaml                      what is imported already adds nothing
  okr import acme.jsonl                  a whole history, into an empty one
  okr import goals.csv -n                a table of goals or of check-ins
  okr import values.csv --map key_result=Name,value=Score --on 2026-11-20
  okr import q4.csv --decimal-comma -m \"planned in May\" --category other

What is taken in keeps its dates and its people, and is labelled as imported for
ever. A history that okr export --events wrote comes in with every id and every
change that it has; only administrators may. An import that was cut off goes on
when it is run again.

The first row of a table names its columns, in English or Norwegian: objective,
title, owner, from, to; or key result, date, value, confidence, note. Every
mistake is told with line and column, and then nothing is written.
crates/okr/IMPORT.md lists the columns, and what makes a row the same again.";
    /// Of `okr export`.
    EXPORT = "\
Examples:
  okr export --to acme.json              all there is, as one document
  okr export --to goals.md -t platform -c 2026-Q4
  okr export --kind checkins --to checkins.csv
  okr export --kind krs -o csv --at 2026-10-01
  okr export --to acme.xlsx              an Excel workbook, a sheet a kind
  okr export --events --to acme.jsonl    every change, for okr import

Without -c things of all cycles are written. A file is written whole or not at
all. In CSV a text that a spreadsheet could take for a formula begins with an
apostrophe. In a workbook texts are never formulas, times are in UTC, and a
number of more than 15 digits is a text, as Excel would round it. An exported
history holds the names and addresses of people, too: keep it as you would keep
the history itself.";
    /// Of `okr completions`.
    COMPLETIONS = "\
Examples:
  okr completions bash > /usr/share/bash-completion/completions/okr
  okr completions fish > ~/.config/fish/completions/okr.fish

For yourself a line in the file that your shell reads at its start is enough:
okr help completions.";
    /// Of `okr help`.
    HELP = "\
Examples:
  okr help dates
  okr help kr add";
}

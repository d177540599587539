//! Examples of the commands for plan files.

examples! {
    /// Of `okr plan pull`.
    PLAN_PULL = "\
Examples:
  okr plan pull                          the current cycle, on the screen
  okr plan pull --to q4.yaml             to a file, to be edited
  okr plan pull 2027-Q1 --to q1.md       as Markdown, for a repository
  okr plan pull platform -o md           the goals of a team
  okr plan pull fast -o yaml             one objective

The file remembers what it was pulled from. What you do not change in it stays
as it is in the workspace, whatever others do to it meanwhile. okr help plan
explains the format.";
    /// Of `okr plan check`.
    PLAN_CHECK = "\
Examples:
  okr plan check q4.yaml
  okr plan check plans/a.md plans/b.md
  okr plan check q4.yaml -o json         every mistake with line and column

Ends with 3 when something is wrong, and with 8 when others changed the same.
Nothing is written.";
    /// Of `okr plan apply`.
    PLAN_APPLY = "\
Examples:
  okr plan apply q4.yaml --dry-run       say what would change
  okr plan apply q4.yaml -m \"planning\"
  okr plan apply q4.yaml --take theirs   leave what both changed as it is
  okr plan apply q4.yaml --archive-missing
  okr plan apply new.yaml --base now     written by hand, for what is there

Everything is applied, or nothing: a change for each goal. One okr undo takes
back all of them. The file itself is never changed.";
    /// Of `okr plan edit`.
    PLAN_EDIT = "\
Examples:
  okr plan edit                          all goals of the current cycle
  okr plan edit fast                     an objective with its key results
  okr plan edit platform -o md           the goals of a team, as Markdown
  okr plan edit -n                       say what would change

An empty text, or one as it was, changes nothing. What is wrong is shown in the
editor again, if you like; otherwise the text is kept in a file that is named.";
}

//! Examples of the commands about settings.

examples! {
    /// Of `okr doctor`.
    DOCTOR = "\
Examples:
  okr doctor
  okr doctor --fix
  okr doctor --offline                   do not ask the server

Ends with exit code 3 when something does not work.";
    /// Of `okr schema`.
    SCHEMA = "\
Examples:
  okr schema --list                      every command and what it answers with
  okr schema tree                        what okr tree -o json prints
  okr schema kr add
  okr schema log --lines                 a line of okr log -o jsonl
  okr schema error                       what an error looks like on stderr
  okr schema okr.v1.KeyResultList        the schema that a document names
  okr schema tree --strict               for tests: also refuses what is new

Fields are added and never renamed or removed, so a schema without --strict fits
the answers of later versions, too (okr help output).";
    /// Of `okr config list`.
    CONFIG_LIST = "\
Examples:
  okr config list
  okr config list --origin           from which file and line, or which variable

The strongest holds: a flag, an environment variable, .okr.toml in this
directory or the nearest one above, your own file, and what okr does by itself.";
    /// Of `okr config get`.
    CONFIG_GET = "\
Examples:
  okr config get team

Ends with exit code 3 when nothing is set.";
    /// Of `okr config set`.
    CONFIG_SET = "\
Examples:
  okr config set ui.color never
  okr config set team platform --here    here and below, by .okr.toml

A directory can pin workspace, team and cycle. It may come from somebody else,
so it can never say what is run, such as an editor or an alias, and there is no
setting for a secret.";
    /// Of `okr config unset`.
    CONFIG_UNSET = "\
Examples:
  okr config unset ui.color
  okr config unset team --here";
    /// Of `okr config edit` and `okr config path`.
    CONFIG_FILE = "\
Examples:
  okr config edit
  okr config path --here";
    /// Of `okr config explain`.
    CONFIG_EXPLAIN = "\
Examples:
  okr config explain
  okr config explain ui.color";
    /// Of `okr alias list`.
    ALIAS_LIST = "\
Examples:
  okr alias list";
    /// Of `okr alias set`.
    ALIAS_SET = "\
Examples:
  okr alias set mine list krs --owner @me
  okr alias set ahead \"diff 'last friday'..\"

What you type after the name is added at the end. A name cannot hide a command,
and stands for a command, not for another name.";
    /// Of `okr util man`.
    UTIL_MAN = "\
Examples:
  okr util man man1
  man -l man1/okr-checkin.1

The pages are made from the same texts as --help, and are the same for the same
version.";
    /// Of `okr alias delete`.
    ALIAS_DELETE = "\
Examples:
  okr alias delete mine";
}

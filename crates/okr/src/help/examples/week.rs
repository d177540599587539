//! Examples of the commands of every week: reporting, talking, and taking back.

examples! {
    /// Of `okr checkin`.
    CHECKIN = "\
Examples:
  okr checkin                             about each that is due; --all: each
  okr checkin api-p99 312 -C 7 -m \"pooling is in\"
  okr checkin runbooks +2                 two more than last time
  okr checkin edge-cache 76% --on 2026-11-20
  okr checkin margin -3
  okr checkin time-to-value 1.5h          in the unit of the key result
  okr checkin move-to-cdn 1,2             1 and 2 are done; +3 adds one
  okr checkin docs target                 reached: fail, commit, target, stretch
  okr checkin launch done
  okr checkin api-p99 312 --edit          write the note in your editor
  okr checkin edge-cache 71 --blocker \"the contract is not signed\"
  okr checkin edge-cache 76 --unblocked   nothing stands in its way any more";
    /// Of `okr checkin amend`.
    CHECKIN_AMEND = "\
Examples:
  okr checkin amend api-p99 --value 321 --reason \"digits swapped\"
  okr checkin amend api-p99 --on 2026-11-19 -C 6
  okr checkin amend api-p99 --no-blocker   there was no blocker";
    /// Of `okr checkin retract`.
    CHECKIN_RETRACT = "\
Examples:
  okr checkin retract api-p99 -m \"measured on the wrong cluster\"";
    /// Of `okr checkin list`.
    CHECKIN_LIST = "\
Examples:
  okr checkin list api-p99
  okr checkin list api-p99 --limit 5 -o json";
    /// Of `okr comment`.
    COMMENT = "\
Examples:
  okr comment api-p99 \"Is 200 still the right target?\"
  okr comment kqtz \"It is.\"               answers the comment kqtz
  okr comment @ben --kind recognition \"The planner is a work of art\"
  okr comment 2026-Q4 --kind review -     reads the text from standard input
  okr comment fast --edit                 opens your editor
  okr comment list api-p99                what was said, and who answered whom

The kinds are comment, recognition, feedback and review. @org is the
organisation. A text that mentions somebody, as in @ben, is in their okr inbox,
and so is an answer. Comments stay: what is amended or retracted is still in okr
log.";
    /// Of `okr comment list`.
    COMMENT_LIST = "\
Examples:
  okr comment list                        the newest, about anything
  okr comment list api-p99
  okr comment list --kind recognition --since \"last friday\" -o json
  okr comment list --by @ben --at 2026-11-20";
    /// Of `okr comment amend`.
    COMMENT_AMEND = "\
Examples:
  okr comment amend kqtz \"Is 200 ms still the right target?\"
  okr comment amend kqtz --kind feedback
  okr comment amend kqtz --edit           opens your editor with what it says

Only who said it, or an administrator, changes a comment.";
    /// Of `okr comment retract`.
    COMMENT_RETRACT = "\
Examples:
  okr comment retract kqtz

Only who said it, or an administrator, takes a comment back. It stays in okr
log.";
    /// Of `okr inbox`.
    INBOX = "\
Examples:
  okr inbox                           what is new; marks it as seen
  okr inbox --no-ack -t platform      a team's part of it, left unread
  okr inbox --all --limit 100         also what you have seen
  okr inbox --since \"last friday\"
  okr inbox --ack -o id               for scripts: the changes, marked as seen
  okr inbox --check                   for prompts: exit code 3 when there is any

It has the changes of others to goals that you own or follow, to what belongs to
these, what was given to or taken from you, comments on these and on you, and
comments that answer yours or mention you (@handle) when they were made. How far
you looked is kept on this machine only and not told to anybody; --at tells what
was new up to a moment. Conflicts are in okr conflicts.";
    /// Of `okr follow`.
    FOLLOW = "\
Examples:
  okr follow api-p99                    its check-ins, changes and comments
  okr follow fast platform 2026-Q4      a goal, a team's goals, those of a cycle
  okr follow list

What you own is in okr inbox anyway. What you follow is kept on this machine
only: it is no part of the history, and nobody else sees it.";
    /// Of `okr follow list`.
    FOLLOW_LIST = "\
Examples:
  okr follow list
  okr follow list -o id                   full ids, for okr unfollow";
    /// Of `okr unfollow`.
    UNFOLLOW = "\
Examples:
  okr unfollow api-p99
  okr unfollow platform 2026-Q4

What you own stays in your inbox.";
    /// Of `okr undo`.
    UNDO = "\
Examples:
  okr undo                              my last command; again goes further back
  okr undo -n                           say what it would do
  okr undo 9c41f0e7 -m \"wrong goal\"     one change, as okr log shows it
  okr undo 71d0c3a9                     an older command, as okr op log shows it
  okr undo 9c41f0e7 --with-dependents   also what was built on it since
  okr undo 71d0c3a9 --partly            what can be, where a part has to stay

All that a command wrote goes together, or nothing of it: a plan that was
applied, a walk of check-ins, an import. Where somebody wrote on since, each
obstacle is named and nothing is done; --partly does the rest. Of a single
change that you name, what can be taken back is. From three changes on you are
asked; -y says yes. Undoing an undo redoes all that it undid.

What was not pushed yet is taken out, as if it had never been made; it stays in
okr conflicts --dropped. What others may have seen is taken back by a change of
its own, which shows in the log: fields get their old values, new things are
archived, check-ins retracted. What somebody else changed since is left alone
and named.";
    /// Of `okr redo`.
    REDO = "\
Examples:
  okr redo                               takes back the last okr undo
  okr redo -n

What was undone in one step is redone in one. Possible until you change
something else.";
}

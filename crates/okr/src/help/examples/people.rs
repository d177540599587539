//! Examples of the commands about the organisation, its teams and its people.

examples! {
    /// Of `okr member add`.
    MEMBER_ADD = "\
Examples:
  okr member add ben --name \"Ben Ode\" --email ben@acme.dev
  okr member add cleo --role viewer
  okr member invite @ben                  make a login code for them";
    /// Of `okr member list`.
    MEMBER_LIST = "\
Examples:
  okr member list
  okr member list -o json";
    /// Of `okr member show`.
    MEMBER_SHOW = "\
Examples:
  okr member show @ben
  okr member show @me -c 2026-Q3          what you owned in another cycle
  okr member show @ben --at 2026-10-01 -o json

okr show @ben shows the same.";
    /// Of `okr member invite`.
    MEMBER_INVITE = "\
Examples:
  okr member invite @ben
  okr member invite @me                   a code for another device of yours
  okr member invite @ben --expires 12h

The code works once. Whoever has it can log in as that person: hand it over in
private.";
    /// Of `okr member invitations`.
    MEMBER_INVITATIONS = "\
Examples:
  okr member invitations                  codes that wait for you
  okr member invitations --all
  okr member invitations --for @ben -o json";
    /// Of `okr member uninvite`.
    MEMBER_UNINVITE = "\
Examples:
  okr member uninvite @ben                every code that waits for them
  okr member uninvite 5c10f2a9";
    /// Of `okr member set`.
    MEMBER_SET = "\
Examples:
  okr member set @me --email ana@acme.dev
  okr member set @ben --handle bo --name \"Bo Ode\"
  okr member set @cleo --role admin -m \"runs the server now\"

Names, handles and addresses are no part of the history: what they were before
is kept nowhere. Roles are: okr log tells who changed them.";
    /// Of `okr member deactivate` and `reactivate`.
    MEMBER_STEP = "\
Examples:
  okr member deactivate @ben -m \"moves on\"
  okr member reactivate @ben

Whoever is let go is logged out everywhere at the next sync of whoever did it,
and keeps what they own until somebody else does. Whoever comes back logs in
anew: okr member invite.";
    /// Of `okr erase person`.
    ERASE_PERSON = "\
Examples:
  okr erase person @ben -n                what would be done
  okr erase person @ben -m \"left, asked for it\"
  okr erase person @ben --confirm ben     where nobody can be asked

Takes an administrator. Whoever still belongs to the organisation is let go
first. Name, handle, address, tokens and login codes go from the server and, at
their next sync, from the copies of everybody; there is no undo. What they did
stays, and screens show (erased) and a short id. Texts that name them stay as
well: okr erase text. Backups have the entry as long as they are kept, and
restoring one brings it back.";
    /// Of `okr erase text`.
    ERASE_TEXT = "\
Examples:
  okr erase text fast.title -n            where it stands
  okr erase text fast.title -m \"named a customer, who objects\"
  okr erase text 9c41f0e7 --text 2 -m \"a phone number\"
  okr erase text fast.title --confirm fast.title -m \"asked for\"

Takes an administrator, a reason and the server. The text goes wherever it
stands word for word: from the server at once, from the copies of others at
their next sync, what waits there included. What it was nobody knows any more;
that something was here, and who erased it, when and why, stays, and old
checkpoints, anchors and audit bundles still verify. Screens show the word
erased in its place. The reason is kept for ever: do not repeat the text there.";
    /// Of `okr token create`.
    TOKEN_CREATE = "\
Examples:
  okr token create nightly --read-only --to ~/.config/okr/nightly.token
  okr token create metrics --check-ins --expires 26w
  okr token create import --only-team platform
  OKR_TOKEN_FILE=~/.config/okr/nightly.token okr sync

The token is shown once, and the server keeps a hash of it only. It allows what
you may do, or less.";
    /// Of `okr token list`.
    TOKEN_LIST = "\
Examples:
  okr token list
  okr token list --all                    those of everybody
  okr token list --for @ben -o json";
    /// Of `okr token revoke`.
    TOKEN_REVOKE = "\
Examples:
  okr token revoke 5c10f2a9
  okr token revoke \"old laptop\"
  okr token list -o id | xargs okr token revoke

It is refused from the next call on, and a watch that runs with it ends within
seconds.";
    /// Of `okr team add`.
    TEAM_ADD = "\
Examples:
  okr team add Platform --lead @ana --member @ben
  okr team add \"Site reliability\" --slug sre --parent platform";
    /// Of `okr team list`.
    TEAM_LIST = "\
Examples:
  okr team list
  okr team list --archived -o json";
    /// Of `okr team tree`.
    TEAM_TREE = "\
Examples:
  okr team tree
  okr team tree platform                  a team and what is below it
  okr team tree --archived --at 2026-10-01
  okr team tree -o json                   from top to bottom, with the depth

A team whose parent is not shown hangs below the next one above that is. The
goals of teams are in okr tree.";
    /// Of `okr team show`.
    TEAM_SHOW = "\
Examples:
  okr team show platform";
    /// Of `okr team set`.
    TEAM_SET = "\
Examples:
  okr team set platform --name \"Core platform\"
  okr team set sre --parent none
  okr team set sre --lead @ben -m \"Ana moves to product\"";
    /// Of `okr team archive`, `restore`, `join` and `leave`.
    TEAM_STEP = "\
Examples:
  okr team archive sre -m \"merged into platform\"
  okr team restore sre
  okr team join platform
  okr team leave sre";
    /// Of `okr team member add` and `remove`.
    TEAM_MEMBER = "\
Examples:
  okr team member add platform @ben @cleo
  okr team member remove platform @ben -m \"moves to product\"
  okr team member list platform --at 2026-10-01";
    /// Of `okr team lead`.
    TEAM_LEAD = "\
Examples:
  okr team lead add platform @ben
  okr team lead remove platform @ana @ben -m \"the team leads itself\"";
    /// Of `okr team move`.
    TEAM_MOVE = "\
Examples:
  okr team move sre --to platform
  okr team move sre --to none -m \"on its own from now on\"";
    /// Of `okr org show`.
    ORG_SHOW = "\
Examples:
  okr org show
  okr org show --at 2026-10-01 -o json";
    /// Of `okr org set`.
    ORG_SET = "\
Examples:
  okr org set --policy stewards -m \"owners and leads keep their goals\"
  okr org set --no-reasons
  okr org set --calendar tertial
  okr org set --calendar quarter --fiscal-start 04-01
  okr org set --tz Europe/Oslo --week-start sunday --cadence 2w

Only administrators may. What was decided before stays as it was: cycles that
exist keep their days, and every value keeps the day it was reported for. okr
cycle add --next plans by the calendar.";
}

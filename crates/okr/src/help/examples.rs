//! The examples at the end of each command's help. A test parses every one of them.

examples! {
    /// Of `okr init`.
    INIT = "\
Examples:
  okr init acme --name \"Acme\" --tz Europe/Oslo --handle ana --person \"Ana Berg\"
  okr init try

Everything works without a server. To share it later, an administrator adopts it on a server with
the ids that this command prints, and you type okr login URL --code CODE.";
    /// Of `okr clone`.
    CLONE = "\
Examples:
  okr clone https://okr.acme.dev --code KXTP-9Q2M
  okr clone http://127.0.0.1:7443 acme --code-stdin < code.txt
  okr clone https://okr.acme.dev --token-file token.txt";
    /// Of `okr login`.
    LOGIN = "\
Examples:
  okr login https://okr.acme.dev --code KXTP-9Q2M   attach a local workspace to a server
  okr login --code-stdin                            log in again
  okr login --token-file token.txt

A one-time code may stand on the command line, because it works once. A token never does: give it
by --token-stdin, --token-file or OKR_TOKEN.";
    /// Of `okr sync`.
    SYNC = "\
Examples:
  okr sync
  okr sync -w acme -o json

Safe to repeat, and to interrupt. A conflict does not make it fail: see okr conflicts.";
    /// Of `okr sync status`.
    SYNC_STATUS = "\
Examples:
  okr sync status
  okr sync status -o json

Says when changes were last exchanged, why the last try failed if it did, what waits, and the newest
checkpoint that the server signed. Asks nobody but this machine.";
    /// Of `okr verify`.
    VERIFY = "\
Examples:
  okr verify
  okr verify --offline --quick
  okr verify --anchor anchors.txt         against checkpoints that were kept elsewhere

Reads and hashes every change, compares with what the server signed, makes everything derived from it
again and compares that, and asks the server. Changes nothing. Exit code 9: something does not hold.";
    /// Of `okr anchor`.
    ANCHOR = "\
Examples:
  okr anchor
  okr anchor --to anchors.txt             add it to a file, best on another machine
  okr anchor --at 8000                    the line of an earlier position, to compare with others

Two people with the same last line were shown the same history. See okr help proof.";
    /// Of `okr audit export`.
    AUDIT_EXPORT = "\
Examples:
  okr audit export --to acme-audit
  okr audit export --about fast --since 2026-10-01 --to fast-audit

Anybody can check the directory with python3 verify.py, or with okr audit verify. It holds names and
texts: treat it as you would treat the history.";
    /// Of `okr audit verify`.
    AUDIT_VERIFY = "\
Examples:
  okr audit verify acme-audit
  okr audit verify acme-audit --key okr.acme.dev+1a2b3c4d+AbCdEf0123456789

Without --key it shows which key signed the bundle: compare it with one that you got elsewhere.";
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

For one command: -w acme. For one shell: export OKR_WORKSPACE=acme";
    /// Of `okr workspace path`.
    WORKSPACE_PATH = "\
Examples:
  okr workspace path
  okr workspace path -w acme";
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
    /// Of `okr member invite`.
    MEMBER_INVITE = "\
Examples:
  okr member invite @ben
  okr member invite @me                   a code for another device of yours";
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

Only administrators may. What was decided before stays as it was: cycles that exist keep their days,
and every value keeps the day it was reported for. okr cycle add --next plans by the calendar.";
    /// Of `okr cycle add`.
    CYCLE_ADD = "\
Examples:
  okr cycle add                           the next one of the calendar
  okr cycle add --next --open
  okr cycle add 2026-Q4
  okr cycle add 2026-H2 --open
  okr cycle add \"Spring 2020\" --from 2020-01-06 --to 2020-06-19 --cadence 2w

The calendar of the organisation says which cycles follow each other: okr org set --calendar.
2026-Q4 is the last quarter of 2026, 2026-T3 its last tertial, 2026-H2 its second half, 2026 the
whole year. Where the fiscal year does not begin on 1 January, FY2026-Q1 is the first quarter of the
fiscal year that begins in 2026; names without FY always count from 1 January.";
    /// Of `okr cycle calendar`.
    CYCLE_CALENDAR = "\
Examples:
  okr cycle calendar
  okr cycle calendar 2026-Q4 --ics 2026-q4.ics
  okr cycle calendar 2027-Q1 -o json

Check-ins are asked for by the last day of each interval of the cadence. Half-way is when to meet
about what to keep, change or drop; closing is the day after the last one, when everything is in.
A calendar that reads the file again replaces what it has: the days keep their ids.";
    /// Of `okr cycle list`.
    CYCLE_LIST = "\
Examples:
  okr cycle list
  okr cycle list --at 2026-10-01";
    /// Of `okr cycle show` and `okr cycle use`.
    CYCLE_SHOW = "\
Examples:
  okr cycle show 2026-Q4
  okr cycle use 2026-Q4                   until another one is set; none forgets it
  okr cycle use none";
    /// Of `okr cycle set`.
    CYCLE_SET = "\
Examples:
  okr cycle set 2026-Q4 --to 2027-01-08 -m \"year end\" --category external-change
  okr cycle set 2026-Q4 --cadence 2w";
    /// Of `okr cycle open` and `reopen`.
    CYCLE_STEP = "\
Examples:
  okr cycle open 2026-Q4                  from now on a moved target is an amendment
  okr cycle reopen 2026-Q3 -m \"closed by mistake\"";
    /// Of `okr objective add`.
    OBJECTIVE_ADD = "\
Examples:
  okr objective add \"Fast enough to feel instant\" -t platform
  okr objective add \"Self-serve is the way to buy\" --kind committed --owner @maya
  okr objective add \"Edge everywhere\" --slug edge --supports fast --tag cdn --draft";
    /// Of `okr objective list` and `okr kr list`.
    GOAL_LIST = "\
Examples:
  okr objective list
  okr kr list --owner @me --status at-risk
  okr kr list -c all --at 2026-10-01";
    /// Of `okr objective show` and `okr kr show`.
    GOAL_SHOW = "\
Examples:
  okr objective show fast
  okr kr show api-p99 --history 20
  okr kr show api-p99 --at 2026-11-01";
    /// Of `okr objective set`.
    OBJECTIVE_SET = "\
Examples:
  okr objective set fast --title \"Fast enough to feel instant, everywhere\"
  okr objective set fast --owner @ben -m \"Ana is on leave\"
  okr objective set fast --supports self-serve --weight 2
  okr objective set fast --to-cycle 2027-Q1";
    /// Of `okr objective close`.
    OBJECTIVE_CLOSE = "\
Examples:
  okr objective close fast --score 0.7 --reflection \"pooling paid, the CDN did not\"
  okr objective close fast                with the progress as score
  okr objective close fast --with-krs     its open key results end with it";
    /// Of `okr align` and `okr align remove`.
    ALIGN = "\
Examples:
  okr align edge --to fast                an objective supports an objective
  okr align edge --to api-p99 -m \"the edge is where the time goes\"
  okr align remove edge

An objective supports one other goal at most, and the goal is never supported by it in turn: such a
circle is refused, with the way it would go. A supporting objective's progress is shown beside that
of the goal above and does not count in it.";
    /// Of `okr align list`.
    ALIGN_LIST = "\
Examples:
  okr align list
  okr align list -c all --at 2026-10-01 -o json";
    /// Of `okr align check`.
    ALIGN_CHECK = "\
Examples:
  okr align check
  okr align check -c 2026-Q4 --exit-code

Finds objectives that support nothing and that nothing supports, where others of their cycle do;
links to goals that were abandoned or archived; and links to cycles that have no day in common.";
    /// Of `okr align graph`.
    ALIGN_GRAPH = "\
Examples:
  okr align graph
  okr align graph -t platform --at \"last friday\"
  okr align graph --to goals.svg
  okr align graph --as dot
  okr align graph --as mermaid --to -

What serves a goal stands under it, or to the right of it in a picture. Key results are drawn where
something supports them. -o json has the goals with what is above each.";
    /// Of `okr close`.
    CLOSE = "\
Examples:
  okr close api-p99                       with the progress as score
  okr close fast --score 0.7 -m \"pooling paid, the CDN did not\"
  okr close fast --with-krs -n            what would be written
  okr close fast --edit                   what was learned, in your editor

The suggested score is the progress, brought into 0 to 1 and rounded down to hundredths; it is shown
beside the one that is given. An objective needs its key results to have scores: grade them, or end
them with it (--with-krs), where a key result that never had a value gets 0.";
    /// Of `okr grade`.
    GRADE = "\
Examples:
  okr grade api-p99 0.6
  okr grade fast 70% --with-krs
  okr grade api-p99 --auto                the progress as score
  okr grade api-p99 0.5 -m \"the audit found more\"

Gives an open goal a score and closes it. What is closed already gets another score, which takes a
reason where the organisation asks for reasons; both scores stay in history.";
    /// Of `okr carry`.
    CARRY = "\
Examples:
  okr carry fast --to 2027-Q1 -n          what would be written
  okr carry fast reliable --to 2027-Q1 --rebase
  okr carry --all-open -c 2026-Q4 --to 2027-Q1 --draft

Writes a new objective that continues the old one, with copies of its key results that are not
reached yet, and of bounds that are to be held. Check-ins stay where they are. What an objective
supports is kept only where that is carried in the same step. Nothing goes on by itself.";
    /// Of `okr cycle close`.
    CYCLE_CLOSE = "\
Examples:
  okr cycle close 2026-Q4
  okr cycle close 2026-Q4 --grade auto --carry 2027-Q1 -y
  okr cycle close 2026-Q4 -n              what is open, and what would be written

Says what has no score yet and asks. Check-ins, corrections and scores are taken afterwards, too,
labelled as late. Changes about its goals that wait for a decision have to be decided first.";
    /// Of commands that move one goal to another state.
    STEP = "\
Examples:
  okr objective publish fast
  okr objective reopen fast -m \"closed too early\"
  okr kr reopen api-p99 -m \"the numbers were wrong\"";
    /// Of the commands that archive and restore.
    ARCHIVE = "\
Examples:
  okr objective archive edge
  okr kr archive api-docs api-errors -m \"measured elsewhere\" --category better-measure
  okr kr restore api-docs

After the cycle was opened a goal that is archived leaves the commitment, as one that is abandoned
does: say why.";
    /// Of the commands that abandon.
    ABANDON = "\
Examples:
  okr kr abandon edge-cache -m \"the contract fell through\" --category external-change
  okr objective abandon edge -m \"no longer worth it\" --category other";
    /// Of the commands that tag and untag.
    TAG = "\
Examples:
  okr objective tag fast cdn infra
  okr kr untag api-p99 infra";
    /// Of `okr kr add`.
    KR_ADD = "\
Examples:
  okr kr add \"p99 latency of public API\" -O fast --from 480 --to 200 --unit ms --slug api-p99
  okr kr add \"Error budget burn\" -O fast --at-most 1.0
  okr kr add \"Tested runbooks\" -O fast --from 0 --to 12 --commit 8 --stretch 15
  okr kr add \"Move to the new CDN\" -O fast --milestones \"Contract; Pilot; All regions=2\"
  okr kr add \"Docs\" -O fast --zones \"page per API; with examples; with a playground\"";
    /// Of `okr kr set`.
    KR_SET = "\
Examples:
  okr kr set api-p99 --target 180 -m \"hardware came early\" --category external-change
  okr kr set api-p99 --owner @ben --due 2026-12-15
  okr kr set runbooks --title \"Services with a tested runbook\"";
    /// Of `okr kr close`.
    KR_CLOSE = "\
Examples:
  okr kr close api-p99                    with the progress as score
  okr kr close api-p99 --score 0.7 -m \"as agreed in the review\"";
    /// Of `okr checkin`.
    CHECKIN = "\
Examples:
  okr checkin                             asks about each that is due; --all about the others, too
  okr checkin api-p99 312 -C 7 -m \"pooling is in\"
  okr checkin runbooks +2                 two more than last time
  okr checkin edge-cache 76% --on 2026-11-20
  okr checkin margin -3
  okr checkin move-to-cdn 1,2             milestones 1 and 2 are done; +3 adds one
  okr checkin docs target                 the level reached: fail, commit, target, stretch
  okr checkin launch done
  okr checkin api-p99 312 --edit          write the note in your editor
  okr checkin edge-cache 71 --blocker \"the contract is not signed\"
  okr checkin edge-cache 76 --unblocked   nothing stands in its way any more";
    /// Of `okr checkin amend`.
    CHECKIN_AMEND = "\
Examples:
  okr checkin amend api-p99 --value 321 --reason \"digits swapped\"
  okr checkin amend api-p99 --on 2026-11-19 -C 6
  okr checkin amend api-p99 --no-blocker   it should have said nothing of a blocker";
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

The kinds are comment, recognition, feedback and review. @org is the organisation.
Comments stay: what is amended or retracted is still in okr log.";
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

Only who said it, or an administrator, takes a comment back. It stays in okr log.";
    /// Of `okr pending`.
    PENDING = "\
Examples:
  okr pending
  okr pending -o json
  okr pending drop 71d02b1c              as if it had never been written";
    /// Of `okr pending drop`.
    PENDING_DROP = "\
Examples:
  okr pending drop 71d02b1c -n           say what it would drop
  okr pending drop 71d02b1c --with-dependents

What is dropped stays in okr conflicts --dropped, and okr resolve CHANGE --take mine writes it again.
What was sent already can be on the server: okr undo takes that back.";
    /// Of `okr conflicts`.
    CONFLICTS = "\
Examples:
  okr conflicts
  okr resolve edge-cache --take mine
  okr conflicts --dropped                what was dropped here, and how to bring it back

okr help conflicts explains what meets what, and how to decide.";
    /// Of `okr resolve`.
    RESOLVE = "\
Examples:
  okr resolve edge-cache --take mine
  okr resolve edge-cache --take theirs -m \"theirs is shorter\"
  okr resolve edge-cache --take \"Edge cache hit rate, all regions\"
  okr resolve 71d02b1c --set title=Faster --set \"due=2026-12-15\"
  okr resolve 71d02b1c --drop

Whatever is taken decides the values that clash; the other edits of the change are made as well.
Nothing is lost: what a decision takes away stays in okr conflicts --dropped.";
    /// Of `okr undo`.
    UNDO = "\
Examples:
  okr undo                               my last change; again goes further back
  okr undo 9c41f0e7 -m \"wrong key result\"
  okr undo -n                            say what it would do
  okr undo 9c41f0e7 --with-dependents    also what was built on it since

What was not pushed yet is taken out, as if it had never been made; it stays in okr conflicts
--dropped. What others may have seen is taken back by a change of its own, which shows in the log:
fields get their old values, new things are archived, check-ins retracted. What somebody else changed
since is left alone and named.";
    /// Of `okr redo`.
    REDO = "\
Examples:
  okr redo                               takes back the last okr undo
  okr redo -n

Possible until you change something else.";
    /// Of `okr op log`.
    OP_LOG = "\
Examples:
  okr op log
  okr op log --since yesterday --limit all
  okr op show 71d0c3a9                   what one of them did, and what became of it

The commands of this machine that wrote something or exchanged something with the server, as they were
typed; codes, tokens, passwords and the command of --exec are not kept. The newest 10,000 are. Other
machines have their own: what everybody changed is in okr log.";
    /// Of `okr op show`.
    OP_SHOW = "\
Examples:
  okr op show 71d0c3a9
  okr op show 71d0c3a9 -o json

Shows each change that the command wrote or took away, and where it is now: in the log, pending, in
conflict, dropped, undone. okr undo CHANGE takes one of them back.";
    /// Of `okr import`.
    IMPORT = "\
Examples:
  okr import crates/okr/examples/chrome.yaml
  okr import --dry-run history.yaml      say what it would write
  okr import *.yaml                      a file that was imported before adds nothing";
    /// Of `okr status`.
    STATUS = "\
Examples:
  okr status                 the same as okr alone
  okr status --at \"last friday\"
  okr status -t platform     the goals of a team
  okr status --check         exit code 3 when a check-in is overdue or a change is in conflict";
    /// Of `okr due`.
    DUE = "\
Examples:
  okr due                    mine or, where I have none, those of my team or of all
  okr due --overdue --check -t platform
  okr due --all -o json

A check-in is due a cadence after the last one or, without any, after the start of the key result;
the cycle and the organisation set the cadence.";
    /// Of `okr tree`.
    TREE = "\
Examples:
  okr tree
  okr tree fast --depth 2
  okr tree -c 2026-Q3 --at cycle:mid
  okr tree -c all --depth 1 -o json";
    /// Of `okr list`.
    LIST = "\
Examples:
  okr list
  okr list krs --owner @me --status at-risk
  okr list checkins --limit 20
  okr list krs -c all -o id";
    /// Of `okr show`.
    SHOW = "\
Examples:
  okr show api-p99
  okr show api-p99 --at 2026-11-01
  okr show fast platform 2026-Q4 --history 20
  okr show 9c41f0e7          a change, by its id";
    /// Of `okr search`.
    SEARCH = "\
Examples:
  okr search cdn
  okr search cdn contract                both words, in any order
  okr search '\"cdn contract\"' deploy*    words that follow each other, words that begin so
  okr search latency --kind objective,kr -t platform
  okr search cdn --in note,reason --at 2026-10-01
  okr search cdn --history               also what is no longer so: from when to when

Finds what has every word in its texts: what is so now, pending changes included, or with --at what
was so then. A search goes over all cycles unless -c names one. Case and accents do not count, so mal
finds mål; but ø and æ are letters of their own. In Chinese, Japanese and Korean any part of a text is
found. Words are whole unless they end in *; all other signs only separate words.

What has the words in its title comes first, then what fits at least twice as well, then the newer.
Nothing found is no failure: the exit code is 0. The first search after okr clone prepares an index,
which takes a while in a long history; where that cannot be written a search is only slower.";
    /// Of `okr log`.
    LOG = "\
Examples:
  okr log
  okr log api-p99 --limit 4
  okr log fast --since \"last monday\" --by @ana
  okr log api-p99 --field target --patch    every move of the target, in full
  okr log --kind amendment,state --since cycle:start
  okr log --grep \"new CDN\" --oneline
  okr log -c 2026-Q4 --stat                 how much, of what, by whom
  okr log -o jsonl --limit all

Kinds: created, check-in, correction (of a check-in, or taken back), target (a measure moved), state
(opened, closed, published, abandoned, archived, restored, reopened), edit (of any other field),
people, amendment (a definition changed after its commitment).

--field finds what sets a field of something that was there, check-ins too (value, confidence, note).
--grep looks into titles, names, descriptions, notes, reflections and reasons, whatever the letters'
case. All conditions add up, and the limit counts what they leave.";
    /// Of `okr chart`.
    CHART = "\
Examples:
  okr chart api-p99
  okr chart fast                         the progress of an objective, day by day
  okr chart api-p99 edge-cache           several in one chart
  okr chart api-p99 --at 2026-11-01 --forecast none
  okr chart api-p99 --since 2026-11-01 --until 2026-12-31 --height 20
  okr chart api-p99 --to api-p99.svg
  okr chart fast --to - --as csv

Values stand at the day on which they were true, moves of the target at the day on which they were
written. Several goals are drawn in their unit when it is the same, else as progress by the targets
of each day. The forecast is the line through the check-ins of the last 6 weeks that no single one
can bend (Theil-Sen; check-ins on 3 days are needed); half of these check-ins lie as near to it as
the edge of its band.";
    /// Of `okr diff`.
    DIFF = "\
Examples:
  okr diff                               the current week
  okr diff \"last friday\"..
  okr diff 2026-10-01..2026-10-31 -t platform
  okr diff cycle:start.. api-p99 runbooks
  okr diff last-sync..                   what came with the last changes
  okr diff 9c41f0e7 --stat               since a change, numbers only
  okr diff 2026-09-30.. -c 2026-Q4 --axis authored
  okr diff yesterday.. --exit-code -q    exit 3 when anything changed

A day means its end, as with --at: 2026-11-19..2026-11-20 is what changed on the 20th. Told are fields,
values and confidence, progress and status, each with who set it by which change and why. The status
moves with time, too; that is told of the goals of open cycles. Signs: + added, - archived or
abandoned, ~ changed.";
    /// Of `okr blame`.
    BLAME = "\
Examples:
  okr blame api-p99
  okr blame api-p99.target               this field alone, with all that it was before
  okr blame fast --at 2026-11-01
  okr blame 2026-Q4.state
  okr blame @ben.role -o json

The value and confidence of a key result are those of the check-in that counts, and what they were
before is that of the one before it.";
    /// Of `okr goalposts`.
    GOALPOSTS = "\
Examples:
  okr goalposts                          the current cycle
  okr goalposts 2026-Q3
  okr goalposts api-p99                  or an objective, or a team: what is about it
  okr goalposts -c all -o json
  okr goalposts 2019-Q2 --at 2019-07-12 --axis authored

Opening a cycle commits to its goals. The report lists what came after, each with who, when,
category and reason: amendments (a measure, title, weight, date, team or kind, or the period of the
cycle was changed), late additions, goals that were taken out (abandoned, archived, moved elsewhere)
and goals that were put back.

COMMITTED is the progress of the goals of the commitment, with the measures and weights of then and
the values of now: as if nothing had moved. What was taken out still counts there; what was added
does not. NOW is what okr tree shows.

A check-in is back-filled when it was written more than two cadences after the day that it is about,
or after the end of the cycle about a day before the last one. Corrections of value, day or
confidence and retractions that come as late are listed with it. Written is when the server recorded
it. Imported history is recorded long after, so it counts by the dates of its source, as everything
does with --axis authored.";
    /// Of `okr stats`.
    STATS = "\
Examples:
  okr stats                              the current cycle so far
  okr stats --by team
  okr stats 2026-10 --by owner
  okr stats 2026-W40..2026-W44 --by week -t platform
  okr stats -c 2026-Q3 -o json

check-ins   A key result expects a check-in in every interval of the cadence, counted from the first
            day of the cycle, from its own start, or from the day it was written down, whichever is
            last; until the end of the cycle, its due date, or the day it was closed. Counted are the
            intervals that end within the days (DUE), and those of them with a check-in about one of
            their days (KEPT). RATE is their share.
silence     Key results without a check-in about these days (SILENT).
longest     The most days in a row that one of them was without a check-in (LONGEST).
gap         Days from a check-in to the next of the same key result: the median (GAP) and the 90th
            percentile (GAP90), by nearest rank, so each is a gap that there was.
amended     Key results with an amendment, and all amendments (AMENDED); goals that were added
            (LATE) or taken out: as okr goalposts lists them, by the day they were written.
confidence  Of the check-in that counts for each key result at the moment.

Days are those that check-ins are about. Retracted check-ins, drafts, and what was abandoned or
archived are left out. By week, what is longer than a week is not told.";
    /// Of `okr replay`.
    REPLAY = "\
Examples:
  okr replay                                  the current cycle, in the player
  okr replay api-p99
  okr replay -t platform --by day --speed 4
  okr replay fast --by week --from 2026-10-01 --plain
  okr replay 2019-Q1 --axis authored --by day -o jsonl
  okr replay fast --frames film               film/0001.txt and so on, and film/index.txt
  okr replay fast --frames film --frames-as svg --width 120

On a terminal the player opens; elsewhere, and with --plain, --no-input, -o or TERM=dumb, the frames
are printed. It keeps nothing locked while it waits, and shows what was here when it opened.

Keys of the player:
  space          play, pause; at the end, play again
  right l, left h    the next frame, the one before
  home, end      the first frame, the last one
  n a, p         the next amendment, the one before
  g              go to a moment: 2026-11-02, \"last friday\", cycle:mid, a change (okr help dates)
  + -            faster, slower
  t T            only the goals of the next team, of the one before
  down j, up k   scroll the goals
  pgdn, pgup     scroll the changes
  ?              these keys
  q esc ctrl-c   quit

In a frame * marks the goals that changed in it. On the time line each amendment has a mark, and so
has the opening and the closing of the cycle.";
    /// Of `okr watch`.
    WATCH = "\
Examples:
  okr watch                               every change from now on, until Ctrl-C
  okr watch api-p99 --by ben
  okr watch -t platform
  okr watch --since yesterday
  okr watch --limit 1 --timeout 10m       wait for the next change; exit 3 if none came
  okr watch -q -o jsonl --cursor seen.json
  okr watch --exec \"jq -r .short_id\"       a command for each change

A watch is a sync in one direction that stays: it fetches and verifies what the server records, and
keeps it. It sends nothing; your pending changes go with the next write or okr sync. Other okr
commands work on the same workspace meanwhile, and what they fetch is shown here, too.

Each change is shown once and in the order of the history, also when the server restarts or the
network is lost: one line on stderr says so, and another one that the connection is back. Without a
sign of life for 75 seconds a connection counts as lost. It ends at a login that is refused (exit 4)
and at a history that does not fit its proof (exit 9), but not because nobody answers.

-o jsonl prints what okr log -o jsonl prints, a line as soon as a change is known. -o json does the
same here: an answer without an end cannot be one document.

The command of --exec runs in sh, one at a time and in order. It gets the change as one line of JSON
on its standard input, and OKR_CHANGE_ID, OKR_POSITION, OKR_AUTHOR and OKR_WORKSPACE. With -o json,
jsonl and id what it prints goes to stderr.

--cursor FILE is written after each change that was handled. The next watch with the same file goes
on after it, and none is left out. One that was being handled when the machine failed comes again, so
handle a change twice as you would once: OKR_CHANGE_ID stays the same. A command that fails is
reported, and its change counts as handled, unless --exec-fail stop ends the watch before it.";
    /// Of `okr help`.
    HELP = "\
Examples:
  okr help dates
  okr help kr add";
}

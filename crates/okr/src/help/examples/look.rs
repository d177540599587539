//! Examples of the commands that read: goals now and then, and what happened to them.

examples! {
    /// Of `okr status`.
    STATUS = "\
Examples:
  okr status                 the same as okr alone
  okr status --at \"last friday\"
  okr status -t platform     the goals of a team
  okr status --check         exit code 3: overdue check-ins, or conflicts";
    /// Of `okr due`.
    DUE = "\
Examples:
  okr due                 mine or, where I have none, those of my team or of all
  okr due --overdue --check -t platform
  okr due --all -o json

A check-in is due a cadence after the last one or, without any, after the start
of the key result; the cycle and the organisation set the cadence.";
    /// Of `okr lint`.
    LINT = "\
Examples:
  okr lint
  okr lint -t platform -c 2027-Q1
  okr lint --rule task-like --rule many-key-results
  okr lint --exit-code -o json           exit code 3 when there is a finding

A finding is advice, not a rule: nothing is refused for it. Goals that were
closed, abandoned or archived are left out. A task is a key result that is done
or not, whose title begins with what is to be done, such as launch, implement,
lansere or innføre.";
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
  okr list krs --blocked                 what stands in the way, and since when
  okr list krs --tag growth --tag emea   with both tags
  okr list krs --stale 14                no check-in for two weeks
  okr list krs --sort status,-progress   what needs somebody first
  okr list checkins --limit 20
  okr list krs -c all -o id

Keys of --sort, the columns and what belongs to them:
  objectives   slug, title, progress, state, owner, team, cycle, weight,
               last-check-in
  krs          slug, title, progress, status, confidence, owner, objective, due,
               weight, last-check-in, blocked-since
  teams        slug, name, parent, leads, members, state
  cycles       name, from, to, state
  people       handle, name, email, role, state
  initiatives  slug, title, state, due, owner
  metrics      slug, name, health, age, owner, team
  checkins     day, kr, confidence, who

The least, the earliest and a come first; with a - before the key the greatest,
the latest and z. Of status that is off-track, at-risk, stale, no-check-in,
on-track, and then what is over. What is unknown comes last either way, what is
alike keeps its usual order, and --limit counts what is sorted.

--stale counts from the day that the last check-in is about. Without any it
counts from the day from which on one is expected: the first day of the cycle,
the start of the key result, or the day it was written down, whichever is last.
The status stale is the same with more than two cadences, after a check-in. What
is closed, abandoned, archived or a draft is left out.";
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
  okr search '\"cdn contract\"' deploy*    a phrase; words that begin so
  okr search latency --kind objective,kr -t platform
  okr search cdn --in note,reason --at 2026-10-01
  okr search cdn --history               also what is no longer so

Finds what has every word in its texts: what is so now, pending changes
included, or with --at what was so then. A search goes over all cycles unless -c
names one. Case and accents do not count, so mal finds mål; but ø and æ are
letters of their own. In Chinese, Japanese and Korean any part of a text is
found. Words are whole unless they end in *; all other signs only separate
words.

What has the words in its title comes first, then what fits at least twice as
well, then the newer. Nothing found is no failure: the exit code is 0. The first
search after okr clone prepares an index, which takes a while in a long history;
where that cannot be written a search is only slower.";
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

Kinds: created, check-in, correction (of a check-in, or taken back), target (a
measure moved), state (opened, closed, published, abandoned, archived, restored,
reopened), edit (of any other field), people, amendment (a definition changed
after its commitment).

--field finds what sets a field of something that was there, check-ins too
(value, confidence, note). --grep looks into titles, names, descriptions, notes,
reflections and reasons, whatever the letters' case. All conditions add up, and
the limit counts what they leave.";
    /// Of `okr chart`.
    CHART = "\
Examples:
  okr chart api-p99
  okr chart fast                        the progress of an objective, day by day
  okr chart api-p99 edge-cache          several in one chart
  okr chart api-p99 --at 2026-11-01 --forecast none
  okr chart api-p99 --since 2026-11-01 --until 2026-12-31 --height 20
  okr chart api-p99 --to api-p99.svg
  okr chart fast --to - --as csv

Values stand at the day on which they were true, moves of the target at the day
on which they were written. Several goals are drawn in their unit when it is the
same, else as progress by the targets of each day. The forecast is the line
through the check-ins of the last 6 weeks that no single one can bend
(Theil-Sen; check-ins on 3 days are needed); half of these check-ins lie as near
to it as the edge of its band.";
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

A day means its end, as with --at: 2026-11-19..2026-11-20 is what changed on the
20th. Told are fields, values and confidence, progress and status, each with who
set it by which change and why. The status moves with time, too; that is told of
the goals of open cycles. Initiatives and health metrics are told by their
fields, too; the values of a metric are in okr metric show. Signs: + for
added, - for archived or abandoned, ~ for changed.";
    /// Of `okr blame`.
    BLAME = "\
Examples:
  okr blame api-p99
  okr blame api-p99.target         this field alone, with all that it was before
  okr blame fast --at 2026-11-01
  okr blame 2026-Q4.state
  okr blame @ben.role -o json

The value and confidence of a key result are those of the check-in that counts,
and what they were before is that of the one before it.";
    /// Of `okr goalposts`.
    GOALPOSTS = "\
Examples:
  okr goalposts                     the current cycle
  okr goalposts 2026-Q3
  okr goalposts api-p99             or an objective, or a team: what is about it
  okr goalposts -c all -o json
  okr goalposts 2019-Q2 --at 2019-07-12 --axis authored

Opening a cycle commits to its goals. The report lists what came after, each
with who, when, category and reason: amendments (a measure, title, weight, date,
team or kind, or the period of the cycle was changed), late additions, goals
that were taken out (abandoned, archived, moved elsewhere) and goals that were
put back.

COMMITTED is the progress of the goals of the commitment, with the measures and
weights of then and the values of now: as if nothing had moved. What was taken
out still counts there; what was added does not, so a late addition has no
figure there, and okr tree tells none either. Where the target of a late key
result was moved, both tell its progress against its first target. NOW is what
okr tree shows.

A check-in is back-filled when it was written more than two cadences after the
day that it is about, or after the end of the cycle about a day before the last
one. Corrections of value, day or confidence that come as late are late
corrections, and taking a check-in back as late is a late retraction: each kind
is counted and listed by itself. Written is when the server recorded it.
Imported history is recorded long after, so it counts by the dates of its
source, as everything does with --axis authored.";
    /// Of `okr stats`.
    STATS = "\
Examples:
  okr stats                              the current cycle so far
  okr stats --by team
  okr stats 2026-10 --by owner
  okr stats 2026-W40..2026-W44 --by week -t platform
  okr stats -c 2026-Q3 -o json

check-ins   A key result expects a check-in in every interval of the cadence,
            counted from the first day of the cycle, from its own start, or from
            the day it was written down, whichever is last; until the end of the
            cycle, its due date, or the day it was closed. Counted are the
            intervals that end within the days (DUE), and those of them with a
            check-in about one of their days (KEPT). RATE is their share.
silence     Key results without a check-in about these days (SILENT).
longest     The most days in a row that one of them was without a check-in
            (LONGEST).
gap         Days from a check-in to the next of the same key result: the median
            (GAP) and the 90th percentile (GAP90), by nearest rank, so each is a
            gap that there was.
amended     Key results with an amendment, and all amendments (AMENDED); goals
            that were added (LATE) or taken out: as okr goalposts lists them, by
            the day they were written.
confidence  Of the check-in that counts for each key result at the moment.

Days are those that check-ins are about. Retracted check-ins, drafts, and what
was abandoned or archived are left out. By week, what is longer than a week is
not told.";
    /// Of `okr replay`.
    REPLAY = "\
Examples:
  okr replay                         the current cycle, in the player
  okr replay api-p99
  okr replay -t platform --by day --speed 4
  okr replay fast --by week --from 2026-10-01 --plain
  okr replay 2019-Q1 --axis authored --by day -o jsonl
  okr replay fast --frames film      film/0001.txt and so on, and film/index.txt
  okr replay fast --frames film --frames-as svg --width 120

On a terminal the player opens; elsewhere, and with --plain, --no-input, -o or
TERM=dumb, the frames are printed. It keeps nothing locked while it waits, and
shows what was here when it opened.

Keys of the player:
  space          play, pause; at the end, play again
  right l, left h    the next frame, the one before
  home, end      the first frame, the last one
  n a, p         the next amendment, the one before
  g              go to a moment: 2026-11-02, cycle:mid, a change
  + -            faster, slower
  t T            only the goals of the next team, of the one before
  down j, up k   scroll the goals
  pgdn, pgup     scroll the changes
  ?              these keys
  q esc ctrl-c   quit

In a frame * marks the goals that changed in it. On the time line each amendment
has a mark, and so has the opening and the closing of the cycle.";
    /// Of `okr watch`.
    WATCH = "\
Examples:
  okr watch                               every change from now on, until Ctrl-C
  okr watch api-p99 --by ben
  okr watch -t platform
  okr watch --since yesterday
  okr watch --limit 1 --timeout 10m       the next change, else exit 3
  okr watch -q -o jsonl --cursor seen.json
  okr watch --exec \"jq -r .short_id\"       a command for each change

A watch is a sync in one direction that stays: it fetches and verifies what the
server records, and keeps it. It sends nothing; your pending changes go with the
next write or okr sync. Other okr commands work on the same workspace meanwhile,
and what they fetch is shown here, too.

Each change is shown once and in the order of the history, also when the server
restarts or the network is lost: one line on stderr says so, and another one
that the connection is back. Without a sign of life for 75 seconds a connection
counts as lost. It ends at a login that is refused (exit 4) and at a history
that does not fit its proof (exit 9), but not because nobody answers.

-o jsonl prints what okr log -o jsonl prints, a line as soon as a change is
known. -o json does the same here: an answer without an end cannot be one
document.

The command of --exec runs in sh, one at a time and in order. It gets the change
as one line of JSON on its standard input, and OKR_CHANGE_ID, OKR_POSITION,
OKR_AUTHOR and OKR_WORKSPACE. With -o json, jsonl and id what it prints goes to
stderr.

--cursor FILE is written after each change that was handled. The next watch with
the same file goes on after it, and none is left out. One that was being handled
when the machine failed comes again, so handle a change twice as you would once:
OKR_CHANGE_ID stays the same. A command that fails is reported, and its change
counts as handled, unless --exec-fail stop ends the watch before it.";
}

//! Examples of the commands about cycles, goals, and how they end.

examples! {
    /// Of `okr cycle add`.
    CYCLE_ADD = "\
Examples:
  okr cycle add                           the next one of the calendar
  okr cycle add --next --open
  okr cycle add 2026-Q4
  okr cycle add 2026-H2 --open
  okr cycle add \"Spring 2020\" --from 2020-01-06 --to 2020-06-19 --cadence 2w

The calendar of the organisation says which cycles follow each other: okr org
set --calendar. 2026-Q4 is the last quarter of 2026, 2026-T3 its last tertial,
2026-H2 its second half, 2026 the whole year. Where the fiscal year does not
begin on 1 January, FY2026-Q1 is the first quarter of the fiscal year that
begins in 2026; names without FY always count from 1 January.";
    /// Of `okr cycle calendar`.
    CYCLE_CALENDAR = "\
Examples:
  okr cycle calendar
  okr cycle calendar 2026-Q4 --ics 2026-q4.ics
  okr cycle calendar 2027-Q1 -o json

Check-ins are asked for by the last day of each interval of the cadence.
Half-way is when to meet about what to keep, change or drop; closing is the day
after the last one, when everything is in. A calendar that reads the file again
replaces what it has: the days keep their ids.";
    /// Of `okr cycle list`.
    CYCLE_LIST = "\
Examples:
  okr cycle list
  okr cycle list --at 2026-10-01";
    /// Of `okr cycle show` and `okr cycle use`.
    CYCLE_SHOW = "\
Examples:
  okr cycle show 2026-Q4
  okr cycle use 2026-Q4                until another one is set; none forgets it
  okr cycle use none";
    /// Of `okr cycle set`.
    CYCLE_SET = "\
Examples:
  okr cycle set 2026-Q4 --to 2027-01-08 -m \"year end\" --category external-change
  okr cycle set 2026-Q4 --cadence 2w";
    /// Of `okr cycle open` and `reopen`.
    CYCLE_STEP = "\
Examples:
  okr cycle open 2026-Q4              from now on a moved target is an amendment
  okr cycle reopen 2026-Q3 -m \"closed by mistake\"";
    /// Of `okr objective add`.
    OBJECTIVE_ADD = "\
Examples:
  okr objective add \"Fast enough to feel instant\" -t platform
  okr objective add \"Self-serve is how to buy\" --kind committed --owner @maya
  okr objective add \"Edge everywhere\" --supports fast --tag cdn --draft";
    /// Of `okr objective list` and `okr kr list`.
    GOAL_LIST = "\
Examples:
  okr objective list
  okr kr list --owner @me --status at-risk
  okr kr list --blocked
  okr kr list --tag growth
  okr kr list --stale 14 --sort last-check-in
  okr kr list -c all --at 2026-10-01

okr help list says by what both can be sorted.";
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
  okr objective close fast --score 0.7 --reflection \"pooling paid, not the CDN\"
  okr objective close fast                with the suggested score
  okr objective close fast --with-krs     its open key results end with it";
    /// Of `okr align` and `okr align remove`.
    ALIGN = "\
Examples:
  okr align edge --to fast                an objective supports an objective
  okr align edge --to api-p99 -m \"the edge is where the time goes\"
  okr align remove edge

An objective supports one other goal at most, and the goal is never supported by
it in turn: such a circle is refused, with the way it would go. A supporting
objective's progress is shown beside that of the goal above and does not count
in it.";
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

Finds objectives that support nothing and that nothing supports, where others of
their cycle do; links to goals that were abandoned or archived; and links to
cycles that have no day in common.";
    /// Of `okr align graph`.
    ALIGN_GRAPH = "\
Examples:
  okr align graph
  okr align graph -t platform --at \"last friday\"
  okr align graph --to goals.svg
  okr align graph --as dot
  okr align graph --as mermaid --to -

What serves a goal stands under it, or to the right of it in a picture. Key
results are drawn where something supports them. -o json has the goals with what
is above each.";
    /// Of `okr close`.
    CLOSE = "\
Examples:
  okr close api-p99                       with the suggested score
  okr close fast --score 0.7 -m \"pooling paid, not the CDN\"
  okr close fast --with-krs -n            what would be written
  okr close fast --edit                   what was learned, in your editor

The suggested score is the progress, brought into 0 to 1 and rounded down to
hundredths; of an objective it comes from the scores of its key results, where
these have some (okr help scores). It is shown beside the one that is given. An
objective needs its key results to have scores: grade them, or end them with it
(--with-krs), where a key result that never had a value gets 0.";
    /// Of `okr grade`.
    GRADE = "\
Examples:
  okr grade api-p99 0.6
  okr grade fast 70% --with-krs
  okr grade api-p99 --auto                the suggested score (okr help scores)
  okr grade api-p99 0.5 -m \"the audit found more\"

Gives an open goal a score and closes it. What is closed already gets another
score, which takes a reason where the organisation asks for reasons; both scores
stay in history.";
    /// Of `okr carry`.
    CARRY = "\
Examples:
  okr carry fast --to 2027-Q1 -n          what would be written
  okr carry fast reliable --to 2027-Q1 --rebase
  okr carry --all-open -c 2026-Q4 --to 2027-Q1 --draft

Writes a new objective that continues the old one, with copies of its key
results that are not reached yet, and of bounds that are to be held. Check-ins
stay where they are. What an objective supports is kept only where that is
carried in the same step. Nothing goes on by itself.";
    /// Of `okr cycle close`.
    CYCLE_CLOSE = "\
Examples:
  okr cycle close 2026-Q4
  okr cycle close 2026-Q4 --grade auto --carry 2027-Q1 -y
  okr cycle close 2026-Q4 -n             what is open, and what would be written

Says what has no score yet and asks. Check-ins, corrections and scores are taken
afterwards, too, labelled as late. Changes about its goals that wait for a
decision have to be decided first.";
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
  okr kr archive api-docs -m \"measured elsewhere\" --category better-measure
  okr kr restore api-docs

After the cycle was opened a goal that is archived leaves the commitment, as one
that is abandoned does: say why.";
    /// Of the commands that abandon.
    ABANDON = "\
Examples:
  okr kr abandon edge-cache -m \"no contract\" --category external-change
  okr objective abandon edge -m \"no longer worth it\" --category other";
    /// Of the commands that tag and untag.
    TAG = "\
Examples:
  okr objective tag fast cdn infra
  okr kr untag api-p99 infra";
    /// Of `okr kr add`.
    KR_ADD = "\
Examples:
  okr kr add \"API p99\" -O fast --from 480 --to 200 --unit ms --slug api-p99
  okr kr add \"Error budget burn\" -O fast --at-most 1.0
  okr kr add \"Tested runbooks\" -O fast --from 0 --to 12 --commit 8 --stretch 15
  okr kr add \"New CDN\" -O fast --milestones \"Contract; Pilot; All regions=2\"
  okr kr add \"Docs\" -O fast --zones \"page per API; examples; a playground\"";
    /// Of `okr kr set`.
    KR_SET = "\
Examples:
  okr kr set api-p99 --target 180 -m \"came early\" --category external-change
  okr kr set api-p99 --owner @ben --due 2026-12-15
  okr kr set runbooks --title \"Services with a tested runbook\"";
    /// Of `okr kr close`.
    KR_CLOSE = "\
Examples:
  okr kr close api-p99                    with the progress as score
  okr kr close api-p99 --score 0.7 -m \"as agreed in the review\"";
}

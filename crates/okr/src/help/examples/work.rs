//! Examples of the commands of initiatives and health metrics.

examples! {
    /// Of `okr initiative add`.
    INITIATIVE_ADD = "\
Examples:
  okr initiative add \"Move eu-west\" --kr edge-cache --due 2026-12-01
  okr initiative add \"Query planner\" --kr api-p99 --kr search-p99 --owner @ben
  okr initiative add \"Pool\" --kr api-p99 --url https://tracker.example/42";
    /// Of `okr initiative set`.
    INITIATIVE_SET = "\
Examples:
  okr initiative set cdn-eu-west --state doing
  okr initiative set cdn-eu-west --due 2026-12-15 --owner @ben
  okr initiative set cdn-eu-west --add-kr api-p99
  okr initiative set cdn-eu-west --url none";
    /// Of `okr initiative done`.
    INITIATIVE_DONE = "\
Examples:
  okr initiative done cdn-eu-west
  okr initiative done cdn-eu-west pool-connections -m \"shipped together\"";
    /// Of `okr initiative drop`.
    INITIATIVE_DROP = "\
Examples:
  okr initiative drop cdn-eu-west -m \"the contract fell through\"

What was dropped stays in the history; okr initiative archive takes it out of
lists as well.";
    /// Of `okr initiative archive` and `okr initiative restore`.
    INITIATIVE_ARCHIVE = "\
Examples:
  okr initiative archive cdn-eu-west pool-connections
  okr initiative list --archived          those that were put away, too
  okr initiative restore cdn-eu-west";
    /// Of `okr initiative list`.
    INITIATIVE_LIST = "\
Examples:
  okr initiative list                     of the current cycle
  okr initiative list --mine --state open
  okr initiative list --kr edge-cache --state overdue
  okr initiative list --sort due          also slug, title, state, owner
  okr initiative list -t platform --at 2026-11-01";
    /// Of `okr metric add`.
    METRIC_ADD = "\
Examples:
  okr metric add \"Customer satisfaction\" --slug csat --at-least 80 --unit %
  okr metric add \"Error budget burn\" --at-most 1.0 -t platform
  okr metric add \"Team health\" --at-least 3.5 --at-most 5

A key result that names the metric is fed by it (okr metric record --help):
  okr kr add \"Satisfied\" -O loved --from 78 --to 90 --unit % --fed-by csat";
    /// Of `okr metric set`.
    METRIC_SET = "\
Examples:
  okr metric set csat --at-least 85 -m \"the bar for 2027\"
  okr metric set csat --at-most none --owner @ben
  okr metric set csat --to-team support";
    /// Of `okr metric archive` and `okr metric restore`.
    METRIC_ARCHIVE = "\
Examples:
  okr metric archive csat -m \"measured elsewhere\"
  okr metric list --archived              those that were put away, too
  okr metric restore csat

A metric that was put away takes no values, and feeds nothing.";
    /// Of `okr metric list`.
    METRIC_LIST = "\
Examples:
  okr metric list
  okr metric list --health outside
  okr metric list --sort -age             also slug, name, health, owner, team
  okr metric list -t platform --at 2026-11-01 -o json";
    /// Of `okr metric record`.
    METRIC_RECORD = "\
Examples:
  okr metric record csat 84 -m \"after the release\"
  okr metric record csat +2 --on friday
  okr metric record balance =-3           exactly -3
  okr metric record csat 84 --no-feed     without check-ins on key results

The value becomes a check-in on each open key result that names the metric (okr
kr set KR --fed-by METRIC), with the confidence of its last check-in; where it
does not, that is said with the reason. All of it is one change, so that one okr
undo takes all of it back.";
    /// Of `okr metric retract`.
    METRIC_RETRACT = "\
Examples:
  okr metric retract csat -m \"the survey was not closed yet\"    its latest value

The check-ins that came with a value stay; okr undo CHANGE takes back all of it.";
}

//! Screens of the status.

use jiff::civil::date;
use okr_core::entity::{HealthMetric, Initiative, MetricValue};
use okr_core::event::{InitiativeEvent, MetricEvent, MetricValueEvent, NewInitiative, NewMetric};
use okr_core::measure::Health;
use okr_core::value::Source;
use okr_replica::{MetricStanding, MetricValueFact, Place};
use okr_testkit::sample::{
    ANA, band, initiative_id, metric_id, metric_value_id, new_initiative, new_metric,
    new_metric_value, unit,
};

use super::*;
use crate::commands::sample::{clock, key_result_id, names, standing};

fn shown(screen: &Screen) -> String {
    with(Work::default(), screen)
}

fn with(work: Work, screen: &Screen) -> String {
    let standing = standing();
    let goals: Vec<&KeyResultStanding> = standing
        .objectives
        .iter()
        .flat_map(|objective| &objective.key_results)
        .collect();
    let view = StatusView {
        cycle: Some(&standing.cycle),
        moment: Moment::now(clock().today()),
        whose: "@ana · platform".to_owned(),
        as_of: None,
        due: vec![goals[1], goals[4]],
        goals,
        work,
        unread: Some(Unread {
            comments: 2,
            changes: 1,
            is_more: false,
        }),
        exchange: Exchange {
            connected: true,
            synced_at: Some("2026-11-23T09:30:00+01:00".parse().unwrap()),
            pending: 3,
            conflicts: 1,
        },
        next: vec!["okr checkin".to_owned(), "okr sync".to_owned()],
    };
    render(&view, &names(), &clock(), screen)
}

#[test]
fn the_status_fits_a_terminal() {
    insta::assert_snapshot!(shown(&Screen::terminal(100)), @r"
    2026-Q4 · week 9 of 14 · 58% of the time gone · planned                              @ana · platform

      msnt  signup-rate   ◐ at risk      5.6 → 7 %      █████░░░░░   53%  pace  58%
      xqrl  nps           ? no check-in  31 → 45                       -  pace  58%
      spvt  api-p99       ◐ at risk      312 → 200 ms   ██████░░░░   60%  pace  58%
      nozl  error-budget  ● on track     0.7, keep ≤ 1  held        100%  pace  58%
      ymnu  edge-cache    ○ off track    71 → 90 %      ███░░░░░░░   32%  pace  58%

    nps: late addition · pending
    api-p99: was 51% against the original target
    Due: nps (no check-in), edge-cache (last check-in 12 d ago)
    2 comments for you, 1 change since you looked: okr inbox
    1 conflict: okr conflicts

    synced 2 h ago · 3 changes not pushed                                         okr checkin · okr sync
    ");
    insta::assert_snapshot!(shown(&Screen::terminal(80)), @r"
    2026-Q4 · week 9 of 14 · 58% of the time gone · planned          @ana · platform

      msnt  signup-rate   ◐ at risk      5.6 → 7 %      ███░░░   53%  pace  58%
      xqrl  nps           ? no check-in  31 → 45                   -  pace  58%
      spvt  api-p99       ◐ at risk      312 → 200 ms   ████░░   60%  pace  58%
      nozl  error-budget  ● on track     0.7, keep ≤ 1  held    100%  pace  58%
      ymnu  edge-cache    ○ off track    71 → 90 %      ██░░░░   32%  pace  58%

    nps: late addition · pending
    api-p99: was 51% against the original target
    Due: nps (no check-in), edge-cache (last check-in 12 d ago)
    2 comments for you, 1 change since you looked: okr inbox
    1 conflict: okr conflicts

    synced 2 h ago · 3 changes not pushed                     okr checkin · okr sync
    ");
}

#[test]
fn ascii_and_pipes_use_words() {
    let ascii = Screen {
        ascii: true,
        ..Screen::terminal(100)
    };
    insta::assert_snapshot!(shown(&ascii), @r"
    2026-Q4 - week 9 of 14 - 58% of the time gone - planned                              @ana · platform

      msnt  signup-rate   at risk      5.6 -> 7 %      #####.....   53%  pace  58%
      xqrl  nps           no check-in  31 -> 45                       -  pace  58%
      spvt  api-p99       at risk      312 -> 200 ms   ######....   60%  pace  58%
      nozl  error-budget  on track     0.7, keep <= 1  held        100%  pace  58%
      ymnu  edge-cache    off track    71 -> 90 %      ###.......   32%  pace  58%

    nps: late addition - pending
    api-p99: was 51% against the original target
    Due: nps (no check-in), edge-cache (last check-in 12 d ago)
    2 comments for you, 1 change since you looked: okr inbox
    1 conflict: okr conflicts

    synced 2 h ago - 3 changes not pushed                                         okr checkin - okr sync
    ");
    insta::assert_snapshot!(shown(&Screen::piped()), @r"
    2026-Q4 · week 9 of 14 · 58% of the time gone · planned    @ana · platform

      msnt  signup-rate   at risk      5.6 → 7 %      █████░░░░░   53%  pace  58%
      xqrl  nps           no check-in  31 → 45                       -  pace  58%
      spvt  api-p99       at risk      312 → 200 ms   ██████░░░░   60%  pace  58%
      nozl  error-budget  on track     0.7, keep ≤ 1  held        100%  pace  58%
      ymnu  edge-cache    off track    71 → 90 %      ███░░░░░░░   32%  pace  58%

    nps: late addition · pending
    api-p99: was 51% against the original target
    Due: nps (no check-in), edge-cache (last check-in 12 d ago)
    2 comments for you, 1 change since you looked: okr inbox
    1 conflict: okr conflicts

    synced 2 h ago · 3 changes not pushed    okr checkin · okr sync
    ");
}

#[test]
fn work_and_what_is_not_healthy_stand_below_what_is_due() {
    let initiative = |number, text: &str, due| {
        let new = NewInitiative {
            due,
            ..new_initiative(key_result_id(3), text)
        };
        let created = InitiativeEvent::Created(new);
        Initiative::evolve(None, initiative_id(number), &created).unwrap()
    };
    let new = NewMetric {
        unit: Some(unit("%")),
        band: band(Some("80"), None),
        ..new_metric("csat")
    };
    let metric = HealthMetric::evolve(None, metric_id(1), &MetricEvent::Created(new)).unwrap();
    let recorded = MetricValueEvent::Recorded(new_metric_value(metric.id, "78"));
    let latest = MetricValueFact {
        value: MetricValue::evolve(None, metric_value_id(1), &recorded).unwrap(),
        place: Place::Pending,
        author: ANA,
        on_behalf_of: None,
        source: Source::Human,
        authored_at: clock().now,
    };
    let work = || Work {
        initiatives: vec![
            initiative(1, "pool-connections", Some(date(2026, 11, 20))),
            initiative(2, "planner", Some(date(2026, 12, 4))),
            initiative(3, "third", None),
            initiative(4, "fourth", None),
            initiative(5, "fifth", None),
        ],
        outside: vec![MetricStanding {
            health: Health::Outside,
            latest: Some(latest.clone()),
            metric: metric.clone(),
        }],
    };
    let below = |screen: &Screen| {
        let text = with(work(), screen);
        let below = text.split_once("Due: ").unwrap().1.to_owned();
        below.split_once("1 conflict").unwrap().0.to_owned()
    };
    insta::assert_snapshot!(below(&Screen::terminal(80)), @r"
    nps (no check-in), edge-cache (last check-in 12 d ago)
    Outside their band: csat (78 %, healthy at least 80 %)
    Work: pool-connections (todo, overdue since 20 Nov), planner (todo, due 4 Dec),
          third (todo), fourth (todo), and 1 more
    2 comments for you, 1 change since you looked: okr inbox
    ");
    insta::assert_snapshot!(below(&Screen::piped()), @r"
    nps (no check-in), edge-cache (last check-in 12 d ago)
    Outside their band: csat (78 %, healthy at least 80 %)
    Work: pool-connections (todo, overdue since 2026-11-20), planner (todo, due 2026-12-04), third (todo), fourth (todo), and 1 more
    2 comments for you, 1 change since you looked: okr inbox
    ");
}

#[test]
fn the_footer_knows_of_no_server_and_of_nothing_to_push() {
    let footer = |connected, synced_at: Option<&str>, pending| {
        let synced_at = synced_at.map(|then| then.parse().unwrap());
        let state = Exchange {
            connected,
            synced_at,
            pending,
            conflicts: 0,
        };
        exchange(&state, &clock(), &Screen::terminal(80))
    };
    assert_eq!(footer(false, None, 2), "on this machine only · 2 changes");
    assert_eq!(footer(true, None, 1), "never synced · 1 change not pushed");
    let then = Some("2026-11-23T09:30:00+01:00");
    assert_eq!(footer(true, then, 0), "synced 2 h ago");
}

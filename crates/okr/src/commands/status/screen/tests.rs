//! Screens of the status.

use super::*;
use crate::commands::sample::{clock, names, standing};

fn shown(screen: &Screen) -> String {
    let standing = standing();
    let goals: Vec<&KeyResultStanding> = standing
        .objectives
        .iter()
        .flat_map(|objective| &objective.key_results)
        .collect();
    let view = StatusView {
        cycle: Some(&standing.cycle),
        day: clock().today(),
        whose: "@ana · platform".to_owned(),
        as_of: None,
        due: vec![goals[1], goals[4]],
        goals,
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
    1 conflict: okr conflicts

    synced 2 h ago · 3 changes not pushed    okr checkin · okr sync
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

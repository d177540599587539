//! Screens of the tree.

use super::super::rows::{DEPTH_KEY_RESULTS, arrange};
use super::*;
use crate::commands::sample::{names, platform, standing};

fn shown(screen: &Screen, depth: usize) -> String {
    let standing = standing();
    let teams = [platform()];
    let heading = Heading {
        title: "Acme  2026-Q4".to_owned(),
        progress: standing.progress,
        tail: format!("pace {}", standing.expected.percent()),
    };
    let tree = Tree {
        heading: Some(heading),
        nodes: arrange(&standing, &teams, depth),
        notes: HashMap::new(),
    };
    render(&tree, &names(), screen)
}

#[test]
fn a_wide_terminal_shows_everything_on_one_line() {
    insta::assert_snapshot!(shown(&Screen::terminal(120), DEPTH_KEY_RESULTS), @r"
    Acme  2026-Q4                                                       45%  pace 58%
    ├─ qvvk  self-serve  Make self-serve the default way to buy         27%  @ana
    │  ├─ msnt  signup-rate      4 → 7 %       now 5.6 %   █████░░░░░   53%  ◐ at risk
    │  └─ xqrl  nps              31 → 45                                  -  ? no check-in  late addition · pending
    └─ platform  Platform                                               64%
       └─ luzs  fast  Fast enough to feel instant                       64%  @ana
          ├─ spvt  api-p99       480 → 200 ms  now 312 ms  ██████░░░░   60%  ◐ at risk  was 51% against the original target
          ├─ nozl  error-budget  ≤ 1           now 0.7     held        100%  ● on track
          ├─ ymnu  edge-cache    62 → 90 %     now 71 %    ███░░░░░░░   32%  ○ off track
          └─ serves self-serve
    ");
}

#[test]
fn narrow_terminals_give_up_the_bar_first() {
    insta::assert_snapshot!(shown(&Screen::terminal(100), DEPTH_KEY_RESULTS), @r"
    Acme  2026-Q4                                                       45%  pace 58%
    ├─ qvvk  self-serve  Make self-serve the default way to buy         27%  @ana
    │  ├─ msnt  signup-rate      4 → 7 %       now 5.6 %   █████░░░░░   53%  ◐ at risk
    │  └─ xqrl  nps              31 → 45                                  -  ? no check-in
    │           late addition · pending
    └─ platform  Platform                                               64%
       └─ luzs  fast  Fast enough to feel instant                       64%  @ana
          ├─ spvt  api-p99       480 → 200 ms  now 312 ms  ██████░░░░   60%  ◐ at risk
          │        was 51% against the original target
          ├─ nozl  error-budget  ≤ 1           now 0.7     held        100%  ● on track
          ├─ ymnu  edge-cache    62 → 90 %     now 71 %    ███░░░░░░░   32%  ○ off track
          └─ serves self-serve
    ");
    insta::assert_snapshot!(shown(&Screen::terminal(80), DEPTH_KEY_RESULTS), @r"
    Acme  2026-Q4                                                 45%  pace 58%
    ├─ qvvk  self-serve  Make self-serve the default way to buy   27%  @ana
    │  ├─ msnt  signup-rate      4 → 7 %       now 5.6 %          53%  ◐ at risk
    │  └─ xqrl  nps              31 → 45                            -  ? no check-in
    │           late addition · pending
    └─ platform  Platform                                         64%
       └─ luzs  fast  Fast enough to feel instant                 64%  @ana
          ├─ spvt  api-p99       480 → 200 ms  now 312 ms         60%  ◐ at risk
          │        was 51% against the original target
          ├─ nozl  error-budget  ≤ 1           now 0.7           100%  ● on track
          ├─ ymnu  edge-cache    62 → 90 %     now 71 %           32%  ○ off track
          └─ serves self-serve
    ");
}

/// Progress and status are what somebody looks for.
#[test]
fn narrower_ones_give_up_where_measures_begin_and_end_and_cut_names() {
    insta::assert_snapshot!(shown(&Screen::terminal(60), DEPTH_KEY_RESULTS), @r"
    Acme  2026-Q4                             45%  pace 58%
    ├─ qvvk  self-serve  Make self-serve t…   27%  @ana
    │  ├─ msnt  signup-rate      now 5.6 %    53%  ◐ at risk
    │  └─ xqrl  nps                             -  ? no check-in
    │           late addition · pending
    └─ platform  Platform                     64%
       └─ luzs  fast  Fast enough to feel …   64%  @ana
          ├─ spvt  api-p99       now 312 ms   60%  ◐ at risk
          │        was 51% against the original target
          ├─ nozl  error-budget  now 0.7     100%  ● on track
          ├─ ymnu  edge-cache    now 71 %     32%  ○ off track
          └─ serves self-serve
    ");
    insta::assert_snapshot!(shown(&Screen::terminal(40), DEPTH_KEY_RESULTS), @r"
    Acme  2026-Q4         45%  pace 58%
    ├─ qvvk  self-serv…   27%  @ana
    │  ├─ msnt  signup…   53%  ◐ at risk
    │  └─ xqrl  nps         -  ? no check-in
    │           late addition · pending
    └─ platform  Platf…   64%
       └─ luzs  fast  …   64%  @ana
          ├─ spvt  api…   60%  ◐ at risk
          │        was 51% against the orig…
          ├─ nozl  err…  100%  ● on track
          ├─ ymnu  edg…   32%  ○ off track
          └─ serves self-serve
    ");
    insta::assert_snapshot!(shown(&Screen::terminal(20), 1), @r"
    Acme  2026-…   45% …
    ├─ qvvk  se…   27% …
    └─ platform…   64%
       └─ luzs …   64% …
    ");
}

#[test]
fn ascii_and_pipes_use_words() {
    let ascii = Screen {
        ascii: true,
        ..Screen::terminal(100)
    };
    insta::assert_snapshot!(shown(&ascii, DEPTH_KEY_RESULTS), @r"
    Acme  2026-Q4                                                           45%  pace 58%
    +-- qvvk  self-serve  Make self-serve the default way to buy            27%  @ana
    |   +-- msnt  signup-rate       4 -> 7 %       now 5.6 %   #####.....   53%  at risk
    |   +-- xqrl  nps               31 -> 45                                  -  no check-in
    |             late addition - pending
    +-- platform  Platform                                                  64%
        +-- luzs  fast  Fast enough to feel instant                         64%  @ana
            +-- spvt  api-p99       480 -> 200 ms  now 312 ms  ######....   60%  at risk
            |         was 51% against the original target
            +-- nozl  error-budget  <= 1           now 0.7     held        100%  on track
            +-- ymnu  edge-cache    62 -> 90 %     now 71 %    ###.......   32%  off track
            +-- serves self-serve
    ");
    insta::assert_snapshot!(shown(&Screen::piped(), DEPTH_KEY_RESULTS), @r"
    Acme  2026-Q4                                                       45%  pace 58%
    ├─ qvvk  self-serve  Make self-serve the default way to buy         27%  @ana
    │  ├─ msnt  signup-rate      4 → 7 %       now 5.6 %   █████░░░░░   53%  at risk
    │  └─ xqrl  nps              31 → 45                                  -  no check-in  late addition · pending
    └─ platform  Platform                                               64%
       └─ luzs  fast  Fast enough to feel instant                       64%  @ana
          ├─ spvt  api-p99       480 → 200 ms  now 312 ms  ██████░░░░   60%  at risk  was 51% against the original target
          ├─ nozl  error-budget  ≤ 1           now 0.7     held        100%  on track
          ├─ ymnu  edge-cache    62 → 90 %     now 71 %    ███░░░░░░░   32%  off track
          └─ serves self-serve
    ");
}

#[test]
fn depth_leaves_key_results_or_objectives_out() {
    insta::assert_snapshot!(shown(&Screen::terminal(80), 1), @r"
    Acme  2026-Q4                                                 45%  pace 58%
    ├─ qvvk  self-serve  Make self-serve the default way to buy   27%  @ana
    └─ platform  Platform                                         64%
       └─ luzs  fast  Fast enough to feel instant                 64%  @ana
    ");
    insta::assert_snapshot!(shown(&Screen::terminal(80), 0), @r"
    Acme  2026-Q4           45%  pace 58%
    └─ platform  Platform   64%
    ");
}

//! Colours, dashes and the shapes of marks.

use super::px;

/// The look of a chart. The page has a colour of its own, so that a picture can be read on any page;
/// contrasts are at least 4.5 to 1 for text and 3 to 1 for lines, on light and on dark. Paper is light.
pub(crate) const LOOK: &str = "
.okr-chart{--page:#fff;--ink:#1f2328;--dim:#59636e;--grid:#e3e8ed;--target:#116329;--cast:#8250df;--note:#953800;\
--l0:#0550ae;--l1:#a40e26;--l2:#116329;--l3:#7d4e00;--l4:#6639ba;--l5:#04616b;--l6:#99286e;--l7:#424a53;\
font:13px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;max-width:100%;height:auto}
@media screen and (prefers-color-scheme:dark){.okr-chart{--page:#0d1117;--ink:#e6edf3;--dim:#9198a1;--grid:#2a313c;--target:#3fb950;\
--cast:#ab7df8;--note:#f0883e;--l0:#58a6ff;--l1:#ff7b72;--l2:#56d364;--l3:#e3b341;--l4:#d2a8ff;--l5:#39c5cf;--l6:#f778ba;\
--l7:#b1bac4}}
.okr-chart text{fill:var(--ink)}.okr-chart .dim{fill:var(--dim)}.okr-chart .end{text-anchor:end}
.okr-chart .mid,.okr-chart .sign{text-anchor:middle}.okr-chart .head{font-size:18px;font-weight:600}
.okr-chart .name{fill:var(--target)}.okr-chart .page{fill:var(--page)}
.okr-chart path{fill:none;stroke-linejoin:round}.okr-chart .grid{stroke:var(--grid)}.okr-chart .axis{stroke:var(--dim)}
.okr-chart .edge{stroke:var(--dim);stroke-dasharray:1 4}.okr-chart .today{stroke:var(--dim);stroke-dasharray:4 4}
.okr-chart .pace{stroke:var(--dim);stroke-width:1.5;stroke-dasharray:1.5 6;stroke-linecap:round}
.okr-chart .target{stroke:var(--target);stroke-width:2}.okr-chart .committed{stroke:var(--target);stroke-dasharray:7 5}
.okr-chart .aside{stroke:var(--dim);stroke-dasharray:2 3}.okr-chart .aim{stroke-dasharray:8 4}
.okr-chart .band{fill:var(--cast);fill-opacity:.2;stroke:var(--cast);stroke-opacity:.35}
.okr-chart .forecast{stroke:var(--cast);stroke-width:2;stroke-dasharray:6 4}.okr-chart .line{stroke-width:2.5}
.okr-chart .move{fill:var(--page);stroke:var(--note);stroke-width:1.5}.okr-chart .sign{fill:var(--note);font-size:11px}
.okr-chart .hollow{fill:var(--page);stroke-width:2}
.l0{stroke:var(--l0)}.l1{stroke:var(--l1)}.l2{stroke:var(--l2)}.l3{stroke:var(--l3)}.l4{stroke:var(--l4)}\
.l5{stroke:var(--l5)}.l6{stroke:var(--l6)}.l7{stroke:var(--l7)}
.okr-chart .f0{fill:var(--l0)}.okr-chart .f1{fill:var(--l1)}.okr-chart .f2{fill:var(--l2)}.okr-chart .f3{fill:var(--l3)}
";

/// A mark of a line.
pub(super) struct Shape {
    /// What makes its colour.
    pub(super) class: String,
    /// Its outline.
    pub(super) path: String,
}

/// Returns the mark of a line around a place in tenths of a pixel: four shapes, full and hollow.
pub(super) fn mark(number: usize, x: i32, y: i32) -> Shape {
    let number = number % 8;
    let class = if number < 4 {
        format!("f{number}")
    } else {
        format!("hollow l{number}")
    };
    let at = |dx: i32, dy: i32| format!("{} {}", px(x + dx), px(y + dy));
    let path = match number % 4 {
        0 => format!("M{}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0Z", at(-45, 0)),
        1 => format!(
            "M{}L{}L{}L{}Z",
            at(0, -60),
            at(60, 0),
            at(0, 60),
            at(-60, 0)
        ),
        2 => format!("M{}h8.4v8.4h-8.4Z", at(-42, -42)),
        _ => format!("M{}L{}L{}Z", at(-55, -42), at(55, -42), at(0, 55)),
    };
    Shape { class, path }
}

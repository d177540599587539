//! A chart as one HTML file: the picture and a table of what it shows. No script, nothing from
//! elsewhere.

use std::fmt::Write as _;

use okr_core::progress::Progress;

use super::goal::{Course, Goal};
use super::{Chart, svg};
use crate::text::escape;

/// The look of the page around the picture.
const STYLE: &str = "
:root{color-scheme:light dark;--page:#fff;--ink:#1f2328;--dim:#59636e;--grid:#d1d9e0}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--ink:#e6edf3;--dim:#9198a1;--grid:#2a313c}}
body{margin:2rem auto;padding:0 1rem;max-width:60rem;background:var(--page);color:var(--ink);\
font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
figure{margin:0 0 2rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--grid)}
th{color:var(--dim);font-weight:600}td.number,th.number{text-align:right;white-space:nowrap}td.day{white-space:nowrap}
footer{margin-top:2rem;color:var(--dim)}
";

/// Makes a page of a chart with the facts of its goals. `about` says what it was made from.
pub fn page(chart: &Chart, goals: &[Goal], about: &str) -> String {
    let names: Vec<&str> = goals.iter().map(|goal| goal.name.as_str()).collect();
    let title = escape(&names.join(", "));
    let mut body = format!("<figure>\n{}</figure>\n", svg(chart, "chart"));
    for goal in goals {
        let several = goals.len() > 1;
        let heading = |what: &str| {
            let name = escape(&goal.name);
            if several {
                format!("<h2>{name}: {what}</h2>\n")
            } else {
                format!("<h2>{what}</h2>\n")
            }
        };
        match &goal.course {
            Course::Values { readings, .. } if !readings.is_empty() => {
                body.push_str(&heading("Check-ins"));
                body.push_str(&check_ins(goal));
            }
            Course::Progress(points) if !points.is_empty() => {
                body.push_str(&heading("Progress"));
                body.push_str(&progress(goal));
            }
            Course::Values { .. } | Course::Progress(_) => {}
        }
        if !goal.moves.is_empty() {
            body.push_str(&heading("What was changed about it"));
            body.push_str(&moves(goal));
        }
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}<footer>{}</footer>\n\
         </body>\n</html>\n",
        escape(about)
    )
}

fn check_ins(goal: &Goal) -> String {
    let Course::Values { readings, .. } = &goal.course else {
        return String::new();
    };
    let mut rows = String::from(
        "<table>\n<thead><tr><th scope=\"col\">Day</th><th scope=\"col\" class=\"number\">Value</th>\
         <th scope=\"col\" class=\"number\">Confidence</th><th scope=\"col\">By</th>\
         <th scope=\"col\">Note</th></tr></thead>\n<tbody>\n",
    );
    for reading in readings {
        let confidence = reading.confidence.map(|confidence| confidence.to_string());
        let mut note = reading.remarks.join(", ");
        if let Some(said) = &reading.note {
            let gap = if note.is_empty() { "" } else { ": " };
            note = format!("{note}{gap}{said}");
        }
        let _written = writeln!(
            rows,
            "<tr><td class=\"day\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
             <td>{}</td><td>{}</td></tr>",
            reading.day,
            escape(&reading.words),
            confidence.unwrap_or_default(),
            escape(&reading.by),
            escape(&note)
        );
    }
    rows.push_str("</tbody>\n</table>\n");
    rows
}

fn progress(goal: &Goal) -> String {
    let Course::Progress(points) = &goal.course else {
        return String::new();
    };
    let mut rows = String::from(
        "<table>\n<thead><tr><th scope=\"col\">Day</th><th scope=\"col\" class=\"number\">Progress\
         </th></tr></thead>\n<tbody>\n",
    );
    for (day, progress) in points {
        let percent = progress.map_or_else(|| "-".to_owned(), Progress::percent);
        let _written = writeln!(
            rows,
            "<tr><td class=\"day\">{day}</td><td class=\"number\">{percent}</td></tr>"
        );
    }
    rows.push_str("</tbody>\n</table>\n");
    rows
}

fn moves(goal: &Goal) -> String {
    let mut rows = String::from(
        "<table>\n<thead><tr><th scope=\"col\">Day</th><th scope=\"col\">What</th>\
         <th scope=\"col\">By</th><th scope=\"col\">Why</th></tr></thead>\n<tbody>\n",
    );
    for one in &goal.moves {
        let _written = writeln!(
            rows,
            "<tr><td class=\"day\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            one.day,
            escape(&one.what),
            escape(&one.by),
            escape(one.why.as_deref().unwrap_or_default())
        );
    }
    rows.push_str("</tbody>\n</table>\n");
    rows
}

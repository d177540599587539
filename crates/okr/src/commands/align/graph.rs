//! Which goal serves which, as a tree on the screen or as a graph for other programs.

use std::path::Path;

use okr_core::id::EntityId;
use okr_core::value::GoalState;
use okr_report::alignment::{self, GoalKind, forest};

use super::goals::{Goal, Goals};
use crate::args::{AlignGraphArgs, GraphForm};
use crate::commands::past::Past;
use crate::context::Context;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{AlignedGoalItem, ThingRef};
use crate::render::{Cell, Node, Screen, Tone, tree_lines};
use crate::ui::OutputFormat;
use crate::whole_file;
use crate::wording::percent;

pub(super) fn run(context: &mut Context, args: &AlignGraphArgs) -> Result<Exit, CliError> {
    let form = form(context, args)?;
    let replica = context.replica()?;
    let mut past = Past::open(context, &replica)?;
    let goals = Goals::read(context, &mut past)?;
    let title = title(context, &past)?;
    if let Some(form) = form {
        let drawn: Vec<alignment::Goal> = goals
            .all
            .iter()
            .map(|goal| drawn(goal, &goals, &past))
            .collect();
        let text = match form {
            GraphForm::Svg => alignment::svg(&title, &drawn),
            GraphForm::Dot => alignment::dot(&title, &drawn),
            GraphForm::Mermaid => alignment::mermaid(&title, &drawn),
        };
        whole_file::write(context, args.to.as_deref().unwrap_or("-"), &text)?;
        past.warn_upgrade(context);
        return Ok(Exit::Ok);
    }
    let items: Vec<AlignedGoalItem> = goals.all.iter().map(|goal| item(goal, &past)).collect();
    let frame = past.frame(context)?;
    context.ui.answer(&frame, &items, |screen| {
        render(&title, &goals, (&past, screen))
    });
    past.warn_upgrade(context);
    if goals.all.is_empty() {
        past.hint_nothing(context, "no goals here yet: okr objective add TITLE");
    } else if goals.own().all(|goal| goal.above.is_none()) {
        context
            .ui
            .hint("nothing is aligned yet: okr align CHILD --to PARENT");
    }
    Ok(Exit::Ok)
}

/// Returns the form for other programs that is asked for; none for the screen.
fn form(context: &Context, args: &AlignGraphArgs) -> Result<Option<GraphForm>, CliError> {
    if args.to.is_none() && args.form.is_none() {
        return Ok(None);
    }
    if context.ui.output() != OutputFormat::Table {
        let message = "--to and --as have a form of their own, and -o asks for another";
        return Err(CliError::usage("conflicting-output", message)
            .with_hint("leave them away for -o json, or -o away"));
    }
    if args.form.is_some() {
        return Ok(args.form);
    }
    let to = args.to.as_deref().unwrap_or("-");
    let suffix = Path::new(to).extension().and_then(std::ffi::OsStr::to_str);
    match suffix.map(str::to_ascii_lowercase).as_deref() {
        Some("svg") => Ok(Some(GraphForm::Svg)),
        Some("dot" | "gv") => Ok(Some(GraphForm::Dot)),
        Some("mmd" | "mermaid") => Ok(Some(GraphForm::Mermaid)),
        Some(_) | None => {
            let message = format!("\"{to}\" has no suffix that says its form: .svg, .dot or .mmd");
            Err(CliError::usage("unknown-form", message)
                .with_hint("add --as svg, --as dot or --as mermaid"))
        }
    }
}

fn title(context: &mut Context, past: &Past<'_>) -> Result<String, CliError> {
    let cycles = past.cycles_in_scope(context)?;
    let names: Vec<String> = cycles.iter().map(|cycle| cycle.name.to_string()).collect();
    let org = past.org.clone().unwrap_or_default();
    let title = format!("{org} {}", names.join(", "));
    Ok(match past.as_of() {
        Some(as_of) => format!("{title}, {as_of}"),
        None => title.trim().to_owned(),
    })
}

/// Says in few words what is to be known about a goal: `53%`, `2026, draft`.
fn note(goal: &Goal, goals: &Goals, past: &Past<'_>) -> String {
    let mut words = Vec::new();
    let is_elsewhere = goals.own().all(|own| own.cycle != goal.cycle);
    if is_elsewhere {
        words.push(past.names.label(goal.cycle.into()));
    }
    words.push(percent(goal.progress));
    if goal.state != GoalState::Active {
        words.push(goal.state.to_string());
    }
    words.join(", ")
}

const fn kind(goal: &Goal) -> GoalKind {
    match goal.id {
        EntityId::KeyResult(_) => GoalKind::KeyResult,
        _ => GoalKind::Objective,
    }
}

fn drawn(goal: &Goal, goals: &Goals, past: &Past<'_>) -> alignment::Goal {
    alignment::Goal {
        name: goal.slug.clone(),
        title: goal.title.clone(),
        note: note(goal, goals, past),
        kind: kind(goal),
        above: goal.above.and_then(|above| goals.place(above)),
    }
}

fn item(goal: &Goal, past: &Past<'_>) -> AlignedGoalItem {
    AlignedGoalItem {
        kind: goal.id.kind().word(),
        id: ThingRef::new(goal.id, &past.names).id,
        name: goal.slug.clone(),
        title: goal.title.clone(),
        cycle: ThingRef::new(goal.cycle, &past.names),
        state: goal.state.word(),
        progress: goal.progress.map(Into::into),
        above: goal.above.map(|above| ThingRef::new(above, &past.names)),
    }
}

/// Draws the goals under what they serve.
fn render(title: &str, goals: &Goals, (past, screen): (&Past<'_>, &Screen)) -> String {
    let all: Vec<alignment::Goal> = goals
        .all
        .iter()
        .map(|goal| drawn(goal, goals, past))
        .collect();
    let nodes = nested(&forest(&all));
    let mut text = Cell::toned(Tone::Strong, title).paint(screen.width, screen);
    text.push('\n');
    for line in tree_lines(&nodes, screen) {
        let goal = &all[*line.item];
        let tone = match goal.kind {
            GoalKind::Objective => Tone::Strong,
            GoalKind::KeyResult => Tone::Plain,
        };
        let what = match goal.kind {
            GoalKind::Objective => "",
            GoalKind::KeyResult => "key result, ",
        };
        let end = Cell::toned(Tone::Plain, &format!("  {what}{}", goal.note));
        let start = Cell::toned(Tone::Dim, &line.prefix)
            .and(tone, &goal.name)
            .and(Tone::Plain, &format!("  {}", goal.title));
        // The title gives way; what stands after it is short.
        let room = screen.width.saturating_sub(end.width());
        text.push_str(&start.paint(room, screen));
        text.push_str(&end.paint(screen.width, screen));
        text.push('\n');
    }
    text
}

/// Nests places that come with their depths.
fn nested(order: &[(usize, usize)]) -> Vec<Node<usize>> {
    let mut nodes = Vec::new();
    let mut rest = order;
    while let Some(((place, depth), after)) = rest.split_first() {
        let below = after.iter().take_while(|(_, other)| other > depth).count();
        nodes.push(Node {
            item: *place,
            children: nested(&after[..below]),
        });
        rest = &after[below..];
    }
    nodes
}

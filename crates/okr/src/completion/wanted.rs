//! Which things can stand for an argument, by the name of its value and the command that it is of.

/// What can stand for an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Objectives and key results.
    Goals,
    Objectives,
    KeyResults,
    /// Goals, initiatives, health metrics, teams and cycles.
    Things,
    /// Everything that has a history of its own: these, and people.
    ThingsAndPeople,
    Teams,
    Cycles,
    People,
    Initiatives,
    Metrics,
    /// Changes of the history, the newest first.
    Changes,
    /// Changes that wait to be pushed.
    Waiting,
    /// Changes that wait for a decision.
    Conflicts,
    /// Commands that wrote on this machine.
    Operations,
    Workspaces,
    Settings,
    Aliases,
    /// Topics of help, and commands.
    Topics,
    /// Commands that answer, and what else has a schema.
    Answers,
    /// Words for a moment.
    Moments,
    /// Words for a day.
    Days,
    /// Words for how goals stand.
    Statuses,
    /// The tags that goals have.
    Tags,
    /// What a list can be sorted by.
    SortKeys,
    Files,
    /// What only its author knows: texts, numbers, new names.
    Nothing,
}

/// Says what can stand for an argument. A test goes through all of them, so that none is forgotten.
pub(super) fn wanted(path: &[&str], argument: &str, value_name: &str) -> Option<Wanted> {
    let found = match value_name {
        "REF" | "REFERENCE" | "CHILD" => reference(path, argument),
        "KR" => Wanted::KeyResults,
        "REF[.FIELD]" | "REF.FIELD|CHANGE" => Wanted::Goals,
        "PARENT" => match path {
            ["team", ..] => Wanted::Teams,
            _ => Wanted::Goals,
        },
        "TEAM" => Wanted::Teams,
        "CYCLE" => Wanted::Cycles,
        "PERSON" | "CODE_OR_PERSON" => Wanted::People,
        "CHANGE" | "CHANGE|OP" => match path {
            ["pending", ..] => Wanted::Waiting,
            _ => Wanted::Changes,
        },
        "REF|CHANGE" => Wanted::Conflicts,
        "METRIC" => Wanted::Metrics,
        "OP" => Wanted::Operations,
        "NAME" if argument == "workspace" => Wanted::Workspaces,
        "WORKSPACE_NAME" => match path {
            ["workspace", ..] => Wanted::Workspaces,
            _ => Wanted::Nothing,
        },
        "STATUS" => Wanted::Statuses,
        "TAG" => Wanted::Tags,
        "KEY[,-KEY]" => Wanted::SortKeys,
        "SETTING" => Wanted::Settings,
        "ALIAS" => Wanted::Aliases,
        "TOPIC" => Wanted::Topics,
        "COMMAND" if path == ["schema"] => Wanted::Answers,
        "WHEN" | "A[..B]|REF" => Wanted::Moments,
        "DATE" | "DAY" | "WEEK" => Wanted::Days,
        "FILE" | "FILES" | "DIR" => Wanted::Files,
        known if NOTHING.contains(&known) => Wanted::Nothing,
        _ => return None,
    };
    Some(found)
}

/// Says what a reference names, which is what its command is about.
fn reference(path: &[&str], argument: &str) -> Wanted {
    match (path, argument) {
        (_, "supports" | "to") => Wanted::Goals,
        (_, "objective") | (["objective" | "carry" | "align", ..], _) => Wanted::Objectives,
        (["checkin" | "kr", ..], _) => Wanted::KeyResults,
        (["initiative", ..], _) => Wanted::Initiatives,
        (["metric", ..], _) => Wanted::Metrics,
        (["team", ..], _) => Wanted::Teams,
        (["member", ..], _) => Wanted::People,
        (["cycle", ..], _) => Wanted::Cycles,
        (["grade" | "close" | "chart" | "replay" | "tree", ..], _) => Wanted::Goals,
        (["show" | "log" | "comment" | "audit", ..], _) => Wanted::ThingsAndPeople,
        (_, _) => Wanted::Things,
    }
}

/// Values that only their author knows.
const NOTHING: &[&str] = &[
    "0-10",
    "ADDRESS",
    "CHARACTER",
    "CODE",
    "COLUMNS",
    "COMMAND",
    "DAYS",
    "DURATION",
    "FIELD",
    "FIELD=COLUMN",
    "FIELD=VALUE",
    "FILTER",
    "HANDLE",
    "HEALTH",
    "ID",
    "KEY",
    "LINES",
    "LIST",
    "MM-DD",
    "N",
    "NAME",
    "NUMBER",
    "SCORE",
    "SLUG",
    "STATE",
    "TEXT",
    "TIME",
    "TITLE",
    "TOKEN",
    "UNIT",
    "URL",
    "VALUE",
    "ZONE",
    "mine|theirs|base|VALUE",
];

//! Titles that name a task: something to be done, in English or Norwegian, rather than what it changes.

/// Words with which a task begins, in the forms that people type.
const VERBS: &[&str] = &[
    "build",
    "complete",
    "create",
    "define",
    "deliver",
    "deploy",
    "design",
    "develop",
    "document",
    "establish",
    "finish",
    "hire",
    "hold",
    "implement",
    "install",
    "introduce",
    "launch",
    "migrate",
    "move",
    "organise",
    "organize",
    "plan",
    "prepare",
    "publish",
    "release",
    "roll",
    "send",
    "set",
    "ship",
    "start",
    "upgrade",
    "write", // English
    "arrangere",
    "ansette",
    "bygge",
    "dokumentere",
    "etablere",
    "ferdigstille",
    "flytte",
    "fullføre",
    "gjennomføre",
    "implementere",
    "innføre",
    "installere",
    "lage",
    "lansere",
    "levere",
    "migrere",
    "opprette",
    "oppgradere",
    "planlegge",
    "publisere",
    "rulle",
    "sende",
    "skrive",
    "starte",
    "utarbeide",
    "utvikle", // Norwegian
];

/// Returns the word with which a title names a task, if it does.
pub(super) fn verb(title: &str) -> Option<&'static str> {
    let first = title
        .split(|character: char| !character.is_alphabetic())
        .find(|word| !word.is_empty())?
        .to_lowercase();
    VERBS.iter().copied().find(|verb| *verb == first)
}

#[cfg(test)]
mod tests {
    use super::verb;

    #[test]
    fn a_task_begins_with_what_is_to_be_done() {
        assert_eq!(verb("Launch the new shop"), Some("launch"));
        assert_eq!(verb("  «Ferdigstille» rapporten"), Some("ferdigstille"));
        assert_eq!(verb("New shop launched"), None);
        assert_eq!(verb("p99 latency"), None);
        assert_eq!(verb("Launches per week"), None);
        assert_eq!(verb("中文"), None);
        assert_eq!(verb("…"), None);
    }
}

//! Plan files against what others did meanwhile: what nobody asked for must not happen.

use std::fs;

use super::plans::{planned, rows};
use super::*;

#[test]
fn what_is_missing_is_looked_for_among_the_goals_of_the_team_alone() {
    let machine = planned();
    let team = machine.done(&["team", "show", "platform", "-o", "json"]);
    let team: serde_json::Value = serde_json::from_str(&team).unwrap();
    let id = team["items"][0]["id"].as_str().unwrap();
    let path = machine.path("team.yaml");
    machine.done(&["plan", "pull", "platform", "--to", &path]);
    let text = fs::read_to_string(&path).unwrap();
    let (head, _) = text.split_once("objectives:").unwrap();
    for name in [id, "platform"] {
        let head = head.replace("team: platform", &format!("team: {name}"));
        let path = machine.write("of-a-team.yaml", &format!("{head}objectives: []\n"));
        let archived = machine.done(&["plan", "apply", &path, "--archive-missing", "-n"]);
        assert_eq!(rows(&archived), "archive  objective  fast  archived\n");
    }
    let head = head.replace("team: platform", "team: platfrom");
    let path = machine.write("of-no-team.yaml", &format!("{head}objectives: []\n"));
    let refused = machine.refused(&["plan", "apply", &path, "--archive-missing"], Exit::Error);
    assert!(
        refused.contains("there is no team \"platfrom\"") && refused.contains("\"platform\"?"),
        "{refused}"
    );
    // However many goals would be of it, that is said once.
    let two = format!("{head}objectives:\n  - title: One\n  - title: Two\n");
    let path = machine.write("of-no-team.yaml", &two);
    let refused = machine.refused(&["plan", "apply", &path], Exit::Error);
    assert_eq!(refused.matches("there is no team").count(), 1, "{refused}");
}

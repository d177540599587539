//! Somebody whose commands are cut short, and who was told of some that they are done.

use std::path::Path;
use std::process::{Child, Stdio};

use okr_e2e::{Home, Server};

use crate::programs;

/// Somebody who makes teams, and knows of which it was said that they are made.
pub(super) struct Writer {
    pub(super) home: Home,
    pub(super) made: usize,
    pub(super) acknowledged: Vec<String>,
}

impl Writer {
    /// Clones the organisation of somebody into a new home.
    pub(super) fn new(home: &Path, (server, founder): (&Server, &Home)) -> Self {
        let home = Home::new(&programs(), home).unwrap();
        let code = crate::network::code(founder);
        let clone = ["clone", server.url(), "acme", "--code", &code];
        home.okr(&clone).unwrap();
        Self {
            home,
            made: 0,
            acknowledged: Vec::new(),
        }
    }

    /// Starts a command that makes a team of a new name.
    pub(super) fn start(&mut self) -> (String, Child) {
        self.made += 1;
        let name = format!("team-{}", self.made);
        let mut command = self.home.command(&["team", "add", &name]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        (name, command.spawn().unwrap())
    }

    pub(super) fn add(&mut self) {
        let (name, mut child) = self.start();
        assert!(child.wait().unwrap().success(), "{name} is made");
        self.acknowledged.push(name);
    }

    /// Returns the names of the teams that are here.
    pub(super) fn teams(&self) -> Vec<String> {
        let answer = self.home.json(&["team", "list"]).unwrap();
        let teams = answer["items"].as_array().unwrap().iter();
        teams
            .map(|team| team["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Demands that everything is there that was acknowledged, and nothing twice.
    pub(super) fn judge(&self) {
        let teams = self.teams();
        for name in &self.acknowledged {
            let found = teams.iter().filter(|team| *team == name).count();
            assert_eq!(found, 1, "{name} of {teams:?}");
        }
    }
}

//! What the player knows and how keys change it. Pure: no terminal, no clock, no replica; what only
//! those can do is asked for as a [`Wish`].

use std::time::Duration;

use okr_core::Timestamp;
use okr_replica::Landmark;

use crate::wording::counted;

/// The speeds, slowest first: what they are called, and how long a frame stands, in milliseconds.
const SPEEDS: [(&str, u64); 7] = [
    ("0.25", 4_000),
    ("0.5", 2_000),
    ("1", 1_000),
    ("2", 500),
    ("4", 250),
    ("8", 125),
    ("16", 62),
];
/// The place of the usual speed among them.
const USUAL_SPEED: usize = 2;

/// The most characters of a moment that somebody types.
const QUESTION_LENGTH_MAX: usize = 60;

/// A frame on the time line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// When it is.
    pub(super) at: Timestamp,
    /// What it did to the rules of the game.
    pub(super) landmark: Option<Landmark>,
}

/// The frames that are played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Film {
    /// At least one, the oldest first.
    pub(super) marks: Vec<Mark>,
}

/// A key that somebody pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Char(char),
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
    Enter,
    Backspace,
    Escape,
    /// Ctrl-C.
    Interrupt,
}

/// What only the driver can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Nothing; show what changed.
    Nothing,
    /// End the player.
    Quit,
    /// End the player as Ctrl-C ends every command.
    Interrupt,
    /// Find the frame of a moment that was typed.
    Find(String),
    /// Play the goals of one team only; none: of everybody.
    Cut(Option<usize>),
}

/// What the keys mean at present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// They steer the film.
    Watching,
    /// They close the help.
    Help,
    /// They make up a moment to go to.
    Asking(String),
}

/// Something said in the last line until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) text: String,
    /// Whether something went wrong.
    pub(super) is_bad: bool,
}

/// How a list was last seen: the screen knows how much of it there is room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// The first line that was shown.
    pub(super) top: usize,
    /// The last line that can be the first.
    pub(super) last_top: usize,
    /// How many lines there was room for.
    pub(super) height: usize,
}

/// Everything that the screen depends on, but for what a frame shows.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) film: Film,
    /// The frame that is shown, from 0.
    pub(super) frame: usize,
    pub(super) is_playing: bool,
    speed: usize,
    pub(super) mode: Mode,
    pub(super) message: Option<Message>,
    /// The teams whose goals can be played alone.
    pub(super) teams: Vec<String>,
    /// The one whose goals are.
    pub(super) team: Option<usize>,
    /// The first line of the goals, when somebody scrolled.
    pub(super) goals_top: Option<usize>,
    /// The first line of the changes.
    pub(super) changes_top: usize,
    /// How both lists were last seen.
    pub(super) seen: (Extent, Extent),
}

impl Model {
    pub(super) fn new(film: Film, teams: Vec<String>, speed: Option<&str>) -> Self {
        let place = |name| SPEEDS.iter().position(|(known, _)| *known == name);
        Self {
            film,
            frame: 0,
            is_playing: false,
            speed: speed.and_then(place).unwrap_or(USUAL_SPEED),
            mode: Mode::Watching,
            message: None,
            teams,
            team: None,
            goals_top: None,
            changes_top: 0,
            seen: (Extent::default(), Extent::default()),
        }
    }

    /// Returns how many frames a second are played.
    pub(super) const fn speed(&self) -> &'static str {
        SPEEDS[self.speed].0
    }

    /// Returns for how long the frame stands; none while the film does.
    pub(super) const fn pace(&self) -> Option<Duration> {
        if self.is_playing {
            Some(Duration::from_millis(SPEEDS[self.speed].1))
        } else {
            None
        }
    }

    /// Returns the mark of the frame that is shown.
    pub(super) fn mark(&self) -> Mark {
        self.film.marks[self.frame]
    }

    const fn last(&self) -> usize {
        self.film.marks.len() - 1
    }

    /// Lets the frame that stands be followed by the next one.
    pub(super) fn tick(&mut self) {
        if !self.is_playing {
            return;
        }
        if self.frame < self.last() {
            self.show(self.frame + 1);
        }
        if self.frame == self.last() {
            self.is_playing = false;
            self.say("the end: space plays it again");
        }
    }

    /// Does what a key means.
    pub(super) fn key(&mut self, key: Key) -> Wish {
        self.message = None;
        if key == Key::Interrupt {
            return Wish::Interrupt;
        }
        match &mut self.mode {
            Mode::Watching => self.steer(key),
            Mode::Help => {
                self.mode = Mode::Watching;
                Wish::Nothing
            }
            Mode::Asking(text) => {
                match key {
                    Key::Char(character) if text.chars().count() < QUESTION_LENGTH_MAX => {
                        text.push(character);
                    }
                    Key::Backspace if !text.is_empty() => drop(text.pop()),
                    Key::Escape | Key::Backspace => self.mode = Mode::Watching,
                    Key::Enter => {
                        let text = std::mem::take(text);
                        self.mode = Mode::Watching;
                        if !text.trim().is_empty() {
                            return Wish::Find(text);
                        }
                    }
                    Key::Char(_)
                    | Key::Left
                    | Key::Right
                    | Key::Up
                    | Key::Down
                    | Key::Home
                    | Key::End
                    | Key::PageUp
                    | Key::PageDown
                    | Key::Interrupt => {}
                }
                Wish::Nothing
            }
        }
    }

    fn steer(&mut self, key: Key) -> Wish {
        match key {
            Key::Char('q') | Key::Escape => return Wish::Quit,
            Key::Char(' ') => self.play_or_pause(),
            Key::Right | Key::Char('l') => self.step(self.frame.saturating_add(1)),
            Key::Left | Key::Char('h') => match self.frame.checked_sub(1) {
                Some(earlier) => self.step(earlier),
                None => self.say("this is the first frame"),
            },
            Key::Home => self.step(0),
            Key::End => self.step(self.last()),
            Key::Char('n' | 'a') => self.next_amendment(),
            Key::Char('p') => self.amendment_before(),
            Key::Char('g') => {
                self.is_playing = false;
                self.mode = Mode::Asking(String::new());
            }
            Key::Char('+' | '=') => self.set_speed(self.speed + 1),
            Key::Char('-' | '_') => self.set_speed(self.speed.saturating_sub(1)),
            Key::Char('t') => return self.next_team(),
            Key::Char('T') => return self.team_before(),
            Key::Down | Key::Char('j') => self.scroll_goals(self.seen.0.top.saturating_add(1)),
            Key::Up | Key::Char('k') => self.scroll_goals(self.seen.0.top.saturating_sub(1)),
            Key::PageDown => {
                let Extent { top, height, .. } = self.seen.1;
                self.scroll_changes(top + height.max(1));
            }
            Key::PageUp => {
                let Extent { top, height, .. } = self.seen.1;
                self.scroll_changes(top.saturating_sub(height.max(1)));
            }
            Key::Char('?') => {
                self.is_playing = false;
                self.mode = Mode::Help;
            }
            Key::Char(_) => self.say("no such key: ? shows them"),
            Key::Enter | Key::Backspace | Key::Interrupt => {}
        }
        Wish::Nothing
    }

    fn play_or_pause(&mut self) {
        self.is_playing = !self.is_playing;
        if self.is_playing && self.frame == self.last() {
            if self.last() == 0 {
                self.is_playing = false;
                self.say("there is one frame only");
            } else {
                self.show(0);
            }
        }
    }

    /// Goes to a frame because somebody asked for it, which ends playing.
    fn step(&mut self, frame: usize) {
        self.is_playing = false;
        if frame > self.last() {
            self.say("this is the last frame");
        } else {
            self.show(frame);
        }
    }

    fn show(&mut self, frame: usize) {
        if frame != self.frame {
            self.goals_top = None;
            self.changes_top = 0;
        }
        self.frame = frame;
    }

    fn is_amendment(&self, frame: usize) -> bool {
        self.film.marks[frame].landmark == Some(Landmark::Amended)
    }

    fn next_amendment(&mut self) {
        let mut later = self.frame + 1..self.film.marks.len();
        match later.find(|frame| self.is_amendment(*frame)) {
            Some(frame) => self.step(frame),
            None => self.say("no amendment after this frame"),
        }
    }

    fn amendment_before(&mut self) {
        let mut earlier = (0..self.frame).rev();
        match earlier.find(|frame| self.is_amendment(*frame)) {
            Some(frame) => self.step(frame),
            None => self.say("no amendment before this frame"),
        }
    }

    fn set_speed(&mut self, speed: usize) {
        self.speed = speed.min(SPEEDS.len() - 1);
        let text = format!("{} frames a second", self.speed());
        self.say(&text);
    }

    fn next_team(&mut self) -> Wish {
        if self.teams.is_empty() {
            self.say("these goals are of one team");
            return Wish::Nothing;
        }
        let next = self.team.map_or(0, |team| team + 1);
        Wish::Cut((next < self.teams.len()).then_some(next))
    }

    fn team_before(&mut self) -> Wish {
        if self.teams.is_empty() {
            return self.next_team();
        }
        Wish::Cut(match self.team {
            None => Some(self.teams.len() - 1),
            Some(team) => team.checked_sub(1),
        })
    }

    /// Plays other frames: those of a team, or all again. The moment stays, as far as it can.
    pub(super) fn cut(&mut self, team: Option<usize>, film: Film) {
        let name = team.and_then(|team| self.teams.get(team));
        let name = name.map_or_else(|| "all teams".to_owned(), |name| format!("team {name}"));
        if film.marks.is_empty() {
            self.say(&format!("nothing changed for {name}"));
            return;
        }
        let at = self.mark().at;
        let reached = film.marks.partition_point(|mark| mark.at <= at);
        let count = film.marks.len();
        self.film = film;
        self.team = team;
        self.show(reached.saturating_sub(1));
        self.say(&format!("{name}: {}", counted(count, "frame")));
    }

    /// Goes to the frame of a moment that was typed; none: it is before the first one.
    pub(super) fn found(&mut self, frame: Option<usize>, moment: &str) {
        self.step(frame.unwrap_or(0).min(self.last()));
        match frame {
            Some(_) => self.say(&format!("at {moment}")),
            None => self.say(&format!("{moment} is before the first frame")),
        }
    }

    /// Says that something cannot be done.
    pub(super) fn refuse(&mut self, text: String) {
        self.message = Some(Message { text, is_bad: true });
    }

    fn say(&mut self, text: &str) {
        self.message = Some(Message {
            text: text.to_owned(),
            is_bad: false,
        });
    }

    fn scroll_goals(&mut self, top: usize) {
        self.goals_top = Some(top.min(self.seen.0.last_top));
    }

    fn scroll_changes(&mut self, top: usize) {
        self.changes_top = top.min(self.seen.1.last_top);
    }
}

#[cfg(test)]
mod tests;

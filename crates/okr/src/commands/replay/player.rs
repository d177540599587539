//! The player: history as a film on the whole terminal. This file drives; what keys do stands in
//! `model`, what is seen in `view`.

mod model;
mod picture;
mod view;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use okr_core::id::{EntityId, TeamId};
use okr_replica::{CycleStanding, Replica};
use ratatui_crossterm::crossterm::event::KeyCode;

use super::reel::{Reel, Scope};
use super::scene::{Depth, Scene, standing, standing_before};
use crate::commands::past::Past;
use crate::context::{AtInfo, Context, axis_word, moment_named};
use crate::error::CliError;
use crate::exit::Exit;
use crate::render::{Screen, short_day};
use crate::ui::{FullScreen, Input};
use model::{Film, Key, Mark, Model, Wish};
use picture::Picture;
use view::Caption;

/// The longest time for which nothing but keys is looked at.
const PATIENCE: Duration = Duration::from_millis(200);
/// The most changes of a frame that are read.
const CHANGES_MAX: usize = 300;

/// Plays a film until somebody ends it.
///
/// # Errors
/// When the terminal cannot be drawn on, or the replica cannot be read.
pub(super) fn run(
    context: &mut Context,
    (replica, at): (&Replica, &AtInfo),
    reel: &Reel,
    speed: Option<&str>,
) -> Result<Exit, CliError> {
    let mut desk = Desk::open(context, (replica, at), reel)?;
    let mut model = Model::new(film(reel), desk.team_names(), speed);
    let first = desk.picture(context, 0)?;
    let mut screen = context.ui.full_screen()?;
    let ended = desk.play(context, &mut screen, (&mut model, first));
    drop(screen);
    context.ui.end_full_screen();
    ended
}

/// Returns what the time line shows of the frames.
fn film(reel: &Reel) -> Film {
    let mark = |frame| Mark {
        at: reel.at(frame),
        landmark: reel.landmark(frame),
    };
    Film {
        marks: (0..reel.len()).map(mark).collect(),
    }
}

/// Reads frames for the player. Between two of them nothing of the replica is held.
struct Desk<'r> {
    replica: &'r Replica,
    at: AtInfo,
    /// Everything that can be played, and what is.
    whole: Reel,
    reel: Reel,
    teams: Vec<(TeamId, String)>,
    caption: Caption,
    screen: Screen,
    /// How goals stood in the frame that was read last.
    known: Option<(usize, Option<CycleStanding>)>,
}

impl<'r> Desk<'r> {
    fn open(
        context: &Context,
        (replica, at): (&'r Replica, &AtInfo),
        reel: &Reel,
    ) -> Result<Self, CliError> {
        let mut past = Past::again(context, replica, at)?;
        past.learn([reel.scope.about])?;
        let about = reel.scope.about;
        let (label, title) = (past.names.label(about), past.names.title(about));
        let title = if label == title {
            label
        } else {
            format!("{label}  {title}")
        };
        let given = context.globals.ui.width.is_some();
        let caption = Caption {
            title,
            axis: axis_word(reel.cut.axis),
            ends: ends(reel, &past),
        };
        Ok(Self {
            replica,
            at: at.clone(),
            teams: teams(&mut past, reel)?,
            whole: reel.clone(),
            reel: reel.clone(),
            caption,
            screen: Screen {
                // The terminal may grow while the player is open.
                width: if given {
                    context.ui.screen().width
                } else {
                    usize::MAX
                },
                ..*context.ui.screen()
            },
            known: None,
        })
    }

    fn team_names(&self) -> Vec<String> {
        self.teams.iter().map(|(_, name)| name.clone()).collect()
    }

    /// Reads what a frame shows.
    fn picture(&mut self, context: &Context, frame: usize) -> Result<Picture, CliError> {
        let mut past = Past::again(context, self.replica, &self.at)?;
        let earlier = match self.known.take() {
            Some((known, standing)) if known + 1 == frame => standing,
            Some(_) | None => standing_before(&self.reel, frame, &mut past)?,
        };
        let depth = Depth {
            changes: CHANGES_MAX,
            for_people: true,
        };
        let given = (earlier.as_ref(), depth);
        let scene = Scene::read(&self.reel, frame, (context, &mut past), given)?;
        let picture = Picture::of(&scene, (&self.reel, frame), &past, &self.screen);
        self.known = Some((frame, scene.standing));
        Ok(picture)
    }

    fn play(
        &mut self,
        context: &mut Context,
        screen: &mut FullScreen,
        (model, first): (&mut Model, Picture),
    ) -> Result<Exit, CliError> {
        let mut shown = (0, model.team);
        let mut picture = first;
        let mut since = Instant::now();
        let mut is_stale = true;
        loop {
            if shown != (model.frame, model.team) {
                picture = self.picture(context, model.frame)?;
                shown = (model.frame, model.team);
                since = Instant::now();
            }
            if std::mem::take(&mut is_stale) {
                let look = &self.screen;
                let caption = &self.caption;
                let drawn = screen.draw(|buffer| {
                    model.seen = view::draw(buffer, (&*model, caption, &picture), look);
                });
                drawn.map_err(|error| lost(&error))?;
            }
            let due = model
                .pace()
                .map(|pace| pace.saturating_sub(since.elapsed()));
            let patience = due.map_or(PATIENCE, |due| due.min(PATIENCE));
            match FullScreen::wait(patience).map_err(|error| lost(&error))? {
                None if due.is_some_and(|due| due.is_zero()) => model.tick(),
                None => continue,
                Some(Input::End | Input::Interrupt) => return Ok(Exit::Interrupted),
                Some(Input::Redraw) => {}
                Some(Input::Key(code)) => {
                    let Some(key) = key(code) else {
                        continue;
                    };
                    let was_playing = model.is_playing;
                    match model.key(key) {
                        Wish::Nothing => {}
                        Wish::Quit => return Ok(Exit::Ok),
                        Wish::Interrupt => return Ok(Exit::Interrupted),
                        Wish::Find(text) => self.find(context, model, &text)?,
                        Wish::Cut(team) => self.cut(context, model, team)?,
                    }
                    if model.is_playing && !was_playing {
                        since = Instant::now();
                    }
                }
            }
            is_stale = true;
        }
    }

    /// Goes to the moment that somebody typed; what cannot be understood is said on the screen.
    fn find(&self, context: &mut Context, model: &mut Model, text: &str) -> Result<(), CliError> {
        context.refresh_now();
        match moment_named(context, self.replica, (text, self.reel.cut.axis)) {
            Ok(at) => {
                let words = at.words.unwrap_or_default();
                model.found(self.reel.frame_at(at.moment.point), &words);
                Ok(())
            }
            Err(error) if matches!(error.exit(), Exit::Usage | Exit::NotFound) => {
                model.refuse(format!("{}: okr help dates", error.message()));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Plays the goals of one team only, or all again.
    fn cut(
        &mut self,
        context: &Context,
        model: &mut Model,
        team: Option<usize>,
    ) -> Result<(), CliError> {
        let past = Past::again(context, self.replica, &self.at)?;
        let reel = match team.and_then(|team| self.teams.get(team)) {
            None => self.whole.clone(),
            Some((team, _)) => {
                let scope = Scope {
                    about: (*team).into(),
                    cycle: cycle_of(self.whole.scope),
                };
                Reel::read(&past, scope, self.whole.cut)?
            }
        };
        model.cut(team, film(&reel));
        if !reel.is_empty() {
            self.caption.ends = ends(&reel, &past);
            self.reel = reel;
            self.known = None;
        }
        Ok(())
    }
}

const fn cycle_of(scope: Scope) -> Option<okr_core::id::CycleId> {
    match scope.about {
        EntityId::Cycle(cycle) => Some(cycle),
        EntityId::Org(_)
        | EntityId::Person(_)
        | EntityId::Team(_)
        | EntityId::Objective(_)
        | EntityId::KeyResult(_)
        | EntityId::CheckIn(_)
        | EntityId::Comment(_)
        | EntityId::Initiative(_)
        | EntityId::Metric(_)
        | EntityId::MetricValue(_) => scope.cycle,
    }
}

/// Returns the dates of the first and the last frame.
fn ends(reel: &Reel, past: &Past<'_>) -> (String, String) {
    let clock = &past.at.clock;
    let day = |frame| {
        let day = clock.zone.to_datetime(reel.at(frame)).date();
        short_day(day, clock).trim_start().to_owned()
    };
    (day(0), day(reel.len().saturating_sub(1)))
}

/// Returns the teams that have goals at the end of the film, by name, when there are several.
fn teams(past: &mut Past<'_>, reel: &Reel) -> Result<Vec<(TeamId, String)>, CliError> {
    let moment = reel
        .len()
        .checked_sub(1)
        .and_then(|last| reel.moment_after(last));
    let last = match moment {
        Some(moment) => standing(past, reel.scope, moment)?,
        None => None,
    };
    let owners = last.iter().flat_map(|standing| &standing.objectives);
    let owners: BTreeSet<Option<TeamId>> = owners.map(|one| one.objective.team).collect();
    if owners.len() < 2 {
        return Ok(Vec::new());
    }
    let owners = owners.into_iter().flatten();
    let mut teams: Vec<(TeamId, String)> = owners
        .map(|team| (team, past.names.label(team.into())))
        .collect();
    teams.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(teams)
}

fn key(code: KeyCode) -> Option<Key> {
    Some(match code {
        KeyCode::Char(character) => Key::Char(character),
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Enter => Key::Enter,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Esc => Key::Escape,
        _ => return None,
    })
}

fn lost(error: &std::io::Error) -> CliError {
    CliError::config("terminal-lost", "the terminal can no longer be used").caused_by(error)
}

//! The whole terminal as a screen that is drawn over and over. However the program ends, the terminal
//! is as it was before: at a return, an error, a panic, and a signal.

use std::io::{self, Stdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use ratatui_core::buffer::Buffer;
use ratatui_core::terminal::Terminal;
use ratatui_crossterm::CrosstermBackend;
use ratatui_crossterm::crossterm::cursor::{Hide, Show};
use ratatui_crossterm::crossterm::event::{
    self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers,
};
use ratatui_crossterm::crossterm::execute;
use ratatui_crossterm::crossterm::style::force_color_output;
use ratatui_crossterm::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

use crate::exit::Exit;

/// Whether the terminal is taken at present.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);
/// Whether somebody wants the process to end.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// How long a signal waits for the screen to end by itself.
const GRACE: Duration = Duration::from_secs(1);

/// The terminal, taken for as long as this exists.
pub(crate) struct FullScreen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

/// What happened to the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A key was pressed, alone or with shift.
    Key(KeyCode),
    /// Ctrl-C was pressed.
    Interrupt,
    /// The window has another size, or something else calls for drawing it again.
    Redraw,
    /// The process is asked to end.
    End,
}

impl FullScreen {
    pub(super) fn open() -> io::Result<Self> {
        wait_for_signals()?;
        // Whoever draws knows by flags and environment whether there is colour; it is not for the
        // library to look at the environment once more.
        force_color_output(true);
        IS_TAKEN.store(true, Ordering::SeqCst);
        let opened = enable_raw_mode()
            .and_then(|()| execute!(io::stdout(), EnterAlternateScreen, Hide))
            .and_then(|()| Terminal::new(CrosstermBackend::new(io::stdout())));
        match opened {
            Ok(terminal) => Ok(Self { terminal }),
            Err(error) => {
                leave();
                Err(error)
            }
        }
    }

    /// Draws the screen; only what differs from before is sent.
    pub(crate) fn draw(&mut self, draw: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        self.terminal.draw(|frame| draw(frame.buffer_mut()))?;
        Ok(())
    }

    /// Waits for something to happen to the terminal; none when nothing did for so long.
    pub(crate) fn wait(patience: Duration) -> io::Result<Option<Input>> {
        if IS_ENDING.load(Ordering::SeqCst) {
            return Ok(Some(Input::End));
        }
        if !event::poll(patience)? {
            return Ok(None);
        }
        Ok(match event::read()? {
            Event::Key(key) => input(key),
            Event::Resize(..) | Event::FocusGained => Some(Input::Redraw),
            Event::FocusLost | Event::Mouse(_) | Event::Paste(_) => None,
        })
    }
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        leave();
    }
}

fn input(key: KeyEvent) -> Option<Input> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return (key.code == KeyCode::Char('c')).then_some(Input::Interrupt);
    }
    if key.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    Some(Input::Key(key.code))
}

/// Gives the terminal back, if it is taken.
pub(crate) fn leave() {
    if IS_TAKEN.swap(false, Ordering::SeqCst) {
        // A terminal that is gone needs nothing back.
        execute!(io::stdout(), Show, LeaveAlternateScreen).ok();
        disable_raw_mode().ok();
    }
}

/// Ends the screen at a signal that asks the process to end, and the process, when the screen does
/// not notice: its terminal may be gone.
fn wait_for_signals() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let signals = {
        let _context = runtime.enter();
        Signals::listen()?
    };
    thread::spawn(move || {
        runtime.block_on(signals.come());
        IS_ENDING.store(true, Ordering::SeqCst);
        thread::sleep(GRACE);
        leave();
        std::process::exit(i32::from(Exit::Interrupted.code()));
    });
    Ok(())
}

#[cfg(unix)]
struct Signals([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([
            signal(SignalKind::terminate())?,
            signal(SignalKind::hangup())?,
            signal(SignalKind::interrupt())?,
        ]))
    }

    async fn come(self) {
        let [mut terminate, mut hang_up, mut interrupt] = self.0;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn come(self) {
        tokio::signal::ctrl_c().await.ok();
    }
}

//! The player of `okr replay` in a real terminal: keys, sizes, and a terminal that is as it was before,
//! however the player ends. Needs tmux, and says so where there is none.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use okr_e2e::Home;
use rustix::process::{Pid, Signal, kill_process};

use crate::programs;

/// How long something may take to appear on the screen.
const PATIENCE: Duration = Duration::from_mins(1);

/// Somebody with the history of Chrome's target.
fn imported(directory: &Path) -> Home {
    let home = Home::new(&programs(), &directory.join("ana")).unwrap();
    let home = home
        .with("OKR_NOW", "2026-11-23T18:00:00Z")
        .with("TERM", "xterm-256color");
    home.okr(&["init", "acme", "--handle", "ana"]).unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/okr/examples/chrome.yaml");
    home.okr(&["import", &example.display().to_string()])
        .unwrap();
    home
}

fn has_tmux() -> bool {
    let is_there = Command::new("tmux").arg("-V").output().is_ok();
    if !is_there {
        // Not by a macro: the test harness would keep the line to itself.
        let line = "skipped: tmux is not installed, so the player was not tried in a terminal\n";
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    is_there
}

/// A terminal in which `okr` runs.
struct Stage {
    socket: PathBuf,
    pid_file: PathBuf,
}

impl Stage {
    fn open(home: &Home, directory: &Path, size: (u16, u16), arguments: &[&str]) -> Self {
        let stage = Self {
            socket: directory.join("tmux"),
            pid_file: directory.join("pid"),
        };
        let command = home.command(arguments);
        let quoted =
            |text: &std::ffi::OsStr| format!("'{}'", text.to_string_lossy().replace('\'', "'\\''"));
        let variables = command.get_envs().filter_map(|(name, value)| {
            Some(format!("{}={}", name.to_string_lossy(), quoted(value?)))
        });
        let variables: Vec<String> = variables.collect();
        let words: Vec<String> = std::iter::once(command.get_program())
            .chain(command.get_args())
            .map(quoted)
            .collect();
        let pid_file = quoted(stage.pid_file.as_os_str());
        let inner = directory.join("inner.sh");
        let line = format!(
            "echo $$ > {pid_file}\nexec env -i {} {}\n",
            variables.join(" "),
            words.join(" ")
        );
        fs::write(&inner, line).unwrap();
        let outer = directory.join("outer.sh");
        let inner = quoted(inner.as_os_str());
        // What the terminal says of itself afterwards: lines are read and letters are shown.
        let line = format!(
            "echo before\nsh {inner}\necho \"ended with $?\"\n\
             stty -a | tr ' ;' '\\n\\n' | grep -x -e '-*icanon' -e '-*echo'\n\
             echo \"that is all\"\nexec cat\n"
        );
        fs::write(&outer, line).unwrap();
        let (columns, rows) = (size.0.to_string(), size.1.to_string());
        let script = format!("sh {}", quoted(outer.as_os_str()));
        let session = ["new-session", "-d", "-x", &columns, "-y", &rows, &script];
        let output = stage.tmux(&session);
        assert!(output.status.success(), "{output:?}");
        stage
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        Command::new("tmux")
            .arg("-u")
            .args(["-f", "/dev/null", "-S"])
            .arg(&self.socket)
            .args(arguments)
            .env("LC_ALL", "C.UTF-8")
            .env_remove("TMUX")
            .output()
            .unwrap()
    }

    fn screen(&self) -> String {
        let output = self.tmux(&["capture-pane", "-p"]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Presses keys, by the names that tmux has for them.
    fn press(&self, keys: &[&str]) {
        let mut arguments = vec!["send-keys"];
        arguments.extend(keys);
        assert!(self.tmux(&arguments).status.success());
    }

    fn resize(&self, (columns, rows): (u16, u16)) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let output = self.tmux(&["resize-window", "-x", &columns, "-y", &rows]);
        assert!(output.status.success(), "{output:?}");
    }

    /// Waits until a text is on the screen, and returns the screen.
    fn shows(&self, text: &str) -> String {
        let start = Instant::now();
        loop {
            let screen = self.screen();
            if screen.contains(text) {
                return screen;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "\"{text}\" does not come:\n{screen}"
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = fs::read_to_string(&self.pid_file).unwrap();
        let pid = Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits until the player is gone, and demands the terminal that was there before.
    fn ended(&self, code: i32) {
        self.shows(&format!("ended with {code}"));
        self.shows("that is all");
        // A window that became smaller has pushed lines out of sight.
        let all = self.tmux(&["capture-pane", "-p", "-S", "-"]);
        let screen = String::from_utf8_lossy(&all.stdout).into_owned();
        let lines: Vec<&str> = screen.lines().map(str::trim_end).collect();
        assert!(lines.contains(&"before"), "{screen}");
        assert!(lines.contains(&"icanon"), "{screen}");
        assert!(lines.contains(&"echo"), "{screen}");
        assert!(!screen.contains("What changed"), "{screen}");
        let cursor = self.tmux(&["display-message", "-p", "#{cursor_flag} #{alternate_on}"]);
        assert_eq!(String::from_utf8_lossy(&cursor.stdout).trim(), "1 0");
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

#[test]
fn a_film_is_played_by_keys() {
    if !has_tmux() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let home = imported(directory.path());
    let stage = Stage::open(
        &home,
        directory.path(),
        (80, 24),
        &["replay", "active-users", "--speed", "16"],
    );
    let first = stage.shows("1 of ");
    assert!(
        first.contains("active-users") && first.contains("? keys"),
        "{first}"
    );
    stage.press(&["l"]);
    stage.shows("2 of ");
    stage.press(&["Left"]);
    stage.shows("1 of ");
    // To each of the moves of the target.
    stage.press(&["n"]);
    let moved = stage.shows("20 → 50 million users");
    assert!(moved.contains("amendment: other"), "{moved}");
    assert!(moved.contains("sundar, imported by ana"), "{moved}");
    stage.press(&["n"]);
    stage.shows("50 → 100 million users");
    stage.press(&["n"]);
    stage.shows("no amendment after this frame");
    stage.press(&["p"]);
    stage.shows("20 → 50 million users");
    stage.press(&["g", "n", "e", "v", "e", "r", "Enter"]);
    stage.shows("\"never\"");
    stage.press(&["g", "2", "0", "0", "8", "-", "0", "6", "Enter"]);
    stage.shows("at Mon 2008-06-30 24:00");
    stage.press(&["?"]);
    stage.shows("any key closes this");
    stage.press(&["x"]);
    stage.press(&["Home", "Space"]);
    stage.shows("the end");
    stage.press(&["q"]);
    stage.ended(0);
}

#[test]
fn the_window_may_change_its_size() {
    if !has_tmux() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let home = imported(directory.path()).with("NO_COLOR", "1");
    let arguments = ["replay", "active-users", "--ascii"];
    let stage = Stage::open(&home, directory.path(), (80, 24), &arguments);
    let wide = stage.shows("1 of ");
    assert!(wide.is_ascii(), "{wide}");
    let styled = stage.tmux(&["capture-pane", "-p", "-e"]);
    let styled = String::from_utf8_lossy(&styled.stdout).into_owned();
    assert!(!styled.contains("\u{1b}[3"), "{styled:?}");
    stage.resize((50, 12));
    stage.shows("needs 60 columns");
    stage.resize((60, 20));
    let narrow = stage.shows("-- What changed");
    assert!(narrow.contains("1 of "), "{narrow}");
    stage.press(&["C-c"]);
    stage.ended(130);
}

#[test]
fn a_signal_ends_the_player_and_gives_the_terminal_back() {
    if !has_tmux() {
        return;
    }
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let directory = tempfile::tempdir().unwrap();
        let home = imported(directory.path());
        let stage = Stage::open(
            &home,
            directory.path(),
            (80, 24),
            &["replay", "active-users"],
        );
        stage.shows("What changed");
        stage.signal(signal);
        stage.ended(130);
    }
}

#[test]
fn without_somebody_who_watches_the_frames_are_printed() {
    if !has_tmux() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let home = imported(directory.path());
    let arguments = ["replay", "active-users", "--plain"];
    let stage = Stage::open(&home, directory.path(), (80, 50), &arguments);
    let screen = stage.shows("ended with 0");
    assert!(screen.contains("50 → 100 million users"), "{screen}");
    let dumb = home.with("TERM", "dumb");
    let other = directory.path().join("dumb");
    fs::create_dir(&other).unwrap();
    let stage = Stage::open(&dumb, &other, (80, 50), &["replay", "active-users"]);
    stage.shows("ended with 0");
}

#[test]
fn frames_are_written_and_a_run_that_was_cut_off_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let home = imported(directory.path());
    let film = directory.path().join("film");
    let write = |more: &[&str]| {
        let mut arguments = vec!["replay", "active-users", "--frames", film.to_str().unwrap()];
        arguments.extend(more);
        home.run(&arguments).unwrap()
    };
    let run = write(&[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("frames written to"), "{}", run.stderr);
    let index = fs::read_to_string(film.join("index.txt")).unwrap();
    assert!(
        index.starts_with("# okr replay frames: complete, "),
        "{index}"
    );
    let count = index.lines().count() - 2;
    let plain = home.okr(&["replay", "active-users"]).unwrap();
    assert!(plain.contains(&format!("1 of {count} ")), "{plain}");
    let last = fs::read_to_string(film.join(format!("{count:04}.txt"))).unwrap();
    assert!(last.contains(&format!("{count} of {count} ")), "{last}");
    assert_eq!(index.matches("\tamendment\t").count(), 2, "{index}");

    // A run before this one may have had more frames, and may have been cut off.
    fs::write(film.join("9999.txt"), "old").unwrap();
    let cut_off = "# okr replay frames: being written; without a running okr, cut off\n";
    fs::write(film.join("index.txt"), cut_off).unwrap();
    let again = write(&["--frames-as", "svg", "-o", "json"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    let answer: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(answer["items"].as_array().unwrap().len(), count);
    assert!(!film.join("9999.txt").exists() && !film.join("0001.txt").exists());
    let picture = fs::read_to_string(film.join("0001.svg")).unwrap();
    assert!(picture.starts_with("<svg ") && picture.trim_end().ends_with("</svg>"));

    // Somebody else's files are left alone, unless somebody says yes.
    fs::remove_file(film.join("index.txt")).unwrap();
    let refused = write(&[]);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("is not empty"),
        "{}",
        refused.stderr
    );
    assert!(!film.join("0001.txt").exists());
    assert_eq!(write(&["--yes"]).code, Some(0));
    assert!(film.join("0001.txt").exists() && film.join("0001.svg").exists());
}

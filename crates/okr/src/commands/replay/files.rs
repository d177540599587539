//! `okr replay --frames DIR`: each frame in a file of its own, and an index.
//!
//! The index is written first, as that of a run that is under way, and exchanged at the end: so a
//! directory tells whether this program made it, and whether the run that did was cut off.

mod svg;

use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use okr_replica::Landmark;

use super::reel::Reel;
use super::scene::{Depth, Scene, standing_before};
use super::screen::{self, Title};
use crate::args::FrameKind;
use crate::commands::counted;
use crate::commands::past::Past;
use crate::context::{Context, axis_word};
use crate::error::CliError;
use crate::output::FrameFileItem;
use crate::render::{Screen, iso};
use crate::ui::OutputFormat;

/// The name of the index.
const INDEX: &str = "index.txt";
/// What the first line of every index begins with.
const SIGNATURE: &str = "# okr replay frames";
/// The width of a frame unless `--width` says otherwise, in columns.
const WIDTH: usize = 100;
/// The fewest digits in the name of a frame.
const DIGITS_MIN: usize = 4;

/// Writes all frames.
///
/// # Errors
/// When the directory holds something else and nobody says yes, or something cannot be written.
pub(super) fn write(
    context: &mut Context,
    past: &mut Past<'_>,
    reel: &Reel,
    (directory, kind): (&Path, FrameKind),
) -> Result<(), CliError> {
    let mut album = Album::open(context, directory, kind)?;
    let width = context.globals.ui.width.map_or(WIDTH, usize::from);
    let screen = Screen {
        width,
        terminal: true,
        color: kind == FrameKind::Svg,
        ..*context.ui.screen()
    };
    let depth = Depth {
        changes: usize::MAX,
        for_people: true,
    };
    let of = reel.len();
    let mut items = Vec::new();
    let mut earlier = standing_before(reel, 0, past)?;
    for index in 0..of {
        let given = (earlier.as_ref(), depth);
        let scene = Scene::read(reel, index, (context, past), given)?;
        let title = Title {
            number: index + 1,
            of,
            when: reel.when(index),
        };
        let text = screen::render(&scene, &title, past, &screen);
        let at = iso(reel.at(index), &past.at.clock.zone);
        let file = album.add(&text, &title)?;
        let changes = reel.shots(index).len();
        let about = [
            reel.landmark(index).map_or("", word).to_owned(),
            said(&scene, past),
        ];
        album.list(&[&file, &at, &changes.to_string(), &about[0], &about[1]]);
        items.push(FrameFileItem {
            frame: title.number,
            of,
            at,
            file: album.directory.join(&file).display().to_string(),
            changes,
        });
        earlier = scene.standing;
    }
    album.close(of)?;
    let mut frame = past.frame(context)?;
    frame.axis = axis_word(reel.cut.axis);
    if context.ui.output() != OutputFormat::Table {
        context.ui.answer(&frame, &items, |_| String::new());
    }
    let frames = counted(of, "frame");
    let directory = directory.display();
    context.ui.note(&format!(
        "{frames} written to {directory}; {INDEX} lists them"
    ));
    Ok(())
}

/// Returns the word that the index has for a landmark.
const fn word(landmark: Landmark) -> &'static str {
    match landmark {
        Landmark::Opened => "opened",
        Landmark::Closed => "closed",
        Landmark::Amended => "amendment",
    }
}

/// Says what the first change of a frame says, on one line.
fn said(scene: &Scene, past: &Past<'_>) -> String {
    let told = crate::commands::log::told_all(
        scene.entries.get(..1).unwrap_or_default(),
        &scene.before,
        past,
        &Screen::piped(),
    );
    let said = told.iter().flat_map(|told| &told.said).next();
    said.map_or_else(String::new, |said| {
        let label = past.names.label(said.about);
        format!("{label} {} {}", said.word, said.text)
    })
}

/// The directory that frames are written to.
struct Album {
    directory: PathBuf,
    kind: FrameKind,
    lines: Vec<String>,
}

impl Album {
    /// Prepares the directory, and takes away the frames that an earlier run left in it.
    fn open(context: &mut Context, directory: &Path, kind: FrameKind) -> Result<Self, CliError> {
        let album = Self {
            directory: directory.to_owned(),
            kind,
            lines: vec!["FILE\tAT\tCHANGES\tLANDMARK\tFIRST_CHANGE".to_owned()],
        };
        fs::create_dir_all(directory).map_err(|error| album.failed(directory, &error))?;
        let names = album.names()?;
        if is_ours(&directory.join(INDEX)) {
            for name in names.iter().filter(|name| is_frame(name)) {
                let path = directory.join(name);
                fs::remove_file(&path).map_err(|error| album.failed(&path, &error))?;
            }
        } else if let Some(first) = names.first() {
            let place = directory.display();
            let question = format!(
                "{place} is not empty and holds no frames of okr ({first} and {} more). Write \
                 frames there all the same?",
                names.len() - 1
            );
            context.confirm(&question)?;
        }
        let under_way = format!("{SIGNATURE}: being written; without a running okr, cut off\n");
        album.put(INDEX, &under_way)?;
        Ok(album)
    }

    fn names(&self) -> Result<Vec<String>, CliError> {
        let failed = |error: &io::Error| self.failed(&self.directory, error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(|error| failed(&error))? {
            let entry = entry.map_err(|error| failed(&error))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    /// Writes a frame and returns the name of its file.
    fn add(&self, text: &str, title: &Title) -> Result<String, CliError> {
        let digits = title.of.to_string().len().max(DIGITS_MIN);
        let number = title.number;
        let name = format!("{number:0digits$}.{}", extension(self.kind));
        match self.kind {
            FrameKind::Txt => self.put(&name, &crate::ui::sanitise_lines(text))?,
            FrameKind::Svg => {
                let Title { number, of, when } = title;
                let label = format!("okr replay, frame {number} of {of}, {when}");
                self.put(&name, &svg::draw(text, &label))?;
            }
        }
        Ok(name)
    }

    /// Notes a frame for the index.
    fn list(&mut self, cells: &[&str]) {
        let clean = cells.iter().map(|cell| cell.replace('\t', " "));
        let line: Vec<String> = clean
            .map(|cell| crate::ui::sanitise(&cell).into_owned())
            .collect();
        self.lines.push(line.join("\t"));
    }

    /// Writes the index that says that everything is there.
    fn close(self, frames: usize) -> Result<(), CliError> {
        let mut text = format!("{SIGNATURE}: complete, {}\n", counted(frames, "frame"));
        for line in &self.lines {
            text.push_str(line);
            text.push('\n');
        }
        let unfinished = self.directory.join(".index.txt.new");
        let failed = |error: &io::Error| self.failed(&unfinished, error);
        fs::write(&unfinished, text).map_err(|error| failed(&error))?;
        fs::rename(&unfinished, self.directory.join(INDEX)).map_err(|error| failed(&error))
    }

    fn put(&self, name: &str, text: &str) -> Result<(), CliError> {
        let path = self.directory.join(name);
        fs::write(&path, text).map_err(|error| self.failed(&path, &error))
    }

    fn failed(&self, path: &Path, error: &io::Error) -> CliError {
        let path = path.display();
        CliError::config("frames-failed", format!("{path} cannot be used for frames"))
            .caused_by(error)
            .with_hint(format!(
                "{} is not complete; its {INDEX} says so",
                self.directory.display()
            ))
    }
}

const fn extension(kind: FrameKind) -> &'static str {
    match kind {
        FrameKind::Txt => "txt",
        FrameKind::Svg => "svg",
    }
}

/// Says whether a file is the index of frames that this program wrote.
fn is_ours(index: &Path) -> bool {
    let Ok(file) = fs::File::open(index) else {
        return false;
    };
    let mut first = String::new();
    let is_read = BufReader::new(file).read_line(&mut first).is_ok();
    is_read && first.starts_with(SIGNATURE)
}

/// Says whether a file has the name of a frame.
fn is_frame(name: &str) -> bool {
    let Some((number, "txt" | "svg")) = name.split_once('.') else {
        return false;
    };
    number.len() >= DIGITS_MIN && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbered_files_are_frames() {
        assert!(is_frame("0001.txt") && is_frame("12345.svg"));
        for name in [
            "001.txt",
            "0001.png",
            "0001.txt.bak",
            "notes.txt",
            "0001",
            "1e04.txt",
        ] {
            assert!(!is_frame(name), "{name}");
        }
    }
}

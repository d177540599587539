//! What reaches stdout and stderr, form by form.

use std::sync::{Arc, Mutex};

use uuid::Uuid;

use super::*;

/// Memory that a `Ui` writes to and a test reads from.
#[derive(Clone, Default)]
pub(super) struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A reader that went away.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A disk without room.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Serialize, schemars::JsonSchema)]
struct Thing {
    id: String,
    title: String,
}

impl Item for Thing {
    const TYPE: &'static str = "thing";
    const SCHEMA: &'static str = "ThingList";

    fn id(&self) -> Option<Uuid> {
        self.id.parse().ok()
    }
}

fn thing(title: &str) -> Thing {
    Thing {
        id: Uuid::from_u128(7).to_string(),
        title: title.to_owned(),
    }
}

fn context() -> Context {
    Context {
        at: "2026-11-23T11:36:00+01:00".to_owned(),
        axis: "recorded",
        workspace: "acme".to_owned(),
        synced_at: None,
        pending: 3,
    }
}

fn ui(flags: &UiFlags) -> (Ui, Memory, Memory) {
    let (answer, remarks) = (Memory::default(), Memory::default());
    let settings = UiSettings::new(flags, Streams::default());
    let ui = Ui::new(
        settings,
        Box::new(answer.clone()),
        Box::new(remarks.clone()),
    );
    (ui, answer, remarks)
}

fn output(output: OutputFormat) -> UiFlags {
    let asked = match output {
        OutputFormat::Table => Asked::Table,
        OutputFormat::Json => Asked::Json,
        OutputFormat::Jsonl => Asked::Jsonl,
        OutputFormat::Id => Asked::Id,
    };
    UiFlags {
        output: Some(asked),
        ..UiFlags::default()
    }
}

#[test]
fn json_is_one_document_whatever_the_number_of_items() {
    let (mut ui, answer, _) = ui(&output(OutputFormat::Json));
    ui.answer(&context(), &[thing("a\u{1b}\u{202e}")], |_| unreachable!());
    ui.finish().unwrap();
    insta::assert_snapshot!(answer.text(), @r#"
    {
      "schema": "okr.v1.ThingList",
      "at": "2026-11-23T11:36:00+01:00",
      "axis": "recorded",
      "workspace": "acme",
      "replica": {
        "synced_at": null,
        "pending": 3
      },
      "items": [
        {
          "id": "00000000-0000-0000-0000-000000000007",
          "title": "a\u001b\u202e"
        }
      ]
    }
    "#);
    let (mut ui, answer, _) = super::tests::ui(&output(OutputFormat::Json));
    ui.answer::<Thing>(&context(), &[], |_| unreachable!());
    let empty: serde_json::Value = serde_json::from_str(&answer.text()).unwrap();
    assert_eq!(empty["items"], serde_json::json!([]));
}

#[test]
fn json_lines_carry_their_type_and_ids_stand_alone() {
    let (mut ui, answer, _) = ui(&output(OutputFormat::Jsonl));
    ui.answer(&context(), &[thing("a"), thing("b")], |_| unreachable!());
    insta::assert_snapshot!(answer.text(), @r#"
    {"type":"thing","id":"00000000-0000-0000-0000-000000000007","title":"a"}
    {"type":"thing","id":"00000000-0000-0000-0000-000000000007","title":"b"}
    "#);
    let (mut ui, answer, _) = super::tests::ui(&output(OutputFormat::Id));
    ui.answer(&context(), &[thing("a")], |_| unreachable!());
    assert_eq!(answer.text(), "00000000-0000-0000-0000-000000000007\n");
}

#[test]
fn people_get_the_screen_and_remarks_go_beside_it() {
    let (mut ui, answer, remarks) = ui(&UiFlags::default());
    ui.answer(&context(), &[thing("a")], |screen| {
        format!("{} columns \u{1b}[2J", screen.width)
    });
    ui.note("at Fri 2026-11-20 24:00");
    ui.hint("okr show a");
    ui.warning("the clock is behind");
    assert_eq!(answer.text(), "80 columns \\x1b[2J\n");
    insta::assert_snapshot!(remarks.text(), @r"
    at Fri 2026-11-20 24:00
    Hint: okr show a
    Warning: the clock is behind
    ");
}

#[test]
fn under_json_everything_on_stderr_is_json_too() {
    let (mut ui, answer, remarks) = ui(&output(OutputFormat::Json));
    ui.hint("okr show a");
    let error = CliError::user("not-found", "nothing is called \"x\"").with_exit(Exit::NotFound);
    assert_eq!(ui.error(&error), Exit::NotFound);
    assert_eq!(answer.text(), "");
    insta::assert_snapshot!(remarks.text(), @r#"
    {"type":"hint","message":"okr show a"}
    {"type":"error","code":"not-found","exit":6,"message":"nothing is called \"x\"","details":[],"causes":[],"hints":[]}
    "#);
}

#[test]
fn quiet_and_hints_off_leave_answer_and_errors() {
    let quiet = UiFlags {
        quiet: true,
        ..UiFlags::default()
    };
    let (mut ui, _, remarks) = ui(&quiet);
    ui.note("a note");
    ui.hint("a hint");
    assert_eq!(remarks.text(), "");
    ui.error(&CliError::user("other", "it failed"));
    assert_eq!(remarks.text(), "Error: it failed\n");

    let streams = Streams {
        hints_off: true,
        ..Streams::default()
    };
    let settings = UiSettings::new(&UiFlags::default(), streams);
    let remarks = Memory::default();
    let mut ui = Ui::new(
        settings,
        Box::new(Memory::default()),
        Box::new(remarks.clone()),
    );
    ui.hint("a hint");
    ui.note("a note");
    assert_eq!(remarks.text(), "a note\n");
}

#[test]
fn a_closed_pipe_is_silent_and_a_full_disk_is_not() {
    let settings = UiSettings::new(&UiFlags::default(), Streams::default());
    let remarks = Memory::default();
    let mut ui = Ui::new(settings, Box::new(Closed), Box::new(remarks.clone()));
    ui.print("a line");
    assert!(ui.is_closed());
    let error = ui.finish().unwrap_err();
    assert_eq!(ui.error(&error), Exit::Ok);
    assert_eq!(remarks.text(), "");

    let mut ui = Ui::new(settings, Box::new(Full), Box::new(remarks.clone()));
    ui.print("a line");
    let error = ui.finish().unwrap_err();
    assert_eq!(error.code(), "output-failed");
    assert_eq!(ui.error(&error), Exit::Error);
    assert!(
        remarks
            .text()
            .starts_with("Error: the answer could not be written\nCaused by: ")
    );
}

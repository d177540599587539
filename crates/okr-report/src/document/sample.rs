//! A document with everything in it, for the tests of what is made of documents.

use okr_core::Decimal;

use super::*;

/// Text that tries to be more than text, in several scripts.
pub(crate) const HOSTILE: &str =
    "</td><script>alert(1)</script> | **x** `y` [z](http://x.test) \u{1b}[31m\u{202e}שלום 👩‍👩‍👧 目標";

/// Makes the document.
pub(crate) fn document() -> Document {
    Document {
        language: Language::English,
        title: "Platform · week 47".to_owned(),
        subtitle: vec!["16–22 November 2026".into()],
        lead: Text::plain("2 of 3 key results moved; ").and(Mark::Attention, "1 is off track"),
        sections: vec![moved(), decisions(), objective()],
        colophon: vec![
            "State of Sunday 22 November 2026 24:00, change 9c41f0e7".into(),
            Text::plain("Make it again: ").and(
                Mark::Code,
                "okr report weekly 2026-W47 -t platform --at 9c41f0e7",
            ),
        ],
    }
}

fn bar(hundredths: i64) -> Text {
    let progress = Progress::new(Decimal::new(hundredths, 2));
    Inline::Progress(Bar {
        progress: Some(progress),
        expected: None,
        words: progress.percent(),
    })
    .into()
}

fn goal(slug: &str, title: &str) -> Text {
    Text::of(Mark::Reference, slug)
        .and(Mark::Plain, " ")
        .and(Mark::Theirs, title)
}

fn moved() -> Section {
    let columns = vec![
        Column::start("Key result").breaking(),
        Column::end("Last week"),
        Column::end("Now"),
        Column::start("Progress"),
        Column::start("Confidence"),
        Column::start("Status"),
    ];
    let spark = |levels: &[u8], words: &str| {
        Text::from(Inline::Spark(Spark {
            levels: levels.iter().copied().map(Some).collect(),
            highest: 10,
            words: words.to_owned(),
        }))
    };
    Section::new("Moved").with(Block::Table(Table {
        caption: "Key results that moved".to_owned(),
        columns,
        rows: vec![
            vec![
                goal("api-p99", "p99 latency of the public API"),
                "366 ms".into(),
                "312 ms".into(),
                bar(60),
                spark(&[7, 6], "7 → 6"),
                Inline::Status(Status::AtRisk).into(),
            ],
            vec![
                goal("edge-cache", HOSTILE),
                "71 %".into(),
                "≤ 71 %".into(),
                bar(32),
                spark(&[5], "5"),
                Inline::Status(Status::OffTrack).into(),
            ],
        ],
    }))
}

fn decisions() -> Section {
    let item = Item {
        text: Text::plain("2 Nov ")
            .and(Mark::Reference, "api-p99")
            .and(Mark::Plain, " target 150 → 200 ms, ")
            .and(Mark::Person, "@maya")
            .and(Mark::Dim, " (external change)"),
        quote: Some(Quote {
            text: "Hardware order moved to January.\n\n1. Not our doing\n# Really".to_owned(),
            by: None,
        }),
    };
    Section::new("Decisions").with(Block::List(vec![item]))
}

fn objective() -> Section {
    let part = Section::new(goal("fast", "Fast enough to feel instant"))
        .with(Block::Paragraph("- no list, and no 1. list either".into()))
        .with(Block::Facts(vec![(
            "Owner".to_owned(),
            Text::of(Mark::Person, "@ana"),
        )]))
        .with(Block::Quote(Quote {
            text: "We learned that pooling is half of it.".to_owned(),
            by: Some("@ana".to_owned()),
        }));
    Section {
        heading: "Objectives".into(),
        blocks: Vec::new(),
        parts: vec![part],
    }
}

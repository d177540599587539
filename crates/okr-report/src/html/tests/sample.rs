//! A report that has one of everything.

use okr_core::progress::Progress;
use okr_core::status::Status;

use crate::chart::plan;
use crate::chart::tests::sample::{latency, request};
use crate::document::{
    Bar, Block, Column, Document, Inline, Item, Mark, Quote, Section, Spark, Table, Text, Trail,
};
use crate::words::Language;

/// Makes a report in which everything that people wrote is `theirs`.
pub(crate) fn report(language: Language, theirs: &str) -> Document {
    let section = |heading: &str| Section::new(heading);
    Document {
        language,
        title: theirs.to_owned(),
        subtitle: vec![Text::plain("2026-Q4 · ").and(Mark::Theirs, theirs)],
        lead: Text::plain("Two of three moved."),
        sections: vec![
            section("Moved").with(Block::Table(table(theirs))),
            section("Decisions").with(Block::List(vec![Item {
                text: Text::of(Mark::Reference, theirs)
                    .and(Mark::Plain, " 150 → 200 ms, ")
                    .and(Mark::Person, theirs),
                quote: Some(quote(theirs)),
            }])),
            Section {
                parts: vec![Section {
                    heading: Text::of(Mark::Theirs, theirs),
                    blocks: vec![
                        Block::Facts(vec![
                            ("Owner".to_owned(), Text::of(Mark::Person, theirs)),
                            ("Score".to_owned(), Text::of(Mark::Strong, "0.7")),
                        ]),
                        Block::Chart(Box::new(plan(&[latency()], &request()))),
                        Block::Quote(quote(theirs)),
                    ],
                    parts: Vec::new(),
                }],
                ..section("Objectives")
            },
            section("Next").with(Block::Paragraph(
                Text::of(Mark::Attention, "Nothing").and(Mark::Dim, " is planned"),
            )),
        ],
        colophon: vec![
            Text::plain("Make it again: ").and(Mark::Code, "okr report weekly --at 9c41f0e7"),
        ],
    }
}

fn quote(theirs: &str) -> Quote {
    Quote {
        text: theirs.to_owned(),
        by: Some(theirs.to_owned()),
    }
}

fn bar(tenths: i64, words: &str) -> Inline {
    let progress = |tenths: i64| Progress::new(okr_core::Decimal::new(tenths, 1));
    Inline::Progress(Bar {
        progress: Some(progress(tenths)),
        expected: Some(progress(6)),
        words: words.to_owned(),
    })
}

fn table(theirs: &str) -> Table {
    let row = |status: Status, progress: Inline, levels: Vec<Option<u8>>| {
        vec![
            Text::of(Mark::Reference, theirs),
            Text::of(Mark::Theirs, theirs),
            Text::plain("312 ")
                .and(Mark::Theirs, theirs)
                .with(Inline::Trail(Trail {
                    points: vec![(0, 0), (400, 250), (500, -250), (1000, 1250)],
                    pace: (100, 900),
                    today: Some(700),
                    words: theirs.to_owned(),
                })),
            progress.into(),
            Inline::Spark(Spark {
                levels,
                highest: 10,
                words: "7, 6".to_owned(),
            })
            .into(),
            Inline::Status(status).into(),
        ]
    };
    let unknown = Inline::Progress(Bar {
        progress: None,
        expected: None,
        words: "-".to_owned(),
    });
    let levels = vec![Some(7), None, Some(6), Some(4)];
    let mut rows = vec![
        row(Status::OnTrack, bar(6, "60%"), levels),
        row(Status::NoCheckIn, unknown, Vec::new()),
    ];
    rows.extend(Status::ALL.map(|status| row(status, bar(-2, "-20%"), vec![Some(3)])));
    Table {
        caption: theirs.to_owned(),
        columns: vec![
            Column::start("Key result"),
            Column::start("Title").breaking(),
            Column::end("Now"),
            Column::start("Progress"),
            Column::start("Confidence"),
            Column::start("Status"),
        ],
        rows,
    }
}

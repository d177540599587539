//! What comes back from a workbook, and what none can hold.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};

use super::*;

fn one(fact: Fact) -> Data {
    let sheet = Sheet {
        columns: &["a"],
        rows: vec![vec![fact]],
    };
    let bytes = workbook(&[("krs", sheet)]).unwrap();
    let mut read: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let formulas = read.worksheet_formula("krs").unwrap();
    assert!(formulas.used_cells().next().is_none(), "{formulas:?}");
    let range = read.worksheet_range("krs").unwrap();
    assert_eq!(range.get((0, 0)), Some(&Data::from("a".to_owned())));
    range.get((1, 0)).cloned().unwrap_or_default()
}

#[test]
fn a_text_comes_back_as_it_was_and_is_no_formula() {
    for text in [
        "=1+2",
        "+47 22",
        "@ana",
        "'quoted'",
        "12",
        "https://x.example",
        "a<b>&\"c\"\nd",
    ] {
        assert_eq!(one(Fact::from(text)), Data::String(text.to_owned()));
    }
}

#[test]
fn a_number_is_one_where_it_stays_exact() {
    for text in [
        "-3.5",
        "0.1",
        "0",
        "123456789012345",
        "120000000000000000000",
    ] {
        let number: f64 = text.parse().unwrap();
        assert_eq!(one(Fact::Number(text.to_owned())), Data::Float(number));
    }
    for text in ["1234567890.123456", "-9007199254740993"] {
        assert_eq!(
            one(Fact::Number(text.to_owned())),
            Data::String(text.to_owned())
        );
    }
}

#[test]
fn days_and_moments_are_dates_unless_a_spreadsheet_miscounts_them() {
    let serial = |fact: Fact| match one(fact) {
        Data::DateTime(date) => date.as_f64(),
        other => panic!("{other:?} is no date"),
    };
    assert!((serial(Fact::Day("2026-11-23".to_owned())) - 46_349.0).abs() < 1e-9);
    let noon = Fact::Time("2026-11-23T12:00:00Z".to_owned());
    assert!((serial(noon) - 46_349.5).abs() < 1e-9);
    let old = "1899-12-31".to_owned();
    assert_eq!(one(Fact::Day(old.clone())), Data::String(old));
}

#[test]
fn what_no_workbook_holds_is_refused_by_its_place() {
    let text = |length: usize| Sheet {
        columns: &["id", "note"],
        rows: vec![vec![Fact::Empty, Fact::Text("x".repeat(length))]],
    };
    assert!(check("comments", &text(MAX_TEXT_UNITS)).is_ok());
    let refused = check("comments", &text(MAX_TEXT_UNITS + 1)).unwrap_err();
    let said = refused.to_text(&crate::render::Screen::piped(), true);
    assert!(
        said.contains("\"note\" in row 2 of the sheet \"comments\" is 32768"),
        "{said}"
    );
    assert!(said.contains("--to comments.csv"), "{said}");
    let rows = |count: usize| Sheet {
        columns: &[],
        rows: vec![Vec::new(); count],
    };
    assert!(check("krs", &rows(MAX_ROWS - 1)).is_ok());
    let refused = check("krs", &rows(MAX_ROWS)).unwrap_err();
    let said = refused.to_text(&crate::render::Screen::piped(), true);
    assert!(said.contains("1048577 rows"), "{said}");
}

#[test]
fn nothing_in_it_comes_from_a_clock_and_the_heading_stays_in_sight() {
    let sheet = Sheet {
        columns: &["a"],
        rows: Vec::new(),
    };
    let bytes = workbook(&[("krs", sheet)]).unwrap();
    let mut files = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = |name: &str| std::io::read_to_string(files.by_name(name).unwrap()).unwrap();
    let properties = text("docProps/core.xml");
    assert_eq!(
        properties.matches("1980-01-01T00:00:00Z").count(),
        2,
        "{properties}"
    );
    let page = text("xl/worksheets/sheet1.xml");
    assert!(
        page.contains("ySplit=\"1\"") && page.contains("state=\"frozen\""),
        "{page}"
    );
    assert!(text("xl/styles.xml").contains("<b/>"));
}

#[test]
fn a_column_has_room_for_what_is_wide_on_a_screen() {
    let sheet = Sheet {
        columns: &["a"],
        rows: vec![vec![Fact::from("目標目標目標")]],
    };
    let bytes = workbook(&[("krs", sheet)]).unwrap();
    let mut files = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let page = files.by_name("xl/worksheets/sheet1.xml").unwrap();
    let page = std::io::read_to_string(page).unwrap();
    assert!(page.contains("width=\"13.7109375\""), "{page}");
}

//! Tables with commas, as RFC 4180 has them: for spreadsheets, which take some texts for formulas.

use super::sheet::{Fact, Sheet};

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Writes a table, with a first line of the names of its columns.
pub(super) fn text(sheet: &Sheet) -> String {
    let mut text = String::new();
    line(&mut text, sheet.columns.iter().copied());
    for row in &sheet.rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        line(&mut text, cells.iter().map(String::as_str));
    }
    text
}

fn cell(fact: &Fact) -> String {
    match fact {
        Fact::Empty => String::new(),
        Fact::Flag(true) => "yes".to_owned(),
        Fact::Flag(false) => "no".to_owned(),
        // Also what begins with an apostrophe, so that the one that is added can be told apart.
        Fact::Text(text) if text.starts_with(FORMULA) || text.starts_with('\'') => {
            format!("'{text}")
        }
        // Numbers and days are made here, so that a minus begins no formula.
        Fact::Number(text) | Fact::Day(text) | Fact::Time(text) | Fact::Text(text) => text.clone(),
    }
}

fn line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        if cell.contains([',', '"', '\r', '\n']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(fact: Fact) -> String {
        let sheet = Sheet {
            columns: &["a"],
            rows: vec![vec![fact]],
        };
        text(&sheet)
            .strip_prefix("a\r\n")
            .unwrap()
            .trim_end()
            .to_owned()
    }

    #[test]
    fn a_text_is_no_formula_and_a_number_is_one() {
        let text = |text: &str| one(Fact::from(text));
        assert_eq!(text("=1+2"), "'=1+2");
        assert_eq!(text("+47 22"), "'+47 22");
        assert_eq!(text("-3 people"), "'-3 people");
        assert_eq!(text("@ana"), "'@ana");
        assert_eq!(text("\tx"), "'\tx");
        assert_eq!(text("'quoted'"), "''quoted'");
        assert_eq!(text("a = b"), "a = b");
        assert_eq!(one(Fact::Number("-3.50".to_owned())), "-3.50");
        assert_eq!(one(Fact::Flag(true)), "yes");
        assert_eq!(one(Fact::Empty), "");
    }

    #[test]
    fn what_would_break_a_cell_is_quoted() {
        let sheet = Sheet {
            columns: &["a", "b"],
            rows: vec![vec![
                Fact::from("one, two"),
                Fact::from("she said \"no\"\nand left"),
            ]],
        };
        assert_eq!(
            text(&sheet),
            "a,b\r\n\"one, two\",\"she said \"\"no\"\"\nand left\"\r\n"
        );
    }
}

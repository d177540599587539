//! What stands between the cells of a table.

use std::io::BufRead;

use super::columns::known_names;
use super::reader::{ReadFault, Reader, names_separator};

/// A character that may stand between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Separator(pub(crate) char);

/// Those that are looked for, the most usual one first.
const ALL: [char; 4] = [',', ';', '\t', '|'];

impl Separator {
    /// Reads what somebody typed: one of the characters, or the word `tab`.
    ///
    /// # Errors
    /// When it is none of them.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let typed = match text {
            "tab" | "\\t" => "\t",
            text => text,
        };
        let found = ALL.into_iter().find(|one| typed == one.to_string());
        found
            .map(Self)
            .ok_or_else(|| "there are , ; | and tab".to_owned())
    }

    /// Returns the word for it.
    pub(crate) fn word(self) -> String {
        match self.0 {
            '\t' => "tab".to_owned(),
            other => other.to_string(),
        }
    }
}

/// Finds the separator of a table: the one that the file names, or the one by which the first row
/// has the most names of columns that are known, and then the most cells.
///
/// # Errors
/// When the file cannot be read. That it is no table is left to whoever reads it.
pub(crate) fn sniff<R: BufRead>(
    mut open: impl FnMut() -> std::io::Result<R>,
) -> std::io::Result<Separator> {
    let mut first = Vec::new();
    std::io::Read::take(open()?, 16).read_until(b'\n', &mut first)?;
    let first = String::from_utf8_lossy(&first);
    let first = first.trim_start_matches('\u{feff}').trim_end();
    if let Some(named) = names_separator(first).filter(|named| ALL.contains(named)) {
        return Ok(Separator(named));
    }
    let (mut best, mut most) = (ALL[0], (0, 0));
    for separator in ALL {
        let row = match Reader::new(open()?, separator).next() {
            Ok(row) => row,
            Err(ReadFault::Io(error)) => return Err(error),
            Err(ReadFault::Wrong(_)) => None,
        };
        let cells = row.map_or_else(Vec::new, |row| row.cells);
        let score = (known_names(&cells), cells.len());
        if score > most {
            (best, most) = (separator, score);
        }
    }
    Ok(Separator(best))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(text: &str) -> String {
        sniff(|| Ok(text.as_bytes())).unwrap().word()
    }

    #[test]
    fn the_first_row_tells_what_separates() {
        assert_eq!(sniffed("title,owner\n"), ",");
        assert_eq!(sniffed("Mål;Nøkkelresultat;Verdi\n"), ";");
        assert_eq!(sniffed("title\towner\tteam\n"), "tab");
        assert_eq!(sniffed("title|owner\n"), "|");
        assert_eq!(sniffed("\u{feff}sep=|\nanything;goes,here\n"), "|");
        assert_eq!(sniffed("x;y\n"), ";");
        // Names count more than cells.
        assert_eq!(sniffed("title;\"owner\";\"a,b,c,d,e,f\"\n"), ";");
        assert_eq!(sniffed("title;Score (a,b,c,d,e)\n"), ";");
        assert_eq!(sniffed("title\n"), ",");
        assert_eq!(sniffed(""), ",");
    }

    #[test]
    fn what_is_typed_is_one_of_them() {
        assert_eq!(Separator::parse("tab"), Ok(Separator('\t')));
        assert_eq!(Separator::parse(";"), Ok(Separator(';')));
        assert!(Separator::parse("::").is_err());
    }
}

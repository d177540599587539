//! What the columns of a table mean: by their names in English and Norwegian, or as `--map` says.

use std::collections::BTreeMap;

use super::{Cell, Row, Wrong};

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $word:literal, [$($other:literal),*];)+) => {
        /// What can stand in a column, in the order in which IMPORT.md lists it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Field {
            $($(#[$doc])* $name,)+
        }

        impl Field {
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)+];

            /// Returns the word that is typed for it, and that exports have.
            pub(crate) const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// Returns the names that it has elsewhere.
            const fn other_names(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &[$($other),*],)+
                }
            }
        }
    };
}

fields! {
    Id = "id", ["source id", "kilde id"];
    Objective = "objective", ["goal", "mål"];
    KeyResult = "key_result", ["kr", "nøkkelresultat"];
    Title = "title", ["name", "tittel", "navn"];
    Slug = "slug", [];
    Description = "description", ["beskrivelse"];
    Owner = "owner", ["responsible", "eier", "ansvarlig"];
    Team = "team", ["lag"];
    Cycle = "cycle", ["quarter", "period", "syklus", "kvartal", "periode"];
    Kind = "kind", [];
    Weight = "weight", ["vekt"];
    Tags = "tags", ["labels", "etiketter"];
    Measure = "measure", [];
    Unit = "unit", ["enhet"];
    Baseline = "baseline", ["from", "start value", "fra", "startverdi", "utgangspunkt"];
    Target = "target", ["to", "target value", "til", "målverdi", "måltall"];
    Commit = "commit", [];
    Stretch = "stretch", [];
    Low = "low", ["at least", "minst"];
    High = "high", ["at most", "høyst"];
    Milestones = "milestones", ["milepæler"];
    Start = "start", ["start date", "startdato"];
    Due = "due", ["due date", "deadline", "frist"];
    On = "on", ["date", "day", "dato", "dag"];
    Value = "value", ["current", "current value", "verdi", "nåverdi"];
    Confidence = "confidence", ["tillit"];
    Note = "note", ["comment", "notes", "kommentar", "merknad"];
    Blocker = "blocker", ["hindring"];
    Unblocked = "unblocked", [];
    Author = "author", ["by", "reported by", "av", "rapportert av"];
    OnBehalfOf = "on_behalf_of", ["på vegne av"];
    AuthoredAt = "authored_at", ["written", "created", "skrevet", "opprettet"];
    Reason = "reason", ["grunn", "begrunnelse"];
    Category = "category", ["kategori"];
}

impl Field {
    /// Finds a field by what is typed for it.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        let word = plain(word);
        Self::ALL
            .iter()
            .copied()
            .find(|field| plain(field.word()) == word)
    }

    fn named(name: &str) -> Option<Self> {
        let name = plain(name);
        let is_called = |field: &&Self| {
            plain(field.word()) == name || field.other_names().contains(&name.as_str())
        };
        Self::ALL.iter().find(is_called).copied()
    }

    /// Says whether rows of a kind have such a column.
    const fn is_of(self, kind: Kind) -> bool {
        match self {
            Self::Id | Self::Author | Self::OnBehalfOf | Self::AuthoredAt => true,
            Self::Kind => matches!(kind, Kind::Objectives),
            Self::Objective
            | Self::Title
            | Self::Slug
            | Self::Description
            | Self::Owner
            | Self::Team
            | Self::Cycle
            | Self::Weight
            | Self::Tags
            | Self::Reason
            | Self::Category => !matches!(kind, Kind::CheckIns),
            Self::KeyResult => !matches!(kind, Kind::Objectives),
            Self::Measure
            | Self::Unit
            | Self::Baseline
            | Self::Target
            | Self::Commit
            | Self::Stretch
            | Self::Low
            | Self::High
            | Self::Milestones
            | Self::Start
            | Self::Due => matches!(kind, Kind::KeyResults),
            Self::On
            | Self::Value
            | Self::Confidence
            | Self::Note
            | Self::Blocker
            | Self::Unblocked => matches!(kind, Kind::CheckIns),
        }
    }
}

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Objectives,
    KeyResults,
    CheckIns,
}

impl Kind {
    /// Returns the plural.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Objectives => "objectives",
            Self::KeyResults => "key results",
            Self::CheckIns => "check-ins",
        }
    }

    /// Finds out what rows with these columns are.
    fn of(has: impl Fn(Field) -> bool) -> Option<Self> {
        let measures = [
            Field::Baseline,
            Field::Target,
            Field::Low,
            Field::High,
            Field::Milestones,
            Field::Measure,
        ];
        let is_named = has(Field::Title) || has(Field::KeyResult);
        if has(Field::Value) && !measures.into_iter().any(&has) && is_named {
            return Some(Self::CheckIns);
        }
        if has(Field::Objective) && is_named {
            return Some(Self::KeyResults);
        }
        (has(Field::Title) || has(Field::Objective)).then_some(Self::Objectives)
    }
}

/// Writes a name without what people write differently.
fn plain(name: &str) -> String {
    let name = name.trim().trim_end_matches([':', '*']).to_lowercase();
    let parts =
        name.split(|character: char| character.is_whitespace() || matches!(character, '_' | '-'));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// Counts the names in a first row that are known.
pub(super) fn known_names(cells: &[Cell]) -> usize {
    let known = cells
        .iter()
        .filter(|cell| Field::named(&cell.text).is_some());
    known.count()
}

/// What is asked for of the columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) kind: Option<Kind>,
    /// The field of each name that is given.
    pub(crate) map: Vec<(Field, String)>,
}

/// Where each field stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) kind: Kind,
    places: BTreeMap<Field, usize>,
    /// How many columns there are.
    count: usize,
    /// The names of the columns that stand for nothing.
    pub(crate) left_out: Vec<String>,
}

impl Columns {
    /// Finds out what the columns mean.
    ///
    /// # Errors
    /// What is missing, or has two meanings.
    pub(crate) fn of(first: &Row, asked: &Asked) -> Result<Self, Wrong> {
        let mut found: Vec<(Field, &Cell, usize)> = Vec::new();
        for (field, name) in &asked.map {
            let wanted = plain(name);
            let mut called = (0..)
                .zip(&first.cells)
                .filter(|(_, cell)| plain(&cell.text) == wanted);
            let Some((place, cell)) = called.next() else {
                let names = first.cells.iter().map(|cell| cell.text.trim());
                let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
                let message = format!("no column is called \"{name}\"");
                let help = format!("there is: {}", names.join(", "));
                return Err(Wrong::new((first.line, 1), message).with_help(help));
            };
            found.push((*field, cell, place));
        }
        let is_mapped = |place: usize| found.iter().any(|(_, _, taken)| *taken == place);
        let by_name: Vec<_> = (0..)
            .zip(&first.cells)
            .filter(|(place, _)| !is_mapped(*place))
            .filter_map(|(place, cell)| Some((Field::named(&cell.text)?, cell, place)))
            .filter(|(field, _, _)| !asked.map.iter().any(|(mapped, _)| mapped == field))
            .collect();
        found.extend(by_name);
        let kind = asked
            .kind
            .or_else(|| Kind::of(|field| found.iter().any(|one| one.0 == field)));
        let Some(kind) = kind else {
            let words: Vec<&str> = found.iter().map(|(field, _, _)| field.word()).collect();
            let message = if words.is_empty() {
                "the first row names no columns of goals or check-ins".to_owned()
            } else {
                let words = words.join(", ");
                format!("the first row names {words}: not enough for goals or check-ins")
            };
            return Err(Wrong::new((first.line, 1), message)
                .with_help("add --map title=NAME or --map key_result=NAME,value=NAME"));
        };
        found.retain(|(field, _, _)| field.is_of(kind));
        Self::placed(first, (kind, found))
    }

    fn placed(
        first: &Row,
        (kind, found): (Kind, Vec<(Field, &Cell, usize)>),
    ) -> Result<Self, Wrong> {
        let mut places: BTreeMap<Field, usize> = BTreeMap::new();
        for (field, cell, place) in found {
            if let Some(before) = places.insert(field, place) {
                let (before, word) = (&first.cells[before].text, field.word());
                let message = format!(
                    "\"{}\" and \"{}\" both mean {word}",
                    before.trim(),
                    cell.text.trim()
                );
                return Err(Wrong::at(cell, message)
                    .with_help(format!("add --map {word}=NAME to say which one does")));
            }
        }
        let named = (0..).zip(&first.cells);
        let unused = named.filter(|(place, cell)| {
            !cell.text.trim().is_empty() && !places.values().any(|used| used == place)
        });
        let left_out = unused
            .map(|(_, cell)| cell.text.trim().to_owned())
            .collect();
        let columns = Self {
            kind,
            places,
            count: first.cells.len(),
            left_out,
        };
        columns.complete(first)?;
        Ok(columns)
    }

    /// Refuses a table without the columns that its rows cannot do without.
    fn complete(&self, first: &Row) -> Result<(), Wrong> {
        let needed: &[&[Field]] = match self.kind {
            Kind::Objectives => &[&[Field::Title, Field::Objective]],
            Kind::KeyResults => &[&[Field::Objective], &[Field::Title, Field::KeyResult]],
            Kind::CheckIns => &[&[Field::KeyResult], &[Field::Value]],
        };
        let same: &[Field] = match self.kind {
            Kind::Objectives => &[Field::Title, Field::Objective],
            Kind::KeyResults => &[Field::Title, Field::KeyResult],
            Kind::CheckIns => &[],
        };
        if let [_, other] = same
            && same.iter().all(|field| self.has(*field))
        {
            let cell = &first.cells[self.places[other]];
            let message = format!("of {} {} is the title, too", self.kind.word(), other.word());
            return Err(
                Wrong::at(cell, message).with_help("add --map title=NAME to say which one is")
            );
        }
        for any in needed {
            if !any.iter().any(|field| self.has(*field)) {
                let word = any[0].word();
                let message = format!("rows of {} need a column {word}", self.kind.word());
                return Err(Wrong::new((first.line, 1), message)
                    .with_help(format!("add --map {word}=NAME to say which one it is")));
            }
        }
        Ok(())
    }

    /// Says whether there is a column for a field.
    pub(crate) fn has(&self, field: Field) -> bool {
        self.places.contains_key(&field)
    }

    /// Returns each field with the place of its column, from 0.
    pub(super) fn places(&self) -> impl Iterator<Item = (Field, usize)> {
        self.places.iter().map(|(field, place)| (*field, *place))
    }

    /// Returns each field with the name of its column.
    pub(crate) fn named<'a>(
        &'a self,
        first: &'a Row,
    ) -> impl Iterator<Item = (Field, &'a str)> + 'a {
        let places = self.places.iter();
        places.map(|(field, place)| (*field, first.cells[*place].text.trim()))
    }

    /// Returns the cell of a field; none where it is empty.
    pub(crate) fn cell<'a>(&self, row: &'a Row, field: Field) -> Option<&'a Cell> {
        let cell = row.cells.get(*self.places.get(&field)?)?;
        (!cell.text.trim().is_empty()).then_some(cell)
    }

    /// Writes everything that a row says, for ids that are derived from it.
    pub(crate) fn said(&self, row: &Row) -> String {
        let cells = self.places.keys().filter_map(|field| {
            let cell = self.cell(row, *field)?;
            Some(format!("{}={}\n", field.word(), cell.text.trim()))
        });
        cells.collect()
    }

    /// Refuses a row with more cells than there are columns, or with what no cell can have.
    pub(crate) fn fits(&self, row: &Row) -> Result<(), Wrong> {
        if let Some(wrong) = &row.wrong {
            return Err(wrong.clone());
        }
        let beyond = row.cells.get(self.count..).unwrap_or_default();
        match beyond.iter().find(|cell| !cell.text.trim().is_empty()) {
            None => Ok(()),
            Some(cell) => {
                let message = format!("there are only {} columns", self.count);
                Err(Wrong::at(cell, message)
                    .with_help("a cell with a separator in it stands in quotes"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::reader::Reader;

    fn columns(text: &str, asked: &Asked) -> Result<(Columns, Row), Wrong> {
        let row = Reader::new(text.as_bytes(), ',').next().unwrap().unwrap();
        Columns::of(&row, asked).map(|columns| (columns, row))
    }

    fn kind(text: &str) -> Kind {
        columns(text, &Asked::default()).unwrap().0.kind
    }

    #[test]
    fn rows_are_known_by_their_columns() {
        assert_eq!(kind("Title,Owner"), Kind::Objectives);
        assert_eq!(kind("Mål"), Kind::Objectives);
        assert_eq!(kind("Objective,Key result,From,To"), Kind::KeyResults);
        assert_eq!(kind("MÅL,Nøkkelresultat,Verdi,Målverdi"), Kind::KeyResults);
        assert_eq!(kind("Nøkkelresultat,Dato,Verdi"), Kind::CheckIns);
        assert_eq!(kind("kr,on,value,objective"), Kind::CheckIns);
    }

    #[test]
    fn names_are_known_in_any_spelling_and_others_are_left_out() {
        let (found, row) = columns("key-result , ON:,Value*,Colour", &Asked::default()).unwrap();
        let named: Vec<_> = found.named(&row).collect();
        assert_eq!(
            named,
            [
                (Field::KeyResult, "key-result"),
                (Field::On, "ON:"),
                (Field::Value, "Value*")
            ]
        );
        assert_eq!(found.left_out, ["Colour"]);
    }

    #[test]
    fn a_map_says_what_a_column_means_and_settles_two_of_one_meaning() {
        let asked = Asked {
            kind: None,
            map: vec![
                (Field::Value, "score".to_owned()),
                (Field::On, "Date".to_owned()),
            ],
        };
        let (found, _) = columns("KR,Score,Date,Day,value", &asked).unwrap();
        assert_eq!(
            (found.kind, found.places[&Field::Value]),
            (Kind::CheckIns, 1)
        );
        assert_eq!(found.left_out, ["Day", "value"]);
        let both = columns("kr,value,date,day", &Asked::default()).unwrap_err();
        assert_eq!(both.message, "\"date\" and \"day\" both mean on");
        assert_eq!((both.line, both.column), (1, 15));
        let asked = Asked {
            kind: None,
            map: vec![(Field::Value, "Points".to_owned())],
        };
        let missing = columns("kr,score", &asked).unwrap_err();
        assert!(missing.help.unwrap().contains("there is: kr, score"));
    }

    #[test]
    fn what_cannot_be_told_or_is_not_enough_is_refused() {
        let said = |text: &str, kind| {
            let asked = Asked {
                kind,
                map: Vec::new(),
            };
            columns(text, &asked).unwrap_err().message
        };
        assert!(said("a,b", None).contains("names no columns"));
        assert!(said("kr,valeu", None).contains("names key_result: not enough"));
        assert!(said("title", Some(Kind::CheckIns)).contains("need a column key_result"));
        assert!(said("title", Some(Kind::KeyResults)).contains("need a column objective"));
        assert!(said("objective", Some(Kind::KeyResults)).contains("need a column title"));
    }

    #[test]
    fn the_document_lists_every_field_with_its_names_in_order() {
        let document = include_str!("../../IMPORT.md");
        let table = document.split("| field |").nth(1).unwrap();
        let rows: Vec<&str> = table
            .lines()
            .skip(2)
            .take_while(|row| row.starts_with('|'))
            .collect();
        let listed = rows
            .iter()
            .flat_map(|row| row.split('|').nth(1).unwrap().split(','));
        let listed: Vec<&str> = listed.map(|name| name.trim().trim_matches('`')).collect();
        let words: Vec<&str> = Field::ALL.iter().map(|field| field.word()).collect();
        assert_eq!(listed, words);
        for row in rows {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let field = Field::from_word(cells[1].split(',').next().unwrap().trim_matches('`'));
            let names = cells[2]
                .split([',', ';'])
                .map(plain)
                .filter(|name| !name.is_empty());
            assert_eq!(names.collect::<Vec<_>>(), field.unwrap().other_names());
            for kind in [Kind::Objectives, Kind::KeyResults, Kind::CheckIns] {
                let has = cells[3] == "all" || cells[3].contains(kind.word());
                assert_eq!(field.unwrap().is_of(kind), has, "{} {kind:?}", cells[1]);
            }
        }
    }
}

//! Reads rows that are written as JSON: objects in one array, or one after the other.
//!
//! A member is what a cell is in a table: its name is that of a column. Rows are read one by one,
//! so that a file may be larger than the memory.

mod characters;
mod value;

use std::collections::HashMap;
use std::io::BufRead;

use super::{Cell, Field, ReadFault, Row, Wrong, with_guard};
use characters::Characters;
use value::Single;

/// Rows may have so many different names together.
const NAMES_MAX: usize = 1000;

/// What may stand in the members of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// Anything: it has no meaning here.
    Anything,
    /// One text or number.
    One,
    /// Also true and false.
    YesNo,
    /// Also a list, whose parts stand in the cell with this between them, and may not have these.
    List(&'static str, &'static [char]),
}

/// The names that the objects of a file have, in the order in which they are met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    places: HashMap<String, usize>,
    takes: Vec<Takes>,
}

impl Names {
    /// Reads a whole file, and returns its names as the row that a table would begin with; none when
    /// there are no objects.
    ///
    /// # Errors
    /// What is no JSON, and no objects.
    pub(crate) fn read<R: BufRead>(input: R) -> Result<Option<(Self, Row)>, ReadFault> {
        let mut names = Self {
            places: HashMap::new(),
            takes: Vec::new(),
        };
        let mut first = None;
        let mut objects = Objects::new(input);
        while let Some(line) = objects.next()? {
            let row = first.get_or_insert_with(|| Row {
                line,
                cells: Vec::new(),
                wrong: None,
            });
            while let Some((name, (line, column))) = objects.member()? {
                if !names.places.contains_key(&name) {
                    if row.cells.len() == NAMES_MAX {
                        let message = format!("the rows have more than {NAMES_MAX} names");
                        return Err(Wrong::new((line, column), message).into());
                    }
                    names.places.insert(name.clone(), row.cells.len());
                    names.takes.push(Takes::Anything);
                    let text = name;
                    row.cells.push(Cell { text, line, column });
                }
                objects.input.skip()?;
            }
        }
        Ok(first.map(|row| (names, row)))
    }

    /// Says which field a name is for.
    pub(crate) fn mean(&mut self, place: usize, field: Field) {
        self.takes[place] = match field {
            Field::Unblocked => Takes::YesNo,
            Field::Tags => Takes::List(" ", &[' ', ',', ';', '\n']),
            Field::Milestones => Takes::List("; ", &[';', '\n']),
            _ => Takes::One,
        };
    }
}

/// Reads the rows of a file whose names are known.
pub(crate) struct JsonReader<'n, R> {
    objects: Objects<R>,
    names: &'n Names,
}

impl<'n, R: BufRead> JsonReader<'n, R> {
    pub(crate) const fn new(input: R, names: &'n Names) -> Self {
        Self {
            objects: Objects::new(input),
            names,
        }
    }

    /// Returns the next row; none at the end.
    ///
    /// # Errors
    /// [`ReadFault`]; there is nothing to be read after one.
    pub(crate) fn next(&mut self) -> Result<Option<Row>, ReadFault> {
        let Some(line) = self.objects.next()? else {
            return Ok(None);
        };
        let column = self.objects.column;
        let empty = Cell {
            text: String::new(),
            line,
            column,
        };
        let mut cells = vec![empty; self.names.takes.len()];
        let mut met = vec![false; cells.len()];
        let mut wrong = None;
        while let Some((name, place)) = self.objects.member()? {
            let Some(at) = self.names.places.get(&name).copied() else {
                let message = format!("\"{name}\" was not there when the file was read before");
                return Err(Wrong::new(place, message).into());
            };
            if std::mem::replace(&mut met[at], true) {
                let message = format!("\"{name}\" stands twice in one object");
                wrong.get_or_insert(Wrong::new(place, message));
            }
            self.objects.input.after_blanks()?;
            let (line, column) = self.objects.input.place();
            match cell_text(&mut self.objects.input, self.names.takes[at])? {
                Ok(text) => cells[at] = Cell { text, line, column },
                Err(found) => _ = wrong.get_or_insert(found),
            }
        }
        Ok(Some(Row { line, cells, wrong }))
    }
}

/// Reads a value as it stands in a cell.
fn cell_text<R: BufRead>(
    input: &mut Characters<R>,
    takes: Takes,
) -> Result<Result<String, Wrong>, ReadFault> {
    if takes == Takes::Anything {
        input.skip()?;
        return Ok(Ok(String::new()));
    }
    let place = input.place();
    let wrong = |what: &str| {
        let message = format!("{what} stands where a text or a number is wanted");
        Ok(Err(Wrong::new(place, message)))
    };
    match (input.peek()?, takes) {
        (Some('['), Takes::List(between, not)) => list(input, (between, not)),
        (Some(begin @ ('[' | '{')), _) => {
            input.skip()?;
            wrong(if begin == '[' { "a list" } else { "an object" })
        }
        _ => match (input.single()?, takes) {
            (Single::Text(text), _) => Ok(Ok(with_guard(text))),
            (Single::Null, _) => Ok(Ok(String::new())),
            (Single::YesNo(yes), Takes::YesNo) => Ok(Ok(yes.to_string())),
            (Single::YesNo(yes), _) => wrong(&yes.to_string()),
        },
    }
}

/// Reads the texts of an array, and writes them side by side.
fn list<R: BufRead>(
    input: &mut Characters<R>,
    (between, not): (&str, &[char]),
) -> Result<Result<String, Wrong>, ReadFault> {
    let (mut parts, mut wrong) = (Vec::new(), None);
    input.take()?;
    while input.goes_on(']', parts.is_empty() && wrong.is_none())? {
        input.after_blanks()?;
        let place = input.place();
        let message = if let Some('[' | '{') = input.peek()? {
            input.skip()?;
            "a list here has texts and numbers only".to_owned()
        } else {
            match input.single()? {
                Single::Text(text) => match text.chars().find(|found| not.contains(found)) {
                    None => {
                        parts.push(text);
                        continue;
                    }
                    Some(' ') => "a part of this list may not have a blank in it".to_owned(),
                    Some('\n') => "a part of this list may not have a line break in it".to_owned(),
                    Some(other) => format!("a part of this list may not have \"{other}\" in it"),
                },
                Single::YesNo(_) | Single::Null => {
                    "a list here has texts and numbers only".to_owned()
                }
            }
        };
        wrong.get_or_insert(Wrong::new(place, message));
    }
    Ok(match wrong {
        Some(wrong) => Err(wrong),
        None => Ok(with_guard(parts.join(between))),
    })
}

/// The name of a member, and where it stands.
type Named = (String, (usize, usize));

/// Goes over the objects of a file.
struct Objects<R> {
    input: Characters<R>,
    state: State,
    /// Whether a member of the object was read.
    is_begun: bool,
    /// Where the object begins.
    column: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing was read.
    Begin,
    /// Objects stand in an array, and none was read.
    First,
    /// Objects stand in an array.
    Array,
    /// Objects follow each other.
    Lines,
    /// Everything was read.
    End,
}

impl<R: BufRead> Objects<R> {
    const fn new(input: R) -> Self {
        Self {
            input: Characters::new(input),
            state: State::Begin,
            is_begun: false,
            column: 1,
        }
    }

    /// Goes to the members of the next object, and returns the line in which it begins; none at the end.
    fn next(&mut self) -> Result<Option<usize>, ReadFault> {
        let next = self.input.after_blanks()?;
        if self.state == State::Begin {
            self.state = State::Lines;
            if next == Some('[') {
                self.input.take()?;
                self.state = State::First;
            }
        }
        let is_there = match self.state {
            State::Begin | State::Lines => next.is_some(),
            State::First => self.input.goes_on(']', true)?,
            State::Array => self.input.goes_on(']', false)?,
            State::End => false,
        };
        if !is_there {
            self.state = State::End;
            return self.end().map(|()| None);
        }
        if self.state == State::First {
            self.state = State::Array;
        }
        if self.input.after_blanks()? != Some('{') {
            return Err(self.input.instead_of("a row, which is an object,")?);
        }
        let (line, column) = self.input.place();
        self.input.take()?;
        (self.is_begun, self.column) = (false, column);
        Ok(Some(line))
    }

    /// Refuses what stands after the end of an array.
    fn end(&mut self) -> Result<(), ReadFault> {
        match self.input.after_blanks()? {
            None => Ok(()),
            Some(_) => Err(self.input.instead_of("nothing more")?),
        }
    }

    /// Goes to the value of the next member, and returns its name and where that stands; none at the
    /// end of the object.
    fn member(&mut self) -> Result<Option<Named>, ReadFault> {
        if !self.input.goes_on('}', !self.is_begun)? {
            return Ok(None);
        }
        self.is_begun = true;
        self.input.after_blanks()?;
        let place = self.input.place();
        let name = self.input.name()?;
        Ok(Some((name, place)))
    }
}

#[cfg(test)]
mod tests;

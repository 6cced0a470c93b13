//! The rows of an answer, read by the names of their columns.
//!
//! A type that a table's rows are read as implements [`FromRow`]: its columns are listed there once, and
//! [`select!`] and [`insert!`] write the statements from them.

use crate::error::{Error, Result};
use foldhash::fast::RandomState;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use tieline_model::Timestamp;

/// A type that rows are read as.
///
/// Statements name what they select in lower case (`COUNT(*) AS total`), so that both databases give it the
/// same name.
pub trait FromRow: Sized {
    /// The table, as written after `FROM`.
    const TABLE: &'static str;
    /// The columns that [`FromRow::from_row`] reads, separated by commas.
    const COLUMNS: &'static str;

    /// Reads a row.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a value is not of the expected type.
    fn from_row(row: &mut Row) -> Result<Self>;
}

/// `select!(Key, "WHERE id = ?1")`: the statement that selects all columns of a [`FromRow`] type.
macro_rules! select {
    ($type:ty, $rest:expr) => {{
        const SQL: &str = constcat::concat!(
            "SELECT ",
            <$type as $crate::row::FromRow>::COLUMNS,
            " FROM ",
            <$type as $crate::row::FromRow>::TABLE,
            " ",
            $rest
        );
        SQL
    }};
}
pub(crate) use select;

/// `insert!(Key)`: the statement that inserts all columns of a [`FromRow`] type, in their order.
macro_rules! insert {
    ($type:ty) => {{
        const SQL: &str = constcat::concat!(
            "INSERT INTO ",
            <$type as $crate::row::FromRow>::TABLE,
            " (",
            <$type as $crate::row::FromRow>::COLUMNS,
            ") VALUES (",
            $crate::row::placeholders(<$type as $crate::row::FromRow>::COLUMNS),
            ")"
        );
        SQL
    }};
}
pub(crate) use insert;

/// One placeholder for each of the columns: `?1, ?2, ?3`.
pub(crate) const fn placeholders(columns: &str) -> &'static str {
    let (columns, all) = (columns.as_bytes(), PLACEHOLDERS.as_bytes());
    let (mut wanted, mut n) = (1, 0);
    while n < columns.len() {
        wanted += (columns[n] == b',') as usize;
        n += 1;
    }
    let (mut seen, mut end) = (0, 0);
    while end < all.len() {
        seen += (all[end] == b',') as usize;
        if seen == wanted {
            break;
        }
        end += 1;
    }
    assert!(end < all.len(), "there are more columns than placeholders");
    PLACEHOLDERS.split_at(end).0
}

/// As many as the widest table needs, and an end mark.
const PLACEHOLDERS: &str = "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, \
    ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32,";

/// A row of an answer. Each column is read once: a text is moved out, not copied.
#[derive(Debug)]
pub struct Row {
    shape: Arc<Shape>,
    cells: Vec<Cell>,
}

/// What all rows of a statement have in common.
#[derive(Debug)]
pub(crate) struct Shape {
    /// The table, to name it in errors.
    table: String,
    columns: Box<[String]>,
    /// The column that identifies a row, to name the row in errors.
    key: Option<usize>,
}

/// A value of an answer.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A truth value; SQLite gives a number instead.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// A text.
    Text(String),
    /// Raw bytes.
    Bytes(Vec<u8>),
    /// It was read already.
    Taken,
}

/// A type that a value of an answer is read as.
pub trait FromCell: Sized {
    /// What it reads, for messages: "a number".
    const EXPECTED: &'static str;

    /// Reads a value; none if it is something else.
    fn from_cell(cell: Cell) -> Option<Self>;
}

impl Row {
    pub(crate) const fn new(shape: Arc<Shape>, cells: Vec<Cell>) -> Self {
        Self { shape, cells }
    }

    /// Takes the value of a column.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if it is not of this type, is not selected, or was taken before.
    pub fn get<T: FromCell>(&mut self, column: &str) -> Result<T> {
        let cell = self.take(column)?;
        T::from_cell(cell).ok_or_else(|| self.corrupt(column, format!("expected {}", T::EXPECTED)))
    }

    /// Takes a text and reads it as JSON.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if it cannot be read.
    pub fn json<T: serde::de::DeserializeOwned>(&mut self, column: &str) -> Result<T> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|error| self.corrupt(column, error.to_string()))
    }

    /// The error for a value of this row that cannot be read.
    #[must_use]
    pub fn corrupt(&self, column: &str, message: String) -> Error {
        let key = self.shape.key.and_then(|key| self.cells.get(key));
        let row = match key {
            Some(Cell::Text(key)) => key.clone(),
            Some(Cell::Int(key)) => key.to_string(),
            _ => "?".to_owned(),
        };
        Error::Corrupt { table: self.shape.table.clone(), column: column.to_owned(), row, message }
    }

    fn take(&mut self, column: &str) -> Result<Cell> {
        let position = self.shape.columns.iter().position(|name| name == column);
        let Some((position, cell)) = position.and_then(|at| Some((at, self.cells.get_mut(at)?))) else {
            return Err(self.corrupt(column, "the statement does not select this column".to_owned()));
        };
        if self.shape.key == Some(position) {
            // An error in a later column still has to name the row.
            return Ok(cell.clone());
        }
        match std::mem::replace(cell, Cell::Taken) {
            Cell::Taken => Err(self.corrupt(column, "the column is read twice".to_owned())),
            cell => Ok(cell),
        }
    }
}

impl Shape {
    /// The columns that name a row, the best first.
    const KEYS: [&str; 6] = ["id", "seq", "name", "number", "run_id", "workflow_id"];

    pub(crate) fn new(sql: &str, columns: Vec<String>) -> Self {
        let key = Self::KEYS.iter().find_map(|key| columns.iter().position(|name| name == key));
        Self { table: table_of(sql).to_owned(), columns: columns.into(), key }
    }

    /// The shape of a statement that is part of the program. It is worked out once on each thread, because
    /// asking the database for the names costs more than reading a short row.
    pub(crate) fn of(sql: &'static str, columns: impl FnOnce() -> Vec<String>) -> Arc<Self> {
        thread_local! {
            static SHAPES: RefCell<HashMap<(usize, usize), Arc<Shape>, RandomState>> = RefCell::default();
        }
        // A static text is known by its place in memory.
        let place = (sql.as_ptr() as usize, sql.len());
        SHAPES.with_borrow_mut(|shapes| {
            Arc::clone(shapes.entry(place).or_insert_with(|| Arc::new(Self::new(sql, columns()))))
        })
    }
}

/// The word behind `FROM`, `INTO` or `UPDATE`.
fn table_of(sql: &str) -> &str {
    let mut words = sql.split_ascii_whitespace();
    words.find(|word| matches!(*word, "FROM" | "INTO" | "UPDATE"));
    words.next().unwrap_or("?")
}

macro_rules! from_cell {
    ($($kind:ty, $expected:literal, $($cell:pat => $value:expr),+;)*) => {$(
        impl FromCell for $kind {
            const EXPECTED: &'static str = $expected;

            fn from_cell(cell: Cell) -> Option<Self> {
                match cell {
                    $($cell => Some($value),)+
                    _ => None,
                }
            }
        }
    )*};
}

from_cell! {
    bool, "a truth value", Cell::Bool(value) => value, Cell::Int(value @ 0..=1) => value == 1;
    i64, "a whole number", Cell::Int(value) => value;
    f64, "a number", Cell::Float(value) => value, Cell::Int(value) => value as f64;
    Timestamp, "a time in milliseconds", Cell::Int(value) => Self::from_millis(value);
    String, "a text", Cell::Text(value) => value;
    Vec<u8>, "bytes", Cell::Bytes(value) => value;
}

impl<T: FromCell> FromCell for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_cell(cell: Cell) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            cell => T::from_cell(cell).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: Vec<Cell>) -> Row {
        let columns = ["id", "doc", "size"].map(str::to_owned).to_vec();
        Row::new(Arc::new(Shape::new("SELECT id, doc, size FROM things WHERE id = ?1", columns)), cells)
    }

    #[test]
    fn an_error_names_table_column_and_row() {
        let mut row = row(vec![Cell::Text("x1".to_owned()), Cell::Text("{".to_owned()), Cell::Null]);
        assert_eq!(row.get::<String>("id").unwrap(), "x1");
        let error = row.json::<serde_json::Value>("doc").unwrap_err().to_string();
        assert!(error.starts_with("table things, column doc, row x1: "), "{error}");
        let error = row.get::<i64>("size").unwrap_err().to_string();
        assert_eq!(error, "table things, column size, row x1: expected a whole number");
    }

    #[test]
    fn a_column_that_is_not_selected_or_taken_before_is_an_error() {
        let mut row = row(vec![Cell::Int(1), Cell::Text(String::new()), Cell::Int(7)]);
        assert_eq!(row.get::<Option<i64>>("size").unwrap(), Some(7));
        assert!(row.get::<i64>("size").unwrap_err().to_string().ends_with("the column is read twice"));
        assert!(row.get::<i64>("weight").unwrap_err().to_string().contains("column weight, row 1"));
    }

    #[test]
    fn statements_are_written_from_the_columns() {
        struct Thing;
        impl FromRow for Thing {
            const TABLE: &'static str = "things";
            const COLUMNS: &'static str = "id, doc, size";
            fn from_row(_: &mut Row) -> Result<Self> {
                Ok(Self)
            }
        }
        assert_eq!(select!(Thing, "WHERE id = ?1"), "SELECT id, doc, size FROM things WHERE id = ?1");
        assert_eq!(insert!(Thing), "INSERT INTO things (id, doc, size) VALUES (?1, ?2, ?3)");
        assert_eq!(placeholders("one"), "?1");
    }
}

//! What commands print: one JSON object with `--json`, else lines and tables for people.

use serde_json::Value;
use std::io::{ErrorKind, Write};

/// How many characters of a cell a table shows; `--json` shows all of them.
pub(crate) const LONGEST_CELL: usize = 200;

/// Prints the object, or else the text.
pub(crate) fn print(json: bool, object: &Value, text: impl FnOnce() -> String) -> Result<(), String> {
    // A reader that closed the pipe has read what it wanted, so the command has succeeded.
    if json { write(&object.to_string()).map(drop) } else { say(&text()).map(drop) }
}

/// Prints lines for people. Returns false if the reader has closed the pipe.
pub(crate) fn say(text: &str) -> Result<bool, String> {
    write(&lines(text))
}

/// Everything on standard output goes through here; `println!` panics if it cannot write.
fn write(text: &str) -> Result<bool, String> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(format!("cannot write to standard output: {error}")),
    }
}

/// Reports on standard error why the command failed.
pub(crate) fn complain(message: &str) {
    // If that is closed as well, the exit code still reports the failure.
    let _ = writeln!(std::io::stderr(), "error: {}", lines(message));
}

/// Prints a warning on standard error.
pub(crate) fn warn(message: &str) {
    let _ = writeln!(std::io::stderr(), "warning: {}", lines(message));
}

/// Text of several lines with other control characters escaped: text from outside could move the cursor or
/// change what a terminal shows.
fn lines(text: &str) -> String {
    escaped(text, |c| c.is_control() && c != '\n' && c != '\t')
}

/// Text that stays on its line, with control characters escaped.
pub(crate) fn plain(text: &str) -> String {
    escaped(text, char::is_control)
}

fn escaped(text: &str, hidden: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if hidden(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The beginning of a text that has more characters than `most`.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Rows under a heading, each column as wide as its widest cell; `empty` if there are no rows.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>], empty: &str) -> String {
    if rows.is_empty() {
        return empty.to_owned();
    }
    let cell = |text: &String| shortened(&plain(text), LONGEST_CELL);
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([heading[column].chars().count()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    let head = line(heading.to_vec());
    let body = rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
    [head].into_iter().chain(body).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [row(&["1", "x"]), row(&["1000", "é"])];
        assert_eq!(table(&["n", "name"], &rows, "none"), "n     name\n1     x\n1000  é");
        assert_eq!(table(&["n"], &[], "none"), "none");
    }

    #[test]
    fn a_cell_is_cut_where_it_is_longer_than_anybody_reads() {
        let rows = [row(&[&"x".repeat(70_000), "y"]), row(&[&"é".repeat(200), "y"])];
        let table = table(&["n", "m"], &rows, "none");
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[1], format!("{}…  y", "x".repeat(199)));
        assert_eq!(lines[2], format!("{}  y", "é".repeat(200)));
    }

    #[test]
    fn control_characters_are_shown_and_not_sent_to_the_terminal() {
        let rows = [row(&["a\u{1b}[2Jb\nc\t\u{9b}", "ü"])];
        assert_eq!(table(&["n", "m"], &rows, "none").lines().nth(1), Some(r"a\u{1b}[2Jb\nc\t\u{9b}  ü"));
        assert_eq!(lines("a\r\n\tb\u{7}"), "a\\r\n\tb\\u{7}");
    }
}

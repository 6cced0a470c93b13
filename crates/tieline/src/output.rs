//! What commands print: one JSON object with `--json`, else lines and tables for people.

use serde_json::Value;

/// Prints the object, or else the text.
pub(crate) fn print(json: bool, object: &Value, text: impl FnOnce() -> String) {
    if json {
        println!("{object}");
    } else {
        println!("{}", text());
    }
}

/// Rows under a heading, each column as wide as its widest cell; `empty` where there are none.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>], empty: &str) -> String {
    if rows.is_empty() {
        return empty.to_owned();
    }
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
    use super::table;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [vec!["1".to_owned(), "x".to_owned()], vec!["1000".to_owned(), "é".to_owned()]];
        assert_eq!(table(&["n", "name"], &rows, "none"), "n     name\n1     x\n1000  é");
        assert_eq!(table(&["n"], &[], "none"), "none");
    }
}

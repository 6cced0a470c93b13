//! Splits the text of a migration into statements.

use super::Dialect;

/// The statements of a migration that are for one of the databases, without comments and with single spaces, so
/// that two texts that do the same are the same.
///
/// A line `-- sqlite only` or `-- postgres only` before a statement keeps it from the other database. The words
/// `{id}`, `{int}`, `{bytes}`, `{bool}` and `{float}` are replaced by the database's own types.
pub(super) fn statements(text: &str, dialect: Dialect) -> Vec<String> {
    let mut scanner = Scanner { rest: text, ..Scanner::default() };
    while scanner.step() {}
    scanner.finish();
    let own = scanner.done.into_iter().filter(|statement| statement.only.is_none_or(|only| only == dialect));
    own.map(|statement| dialect.with_types(statement.sql)).collect()
}

#[derive(Default)]
struct Statement {
    sql: String,
    only: Option<Dialect>,
    /// The words so far, in upper case, as far as they are needed to know a trigger.
    is_trigger: bool,
    /// How many `BEGIN` and `CASE` are open in a trigger's body, where a semicolon ends no statement.
    depth: usize,
}

#[derive(Default)]
struct Scanner<'a> {
    rest: &'a str,
    current: Statement,
    done: Vec<Statement>,
}

impl<'a> Scanner<'a> {
    /// Reads one comment, quoted text, word or other character; false at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        if let Some(comment) = self.rest.strip_prefix("--") {
            let end = comment.find('\n').unwrap_or(comment.len());
            self.comment(comment[..end].trim());
            self.rest = &comment[end..];
        } else if let Some(comment) = self.rest.strip_prefix("/*") {
            self.rest = comment.split_once("*/").map_or("", |(_, rest)| rest);
            self.space();
        } else if let Some(length) = quoted(self.rest) {
            let text = self.take(length);
            self.current.sql.push_str(text);
        } else if first.is_whitespace() {
            self.take(first.len_utf8());
            self.space();
        } else if is_word(first) {
            let length = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
            let word = self.take(length);
            self.word(word);
        } else if first == ';' && self.current.depth == 0 {
            self.take(1);
            self.finish();
        } else {
            let text = self.take(first.len_utf8());
            self.current.sql.push_str(text);
        }
        true
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn comment(&mut self, text: &str) {
        self.space();
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            if text.strip_suffix(" only") == Some(dialect.name()) {
                self.current.only = Some(dialect);
            }
        }
    }

    fn space(&mut self) {
        if !self.current.sql.is_empty() && !self.current.sql.ends_with(' ') {
            self.current.sql.push(' ');
        }
    }

    fn word(&mut self, word: &str) {
        let statement = &mut self.current;
        statement.sql.push_str(word);
        match word.to_ascii_uppercase().as_str() {
            "TRIGGER" if statement.sql.to_ascii_uppercase().starts_with("CREATE ") => {
                statement.is_trigger = true
            }
            "BEGIN" | "CASE" if statement.is_trigger => statement.depth += 1,
            "END" if statement.is_trigger => statement.depth = statement.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn finish(&mut self) {
        let mut statement = std::mem::take(&mut self.current);
        statement.sql.truncate(statement.sql.trim_end().len());
        if !statement.sql.is_empty() {
            self.done.push(statement);
        }
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The length of the quoted text that begins here: `'…'`, `"…"`, or `$tag$…$tag$` as PostgreSQL has it. A
/// doubled quote inside reads as the end of one text and the start of the next, with the same result.
fn quoted(text: &str) -> Option<usize> {
    let mark = match text.chars().next()? {
        '\'' => "'",
        '"' => "\"",
        '$' => dollar_tag(text)?,
        _ => return None,
    };
    let end = text[mark.len()..].find(mark).map(|at| mark.len() + at + mark.len());
    Some(end.unwrap_or(text.len()))
}

/// `$$` or `$tag$`; none for the `$1` of a value.
fn dollar_tag(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 1;
    let tag = &text[1..end];
    let is_tag = tag.chars().all(is_word) && !tag.starts_with(|c: char| c.is_ascii_digit());
    is_tag.then(|| &text[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sqlite(text: &str) -> Vec<String> {
        statements(text, Dialect::Sqlite)
    }

    #[test]
    fn comments_and_blanks_make_no_difference() {
        let plain = "CREATE TABLE a (x TEXT); CREATE INDEX b ON a (x);";
        let dressed = "-- A table.\nCREATE TABLE a (\n    x TEXT -- why; because\n);\n\n/* an index; */\n\
                       CREATE  INDEX b\n\tON a (x)";
        let squeezed: Vec<String> = sqlite(dressed).iter().map(|sql| sql.replace("( ", "(")).collect();
        assert_eq!(squeezed.iter().map(|sql| sql.replace(" )", ")")).collect::<Vec<_>>(), sqlite(plain));
        assert_eq!(sqlite("SELECT 1; -- the end\n"), sqlite("-- another comment\nSELECT\n  1\n;"));
    }

    #[test]
    fn semicolons_inside_quotes_and_bodies_end_nothing() {
        assert_eq!(
            sqlite("INSERT INTO a VALUES ('x; -- y', 'it''s;');DELETE FROM \"b;\""),
            ["INSERT INTO a VALUES ('x; -- y', 'it''s;')", "DELETE FROM \"b;\""]
        );
        let trigger = "CREATE TRIGGER t AFTER DELETE ON a BEGIN DELETE FROM b; \
                       UPDATE c SET x = CASE WHEN x THEN 1 ELSE 2 END; END";
        assert_eq!(sqlite(&format!("{trigger}; SELECT 1;")), [trigger, "SELECT 1"]);
        let function = "CREATE FUNCTION f() RETURNS trigger AS $body$ BEGIN x; END $body$ LANGUAGE plpgsql";
        assert_eq!(
            statements(&format!("{function}; SELECT $1;"), Dialect::Postgres),
            [function, "SELECT $1"]
        );
    }

    #[test]
    fn a_statement_may_be_for_one_database_and_has_its_types() {
        let text =
            "-- Why.\n-- sqlite only\nSELECT 1;\n-- postgres only\nSELECT 2;\nCREATE TABLE a (x {int})";
        assert_eq!(sqlite(text), ["SELECT 1", "CREATE TABLE a (x INTEGER)"]);
        assert_eq!(statements(text, Dialect::Postgres), ["SELECT 2", "CREATE TABLE a (x BIGINT)"]);
    }
}

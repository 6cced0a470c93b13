//! Numbered migrations, embedded in the binary. Each runs once, in a transaction, and leaves its checksum: a
//! database whose migration was altered afterwards, or that was made by a newer version, is refused.

use crate::error::{Error, Result};
use crate::param::params;
use crate::sqlite;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

struct Migration {
    number: i64,
    text: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, text: include_str!("../migrations/0001_initial.sql") },
    Migration { number: 4, text: include_str!("../migrations/0004_contact_links.sql") },
];

const BOOK: &str =
    "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, checksum TEXT NOT NULL)";

const SQLITE_TYPES: [(&str, &str); 5] =
    [("{id}", "TEXT"), ("{int}", "INTEGER"), ("{bytes}", "BLOB"), ("{bool}", "INTEGER"), ("{float}", "REAL")];

const POSTGRES_TYPES: [(&str, &str); 5] = [
    ("{id}", "TEXT COLLATE \"C\""),
    ("{int}", "BIGINT"),
    ("{bytes}", "BYTEA"),
    ("{bool}", "BOOLEAN"),
    ("{float}", "DOUBLE PRECISION"),
];

impl Migration {
    fn checksum(&self) -> String {
        hex::encode(Sha256::digest(self.text.as_bytes()))
    }

    /// The statements for one of the databases, with the words for types put in.
    fn statements(&self, own: &str, other: &str, types: [(&str, &str); 5]) -> Vec<String> {
        let marker = |name: &str| format!("-- {name} only");
        let mut statements = Vec::new();
        for block in self.text.split(";\n") {
            let lines: Vec<&str> = block.lines().map(str::trim_end).collect();
            if lines.iter().any(|line| *line == marker(other))
                && !lines.iter().any(|line| *line == marker(own))
            {
                continue;
            }
            let mut sql =
                lines.into_iter().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
            for (word, kind) in types {
                sql = sql.replace(word, kind);
            }
            if !sql.trim().is_empty() {
                statements.push(sql);
            }
        }
        statements
    }

    fn for_sqlite(&self) -> Vec<String> {
        self.statements("sqlite", "postgres", SQLITE_TYPES)
    }

    fn for_postgres(&self) -> Vec<String> {
        self.statements("postgres", "sqlite", POSTGRES_TYPES)
    }
}

/// The migrations that a database with these checksums still needs.
fn missing(done: &BTreeMap<i64, String>) -> Result<Vec<&'static Migration>> {
    for (number, checksum) in done {
        let Some(known) = MIGRATIONS.iter().find(|migration| migration.number == *number) else {
            return Err(Error::Unusable(format!(
                "the database has migration {number}, which this version does not know: it was made by a newer Tieline; upgrade this one"
            )));
        };
        if known.checksum() != *checksum {
            return Err(Error::Unusable(format!(
                "migration {number} of the database differs from this version's: it was altered after it ran"
            )));
        }
    }
    Ok(MIGRATIONS.iter().filter(|migration| !done.contains_key(&migration.number)).collect())
}

pub(crate) fn sqlite(connection: &mut rusqlite::Connection) -> Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    transaction.execute_batch(BOOK)?;
    let mut done = BTreeMap::new();
    for mut row in sqlite::query(&transaction, "SELECT number, checksum FROM migrations", &[])? {
        done.insert(row.get("number")?, row.get("checksum")?);
    }
    for migration in missing(&done)? {
        for statement in migration.for_sqlite() {
            transaction.execute_batch(&statement)?;
        }
        sqlite::execute(
            &transaction,
            "INSERT INTO migrations (number, checksum) VALUES (?1, ?2)",
            params![migration.number, &migration.checksum()],
        )?;
    }
    Ok(transaction.commit()?)
}

pub(crate) async fn postgres(client: &mut tokio_postgres::Client) -> Result<()> {
    let transaction = client.transaction().await?;
    // Nodes that start together take turns; the lock goes with the transaction.
    transaction.batch_execute("SELECT pg_advisory_xact_lock(7213005)").await?;
    transaction.batch_execute(BOOK).await?;
    let mut done = BTreeMap::new();
    for row in transaction.query("SELECT number, checksum FROM migrations", &[]).await? {
        done.insert(row.try_get::<_, i64>(0)?, row.try_get::<_, String>(1)?);
    }
    for migration in missing(&done)? {
        for statement in migration.for_postgres() {
            transaction.batch_execute(&statement).await?;
        }
        transaction
            .execute(
                "INSERT INTO migrations (number, checksum) VALUES ($1, $2)",
                &[&migration.number, &migration.checksum()],
            )
            .await?;
    }
    Ok(transaction.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_altered_or_unknown_migration_is_refused() {
        let altered = BTreeMap::from([(1, "0".repeat(64))]);
        assert!(missing(&altered).err().unwrap().to_string().contains("altered"));
        let newer = BTreeMap::from([(9999, String::new())]);
        assert!(missing(&newer).err().unwrap().to_string().contains("newer"));
    }

    #[test]
    fn each_database_gets_its_own_statements() {
        let sqlite = MIGRATIONS[0].for_sqlite().join(";");
        let postgres = MIGRATIONS[0].for_postgres().join(";");
        assert!(sqlite.contains("seq INTEGER PRIMARY KEY") && !sqlite.contains("IDENTITY"));
        assert!(postgres.contains("IDENTITY") && !postgres.contains("seq INTEGER PRIMARY KEY"));
        assert!(!sqlite.contains('{') && !postgres.contains('{'));
    }
}

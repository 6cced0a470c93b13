//! Numbered migrations, embedded in the binary. Each runs once, in a transaction, and records a checksum of what
//! it did: a database whose migration did something else is refused.
//!
//! During a rolling upgrade a node of the previous version may start on a database that the new version has
//! migrated already. Each migration therefore records the oldest migration level that still works with it.

mod statements;

use crate::error::{Error, Result};
use crate::param::params;
use crate::sqlite;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

struct Migration {
    number: i64,
    /// The oldest program, by its newest migration, that still works with a database that has this migration. A
    /// migration that only adds tables, indexes and columns with defaults leaves the one before working.
    works_from: i64,
    text: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, works_from: 1, text: include_str!("../migrations/0001_initial.sql") },
    Migration { number: 2, works_from: 1, text: include_str!("../migrations/0002_search.sql") },
    // A node of the previous version would leave runs in the queue of their key.
    Migration { number: 3, works_from: 3, text: include_str!("../migrations/0003_runs.sql") },
    Migration { number: 4, works_from: 1, text: include_str!("../migrations/0004_contact_links.sql") },
    Migration { number: 5, works_from: 1, text: include_str!("../migrations/0005_sequences.sql") },
    // Earlier programs read neither a checkpoint that names its step nor the table of what runs wait for.
    Migration { number: 6, works_from: 6, text: include_str!("../migrations/0006_run_steps.sql") },
    Migration { number: 7, works_from: 1, text: include_str!("../migrations/0007_search_texts.sql") },
    Migration { number: 8, works_from: 1, text: include_str!("../migrations/0008_contact_addresses.sql") },
    Migration { number: 12, works_from: 1, text: include_str!("../migrations/0012_workflow_ids.sql") },
];

/// Checksums that released versions recorded, which hashed a migration's whole text.
const RELEASED: &[(i64, &str)] = &[(1, "88d1a2c85a82fa74ffbcb0e710f92247af2e81e25f97f49e6b6f5b59cf16125b")];

const TABLES: &str = "\
    CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, checksum TEXT NOT NULL); \
    CREATE TABLE IF NOT EXISTS migration_levels (number BIGINT PRIMARY KEY, works_from BIGINT NOT NULL)";

const APPLIED: &str = "\
    SELECT m.number, m.checksum, l.works_from FROM migrations m \
    LEFT JOIN migration_levels l ON l.number = m.number ORDER BY m.number";

/// The database that a statement is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    const fn types(self) -> [(&'static str, &'static str); 5] {
        match self {
            Self::Sqlite => [
                ("{id}", "TEXT"),
                ("{int}", "INTEGER"),
                ("{bytes}", "BLOB"),
                ("{bool}", "INTEGER"),
                ("{float}", "REAL"),
            ],
            Self::Postgres => [
                ("{id}", "TEXT COLLATE \"C\""),
                ("{int}", "BIGINT"),
                ("{bytes}", "BYTEA"),
                ("{bool}", "BOOLEAN"),
                ("{float}", "DOUBLE PRECISION"),
            ],
        }
    }

    fn with_types(self, sql: String) -> String {
        self.types().into_iter().fold(sql, |sql, (word, kind)| sql.replace(word, kind))
    }
}

impl Migration {
    fn statements(&self, dialect: Dialect) -> Vec<String> {
        statements::statements(self.text, dialect)
    }

    /// A hash of what it does to this database.
    fn checksum(&self, dialect: Dialect) -> String {
        format!("does:{}", hex::encode(Sha256::digest(self.statements(dialect).join(";\n"))))
    }

    fn did(&self, checksum: &str, dialect: Dialect) -> bool {
        self.checksum(dialect) == checksum || RELEASED.contains(&(self.number, checksum))
    }
}

/// A migration that a database has.
struct Applied {
    checksum: String,
    works_from: Option<i64>,
}

/// The migrations that a database still needs.
fn missing(applied: &BTreeMap<i64, Applied>, dialect: Dialect) -> Result<Vec<&'static Migration>> {
    let level = MIGRATIONS.iter().map(|migration| migration.number).max().unwrap_or(0);
    for (number, applied) in applied {
        match MIGRATIONS.iter().find(|migration| migration.number == *number) {
            Some(known) if known.did(&applied.checksum, dialect) => {}
            Some(_) => {
                return Err(Error::Unusable(format!(
                    "migration {number} of the database differs from this version's: it was altered after it ran"
                )));
            }
            None if applied.works_from.is_some_and(|from| from <= level) => {
                tracing::warn!(
                    migration = number,
                    "a newer Tieline has migrated the database; this one still works with it, upgrade it soon"
                );
            }
            None => {
                return Err(Error::Unusable(format!(
                    "the database has migration {number}, which this version does not know: a newer Tieline made \
                     it; upgrade this one"
                )));
            }
        }
    }
    Ok(MIGRATIONS.iter().filter(|migration| !applied.contains_key(&migration.number)).collect())
}

/// Checks that a database needs no migration, without writing to it.
pub(crate) fn check_sqlite(connection: &rusqlite::Connection) -> Result<()> {
    let known = "SELECT 1 AS found FROM sqlite_master WHERE name = 'migration_levels'";
    if sqlite::query(connection, known, &[])?.is_empty() {
        return Err(outdated());
    }
    needs_none(&applied_to(connection)?, Dialect::Sqlite)
}

/// The same for PostgreSQL.
pub(crate) async fn check_postgres(client: &tokio_postgres::Client) -> Result<()> {
    let known = "SELECT to_regclass('migration_levels') IS NOT NULL AS found";
    if !client.query_one(known, &[]).await?.try_get::<_, bool>("found")? {
        return Err(outdated());
    }
    needs_none(&applied(client.query(APPLIED, &[]).await?)?, Dialect::Postgres)
}

fn needs_none(applied: &BTreeMap<i64, Applied>, dialect: Dialect) -> Result<()> {
    if missing(applied, dialect)?.is_empty() { Ok(()) } else { Err(outdated()) }
}

fn outdated() -> Error {
    let message = "the database is from an earlier version of Tieline, and this command only reads; start \
        `tieline serve` of this version first, which migrates it";
    Error::Unusable(message.to_owned())
}

fn applied_to(connection: &rusqlite::Connection) -> Result<BTreeMap<i64, Applied>> {
    let rows = sqlite::query(connection, APPLIED, &[])?;
    rows.into_iter()
        .map(|mut row| {
            let done = Applied { checksum: row.get("checksum")?, works_from: row.get("works_from")? };
            Ok((row.get("number")?, done))
        })
        .collect()
}

fn applied(rows: Vec<tokio_postgres::Row>) -> Result<BTreeMap<i64, Applied>> {
    rows.into_iter()
        .map(|row| {
            let done = Applied { checksum: row.try_get("checksum")?, works_from: row.try_get("works_from")? };
            Ok((row.try_get("number")?, done))
        })
        .collect()
}

pub(crate) fn sqlite(connection: &mut rusqlite::Connection) -> Result<()> {
    // A command beside a busy server does not wait for the writer in vain.
    if check_sqlite(connection).is_ok() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    transaction.execute_batch(TABLES)?;
    for migration in missing(&applied_to(&transaction)?, Dialect::Sqlite)? {
        for statement in migration.statements(Dialect::Sqlite) {
            transaction.execute_batch(&statement)?;
        }
        sqlite::execute(
            &transaction,
            "INSERT INTO migrations (number, checksum) VALUES (?1, ?2)",
            params![migration.number, &migration.checksum(Dialect::Sqlite)],
        )?;
        sqlite::execute(
            &transaction,
            "INSERT INTO migration_levels (number, works_from) VALUES (?1, ?2)",
            params![migration.number, migration.works_from],
        )?;
    }
    Ok(transaction.commit()?)
}

pub(crate) async fn postgres(client: &mut tokio_postgres::Client) -> Result<()> {
    let transaction = client.transaction().await?;
    // Nodes that start together take turns; the lock goes with the transaction.
    transaction.batch_execute("SELECT pg_advisory_xact_lock(7213005)").await?;
    transaction.batch_execute(TABLES).await?;
    for migration in missing(&applied(transaction.query(APPLIED, &[]).await?)?, Dialect::Postgres)? {
        for statement in migration.statements(Dialect::Postgres) {
            transaction.batch_execute(&statement).await?;
        }
        transaction
            .execute(
                "INSERT INTO migrations (number, checksum) VALUES ($1, $2)",
                &[&migration.number, &migration.checksum(Dialect::Postgres)],
            )
            .await?;
        transaction
            .execute(
                "INSERT INTO migration_levels (number, works_from) VALUES ($1, $2)",
                &[&migration.number, &migration.works_from],
            )
            .await?;
    }
    Ok(transaction.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(number: i64, checksum: &str, works_from: Option<i64>) -> BTreeMap<i64, Applied> {
        BTreeMap::from([(number, Applied { checksum: checksum.to_owned(), works_from })])
    }

    #[test]
    fn a_migration_that_did_something_else_is_refused() {
        let altered = missing(&applied(1, &"0".repeat(64), None), Dialect::Sqlite);
        assert!(altered.err().unwrap().to_string().contains("altered"));
        assert!(missing(&applied(1, RELEASED[0].1, None), Dialect::Postgres).is_ok());
    }

    /// Case R14.
    #[test]
    fn a_changed_comment_is_no_change() {
        let first = &MIGRATIONS[0];
        let text =
            first.text.replace("-- ", "--   Indeed: ").replace("--   Indeed: sqlite only", "-- sqlite only");
        let text = text.replace("--   Indeed: postgres only", "-- postgres only");
        let commented = Migration { text: Box::leak(text.into_boxed_str()), ..*first };
        assert_ne!(commented.text, first.text);
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            assert!(first.did(&commented.checksum(dialect), dialect));
            let other = Migration { text: "CREATE TABLE settings (name {id})", ..*first };
            assert!(!first.did(&other.checksum(dialect), dialect));
        }
    }

    #[test]
    fn a_newer_migration_is_accepted_if_it_says_that_this_version_works_with_it() {
        let level = MIGRATIONS.iter().map(|migration| migration.number).max();
        assert!(missing(&applied(9999, "", level), Dialect::Sqlite).is_ok());
        for works_from in [None, Some(9999)] {
            let newer = missing(&applied(9999, "", works_from), Dialect::Sqlite);
            assert!(newer.err().unwrap().to_string().contains("upgrade this one"));
        }
    }

    #[test]
    fn each_database_gets_its_own_statements() {
        for migration in MIGRATIONS {
            for dialect in [Dialect::Sqlite, Dialect::Postgres] {
                let statements = migration.statements(dialect).join(";");
                assert!(!statements.contains('{'), "{statements}");
            }
        }
        assert!(MIGRATIONS[0].statements(Dialect::Sqlite).join(";").contains("seq INTEGER PRIMARY KEY"));
        assert!(MIGRATIONS[0].statements(Dialect::Postgres).join(";").contains("IDENTITY"));
    }
}

//! What can go wrong in the store.

use tieline_model::Refusal;

/// The result of a procedure.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a procedure was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The change was understood and refused; nothing was written.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A step was refused after it had written. The procedure returns this unchanged, and the store runs it again
    /// in a new transaction; see [`Tx::end_step`](crate::Tx::end_step).
    #[error("a step was refused after it had written; the transaction is run again")]
    Repeat,
    /// A stored value cannot be read.
    #[error("table {table}, column {column}, row {row}: {message}")]
    Corrupt {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The row, by its key.
        row: String,
        /// What is wrong with the value.
        message: String,
    },
    /// SQLite reports an error.
    #[error("sqlite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL reports an error.
    #[error("postgresql: {}", crate::postgres::describe(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// PostgreSQL cannot be reached, for this reason. The store logs one line when it becomes unreachable and one
    /// when it is back, so callers need not log it.
    #[error("PostgreSQL is away: {0}")]
    Away(String),
    /// The database cannot be used: a migration is missing or altered, a file cannot be opened.
    #[error("{0}")]
    Unusable(String),
    /// The store was closed, or a procedure panicked; the log has the reason.
    #[error("the store is closed")]
    Closed,
    /// A value cannot be written as JSON.
    #[error("json: {0}")]
    Json(#[from] serde_json::Error),
}

impl Error {
    /// The refusal, if the procedure was refused rather than failed.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether the database cannot be reached, which is nobody's fault and already in the log.
    #[must_use]
    pub const fn is_away(&self) -> bool {
        matches!(self, Self::Away(_))
    }
}

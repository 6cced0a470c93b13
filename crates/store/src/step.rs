//! Undoing one step of a larger transaction.
//!
//! A run takes many steps in one transaction. A step that is refused after it has written must leave nothing
//! behind, while the steps before it stay. A savepoint around each step does that, but costs two statements and
//! is hardly ever needed, because procedures refuse before they write. So steps run without savepoints first.
//! If one is refused after a write, the whole transaction is rolled back and its procedure is run again, this
//! time with a savepoint around each step.

use crate::error::{Error, Result};
use crate::tx::Tx;

/// A step that has begun; see [`Tx::begin_step`].
#[derive(Debug)]
#[must_use = "a step ends with `Tx::end_step`"]
pub struct Step {
    writes: u64,
    appended: usize,
}

impl Tx<'_> {
    /// Begins a step that may be undone alone. Steps do not nest.
    ///
    /// ```text
    /// let step = tx.begin_step().await?;
    /// let result = AddTags { … }.run(tx).await;
    /// let refused = matches!(result, Err(Error::Refused(_)));
    /// tx.end_step(step, refused).await?;
    /// ```
    ///
    /// # Errors
    /// What the database reports.
    pub async fn begin_step(&mut self) -> Result<Step> {
        if self.savepoints {
            self.statement("SAVEPOINT step").await?;
        }
        Ok(Step { writes: self.writes, appended: self.appended.len() })
    }

    /// Ends a step. If it was refused, whatever it has written is undone.
    ///
    /// # Errors
    /// [`Error::Repeat`] if the step has written and cannot be undone alone. The procedure returns it; the
    /// store then runs the procedure again in a new transaction, where steps can be undone. Otherwise what the
    /// database reports.
    pub async fn end_step(&mut self, step: Step, refused: bool) -> Result<()> {
        let wrote = self.writes != step.writes;
        if refused && wrote {
            if !self.savepoints {
                self.repeat = true;
                return Err(Error::Repeat);
            }
            self.statement("ROLLBACK TO SAVEPOINT step").await?;
            self.memo.clear();
            self.appended.truncate(step.appended);
        }
        if self.savepoints {
            self.statement("RELEASE SAVEPOINT step").await?;
        }
        Ok(())
    }
}

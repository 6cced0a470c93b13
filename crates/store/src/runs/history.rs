//! What runs have done, step by step.

use super::words;
use crate::error::Result;
use crate::param::params;
use crate::row::{Cell, FromCell, FromRow, Row, insert, select};
use crate::store::Procedure;
use crate::tx::Tx;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::str::FromStr;
use tieline_model::{RunId, Timestamp};

words! {
    /// What came of a step.
    StepOutcome, "an outcome of a step" {
        /// Its request is under way.
        Calling = "calling",
        /// It waits.
        Waiting = "waiting",
        /// It was done.
        Done = "done",
        /// It failed; see [`StepRecord::retry_at`].
        Failed = "failed",
        /// It ended the run.
        Stopped = "stopped",
    }
}

/// One try of one step of a run.
#[derive(Clone, Debug)]
pub struct Step {
    /// The run.
    pub run_id: RunId,
    /// Its number among the rows of the run, from 1.
    pub n: i64,
    /// The step's id in the document; `trigger` where the run failed before its first step.
    pub step: String,
    /// The turns of the loops around it; empty outside of loops.
    pub frame: String,
    /// Which try it is, from 1.
    pub attempt: i64,
    /// What came of it.
    pub outcome: StepOutcome,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; none while it waits or calls.
    pub ended_at: Option<Timestamp>,
    /// What it was about.
    pub record: StepRecord,
}

impl Step {
    /// The step as one JSON object, as commands print it.
    ///
    /// # Errors
    /// A value cannot be written as JSON.
    pub fn to_json(&self) -> Result<Value> {
        let mut shown = json!({
            "n": self.n, "step": self.step, "attempt": self.attempt, "outcome": self.outcome.as_str(),
            "beganAt": self.began_at, "endedAt": self.ended_at,
        });
        if !self.frame.is_empty() {
            shown["frame"] = Value::from(self.frame.as_str());
        }
        if let (Value::Object(shown), Value::Object(record)) =
            (&mut shown, serde_json::to_value(&self.record)?)
        {
            shown.extend(record);
        }
        Ok(shown)
    }
}

/// What a step was about, as it may be shown: secrets are replaced and large values cut before it is written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StepRecord {
    /// Where the step was in the document: `steps[2]`.
    pub place: String,
    /// The action's key, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The rendered input.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub input: Value,
    /// What a later step finds as `steps.<id>`. As a text, because a stored document is copied into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Box<RawValue>>,
    /// What it changed elsewhere: the events that it wrote, the requests that it sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Value>,
    /// What the step did, or why it did not.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What was left out, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// When a wait ends at the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// When a step that failed is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
}

/// Writes a step with its record as JSON. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn record_step(tx: &mut Tx<'_>, step: &Step, record: &str) -> Result<()> {
    tx.execute(
        insert!(Step),
        params![
            &step.run_id,
            step.n,
            &step.step,
            &step.frame,
            step.attempt,
            step.outcome.as_str(),
            step.began_at,
            step.ended_at,
            record,
        ],
    )
    .await
    .map(|_| ())
}

/// Writes what came of a step that was recorded before it ended, with its record as JSON. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn update_step(tx: &mut Tx<'_>, step: &Step, record: &str) -> Result<()> {
    let sql = "UPDATE run_steps SET outcome = ?3, ended_at = ?4, record = ?5 WHERE run_id = ?1 AND n = ?2";
    tx.execute(sql, params![&step.run_id, step.n, step.outcome.as_str(), step.ended_at, record])
        .await
        .map(|_| ())
}

/// Reads the last step that was recorded, if it has not ended. For use inside a procedure.
///
/// # Errors
/// What the database reports.
pub async fn open_step(tx: &mut Tx<'_>, run: &RunId, n: i64) -> Result<Option<Step>> {
    tx.first(select!(Step, "WHERE run_id = ?1 AND n = ?2 AND ended_at IS NULL"), params![run, n]).await
}

/// A run's steps, in the order in which they began.
#[derive(Clone, Debug)]
pub struct History(
    /// The run.
    pub RunId,
);

impl Procedure for History {
    type Output = Vec<Step>;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<Step>> {
        let mut steps = older(tx, &self.0).await?;
        steps.extend(tx.all(select!(Step, "WHERE run_id = ?1 ORDER BY n"), params![&self.0]).await?);
        Ok(steps)
    }
}

impl FromRow for Step {
    const TABLE: &'static str = "run_steps";
    const COLUMNS: &'static str = "run_id, n, step, frame, attempt, outcome, began_at, ended_at, record";

    fn from_row(row: &mut Row) -> Result<Self> {
        Ok(Self {
            run_id: row.get("run_id")?,
            n: row.get("n")?,
            step: row.get("step")?,
            frame: row.get("frame")?,
            attempt: row.get("attempt")?,
            outcome: row.get("outcome")?,
            began_at: row.get("began_at")?,
            ended_at: row.get("ended_at")?,
            record: row.json("record")?,
        })
    }
}

/// A step as version 0.1.0 wrote it: the steps of one checkpoint in one row of `run_history`.
#[derive(Deserialize)]
struct Older {
    at: Timestamp,
    place: String,
    action: Option<String>,
    status: String,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    attempt: i64,
}

/// The steps that version 0.1.0 recorded.
async fn older(tx: &mut Tx<'_>, run: &RunId) -> Result<Vec<Step>> {
    let rows = tx.query("SELECT steps FROM run_history WHERE run_id = ?1 ORDER BY n", params![run]).await?;
    let mut steps = Vec::new();
    for mut row in rows {
        for step in row.json::<Vec<Older>>("steps")? {
            // A pause before the next try was a row of its own, with a word of its own; the try says enough.
            let Ok(outcome) = step.status.parse() else { continue };
            let n = i64::try_from(steps.len()).unwrap_or(i64::MAX).saturating_add(1);
            steps.push(step.into_step(run.clone(), n, outcome));
        }
    }
    Ok(steps)
}

impl Older {
    fn into_step(self, run_id: RunId, n: i64, outcome: StepOutcome) -> Step {
        let record = StepRecord {
            place: self.place.clone(),
            action: self.action,
            reason: self.detail,
            ..StepRecord::default()
        };
        Step {
            run_id,
            n,
            step: self.place,
            frame: String::new(),
            attempt: self.attempt.max(1),
            outcome,
            began_at: self.at,
            ended_at: Some(self.at),
            record,
        }
    }
}

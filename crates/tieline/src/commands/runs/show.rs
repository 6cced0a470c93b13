//! `tieline runs show`: one run with its cause and its steps.

use super::{object, status};
use crate::config::Config;
use crate::open::{location, open_to_read};
use crate::output::{LONGEST_CELL, plain, print, shortened, table};
use serde_json::{Value, json};
use std::collections::HashMap;
use tieline_model::cause::Actor;
use tieline_model::{ContactId, Event, Location, RunId, Timestamp};
use tieline_store::runs::{self, Origin, Run, Step, StepOutcome};
use tieline_store::{Store, contacts, log, workflows};

/// How far a chain of runs, each started by what another one did, is followed. The engine ends longer ones.
const LONGEST_CHAIN: usize = 8;
/// How many characters of the run's detail the headline shows; `--full` and `--json` show all of them.
const LONGEST_DETAIL: usize = 300;

/// All that is shown of a run.
struct Shown {
    run: Run,
    workflow: String,
    contact: Option<String>,
    causes: Vec<Link>,
    steps: Vec<Step>,
}

/// An event that led to the run, and the workflow's run that it started.
struct Link {
    event: Event,
    /// The earlier run that wrote the event, with its workflow's name.
    run: Option<(RunId, String)>,
}

pub(super) async fn show(
    config: &Config,
    location_id: &str,
    id: &str,
    full: bool,
    as_json: bool,
) -> Result<(), String> {
    let store = open_to_read(config).await?;
    let location = location(&store, location_id).await?;
    let shown = Shown::read(&store, &location, id).await.map_err(|error| error.to_string())?;
    let shown =
        shown.ok_or_else(|| format!("run {id} does not exist; `tieline runs list` shows all runs"))?;
    let object = shown.object().map_err(|error| error.to_string())?;
    print(as_json, &object, || shown.text(full))
}

impl Shown {
    async fn read(store: &Store, location: &Location, id: &str) -> tieline_store::Result<Option<Self>> {
        let get = runs::Get { location_id: location.id.clone(), id: RunId::from(id) };
        let Some(run) = store.read(get).await? else { return Ok(None) };
        let steps = store.read(runs::History(run.id.clone())).await?;
        let contact = match &run.contact_id {
            Some(id) => Some(contact(store, location, id).await?),
            None => None,
        };
        let causes = causes(store, location, run.event_seq).await?;
        Ok(Some(Self { workflow: workflow(store, &run).await?, run, contact, causes, steps }))
    }

    fn object(&self) -> tieline_store::Result<Value> {
        let mut shown = object(&self.run, Some(&self.workflow));
        let event = |event: &Event| -> tieline_store::Result<Value> {
            let payload: Value = serde_json::from_str(event.payload.get())?;
            let (kind, at, cause) = (&event.kind, event.occurred_at, &event.cause);
            Ok(json!({ "id": event.id, "kind": kind, "occurredAt": at, "cause": cause, "payload": payload }))
        };
        let events =
            self.causes.iter().map(|link| event(&link.event)).collect::<tieline_store::Result<Vec<_>>>()?;
        shown["event"] = events.first().cloned().unwrap_or_default();
        shown["causes"] = Value::from(events);
        shown["steps"] = self.steps.iter().map(Step::to_json).collect::<tieline_store::Result<_>>()?;
        Ok(shown)
    }

    fn text(&self, full: bool) -> String {
        let run = &self.run;
        let detail = shortened(&plain(&run.detail), if full { usize::MAX } else { LONGEST_DETAIL });
        let detail = if detail.is_empty() { detail } else { format!(": {detail}") };
        let mut lines = vec![format!("run {} {}{detail}", run.id, status(run))];
        lines.push(format!("  workflow  {} v{}", plain(&self.workflow), run.version));
        if let (Origin::Replay, Some(earlier)) = (run.origin, &run.parent_id) {
            lines.push(format!("  replays   run {earlier}"));
        }
        lines.extend(self.contact.as_ref().map(|contact| format!("  contact   {}", plain(contact))));
        let passed = length(run.created_at, run.updated_at);
        let passed = if run.status.is_over() {
            format!("took {passed}")
        } else {
            format!("last went on {passed} later")
        };
        lines.push(format!("  began     {}, {passed}", run.created_at));
        lines.extend(self.causes.iter().enumerate().map(|(n, link)| {
            let heading = if n == 0 { "  because   " } else { "            " };
            format!("{heading}{}", link.text())
        }));
        let rows: Vec<Vec<String>> =
            self.steps.iter().zip(tries(&self.steps)).map(|(step, tries)| row(step, tries)).collect();
        lines.push(String::new());
        lines.push(table(&["BEGAN", "STEP", "ACTION", "OUTCOME", "DETAIL"], &rows, "No step was taken."));
        if full {
            lines.extend(self.steps.iter().filter_map(in_full));
        }
        lines.join("\n")
    }
}

impl Link {
    fn text(&self) -> String {
        let event = &self.event;
        let by = match (&event.cause.by, &self.run) {
            (Actor::Run { id }, run) => {
                let name = run.as_ref().map_or("a workflow", |(_, name)| name);
                format!("written by run {id} of {}", plain(name))
            }
            (Actor::Key { id }, _) => format!("by API key {id}"),
            (Actor::Connection { id }, _) => format!("by a delivery to connection {id}"),
            (Actor::Operator, _) => "by somebody at the command line".to_owned(),
        };
        format!("{} at {}, {by}", plain(&event.kind), event.occurred_at)
    }
}

/// The event that started the run, and those that led to it.
async fn causes(store: &Store, location: &Location, seq: i64) -> tieline_store::Result<Vec<Link>> {
    let (mut links, mut next) = (Vec::new(), Some(seq));
    while let Some(seq) = next.take().filter(|_| links.len() < LONGEST_CHAIN) {
        let Some(event) = store.read(log::At(seq)).await? else { break };
        let mut link = Link { event, run: None };
        if let Actor::Run { id } = &link.event.cause.by {
            let get = runs::Get { location_id: location.id.clone(), id: id.clone() };
            if let Some(run) = store.read(get).await? {
                link.run = Some((run.id.clone(), workflow(store, &run).await?));
                next = Some(run.event_seq);
            }
        }
        links.push(link);
    }
    Ok(links)
}

async fn workflow(store: &Store, run: &Run) -> tieline_store::Result<String> {
    let version = workflows::GetVersion { workflow_id: run.workflow_id.clone(), version: run.version };
    Ok(store.read(version).await?.map(|version| version.name).unwrap_or_default())
}

/// The contact's name and address beside its id.
async fn contact(store: &Store, location: &Location, id: &ContactId) -> tieline_store::Result<String> {
    let get = contacts::Get { location_id: location.id.clone(), id: id.clone() };
    let Some(doc) = store.read(get).await? else { return Ok(format!("{id}, deleted")) };
    let doc: Value = serde_json::from_str(&doc)?;
    let words = ["name", "email", "phone"].map(|field| doc[field].as_str().unwrap_or_default());
    let known: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).take(2).collect();
    Ok(format!("{id} {}", known.join(", ")))
}

/// Which try of its step each row is, from 1. The engine's own count begins anew when a person retries the run.
fn tries(steps: &[Step]) -> Vec<i64> {
    let mut failed: HashMap<(&str, &str), i64> = HashMap::new();
    let tries = steps.iter().map(|step| {
        let failures = failed.entry((&step.step, &step.frame)).or_default();
        let tries = step.attempt.max(*failures + 1);
        *failures += i64::from(step.outcome == StepOutcome::Failed);
        tries
    });
    tries.collect()
}

fn row(step: &Step, tries: i64) -> Vec<String> {
    let record = &step.record;
    let tries = if tries > 1 { format!(", try {tries}") } else { String::new() };
    let mut details: Vec<String> =
        Some(record.reason.clone()).filter(|reason| !reason.is_empty()).into_iter().collect();
    if step.ended_at.is_none() {
        details.extend(record.due_at.map(|due| format!("until {due}")));
    }
    details.extend(record.retry_at.map(|at| format!("tries again at {at}")));
    // A reason names what was left out already.
    details.extend(record.warnings.iter().filter(|warning| !record.reason.contains(*warning)).cloned());
    vec![
        step.began_at.to_string(),
        step.step.clone(),
        record.action.clone().unwrap_or_default(),
        format!("{}{tries}", step.outcome.as_str()),
        details.join("; "),
    ]
}

/// What the step took, gave and changed.
fn in_full(step: &Step) -> Option<String> {
    let record = &step.record;
    let output = record.output.as_ref().map_or("", |output| output.get());
    let input = if record.input.is_null() { String::new() } else { record.input.to_string() };
    let effects: Vec<String> = record.effects.iter().map(Value::to_string).collect();
    let reason =
        if record.reason.chars().count() > LONGEST_CELL { plain(&record.reason) } else { String::new() };
    let effects = effects.join("\n          ");
    let parts = [("took", input), ("gave", output.to_owned()), ("changed", effects), ("reason", reason)];
    let lines: Vec<String> = parts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| format!("  {name:<8}{text}"))
        .collect();
    (!lines.is_empty()).then(|| format!("\n{} {}\n{}", step.n, step.step, lines.join("\n")))
}

/// How long something took: `3 d 4 h`, `250 ms`.
fn length(from: Timestamp, to: Timestamp) -> String {
    let millis = to.millis().saturating_sub(from.millis()).max(0);
    let units = [("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000), ("ms", 1)];
    let mut left = millis;
    let mut parts = Vec::new();
    for (name, size) in units {
        if left >= size && parts.len() < 2 {
            parts.push(format!("{} {name}", left / size));
            left %= size;
        }
    }
    if parts.is_empty() { "0 ms".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tieline_store::runs::StepRecord;

    #[test]
    fn a_step_that_a_person_retried_is_its_second_try() {
        let step = |step: &str, attempt, outcome| Step {
            run_id: RunId::from("r"),
            n: 1,
            step: step.to_owned(),
            frame: String::new(),
            attempt,
            outcome,
            began_at: Timestamp::from_millis(0),
            ended_at: None,
            record: StepRecord::default(),
        };
        let (failed, done) = (StepOutcome::Failed, StepOutcome::Done);
        let steps = [
            step("a", 1, done),
            step("b", 1, failed),
            step("b", 2, failed),
            step("b", 1, done),
            step("c", 1, done),
        ];
        assert_eq!(tries(&steps), [1, 1, 2, 3, 1]);
    }

    #[test]
    fn lengths_are_given_in_two_units() {
        let at = Timestamp::from_millis;
        assert_eq!(length(at(0), at(0)), "0 ms");
        assert_eq!(length(at(0), at(1250)), "1 s 250 ms");
        assert_eq!(length(at(0), at(90_061_000)), "1 d 1 h");
    }
}

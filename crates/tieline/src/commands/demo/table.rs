//! Event → run → what changed on which contact.

use super::story::Post;
use crate::output::{self, shortened};
use serde_json::Value;
use std::collections::HashMap;
use tieline_model::{ContactId, Location};
use tieline_store::runs::{Run, RunStatus};
use tieline_store::{Store, contacts, log, runs, workflows};

const HEADING: [&str; 4] = ["EVENT", "RUN", "CONTACT", "WHAT CHANGED"];
/// How many columns a line may have.
const COLUMNS: usize = 120;
/// How the server's answer ends for an event that adds nothing.
const NOTHING_NEW: &str = "has no news";

/// A table with a line for each run, and one for each event that started none.
pub(super) async fn table(
    store: &Store,
    location: &Location,
    posts: &[Post],
    answers: &[Value],
) -> Result<String, String> {
    let failed = |error: tieline_store::Error| error.to_string();
    let names: HashMap<_, _> = store
        .read(workflows::List(location.id.clone()))
        .await
        .map_err(failed)?
        .into_iter()
        .map(|workflow| (workflow.id, workflow.name))
        .collect();
    let list = runs::List { location_id: location.id.clone(), status: None, before: None, limit: 1000 };
    let mut by_event: HashMap<String, Vec<Vec<String>>> = HashMap::new();
    let mut all = store.read(list).await.map_err(failed)?;
    all.sort_by_key(|run| run.event_seq);
    for run in all {
        let Some(event) = store.read(log::At(run.event_seq)).await.map_err(failed)? else { continue };
        let payload: Value = serde_json::from_str(event.payload.get()).map_err(|error| error.to_string())?;
        let name = names.get(&run.workflow_id).map_or("", String::as_str);
        let cells = vec![
            run_cell(name, run.status),
            contact(store, location, &run).await?,
            changes(store, &run).await?,
        ];
        by_event.entry(payload["id"].as_str().unwrap_or_default().to_owned()).or_default().push(cells);
    }
    let mut rows = Vec::new();
    for (post, answer) in posts.iter().zip(answers) {
        let duplicate = answer["duplicate"] == true;
        let runs = if duplicate { None } else { by_event.remove(&post.event_id) };
        let none = match answer["detail"].as_str() {
            _ if duplicate => "none: delivered before".to_owned(),
            Some(detail) if detail.ends_with(NOTHING_NEW) => format!("none: {NOTHING_NEW}"),
            Some(detail) => shortened(&format!("none: {detail}"), 40),
            None => "none".to_owned(),
        };
        for (n, cells) in runs.unwrap_or_else(|| vec![vec![none]]).into_iter().enumerate() {
            let what = if n == 0 { post.what } else { "" };
            rows.push([vec![what.to_owned()], cells].concat());
        }
    }
    fit(&mut rows);
    Ok(output::table(&HEADING, &rows, "nothing happened"))
}

/// The workflow's name, and the run's status if it has not completed.
fn run_cell(name: &str, status: RunStatus) -> String {
    match status {
        RunStatus::Completed => name.to_owned(),
        other => format!("{name}: {}", other.as_str()),
    }
}

/// Shortens the last column, so that a line fits the terminal.
fn fit(rows: &mut [Vec<String>]) {
    let last = HEADING.len() - 1;
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([HEADING[column].len()]).max().unwrap_or_default()
    };
    let taken: usize = (0..last).map(|column| width(column) + 2).sum();
    let left = COLUMNS.saturating_sub(taken).max(20);
    for cell in rows.iter_mut().filter_map(|row| row.get_mut(last)) {
        *cell = shortened(cell, left);
    }
}

async fn contact(store: &Store, location: &Location, run: &Run) -> Result<String, String> {
    let Some(id) = &run.contact_id else { return Ok(String::new()) };
    let get = contacts::Get { location_id: location.id.clone(), id: ContactId::clone(id) };
    let doc = store.read(get).await.map_err(|error| error.to_string())?;
    let doc: Value = doc.and_then(|doc| serde_json::from_str(&doc).ok()).unwrap_or_default();
    Ok(doc["name"].as_str().unwrap_or_default().to_owned())
}

/// What the run's steps did, without the ids.
async fn changes(store: &Store, run: &Run) -> Result<String, String> {
    let history = store.read(runs::History(run.id.clone())).await.map_err(|error| error.to_string())?;
    // The column of the run says what a wait is for.
    let acted = history.iter().filter(|step| step.record.action.is_some());
    let did: Vec<String> = acted.map(|step| brief(&step.record.reason)).collect();
    Ok(did.into_iter().filter(|what| what != "contact unchanged").collect::<Vec<_>>().join("; "))
}

/// What a step did, shortened and without the ids.
fn brief(text: &str) -> String {
    let is_id = |word: &&str| word.len() == 20 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let words: Vec<&str> = text.split(' ').filter(|word| !is_id(word)).collect();
    words.join(" ").replace("marked as ", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_is_done_is_named_alone() {
        assert_eq!(run_cell("Signed up", RunStatus::Completed), "Signed up");
        assert_eq!(run_cell("Signed up", RunStatus::Failed), "Signed up: failed");
    }

    #[test]
    fn lines_fit_a_terminal() {
        let row =
            |what: &str| vec!["pays 1 of 3".into(), "Signed up".into(), "Maya Chen".into(), what.into()];
        let mut rows = vec![row("tag on-plan added"), row(&"note written; ".repeat(20)), vec!["x".into()]];
        fit(&mut rows);
        let table = output::table(&HEADING, &rows, "");
        assert!(table.lines().all(|line| line.chars().count() <= COLUMNS), "{table}");
        assert!(table.contains("tag on-plan added\n") && table.contains('…'), "{table}");
    }

    #[test]
    fn ids_are_left_out() {
        assert_eq!(brief("task 0VhkUlyOw9dShGyzpX9A marked as done"), "task done");
    }
}

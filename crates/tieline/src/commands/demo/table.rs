//! Event → run → what changed on which contact.

use super::story::Post;
use crate::output;
use serde_json::Value;
use std::collections::HashMap;
use tieline_model::{ContactId, Location};
use tieline_store::runs::Run;
use tieline_store::{Store, contacts, log, runs, workflows};

/// A table with a line for each run, and one for each event that started none.
pub(super) async fn table(
    store: &Store,
    location: &Location,
    posts: &[Post],
    told: &[Value],
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
            format!("{name}: {}", run.status.as_str()),
            contact(store, location, &run).await?,
            changes(store, &run).await?,
        ];
        by_event.entry(payload["id"].as_str().unwrap_or_default().to_owned()).or_default().push(cells);
    }
    let mut rows = Vec::new();
    for (post, told) in posts.iter().zip(told) {
        let duplicate = told["duplicate"] == true;
        let runs = if duplicate { None } else { by_event.remove(&post.event_id) };
        let none = match told["detail"].as_str() {
            _ if duplicate => "none: delivered before".to_owned(),
            Some(detail) => format!("none: {detail}"),
            None => "none".to_owned(),
        };
        for (n, cells) in runs.unwrap_or_else(|| vec![vec![none]]).into_iter().enumerate() {
            let what = if n == 0 { post.what } else { "" };
            rows.push([vec![what.to_owned()], cells].concat());
        }
    }
    Ok(output::table(&["EVENT", "RUN", "CONTACT", "WHAT CHANGED"], &rows, "nothing happened"))
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
    let steps = history.iter().filter_map(|text| serde_json::from_str::<Vec<Value>>(text).ok()).flatten();
    let did: Vec<String> =
        steps.map(|step| without_ids(step["detail"].as_str().unwrap_or_default())).collect();
    Ok(did.join("; "))
}

fn without_ids(text: &str) -> String {
    let is_id = |word: &&str| word.len() == 20 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.split(' ').filter(|word| !is_id(word)).collect::<Vec<_>>().join(" ")
}

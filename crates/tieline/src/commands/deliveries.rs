use super::page::Page;
use crate::config::Config;
use crate::open::{location, open_for_command, open_to_read, seal};
use crate::output::{plain, print, say, table};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::HashMap;
use tieline_connect::charset;
use tieline_connect::webhook::unpack::unpack;
use tieline_model::{ConnectionId, DeliveryId, LocationId};
use tieline_runtime::ingress::ReplayDelivery;
use tieline_store::deliveries::{self, Delivery, DeliveryStatus};
use tieline_store::{Store, connections};

#[derive(Subcommand)]
pub(crate) enum Deliveries {
    /// List a location's deliveries, newest first.
    List(List),
    /// Show a delivery with its headers and its body.
    Show {
        /// The location.
        #[arg(long)]
        location: String,
        /// The delivery's id.
        id: String,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Process a failed delivery again, with the connection's current settings. One that fails again is an error.
    Replay {
        /// The location.
        #[arg(long)]
        location: String,
        /// The delivery's id.
        id: String,
    },
}

#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    page: Page,
    /// List only those with this status: processed, ignored or failed.
    #[arg(long)]
    status: Option<DeliveryStatus>,
}

impl Deliveries {
    pub(crate) async fn run(self, config: &Config) -> Result<(), String> {
        match self {
            Self::List(list) => list.run(config).await,
            Self::Show { location, id, json } => show(config, &location, &id, json).await,
            Self::Replay { location, id } => replay(config, &location, &id).await,
        }
    }
}

/// The names of a location's connections.
type Names = HashMap<ConnectionId, String>;

async fn connection_names(store: &Store, location_id: &LocationId) -> Result<Names, String> {
    let list = connections::List { location_id: location_id.clone() };
    let connections = store.read(list).await.map_err(|error| error.to_string())?;
    Ok(connections.into_iter().map(|connection| (connection.id, connection.name)).collect())
}

fn object(delivery: &Delivery, names: &Names) -> Value {
    json!({
        "id": delivery.id, "connectionId": delivery.posted.connection_id,
        "connectionName": names.get(&delivery.posted.connection_id),
        "externalId": delivery.posted.external_id, "status": delivery.status.as_str(),
        "detail": delivery.detail, "receivedAt": delivery.received_at,
        "bytes": delivery.posted.body.len(),
    })
}

impl List {
    async fn run(self, config: &Config) -> Result<(), String> {
        let store = open_to_read(config).await?;
        let location = location(&store, &self.page.location).await?;
        let before = self.page.before.map(DeliveryId::from);
        if let Some(id) = &before {
            let get = deliveries::Get { location_id: location.id.clone(), id: id.clone() };
            store.read(get).await.map_err(|error| format!("--before: {error}"))?;
        }
        let names = connection_names(&store, &location.id).await?;
        let list = deliveries::List {
            location_id: location.id,
            status: self.status,
            before,
            limit: self.page.limit,
        };
        let deliveries = store.read(list).await.map_err(|error| error.to_string())?;
        let row = |delivery: &Delivery| {
            vec![
                delivery.id.to_string(),
                delivery.received_at.to_string(),
                names.get(&delivery.posted.connection_id).cloned().unwrap_or_default(),
                delivery.status.as_str().to_owned(),
                delivery.detail.clone(),
            ]
        };
        let rows: Vec<Vec<String>> = deliveries.iter().map(row).collect();
        let objects: Vec<Value> = deliveries.iter().map(|delivery| object(delivery, &names)).collect();
        print(self.page.json, &json!({ "deliveries": objects }), || {
            table(&["ID", "RECEIVED", "CONNECTION", "STATUS", "DETAIL"], &rows, "No deliveries found.")
        })
    }
}

async fn show(config: &Config, location_id: &str, id: &str, as_json: bool) -> Result<(), String> {
    let store = open_to_read(config).await?;
    let location = location(&store, location_id).await?;
    let names = connection_names(&store, &location.id).await?;
    let get = deliveries::Get { location_id: location.id, id: DeliveryId::from(id) };
    let delivery = store.read(get).await.map_err(|error| error.to_string())?;
    let connection = names.get(&delivery.posted.connection_id).map(|name| plain(name)).unwrap_or_default();
    let mut shown = object(&delivery, &names);
    let (headers, query) = (object_of(&delivery.posted.headers), object_of(&delivery.posted.query));
    let body = body(&delivery, &headers);
    shown["contentType"] = Value::from(delivery.posted.content_type.clone());
    shown["headers"] = Value::from(headers.clone());
    shown["query"] = Value::from(query.clone());
    shown["body"] = Value::from(body.clone());
    print(as_json, &shown, || {
        let detail = plain(&delivery.detail);
        let head = format!("{}  {}  {detail}", delivery.received_at, delivery.status.as_str());
        format!(
            "{head}\nconnection {connection}{}{}\n\n{body}",
            section("headers", &headers),
            section("query", &query)
        )
    })
}

/// The body as text, decompressed if the sender compressed it.
fn body(delivery: &Delivery, headers: &Map<String, Value>) -> String {
    let packing = headers.get("content-encoding").and_then(Value::as_str).unwrap_or_default();
    let bytes = unpack(packing, &delivery.posted.body).unwrap_or(Cow::Borrowed(&delivery.posted.body));
    let charset = charset::of_content_type(&delivery.posted.content_type);
    charset::decode(Some(charset.unwrap_or_else(|| charset::guess(&bytes))), &bytes).into_owned()
}

/// A part of a delivery that is stored as an object in JSON.
fn object_of(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

/// Names and values under a heading, or nothing without values.
fn section(heading: &str, values: &Map<String, Value>) -> String {
    if values.is_empty() {
        return String::new();
    }
    let line = |(name, value): (&String, &Value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("\n  {}: {}", plain(name), plain(&value))
    };
    format!("\n{heading}{}", values.iter().map(line).collect::<String>())
}

async fn replay(config: &Config, location_id: &str, id: &str) -> Result<(), String> {
    let store = open_for_command(config).await?;
    let location = location(&store, location_id).await?;
    let seal = seal(config, &store).await?;
    let replay = ReplayDelivery { location_id: location.id, id: DeliveryId::from(id), seal };
    let delivery = store.write(replay).await.map_err(|error| error.to_string())?;
    let outcome = format!("{}: {}", delivery.status.as_str(), plain(&delivery.detail));
    if delivery.status == DeliveryStatus::Failed { Err(outcome) } else { say(&outcome).map(drop) }
}

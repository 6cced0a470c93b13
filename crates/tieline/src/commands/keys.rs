use super::name::name;
use crate::config::Config;
use crate::open::{location, open_for_command, open_to_read};
use crate::output::{print, say, table};
use clap::{Args, Subcommand};
use serde_json::json;
use tieline_model::{KeyId, Scopes};
use tieline_store::keys;

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// Create a key. Its token is shown only once.
    Create(Create),
    /// List a location's keys.
    List {
        /// The location.
        #[arg(long)]
        location: String,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a key, at once and for good.
    Revoke {
        /// The location.
        #[arg(long)]
        location: String,
        /// The key's id, as `keys list` shows it.
        id: String,
    },
}

#[derive(Args)]
pub(crate) struct Create {
    /// The location that the key gives access to.
    #[arg(long)]
    location: String,
    /// What it allows: scopes separated by spaces, like "contacts.readonly contacts.write".
    #[arg(long, value_parser = scopes)]
    scopes: Scopes,
    /// A name for it.
    #[arg(long, value_parser = name)]
    name: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

fn scopes(text: &str) -> Result<Scopes, String> {
    let scopes: Scopes = text.parse()?;
    if scopes == Scopes::default() {
        return Err("a key without a scope allows nothing; add one, like contacts.readonly".to_owned());
    }
    Ok(scopes)
}

impl Keys {
    pub(crate) async fn run(self, config: &Config) -> Result<(), String> {
        match self {
            Self::Create(create) => create.run(config).await,
            Self::List { location, json } => list(config, &location, json).await,
            Self::Revoke { location, id } => revoke(config, &location, &id).await,
        }
    }
}

impl Create {
    async fn run(self, config: &Config) -> Result<(), String> {
        let store = open_for_command(config).await?;
        let location = location(&store, &self.location).await?;
        let name = self.name.unwrap_or_default();
        let create = keys::Create { location_id: location.id, name, scopes: self.scopes };
        let (key, token) = store.write(create).await.map_err(|error| error.to_string())?;
        let object =
            json!({ "id": key.id, "token": token, "name": key.name, "scopes": key.scopes.to_string() });
        print(self.json, &object, || {
            format!(
                "Created key {} with the scopes {}\n{token}\nThe token is shown once. Store it like a password.",
                key.id, key.scopes
            )
        })
    }
}

async fn list(config: &Config, id: &str, as_json: bool) -> Result<(), String> {
    let store = open_to_read(config).await?;
    let location = location(&store, id).await?;
    let keys = store.read(keys::List(location.id)).await.map_err(|error| error.to_string())?;
    let objects: Vec<_> = keys
        .iter()
        .map(|key| {
            json!({
                "id": key.id, "name": key.name, "scopes": key.scopes.to_string(), "hint": key.hint,
                "createdAt": key.created_at, "revokedAt": key.revoked_at,
            })
        })
        .collect();
    let rows: Vec<Vec<String>> = keys
        .iter()
        .map(|key| {
            let state = if key.revoked_at.is_some() { "revoked" } else { "live" };
            vec![
                key.id.to_string(),
                format!("…{}", key.hint),
                state.to_owned(),
                key.name.clone(),
                key.scopes.to_string(),
            ]
        })
        .collect();
    print(as_json, &json!({ "keys": objects }), || {
        table(
            &["ID", "TOKEN", "STATE", "NAME", "SCOPES"],
            &rows,
            "No keys yet. Create one with `tieline keys create`.",
        )
    })
}

async fn revoke(config: &Config, location_id: &str, id: &str) -> Result<(), String> {
    let store = open_for_command(config).await?;
    let location = location(&store, location_id).await?;
    let revoke = keys::Revoke { location_id: location.id, id: KeyId::from(id) };
    store.write(revoke).await.map_err(|error| error.to_string())?;
    say(&format!("Revoked key {id}. A running server refuses it within a second.")).map(drop)
}

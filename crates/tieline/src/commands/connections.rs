use super::name::name;
use super::secret::{SecretSource, auth, check_secret, proof};
use crate::commands::paythen_settings;
use crate::config::Config;
use crate::mappings;
use crate::open::{location, open_for_command, open_to_read, seal};
use crate::output::{print, table, warn};
use axum::http::HeaderName;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use std::path::PathBuf;
use tieline_connect::webhook::mapping::{self, CompiledMapping, reserved_words};
use tieline_model::ConnectionId;
use tieline_model::connection::{Connection, Encoding, Mapping, Settings, WebhookAuth, WebhookSettings};
use tieline_model::time::parse_duration;
use tieline_model::workflow::{Problem, read_text};
use tieline_store::{Store, connections};
use url::form_urlencoded::byte_serialize;

#[derive(Subcommand)]
pub(crate) enum Connections {
    /// Create a connection and the address that events are posted to.
    Create(Box<Create>),
    /// List a location's connections.
    List {
        /// The location.
        #[arg(long)]
        location: String,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Replace a connection's secret; the old one keeps working for a grace period.
    Rotate(Rotate),
    /// Replace a webhook's mapping, or a Paythen connection's settings. Failed deliveries can be replayed
    /// afterwards.
    Update(Update),
}

#[derive(Clone, Copy, ValueEnum)]
enum Type {
    /// Webhooks of the Stripe account that Paythen uses.
    Paythen,
    /// Anything else that posts JSON or a form.
    Webhook,
}

#[derive(Clone, Copy, ValueEnum)]
enum Auth {
    /// A header holds the HMAC-SHA256 of the raw body.
    Hmac,
    /// `Authorization: Bearer <secret>`.
    Bearer,
    /// `Authorization: Basic …`, the secret as password.
    Basic,
    /// The secret is part of the address.
    Url,
}

#[derive(Clone, Copy, ValueEnum)]
enum HeaderEncoding {
    Hex,
    Base64,
}

#[derive(Args)]
pub(crate) struct Create {
    /// The location that the events belong to.
    #[arg(long)]
    location: String,
    /// What posts to it.
    #[arg(long = "type")]
    kind: Type,
    /// A name for it.
    #[arg(long, value_parser = name)]
    name: String,
    #[command(flatten)]
    secret: SecretSource,
    #[command(flatten)]
    proof: Proof,
    /// For webhooks: a file (YAML or JSON) that maps a body to an event.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// For Paythen: a file (YAML or JSON) with settings for reading Stripe's events.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// How a webhook's sender is authenticated.
#[derive(Args)]
struct Proof {
    /// For webhooks: how the sender proves itself [default: url].
    #[arg(long)]
    auth: Option<Auth>,
    /// For --auth hmac: the header that holds the signature [default: X-Signature].
    #[arg(long)]
    header: Option<String>,
    /// For --auth hmac: how the header encodes the signature [default: hex].
    #[arg(long)]
    encoding: Option<HeaderEncoding>,
    /// For --auth hmac: what comes before the signature, like sha256= [default: nothing].
    #[arg(long)]
    prefix: Option<String>,
    /// For --auth basic: the user name [default: tieline].
    #[arg(long)]
    user: Option<String>,
}

#[derive(Args)]
pub(crate) struct Rotate {
    /// The location.
    #[arg(long)]
    location: String,
    /// The connection's id.
    id: String,
    #[command(flatten)]
    secret: SecretSource,
    /// How long the old secret keeps working.
    #[arg(long, default_value = "24h")]
    grace: String,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct Update {
    /// The location.
    #[arg(long)]
    location: String,
    /// The connection's id.
    id: String,
    #[command(flatten)]
    change: Change,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// What changes on a connection.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct Change {
    /// For webhooks: a file (YAML or JSON) that maps a body to an event.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// For Paythen: a file (YAML or JSON) with settings for reading Stripe's events. It replaces all settings.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

impl Connections {
    pub(crate) async fn run(self, config: &Config) -> Result<(), String> {
        match self {
            Self::Create(create) => create.run(config).await,
            Self::List { location, json } => list(config, &location, json).await,
            Self::Rotate(rotate) => rotate.run(config).await,
            Self::Update(update) => update.run(config).await,
        }
    }
}

/// A secret that cannot be guessed. For Paythen it has the form of Stripe's.
fn new_secret(store: &Store, settings: Option<&Settings>) -> String {
    let mut bytes = [0; 24];
    store.entropy().fill(&mut bytes);
    let prefix = match settings {
        Some(Settings::Paythen(_)) => "whsec_",
        // Known to what replaces secrets in logs and histories.
        Some(Settings::Webhook(_)) | None => "hooksec_",
    };
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The address to post to: a whole URL if the settings have the public URL, else its path. It holds the secret if
/// that is how the sender proves itself.
fn address(config: &Config, connection: &Connection, secret: &str) -> Result<String, String> {
    Ok(format!("{}{}", config.public_base()?, path(connection, secret)))
}

fn path(connection: &Connection, secret: &str) -> String {
    if auth(&connection.settings) == Some(&WebhookAuth::Url) {
        let secret: String = byte_serialize(secret.as_bytes()).collect();
        format!("/hooks/{}?secret={secret}", connection.id)
    } else {
        format!("/hooks/{}", connection.id)
    }
}

impl Create {
    async fn run(self, config: &Config) -> Result<(), String> {
        let settings = self.settings()?;
        let given = self.secret.read()?;
        if let Some(secret) = &given {
            check_secret(secret, Some(&settings))?;
        }
        let store = open_for_command(config).await?;
        let location = location(&store, &self.location).await?;
        let made = given.is_none();
        let secret = given.unwrap_or_else(|| new_secret(&store, Some(&settings)));
        let create = connections::Create {
            location_id: location.id,
            name: self.name,
            settings,
            secret: secret.clone(),
            seal: seal(config, &store).await?,
        };
        let connection = store.write(create).await.map_err(|error| error.to_string())?;
        let url = address(config, &connection, &secret)?;
        let mut object = json!({ "id": connection.id, "url": url });
        if made {
            object["secret"] = Value::from(secret.clone());
        }
        print(self.json, &object, || {
            let shown =
                if made { format!("\nSecret: {secret}\nThe secret is shown once.") } else { String::new() };
            format!("Created connection {}. Post to\n{url}{shown}", connection.id)
        })
    }

    fn settings(&self) -> Result<Settings, String> {
        if matches!(self.kind, Type::Paythen) {
            if self.mapping.is_some() {
                return Err("--mapping is for --type webhook; Stripe's events need none".to_owned());
            }
            if let Some(flag) = self.proof.given().first() {
                return Err(format!(
                    "{flag} is for --type webhook; Stripe signs its events, so leave it out"
                ));
            }
            let settings = self.settings.as_deref().map(paythen_settings::read).transpose()?;
            return Ok(Settings::Paythen(settings.unwrap_or_default()));
        }
        if self.settings.is_some() {
            return Err("--settings is for --type paythen; a webhook has a --mapping".to_owned());
        }
        let auth = self.proof.auth()?;
        let mapping = self.mapping.as_deref().map_or(Ok(Mapping::default()), read_mapping)?;
        Ok(Settings::Webhook(WebhookSettings { auth, mapping }))
    }
}

impl Proof {
    /// The flags that were given.
    fn given(&self) -> Vec<&'static str> {
        let flags = [
            ("--auth", self.auth.is_some()),
            ("--header", self.header.is_some()),
            ("--encoding", self.encoding.is_some()),
            ("--prefix", self.prefix.is_some()),
            ("--user", self.user.is_some()),
        ];
        flags.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag).collect()
    }

    fn auth(&self) -> Result<WebhookAuth, String> {
        let auth = self.auth.unwrap_or(Auth::Url);
        for flag in self.given() {
            let with = match (flag, auth) {
                ("--auth", _) | ("--user", Auth::Basic) => continue,
                ("--user", _) => "basic",
                (_, Auth::Hmac) => continue,
                _ => "hmac",
            };
            return Err(format!("{flag} is only for --auth {with}; add that, or leave {flag} out"));
        }
        match auth {
            Auth::Hmac => self.hmac(),
            Auth::Bearer => Ok(WebhookAuth::Bearer),
            Auth::Basic => {
                let user = self.user.as_deref().unwrap_or("tieline").to_owned();
                if user.contains(':') {
                    return Err(
                        "--user contains a colon, which ends a user name in `Authorization: Basic`; \
                                leave the colon out"
                            .to_owned(),
                    );
                }
                Ok(WebhookAuth::Basic { user })
            }
            Auth::Url => Ok(WebhookAuth::Url),
        }
    }

    fn hmac(&self) -> Result<WebhookAuth, String> {
        let header = self.header.as_deref().unwrap_or("X-Signature").to_owned();
        if HeaderName::from_bytes(header.as_bytes()).is_err() {
            return Err(format!("--header: `{header}` is not a valid header name; use one like X-Signature"));
        }
        let prefix = self.prefix.clone().unwrap_or_default();
        if prefix.contains(char::is_control) || prefix.trim_start() != prefix {
            return Err(
                "--prefix does not fit into a header: remove the space at its start or the control character"
                    .to_owned(),
            );
        }
        let encoding = match self.encoding {
            Some(HeaderEncoding::Base64) => Encoding::Base64,
            Some(HeaderEncoding::Hex) | None => Encoding::Hex,
        };
        Ok(WebhookAuth::Hmac { header, encoding, prefix })
    }
}

fn read_mapping(file: &std::path::Path) -> Result<Mapping, String> {
    let at = |message: &str| format!("--mapping {}: {message}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| at(&error.to_string()))?;
    let value = read_text(&text).map_err(|problem| at(&problem.to_string()))?;
    let all = |problems: Vec<Problem>| {
        problems.iter().map(|problem| at(&problem.to_string())).collect::<Vec<_>>().join("\n")
    };
    let mapping = mapping::read_mapping(value).map_err(all)?;
    let mut problems = reserved_words(&mapping);
    problems.extend(CompiledMapping::compile(&mapping).err().into_iter().flatten());
    if problems.is_empty() { Ok(mapping) } else { Err(all(problems)) }
}

impl Rotate {
    async fn run(self, config: &Config) -> Result<(), String> {
        let given = self.secret.read()?;
        let store = open_for_command(config).await?;
        let location = location(&store, &self.location).await?;
        let id = ConnectionId::from(self.id.as_str());
        let list = connections::List { location_id: location.id.clone() };
        let all = store.read(list).await.map_err(|error| error.to_string())?;
        let settings = all.iter().find(|known| known.id == id).map(|connection| &connection.settings);
        if let Some(secret) = &given {
            check_secret(secret, settings)?;
        }
        let made = given.is_none();
        let secret = given.unwrap_or_else(|| new_secret(&store, settings));
        let grace = parse_duration(&self.grace).map_err(|message| format!("--grace: {message}"))?;
        let rotate = connections::Rotate {
            location_id: location.id,
            id,
            secret: secret.clone(),
            grace,
            seal: seal(config, &store).await?,
        };
        let connection = store.write(rotate).await.map_err(|error| error.to_string())?;
        let before = match connection.secrets.len() {
            0 | 1 => "the old one cannot be opened and no longer works".to_owned(),
            _ if grace.is_zero() => "the old one no longer works".to_owned(),
            _ => format!("the old one works for another {}", self.grace),
        };
        let url = address(config, &connection, &secret)?;
        let mut object = json!({ "id": connection.id, "url": url });
        if made {
            object["secret"] = Value::from(secret.clone());
        }
        print(self.json, &object, || {
            let shown =
                if made { format!("\nSecret: {secret}\nThe secret is shown once.") } else { String::new() };
            let post = match auth(&connection.settings) {
                Some(WebhookAuth::Url) => format!(". The secret is part of the address; post to\n{url}"),
                _ => String::new(),
            };
            format!("Changed the secret of connection {}; {before}{post}{shown}", connection.id)
        })
    }
}

impl Update {
    async fn run(self, config: &Config) -> Result<(), String> {
        let mapping = self.change.mapping.as_deref().map(read_mapping).transpose()?;
        let settings = self.change.settings.as_deref().map(paythen_settings::read).transpose()?;
        let store = open_for_command(config).await?;
        let location_id = location(&store, &self.location).await?.id;
        let (id, seal) = (ConnectionId::from(self.id.as_str()), seal(config, &store).await?);
        let written = match (mapping, settings) {
            (Some(mapping), _) => store.write(connections::Remap { location_id, id, mapping, seal }).await,
            (None, settings) => {
                let settings = settings.unwrap_or_default();
                store.write(connections::Reread { location_id, id, settings, seal }).await
            }
        };
        let connection = written.map_err(|error| error.to_string())?;
        let what = if self.change.mapping.is_some() { "mapping" } else { "settings" };
        print(self.json, &json!({ "id": connection.id, "name": connection.name }), || {
            format!(
                "Updated connection {}: {what}. A running server picks this up within a second",
                connection.id
            )
        })
    }
}

async fn list(config: &Config, id: &str, as_json: bool) -> Result<(), String> {
    let store = open_to_read(config).await?;
    let location = location(&store, id).await?;
    let base = config.public_base()?;
    let list = connections::List { location_id: location.id };
    let connections = store.read(list).await.map_err(|error| error.to_string())?;
    connections.iter().filter_map(mappings::warning).for_each(|warning| warn(&warning));
    let objects: Vec<_> = connections
        .iter()
        .map(|connection| {
            json!({
                "id": connection.id, "name": connection.name, "type": connection.settings.type_name(),
                "proof": proof(&connection.settings),
                "url": format!("{base}/hooks/{}", connection.id), "createdAt": connection.created_at,
            })
        })
        .collect();
    let row = |connection: &Connection| {
        vec![
            connection.id.to_string(),
            connection.settings.type_name().to_owned(),
            proof(&connection.settings).to_owned(),
            connection.name.clone(),
            format!("{base}/hooks/{}", connection.id),
        ]
    };
    let rows: Vec<Vec<String>> = connections.iter().map(row).collect();
    print(as_json, &json!({ "connections": objects }), || {
        let empty = "No connections yet. Create one with `tieline connections create`.";
        table(&["ID", "TYPE", "PROOF", "NAME", "POST TO"], &rows, empty)
    })
}

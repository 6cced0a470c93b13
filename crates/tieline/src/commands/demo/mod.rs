//! `tieline demo`: the main job, end to end, on the real server.

mod hints;
mod story;
mod table;
mod temporary;

use crate::commands::serve::{KEEP_RUNS, listen};
use crate::config::Config;
use crate::logging;
use crate::open::seal;
use crate::output::say;
use crate::server::{Server, Settings};
use crate::stop::Stop;
use clap::Args;
use serde_json::{Map, Value, json};
use std::time::Duration;
use story::{Post, story};
use temporary::Temporary;
use tieline_api::ApiSettings;
use tieline_connect::http::{Client, Guard, Options, Request};
use tieline_connect::stripe::signature;
use tieline_model::connection::{PaythenSettings, Settings as ConnectionSettings};
use tieline_model::workflow::read_text;
use tieline_model::{ConnectionId, Location};
use tieline_operations::Catalogue;
use tieline_runtime::documents::{Known, check};
use tieline_store::runs::RunStatus;
use tieline_store::{Store, connections, keys, locations, runs, workflows};

/// The workflows that the demo publishes.
const WORKFLOWS: [&str; 6] = [
    include_str!("../../../demo/signed-up.yaml"),
    include_str!("../../../demo/payment-received.yaml"),
    include_str!("../../../demo/payment-failed.yaml"),
    include_str!("../../../demo/recovered.yaml"),
    include_str!("../../../demo/completed.yaml"),
    include_str!("../../../demo/cancelled.yaml"),
];

#[derive(Args)]
pub(crate) struct Demo {
    /// Where to listen [default: 127.0.0.1:8080, or a free port if that is taken].
    #[arg(long, env = "TIELINE_LISTEN", value_name = "ADDR:PORT")]
    listen: Option<String>,
}

/// What the demo sets up.
struct Scene {
    location: Location,
    token: String,
    connection: ConnectionId,
    secret: String,
}

impl Demo {
    pub(crate) async fn run(self, mut config: Config) -> Result<(), String> {
        logging::start(&config, "warn")?;
        let mut stop = Stop::listen()?;
        // A demo does not touch a real server's data, and removes its own.
        let temporary = config.data.is_none().then(Temporary::make).transpose()?;
        if let Some(temporary) = &temporary {
            config.data = Some(temporary.folder.clone());
        }
        let server = tokio::select! {
            server = self.start(&config) => server?,
            () = stop.requested() => return Ok(()),
        };
        let shown = tokio::select! {
            shown = show(&server, &config) => shown,
            () = stop.requested() => Ok(false),
        };
        // If the demo failed, or nobody reads its output, there is no reason to keep serving.
        if matches!(shown, Ok(true)) {
            stop.requested().await;
        }
        let stopped = server.stop().await;
        shown.and(stopped)
    }

    async fn start(&self, config: &Config) -> Result<Server, String> {
        let settings = |listen: &str| Settings {
            listen: listen.to_owned(),
            manual_clock: false,
            api: ApiSettings::default(),
            outbound: Guard::default(),
            keep_runs: Some(KEEP_RUNS),
        };
        match &self.listen {
            Some(address) => Server::start(config, settings(&listen(address.clone())?)).await,
            None => match Server::start(config, settings("127.0.0.1:8080")).await {
                Err(error) if error.contains("cannot listen on") => {
                    Server::start(config, settings("127.0.0.1:0")).await
                }
                other => other,
            },
        }
    }
}

/// Plays the story on a server. Returns whether its output was read to the end.
async fn show(server: &Server, config: &Config) -> Result<bool, String> {
    if !say(&format!("listening on http://{}", server.address))? {
        return Ok(false);
    }
    let scene = set_up(&server.store, config).await?;
    let posts = story(&scene.connection, server.store.clock().now());
    let created = format!(
        "\nCreated location {} ({}), a key, a Paythen connection and {} published workflows.\n\
         Sending {} signed Stripe events to /hooks/{} …\n",
        scene.location.name,
        scene.location.id,
        WORKFLOWS.len(),
        posts.len(),
        scene.connection
    );
    if !say(&created)? {
        return Ok(false);
    }
    let mut answers = Vec::with_capacity(posts.len());
    for post in &posts {
        answers.push(send(server, &scene, post).await?);
    }
    settle(&server.store, &scene.location).await?;
    let table = table::table(&server.store, &scene.location, &posts, &answers).await?;
    say(&format!("{table}\n{}", hints::text(server, &scene, config)))
}

async fn set_up(store: &Store, config: &Config) -> Result<Scene, String> {
    let failed = |error: tieline_store::Error| error.to_string();
    let create = locations::Create {
        name: "Clay & Kiln Studio".to_owned(),
        country: "AU".to_owned(),
        timezone: "Australia/Sydney".to_owned(),
        allow_duplicate_contact: false,
    };
    let location = store.write(create).await.map_err(failed)?;
    let create = keys::Create {
        location_id: location.id.clone(),
        name: "demo".to_owned(),
        scopes: tieline_model::Scope::ALL.iter().copied().collect(),
    };
    let (_, token) = store.write(create).await.map_err(failed)?;
    let secret = format!("whsec_{}", tieline_model::id::mint(store.clock().now(), random(store)));
    let create = connections::Create {
        location_id: location.id.clone(),
        name: "Paythen".to_owned(),
        settings: ConnectionSettings::Paythen(PaythenSettings::default()),
        secret: secret.clone(),
        seal: seal(config, store).await?,
    };
    let connection = store.write(create).await.map_err(failed)?;
    for text in WORKFLOWS {
        publish(store, &location, text).await?;
    }
    Ok(Scene { location, token, connection: connection.id, secret })
}

fn random(store: &Store) -> [u8; 12] {
    let mut bytes = [0; 12];
    store.entropy().fill(&mut bytes);
    bytes
}

async fn publish(store: &Store, location: &Location, text: &str) -> Result<(), String> {
    let document = read_text(text).map_err(|problem| problem.to_string())?;
    let checked = check(&document, &Catalogue::default(), &Known::default())
        .map_err(|problems| format!("a workflow of the demo is wrong: {problems:?}"))?;
    let apply =
        workflows::Apply { location_id: location.id.clone(), name: checked.name, document, publish: true };
    store.write(apply).await.map(|_| ()).map_err(|error| error.to_string())
}

/// Posts an event over HTTP, signed as Stripe signs. Returns the server's answer.
async fn send(server: &Server, scene: &Scene, post: &Post) -> Result<Value, String> {
    let guard: Guard = "127.0.0.1/32".parse()?;
    let client = Client::new(Options { guard, ..Options::default() }).map_err(|error| error.to_string())?;
    let now = server.store.clock().now();
    let input: Map<String, Value> = [
        ("method".to_owned(), json!("POST")),
        (
            "url".to_owned(),
            json!(format!("http://127.0.0.1:{}/hooks/{}", server.address.port(), scene.connection)),
        ),
        (
            "headers".to_owned(),
            json!({
                "Content-Type": "application/json",
                "Stripe-Signature": signature::sign(post.body.as_bytes(), &scene.secret, now),
            }),
        ),
        ("body".to_owned(), Value::from(post.body.clone())),
    ]
    .into_iter()
    .collect();
    let request = Request::read(&input).map_err(|errors| format!("{errors:?}"))?;
    let response = client.send(&request, "demo", now).await;
    Ok(response.map_err(|failure| failure.message)?.body)
}

/// Waits until the runs that the events started have ended.
async fn settle(store: &Store, location: &Location) -> Result<(), String> {
    let (mut before, mut quiet) = (Vec::new(), 0);
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let counts = store.read(runs::Count(location.id.clone())).await.map_err(|error| error.to_string())?;
        let under_way =
            counts.iter().any(|(status, _)| matches!(status, RunStatus::Ready | RunStatus::Calling));
        quiet = if counts == before && !under_way { quiet + 1 } else { 0 };
        if quiet >= 5 && !counts.is_empty() {
            return Ok(());
        }
        before = counts;
    }
    Err("the runs did not end within ten seconds".to_owned())
}

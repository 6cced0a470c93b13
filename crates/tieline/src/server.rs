//! The whole server: the store, the API, the deliveries and the runtime.

use crate::config::Config;
use crate::listen;
use crate::mappings;
use crate::open;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tieline_api::{ApiSettings, App, clock, hooks};
use tieline_connect::http::{Client, Guard, Options as HttpOptions};
use tieline_operations::Catalogue;
use tieline_runtime::ingress::Ingress;
use tieline_runtime::{Options as RuntimeOptions, Runtime};
use tieline_store::clock::{Clock, ManualClock, SystemClock};
use tieline_store::{Options, Store, private};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long requests that are under way may take when the server stops.
const DRAIN: Duration = Duration::from_secs(20);

/// How to run the server.
pub(crate) struct Settings {
    /// Where to listen.
    pub(crate) listen: String,
    /// Whether the clock moves only when it is advanced.
    pub(crate) manual_clock: bool,
    /// The API's settings.
    pub(crate) api: ApiSettings,
    /// Private addresses that requests of workflows may reach.
    pub(crate) outbound: Guard,
    /// How long runs are kept after they ended; none keeps them forever.
    pub(crate) keep_runs: Option<Duration>,
}

/// A running server.
pub(crate) struct Server {
    /// The address that it listens on.
    pub(crate) address: SocketAddr,
    /// What it serves.
    pub(crate) store: Store,
    runtime: Runtime,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    // The lock is held while the file is open.
    _lock: Option<std::fs::File>,
}

impl Server {
    /// Opens everything and begins to serve.
    pub(crate) async fn start(config: &Config, settings: Settings) -> Result<Self, String> {
        let lock = lock(config)?;
        open::tighten(config);
        let (clock, manual) = choose_clock(settings.manual_clock);
        let store = open::open(config, Options { clock, listen: true, ..Options::default() }).await?;
        let seal = open::seal(config, &store).await?;
        let reserved = mappings::warn_of_reserved_words(&store).await;
        reserved.map_err(|error| format!("the connections cannot be read: {error}"))?;
        let client = Client::new(HttpOptions { guard: settings.outbound, ..HttpOptions::default() });
        let client = client.map_err(|error| format!("the HTTP client cannot be set up: {error}"))?;
        let catalogue = Catalogue::default();
        let runtime = Runtime::start(
            &store,
            RuntimeOptions { client, catalogue: catalogue.clone(), keep_runs: settings.keep_runs },
        );
        let mut router = tieline_api::router(App::new(store.clone(), catalogue, settings.api))
            .merge(hooks::router(Ingress::new(store.clone(), seal), store.clone()));
        if let Some(manual) = manual {
            router = router.merge(clock::router(manual, store.clone()));
        }
        let listener = TcpListener::bind(&settings.listen).await;
        let listener = listener.map_err(|error| format!("cannot listen on {}: {error}", settings.listen))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(listen::serve(listener, router, listen::HEAD, async {
            // An error means that the server was dropped, which stops it as well.
            let _ = stopped.await;
        }));
        Ok(Self { address, store, runtime, stop, serving, _lock: lock })
    }

    /// Stops: accepts nothing new and finishes what is under way.
    pub(crate) async fn stop(self) -> Result<(), String> {
        let _ = self.stop.send(());
        match tokio::time::timeout(DRAIN, self.serving).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(format!("the server stopped unexpectedly: {error}")),
            Err(_) => tracing::warn!("some connections did not end in time and were closed"),
        }
        self.runtime.stop().await;
        if let Err(error) = self.store.settle().await {
            tracing::warn!(%error, "the database could not be settled");
        }
        Ok(())
    }
}

/// Creates the data folder and locks it: only one server may use an embedded database. The system releases the
/// lock when the process ends, even if it is killed.
fn lock(config: &Config) -> Result<Option<std::fs::File>, String> {
    let folder = config.folder();
    let failed =
        |error: &dyn std::fmt::Display| format!("cannot use the folder {}: {error}", folder.display());
    let keeps_files = config.database_url.is_none() || config.secret_key.is_none();
    if keeps_files {
        private::folder(folder).map_err(|error| failed(&error))?;
    }
    if config.database_url.is_some() {
        return Ok(None);
    }
    let file = private::file(&folder.join("server.lock")).map_err(|error| failed(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(std::fs::TryLockError::WouldBlock) => Err(format!(
            "another server is using {}; stop it, or give this one another folder with --data",
            folder.display()
        )),
        Err(std::fs::TryLockError::Error(error)) => Err(failed(&error)),
    }
}

fn choose_clock(manual: bool) -> (Arc<dyn Clock>, Option<Arc<ManualClock>>) {
    if !manual {
        return (Arc::new(SystemClock), None);
    }
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    (Arc::clone(&clock) as Arc<dyn Clock>, Some(clock))
}

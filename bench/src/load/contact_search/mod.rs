//! `contact-search`: pages of many contacts, by what people look for.
//!
//! The store is asked in this process, without HTTP, so that the times are those of the search alone.

mod people;
mod plain;
mod questions;
mod seed;
mod words;

use super::rounds;
use crate::cli::Options;
use crate::complain;
use crate::data_dir::DataDir;
use crate::round::{Comparison, Sample};
use crate::stats::{Latency, rate};
use plain::Plain;
use questions::Question;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tieline_model::Location;
use tieline_store::{Options as StoreOptions, Store, Target};
use tokio::runtime::Runtime;

/// How many clients ask at once.
const CLIENTS: u64 = 8;

/// How long each kind of search is asked before the rounds: about as long as it takes to read what is often needed of
/// a large index into memory.
const WARM_UP: Duration = Duration::from_secs(5);

/// How many contacts are searched where `--contacts` does not say it.
const CONTACTS: u64 = 100_000;

/// Measures each kind of search by itself.
pub(super) fn measure(options: &Options) -> Result<Vec<Comparison>, String> {
    let dir = DataDir::make(options.data_root.as_deref(), "contact-search")?;
    let runtime = Runtime::new().map_err(|error| format!("cannot start a runtime: {error}"))?;
    let target = match (&options.database_url, &options.keep) {
        (Some(url), _) => Target::Url(url.clone()),
        (None, Some(folder)) => Target::Folder(folder.clone()),
        (None, None) => Target::Folder(dir.folder("tieline")?),
    };
    let contacts = options.contacts.unwrap_or(CONTACTS);
    let (store, location) = runtime.block_on(filled(&target, contacts))?;
    let plain = runtime.block_on(Plain::open(&target, location.id.as_str()))?;
    let searched = Searched { runtime, store, location: Arc::new(location), contacts, plain };
    Question::ALL.iter().map(|question| searched.compare(options, *question)).collect()
}

async fn filled(target: &Target, contacts: u64) -> Result<(Store, Location), String> {
    let store = Store::open(target, StoreOptions::default()).await.map_err(|error| error.to_string())?;
    if let Some(location) = seed::filled(&store, contacts).await? {
        return Ok((store, location));
    }
    let start = Instant::now();
    let location = seed::fill(&store, contacts).await.map_err(|error| format!("cannot fill: {error}"))?;
    let took = start.elapsed();
    complain(&format!("contact-search: {contacts} contacts stored at {:.0}/s", rate(contacts, took)));
    Ok((store, location))
}

struct Searched {
    runtime: Runtime,
    store: Store,
    location: Arc<Location>,
    contacts: u64,
    plain: Plain,
}

impl Searched {
    fn compare(&self, options: &Options, question: Question) -> Result<Comparison, String> {
        let next = AtomicU64::new(0);
        let ask = |n| self.ask(question, n);
        if !options.ceilings_only {
            self.turn(WARM_UP, &next, ask)?;
        }
        rounds(
            (question.name(), "searches"),
            options,
            &mut |time| self.turn(time, &next, |_| self.plain.ask()),
            (!options.ceilings_only).then_some(&mut |time| self.turn(time, &next, ask)),
        )
    }

    /// Searches once; an error, or an empty page, makes the result void.
    async fn ask(&self, question: Question, n: u64) -> Result<(), String> {
        let search = question.search(&self.location.id, n, self.contacts);
        let wanted = search.filter.clone();
        let found = self.store.read(search).await.map_err(|error| error.to_string())?;
        if found.contacts.is_empty() { Err(format!("{wanted:?} found nothing")) } else { Ok(()) }
    }

    /// Lets all clients ask, one question after the other, for a time.
    fn turn<F: Future<Output = Result<(), String>>>(
        &self,
        time: Duration,
        next: &AtomicU64,
        ask: impl Fn(u64) -> F + Sync,
    ) -> Result<Sample, String> {
        let start = Instant::now();
        let client = || {
            let mut times = Vec::new();
            while start.elapsed() < time {
                let asked = Instant::now();
                self.runtime.block_on(ask(next.fetch_add(1, Ordering::Relaxed)))?;
                times.push(asked.elapsed());
            }
            Ok(times)
        };
        let mut times = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(client)).collect();
            let joined = clients.into_iter().map(|client| client.join());
            joined.map(|times| times.unwrap_or_else(|_| Err("a client died".to_owned()))).try_fold(
                Vec::new(),
                |mut all, times: Result<Vec<Duration>, String>| {
                    all.extend(times?);
                    Ok::<_, String>(all)
                },
            )
        })?;
        let rate = rate(times.len() as u64, start.elapsed());
        Ok(Sample { rate, latency: Latency::of(&mut times), single: None })
    }
}

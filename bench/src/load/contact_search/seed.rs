//! Filling a store, many contacts in a transaction.

use super::people;
use super::questions::Question;
use crate::interrupt;
use std::ops::Range;
use tieline_model::contact::{ContactInput, Write};
use tieline_model::{Cause, Location, Refusal};
use tieline_store::{Error, Procedure, Result, Store, Tx, contacts, locations};
use tokio::task::{JoinError, JoinSet};

/// How many contacts are created in one transaction.
const TOGETHER: u64 = 1000;
/// How many transactions are written at once, where the database takes more than one.
const WRITERS: usize = 4;

/// The location that an earlier run has filled with so many contacts; nothing if the store is empty.
pub(super) async fn filled(store: &Store, contacts: u64) -> std::result::Result<Option<Location>, String> {
    let locations = store.read(locations::List).await.map_err(|error| error.to_string())?;
    let Some(location) = locations.into_iter().next() else { return Ok(None) };
    let all = Question::FirstPage.search(&location.id, 0, contacts);
    let total = store.read(all).await.map_err(|error| error.to_string())?.total;
    if u64::try_from(total) == Ok(contacts) {
        store.tidy_search().await.map_err(|error| error.to_string())?;
        return Ok(Some(location));
    }
    Err(format!(
        "the database holds {total} contacts, not {contacts}: change --contacts, or empty the database"
    ))
}

/// Creates a location with so many contacts, and brings the index into its best shape.
pub(super) async fn fill(store: &Store, contacts: u64) -> Result<Location> {
    let create = locations::Create {
        name: "Bench".into(),
        country: "AU".into(),
        timezone: "Australia/Sydney".into(),
        allow_duplicate_contact: false,
    };
    let location = store.write(create).await?;
    let mut writers = JoinSet::new();
    for from in (0..contacts).step_by(TOGETHER as usize) {
        interrupt::check().map_err(Error::Unusable)?;
        if writers.len() == WRITERS
            && let Some(written) = writers.join_next().await
        {
            written.map_err(died)??;
        }
        writers.spawn(write(store.clone(), location.clone(), from..contacts.min(from + TOGETHER)));
    }
    while let Some(written) = writers.join_next().await {
        written.map_err(died)??;
    }
    store.tidy_search().await?;
    Ok(location)
}

#[expect(clippy::needless_pass_by_value, reason = "it is passed to `map_err`")]
fn died(error: JoinError) -> Error {
    Error::Unusable(error.to_string())
}

async fn write(store: Store, location: Location, numbers: Range<u64>) -> Result<()> {
    let people = tokio::task::spawn_blocking(move || read(&location, numbers)).await.map_err(died)??;
    store.write(people).await
}

/// What is read from a request otherwise; beside the writer, whose time is short.
fn read(location: &Location, numbers: Range<u64>) -> Result<People> {
    let input = |n| ContactInput::read(people::person(n), Write::Create, location);
    let people = numbers.map(input).collect::<std::result::Result<Vec<_>, _>>().map_err(Refusal::Invalid)?;
    let create = |input| contacts::Create { location: location.clone(), input, cause: Cause::operator() };
    Ok(People(people.into_iter().map(create).collect()))
}

struct People(Vec<contacts::Create>);

impl Procedure for People {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        for create in &self.0 {
            create.run(tx).await?;
        }
        Ok(())
    }
}

//! `contact-read`: reading contacts by id, in random order.

use super::{USUAL_SIZE, answers, ceiling, contact, scatter};
use crate::cli::Options;
use crate::client::{self, Get};
use crate::data_dir::DataDir;
use crate::drive::{self, Drive, Write};
use crate::product::{self, Product};
use crate::round::Comparison;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// The longest time that storing the contacts may take.
const FILLING: Duration = Duration::from_secs(600);

pub(super) fn measure(options: &Options) -> Result<Comparison, String> {
    let dir = DataDir::make(options.data_root.as_deref(), "contact-read")?;
    let product = Product::unless_ceilings_only(options, &dir)?;
    let get = Get::new("/contacts/", product.as_ref().map_or("", |product| &product.headers));
    let (ids, size) = match &product {
        Some(product) => {
            let ids = fill(product, options)?;
            let size = size(product, &get, ids.first().map_or("", String::as_str))?;
            (ids, size)
        }
        None => ((0..contacts(options)).map(|n| format!("{n:020}")).collect(), USUAL_SIZE),
    };
    let ceiling = ceiling(&["ceiling-read", "--size", &size.to_string()], &dir)?;
    answers("contact-read", options, &ceiling, product.as_ref(), &random(get, ids))
}

/// How many contacts are read from where `--contacts` does not say it.
const CONTACTS: u64 = 10_000;

fn contacts(options: &Options) -> u64 {
    options.contacts.unwrap_or(CONTACTS)
}

/// Creates the contacts through the API and gives back their ids.
fn fill(product: &Product, options: &Options) -> Result<Vec<String>, String> {
    let drive = Drive {
        address: product.server.address,
        connections: options.connections.min(contacts(options)),
        time: FILLING,
        next: Arc::new(AtomicU64::new(0)),
        end: contacts(options),
        write: contact::create(&product.location, &product.headers),
        keep: true,
    };
    let driven = drive::drive(drive).map_err(|error| product.server.explain(&error))?;
    let id = |body: &Vec<u8>| {
        let body: serde_json::Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        product::text(&body["contact"], "id")
    };
    let ids = driven.bodies.iter().map(id).collect::<Result<Vec<_>, _>>()?;
    if ids.len() as u64 == contacts(options) {
        return Ok(ids);
    }
    Err(format!(
        "only {} contacts were stored in {} s; take fewer with --contacts",
        ids.len(),
        FILLING.as_secs()
    ))
}

/// How many bytes the product answers.
fn size(product: &Product, get: &Get, id: &str) -> Result<usize, String> {
    client::once(product.server.address, &get.with(id))
        .map(|response| response.body.len())
        .map_err(|error| product.server.explain(&error))
}

/// Reads of ids in an order that no cache can guess, the same in every run.
fn random(get: Get, ids: Vec<String>) -> Write {
    Arc::new(move |n, out| {
        let at = scatter(n) % (ids.len() as u64).max(1);
        let id = usize::try_from(at).ok().and_then(|at| ids.get(at));
        get.write(id.map_or("", String::as_str), out);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn every_id_is_read_about_as_often() {
        let ids = (0..10).map(|n| format!("id-{n}.")).collect();
        let write = random(Get::new("/contacts/", ""), ids);
        let mut counts = HashMap::new();
        for n in 0..10_000 {
            let mut request = Vec::new();
            write(n, &mut request);
            *counts.entry(request).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 10);
        assert!(counts.values().all(|count| (800..1200).contains(count)), "{counts:?}");
    }

    #[test]
    fn the_sequence_is_splitmix64() {
        // The first number that the sequence is known by, for the seed 0.
        assert_eq!(scatter(0), 0xe220_a839_7b1d_cdaf);
    }
}

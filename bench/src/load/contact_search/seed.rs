//! Filling a store, many contacts in a transaction.

use super::people;
use crate::interrupt;
use tieline_model::contact::{ContactInput, Write};
use tieline_model::{Cause, Location, Refusal};
use tieline_store::{Procedure, Result, Store, Tx, contacts, locations};

/// How many contacts are created in one transaction.
const TOGETHER: u64 = 2000;

/// Creates a location with so many contacts, and brings the index into its best shape.
pub(super) async fn fill(store: &Store, contacts: u64) -> Result<Location> {
    let create = locations::Create {
        name: "Bench".into(),
        country: "AU".into(),
        timezone: "Australia/Sydney".into(),
        allow_duplicate_contact: false,
    };
    let location = store.write(create).await?;
    for from in (0..contacts).step_by(TOGETHER as usize) {
        interrupt::check().map_err(tieline_store::Error::Unusable)?;
        let to = contacts.min(from + TOGETHER);
        store.write(People { location: location.clone(), numbers: from..to }).await?;
    }
    store.tidy_search().await?;
    Ok(location)
}

struct People {
    location: Location,
    numbers: std::ops::Range<u64>,
}

impl Procedure for People {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        for n in self.numbers.clone() {
            let input = ContactInput::read(people::person(n), Write::Create, &self.location)
                .map_err(Refusal::Invalid)?;
            let create =
                contacts::Create { location: self.location.clone(), input, cause: Cause::operator() };
            create.run(tx).await?;
        }
        Ok(())
    }
}

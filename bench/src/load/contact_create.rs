//! `contact-create`: storing new people.

use super::{USUAL_SIZE, answers, ceiling, contact};
use crate::cli::Options;
use crate::client;
use crate::data_dir::DataDir;
use crate::drive::Write;
use crate::product::Product;
use crate::round::Comparison;

pub(super) fn measure(options: &Options) -> Result<Comparison, String> {
    let dir = DataDir::make(options.data_root.as_deref(), "contact-create")?;
    let product = Product::unless_ceilings_only(options, &dir)?;
    let (location, headers) = product
        .as_ref()
        .map_or(("01234567890123456789", ""), |product| (&product.location, &product.headers));
    let write = contact::create(location, headers);
    let size = product.as_ref().map_or(Ok(USUAL_SIZE), |product| first(product, &write))?;
    let data = dir.folder("ceiling")?;
    let args = ["ceiling-create", "--size", &size.to_string(), "--data", &data.to_string_lossy()];
    let ceiling = ceiling(&args, &dir)?;
    answers("contact-create", options, &ceiling, product.as_ref(), &write)
}

/// Stores person 0 and gives back how many bytes the product answers: about what it has stored.
fn first(product: &Product, write: &Write) -> Result<usize, String> {
    let mut request = Vec::new();
    write(0, &mut request);
    client::once(product.server.address, &request)
        .map(|response| response.body.len())
        .map_err(|error| product.server.explain(&error))
}

//! What every list that comes in pages takes.

use clap::Args;

#[derive(Args)]
pub(crate) struct Page {
    /// The location.
    #[arg(long)]
    pub(crate) location: String,
    /// How many at most.
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: u32,
    /// Only those before this one, for the next page.
    #[arg(long, value_name = "ID")]
    pub(crate) before: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

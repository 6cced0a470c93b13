//! The flags of every list with pages.

use clap::{Args, value_parser};

#[derive(Args)]
pub(crate) struct Page {
    /// The location.
    #[arg(long)]
    pub(crate) location: String,
    /// The most entries to list.
    #[arg(long, default_value_t = 50, value_parser = value_parser!(u32).range(1..))]
    pub(crate) limit: u32,
    /// List only entries before this one, for the next page.
    #[arg(long, value_name = "ID")]
    pub(crate) before: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

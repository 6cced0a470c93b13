//! `tieline catalog`: lists the actions and triggers.

use crate::output::{print, table};
use clap::Args;
use serde_json::json;
use tieline_operations::Catalogue;

#[derive(Args)]
pub(crate) struct Catalog {
    /// Print a JSON list, with the schema and a sample of each.
    #[arg(long)]
    json: bool,
}

impl Catalog {
    pub(crate) fn run(self) -> Result<(), String> {
        let catalogue = Catalogue::default();
        let actions = catalogue.actions().map(|action| ["action", action.key, action.title]);
        let triggers = catalogue.events().iter().map(|event| ["trigger", event.key, event.title]);
        let rows: Vec<Vec<String>> =
            actions.chain(triggers).map(|row| row.map(str::to_owned).to_vec()).collect();
        let json = if self.json { catalogue.to_json() } else { json!([]) };
        print(self.json, &json, || table(&["KIND", "KEY", "TITLE"], &rows, "the catalogue is empty"))
    }
}

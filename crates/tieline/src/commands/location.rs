use crate::config::Config;
use crate::house::open_for_command;
use crate::output::{print, table};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tieline_store::locations;

#[derive(Subcommand)]
pub(crate) enum Location {
    /// Create a location.
    Create(Create),
    /// List the locations.
    List {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub(crate) struct Create {
    /// Its name, as people see it.
    #[arg(long)]
    name: String,
    /// Its country, as two letters: phone numbers without a country code are read as this country's.
    #[arg(long, default_value = "US", value_parser = country)]
    country: String,
    /// Its time zone, by its IANA name.
    #[arg(long, default_value = "UTC")]
    timezone: String,
    /// Let several contacts share an e-mail address or a phone number.
    #[arg(long)]
    allow_duplicates: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

fn country(text: &str) -> Result<String, String> {
    let code = text.to_uppercase();
    let fits = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if fits { Ok(code) } else { Err("give two letters, like AU".to_owned()) }
}

impl Location {
    pub(crate) async fn run(self, config: &Config) -> Result<(), String> {
        match self {
            Self::Create(create) => create.run(config).await,
            Self::List { json } => list(config, json).await,
        }
    }
}

impl Create {
    async fn run(self, config: &Config) -> Result<(), String> {
        let store = open_for_command(config).await?;
        let create = locations::Create {
            name: self.name,
            country: self.country,
            timezone: self.timezone,
            allow_duplicate_contact: self.allow_duplicates,
        };
        let location = store.write(create).await.map_err(|error| error.to_string())?;
        print(self.json, &json!({ "id": location.id, "name": location.name }), || {
            format!("location {} is there: {}", location.id, location.name)
        });
        Ok(())
    }
}

async fn list(config: &Config, json: bool) -> Result<(), String> {
    let store = open_for_command(config).await?;
    let locations = store.read(locations::List).await.map_err(|error| error.to_string())?;
    let rows: Vec<Vec<String>> = locations
        .iter()
        .map(|location| vec![location.id.to_string(), location.name.clone(), location.country.clone()])
        .collect();
    let object: Value = json!({ "locations": locations });
    print(json, &object, || {
        table(
            &["ID", "NAME", "COUNTRY"],
            &rows,
            "there is no location yet; `tieline location create --name NAME` makes one",
        )
    });
    Ok(())
}

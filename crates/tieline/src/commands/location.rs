use super::name::name;
use crate::config::Config;
use crate::open::{location, open_for_command};
use crate::output::{plain, print, table};
use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};
use serde_json::{Value, json};
use tieline_store::locations;

#[derive(Subcommand)]
pub(crate) enum Location {
    /// Create a location.
    Create(Create),
    /// Change what is set for a location. What is not named stays. A server that runs takes it up within a
    /// second.
    Update(Update),
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
    #[arg(long, value_parser = name)]
    name: String,
    /// Its country, as two letters: phone numbers without a country code are read as this country's.
    #[arg(long, default_value = "US", value_parser = country)]
    country: String,
    /// Its time zone, by its IANA name.
    #[arg(long, default_value = "UTC", value_parser = timezone)]
    timezone: String,
    /// Let several contacts share an e-mail address or a phone number.
    #[arg(long)]
    allow_duplicates: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct Update {
    /// The location's id.
    id: String,
    #[command(flatten)]
    changes: Changes,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// What changes of a location.
#[derive(Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Its name, as people see it.
    #[arg(long, value_parser = name)]
    name: Option<String>,
    /// Its country, as two letters: phone numbers without a country code are read as this country's.
    #[arg(long, value_parser = country)]
    country: Option<String>,
    /// Its time zone, by its IANA name.
    #[arg(long, value_parser = timezone)]
    timezone: Option<String>,
    /// Whether several contacts may share an e-mail address or a phone number. Those that do already stay.
    #[arg(long, value_name = "true|false", value_parser = BoolishValueParser::new())]
    allow_duplicates: Option<bool>,
}

fn country(text: &str) -> Result<String, String> {
    let code = text.to_uppercase();
    // Any two letters make a region; those that phone numbers are known of are the inhabited countries.
    let region = Region::try_from(code.as_str()).ok();
    let known =
        region.is_some_and(|code| PHONE_NUMBER_UTIL.get_supported_regions().any(|known| known == code));
    if known {
        Ok(code)
    } else {
        Err("give the two letters that ISO 3166 has for a country, like AU".to_owned())
    }
}

fn timezone(text: &str) -> Result<String, String> {
    let zone = TimeZone::get(text).ok();
    let name = zone.and_then(|zone| zone.iana_name().map(str::to_owned));
    name.ok_or_else(|| "give a time zone by its IANA name, like Australia/Sydney".to_owned())
}

impl Location {
    pub(crate) async fn run(self, config: &Config) -> Result<(), String> {
        match self {
            Self::Create(create) => create.run(config).await,
            Self::Update(update) => update.run(config).await,
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
            format!("location {} is there: {}", location.id, plain(&location.name))
        })
    }
}

impl Update {
    async fn run(self, config: &Config) -> Result<(), String> {
        let store = open_for_command(config).await?;
        let location = location(&store, &self.id).await?;
        let update = locations::Update {
            id: location.id,
            name: self.changes.name,
            country: self.changes.country,
            timezone: self.changes.timezone,
            allow_duplicate_contact: self.changes.allow_duplicates,
        };
        let location = store.write(update).await.map_err(|error| error.to_string())?;
        print(self.json, &json!(location), || {
            let duplicates = if location.allow_duplicate_contact { "allowed" } else { "refused" };
            format!(
                "location {} is changed: {}, {}, {}, duplicates are {duplicates}",
                location.id,
                plain(&location.name),
                location.country,
                location.timezone
            )
        })
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
    })
}

#[cfg(test)]
mod tests {
    use super::{country, timezone};

    #[test]
    fn a_country_is_one_that_there_is() {
        assert_eq!(country("au").as_deref(), Ok("AU"));
        for wrong in ["ZZ", "UK", "XX", "001", "A", "Ä", "AUS", ""] {
            assert!(country(wrong).unwrap_err().contains("like AU"), "{wrong}");
        }
    }

    #[test]
    fn a_time_zone_is_one_that_there_is() {
        assert_eq!(timezone("australia/sydney").as_deref(), Ok("Australia/Sydney"));
        assert_eq!(timezone("UTC").as_deref(), Ok("UTC"));
        for wrong in ["Sydney", "+10:00", "Australia/Atlantis", ""] {
            assert!(timezone(wrong).unwrap_err().contains("like Australia/Sydney"), "{wrong}");
        }
    }
}

use super::name::name;
use crate::config::Config;
use crate::open::{location, open_for_command, open_to_read};
use crate::output::{plain, print, table};
use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};
use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};
use serde_json::{Value, json};
use tieline_model::text::timezones_of;
use tieline_store::locations;

#[derive(Subcommand)]
pub(crate) enum Location {
    /// Create a location.
    Create(Create),
    /// Change a location's settings. Settings that are left out stay as they are. A running server picks this up within a second.
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
    /// Its country, as two letters: phone numbers without a country code are read as this country's
    /// [default: US].
    #[arg(long, value_parser = country)]
    country: Option<String>,
    /// Its time zone, by its IANA name [default: the country's, if it has one; UTC without a country].
    #[arg(long, value_parser = timezone)]
    timezone: Option<String>,
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

/// The settings to change.
#[derive(Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Its name, as people see it.
    #[arg(long, value_parser = name)]
    name: Option<String>,
    /// Its country, as two letters: phone numbers without a country code are read as this country's.
    #[arg(long, value_parser = country)]
    country: Option<String>,
    /// Its time zone, by its IANA name [default: the country's with --country, if it has one; else it stays].
    #[arg(long, value_parser = timezone)]
    timezone: Option<String>,
    /// Whether several contacts may share an e-mail address or a phone number. Contacts that share one stay.
    #[arg(long, value_name = "true|false", value_parser = BoolishValueParser::new())]
    allow_duplicates: Option<bool>,
}

fn country(text: &str) -> Result<String, String> {
    let code = text.to_uppercase();
    // Any two letters parse as a region; only inhabited countries have phone numbers.
    let region = Region::try_from(code.as_str()).ok();
    let known =
        region.is_some_and(|code| PHONE_NUMBER_UTIL.get_supported_regions().any(|known| known == code));
    if known { Ok(code) } else { Err("use a country's two letters from ISO 3166, like AU".to_owned()) }
}

fn timezone(text: &str) -> Result<String, String> {
    tieline_model::text::timezone(text)
}

/// The country and the time zone of a new location. If the country has several zones, one must be given.
fn place(country: Option<String>, timezone: Option<String>) -> Result<(String, String), String> {
    let Some(country) = country else {
        return Ok(("US".to_owned(), timezone.unwrap_or_else(|| "UTC".to_owned())));
    };
    if let Some(timezone) = timezone {
        return Ok((country, timezone));
    }
    match timezones_of(&country)[..] {
        [zone] => Ok((country, zone.to_owned())),
        [] => Err(format!("no time zone is known for {country}; add --timezone with an IANA name, or UTC")),
        ref zones => {
            Err(format!("{country} has several time zones; add --timezone with one of {}", zones.join(", ")))
        }
    }
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
        let (country, timezone) = place(self.country, self.timezone)?;
        let store = open_for_command(config).await?;
        let create = locations::Create {
            name: self.name,
            country,
            timezone,
            allow_duplicate_contact: self.allow_duplicates,
        };
        let location = store.write(create).await.map_err(|error| error.to_string())?;
        let object = json!({
            "id": location.id, "name": location.name, "country": location.country, "timezone": location.timezone,
        });
        print(self.json, &object, || {
            let (name, country, timezone) = (plain(&location.name), &location.country, &location.timezone);
            format!("Created location {}: {name}, {country}, {timezone}", location.id)
        })
    }
}

impl Update {
    async fn run(self, config: &Config) -> Result<(), String> {
        let changes = self.changes;
        let (country, timezone) = match changes.country {
            Some(country) => {
                let (country, timezone) = place(Some(country), changes.timezone)?;
                (Some(country), Some(timezone))
            }
            None => (None, changes.timezone),
        };
        let store = open_for_command(config).await?;
        let location = location(&store, &self.id).await?;
        let update = locations::Update {
            id: location.id,
            name: changes.name,
            country,
            timezone,
            allow_duplicate_contact: changes.allow_duplicates,
        };
        let location = store.write(update).await.map_err(|error| error.to_string())?;
        print(self.json, &json!(location), || {
            let duplicates = if location.allow_duplicate_contact { "allowed" } else { "refused" };
            format!(
                "Updated location {}: {}, {}, {}, duplicate contacts are {duplicates}",
                location.id,
                plain(&location.name),
                location.country,
                location.timezone
            )
        })
    }
}

async fn list(config: &Config, json: bool) -> Result<(), String> {
    let store = open_to_read(config).await?;
    let locations = store.read(locations::List).await.map_err(|error| error.to_string())?;
    let rows: Vec<Vec<String>> = locations
        .iter()
        .map(|location| {
            vec![
                location.id.to_string(),
                location.name.clone(),
                location.country.clone(),
                location.timezone.clone(),
            ]
        })
        .collect();
    let object: Value = json!({ "locations": locations });
    print(json, &object, || {
        table(
            &["ID", "NAME", "COUNTRY", "TIME ZONE"],
            &rows,
            "No locations yet. Create one with `tieline location create --name NAME`.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{country, place, timezone};

    #[test]
    fn a_country_is_one_that_there_is() {
        assert_eq!(country("au").as_deref(), Ok("AU"));
        for wrong in ["ZZ", "UK", "XX", "001", "A", "Ä", "AUS", ""] {
            assert!(country(wrong).unwrap_err().contains("like AU"), "{wrong}");
        }
    }

    /// Case D10.
    #[test]
    fn a_country_with_one_time_zone_sets_it_and_others_ask() {
        let placed = |country: Option<&str>, zone: Option<&str>| {
            place(country.map(str::to_owned), zone.map(str::to_owned))
        };
        let pair = |country: &str, zone: &str| Ok((country.to_owned(), zone.to_owned()));
        assert_eq!(placed(None, None), pair("US", "UTC"));
        assert_eq!(placed(Some("DE"), None), pair("DE", "Europe/Berlin"));
        assert_eq!(placed(Some("AU"), Some("Australia/Perth")), pair("AU", "Australia/Perth"));
        let asked = placed(Some("AU"), None).unwrap_err();
        assert!(asked.contains("--timezone") && asked.contains("Australia/Sydney, "), "{asked}");
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

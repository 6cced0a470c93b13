//! A location: the tenant that contacts, keys, connections and workflows belong to.

use crate::id::LocationId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A location and what its owner has set for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Its id.
    pub id: LocationId,
    /// Its name, as people see it.
    pub name: String,
    /// ISO 3166 alpha-2. Phone numbers without a country code are read as this country's.
    pub country: String,
    /// IANA name of its time zone.
    pub timezone: String,
    /// Whether two contacts may share an e-mail address or a phone number.
    pub allow_duplicate_contact: bool,
    /// When it was made.
    pub date_added: Timestamp,
}

impl Location {
    /// A location for reading what means the same in all of them.
    #[must_use]
    pub fn anywhere() -> Self {
        Self {
            id: "anywhere".into(),
            name: String::new(),
            country: "US".to_owned(),
            timezone: "UTC".to_owned(),
            allow_duplicate_contact: false,
            date_added: Timestamp::default(),
        }
    }
}

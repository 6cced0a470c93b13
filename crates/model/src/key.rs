//! API keys: `pit-…` tokens, known to the store by their hash only.

use crate::id::{KeyId, LocationId};
use crate::scope::Scopes;
use crate::time::Timestamp;

/// An API key as it can be listed. The token itself was shown once, when it was made.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// The location that it opens.
    pub location_id: LocationId,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The last four characters of the token, to distinguish keys.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it opens nothing any more.
    pub revoked_at: Option<Timestamp>,
}

//! Authentication: keys are `pit-…` tokens, stored as hashes. Each opens one location.

use crate::app::App;
use crate::error::ApiError;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use quick_cache::sync::Cache;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tieline_model::{KeyId, Location, Scope, Scopes};
use tieline_store::{Store, keys, locations};

/// How long a loaded key is used, so that revoking it, or changing its location's settings, takes effect within a
/// second on every node.
const FRESH: Duration = Duration::from_secs(1);

/// The most keys that are cached.
const REMEMBERED: usize = 10_000;

/// The client behind a request.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) key_id: KeyId,
    pub(crate) location: Arc<Location>,
    scopes: Scopes,
}

impl Caller {
    /// Refuses if the key does not have the scope.
    pub(crate) fn must_have(&self, scope: Scope) -> Result<(), ApiError> {
        if self.scopes.allow(scope) { Ok(()) } else { Err(ApiError::out_of_scope(scope)) }
    }

    /// Refuses if a request names another location than the key's. A request that names none passes.
    pub(crate) fn must_own(&self, location: &str) -> Result<(), ApiError> {
        if location.is_empty() || location == self.location.id.as_str() {
            Ok(())
        } else {
            Err(ApiError::other_location())
        }
    }
}

/// Recently loaded callers, by the hash of their token. Unknown tokens are not cached, so that guessing evicts no
/// one.
pub(crate) struct Callers(Cache<[u8; 32], (Arc<Caller>, Instant)>);

impl Default for Callers {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}

impl Callers {
    async fn find(&self, store: &Store, token: &str) -> Result<Option<Arc<Caller>>, ApiError> {
        let hash = keys::hash(token);
        // An entry's age is measured by the machine's monotonic clock, because the store's may be a manual one.
        if let Some((caller, read_at)) = self.0.get(&hash)
            && read_at.elapsed() < FRESH
        {
            return Ok(Some(caller));
        }
        let read_at = Instant::now();
        let Some(caller) = load(store, hash).await?.map(Arc::new) else {
            self.0.remove(&hash);
            return Ok(None);
        };
        self.0.insert(hash, (Arc::clone(&caller), read_at));
        Ok(Some(caller))
    }
}

async fn load(store: &Store, hash: [u8; 32]) -> Result<Option<Caller>, ApiError> {
    let Some(key) = store.read(keys::Find(hash)).await? else { return Ok(None) };
    let location = store.read(locations::Get(key.location_id)).await?;
    Ok(location.map(|location| Caller { key_id: key.id, location: Arc::new(location), scopes: key.scopes }))
}

/// Authenticates a request.
pub(crate) async fn authenticate(app: &App, headers: &HeaderMap) -> Result<Arc<Caller>, ApiError> {
    let token = bearer(headers).filter(|token| token.starts_with("pit-"));
    let token = token.ok_or_else(|| ApiError::unauthorized("Invalid JWT"))?;
    let caller = app.callers().find(app.store(), token).await?;
    caller.ok_or_else(|| ApiError::unauthorized("Invalid Private Integration token"))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_token_is_read_from_a_bearer_header_only() {
        let token = |value: &'static [u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(token(b"Bearer pit-1").as_deref(), Some("pit-1"));
        assert_eq!(token(b"bearer  pit-1 ").as_deref(), Some("pit-1"));
        for other in [&b"pit-1"[..], b"Basic pit-1", b"Bearer", b"", b"Bearer \xff"] {
            assert_eq!(token(other), None, "{other:?}");
        }
    }
}

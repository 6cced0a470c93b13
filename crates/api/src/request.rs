//! A request that passed the checks: the caller, the operation and its values.

use crate::app::App;
use crate::auth::Caller;
use axum::body::Bytes;
use axum::extract::RawPathParams;
use http::{HeaderValue, Uri};
use std::sync::Arc;
use tieline_operations::Version;

/// A request whose version, key, scope and location are valid.
pub(crate) struct ApiRequest {
    pub(crate) app: App,
    pub(crate) caller: Arc<Caller>,
    pub(crate) version: Version,
    pub(crate) params: RawPathParams,
    pub(crate) uri: Uri,
    pub(crate) host: Option<HeaderValue>,
    pub(crate) body: Bytes,
}

impl ApiRequest {
    /// A parameter of the path, by its name in the operation's path.
    pub(crate) fn param(&self, name: &str) -> &str {
        param(&self.params, name)
    }

    /// The address by which the client reached the server, without a slash at its end.
    pub(crate) fn base_url(&self) -> String {
        if let Some(url) = &self.app.settings().public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let host = self.host.as_ref().and_then(|host| host.to_str().ok());
        host.map(|host| format!("http://{host}")).unwrap_or_default()
    }
}

pub(crate) fn param<'p>(params: &'p RawPathParams, name: &str) -> &'p str {
    params.iter().find(|(key, _)| *key == name).map(|(_, value)| value).unwrap_or_default()
}

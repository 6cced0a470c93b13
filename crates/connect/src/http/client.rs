//! The client that all outgoing requests go through.

use super::failure::RequestFailure;
use super::guard::Guard;
use super::request::Request;
use super::response::{Response, text};
use http::HeaderValue;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::sync::Arc;
use std::time::Duration;
use tieline_model::Timestamp;

/// How outgoing requests are made.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which addresses may be reached.
    pub guard: Guard,
    /// How long making a connection may take.
    pub connect_timeout: Duration,
    /// How long everything together may take, from the name's resolution to the body's last byte.
    pub timeout: Duration,
    /// How many bytes of a body are read; the rest is left.
    pub body_limit: usize,
}

impl Default for Options {
    /// Only the public internet, 5 s to connect, 30 s in all, 256 KiB of a body.
    fn default() -> Self {
        Self {
            guard: Guard::default(),
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(30),
            body_limit: 256 * 1024,
        }
    }
}

/// The client could not be set up: the cryptography or the system's resolver is not usable.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("outgoing requests cannot be set up: {0}")]
pub struct SetupError(String);

/// Sends requests: through the guard, without redirects, without a proxy, within limits. Clones share one
/// pool of connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    guard: Arc<Guard>,
    timeout: Duration,
    body_limit: usize,
}

impl Client {
    /// A client with a pool of its own. One is enough for a process.
    ///
    /// # Errors
    /// [`SetupError`], which no input from outside can cause.
    pub fn new(options: Options) -> Result<Self, SetupError> {
        let guard = Arc::new(options.guard);
        let http = reqwest::Client::builder()
            .user_agent(concat!("Tieline/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(tls().map_err(|error| SetupError(error.to_string()))?)
            .dns_resolver(Arc::new(GuardedResolver(Arc::clone(&guard))))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(options.connect_timeout)
            .timeout(options.timeout)
            .pool_max_idle_per_host(16)
            .build()
            .map_err(|error| SetupError(error.to_string()))?;
        Ok(Self { http, guard, timeout: options.timeout, body_limit: options.body_limit })
    }

    /// Sends a request and reads the answer. `idempotency_key` stays the same over the retries of one step,
    /// so that the receiver recognises a retry; it is sent as `Idempotency-Key` unless
    /// the request has that header. `now` is what a date in `Retry-After` is compared with.
    ///
    /// # Errors
    /// [`RequestFailure`] where there was no answer, or one outside 200 to 299.
    pub async fn send(
        &self,
        request: &Request,
        idempotency_key: &str,
        now: Timestamp,
    ) -> Result<Response, RequestFailure> {
        self.guard.check_url(&request.url).map_err(|refused| RequestFailure::lasting(refused.to_string()))?;
        let unanswered = |error| RequestFailure::unanswered(&request.host(), &error, self.timeout);
        let mut answer = self.prepare(request, idempotency_key)?.send().await.map_err(unanswered)?;
        let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
        let body = self.read_body(answer).await;
        if !status.is_success() {
            // The status counts even if the body did not arrive.
            let (body, _) = body.unwrap_or_default();
            let quoted = request.without_secrets(&text(&headers, &body));
            return Err(RequestFailure::answered(&request.host(), status, &headers, &quoted, now));
        }
        let (body, truncated) = body.map_err(unanswered)?;
        Ok(Response::new(status, &headers, &body, truncated))
    }

    fn prepare(
        &self,
        request: &Request,
        idempotency_key: &str,
    ) -> Result<reqwest::RequestBuilder, RequestFailure> {
        let mut headers = request.headers.clone();
        let key = HeaderValue::from_str(idempotency_key).map_err(|_| {
            RequestFailure::lasting("the idempotency key must be letters, digits and punctuation")
        })?;
        headers.entry("idempotency-key").or_insert(key);
        let builder = self.http.request(request.method.clone(), request.url.clone()).headers(headers);
        Ok(match &request.body {
            Some(body) => builder.body(body.clone()),
            None => builder,
        })
    }

    /// The body up to the limit, and whether it was longer.
    async fn read_body(&self, mut answer: reqwest::Response) -> Result<(Vec<u8>, bool), reqwest::Error> {
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            let room = self.body_limit - body.len();
            if chunk.len() > room {
                body.extend_from_slice(&chunk[..room]);
                return Ok((body, true));
            }
            body.extend_from_slice(&chunk);
        }
        Ok((body, false))
    }
}

/// The provider and the authorities are named here rather than taken from the process or the system, so that
/// a connection is as safe on every machine.
fn tls() -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect::<rustls::RootCertStore>();
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Resolves a name and hands on only addresses that passed the guard. The connection is made to these and
/// nothing resolves the name again, so a name cannot point elsewhere between the check and the connection.
struct GuardedResolver(Arc<Guard>);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let open = guard.filter(name.as_str(), found)?;
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;

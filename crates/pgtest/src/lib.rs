//! A PostgreSQL server to test against: started in a temporary directory, stopped and removed afterwards.
//!
//! This is a crate of its own, with nothing but the standard library, because `xtask` uses it too and must
//! compile at once on a machine that has built nothing yet.

mod account;
mod binaries;
mod cluster;
mod tls;

pub use binaries::server_binaries;
pub use cluster::Cluster;

use std::sync::OnceLock;

/// The environment variable that names the server to test on, as a `postgres://` URL.
pub const URL_VARIABLE: &str = "TIELINE_TEST_POSTGRES";

/// The `postgres://` URL of the server that this process's tests share.
///
/// It is the one in [`URL_VARIABLE`], which `cargo xtask test` sets. If that is not set, as under a plain
/// `cargo test`, the first call starts a [`Cluster`] that lives as long as the process. The URL's user may
/// create databases; take a new one for each test.
///
/// # Errors
/// One sentence why no server could be started, like [`Cluster::start`].
pub fn shared_url() -> Result<String, String> {
    static CLUSTER: OnceLock<Result<Cluster, String>> = OnceLock::new();
    if let Some(url) = url_from_environment() {
        return Ok(url);
    }
    CLUSTER.get_or_init(Cluster::start).as_ref().map(Cluster::url).map_err(Clone::clone)
}

/// The value of [`URL_VARIABLE`]; none if it is not set or empty.
#[must_use]
pub fn url_from_environment() -> Option<String> {
    std::env::var(URL_VARIABLE).ok().filter(|url| !url.is_empty())
}

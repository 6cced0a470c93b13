//! The address of a PostgreSQL database, and how the connection to it is protected.

use super::tls::{Files, Tls, Trust};
use crate::error::{Error, Result};
use std::path::PathBuf;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// How long connecting may take, unless the address says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// After how long without traffic the system checks that the server is still connected.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// What libpq calls `sslmode`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Protection {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

const PROTECTIONS: [(&str, Protection); 6] = [
    ("disable", Protection::Disable),
    ("allow", Protection::Allow),
    ("prefer", Protection::Prefer),
    ("require", Protection::Require),
    ("verify-ca", Protection::VerifyCa),
    ("verify-full", Protection::VerifyFull),
];

/// A database's address, read and ready to connect.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: Tls,
    /// Whether a server that refuses plain connections is tried again with TLS.
    pub(super) may_add_tls: bool,
}

/// The parameters of an address that the client library does not know.
#[derive(Default)]
struct Parameters {
    protection: Option<Protection>,
    root: Option<String>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

impl Address {
    /// Reads `postgres://user:password@host:port/database?sslmode=…`, with the parameters that libpq knows.
    pub(super) fn read(url: &str) -> Result<Self> {
        let (parameters, rest) = split(url)?;
        let mut config: Config =
            rest.parse().map_err(|error| unusable(&super::cause::with_sources(&error)))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        config.keepalives_idle(KEEPALIVE);
        let is_local = config.get_hosts().iter().all(|host| !matches!(host, Host::Tcp(_)));
        let mut protection = parameters.protection()?;
        if is_local {
            // A socket in the file system needs none, and PostgreSQL offers none there.
            protection = Protection::Disable;
        }
        config.ssl_mode(match protection {
            Protection::Disable | Protection::Allow => SslMode::Disable,
            Protection::Prefer => SslMode::Prefer,
            Protection::Require | Protection::VerifyCa | Protection::VerifyFull => SslMode::Require,
        });
        let tls = Tls::new(parameters.trust(protection), &parameters.files()).map_err(|e| unusable(&e))?;
        Ok(Self { config, tls, may_add_tls: protection == Protection::Allow })
    }
}

impl Parameters {
    fn set(&mut self, name: &str, value: String) -> Result<bool> {
        match name {
            "sslmode" => self.protection = Some(protection(&value)?),
            "sslrootcert" => self.root = Some(value),
            "sslcert" => self.certificate = Some(value.into()),
            "sslkey" => self.key = Some(value.into()),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn protection(&self) -> Result<Protection> {
        match (self.protection, self.uses_known_authorities()) {
            (None, true) => Ok(Protection::VerifyFull),
            (Some(mode), true) if mode != Protection::VerifyFull => Err(unusable(
                "sslrootcert=system needs sslmode=verify-full, since anybody can get such a certificate",
            )),
            (mode, _) => Ok(mode.unwrap_or(Protection::Prefer)),
        }
    }

    fn uses_known_authorities(&self) -> bool {
        self.root.as_deref() == Some("system")
    }

    fn trust(&self, protection: Protection) -> Trust {
        let check_name = protection == Protection::VerifyFull;
        match (protection, &self.root) {
            (Protection::Disable | Protection::Allow | Protection::Prefer, _)
            | (Protection::Require, None) => Trust::Anybody,
            (_, Some(file)) if !self.uses_known_authorities() => {
                Trust::File { file: file.into(), check_name }
            }
            (Protection::Require | Protection::VerifyCa | Protection::VerifyFull, _) => {
                Trust::KnownAuthorities { check_name }
            }
        }
    }

    fn files(&self) -> Files {
        Files { certificate: self.certificate.clone(), key: self.key.clone() }
    }
}

fn protection(text: &str) -> Result<Protection> {
    let known = PROTECTIONS.iter().find(|(name, _)| *name == text);
    known.map(|(_, protection)| *protection).ok_or_else(|| {
        let names: Vec<_> = PROTECTIONS.iter().map(|(name, _)| *name).collect();
        unusable(&format!("sslmode: `{text}` is none of {}", names.join(", ")))
    })
}

/// Takes out the parameters that are read here.
fn split(url: &str) -> Result<(Parameters, String)> {
    let mut parameters = Parameters::default();
    let Some((address, query)) = url.split_once('?') else { return Ok((parameters, url.to_owned())) };
    let mut rest = Vec::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
        if !parameters.set(name, value)? {
            rest.push(pair);
        }
    }
    let rest = if rest.is_empty() { address.to_owned() } else { format!("{address}?{}", rest.join("&")) };
    Ok((parameters, rest))
}

fn unusable(reason: &str) -> Error {
    Error::Unusable(format!("--database-url cannot be read: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> String {
        Address::read(url).err().expect("it is refused").to_string()
    }

    #[test]
    fn takes_every_mode_of_libpq() {
        for (mode, expected, again) in [
            ("disable", SslMode::Disable, false),
            ("allow", SslMode::Disable, true),
            ("prefer", SslMode::Prefer, false),
            ("require", SslMode::Require, false),
            ("verify-ca", SslMode::Require, false),
            ("verify-full", SslMode::Require, false),
        ] {
            let address = Address::read(&format!("postgres://u@db.example.com/x?sslmode={mode}")).unwrap();
            assert_eq!((address.config.get_ssl_mode(), address.may_add_tls), (expected, again), "{mode}");
        }
        let address = Address::read("postgres://u@h/x?application_name=a&sslrootcert=system").unwrap();
        assert_eq!(address.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(address.config.get_application_name(), Some("a"));
    }

    #[test]
    fn a_socket_in_the_file_system_needs_no_protection() {
        let address = Address::read("postgres://u@%2Ftmp%2Fpg/x?sslmode=require").unwrap();
        assert_eq!(address.config.get_ssl_mode(), SslMode::Disable);
    }

    #[test]
    fn a_mistake_is_named() {
        let error = refused("postgres://u@h/x?sslmode=on");
        assert!(error.contains("sslmode: `on`") && error.contains("verify-full"), "{error}");
        let error = refused("postgres://u@h/x?sslmode=require&sslrootcert=/no/such.pem");
        assert!(error.contains("sslrootcert") && error.contains("/no/such.pem"), "{error}");
        let error = refused("postgres://u@h/x?sslmode=require&sslrootcert=system");
        assert!(error.contains("verify-full"), "{error}");
        let error = refused("postgres://u@h/x?sslcert=/no/such.pem");
        assert!(error.contains("sslkey"), "{error}");
        let error = refused("postgres://u@h/x?nonsense=1");
        assert!(error.contains("nonsense"), "{error}");
    }
}

//! Messages for why PostgreSQL could not be used. Its client only says "db error"; the cause is in the sources.

use rustls::CertificateError;
use std::error::Error as StdError;
use std::io;
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use tokio_postgres::error::{DbError, SqlState};

/// What the server reports, or why the client could not reach it.
pub(crate) fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} ({})", db.message(), db.code().code()),
        None => with_sources(error),
    }
}

/// An error with its sources, each once: `error connecting to server: connection refused`.
pub(super) fn with_sources(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        source = error.source();
    }
    text
}

/// Why a connection could not be made, with the place and the fix.
pub(super) fn of_connecting(error: &tokio_postgres::Error, config: &Config) -> String {
    let place = place(config);
    if let Some(db) = error.as_db_error() {
        return refused_by_server(db, config, &place);
    }
    if let Some(tls) = source_of::<rustls::Error>(error) {
        return certificate(tls, &place);
    }
    let text = with_sources(error);
    if text.contains("does not support TLS") {
        return format!("the server at {place} does not offer TLS; set it up there, or use sslmode=disable");
    }
    match source_of::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => {
            format!("connection refused at {place}; is PostgreSQL running?")
        }
        Some(io::ErrorKind::NotFound) => format!("no socket at {place}; is PostgreSQL running?"),
        Some(io::ErrorKind::TimedOut) => format!("no answer from {place} in time"),
        _ => format!("{place}: {text}"),
    }
}

fn refused_by_server(db: &DbError, config: &Config, place: &str) -> String {
    let user = config.get_user().unwrap_or_default();
    match db.code() {
        code if *code == SqlState::INVALID_CATALOG_NAME => {
            let database = config.get_dbname().unwrap_or(user);
            format!("no database {database} at {place}; create it: createdb {database}")
        }
        code if *code == SqlState::INVALID_PASSWORD => {
            format!("password authentication failed for user {user} at {place}; check user and password")
        }
        code if *code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION
            && db.message().contains("no encryption") =>
        {
            format!("the server at {place} wants TLS for user {user}; use sslmode=require or stronger")
        }
        code => format!("{} ({}) at {place}", db.message(), code.code()),
    }
}

fn certificate(error: &rustls::Error, place: &str) -> String {
    let rustls::Error::InvalidCertificate(reason) = error else { return format!("TLS to {place}: {error}") };
    match reason {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => format!(
            "no authority that is trusted has signed the certificate of {place}; name the authority's own \
             certificate as sslrootcert=FILE"
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => format!(
            "the certificate of {place} is for another name; connect by the name in it, or use sslmode=verify-ca"
        ),
        _ => format!("the certificate of {place} is not valid: {error}"),
    }
}

/// The first of an error's sources that is of this type.
fn source_of<'e, E: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(error) = next {
        // An I/O error that wraps another one does not give it as its source.
        let carried = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(found) = carried.and_then(|carried| carried.downcast_ref()) {
            return Some(found);
        }
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// Where the server is expected: `db.example.com:5432`.
fn place(config: &Config) -> String {
    let ports = config.get_ports();
    let place = |(n, host): (usize, &Host)| {
        let port = ports.get(n).or(ports.first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            #[cfg(unix)]
            Host::Unix(folder) => format!("{}/.s.PGSQL.{port}", folder.display()),
        }
    };
    config.get_hosts().iter().enumerate().map(place).collect::<Vec<_>>().join(" or ")
}

/// Whether the server cannot be reached or is shutting down, so that a later try may work.
pub(super) fn is_away(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        Some(code) => code.code().starts_with("08") || code.code().starts_with("57P"),
        None => error.is_closed() || source_of::<io::Error>(error).is_some(),
    }
}

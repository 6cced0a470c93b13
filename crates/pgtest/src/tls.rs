//! A server that listens on the loopback address, with TLS.

use crate::account::Account;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{OpenOptionsExt, chown};
use std::path::Path;

/// Who may connect how: without a password by the socket, with TLS and a password over the network.
const ACCESS: &str = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";

/// A server's certificate and its key, in PEM.
pub(crate) struct Tls<'a> {
    pub(crate) certificate: &'a str,
    pub(crate) key: &'a str,
}

/// Where the server listens, and its arguments for that.
pub(crate) struct Network {
    pub(crate) port: u16,
    pub(crate) arguments: Vec<String>,
}

impl Tls<'_> {
    /// Writes the files that the server needs into its directory.
    pub(crate) fn put_into(&self, directory: &Path, account: Option<Account>) -> Result<Network, String> {
        let files = [("server.crt", self.certificate), ("server.key", self.key), ("pg_hba.conf", ACCESS)];
        let written = files.iter().try_for_each(|(name, text)| write(&directory.join(name), text, account));
        written.map_err(|error| format!("cannot write the server's certificate: {error}"))?;
        let port = free_port().map_err(|error| format!("cannot find a free port: {error}"))?;
        let file = |name: &str| directory.join(name).display().to_string();
        let settings = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", file("server.crt")),
            format!("ssl_key_file={}", file("server.key")),
            format!("hba_file={}", file("pg_hba.conf")),
        ];
        let arguments = settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]).collect();
        Ok(Network { port, arguments })
    }
}

/// Writes a file that the server's account alone may read, as PostgreSQL demands of a key.
fn write(path: &Path, text: &str, account: Option<Account>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    match account {
        Some(account) => chown(path, Some(account.uid), Some(account.gid)),
        None => Ok(()),
    }
}

/// A port that is free at the moment.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

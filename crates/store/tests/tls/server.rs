//! A PostgreSQL server with a certificate that is made when the test runs.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tieline_pgtest::Cluster;

pub(crate) const PASSWORD: &str = "s3cret";

pub(crate) struct Server {
    cluster: Cluster,
    folder: PathBuf,
}

/// A certificate authority, and a certificate of it for `localhost` with its key.
pub(crate) fn authority() -> (CertifiedIssuer<'static, KeyPair>, String, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap().pem();
    (authority, certificate, key.serialize_pem())
}

impl Server {
    /// A server that requires TLS and has the user `tester`.
    pub(crate) async fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("tieline-tls-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (authority, certificate, key) = authority();
        let cluster = Cluster::start_with_tls(&certificate, &key).unwrap();
        let server = Self { cluster, folder };
        server.put("authority.pem", &authority.pem());
        server.put("certificate.pem", &certificate);
        server.create_user().await;
        server
    }

    async fn create_user(&self) {
        let url = self.cluster.url();
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        let driving = tokio::spawn(connection);
        let create = format!("CREATE ROLE tester SUPERUSER LOGIN PASSWORD '{PASSWORD}'");
        client.batch_execute(&create).await.unwrap();
        driving.abort();
    }

    pub(crate) fn port(&self) -> u16 {
        self.cluster.port().unwrap()
    }

    pub(crate) fn url(&self, host: &str, query: &str) -> String {
        self.url_by(host, self.port(), query)
    }

    pub(crate) fn url_by(&self, host: &str, port: u16, query: &str) -> String {
        format!("postgres://tester:{PASSWORD}@{host}:{port}/postgres{query}")
    }

    /// The file with the authority's certificate.
    pub(crate) fn authority(&self) -> String {
        self.folder.join("authority.pem").display().to_string()
    }

    /// The file with the server's own certificate.
    pub(crate) fn certificate(&self) -> String {
        self.folder.join("certificate.pem").display().to_string()
    }

    /// Writes a file beside them.
    pub(crate) fn put(&self, name: &str, text: &str) -> String {
        let file = self.folder.join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

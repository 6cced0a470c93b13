//! The product under load: its built binary, set up by its own command line as a user would.

use crate::cli::Options;
use crate::client::{self, Get};
use crate::data_dir::DataDir;
use crate::process::Server;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A data directory with a location and a key, before the server is started on it.
pub(crate) struct Setup {
    bin: PathBuf,
    data: PathBuf,
    log: PathBuf,
    pub(crate) location: String,
    token: String,
}

/// The running server.
pub(crate) struct Product {
    pub(crate) server: Server,
    pub(crate) location: String,
    /// Header lines that every call of the API needs.
    pub(crate) headers: String,
}

impl Setup {
    /// Makes the location and a key that may read and write its contacts.
    pub(crate) fn new(options: &Options, dir: &DataDir) -> Result<Self, String> {
        if !options.bin.is_file() {
            return Err(format!(
                "there is no binary at {}; build it with `cargo build --release -p tieline`, or give its path with --bin",
                options.bin.display()
            ));
        }
        let (data, log) = (dir.folder("tieline")?, dir.file("tieline.log"));
        let (location, token) = (String::new(), String::new());
        let mut setup = Self { bin: options.bin.clone(), data, log, location, token };
        setup.location = text(&setup.cli(&["location", "create", "--name", "Bench"])?, "id")?;
        let scopes = "contacts.readonly contacts.write";
        let key = setup.cli(&["keys", "create", "--location", &setup.location, "--scopes", scopes])?;
        setup.token = text(&key, "token")?;
        Ok(setup)
    }

    /// Makes a Paythen connection and gives back the path that events are posted to.
    pub(crate) fn connect_paythen(&self, secret: &str) -> Result<String, String> {
        let made = self.cli(&[
            "connections",
            "create",
            "--location",
            &self.location,
            "--type",
            "paythen",
            "--name",
            "Bench",
            "--secret",
            secret,
        ])?;
        Ok(format!("/hooks/{}", text(&made, "id")?))
    }

    /// Publishes the workflow of a document.
    pub(crate) fn publish(&self, document: &str) -> Result<(), String> {
        let file = self.log.with_file_name("workflow.yaml");
        std::fs::write(&file, document)
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        let file = file.to_string_lossy();
        self.cli(&["workflows", "apply", "--location", &self.location, &file, "--publish"]).map(drop)
    }

    /// Starts the server.
    pub(crate) fn serve(self) -> Result<Product, String> {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0", "--rate-limit", "off"]);
        command.arg("--data").arg(&self.data);
        let server = Server::start("tieline", command, self.log)?;
        let headers = format!("Authorization: Bearer {}\r\nVersion: 2021-07-28\r\n", self.token);
        Ok(Product { server, location: self.location, headers })
    }

    /// Runs a command to its end and reads the JSON object that it prints.
    fn cli(&self, args: &[&str]) -> Result<Value, String> {
        let mut command = self.command(args);
        command.arg("--json").arg("--data").arg(&self.data).stdin(Stdio::null());
        let said = |what: String| format!("`tieline {}`: {what}", args.join(" "));
        let output = command.output().map_err(|error| said(error.to_string()))?;
        if !output.status.success() {
            return Err(said(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| said(format!("printed no JSON: {error}")))
    }

    /// The binary with its settings as they come: what the environment says of others must not count.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.bin);
        command.args(args);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("TIELINE_") {
                command.env_remove(name);
            }
        }
        command
    }
}

impl Product {
    /// Starts the server on a new location, or nothing where the ceilings are measured alone.
    pub(crate) fn unless_ceilings_only(options: &Options, dir: &DataDir) -> Result<Option<Self>, String> {
        if options.ceilings_only { Ok(None) } else { Setup::new(options, dir)?.serve().map(Some) }
    }

    /// Reads JSON from the API.
    pub(crate) fn get(&self, path: &str) -> Result<Value, String> {
        client::once(self.server.address, &Get::new("", &self.headers).with(path))
            .and_then(|response| response.json())
            .map_err(|error| self.server.explain(&format!("GET {path} {error}")))
    }

    /// The newest contacts, at most `limit`, and how many there are in all.
    pub(crate) fn newest_contacts(&self, limit: usize) -> Result<(Vec<Value>, u64), String> {
        let mut list = self.get(&format!("/contacts/?locationId={}&limit={limit}", self.location))?;
        let total = list["meta"]["total"].as_u64();
        match (list["contacts"].take(), total) {
            (Value::Array(contacts), Some(total)) => Ok((contacts, total)),
            _ => Err("GET /contacts/ answered without contacts or meta.total".to_owned()),
        }
    }
}

/// A text in what a command or the API answered.
pub(crate) fn text(answer: &Value, field: &str) -> Result<String, String> {
    answer[field].as_str().map(str::to_owned).ok_or_else(|| format!("no `{field}` in {answer}"))
}

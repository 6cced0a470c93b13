//! A location with a key, and shorthands for what the tests do with it.

use crate::cli::Cli;
use crate::http::{Reply, Request};
use crate::place::Place;
use crate::sign;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// All scopes that the tests need.
const SCOPES: &str = "contacts.readonly contacts.write";

/// A location with a key, created by the command line.
#[derive(Clone, Debug)]
pub struct Tenant<'a> {
    /// The command line.
    pub cli: Cli<'a>,
    /// The location's id.
    pub location: String,
    /// A token that may read and write contacts.
    pub token: String,
}

/// A connection by which events arrive.
#[derive(Clone, Debug)]
pub struct Hook {
    /// Its id.
    pub id: String,
    /// The path to post to.
    pub url: String,
    /// Its secret.
    pub secret: String,
}

impl<'a> Tenant<'a> {
    /// A new location in Australia, with a key.
    ///
    /// # Panics
    /// If a command fails.
    #[must_use]
    pub fn new(place: &'a Place) -> Self {
        let cli = Cli(place);
        let place = ["--country", "AU", "--timezone", "Australia/Sydney"];
        let made = cli.json(&[&["location", "create", "--name", "Clay & Kiln"][..], &place].concat());
        let location = text(&made, "id");
        let token =
            text(&cli.json(&["keys", "create", "--location", &location, "--scopes", SCOPES]), "token");
        Self { cli, location, token }
    }

    /// A new connection, with further flags for `connections create`.
    ///
    /// # Panics
    /// If the command fails.
    #[must_use]
    pub fn connect(&self, kind: &str, flags: &[&str]) -> Hook {
        let create = ["connections", "create", "--location", &self.location, "--name", kind, "--type", kind];
        let made = self.cli.json(&[&create, flags].concat());
        Hook { id: text(&made, "id"), url: text(&made, "url"), secret: text(&made, "secret") }
    }

    /// Publishes a workflow.
    ///
    /// # Panics
    /// If the command fails.
    pub fn publish(&self, document: &str) {
        let file = self.cli.0.write("workflow.yaml", document);
        self.cli.json(&["workflows", "apply", "--location", &self.location, &file, "--publish"]);
    }

    /// Runs a command about this location with `--json`.
    ///
    /// # Panics
    /// If the command fails.
    pub fn json(&self, command: &[&str]) -> Value {
        self.cli.json(&[command, &["--location", &self.location]].concat())
    }

    /// All of a list, page by page: `runs` or `deliveries`, newest first.
    ///
    /// # Panics
    /// If a command fails.
    #[must_use]
    pub fn all(&self, what: &str) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let mut page = vec![what, "list", "--limit", "500"];
            let last = all.last().map(|item| text(item, "id"));
            page.extend(last.iter().flat_map(|last| ["--before", last]));
            let found = self.json(&page);
            let found = found[what].as_array().expect("a list");
            all.extend(found.iter().cloned());
            if found.len() < 500 {
                return all;
            }
        }
    }

    /// Waits for `count` runs that have all ended, and returns them.
    ///
    /// # Panics
    /// If they do not end in time.
    pub fn runs_over(&self, count: usize) -> Vec<Value> {
        let over = |run: &Value| ["completed", "stopped", "failed"].contains(&text(run, "status").as_str());
        crate::until(&format!("{count} runs have ended"), || {
            let runs = self.all("runs");
            (runs.len() >= count && runs.iter().all(over)).then_some(runs)
        })
    }

    /// Reads from the Contacts API.
    ///
    /// # Panics
    /// If that is refused or not answered.
    #[must_use]
    #[track_caller]
    pub fn get(&self, server: SocketAddr, path: &str) -> Value {
        Request::get(path).with_key(&self.token).send(server).expect("the server answers").ok()
    }

    /// Creates a contact.
    ///
    /// # Errors
    /// If the answer is not complete.
    pub fn create(&self, server: SocketAddr, email: &str) -> Result<Reply, String> {
        self.create_request(email).send(server)
    }

    /// The request that creates a contact.
    #[must_use]
    pub fn create_request(&self, email: &str) -> Request {
        let body = json!({ "locationId": self.location, "email": email }).to_string();
        Request::post("/contacts/", body).with_key(&self.token)
    }

    /// All contacts, page by page.
    ///
    /// # Panics
    /// If that is refused or not answered.
    #[must_use]
    pub fn contacts(&self, server: SocketAddr) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let after = all.last().map(|last| format!("&startAfterId={}", text(last, "id")));
            let path = format!("/contacts/?locationId={}&limit=100", self.location);
            let page = self.get(server, &(path + &after.unwrap_or_default()));
            let page = page["contacts"].as_array().expect("a list");
            all.extend(page.iter().cloned());
            if page.len() < 100 {
                return all;
            }
        }
    }

    /// The `body` of all notes, or the `title` of all tasks, of a contact, sorted.
    ///
    /// # Panics
    /// If that is refused or not answered.
    #[must_use]
    pub fn texts(&self, server: SocketAddr, contact: &Value, what: &str, field: &str) -> Vec<String> {
        let list = self.get(server, &format!("/contacts/{}/{what}", text(contact, "id")));
        let list = list[what].as_array().expect("a list");
        let mut texts: Vec<String> = list.iter().map(|item| text(item, field)).collect();
        texts.sort();
        texts
    }
}

impl Hook {
    /// Posts a body that is signed as Stripe signs.
    ///
    /// # Errors
    /// If the answer is not complete.
    pub fn post_stripe(&self, server: SocketAddr, body: &str) -> Result<Reply, String> {
        let signature = sign::stripe(body, &self.secret);
        Request::post(&self.url, body).header("Stripe-Signature", &signature).send(server)
    }
}

/// A text in an object; empty if it has none.
#[must_use]
pub fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

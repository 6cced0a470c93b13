//! Conversations with the API, written down for snapshots: what was asked, and status and body of the answer.

use serde_json::Value;
use std::fmt::Write;
use tieline_testkit::app::TestApp;

/// A conversation so far. Ids stand in it by the order in which they came up, so that it is the same in every
/// run; times need no such care, because the test's clock stands.
pub(crate) struct Conversation {
    pub(crate) app: TestApp,
    text: String,
    ids: Vec<String>,
}

impl Conversation {
    pub(crate) async fn begin() -> Self {
        Self::with(TestApp::new().await)
    }

    pub(crate) fn with(app: TestApp) -> Self {
        let ids = vec![app.location.id.to_string()];
        Self { app, text: String::new(), ids }
    }

    /// From here on with this `Version` header.
    pub(crate) fn version(&mut self, version: &'static str) {
        self.app = self.app.version(version);
    }

    /// Asks, writes it down, and gives the answer's body. `LOCATION` in a path or body is the location's id.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, body: Value) -> Value {
        let location = self.app.location.id.as_str();
        let (path, sent) =
            (path.replace("LOCATION", location), body.to_string().replace("LOCATION", location));
        let body: Value = serde_json::from_str(&sent).unwrap();
        let reply = self.app.request(method, &path, &self.app.key, body.clone()).await;
        let trace_id = reply.json["traceId"].as_str().unwrap_or_else(|| panic!("{method} {path}: {reply:?}"));
        assert_eq!(reply.headers["x-request-id"], trace_id, "{method} {path}");
        assert_eq!(reply.headers["content-type"], "application/json; charset=utf-8");
        let version = match self.app.version {
            "2021-07-28" => String::new(),
            other => format!(" (Version: {other})"),
        };
        let mut shown = reply.json.clone();
        shown["traceId"] = "UUID".into();
        let mut exchange = format!("{method} {path}{version}\n");
        if !body.is_null() {
            let _ = writeln!(exchange, "{body}");
        }
        let _ = writeln!(exchange, "{} {shown:#}\n", reply.status.as_u16());
        let exchange = self.redact(&exchange);
        self.text.push_str(&exchange);
        reply.json
    }

    pub(crate) async fn get(&mut self, path: &str) -> Value {
        self.ask("GET", path, Value::Null).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Value {
        self.ask("POST", path, body).await
    }

    pub(crate) async fn put(&mut self, path: &str, body: Value) -> Value {
        self.ask("PUT", path, body).await
    }

    pub(crate) async fn delete(&mut self, path: &str, body: Value) -> Value {
        self.ask("DELETE", path, body).await
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The text with the ids in it numbered. An id of ours has 20 letters and digits, and in this century
    /// begins with 0.
    fn redact(&mut self, text: &str) -> String {
        let mut redacted = String::new();
        for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
            let id = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            if id.len() != 20 || !id.starts_with('0') {
                redacted.push_str(word);
                continue;
            }
            let known = self.ids.iter().position(|known| known == id);
            let number = known.unwrap_or_else(|| {
                self.ids.push(id.to_owned());
                self.ids.len() - 1
            });
            let name = if number == 0 { "LOCATION".to_owned() } else { format!("ID-{number}") };
            redacted.push_str(&word.replacen(id, &name, 1));
        }
        redacted
    }
}

/// The id in `answer[thing]`.
pub(crate) fn id(answer: &Value, thing: &str) -> String {
    answer[thing]["id"].as_str().unwrap_or_else(|| panic!("no {thing}.id in {answer}")).to_owned()
}

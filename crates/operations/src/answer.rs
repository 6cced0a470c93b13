use serde::Serialize;
use serde_json::Value;
use tieline_model::{About, ContactId};
use tieline_store::Result;

/// An operation's result: named parts, in the order in which they are sent.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The parts, each as its [`Shape`](crate::Shape) describes it.
    pub parts: Vec<(&'static str, Part)>,
    /// Whom a run is about from now on.
    pub about: About,
    /// What was done, in a few words, for a run's history.
    pub did: String,
    /// What was asked for and left out, in sentences.
    pub warnings: Vec<String>,
}

/// One part of an answer.
#[derive(Clone, Debug)]
pub enum Part {
    /// A value.
    Value(Value),
    /// A stored document: it is answered by copying its bytes.
    Stored(String),
    /// A list of stored documents.
    StoredList(Vec<String>),
}

impl Answer {
    /// An answer without parts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What a change answers that has nothing to show. HighLevel spells the flag in two ways, by version; both
    /// are always present, so that clients of either find theirs.
    #[must_use]
    pub fn acknowledged() -> Self {
        let yes = || Part::Value(Value::Bool(true));
        Self { parts: vec![("succeded", yes()), ("succeeded", yes())], ..Self::default() }
    }

    /// The answer with a stored document.
    #[must_use]
    pub fn stored(mut self, name: &'static str, document: String) -> Self {
        self.parts.push((name, Part::Stored(document)));
        self
    }

    /// The answer with a list of stored documents.
    #[must_use]
    pub fn stored_list(mut self, name: &'static str, documents: Vec<String>) -> Self {
        self.parts.push((name, Part::StoredList(documents)));
        self
    }

    /// The answer with a value.
    ///
    /// # Errors
    /// The value cannot be written as JSON.
    pub fn value(mut self, name: &'static str, value: impl Serialize) -> Result<Self> {
        self.parts.push((name, Part::Value(serde_json::to_value(value)?)));
        Ok(self)
    }

    /// The answer about this contact.
    #[must_use]
    pub fn about(mut self, contact: ContactId) -> Self {
        self.about = About::Contact(contact);
        self
    }

    /// The answer about nobody: a search that found no contact.
    #[must_use]
    pub fn about_nobody(mut self) -> Self {
        self.about = About::Nobody;
        self
    }

    /// The answer with what was done.
    #[must_use]
    pub fn did(mut self, did: impl Into<String>) -> Self {
        self.did = did.into();
        self
    }

    /// The answer with what was left out.
    #[must_use]
    pub fn warnings(mut self, warnings: impl IntoIterator<Item = String>) -> Self {
        self.warnings.extend(warnings);
        self
    }

    /// The answer as JSON: what a later step finds as `steps.<id>`. Documents are copied, not parsed.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = String::from("{");
        for (n, (name, part)) in self.parts.iter().enumerate() {
            json.push_str(if n > 0 { ",\"" } else { "\"" });
            json.push_str(name);
            json.push_str("\":");
            part.write(&mut json);
        }
        json.push('}');
        json
    }
}

impl Part {
    /// About how many bytes it takes as JSON.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Value(_) => 64,
            Self::Stored(document) => document.len(),
            Self::StoredList(documents) => documents.iter().map(|document| document.len() + 128).sum(),
        }
    }

    fn write(&self, json: &mut String) {
        match self {
            // Display writes the same, more slowly.
            Self::Value(value) => json.push_str(&serde_json::to_string(value).unwrap_or_default()),
            Self::Stored(document) => json.push_str(document),
            Self::StoredList(documents) => {
                json.push('[');
                json.push_str(&documents.join(","));
                json.push(']');
            }
        }
    }
}

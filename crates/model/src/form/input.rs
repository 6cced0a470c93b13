use super::patch::Patch;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// What a form read: for each field that was given, its value in the form in which it is kept.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Input {
    // Few enough that a search costs less than hashing would.
    values: Vec<(Cow<'static, str>, Patch<Value>)>,
    // What names the thing that the input is about; never a part of its content.
    path: Vec<(Cow<'static, str>, String)>,
    warnings: Vec<String>,
}

impl Input {
    /// Sets what is said about a field; [`Patch::Keep`] says nothing.
    pub fn put(&mut self, name: impl Into<Cow<'static, str>>, patch: Patch<Value>) {
        let name = name.into();
        self.values.retain(|(known, _)| *known != name);
        if patch.is_mentioned() {
            self.values.push((name, patch));
        }
    }

    /// Sets a field of the path.
    pub fn put_path(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.path.push((name.into(), value.into()));
    }

    /// The fields that were mentioned, in the form's order, without those of the path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Patch<Value>)> {
        self.values.iter().map(|(name, patch)| (name.as_ref(), patch))
    }

    /// What is said about a field.
    #[must_use]
    pub fn patch(&self, name: &str) -> &Patch<Value> {
        const NOTHING: &Patch<Value> = &Patch::Keep;
        self.values.iter().find(|(known, _)| known == name).map_or(NOTHING, |(_, patch)| patch)
    }

    /// A field's new value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.patch(name).as_set()
    }

    /// Whether a field has a value, the path's included.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some() || self.path.iter().any(|(known, id)| known == name && !id.is_empty())
    }

    /// A field's new value, if it is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// What is said about a text.
    #[must_use]
    pub fn text_patch(&self, name: &str) -> Patch<String> {
        self.patch(name).clone().and_then(|value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// A field's new value, if it is true or false.
    #[must_use]
    pub fn boolean(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// A field's new value, if it is a whole number.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_i64()
    }

    /// What is said about a list of texts.
    #[must_use]
    pub fn texts_patch(&self, name: &str) -> Patch<Vec<String>> {
        self.patch(name).clone().and_then(|value| serde_json::from_value(value).ok())
    }

    /// A list's new texts; none where it was not given.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.texts_patch(name).into_option().unwrap_or_default()
    }

    /// What is said about an object.
    #[must_use]
    pub fn object_patch(&self, name: &str) -> Patch<Map<String, Value>> {
        self.patch(name).clone().and_then(|value| match value {
            Value::Object(map) => Some(map),
            _ => None,
        })
    }

    /// An id from the path; empty where none was given, which finds nothing.
    #[must_use]
    pub fn id<T: From<String>>(&self, name: &str) -> T {
        let found = self.path.iter().find(|(known, _)| known == name);
        T::from(found.map(|(_, id)| id.clone()).unwrap_or_default())
    }

    /// Records that something was left out, in a sentence for the sender.
    pub fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// What was left out.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Writes what is said about the fields into a document. A field that is cleared is removed.
    pub fn apply_to(&self, document: &mut Map<String, Value>) {
        for (name, patch) in self.iter() {
            match patch {
                Patch::Keep => {}
                Patch::Clear => drop(document.remove(name)),
                Patch::Set(value) => drop(document.insert(name.to_owned(), value.clone())),
            }
        }
    }
}

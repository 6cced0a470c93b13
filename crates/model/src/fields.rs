//! Reading the fields of a JSON body: what is there is taken out by name, and everything that is wrong is
//! collected, one sentence per problem, in the words of the validator that HighLevel uses.
//!
//! The API and the actions of workflows read the same bodies with it, so the rules stand in one place.

use crate::text;
use crate::time::Timestamp;
use serde_json::{Map, Value};

/// What a client said of a field. Absent and null differ: the one keeps, the other clears.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Patch<T> {
    /// Not mentioned: stays as it is.
    #[default]
    Keep,
    /// Null or an empty text: emptied.
    Clear,
    /// A new value.
    Set(T),
}

impl<T> Patch<T> {
    /// The new value, where there is one.
    #[must_use]
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// The new value, where there is one.
    #[must_use]
    pub const fn as_set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// Whether the field was mentioned at all.
    #[must_use]
    pub const fn is_mentioned(&self) -> bool {
        !matches!(self, Self::Keep)
    }

    /// Writes what was said into `slot`.
    pub fn apply(&self, slot: &mut Option<T>)
    where
        T: Clone,
    {
        match self {
            Self::Keep => {}
            Self::Clear => *slot = None,
            Self::Set(value) => *slot = Some(value.clone()),
        }
    }

    /// The same with the value read further; a value that cannot be read counts as not mentioned, and what
    /// is wrong with it is put down in `fields`.
    pub fn read<U>(self, fields: &mut Fields, parse: impl FnOnce(&T) -> Result<U, String>) -> Patch<U> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => match parse(&value) {
                Ok(value) => Patch::Set(value),
                Err(problem) => {
                    fields.problem(problem);
                    Patch::Keep
                }
            },
        }
    }
}

/// The fields of a body that have not been read yet, and the problems found so far.
///
/// Read every field that is allowed, then call [`Fields::finish`]: what is left over is refused by name.
#[derive(Debug)]
pub struct Fields {
    map: Map<String, Value>,
    problems: Vec<String>,
    forgiving: bool,
}

impl Fields {
    /// The fields of an object.
    #[must_use]
    pub const fn new(map: Map<String, Value>) -> Self {
        Self { map, problems: Vec::new(), forgiving: false }
    }

    /// The fields of a step's input. It was rendered from templates, which keep the type of a value, so a
    /// number is taken where a text is due, and `true` as a text where a boolean is.
    #[must_use]
    pub const fn rendered(map: Map<String, Value>) -> Self {
        Self { map, problems: Vec::new(), forgiving: true }
    }

    /// Puts a problem down; the sentence names its field.
    pub fn problem(&mut self, sentence: impl Into<String>) {
        self.problems.push(sentence.into());
    }

    /// Puts a problem down where `name` is missing or null. Call it before the field is read.
    pub fn require(&mut self, name: &str) {
        if self.map.get(name).is_none_or(Value::is_null) {
            self.map.remove(name);
            self.problem(format!("{name} should not be empty"));
        }
    }

    /// Treats these fields as not mentioned where they are null: they cannot be emptied that way, and clients
    /// that write every property send null for those that they do not mean.
    pub fn ignore_nulls(&mut self, names: &[&str]) {
        for name in names {
            if self.map.get(*name).is_some_and(Value::is_null) {
                self.map.remove(*name);
            }
        }
    }

    /// Drops fields that are allowed and mean nothing here.
    pub fn ignore(&mut self, names: &[&str]) {
        for name in names {
            self.map.remove(*name);
        }
    }

    /// Drops whatever has not been read yet, for an operator who wants unknown fields ignored.
    pub fn ignore_rest(&mut self) {
        self.map.clear();
    }

    /// Takes a field as it is.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name)
    }

    /// Takes a text, in NFC; null and the empty text clear.
    pub fn string(&mut self, name: &str) -> Patch<String> {
        match self.map.remove(name) {
            None => Patch::Keep,
            Some(Value::Null) => Patch::Clear,
            Some(Value::String(text)) if text.is_empty() => Patch::Clear,
            Some(Value::String(text)) => Patch::Set(text::nfc(&text).into_owned()),
            Some(scalar @ (Value::Number(_) | Value::Bool(_))) if self.forgiving => {
                Patch::Set(scalar.to_string())
            }
            Some(_) => self.wrong(format!("{name} must be a string")),
        }
    }

    /// Takes a text that says nothing where it is blank: that clears, as null does.
    pub fn words(&mut self, name: &str) -> Patch<String> {
        match self.string(name) {
            Patch::Set(text) if text.trim().is_empty() => Patch::Clear,
            other => other,
        }
    }

    /// Takes a text that may be left out but not emptied.
    pub fn non_empty_string(&mut self, name: &str) -> Patch<String> {
        match self.string(name) {
            Patch::Clear => self.wrong(format!("{name} should not be empty")),
            other => other,
        }
    }

    /// Takes true or false.
    pub fn boolean(&mut self, name: &str) -> Patch<bool> {
        match self.map.remove(name) {
            None => Patch::Keep,
            Some(Value::Bool(value)) => Patch::Set(value),
            Some(Value::String(text)) if self.forgiving && text == "true" => Patch::Set(true),
            Some(Value::String(text)) if self.forgiving && text == "false" => Patch::Set(false),
            Some(_) => self.wrong(format!("{name} must be a boolean value")),
        }
    }

    /// Takes a point in time in ISO 8601; see [`Timestamp::parse`].
    pub fn timestamp(&mut self, name: &str) -> Patch<Timestamp> {
        match self.string(name) {
            Patch::Clear => self.wrong(format!("{name} should not be empty")),
            other => other.read(self, |text| Timestamp::parse(text).map_err(|what| format!("{name} {what}"))),
        }
    }

    /// Takes a list; null clears.
    pub fn array(&mut self, name: &str) -> Patch<Vec<Value>> {
        match self.map.remove(name) {
            None => Patch::Keep,
            Some(Value::Null) => Patch::Clear,
            Some(Value::Array(items)) => Patch::Set(items),
            Some(_) => self.wrong(format!("{name} must be an array")),
        }
    }

    /// Takes a list of texts; null clears.
    pub fn strings(&mut self, name: &str) -> Patch<Vec<String>> {
        self.array(name).read(self, |items| {
            let texts: Option<Vec<String>> =
                items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            texts.ok_or_else(|| format!("each value in {name} must be a string"))
        })
    }

    /// Takes an object; null clears.
    pub fn object(&mut self, name: &str) -> Patch<Map<String, Value>> {
        match self.map.remove(name) {
            None => Patch::Keep,
            Some(Value::Null) => Patch::Clear,
            Some(Value::Object(map)) => Patch::Set(map),
            Some(_) => self.wrong(format!("{name} must be an object")),
        }
    }

    /// All problems: those found on the way and one for each field that nobody asked for.
    ///
    /// # Errors
    /// The problems, where there are any.
    pub fn finish(mut self) -> Result<(), Vec<String>> {
        let left_over = self.map.keys().map(|name| format!("property {name} should not exist"));
        self.problems.splice(0..0, left_over);
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }

    fn wrong<T>(&mut self, sentence: String) -> Patch<T> {
        self.problems.push(sentence);
        Patch::Keep
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(value: Value) -> Fields {
        let Value::Object(map) = value else { panic!("not an object") };
        Fields::new(map)
    }

    #[test]
    fn absent_null_and_empty_differ() {
        let mut body = fields(json!({"a": null, "b": "", "c": "x"}));
        assert_eq!(body.string("a"), Patch::Clear);
        assert_eq!(body.string("b"), Patch::Clear);
        assert_eq!(body.string("c"), Patch::Set("x".to_owned()));
        assert_eq!(body.string("d"), Patch::Keep);
        assert_eq!(body.finish(), Ok(()));
    }

    #[test]
    fn what_templates_render_is_taken_as_it_is_meant() {
        let body = json!({"title": 12.5, "completed": "true"});
        let Value::Object(map) = body else { panic!("not an object") };
        let mut rendered = Fields::rendered(map);
        assert_eq!(rendered.string("title"), Patch::Set("12.5".to_owned()));
        assert_eq!(rendered.boolean("completed"), Patch::Set(true));
        assert_eq!(rendered.finish(), Ok(()));
    }

    #[test]
    fn every_problem_is_told() {
        let mut body = fields(json!({"title": 3, "completed": "yes", "foo": 1, "tags": "x"}));
        body.require("dueDate");
        body.string("title");
        body.boolean("completed");
        body.strings("tags");
        assert_eq!(
            body.finish().unwrap_err(),
            [
                "property foo should not exist",
                "dueDate should not be empty",
                "title must be a string",
                "completed must be a boolean value",
                "tags must be an array",
            ]
        );
    }
}

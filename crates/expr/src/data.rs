//! JSON values as the language sees them.

use crate::json;
use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;
use std::sync::Arc;
use tieline_model::Timestamp;

/// A JSON value that expressions read. Cloning it copies a pointer; nothing of the tree is converted before
/// an expression asks for it. It is serialised as the JSON value that it is.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Data {
    json: Arc<Json>,
    #[serde(skip)]
    aliases: bool,
    #[serde(skip)]
    further: Option<Arc<Map<String, Json>>>,
}

impl Data {
    /// The data of a JSON value.
    #[must_use]
    pub fn new(json: Json) -> Self {
        Self { json: Arc::new(json), aliases: false, further: None }
    }

    /// Reads JSON text, such as an event's payload.
    ///
    /// # Errors
    /// The text is not JSON.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self::new)
    }

    /// An object without members.
    #[must_use]
    pub fn empty() -> Self {
        Self::new(Json::Object(Map::new()))
    }

    /// A point in time: its ISO 8601 text, as it stands on the wire.
    #[must_use]
    pub fn timestamp(at: Timestamp) -> Self {
        Self::new(Json::String(at.to_string()))
    }

    /// The same data, whose members are also found under the names that HighLevel users type: `first_name`
    /// for `firstName` and so on, and `full_name` for `name`. Meant for contacts.
    #[must_use]
    pub fn with_aliases(self) -> Self {
        Self { aliases: true, ..self }
    }

    /// The same data with further members, which are found where the value has none of that name or alias. They are
    /// no part of the value when it is read as a whole. Meant for the custom fields of contacts.
    #[must_use]
    pub fn with_further(self, members: Map<String, Json>) -> Self {
        Self { further: (!members.is_empty()).then(|| Arc::new(members)), ..self }
    }

    /// The JSON value itself.
    #[must_use]
    pub fn as_json(&self) -> &Json {
        &self.json
    }

    /// Sets a member; what was no object becomes one. Others who share the data keep what they have.
    pub fn insert(&mut self, name: &str, value: Json) {
        let json = Arc::make_mut(&mut self.json);
        if let Json::Object(map) = json {
            map.insert(name.to_owned(), value);
        } else {
            *json = Json::Object([(name.to_owned(), value)].into_iter().collect());
        }
    }

    pub(crate) fn member(&self, name: &str) -> Option<&Json> {
        let map = self.json.as_object()?;
        let alias = || if self.aliases { map.get(camel_case(name).as_ref()) } else { None };
        let further = || self.further.as_ref()?.get(name);
        map.get(name).or_else(alias).or_else(further)
    }

    pub(crate) fn to_value(&self) -> Value {
        json::scalar(&self.json).unwrap_or_else(|| Value::from_object(Node::Root(self.clone())))
    }
}

/// The name by which data with aliases is asked in camel case: `firstName` for `first_name`.
#[must_use]
pub fn camel_case(name: &str) -> Cow<'_, str> {
    if name == "full_name" {
        return Cow::Borrowed("name");
    }
    let mut camel = String::with_capacity(name.len());
    let mut upper = false;
    for character in name.chars() {
        if character == '_' {
            upper = true;
        } else if std::mem::take(&mut upper) {
            camel.push(character.to_ascii_uppercase());
        } else {
            camel.push(character);
        }
    }
    Cow::Owned(camel)
}

/// An object or a list within some data, as the engine holds it. It walks down from the root each time it is
/// asked, which costs a few look-ups and spares it from borrowing or copying.
#[derive(Debug)]
pub(crate) enum Node {
    Root(Data),
    Member(Arc<Node>, Box<str>),
    Item(Arc<Node>, usize),
}

impl Node {
    /// The JSON value that this node stands for.
    pub(crate) fn json(&self) -> &Json {
        match self {
            Self::Root(data) => &data.json,
            Self::Member(parent, name) => parent.member_json(name).unwrap_or(&Json::Null),
            Self::Item(parent, index) => parent.json().get(index).unwrap_or(&Json::Null),
        }
    }

    fn member_json(&self, name: &str) -> Option<&Json> {
        match self {
            Self::Root(data) => data.member(name),
            Self::Member(..) | Self::Item(..) => self.json().as_object()?.get(name),
        }
    }

    fn member(self: &Arc<Self>, name: &str) -> Option<Value> {
        let json = self.member_json(name)?;
        let node = || Value::from_object(Self::Member(Arc::clone(self), name.into()));
        Some(json::scalar(json).unwrap_or_else(node))
    }

    fn item(self: &Arc<Self>, index: usize) -> Option<Value> {
        let json = self.json().as_array()?.get(index)?;
        Some(json::scalar(json).unwrap_or_else(|| Value::from_object(Self::Item(Arc::clone(self), index))))
    }
}

impl Object for Node {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        if self.json().is_array() { ObjectRepr::Seq } else { ObjectRepr::Map }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some(name) => self.member(name),
            None => self.item(key.as_usize()?),
        }
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.member(key)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.json() {
            Json::Array(items) => Enumerator::Seq(items.len()),
            Json::Object(map) => Enumerator::Values(map.keys().map(Value::from).collect()),
            _ => Enumerator::Empty,
        }
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        match self.json() {
            Json::Array(items) => Some(items.len()),
            Json::Object(map) => Some(map.len()),
            _ => Some(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn aliases_find_what_highlevel_users_type() {
        let data = Data::new(json!({"firstName": "Ada", "name": "Ada L", "odd_name": 1})).with_aliases();
        assert_eq!(data.member("first_name"), Some(&json!("Ada")));
        assert_eq!(data.member("full_name"), Some(&json!("Ada L")));
        assert_eq!(data.member("odd_name"), Some(&json!(1)));
        assert_eq!(data.member("last_name"), None);
    }

    #[test]
    fn further_members_are_found_last_and_are_no_part_of_the_whole() {
        let further = json!({"plan": "Gold", "first_name": "no", "city": "no", "toppings": ["a", "b"]});
        let own = json!({"firstName": "Ada", "city": null});
        let data = Data::new(own.clone()).with_aliases().with_further(further.as_object().unwrap().clone());
        assert_eq!(data.member("plan"), Some(&json!("Gold")));
        assert_eq!(data.member("first_name"), Some(&json!("Ada")));
        assert_eq!(data.member("city"), Some(&json!(null)));
        assert_eq!(data.as_json(), &own);
        let scope = crate::Scope::new().with("contact", data);
        let render = |text: &str| {
            crate::Template::compile("here", text, &["contact"]).unwrap().render(&scope).unwrap()
        };
        assert_eq!(render("{{ contact.toppings }}"), json!(["a", "b"]));
        assert_eq!(render("{{ contact.toppings | last | upper }}"), "B");
        assert_eq!(render("{{ contact['plan'] | upper }}"), "GOLD");
        assert_eq!(render("{{ contact }}"), own);
    }

    #[test]
    fn a_shared_clone_keeps_what_it_has() {
        let mut data = Data::empty();
        let before = data.clone();
        data.insert("a", json!(1));
        assert_eq!(data.as_json(), &json!({"a": 1}));
        assert_eq!(before.as_json(), &json!({}));
    }
}

use crate::version::Version;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fmt;
use tieline_model::form::Kind;
use tieline_store::Result;

/// The shape of a part of an answer, or of an event's payload.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A value of this JSON Schema.
    Schema(Value),
    /// A stored document.
    Entity(&'static Entity),
    /// A list.
    List(Box<Shape>),
    /// Something, or null.
    Nullable(Box<Shape>),
    /// An object of named parts.
    Object(Vec<(&'static str, Shape)>),
}

/// A kind of stored document: how it is described, and how each wire version shows it.
pub struct Entity {
    /// Its name, as in the OpenAPI document: `Contact`.
    pub name: &'static str,
    /// Its JSON Schema under a version.
    pub schema: fn(Version) -> Value,
    /// The document as a version shows it, which is mostly as it is stored.
    pub show: for<'d> fn(&'d str, Version) -> Result<Cow<'d, str>>,
    /// A document.
    pub sample: fn() -> Value,
}

impl fmt::Debug for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Shape {
    /// A value of this kind.
    #[must_use]
    pub fn of(kind: &dyn Kind) -> Self {
        Self::Schema(kind.schema())
    }

    /// True or false.
    #[must_use]
    pub fn flag() -> Self {
        Self::Schema(json!({ "type": "boolean" }))
    }

    /// A whole number.
    #[must_use]
    pub fn integer() -> Self {
        Self::Schema(json!({ "type": "integer" }))
    }

    /// A text.
    #[must_use]
    pub fn text() -> Self {
        Self::Schema(json!({ "type": "string" }))
    }

    /// A list of texts.
    #[must_use]
    pub fn texts() -> Self {
        Self::list(Self::text())
    }

    /// A list of these.
    #[must_use]
    pub fn list(item: Self) -> Self {
        Self::List(Box::new(item))
    }

    /// This, or null.
    #[must_use]
    pub fn or_null(self) -> Self {
        Self::Nullable(Box::new(self))
    }

    /// What a sample has: the names and types of its members. For payloads whose builder makes the sample.
    #[must_use]
    pub fn like(sample: &Value) -> Self {
        Self::Schema(schema_like(sample))
    }

    /// Its JSON Schema. An entity is described in place, or by reference where `refer` gives an address.
    #[must_use]
    pub fn schema(&self, version: Version, refer: Option<&str>) -> Value {
        match self {
            Self::Schema(schema) => schema.clone(),
            Self::Entity(entity) => match refer {
                Some(address) => json!({ "$ref": format!("{address}{}", entity.name) }),
                None => (entity.schema)(version),
            },
            Self::List(item) => json!({ "type": "array", "items": item.schema(version, refer) }),
            Self::Nullable(shape) => json!({ "anyOf": [shape.schema(version, refer), { "type": "null" }] }),
            Self::Object(parts) => {
                let properties =
                    parts.iter().map(|(name, shape)| ((*name).to_owned(), shape.schema(version, refer)));
                json!({ "type": "object", "properties": properties.collect::<Map<_, _>>() })
            }
        }
    }

    /// A value of this shape.
    #[must_use]
    pub fn sample(&self) -> Value {
        match self {
            Self::Schema(schema) => sample_of(schema),
            Self::Entity(entity) => (entity.sample)(),
            Self::List(item) => json!([item.sample()]),
            Self::Nullable(shape) => shape.sample(),
            Self::Object(parts) => Value::Object(
                parts.iter().map(|(name, shape)| ((*name).to_owned(), shape.sample())).collect(),
            ),
        }
    }

    /// The entities that it names.
    pub fn entities(&self, found: &mut Vec<&'static Entity>) {
        match self {
            Self::Schema(_) => {}
            Self::Entity(entity) => found.push(entity),
            Self::List(shape) | Self::Nullable(shape) => shape.entities(found),
            Self::Object(parts) => parts.iter().for_each(|(_, shape)| shape.entities(found)),
        }
    }
}

fn schema_like(sample: &Value) -> Value {
    match sample {
        Value::Null => json!({}),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(number) if number.is_f64() => json!({ "type": "number" }),
        Value::Number(_) => json!({ "type": "integer" }),
        Value::String(_) => json!({ "type": "string" }),
        Value::Array(items) => {
            json!({ "type": "array", "items": items.first().map_or(json!({}), schema_like) })
        }
        Value::Object(map) => {
            let properties = map.iter().map(|(name, value)| (name.clone(), schema_like(value)));
            json!({ "type": "object", "properties": properties.collect::<Map<_, _>>() })
        }
    }
}

fn sample_of(schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("boolean") => json!(true),
        Some("integer" | "number") => json!(1),
        Some("string") => json!("text"),
        Some("array") => json!([sample_of(&schema["items"])]),
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            Value::Object(properties.map(|(name, schema)| (name.clone(), sample_of(schema))).collect())
        }
        _ => Value::Null,
    }
}

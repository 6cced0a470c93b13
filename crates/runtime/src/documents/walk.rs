//! Following a path through what a JSON Schema describes.

use serde_json::{Map, Value};
use tieline_expr::{Path, PathStep, camel_case, did_you_mean, suggest_filter};

/// Says where a path leaves what the schema describes, if it does. Its first `from` steps lead to the schema. `keys` are
/// those of the location's custom fields, which are members of `contact` alone.
pub(super) fn unknown(path: &Path, from: usize, schema: &Value, keys: &[&str]) -> Option<String> {
    let mut schema = schema;
    for (depth, step) in path.steps().iter().enumerate().skip(from) {
        schema = match below(schema, step, path.name() == "contact" && depth == 0) {
            Below::Schema(schema) => schema,
            Below::Anything => return None,
            Below::Never(what) => return Some(never(path, depth, what, keys)),
        };
    }
    None
}

/// What is below a value.
enum Below<'s> {
    Schema(&'s Value),
    /// Whatever was sent.
    Anything,
    /// Nothing.
    Never(Lacking<'s>),
}

/// What a step down a path does not find its end in.
enum Lacking<'s> {
    Object(&'s Map<String, Value>),
    /// A list, with what is described of its items.
    List(&'s Value),
    /// A text, a number, and so on.
    Scalar(&'static str),
}

fn below<'s>(schema: &'s Value, step: &PathStep, has_aliases: bool) -> Below<'s> {
    let schema = not_null(schema);
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        return member(schema, properties, step, has_aliases);
    }
    match kind_of(schema) {
        Some("array") => match step {
            PathStep::Item(_) => Below::item(schema),
            PathStep::Member(name) if name.parse::<usize>().is_ok() => Below::item(schema),
            PathStep::Member(_) => Below::Never(Lacking::List(schema.get("items").unwrap_or(&Value::Null))),
        },
        Some("string") => Below::Never(Lacking::Scalar("a text")),
        Some("integer" | "number") => Below::Never(Lacking::Scalar("a number")),
        Some("boolean") => Below::Never(Lacking::Scalar("true or false")),
        _ => Below::Anything,
    }
}

fn member<'s>(
    schema: &'s Value,
    properties: &'s Map<String, Value>,
    step: &PathStep,
    has_aliases: bool,
) -> Below<'s> {
    let PathStep::Member(name) = step else { return Below::Never(Lacking::Object(properties)) };
    let alias = camel_case(name);
    let found = properties.get(name.as_ref());
    match found.or_else(|| properties.get(alias.as_ref()).filter(|_| has_aliases)) {
        Some(found) => Below::Schema(found),
        // Other members are possible.
        None if schema.get("additionalProperties").is_some_and(|more| *more != false) => Below::Anything,
        None => Below::Never(Lacking::Object(properties)),
    }
}

impl<'s> Below<'s> {
    fn item(schema: &'s Value) -> Self {
        schema.get("items").map_or(Self::Anything, Self::Schema)
    }
}

/// The schema of a value that may also be null, without that.
fn not_null(schema: &Value) -> &Value {
    let choices = schema.get("anyOf").and_then(Value::as_array);
    let is_value = |choice: &&Value| choice.get("type").is_none_or(|kind| kind != "null");
    choices.and_then(|choices| choices.iter().find(is_value)).unwrap_or(schema)
}

/// The one type beside null that a schema names.
fn kind_of(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::Array(kinds) => {
            let mut kinds = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
            kinds.next().filter(|_| kinds.next().is_none())
        }
        kind => kind.as_str(),
    }
}

/// Why a path is always null, with a hint.
fn never(path: &Path, depth: usize, lacking: Lacking<'_>, keys: &[&str]) -> String {
    let Some(step) = path.steps().get(depth) else { return String::new() };
    let above: String = path.steps().iter().take(depth).map(ToString::to_string).collect();
    let above = format!("{}{above}", path.name());
    let missing = match step {
        PathStep::Member(name) => format!("`{name}`"),
        PathStep::Item(index) => format!("item {index}"),
    };
    let reason = match lacking {
        Lacking::Object(properties) => {
            let hint = match step {
                PathStep::Member(name) if above.ends_with(".contact") && keys.contains(&&**name) => {
                    format!("; custom fields are members of `contact` alone: write `contact{step}`")
                }
                PathStep::Member(name) => did_you_mean(name, properties.keys().map(String::as_str)),
                PathStep::Item(_) => "; it is no list".to_owned(),
            };
            format!("`{above}` has no {missing}{hint}")
        }
        Lacking::List(items) => format!("a list has no {missing}{}", list_hint(step, &above, items)),
        Lacking::Scalar(what) => format!("{what} has no {missing}{}", filter_hint(step, &above)),
    };
    format!("`{path}` is always null: {reason}")
}

fn list_hint(step: &PathStep, above: &str, items: &Value) -> String {
    let PathStep::Member(name) = step else { return String::new() };
    match not_null(items).get("properties").and_then(|properties| properties.get(name.as_ref())) {
        Some(_) => format!("; its items have, so write `{above}[0]{step}`"),
        None => filter_hint(step, above),
    }
}

fn filter_hint(step: &PathStep, above: &str) -> String {
    let PathStep::Member(name) = step else { return String::new() };
    suggest_filter(name).map_or(String::new(), |filter| format!("; write `{above} | {filter}`"))
}

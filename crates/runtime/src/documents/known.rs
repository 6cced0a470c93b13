//! What a location has that a document may name.

use super::all;
use super::constants::is_constant;
use super::paths::Described;
use serde_json::{Map, Value, json};
use tieline_expr::{camel_case, did_you_mean, is_template};
use tieline_model::LocationId;
use tieline_model::connection::Settings;
use tieline_model::custom_field::{CustomField, CustomFieldValue};
use tieline_model::event::kinds;
use tieline_model::workflow::{Awaited, Document, Problem, StepKind, Until};
use tieline_operations::Catalogue;
use tieline_store::{Procedure, Result, Tx, connections, custom_fields};

/// What a location has. [`Known::default`] knows nothing, so no name in a document is questioned.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub(super) custom_fields: Option<Vec<CustomField>>,
    /// The events that webhook connections of the location send.
    pub(super) sent: Option<Vec<Sent>>,
}

/// An event that a webhook connection sends.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    /// Its kind; none if a template decides.
    pub(super) kind: Option<String>,
    /// The mapping's fields; none if the delivery is sent as it came.
    pub(super) fields: Option<Map<String, Value>>,
}

/// Reads what a location has.
#[derive(Clone, Debug)]
pub struct Load(
    /// The location.
    pub LocationId,
);

impl Procedure for Load {
    type Output = Known;
    const SCANS: bool = true;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Known> {
        let custom_fields = custom_fields::List(self.0.clone()).run(tx).await?;
        let connections = connections::List { location_id: self.0.clone() }.run(tx).await?;
        let sent = connections.iter().filter_map(|connection| Sent::by(&connection.settings)).collect();
        Ok(Known { custom_fields: Some(custom_fields), sent: Some(sent) })
    }
}

impl Sent {
    /// What a webhook's deliveries become. The kinds of other connections are in the catalogue.
    fn by(settings: &Settings) -> Option<Self> {
        let Settings::Webhook(webhook) = settings else { return None };
        let kind = match &webhook.mapping.event {
            Some(event) if is_template(event) => None,
            Some(event) => Some(event.trim().to_owned()),
            None => Some(kinds::WEBHOOK_RECEIVED.to_owned()),
        };
        let fields = webhook.mapping.fields.as_ref().and_then(Value::as_object).cloned();
        Some(Self { kind, fields })
    }

    fn payload(&self, as_it_came: &Value) -> Value {
        let Some(fields) = &self.fields else { return as_it_came.clone() };
        let mut payload = described(fields);
        if let Some(Value::Object(properties)) = payload.get_mut("properties") {
            properties.entry("body").or_insert_with(|| json!({}));
        }
        payload
    }
}

/// The members of a mapping's object. What its templates give can be anything.
fn described(fields: &Map<String, Value>) -> Value {
    let member = |(name, value): (&String, &Value)| {
        (name.clone(), value.as_object().map_or_else(|| json!({}), described))
    };
    json!({ "type": "object", "properties": fields.iter().map(member).collect::<Map<_, _>>() })
}

impl Known {
    /// Reads what a location has, from its database.
    #[must_use]
    pub const fn of(location: LocationId) -> Load {
        Load(location)
    }

    pub(super) fn warnings(&self, document: &Document, catalogue: &Catalogue) -> Vec<Problem> {
        let mut warnings = self.unsent(document, catalogue);
        warnings.extend(self.unknown_fields(document));
        warnings
    }

    /// What the run's contact may hold: its own members, which come first, and its custom fields by their keys.
    pub(super) fn contact(&self, schema: Option<Value>) -> Described {
        let Some(fields) = &self.custom_fields else {
            return Described { schemas: schema.into_iter().collect(), is_certain: false };
        };
        let schema = schema.map(|mut schema| {
            if let Some(Value::Object(members)) = schema.get_mut("properties") {
                let is_own = |key: &str| members.contains_key(key) || members.contains_key(&*camel_case(key));
                let others = fields.iter().filter(|field| !is_own(field.bare_key()));
                let others: Vec<_> =
                    others.map(|field| (field.bare_key().to_owned(), field.value_schema())).collect();
                members.extend(others);
            }
            schema
        });
        Described { schemas: schema.into_iter().collect(), is_certain: true }
    }

    /// The keys of the location's custom fields, without `contact.`.
    pub(super) fn keys(&self) -> Vec<&str> {
        self.custom_fields.iter().flatten().map(CustomField::bare_key).collect()
    }

    /// What an event of this kind may hold; nothing if that is not known.
    pub(super) fn payloads(&self, kind: &str, catalogue: &Catalogue) -> Vec<Value> {
        let Some(sent) = &self.sent else { return Vec::new() };
        let Some(as_it_came) = catalogue.event(kinds::WEBHOOK_RECEIVED).map(|event| event.payload_schema())
        else {
            return Vec::new();
        };
        let may_send = |sent: &&Sent| sent.kind.as_deref().is_none_or(|sent| sent == kind);
        let mut payloads: Vec<Value> =
            sent.iter().filter(may_send).map(|sent| sent.payload(&as_it_came)).collect();
        if payloads.is_empty() && kind == kinds::WEBHOOK_RECEIVED {
            payloads.push(as_it_came);
        }
        payloads
    }

    /// Kinds of events that nothing in the location sends.
    fn unsent(&self, document: &Document, catalogue: &Catalogue) -> Vec<Problem> {
        let Some(sent) = &self.sent else { return Vec::new() };
        let Some(sent) = sent.iter().map(|sent| sent.kind.as_deref()).collect::<Option<Vec<_>>>() else {
            return Vec::new();
        };
        let names: Vec<&str> = catalogue.events().iter().map(|event| event.key).chain(sent).collect();
        let listened = listened(document);
        let unsent = listened.into_iter().filter(|(_, kind)| !names.contains(kind));
        unsent
            .map(|(place, kind)| {
                let hint = suggest(kind, &names);
                let message =
                    format!("no connection of this location sends `{kind}`, so this never happens{hint}");
                Problem { place, message }
            })
            .collect()
    }

    /// Custom fields that the location does not have; their values would be left out.
    fn unknown_fields(&self, document: &Document) -> Vec<Problem> {
        let Some(fields) = &self.custom_fields else { return Vec::new() };
        let mut problems = Vec::new();
        for step in all(&document.steps) {
            let StepKind::Do { with, .. } = &step.kind else { continue };
            let entries =
                with.get("customFields").and_then(Value::as_array).into_iter().flatten().enumerate();
            for (n, entry) in entries {
                problems.extend(unknown_field(entry, fields).map(|message| Problem {
                    place: format!("{}.with.customFields[{n}]", step.place),
                    message,
                }));
            }
        }
        problems
    }
}

/// The name that was probably meant: one that only lacks its first word, or else the most similar one.
fn suggest(kind: &str, names: &[&str]) -> String {
    let ending = format!(".{kind}");
    match names.iter().find(|name| name.ends_with(&ending)) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => did_you_mean(kind, names.iter().copied()),
    }
}

fn unknown_field(entry: &Value, fields: &[CustomField]) -> Option<String> {
    let value = CustomFieldValue::read(entry).ok()?;
    let name = value.id.as_deref().or(value.key.as_deref())?;
    let named = Value::from(name);
    if !is_constant(&named) || fields.iter().any(|field| value.is_for(field)) {
        return None;
    }
    let hint = did_you_mean(name, fields.iter().map(CustomField::bare_key));
    Some(format!("this location has no custom field `{name}`, so its value is left out{hint}"))
}

/// The kinds of events that start the workflow or end its waits, each with its place.
fn listened(document: &Document) -> Vec<(String, &str)> {
    let mut found = vec![("trigger.on".to_owned(), document.trigger.on.as_str())];
    for step in all(&document.steps) {
        let StepKind::Wait(wait) = &step.kind else { continue };
        if let Until::Event { event: Awaited { kind, .. }, .. } = &wait.until {
            found.push((format!("{}.wait.event", step.place), kind));
        }
        if let Some(kind) = &wait.unless {
            found.push((format!("{}.wait.unless", step.place), &kind.kind));
        }
    }
    found
}

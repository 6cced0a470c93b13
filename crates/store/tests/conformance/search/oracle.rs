//! What a search must find, determined contact by contact from the stored documents.

use serde_json::Value;
use std::cmp::Ordering;
use tieline_model::fold::{fold, phone_digits};
use tieline_model::{Timestamp, text};
use tieline_store::search::{Bound, Field, Filter, Operand, Order};

/// A field by the name that documents have for it.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) field: Field,
    pub(super) path: String,
}

/// A filter that can be applied to documents too.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    And(Vec<Asked>),
    Or(Vec<Asked>),
    Not(Box<Asked>),
    Equals(Named, Operand),
    Contains(Named, String),
    Exists(Named),
    Range(Named, Option<Bound>, Option<Bound>),
    Query(String),
}

impl Asked {
    pub(super) fn filter(&self) -> Filter {
        let all = |some: &[Self]| some.iter().map(Self::filter).collect();
        match self {
            Self::And(some) => Filter::And(all(some)),
            Self::Or(some) => Filter::Or(all(some)),
            Self::Not(other) => Filter::Not(Box::new(other.filter())),
            Self::Equals(named, value) => Filter::Equals(named.field.clone(), value.clone()),
            Self::Contains(named, text) => Filter::Contains(named.field.clone(), text.clone()),
            Self::Exists(named) => Filter::Exists(named.field.clone()),
            Self::Range(named, from, to) => Filter::Range(named.field.clone(), from.clone(), to.clone()),
            Self::Query(text) => Filter::Query(text.clone()),
        }
    }

    pub(super) fn holds(&self, doc: &Value) -> bool {
        match self {
            Self::And(some) => some.iter().all(|one| one.holds(doc)),
            Self::Or(some) => some.iter().any(|one| one.holds(doc)),
            Self::Not(other) => !other.holds(doc),
            Self::Equals(named, wanted) => values(doc, &named.path).iter().any(|value| equal(value, wanted)),
            Self::Contains(named, wanted) => {
                let by_digits = named.path == "phone" && digits_match(doc, wanted);
                by_digits || values(doc, &named.path).iter().any(|value| contains(value, wanted))
            }
            Self::Exists(named) => !values(doc, &named.path).is_empty(),
            Self::Range(named, from, to) => {
                values(doc, &named.path).iter().any(|value| within(value, from.as_ref(), to.as_ref()))
            }
            Self::Query(wanted) => {
                let fields = ["name", "email", "phone", "companyName", "tags"];
                let mut searched = fields.iter().flat_map(|path| values(doc, path));
                searched.any(|value| contains(&value, wanted)) || digits_match(doc, wanted)
            }
        }
    }
}

fn values(doc: &Value, path: &str) -> Vec<Value> {
    let value = match path.strip_prefix("customFields.") {
        Some(id) => {
            let fields = doc["customFields"].as_array().cloned().unwrap_or_default();
            let set = fields.into_iter().find(|field| field["id"] == id);
            set.map_or(Value::Null, |field| field["value"].clone())
        }
        None => path.split('.').fold(doc.clone(), |value, name| value[name].clone()),
    };
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items,
        one => vec![one],
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn number(value: &Value) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "times are small")]
    let millis = |at: Timestamp| at.millis() as f64;
    match value {
        Value::String(written) => {
            let day = text::date(written).map_or_else(|| written.clone(), |day| day.to_string());
            Timestamp::parse(&day).ok().map(millis)
        }
        other => other.as_f64(),
    }
}

fn equal(value: &Value, wanted: &Operand) -> bool {
    match wanted {
        Operand::Text(text) => fold(&text_of(value)) == fold(text),
        Operand::Flag(flag) => value == *flag,
        Operand::Number(wanted) => number(value) == Some(*wanted),
        Operand::Time(at) => number(value) == number(&Value::from(at.to_string())),
    }
}

fn contains(value: &Value, wanted: &str) -> bool {
    fold(&text_of(value)).contains(&fold(wanted))
}

fn digits_match(doc: &Value, wanted: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let phone = doc["phone"].as_str().map(digits);
    phone.zip(phone_digits(wanted)).is_some_and(|(phone, wanted)| phone.contains(&wanted))
}

fn within(value: &Value, from: Option<&Bound>, to: Option<&Bound>) -> bool {
    let Some(value) = number(value) else { return false };
    let limit = |bound: &Operand| match bound {
        Operand::Number(number) => *number,
        Operand::Time(at) => number(&Value::from(at.to_string())).unwrap(),
        other => panic!("the tests have no such bound: {other:?}"),
    };
    from.is_none_or(|from| match from {
        Bound::With(bound) => value >= limit(bound),
        Bound::Without(bound) => value > limit(bound),
    }) && to.is_none_or(|to| match to {
        Bound::With(bound) => value <= limit(bound),
        Bound::Without(bound) => value < limit(bound),
    })
}

/// Sorts documents as a search must.
pub(super) fn sort(docs: &mut [Value], fields: &[(&str, Order)]) {
    docs.sort_by(|a, b| {
        let by_fields = fields.iter().map(|(path, order)| compare(a, b, path, *order));
        let by_id = a["id"].as_str().cmp(&b["id"].as_str());
        let last = fields.last().map_or(Order::Descending, |(_, order)| *order);
        by_fields.into_iter().find(|found| found.is_ne()).unwrap_or_else(|| turned(by_id, last))
    });
}

fn turned(ordering: Ordering, order: Order) -> Ordering {
    if order == Order::Descending { ordering.reverse() } else { ordering }
}

fn compare(a: &Value, b: &Value, path: &str, order: Order) -> Ordering {
    let key = |doc: &Value| values(doc, path).first().map(|value| fold(&text_of(value)));
    match (key(a), key(b)) {
        (Some(a), Some(b)) => turned(a.cmp(&b), order),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

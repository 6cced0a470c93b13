//! Filters beside the engine's own: times, money, JSON, those that have to bear null, and those that look at
//! more than the engine charges for.

use crate::json;
use crate::language::invalid;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, State, Value};
use tieline_model::Timestamp;
use tieline_model::time::parse_duration;

/// The names of the filters here.
pub(crate) const OWN: &[&str] = &[
    "plus", "minus", "date", "money", "json", "string", "join", "round", "abs", "d", "default", "first",
    "min", "max", "sort", "unique",
];

pub(crate) fn add_to(language: &mut Environment<'static>) {
    language.add_filter("plus", |value: &Value, by: &str| shift(value, by, 1));
    language.add_filter("minus", |value: &Value, by: &str| shift(value, by, -1));
    language.add_filter("date", date);
    language.add_filter("money", money);
    language.add_filter("json", |value: &Value| to_json(value));
    language.add_filter("string", |value: &Value| text(value));
    language.add_filter("join", join);
    language.add_filter("round", |value: Value, precision: Option<i32>| {
        unless_absent(value, |value| {
            minijinja::filters::round(value, precision, None, Kwargs::from_iter::<[(&str, Value); 0]>([]))
        })
    });
    language.add_filter("d", default);
    language.add_filter("default", default);
    language.add_filter("first", first);
    language.add_filter("min", |state: &State<'_, '_>, value: Value, by: Kwargs| {
        charge_comparing(state, &value)?;
        minijinja::filters::min(state, value, by)
    });
    language.add_filter("max", |state: &State<'_, '_>, value: Value, by: Kwargs| {
        charge_comparing(state, &value)?;
        minijinja::filters::max(state, value, by)
    });
    language.add_filter("sort", |state: &State<'_, '_>, value: Value, by: Kwargs| {
        charge_comparing(state, &value)?;
        minijinja::filters::sort(state, value, by)
    });
    language.add_filter("unique", |state: &State<'_, '_>, value: Value, by: Kwargs| {
        charge_comparing(state, &value)?;
        minijinja::filters::unique(state, value, by)
    });
    language.add_filter("abs", |value: Value| unless_absent(value, minijinja::filters::abs));
}

/// Charges for comparing the items of a list with one another, as deep as they are: the engine charges by the
/// number of items only.
fn charge_comparing(state: &State<'_, '_>, list: &Value) -> Result<(), Error> {
    let rounds = 1 + list.len().unwrap_or(0).checked_ilog2().unwrap_or(0);
    let weight = json::weight(list).map_err(invalid)?;
    // Most comparisons end at the first difference, so an eighth of the work that is possible is charged.
    state.consume_fuel(weight.saturating_mul(u64::from(rounds)) / 8)
}

/// The other value in the place of one that is null or absent; with `true` behind it, of any that does not hold.
fn default(value: &Value, other: Option<Value>, unless_it_holds: Option<bool>) -> Value {
    let replaced = json::absent(value) || (unless_it_holds == Some(true) && !value.is_true());
    if replaced { other.unwrap_or_else(|| Value::from("")) } else { value.clone() }
}

/// The first item. Of an object it is a name, for which all names are gathered, and charged for.
fn first(state: &State<'_, '_>, value: &Value) -> Result<Value, Error> {
    if value.kind() == ValueKind::Map {
        state.consume_fuel(value.len().unwrap_or(0) as u64)?;
    }
    if json::absent(value) { Ok(Value::UNDEFINED) } else { minijinja::filters::first(value) }
}

fn unless_absent(value: Value, then: impl FnOnce(Value) -> Result<Value, Error>) -> Result<Value, Error> {
    if json::absent(&value) { Ok(Value::UNDEFINED) } else { then(value) }
}

fn text(value: &Value) -> Result<String, Error> {
    json::text(value).map(std::borrow::Cow::into_owned).map_err(invalid)
}

fn to_json(value: &Value) -> Result<String, Error> {
    json::from_value(value).map(|json| json.to_string()).map_err(invalid)
}

fn join(state: &State<'_, '_>, value: &Value, between: Option<&str>) -> Result<String, Error> {
    let mut out = String::new();
    if json::absent(value) {
        return Ok(out);
    }
    for (n, item) in value.try_iter()?.enumerate() {
        if n > 0 {
            out.push_str(between.unwrap_or_default());
        }
        let before = out.len();
        out.push_str(&json::text(&item).map_err(invalid)?);
        state.consume_fuel(1 + (out.len() - before + between.map_or(0, str::len)) as u64 / 64)?;
    }
    Ok(out)
}

fn point(value: &Value) -> Result<Timestamp, Error> {
    let text = value.as_str().ok_or_else(|| invalid(format!("{} is not a time", value.kind())))?;
    Timestamp::parse(text).map_err(|_| {
        invalid(format!("`{}` is not a time in ISO 8601, like 2026-11-23T12:00:00Z", clip(text)))
    })
}

fn shift(value: &Value, by: &str, direction: i64) -> Result<Value, Error> {
    if json::absent(value) {
        return Ok(Value::UNDEFINED);
    }
    let by = parse_duration(by).map_err(invalid)?;
    let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX).saturating_mul(direction);
    let shifted = Timestamp::from_millis(point(value)?.millis().saturating_add(millis));
    Ok(Value::from(shifted.to_string()))
}

/// `date(format)` in UTC, `date(format, zone)` in the zone; the format is strftime's.
fn date(value: &Value, format: Option<&str>, zone: Option<&str>) -> Result<Value, Error> {
    if json::absent(value) {
        return Ok(Value::UNDEFINED);
    }
    let zone = match zone {
        None => TimeZone::UTC,
        Some(name) => TimeZone::get(name)
            .map_err(|_| invalid(format!("`{}` is not a time zone, like Australia/Sydney", clip(name))))?,
    };
    let at = jiff::Timestamp::from_millisecond(point(value)?.millis())
        .map_err(|error| invalid(error.to_string()))?
        .to_zoned_datetime(zone);
    strtime::format(format.unwrap_or("%Y-%m-%d"), &at)
        .map(Value::from)
        .map_err(|error| invalid(format!("the date's format can't be used: {error}")))
}

/// An amount in minor units, with its currency: `10000 | money("aud")` is `100.00 AUD`.
fn money(value: &Value, currency: Option<&str>) -> Result<Value, Error> {
    if json::absent(value) {
        return Ok(Value::UNDEFINED);
    }
    let amount = i64::try_from(value.clone())
        .map_err(|_| invalid("an amount of money is a whole number of minor units, like cents".to_owned()))?;
    let currency = currency.unwrap_or_default().to_uppercase();
    let digits = minor_digits(&currency);
    let sign = if amount < 0 { "-" } else { "" };
    let unit = 10_u64.pow(digits);
    let (whole, rest) = (amount.unsigned_abs() / unit, amount.unsigned_abs() % unit);
    let fraction =
        if digits == 0 { String::new() } else { format!(".{rest:0>width$}", width = digits as usize) };
    Ok(Value::from(format!("{sign}{whole}{fraction} {currency}").trim_end().to_owned()))
}

/// How many digits the minor unit has, by ISO 4217.
fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// The beginning of a text, for an error.
fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}

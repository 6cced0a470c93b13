//! Filters beside the engine's own: money, JSON, those that accept null, and those that read more than the
//! engine charges for. Times are in [`crate::calendar`], numbers in [`crate::numbers`].

use crate::json;
use crate::language::invalid;
use crate::numbers::numeric;
use minijinja::value::{Kwargs, Rest, ValueKind};
use minijinja::{Environment, Error, State, Value};

/// The names of the filters here.
pub(crate) const OWN: &[&str] = &[
    "money", "json", "string", "join", "round", "abs", "d", "default", "first", "min", "max", "sort",
    "unique",
];

pub(crate) fn add_to(language: &mut Environment<'static>) {
    language.add_filter("money", money);
    language.add_filter("json", |value: &Value| to_json(value));
    language.add_filter("string", |value: &Value| text(value));
    language.add_filter("join", join);
    language.add_filter("round", |value: Value, precision: Option<i32>| {
        unless_absent(value, |value| {
            let number = numeric(&value).unwrap_or(value);
            let rounded = match f64::try_from(number.clone()) {
                Ok(fraction) if !number.is_integer() => round(fraction, precision.unwrap_or(0)),
                _ => None,
            };
            // Whole numbers, and what is no number.
            let none = Kwargs::from_iter::<[(&str, Value); 0]>([]);
            rounded.map_or_else(|| minijinja::filters::round(number, precision, None, none), Ok)
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
    language.add_filter("abs", |value: Value| {
        unless_absent(value, |value| minijinja::filters::abs(numeric(&value).unwrap_or(value)))
    });
}

/// Rounds as people do on paper: a half goes away from zero, and the number is what is written, so that 1.005 has
/// two halves at its end although its nearest fraction in binary is less. None where there is nothing to round.
fn round(number: f64, precision: i32) -> Option<Value> {
    let written = number.abs().to_string();
    let (whole, fraction) = written.split_once('.')?;
    let places = usize::try_from(precision).ok()?;
    let next = fraction.as_bytes().get(places)?;
    // A fraction that is written with a point has at most seventeen digits that count.
    let kept: u128 = format!("{whole}{}", &fraction[..places]).parse().ok()?;
    let digits = format!("{:0>width$}", kept + u128::from(*next >= b'5'), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let rounded: f64 = format!("{whole}.{fraction}0").parse().ok()?;
    Some(Value::from(if rounded == 0.0 { 0.0 } else { rounded.copysign(number) }))
}

/// Charges for comparing the items of a list with one another, as deep as they are: the engine charges by the
/// number of items only.
fn charge_comparing(state: &State<'_, '_>, list: &Value) -> Result<(), Error> {
    let rounds = 1 + list.len().unwrap_or(0).checked_ilog2().unwrap_or(0);
    let weight = json::weight(list).map_err(invalid)?;
    // Most comparisons end at the first difference, so an eighth of the work that is possible is charged.
    state.consume_fuel(weight.saturating_mul(u64::from(rounds)) / 8)
}

/// The other value in the place of one that is null or absent; with `true` behind it, of any that counts as false.
fn default(value: &Value, others: Rest<Value>) -> Value {
    let even_if_false = others.get(1).is_some_and(Value::is_true);
    if json::absent(value) || (even_if_false && !value.is_true()) {
        others.first().cloned().unwrap_or_else(|| Value::from(""))
    } else {
        value.clone()
    }
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

/// An amount in minor units, as Stripe counts them, with its currency: `10000 | money("aud")` is `100.00 AUD`.
fn money(value: &Value, currency: Option<&str>) -> Result<Value, Error> {
    if json::absent(value) {
        return Ok(Value::UNDEFINED);
    }
    let amount = numeric(value).and_then(|amount| i64::try_from(amount).ok()).ok_or_else(|| {
        invalid("an amount of money is a whole number of minor units, like cents".to_owned())
    })?;
    let currency = currency.unwrap_or_default().to_uppercase();
    let digits = minor_digits(&currency);
    let sign = if amount < 0 { "-" } else { "" };
    let unit = 10_u64.pow(digits);
    let (whole, rest) = (amount.unsigned_abs() / unit, amount.unsigned_abs() % unit);
    let bare = digits == 0 || (rest == 0 && is_never_split(&currency));
    let fraction = if bare { String::new() } else { format!(".{rest:0>width$}", width = digits as usize) };
    Ok(Value::from(format!("{sign}{whole}{fraction} {currency}").trim_end().to_owned()))
}

/// How many digits the minor unit has at Stripe, which sends the amounts of payments. ISO 4217 differs in some:
/// Stripe counts krónur and Ugandan shillings in hundredths and ariary whole.
fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "JPY" | "KMF" | "KRW" | "MGA" | "PYG" | "RWF" | "VND" | "VUV"
        | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// Currencies that Stripe counts in hundredths although nobody pays with these.
fn is_never_split(currency: &str) -> bool {
    matches!(currency, "ISK" | "UGX")
}

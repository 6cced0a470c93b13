//! Numbers in expressions: what counts as one, and the filters that make one.

use crate::json::{self, absent};
use crate::language::invalid;
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, State, Value};
use serde_json::Value as Json;
use tieline_model::number;

/// The filter that every operand of a calculation passes; authors can't write it.
pub(crate) const NUMBER: &str = "__number";

/// The same for `+` and `-`, which lists pass too, because `+` joins them.
pub(crate) const TERM: &str = "__term";

/// The names of the filters here.
pub(crate) const FILTERS: &[&str] = &["int", "float", "bool", "sum"];

pub(crate) fn add_to(language: &mut Environment<'static>) {
    language.add_filter(NUMBER, operand);
    language.add_filter(TERM, term);
    language.add_filter("sum", sum);
    language.add_filter("int", int);
    language.add_filter("float", float);
    language.add_filter("bool", boolean);
}

/// The number that a value is or, where it is a text, stands for.
pub(crate) fn numeric(value: &Value) -> Option<Value> {
    match value.kind() {
        ValueKind::Number => Some(value.clone()),
        ValueKind::String => json::scalar(&Json::Number(number::read(value.as_str()?)?)),
        _ => None,
    }
}

fn operand(value: &Value, source: Option<&str>) -> Result<Value, Error> {
    numeric(value).ok_or_else(|| invalid(not_a_number(value, source)))
}

fn term(value: &Value, source: Option<&str>) -> Result<Value, Error> {
    if is_list(value) { Ok(value.clone()) } else { operand(value, source) }
}

fn is_list(value: &Value) -> bool {
    matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable)
}

/// `sum`: the numbers of a list, and the texts in it that are numbers. Null counts as nothing.
fn sum(state: &State<'_, '_>, list: &Value) -> Result<Value, Error> {
    if absent(list) {
        return Ok(Value::from(0));
    }
    if !is_list(list) {
        return Err(invalid(format!("`sum` takes a list, not {}", json::kind(list))));
    }
    state.consume_fuel(list.len().unwrap_or(0) as u64)?;
    let (mut whole, mut fraction) = (0_i128, None);
    for item in list.try_iter()?.filter(|item| !absent(item)) {
        let number = operand(&item, None)?;
        match i128::try_from(number.clone()) {
            Ok(number) => whole = whole.saturating_add(number),
            Err(_) => fraction = Some(fraction.unwrap_or(0.0) + f64::try_from(number)?),
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a sum with a fraction is a fraction")]
    Ok(fraction.map_or_else(|| Value::from(whole), |fraction| Value::from(fraction + whole as f64)))
}

fn not_a_number(value: &Value, source: Option<&str>) -> String {
    let operand = source.map_or("a value".to_owned(), |source| format!("`{source}`"));
    if absent(value) {
        let fix = source.unwrap_or("value");
        return format!("{operand} is null, and calculations need numbers; write `{fix} | default(0)`");
    }
    match value.as_str() {
        Some(text) => format!(
            "{operand} is the text `{}`, and calculations need numbers; join texts with `~`",
            clip(text)
        ),
        None => format!("{operand} is {}, and calculations need numbers", json::kind(value)),
    }
}

/// `int`: the whole part of a number or of a text that is one.
fn int(value: &Value) -> Result<Value, Error> {
    let Some(number) = converted(value, "int")? else { return Ok(Value::UNDEFINED) };
    if number.is_integer() {
        return Ok(number);
    }
    let whole = f64::try_from(number)?.trunc();
    json::whole(whole).map(Value::from).ok_or_else(|| {
        invalid("`int` got a number with more than sixteen digits, which would lose some".to_owned())
    })
}

/// `float`: a number or a text that is one, fraction included.
fn float(value: &Value) -> Result<Value, Error> {
    Ok(converted(value, "float")?.unwrap_or(Value::UNDEFINED))
}

/// The number that a filter makes of a value; none for null and blank texts.
fn converted(value: &Value, filter: &str) -> Result<Option<Value>, Error> {
    if absent(value) || value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Ok(None);
    }
    if value.kind() == ValueKind::Bool {
        return Ok(Some(Value::from(i64::from(value.is_true()))));
    }
    if let Some(number) = numeric(value) {
        return Ok(Some(number));
    }
    let Some(text) = value.as_str() else {
        return Err(invalid(format!("`{filter}` takes a number or a text, not {}", json::kind(value))));
    };
    match grouped(text) {
        Some(text) => Ok(numeric(&Value::from(text))),
        None => Err(invalid(unreadable(text.trim()))),
    }
}

fn unreadable(text: &str) -> String {
    let shown = clip(text);
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("`{shown}` has more digits than a number can keep; leave it a text");
    }
    if text.contains(',') {
        return format!(
            "`{shown}` can be read in two ways; say what its comma is with `replace(',', '')` or \
             `replace(',', '.')` before it"
        );
    }
    format!("`{shown}` is not a number")
}

/// A number whose thousands are set apart by commas, without them: `1,234.50`, `1,234,567`. A single comma
/// without a point is not taken, because `1,234` is 1.234 in half of the world.
fn grouped(text: &str) -> Option<String> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let groups: Vec<&str> = whole.split(',').collect();
    let (first, rest) = groups.split_first()?;
    let fits = (1..=3).contains(&first.trim_start_matches(['+', '-']).len())
        && rest.iter().all(|group| group.len() == 3)
        && (rest.len() > 1 || (rest.len() == 1 && fraction.is_some()));
    fits.then(|| text.replace(',', ""))
}

/// `bool`: whether a value holds; a text by what it says.
fn boolean(value: &Value) -> Result<bool, Error> {
    match value.as_str().map(str::trim) {
        None => Ok(value.is_true()),
        Some("") => Ok(false),
        Some(text) => number::read_bool(text).ok_or_else(|| {
            let shown = clip(text);
            invalid(format!(
                "`{shown}` is neither true nor false; to ask whether there is a text, write `value != ''`"
            ))
        }),
    }
}

/// The beginning of a text, for a message.
pub(crate) fn clip(text: &str) -> String {
    text.chars().take(60).collect()
}

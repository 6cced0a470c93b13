//! Shortens what is too large for a history.

use serde_json::Value;
use serde_json::value::to_raw_value;
use tieline_store::runs::StepRecord;

/// The most characters that are kept of a text in a value that is too large, and the most bytes of an input or output
/// as JSON, and of a reason.
const TEXT: usize = 2_000;
pub(super) const VALUE: usize = 16_000;
/// The most items that are kept of a list that is too large.
const ITEMS: usize = 20;

pub(super) fn cut(record: &mut StepRecord) {
    if size(&record.input) > VALUE {
        shorten_whole(&mut record.input);
    }
    if let Some(output) = record.output.take_if(|output| output.get().len() > VALUE) {
        let mut value = serde_json::from_str(output.get()).unwrap_or_default();
        shorten_whole(&mut value);
        record.output = to_raw_value(&value).ok();
    }
    cut_reason(&mut record.reason);
}

/// Cuts a reason that is longer than a history keeps. The mark says how much is missing.
pub(crate) fn cut_reason(reason: &mut String) {
    if reason.len() > VALUE {
        let end = (0..=VALUE).rev().find(|at| reason.is_char_boundary(*at)).unwrap_or_default();
        cut_at(reason, end);
    }
}

fn shorten_whole(value: &mut Value) {
    shorten(value);
    if size(value) > VALUE {
        *value = Value::from(format!("… {} bytes", size(value)));
    }
}

/// About how many bytes the value takes as JSON.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|item| size(item) + 1).sum::<usize>() + 2,
        Value::Object(map) => map.iter().map(|(name, item)| name.len() + size(item) + 4).sum::<usize>() + 2,
        Value::Null | Value::Bool(_) | Value::Number(_) => 6,
    }
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) => cut_text(text),
        Value::Array(items) => {
            let more = items.len().saturating_sub(ITEMS);
            items.truncate(ITEMS);
            items.iter_mut().for_each(shorten);
            if more > 0 {
                items.push(Value::from(format!("… {more} more")));
            }
        }
        Value::Object(map) => map.values_mut().for_each(shorten),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn cut_text(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(TEXT) {
        cut_at(text, end);
    }
}

fn cut_at(text: &mut String, end: usize) {
    let more = text[end..].chars().count();
    text.truncate(end);
    text.push_str(&format!("… {more} more characters"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn output(value: Value) -> Value {
        let mut record = StepRecord { output: to_raw_value(&value).ok(), ..StepRecord::default() };
        cut(&mut record);
        serde_json::from_str(record.output.unwrap().get()).unwrap()
    }

    #[test]
    fn what_is_small_is_kept_whole() {
        let value = json!({ "body": "x".repeat(10_000), "items": vec![1; 100] });
        assert_eq!(output(value.clone()), value);
    }

    #[test]
    fn what_is_large_is_cut_and_says_so() {
        let cut = output(json!({ "body": "é".repeat(20_000), "items": vec!["item"; 100] }));
        assert!(cut["body"].as_str().unwrap().ends_with("é… 18000 more characters"));
        assert_eq!(cut["items"].as_array().unwrap().last().unwrap(), "… 80 more");
        let members = (0..5_000).map(|n| (format!("member{n}"), json!(n))).collect();
        assert!(output(Value::Object(members)).as_str().unwrap().ends_with(" bytes"));
    }
}

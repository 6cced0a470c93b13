//! Replaces secrets in what a history shows.

use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use tieline_connect::http::redact::Redactor;
use tieline_store::runs::StepRecord;

/// Whether a record, as JSON, may hold a secret.
pub(super) fn may_concern(json: &str) -> bool {
    Redactor::may_concern(json)
}

/// Replaces secrets in all parts of a record. What is replaced in the input is replaced wherever it occurs: people write a
/// secret into several fields, and some servers repeat one under another name.
pub(super) fn redact(record: &mut StepRecord) {
    let mut redactor = Redactor::default();
    let input = redactor.value(std::mem::take(&mut record.input));
    record.input = redactor.hide(input);
    // Most outputs hold no secret; those are copied without being read.
    if let Some(output) =
        record.output.take_if(|output| !redactor.is_empty() || Redactor::may_concern(output.get()))
    {
        record.output = clean_output(&redactor, &output);
    }
    let values = record.effects.iter_mut();
    values.for_each(|effect| *effect = redactor.hide(Redactor::default().value(effect.take())));
    let texts = std::iter::once(&mut record.reason).chain(&mut record.warnings);
    texts.for_each(|text| *text = redactor.hide_in(redacted_text(std::mem::take(text))));
}

fn clean_output(redactor: &Redactor, output: &RawValue) -> Option<Box<RawValue>> {
    let value: Value = serde_json::from_str(output.get()).unwrap_or_default();
    to_raw_value(&redactor.hide(Redactor::default().value(value))).ok()
}

/// The text without what looks like a secret.
pub(crate) fn redacted_text(text: String) -> String {
    Redactor::default().text(text)
}

/// The reason of a failure without the secrets of the input that failed.
pub(crate) fn redacted_reason(reason: &str, input: &serde_json::Map<String, Value>) -> String {
    let mut redactor = Redactor::default();
    redactor.value(Value::Object(input.clone()));
    redactor.hide_in(redacted_text(reason.to_owned()))
}

//! How values are read, in every form that clients send.

use super::accept::{LONGEST_TEXT, LONGEST_VALUE, misfit};
use super::*;
use crate::form::Kind;

fn field(data_type: DataType) -> CustomField {
    CustomField {
        id: "f1".into(),
        name: "Plan".into(),
        field_key: "contact.plan".into(),
        data_type,
        placeholder: None,
        position: 0,
        picklist_options: vec!["a".into(), "b".into()],
    }
}

#[test]
fn a_key_is_made_from_the_name() {
    assert_eq!(key_for("Plan name (AUD)"), "contact.plan_name_aud");
}

#[test]
fn expressions_see_every_day_in_one_form() {
    for (stored, readable) in [("09/25/1990", "1990-09-25"), ("1990-09-25T10:00:00Z", "1990-09-25T10:00:00Z")]
    {
        assert_eq!(field(DataType::Date).readable(json!(stored)), json!(readable));
        assert_eq!(field(DataType::Text).readable(json!(stored)), json!(stored));
    }
}

#[test]
fn values_are_read_in_every_form() {
    for entry in [
        json!({"id": "f1", "field_value": 3}),
        json!({"id": "f1", "fieldValue": 3}),
        json!({"id": "f1", "value": 3}),
        json!({"id": "f1", "key": "A display name", "field_value": 3}),
        json!({"key": "plan", "field_value": 3}),
        json!({"key": "contact.plan", "field_value": 3}),
    ] {
        let value = CustomFieldValue::read(&entry).unwrap();
        assert!(value.is_for(&field(DataType::Numerical)), "{entry}");
        assert_eq!(value.value, Some(json!(3)), "{entry}");
    }
    assert!(CustomFieldValue::read(&json!({"field_value": 3})).is_err());
}

#[test]
fn an_entry_that_a_template_left_empty_says_nothing() {
    let entries = json!([{"key": "plan", "field_value": null}, {"key": "size", "field_value": 3}]);
    let left = json!([{"key": "size", "field_value": 3}]);
    assert_eq!(CustomFieldValues.rendered(entries), Some(left));
    assert_eq!(CustomFieldValues.rendered(json!([{"key": "plan", "field_value": ""}])), None);
}

#[test]
fn a_value_that_does_not_fit_is_dropped() {
    let accepted = |value: Value| Ok(Accepted { value: Some(value), left_out: Vec::new() });
    let misfit = Err(misfit());
    assert_eq!(field(DataType::Numerical).accept(&json!("12.5")), accepted(json!(12.5)));
    assert_eq!(field(DataType::Numerical).accept(&json!("twelve")), misfit);
    assert_eq!(field(DataType::Radio).accept(&json!("c")), misfit);
    let some = field(DataType::Checkbox).accept(&json!(["a", "c"])).unwrap();
    assert_eq!((some.value, some.left_out), (Some(json!(["a"])), vec!["c".to_owned()]));
    // Case C7.
    let some = field(DataType::MultipleOptions).accept(&json!("a, c,b")).unwrap();
    assert_eq!((some.value, some.left_out), (Some(json!(["a", "b"])), vec!["c".to_owned()]));
}

#[test]
fn a_value_has_a_longest_length() {
    let long = |length: usize| json!("\u{fdfa}".repeat(length));
    assert!(field(DataType::Text).accept(&long(LONGEST_TEXT)).is_ok());
    let refused = field(DataType::Phone).accept(&long(LONGEST_TEXT + 1)).unwrap_err();
    assert_eq!(refused, "is longer than 5000 characters");
    assert!(field(DataType::LargeText).accept(&long(LONGEST_VALUE)).is_ok());
    let entry = json!({"id": "f1", "value": long(LONGEST_VALUE + 1)});
    assert_eq!(CustomFieldValue::read(&entry).unwrap_err(), "must have a value of at most 100000 characters");
}

#[test]
fn many_options_are_picked_at_once() {
    let many: Vec<String> = (0..20_000).map(|n| format!("option {n}")).collect();
    let field = CustomField { picklist_options: many.clone(), ..field(DataType::Checkbox) };
    let begun = std::time::Instant::now();
    assert_eq!(field.accept(&json!(many)).unwrap().value, Some(json!(many)));
    // Comparing each with each takes some ten seconds here.
    assert!(begun.elapsed() < std::time::Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[test]
fn a_time_in_seconds_is_no_date() {
    let date = |value: Value| field(DataType::Date).accept(&value);
    assert_eq!(date(json!(1_577_836_800_000_i64)).unwrap().value, Some(json!("2020-01-01")));
    assert_eq!(date(json!(170_812_800_000_i64)).unwrap().value, Some(json!("1975-06-01")));
    assert!(date(json!(1_577_836_800)).unwrap_err().contains("probably in seconds"));
}

#[test]
fn an_option_may_hold_a_comma() {
    let mut field = field(DataType::Checkbox);
    field.picklist_options.push("a, b".to_owned());
    assert_eq!(field.accept(&json!("a, b")).unwrap().value, Some(json!(["a, b"])));
}

#[test]
fn a_definition_from_before_placeholders_is_still_read() {
    let stored = json!({"id": "f1", "name": "Plan", "fieldKey": "contact.plan", "dataType": "TEXT"});
    let read: CustomField = serde_json::from_value(stored).unwrap();
    assert_eq!((read.placeholder, read.position), (None, 0));
}

//! Deliveries and mappings that fit, and those that do not.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn compile(mapping: Value) -> Result<CompiledMapping, Vec<Problem>> {
    CompiledMapping::compile(&serde_json::from_value(mapping).unwrap())
}

fn apply(mapping: Value, body: Value) -> Result<Mapped, String> {
    let headers = json!({"x-event": "order", "authorization": "Bearer abc", "cookie": "a=abc"});
    let query = json!({"shop": "1", "secret": "abc"});
    compile(mapping).unwrap().apply(body, headers, query)
}

fn payload(mapped: &Mapped) -> Value {
    serde_json::from_str(mapped.payload.get()).unwrap()
}

#[test]
fn without_a_mapping_the_delivery_is_the_payload() {
    let mapped = apply(json!({}), json!([1, {"a": null}])).unwrap();
    assert_eq!(mapped.kind, "webhook.received");
    assert_eq!((&mapped.external_id, &mapped.subject), (&None, &None));
    assert_eq!(
        payload(&mapped),
        json!({"body": [1, {"a": null}], "headers": {"x-event": "order"}, "query": {"shop": "1"}})
    );
}

#[test]
fn a_mapping_names_the_event_and_its_fields() {
    let mapping = json!({
        "event": "shop.{{ headers['x-event'] }}_{{ body.type }}",
        "id": "{{ body.id }}",
        "subject": "shop:{{ query.shop }}",
        "fields": {"email": "{{ body.customer.email }}", "total": "{{ body.total }}", "secret": "{{ query.secret }}"},
    });
    let body = json!({"id": 42, "type": "paid", "total": 9.5, "customer": {"email": "ada@example.com"}});
    let mapped = apply(mapping, body.clone()).unwrap();
    assert_eq!(mapped.kind, "shop.order_paid");
    assert_eq!(mapped.external_id.as_deref(), Some("42"));
    assert_eq!(mapped.subject.as_deref(), Some("shop:1"));
    let expected = json!({"email": "ada@example.com", "total": 9.5, "secret": null, "body": body});
    assert_eq!(payload(&mapped), expected);
}

#[test]
fn an_empty_id_is_none() {
    let mapping = json!({"id": " {{ body.id }} ", "subject": "{{ body.nobody.at.all }}"});
    let mapped = apply(mapping, json!({"id": null})).unwrap();
    assert_eq!((mapped.external_id, mapped.subject), (None, None));
}

#[test]
fn a_mistake_in_a_mapping_is_told_with_its_place() {
    let problems = compile(json!({
        "event": "Order paid",
        "id": "{{ body.id",
        "subject": "{{ bodi.id }}",
        "fields": ["{{ body }}"],
    }))
    .unwrap_err();
    let places: Vec<&str> = problems.iter().map(|problem| problem.place.as_str()).collect();
    assert_eq!(places, ["mapping.id", "mapping.subject", "mapping.event", "mapping.fields"]);
    let problems = compile(json!({"fields": {"a": {"b": "{{ nobody }}"}}})).unwrap_err();
    assert_eq!(problems[0].place, "mapping.fields.a.b");
}

#[test]
fn a_delivery_that_does_not_fit_is_told() {
    let by_body = json!({"event": "{{ body.event }}"});
    for wrong in [json!({}), json!({"event": "paid"}), json!({"event": "a..b"}), json!({"event": "a.B"})] {
        let error = apply(by_body.clone(), wrong).unwrap_err();
        assert!(error.starts_with("mapping.event: `") && error.contains("shop.order_paid"), "{error}");
    }
    let long = json!({"id": "x".repeat(300)});
    assert!(apply(json!({"id": "{{ body.id }}"}), long).unwrap_err().starts_with("mapping.id: "));
}

#[test]
fn headers_and_query_come_without_secrets() {
    let mut headers = HeaderMap::new();
    for (name, value) in [("Authorization", "abc"), ("X-Api-Key", "abc"), ("X-Event", "a"), ("X-Event", "b")]
    {
        headers.append(http::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
    }
    assert_eq!(headers_as_json(&headers), json!({"x-event": "a, b"}));
    assert_eq!(query_as_json(Some("secret=abc&a=1&a=2&secret=abc")), json!({"a": ["1", "2"]}));
    let query =
        "token=abc&api_key=abc&user[password]=abc&user[name]=Ada&t=eyJhbGciOiJub25lIn0.eyJhIjoxfQ.abc";
    assert_eq!(query_as_json(Some(query)), json!({"user": {"name": "Ada"}, "t": "[redacted]"}));
    assert_eq!(query_as_json(None), json!({}));
}

#[test]
fn a_payload_can_always_be_read_again() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let body: Value = serde_json::from_str(&nested(MAX_NESTING)).unwrap();
    payload(&apply(json!({}), body.clone()).unwrap());
    payload(&apply(json!({"fields": {"a": "{{ body }}"}}), body.clone()).unwrap());
    let deeper = apply(json!({"fields": {"a": ["{{ body }}"]}}), body).unwrap_err();
    assert!(deeper.starts_with("mapping.fields: "), "{deeper}");
}

proptest! {
    #[test]
    fn any_text_is_a_mapping_or_none(text in "(\\{\\{|\\}\\}|\\{%|body|\\PC){0,8}", bytes: Vec<u8>) {
        let fields = json!({"a": text});
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let mapping = json!({"event": text, "id": text, "subject": text, "fields": fields});
        if let Ok(mapping) = compile(mapping) {
            let _ = mapping.apply(body.clone(), Value::Null, body.clone());
        }
        let mapping = compile(json!({"id": "{{ body.id }}", "fields": {"b": "{{ body }}"}})).unwrap();
        prop_assert!(mapping.apply(body.clone(), body.clone(), body).is_ok());
    }
}

#[test]
fn a_new_mapping_leaves_later_kinds_alone_and_a_saved_one_goes_on() {
    let mapping = |event: &str| Mapping { event: Some(event.to_owned()), ..Mapping::default() };
    for taken in ["form.submitted", "opportunity.won", "webhook.ping", "paythen.payment.failed"] {
        let problems = reserved_words(&mapping(taken));
        assert_eq!((problems.len(), problems[0].place.as_str()), (1, "mapping.event"));
        assert!(CompiledMapping::compile(&mapping(taken)).is_ok(), "{taken}");
    }
    for free in ["shop.order_paid", "webhook.received", "forms.submitted", "{{ body.type }}"] {
        assert!(reserved_words(&mapping(free)).is_empty(), "{free}");
    }
}

#[test]
fn a_sender_that_names_the_kind_cannot_send_a_reserved_one() {
    let mapping = json!({"event": "{{ body.kind | default('shop.x') }}"});
    let send = |kind: &str| apply(mapping.clone(), json!({"kind": kind})).map(|mapped| mapped.kind);
    for module in kinds::OWN_MODULES.iter().chain(&kinds::RESERVED_MODULES) {
        let error = send(&format!("{module}.failed")).unwrap_err();
        assert!(error.starts_with("mapping.event: ") && error.contains("another first word"), "{error}");
    }
    assert!(send("paythen.payment.failed").is_err());
    assert_eq!(send("webhook.received").as_deref(), Ok("webhook.received"));
    assert_eq!(send("shop.paythen_paid").as_deref(), Ok("shop.paythen_paid"));
    let literal = apply(json!({"event": "stripe.charged"}), json!({})).unwrap();
    assert_eq!(literal.kind, "stripe.charged", "saved before the word was reserved");
}

#[test]
fn a_sender_cannot_send_about_a_customer_of_stripe() {
    let by_body = json!({"subject": " {{ body.who }}"});
    for forged in ["stripe:cus_1", "  stripe:cus_1 ", "stripe:in_1"] {
        let error = apply(by_body.clone(), json!({"who": forged})).unwrap_err();
        assert!(error.starts_with("mapping.subject: `stripe:") && error.contains("shop:"), "{error}");
    }
    let split = json!({"subject": "str{{ body.a }}:{{ body.b }}"});
    assert!(apply(split, json!({"a": "ipe", "b": "cus_1"})).is_err());
    for free in ["email:ada@example.com", "shop:stripe:cus_1", "stripes:1"] {
        let mapped = apply(by_body.clone(), json!({"who": free})).unwrap();
        assert_eq!(mapped.subject.as_deref(), Some(free));
    }
}

#[test]
fn a_new_mapping_leaves_subjects_of_stripe_alone_and_a_saved_literal_goes_on() {
    let mapping = |subject: &str| Mapping { subject: Some(subject.to_owned()), ..Mapping::default() };
    for taken in ["stripe:cus_1", " stripe:{{ body.customer }}"] {
        let problems = reserved_words(&mapping(taken));
        assert_eq!((problems.len(), problems[0].place.as_str()), (1, "mapping.subject"));
    }
    assert!(reserved_words(&mapping("shop:{{ body.customer }}")).is_empty());
    let saved = apply(json!({"subject": "stripe:cus_1"}), json!({})).unwrap();
    assert_eq!(saved.subject.as_deref(), Some("stripe:cus_1"));
}

#[test]
fn a_key_that_a_mapping_does_not_have_is_answered_with_the_one_that_was_meant() {
    let problems = |mapping: Value| -> Vec<String> {
        read_mapping(mapping).unwrap_err().iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        problems(json!({"evnt": "shop.paid", "field": {}, "id": "1"})),
        [
            "mapping: `evnt` is not known here; did you mean `event`?",
            "mapping: `field` is not known here; did you mean `fields`?"
        ]
    );
    let far = problems(json!({"banana": 1}));
    assert!(far[0].ends_with("; known are event, fields, id, subject"), "{far:?}");
    assert!(problems(json!(["shop.paid"]))[0].contains("should be an object"));
    assert!(problems(json!({"event": 1}))[0].contains("expected a string"));
    assert_eq!(read_mapping(json!({})).unwrap(), Mapping::default());
}

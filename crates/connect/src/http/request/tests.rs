//! What authors write, the right and the wrong.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn read(input: Value) -> Result<Request, Vec<String>> {
    let read = Request::read(input.as_object().unwrap());
    read.map_err(|errors| errors.into_iter().map(|error| error.message).collect())
}

fn sent(input: Value) -> (String, String, String) {
    let request = read(input).unwrap();
    let kind = request.headers.get(CONTENT_TYPE).map_or("", |kind| kind.to_str().unwrap()).to_owned();
    (request.method.to_string(), kind, String::from_utf8(request.body.unwrap_or_default()).unwrap())
}

#[test]
fn the_body_decides_method_and_type() {
    let url = "https://example.com";
    let get = sent(json!({"url": url, "body": null}));
    assert_eq!(get, ("GET".into(), String::new(), String::new()));
    let post = sent(json!({"url": url, "body": {"a": [1]}}));
    assert_eq!(post, ("POST".into(), "application/json".into(), r#"{"a":[1]}"#.into()));
    let text = sent(json!({"url": url, "body": "hi", "method": "put"}));
    assert_eq!(text, ("PUT".into(), "text/plain; charset=utf-8".into(), "hi".into()));
    let own = sent(json!({"url": url, "body": "<a/>", "headers": {"Content-Type": "text/xml"}}));
    assert_eq!(own, ("POST".into(), "text/xml".into(), "<a/>".into()));
}

#[test]
fn an_object_goes_out_as_a_form_where_the_type_says_so() {
    let headers = json!({"content-type": "application/x-www-form-urlencoded"});
    let body = json!({"a": "x y", "b": [1, true], "c": null});
    let form = sent(json!({"url": "https://example.com", "headers": headers, "body": body}));
    assert_eq!(form.2, "a=x+y&b=1&b=true");
}

#[test]
fn the_query_is_added_to_the_address() {
    let request = read(json!({"url": "https://example.com/a?x=1", "query": {"y": "ü&", "z": [1, 2]}}));
    assert_eq!(request.unwrap().url.as_str(), "https://example.com/a?x=1&y=%C3%BC%26&z=1&z=2");
}

#[test]
fn mistakes_name_the_field_and_the_fix() {
    let problems = read(json!({
        "url": "example.com/hook?key=abc",
        "method": "BREW",
        "headers": {"Host": "a", "content-length": 3, "a b": "c", "x": "1\r\ny: 2", "z": [1]},
        "query": {"a": {}},
    }))
    .unwrap_err();
    for expected in [
        "url: is not an address like https://",
        "method: must be one of GET, POST",
        "headers.Host: is set by Tieline itself",
        "headers.content-length: is set by Tieline itself",
        "headers.a b: is not a header's name",
        "headers.x: must be one line",
        "headers.z: must be a text",
        "query.a: must be a text",
    ] {
        assert!(problems.iter().any(|problem| problem.starts_with(expected)), "{expected}: {problems:#?}");
    }
    assert!(!problems.join("").contains("abc"));
    assert_eq!(problems.len(), 8, "{problems:#?}");
    assert!(read(json!({})).unwrap_err()[0].starts_with("url: is missing"));
    assert!(read(json!({"url": "ftp://example.com"})).unwrap_err()[0].contains("https://"));
}

#[test]
fn what_was_sent_as_a_secret_is_taken_out_of_a_text() {
    let request = read(json!({
        "url": "https://example.com/a?key=query-secret",
        "headers": {"Authorization": "Bearer bearer-secret", "X-Api-Key": "api-secret"},
    }))
    .unwrap();
    let text = request.without_secrets("query-secret bearer-secret api-secret fine");
    assert_eq!(text, "[redacted] [redacted] [redacted] fine");
    assert_eq!(format!("{request:?}"), "GET https://example.com/a?key=[redacted]");
}

#[test]
fn credentials_in_the_address_go_out_as_a_header() {
    let request = read(json!({"url": "https://me:p%40ss@example.com/"})).unwrap();
    assert_eq!(request.headers[AUTHORIZATION], "Basic bWU6cEBzcw==");
    assert_eq!(request.url.as_str(), "https://example.com/");
    assert_eq!(request.without_secrets("got Basic bWU6cEBzcw=="), "got [redacted] [redacted]");
    let own = json!({"url": "https://me@example.com/", "headers": {"authorization": "Bearer mine"}});
    assert_eq!(read(own).unwrap().headers[AUTHORIZATION], "Bearer mine");
}

proptest! {
    #[test]
    fn any_input_is_read_or_refused(
        url in "(https?://)?\\PC{0,30}", name in "\\PC{0,10}", value in "\\PC{0,10}", method in "\\PC{0,6}",
    ) {
        let pairs = json!({name.clone(): value});
        let _ = read(json!({"url": url, "method": method, "headers": pairs, "query": pairs, name: 1}));
        let _ = read(json!({"url": url, "headers": pairs, "body": pairs}));
    }
}

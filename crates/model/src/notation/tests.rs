use super::*;
use crate::number;
use proptest::prelude::*;
use serde_json::json;

fn value(text: &str) -> Value {
    read(text).unwrap()
}

fn refused(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

/// Case D1.
#[test]
fn a_value_without_quotes_is_the_text_as_it_is_written() {
    for text in [
        "0800",
        "NO",
        "1.10",
        "1.0",
        "+4917612345699",
        "yes",
        "0x1F",
        "1e3",
        "0412345678",
        "True",
        "NULL",
        "-0",
        "012",
        ".5",
        "1_000",
        "2026-11-23",
        "12:30",
        "18446744073709551616",
        "0.10",
        ".inf",
        "=",
    ] {
        assert_eq!(value(&format!("a: {text}")), json!({ "a": text }), "{text}");
        assert_eq!(value(&format!("{{a: [{text}]}}")), json!({ "a": [text] }), "{text} in brackets");
    }
}

#[test]
fn what_json_spells_in_the_same_way_is_its_value() {
    for text in ["12", "1.5", "-3", "0", "true", "false", "null", "18446744073709551615", "-0.25"] {
        let expected: Value = serde_json::from_str(text).unwrap();
        assert_eq!(value(&format!("a: {text}")), json!({ "a": expected }), "{text}");
    }
    assert_eq!(value("a:\nb: ~"), json!({"a": null, "b": null}));
    assert_eq!(value("a: '12'\nb: \"true\"\nc: |\n  12"), json!({"a": "12", "b": "true", "c": "12\n"}));
    assert_eq!(value("a: !!str 12\nb: !!int '12'"), json!({"a": "12", "b": 12}));
}

#[test]
fn names_are_texts() {
    assert_eq!(value("on: x\n1: y\nnull: z\nno: n"), json!({"on": "x", "1": "y", "null": "z", "no": "n"}));
}

#[test]
fn json_is_read_as_json() {
    assert_eq!(value(r#"{"a": "\/\ud83d\ude00", "b": [1.0, null]}"#), json!({"a": "/😀", "b": [1.0, null]}));
    assert_eq!(value("\u{feff}{\"a\": 1}"), json!({"a": 1}));
    assert_eq!(value("\u{feff}a: 1"), json!({"a": 1}));
    assert_eq!(value(""), Value::Null);
}

#[test]
fn anchors_and_merges_are_filled_in() {
    let text = "base: &base {a: 1, b: 2}\nown:\n  b: 3\n  <<: *base\nboth: [*base, *base]";
    let base = json!({"a": 1, "b": 2});
    assert_eq!(value(text), json!({"base": base, "own": {"a": 1, "b": 3}, "both": [base, base]}));
    assert!(refused("a: &a [*a]").contains("inside the value that it refers to"));
    assert!(refused("<<: 1").contains("takes an object"));
}

#[test]
fn aliases_of_aliases_are_bounded() {
    let mut text = "a0: &a0 [lol, lol, lol, lol]\n".to_owned();
    for n in 1..30 {
        let last = n - 1;
        text.push_str(&format!("a{n}: &a{n} [*a{last}, *a{last}, *a{last}, *a{last}]\n"));
    }
    assert!(refused(&text).contains("repeat too much"), "{}", refused(&text));
}

/// Case D16.
#[test]
fn every_mistake_says_what_to_write_instead() {
    for (text, expected) in [
        ("a: 1\nemail: {{ trigger.email }}", "line 2, column 8: put quotes around"),
        ("email: {{ trigger.email }}", "like \"{{ trigger.email }}\""),
        ("with: { email: {{ trigger['e'] }} }", "put quotes around"),
        ("with: { title: Call {{ x }} }", "put quotes around"),
        ("a: {% if x %}b{% endif %}", "put quotes around"),
        ("a: [{{ x }}]", "put quotes around"),
        (
            "title: Call: today",
            "line 1, column 12: put quotes around a text that holds a colon and a blank: \"Call: today\"",
        ),
        ("a:\n\tb: 1", "line 2, column 2: a tab"),
        ("when: 'vip' in contact.tags", "after its closing quote"),
        ("when: \"a\" in b\nc: 1", "after its closing quote"),
        ("a: 'b", "not closed"),
        ("a: [", "`[` is not closed; add `]`"),
        ("a: {b: 1]", "`{` is closed by `]`; write `}`"),
        ("a: @home", "begins with `@`"),
        ("a: *b", "put quotes around a text that begins with"),
        ("a: !x 1", "the tag `!x` means nothing here"),
        ("a: \"\\d\"", "single quotes"),
        ("a: 1\n  b: 2", "line 2"),
        ("a:\n  - 1\n b: 2", "line 3"),
        ("steps: []\nname: x\nsteps: []", "line 3, column 1: `steps` is written twice, first in line 1"),
        ("{\"steps\": [],\n \"steps\": []}", "line 2, column 8: `steps` is written twice"),
        ("a: 1\n---\nb: 2", "a second document begins here"),
        ("? [a]\n: b", "can't be names"),
    ] {
        assert!(refused(text).contains(expected), "{text}: {}", refused(text));
    }
}

#[test]
fn deep_texts_are_refused() {
    let deep = format!("a: {}{}", "[".repeat(200), "]".repeat(200));
    assert!(refused(&deep).contains("too deep"), "{}", refused(&deep));
    let deep: String = (0..200).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    assert!(refused(&deep).contains("too deep"), "{}", refused(&deep));
}

fn canonical() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(|fraction: f64| json!(fraction)),
    ];
    leaf.prop_filter("has a text", |value| value.as_number().is_none_or(|n| number::text(n).is_some()))
}

proptest! {
    #[test]
    fn canonical_values_come_back(values in prop::collection::vec(canonical(), 0..8)) {
        let spelled = |value: &Value| value.as_number().map_or(value.to_string(), |n| number::text(n).unwrap());
        let text: String = values.iter().map(|value| format!("- {}\n", spelled(value))).collect();
        let again = read(&text).unwrap();
        let expected = if values.is_empty() { Value::Null } else { Value::from(values) };
        prop_assert_eq!(spelled_all(&again), spelled_all(&expected));
    }

    #[test]
    fn quoted_texts_come_back(text in "\\PC{0,40}") {
        let quoted = format!("- '{}'\n", text.replace('\'', "''"));
        prop_assert_eq!(read(&quoted).unwrap(), json!([text]));
    }

    #[test]
    fn a_plain_word_is_itself_or_spelled_as_json(text in "[-+.]?[0-9a-zA-Z_.]{1,12}") {
        let value = read(&format!("a: {text}")).unwrap()["a"].clone();
        let shown = match &value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number::text(number).unwrap(),
            other => other.to_string(),
        };
        prop_assert_eq!(shown, text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "([a-z]{1,4}|[-:?,#&*!|>%@`{}\\[\\]\"' \n\t]|<<|---|\\PC){0,60}") {
        if let Err(mistake) = read(&text) {
            prop_assert!(!mistake.message.is_empty());
        }
    }
}

/// Numbers by their text: 2000.0 and 2000 are the same value.
fn spelled_all(value: &Value) -> Vec<String> {
    let items = value.as_array().map_or(&[][..], Vec::as_slice);
    items.iter().map(|item| item.as_number().map_or(item.to_string(), |n| number::text(n).unwrap())).collect()
}

#[test]
fn a_space_that_is_none_to_yaml_is_named_with_its_line() {
    for (text, place) in [
        ("a: 1\n\u{a0}\u{a0}b: 2", "line 2, column 1"),
        ("steps:\n  -\u{a0}do: x", "line 2, column 4"),
        ("steps:\n  - do: x\n  \u{a0} with: y", "line 3, column 3"),
        ("name:\u{a0}x\ntrigger: y", "line 1, column 6"),
        ("name\u{a0}: x", "line 1, column 5"),
        ("steps:\n  - do:\u{a0}x", "line 2, column 8"),
    ] {
        let found = refused(text);
        assert!(found.starts_with(place) && found.contains("a no-break space (U+00A0)"), "{text:?}: {found}");
    }
    assert!(refused("a: 1\n\u{3000}b: 2").contains("(U+3000)"));
    assert_eq!(value("body: Prix\u{a0}10\u{a0}€"), json!({ "body": "Prix\u{a0}10\u{a0}€" }));
    assert_eq!(value("- \"a:\u{a0}b\""), json!(["a:\u{a0}b"]));
    assert_eq!(value("body: Note:\u{a0}x"), json!({ "body": "Note:\u{a0}x" }));
    assert_eq!(value("- vip # Remarque\u{a0}: oui"), json!(["vip"]));
    assert_eq!(value("tags: [\n\"Prix\u{a0}: 1\", vip ]"), json!({ "tags": ["Prix\u{a0}: 1", "vip"] }));
}

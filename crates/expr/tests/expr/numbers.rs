//! Numbers, texts that are numbers, and calculations: cases D2, D5, D9 and D13.

use serde_json::{Value, json};
use tieline_expr::{Condition, Data, Scope, Template};

const NAMES: &[&str] = &["trigger"];

fn scope() -> Scope {
    // Parsed, because this is how numbers come from other programs.
    let trigger = r#"{
        "total": "4999", "shipping": " 12.50 ", "name": "Ada", "none": null, "list": [1], "yes": true,
        "zip": 2000.0, "phone": 4.1e8, "huge": 123456789012345678901, "big": 18446744073709551615
    }"#;
    Scope::new().with("trigger", Data::parse(trigger).unwrap())
}

fn render(text: &str) -> Value {
    Template::compile("x", text, NAMES).unwrap().render(&scope()).unwrap()
}

fn failed(text: &str) -> String {
    match Template::compile("x", text, NAMES) {
        Ok(template) => template.render(&scope()).unwrap_err().message,
        Err(problem) => problem.message,
    }
}

#[test]
fn a_text_that_is_a_number_calculates_as_one() {
    for (text, expected) in [
        ("{{ '150' * 2 }}", json!(300)),
        ("{{ trigger.total * 2 }}", json!(9998)),
        ("{{ trigger.total + trigger.shipping }}", json!(5011.5)),
        ("{{ (trigger.total + 1) / 100 - 1 }}", json!(49)),
        ("{{ -trigger.total }}", json!(-4999)),
        ("{{ 10 - -trigger.shipping }}", json!(22.5)),
        ("{{ trigger.total // 1000 ~ 'k' }}", json!("4k")),
        ("{{ trigger.zip ~ '-' ~ 1 + 1 }}", json!("refused")),
        ("{{ trigger.total | int + 1 }}", json!(5000)),
        ("{{ [1] + trigger.list }}", json!([1, 1])),
        ("{% set x = trigger.total % 1000 %}{{ x }}", json!("999")),
        ("{{ ['1', 2, none, '2.5'] | sum }}", json!(5.5)),
        ("{{ trigger.total | round }}", json!(4999)),
        ("{{ trigger.total | money('aud') }}", json!("49.99 AUD")),
    ] {
        if expected == json!("refused") {
            assert!(failed(text).contains("calculations need numbers"), "{text}: {}", failed(text));
        } else {
            assert_eq!(render(text), expected, "{text}");
        }
    }
}

#[test]
fn anything_else_in_a_calculation_is_a_mistake_that_says_what_to_write() {
    for (text, expected) in [
        ("{{ trigger.name * 2 }}", "`trigger.name` is the text `Ada`, and calculations need numbers"),
        ("{{ 'Hi ' + trigger.name }}", "join texts with `~`"),
        ("{{ trigger.none + 1 }}", "write `trigger.none | default(0)`"),
        ("{{ trigger.items[0].n * 2 }}", "`trigger.items[0].n` is null"),
        ("{{ trigger.yes + 1 }}", "`trigger.yes` is true or false"),
        ("{{ trigger.list * 2 }}", "`trigger.list` is a list"),
        ("{{ ['a'] | sum }}", "calculations need numbers"),
        ("{{ 1 / 0 }}", "divides by zero"),
    ] {
        assert!(failed(text).contains(expected), "{text}: {}", failed(text));
    }
}

#[test]
fn a_text_that_is_a_number_compares_with_numbers_as_one() {
    for (text, expected) in [
        ("trigger.total >= 1000", true),
        ("trigger.total < 1000", false),
        ("trigger.total == 4999.0", true),
        ("trigger.name >= 1000", false),
        ("trigger.name < 1000", false),
        ("trigger.total > '5'", false),
        ("trigger.yes == 'true'", false),
    ] {
        let condition = Condition::compile("x", text, NAMES).unwrap();
        assert_eq!(condition.holds(&scope()).unwrap(), expected, "{text}");
    }
}

#[test]
fn numbers_are_written_as_people_write_them() {
    for (text, expected) in [
        ("No. {{ trigger.zip }}", "No. 2000"),
        ("{{ trigger.phone ~ '' }}", "410000000"),
        ("{{ trigger.phone | string }}", "410000000"),
        ("{{ 10000 / 100 ~ ' AUD' }}", "100 AUD"),
        ("{% if 1 %}{{ trigger.zip }}{% endif %}", "2000"),
        ("No. {{ trigger.big }}", "No. 18446744073709551615"),
    ] {
        assert_eq!(render(text), json!(expected), "{text}");
    }
    assert!(failed("No. {{ trigger.huge }}").contains("has lost digits"));
    assert!(failed("{{ 99999999999999999999999 }}").contains("more digits than a number can keep"));
    assert!(failed("{{ trigger.big * trigger.big }}").contains("more digits than a number can keep"));
}

#[test]
fn texts_are_read_as_numbers() {
    for (text, expected) in [
        ("{{ ' 12 ' | int }}", json!(12)),
        ("{{ '12.9' | int }}", json!(12)),
        ("{{ '' | int }}", Value::Null),
        ("{{ none | float }}", Value::Null),
        ("{{ '1,234.50' | float }}", json!(1234.5)),
        ("{{ '-1,234,567' | int }}", json!(-1_234_567)),
        ("{{ '0800' | int }}", json!(800)),
        ("{{ true | int }}", json!(1)),
        ("{{ '18446744073709551615' | int }}", json!(18_446_744_073_709_551_615_u64)),
    ] {
        assert_eq!(render(text), expected, "{text}");
    }
    for (text, expected) in [
        ("{{ '1,234' | float }}", "can be read in two ways"),
        ("{{ '12,50' | float }}", "can be read in two ways"),
        ("{{ 'abc' | int }}", "`abc` is not a number"),
        ("{{ '123456789012345678901' | int }}", "more digits than a number can keep"),
        ("{{ [] | int }}", "takes a number or a text, not a list"),
    ] {
        assert!(failed(text).contains(expected), "{text}: {}", failed(text));
    }
}

#[test]
fn a_text_is_true_or_false_by_what_it_says() {
    for text in ["'false'", "'0'", "'no'", "' No '", "'off'", "''", "0", "none", "[]", "false"] {
        assert_eq!(render(&format!("{{{{ {text} | bool }}}}")), json!(false), "{text}");
    }
    for text in ["'true'", "'1'", "'YES'", "'on'", "2", "[0]"] {
        assert_eq!(render(&format!("{{{{ {text} | bool }}}}")), json!(true), "{text}");
    }
    assert!(failed("{{ trigger.name | bool }}").contains("neither true nor false"));
}

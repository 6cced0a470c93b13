//! What authors of templates and conditions can rely on.

use proptest::prelude::*;
use serde_json::{Value, json};
use tieline_expr::{Condition, Data, MAX_SOURCE, Scope, Template, Tree};

const NAMES: &[&str] = &["trigger", "contact", "now", "steps"];

fn scope() -> Scope {
    let trigger = json!({
        "id": "evt_1", "live": true, "none": null,
        "customer": { "email": "ada@example.com", "name": "Ada <L>" },
        "payment": { "amount": 10000, "currency": "aud", "attempt": 2, "rate": 1.5, "nextAttemptAt": null },
        "items": [{ "sku": "a", "n": 1 }, { "sku": "b", "n": 2 }],
    });
    let contact = json!({ "firstName": "Ada", "tags": ["vip", "new"], "text": "10" });
    Scope::new()
        .with("trigger", Data::new(trigger))
        .with("contact", Data::new(contact).with_aliases())
        .with("now", Data::new(json!("2026-11-23T12:00:00.000Z")))
        .with("steps", Data::empty())
}

fn render(text: &str) -> Value {
    Template::compile("x", text, NAMES).unwrap().render(&scope()).unwrap()
}

fn holds(text: &str) -> bool {
    Condition::compile("x", text, NAMES).unwrap().holds(&scope()).unwrap()
}

/// The mistake that is reported when the text is compiled or else when it is rendered.
fn failed(text: &str) -> String {
    match Template::compile("x", text, NAMES) {
        Ok(template) => template.render(&scope()).unwrap_err().to_string(),
        Err(problem) => problem.to_string(),
    }
}

fn refused(text: &str) -> String {
    Template::compile("x", text, NAMES).unwrap_err().to_string()
}

#[test]
fn one_expression_keeps_its_type() {
    assert_eq!(render("{{ trigger.payment.amount }}"), json!(10000));
    assert_eq!(render("  {{ trigger.items }}\n"), json!([{"sku": "a", "n": 1}, {"sku": "b", "n": 2}]));
    assert_eq!(render("{{ trigger.live }}"), json!(true));
    assert_eq!(render("{{ trigger.payment.amount / 100 }}"), json!(100));
    assert_eq!(render("{{ trigger.payment.rate * 3 }}"), json!(4.5));
    assert_eq!(render("{{ {'a': [1, trigger.none]} }}"), json!({"a": [1, null]}));
    assert_eq!(render("{{ trigger.items | map(attribute='n') | list }}"), json!([1, 2]));
    assert_eq!(render("{{ trigger.items[1].sku }}"), json!("b"));
}

#[test]
fn anything_else_becomes_text() {
    assert_eq!(render("plain }} text"), json!("plain }} text"));
    assert_eq!(render("Hi {{ contact.first_name }}!"), json!("Hi Ada!"));
    assert_eq!(
        render("{{ trigger.live }}, {{ trigger.payment.rate }}, {{ trigger.none }}{# why #}."),
        json!("true, 1.5, .")
    );
    assert_eq!(render("{{ contact.tags }} {{ trigger.customer.name }}"), json!("[\"vip\",\"new\"] Ada <L>"));
    assert_eq!(render("a {{- ' b' -}} \n c\n"), json!("a bc\n"));
    assert_eq!(render("{{ '}}' }}{{ \"{{\" }}"), json!("}}{{"));
}

#[test]
fn tags_loop_and_choose() {
    let text = "{% for item in trigger.items if item.n < 2 %}{{ item.sku }}={{ item.n > 1 }};{% endfor %}";
    assert_eq!(render(text), json!("a=false;"));
    assert_eq!(render("{% if trigger.none < 3 %}yes{% else %}no{% endif %}\n"), json!("no\n"));
    assert_eq!(render("{ {%- for item in trigger.items -%} {{ loop.index }} {%- endfor %}"), json!("{12"));
    assert_eq!(render("{% set x = 'vip' in contact.tags %}{{ x }}"), json!("true"));
}

#[test]
fn what_is_absent_is_null_and_fails_nothing() {
    for text in [
        "{{ trigger.payment.nothing.at.all }}",
        "{{ trigger.none.x }}",
        "{{ trigger.none.x | first }}",
        "{{ trigger.none | round }}",
        "{{ trigger.none | plus('1d') }}",
        "{{ trigger.none | date }}",
        "{{ trigger.none | money('aud') }}",
        "{{ null }}",
    ] {
        assert_eq!(render(text), Value::Null, "{text}");
    }
    assert_eq!(render("{{ trigger.none | default('x') }}"), json!("x"));
    assert_eq!(render("{{ none | default('x') }}"), json!("x"));
    assert_eq!(render("{{ ('a' if false else none) | default('y') }}"), json!("y"));
    assert_eq!(render("{{ '' | default('x') }}{{ '' | default('y', true) }}"), json!("y"));
    assert_eq!(render("{{ none | first }}"), json!(null));
    assert_eq!(render("{{ trigger.none | length }}"), json!(0));
    assert_eq!(render("{{ trigger.none | lower }}"), json!(""));
    assert_eq!(render("{{ trigger.none | join(',') }}"), json!(""));
    assert_eq!(render("{{ 'a' ~ trigger.none ~ trigger.x.y }}"), json!("a"));
}

#[test]
fn conditions_compare_like_with_like_only() {
    for text in [
        "trigger.payment.attempt >= 1",
        "{{ trigger.payment.attempt == 2.0 }}",
        "'vip' in contact.tags and 'x' not in contact.tags",
        "trigger.payment.nextAttemptAt == null",
        "trigger.nothing.at.all is none",
        "trigger.payment.attempt != none",
        "now > '2026-01-01'",
        "not trigger.payment.attempt > 2",
        "trigger.items[0] == {'n': 1, 'sku': 'a'}",
        "'email' in trigger.customer",
        "'ada' in trigger.customer.email",
        "(trigger.payment.amount / 100) > 99 or false",
        "trigger.items | selectattr('n', 'gt', 1) | length == 1",
        "trigger.customer",
        "contact.text > 5",
        "trigger.payment.attempt == '2'",
        "'2.0' in [1, trigger.payment.attempt]",
    ] {
        assert!(holds(text), "{text}");
    }
    for text in [
        "trigger.payment.nextAttemptAt < 5000",
        "trigger.payment.nextAttemptAt > 5000",
        "trigger.payment.nothing <= 0",
        "contact.text > 50",
        "trigger.id < 5",
        "trigger.live == 1",
        "'x' in trigger.none",
        "'x' in trigger.payment.amount",
        "trigger.none",
        "trigger.live == '1'",
    ] {
        assert!(!holds(text), "{text}");
    }
}

#[test]
fn times_and_money_have_filters() {
    assert_eq!(render("{{ now | plus('1d 12h') }}"), json!("2026-11-25T00:00:00.000Z"));
    assert_eq!(render("{{ '2026-11-23' | minus('2h') }}"), json!("2026-11-22T22:00:00.000Z"));
    assert_eq!(render("{{ now | date('%d.%m.%Y') }}"), json!("23.11.2026"));
    assert_eq!(render("{{ now | date('%H:%M', 'Australia/Sydney') }}"), json!("23:00"));
    assert_eq!(render("{{ trigger.payment.amount | money(trigger.payment.currency) }}"), json!("100.00 AUD"));
    assert_eq!(render("{{ -5 | money('JPY') }} {{ 5 | money }}"), json!("-5 JPY 0.05"));
    // Case P5.
    for (amount, currency, text) in [
        (200_000, "isk", "2000 ISK"),
        (200_050, "isk", "2000.50 ISK"),
        (350_000, "ugx", "3500 UGX"),
        (10_000, "mga", "10000 MGA"),
        (500, "jpy", "500 JPY"),
        (5_120, "kwd", "5.120 KWD"),
    ] {
        let template = format!("{{{{ {amount} | money('{currency}') }}}}");
        assert_eq!(render(&template), json!(text));
    }
    assert_eq!(render("{{ contact.tags | join(', ') | upper }}"), json!("VIP, NEW"));
    assert_eq!(
        render("{{ contact | json }}"),
        json!(r#"{"firstName":"Ada","tags":["vip","new"],"text":"10"}"#)
    );
    assert_eq!(render("{{ contact.text | int + 1 }}"), json!(11));
    assert_eq!(render("{{ contact.tags | sort | first }}"), json!("new"));
    let many: Vec<Value> = (0..1000).map(|n| json!({ "n": 1000 - n, "text": "x" })).collect();
    let scope = Scope::new().with("trigger", Data::new(json!({ "items": many })));
    let sorted = "{{ (trigger.items | sort(attribute='n') | first).n }}";
    assert_eq!(Template::compile("x", sorted, NAMES).unwrap().render(&scope).unwrap(), json!(1));
    assert_eq!(render("{{ trigger.items | map(attribute='n') | max }}"), json!(2));
    for (text, rounded) in [
        ("2.345 | round(1)", 2.3),
        ("0.5 | round", 1.0),
        ("2.5 | round", 3.0),
        ("-2.5 | round", -3.0),
        ("0.125 | round(2)", 0.13),
        ("1.005 | round(2)", 1.01),
        ("9.995 | round(2)", 10.0),
        ("0.04 | round(1)", 0.0),
        ("1.5 | round(3)", 1.5),
    ] {
        assert_eq!(render(&format!("{{{{ {text} }}}}")).as_f64(), Some(rounded), "{text}");
    }
    assert_eq!(render("{{ 'a\0b' ~ contact.text }}"), json!("ab10"));
}

#[test]
fn mistakes_are_reported_when_compiling() {
    for (text, expected) in [
        ("{{ tigger.id }}", "x: `tigger` is not known here; did you mean `trigger`?"),
        ("{{ payment.amount }}", "did you mean `trigger.payment`?"),
        (
            "Seen by {{ trigger.headers.user-agent }}",
            "`agent` is not known here; a name with a hyphen is written `trigger.headers[\"user-agent\"]`",
        ),
        ("{{ trigger.a.x-request-id.b | lower }}", "is written `trigger.a[\"x-request-id\"].b`"),
        ("{{ trigger.total - fee }}", "`fee` is not known here; known are"),
        ("{{ 5-fee }}", "`fee` is not known here; known are"),
        ("{{ trigger.id | uper }}", "did you mean `upper`?"),
        ("{{ trigger.id.upper() }}", "`value | upper`"),
        ("{{ trigger.id ", "the closing }} is missing"),
        ("{{ }}", "is empty"),
        ("{{ trigger. }}", "ends too early"),
        ("{% include 'x' %}", "the tag `include` is not known"),
        ("{% macro f() %}{% endmacro %}", "the tag `macro` is not known"),
        ("{% if trigger.id %}", "add `{% endif %}`"),
        ("{% if trigger.id < %}{% endif %}", "ends too early"),
    ] {
        assert!(refused(text).contains(expected), "{text}: {}", refused(text));
    }
    assert!(refused(&"x".repeat(MAX_SOURCE + 1)).contains("longer than 16 KiB"));
    let problem = Condition::compile("steps[0].if[0].when", "trigger.id = 1", NAMES).unwrap_err();
    assert!(problem.to_string().starts_with("steps[0].if[0].when: `=` sets"), "{problem}");
}

#[test]
fn failures_name_the_place() {
    assert!(failed("{{ trigger.id | plus('1d') }}").starts_with("x: `evt_1` is not a time"));
    assert!(failed("{{ now | plus('soon') }}").contains("`soon` is not a length of time"));
    assert!(failed("{{ now | date('%Y', 'Mars/Base') }}").contains("`Mars/Base` is not a time zone"));
    assert!(failed("{{ trigger.id + 1 }}").starts_with("x: `trigger.id` is the text `evt_1`"));
}

#[test]
fn limits_end_what_would_not_end() {
    let digits = "[0,1,2,3,4,5,6,7,8,9]";
    let mut nested = "x".to_owned();
    for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        nested = format!("{{% for {name} in {digits} %}}{nested}{{% endfor %}}");
    }
    assert!(failed(&nested).contains("too long"));
    let item = json!((0..1000).collect::<Vec<_>>());
    let deep = Scope::new().with("trigger", Data::new(json!({"items": [item, item, item]})));
    for filter in ["min", "sort", "unique | list"] {
        let mut text = format!("{{{{ trigger.items | {filter} | length }}}}");
        for name in ["a", "b", "c"] {
            text = format!("{{% for {name} in {digits} %}}{text}{{% endfor %}}");
        }
        let error = Template::compile("x", &text, NAMES).unwrap().render(&deep).unwrap_err();
        assert!(error.message.contains("too long"), "{error}");
    }
    let large = Scope::new().with("trigger", Data::new(json!({"x": "y".repeat(300_000)})));
    for text in
        ["{{ trigger }}", "{{ trigger.x ~ '' }}", "a{{ trigger.x }}", "{% if 1 %}{{ trigger.x }}{% endif %}"]
    {
        let error = Template::compile("x", text, NAMES).unwrap().render(&large).unwrap_err();
        assert!(error.message.contains("larger than 256 KiB"), "{text}: {error}");
    }
}

#[test]
fn long_chains_are_refused_or_work() {
    for text in [
        format!("{{{{ trigger{} }}}}", ".a".repeat(4000)),
        format!("{{{{ 1{} }}}}", "+1".repeat(4000)),
        format!("{{{{ 1{} }}}}", "+1".repeat(450)),
        format!("{{{{ trigger | default(1){} }}}}", ".a".repeat(450)),
        format!("{{{{ {}1 }}}}", "-".repeat(900)),
        format!("{{{{ {}1 }}}}", "not ".repeat(900)),
        format!("{{{{ {}1{} }}}}", "[".repeat(49), "]".repeat(49)),
        format!("{{{{ 1{} }}}}", " if 1 else 1".repeat(240)),
        format!("{{{{ 1{} }}}}", "|abs".repeat(490)),
        format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(490)),
        format!("{}{}", "{% if 1 %}".repeat(240), "{% endif %}".repeat(240)),
    ] {
        if let Ok(template) = Template::compile("x", &text, NAMES) {
            let _ = template.render(&scope());
        }
    }
}

#[test]
fn trees_render_every_text_and_report_every_mistake() {
    let with = json!({"a": "{{ trigger.payment.amount }}", "b": ["x {{ trigger.id }}", 1], "c": {"d": null}});
    let tree = Tree::compile("with", &with, NAMES).unwrap();
    assert_eq!(tree.render(&scope()).unwrap(), json!({"a": 10000, "b": ["x evt_1", 1], "c": {"d": null}}));
    let wrong = json!({"a": "{{ x }}", "b": [{"c": "{{ "}]});
    let problems = Tree::compile("with", &wrong, NAMES).unwrap_err();
    let places: Vec<&str> = problems.iter().map(|problem| problem.place.as_str()).collect();
    assert_eq!(places, ["with.a", "with.b[0].c"]);
}

#[test]
fn references_say_what_is_read() {
    let references = |text: &str| Template::compile("x", text, NAMES).unwrap().references().clone();
    let found = references("{{ steps.person.id }} {{ steps.other['id'] | upper }} {{ contact.tags | join }}");
    assert_eq!(found.members("steps").collect::<Vec<_>>(), [Some("other"), Some("person")]);
    assert!(found.uses("contact") && !found.uses("now"));
    let dynamic = references("{{ steps[trigger.id] }}");
    assert!(dynamic.members("steps").any(|member| member.is_none()), "{dynamic:?}");
    assert!(references("{% if now %}{{ steps.a.b }}{% endif %}").uses("now"));
}

#[test]
fn references_give_whole_paths_with_their_places() {
    let with = json!({
        "a": "{{ trigger.payment.ammount }} {{ trigger['two words'][0].x }}",
        "b": ["{{ trigger.items[steps.n].sku | upper }}", "{% if trigger.live %}x{% endif %}"],
    });
    let tree = Tree::compile("steps[0].with", &with, NAMES).unwrap();
    let paths = |name: &str| -> Vec<String> {
        let paths = tree.references().paths(name);
        paths.map(|(path, place)| format!("{path} at {place}")).collect()
    };
    assert_eq!(
        paths("trigger"),
        [
            "trigger.items at steps[0].with.b[0]",
            "trigger.live at steps[0].with.b[1]",
            "trigger.payment.ammount at steps[0].with.a",
            "trigger['two words'][0].x at steps[0].with.a",
        ]
    );
    assert_eq!(paths("steps"), ["steps.n at steps[0].with.b[0]"]);
}

proptest! {
    #[test]
    fn nothing_panics(text in ".{0,60}") {
        if let Ok(template) = Template::compile("x", &text, NAMES) { let _ = template.render(&scope()); }
        if let Ok(condition) = Condition::compile("x", &text, NAMES) { let _ = condition.holds(&scope()); }
    }

    #[test]
    fn nothing_panics_on_what_looks_like_the_language(words in prop::collection::vec(
        prop::sample::select(vec![
            "{{", "}}", "{%", "%}", "{#", "#}", "-", "trigger", ".", "items", "[", "]", "(", ")", "{", "}",
            ":", ",", "|", "map", "round", "sort", "join", "first", "is", "not", "in", "and", "or", "if",
            "else", "endif", "for", "item", "endfor", "set", "=", "==", "<", ">=", "1", "-9", "1e999",
            "9999999999999999999999", "'a'", "\"%Y\"", "now", "plus", "date", "money", "contact", "null", "~",
            "+", "*", "**", "/", "//", "%", " ", "loop", "default", "int", "split", "unique", "é", "\\",
        ]), 0..30))
    {
        let text = words.join(" ");
        for text in [text.clone(), format!("{{{{ {text} }}}}"), words.concat()] {
            if let Ok(template) = Template::compile("x", &text, NAMES) { let _ = template.render(&scope()); }
            if let Ok(condition) = Condition::compile("x", &text, NAMES) { let _ = condition.holds(&scope()); }
        }
    }

    #[test]
    fn a_text_without_marks_is_itself(text in "[^{]{0,40}") {
        prop_assert_eq!(render(&text), Value::String(text.replace('\0', "")));
    }
}

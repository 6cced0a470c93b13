//! The rewritten comparisons and calculations against a plain evaluator, on generated expressions.

use proptest::prelude::*;
use serde_json::{Value, json};
use tieline_expr::{Condition, Data, Scope, Template};

/// The names that generated expressions read, with their values.
fn names() -> Value {
    json!({ "n": 7, "text": "12", "word": "ada", "none": null, "half": 0.5, "list": [1, "7", "ada"], "on": true })
}

#[derive(Clone, Debug)]
enum Expr {
    Name(&'static str),
    Number(i32),
    Text(&'static str),
    Negative(Box<Expr>),
    Calculation(&'static str, Box<Expr>, Box<Expr>),
    Join(Box<Expr>, Box<Expr>),
    Comparison(&'static str, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Both(Box<Expr>, Box<Expr>),
    Either(Box<Expr>, Box<Expr>),
    Choice(Box<Expr>, Box<Expr>, Box<Expr>),
    Default(Box<Expr>, Box<Expr>),
}

fn expressions() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["n", "text", "word", "none", "half", "list", "on"]).prop_map(Expr::Name),
        (0..20_i32).prop_map(Expr::Number),
        prop::sample::select(vec!["7", "12", "ada", "", "0.5"]).prop_map(Expr::Text),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let calculation = prop::sample::select(vec!["+", "-", "*", "/"]);
        let comparison = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">=", "in", "not in"]);
        prop_oneof![
            boxed().prop_map(Expr::Negative),
            (calculation, boxed(), boxed()).prop_map(|(sign, a, b)| Expr::Calculation(sign, a, b)),
            (boxed(), boxed()).prop_map(|(a, b)| Expr::Join(a, b)),
            (comparison, boxed(), boxed()).prop_map(|(sign, a, b)| Expr::Comparison(sign, a, b)),
            boxed().prop_map(Expr::Not),
            (boxed(), boxed()).prop_map(|(a, b)| Expr::Both(a, b)),
            (boxed(), boxed()).prop_map(|(a, b)| Expr::Either(a, b)),
            (boxed(), boxed(), boxed()).prop_map(|(a, b, c)| Expr::Choice(a, b, c)),
            (boxed(), boxed()).prop_map(|(a, b)| Expr::Default(a, b)),
        ]
    })
}

impl Expr {
    /// How close it binds; what binds less than its place asks for is put in brackets.
    fn level(&self) -> u8 {
        match self {
            Self::Choice(..) => 0,
            Self::Either(..) => 1,
            Self::Both(..) => 2,
            Self::Not(_) => 3,
            Self::Comparison(..) => 4,
            Self::Calculation("+" | "-", ..) => 5,
            Self::Join(..) => 6,
            Self::Calculation(..) => 7,
            Self::Negative(_) | Self::Default(..) => 8,
            Self::Name(_) | Self::Number(_) | Self::Text(_) => 9,
        }
    }

    /// The expression with as few brackets as the language allows.
    fn written(&self) -> String {
        match self {
            Self::Name(name) => (*name).to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => format!("'{text}'"),
            Self::Negative(a) => format!("-{}", a.at(9)),
            Self::Calculation(sign, a, b) => {
                let level = self.level();
                format!("{} {sign} {}", a.at(level), b.at(level + 1))
            }
            Self::Join(a, b) => format!("{} ~ {}", a.at(6), b.at(7)),
            Self::Comparison(sign, a, b) => format!("{} {sign} {}", a.at(5), b.at(5)),
            Self::Not(a) => format!("not {}", a.at(4)),
            Self::Both(a, b) => format!("{} and {}", a.at(2), b.at(3)),
            Self::Either(a, b) => format!("{} or {}", a.at(1), b.at(2)),
            Self::Choice(test, a, b) => format!("{} if {} else {}", a.at(1), test.at(1), b.at(0)),
            Self::Default(a, b) => format!("{} | default({})", a.at(9), b.at(0)),
        }
    }

    fn at(&self, level: u8) -> String {
        if self.level() < level { format!("({})", self.written()) } else { self.written() }
    }

    /// The value, by the rules that the documentation states. None is a mistake.
    fn value(&self) -> Option<Value> {
        Some(match self {
            Self::Name(name) => names()[*name].clone(),
            Self::Number(number) => json!(number),
            Self::Text(text) => json!(text),
            Self::Negative(a) => json!(0.0 - number(&a.value()?)?),
            Self::Calculation(sign, a, b) => calculated(sign, &a.value()?, &b.value()?)?,
            Self::Join(a, b) => json!(text(&a.value()?) + &text(&b.value()?)),
            Self::Comparison(sign, a, b) => json!(compared(sign, &a.value()?, &b.value()?)),
            Self::Not(a) => json!(!truth(&a.value()?)),
            Self::Both(a, b) => {
                let a = a.value()?;
                if truth(&a) { b.value()? } else { a }
            }
            Self::Either(a, b) => {
                let a = a.value()?;
                if truth(&a) { a } else { b.value()? }
            }
            Self::Choice(test, a, b) => {
                if truth(&test.value()?) {
                    a.value()?
                } else {
                    b.value()?
                }
            }
            Self::Default(a, b) => {
                // Arguments are evaluated first, as everywhere.
                let (a, b) = (a.value()?, b.value()?);
                if a.is_null() { b } else { a }
            }
        })
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn calculated(sign: &str, a: &Value, b: &Value) -> Option<Value> {
    if let (Value::Array(a), Value::Array(b), "+") = (a, b, sign) {
        return Some(json!([a.clone(), b.clone()].concat()));
    }
    let (a, b) = (number(a)?, number(b)?);
    let result = match sign {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        _ => a / b,
    };
    result.is_finite().then(|| json!(result + 0.0))
}

fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().unwrap().to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(quoted).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

fn quoted(value: &Value) -> String {
    if value.is_number() { text(value) } else { value.to_string() }
}

fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Number(_), _) | (_, Value::Number(_)) => number(a).is_some() && number(a) == number(b),
        (a, b) => a == b,
    }
}

fn order(a: &Value, b: &Value) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Number(_), _) | (_, Value::Number(_)) => number(a)?.partial_cmp(&number(b)?),
        _ => None,
    }
}

fn compared(sign: &str, a: &Value, b: &Value) -> bool {
    match sign {
        "==" => equal(a, b),
        "!=" => !equal(a, b),
        "<" => order(a, b).is_some_and(|order| order.is_lt()),
        "<=" => order(a, b).is_some_and(|order| order.is_le()),
        ">" => order(a, b).is_some_and(|order| order.is_gt()),
        ">=" => order(a, b).is_some_and(|order| order.is_ge()),
        "in" => contains(b, a),
        _ => !contains(b, a),
    }
}

fn contains(container: &Value, item: &Value) -> bool {
    match container {
        Value::String(whole) => !item.is_null() && whole.contains(&text(item)),
        Value::Array(items) => items.iter().any(|member| equal(member, item)),
        _ => false,
    }
}

/// The same values, whether a whole number is held as an integer or not.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (a, b) => a == b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_engine_means_what_the_documentation_says(expression in expressions()) {
        let written = expression.written();
        let known: Vec<&str> = vec!["n", "text", "word", "none", "half", "list", "on"];
        let values = names();
        let scope = known
            .iter()
            .fold(Scope::new(), |scope, name| scope.with(static_name(name), Data::new(values[*name].clone())));
        let expected = expression.value();
        let template = Template::compile("x", &format!("{{{{ {written} }}}}"), &known);
        let found = template.map_err(|problem| problem.message).and_then(|template| {
            template.render(&scope).map_err(|error| error.message)
        });
        match (&expected, &found) {
            (Some(expected), Ok(found)) => prop_assert!(alike(expected, found), "{written}: {found}, not {expected}"),
            (None, Err(_)) => {}
            _ => prop_assert!(false, "{written}: {found:?}, not {expected:?}"),
        }
        if let Some(expected) = expected {
            let condition = Condition::compile("x", &written, &known).unwrap();
            prop_assert_eq!(condition.holds(&scope).unwrap(), truth(&expected), "{}", written);
        }
    }
}

fn static_name(name: &str) -> &'static str {
    ["n", "text", "word", "none", "half", "list", "on"].into_iter().find(|known| *known == name).unwrap()
}

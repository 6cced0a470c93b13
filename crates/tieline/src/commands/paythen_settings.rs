//! The file that says how a Paythen connection reads Stripe's events.

use serde_json::{Map, Value};
use std::path::Path;
use tieline_model::connection::PaythenSettings;
use tieline_model::suggest::did_you_mean;
use tieline_model::workflow::read_text;

/// Reads the file, in YAML or JSON. Settings that it leaves out keep their defaults.
pub(crate) fn read(file: &Path) -> Result<PaythenSettings, String> {
    let at = |message: &str| format!("{}: {message}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| at(&error.to_string()))?;
    let value = read_text(&text).map_err(|problem| at(&problem.to_string()))?;
    parse(value).map_err(|problems| problems.iter().map(|problem| at(problem)).collect::<Vec<_>>().join("\n"))
}

fn parse(value: Value) -> Result<PaythenSettings, Vec<String>> {
    let usual = serde_json::to_value(PaythenSettings::default()).map_err(|error| vec![error.to_string()])?;
    let (Value::Object(given), Value::Object(usual)) = (&value, &usual) else {
        return Err(vec!["the file should hold an object, like `atRiskAfter: 3`".to_owned()]);
    };
    let problems: Vec<String> = given.iter().filter_map(|(name, value)| wrong(name, value, usual)).collect();
    if problems.is_empty() {
        serde_json::from_value(value).map_err(|error| vec![error.to_string()])
    } else {
        Err(problems)
    }
}

/// What is wrong with a setting, if anything. Its type is that of its default.
fn wrong(name: &str, value: &Value, usual: &Map<String, Value>) -> Option<String> {
    let is_key = |key: &Value| key.as_str().is_some_and(|key| !key.trim().is_empty());
    match usual.get(name) {
        None => {
            Some(format!("`{name}` is not a setting{}", did_you_mean(name, usual.keys().map(String::as_str))))
        }
        Some(Value::Array(_)) => {
            let fits = value.as_array().is_some_and(|keys| keys.iter().all(is_key));
            (!fits).then(|| format!("{name} should be a list of metadata keys, like [plan_name]"))
        }
        Some(_) => {
            let fits = value.as_u64().is_some_and(|count| (1..=1000).contains(&count));
            (!fits).then(|| format!("{name} should be a whole number from 1 to 1000"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> String {
        parse(read_text(text).unwrap()).unwrap_err().join("\n")
    }

    #[test]
    fn what_is_left_out_is_as_usual() {
        let settings = parse(read_text("atRiskAfter: 3\nplanNameKeys: [produkt]").unwrap()).unwrap();
        let expected = PaythenSettings {
            at_risk_after: 3,
            plan_name_keys: vec!["produkt".to_owned()],
            ..PaythenSettings::default()
        };
        assert_eq!(settings, expected);
    }

    #[test]
    fn mistakes_are_named_with_what_would_be_right() {
        let unknown = problems("{ atRiskAftr: 3, planNameKeys: plan }");
        assert!(unknown.contains("`atRiskAftr` is not a setting; did you mean `atRiskAfter`?"), "{unknown}");
        assert!(unknown.contains("planNameKeys should be a list"), "{unknown}");
        for wrong in ["atRiskAfter: 0", "atRiskAfter: two", "atRiskAfter: null", "depositKeys: ['']", "[1]"] {
            assert!(!problems(wrong).is_empty(), "{wrong}");
        }
    }
}

//! The engine, set up once for all expressions.

use crate::{calendar, filters, json, numbers, tests_of_values};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};
use std::sync::LazyLock;
use tieline_model::suggest::nearest;

/// What one evaluation may use up, in the engine's measure: one instruction, 64 bytes of text or two items
/// visited cost about one each. It stands for some milliseconds and a few megabytes at most.
const FUEL: u64 = 50_000;

/// The filters that authors may use.
pub(crate) fn known_filters() -> impl Iterator<Item = &'static str> + Clone {
    [BUILT_IN, filters::OWN, calendar::FILTERS, numbers::FILTERS].into_iter().flatten().copied()
}

/// The filter that a word most likely means: itself, or the nearest one.
#[must_use]
pub fn suggest_filter(word: &str) -> Option<&'static str> {
    let word = match word {
        "size" | "len" => "length",
        word => word,
    };
    nearest(word, known_filters())
}

/// Filters of the engine that authors may use.
const BUILT_IN: &[&str] = &[
    "lower",
    "upper",
    "title",
    "capitalize",
    "replace",
    "length",
    "count",
    "items",
    "reverse",
    "trim",
    "split",
    "lines",
    "last",
    "list",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "map",
];

/// What the engine brings and authors have no use for: markup, debugging, and ways to make much of little.
const REMOVED: &[&str] = &[
    "safe", "escape", "e", "attr", "pprint", "format", "indent", "groupby", "chain", "zip", "dictsort",
    "batch", "slice",
];

/// The environment that all expressions are compiled in and evaluated with.
pub(crate) static LANGUAGE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut language = Environment::new();
    language.set_undefined_behavior(UndefinedBehavior::Chainable);
    language.set_auto_escape_callback(|_| AutoEscape::None);
    language.set_formatter(format);
    language.set_fuel(Some(FUEL));
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        language.set_syntax(syntax);
    }
    let globals: Vec<String> = language.globals().map(|(name, _)| name.to_owned()).collect();
    for name in &globals {
        language.remove_global(name);
    }
    for name in REMOVED {
        language.remove_filter(name);
    }
    filters::add_to(&mut language);
    calendar::add_to(&mut language);
    numbers::add_to(&mut language);
    tests_of_values::add_to(&mut language);
    language
});

/// Writes a value as [`json::text`] has it.
fn format(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    out.write_str(&json::text(value).map_err(invalid)?).map_err(Error::from)
}

/// A sentence as the engine's error.
pub(crate) fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

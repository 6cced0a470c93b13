//! What goes wrong while an expression is evaluated.

use std::fmt;
use std::sync::Arc;

/// An expression that can't be evaluated with this data. Trying again with the same data fails again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EvalError {
    /// Where the expression stands in its document: `steps[2].with.body`.
    pub place: Arc<str>,
    /// What is wrong and what to do about it, in a sentence. It may quote the data.
    pub message: String,
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for EvalError {}

/// The message for a result beyond [`crate::MAX_OUTPUT`].
pub(crate) fn too_large() -> String {
    format!("the result is larger than {} KiB; use less of the data", crate::MAX_OUTPUT / 1024)
}

/// The engine's error in the words of someone who does not know the engine.
pub(crate) fn plain(error: &minijinja::Error) -> String {
    use minijinja::ErrorKind;
    match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => {
            "takes too long or makes too much text; loop over fewer items or simplify it".to_owned()
        }
        (ErrorKind::SyntaxError, Some(detail)) => syntax(detail),
        (ErrorKind::UnknownFilter | ErrorKind::UnknownTest, None) => {
            "passes on a filter or test that is not known; for a member write `map(attribute='name')`"
                .to_owned()
        }
        (ErrorKind::MissingArgument, _) => "a filter or test lacks an argument".to_owned(),
        (ErrorKind::TooManyArguments, _) => "a filter or test has more arguments than it takes".to_owned(),
        (_, Some(detail)) if detail.ends_with(" is not iterable") => {
            format!("a list is needed here: {detail}")
        }
        (_, Some(detail)) if detail.starts_with("unable to calculate") => {
            format!("{detail}: it divides by zero or grows beyond every number")
        }
        (_, Some(detail)) => detail.to_owned(),
        (kind, None) => kind.to_string(),
    }
}

/// A mistake of grammar. The checks before have found most; these are the ones that only the engine finds.
fn syntax(detail: &str) -> String {
    if let Some(tag) = detail.strip_prefix("unknown statement ") {
        return format!("`{{% {tag} %}}` closes nothing; leave it out");
    }
    match detail {
        "unexpected end of input, expected end of block" => {
            "a tag is not closed; add `{% endif %}` or `{% endfor %}` at its end".to_owned()
        }
        _ if detail.starts_with("unexpected end of") => {
            "ends too early; a value or a name is missing at its end".to_owned()
        }
        _ => format!("can't be read: {detail}"),
    }
}

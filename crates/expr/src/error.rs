//! What goes wrong while an expression is evaluated.

use std::fmt;
use std::sync::Arc;

/// An expression that could not be evaluated with the data at hand. Trying again with the same data fails
/// again.
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

/// What a result beyond [`crate::MAX_OUTPUT`] is told.
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
        (ErrorKind::SyntaxError, Some(detail)) => format!("can't be read: {detail}"),
        (ErrorKind::UnknownFilter | ErrorKind::UnknownTest, None) => {
            "passes on a filter or test that is not known; for a member write `map(attribute='name')`"
                .to_owned()
        }
        (_, Some(detail)) => detail.to_owned(),
        (kind, None) => kind.to_string(),
    }
}

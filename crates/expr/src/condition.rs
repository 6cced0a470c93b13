//! Conditions: expressions that are true or not.

use crate::error::EvalError;
use crate::expression::{Expression, check_names};
use crate::references::References;
use crate::scope::Scope;
use crate::segments::segments;
use crate::template::{check_length, only_expression};
use std::fmt;
use std::sync::Arc;
use tieline_model::workflow::Problem;

/// A condition such as `trigger.payment.attempt > 1`, compiled. Marks around it are allowed.
pub struct Condition {
    place: Arc<str>,
    expression: Expression,
    references: References,
}

impl Condition {
    /// Compiles a condition; see [`Template::compile`](crate::Template::compile).
    ///
    /// # Errors
    /// What is wrong with the text and how to put it right.
    pub fn compile(place: &str, text: &str, names: &[&str]) -> Result<Self, Problem> {
        let mut references = References::default();
        condition(text, &mut references)
            .and_then(|expression| check_names(text, &references, names).map(|()| expression))
            .and_then(|expression| check_constant(expression, &references))
            .map(|expression| Self::at(place.into(), expression, references))
            .map_err(|message| Problem { place: place.to_owned(), message })
    }

    fn at(place: Arc<str>, expression: Expression, references: References) -> Self {
        Self { references: references.placed(&place), place, expression }
    }

    /// Whether it is true with the names of `scope`. Null, false, zero and what is empty are not.
    ///
    /// # Errors
    /// The data does not fit the expression, or a limit is reached.
    pub fn holds(&self, scope: &Scope) -> Result<bool, EvalError> {
        self.expression.holds(scope).map_err(|message| EvalError { place: Arc::clone(&self.place), message })
    }

    /// What it reads.
    #[must_use]
    pub fn references(&self) -> &References {
        &self.references
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition").field("place", &self.place).finish_non_exhaustive()
    }
}

/// Refuses a condition that reads nothing and fails: it would fail in every run.
fn check_constant(expression: Expression, references: &References) -> Result<Expression, String> {
    if references.is_constant() {
        expression.holds(&Scope::new())?;
    }
    Ok(expression)
}

fn condition(text: &str, references: &mut References) -> Result<Expression, String> {
    check_length(text)?;
    let trimmed = text.trim();
    if !trimmed.starts_with("{{") && !trimmed.contains("{%") {
        return Expression::compile(trimmed, references);
    }
    let segments = segments(trimmed)?;
    let whole = only_expression(&segments)
        .ok_or("is a text, not a condition; write it without marks, like `trigger.payment.attempt > 1`")?;
    Expression::compile(whole.source, references)
}

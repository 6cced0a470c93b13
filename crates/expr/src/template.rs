//! Templates: texts with `{{ … }}` in them.

use crate::error::{EvalError, too_large};
use crate::expression::{Expression, check_names};
use crate::references::References;
use crate::scope::Scope;
use crate::segments::{Marked, Segment, is_template, segments};
use crate::tags::Tags;
use crate::{MAX_OUTPUT, MAX_SOURCE};
use serde_json::Value as Json;
use std::fmt;
use std::sync::Arc;
use tieline_model::text::strip_nul;
use tieline_model::workflow::Problem;

/// A text with `{{ … }}` in it, compiled.
pub struct Template {
    place: Arc<str>,
    body: Body,
    references: References,
}

enum Body {
    /// No template at all.
    Constant(Json),
    /// One expression, whose value keeps its type.
    Whole(Expression),
    /// Text and expressions in turn.
    Pieces(Vec<Piece>),
    /// A text with tags, which the engine renders as a whole.
    Tags(Tags),
}

enum Piece {
    Text(Box<str>),
    Expression(Expression),
}

impl Template {
    /// Compiles a text. `place` is where it stands in its document, for errors now and later; `names` are
    /// those that the scope will have.
    ///
    /// # Errors
    /// What is wrong with the text and how to put it right.
    pub fn compile(place: &str, text: &str, names: &[&str]) -> Result<Self, Problem> {
        let mut references = References::default();
        Body::compile(text, &mut references)
            .and_then(|body| check_names(text, &references, names).map(|()| body))
            .and_then(|body| body.check_constant(&references).map(|()| body))
            .map(|body| Self::at(place.into(), body, references))
            .map_err(|message| Problem { place: place.to_owned(), message })
    }

    fn at(place: Arc<str>, body: Body, references: References) -> Self {
        Self { references: references.placed(&place), place, body }
    }

    /// The value with the names of `scope`: of any type where the text is one `{{ … }}`, else a text.
    ///
    /// # Errors
    /// The data does not fit the expression, or a limit is reached.
    pub fn render(&self, scope: &Scope) -> Result<Json, EvalError> {
        let mut value = self.body.render(scope).map_err(|message| self.error(message))?;
        // One database refuses this character, and the API takes it out.
        strip_nul(&mut value);
        Ok(value)
    }

    fn error(&self, message: String) -> EvalError {
        EvalError { place: Arc::clone(&self.place), message }
    }

    /// The value as it stands in a text: null is empty, lists and objects are JSON.
    ///
    /// # Errors
    /// As for [`Template::render`].
    pub fn render_text(&self, scope: &Scope) -> Result<String, EvalError> {
        let mut out = String::new();
        match self.render(scope)? {
            Json::String(text) => return Ok(text),
            other => crate::json::write(&mut out, &other),
        }
        .map_err(|message| self.error(message))?;
        Ok(out)
    }

    /// Its value, if that is the same in every evaluation because nothing is read. Check it when a document is
    /// saved: if it does not fit, no run can work.
    #[must_use]
    pub fn constant(&self) -> Option<Json> {
        let is_constant = self.references.is_constant() && !self.references.uses("location");
        if is_constant { self.render(&Scope::new()).ok() } else { None }
    }

    /// What it reads.
    #[must_use]
    pub fn references(&self) -> &References {
        &self.references
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Body {
    fn compile(text: &str, references: &mut References) -> Result<Self, String> {
        check_length(text)?;
        if !is_template(text) {
            return Ok(Self::Constant(Json::String(text.to_owned())));
        }
        let segments = segments(text)?;
        if let Some(whole) = only_expression(&segments) {
            return Expression::compile(whole.source, references).map(Self::Whole);
        }
        if segments.iter().any(|segment| matches!(segment, Segment::Tag(_))) {
            return Tags::compile(text, &segments, references).map(Self::Tags);
        }
        let mut pieces = Vec::with_capacity(segments.len());
        for segment in segments {
            pieces.push(match segment {
                Segment::Expression(marked) => {
                    Piece::Expression(Expression::compile(marked.source, references)?)
                }
                Segment::Text(text) => Piece::Text(text.into()),
                Segment::Tag(_) => continue,
            });
        }
        Ok(Self::Pieces(pieces))
    }

    /// Refuses a template that reads nothing and fails: it would fail in every run.
    fn check_constant(&self, references: &References) -> Result<(), String> {
        if references.is_constant() { self.render(&Scope::new()).map(drop) } else { Ok(()) }
    }

    fn render(&self, scope: &Scope) -> Result<Json, String> {
        let text = match self {
            Self::Constant(value) => return Ok(value.clone()),
            Self::Whole(expression) => return expression.json(scope),
            Self::Pieces(pieces) => {
                let mut out = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => out.push_str(text),
                        Piece::Expression(expression) => expression.write(&mut out, scope)?,
                    }
                    if out.len() > MAX_OUTPUT {
                        return Err(too_large());
                    }
                }
                out
            }
            Self::Tags(tags) => tags.render(scope)?,
        };
        if text.len() > MAX_OUTPUT { Err(too_large()) } else { Ok(Json::String(text)) }
    }
}

/// The expression that the template is nothing but, blanks aside.
pub(crate) fn only_expression<'a, 's>(segments: &'a [Segment<'s>]) -> Option<&'a Marked<'s>> {
    let mut rest =
        segments.iter().filter(|segment| !matches!(segment, Segment::Text(text) if text.trim().is_empty()));
    match (rest.next(), rest.next()) {
        (Some(Segment::Expression(marked)), None) => Some(marked),
        _ => None,
    }
}

/// Refuses what is longer than [`MAX_SOURCE`].
pub(crate) fn check_length(text: &str) -> Result<(), String> {
    if text.len() <= MAX_SOURCE {
        return Ok(());
    }
    Err(format!("is longer than {} KiB; shorten it", MAX_SOURCE / 1024))
}

use crate::call::Call;
use crate::catalogue::Catalogue;
use crate::operation::Operation;
use serde_json::{Map, Value};
use std::sync::Arc;
use tieline_model::form::Door;
use tieline_model::{Cause, Location, Refusal};
use tieline_store::Result;
use tieline_store::contacts::Subject;

/// A step's rendered input, and for whom it is.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// All that can be asked for.
    pub catalogue: Catalogue,
    /// The location.
    pub location: Arc<Location>,
    /// The run.
    pub cause: Cause,
    /// What the step's templates gave.
    pub with: Map<String, Value>,
    /// See [`Call::subject`].
    pub subject: Option<Subject>,
}

impl Operation {
    /// Reads a step's input by the operation's form.
    ///
    /// # Errors
    /// Required fields that are missing or wrong.
    pub fn read_rendered(&self, rendered: Rendered) -> Result<Call> {
        let Rendered { catalogue, location, cause, with, subject } = rendered;
        let input = self.input.read_rendered(&location, with).map_err(Refusal::Invalid)?;
        Ok(Call { door: Door::Workflow, catalogue, location, cause, input, subject, base_url: String::new() })
    }
}

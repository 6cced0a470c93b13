//! Reading an input by a form.

use super::Form;
use super::error::FieldError;
use super::field::{Door, Empty, Field, Place};
use super::input::Input;
use super::kind::{At, is_blank};
use super::patch::Patch;
use crate::location::Location;
use crate::text::strip_nul;
use serde_json::{Map, Value};

/// Where values come from, which decides which types may be read as others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// As JSON in a body: types are strict, but a number may be read as a text.
    Body,
    /// As texts, in a query or a path.
    Query,
    /// Rendered by a workflow's templates, which keep the type of a value: a number or a boolean is read where
    /// a text is due, and `"true"` as a boolean.
    Rendered,
}

/// What reading depends on in addition to the value.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// The location whose country and time zone decide what a phone number or a bare time means.
    pub location: &'a Location,
    /// How the values came in.
    pub mode: Mode,
}

impl Form {
    /// Reads a request. `take` gives the raw value of a field, wherever the request carries it.
    ///
    /// # Errors
    /// Everything that is wrong, what is missing first.
    pub fn read(
        &self,
        location: &Location,
        mut take: impl FnMut(&Field) -> Option<Value>,
    ) -> Result<Input, Vec<FieldError>> {
        let (mut input, mut missing, mut wrong) = (Input::default(), Vec::new(), Vec::new());
        for field in self.offered(Door::Api) {
            let raw = take(field);
            if field.is_required(Door::Api) && raw.as_ref().is_none_or(Value::is_null) {
                missing.push(field.missing());
                continue;
            }
            let mode = if field.place == Place::Body { Mode::Body } else { Mode::Query };
            match field.read(raw, &Reader { location, mode }) {
                Ok(patch) => input.keep(field, patch),
                Err(errors) => wrong.extend(errors),
            }
        }
        missing.append(&mut wrong);
        if missing.is_empty() { Ok(input) } else { Err(missing) }
    }

    /// Reads what a step's templates gave. A value that came out empty counts as not given: the event did not
    /// say, which is no reason to clear what is known. An optional value that does not fit is left out with a
    /// warning, so that one odd field of an event does not cost the rest.
    ///
    /// # Errors
    /// What is wrong with required fields, and fields that the form does not have.
    pub fn read_rendered(
        &self,
        location: &Location,
        mut given: Map<String, Value>,
    ) -> Result<Input, Vec<FieldError>> {
        // The API refuses no such character, it takes it out, and so does a step.
        given.values_mut().for_each(strip_nul);
        let reader = Reader { location, mode: Mode::Rendered };
        let (mut input, mut errors) = (Input::default(), Vec::new());
        for field in self.offered(Door::Workflow) {
            let required = field.is_required(Door::Workflow);
            let rendered = given.remove(field.name.as_ref()).and_then(|raw| field.kind.rendered(raw));
            let Some(raw) = rendered.or_else(|| field.default.clone()) else {
                errors.extend(required.then(|| field.missing()));
                continue;
            };
            let kept = (!required && !field.is_strict).then(|| raw.clone());
            match field.read(Some(raw), &reader) {
                Ok(patch) => input.keep(field, patch),
                Err(found) => match kept {
                    None => errors.extend(found),
                    Some(raw) => {
                        let left_out = format!("{} was left out", shown(&raw));
                        found.into_iter().for_each(|error| input.warn(format!("{error}; {left_out}")));
                    }
                },
            }
        }
        let unknown = given.iter().filter(|(_, value)| !is_blank(value));
        errors.extend(unknown.map(|(name, _)| FieldError::unknown(name)));
        if let Some(names) = self.missing_choice(|name| input.has(name)).filter(|_| errors.is_empty()) {
            let because = input.warnings().join("; ");
            let message = format!("{} are all empty; give one of them", names.join(" and "));
            let message = if because.is_empty() { message } else { format!("{message} ({because})") };
            errors.push(FieldError::new(names.first().copied().unwrap_or_default(), message));
        }
        if errors.is_empty() { Ok(input) } else { Err(errors) }
    }

    /// What is wrong with the constants of a step, as far as that can be known without an event or a location.
    #[must_use]
    pub fn check_constants(&self, constants: &Map<String, Value>) -> Vec<FieldError> {
        let anywhere = Location::anywhere();
        let reader = Reader { location: &anywhere, mode: Mode::Rendered };
        let judged = self.offered(Door::Workflow).filter_map(|field| {
            let raw = constants.get(field.name.as_ref())?;
            let is_needed = field.is_required(Door::Workflow) && field.default.is_none();
            match field.kind.rendered(raw.clone()).filter(|raw| !is_needed || !is_empty_list(raw)) {
                None => is_needed.then(|| vec![field.missing()]),
                Some(raw) if field.kind.refers_to().is_some() || field.kind.needs_location(&raw) => None,
                Some(raw) => field.read(Some(raw), &reader).err(),
            }
        });
        judged.flatten().collect()
    }
}

fn is_empty_list(raw: &Value) -> bool {
    raw.as_array().is_some_and(Vec::is_empty)
}

/// A value as a warning names it: short, and without what an object may hold.
fn shown(raw: &Value) -> String {
    const LONGEST: usize = 40;
    let text = match raw {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => raw.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return "it".to_owned(),
    };
    let cut: String = text.chars().take(LONGEST).collect();
    let mark = if cut.len() < text.len() { "…" } else { "" };
    format!("`{cut}{mark}`")
}

impl Input {
    fn keep(&mut self, field: &Field, patch: Patch<Value>) {
        if let Some(doubt) = patch.as_set().and_then(|value| field.kind.doubt(value)) {
            self.warn(format!("{}: {doubt}", field.name));
        }
        match (field.place, patch) {
            (Place::Path, Patch::Set(Value::String(value))) => self.put_path(field.name.clone(), value),
            (_, patch) => self.put(field.name.clone(), patch),
        }
    }
}

impl Field {
    /// What the value says about the field.
    fn read(&self, raw: Option<Value>, reader: &Reader<'_>) -> Result<Patch<Value>, Vec<FieldError>> {
        let at = At { field: &self.name, reader };
        match raw {
            None => Ok(Patch::Keep),
            Some(raw) if raw.is_null() || self.kind.is_empty(&raw) => match self.empty {
                Empty::Clears => Ok(Patch::Clear),
                Empty::Keeps => Ok(Patch::Keep),
                Empty::Refused => Err(vec![self.missing()]),
            },
            Some(raw) => match self.kind.read(raw, &at) {
                Err(_) if self.ignores_misfits => Ok(Patch::Keep),
                read => read.map(Patch::Set),
            },
        }
    }

    fn missing(&self) -> FieldError {
        FieldError::new(self.name.as_ref(), format!("{} {}", self.name, self.kind.missing()))
    }
}

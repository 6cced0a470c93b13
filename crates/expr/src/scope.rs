//! The names that an evaluation sees.

use crate::data::Data;
use minijinja::Value;
use minijinja::value::Object;
use std::sync::Arc;

/// Names and their values for one evaluation. Cheap to build; a name that is left out is null.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    names: Vec<(&'static str, Data)>,
}

impl Scope {
    /// A scope without names.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The scope with one more name.
    #[must_use]
    pub fn with(mut self, name: &'static str, data: Data) -> Self {
        self.names.push((name, data));
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Data> {
        self.names.iter().find(|(known, _)| *known == name).map(|(_, data)| data)
    }

    pub(crate) fn to_value(&self) -> Value {
        Value::from_object(self.clone())
    }
}

impl Object for Scope {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.get(key).map(Data::to_value)
    }
}

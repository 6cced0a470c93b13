//! What belongs to a location as a whole.

pub(crate) mod custom_fields;
